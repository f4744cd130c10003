"""Keep what is made of files that ask for each other, so that it is the same whoever asks first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

Made = TypeVar("Made")


class _Needs(NamedTuple):
    """What was asked for while something was made: which files, and how many within each other."""

    files: frozenset[str]
    height: int


class Kept(Generic[Made]):
    """What was made of files, by their paths; making one may ask for others, at most `deepest` within each other.

    What waits for itself is refused, and so is what too many wait for. What was made is given again only where making
    it anew would come to the same: the files that wait are the same, or nothing would be refused.
    """

    def __init__(self, make: Callable[[str], Made], deepest: int | None = None) -> None:
        self._make = make
        self._deepest = deepest
        # By path and what it depends on: nothing, the number of files that wait, or these files.
        self._made: dict[tuple[str, ...], tuple[Made, _Needs]] = {}
        self._waiting: list[str] = []
        self._asked: set[str] = set()
        self._reached = 0
        self._refused: set[str] = set()

    def get(self, path: str) -> Made | None:
        """Return what is made of a file, or None where it waits for itself or too many wait for it."""
        depth = len(self._waiting)
        if path in self._waiting:
            self._asked.add(path)
            self._refused.add(path)
            return None
        if depth == self._deepest:
            self._asked.add(path)
            self._reached = depth + 1
            return None
        known = self._known(path, depth)
        if known is None:
            return self._making(path, depth)
        made, needs = known
        self._asked |= needs.files
        self._reached = max(self._reached, depth + needs.height)
        return made

    def forget(self) -> None:
        """Forget what was made; asked for again, it comes to the same. Nothing may wait."""
        self._made.clear()

    def _known(self, path: str, depth: int) -> tuple[Made, _Needs] | None:
        """Return what making it anew would come to, if it was made before."""
        known = self._made.get((path,))
        if known is not None and not self._is_deep(depth + known[1].height) and self._is_apart(known[1]):
            return known
        known = self._made.get((path, str(depth)))
        if known is not None and self._is_apart(known[1]):
            return known
        known = self._made.get(("", path, *self._waiting))
        if known is not None:
            self._refused |= known[1].files.intersection(self._waiting)
        return known

    def _is_deep(self, reached: int) -> bool:
        return self._deepest is not None and reached > self._deepest

    def _is_apart(self, needs: _Needs) -> bool:
        """Tell whether no file that is needed waits already."""
        return needs.files.isdisjoint(self._waiting)

    def _making(self, path: str, depth: int) -> Made:
        asked, reached, refused = self._asked, self._reached, self._refused
        self._asked, self._reached, self._refused = {path}, depth + 1, set()
        self._waiting.append(path)
        try:
            made = self._make(path)
        finally:
            self._waiting.pop()
            needs, is_deep = self._needs(depth), self._is_deep(self._reached)
            # What was refused only below this file is the same wherever nothing of it waits.
            outside = self._refused.intersection(self._waiting)
            self._asked, self._reached = asked | needs.files, max(reached, self._reached)
            self._refused = refused | outside
        key = ("", path, *self._waiting) if outside else (path, str(depth)) if is_deep else (path,)
        self._made[key] = made, needs
        return made

    def _needs(self, depth: int) -> _Needs:
        return _Needs(frozenset(self._asked), self._reached - depth)
