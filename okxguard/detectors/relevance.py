"""Leave out the entries of a large document that neither hold a part of a credential nor say whose one is.

What an entry says counts for its own mapping and for all that stands in it. So an entry counts that stands near a line
that tells something, that has the name of a part, or that stands in a mapping around one of those.
"""

from __future__ import annotations

from collections.abc import Sequence

from okxguard.detectors.names import NameReader
from okxguard.documents import Document
from okxguard.model import Entry

# A mapping of that name describes the one that it stands in.
_DESCRIPTION = "metadata"


def relevant_entries(
    document: Document, entries: Sequence[Entry], telling: frozenset[int], names: NameReader
) -> Sequence[Entry]:
    """Return the entries that count, in their order; `telling` are the lines that tell something and those around."""
    counts = [_is_near(document, entry, telling) or _is_named(entry, names) for entry in entries]
    around: set[tuple[str, ...]] = set()
    for entry, does in zip(entries, counts, strict=True):
        scope = entry.path[:-1]
        while does and scope not in around:
            around.add(scope)
            scope = scope[:-1]
    return [
        entry
        for entry, does in zip(entries, counts, strict=True)
        if does or entry.path[:-1] in around or (entry.path[-2:-1] == (_DESCRIPTION,) and entry.path[:-2] in around)
    ]


def _is_near(document: Document, entry: Entry, telling: frozenset[int]) -> bool:
    first = document.line_of(entry.span.start)
    if first in telling:
        return True
    last = document.line_of(entry.span.end)
    return last != first and not telling.isdisjoint(range(first, last + 1))


def _is_named(entry: Entry, names: NameReader) -> bool:
    return bool(entry.path) and names.read(entry.path[-1]).role is not None
