"""Find replies of OKX in any text, such as a log or a cell: objects with the rights and addresses of a key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from okxguard.detectors.lexicon import normalise
from okxguard.documents import Document
from okxguard.model import Span
from okxguard.policybook import PolicyBook

_RIGHTS = re.compile(r"\\?[\"']perm\\?[\"']\s{0,4}:")
_PAIR = re.compile(
    r"\\?[\"'](?P<name>\w{1,30})\\?[\"']\s{0,4}:\s{0,4}\\?(?P<quote>[\"'])(?P<value>[^\"'\\]{0,400})\\?(?P=quote)"
)
_LONGEST = 4000
_MOST = 200


class Reply(NamedTuple):
    """One object of a reply: its place, and its fields by their names as OKX writes them, in lower case."""

    span: Span
    fields: dict[str, str]

    def __repr__(self) -> str:
        return f"Reply(span={self.span!r})"


class ReplyReader:
    """Finds the replies that one policy book knows."""

    def __init__(self, book: PolicyBook) -> None:
        self._replies = [frozenset(map(normalise, reply)) for reply in book.replies]

    def read(self, document: Document) -> Iterator[Reply]:
        """Yield the objects that have all fields of a documented reply."""
        text = document.text
        for count, match in enumerate(_RIGHTS.finditer(text)):
            if count == _MOST:
                return
            start = text.rfind("{", max(0, match.start() - _LONGEST), match.start())
            end = text.find("}", match.end(), match.end() + _LONGEST)
            if start < 0 or end < 0:
                continue
            fields = {normalise(pair["name"]): pair["value"] for pair in _PAIR.finditer(text, start, end)}
            if any(reply <= fields.keys() for reply in self._replies):
                yield Reply(Span(start, end + 1), fields)
