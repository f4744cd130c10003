"""Cut an expression of any language into cells: names, strings, numbers, signs, and brackets with what they hold."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from okxguard.entries.lexer import STRING, Tokens

NAME, TEXT, NUMBER, SIGN, GROUP, LINE = "name", "text", "number", "sign", "group", "line"
_SIGNS = (
    r"<=>|===|!==|\.\.\.|\.\.=|\?\?=|&&=|\|\|=|=>|->|::|\?\.|&\.|\?\?|\?:|\|\||&&|==|!=|<=|>=|=~|!~|\.\.|<<|>>|!!|:="
    r"|\+=|\|>|[^\s\w]"
)
MOST_CELLS, _DEEPEST = 400, 200
# A pair of brackets.
_EMPTY = 2


class Cell(NamedTuple):
    """One piece of an expression; `token` is the index of its string or of its opening bracket."""

    kind: str
    text: str
    start: int
    end: int
    token: int = -1


class Code(NamedTuple):
    """Cut source text; `offset` is where it begins in the document, for the code inside a string."""

    tokens: Tokens
    offset: int
    marked: bool

    @property
    def text(self) -> str:
        """The source text without its comments."""
        return self.tokens.code

    def frame_at(self, at: int) -> int:
        """Return the index of the bracket that a place stands in, or -1."""
        index = bisect_left(self.tokens.starts, at)
        return self.tokens.frames[index] if index < len(self.tokens.frames) else -1

    def frames_around(self, at: int) -> frozenset[int]:
        """Return the indices of the brackets around a place, -1 for none among them."""
        frame, found = self.frame_at(at), {-1}
        while frame >= 0 and len(found) < _DEEPEST:
            found.add(frame)
            frame = self.tokens.frames[frame]
        return frozenset(found)

    def inside(self, cell: Cell) -> tuple[int, int]:
        """Return where the content of a bracket begins and ends."""
        closing = self.tokens.partners.get(cell.token)
        return cell.start + 1, self.tokens.starts[closing] if closing is not None else cell.end

    def in_string(self, at: int) -> bool:
        """Tell whether a place is inside a string."""
        index = bisect_left(self.tokens.starts, at + 1) - 1
        return index >= 0 and self.tokens.kinds[index] == STRING and at < self.tokens.ends[index]


@cache
def _pieces(marked: bool) -> re.Pattern[str]:
    # In Ruby a mark at the end belongs to the name.
    mark = r"(?:[?!](?=[\s).,;(\]}&|]|$))?" if marked else ""
    return re.compile(
        rf"(?P<line>\n)|[ \t\r\f\v]+|(?P<number>\d\w*(?:\.\d\w*)?)"
        rf"|(?P<name>[$@]{{0,2}}(?!\d)\w[\w$]*{mark})|(?P<sign>{_SIGNS})"
    )


def cells(code: Code, start: int, end: int) -> Iterator[Cell]:
    """Yield the cells between two places; brackets that close nothing end it."""
    tokens, text, pattern = code.tokens, code.text, _pieces(code.marked)
    at, index = start, bisect_left(code.tokens.starts, start)
    while at < end:
        known = index < len(tokens.starts) and tokens.starts[index] < end
        for match in pattern.finditer(text, at, tokens.starts[index] if known else end):
            if match.lastgroup:
                yield Cell(match.lastgroup, match[0], match.start(), match.end())
        if not known:
            return
        kind, at, opening = tokens.kinds[index], tokens.ends[index], tokens.starts[index]
        if kind == STRING:
            yield Cell(TEXT, text[opening:at], opening, at, index)
        elif kind in "([{":
            closing = tokens.partners.get(index)
            at = tokens.ends[closing] if closing is not None else end
            yield Cell(GROUP, kind, opening, at, index)
            index = closing if closing is not None else len(tokens.starts)
        elif kind in ")]}":
            return
        else:
            yield Cell(SIGN, kind, opening, at)
        index += 1


def expression(code: Code, start: int, end: int) -> list[Cell]:
    """Return the cells between two places without line ends; of a very long expression those it begins with."""
    found: list[Cell] = []
    for cell in cells(code, start, end):
        if cell.kind != LINE:
            found.append(cell)
            if len(found) >= MOST_CELLS:
                break
    return found


# Signs and words that let a value go on across a line end, from either side of it or in front of it.
_GOES_ON_AFTER = frozenset(
    {"+", "-", "*", "/", "%", "&", "|", ".", "?", ":", "&&", "||", "??", "->", "==", "!=", "===", "!==", "?.", "::",
     "?:", "and", "or"}
)  # fmt: skip
_GOES_ON_BEFORE = _GOES_ON_AFTER | {"=", ",", "=>", "<<", "<>", "..", ":=", "\\", "!", "not"}


def statement(code: Code, start: int, *, lines: bool) -> list[Cell]:
    """Return the cells of the value that begins at `start`, to the end of its statement or list item."""
    found: list[Cell] = []
    ended = False
    for cell in cells(code, start, min(len(code.text), start + 20_000)):
        if cell.kind == LINE:
            ended = lines and bool(found) and found[-1].text not in _GOES_ON_BEFORE
            continue
        if (cell.text in (",", ";") and cell.kind == SIGN) or (ended and cell.text not in _GOES_ON_AFTER):
            break
        ended = False
        found.append(cell)
        if len(found) >= MOST_CELLS:
            break
    return found


def split(found: Sequence[Cell], signs: frozenset[str]) -> list[list[Cell]]:
    """Split cells at some signs or words."""
    parts: list[list[Cell]] = [[]]
    for cell in found:
        if cell.text in signs and cell.kind in (SIGN, NAME):
            parts.append([])
        else:
            parts[-1].append(cell)
    return parts


COMMA = frozenset([",", ";"])


def items(code: Code, group: Cell) -> list[list[Cell]]:
    """Return the items of a bracket, each as its cells."""
    return [part for part in split(expression(code, *code.inside(group)), COMMA) if part]


def made_later(part: list[Cell]) -> list[Cell]:
    """Return what a function without arguments makes when a logger calls it: `() -> x`."""
    is_function = len(part) > 2 and part[0].kind == GROUP and part[1].text in ("->", "=>")
    return part[2:] if is_function and part[0].end - part[0].start <= _EMPTY and part[2].text != "{" else part
