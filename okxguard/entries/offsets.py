"""Where the letters of a text that was taken out of a document stand in that document."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from okxguard.model import Span

_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)


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


def escaped_pieces(raw: str, start: int) -> Iterator[tuple[int, int]]:
    """Yield the pieces of an offset map for a string that is written with escapes as `raw` at offset `start`."""
    yield 0, start
    surplus = 0
    for match in _ESCAPE.finditer(raw):
        surplus += match.end() - match.start() - 1
        yield match.end() - surplus, start + match.end()
