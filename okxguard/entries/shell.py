"""Read shell scripts and what is written like them: Dockerfiles, makefiles, batch files, PowerShell, histories.

Other languages of statements that most lines of text are no part of are read in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module

from okxguard.documents import Document
from okxguard.entries.reading import Reading, TellingLines
from okxguard.entries.shell_commands import CommandReader
from okxguard.entries.shell_words import read_commands
from okxguard.entries.text import read_telling
from okxguard.kinds import STATED_LANGUAGES, language_of
from okxguard.model import Entry, Place, Span

_POSITION = re.compile(r"\[\d+\]")
_OWN = {
    "powershell": ("powershell", "powershell_entries"),
    "dockerfile": ("dockerfile", "dockerfile_entries"),
    "makefile": ("makefile", "makefile_entries"),
    **dict.fromkeys(sorted(STATED_LANGUAGES), ("statements", "statement_entries")),
}
_LARGEST = 4 << 20


def read_shell(document: Document, lines: TellingLines) -> Reading:
    """Return the entries of a script; a line that its language says nothing of is read as text."""
    language = language_of(document.path, document.text)
    entries = list(_entries(document, language)) if len(document.text) <= _LARGEST else []
    taken = sorted(entry.span for entry in entries if not _POSITION.fullmatch(entry.path[-1]))
    others = read_telling(document, lines.around)
    return Reading((*entries, *_outside(taken, others)))


def _entries(document: Document, language: str) -> Iterator[Entry]:
    if language in _OWN:
        module, function = _OWN[language]
        yield from getattr(import_module(f"okxguard.entries.{module}"), function)(document)
        return
    reader = CommandReader(document)
    syntax = "batch" if language == "batch" else "shell"
    for command in read_commands(document.text, 0, len(document.text), syntax):
        yield from reader.entries(command)


def _outside(taken: list[Span], entries: Iterator[Entry]) -> Iterator[Entry]:
    """Yield the entries that share no letter with a place that is taken, and comments that begin behind its start."""
    from bisect import bisect_right

    ends: list[int] = []
    for _, end in taken:
        ends.append(max(end, ends[-1]) if ends else end)
    starts = [start for start, _ in taken]
    for entry in entries:
        before = bisect_right(starts, max(entry.span.end - 1, entry.span.start)) - 1
        commented = entry.place is Place.COMMENT and before >= 0 and starts[before] <= entry.span.start
        if before < 0 or ends[before] <= entry.span.start or commented:
            yield entry
