"""Find bodies that clear the addresses of a key, in whatever way a language puts them together (OKX204).

An empty `ip` close to the path of modify-apikey, or to a call that sends it, is what OKX documents as unbinding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from okxguard.documents import Document
from okxguard.model import Span
from okxguard.policybook import PolicyBook

_EMPTY = re.compile(
    r"(?<![\w.])(?P<quote>[\"']?)ip(?P=quote)\]?\s{0,4}(?:=>|:=|:|=(?!=)|,|\bto\b)\s{0,4}(?:\"\"|'')(?=\s{0,9}(?:[,;)}\]\n]|\Z))"
)
_SKIPPED = re.compile(
    r"\s*(?://|#|\*|/\*|--|<!--)|.*\b(?:def|func|fn|function|fun|assert|if|elif|while|case|when|expect)\b"
)
_LINES = 8


class ClearingReader:
    """Knows the paths and calls of one policy book."""

    def __init__(self, book: PolicyBook) -> None:
        callees = {
            pattern.strip("*")
            for call in book.calls
            for pattern in call.callees
            if not call.creates and call.empty_opens and "*" not in pattern.strip("*")
        }
        paths = "|".join(map(re.escape, book.modify_paths))
        names = "|".join(sorted(map(re.escape, callees), key=len, reverse=True))
        self._modifies = re.compile(rf"(?:{paths})(?![\w-])|(?:{names})\s*\(")
        self._creates = re.compile("|".join(map(re.escape, book.create_paths)) + r"(?![\w-])")

    def read(self, document: Document) -> Iterator[Span]:
        """Yield the places of empty addresses beside something that changes a key."""
        if not self._modifies.search(document.text):
            return
        for match in _EMPTY.finditer(document.text):
            line = document.line_of(match.start())
            if _SKIPPED.match(document.line_text(line)[:500]):
                continue
            first = document.line_starts[max(0, line - _LINES)]
            last = document.end_of_line(min(line + _LINES, len(document.line_starts) - 1))
            if self._nearest(document, match.start(), first, last):
                yield Span(*match.span())

    def _nearest(self, document: Document, at: int, first: int, last: int) -> bool:
        """Tell whether what changes a key stands nearer than what makes one."""
        modifies = [abs(found.start() - at) for found in self._modifies.finditer(document.text, first, last)]
        creates = [abs(found.start() - at) for found in self._creates.finditer(document.text, first, last)]
        return bool(modifies) and min(modifies) < min(creates, default=1 << 30)
