"""Read every object of a repository once: all refs, stashes, reflogs, notes, and what nothing leads to any more.

Pass one lists all objects and reads all but the trees, and keeps the ids of those whose bytes may give a finding; pass
two lets git tell which commits brought them to which paths; pass three reads them again, under their paths.
"""

from __future__ import annotations

import tempfile
from binascii import unhexlify
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import NamedTuple

from okxguard.decoding import is_binary
from okxguard.model import EXCLUDED, FileError, Skipped, Source
from okxguard.past import History
from okxguard.sources.archive import expand
from okxguard.sources.blobs import LFS_POINTER
from okxguard.sources.cache import Cache
from okxguard.sources.commits import NOTE
from okxguard.sources.containers import container_of
from okxguard.sources.holders import Holders
from okxguard.sources.idset import IdSet
from okxguard.sources.lineage import Lineage
from okxguard.sources.listing import Listing
from okxguard.sources.objects import Object, read_objects
from okxguard.sources.paths import Item
from okxguard.sources.refs import read_refs
from okxguard.sources.repository import Repository
from okxguard.sources.sifting import Sieve, Sifter

Excluded = Callable[[str], bool]
_PLACE = "(history)"
_BINARY = Skipped(_PLACE, "binary")
_POINTER = Skipped(_PLACE, LFS_POINTER)
_MOST_PATHS = 8
_SHALLOW = (
    "is cut off in this shallow clone; fetch the rest with `git fetch --unshallow` (GitHub Actions: fetch-depth: 0)"
)
_UNLISTED = "git could not list all objects; check the repository with `git fsck`"
_ORPHANS = "{} not in this repository although others follow on {}; fetch all objects, or check with `git fsck`"


class Hit(NamedTuple):
    """An object that may give a finding, and its places."""

    name: str
    versions: tuple[History, ...]


