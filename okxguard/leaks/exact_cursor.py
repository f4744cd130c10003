"""Walk through a text, token by token, as a tree of libcst says what comes next."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from typing import Any, TypeVar

from okxguard.entries.reading import MismatchError

# A node of libcst. Nodes are told apart by the names of their classes, so that libcst need not be imported for it.
Cst = Any
Node = TypeVar("Node", bound=ast.AST)

_BETWEEN = re.compile(r"[ \t\f\r\n]*(?:(?:\#[^\n]*|\\\r?\n)[ \t\f\r\n]*)*")
_MAY_BEGIN = " \t\f\r\n#\\"
_PLACE = ("lineno", "col_offset", "end_lineno", "end_col_offset", "span")
_LINE = re.compile(r"\n")


class Cursor:
    """A place in the text that moves on.

    libcst keeps every space, but no places: its providers of positions print the whole tree again, which takes two to
    three times as long as the parser. Whoever lowers the tree in the order of the text knows each next token, so that
    the place of everything falls out of looking it up in the text; spaces and comments are stepped over unread.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 1 if text.startswith("\ufeff") else 0
        self._line_starts = [0, *(match.end() for match in _LINE.finditer(text))]

    def here(self) -> int:
        """Return where the next token begins."""
        if self.text[self.position : self.position + 1] in _MAY_BEGIN:
            self.position = _BETWEEN.match(self.text, self.position).end()  # type: ignore[union-attr]  # may be empty
        return self.position

    def take(self, token: str) -> int:
        """Step over the next token, which must be that one; return where it begins."""
        self.here()
        return self.take_here(token)

    def take_here(self, token: str) -> int:
        """Step over a token that begins right here."""
        start = self.position
        if not self.text.startswith(token, start):
            raise MismatchError
        self.position = start + len(token)
        return start

    def take_if(self, token: str) -> bool:
        """Step over the next token if it is that one."""
        before = self.position
        if self.text.startswith(token, self.here()):
            self.position += len(token)
            return True
        self.position = before
        return False

    def placed(self, node: Node, start: int) -> Node:
        """Let a node begin at an offset and end here."""
        end, starts = self.position, self._line_starts
        first, last = bisect_right(starts, start), bisect_right(starts, end)
        vars(node).update(
            lineno=first,
            col_offset=start - starts[first - 1],
            end_lineno=last,
            end_col_offset=end - starts[last - 1],
            span=(start, end),
        )
        return node

    def placed_like(self, node: Node, other: ast.AST) -> Node:
        """Let a node stand where another one stands."""
        places = vars(other)
        vars(node).update({name: places[name] for name in _PLACE})
        return node
