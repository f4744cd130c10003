"""Tell the names that a value in source code goes by, from what stands to its left."""

from __future__ import annotations

import re
from typing import NamedTuple

from okxguard.entries.code_calls import Calls, Operand
from okxguard.entries.code_literals import without_prefix
from okxguard.entries.code_names import Names, is_control, normalised
from okxguard.entries.code_outline import Outline
from okxguard.entries.languages import Language
from okxguard.entries.lexer import STRING, Tokens
from okxguard.model import Place

_Path = tuple[str, ...]
_LONGEST_GAP = 400
_DEEPEST = 8
_MOST_NAMES = 30
_ASSIGN = re.compile(r"(?<![=!<>~])(?::=|<<?-|\?\?=|\|\|=|\+=|\?=|=)$")
_LEADING = re.compile(
    r"(?:(?<![\w$])(?:await|new|const|mut|ref|constexpr|static|not|lazy|yield)|[&*!~@^]|(?<!\w)try)\s*$"
)
_CLOSURE = re.compile(r"\s*(?:move\s*)?\|[\w\s,&:]{0,40}\|\s*\{?$")
_TYPED = re.compile(r"(?P<name>[\w$\-]+)\s*[?!]?\s*:(?![=:])\s*[\w\s.:&'<>\[\]|?*,!]{0,120}$")
_VB = re.compile(r"(?P<name>\w+)(?:\(\))?\s+(?:As|as|AS)\s+[\w.]+$")
_NAMED_FIRST = re.compile(r"(?:^|\b(?:var|const)\s+)(?P<name>(?!(?:var|const)\b)\w+)\s+[\w.*\[\]]+$")
_TERNARY = re.compile(r"(?<![?.\w\]>])\s*\?(?![?.:])|\s\?(?![?.:])|(?<=[)\]\w])\?(?=\s*[\"'(\w])(?![?.:])")
_RETURN = re.compile(r"\b(?:return|yield|return\()\s*\(*$")
_FUNCTION = re.compile(r"(?:\b(?:def|fn|fun|func|function|let|val)\s+)(?P<name>[\w.?!]+)[^=\n]*$")
_WRAPPER_NAMES = (
    "useState useRef signal useSignal createSignal BehaviorSubject HeaderValue.from_static HeaderValue.from_str from_static"
    " byte bytes b String.from str.from Some Ok Just Right pure Arc.new Box.new Rc.new Secret.new SecretString.new "
    "SecretString.from Cow.from Zeroizing.new Buffer.from String.valueOf string std.string QString TEXT _T L F "
    "PSTR strdup std.string_view string_view Secret SecretString Optional.of Option Encoding.UTF8.GetBytes "
    "Encoding.ASCII.GetBytes Encoding.Default.GetBytes TextEncoder().encode encode utf8.encode StringBuilder "
    "GetBytes Data data Symbol as.character c_str to_string aws.String String.new charlist to_charlist NSString "
    "String.init toString trim Object.freeze freeze ref Ref computed lazy Lazy Future.value Ok.Some AnsiString "
    "UTF8String PAnsiChar cstring fmt.Sprint String OptionString SecureString Some.Some std.make_optional str "
    "Text T.pack pack BS.pack encodeUtf8 BC.pack ptr pointer.String to.Ptr nconst toCharArray"
)
_WRAPPERS = frozenset(_WRAPPER_NAMES.split())
_DEFAULTING = re.compile(
    r"\.(?:unwrap_or(?:_else|_default)?|or_?else|orElseGet|getOrElse|getOrDefault|ifEmpty|if_?none|map_or|or|default|withDefault"
    r"|defaultTo|default_value|DefaultIfEmpty|otherwise|ifBlank|presence)$",
    re.IGNORECASE,
)
_LOOKUP = re.compile(
    r"(?:^|[._])\w*(?:get|env|conf|param|option|fetch|read|load|setting|default|lookup)\w*$", re.IGNORECASE
)
_SETTER = re.compile(r"(?:set|with|add|put|use|and)_?(?=[A-Za-z])(?P<name>\w{2,80})", re.IGNORECASE)
_NAME_LIKE = re.compile(r"[-:@]{0,2}[A-Za-z_][\w.\-]{0,80}(?:[ -]\w+){0,3}")
_FIELD = re.compile(
    r"\s*\]?(?:\s*(?:@\w+(?:\([^()]{0,80}\))?|\#?\[[^\[\]]{0,80}\]))*\s*(?:(?:pub(?:\([^()]*\))?|private|public|protected"
    r"|internal|final|static|readonly|val|var|let|lateinit|override|const)\s+)*"
    r"(?:(?P<typed>\w+)\s*[?!]?\s*:|[\w.<>?\[\]]+\s+(?P<name>\w+)\s*[;=){,])"
)
_PAIRED = re.compile(
    r"(?:Pair|Entry|Header|KeyValue\w*|Tuple\d?|Param|Field|NameValue\w*|Item|Property|Option|Of|Env)$"
)
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f-]{16,}")
_DECLARING = frozenset({"const", "let", "var", "final", "val", "my", "our", "local", "auto"})
_VALUE_ARGUMENT_NAMES = "default defaultValue default_value value fallback unset defaultTo"
_VALUE_ARGUMENTS = frozenset(_VALUE_ARGUMENT_NAMES.split())


