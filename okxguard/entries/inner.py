"""Read a document inside a document: a cell of a notebook, a fence of Markdown, a file in a value, a patched file."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from okxguard.documents import Document
from okxguard.entries.reading import Reading
from okxguard.kinds import Kind
from okxguard.model import Entry, Span


class OffsetMap:
    """Maps offsets in a text that was taken out of a document back to that document.

    `pieces` are pairs of an offset in the taken text and the offset in the document where that character stands,
    in the order of the text, beginning with 0; between two pieces letters stand as in the document. Of two pieces with
    the same offset, the first says where the text before them ends, the second where the text behind them begins.
    """

    def __init__(self, pieces: Sequence[tuple[int, int]]) -> None:
        self._taken = [taken for taken, _ in pieces]
        self._shifts = [outer - taken for taken, outer in pieces]

    def of(self, offset: int) -> int:
        """Return the place in the document of the character at `offset` of the taken text."""
        return offset + self._shifts[max(0, bisect_right(self._taken, offset) - 1)]

    def span_of(self, span: Span) -> Span:
        """Return the place in the document of a stretch of the taken text."""
        if span.end <= span.start:
            return Span(self.of(span.start), self.of(span.start))
        # Where a piece begins right behind the stretch, the last character may be written as an escape.
        at = bisect_left(self._taken, span.end)
        bounded = at < len(self._taken) and self._taken[at] == span.end
        end = span.end + self._shifts[at] if bounded else self.of(span.end - 1) + 1
        return Span(self.of(span.start), end)


def read_inner(
    outer: Document, text: str, offsets: OffsetMap, name: str, kind: Kind, within: tuple[str, ...] = ()
) -> Reading:
    """Read `text`, which was taken out of `outer`, as a document of its own that is called `name`.

    Its entries go by paths below `within` and stand where `offsets` says.
    """
    from okxguard.entries import read_as_written  # the readers of all syntaxes are known there, this one included

    starts = (0, *(match.end() for match in re.finditer("\n", text)))
    inner = Document(name, kind, text, starts, outer.evidence, declares=outer.declares)
    reading = read_as_written(inner, lambda: frozenset(range(len(starts))))
    return reading._replace(entries=tuple(_moved(outer, entry, offsets, within) for entry in reading.entries))


def _moved(outer: Document, entry: Entry, offsets: OffsetMap, within: tuple[str, ...]) -> Entry:
    span = offsets.span_of(entry.span)
    visible = entry.visible and outer.text[span.start : span.end] == entry.value
    return entry._replace(path=(*within, *entry.path), span=span, visible=visible)


def escaped_pieces(raw: str, start: int) -> Iterator[tuple[int, int]]:
    """Yield the pieces of an offset map for a string that is written with escapes as `raw` at offset `start`."""
    yield 0, start
    surplus = 0
    for match in re.finditer(r"(?s)\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", raw):
        surplus += match.end() - match.start() - 1
        yield match.end() - surplus, start + match.end()
