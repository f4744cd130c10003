"""What every reader gives back, what readers of code make of a string, and how they say that a text is not theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from okxguard.model import Entry, Span

# Returns the indices of the lines that may hold something of interest.
FindTelling = Callable[[], frozenset[int]]


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
