"""Follow which commits brought objects to which paths, and which took them away: one pass of git over all commits."""

from __future__ import annotations

import os
from binascii import unhexlify
from collections.abc import Callable, Iterator
from typing import NamedTuple

from okxguard.model import FileError
from okxguard.sources.blobs import shown
from okxguard.sources.idset import IdSet
from okxguard.sources.listing import Listing
from okxguard.sources.repository import Repository

_CHUNK = 1 << 20
_MOST_RESTARTS = 20
_MOST_PATHS = 1 << 16
_SUBMODULE = b"160000"
_RECORD = b":"[0]
_UNREADABLE = (
    "folders of {} cannot be read, so that paths may be unknown and files missing;"
    " clone again without --filter, or check the repository with `git fsck`"
)
_MISSING = "{} that commits hold {} not in this clone; clone again without --filter, or fetch all objects"


class Place(NamedTuple):
    """Where an object stands: its path, the commits that brought it there, and the commits that took it away.

    Those are told as the commit and the number of the parent that still had it.
    """

    path: str
    added: list[str]
    removed: list[tuple[str, int]]


class Holders:
    """Where the objects of one repository stand that matter: those that are asked for, and those whose path tells."""

    def __init__(self, repository: Repository, known: IdSet, tells: Callable[[str], bool]) -> None:
        self._repository = repository
        self._known = known
        self._tells = tells
        self.digits = known.width * 2
        self._telling: dict[bytes, bool] = {}
        self._places: dict[str, dict[bytes, Place]] = {}
        self._wanted: frozenset[bytes] = frozenset()
        self._missing = IdSet(known.width)
        self._commit = ""

    @property
    def named(self) -> list[str]:
        """The objects that have a place."""
        return list(self._places)

    def places(self, name: str) -> list[Place]:
        """Return the places of an object, in the order of their paths."""
        found = self._places.get(name, {})
        return [found[path] for path in sorted(found)]

    def place(self, name: str, path: str) -> Place:
        """Return one place of an object, known by its path as it is shown."""
        return next((place for place in self.places(name) if place.path == path), Place(path, [], []))

    def follow(self, commits: Listing, wanted: frozenset[bytes]) -> Iterator[FileError]:
        """Go through all commits, and yield what could not be followed."""
        self._wanted = wanted
        done = failed = 0
        while done < len(commits) and failed < _MOST_RESTARTS:
            done += self._follow_until_damage(commits, done)
            if done < len(commits):
                # Git ends at a folder that is not there; the commits behind it are asked for again.
                failed += 1
                done += 1
        failed += len(commits) - done
        if failed:
            yield FileError("(history)", _UNREADABLE.format(f"{failed:,} commit{'s' * (failed > 1)}"))
        count = len(self._missing)
        if count:
            words = (f"{count:,} file versions", "are") if count > 1 else ("1 file version", "is")
            yield FileError("(history)", _MISSING.format(*words))

    def add_staged(self) -> None:
        """Add the paths of what only the index holds."""
        if self._repository.top is None:
            return
        listed = self._repository.attempt("ls-files", "--stage", "-z", "--full-name", "--", self._repository.top) or b""
        for field in listed.split(b"\0"):
            head, _, path = field.partition(b"\t")
            mode, _, rest = head.partition(b" ")
            name = rest.partition(b" ")[0]
            if path and mode != _SUBMODULE and (name in self._wanted or self._is_telling(path)):
                self._at(name, path)

    def _follow_until_damage(self, commits: Listing, start: int) -> int:
        """Return how many commits were followed."""
        arguments = ("--stdin", "-r", "-c", "--root", "--raw", "-z", "--always", "--no-abbrev", "--no-renames")
        hardened = ("--no-ext-diff", "--no-textconv", "--ignore-submodules=none")
        with open(os.devnull, "wb") as nowhere:
            given = commits.beginning_at(start)
            process = self._repository.feed("diff-tree", *arguments, *hardened, given=given, complaints=nowhere)
        output = process.stdout
        assert output is not None
        count, rest, record = 0, b"", b""
        try:
            while chunk := output.read(_CHUNK):
                fields = (rest + chunk).split(b"\0")
                rest = fields.pop()
                for field in fields:
                    if record:
                        self._take(record, field)
                        record = b""
                    elif field and field[0] == _RECORD:
                        record = field
                    else:
                        self._commit = field.decode("ascii", "replace").strip()
                        count += 1
        finally:
            output.close()
            process.kill()
            process.wait()
        return count

    def _take(self, record: bytes, path: bytes) -> None:
        """Look at one change: the file as the commit has it, and as each parent had it."""
        if record[1] != _RECORD:
            new, old = record[-self.digits - 2 : -2], record[-2 * self.digits - 3 : -self.digits - 3]
            modes: tuple[bytes, ...] = (record[1:7], record[8:14])
            ids: tuple[bytes, ...] = (old, new)
        else:
            parents = len(record) - len(record.lstrip(b":"))
            parts = record[parents:].split(b" ")
            modes, ids = tuple(parts[: parents + 1]), tuple(parts[parents + 1 : 2 * parents + 2])
        if modes[-1] != _SUBMODULE:
            self._check(unhexlify(ids[-1]))
        if self._is_telling(path) or not self._wanted.isdisjoint(ids):
            self._note(modes, ids, path)

    def _check(self, identity: bytes) -> None:
        if identity not in self._known and any(identity):
            self._missing.add(identity)

    def _note(self, modes: tuple[bytes, ...], ids: tuple[bytes, ...], path: bytes) -> None:
        telling = self._is_telling(path)
        for number, (mode, name) in enumerate(zip(modes, ids, strict=True), 1):
            if mode == _SUBMODULE or not name.strip(b"0") or not (telling or name in self._wanted):
                continue
            place = self._at(name, path)
            if number == len(ids):
                place.added.append(self._commit)
            else:
                place.removed.append((self._commit, number))

    def _at(self, name: bytes, path: bytes) -> Place:
        places = self._places.setdefault(name.decode("ascii"), {})
        if path not in places:
            places[path] = Place(shown(path), [], [])
        return places[path]

    def _is_telling(self, path: bytes) -> bool:
        if path not in self._telling:
            if len(self._telling) >= _MOST_PATHS:
                self._telling.clear()
            self._telling[path] = self._tells(shown(path))
        return self._telling[path]
