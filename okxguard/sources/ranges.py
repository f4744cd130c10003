"""Read what a range of commits means: BASE..HEAD, BASE...HEAD, BASE alone, or what the CI says."""

from __future__ import annotations

import re
from typing import NamedTuple

from okxguard.errors import UsageError
from okxguard.sources.pipelines import Told, told_by_pipeline
from okxguard.sources.repository import GitError, Repository

AUTO = "auto"
_DELETED = "is about a branch that was deleted; nothing was scanned"
_FETCH = "fetch it (GitHub Actions: fetch-depth: 0, GitLab: GIT_DEPTH: 0, elsewhere `git fetch --unshallow`)"


class Range(NamedTuple):
    """The commits that `head` reaches and none of `without` does; all are ids of commits.

    `base` is the commit that the range begins at, None for a new branch that has nothing in common with others. Its
    configuration, baseline and suppressions are trusted. `empty` is what is said where no commit is in it.
    """

    head: str
    without: tuple[str, ...]
    base: str | None
    empty: str = "holds no commit; nothing was scanned"


def resolve_range(repository: Repository, text: str) -> Range:
    """Return the range that a text means.

    Raises UsageError for a text that is no range, GitError for commits that are not here.
    """
    if text == AUTO:
        told = told_by_pipeline()
    else:
        base, dots, head = text.partition("..")
        three = head.startswith(".")
        told = Told(base, head.removeprefix(".") or "HEAD", from_fork=three)
        if not base or (dots and ".." in told.head):
            raise UsageError("--diff: give BASE..HEAD, BASE, or auto; BASE is what the range is compared with")
    return _resolved(repository, told)


def _resolved(repository: Repository, told: Told) -> Range:
    if told.head and not told.head.strip("0"):
        return _deleted_branch(repository)
    head = _named(repository, told.head)
    if head is None:
        raise GitError(_unknown(told.head))
    if told.base.strip("0"):
        base = _named(repository, told.base)
        if base is None and told.may_be_gone:
            return _new_branch(repository, head, told)
        if base is None:
            raise GitError(_unknown(told.base))
        if told.from_fork:
            base = _fork(repository, base, head)
        return Range(head, (base,), base)
    return _new_branch(repository, head, told)


def _deleted_branch(repository: Repository) -> Range:
    here = _named(repository, "HEAD")
    if here is None:
        raise GitError(_unknown("HEAD"))
    return Range(here, (here,), here, _DELETED)


def _named(repository: Repository, name: str) -> str | None:
    """Return the commit of a name; a branch comes before a tag of that name, and a whole id before both."""
    is_certain = name == "HEAD" or re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", name)
    places = (name,) if is_certain else (f"refs/remotes/{name}", f"refs/heads/{name}", name)
    return next((found for place in places if (found := repository.commit_named(place))), None)


def _new_branch(repository: Repository, head: str, told: Told) -> Range:
    """Return what a new branch brings: what no remote-tracking branch holds, but for the pushed branch itself."""
    refs = repository.ask("for-each-ref", "--format=%(objectname) %(objecttype)", "refs/remotes")
    others = {line.split(" ")[0] for line in refs.decode("ascii").splitlines() if line.endswith(" commit")}
    default = repository.commit_named(f"refs/remotes/origin/{told.default}") if told.default else None
    if default and default != head:
        # Another branch of the same push must not hide what this one brings.
        others = {default}
    elif told.is_pushed:
        others.discard(head)
    without = tuple(sorted(others))
    base = None
    if without:
        found = repository.attempt("merge-base", head, *without)
        base = found.decode("ascii").split()[0] if found and found.strip() else None
    return Range(head, without, base)


def _fork(repository: Repository, base: str, head: str) -> str:
    found = repository.attempt("merge-base", base, head)
    if not found or not found.strip():
        raise GitError(f"--diff: no commit is known that both sides of the range come from; {_FETCH}")
    return found.decode("ascii").split()[0]


def _unknown(name: str) -> str:
    return f"--diff: '{name[:80]}' is no commit of this clone; check the name, or {_FETCH}"
