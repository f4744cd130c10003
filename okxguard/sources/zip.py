"""Read the members of a zip archive in memory, by its directory, or by what stands before the members without one.

Not by `zipfile`: it reads nothing of an archive that is cut off, and the whole directory before anybody can stop it.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from okxguard.decoding import decode
from okxguard.sources.compressed import Inflation, unpack_lzma, unpack_stream
from okxguard.sources.containers import CUT_OFF, DAMAGED, Container, DamagedError, Member, sliced

_LOCAL, _ENTRY, _END, _SIZES = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x07\x08"
_LOCAL_HEADER = struct.Struct("<4x2x4H3L2H")
_DIRECTORY_ENTRY = struct.Struct("<4x4x4H3L3H4x2L")
_DIRECTORY_END = struct.Struct("<4x6xHLLH")
_LARGE_LOCATOR, _LARGE_END = struct.Struct("<4x4xQ4x"), struct.Struct("<4x20x2Q2Q")
_LONGEST_COMMENT = 1 << 16
_ENCRYPTED, _SIZES_FOLLOW, _UTF8 = 1, 8, 0x800
_ABSENT = 0xFFFFFFFF
_DEFLATED = 8
_METHODS = {12: Container.BZIP2, 93: Container.ZSTD, 95: Container.XZ}
_LZMA = 14
_NO_DIRECTORY = "is damaged or cut off; the members that could be found are scanned"
_LOCKED = "is encrypted and cannot be read; unpack it and scan what it holds, or exclude it by config"
_UNKNOWN = "is packed by a method that cannot be read; unpack it and scan what it holds, or exclude it by config"


class Entry(NamedTuple):
    """What the archive says of one member; `start` is where its local header stands."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    start: int
    mode: int = 0
    complete: bool = True


