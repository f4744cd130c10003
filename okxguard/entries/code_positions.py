"""Tell the names of a value that has none of its own: an argument, an item of a list, the only thing in a block."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from okxguard.entries.code_calls import Calls
from okxguard.entries.code_literals import without_prefix
from okxguard.entries.code_names import Names, is_control, normalised
from okxguard.entries.code_targets import ASSIGN, MOST_NAMES, Slot, Targets
from okxguard.entries.languages import Language
from okxguard.entries.lexer import STRING, Tokens
from okxguard.model import Place

if TYPE_CHECKING:
    from okxguard.entries.code_slots import Slots

_Path = tuple[str, ...]
_RETURN = re.compile(r"\b(?:return|yield|return\()\s*\(*$")
_WRAPPER_NAMES = (
    "useState useRef signal useSignal createSignal BehaviorSubject HeaderValue.from_static "
    "HeaderValue.from_str from_static byte bytes b String.from str.from Some Ok Just Right pure Arc.new "
    "Box.new Rc.new Secret.new SecretString.new SecretString.from Cow.from Zeroizing.new Buffer.from "
    "String.valueOf string std.string QString TEXT _T L F PSTR strdup std.string_view string_view Secret "
    "SecretString Optional.of Option Encoding.UTF8.GetBytes Encoding.ASCII.GetBytes Encoding.Default.GetBytes "
    "TextEncoder().encode encode utf8.encode StringBuilder GetBytes Data data Symbol as.character c_str "
    "to_string aws.String String.new charlist to_charlist NSString String.init toString trim Object.freeze "
    "freeze ref Ref computed lazy Lazy Future.value Ok.Some AnsiString UTF8String PAnsiChar cstring fmt.Sprint "
    "String OptionString SecureString Some.Some std.make_optional str Text T.pack pack BS.pack encodeUtf8 "
    "BC.pack ptr pointer.String to.Ptr nconst toCharArray"
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


class Positions:
    """Names the positions of one text."""

    def __init__(self, tokens: Tokens, language: Language, calls: Calls, targets: Targets, slots: Slots) -> None:
        self._tokens = tokens
        self._language = language
        self._calls = calls
        self._targets = targets
        self._slots = slots
        self._names: Names = slots.names

    def nameless(self, index: int, gap: str, here: _Path, depth: int) -> list[Slot]:
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
                self._slots.slots_at(opening, tokens.starts[opening], depth + 1)
                if opening is not None and "\n" not in gap
                else []
            )
        if before not in "([{," or frame < 0:
            return self._in_statement(index, here) if before == "," else []
        if tokens.kinds[frame] == "(":
            return self._argument(index, frame, here, depth)
        if tokens.kinds[frame] == "[" and self._is_subscript(frame):
            return []
        if tokens.kinds[frame] == "{" and (before == "," and self._slots.outline.is_block(frame)):
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
            slots += self._slots.outer(operand, depth)
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
        name = self._targets.string(at)
        if not _NAME_LIKE.fullmatch(name) or _HEXADECIMAL.fullmatch(name):
            return []
        outer = self._slots.outline.path_at(tokens.frames[frame], tokens.starts[frame])
        return [Slot((*outer, name.lstrip("-:@")))]

    def _is_subscript(self, frame: int) -> bool:
        gap = self._tokens.gap(frame)
        return bool(re.search(r"[\w$?]$", gap)) or (not gap and frame > 0 and self._tokens.kinds[frame - 1] in ")]")

    def _item(self, frame: int, item: int, here: _Path) -> list[_Path]:
        """Return the paths of an item of a list: its position, and the name it is unpacked to."""
        names = self._targets.unpacked(frame)
        if item < len(names) and names[item]:
            return [(*self._slots.outline.path_at(self._tokens.frames[frame], self._tokens.starts[frame]), names[item])]
        return [(*here, f"[{item}]")]

    def _in_statement(self, index: int, here: _Path) -> list[Slot]:
        """Return the slots of a value behind a comma without brackets: `a, b = "v", "w"` or `call "v", "w"`."""
        tokens = self._tokens
        at, item = index, 0
        for _ in range(MOST_NAMES * 2):
            if at > 1 and tokens.kinds[at - 1] == "," and not tokens.gap(at).strip(" \t\n*&@$LurbfR"):
                item += 1
                at -= 2
                while at > 0 and tokens.kinds[at] in ")]}" and at in tokens.partners:
                    at = tokens.partners[at]
                continue
            break
        if at < 0 or not item:
            return []
        left = without_prefix(tokens.gap(at)).rstrip()
        if assign := ASSIGN.search(left):
            names = self._targets.names_before(at, left[: assign.start()])
            return [Slot((*here, names[item]))] if item < len(names) and names[item] else []
        return self._command(at, left, item, here, index) if self._language.commands else []

    def _argument(self, index: int, frame: int, here: _Path, depth: int) -> list[Slot]:
        """Return the slots of a positional argument, or of what stands in brackets for the sake of order."""
        tokens = self._tokens
        item = tokens.items[index]
        callee = self._calls.callee(frame)
        closing = tokens.partners.get(frame)
        commas = tokens.items[closing] if closing is not None else 1
        single = item == 0 and (
            commas == 0 or (commas == 1 and closing is not None and tokens.kinds[closing - 1] == ",")
        )
        if callee is None:
            return (
                self._slots.slots_at(frame, tokens.starts[frame], depth + 1)
                if single
                else [Slot(path) for path in self._item(frame, item, here)]
            )
        slots = [Slot((*here, f"[{item}]"), Place.ARGUMENT)]
        if item:
            pair = self._pair(index, here)
            slots += pair
            if pair and item == 1 and _LOOKUP.search(callee) and closing is not None and tokens.items[closing] == 1:
                slots += self._slots.outer(self._calls.operand_before(frame, tokens.gap(frame)), depth)
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
        return self._targets.string(at) if re.fullmatch(r"\s*for\w*\s*:\s*@?", tokens.gap(at)) else ""

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
            return slots + self._slots.outer(start, depth)
        if callee in _WRAPPERS or ".".join(callee.split(".")[-2:]) in _WRAPPERS or last in _WRAPPERS:
            if start.at and self._tokens.kinds[start.at - 1] == "]" and last == "byte":
                opening = self._tokens.partners.get(start.at - 1, start.at)
                return slots + self._slots.slots_at(opening, self._tokens.starts[opening], depth + 1)
            return slots + self._slots.slots_at(start.at, start.offset, depth + 1)
        return slots

    def _pair(self, index: int, here: _Path) -> list[Slot]:
        """Return the slot of `"name", "value"` and `NAME, "value"` arguments."""
        tokens = self._tokens
        if index < 2 or tokens.kinds[index - 1] != "," or not here or self._constructs(here[-1], tokens.frames[index]):
            return []
        if tokens.kinds[index - 2] == STRING and not tokens.gap(index - 1).strip():
            name = self._targets.string(index - 2)
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
        while at and item < MOST_NAMES and self._tokens.kinds[at - 1] == STRING and not self._tokens.gap(at).strip():
            at -= 1
            item += 1
        return self._command(at, without_prefix(self._tokens.gap(at)).rstrip(), item, here, index)

    def behind_word(self, index: int, left: str, gap: str, here: _Path, depth: int) -> list[Slot]:
        if _RETURN.search(left):
            return [Slot((*here, "return"))]
        match = self._calls.dotted_end(left)
        if match is None or "\n" in gap[len(gap.rstrip()) :]:
            return self._last_of_function(left, here)
        if re.search(r"(?:#|%:)\s*define\s+\w+$", left):
            return [Slot((*here, normalised(match["name"])))]
        name = normalised(match["name"])
        if name in ("then", "else", "do"):
            return self._slots.outer(self._slots.item_start(index, left), depth)
        return self._command(index, left, 0, here, index) if self._language.commands and not is_control(name) else []

    def _command(self, at: int, left: str, item: int, here: _Path, index: int) -> list[Slot]:
        """Return the slots of an argument of a call without brackets: `name "v"`, `call "v", "w"`, `(call "v" "w")`."""
        match = self._calls.dotted_end(left)
        name = normalised(match["name"]) if match else ""
        if not name or is_control(name):
            return []
        callee = self._names.resolve(name)
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

    def named_value(self, opening: int, here: _Path) -> list[Slot]:
        """Return the slots of `fromEnvironment("NAME", defaultValue: ...)`: the name, and that of the whole call."""
        name = self._calls.first_string(opening)
        own = [Slot((*here, name), Place.DEFAULT)] if name and _NAME_LIKE.fullmatch(name) else []
        own += self._annotated(opening, here[:-1])
        start = self._calls.operand_before(opening, self._tokens.gap(opening))
        return own + self._slots.outer(start, 1)
