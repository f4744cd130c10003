"""Read single files of one commit, and list its folders, without a checkout."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from okxguard.model import EXCLUDED, FileError, Skipped, Source
from okxguard.sources.index import LFS_POINTER, LINK, SUBMODULE, shown
from okxguard.sources.objects import ObjectReader, read_objects
from okxguard.sources.paths import Item
from okxguard.sources.repository import Repository

_LARGEST_IMPORT = 1 << 20


class Snapshot:
    """The files of one commit."""

    def __init__(self, repository: Repository, objects: ObjectReader, commit: str | None) -> None:
        self._repository = repository
        self._objects = objects
        self._commit = commit
        self._folders: dict[str, frozenset[str]] = {}

    def names(self, folder: str) -> frozenset[str]:
        """Return the names of the files and folders in a folder of the commit."""
        if folder not in self._folders:
            found = self._repository.attempt("ls-tree", "-z", "--name-only", "--full-tree", f"{self._commit}:{folder}")
            self._folders[folder] = frozenset(shown(name) for name in (found or b"").split(b"\0") if name)
        return self._folders[folder]

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file of the commit, or None where it is large or not there."""
        data = self.read_whole(path)
        return None if data is None or len(data) > _LARGEST_IMPORT else data

    def read_whole(self, path: str) -> bytes | None:
        """Return the bytes of a file of the commit, or None where there is none."""
        if self._commit is None:
            return None
        found = self._objects.read(f"{self._commit}:{path}")
        return found.data if found.type == "blob" and not found.problem else None

    def read_all(self, excluded: Callable[[str], bool]) -> Iterator[Item]:
        """Yield every file of the commit."""
        files = []
        if self._commit is None:
            return
        for field in self._repository.fields("ls-tree", "-r", "-z", "--full-tree", self._commit):
            head, _, name = field.partition(b"\t")
            mode, _, blob = head.decode("ascii").split(" ")
            path = shown(name)
            kind = {LINK: "symlink", SUBMODULE: "submodule"}.get(mode) or (EXCLUDED if excluded(path) else None)
            if kind:
                yield Skipped(path, kind)
            else:
                files.append((path, blob))
        for (path, _), found in zip(files, read_objects(self._repository, [blob for _, blob in files]), strict=True):
            if found.is_pointer:
                yield Skipped(path, LFS_POINTER)
            elif found.problem:
                yield FileError(path, found.problem)
            else:
                yield Source("commit", path, found.data, path)
