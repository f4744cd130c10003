"""Name the lists in a message by what it is for: `{"op": "login", "args": [...]}` calls `{login}.args`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from okxguard.model import Entry

_SAYING = frozenset({"op", "[0]"})
_PURPOSE = re.compile(r"[a-z]{2,20}")
_SERIAL = re.compile(r"#\d+$")
_INDEX = re.compile(r"\[\d+\]")


def name_frames(entries: Iterable[Entry], purposes: frozenset[str]) -> list[Entry]:
    """Return entries in which the items of such a list are the arguments of a call, where the vocabulary knows it."""
    entries = list(entries)
    said = {
        entry.path[:-1]: entry.value
        for entry in entries
        if entry.value in purposes and entry.path[-1].lower() in _SAYING
    }
    if not said:
        return entries
    return [_as_argument(entry, said) for entry in entries]


def purposes_of(callees: Iterable[str]) -> frozenset[str]:
    """Return the purposes that patterns such as `{login}.*` name."""
    found = (re.match(rf"\{{({_PURPOSE.pattern})\}}", callee) for callee in callees)
    return frozenset(match[1] for match in found if match)


def _as_argument(entry: Entry, said: dict[tuple[str, ...], str]) -> Entry:
    path = entry.path
    if len(path) < 2 or not _INDEX.fullmatch(path[-1]):
        return entry
    # The list may be made by a call, and stand in one of several calls that set members one by one.
    scopes = [path[:-2], path[:-3] if _SERIAL.search(path[-2]) else path[:-2]]
    scopes += [(*scope[:-1], _SERIAL.sub("", scope[-1])) for scope in scopes if scope]
    purpose = next((said[scope] for scope in scopes if scope in said), None)
    return entry._replace(path=(*path[:-2], f"{{{purpose}}}.{path[-2]}()", path[-1])) if purpose else entry
