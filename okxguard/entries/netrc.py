"""Read netrc: words that name machines, logins and passwords, each followed by its value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from okxguard.documents import Document
from okxguard.entries.pairs import unescape
from okxguard.entries.reading import Reading, TellingLines
from okxguard.entries.text import read_lines
from okxguard.model import Entry, Place, Span

_WORD = re.compile(r"\"(?P<quoted>(?:[^\"\\\n]|\\.){0,1000})\"|(?P<comment>(?<!\S)\#[^\n]*)|(?P<bare>[^\s\"][^\s]*)")
_OPENING = frozenset(("machine", "host"))
_ALONE = frozenset(("default",))


def read_netrc(document: Document, _: TellingLines) -> Reading:
    """Return the entries of a netrc or authinfo file: what belongs to a machine, below the name of the machine."""
    return Reading(tuple(_read(document)))


def _read(document: Document) -> Iterator[Entry]:
    machine: tuple[str, ...] = ()
    name = ""
    for match in _WORD.finditer(document.text):
        group = match.lastgroup or "bare"
        start, end = match.span(group)
        if group == "comment":
            body = start + len(match[group]) - len(match[group].lstrip("# \t"))
            yield from read_lines([(body, document.text[body:end])], ("#",), place=Place.COMMENT)
        elif not name:
            name = match[group]
            if name in _ALONE:
                machine, name = (name,), ""
        else:
            value = unescape(match[group]) if group == "quoted" else match[group]
            machine = (value,) if name in _OPENING else machine
            yield Entry((*machine, name), value, Span(start, end), Place.ASSIGNMENT, True, value == match[group])
            name = ""
