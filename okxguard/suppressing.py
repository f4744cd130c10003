"""Tell which suppressions count, and what may be said of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from okxguard.documents import Document, Window, make_document
from okxguard.model import Candidate, Source
from okxguard.suppress import Suppression


def trusted(
    directives: tuple[Suppression, ...], source: Source, read: Callable[[Document], tuple[Suppression, ...]]
) -> tuple[Suppression, ...]:
    """Return the suppressions that count: in a range of commits only those that its base has, each as often.

    `read` returns the suppressions of a document.
    """
    if source.past is None or not directives:
        return directives
    base = source.past.base()
    if base is None or "!" in source.path:
        return ()
    left = Counter(map(_meaning, read(make_document(base[0], base[0], Window(base[1])))))
    counting = []
    for directive in directives:
        meaning = _meaning(directive)
        if left[meaning]:
            left[meaning] -= 1
            counting.append(directive)
    return tuple(counting)


def _meaning(directive: Suppression) -> tuple[object, ...]:
    return directive.rules, directive.reason, directive.expired, directive.problem, directive.quiet


def redacted(reason: str | None, candidates: tuple[Candidate, ...]) -> str | None:
    """Return the reason of a suppression without any value that was found in the file."""
    for candidate in candidates:
        if reason and candidate.value in reason:
            reason = reason.replace(candidate.value, "[redacted]")
    return reason
