"""Read files that hold one value and are called by its name: secrets of Docker, folders of variables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from okxguard.documents import Document
from okxguard.model import Entry, Place, Span

_LONGEST = 200
# What begins with a name and a separator is read by its line.
_LINE = re.compile(r"\s*(?P<value>(?![\w.-]{1,80}[=:])\S{6,200})\s*")
# Endings that say nothing; any other one is part of the name.
_ENDING = re.compile(r"(?i)\.(?:txt|secret|key|val|value|pass|password|cred|credential|dat|asc|text)$")


def read_lone_value(document: Document) -> Iterator[Entry]:
    """Yield what a document holds, if it is one line without blanks, below its folder by the name of the file."""
    if len(document.text) > _LONGEST or not (line := _LINE.fullmatch(document.text)):
        return
    *folders, name = re.split(r"[/!]", document.evidence or document.path)
    called = _ENDING.sub("", name)
    if called:
        yield Entry((*folders[-1:], called), line["value"], Span(*line.span("value")), Place.ASSIGNMENT, True)
