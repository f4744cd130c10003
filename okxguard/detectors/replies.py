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
_TEMPLATE = re.compile(r"\{\{[^{}\n]{0,80}\}\}")
# What a body that makes a key has, and how far from the path of the interface it may stand.
_OF_BODY = frozenset({"subacct", "label"})
_NEAR = 500
_OTHER = re.compile(r"[\"']ip\\?[\"']\s{0,4}:|\.\.\.|\*\*")


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
        self._creates = re.compile("|".join(map(re.escape, book.create_paths)) + r"(?![\w-])")

    def read(self, document: Document) -> Iterator[Reply]:
        """Yield the objects that have all fields of a documented reply, and bodies beside a path that makes keys."""
        # Names that are filled in later are no objects.
        text = _TEMPLATE.sub(lambda match: " " * len(match[0]), document.text)
        for count, match in enumerate(_RIGHTS.finditer(text)):
            if count == _MOST:
                return
            start = text.rfind("{", max(0, match.start() - _LONGEST), match.start())
            end = text.find("}", match.end(), match.end() + _LONGEST)
            if start < 0 or end < 0:
                continue
            fields = {normalise(pair["name"]): pair["value"] for pair in _PAIR.finditer(text, start, end)}
            is_body = fields.keys() & _OF_BODY and self._creates.search(text, max(0, start - _NEAR), end + _NEAR)
            if is_body and 'bindapp":true' not in "".join(text[start:end].lower().split()):
                yield Reply(Span(start, end + 1), {"ip": _told(text[start:end]), **fields})
            elif any(reply <= fields.keys() for reply in self._replies):
                yield Reply(Span(start, end + 1), fields)


def _told(text: str) -> str:
    """Return what stands for an address in a body whose address is no text: nothing, or something unknown."""
    return "unknown" if _OTHER.search(text) else ""
