"""Read TOML: tomli says what the values are, a locator says where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import tomli

from okxguard.documents import Document
from okxguard.entries.containers import Container
from okxguard.entries.embedded import read_embedded
from okxguard.entries.page import lines_of
from okxguard.entries.reading import MismatchError, Reading, TellingLines
from okxguard.entries.text import read_lines
from okxguard.model import Entry, Place, Span

_TOKEN = re.compile(
    r"""
    (?P<blank> [ \t]+ ) | (?P<newline> \n ) | (?P<comment> \#[^\n]* )
    | (?P<long> \"\"\"(?:[^"\\]|\\.|\"{1,2}(?!\"))*\"{3,5} | '''(?:[^']|'{1,2}(?!'))*'{3,5} )
    | (?P<string> "(?:[^"\\\n]|\\.)*" | '[^'\n]*' )
    | (?P<sign> [\[\]{}=,.] )
    | (?P<word> [^\s\[\]{}=,."'#]+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_Path = tuple[str, ...]
_CLOSING = ("]", "}")


def read_toml(document: Document, _: TellingLines) -> Reading:
    """Return the entries of a TOML document.

    Raises MismatchError when the text is something else.
    """
    try:
        values = dict(_leaves(tomli.loads(document.text)))
    except (tomli.TOMLDecodeError, RecursionError, ValueError):
        raise MismatchError from None
    entries: list[Entry] = []
    for path, token in _Locator(document.text).tokens():
        if path is not None and token[0] in _CLOSING:
            entries.append(Entry(path, "[]", Span(token.start(), token.end()), Place.EXPRESSION, quoted=False))
        elif path is None:
            body = token.start() + len(token[0]) - len(token[0].lstrip("# \t"))
            entries.extend(read_lines([(body, document.text[body : token.end()])], (), place=Place.COMMENT))
        else:
            entries.extend(_entries(path, token, values.get(path)))
    return Reading(tuple(entries))


def _leaves(tree: dict[str, Any]) -> Iterator[tuple[_Path, object]]:
    stack: list[tuple[_Path, object]] = [((), tree)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict):
            stack.extend(((*path, key), inner) for key, inner in value.items())
        elif isinstance(value, list):
            stack.extend(((*path, f"[{index}]"), inner) for index, inner in enumerate(value))
        else:
            yield path, value


def _entries(path: _Path, token: re.Match[str], value: object) -> Iterator[Entry]:
    quotes = {"long": 3, "string": 1}.get(token.lastgroup or "", 0)
    start, end = token.start() + quotes, token.end() - quotes
    raw = token[0][quotes : len(token[0]) - quotes]
    meant = value if isinstance(value, str) else raw
    yield Entry(path, meant, Span(start, end), Place.ASSIGNMENT, bool(quotes), raw == meant)
    if not quotes:
        return
    if quotes == 3:
        yield from read_lines(lines_of(raw, start), path)
    else:
        yield from read_embedded(raw, meant, start, path)


class _Locator:
    """Walks the tokens of valid TOML and yields each value with its key path; comments come with None."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._stack = [Container((), mapping=True)]
        self._counts: dict[_Path, int] = {}
        self._header: list[str] | None = None
        self._array = False

    def tokens(self) -> Iterator[tuple[_Path | None, re.Match[str]]]:
        line_start = True
        for token in _TOKEN.finditer(self._text):
            kind = token.lastgroup
            if kind == "comment":
                yield None, token
            elif kind == "newline":
                line_start = self._end_line()
                continue
            elif kind == "sign":
                empty = self._sign(token[0], line_start=line_start)
                if empty is not None:
                    yield empty, token
            elif kind != "blank":
                path = self._word(token)
                if path is not None:
                    yield path, token
            line_start = line_start and kind == "blank"

    def _end_line(self) -> bool:
        if len(self._stack) > 1:
            return False
        if self._header is not None:
            self._stack[0].path = self._table_path(self._header)
            self._header = None
        self._stack[0].done()
        return True

    def _table_path(self, header: list[str]) -> _Path:
        path: _Path = ()
        for depth, name in enumerate(header):
            path = (*path, name)
            last = depth == len(header) - 1
            if last and self._array:
                self._counts[path] = self._counts.get(path, -1) + 1
            if path in self._counts:
                path = (*path, f"[{self._counts[path]}]")
        return path

    def _sign(self, sign: str, *, line_start: bool) -> _Path | None:
        """Follow a sign; return the path of a list or table that it closes without anything in it."""
        top = self._stack[-1]
        if self._header is not None:
            self._array = self._array or (sign == "[" and not self._header)
        elif sign == "[" and line_start and len(self._stack) == 1 and not top.expects_value:
            self._header, self._array = [], False
        elif sign in "[{":
            self._stack.append(Container(top.path_of_next(), mapping=sign == "{"))
        elif sign in "]}" and len(self._stack) > 1:
            self._stack.pop()
            self._value_done()
            return top.path if top.is_empty else None
        elif sign == "=":
            top.expects_value = True
        elif sign == ",":
            top.done()
        return None

    def _value_done(self) -> None:
        self._stack[-1].expects_value = False

    def _word(self, token: re.Match[str]) -> _Path | None:
        top = self._stack[-1]
        name = token[0][1:-1] if token.lastgroup == "string" else token[0]
        if self._header is not None:
            self._header.append(name)
            return None
        if top.mapping and not top.expects_value:
            top.key = (*top.key, name)
            return None
        return top.path_of_next()
