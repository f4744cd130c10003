"""Read a document inside a document: a cell of a notebook, a fence of Markdown, a file in a value, a patched file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from okxguard.documents import Document
from okxguard.entries.offsets import OffsetMap
from okxguard.entries.page import lines_of
from okxguard.entries.reading import Reading, TellingLines
from okxguard.entries.text import read_lines
from okxguard.kinds import Kind
from okxguard.model import Entry, Place, Span


def document_inside(outer: Document, text: str, name: str, kind: Kind) -> Document:
    """Return a text that was taken out of `outer` as a document of its own that is called `name`."""
    starts = (0, *(match.end() for match in re.finditer("\n", text)))
    return Document(name, kind, text, starts, outer.evidence, declares=outer.declares)


def read_whole(inner: Document) -> Reading:
    """Read every line of a document that stands inside another."""
    from okxguard.entries import (
        read_as_written,  # the readers of all syntaxes are known there, those of documents inside
    )

    return read_as_written(inner, TellingLines.everything(len(inner.line_starts)))


def read_inner(
    outer: Document, text: str, offsets: OffsetMap, name: str, kind: Kind, within: tuple[str, ...] = ()
) -> Reading:
    """Read `text`, which was taken out of `outer`, as a document of its own that is called `name`.

    Its entries go by paths below `within` and stand where `offsets` says.
    """
    reading = read_whole(document_inside(outer, text, name, kind))
    return reading._replace(entries=tuple(moved(outer, entry, offsets, within) for entry in reading.entries))


def read_taken(
    outer: Document, text: str, offsets: OffsetMap, path: tuple[str, ...], *, place: Place, prose: bool = False
) -> Iterator[Entry]:
    """Yield the entries of the lines of `text`, which was taken out of `outer`, under `path`; prose has headings."""
    for entry in read_lines(lines_of(text), path, place=place, markdown=prose):
        yield moved(outer, entry, offsets)


def moved(
    outer: Document, entry: Entry, offsets: OffsetMap, within: tuple[str, ...] = (), bounds: Span | None = None
) -> Entry:
    """Return an entry of a text that was taken out of `outer` as one of `outer`, which stands within `bounds`."""
    span = offsets.span_of(entry.span)
    if bounds:
        span = Span(max(bounds.start, min(span.start, bounds.end - 1)), min(span.end, bounds.end))
    visible = entry.visible and outer.text[span.start : span.end] == entry.value
    return entry._replace(path=(*within, *entry.path), span=span, visible=visible)
