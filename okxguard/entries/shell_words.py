"""Cut the text of a shell into commands and their words: quotes, escapes, continued lines and here-documents."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import NamedTuple

from okxguard.entries.offsets import OffsetMap
from okxguard.entries.pairs import unescape
from okxguard.model import Span

_POSIX = r"""
    (?P<blank> (?:[ \t\r]|\\\r?\n)+ )
    | (?P<comment> (?<![^\s;&|()]) \#[^\n]* )
    | (?P<here> <<-?[ \t]*(?:\\|"|')?(?P<tag>[A-Za-z_][\w-]{0,60})(?:"|')? )
    | (?P<redirect> <<< | &>>? | \d?>>?[&|]? | < )
    | (?P<end> [\n;&|()] )
    | (?P<single> '[^']*' | \$'(?:[^'\\]|\\.)*' )
    | (?P<double> \$?"(?:[^"\\]|\\.)*" )
    | (?P<escape> \\. )
    | (?P<plain> \$\{[^{}\n]*\} | \$\(\( | [^\s;&|()<>'"\\$]+ | . )
    """
_BATCH = r"""
    (?P<blank> (?:[ \t\r]|\^\r?\n)+ )
    | (?P<comment> (?i:(?<![^\n])[ \t]*@?(?:rem\b|::)[^\n]*) )
    | (?P<redirect> \d?>>? | < )
    | (?P<end> [\n&|()] )
    | (?P<double> "(?:[^"\\\n]|\\.)*" )
    | (?P<escape> \^. )
    | (?P<plain> [^\s&|()<>"^]+ | . )
    """
_SYNTAX = {
    "shell": re.compile(_POSIX, re.VERBOSE | re.DOTALL),
    "batch": re.compile(_BATCH, re.VERBOSE),
}
_ESCAPED = re.compile(r"\\(\n|[$`\"\\!])")
_ASSIGNED_ARRAY = re.compile(r"[A-Za-z_]\w*\+?=")


class Word(NamedTuple):
    """One word of a command: what it stands for, and where each stretch of that stands in the document."""

    value: str
    pieces: tuple[tuple[int, int], ...]
    end: int
    quoted: bool

    def span(self, start: int, end: int) -> Span:
        """Return the place in the document of a part of the value."""
        return OffsetMap(self.pieces).span_of(Span(start, end)) if end > start else Span(self.end, self.end)

    def __repr__(self) -> str:
        return f"Word(end={self.end!r})"


class Command(NamedTuple):
    """The words of one command, the files it writes to, and the place of the here-document it reads."""

    words: list[Word]
    targets: list[str]
    strings: list[Word]
    document: Span | None = None


class _Builder:
    """Collects the pieces of a word."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.size = 0
        self.pieces: list[tuple[int, int]] = []
        self.end = 0
        self.quoted = False
        self.open = False

    def add(self, value: str, start: int, end: int) -> None:
        self.open = True
        self.pieces.append((self.size, start))
        self.text.append(value)
        self.size += len(value)
        self.end = end

    def word(self) -> Word:
        return Word("".join(self.text), tuple(self.pieces), self.end, self.quoted)


def read_commands(text: str, start: int, end: int, syntax: str = "shell") -> Iterator[Command]:
    """Yield the commands between two offsets of a text."""
    lexer = _Lexer(text, end)
    pattern = _SYNTAX[syntax]
    at = start
    while at < end and (match := pattern.match(text, at, end)):
        at = match.end()
        group = "here" if match.lastgroup == "tag" else match.lastgroup or ""
        if group in ("single", "double", "escape", "plain"):
            _add(lexer.builder, group, match[0], match.start())
        elif group == "end" and match[0] == "(" and lexer.opens_array():
            lexer.arrays += 1
        else:
            lexer.close_word()
            at = yield from lexer.follow(group, match, at)
    lexer.close_word()
    yield from lexer.close_command()


class _Lexer:
    """The command and the word that are being read, and the here-documents that are still to come."""

    def __init__(self, text: str, end: int) -> None:
        self.builder = _Builder()
        self.arrays = 0
        self._text = text
        self._end = end
        self._command = Command([], [], [])
        self._tags: list[tuple[str, Command]] = []
        self._redirect = ""

    def opens_array(self) -> bool:
        """Tell whether a bracket comes right behind `name=`."""
        if not (self.builder.open and _ASSIGNED_ARRAY.fullmatch("".join(self.builder.text))):
            return False
        self.close_word()
        return True

    def close_word(self) -> None:
        """Give the word that is being read to its command."""
        if not self.builder.open:
            return
        word = self.builder.word()
        if self._redirect == "<<<":
            self._command.strings.append(word)
        elif self._redirect:
            self._command.targets.append(word.value)
        else:
            self._command.words.append(word)
        self.builder, self._redirect = _Builder(), ""

    def close_command(self) -> Iterator[Command]:
        """Yield the command that is being read, unless it waits for its here-document."""
        command = self._command
        if any(owner is command for _, owner in self._tags):
            self._command = Command([], [], [])
        elif command.words or command.strings:
            yield command
            self._command = Command([], [], [])

    def _said(self) -> Word | None:
        """Return what the command that is being read prints into a pipe, where that is one word."""
        words = self._command.words
        return words[-1] if len(words) > 1 and words[0].value in ("echo", "printf", "print") else None

    def follow(self, group: str, match: re.Match[str], at: int) -> Generator[Command, None, int]:
        """Yield the commands that a sign between words ends, and return where reading goes on."""
        sign = match[0]
        if group == "redirect":
            self._redirect = sign
        elif group == "here":
            self._tags.append((match["tag"], self._command))
        elif group == "end" and self.arrays and sign in ")\n":
            self.arrays -= sign == ")"
        elif group == "end":
            said = (
                self._said()
                if sign == "|" and "|" not in (self._text[at : at + 1], self._text[at - 2 : at - 1])
                else None
            )
            yield from self.close_command()
            if said is not None:
                self._command.strings.append(said)
            if sign == "\n" and self._tags:
                bodies, at = _bodies(self._text, at, self._end, self._tags)
                self._tags = []
                yield from bodies
        return at


def _bodies(text: str, at: int, end: int, tags: list[tuple[str, Command]]) -> tuple[list[Command], int]:
    """Return the commands with the here-documents that begin at `at`, and where the last one ends."""
    found = []
    for tag, command in tags:
        closing = re.compile(rf"^[ \t]*{re.escape(tag)}[ \t\r)]*$", re.MULTILINE).search(text, at, end)
        stop = closing.start() if closing else end
        found.append(command._replace(document=Span(at, stop)))
        at = closing.end() if closing else end
    return found, at


def _add(builder: _Builder, group: str, written: str, start: int) -> None:
    if group == "plain":
        builder.add(written, start, start + len(written))
        return
    builder.quoted = builder.quoted or group != "escape"
    if group == "escape":
        builder.add(written[1:], start + 1, start + len(written))
        return
    opening = 2 if written.startswith("$") else 1
    inside, at = written[opening:-1], start + opening
    if written.startswith("$'"):
        value = unescape(inside)
        builder.add(value, at, start + len(written) - 1)
        return
    if group == "single" or "\\" not in inside:
        builder.add(inside, at, start + len(written) - 1)
        return
    last = 0
    for escape in _ESCAPED.finditer(inside):
        builder.add(inside[last : escape.start()], at + last, at + escape.start())
        kept = "" if escape[1] == "\n" else escape[1]
        builder.add(kept, at + escape.start() + 1, at + escape.end())
        last = escape.end()
    builder.add(inside[last:], at + last, start + len(written) - 1)
