"""Unpack compressed streams in memory, chunk by chunk, and give out everything that stands before a damage."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import NamedTuple, Protocol

from okxguard.sources.containers import CUT_OFF, DAMAGED, TRAILING, Container, DamagedError

_PIECE = 1 << 14
_SMALL_PIECE = 1 << 10
_CHUNK = 1 << 16
_MOST_STREAMS = 100_000
_MANY_STREAMS = "is made of more than 100,000 streams; unpack it and scan what it holds, or exclude it by config"
# What `xz -9` needs is 65 MiB; a header may ask for 4 GiB.
_LARGEST_DICTIONARY = 128 << 20
_GZIP_HEADER = 10
_GZIP_TRAILER = 8
_EXTRA, _NAME, _COMMENT, _HEADER_SUM = 4, 8, 16, 2

Data = bytes | memoryview


class Decompressor(Protocol):
    """What the decompressors of bz2, lzma and zstd have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Format(NamedTuple):
    """What makes a decompressor of a format, and what that raises for damaged data."""

    make: Callable[[], Decompressor]
    error: type[Exception]


def can_unpack(container: Container) -> bool:
    """Tell whether this interpreter can unpack a format."""
    if container is not Container.ZSTD:
        return True
    try:
        _format(container)
    except ImportError:
        return False
    return True


def unpack(container: Container, data: bytes) -> Iterator[bytes]:
    """Yield what a compressed file holds, all its streams; raises DamagedError where it cannot go on."""
    if container is Container.GZIP:
        return _gunzip(memoryview(data))
    return _streams(_format(container), memoryview(data))


def unpack_stream(container: Container, data: Data) -> Iterator[bytes]:
    """Yield what one stream holds, as a member of a zip archive is one."""
    try:
        form = _format(container)
    except ImportError:
        raise DamagedError(f"is packed with {container.value}, which this Python cannot unpack") from None
    yield from _Stream(form, memoryview(data)).chunks()


def unpack_lzma(data: memoryview) -> Iterator[bytes]:
    """Yield what a member of a zip archive holds that is packed by the method LZMA."""
    import lzma

    properties, dictionary = data[4] if len(data) > 9 else 255, bytes(data[5:9])
    if properties >= 225:
        raise DamagedError(DAMAGED)
    rest, lc = divmod(properties, 9)
    pb, lp = divmod(rest, 5)
    size = min(int.from_bytes(dictionary, "little"), _LARGEST_DICTIONARY)
    try:
        filters = [{"id": lzma.FILTER_LZMA1, "dict_size": max(size, 4096), "lc": lc, "lp": lp, "pb": pb}]
        made = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
    except (lzma.LZMAError, ValueError):
        raise DamagedError(DAMAGED) from None
    yield from _Stream(_Format(lambda: made, lzma.LZMAError), data[9:]).chunks()


class Inflation:
    """Inflates one stream without header; afterwards `used` is its length, `crc` and `size` those of what it holds."""

    def __init__(self, data: Data) -> None:
        self._data = memoryview(data)
        self.used = self.crc = self.size = 0

    def chunks(self) -> Iterator[bytes]:
        """Yield what the stream holds; raises DamagedError where it cannot go on."""
        for chunk in self._inflate():
            self.crc = zlib.crc32(chunk, self.crc)
            self.size += len(chunk)
            yield chunk

    def _inflate(self) -> Iterator[bytes]:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        while not inflater.eof:
            piece = bytes(self._data[self.used : self.used + _PIECE])
            before = inflater.copy()
            try:
                chunk = inflater.decompress(piece, _CHUNK)
            except zlib.error:
                yield from _salvaged(before, piece)
                raise DamagedError(DAMAGED) from None
            left = len(inflater.unused_data if inflater.eof else inflater.unconsumed_tail)
            self.used += len(piece) - left
            if chunk:
                yield chunk
            elif left == len(piece) and not inflater.eof:
                raise DamagedError(CUT_OFF)


