"""Read Dockerfiles: ENV, ARG and LABEL in both forms, and the commands of RUN and CMD."""

from __future__ import annotations

import re
from collections.abc import Iterator

from okxguard.documents import Document
from okxguard.entries.inner import read_inner
from okxguard.entries.offsets import OffsetMap
from okxguard.entries.shell_commands import CommandReader
from okxguard.entries.shell_words import Command, Word, read_commands
from okxguard.kinds import kind_of
from okxguard.model import Entry

_INSTRUCTION = re.compile(r"[ \t]*(?:ONBUILD[ \t]+)?(?P<name>[A-Za-z]+)[ \t]+", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:[ \t]*(?:\#[^\n]*)?\n)+")
_HERE = re.compile(r"<<-?[\"']?(?P<tag>[A-Za-z_]\w{0,60})[\"']?")
_PAIRED = re.compile(r"[\w.-]+=")
_SETTINGS = frozenset({"ENV", "ARG", "LABEL"})
_COMMANDS = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"})


def dockerfile_entries(document: Document) -> Iterator[Entry]:
    """Yield the entries of a Dockerfile."""
    text = document.text
    reader = CommandReader(document)
    at = 0
    while at < len(text):
        match = _INSTRUCTION.match(text, at)
        end = _end_of_instruction(text, at)
        name = match["name"].upper() if match else ""
        if match and name in _SETTINGS:
            for command in read_commands(_without_comments(text, at, end), match.end(), end):
                yield from _settings(reader, command, name)
        elif match and name in _COMMANDS:
            start = match.end()
            end = _end_of_document(text, start, end)
            exec_form = text[start : start + 1] == "["
            plain = text if not exec_form else text[:start] + re.sub(r"[\[\],]", " ", text[start:end])
            for command in read_commands(_without_comments(plain, start, end), start, min(end, len(plain))):
                yield from reader.entries(command)
        elif match and name in ("COPY", "ADD"):
            stop = _end_of_document(text, match.end(), end)
            if stop > end:
                target = text[match.end() : end].split()[-1]
                body = text[end + 1 : stop].rpartition("\n")[0]
                kind = kind_of(target, body)
                yield from read_inner(document, body, OffsetMap([(0, end + 1)]), target, kind, (f"<<#{at}",)).entries
            end = stop
        at = end + 1


def _end_of_instruction(text: str, at: int) -> int:
    """Return the end of the line, or of the last one that continues it; comments may stand between."""
    while True:
        end = text.find("\n", at)
        if end < 0:
            return len(text)
        line = text[at:end].rstrip()
        comment = line.lstrip().startswith("#")
        if not (line.endswith(("\\", "`")) or (comment and at and _continues(text, at))):
            return end
        at = end + 1


def _continues(text: str, at: int) -> bool:
    """Tell whether the line before that of a comment goes on."""
    return text[max(0, text.rfind("\n", 0, at - 1)) : at].rstrip().endswith(("\\", "`"))


def _end_of_document(text: str, start: int, end: int) -> int:
    """Return the end of the here-documents that an instruction begins."""
    for here in _HERE.finditer(text, start, end):
        closing = re.compile(rf"^[ \t]*{re.escape(here['tag'])}[ \t]*$", re.MULTILINE).search(text, end)
        end = closing.end() if closing else len(text)
    return end


def _without_comments(text: str, start: int, end: int) -> str:
    """Blank out the lines of comments inside an instruction, which do not end it."""
    if "#" not in text[start:end]:
        return text
    cut = re.sub(r"(?m)(?<=\\\n)[ \t]*#[^\n]*\n", lambda match: " " * (len(match[0]) - 2) + "\\\n", text[start:end])
    return text[:start] + cut + text[end:]


def _settings(reader: CommandReader, command: Command, name: str) -> Iterator[Entry]:
    words = command.words
    if not words:
        return
    if name == "ARG" or _PAIRED.match(words[0].value):
        yield from reader.entries(Command([_NOTHING, *words], [], []))
    elif len(words) > 1:
        yield from reader.assigned(words[0].value, words[1:])


_NOTHING = Word(":", ((0, 0),), 1, quoted=False)
