"""Read what the next commit would hold: the index of a git repository, not the files of its work tree."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from okxguard.model import Note, Source
from okxguard.sources.blobs import LINK, SUBMODULE, read_blobs, shown
from okxguard.sources.objects import ObjectReader
from okxguard.sources.paths import Item, below, posix, read_paths
from okxguard.sources.repository import GitError, Repository

_UNMERGED = "is in conflict; every side of it is read"
_OUTSIDE = "is not in the index; read from the work tree"
_LARGEST_IMPORT = 1 << 20


class Staged(NamedTuple):
    """One entry of the index; a file in conflict has one for each side."""

    path: str
    mode: str
    id: str
    stage: int


class Index:
    """The entries of the index, and the files that they name as a tree that imports are looked up in."""

    def __init__(self, repository: Repository) -> None:
        if repository.top is None:
            raise GitError("a bare repository has no index; use --diff to read commits")
        self._repository = repository
        self._top = repository.top
        self._objects = ObjectReader(repository)
        fields = repository.fields("ls-files", "--stage", "-z", "--full-name", "--", repository.top)
        self.entries = tuple(_staged(field) for field in fields)
        self._by_path = {entry.path: entry for entry in self.entries}
        self._folders: dict[str, set[str]] = {}

    def names(self, folder: str) -> frozenset[str]:
        """Return the names of the files and folders in a folder of the index."""
        if not self._folders:
            for path in self._by_path:
                while path:
                    above, _, name = path.rpartition("/")
                    self._folders.setdefault(above, set()).add(name)
                    path = above
        return frozenset(self._folders.get(folder, ()))

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file of the index, or None where it is large, a link or not there."""
        entry = self._by_path.get(path)
        if entry is None or entry.mode in (LINK, SUBMODULE):
            return None
        found = self._objects.read(entry.id)
        return None if found.problem or len(found.data) > _LARGEST_IMPORT else found.data

    def close(self) -> None:
        """End what was started to read single files."""
        self._objects.close()

    def read_all(self, excluded: Callable[[str], bool]) -> Iterator[Item]:
        """Yield everything that the index holds."""
        return self._read(self.entries, excluded)

    def read_rest(self, paths: Sequence[str], excluded: Callable[[str], bool]) -> Iterator[Item]:
        """Yield what the index holds besides some paths."""
        wanted = set(self._wanted(paths)[0])
        return self._read([entry for entry in self.entries if entry.path not in wanted], excluded)

    def read_named(self, paths: Sequence[str], excluded: Callable[[str], bool]) -> Iterator[Item]:
        """Yield what the index holds at and below some paths; what it does not know is read from the work tree."""
        wanted, unknown = self._wanted(paths)
        yield from self._read([entry for entry in self.entries if entry.path in wanted], excluded)
        for path in unknown:
            if os.path.lexists(path):
                yield Note(posix(path), _OUTSIDE)
            yield from read_paths([path], ignored=False, excluded=excluded)

    def _wanted(self, paths: Sequence[str]) -> tuple[set[str], list[str]]:
        wanted: set[str] = set()
        unknown = []
        for path in paths:
            inside = self._inside(path)
            found = {inside} if inside in self._by_path else self._below(inside)
            wanted |= found
            if not found:
                unknown.append(path)
        return wanted, unknown

    def _below(self, folder: str | None) -> set[str]:
        if folder is None:
            return set()
        return {path for path in self._by_path if not folder or path.startswith(folder + "/")}

    def _inside(self, path: str) -> str | None:
        """Return a path as the index names it; None for what lies outside of the work tree."""
        # Only the folder is resolved: the file may be a link, which the index knows by its own name.
        folder, name = os.path.split(os.path.abspath(path))
        return below(os.path.join(os.path.realpath(folder), name), self._top)

    def _read(self, entries: Sequence[Staged], excluded: Callable[[str], bool]) -> Iterator[Item]:
        yield from (Note(path, _UNMERGED) for path in sorted({entry.path for entry in entries if entry.stage}))
        yield from read_blobs(
            self._repository, entries, excluded, lambda entry, data: Source("index", entry.path, data, entry.path)
        )


def _staged(field: bytes) -> Staged:
    head, _, path = field.partition(b"\t")
    mode, name, stage = head.decode("ascii").split(" ")
    return Staged(shown(path), mode, name, int(stage))
