"""Find the repositories of submodules inside of a repository."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from okxguard.model import FileError, Note
from okxguard.sources.blobs import SUBMODULE
from okxguard.sources.git import environment
from okxguard.sources.paths import posix
from okxguard.sources.repository import GitError, Repository, open_repository

_DEEPEST = 8
_ABSENT = "is a submodule that is not in this clone; its history is not read (`git submodule update --init` fetches it)"
_REFUSED = "is a repository that git refuses; its history is not read"


class Submodule(NamedTuple):
    """The repository of a submodule, and its folder in the outer one, with a slash at its end."""

    repository: Repository
    folder: str


def find_submodules(repository: Repository, folder: str = "", depth: int = 1) -> Iterator[Submodule | FileError | Note]:
    """Yield the repositories of all submodules, those inside of them included, and those that are not there."""
    found = dict(_kept(repository))
    for path in _linked(repository):
        own = os.path.join(repository.top or "", path, ".git")
        if path not in found and os.path.isdir(own) and not os.path.islink(own):
            try:
                found[path] = open_repository(os.path.dirname(own), current=False)
            except GitError:
                yield FileError(f"{folder}{posix(path)}", _REFUSED)
        elif path not in found:
            yield Note(f"{folder}{posix(path)}", _ABSENT)
    for path, inner in sorted(found.items()):
        inside = f"{folder}{posix(path)}/"
        yield Submodule(inner, inside)
        if depth < _DEEPEST:
            yield from find_submodules(inner, inside, depth + 1)


def _linked(repository: Repository) -> list[str]:
    """Return the paths of the submodules that the index knows."""
    if repository.top is None:
        return []
    listed = repository.attempt("ls-files", "--stage", "-z", "--full-name", "--", repository.top) or b""
    fields = (field.partition(b"\t") for field in listed.split(b"\0"))
    return sorted({os.fsdecode(path) for head, _, path in fields if head.startswith(SUBMODULE.encode())})


def _kept(repository: Repository) -> Iterator[tuple[str, Repository]]:
    """Yield the repositories that git keeps beside the objects of this one, by the paths of their work trees."""
    common = os.fsdecode((repository.attempt("rev-parse", "--git-common-dir") or b"").removesuffix(b"\n"))
    folders = dict.fromkeys([repository.git_folder, os.path.join(repository.folder, common)])
    for top in dict.fromkeys(os.path.realpath(os.path.join(folder, "modules")) for folder in folders):
        for current, names, files in os.walk(top):
            if "HEAD" in files and "objects" in names:
                names.clear()
                inner = _inside(current)
                yield _path_of(repository, inner) or posix(os.path.relpath(current, top)), inner


def _inside(git_folder: str) -> Repository:
    """Return the repository in a folder of git's, whether or not its work tree is there."""
    variables = environment() | {"GIT_DIR": git_folder, "GIT_WORK_TREE": git_folder}
    shallow = os.path.exists(os.path.join(git_folder, "shallow"))
    return Repository(git_folder, None, git_folder, shallow, variables)


def _path_of(outer: Repository, inner: Repository) -> str | None:
    answer = inner.attempt("config", "--local", "--get", "core.worktree")
    if not answer or outer.top is None:
        return None
    path = os.path.join(inner.git_folder, os.fsdecode(answer.removesuffix(b"\n")))
    relative = os.path.relpath(os.path.realpath(path), os.path.realpath(outer.top))
    return None if relative.split(os.sep)[0] == os.pardir else relative
