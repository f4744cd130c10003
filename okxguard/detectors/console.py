"""Read the block that OKX's own page copies when a key is made: people paste it as it is, into comments, too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from okxguard.detectors.lexicon import normalise
from okxguard.detectors.permissions import Permission, PermissionReader
from okxguard.documents import Document
from okxguard.model import Span
from okxguard.policybook import PolicyBook

_KEY = re.compile(r"\bapi[ _-]?key[\"']?[ \t]{0,9}[=:：][ \t]{0,9}[^\n]{0,200}", re.IGNORECASE)
_LINE = re.compile(r"(?P<label>[^=:：\n]{1,40}?)[\"']?\s{0,9}[=:：]\s{0,9}[\"'“]?(?P<value>[^\n\"'”]{0,400})")
_SIGNS = " \t#/*-;%'!<>(){}|\"`•."
_LINES = 9


class Block(NamedTuple):
    """What one copied block says of a key: its place, its rights, and the addresses as they are written."""

    span: Span
    granted: frozenset[Permission]
    addresses: str


class ConsoleReader:
    """Finds copied blocks with the words of one policy book."""

    def __init__(self, book: PolicyBook, permissions: PermissionReader) -> None:
        self._rights = frozenset(map(normalise, book.permission_names))
        self._permissions = permissions

    def read(self, document: Document) -> Iterator[Block]:
        """Yield the copied blocks of a document: key, secret, address and rights on lines of their own."""
        for match in _KEY.finditer(document.text):
            block = self._block(document, document.line_of(match.start()))
            if block is not None:
                yield block

    def _block(self, document: Document, first: int) -> Block | None:
        last = min(first + _LINES, len(document.line_starts))
        fields: dict[str, tuple[int, str]] = {}
        for index in range(max(0, first - 3), last):
            match = _LINE.match(document.line_text(index)[:600].strip(_SIGNS + "\n")) if index >= 0 else None
            if match and not (index > first and _KEY.search(document.line_text(index))):
                fields[normalise(match["label"])] = index, match["value"].strip().rstrip("*/ ")
            elif index > first and _KEY.search(document.line_text(index)):
                break
        rights = next((fields[name] for name in fields if name in self._rights), None)
        if rights is None or "ip" not in fields or not {"secretkey", "apikey"} <= fields.keys():
            return None
        granted = self._permissions.read([rights[1]])
        lines = [fields[name][0] for name in ("apikey", "secretkey", "ip")] + [rights[0]]
        span = Span(document.line_starts[min(lines)], document.end_of_line(max(lines)))
        return Block(span, granted or frozenset(), fields["ip"][1])
