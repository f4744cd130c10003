"""Read patches: both sides of every file, each with the reader of that file's syntax."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from okxguard.documents import Document
from okxguard.entries.inner import read_inner
from okxguard.entries.offsets import OffsetMap
from okxguard.entries.reading import Reading, TellingLines
from okxguard.entries.text import read_lines, read_text
from okxguard.kinds import kind_of
from okxguard.model import Entry

_FILE = re.compile(r"(?:\+\+\+|---) (?:[abciow]/)?(?P<name>[^\t\n]{1,500})")
_GIT = re.compile(r"diff --(?:git|cc|combined) (?:a/)?(?P<name>\S{1,300})")
_HUNK = re.compile(r"(?P<signs>@{2,5}) (?:-\d+(?:,\d+)? )+\+\d+(?:,\d+)? @{2,5}")
_NOWHERE = "/dev/null"


class _Line(NamedTuple):
    """A line of a hunk: its signs, and where it begins behind them."""

    signs: str
    start: int
    text: str


class _File(NamedTuple):
    """The lines that a patch shows of one file."""

    name: str
    lines: list[_Line]


def read_patch(document: Document, lines: TellingLines) -> Reading:
    """Return the entries of a patch; what stands outside its hunks, and a patch of another form, is read as text."""
    outside: list[tuple[int, str]] = []
    files = list(_files(document, outside))
    if not any(file.lines for file in files):
        return read_text(document, lines)
    entries: list[Entry] = []
    for number, file in enumerate(files):
        entries += _sides(document, file, number)
    telling = frozenset(document.line_starts[index] for index in lines.around)
    entries += read_lines(outside, (), markdown=True, telling=telling)
    return Reading(tuple(entries))


def _files(document: Document, outside: list[tuple[int, str]]) -> Iterator[_File]:
    file = _File("", [])
    columns = 0
    for index, start in enumerate(document.line_starts):
        line = document.line_text(index)
        hunk = _HUNK.match(line)
        header = _GIT.match(line) or (_FILE.match(line) if columns == 0 or _begins_file(document, index) else None)
        if hunk:
            columns = len(hunk["signs"]) - 1
        elif header:
            columns = 0
            if file.lines:
                yield file
                file = _File("", [])
            if header["name"] != _NOWHERE:
                file = _File(header["name"].strip(), [])
        elif columns and (not line or line[0] in " +-\\"):
            if not line.startswith("\\"):
                file.lines.append(_Line(line[:columns], start + min(columns, len(line)), line[columns:]))
        else:
            columns = 0
            outside.append((start, line))
    yield file


def _begins_file(document: Document, index: int) -> bool:
    """Tell whether a line inside a hunk is the header of the next file, not a line that was taken out."""
    line = document.line_text(index)
    if index + 1 >= len(document.line_starts):
        return False
    following = document.line_text(index + 1)
    pair = line.startswith("--- ") and following.startswith("+++ ")
    return pair or (line.startswith("+++ ") and _HUNK.match(following) is not None)


def _sides(document: Document, file: _File, number: int) -> Iterator[Entry]:
    """Yield the entries of the new text of a file, and what the old text had on the lines that were taken out."""
    new = [line for line in file.lines if "-" not in line.signs]
    old = [line for line in file.lines if "+" not in line.signs]
    if new:
        yield from _side(document, file.name, new, f"+#{number}")
    removed = sorted((line.start, line.start + len(line.text)) for line in file.lines if "-" in line.signs)
    if removed:
        for entry in _side(document, file.name, old, f"-#{number}"):
            if not new or any(start <= entry.span.start <= end for start, end in _at(removed, entry.span.start)):
                yield entry


def _at(places: Sequence[tuple[int, int]], offset: int) -> Sequence[tuple[int, int]]:
    index = bisect_right(places, (offset, 1 << 62))
    return places[max(0, index - 1) : index]


def _side(document: Document, name: str, lines: Sequence[_Line], scope: str) -> Iterator[Entry]:
    pieces, size = [], 0
    for line in lines:
        pieces.append((size, line.start))
        size += len(line.text) + 1
    text = "\n".join(line.text for line in lines)
    yield from read_inner(document, text, OffsetMap(pieces), name, kind_of(name, text), (scope,)).entries
