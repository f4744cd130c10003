"""What every reader gives back, and how it says that a text is not in its syntax."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from okxguard.model import Entry

# Returns the indices of the lines that may hold something of interest.
FindTelling = Callable[[], frozenset[int]]


class Reading(NamedTuple):
    """The entries of one document, and what a user should know of how it was read, if anything."""

    entries: tuple[Entry, ...] = ()
    note: str | None = None


class MismatchError(Exception):
    """The text is not in the syntax that its name promises, or nested too deeply; the text reader takes over."""
