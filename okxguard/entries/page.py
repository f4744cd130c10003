"""The lines of a text without the codes that colour them, and where what is read in them stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from okxguard.entries.offsets import OffsetMap
from okxguard.entries.pairs import unescape
from okxguard.model import Entry, Place, Span

# As terminals get them, and as programs print them that show control characters.
_COLOUR = re.compile(
    r"(?:\x1b|\\u001[bB]|\\x1[bB]|\\033|\\e(?=\[\d)|\^\[(?=\[\d))\[[0-9;?]{0,30}[A-Za-z]|\x1b\][^\x07\n]{0,300}\x07|\x1b[()][AB0-2]"
)
# How forums mark what is bold, code or hidden.
_BOARD = re.compile(
    r"(?i)\[/?(?:b|i|u|s|code|quote|color|size|font|url|spoiler|hide|list|center|img)(?:=[^\[\]\n]{0,60})?\]"
)
_MARKS = ("\x1b", "1b[", "1B[", "033[", "\\e[", "^[[")


def lines_of(text: str, start: int = 0) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text that begins at `start`, each with the offset of its first character."""
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


class Page:
    """The lines of one text, each with the offset of its first character."""

    def __init__(self, lines: Iterable[tuple[int, str]]) -> None:
        self._maps: dict[int, OffsetMap] = {}
        self.lines = [(offset, self._plain(index, line)) for index, (offset, line) in enumerate(lines)]

    def _plain(self, index: int, line: str) -> str:
        codes = list(_COLOUR.finditer(line)) if any(mark in line for mark in _MARKS) else []
        codes = codes or (list(_BOARD.finditer(line)) if "[/" in line else [])
        if not codes:
            return line
        pieces, kept, at, size = [(0, 0)], [], 0, 0
        for code in codes:
            kept.append(line[at : code.start()])
            size += code.start() - at
            at = code.end()
            pieces += [(size, code.start()), (size, at)]
        self._maps[index] = OffsetMap(pieces)
        return "".join([*kept, line[at:]])

    def entries(
        self, path: tuple[str, ...], place: tuple[int, int, int], where: Place, *, quoted: bool
    ) -> Iterator[Entry]:
        """Yield the entry of a value that stands on a line, from one column to another, unless it is empty."""
        index, start, end = place
        offset, line = self.lines[index]
        raw = line[start:end]
        value = unescape(raw) if quoted else raw
        if not value:
            return
        span = Span(start, end)
        if index in self._maps:
            span = self._maps[index].span_of(span)
        whole = span.end - span.start == len(raw)
        yield Entry(path, value, Span(offset + span.start, offset + span.end), where, quoted, value == raw and whole)
