"""Read the members of a tar archive from a stream of bytes, one after the other.

Not by `tarfile`: it stops at the first damage, and takes sizes and long names from hostile headers unbounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from okxguard.decoding import decode
from okxguard.sources.containers import CUT_OFF, DAMAGED, ChunkReader, DamagedError, Member, is_tar_header

_BLOCK = 512
_LONGEST_EXTENSION = 1 << 20
_FILES = b"\0007"
_SPARSE = b"S"
_FOLDER = b"5"
_LINKS = {b"1": "hard link", b"2": "symlink"}
_DEVICES = {b"3": "device", b"4": "device", b"6": "pipe"}
_LONG_NAME, _LONG_LINK = b"L", b"K"
_OWN, _GLOBAL, _OLD_OWN = b"x", b"g", b"X"
_RECORD = rb"(?s)\d{1,10} (path|size|GNU\.sparse\.name)=([^\n]{1,70000})\n"
NO_END = "ends without the mark that ends a tar archive; it may be cut off"


class TarReader:
    """Reads one archive; `has_end` tells afterwards whether the mark that ends an archive was there."""

    def __init__(self, reader: ChunkReader) -> None:
        self._reader = reader
        self._long: dict[bytes, bytes] = {}
        self.has_end = False

    def members(self) -> Iterator[Member]:
        """Yield every member; its chunks are to be read before the next one.

        Raises DamagedError at the end when the archive is damaged: what follows a damage is looked for and yielded.
        """
        damaged = False
        while header := self._reader.read(_BLOCK):
            if not header.strip(b"\0"):
                self.has_end = True
                break
            if not is_tar_header(header):
                damaged = True
            else:
                yield from self._member(header)
            if self._reader.failure:
                break
        if damaged:
            raise DamagedError(DAMAGED)
        if self._reader.failure:
            raise self._reader.failure

    def _member(self, header: bytes) -> Iterator[Member]:
        kind = header[156:157]
        size = _number(header[124:136])
        if kind in (_LONG_NAME, _LONG_LINK, _OWN, _OLD_OWN, _GLOBAL):
            self._extend(kind, self._reader.read(min(size, _LONGEST_EXTENSION)))
            self._skip(max(0, size - _LONGEST_EXTENSION) + -size % _BLOCK)
            return
        size = _decimal(self._long.get(b"size"), size)
        name = _name(header, self._long)
        self._long = {}
        if kind in _LINKS or kind in _DEVICES or kind == _FOLDER:
            if kind != _FOLDER:
                yield Member(name, iter(()), _LINKS.get(kind) or _DEVICES[kind])
            return
        body = _Body(self._reader, size)
        if size or not name.endswith("/"):
            yield Member(name, body.chunks())
        self._skip(body.left + -size % _BLOCK)

    def _extend(self, kind: bytes, data: bytes) -> None:
        if kind == _LONG_NAME:
            self._long[b"path"] = data.rstrip(b"\0")
        elif kind in (_OWN, _OLD_OWN):
            for key, value in re.findall(_RECORD, data):
                self._long[b"path" if key == b"GNU.sparse.name" else key] = value

    def _skip(self, size: int) -> None:
        left = size - sum(map(len, self._reader.up_to(size)))
        if left >= _BLOCK and not self._reader.failure:
            raise DamagedError(CUT_OFF)


class _Body:
    """The bytes of one member; `left` is how many were not read."""

    def __init__(self, reader: ChunkReader, size: int) -> None:
        self._reader = reader
        self.left = size

    def chunks(self) -> Iterator[bytes]:
        for chunk in self._reader.up_to(self.left):
            self.left -= len(chunk)
            yield chunk
        if self.left:
            self.left = 0
            raise self._reader.failure or DamagedError(CUT_OFF)


def _name(header: bytes, extended: dict[bytes, bytes]) -> str:
    long = extended.get(b"path")
    if long is None:
        long = header[:100].partition(b"\0")[0]
        prefix = header[345:500].partition(b"\0")[0]
        if header[257:263] == b"ustar\0" and prefix:
            long = prefix + b"/" + long
    return decode(long)[0]


def _number(field: bytes) -> int:
    """Return a size in octal digits, or in base 256 where its first bit is set."""
    if field[0] & 0x80:
        return int.from_bytes(field[1:], "big")
    digits = re.match(rb"[ \0]*([0-7]{1,12})", field)
    return int(digits[1], 8) if digits else 0


def _decimal(digits: bytes | None, otherwise: int) -> int:
    return int(digits) if digits and digits.isdigit() and len(digits) < 20 else otherwise
