"""Group what notes say of keys: labels under the one of an API key, each on a line of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable

from okxguard.detectors.declarations import Declaration, Field, plain
from okxguard.detectors.declared import texts_of
from okxguard.detectors.fields import FieldReader, Kind
from okxguard.detectors.names import NameReader
from okxguard.detectors.permissions import PermissionReader
from okxguard.documents import Document
from okxguard.model import Entry, Place, Role, Span

_LINES = 10
_LONGEST = 1000
_LABELLED = re.compile(r"\W{0,12}(?P<label>[^\W\d_][^:：=|\n]{0,40}?)[*_`]{0,3}\s{0,9}[:：=]\s{0,9}(?P<value>[^\n]*)")
_MARKUP = " \t*_`|.;"
_KINDS = frozenset({Kind.PERMISSIONS, Kind.ADDRESSES, Kind.BOUND, Kind.VERIFIED})


class NoteReader:
    """Reads notes with the words of one policy book and of the vocabulary."""

    def __init__(self, fields: FieldReader, permissions: PermissionReader, names: NameReader) -> None:
        self._fields = fields
        self._permissions = permissions
        self._names = names

    def read(self, document: Document, entries: Iterable[Entry]) -> list[Declaration]:
        """Return the keys that notes describe: rights made of nothing but permissions, and addresses beside them."""
        keys = [
            entry
            for entry in entries
            if entry.path and entry.place is Place.TEXT and self._names.read(plain(entry.path[-1])).role is Role.API_KEY
        ]
        lines = sorted({document.line_of(entry.span.start): entry for entry in reversed(keys)}.items())
        found = []
        for at, (line, entry) in enumerate(lines):
            end = lines[at + 1][0] if at + 1 < len(lines) else len(document.line_starts)
            fields = self._fields_below(document, entry, range(line + 1, min(end, line + 1 + _LINES)))
            if Kind.PERMISSIONS in fields and (Kind.ADDRESSES in fields or Kind.BOUND in fields):
                told = tuple(sorted(fields.values(), key=_start))
                found.append(Declaration((*entry.path[:-1], f"#{line}"), (), told))
        return found

    def _fields_below(self, document: Document, key: Entry, lines: range) -> dict[Kind, Field]:
        """Return what the labels on some lines say; what a label says goes on to the end of its line."""
        fields: dict[Kind, Field] = {}
        for index in lines:
            start = document.line_starts[index]
            match = _LABELLED.match(document.line_text(index)[:_LONGEST])
            name = self._fields.read(match["label"].strip()) if match else None
            if match is None or name is None or name.kind not in _KINDS or name.kind in fields:
                continue
            value = match["value"].strip(_MARKUP)
            at = start + match.start("value")
            entry = Entry((*key.path[:-1], match["label"]), value, Span(at, at + len(match["value"])), Place.TEXT)
            texts = texts_of(entry)
            if name.kind is not Kind.PERMISSIONS or self._permissions.are_permissions(texts or ()):
                fields[name.kind] = Field(name, entry, texts)
        return fields


def _start(field: Field) -> Span:
    return field.entry.span
