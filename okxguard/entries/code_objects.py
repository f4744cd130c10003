"""Name what the fields of an object are given by position, by the order in which its type declares them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from okxguard.documents import Document
from okxguard.entries.code_fields import Fields
from okxguard.entries.code_names import normalised
from okxguard.entries.code_slots import Slots
from okxguard.entries.code_types import TypeField, Types
from okxguard.entries.lexer import Tokens, commas_of
from okxguard.model import Entry

_MOST = 400
_LONGEST_HEADER = 200
_DEEPEST = 3
# An item that is given a name.
_NAMED = re.compile(r"\.?(?P<name>[\w$\"']{1,80})\s{0,9}(?:=(?!=)|:(?!:)|=>)")
_TYPE_BEFORE = re.compile(r"(?P<listed>\])?[&*\s]*(?P<name>[A-Za-z_]\w*)\s*$")
# What is declared with a type: `Key all[] = {`, `List<Key> All = new() {`, `Key[] All { get; } = [`.
_DECLARED = re.compile(
    r"(?P<type>[A-Za-z_]\w*)(?:<(?P<of>\w+)>|(?P<array>\[\])|\s?[*&?])?\s+(?P<name>\w+)\s*(?P<listed>\[\w{0,9}\])?"
    r"\s*(?:\{[^{}]{0,40}\}\s*)?=\s*(?:new\s*(?:\(\)\s*)?)?$"
)
_NEW = re.compile(r"\bnew\s*$")


class Objects:
    """Reads the objects of one text."""

    def __init__(self, document: Document, tokens: Tokens, slots: Slots, fields: Fields) -> None:
        self._document = document
        self._tokens = tokens
        self._slots = slots
        self._fields = fields
        self._types = Types(tokens)

    def read(self, telling: frozenset[int]) -> Iterator[Entry]:
        """Yield the values that stand on telling lines under the names of the fields they are for."""
        count = 0
        for frame in self._frames(telling):
            fields = self._fields_in(frame)
            path = self._path_in(frame) if fields else ()
            for name, start in self._given(frame, fields) if fields else ():
                count += 1
                yield from self._fields.value((*path, name), start)
            if count > _MOST:
                return

    def _path_in(self, frame: int) -> tuple[str, ...]:
        """Return the path of what stands in a bracket; `new(...)` in a list has its number there."""
        path = self._slots.outline.path_at(frame, self._tokens.ends[frame])
        outer = self._tokens.frames[frame]
        if outer >= 0 and path == self._slots.outline.path_at(outer, self._tokens.ends[outer]):
            return (*path, f"[{self._tokens.items[frame]}]")
        return path

    def _given(self, frame: int, fields: list[TypeField]) -> Iterator[tuple[str, int]]:
        """Yield names and places of what the fields are given by position, and of the defaults of the others."""
        code = self._tokens.code
        starts = self._items(frame)
        named = {match["name"].strip("\"'") for start in starts if (match := _NAMED.match(code, start))}
        for field, start in zip_longest(fields, [] if named else starts):
            if field is None or (start is not None and code[start : start + 2] == ".."):
                return
            if start is not None and not named:
                yield field.name, start
            elif field.default is not None and field.name not in named:
                yield field.name, field.default

    def _frames(self, telling: frozenset[int]) -> Iterator[int]:
        """Yield the brackets on telling lines that hold something, where the text declares any type."""
        tokens = self._tokens
        if not self._types:
            return
        for frame, kind in enumerate(tokens.kinds[:-1]):
            if kind in "({" and frame in tokens.partners and self._document.line_of(tokens.starts[frame]) in telling:
                yield frame

    def _items(self, frame: int) -> list[int]:
        """Return where the items of a bracket begin."""
        tokens = self._tokens
        starts = [frame, *commas_of(tokens, frame, tokens.partners[frame])]
        begins = [self._fields.behind_blanks(tokens.ends[at]) for at in starts]
        return begins if begins[0] < tokens.starts[tokens.partners[frame]] else []

    def _fields_in(self, frame: int) -> list[TypeField]:
        """Return the fields that the items of a bracket are for."""
        if self._types.declares(frame):
            return []
        if self._tokens.kinds[frame] == "(":
            return self._fields_in_call(frame)
        name, listed = self._type_of(frame)
        if name:
            return [] if listed else self._types.fields_of(name)
        outer = self._tokens.frames[frame]
        if outer < 0 or self._tokens.kinds[outer] not in "{[":
            return []
        name, listed = self._type_of(outer)
        return self._types.fields_of(name) if listed else []

    def _fields_in_call(self, frame: int) -> list[TypeField]:
        written = self._slots.calls.dotted_end(self._tokens.gap(frame))
        if written and self._slots.calls.callee(frame):
            owner, _, name = normalised(written["name"]).rpartition(".")
            return self._types.fields_of(owner.rpartition(".")[2] if name == "new" else name)
        at = frame
        if not _NEW.search(self._tokens.gap(frame)):
            return []
        for _ in range(_DEEPEST):
            name, _ = self._type_of(at)
            if name:
                return self._types.fields_of(name)
            at = self._tokens.frames[at]
            if at < 0:
                break
        return []

    def _type_of(self, frame: int) -> tuple[str, bool]:
        """Return the type of what stands in a bracket, and whether it is a list of such."""
        tokens = self._tokens
        anonymous = self._types.anonymous(frame)
        if anonymous:
            return anonymous
        header = tokens.code[max(0, tokens.starts[frame] - _LONGEST_HEADER) : tokens.starts[frame]]
        before = _TYPE_BEFORE.search(header)
        if before and self._types.fields_of(before["name"]):
            return before["name"], bool(before["listed"])
        declared = _DECLARED.search(header)
        if declared is None:
            return "", False
        name = declared["of"] or declared["type"]
        listed = bool(declared["of"] or declared["array"] or declared["listed"])
        return (name, listed) if self._types.fields_of(name) else ("", False)
