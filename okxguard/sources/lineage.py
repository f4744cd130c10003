"""Tell of findings in the history of a repository: when it got them, from whom, and whether it still has them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from okxguard.past import History
from okxguard.sources.blobs import shown
from okxguard.sources.commits import HEADER, MESSAGE, TAG
from okxguard.sources.holders import Holders, Place
from okxguard.sources.objects import read_objects
from okxguard.sources.repository import Repository

_MOST_TIPS = 200
# Digits of the seconds of a date; a longer number is no date.
_LONGEST_DATE = 12
_MOST_QUESTIONS = 20_000
_MESSAGES = (MESSAGE, TAG, HEADER)
# Whoever calls himself by a key or a secret does not get it into a report.
_VALUE = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9A-Fa-f]{32,}")


class _Commit(NamedTuple):
    id: str
    date: int
    author: str
    parents: tuple[str, ...]


class Lineage:
    """The commits behind the findings in one repository."""

    def __init__(self, repository: Repository, holders: Holders) -> None:
        self._repository = repository
        self._holders = holders
        self._read: dict[str, _Commit | None] = {}

    def describe(self, groups: Sequence[Sequence[History]]) -> list[History]:
        """Return, for the versions of each group, one history of them all, with the object of the oldest version."""
        places = [[self._place(version) for version in group] for group in groups]
        self._load(commit for group in places for place in group for commit in place.added)
        self._load(commit for group in places for place in group for commit, _ in place.removed)
        self._load(commit for group in places for place in group for commit in self._last_holders(place))
        current = self._current({version.object for group in groups for version in group})
        at_tips = self._at_tips(groups)
        self._load(commit for tips in at_tips for commit in tips)
        return [
            self._one(group, place, current, tips) for group, place, tips in zip(groups, places, at_tips, strict=True)
        ]

    def _one(
        self, group: Sequence[History], places: list[Place], current: frozenset[tuple[str, str]], tips: list[str]
    ) -> History:
        begun = [(self._first(place), version) for place, version in zip(places, group, strict=True)]
        first, oldest = min(begun, key=lambda pair: (pair[0] is None, pair[0] and _age(pair[0]), pair[1].object))
        ends = [commit for place in places for commit in (*place.added, *self._last_holders(place))]
        last = max(self._known(ends + tips), default=None, key=_age)
        present = any((version.path, _held(version)) in current for version in group)
        return oldest._replace(
            first=first.id if first else None,
            author=_VALUE.sub("[redacted]", first.author) if first else None,
            date=_date(first.date) if first else None,
            last=last.id if last else None,
            at_head=present,
            versions=len({version.object for version in group}),
        )

    def _place(self, version: History) -> Place:
        if version.path in _MESSAGES:
            return Place(version.path, [_held(version)], [])
        return self._holders.place(version.object, version.path)

    def _first(self, place: Place) -> _Commit | None:
        return min(self._known(place.added), default=None, key=_age)

    def _known(self, names: Iterable[str]) -> list[_Commit]:
        return [commit for name in names if (commit := self._read.get(name)) is not None]

    def _last_holders(self, place: Place) -> list[str]:
        """Return the parents that still had what a commit took away."""
        found = []
        for name, number in place.removed:
            commit = self._read.get(name)
            if commit is not None and len(commit.parents) >= number:
                found.append(commit.parents[number - 1])
        return found

    def _load(self, names: Iterable[str]) -> None:
        wanted = sorted(set(names) - set(self._read))
        for name, found in zip(wanted, read_objects(self._repository, wanted), strict=True):
            self._read[name] = _commit(name, found.data) if found.type == "commit" else None

    def _current(self, objects: set[str]) -> frozenset[tuple[str, str]]:
        """Return paths and ids of what HEAD and the notes of today hold, and of the messages that lead to HEAD."""
        held = set()
        notes = (self._repository.attempt("for-each-ref", "--format=%(refname)", "refs/notes") or b"").splitlines()
        for tree in ("HEAD", *(shown(note) for note in notes)):
            for field in (self._repository.attempt("ls-tree", "-r", "-z", "--full-tree", tree) or b"").split(b"\0"):
                head, _, path = field.partition(b"\t")
                name = head[-self._holders.digits :].decode("ascii")
                if name in objects:
                    held.add((shown(path), name))
        messages = {name for name, commit in self._read.items() if commit is not None}
        if messages:
            for line in (self._repository.attempt("rev-list", "HEAD") or b"").decode("ascii").splitlines():
                if line in messages:
                    held |= {(path, line) for path in _MESSAGES}
        return frozenset(held)

    def _at_tips(self, groups: Sequence[Sequence[History]]) -> list[list[str]]:
        """Return, for each group, the tips of branches and tags that hold one of its versions."""
        listed = self._repository.attempt(
            "for-each-ref", "--sort=-committerdate", f"--count={_MOST_TIPS}", "--format=%(objectname) %(*objectname)"
        )
        head = self._repository.commit_named("HEAD")
        named = [line.split()[-1] for line in (listed or b"").decode("ascii").splitlines()]
        tips = list(dict.fromkeys([head, *named] if head else named))
        asked = [
            (index, tip, path)
            for index, group in enumerate(groups)
            for path in sorted({version.path for version in group if "\n" not in version.path})
            for tip in tips
        ][:_MOST_QUESTIONS]
        given = "".join(f"{tip}:{path}\n" for _, tip, path in asked).encode("utf-8", "replace")
        answers = (self._repository.attempt("cat-file", "--batch-check", given=given) or b"").splitlines()
        found: list[list[str]] = [[] for _ in groups]
        wanted = [{version.object for version in group} for group in groups]
        for (index, tip, _), answer in zip(asked, answers, strict=False):
            if answer.partition(b" ")[0].decode("ascii", "replace") in wanted[index]:
                found[index].append(tip)
        return found


def _held(version: History) -> str:
    """Return what a commit, or HEAD, has to hold: a message is held by its commit."""
    return (version.commit or version.object) if version.path in _MESSAGES else version.object


def _age(commit: _Commit) -> tuple[int, str]:
    return (commit.date, commit.id)


def _commit(name: str, data: bytes) -> _Commit:
    fields = data.partition(b"\n\n")[0].splitlines()
    parents = tuple(line[7:].decode("ascii", "replace") for line in fields if line.startswith(b"parent "))
    author = next((line[7:] for line in fields if line.startswith(b"author ")), b"")
    committer = next((line for line in fields if line.startswith(b"committer ")), author)
    date = committer.rpartition(b"> ")[2].split()
    seconds = int(date[0]) if date and date[0].isdigit() and len(date[0]) <= _LONGEST_DATE else 0
    return _Commit(name, seconds, shown(author.rpartition(b"> ")[0] + b">"), parents)


def _date(seconds: int) -> str:
    """Return a date as in 2027-01-31T12:00:00Z."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(min(seconds, 253_402_300_799)))
