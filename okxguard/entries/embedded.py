"""Read what stands inside a string value: a whole settings file, a script, a header, JSON in JSON."""

from __future__ import annotations

from collections.abc import Iterator

from okxguard.entries.offsets import OffsetMap, escaped_pieces
from okxguard.entries.page import lines_of
from okxguard.entries.text import read_lines
from okxguard.model import Entry, Place

_SHORTEST = 12


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
    offsets = OffsetMap(list(escaped_pieces(raw if raw != value else "", start)))
    for entry in read_lines(lines_of(value), path, place=place):
        span = offsets.span_of(entry.span)
        yield entry._replace(span=span, visible=entry.visible and span.end - span.start == len(entry.value))
