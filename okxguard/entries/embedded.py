"""Read what stands inside a string value: a whole settings file, a script, a header, JSON in JSON."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from okxguard.entries.text import read_lines
from okxguard.model import Entry, Place, Span

_SHORTEST = 12
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)


def may_hold_entries(value: str) -> bool:
    """Tell whether a string is long enough to hold `name separator value` and has a separator."""
    return len(value) >= _SHORTEST and any(sign in value for sign in "=:：|")


def read_embedded(
    raw: str, value: str, start: int, path: tuple[str, ...], place: Place = Place.TEXT
) -> Iterator[Entry]:
    """Yield the entries inside a string.

    `raw` is the string as it is written at offset `start` of the document, `value` what it stands for. The items of a
    list of assignments, `["A=1", "B=2"]`, are siblings.
    """
    if not may_hold_entries(value):
        return
    if path and path[-1].startswith("["):
        path = path[:-1]
    offsets = _Offsets(raw if raw != value else "", start)
    at = 0
    lines = []
    for line in value.split("\n"):
        lines.append((at, line))
        at += len(line) + 1
    for entry in read_lines(lines, path, place=place):
        span = Span(offsets.of(entry.span.start), offsets.of(entry.span.end))
        yield Entry(
            entry.path,
            entry.value,
            span,
            entry.place,
            entry.quoted,
            entry.visible and span.end - span.start == len(entry.value),
        )


class _Offsets:
    """Maps offsets in the meaning of a string to offsets in the document, escapes included."""

    def __init__(self, raw: str, start: int) -> None:
        self._start = start
        self._meant: list[int] = []
        self._extra: list[int] = []
        surplus = 0
        for match in _ESCAPE.finditer(raw):
            self._meant.append(match.start() - surplus)
            surplus += match.end() - match.start() - 1
            self._extra.append(surplus)

    def of(self, offset: int) -> int:
        """Return the place in the document of the character at `offset` of the meaning."""
        index = bisect_right(self._meant, offset - 1) - 1
        return self._start + offset + (self._extra[index] if index >= 0 else 0)
