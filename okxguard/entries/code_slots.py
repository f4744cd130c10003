"""Tell the names that a value in source code goes by, from what stands to its left."""

from __future__ import annotations

import re

from okxguard.entries.code_calls import Calls, Operand
from okxguard.entries.code_literals import without_prefix
from okxguard.entries.code_names import Names, normalised
from okxguard.entries.code_outline import Outline
from okxguard.entries.code_positions import Positions
from okxguard.entries.code_targets import ASSIGN, CONTENT, MOST_NAMES, Slot, Targets
from okxguard.entries.languages import Language
from okxguard.entries.lexer import STRING, Tokens
from okxguard.entries.wrapping import wraps
from okxguard.model import Place

_Path = tuple[str, ...]
_LONGEST_GAP = 400
_DEEPEST = 6
# How many tokens one text may cost that are looked at again to find where a condition begins.
_MOST_STEPS = 100_000
_LEADING = re.compile(
    r"(?:(?<![\w$])(?:await|async|new|const|mut|ref|constexpr|static|not|lazy|yield|fn|function)|(?<=[=(,])\s?->|[&*!~@^]|(?<!\w)try|<[\w.]{1,40}>)\s*$"
)
_CLOSURE = re.compile(r"\s*(?:move\s*)?\|[\w\s,&:]{0,40}\|\s*\{?$")
_TERNARY = re.compile(r"(?<![?.\w\]>])\s*\?(?![?.:])|\s\?(?![?.:])|(?<=[)\]\w])\?(?=\s*[\"'(\w])(?![?.:])")
_ELEMENT = re.compile(r"<(?P<name>[A-Za-z][\w.:-]{0,80})\s[^<>]*$")
_MOST_ATTRIBUTES = 60
_VALUE_ARGUMENT_NAMES = (
    "default defaultValue default_value default_value_t value fallback unset defaultTo defval initialValue"
)
_VALUE_ARGUMENTS = frozenset(_VALUE_ARGUMENT_NAMES.split())
_STATED = _VALUE_ARGUMENTS | {"do"}


