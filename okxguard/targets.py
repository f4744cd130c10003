"""Turn the arguments of a scan into what is to be read: folders, the index, or the commits of a range."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from okxguard.config import Config, load_config, read_config_file
from okxguard.errors import ConfigError, UsageError
from okxguard.model import Note
from okxguard.sources.archive import expand
from okxguard.sources.files import File, read_file
from okxguard.sources.paths import Item, below, common_folder, list_paths, read_paths, shown_root
from okxguard.sources.tree import FileTree
from okxguard.target import Excluded, Plain, Target

if TYPE_CHECKING:
    from okxguard.leaks.imports import Tree
    from okxguard.rulebook import Rulebook
    from okxguard.sources.repository import Repository
    from okxguard.sources.snapshot import Snapshot

_HERE = (".",)


def make_history(paths: Sequence[str], rulebook: Rulebook, cache: str | None, jobs: int) -> Target:
    """Return all objects of the repository that is named, as what is to be read."""
    from okxguard.histories import HistoryTarget

    return HistoryTarget(paths, rulebook, cache, jobs)


def make_target(paths: Sequence[str], *, staged: bool, diff: str | None, ignored: bool) -> Target:
    """Return what the arguments of a scan name.

    Raises UsageError for arguments that name nothing, GitError where a repository cannot be asked.
    """
    if staged:
        return _StagedTarget(paths)
    if diff is not None:
        return _RangeTarget(paths, diff)
    return _PathTarget(paths, ignored=ignored)


class _PathTarget(Plain):
    """Folders and files as they are on the disk."""

    def __init__(self, paths: Sequence[str], *, ignored: bool) -> None:
        self._paths = paths
        self._ignored = ignored
        self._listed: Sequence[Item | File] | None = None
        self.root = shown_root(paths)

    def config(self, path: str | None) -> Config:
        start = common_folder(self._paths)
        return load_config(path, start if os.path.isdir(start) else ".")

    def tree(self) -> Tree:
        return FileTree(self.root)

    def items(self, excluded: Excluded) -> Iterator[Item]:
        if self._listed is None:
            return expand(read_paths(self._paths, ignored=self._ignored, excluded=excluded), excluded)
        return expand(_read(self._listed), excluded)

    def listed(self, excluded: Excluded) -> Sequence[Item | File] | None:
        if not self._is_whole():
            return None
        if self._listed is None:
            self._listed = list(list_paths(self._paths, ignored=self._ignored, excluded=excluded))
        return self._listed

    def again(self, excluded: Excluded) -> Callable[[], Iterable[Item]] | None:
        return (lambda: self.items(excluded)) if self._is_whole() else None

    def _is_whole(self) -> bool:
        return all(os.path.isdir(path) for path in self._paths)


class _StagedTarget(Plain):
    """The index, or what it holds at some paths."""

    def __init__(self, paths: Sequence[str]) -> None:
        from okxguard.sources.index import Index

        self._repository = _repository_of(paths)
        self._index = Index(self._repository)
        self._paths = () if tuple(paths) == _HERE else tuple(paths)
        self.root = self._repository.top or self._repository.folder

    def tree(self) -> Tree:
        return self._index

    def items(self, excluded: Excluded) -> Iterator[Item]:
        found = self._index.read_named(self._paths, excluded) if self._paths else self._index.read_all(excluded)
        try:
            yield from expand(found, excluded)
        finally:
            self._index.close()

    def again(self, excluded: Excluded) -> Callable[[], Iterable[Item]] | None:
        return None if self._paths else lambda: self.items(excluded)

    def rest(self, excluded: Excluded) -> Callable[[], Iterable[Item]] | None:
        return (lambda: expand(self._index.read_rest(self._paths, excluded), excluded)) if self._paths else None


class _RangeTarget(Plain):
    """The commits of a range; the configuration is that of its base."""

    def __init__(self, paths: Sequence[str], text: str) -> None:
        from okxguard.sources.commits import Commits
        from okxguard.sources.objects import ObjectReader
        from okxguard.sources.ranges import resolve_range
        from okxguard.sources.snapshot import Snapshot

        if len(paths) != 1 or not os.path.isdir(paths[0]):
            raise UsageError("--diff reads whole commits; name the folder of the repository, or nothing")
        repository = _repository_of(paths)
        self._range = resolve_range(repository, text)
        self._objects = ObjectReader(repository)
        self._commits = Commits(repository, self._objects, self._range)
        self._before = Snapshot(repository, self._objects, self._range.base)
        self._after = Snapshot(repository, self._objects, self._range.head)
        self._notes: list[Note] = []
        self.root = repository.top or repository.folder
        self.commits = len(self._commits.all)

    def config(self, path: str | None) -> Config:
        from okxguard.trust import weakened

        try:
            if path is not None and os.path.exists(path) and self._trusted(path) is None:
                raise ConfigError(f"config: {path}: is not in the base of the range; merge it before it can count")
            # What nobody named is looked for in commits only: the disk may hold what git does not know.
            before = load_config(path, self.root, self._trusted if path else self._in(self._before))
            proposed = self._proposed if path else self._in(self._after)
            self._notes = weakened(before, lambda: load_config(path, self.root, proposed))
        finally:
            self._objects.close()
        return before

    def settings(self, path: str) -> bytes | None:
        try:
            before, after = self._trusted(path), self._proposed(path)
        finally:
            self._objects.close()
        if before != after:
            shown = os.path.relpath(os.path.abspath(path), self.root).replace(os.sep, "/")
            self._notes.append(Note(shown, "is changed in this range; what it says at the base counts here"))
        return before

    def _trusted(self, path: str) -> bytes | None:
        """Return a file as the base of the range has it; one that git does not know as it is on the disk."""
        inside = self._inside(path)
        if inside is None:
            return read_config_file(path)
        data = self._before.read_whole(inside)
        return read_config_file(path) if data is None and self._after.read_whole(inside) is None else data

    def _proposed(self, path: str) -> bytes | None:
        inside = self._inside(path)
        return self._after.read_whole(inside) if inside is not None else read_config_file(path)

    def _in(self, snapshot: Snapshot) -> Callable[[str], bytes | None]:
        def read(path: str) -> bytes | None:
            inside = self._inside(path)
            return snapshot.read_whole(inside) if inside is not None else None

        return read

    def _inside(self, path: str) -> str | None:
        # The folder may be named through a link; the file is known by its own name, even if it is one.
        folder, name = os.path.split(os.path.abspath(path))
        real = os.path.join(os.path.realpath(folder), name)
        return below(real, os.path.realpath(self.root)) or None

    def tree(self) -> Tree:
        return self._after

    def items(self, excluded: Excluded) -> Iterator[Item]:
        yield from self._notes
        if not self.commits:
            yield Note("(range)", self._range.empty)
        try:
            yield from expand(self._commits.read(excluded), excluded)
        finally:
            self._objects.close()

    def rest(self, excluded: Excluded) -> Callable[[], Iterable[Item]]:
        return lambda: expand(self._after.read_all(excluded), excluded)


def _read(listed: Iterable[Item | File]) -> Iterator[Item]:
    for item in listed:
        if isinstance(item, File):
            yield from read_file(item)
        else:
            yield item


def _repository_of(paths: Sequence[str]) -> Repository:
    from okxguard.sources.repository import open_repository

    folder = common_folder(paths)
    while not os.path.isdir(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    here = os.path.realpath(os.getcwd())
    inside = os.path.realpath(folder)
    return open_repository(folder, current=inside == here or inside.startswith(here + os.sep))
