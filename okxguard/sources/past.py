"""What a file of a commit was before: in the parents of the commit, and at the base of the range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from okxguard.sources.objects import ObjectReader


class Version(NamedTuple):
    """A file in a parent of a commit: its path there, and its id, or None where the parent has no such file."""

    path: str
    id: str | None


class PastOfFile:
    """The versions of one file, read when they are asked for: only files with findings are compared."""

    def __init__(
        self, objects: ObjectReader, before: tuple[Version, ...], base: str | None, names: Sequence[str] = ()
    ) -> None:
        self._objects = objects
        self._before = before
        self._base = base
        self._names = names

    def versions(self) -> tuple[bytes, ...]:
        """Return the file as each parent has it that has one."""
        found = (self._objects.read(version.id) for version in self._before if version.id)
        return tuple(each.data for each in found if not each.problem)

    def had(self, path: str) -> bool:
        """Tell whether a parent has the file under this path."""
        return any(version.id and version.path == path for version in self._before)

    def base(self) -> tuple[str, bytes] | None:
        """Return the file at the base of the range, under the first of its names that the base has."""
        for name in self._names if self._base else ():
            found = self._objects.read(f"{self._base}:{name}")
            if found.type == "blob" and not found.problem:
                return name, found.data
        return None
