"""Tell a container (an archive, a compressed file) by its first bytes, and what its readers have in common."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

CUT_OFF = "is cut off; what stands before the cut is scanned"
DAMAGED = "is damaged; what could be read is scanned"
TRAILING = "has bytes after its end that are not read; unpack it and scan what it holds"
_CHUNK = 1 << 16
_TAR_BLOCK = 512


class Container(Enum):
    """The format of a container."""

    ZIP = "zip"
    TAR = "tar"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    ZSTD = "zstd"
    SEVEN_ZIP = "7z"
    RAR = "rar"


class DamagedError(Exception):
    """A container or a member of one cannot be read to its end; the text says so in our own words."""


class Member(NamedTuple):
    """One file in a container. `chunks` raises DamagedError where it cannot go on; `skipped` says why to pass it by."""

    name: str
    chunks: Iterator[bytes]
    skipped: str = ""


_BY_OPENING = {
    b"PK": ((b"PK\x03\x04", Container.ZIP), (b"PK\x05\x06", Container.ZIP), (b"PK\x07\x08PK\x03\x04", Container.ZIP)),
    b"\x1f\x8b": ((b"\x1f\x8b\x08", Container.GZIP),),
    b"BZ": tuple(
        (b"BZh%d%s" % (level, block), Container.BZIP2)
        for level in range(1, 10)
        for block in (b"1AY&SY", b"\x17rE8P\x90")
    ),
    b"\xfd7": ((b"\xfd7zXZ\x00", Container.XZ),),
    b"(\xb5": ((b"(\xb5/\xfd", Container.ZSTD),),
    b"7z": ((b"7z\xbc\xaf\x27\x1c", Container.SEVEN_ZIP),),
    b"Ra": ((b"Rar!\x1a\x07", Container.RAR),),
}
_SCRIPT = b"#!"
_LONGEST_SCRIPT = 1 << 16


def container_of(data: bytes) -> Container | None:
    """Return the format of a container, or None; the first kilobytes are enough."""
    openings = _BY_OPENING.get(data[:2])
    if openings is not None:
        return next((container for opening, container in openings if data.startswith(opening)), None)
    if data[257:262] == b"ustar" and b"\0" in data[:257]:
        return Container.TAR
    if data[100:107].strip().isdigit() and is_tar_header(data[:_TAR_BLOCK]):
        return Container.TAR
    if data[:2] == _SCRIPT and b"\0" in data[:_LONGEST_SCRIPT] and b"\nPK\x03\x04" in data[:_LONGEST_SCRIPT]:
        return Container.ZIP
    return None


def is_tar_header(block: bytes) -> bool:
    """Tell whether the checksum of a block is that of a header of tar."""
    if len(block) != _TAR_BLOCK:
        return False
    said = block[148:156].strip(b" \0")
    if not said.isdigit() or len(said) > 7 or b"8" in said or b"9" in said:
        return False
    others = block[:148] + b" " * 8 + block[156:]
    total = sum(others)
    # Some old programs take the bytes as signed.
    return total == int(said, 8) or total - 256 * sum(byte > 127 for byte in others) == int(said, 8)


def sliced(data: bytes | memoryview) -> Iterator[bytes]:
    """Yield bytes that are not packed in chunks."""
    for start in range(0, len(data), _CHUNK):
        yield bytes(data[start : start + _CHUNK])


class ChunkReader:
    """Reads so many bytes at a time from chunks; `failure` is why they ended early, if they did."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._chunk = b""
        self._at = 0
        self.failure: DamagedError | None = None

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes, or fewer at the end."""
        return b"".join(self.up_to(size))

    def peek(self, size: int) -> bytes:
        """Return the next bytes and leave them to be read."""
        self._chunk, self._at = self.read(size) + self._chunk[self._at :], 0
        return self._chunk[:size]

    def up_to(self, size: int) -> Iterator[bytes]:
        """Yield the next `size` bytes in chunks, or fewer at the end."""
        while size > 0 and self._has_more():
            piece = self._chunk[self._at : self._at + size]
            self._at += len(piece)
            size -= len(piece)
            yield piece

    def rest(self) -> Iterator[bytes]:
        """Yield everything that is left; raises DamagedError where the chunks do."""
        while self._has_more():
            piece, self._at = self._chunk[self._at :], len(self._chunk)
            yield piece
        if self.failure:
            raise self.failure

    def _has_more(self) -> bool:
        while self._at >= len(self._chunk) and not self.failure:
            try:
                self._chunk, self._at = next(self._chunks), 0
            except StopIteration:
                return False
            except DamagedError as failure:
                self.failure = failure
        return self._at < len(self._chunk)