class Past:
    """The whole history of one repository; `folder` is where a submodule stands, and begins its paths."""

    def __init__(self, repository: Repository, sieve: Sieve, cache: Cache, folder: str, jobs: int) -> None:
        self._repository = repository
        self._sieve = sieve
        self._cache = cache
        self._folder = folder
        self._jobs = jobs
        head = repository.ask("rev-parse", "--show-object-format").strip()
        self._digits = 64 if head == b"sha256" else 40
        self._known = IdSet(self._digits // 2)
        self._holders = Holders(repository, self._known, lambda path: sieve.tells(f"{folder}{path}"))
        self._hits: dict[str, None] = {}
        self._parents = IdSet(self._digits // 2)
        self.files = self.bytes = self.commits = self._binaries = 0

    def read(self) -> Iterator[Item]:
        """Read everything once; yield messages that may give a finding, what was skipped, and what cannot be read."""
        if self._repository.shallow:
            yield self._error(_SHALLOW)
        with Listing(self._digits) as commits:
            with Listing(self._digits) as fresh:
                yield from self._list(fresh, commits)
                yield from repeat(_BINARY, self._binaries)
                yield from self._sift(fresh)
            yield from self._orphans()
            yield from map(self._renamed, self._holders.follow(commits, frozenset(hit.encode() for hit in self._hits)))
        self._holders.add_staged()
        yield from self._refs()

    def _refs(self) -> Iterator[Source]:
        """Yield the names of branches and tags that tell."""
        for ref in read_refs(self._repository):
            if self._sieve.tells(ref.name):
                commit = self._repository.commit_named(ref.object)
                yield ref.source(None, History(ref.object, ref.place, commit, self._folder), self._folder)

    def describe(self, groups: Sequence[Sequence[History]]) -> list[History]:
        """Return one history for each group of versions."""
        return Lineage(self._repository, self._holders).describe(groups)

    def _list(self, fresh: Listing, commits: Listing) -> Iterator[Item]:
        """List all objects, and tell apart those that have to be read."""
        with tempfile.TemporaryFile() as complaints:
            arguments = ("--batch-all-objects", "--batch-check", "--unordered", "--buffer")
            process = self._repository.feed("cat-file", *arguments, given=None, complaints=complaints)
            assert process.stdout is not None
            for line in process.stdout:
                # One that git cannot make out is called missing, without a size; reading it tells why.
                name, kind, *size = line.split()
                if kind == b"commit":
                    commits.append(name)
                    self.commits += 1
                if kind != b"tree" and not self._is_remembered(name, kind, int(size[0]) if size else 0):
                    fresh.append(name)
            failed = process.wait() != 0
            process.stdout.close()
            complaints.seek(0)
            if failed or any(line.startswith((b"error:", b"fatal:")) for line in complaints):
                yield self._error(_UNLISTED)

    def _is_remembered(self, name: bytes, kind: bytes, size: int) -> bool:
        """Take up an object, and tell whether the cache knows what its bytes may give."""
        identity = unhexlify(name)
        self._known.add(identity)
        if not self._cache.is_used:
            return False
        if identity in self._cache.binary:
            self._binaries += 1
            return True
        is_hit = identity in self._cache.hits
        if is_hit:
            self._hits[name.decode("ascii")] = None
        if (is_hit or identity in self._cache.dismissed) and kind == b"blob":
            self.files += 1
            self.bytes += size
        return is_hit or identity in self._cache.dismissed

    def _sift(self, fresh: Listing) -> Iterator[Item]:
        """Read the objects and keep the ids of the blobs that may give a finding; yield such messages."""
        cache = self._cache
        messages: list[Item] = []
        sifter = Sifter(self._repository, self._sieve, self._known, self._folder, remembers=cache.is_used)
        for sifted in sifter.sift(fresh, self._jobs):
            self.files += sifted.files
            self.bytes += sifted.size
            self._hits.update(dict.fromkeys((*sifted.hits, *sifted.lost)))
            for parent in sifted.orphans:
                self._parents.add(parent)
            for known, ids in (
                (cache.dismissed, sifted.dismissed),
                (cache.binary, sifted.binary),
                (cache.hits, map(unhexlify, sifted.hits)),
            ):
                for each in ids:
                    cache.remember(known, each)
            yield from repeat(_BINARY, len(sifted.binary))
            yield from repeat(_POINTER, sifted.pointers)
            messages += sifted.items
        yield from sorted(messages, key=_name_of)

    def _orphans(self) -> Iterator[Item]:
        """Tell of commits that are missing; where a shallow clone ends, that is said already."""
        if len(self._parents) and not self._repository.shallow:
            count = len(self._parents)
            words = (f"{count:,} commits are", "them") if count > 1 else ("1 commit is", "it")
            yield self._error(_ORPHANS.format(*words))

    def choose(self, hits: list[Hit], excluded: Excluded) -> Iterator[Skipped]:
        """Add what has to be read again, under its paths; yield what the configuration leaves out."""
        named = [name for name in self._holders.named if name not in self._hits and self._is_text(name)]
        for name in (*self._hits, *named):
            versions = self._versions(name)
            kept = [version for version in versions if not excluded(f"{self._folder}{version.path}")]
            if not kept:
                yield Skipped(f"{self._folder}{versions[0].path}", EXCLUDED)
            fresh = [version for version in self._chosen(kept) if self._key(version) not in self._cache.silent]
            if fresh:
                hits.append(Hit(name, tuple(fresh)))
        # Git lists objects in another order after every repacking; versions of one file are read quickly in a row.
        hits.sort(key=lambda hit: (hit.versions[0].path, hit.name))

    def open(self, hits: Sequence[Hit], silent: frozenset[bytes] | None, excluded: Excluded) -> Iterator[Item]:
        """Yield what objects hold under their paths, but for what is known to be silent, if that is known."""
        if silent is not None:
            for hit in hits:
                for version in hit.versions:
                    if self._key(version) in silent:
                        self._cache.remember(self._cache.silent, self._key(version))
            hits = [hit for hit in hits if any(self._key(version) not in silent for version in hit.versions)]
        for version, found in self._read(hits):
            if silent is not None and self._key(version) in silent:
                continue
            if self._cache.is_used and silent is None and self._is_silent(version, found, excluded):
                self._cache.remember(self._cache.silent, self._key(version))
            else:
                yield from self._opened(version, found, excluded)

    def silent_among(self, hits: Sequence[Hit], excluded: Excluded) -> list[bytes]:
        """Return the keys of what gives nothing."""
        return [self._key(version) for version, found in self._read(hits) if self._is_silent(version, found, excluded)]

    def _read(self, hits: Sequence[Hit]) -> Iterator[tuple[History, Object]]:
        for hit, found in zip(hits, read_objects(self._repository, [hit.name for hit in hits]), strict=True):
            for version in hit.versions:
                yield version, found

    def _is_silent(self, version: History, found: Object, excluded: Excluded) -> bool:
        return not found.problem and self._sieve.is_silent(self._opened(version, found, excluded))

    def _opened(self, version: History, found: Object, excluded: Excluded) -> Iterator[Item]:
        source = self._source(version, found.data)
        if found.problem:
            yield FileError(source.path, f"{found.problem} (object {found.id[:12]})")
        if found.is_pointer or (found.problem and not found.data):
            return
        if container_of(found.data) or not is_binary(found.data):
            yield from expand([source], excluded)

    def _is_text(self, name: str) -> bool:
        identity = unhexlify(name)
        return identity in self._known and identity not in self._cache.binary

    def _versions(self, name: str) -> list[History]:
        """Return every place of a blob; one that no commit and no index holds has a name of its own."""
        places = self._holders.places(name)
        if not places:
            return [History(name, f"(unreachable blob {name[:12]})", repository=self._folder)]
        return [History(name, place.path, self._noted(place.path), self._folder) for place in places]

    def _noted(self, path: str) -> str | None:
        """Return the object that a note is on: notes are files, called by what they are on."""
        digits = path.replace("/", "")
        if len(digits) != self._digits or digits.strip("0123456789abcdef"):
            return None
        return digits if unhexlify(digits) in self._known else None

    def _chosen(self, versions: list[History]) -> list[History]:
        """Return so many places of a blob: one of each ending, with and without OKX in its path, then the first."""
        kinds: dict[object, History] = {}
        for version in versions:
            ending = version.path.rpartition("/")[2].rpartition(".")[2].lower()
            kinds.setdefault((ending, self._sieve.tells(version.path), version.commit is None), version)
        chosen = list(kinds.values())
        for version in versions:
            if len(chosen) < _MOST_PATHS and version not in chosen:
                chosen.append(version)
        return chosen

    def _source(self, version: History, data: bytes) -> Source:
        if version.commit is not None:
            return Source("note", f"{self._folder}{NOTE}", data, history=version)
        path = f"{self._folder}{version.path}"
        evidence = "" if version.path.startswith("(unreachable blob ") else path
        return Source("history", path, data, evidence, history=version)

    def _key(self, version: History) -> bytes:
        return self._cache.key(version.object, self._source(version, b"").path)

    def _error(self, reason: str) -> FileError:
        return FileError(f"{self._folder}{_PLACE}", reason)

    def _renamed(self, error: FileError) -> FileError:
        return error._replace(path=f"{self._folder}{error.path}")


def _name_of(item: Item) -> str:
    """Return the id of the object that a message is in."""
    return item.history.object if isinstance(item, Source) and item.history else ""
