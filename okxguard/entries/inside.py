"""Read text that was taken out of a document, line by line, and put its entries back where they stand."""

from __future__ import annotations

from collections.abc import Iterator

from okxguard.documents import Document
from okxguard.entries.inner import OffsetMap
from okxguard.entries.text import read_lines
from okxguard.model import Entry, Place, Span


def read_taken(
    document: Document, text: str, offsets: OffsetMap, path: tuple[str, ...], *, place: Place, prose: bool = False
) -> Iterator[Entry]:
    """Yield the entries of `text`, which was taken out of `document`, under `path`; prose has headings."""
    at, lines = 0, []
    for line in text.split("\n"):
        lines.append((at, line))
        at += len(line) + 1
    for entry in read_lines(lines, path, place=place, markdown=prose):
        yield moved(document, entry, offsets)


def moved(document: Document, entry: Entry, offsets: OffsetMap) -> Entry:
    """Return an entry of the taken text as one of the document."""
    span: Span = offsets.span_of(entry.span)
    visible = entry.visible and document.text[span.start : span.end] == entry.value
    return entry._replace(span=span, visible=visible)
