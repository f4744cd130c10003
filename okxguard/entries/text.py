"""Read `name separator value` out of any text: notes, logs, shell, and code of any language.

Nothing is parsed: separators are looked up line by line, the name is read to their left and the value to their right.
Brackets, indentation, section titles and headings give the key path.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from okxguard.documents import Document, Kind
from okxguard.model import Entry, Place, Span

_TOKEN = re.compile(
    r"""
    (?P<string> (?<!\w)"(?:[^"\\\n]|\\.){0,4000}" | (?<![\w)\]])'(?:[^'\\\n]|\\.){0,4000}' | `[^`\n]{0,4000}` )
    | (?P<open> [{(\[] ) | (?P<close> [})\]] )
    | (?P<sep> := | => | <- | ->> | -> | \|\| | \?\? | [=!<>]=+ | [=:：＝|,] | \s[-–—]\s )
    """,
    re.VERBOSE,
)
_STRUCTURE = re.compile(
    r"""(?<!\w)"(?:[^"\\\n]|\\.){0,4000}" | (?<![\w)\]])'(?:[^'\\\n]|\\.){0,4000}' | `[^`\n]{0,4000}`
    | (?P<open> [{(\[] ) | (?P<close> [})\]] ) | (?P<comma> , )""",
    re.VERBOSE,
)
_BRACKET = re.compile(r"[{}()\[\]]")
_COMMENT = re.compile(r"\s*(?://+|\#+(?!\{)|/?\*+/?|--+\s|;+|%+|<!--|(?i:rem)\s|'+\s|\"\"\"|=begin)\s*")
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.{1,120})")
_SECTION = re.compile(r"\s*\[\[?([^\[\]\n]{1,120})\]\]?\s*(?:[#;].*)?$")
_OPTION = re.compile(r"(?:^|\s)--?(?P<name>[A-Za-z][\w.-]{1,60})\s+(?P<value>[^\s-]\S*)")
_COMMAND = re.compile(
    r"^\s*(?:RUN\s+)?(?:ENV|ARG|LABEL|setx?|setenv|SetEnv|set\s+-\w+|export|putenv)\s+(?P<name>[A-Za-z_]\w{1,80})\s+(?P<value>[^\s=:].*)", re.IGNORECASE
)
_ELEMENT = re.compile(r"<(?P<name>[A-Za-z][\w.:-]{0,80})(?:\s[^<>]{0,200})?>(?P<value>[^<>]{1,400})</")
_IDENTIFIER = re.compile(r"[\w$@][\w$.@-]*(?:\[[\"']?[\w.-]{1,60}[\"']?\])?$")
_TYPED = re.compile(
    r"([\w$]+)[?!]?\s*:\s*(?:&?(?:'static\s+)?str|string|text|any|unknown|object|bytes|auto|typing\.\w+|[A-Z]\w*(?:::\w+)*)(?:[\[<][\w.,<>\[\]|'& ]{0,60}[\]>])?(?:\s*\|\s*\w+){0,3}[?!]?$"
)
_POWERSHELL = re.compile(r"\$(?:env|global|script|private):(\w+)$", re.IGNORECASE)
_BULLET = re.compile(r"^(?:\d+[.)]|[-*+•#>]+)\s+")
_TYPE = re.compile(r"(?:str|&'?static str|&str|string|String|char|const|auto|var|let|std::string|text|varchar|\*)[?*&]?", re.IGNORECASE)
_LABEL = re.compile(r"[\w$.@/#()'-]+(?:[ \t]+[\w$.@/#()'-]+){0,5}$")
_BARE = re.compile(r"[^\s\"'`]+")
_QUERY_VALUE = re.compile(r"[^&\s\\]+")
_STRING_PREFIX = re.compile(r"(?:[bBrRuUfF@$]|&|String\.raw)?(?=[\"'`])")
_LITERAL = re.compile(r"-?\d[\d._]*|true|false|null|nil|none", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f"}
_DECORATION = " \t*_~`\"'>)]"
_WIDEST_NAME = 160
_LONGEST_LINE = 200_000


def unescape(raw: str) -> str:
    """Return the text that `raw`, the inside of a quoted string, stands for in most languages."""
    if "\\" not in raw:
        return raw

    def replace(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _ESCAPES.get(match[3], match[3])

    return _ESCAPE.sub(replace, raw)


class _Scope(NamedTuple):
    title: str
    indent: int
    bracket: bool


class _Outline:
    """The titles of the sections, brackets and indented blocks that the current line stands in."""

    def __init__(self, path: tuple[str, ...]) -> None:
        self.path = path
        self.heading: tuple[str, ...] = ()
        self.scopes: list[_Scope] = []
        self.serial = 0

    def here(self) -> tuple[str, ...]:
        return (*self.path, *self.heading, *(scope.title for scope in self.scopes))

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


def read_text(document: Document, telling: frozenset[int]) -> tuple[Entry, ...]:
    """Return the entries of a whole document, read as plain text; other lines than `telling` give structure only."""
    lines = ((start, document.line_text(index)) for index, start in enumerate(document.line_starts))
    starts = frozenset(document.line_starts[index] for index in telling)
    code = document.kind in (Kind.CODE, Kind.PYTHON)
    return tuple(read_lines(lines, (), code=code, markdown=document.kind in (Kind.MARKDOWN, Kind.TEXT), telling=starts))


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
    outline = _Outline(path)
    for offset, line in lines:
        if not line or line.isspace():
            continue
        if markdown and (heading := _HEADING.match(line)):
            outline.heading = (heading[2].strip(),)
            outline.scopes.clear()
        elif "[" in line and (section := _SECTION.match(line)):
            outline.heading = (section[1].strip(),)
            outline.scopes.clear()
        if len(line) <= _LONGEST_LINE:
            told = telling is None or offset in telling
            yield from _read_line(offset, line, outline, code=code, place=place, told=told)
            continue
        for start in range(0, len(line), _LONGEST_LINE):
            part = line[start : start + _LONGEST_LINE + 1000]
            yield from _read_line(offset + start, part, outline, code=code, place=place, told=True)


def _read_line(offset: int, line: str, outline: _Outline, *, code: bool, place: Place, told: bool) -> Iterator[Entry]:
    comment = _COMMENT.match(line)
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
                yield Entry((*outline.here(), name), value, Span(offset + start, offset + end), place, quoted, value == raw)
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


_Pair = tuple[str, int, int, bool]


def _pairs(line: str, outline: _Outline, indent: int, *, code: bool, comment: bool) -> Iterator[_Pair]:
    """Yield name, start, end and whether quoted, of every value of one line; keep the outline up to date."""
    tokens = list(_TOKEN.finditer(line))
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
            yield from _inner_pairs(line, token.start() + 1, token.end() - 1)
        elif token["sep"] == ",":
            yield from _comma_pair(line, tokens, index)
            title_from = token.end()
        elif token["sep"][-1] != "=" or token["sep"] in ("=", ":="):
            pair = _pair_at(line, token, code=code)
            if pair:
                yield pair
    yield from _patterns(line)


def _pair_at(line: str, token: re.Match[str], *, code: bool) -> _Pair | None:
    name = _name_before(line[max(0, token.start() - _WIDEST_NAME) : token.start()], token["sep"], code=code)
    if name is None:
        return None
    found = _value_after(line, token.end())
    return (name, *found) if found else None


def _comma_pair(line: str, tokens: list[re.Match[str]], index: int) -> Iterator[_Pair]:
    """Yield `"name", "value"`, as in getenv("NAME", "default")."""
    if 0 < index < len(tokens) - 1:
        before, after = tokens[index - 1], tokens[index + 1]
        if before.lastgroup == after.lastgroup == "string" and not line[before.end() : tokens[index].start()].strip() and not line[tokens[index].end() : after.start()].strip():
            yield before["string"][1:-1], after.start() + 1, after.end() - 1, True


def _inner_pairs(line: str, start: int, end: int) -> Iterator[_Pair]:
    """Yield what stands inside a quoted string: a header, a query, an assignment."""
    inner = line[start:end]
    if len(inner) < 8 or not any(sign in inner for sign in ":="):
        return
    for token in _TOKEN.finditer(inner):
        if token["sep"] in ("=", ":"):
            name = _name_before(inner[max(0, token.start() - _WIDEST_NAME) : token.start()], token["sep"], code=True)
            found = _value_after(inner, token.end())
            if name and found:
                first, last, quoted = found
                bare = None if quoted else _QUERY_VALUE.match(inner, first, last)
                yield name, start + first, start + (bare.end() if bare else last), True


def _name_before(left: str, sep: str, *, code: bool) -> str | None:
    left = left.rstrip(" \t*_~>")
    if not left:
        return None
    if left[-1] in "\"'`":
        opening = left.rfind(left[-1], 0, len(left) - 1)
        return left[opening + 1 : -1] or None if opening >= 0 else None
    if left[-1] == "]" and (match := re.search(r"\[[\"']([^\"'\]]{1,80})[\"']\]$", left)):
        return match[1]
    if sep == "=" and (variable := _POWERSHELL.search(left)):
        return variable[1]
    if sep in ("=", ":=") and (typed := _TYPED.search(left)):
        return typed[1]
    if code or sep in ("=", ":=", "=>", "<-", "||", "??", "＝"):
        return _identifier_before(left)
    label = _LABEL.search(left.rstrip(_DECORATION))
    return _BULLET.sub("", label[0]) if label else None


def _identifier_before(left: str) -> str | None:
    words = left.rstrip("?!)").split()
    if len(words) > 1 and _TYPE.fullmatch(words[-1]):
        words.pop()
    match = _IDENTIFIER.search(words[-1]) if words else None
    if match is None:
        return None
    name = match[0]
    subscript = re.search(r"\[[\"']?([\w.-]+)[\"']?\]$", name)
    return subscript[1] if subscript else name


def _value_after(line: str, at: int) -> tuple[int, int, bool] | None:
    """Return start, end and whether quoted, of the value that begins at or after `at`."""
    while at < len(line) and line[at] in " \t*_":
        at += 1
    prefix = _STRING_PREFIX.match(line, at)
    if prefix:
        at = prefix.end()
        quote = line[at]
        end = at + 1
        while end < len(line) and line[end] != quote:
            end += 2 if line[end] == "\\" else 1
        return (at + 1, end, True) if end < len(line) else None
    bare = _BARE.match(line, at)
    if bare is None:
        return None
    end = bare.end()
    while end > at and line[end - 1] in ",;|" or (end > at and line[end - 1] in ")]}>" and not _balanced(line[at:end])):
        end -= 1
    if line[at:end].endswith(".") and " " in line[end - 1 : end + 1]:
        end -= 1
    return (at, end, False) if end > at else None


def _balanced(text: str) -> bool:
    return all(text.count(opening) >= text.count(closing) for opening, closing in ("()", "[]", "{}", "<>"))


def _patterns(line: str) -> Iterator[_Pair]:
    patterns = [_COMMAND]
    if "-" in line:
        patterns.append(_OPTION)
    if "</" in line:
        patterns.append(_ELEMENT)
    for pattern in patterns:
        for match in pattern.finditer(line):
            start, end = match.span("value")
            value = line[start:end].rstrip()
            if value[:1] in "\"'" and value[-1:] == value[:1] and len(value) > 2:
                yield match["name"], start + 1, start + len(value) - 1, True
            else:
                yield match["name"], start, start + len(value), pattern is _ELEMENT
