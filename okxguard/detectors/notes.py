"""Group what notes say of keys: labels under the one of an API key, each on a line of its own."""

from __future__ import annotations

from collections.abc import Iterable

from okxguard.detectors.declarations import Declaration, Field, plain
from okxguard.detectors.declared import texts_of
from okxguard.detectors.fields import FieldReader, Kind
from okxguard.detectors.names import NameReader
from okxguard.detectors.permissions import PermissionReader
from okxguard.documents import Document
from okxguard.model import Entry, Place, Role, Span

_LINES = 10
_KINDS = frozenset({Kind.PERMISSIONS, Kind.ADDRESSES, Kind.BOUND, Kind.VERIFIED})


class NoteReader:
    """Reads notes with the words of one policy book and of the vocabulary."""

    def __init__(self, fields: FieldReader, permissions: PermissionReader, names: NameReader) -> None:
        self._fields = fields
        self._permissions = permissions
        self._names = names

    def read(self, document: Document, entries: Iterable[Entry]) -> list[Declaration]:
        """Return the keys that notes describe: rights made of nothing but permissions, and addresses beside them."""
        told = {entry.span: entry for entry in entries if entry.path and entry.place is Place.TEXT}
        keys: list[tuple[int, Entry, dict[Kind, Field]]] = []
        for span in sorted(told):
            entry, line = told[span], document.line_of(span.start)
            if self._names.read(plain(entry.path[-1])).role is Role.API_KEY:
                keys.append((line, entry, {}))
            elif keys and line - keys[-1][0] <= _LINES:
                self._add(entry, keys[-1][2])
        return [
            Declaration((*entry.path[:-1], f"#{line}"), (), tuple(sorted(fields.values(), key=_start)))
            for line, entry, fields in keys
            if fields.keys() >= {Kind.PERMISSIONS, Kind.ADDRESSES} or fields.keys() >= {Kind.PERMISSIONS, Kind.BOUND}
        ]

    def _add(self, entry: Entry, fields: dict[Kind, Field]) -> None:
        name = self._fields.read(plain(entry.path[-1]))
        if name is None or name.kind not in _KINDS or name.kind in fields:
            return
        texts = texts_of(entry)
        if name.kind is not Kind.PERMISSIONS or self._permissions.are_permissions(texts or ()):
            fields[name.kind] = Field(name, entry, texts)


def _start(field: Field) -> Span:
    return field.entry.span