class Slots:
    """Finds the slots of one text."""

    def __init__(self, tokens: Tokens, language: Language, names: Names) -> None:
        self.names = names
        self._tokens = tokens
        self._language = language
        self.calls = Calls(tokens, language, names)
        self._targets = Targets(tokens, language, names, self.calls)
        self._positions = Positions(tokens, language, self.calls, self._targets, self)
        self.outline = Outline(tokens, language, self.calls)
        self.outline.slots = self
        self._steps = _MOST_STEPS
        self._default = re.compile(rf"(?:{language.defaults})$")
        self._member = re.compile(rf"(?<![:<])(?:{language.members})$")

    def slots_at(self, index: int, offset: int, depth: int = 0) -> list[Slot]:
        """Return the slots of the expression at `offset`, which stands in front of or at the token at `index`."""
        if depth > _DEEPEST:
            return []
        tokens = self._tokens
        begin = tokens.ends[index - 1] if index else 0
        gap = tokens.code[max(begin, offset - _LONGEST_GAP) : offset]
        if tokens.kinds[index] == STRING and offset == tokens.starts[index]:
            gap = without_prefix(gap, tokens.forms[index])
        left = gap.rstrip()
        for _ in range(3):
            left = _LEADING.sub("", left).rstrip() if not left.endswith("=") else left
        if index and tokens.kinds[index - 1] in "({,":
            left = "" if _CLOSURE.fullmatch(left) else left
        here = self.outline.path_at(tokens.frames[index], offset)
        if assign := ASSIGN.search(left):
            return self._assigned(index, left[: assign.start()], here, assign[0], depth)
        if default := self._default.search(left):
            return self._default_of(index, left[: default.start()], here, depth)
        if (member := self._member.search(left)) and not left.endswith("::"):
            return self._member_of(index, left[: member.start()], here, depth)
        if left.endswith("?"):
            return self.outer(self.item_start(index, left[:-1]), depth)
        if not left:
            return self._positions.nameless(index, gap, here, depth)
        return self._positions.behind_word(index, left, gap, here, depth)

    def unpacked_at(self, index: int) -> list[_Path]:
        """Return the paths that the items of the list at `index` go by where it is unpacked into names."""
        here = self.outline.path_at(self._tokens.frames[index], self._tokens.starts[index])
        left = self._tokens.gap(index).rstrip()
        assign = ASSIGN.search(left)
        names = self._targets.names_before(index, left[: assign.start()]) if assign else []
        return [(*here, name) for name in names] if len(names) > 1 else [(*here, *names, "[0]")]

    def slots_of_group(self, frame: int) -> list[Slot]:
        """Return the slots of a list, or of the result of a call, that begins with the bracket at `frame`."""
        if self._tokens.kinds[frame] != "(":
            return self.slots_at(frame, self._tokens.starts[frame])
        start = self.calls.operand_before(frame, self._tokens.gap(frame))
        return self.slots_at(start.at, start.offset)

    def outer(self, operand: Operand, depth: int) -> list[Slot]:
        """Return the slots of an expression that the value is a part of."""
        found = self.slots_at(operand.at, operand.offset, depth + 1)
        return [slot._replace(place=Place.DEFAULT) for slot in found]

    def _assigned(self, index: int, left: str, here: _Path, sign: str, depth: int) -> list[Slot]:
        target = self._targets.target(index, left, sign)
        if not target:
            return []
        in_call = self._is_call(self._tokens.frames[index])
        if self._language.tags and not in_call and (tag := self._tag(index, left)):
            return [Slot((*here, tag, *target))]
        if not in_call and index and self._tokens.kinds[index - 1] == "," and self._continues(index):
            names = self._targets.names_before(index, left)
            if len(names) > 1 and all(names):
                return [Slot((*here, names[0]))]
        slots = [Slot((*here, *target), Place.ARGUMENT if in_call else Place.ASSIGNMENT)]
        slots += self._stated(index, target[-1], here, depth)
        if not in_call and len(target) > 1 and target[-1].lower() in CONTENT:
            slots.append(Slot((*here, target[-2].rpartition(".")[2])))
        if not (in_call and target[-1] in _VALUE_ARGUMENTS) and here and target[-1].lower() in ("default", "value"):
            slots.append(Slot(here, Place.DEFAULT))
        return slots

    def _tag(self, index: int, left: str) -> str:
        """Return the element that an attribute belongs to whose name `left` ends with, and the place of it."""
        tokens, at = self._tokens, index
        if left[-1:].isspace() or not re.search(r"(?:^|\s)[\w:.-]+$", left):
            return ""
        for _ in range(_MOST_ATTRIBUTES):
            if element := _ELEMENT.search(left):
                return f"{element['name']}()#{at}"
            if not at or "<" in left or ">" in left.replace("=>", "") or tokens.kinds[at - 1] in "({[;,":
                return ""
            at = tokens.partners.get(at - 1, at - 1)
            left = tokens.gap(at)
        return ""

    def _stated(self, index: int, name: str, here: _Path, depth: int) -> list[Slot]:
        """Return the slots of a value that a call is given by the word for it: its name there, that of the call."""
        tokens, frame = self._tokens, self._tokens.frames[index]
        stated = name in _VALUE_ARGUMENTS
        if self._is_call(frame):
            closing = tokens.partners.get(frame)
            alone = closing is not None and tokens.items[closing] == 0
            if stated or not (alone and wraps(self.calls.callee(frame) or "")):
                return self._positions.named_value(frame, here, depth) if stated else []
            return self._positions.wrapped(frame, here[:-1], depth)
        is_options = stated and frame > 0 and tokens.kinds[frame] == "{" and tokens.kinds[frame - 1] in "(,"
        outer = tokens.frames[frame] if is_options else -1
        return self._positions.named_value(outer, here, depth) if self._is_call(outer) else []

    def _is_call(self, frame: int) -> bool:
        return frame >= 0 and self._tokens.kinds[frame] == "(" and self.calls.callee(frame) is not None

    def _continues(self, index: int) -> bool:
        """Tell whether a comma and another value without a name follow the value at `index`."""
        kinds = self._tokens.kinds
        if index + 2 >= len(kinds) or kinds[index + 1] != ",":
            return False
        return re.search(r"[=:]", self._tokens.gap(index + 2)) is None

    def _member_of(self, index: int, left: str, here: _Path, depth: int) -> list[Slot]:
        tokens = self._tokens
        if self._is_ternary(index, left):
            name = self.calls.operand_before(index, left).name if tokens.kinds[index - 1] in ")]" else ""
            slots = [Slot((*here, name), Place.DEFAULT)] if name else []
            return slots + self.outer(self.item_start(index, left), depth)
        if (opening := self._lambda(index, left)) is not None:
            return self.slots_at(opening, tokens.starts[opening], depth + 1)
        name = self._targets.key(index, left)
        if not name:
            return []
        frame = tokens.frames[index]
        in_call = self._is_call(frame)
        within = self._statement(index, here)
        slots = [Slot((*within, name), Place.ARGUMENT if in_call else Place.ASSIGNMENT)]
        if frame in self.outline.choices or (name == "get" and here):
            slots.append(Slot(here, Place.DEFAULT))
        if named := self._positions.named_behind(index):
            slots.append(Slot((*here, named), Place.ARGUMENT))
        if name in _STATED and frame < 0 and self._language.commands:
            slots += [Slot((*here, each), Place.DEFAULT) for each in self._positions.named_before(index)]
        if name == "default" and "|>" in left:
            slots += self.outer(self.item_start(index, left), depth)
        if name in _STATED and within != here:
            slots.append(Slot((*here, within[-1].partition(" ")[2].partition("#")[0]), Place.DEFAULT))
        slots += self._stated(index, name, here, depth)
        if in_call and tokens.partners.get(frame) is not None and tokens.items[tokens.partners[frame]] == 0:
            slots.append(Slot((*here, "[0]"), Place.ARGUMENT))
        return slots

    def _lambda(self, index: int, left: str) -> int | None:
        """Return the bracket that a function without a name opens which does nothing but return the value."""
        if left.strip() or not index or self._tokens.kinds[index - 1] != ")":
            return None
        opening = self._tokens.partners.get(index - 1)
        return opening if opening is not None and self.calls.callee(opening) is None else None

    def _statement(self, index: int, here: _Path) -> _Path:
        """Return the path of keyword arguments that stand without brackets, as in `config :name, key: value`."""
        tokens = self._tokens
        if not self._language.commands or (tokens.frames[index] >= 0 and tokens.kinds[tokens.frames[index]] != "{"):
            return here
        at = index - 1
        for _ in range(MOST_NAMES * 4):
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

    def item_start(self, index: int, left: str) -> Operand:
        """Return where the expression begins that `left` is the end of: behind a comma, a bracket or an assignment."""
        tokens = self._tokens
        frame = tokens.frames[index]
        for _ in range(min(MOST_NAMES, self._steps)):
            self._steps -= 1
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
        operand = self.calls.operand_before(index, left)
        slots = [Slot((*here, operand.name), Place.DEFAULT)] if operand.name else []
        return self.outer(operand, depth) + slots
