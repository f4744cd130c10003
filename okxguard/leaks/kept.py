"""Keep what is made of files that ask for each other, so that it is the same whoever asks first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Kept(Generic[Made]):
    """What was made of files, by their paths; making one may ask for others, at most `deepest` within each other.

    What waits for itself is refused. So what is made may depend on the files that wait for it: on their number, or, if
    it was refused one of them, on which they are. It is kept by what it depends on.
    """

    def __init__(self, make: Callable[[str], Made], deepest: int | None = None) -> None:
        self._make = make
        self._deepest = deepest
        self._made: dict[tuple[str, ...], Made] = {}
        self._waiting: list[str] = []
        self._refused: set[str] = set()

    def get(self, path: str) -> Made | None:
        """Return what is made of a file, or None where it waits for itself or too many wait for it."""
        if self._deepest is not None and len(self._waiting) >= self._deepest:
            return None
        if path in self._waiting:
            self._refused.add(path)
            return None
        alone = (path,) if self._deepest is None else (path, str(len(self._waiting)))
        around = ("", path, *self._waiting)
        for key in (alone, around):
            if key in self._made:
                return self._made[key]
        outer, self._refused = self._refused, set()
        self._waiting.append(path)
        try:
            made = self._make(path)
        finally:
            self._waiting.pop()
            asked = self._refused.intersection(self._waiting)
            self._refused = outer | asked
        self._made[around if asked else alone] = made
        return made