class Slot(NamedTuple):
    """One name that a value goes by, and how it stands there."""

    path: _Path
    place: Place = Place.ASSIGNMENT


class Slots:
    """Finds the slots of one text."""

    def __init__(self, tokens: Tokens, language: Language, names: Names) -> None:
        self.names = names
        self._tokens = tokens
        self._language = language
        self._calls = Calls(tokens, language, names)
        self.outline = Outline(tokens, language, self._calls)
        self.outline.slots = self
        self._default = re.compile(rf"(?:{language.defaults})$")
        self._member = re.compile(rf"(?<![:<])(?:{language.members})$")

    def slots_at(self, index: int, offset: int, depth: int = 0) -> list[Slot]:
        """Return the slots of the expression at `offset`, which stands in front of or at the token at `index`."""
        if depth > _DEEPEST:
            return []
        tokens = self._tokens
        begin = tokens.ends[index - 1] if index else 0
        gap = tokens.code[max(begin, offset - _LONGEST_GAP) : offset]
        gap = without_prefix(gap) if tokens.kinds[index] == STRING and offset == tokens.starts[index] else gap
        left = gap.rstrip()
        for _ in range(3):
            left = _LEADING.sub("", left).rstrip() if not left.endswith("=") else left
        if index and tokens.kinds[index - 1] in "({,":
            left = "" if _CLOSURE.fullmatch(left) else left
        here = self.outline.path_at(tokens.frames[index], offset)
        if assign := _ASSIGN.search(left):
            return self._assigned(index, left[: assign.start()], here, assign[0])
        if default := self._default.search(left):
            return self._default_of(index, left[: default.start()], here, depth)
        if (member := self._member.search(left)) and not left.endswith("::"):
            return self._member_of(index, left[: member.start()], here, depth)
        if left.endswith("?"):
            return self._outer(self._item_start(index, left[:-1]), depth)
        if not left:
            return self._nameless(index, gap, here, depth)
        return self._behind_word(index, left, gap, here, depth)

    def _outer(self, operand: Operand, depth: int) -> list[Slot]:
        """Return the slots of an expression that the value is a part of."""
        found = self.slots_at(operand.at, operand.offset, depth + 1)
        return [slot._replace(place=Place.DEFAULT) for slot in found]

    # Assignments and members

    def _assigned(self, index: int, left: str, here: _Path, sign: str) -> list[Slot]:
        target = self._target(index, left, sign)
        if not target:
            return []
        in_call = self._is_call(self._tokens.frames[index])
        if not in_call and index and self._tokens.kinds[index - 1] == "," and self._continues(index):
            names = self._names_before(index, left)
            if len(names) > 1 and all(names):
                return [Slot((*here, names[0]))]
        slots = [Slot((*here, *target), Place.ARGUMENT if in_call else Place.ASSIGNMENT)]
        if in_call and target[-1] in _VALUE_ARGUMENTS:
            slots += self._named_value(self._tokens.frames[index], here)
        elif here and target[-1].lower() in ("default", "value"):
            slots.append(Slot(here, Place.DEFAULT))
        return slots

    def _is_call(self, frame: int) -> bool:
        return frame >= 0 and self._tokens.kinds[frame] == "(" and self._calls.callee(frame) is not None

    def _continues(self, index: int) -> bool:
        """Tell whether a comma and another value without a name follow the value at `index`."""
        kinds = self._tokens.kinds
        if index + 2 >= len(kinds) or kinds[index + 1] != ",":
            return False
        return re.search(r"[=:]", self._tokens.gap(index + 2)) is None

    def _named_value(self, opening: int, here: _Path) -> list[Slot]:
        """Return the slots of `fromEnvironment("NAME", defaultValue: ...)`: the name, and that of the whole call."""
        name = self._calls.first_string(opening)
        own = [Slot((*here, name), Place.DEFAULT)] if name and _NAME_LIKE.fullmatch(name) else []
        own += self._annotated(opening, here[:-1])
        start = self._calls.operand_before(opening, self._tokens.gap(opening))
        return own + self._outer(start, 1)

    def _target(self, index: int, left: str, sign: str = "=") -> _Path:
        """Return the name that stands at the end of `left`, with the object that it belongs to."""
        line = left.rstrip().rpartition("\n")[2]
        if not line.strip():
            return self._target_in_brackets(index)
        if self._language.named_first and sign == "=" and (named := _NAMED_FIRST.search(line.strip())):
            return (named["name"],)
        for pattern in (_TYPED, _VB):
            if (typed := pattern.search(line)) and not ("?" in line[: typed.start()] and pattern is _TYPED):
                return (typed["name"],)
        if quoted := re.search(r"`([^`]{1,80})`$", line.rstrip()):
            return (quoted[1],)
        match = self._calls.dotted_end(line)
        return self._split_name(match["name"]) if match else ()

    def _split_name(self, written: str) -> _Path:
        dotted = normalised(written).rstrip("?!")
        owner, _, name = dotted.rpartition(".")
        if owner:
            return (self.names.resolve(owner), name)
        return (name,)

    def _target_in_brackets(self, index: int) -> _Path:
        """Return the name of a value that follows a closing bracket: `x["name"] =`, `x[] =`, `X { get; } =`."""
        tokens = self._tokens
        if not index:
            return ()
        if tokens.kinds[index - 1] == STRING:
            return (self._string(index - 1),)
        opening = tokens.partners.get(index - 1)
        if opening is None or tokens.kinds[index - 1] not in ")]}":
            return ()
        before = tokens.gap(opening)
        inside = tokens.code[tokens.ends[opening] : tokens.starts[index - 1]].strip()
        if not before.strip() or is_control(before.split()[-1]) or before.split()[-1] in _DECLARING:
            if tokens.kinds[opening] == "[" and tokens.kinds[opening + 1] == STRING:
                return (self._string(opening + 1),)
            name = re.match(r"(?:var\s+|let\s+|mut\s+)?[$@%]?([\w$]+)\s*(?:,|$)", inside)
            return (name[1],) if name else ()
        match = self._calls.dotted_end(before)
        owner = normalised(match["name"]) if match else ""
        if tokens.kinds[opening] in "[(" and tokens.kinds[opening + 1] == STRING:
            return (self.names.resolve(owner), self._string(opening + 1))
        if (
            tokens.kinds[opening] == "["
            and re.fullmatch(r"[:$]?[A-Za-z_][\w.:]*", inside)
            and not self._declares(before)
        ):
            return (self.names.resolve(owner), normalised(inside).rpartition(".")[2])
        return (owner.rpartition(".")[2],) if owner else ()

    @staticmethod
    def _declares(before: str) -> bool:
        """Tell whether a name in front of `[` comes with its type, so that the bracket holds a size."""
        return re.search(r"\b(?:char|string|byte|uint8_t|wchar_t|TCHAR)\b[^=;]*$", before) is not None

    def _member_of(self, index: int, left: str, here: _Path, depth: int) -> list[Slot]:
        tokens = self._tokens
        if self._is_ternary(index, left):
            return self._outer(self._item_start(index, left), depth)
        if (opening := self._lambda(index, left)) is not None:
            return self.slots_at(opening, tokens.starts[opening], depth + 1)
        name = self._key(index, left)
        if not name:
            return []
        frame = tokens.frames[index]
        in_call = self._is_call(frame)
        slots = [Slot((*self._statement(index, here), name), Place.ARGUMENT if in_call else Place.ASSIGNMENT)]
        if in_call and name in _VALUE_ARGUMENTS:
            slots += self._named_value(frame, here)
        if in_call and tokens.partners.get(frame) is not None and tokens.items[tokens.partners[frame] - 1] == 0:
            slots.append(Slot((*here, "[0]"), Place.ARGUMENT))
        return slots

    def _lambda(self, index: int, left: str) -> int | None:
        """Return the bracket that a function without a name opens which does nothing but return the value."""
        if left.strip() or not index or self._tokens.kinds[index - 1] != ")":
            return None
        opening = self._tokens.partners.get(index - 1)
        return opening if opening is not None and self._calls.callee(opening) is None else None

    def _key(self, index: int, left: str) -> str:
        if not left.strip():
            if index and self._tokens.kinds[index - 1] == STRING:
                return self._string(index - 1)
            target = self._target_in_brackets(index)
            if index and self._tokens.kinds[index - 1] == "]" and not target:
                opening = self._tokens.partners.get(index - 1, index - 1)
                inside = self._tokens.code[self._tokens.ends[opening] : self._tokens.starts[index - 1]]
                return normalised(inside).rpartition(".")[2]
            return target[-1] if target else ""
        match = self._calls.dotted_end(left)
        return normalised(match["name"]).rpartition(".")[2] if match else ""

    def _statement(self, index: int, here: _Path) -> _Path:
        """Return the path of keyword arguments that stand without brackets, as in `config :name, key: value`."""
        tokens = self._tokens
        if not self._language.commands or (tokens.frames[index] >= 0 and tokens.kinds[tokens.frames[index]] != "{"):
            return here
        at = index - 1
        for _ in range(_MOST_NAMES * 4):
            if at < 0 or tokens.kinds[at] in "([{;":
                return here
            if tokens.kinds[at] in ")]}":
                at = tokens.partners.get(at, at) - 1
                continue
            head = re.search(r"(?:^|\n)[ \t]*(?P<word>[a-z]\w*)[ \t]+(?P<of>:?[\w.:]*)[^\n=]*$", tokens.gap(at))
            if tokens.kinds[at] == "," and head:
                return (*here, f"{head['word']} {normalised(head['of'])}#{at}")
            at -= 1
        return here

    def _is_ternary(self, index: int, left: str) -> bool:
        """Tell whether the colon behind `left` belongs to a condition."""
        tokens = self._tokens
        if _TERNARY.search(left):
            return True
        at = index - 1
        if at >= 0 and not left.strip():
            if tokens.kinds[at] in ")]}":
                at = tokens.partners.get(at, at)
            return bool(at >= 0 and re.search(r"(?<!\?)\?\s*[\w.]*$", tokens.gap(at)))
        return False

    def _item_start(self, index: int, left: str) -> Operand:
        """Return where the expression begins that `left` is the end of: behind a comma, a bracket or an assignment."""
        tokens = self._tokens
        frame = tokens.frames[index]
        for _ in range(_MOST_NAMES):
            begin = tokens.ends[index - 1] if index else 0
            for match in reversed(list(re.finditer(r"(?<![=!<>~])(?::=|<-|=)(?![=>~])|\breturn\b", left))):
                return Operand(index, begin + match.end())
            colon = None if "?" in left else re.search(r"[\w\"']\s*:(?!:)", left)
            if colon:
                return Operand(index, begin + colon.end())
            if not index or index - 1 == frame or tokens.kinds[index - 1] in ",;{([":
                return Operand(index, begin + len(left) - len(left.lstrip()))
            opening = tokens.partners.get(index - 1) if tokens.kinds[index - 1] in ")]}" else None
            index = opening if opening is not None else index - 1
            left = tokens.gap(index)
        return Operand(index, tokens.starts[index])

    def _default_of(self, index: int, left: str, here: _Path, depth: int) -> list[Slot]:
        """Return the slots of a default: the name of the setting to its left, and the slots of both together."""
        operand = self._calls.operand_before(index, left)
        slots = [Slot((*here, operand.name), Place.DEFAULT)] if operand.name else []
        return self._outer(operand, depth) + slots

    def _annotated(self, opening: int, scope: _Path) -> list[Slot]:
        """Return the name of the field, argument or variable that an annotation with a value stands in front of."""
        tokens = self._tokens
        closing = tokens.partners.get(opening)
        marked = re.search(
            r"@[\w.:]*$|\[\s*[\w.:]*$", tokens.code[max(0, tokens.starts[opening] - 60) : tokens.starts[opening]]
        )
        if closing is None or not marked or "serde" in marked[0]:
            return []
        field = _FIELD.match(tokens.code, tokens.ends[closing], tokens.ends[closing] + 300)
        return [Slot((*scope, field["typed"] or field["name"]), Place.DEFAULT)] if field else []

    # Positions

    def _nameless(self, index: int, gap: str, here: _Path, depth: int) -> list[Slot]:
        tokens = self._tokens
        if not index:
            return []
        before = tokens.kinds[index - 1]
        frame = tokens.frames[index]
        if before == STRING:
            return self._beside(index, here) or (self._paired(index, frame) if frame >= 0 else [])
        if before == ")":
            opening = tokens.partners.get(index - 1)
            return (
                self.slots_at(opening, tokens.starts[opening], depth + 1)
                if opening is not None and "\n" not in gap
                else []
            )
        if before not in "([{," or frame < 0:
            return self._in_statement(index, here) if before == "," else []
        if tokens.kinds[frame] == "(":
            return self._argument(index, frame, here, depth)
        if tokens.kinds[frame] == "[" and self._is_subscript(frame):
            return []
        if tokens.kinds[frame] == "{" and (before == "," and self.outline.is_block(frame)):
            return self._in_statement(index, here)
        slots = [Slot(path) for path in self._item(frame, tokens.items[index], here)]
        alone = tokens.kinds[frame] == "{" and index == frame + 1 and tokens.partners.get(frame) == index + 1
        if alone and here:
            slots += self._alone(frame, here, depth)
        return slots + self._paired(index, frame)

    def _alone(self, frame: int, here: _Path, depth: int) -> list[Slot]:
        """Return the names of the only thing in braces: `x { "v" }`, `fetch("NAME") { "v" }`."""
        slots = [Slot(here, Place.DEFAULT)]
        if frame and self._tokens.kinds[frame - 1] == ")":
            operand = self._calls.operand_before(frame, self._tokens.gap(frame))
            slots += [Slot((*here[:-1], operand.name), Place.DEFAULT)] if operand.name else []
            slots += self._outer(operand, depth)
        return slots

    def _paired(self, index: int, frame: int) -> list[Slot]:
        """Return the name of the second of two strings in brackets of their own: `{ "name", "v" }`."""
        tokens = self._tokens
        gap = tokens.gap(index).strip()
        at = index - 2 if tokens.kinds[index - 1] == "," else index - 1
        only = at == frame + 1 and tokens.partners.get(frame) == index + 1
        rows = tokens.kinds[index - 1] == STRING and not self._language.commands
        if gap or at < 0 or tokens.kinds[at] != STRING or not (only or rows):
            return []
        name = self._string(at)
        if not _NAME_LIKE.fullmatch(name) or _HEXADECIMAL.fullmatch(name):
            return []
        outer = self.outline.path_at(tokens.frames[frame], tokens.starts[frame])
        return [Slot((*outer, name.lstrip("-:@")))]

    def _is_subscript(self, frame: int) -> bool:
        gap = self._tokens.gap(frame)
        return bool(re.search(r"[\w$?]$", gap)) or (not gap and frame > 0 and self._tokens.kinds[frame - 1] in ")]")

    def _item(self, frame: int, item: int, here: _Path) -> list[_Path]:
        """Return the paths of an item of a list: its position, and the name it is unpacked to."""
        names = self._unpacked(frame)
        if item < len(names) and names[item]:
            return [(*self.outline.path_at(self._tokens.frames[frame], self._tokens.starts[frame]), names[item])]
        return [(*here, f"[{item}]")]

    def _unpacked(self, frame: int) -> list[str]:
        """Return the names in the bracket that a list is assigned to: `(a, b) = (...)`, `a, b = [...]`."""
        tokens = self._tokens
        gap = tokens.gap(frame)
        assign = _ASSIGN.search(gap.rstrip().removesuffix("new").rstrip())
        if assign is None:
            return []
        left = gap[: assign.start()].strip()
        if not left and frame and tokens.kinds[frame - 1] in ")]}":
            opening = tokens.partners.get(frame - 1)
            inside = tokens.code[tokens.ends[opening] : tokens.starts[frame - 1]] if opening is not None else ""
            names = [re.search(r"([\w$]+)\s*$", each.partition(":")[0].rstrip("! ")) for each in inside.split(",")]
            return [name[1].lstrip("$@%") if name else "" for name in names] if len(names) > 1 else []
        names_before = self._names_before(frame, gap[: assign.start()])
        return names_before if len(names_before) > 1 else []

    def _names_before(self, index: int, left: str) -> list[str]:
        """Return the names `a, b, c` of which `left` ends with the last one."""
        tokens = self._tokens
        names: list[str] = []
        for _ in range(_MOST_NAMES):
            target = self._target(index, left) if left.strip() and re.fullmatch(r"[\s\w$@.*&:<>]*", left) else ()
            names.append(target[-1] if target else "")
            if not index or tokens.kinds[index - 1] != "," or "\n" in left.strip() or not target:
                break
            index -= 1
            left = tokens.gap(index)
        return names[::-1]

    def _in_statement(self, index: int, here: _Path) -> list[Slot]:
        """Return the slots of a value behind a comma without brackets: `a, b = "v", "w"` or `call "v", "w"`."""
        tokens = self._tokens
        at, item = index, 0
        for _ in range(_MOST_NAMES * 2):
            if at and tokens.kinds[at - 1] == "," and not tokens.gap(at).strip(" \t\n*&@$LurbfR"):
                item += 1
                at -= 2
                while at > 0 and tokens.kinds[at] in ")]}" and at in tokens.partners:
                    at = tokens.partners[at]
                continue
            break
        if at < 0 or not item:
            return []
        left = without_prefix(tokens.gap(at)).rstrip()
        if assign := _ASSIGN.search(left):
            names = self._names_before(at, left[: assign.start()])
            return [Slot((*here, names[item]))] if item < len(names) and names[item] else []
        return self._command(at, left, item, here, index) if self._language.commands else []

    def _argument(self, index: int, frame: int, here: _Path, depth: int) -> list[Slot]:
        """Return the slots of a positional argument, or of what stands in brackets for the sake of order."""
        tokens = self._tokens
        item = tokens.items[index]
        callee = self._calls.callee(frame)
        closing = tokens.partners.get(frame)
        single = (
            item == 0
            and closing is not None
            and (tokens.items[closing - 1] == 0 or tokens.frames[closing - 1] != frame)
        )
        single = single and not (tokens.kinds[closing - 1] == "," if closing else False)
        if callee is None:
            return (
                self.slots_at(frame, tokens.starts[frame], depth + 1)
                if single
                else [Slot(path) for path in self._item(frame, item, here)]
            )
        slots = [Slot((*here, f"[{item}]"), Place.ARGUMENT)]
        if item:
            pair = self._pair(index, here)
            slots += pair
            if pair and item == 1 and _LOOKUP.search(callee) and closing is not None and tokens.items[closing] == 1:
                slots += self._outer(self._calls.operand_before(frame, tokens.gap(frame)), depth)
        if named := self._named_behind(index):
            slots.append(Slot((*here[:-1], here[-1].split("#")[0], named), Place.ARGUMENT))
        if single:
            slots += self._single(frame, callee, here[:-1], depth)
        return slots

    def _named_behind(self, index: int) -> str:
        """Return the name that an argument behind the value gives it: `addValue("v", forHTTPHeaderField: "NAME")`."""
        tokens = self._tokens
        at = index + 1 + (index + 1 < len(tokens.kinds) and tokens.kinds[index + 1] == ",")
        if at >= len(tokens.kinds) or tokens.kinds[at] != STRING:
            return ""
        return self._string(at) if re.fullmatch(r"\s*for\w*\s*:\s*@?", tokens.gap(at)) else ""

    def _single(self, frame: int, callee: str, scope: _Path, depth: int) -> list[Slot]:
        """Return the names that the only argument of a call goes by: that of a setter, those of the result."""
        owner, _, last = callee.rpartition(".")
        root = owner.partition("()")
        owner = root[0] + root[1]
        setter = _SETTER.fullmatch(last)
        slots = [Slot((*scope, *((owner,) if owner else ()), setter["name"] if setter else last), Place.ARGUMENT)]
        gap = self._tokens.gap(frame)
        start = self._calls.operand_before(frame, gap)
        slots += self._annotated(frame, scope)
        if _DEFAULTING.search(callee):
            slots += [Slot((*scope, start.name), Place.DEFAULT)] if start.name else []
            return slots + self._outer(start, depth)
        if callee in _WRAPPERS or ".".join(callee.split(".")[-2:]) in _WRAPPERS or last in _WRAPPERS:
            if start.at and self._tokens.kinds[start.at - 1] == "]" and last == "byte":
                opening = self._tokens.partners.get(start.at - 1, start.at)
                return slots + self.slots_at(opening, self._tokens.starts[opening], depth + 1)
            return slots + self.slots_at(start.at, start.offset, depth + 1)
        return slots

    def _pair(self, index: int, here: _Path) -> list[Slot]:
        """Return the slot of `"name", "value"` and `NAME, "value"` arguments."""
        tokens = self._tokens
        if index < 2 or tokens.kinds[index - 1] != "," or not here or self._constructs(here[-1], tokens.frames[index]):
            return []
        if tokens.kinds[index - 2] == STRING and not tokens.gap(index - 1).strip():
            name = self._string(index - 2)
        else:
            match = re.search(r"(?:^|[.:\s])([A-Z][A-Z0-9_]{2,80})\s*$", tokens.gap(index - 1))
            name = match[1] if match else ""
        if not name or not _NAME_LIKE.fullmatch(name) or _HEXADECIMAL.fullmatch(name):
            return []
        return [Slot((*here[:-1], here[-1].split("#")[0], name.lstrip("-:@")), Place.DEFAULT)]

    def _constructs(self, segment: str, frame: int) -> bool:
        """Tell whether a call makes an object of its arguments, which then are no names of each other."""
        callee = segment.partition("()")[0]
        if frame >= 0 and re.search(r"\bnew\b", self._tokens.gap(frame)):
            return _PAIRED.search(callee) is None
        return "." not in callee and callee[:1].isupper() and _PAIRED.search(callee) is None

    def _beside(self, index: int, here: _Path) -> list[Slot]:
        """Return the slots of a string behind a string: an argument where calls need no brackets."""
        if not self._language.commands:
            return []
        at, item = index, 0
        while at and item < _MOST_NAMES and self._tokens.kinds[at - 1] == STRING and not self._tokens.gap(at).strip():
            at -= 1
            item += 1
        return self._command(at, without_prefix(self._tokens.gap(at)).rstrip(), item, here, index)

    def _behind_word(self, index: int, left: str, gap: str, here: _Path, depth: int) -> list[Slot]:
        if _RETURN.search(left):
            return [Slot((*here, "return"))]
        match = self._calls.dotted_end(left)
        if match is None or "\n" in gap[len(gap.rstrip()) :]:
            return self._last_of_function(left, here)
        if re.search(r"(?:#|%:)\s*define\s+\w+$", left):
            return [Slot((*here, normalised(match["name"])))]
        name = normalised(match["name"])
        if name in ("then", "else", "do"):
            return self._outer(self._item_start(index, left), depth)
        return self._command(index, left, 0, here, index) if self._language.commands and not is_control(name) else []

    def _command(self, at: int, left: str, item: int, here: _Path, index: int) -> list[Slot]:
        """Return the slots of an argument of a call without brackets: `name "v"`, `call "v", "w"`, `(call "v" "w")`."""
        match = self._calls.dotted_end(left)
        name = normalised(match["name"]) if match else ""
        if not name or is_control(name):
            return []
        callee = self.names.resolve(name)
        slots = [Slot((*here, f"{callee}()#{at}", f"[{item}]"), Place.ARGUMENT)]
        if item:
            return slots + self._pair(index, (*here, f"{callee}()#{at}"))
        setter = _SETTER.fullmatch(name.rpartition(".")[2])
        return [*slots, Slot((*here, setter["name"] if setter else name.rpartition(".")[2]))]

    def _last_of_function(self, left: str, here: _Path) -> list[Slot]:
        """Return the name of a function whose only line is the value."""
        line = left.rstrip().rpartition("\n")[2].strip()
        match = re.match(
            r"(?:\w+\s+)*(?:def|fn|fun|func|function)\s+(?:self\.)?(?P<name>[\w?!]+)$", line.removesuffix(" do")
        )
        if match is None:
            return []
        scope = here[:-1] if here[-1:] == (f"{match['name']}()",) else here
        return [Slot((*scope, match["name"]))]

    def _string(self, index: int) -> str:
        tokens = self._tokens
        inside = tokens.code[tokens.starts[index] + 1 : tokens.ends[index] - 1]
        return inside[:200]
