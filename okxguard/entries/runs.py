"""Read texts that data keeps in pieces: runs of one message, each with a style, and the messages of a chat."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from okxguard.documents import Document
from okxguard.entries.alignment import aligned
from okxguard.entries.inner import read_inner
from okxguard.entries.offsets import OffsetMap
from okxguard.entries.records import OPAQUE
from okxguard.kinds import Kind
from okxguard.model import Entry, Place

_TEXTS = frozenset(("text", "insert", "plain_text", "content", "body", "message"))
# Lists whose items are runs of one text; the items of others are texts of their own.
_RUNNING = frozenset(
    ("text", "text_entities", "elements", "rich_text", "ops", "content", "children", "runs", "spans", "title")
)
_NAMING = frozenset((name,) for name in ("name", "title", "label", "key"))
_LONGEST = 20_000
_SHORT = 120
_NEAR = 3


def read_runs(document: Document, entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield what texts say that are written as lists of their pieces, and chats as lists of their messages."""
    entries = list(entries)
    named = {entry.path[:-1] for entry in entries if entry.path[-1:] in _NAMING}
    lists: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Entry]] = {}
    for entry in entries:
        if entry.path[:-1] in named:
            continue  # not a message, but the value of that name
        if entry.place is Place.ASSIGNMENT and entry.quoted and (at := _position(entry.path)):
            lists.setdefault((entry.path[:at], _kind_of_run(entry.path[at + 1 :])), []).append(entry)
    for (path, _), runs in lists.items():
        if len(runs) > 1 and any(len(run.path) > len(path) + 1 for run in runs):
            yield from _joined(document, path, runs)


def _kind_of_run(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of a run within its item; those of mere texts are like those of `text`."""
    return names or ("text",)


def _position(path: tuple[str, ...]) -> int:
    """Return where in a path the position in a list stands whose item is a text, or has one; 0 if there is none."""
    at = len(path) - 1
    while at > 0 and len(path) - at < 4 and path[at] in _TEXTS:
        at -= 1
    return at if at > 0 and path[at].startswith("[") else 0


def _joined(document: Document, path: tuple[str, ...], runs: list[Entry]) -> Iterator[Entry]:
    running = path[-1] in _RUNNING
    near = {
        each
        for at, run in enumerate(runs)
        if re.search(OPAQUE, run.value)
        for each in range(at - _NEAR, at + _NEAR + 1)
    }
    parts: list[str] = []
    pieces: list[tuple[int, int]] = []
    length = 0
    short = running and sum(len(run.value) for run in runs) <= _SHORT
    for at, run in enumerate(runs):
        if not (near or short) or length > _LONGEST or not (running or at in near):
            continue
        raw = document.text[run.span.start : run.span.end]
        offsets = aligned(raw, run.value, run.span.start) or OffsetMap([(0, run.span.start)])
        pieces += [(length + each, offsets.of(each)) for each in range(len(run.value) + 1)]
        parts.append(run.value if running else run.value + "\n")
        length += len(parts[-1])
    if parts:
        yield from read_inner(document, "".join(parts), OffsetMap(pieces), "text.md", Kind.MARKDOWN, path).entries
