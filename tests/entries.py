"""What the readers give back for a text, for their tests."""

from __future__ import annotations

from okxguard.documents import Document, Window, make_document
from okxguard.entries import read_entries
from okxguard.entries.reading import Reading, TellingLines
from okxguard.model import Entry


def document_of(path: str, text: str) -> Document:
    """Return a text as a document of that name."""
    return make_document(path, path, Window(text.encode("utf-8", "surrogatepass")))


def reading_of(path: str, text: str) -> Reading:
    """Read a text under a name; every line may hold something of interest."""
    document = document_of(path, text)
    return read_entries(document, TellingLines.everything(len(document.line_starts)), lambda entries: entries)


def entries_of(path: str, text: str) -> tuple[Entry, ...]:
    """Return all entries of a text."""
    return reading_of(path, text).entries


def entries_with(path: str, text: str, value: str) -> list[Entry]:
    """Return the entries of a text that have that value."""
    return [entry for entry in entries_of(path, text) if entry.value == value]
