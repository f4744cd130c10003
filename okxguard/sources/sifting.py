"""Read objects once and tell those that may give a finding from those that cannot, with several processes."""

from __future__ import annotations

import re
from binascii import unhexlify
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from okxguard.crew import FORKS, Crew, Lost
from okxguard.decoding import is_binary
from okxguard.model import FileError, Source
from okxguard.past import History
from okxguard.sources.commits import HEADER, MESSAGE, TAG, header_of
from okxguard.sources.containers import container_of
from okxguard.sources.idset import IdSet
from okxguard.sources.listing import Listing, read_listed
from okxguard.sources.objects import Object, read_objects
from okxguard.sources.paths import Item
from okxguard.sources.repository import Repository

# Every chunk is read by a git process of its own, which unpacks again what others have unpacked before.
_CHUNK, _LARGEST_CHUNK = 2048, 32_768
# Fewer objects are read before a second process has started.
_MANY = 20_000
# What stands in front of nearly every message: who wrote it, and nothing else that people have written.
_USUAL = re.compile(
    rb"tree [0-9a-f]+\n((?:parent (?:[0-9a-f]{40}|[0-9a-f]{64})\n)*)"
    rb"author ([^\n]*>) \d{1,12} [+-]\d{4}\ncommitter ([^\n]*>) \d{1,12} [+-]\d{4}"
    rb"(?:\nencoding [\w-]{1,40})?(?:\ngpgsig(?:-sha256)? [^\n]*(?:\n [^\n]*)*)?"
)
_PARENT = rb"(?m)^parent ([0-9a-f]{40}|[0-9a-f]{64})$"
_MOST_PEOPLE = 1 << 16
_DIED = "up to {} objects could not be read: the process that read them died; please report it"


class Sieve(Protocol):
    """What tells quickly that bytes, paths and sources give no finding."""

    def may_report(self, data: bytes) -> bool:
        """Return False only where these bytes give nothing, unless their path tells."""
        ...

    def tells(self, path: str) -> bool:
        """Tell whether a path alone is evidence, or holds a value itself."""
        ...

    def is_silent(self, items: Iterable[Item]) -> bool:
        """Tell whether there is nothing at all to say of items."""
        ...


class Sifted(NamedTuple):
    """What some objects are: ids of `hits`, of what is `dismissed` or `binary`, and of parents that are not there.

    `lost` are hits that could not be read; `pointers` and `files` are counted, `size` is that of the files in bytes.
    """

    items: list[Source | FileError]
    hits: list[str]
    lost: list[str]
    dismissed: list[bytes]
    binary: list[bytes]
    orphans: list[bytes]
    pointers: int = 0
    files: int = 0
    size: int = 0


class Sifter:
    """Sifts the objects of one repository; `remembers` tells that silent messages are to be known, too."""

    def __init__(self, repository: Repository, sieve: Sieve, known: IdSet, folder: str, *, remembers: bool) -> None:
        self._repository = repository
        self._sieve = sieve
        self._known = known
        self._folder = folder
        self._remembers = remembers
        self._harmless: set[bytes] = set()

    def sift(self, listing: Listing, jobs: int) -> Iterator[Sifted]:
        """Yield what the objects of a listing are, in chunks of no certain size, in the order of the listing."""
        if jobs < 2 or len(listing) < _MANY or not FORKS:
            objects = read_listed(self._repository, listing)
            for at in range(0, len(listing), _CHUNK):
                yield self._sifted(next(objects) for _ in range(min(_CHUNK, len(listing) - at)))
            return
        listing.flush()
        size = max(_CHUNK, min(_LARGEST_CHUNK, len(listing) // (jobs * 4)))
        crew: Crew[int, Sifted] = Crew(jobs, lambda: lambda starts: self._sift_chunk(listing, starts, size))
        results = dict(crew.do(range(0, len(listing), size), 1))
        for _, result in sorted(results.items(), key=lambda pair: pair[0]):
            if isinstance(result, Lost):
                error = FileError(f"{self._folder}(history)", _DIED.format(f"{size:,}"))
                yield Sifted([error], [], [], [], [], [])
            else:
                yield result

    def _sift_chunk(self, listing: Listing, starts: Sequence[int], size: int) -> Sifted:
        return self._sifted(
            found for start in starts for found in read_objects(self._repository, listing.names(start, size))
        )

    def _sifted(self, objects: Iterable[Object]) -> Sifted:
        sifted = Sifted([], [], [], [], [], [])
        for found in objects:
            if found.problem and found.type != "blob":
                reason = f"object {found.id[:12]} {found.problem}"
                sifted.items.append(FileError(f"{self._folder}(history)", reason))
            elif found.type == "blob":
                sifted = self._sift_blob(found, sifted)
            else:
                self._sift_message(found, sifted)
        return sifted

    def _sift_blob(self, found: Object, sifted: Sifted) -> Sifted:
        if found.is_pointer:
            return sifted._replace(pointers=sifted.pointers + 1)
        is_container = container_of(found.data) is not None
        if found.problem:
            sifted.lost.append(found.id)
            return sifted
        if is_binary(found.data) and not is_container:
            sifted.binary.append(unhexlify(found.id))
            return sifted
        if is_container or self._sieve.may_report(found.data):
            sifted.hits.append(found.id)
        else:
            sifted.dismissed.append(unhexlify(found.id))
        return sifted._replace(files=sifted.files + 1, size=sifted.size + len(found.data))

    def _sift_message(self, found: Object, sifted: Sifted) -> None:
        head, _, text = found.data.partition(b"\n\n")
        usual = _USUAL.fullmatch(head)
        named = usual[1].split()[1::2] if usual else re.findall(_PARENT, head)
        missing = [parent for parent in map(unhexlify, named) if parent not in self._known]
        sifted.orphans.extend(missing)
        people = b"%s\n%s" % usual.group(2, 3) if usual else b""
        sources = [self._message(found, MESSAGE, text)] if self._sieve.may_report(text) else []
        if people not in self._harmless:
            sources += self._header(found, people)
        if sources and self._remembers and not missing and self._sieve.is_silent(sources):
            sources = []
        sifted.items.extend(sources)
        if not sources and not missing:
            sifted.dismissed.append(unhexlify(found.id))

    def _header(self, found: Object, people: bytes) -> list[Source]:
        """Return what people have written in front of a message, if there is anything to say of it.

        The same few people write most of the messages, and the date beside their names says nothing.
        """
        header = header_of(found.data)
        if self._sieve.may_report(header):
            source = self._message(found, HEADER, header)
            if not self._sieve.is_silent([source]):
                return [source]
        if people:
            if len(self._harmless) >= _MOST_PEOPLE:
                self._harmless.clear()
            self._harmless.add(people)
        return []

    def _message(self, found: Object, place: str, text: bytes) -> Source:
        is_tag = found.type == "tag"
        commit = self._repository.commit_named(found.id) if is_tag else found.id
        history = History(found.id, TAG if is_tag and place == MESSAGE else place, commit, self._folder)
        return Source("message", f"{self._folder}{history.path}", text, history=history)
