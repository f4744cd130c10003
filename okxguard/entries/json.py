"""Read JSON with the exact place of every value; comments, single quotes, bare keys and trailing commas are fine.

No library tells where a value stands, so this is a tokenizer and a stack; nothing recurses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from okxguard.documents import Document
from okxguard.entries.containers import Container
from okxguard.entries.embedded import read_embedded
from okxguard.entries.pairs import unescape
from okxguard.entries.reading import MismatchError, Reading, TellingLines
from okxguard.entries.text import read_lines
from okxguard.model import Entry, Place, Span

_TOKEN = re.compile(
    r"""
    (?P<blank> [\s\ufeff]+ )
    | (?P<string> "(?:[^"\\]|\\.)*" | '(?:[^'\\\n]|\\.)*' | `[^`]*` )
    | (?P<sign> [{}\[\]:,] )
    | (?P<comment> //[^\n]* | /\*.*?\*/ | \#[^\n]* )
    | (?P<word> [^\s{}\[\]:,"'/#]+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_DEEPEST = 400
_EMPTY = ("[]", "{}")


class Scalar(NamedTuple):
    """A value of a JSON document, as it is written: its key path, its letters within the quotes, and their place."""

    path: tuple[str, ...]
    raw: str
    start: int
    quoted: bool
    container: Container


def read_json(document: Document, _: TellingLines) -> Reading:
    """Return the entries of a JSON document, or of one JSON value a line.

    Raises MismatchError when the text is something else.
    """
    return Reading(tuple(_read(document.text)))


def _read(text: str) -> Iterator[Entry]:
    for item in json_scalars(text):
        if isinstance(item, Scalar):
            yield from scalar_entries(item)
        else:
            yield from _comment(text, *item)


# A value that follows another one without a comma: a file of one value a line.
_NEXT_ROOT = re.compile(r"[}\]][ \t]*\n\s{0,99}[{\[]")


def json_scalars(text: str) -> Iterator[Scalar | tuple[re.Match[str], tuple[str, ...]]]:
    """Yield every value that is no container, and every comment with the path of what it stands in.

    Raises MismatchError when the text is no JSON.
    """
    stack = [Container((), mapping=False)]
    is_one = _NEXT_ROOT.search(text) is None
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise MismatchError
        at = token.end()
        kind = token.lastgroup
        if kind == "blank":
            continue
        if kind == "comment":
            yield token, stack[-1].path
        elif kind == "sign":
            empty = _sign(token, stack, is_one=is_one)
            if empty is not None:
                yield empty
        else:
            scalar = _scalar(token, stack)
            if scalar is not None:
                yield scalar
    if len(stack) > 1:
        raise MismatchError


def _sign(token: re.Match[str], stack: list[Container], *, is_one: bool) -> Scalar | None:
    """Open or close a container; return one that closes without having held anything."""
    sign = token[0]
    top = stack[-1]
    if sign in "{[":
        if (top.mapping and not top.expects_value) or len(stack) > _DEEPEST:
            raise MismatchError
        path = () if len(stack) == 1 and is_one else top.path_of_next()
        top.done()
        stack.append(Container(path, mapping=sign == "{"))
    elif sign in "}]":
        if len(stack) == 1 or top.mapping != (sign == "}"):
            raise MismatchError
        stack.pop()
        if top.is_empty and top.path:
            return Scalar(top.path, "[]" if sign == "]" else "{}", token.start(), False, top)
    elif sign == ":":
        if not top.mapping or not top.key:
            raise MismatchError
        top.expects_value = True
    return None


def _scalar(token: re.Match[str], stack: list[Container]) -> Scalar | None:
    """Return the value that a token is, or None for a key."""
    top = stack[-1]
    quoted = token.lastgroup == "string"
    raw = token[0][1:-1] if quoted else token[0]
    if top.mapping and not top.expects_value:
        top.key = (unescape(raw),)
        return None
    if len(stack) == 1 and not quoted:
        raise MismatchError
    path = top.path_of_next()
    top.done()
    return Scalar(path, raw, token.start() + quoted, quoted, top)


def scalar_entries(scalar: Scalar) -> Iterator[Entry]:
    """Yield a value under its key path, and what stands inside it."""
    path, raw, start, quoted, top = scalar
    value = unescape(raw)
    if raw in _EMPTY and not quoted:
        yield Entry(path, raw, Span(start, start + 1), Place.EXPRESSION, quoted=False)
        return
    yield Entry(path, value, Span(start, start + len(raw)), Place.ASSIGNMENT, quoted, value == raw)
    nested = '\\"' in value and value.lstrip()[:1] in ("{", "[")
    if quoted and not nested:
        # A list of lines is one text, as in the cells of notebooks.
        top.holds_lines = not top.mapping and (top.holds_lines or value.endswith("\n"))
        yield from read_embedded(raw, value, start, path[:-1] if top.holds_lines else path)


def _comment(text: str, token: re.Match[str], path: tuple[str, ...]) -> Iterator[Entry]:
    start = token.start()
    lines = []
    for line in text[start : token.end()].split("\n"):
        skip = len(line) - len(line.lstrip(" \t/*#"))
        lines.append((start + skip, line[skip:].removesuffix("*/")))
        start += len(line) + 1
    yield from read_lines(lines, path, place=Place.COMMENT)
