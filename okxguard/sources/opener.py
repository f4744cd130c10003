"""Turn one archive or compressed file into what it holds, in memory; nothing is written to disk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from okxguard.decoding import is_binary
from okxguard.model import EXCLUDED, FileError, Note, Skipped, Source
from okxguard.sources.archive import Item, Limits
from okxguard.sources.compressed import can_unpack, unpack
from okxguard.sources.containers import ChunkReader, Container, DamagedError, Member, container_of, sliced
from okxguard.sources.office import Office
from okxguard.sources.tar import NO_END, TarReader
from okxguard.sources.zip import ZipReader

_HEAD = 1 << 14
_MOST_ERRORS = 20
_LONGEST_NAME = 4096
_TAR_ENDING = {"tgz": ".tar", "tbz": ".tar", "tbz2": ".tar", "txz": ".tar", "tzst": ".tar"}
_ENDINGS = frozenset({"gz", "bz2", "xz", "zst", "z", "gzip"})
_CLOSED = (Container.SEVEN_ZIP, Container.RAR)
_ADVICE = "unpack it and scan what it holds, or exclude it by config"
_REST_UNREAD = f"the rest is not read; {_ADVICE}"


class _LimitError(Exception):
    """A limit for one file was hit; the text says which one and what to do."""


class _Budget:
    """What may still be unpacked of one file, with all archives inside it."""

    def __init__(self, limits: Limits, packed: int) -> None:
        self._limits = limits
        self._members = self._bytes = 0
        self._allowed = max(limits.free, limits.ratio * packed)

    def count_member(self) -> None:
        self._members += 1
        if self._members > self._limits.members:
            raise _LimitError(f"holds more than {self._limits.members:,} members; the others are not read; {_ADVICE}")

    def spend(self, size: int) -> None:
        self._bytes += size
        if self._bytes > self._allowed:
            raise _LimitError(f"unpacks to more than {self._limits.ratio} times its size; {_REST_UNREAD}")
        if self._bytes > self._limits.total:
            raise _LimitError(f"unpacks to more than {self._limits.total >> 20} MiB; {_REST_UNREAD}")

    def spent(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield chunks, and take them off."""
        for chunk in chunks:
            yield chunk
            self.spend(len(chunk))


def opened(source: Source, container: Container, excluded: Callable[[str], bool], limits: Limits) -> Iterator[Item]:
    """Yield the sources that a container holds, those of the archives inside it included, and what cannot be read."""
    opener = _Opener(excluded, limits, _Budget(limits, len(source.data)))
    errors = 0
    try:
        for item in opener.open(source, container, 1):
            errors += isinstance(item, FileError)
            if errors <= _MOST_ERRORS or not isinstance(item, FileError):
                yield item
    except _LimitError as limit:
        yield FileError(source.path, str(limit))
    if errors > _MOST_ERRORS:
        yield FileError(source.path, f"holds {errors - _MOST_ERRORS:,} more members that cannot be read to their end")