def _salvaged(inflater: zlib._Decompress, piece: bytes) -> Iterator[bytes]:
    """Yield what comes out of a piece before its damage; the call that meets a damage loses its output."""
    try:
        for at in range(len(piece)):
            if chunk := inflater.decompress(piece[at : at + 1]):
                yield chunk
    except zlib.error:
        return


def _gunzip(data: memoryview) -> Iterator[bytes]:
    at = 0
    for _ in range(_MOST_STREAMS):
        inflation = Inflation(data[_end_of_gzip_header(data, at) :])
        yield from inflation.chunks()
        at = len(data) - len(inflation._data) + inflation.used
        trailer = bytes(data[at : at + _GZIP_TRAILER])
        at += _GZIP_TRAILER
        if len(trailer) < _GZIP_TRAILER:
            raise DamagedError(CUT_OFF)
        said = (int.from_bytes(trailer[:4], "little"), int.from_bytes(trailer[4:], "little"))
        if said != (inflation.crc, inflation.size & 0xFFFFFFFF):
            raise DamagedError(DAMAGED)
        at = _after_padding(data, at)
        if at == len(data):
            return
        if bytes(data[at : at + 2]) != b"\x1f\x8b":
            raise DamagedError(TRAILING)
    raise DamagedError(_MANY_STREAMS)


def _end_of_gzip_header(data: memoryview, start: int) -> int:
    header = bytes(data[start : start + _GZIP_HEADER])
    if len(header) < _GZIP_HEADER:
        raise DamagedError(CUT_OFF)
    flags, at = header[3], start + _GZIP_HEADER
    if header[2] != 8 or flags & 0xE0:
        raise DamagedError(DAMAGED)
    if flags & _EXTRA:
        at += 2 + int.from_bytes(data[at : at + 2], "little")
    for flag in (_NAME, _COMMENT):
        if flags & flag:
            end = bytes(data[at : at + _CHUNK]).find(b"\0")
            if end < 0:
                raise DamagedError(DAMAGED)
            at += end + 1
    return at + (2 if flags & _HEADER_SUM else 0)


def _streams(form: _Format, data: memoryview) -> Iterator[bytes]:
    at, magic = 0, bytes(data[:3])
    for _ in range(_MOST_STREAMS):
        stream = _Stream(form, data[at:])
        yield from stream.chunks()
        at = _after_padding(data, at + stream.used)
        if at == len(data):
            return
        if bytes(data[at : at + 3]) != magic:
            raise DamagedError(TRAILING)
    raise DamagedError(_MANY_STREAMS)


class _Stream:
    """Unpacks one stream; afterwards `used` is its length."""

    def __init__(self, form: _Format, data: memoryview) -> None:
        self._decompressor = form.make()
        self._error = form.error
        self._data = data
        self.used = 0

    def chunks(self) -> Iterator[bytes]:
        decompressor = self._decompressor
        while not decompressor.eof:
            piece = b""
            if decompressor.needs_input:
                # Small ones, because the call that meets a damage loses its output.
                piece = bytes(self._data[self.used : self.used + _SMALL_PIECE])
                if not piece:
                    raise DamagedError(CUT_OFF)
                self.used += len(piece)
            try:
                chunk = decompressor.decompress(piece, _CHUNK)
            except self._error:
                raise DamagedError(DAMAGED) from None
            if chunk:
                yield chunk
        self.used -= len(decompressor.unused_data)


def _after_padding(data: memoryview, at: int) -> int:
    """Return the offset of the first byte that is not zero."""
    while at < len(data):
        piece = bytes(data[at : at + _CHUNK])
        at += len(piece) - len(piece.lstrip(b"\0"))
        if piece.lstrip(b"\0"):
            return at
    return at


def _format(container: Container) -> _Format:
    """Return how to unpack a format; raises ImportError where the interpreter cannot."""
    if container is Container.BZIP2:
        import bz2

        return _Format(bz2.BZ2Decompressor, OSError)
    if container is Container.XZ:
        import lzma

        return _Format(
            lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_LARGEST_DICTIONARY),
            lzma.LZMAError,
        )
    zstd = import_module("compression.zstd")
    return _Format(zstd.ZstdDecompressor, zstd.ZstdError)