class ZipReader:
    """Reads one archive; `problem` says whether its directory is damaged once the entries were listed."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.problem = ""

    def entries(self) -> Iterator[Entry]:
        """Yield what the archive says of every member that is a file or a link."""
        seen = set()
        for entry in self._directory():
            seen.add(entry.start)
            if not entry.name.endswith("/") or entry.packed > 2:
                yield entry
        if self.problem:
            for entry in self._found():
                if entry.start not in seen and not entry.name.endswith("/"):
                    yield entry

    def member(self, entry: Entry) -> Member:
        """Return the member that an entry is about."""
        skipped = "symlink" if stat.S_ISLNK(entry.mode) else ""
        return Member(entry.name, self._chunks(entry), skipped)

    def _directory(self) -> Iterator[Entry]:
        end = self._data.rfind(_END, max(0, len(self._data) - _LONGEST_COMMENT - _DIRECTORY_END.size))
        if end < 0 or end + _DIRECTORY_END.size > len(self._data):
            self.problem = _NO_DIRECTORY
            return
        count, size, offset, _ = _DIRECTORY_END.unpack_from(self._data, end)
        count, size, offset, end = self._large(end, count, size, offset)
        at = end - size if end >= size and self._is_entry(end - size, end) else min(offset, end)
        shift = at - offset
        read = 0
        while self._is_entry(at, end):
            entry, at = self._entry(at, shift)
            read += 1
            yield entry
        if read & 0xFFFF != count & 0xFFFF or at != end:
            self.problem = _NO_DIRECTORY

    def _is_entry(self, at: int, end: int) -> bool:
        return at + _DIRECTORY_ENTRY.size <= end and self._data.startswith(_ENTRY, at)

    def _large(self, end: int, count: int, size: int, offset: int) -> tuple[int, int, int, int]:
        """Return what the end of the directory says, by its form for large archives (zip64) where there is one."""
        locator = end - _LARGE_LOCATOR.size
        if locator < 0 or not self._data.startswith(b"PK\x06\x07", locator):
            return count, size, offset, end
        large = self._data.rfind(b"PK\x06\x06", 0, locator)
        if large < 0 or large + _LARGE_END.size > len(self._data):
            return count, size, offset, end
        _, count, size, offset = _LARGE_END.unpack_from(self._data, large)
        return count, size, offset, large

    def _entry(self, at: int, shift: int) -> tuple[Entry, int]:
        flags, method, _, _, crc, packed, size, *lengths, attributes, start = self._unpack_entry(at)
        name_at = at + _DIRECTORY_ENTRY.size
        extra_at = name_at + lengths[0]
        end = extra_at + lengths[1] + lengths[2]
        if _ABSENT in (packed, size, start):
            packed, start = _large_sizes(self._data[extra_at : extra_at + lengths[1]], size, packed, start)
        name = _decoded(self._data[name_at:extra_at], flags)
        return Entry(name, flags, method, crc, packed, start + shift, attributes >> 16), end

    def _unpack_entry(self, at: int) -> tuple[int, ...]:
        return _DIRECTORY_ENTRY.unpack_from(self._data, at)

    def _found(self) -> Iterator[Entry]:
        """Yield the members that say themselves what they are, for an archive whose directory is damaged."""
        at = self._data.find(_LOCAL)
        while 0 <= at <= len(self._data) - _LOCAL_HEADER.size:
            flags, method, _, _, crc, packed, _, length, extra = _LOCAL_HEADER.unpack_from(self._data, at)
            name_at = at + _LOCAL_HEADER.size
            body = name_at + length + extra
            known = not flags & _SIZES_FOLLOW and packed != _ABSENT
            following = self._data.find(_LOCAL, body + packed if known else body)
            if not known:
                end = following if following >= 0 else len(self._data)
                described = self._data.find(_SIZES, body, end)
                packed = (described if described >= 0 else end) - body
            name = _decoded(self._data[name_at : name_at + length], flags)
            if packed >= 0 and name:
                yield Entry(name, flags, method, crc, packed, at, complete=known)
            at = following

    def _chunks(self, entry: Entry) -> Iterator[bytes]:
        if entry.flags & _ENCRYPTED:
            raise DamagedError(_LOCKED)
        header = self._data[max(0, entry.start) : max(0, entry.start) + _LOCAL_HEADER.size]
        if len(header) < _LOCAL_HEADER.size or not header.startswith(_LOCAL):
            raise DamagedError(DAMAGED)
        *_, length, extra = _LOCAL_HEADER.unpack(header)
        start = entry.start + len(header) + length + extra
        body = memoryview(self._data)[start : start + entry.packed]
        crc = 0
        for chunk in _unpacked(body, entry.method):
            crc = zlib.crc32(chunk, crc)
            yield chunk
        if len(body) < entry.packed:
            raise DamagedError(CUT_OFF)
        if entry.complete and crc != entry.crc:
            raise DamagedError(DAMAGED)


def _unpacked(body: memoryview, method: int) -> Iterator[bytes]:
    if method == 0:
        return sliced(body)
    if method == _DEFLATED:
        return Inflation(body).chunks()
    if method == _LZMA:
        return unpack_lzma(body)
    if method in _METHODS:
        return unpack_stream(_METHODS[method], body)
    raise DamagedError(_UNKNOWN)


def _large_sizes(extra: bytes, size: int, packed: int, start: int) -> tuple[int, int]:
    """Return the packed size and the start of a member as its extra field for large archives gives them."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            values = iter(struct.unpack_from(f"<{min(length, len(extra) - at - 4) // 8}Q", extra, at + 4))
            if size == _ABSENT:
                next(values, 0)
            packed = next(values, packed) if packed == _ABSENT else packed
            start = next(values, start) if start == _ABSENT else start
            break
        at += 4 + length
    return packed, start


def _decoded(name: bytes, flags: int) -> str:
    """Return a name with forward slashes; archives made on Windows may hold others."""
    name = name.partition(b"\0")[0]
    text = name.decode("utf-8", "replace") if flags & _UTF8 else decode(name)[0]
    return text.replace("\\", "/")
