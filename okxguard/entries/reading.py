"""What every reader gives back, what readers of code make of a string, and how they say that a text is not theirs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

from okxguard.documents import lines_near
from okxguard.model import Entry, Span

# What stands so many lines around a line of interest may say whose it is; so many, what it belongs to.
_AROUND, _CLOSE = 25, 6
_FindLines = Callable[[], frozenset[int]]


class TellingLines:
    """The lines of a document that may hold something of interest, and those around them.

    `find` returns their indices, of `count` in all, and `others` those of lines that count as they are; both are asked
    when it saves work.
    """

    def __init__(self, count: int, find: _FindLines, others: _FindLines = frozenset) -> None:
        self._count = count
        self._find = find
        self._others = others

    @classmethod
    def everything(cls, count: int) -> TellingLines:
        """Return what finds every one of `count` lines."""
        return cls(count, lambda: frozenset(range(count)))

    @cached_property
    def around(self) -> frozenset[int]:
        """The lines of interest and all around them."""
        return self._spread(_AROUND)

    @cached_property
    def close(self) -> frozenset[int]:
        """The lines of interest and those next to them."""
        return self._spread(_CLOSE)

    def _spread(self, by: int) -> frozenset[int]:
        return lines_near(self._find(), by, self._count) | self._others()


class Reading(NamedTuple):
    """The entries of one document, and what a user should know of how it was read, if anything."""

    entries: tuple[Entry, ...] = ()
    note: str | None = None


class Literal(NamedTuple):
    """A constant text: its value, its place in the document, and whether it stands there letter by letter."""

    value: str
    span: Span
    visible: bool
    quoted: bool = True

    def __repr__(self) -> str:
        return f"Literal(span={self.span!r})"


class MismatchError(Exception):
    """The text is not in the syntax that its name promises, or nested too deeply; the text reader takes over."""
