"""Read single files of one commit, and list its folders, without a checkout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from okxguard.model import FileError, Source
from okxguard.sources.blobs import read_blobs, shown
from okxguard.sources.objects import ObjectReader
from okxguard.sources.paths import Item
from okxguard.sources.repository import Repository

_LARGEST_IMPORT = 1 << 20


class Listed(NamedTuple):
    """A file of a commit."""

    path: str
    mode: str
    id: str


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
        if self._commit is None:
            return
        listed = self._repository.attempt("ls-tree", "-r", "-z", "--full-tree", self._commit)
        if listed is None:
            yield FileError("(tree)", "cannot be listed; objects are missing in this clone")
        files = (_listed(field) for field in (listed or b"").split(b"\0") if field)
        yield from read_blobs(
            self._repository, files, excluded, lambda file, data: Source("commit", file.path, data, file.path)
        )


def _listed(field: bytes) -> Listed:
    head, _, name = field.partition(b"\t")
    mode, _, blob = head.decode("ascii").split(" ")
    return Listed(shown(name), mode, blob)
