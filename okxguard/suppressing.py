"""Tell which suppressions count, and what may be said of them."""

from __future__ import annotations

from okxguard.documents import Document, Window, make_document
from okxguard.kinds import Kind
from okxguard.model import Candidate, Source
from okxguard.suppress import Suppression


def trusted(directives: tuple[Suppression, ...], document: Document, source: Source) -> tuple[Suppression, ...]:
    """Return the suppressions that count: in a range of commits only those that its base has."""
    if source.past is None or not directives:
        return directives
    base = source.past.base(source.path)
    text = make_document(source.path, source.evidence, Window(base), Kind.TEXT).text
    return tuple(each for each in directives if document.text[each.span.start : each.span.end] in text)


def redacted(reason: str | None, candidates: tuple[Candidate, ...]) -> str | None:
    """Return the reason of a suppression without any value that was found in the file."""
    for candidate in candidates:
        if reason and candidate.value in reason:
            reason = reason.replace(candidate.value, "[redacted]")
    return reason
