"""Read the files of an index or a tree: which of them are files at all, and what each of them holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

from okxguard.model import EXCLUDED, FileError, Skipped, Source
from okxguard.sources.objects import read_objects
from okxguard.sources.repository import Repository

LINK, SUBMODULE = "120000", "160000"
LFS_POINTER = "git LFS pointer; the content is not in the repository"
_NO_FILES = {LINK: "symlink", SUBMODULE: "submodule"}


class Blob(Protocol):
    """A file as git lists it: its path as it is shown, its mode, the id of its content."""

    @property
    def path(self) -> str: ...

    @property
    def mode(self) -> str: ...

    @property
    def id(self) -> str: ...


AnyBlob = TypeVar("AnyBlob", bound=Blob)


def read_blobs(
    repository: Repository,
    blobs: Iterable[AnyBlob],
    excluded: Callable[[str], bool],
    source_of: Callable[[AnyBlob, bytes], Source],
) -> Iterator[Source | FileError | Skipped]:
    """Yield the sources of files in their order, and before and among them what is no file or cannot be read.

    What a link holds is a path; where it has line breaks it is a file that calls itself a link, and read like one.
    """
    files = []
    for blob in blobs:
        kind = EXCLUDED if excluded(blob.path) else _NO_FILES.get(blob.mode)
        if kind:
            yield Skipped(blob.path, kind)
        if not kind or kind == _NO_FILES[LINK]:
            files.append(blob)
    for blob, found in zip(files, read_objects(repository, [each.id for each in files]), strict=True):
        if found.is_pointer:
            yield Skipped(blob.path, LFS_POINTER)
        elif found.problem:
            commit = source_of(blob, b"").commit
            yield FileError(blob.path, found.problem + (f" (commit {commit[:12]})" if commit else ""))
        elif blob.mode != LINK or b"\n" in found.data:
            yield source_of(blob, found.data)


def shown(path: bytes) -> str:
    """Return a path of git as it is shown; bytes that are no text become escapes."""
    return path.decode("utf-8", "backslashreplace")
