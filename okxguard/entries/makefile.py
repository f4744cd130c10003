"""Read makefiles and justfiles: variables, and the commands of recipes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from okxguard.documents import Document
from okxguard.entries.shell_commands import CommandReader
from okxguard.entries.shell_words import read_commands
from okxguard.model import Entry, Place, Span

_VARIABLE = re.compile(
    r"[ ]{0,3}(?:(?:export|override|define|unexport|[\w.%/-]{1,60}:(?!=))[ \t]+)*(?P<name>[A-Za-z_][\w.-]{0,120})"
    r"[ \t]*(?P<sign>:{0,3}[?+!]?=)[ \t]*(?P<value>[^\n]*)"
)
_RECIPE = re.compile(r"(?:\t|[ ]{2,})[ \t]*[@+-]*(?=\S)")
_COMMENT = re.compile(r"(?:^|[ \t]+)#.*$")


def makefile_entries(document: Document) -> Iterator[Entry]:
    """Yield the entries of a makefile or a justfile."""
    reader = CommandReader(document)
    resume = 0
    for index, start in enumerate(document.line_starts):
        if start < resume:
            continue
        line = document.line_text(index)
        recipe = _RECIPE.match(line)
        variable = _VARIABLE.match(line) if not line.startswith("\t") else None
        if variable:
            yield from _variable(document, variable, start)
        elif recipe:
            resume = _end_of_recipe(document, index)
            for command in read_commands(document.text, start + recipe.end(), resume):
                yield from reader.entries(command)


def _variable(document: Document, match: re.Match[str], start: int) -> Iterator[Entry]:
    raw = match["value"].rstrip()
    begin = start + match.start("value")
    quoted = len(raw) > 1 and raw[0] in "\"'`" and (closing := raw.find(raw[0], 1)) > 0
    if quoted:
        begin, value = begin + 1, raw[1:closing]
    else:
        value = _COMMENT.sub("", raw).rstrip().replace("$$", "$").replace("\\#", "#")
    if not value:
        return
    end = begin + (len(value) if quoted else len(_COMMENT.sub("", raw).rstrip()))
    yield Entry((match["name"],), value, Span(begin, end), Place.ASSIGNMENT, True, document.text[begin:end] == value)


def _end_of_recipe(document: Document, index: int) -> int:
    """Return the end of a line of a recipe and of those that continue it."""
    while document.line_text(index).endswith("\\") and index + 1 < len(document.line_starts):
        index += 1
    return document.end_of_line(index)
