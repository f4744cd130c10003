"""Read source code that somebody commented out: blocks of comment lines that show a key or a secret among calls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from okxguard.documents import Document
from okxguard.entries.inner import read_inner
from okxguard.entries.offsets import OffsetMap
from okxguard.kinds import Kind
from okxguard.model import Entry, Place

_SHOWN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9A-F])[0-9A-F]{32}(?![0-9A-F])")
_CALLED = re.compile(r"[\w)]\(\s*(?:\w+\s*=\s*)?[\"'`]|[\"'`]\s*,?\s*$", re.MULTILINE)
# Between the lines of a block stand a line end, an indent and the sign of a comment.
_GAP = 40
_LONGEST_BLOCK = 60


def read_commented(document: Document, lines: Sequence[tuple[int, str]], kind: Kind) -> Iterator[Entry]:
    """Yield the entries of code in comments; `lines` are their offsets and their texts without the sign."""
    block: list[tuple[int, str]] = []
    for start, body in lines:
        if block and (start - block[-1][0] - len(block[-1][1]) > _GAP or len(block) == _LONGEST_BLOCK):
            yield from _read(document, block, kind)
            block = []
        block.append((start, body))
    yield from _read(document, block, kind)


def _read(document: Document, block: list[tuple[int, str]], kind: Kind) -> Iterator[Entry]:
    text = "\n".join(body for _, body in block)
    if not (_SHOWN.search(text) and _CALLED.search(text)):
        return
    pieces, length = [], 0
    for start, body in block:
        pieces.append((length, start))
        length += len(body) + 1
    name = document.path.replace("!", "/").rpartition("/")[2]
    for entry in read_inner(document, text, OffsetMap(pieces), name, kind, ("#",)).entries:
        if entry.place is not Place.EXPRESSION:
            yield entry._replace(place=Place.COMMENT)
