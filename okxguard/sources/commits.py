"""Read the commits of a range: what each changes against every parent, what it says, and what is tied to it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, repeat
from typing import NamedTuple

from okxguard.model import FileError, Source
from okxguard.sources.blobs import read_blobs, shown
from okxguard.sources.objects import ObjectReader, read_objects
from okxguard.sources.past import PastOfFile, Version
from okxguard.sources.paths import Item
from okxguard.sources.ranges import Range
from okxguard.sources.refs import read_refs
from okxguard.sources.repository import GitError, Repository

_MOST_NAMES, _MOST_TAGS = 20, 20
MESSAGE, TAG, NOTE = "(commit message)", "(tag message)", "(note)"
HEADER = "(commit header)"
# Fields of commits and tags that git makes; whatever else stands in front of a message somebody has written.
_MADE = re.compile(
    rb"(?m)^(?:(?:tree|parent|object) [0-9a-f]{40,64}|type \w{1,10}|encoding [\w-]{1,40}"
    rb"|gpgsig(?:-sha256)? .*(?:\n .*)*)$\n?"
)
_ENDLESS = (
    "this clone is shallow and does not hold all commits of the range; fetch them with `git fetch --unshallow`"
    " (GitHub Actions: fetch-depth: 0, GitLab: GIT_DEPTH: 0)"
)

_MISSING = "objects of the range are missing in this clone; clone again without --filter, or check it with `git fsck`"


class Commit(NamedTuple):
    """A commit and its parents; one where a shallow clone ends has none, although history goes on."""

    id: str
    parents: tuple[str, ...]


class Change(NamedTuple):
    """A file as a commit leaves it, different from all its parents; `before` is what they had.

    `names` are the paths that it may have had at the base of the range, its own first.
    """

    commit: str
    path: str
    mode: str
    id: str
    before: tuple[Version, ...]
    names: tuple[str, ...]


class Commits:
    """The commits of one range, oldest first."""

    def __init__(self, repository: Repository, objects: ObjectReader, wanted: Range) -> None:
        self._repository = repository
        self._objects = objects
        self._base = wanted.base
        listed = repository.attempt(
            "rev-list", "--reverse", "--topo-order", "--parents", "--stdin", given=_asked(wanted)
        )
        if listed is None:
            raise GitError(_MISSING)
        self.all = tuple(
            Commit(first, tuple(parents)) for first, *parents in map(str.split, listed.decode("ascii").splitlines())
        )
        self._names: dict[str, tuple[str, ...]] = {}
        self._ends = _ends_of(repository) & {commit.id for commit in self.all}

    def read(self, excluded: Callable[[str], bool]) -> Iterator[Item]:
        """Yield what the commits change, what they say, and the tags and notes on them."""
        if self._ends:
            yield FileError("(range)", _ENDLESS)
        yield from self._messages()
        try:
            yield from read_blobs(self._repository, self._changes(), excluded, self._source_of)
        except GitError as problem:
            yield FileError("(range)", str(problem))

    def _source_of(self, change: Change, data: bytes) -> Source:
        past = PastOfFile(self._objects, change.before, self._base, change.names)
        return Source("commit", change.path, data, change.path, change.commit, past)

    def _messages(self) -> Iterator[Item]:
        ids = [commit.id for commit in self.all]
        tags = list(self._tags())
        tied = tags + list(self._notes())
        led = dict(zip(ids, ids, strict=True)) | {name: commit for commit, _, name in tags}
        yield from (ref.source(led[ref.object]) for ref in read_refs(self._repository) if ref.object in led)
        places = chain(zip(ids, repeat(MESSAGE)), ((commit, place) for commit, place, _ in tied))
        wanted = ids + [name for _, _, name in tied]
        for (commit, place), found in zip(places, read_objects(self._repository, wanted), strict=True):
            if found.problem:
                yield FileError(place, f"{found.problem} (commit {commit[:12]})")
            else:
                past = PastOfFile(self._objects, (), None)
                text = found.data if place == NOTE else message_of(found.data)
                yield Source("message", place, text, "", commit, past)
                if place != NOTE:
                    yield Source("message", HEADER, header_of(found.data), "", commit, past)

    def _tags(self) -> Iterator[tuple[str, str, str]]:
        """Yield the annotated tags on the commits: the commit, where the text stands, the object that holds it."""
        wanted = {commit.id for commit in self.all}
        listed = self._repository.ask("for-each-ref", "--format=%(objecttype) %(objectname)").decode("ascii")
        waiting = [name for kind, name in map(str.split, listed.splitlines()) if kind == "tag"]
        on: dict[str, tuple[str, str]] = {}
        while waiting:
            on |= {found.id: _target_of(found.data) for found in read_objects(self._repository, waiting)}
            inner = dict.fromkeys(target for kind, target in on.values() if kind == "tag")
            waiting = [name for name in inner if name not in on and re.fullmatch("[0-9a-f]{40,64}", name)]
        for name in on:
            # A tag may be on another tag; a damaged one may even be on itself.
            kind, target = on[name]
            for _ in range(_MOST_TAGS):
                kind, target = on.get(target, (kind, target)) if kind == "tag" else (kind, target)
            if target in wanted:
                yield target, TAG, name

    def _notes(self) -> Iterator[tuple[str, str, str]]:
        wanted = {commit.id for commit in self.all}
        for ref in self._repository.ask("for-each-ref", "--format=%(refname)", "refs/notes").split():
            listed = self._repository.attempt("ls-tree", "-r", "-z", "--full-tree", os.fsdecode(ref))
            # A ref among the notes may lead to anything; what is no tree holds no notes.
            for field in filter(None, (listed or b"").split(b"\0")):
                head, _, path = field.partition(b"\t")
                commit = path.replace(b"/", b"").decode("ascii", "replace")
                if commit in wanted:
                    yield commit, NOTE, head.decode("ascii").split(" ")[2]

    def _changes(self) -> Iterator[Change]:
        asked = [(commit, parent) for commit in self.all for parent in self._parents(commit)]
        blocks = _diffs(self._repository, asked)
        for commit in self.all:
            sides = [next(blocks) for _ in self._parents(commit)]
            # What a merge has from one of its parents, it did not bring in.
            for path in sorted(set.intersection(*(set(side) for side in sides))):
                mode, name, _ = sides[0][path]
                before = tuple(side[path][2] for side in sides)
                names = self._renamed(path, before)
                yield Change(commit.id, shown(path), mode, name, before, names)

    def _renamed(self, path: bytes, before: Sequence[Version]) -> tuple[str, ...]:
        """Return the names that a file has had in the commits so far, the newest first."""
        own = shown(path)
        names = dict.fromkeys((own, *(version.path for version in before)))
        for version in before:
            names |= dict.fromkeys(self._names.get(version.path, ()))
        self._names[own] = tuple(names)[:_MOST_NAMES]
        return self._names[own]

    def _parents(self, commit: Commit) -> tuple[str, ...]:
        """Return what a commit is compared with; where a shallow clone ends, that is the base."""
        if commit.id in self._ends and self._base:
            return (self._base,)
        return commit.parents or ("",)


# By the bytes of their paths: two of them may look the same.
_Side = dict[bytes, tuple[str, str, Version]]


def _diffs(repository: Repository, asked: Sequence[tuple[Commit, str]]) -> Iterator[_Side]:
    """Yield, for each pair of commit and parent, the files that differ: mode and id now, and the version before."""
    given = "".join(f"{commit.id} {parent}".strip() + "\n" for commit, parent in asked).encode("ascii")
    arguments = ("diff-tree", "--stdin", "-r", "-z", "--raw", "--no-abbrev", "--root", "--always", "-l0")
    hardened = ("--no-ext-diff", "--no-textconv", "--ignore-submodules=none")
    # To see a renamed file that was edited as well, git reads files; where one is missing it sees none of them.
    output = repository.attempt(*arguments, *hardened, "--find-renames", given=given)
    if output is None:
        output = repository.attempt(*arguments, *hardened, "--find-renames=100%", given=given)
    if output is None:
        raise GitError(_MISSING)
    return _parse(output)


def _parse(output: bytes) -> Iterator[_Side]:
    fields = iter(output.split(b"\0"))
    side: _Side | None = None
    for field in fields:
        if not field.startswith(b":"):
            if side is not None:
                yield side
            side = {}
            continue
        assert side is not None
        _, mode, before, after, status = field.decode("ascii").split(" ")
        old = new = next(fields)
        if status[0] in "RC":
            new = next(fields)
        if status[0] != "D":
            known = before.strip("0") and status[0] != "C"
            side[new] = (mode, after, Version(shown(old), before if known else None))


def message_of(data: bytes) -> bytes:
    """Return what a commit or a tag says in its text, without the fields in front of it."""
    return data.partition(b"\n\n")[2]


def header_of(data: bytes) -> bytes:
    """Return what people have written in the fields of a commit or a tag: names, addresses, merged tags."""
    return _MADE.sub(b"", data.partition(b"\n\n")[0] + b"\n")


def _target_of(tag: bytes) -> tuple[str, str]:
    """Return the kind and the id of what a tag is on."""
    fields = dict(line.split(b" ", 1) for line in tag.partition(b"\n\n")[0].splitlines() if b" " in line)
    return fields.get(b"type", b"").decode("ascii", "replace"), fields.get(b"object", b"").decode("ascii", "replace")


def _asked(wanted: Range) -> bytes:
    return "".join(f"{each}\n" for each in (wanted.head, *(f"^{name}" for name in wanted.without))).encode("ascii")


def _ends_of(repository: Repository) -> set[str]:
    """Return the commits where a shallow clone ends."""
    if not repository.shallow:
        return set()
    path = os.fsdecode(repository.ask("rev-parse", "--git-path", "shallow").removesuffix(b"\n"))
    with open(os.path.join(repository.folder, path), encoding="ascii") as stream:
        return set(stream.read().split())
