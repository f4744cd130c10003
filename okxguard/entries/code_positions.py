"""Tell the names of a value that has none of its own: an argument, an item of a list, the only thing in a block."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from okxguard.entries.code_arguments import DEFAULTING, SETTER, Arguments, is_name, plain_name
from okxguard.entries.code_calls import Calls, Operand
from okxguard.entries.code_commands import CommandNames
from okxguard.entries.code_names import Names
from okxguard.entries.code_targets import CONTENT, Slot, Targets
from okxguard.entries.languages import Language
from okxguard.entries.lexer import STRING, Tokens
from okxguard.entries.wrapping import chooses, looks_up, wraps
from okxguard.model import Place

if TYPE_CHECKING:
    from okxguard.entries.code_slots import Slots

_Path = tuple[str, ...]


class Positions:
    """Names the positions of one text."""

    def __init__(self, tokens: Tokens, language: Language, calls: Calls, targets: Targets, slots: Slots) -> None:
        self._tokens = tokens
        self._language = language
        self._calls = calls
        self._targets = targets
        self._slots = slots
        self._names: Names = slots.names
        self._arguments = Arguments(tokens, language, targets)
        self._words = CommandNames(tokens, language, calls, targets, slots)
        self.behind_word = self._words.behind_word

    def nameless(self, index: int, gap: str, here: _Path, depth: int) -> list[Slot]:
        tokens = self._tokens
        if not index:
            return []
        before = tokens.kinds[index - 1]
        frame = tokens.frames[index]
        if before == STRING:
            return self._words.beside(index, here, depth) or (self._paired(index, frame) if frame >= 0 else [])
        if before == ")":
            opening = tokens.partners.get(index - 1)
            return (
                self._slots.slots_at(opening, tokens.starts[opening], depth + 1)
                if opening is not None and "\n" not in gap
                else []
            )
        if before not in "([{," or frame < 0:
            return self._words.in_statement(index, here) if before == "," else []
        if tokens.kinds[frame] == "(":
            return self._argument(index, frame, here, depth)
        if tokens.kinds[frame] == "[" and self._is_subscript(frame):
            return []
        if tokens.kinds[frame] == "{" and (before == "," and self._slots.outline.is_block(frame)):
            return self._words.in_statement(index, here)
        slots = [Slot(path) for path in self._item(frame, tokens.items[index], here)]
        last = tokens.partners.get(index, index) if tokens.kinds[index] == "(" else index
        while (
            last + 2 < len(tokens.kinds) and tokens.kinds[last + 1] == "(" and tokens.gap(last + 1).lstrip()[:1] == "."
        ):
            last = tokens.partners.get(last + 1, len(tokens.kinds))
        alone = tokens.kinds[frame] == "{" and index == frame + 1 and tokens.partners.get(frame) == last + 1
        if alone and here:
            slots += self._alone(frame, here, depth)
        return [*self._tuple(index, frame), *slots, *self._paired(index, frame)]

    def _alone(self, frame: int, here: _Path, depth: int) -> list[Slot]:
        """Return the names of the only thing in braces: `x { "v" }`, `fetch("NAME") { "v" }`."""
        slots = [Slot(here, Place.DEFAULT)]
        if frame and self._tokens.kinds[frame - 1] in "(,":
            slots += self._slots.outer(Operand(frame, self._tokens.starts[frame]), depth)
        if len(here) > 1 and wraps(here[-1].partition("()#")[0]):
            slots.append(Slot(here[:-1], Place.DEFAULT))
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
        if not is_name(name):
            return []
        return [Slot((*self._outside(frame), plain_name(name)))]

    def _outside(self, frame: int) -> _Path:
        return self._slots.outline.path_at(self._tokens.frames[frame], self._tokens.starts[frame])

    def _tuple(self, index: int, frame: int) -> list[Slot]:
        """Return the name of the second item of `{name, "v"}` where bare words name what stands behind them."""
        tokens = self._tokens
        if index < 2 or index - 2 != frame or tokens.kinds[index - 1] != ",":
            return []
        atom = re.fullmatch(r"\s*(:?)([a-z]\w{1,80})\s*", tokens.gap(index - 1))
        if atom is None or not (self._language.atoms or (atom[1] and self._language.commands)):
            return []
        return [Slot((*self._outside(frame), atom[2]))]

    def _is_subscript(self, frame: int) -> bool:
        gap = self._tokens.gap(frame)
        return bool(re.search(r"[\w$?]$", gap)) or (not gap and frame > 0 and self._tokens.kinds[frame - 1] in ")]")

    def _item(self, frame: int, item: int, here: _Path) -> list[_Path]:
        """Return the paths of an item of a list: its position, and the name it is unpacked to."""
        names = self._targets.unpacked(frame)
        if item < len(names) and names[item]:
            return [(*self._slots.outline.path_at(self._tokens.frames[frame], self._tokens.starts[frame]), names[item])]
        return [(*here, f"[{item}]")]

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
            pair = self._arguments.pair(index, here)
            slots += pair
            if closing is not None and tokens.items[closing] == item and looks_up(callee):
                slots += self._looked_up(frame, here, depth) if pair or item > 1 else []
        if named := self._arguments.behind(index):
            slots.append(Slot((*here[:-1], here[-1].split("#")[0], named), Place.ARGUMENT))
        if received := self._arguments.receiver(index, frame, callee):
            slots.append(Slot((*here[:-1], received), Place.DEFAULT))
        if single:
            slots += self._single(frame, callee, here[:-1], depth)
        elif item and chooses(callee):
            chosen = self._calls.operand_before(index - 1, tokens.gap(index - 1))
            slots += [Slot((*here[:-1], chosen.name), Place.DEFAULT)] if chosen.name else []
            slots += self._slots.outer(self._calls.operand_before(frame, tokens.gap(frame)), depth)
        elif wraps(callee) and self._arguments.is_wrapped(index, frame, item):
            slots += self.wrapped(frame, here[:-1], depth)
        return slots

    def named_before(self, index: int) -> list[str]:
        """Return the first text of the arguments without brackets that end in front of `index`."""
        return self._arguments.stated_before(index)

    def named_behind(self, index: int) -> str:
        """Return the name that an argument behind the value at `index` gives it."""
        return self._arguments.behind(index)

    def _looked_up(self, frame: int, here: _Path, depth: int) -> list[Slot]:
        """Return the slots of the default of a call that looks a setting up, and the name of that setting."""
        name = self._calls.first_string(frame)
        slots = [Slot((*here[:-1], plain_name(name)), Place.DEFAULT)] if is_name(name) else []
        return slots + self._slots.outer(self._calls.operand_before(frame, self._tokens.gap(frame)), depth)

    def wrapped(self, frame: int, scope: _Path, depth: int) -> list[Slot]:
        """Return the slots of a call that holds what the bracket at `frame` holds, and the name it is saved under."""
        start = self._calls.operand_before(frame, self._tokens.gap(frame))
        saved = self._arguments.saved_as(self._tokens.partners.get(frame))
        slots = [Slot((*scope, saved))] if saved else []
        return slots + self._slots.slots_at(start.at, start.offset, depth + 1)

    def _single(self, frame: int, callee: str, scope: _Path, depth: int) -> list[Slot]:
        """Return the names that the only argument of a call goes by: that of a setter, those of the result."""
        owner, _, last = callee.rpartition(".")
        root = owner.partition("()")
        owner = root[0] + root[1]
        setter = SETTER.fullmatch(last)
        slots = [Slot((*scope, *((owner,) if owner else ()), setter["name"] if setter else last), Place.ARGUMENT)]
        if setter and owner and setter["name"].lower() in CONTENT:
            slots.append(Slot((*scope, owner.rpartition(".")[2]), Place.ARGUMENT))
        gap = self._tokens.gap(frame)
        start = self._calls.operand_before(frame, gap)
        field = self._arguments.annotated(frame)
        slots += [Slot((*scope, field), Place.DEFAULT)] if field else []
        if DEFAULTING.search(callee):
            slots += [Slot((*scope, start.name), Place.DEFAULT)] if start.name else []
            return slots + self._slots.outer(start, depth)
        if wraps(callee):
            if start.at and self._tokens.kinds[start.at - 1] == "]" and last == "byte":
                opening = self._tokens.partners.get(start.at - 1, start.at)
                return slots + self._slots.slots_at(opening, self._tokens.starts[opening], depth + 1)
            return slots + self.wrapped(frame, scope, depth)
        return slots

    def named_value(self, opening: int, here: _Path, depth: int) -> list[Slot]:
        """Return the slots of `fromEnvironment("NAME", defaultValue: ...)`: the name, and that of the whole call."""
        name = self._calls.first_string(opening)
        own = [Slot((*here, name), Place.DEFAULT)] if is_name(name) else []
        field = self._arguments.annotated(opening)
        own += [Slot((*here[:-1], field), Place.DEFAULT)] if field else []
        start = self._calls.operand_before(opening, self._tokens.gap(opening))
        return own + self._slots.outer(start, depth)
