"""Tell which bodies of functions hold nothing that anything outside of them depends on, so that they need no reading.

What stands in a function has a path of its own, and nobody else sees its variables. A body far away from everything
that names or looks like a part of a credential changes nothing of what is said about the rest.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from okxguard.documents import Document
from okxguard.entries.lexer import Tokens

# A text without blanks and with a digit may be a part, or a piece of one, whatever its name.
_LIKE_PART = re.compile(r"[\"'`](?=[A-Za-z+/=_-]{0,30}\d)[0-9A-Za-z+/=_-]{8,}[\"'`]")
# Between the parameters of a function and its body stand a type or an arrow, and never an assignment.
_BEFORE_BODY = re.compile(r"\s*|[^=\n]*(?:=>)?[ \t]*")


def without_silent_bodies(
    document: Document, tokens: Tokens, strings: Sequence[int], telling: frozenset[int]
) -> Iterator[int]:
    """Yield those of the `strings`, indices of tokens, that are not in a body without a line that is `telling`."""
    silence = _silent_bodies(document, tokens, telling)
    first, last = next(silence, (len(tokens.kinds), 0))
    for index in strings:
        while index > last and index > first:
            first, last = next(silence, (len(tokens.kinds), 0))
        if index < first:
            yield index


def _loud(document: Document, tokens: Tokens, telling: frozenset[int]) -> list[int]:
    """Return the offsets, in order, of telling lines and of strings that may be parts, whatever their names."""
    lines = (document.line_starts[line] for line in telling if line < len(document.line_starts))
    return sorted([*lines, *(match.start() for match in _LIKE_PART.finditer(tokens.code))])


def _silent_bodies(document: Document, tokens: Tokens, telling: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Yield the brackets, first and last, of the outermost bodies of functions that nothing tells anything in."""
    loud = _loud(document, tokens, telling)
    kinds, starts, partners = tokens.kinds, tokens.starts, tokens.partners
    index, count = 0, len(kinds)
    while index < count:
        if kinds[index] == "{" and index and kinds[index - 1] == ")":
            closing = partners.get(index, index)
            at = bisect_left(loud, starts[index])
            is_silent = at == len(loud) or loud[at] > starts[closing]
            is_silent = is_silent and document.line_of(starts[index]) not in telling
            if is_silent and closing > index and _BEFORE_BODY.fullmatch(tokens.gap(index)):
                yield index, closing
                index = closing
        index += 1
