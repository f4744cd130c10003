"""Read mappings that code puts together from pairs: `Map.of("a", x)`, `Map.entry("a", x)`, `body.put("a", x)`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from okxguard.documents import Document
from okxguard.entries.code_arguments import is_name, plain_name
from okxguard.entries.code_fields import Fields
from okxguard.entries.code_names import normalised
from okxguard.entries.code_slots import Slots
from okxguard.entries.lexer import STRING, Tokens, commas_of
from okxguard.model import Entry, Place

_Path = tuple[str, ...]
_MOST = 400
_LONGEST_NAME = 82
# Callables of which every other argument is the name of the one behind it.
_ALTERNATING = re.compile(r"(?:^|[._]|[a-z])(?:Map|Hash|Dict)\.of$|(?:^|\.)(?:hash|array|sorted)_?map$")
# Callables that make a pair out of a name and a value.
_PAIRING = re.compile(r"(?:^|\.)(?:entry|[Pp]air|KeyValuePair|SimpleEntry|SimpleImmutableEntry|Tuple2?|of)$")
# Callables that make a list.
_LISTING = re.compile(r"(?:^|[._])\w{0,20}(?:[Ll]ist|[Ss]et|[Ss]eq|[Aa]rray|[Vv]ec\w*|[Ss]tream)s?(?:\.of)?$")
# Methods that add a pair to what they belong to.
_ADDING = re.compile(
    r"(?:^|\.)(?:put|[Aa]dd|set|[Ss]et|insert|append|Append|emplace|try_emplace|store|with|param|field)"
    r"(?:Property|Value|String|Str|Field|Param|Parameter|QueryParam|QueryParameter|FormParam|Data|Element|IfAbsent|Item)?$"
)


class _Pair(NamedTuple):
    """One pair: the path of the mapping it belongs to, its name, and where its value begins."""

    scope: _Path
    name: str
    start: int


class Mappings:
    """Reads the mappings of one text."""

    def __init__(self, document: Document, tokens: Tokens, slots: Slots, fields: Fields) -> None:
        self._document = document
        self._tokens = tokens
        self._slots = slots
        self._fields = fields
        self._values: dict[int, _Path] = {}

    def read(self, telling: frozenset[int]) -> Iterator[Entry]:
        """Yield the values of all pairs on telling lines under the path of their mapping and their own name."""
        count = 0
        for frame in self._frames(telling):
            for pair in self._pairs(frame):
                count += 1
                path, start = (*pair.scope, pair.name), self._fields.behind_blanks(pair.start)
                self._values[start] = path
                yield from self._fields.value(path, start)
            if count > _MOST:
                return

    def _frames(self, telling: frozenset[int]) -> Iterator[int]:
        """Yield the brackets on telling lines that begin with a text that could be a name, and a comma."""
        tokens = self._tokens
        for frame, kind in enumerate(tokens.kinds[:-2]):
            if kind in "([{" and tokens.kinds[frame + 1] == STRING and tokens.kinds[frame + 2] == ",":
                size = tokens.ends[frame + 1] - tokens.starts[frame + 1]
                if size <= _LONGEST_NAME and self._document.line_of(tokens.starts[frame]) in telling:
                    yield frame

    def _pairs(self, frame: int) -> Iterator[_Pair]:
        closing = self._tokens.partners.get(frame)
        if closing is None:
            return
        callee = self._slots.calls.callee(frame) if self._tokens.kinds[frame] == "(" else None
        commas = commas_of(self._tokens, frame, closing)
        if callee and _ALTERNATING.search(callee):
            yield from self._alternating(frame, commas)
            return
        name = self._name_at(frame + 1)
        scope = self._scope(frame, callee) if len(commas) == 1 and name else None
        if scope is not None:
            yield _Pair(scope, name, self._tokens.ends[commas[0]])

    def _alternating(self, frame: int, commas: list[int]) -> Iterator[_Pair]:
        if len(commas) % 2 == 0:
            return
        scope = self._held_by(frame)
        for at, (before, comma) in enumerate(zip([frame, *commas], commas, strict=False)):
            if at % 2 == 0 and comma == before + 2 and (name := self._name_at(before + 1)):
                yield _Pair(scope, name, self._tokens.ends[comma])

    def _name_at(self, index: int) -> str:
        """Return the name that a text alone between two signs is."""
        tokens = self._tokens
        if tokens.kinds[index] != STRING or tokens.gap(index).strip() or tokens.gap(index + 1).strip():
            return ""
        text = tokens.code[tokens.starts[index] + 1 : tokens.ends[index] - 1]
        return plain_name(text) if is_name(text) else ""

    def _scope(self, frame: int, callee: str | None) -> _Path | None:
        """Return the path of the mapping that the pair in a bracket belongs to, or None where it belongs to none."""
        tokens = self._tokens
        outside = self._slots.outline.path_at(tokens.frames[frame], tokens.starts[frame])
        if callee is None:
            return None if tokens.gap(frame).strip() else outside
        if _PAIRING.search(callee) and tokens.frames[frame] >= 0:
            return self._held_by(tokens.frames[frame])
        if not _ADDING.search(callee):
            return None
        start = self._slots.calls.operand_before(frame, self._tokens.gap(frame))
        receiver = normalised(tokens.code[start.offset : tokens.starts[frame]].partition("(")[0]).rpartition(".")[0]
        slots = self._slots.slots_at(start.at, start.offset)
        if slots and slots[0].place is Place.ASSIGNMENT:
            return slots[0].path
        return (*outside, f"{receiver}#{tokens.frames[frame]}") if receiver else outside

    def _held_by(self, frame: int) -> _Path:
        """Return the path of what the call at `frame` makes: the name that it is given to, or that of the call."""
        start = self._slots.calls.operand_before(frame, self._tokens.gap(frame))
        if known := self._values.get(start.offset):
            return known
        slots = self._slots.slots_at(start.at, start.offset)
        outer = self._tokens.frames[frame]
        listed = outer >= 0 and _LISTING.search(self._slots.calls.callee(outer) or "")
        if slots and (listed or slots[0].place is Place.ASSIGNMENT):
            return slots[0].path
        return self._slots.outline.path_at(frame, self._tokens.ends[frame])
