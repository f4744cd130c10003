"""Remember which objects of a repository gave nothing, so that the next run reads new ones only.

The file holds ids of objects, and hashes of ids with paths, of what gave no finding at all under any selection of
rules and on any day; it holds no value and no path.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator

from okxguard.errors import UsageError
from okxguard.sources.idset import IdSet

_MAGIC = b"okxguard history cache 1\n"
_CHECK = hashlib.sha256
_CHECK_SIZE = 32
_COUNT = 8
_CHUNK = 1 << 20
_DAMAGED = "is damaged; it is not used, and written anew"
_OTHER = "was written by another version, rule book or selection; it is not used, and written anew"
_LINK = "is a symlink; it is neither used nor written"
_FOREIGN = "--cache: {} is a file of something else; name another one, or remove it"
_UNWRITABLE = "cannot be written; the next run reads everything again"


class Cache:
    """Sets of ids: `dismissed` by their bytes, `binary`, `hits` that have to be looked at, and `silent` under a path.

    Without a file nothing is remembered. `note` says why a file was not used.
    """

    def __init__(self, width: int, path: str | None = None, key: bytes = b"") -> None:
        self.dismissed, self.binary, self.hits, self.silent = (IdSet(width) for _ in range(4))
        self.is_used = path is not None
        self.note: str | None = None
        self._width = width
        self._path = path or ""
        self._head = _MAGIC + _CHECK(key + b"%d" % width).digest()
        if path is not None:
            self._load()

    def key(self, name: str, path: str) -> bytes:
        """Return what stands for an object under a path."""
        words = f"{name}\0{path}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(words, digest_size=self._width).digest()

    def remember(self, ids: IdSet, each: bytes) -> None:
        """Add an id to one of the sets, if they are to be kept."""
        if self.is_used:
            ids.add(each)

    def save(self) -> str | None:
        """Write the file as a whole, or return why that cannot be done."""
        if not self.is_used:
            return None
        folder = os.path.dirname(os.path.abspath(self._path))
        try:
            descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".okxguard-")
        except OSError:
            return _UNWRITABLE
        try:
            with open(descriptor, "wb") as stream:
                check = _CHECK()
                for chunk in self._chunks():
                    check.update(chunk)
                    stream.write(chunk)
                stream.write(check.digest())
            os.replace(temporary, self._path)
        except OSError:
            os.unlink(temporary)
            return _UNWRITABLE
        return None

    @property
    def _sets(self) -> tuple[IdSet, ...]:
        return (self.dismissed, self.binary, self.hits, self.silent)

    def _chunks(self) -> Iterator[bytes]:
        yield self._head
        for ids in self._sets:
            yield len(ids).to_bytes(_COUNT, "big")
            yield from ids

    def _load(self) -> None:
        try:
            data = _read(self._path)
        except OSError as error:
            self.is_used = error.errno != errno.ELOOP
            self.note = _DAMAGED if self.is_used else _LINK
            return
        if data and not data.startswith(_MAGIC):
            raise UsageError(_FOREIGN.format(self._path))
        if data is None:
            return
        if _CHECK(data[:-_CHECK_SIZE]).digest() != data[-_CHECK_SIZE:]:
            self.note = _DAMAGED
        elif not data.startswith(self._head):
            self.note = _OTHER
        else:
            self._fill(memoryview(data)[len(self._head) : -_CHECK_SIZE])

    def _fill(self, data: memoryview) -> None:
        at = 0
        for ids in self._sets:
            count = int.from_bytes(data[at : at + _COUNT], "big")
            at += _COUNT
            for start in range(at, at + count * self._width, self._width):
                ids.add(bytes(data[start : start + self._width]))
            at += count * self._width


def _read(path: str) -> bytes | None:
    """Return the bytes of a file, or None where there is none; a symlink is an error, and so is no regular file."""
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            raise OSError(errno.ELOOP, "")
        if not stat.S_ISREG(status.st_mode):
            raise UsageError(_FOREIGN.format(path))
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        return None
    with open(descriptor, "rb") as stream:
        return stream.read()