class _Opener:
    """Opens one file and the archives inside it."""

    def __init__(self, excluded: Callable[[str], bool], limits: Limits, budget: _Budget) -> None:
        self._excluded = excluded
        self._limits = limits
        self._budget = budget

    def open(self, source: Source, container: Container, depth: int) -> Iterator[Item]:
        """Yield what a container holds; raises _LimitError where the limits for the whole file end it."""
        if container in _CLOSED or not can_unpack(container):
            yield Skipped(source.path, f"{container.value} archive, which is not opened")
        elif depth > self._limits.depth:
            yield FileError(source.path, f"is packed in more than {self._limits.depth} archives; {_ADVICE}")
        else:
            try:
                yield from self._read(source, container, depth)
            except DamagedError as damage:
                yield FileError(source.path, str(damage))

    def _read(self, source: Source, container: Container, depth: int) -> Iterator[Item]:
        if container is Container.ZIP:
            yield from self._read_zip(source, depth)
        elif container is Container.TAR:
            yield from self._read_tar(source, ChunkReader(sliced(source.data)), depth)
        else:
            reader = ChunkReader(self._budget.spent(unpack(container, source.data)))
            if container_of(reader.peek(_HEAD)) is Container.TAR:
                yield from self._read_tar(source, reader, depth)
            else:
                self._budget.count_member()
                yield from self._read_member(source, Member(_name_within(source.path), reader.rest()), depth)

    def _read_tar(self, source: Source, reader: ChunkReader, depth: int) -> Iterator[Item]:
        tar = TarReader(reader)
        for member in tar.members():
            self._budget.count_member()
            yield from self._read_member(source, member, depth)
        if not tar.has_end:
            yield Note(source.path, NO_END)

    def _read_zip(self, source: Source, depth: int) -> Iterator[Item]:
        archive = ZipReader(source.data)
        entries = list(islice(archive.entries(), self._limits.members + 1))
        office = Office.of([entry.name for entry in entries], self._limits.member)
        if office:
            entries.sort(key=lambda entry: office.order(entry.name))
        for entry in entries:
            self._budget.count_member()
            member = archive.member(entry)
            yield from self._read_member(
                source, member._replace(chunks=self._budget.spent(member.chunks)), depth, office
            )
        if office and (left := office.left_over()):
            yield _inside(source, left.name, left.data)
        if archive.problem:
            yield FileError(source.path, archive.problem)

    def _read_member(self, outer: Source, member: Member, depth: int, office: Office | None = None) -> Iterator[Item]:
        inner = _inside(outer, member.name, b"")
        if self._excluded(_without_steps(inner.path)):
            yield Skipped(inner.path, EXCLUDED)
            return
        if member.skipped:
            yield Skipped(inner.path, member.skipped)
            return
        data, problem = self._gather(member.chunks)
        if data or not problem:
            if office:
                yield from self._read_office(outer, member.name, data, office)
            else:
                yield from self._scan(inner._replace(data=data), depth)
        if isinstance(problem, _LimitError):
            raise problem
        if problem:
            yield FileError(inner.path, str(problem))

    def _read_office(self, outer: Source, name: str, data: bytes, office: Office) -> Iterator[Item]:
        """Yield the text of a member of an office document, or the member as it is."""
        converted = office.converted(name, data)
        if converted is None:
            return
        yield _inside(outer, converted.name, converted.data)
        if converted.problem:
            yield FileError(f"{outer.path}!{name}", converted.problem)

    def _scan(self, source: Source, depth: int) -> Iterator[Item]:
        container = container_of(source.data)
        if container:
            yield from self.open(source, container, depth + 1)
        else:
            yield source

    def _gather(self, chunks: Iterator[bytes]) -> tuple[bytes, DamagedError | _LimitError | None]:
        """Return the bytes of a member, or the beginning of it, and why there are no more.

        Of what is binary and no container the beginning is enough: it says so to those who skip it.
        """
        pieces: list[bytes] = []
        size = 0
        known = False
        try:
            for chunk in chunks:
                pieces.append(chunk)
                size += len(chunk)
                if size > self._limits.member:
                    why = f"unpacks to more than {self._limits.member >> 20} MiB; {_REST_UNREAD}"
                    return b"".join(pieces)[: self._limits.member], DamagedError(why)
                if not known and size >= _HEAD:
                    known = True
                    head = b"".join(pieces)
                    if is_binary(head) and not container_of(head):
                        return head, None
        except (DamagedError, _LimitError) as problem:
            return b"".join(pieces), problem
        return b"".join(pieces), None


def _inside(outer: Source, name: str, data: bytes) -> Source:
    """Return the source of a member: it belongs to what its container belongs to."""
    if len(name) > _LONGEST_NAME:
        name = "…" + name[-_LONGEST_NAME:]
    return outer._replace(path=f"{outer.path}!{name}", evidence=f"{outer.evidence}!{name}", data=data)


def _name_within(path: str) -> str:
    """Return the name of what a compressed file holds: its own without the ending."""
    name = re.split(r"[/!]", path)[-1]
    stem, dot, ending = name.rpartition(".")
    if dot and stem and ending.lower() in _ENDINGS:
        return stem
    return stem + _TAR_ENDING[ending.lower()] if ending.lower() in _TAR_ENDING else name


def _without_steps(path: str) -> str:
    """Return a path without `..`, which would lead a pattern of the configuration to another folder."""
    return "/".join(piece for piece in path.split("/") if piece not in ("", ".", ".."))
