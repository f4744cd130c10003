"""Find the types that source code declares, with their fields in the order in which they are given values."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import pairwise
from typing import NamedTuple

from okxguard.entries.lexer import Tokens, commas_of

_MOST_FIELDS = 40
_LONGEST_NAME = 120
_LONGEST_BODY = 4000
# A type with its fields in round brackets: records, data classes, case classes, constructors.
_PRIMARY = re.compile(
    r"\b(?:record|class|struct)\s+(?:struct\s+|class\s+)?(?P<name>[A-Z]\w*)\s*(?:<[^<>()]{0,80}>)?\s*\("
)
_CLASS = re.compile(r"\b(?:class|struct|type)\s+(?P<name>[A-Z]\w*)\b[^{}();]{0,120}\{")
_CONSTRUCTOR = r"(?<![\w.])(?:constructor|__construct|(?<!new )(?<!return ){name})\s*\("
# A type with its fields in braces: `type Key struct {`, `struct key {`.
_BRACED = re.compile(
    r"\btype\s+(?P<go>\w+)\s+struct\s*\{|(?<!\w)struct\s+(?P<c>\w+)\s*\{|\btypedef\s+struct\s*(?:\w+\s*)?\{"
)
_ANONYMOUS = re.compile(r"(?P<listed>\])?\s*struct\s*$")
_NAMED_BEHIND = re.compile(r"\s*(?P<name>\w+)\s*;")
_LISTED = re.compile(r"\b(?P<name>[A-Z]\w*)\s*=\s*(?:Struct|Data)\.(?:new|define)\s*\((?P<fields>[\s:\w,]{1,400})")
_GO_FIELD = re.compile(r"^\s*(?P<names>[A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*)\s+[\w\[\]*.{}]", re.MULTILINE)
_C_FIELD = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*(?:\[[^\[\]]{0,20}\])?\s*;")
_DEFAULT = re.compile(r"=(?![=>])\s*")
_EMPTY = re.compile(r"(?:\"\"|''|null|nil|None|default|\[\]|\{\}|[\w.]{0,40}(?:<\w{0,40}>)?\(\))\s*")
_BODY = re.compile(r"\s{0,80}(?:[{:]|throws\b|=>|;)")
_WORD = re.compile(r"[A-Za-z_$]\w*")


class TypeField(NamedTuple):
    """A field of a type, and where its default begins if it has one that says something."""

    name: str
    default: int | None = None


class Types:
    """Knows the types of one text."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._fields: dict[str, list[TypeField]] = {}
        self._declaring: set[int] = set()
        self._note_primary()
        self._note_constructors()
        self._note_braced()
        for match in _LISTED.finditer(tokens.code):
            self._add(match["name"], _WORD.findall(match["fields"]))

    def __bool__(self) -> bool:
        return bool(self._fields) or "struct" in self._tokens.code

    def fields_of(self, name: str) -> list[TypeField]:
        """Return the fields of a type in their order, none where they are unknown."""
        return self._fields.get(name, [])

    def declares(self, frame: int) -> bool:
        """Tell whether a bracket holds the declaration of fields."""
        return frame in self._declaring

    def anonymous(self, frame: int) -> tuple[str, bool] | None:
        """Return the type without a name that stands in front of a bracket: `[]struct { name string }{`."""
        tokens = self._tokens
        opening = tokens.partners.get(frame - 1) if frame and tokens.kinds[frame - 1] == "}" else None
        if opening is None or tokens.gap(frame).strip():
            return None
        start = tokens.starts[opening]
        match = _ANONYMOUS.search(tokens.code[max(0, start - _LONGEST_NAME) : start])
        if match is None:
            return None
        name = f"struct {opening}"
        self._add(name, _go_fields(self._inside(opening)))
        return name, bool(match["listed"])

    def _note_primary(self) -> None:
        for match in _PRIMARY.finditer(self._tokens.code):
            self._note(match["name"], match.end() - 1)

    def _note_constructors(self) -> None:
        """Note the parameters of the constructors that classes hold."""
        code = self._tokens.code
        for match in _CLASS.finditer(code):
            frame = self._frame_at(match.end() - 1)
            closing = self._tokens.partners.get(frame)
            if closing is None or match["name"] in self._fields:
                continue
            pattern = re.compile(_CONSTRUCTOR.format(name=match["name"]))
            found = pattern.search(code, match.end(), min(self._tokens.starts[closing], match.end() + _LONGEST_BODY))
            if found and self._is_declaration(found.end() - 1):
                self._note(match["name"], found.end() - 1)

    def _is_declaration(self, offset: int) -> bool:
        """Tell whether a body or the end of a declaration follows the bracket at an offset."""
        closing = self._tokens.partners.get(self._frame_at(offset))
        return closing is not None and _BODY.match(self._tokens.code, self._tokens.ends[closing]) is not None

    def _note_braced(self) -> None:
        tokens = self._tokens
        for match in _BRACED.finditer(tokens.code):
            frame = self._frame_at(match.end() - 1)
            closing = tokens.partners.get(frame)
            if closing is None:
                continue
            behind = _NAMED_BEHIND.match(tokens.code, tokens.ends[closing])
            name = match["go"] or match["c"] or (behind["name"] if behind else "")
            inside = self._inside(frame)
            found = _go_fields(inside) if match["go"] else [each["name"] for each in _C_FIELD.finditer(inside)]
            self._declaring.add(frame)
            self._add(name, found)

    def _note(self, name: str, offset: int) -> None:
        frame = self._frame_at(offset)
        closing = self._tokens.partners.get(frame)
        if closing is None:
            return
        self._declaring.add(frame)
        commas = commas_of(self._tokens, frame, closing)
        parameters = [
            self._parameter(self._tokens.ends[first], self._tokens.starts[last])
            for first, last in pairwise([frame, *commas, closing])
        ]
        self._fields.setdefault(name, parameters[:_MOST_FIELDS])

    def _parameter(self, start: int, end: int) -> TypeField:
        """Return a parameter: its name is the last word in front of its type or default."""
        source = self._tokens.code[start:end]
        sign = _DEFAULT.search(source)
        words = _WORD.findall((source[: sign.start()] if sign else source).partition(":")[0])
        says = sign is not None and not _EMPTY.fullmatch(source, sign.end())
        return TypeField(words[-1] if words else "", start + sign.end() if sign and says else None)

    def _add(self, name: str, fields: list[str]) -> None:
        self._fields.setdefault(name, [TypeField(field) for field in fields[:_MOST_FIELDS]])

    def _frame_at(self, offset: int) -> int:
        return bisect_left(self._tokens.starts, offset)

    def _inside(self, frame: int) -> str:
        closing = self._tokens.partners.get(frame, frame)
        return self._tokens.code[self._tokens.ends[frame] : self._tokens.starts[closing]][:_LONGEST_BODY]


def _go_fields(inside: str) -> list[str]:
    return [
        name.strip() for match in _GO_FIELD.finditer(inside.replace(";", "\n")) for name in match["names"].split(",")
    ]
