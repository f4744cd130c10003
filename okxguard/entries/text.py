"""Read `name separator value` out of any text: notes, logs, shell, and code of any language.

Nothing is parsed: separators are looked up line by line, the name is read to their left and the value to their right.
Brackets, indentation, section titles and headings give the key path.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from okxguard.documents import Document
from okxguard.entries.page import Page
from okxguard.entries.pairs import TOKEN, Pair, comma_pair, inner_pairs, line_pairs, pair_at, unescape
from okxguard.entries.prose import Prose
from okxguard.entries.reading import Reading, TellingLines
from okxguard.entries.records import lines_of_values
from okxguard.kinds import BARE_WORD_LANGUAGES, Kind, language_of
from okxguard.model import Entry, Place

_STRUCTURE = re.compile(
    r"""(?<!\w)"(?:[^"\\\n]|\\.){0,1000}" | (?<![\w)\]])'(?:[^'\\\n]|\\.){0,1000}' | `[^`\n]{0,1000}` | \\{1,7}["']
    | (?P<open> [{(\[] ) | (?P<close> [})\]] ) | (?P<comma> , )""",
    re.VERBOSE,
)
_BRACKET = re.compile(r"[{}()\[\]]")
_COMMENT = re.compile(r"\s*(?://+|\#+(?!\{)|/?\*+/?|--+\s|;+|%+|<!--|(?i:rem)\s|'+\s|\"\"\"|=begin)\s*")
_BULLET = re.compile(r"\s*\*[ \t]")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(?P<title>.{1,120})")
# The closing bracket may be missing.
_SECTION = re.compile(r"\s*\[\[?(?P<title>[^\[\]\n]{1,120}(?=\])|\w[\w.: -]{1,60}$)(?:\]\]?\s*(?:[#;].*)?)?$")
_COMMAND = re.compile(r"\s*[%!$]{1,2}\s?[A-Za-z]")
_NAME_ABOVE = re.compile(r"[\[{,(]?[\"'](?P<name>[\w.-]{1,80})[\"']\]?\s{0,9}(?:=>|=|:)\s*$")
_VALUE_BELOW = re.compile(r"\s{0,80}(?:\w{1,20}\(\d{1,6}\)\s{1,9})?([\"'])(?P<value>[^\"']{1,300})\1[,;]?\s*$")
_LONGEST_NAME = 120
_LITERAL = re.compile(r"-?\d[\d._]*|true|false|null|nil|none", re.IGNORECASE)
_LONGEST_LINE = 200_000
_WRITTEN = frozenset({Kind.MARKDOWN, Kind.TEXT})


class _Scope(NamedTuple):
    title: str
    indent: int
    bracket: bool


class _Outline:
    """The titles of the sections, brackets and indented blocks that the current line stands in."""

    def __init__(self, path: tuple[str, ...], *, bulleted: bool) -> None:
        self.path = path
        self.bulleted = bulleted
        self.waiting = ""
        self.heading: tuple[str, ...] = ()
        self.block: tuple[str, ...] = ()
        self.scopes: list[_Scope] = []
        self.serial = 0

    def here(self) -> tuple[str, ...]:
        return (*self.path, *self.heading, *self.block, *(scope.title for scope in self.scopes))

    def open(self, title: str, indent: int, *, bracket: bool) -> None:
        self.serial += 1
        if len(self.scopes) < 60:
            serial = f"#{self.serial}" if bracket else f"~{self.serial}"
            self.scopes.append(_Scope(title[-100:].strip() + serial, indent, bracket))

    def close(self) -> None:
        while self.scopes:
            if self.scopes.pop().bracket:
                return

    def dedent(self, indent: int) -> None:
        while self.scopes and self.scopes[-1].indent >= indent and not self.scopes[-1].bracket:
            self.scopes.pop()
        while self.scopes and self.scopes[-1].indent > indent:
            self.scopes.pop()


def read_text(document: Document, lines: TellingLines) -> Reading:
    """Return the entries of a document, read as plain text; lines that are not telling give structure only."""
    telling = lines.around
    if document.kind in _WRITTEN:
        telling |= _around(document, lines_of_values(document.text))
    return Reading(tuple(read_telling(document, telling)))


def _around(document: Document, offsets: Iterable[int]) -> frozenset[int]:
    """Return the lines of some offsets and a few around each."""
    near = {document.line_of(offset) + step for offset in offsets for step in range(-4, 5)}
    return frozenset(index for index in near if 0 <= index < len(document.line_starts))


def read_telling(document: Document, telling: frozenset[int]) -> Iterator[Entry]:
    """Yield the entries of some lines of a document, read as plain text; the others give structure only."""
    lines = ((start, document.line_text(index)) for index, start in enumerate(document.line_starts))
    starts = frozenset(document.line_starts[index] for index in telling)
    commands = document.kind is Kind.CODE and language_of(document.path, document.text) in BARE_WORD_LANGUAGES
    code = document.kind in (Kind.CODE, Kind.PYTHON) and not commands
    markdown = document.kind in _WRITTEN
    return read_lines(lines, (), code=code, markdown=markdown, telling=starts)


def read_commands(document: Document, indices: Iterable[int]) -> Iterator[Entry]:
    """Yield the entries of those of the lines that a notebook or a shell takes as commands: their words are values."""
    for index in sorted(indices):
        line = document.line_text(index)
        if _COMMAND.match(line):
            yield from read_lines([(document.line_starts[index], line)], ())


def read_lines(
    lines: Iterable[tuple[int, str]],
    path: tuple[str, ...],
    *,
    code: bool = False,
    markdown: bool = False,
    place: Place = Place.TEXT,
    telling: frozenset[int] | None = None,
) -> Iterator[Entry]:
    """Yield the entries of `lines`, each with the offset of its first character.

    `code` means that a bare word to the right of a separator is an expression, not a value. `telling` are the offsets
    of the lines to read; the others give structure only.
    """
    outline = _Outline(path, bulleted=markdown)
    page = Page(lines)
    prose = Prose(page.lines) if markdown or place is Place.COMMENT else None
    for index, (offset, line) in enumerate(page.lines):
        if not line or line.isspace():
            outline.block = ()
            continue
        if markdown and not outline.block:
            outline.block = (f"#{index}",)
        _follow_title(line, outline, markdown=markdown)
        told = telling is None or offset in telling
        read = _read_line(line, outline, code=code, place=place, told=told)
        if len(line) > _LONGEST_LINE:
            read = _read_long_line(line, outline, code=code, place=place)
        if outline.waiting and told and (value := _VALUE_BELOW.match(line)):
            yield from page.entries(
                (*outline.here(), outline.waiting), (index, *value.span("value")), place, quoted=True
            )
        outline.waiting = _waiting(line)
        for name, start, end, quoted, where in read:
            yield from page.entries((*outline.here(), name), (index, start, end), where, quoted=quoted)
        if prose and told:
            yield from _prose_entries(page, prose, index, outline.here())


def _waiting(line: str) -> str:
    """Return the quoted name that ends a line with a separator, whose value stands on the next one."""
    name = _NAME_ABOVE.search(line[-_LONGEST_NAME:]) if line.rstrip()[-1:] in (">", "=", ":") else None
    return name["name"] if name else ""


def _prose_entries(page: Page, prose: Prose, index: int, path: tuple[str, ...]) -> Iterator[Entry]:
    for name, start, end, quoted in prose.pairs(index):
        yield from page.entries((*path, name), (index, start, end), Place.TEXT, quoted=quoted)
    for title, places in prose.records(index):
        for number, place in enumerate(places):
            yield from page.entries((*path, f"{title}#{index}", f"[{number}]"), place, Place.TEXT, quoted=True)


def _follow_title(line: str, outline: _Outline, *, markdown: bool) -> None:
    title = _HEADING.match(line) if markdown else None
    if title is None and "[" in line:
        title = _SECTION.match(line)
    if title:
        outline.heading = (title["title"].strip(),)
        outline.scopes.clear()


def _read_long_line(
    line: str, outline: _Outline, *, code: bool, place: Place
) -> Iterator[tuple[str, int, int, bool, Place]]:
    for at in range(0, len(line), _LONGEST_LINE):
        part = line[at : at + _LONGEST_LINE + 1000]
        for name, start, end, quoted, where in _read_line(part, outline, code=code, place=place, told=True):
            yield name, at + start, at + end, quoted, where


def _read_line(
    line: str, outline: _Outline, *, code: bool, place: Place, told: bool
) -> Iterator[tuple[str, int, int, bool, Place]]:
    comment = None if outline.bulleted and _BULLET.match(line) else _COMMENT.match(line)
    if comment and place is Place.TEXT:
        place, code = Place.COMMENT, False
    indent = len(line) - len(line.lstrip())
    if not comment:
        outline.dedent(indent)
    if not told:
        if not comment:
            _follow_brackets(line, outline, indent)
    else:
        for name, start, end, quoted in _pairs(line, outline, indent, code=code, comment=bool(comment)):
            raw = line[start:end]
            value = unescape(raw) if quoted else raw
            if value and (quoted or not code or _LITERAL.fullmatch(value)):
                yield name, start, end, quoted, place
    if not comment and not code and line.rstrip().endswith(":"):
        outline.open(line.strip()[:-1], indent, bracket=False)


def _follow_brackets(line: str, outline: _Outline, indent: int) -> None:
    """Keep the outline up to date over a line that holds nothing of interest."""
    if not _BRACKET.search(line):
        return
    title_from = 0
    for token in _STRUCTURE.finditer(line):
        if token.lastgroup == "open":
            outline.open(line[title_from : token.start()], indent, bracket=True)
            title_from = token.end()
        elif token.lastgroup == "close":
            outline.close()
            title_from = token.end()
        elif token.lastgroup == "comma":
            title_from = token.end()


def _pairs(line: str, outline: _Outline, indent: int, *, code: bool, comment: bool) -> Iterator[Pair]:
    """Yield name, start, end and whether quoted, of every value of one line; keep the outline up to date."""
    tokens = list(TOKEN.finditer(line))
    title_from = 0
    for index, token in enumerate(tokens):
        if token.lastgroup == "open":
            if not comment:
                outline.open(line[title_from : token.start()], indent, bracket=True)
            title_from = token.end()
        elif token.lastgroup == "close":
            if not comment:
                outline.close()
            title_from = token.end()
        elif token.lastgroup == "string":
            yield from inner_pairs(line, token.start() + 1, token.end() - 1)
        elif token.lastgroup == "escaped":
            continue
        elif token["sep"] == ",":
            yield from comma_pair(line, tokens, index)
            title_from = token.end()
        elif token["sep"][-1] != "=" or token["sep"] in ("=", ":="):
            pair = pair_at(line, token, code=code)
            if pair:
                yield pair
    yield from line_pairs(line)
