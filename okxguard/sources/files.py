"""Read single files, and standard input, within limits."""

import errno
import functools
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from okxguard.decoding import is_binary
from okxguard.documents import LARGEST_WHOLE
from okxguard.model import FileError, Note, Skipped, Source
from okxguard.sources.containers import container_of
from okxguard.sources.message import is_message, kept_of_message

STDIN = "-"
_READ_AT_ONCE = 1 << 20
_LARGEST_ARCHIVE = 256 << 20
_LARGE_ARCHIVE = (
    "is an archive larger than 256 MiB and is not opened; unpack it and scan what it holds, or exclude it by config"
)
NOT_REGULAR = "is not a regular file"


class File(NamedTuple):
    """A file to read: its path, the names it is shown under and known by, and whether a symlink is followed."""

    path: str
    name: str
    evidence: str
    follow: bool = False


def read_file(file: File) -> Iterator[Source | FileError | Note | Skipped]:
    """Yield a file with its bytes, or why there are none."""
    path, name = file.path, file.name
    try:
        status = os.stat(path) if file.follow else os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            yield from _link(path, name)
            return
        head = _read_head(path, status, follow=file.follow)
    except OSError as error:
        yield FileError(name, why(error))
        return
    if head is None:
        yield Skipped(name, NOT_REGULAR)
        yield Note(name, f"{NOT_REGULAR}; it is not read")
    else:
        data = kept_of_message(path, head.data) if is_message(path) else head.data
        yield Source("file", name, data, file.evidence, more=head.more)


def _link(path: str, name: str) -> Iterator[Source | FileError | Note | Skipped]:
    """A symlink is not followed: its target is scanned where it stands, or lies outside."""
    yield Skipped(name, "symlink")
    if not os.path.exists(path):
        yield Note(name, "is a broken symlink; there is nothing to read")


def read_bytes(path: str, *, follow: bool) -> bytes | None:
    """Return the bytes of a regular file; None for a pipe, a device or a socket, which are never waited for."""
    head = _read_head(path, os.stat(path), follow=follow)
    return None if head is None else b"".join((head.data, *(head.more() if head.more else ())))


class _Head(NamedTuple):
    """The beginning of a file, or all of it where nothing gives more."""

    data: bytes
    more: Callable[[], Iterable[bytes]] | None = None


def _read_head(path: str, status: os.stat_result, *, follow: bool) -> _Head | None:
    """Read a file that is not too large, or the beginning of one that is; None for what is no regular file."""
    if not stat.S_ISREG(status.st_mode):
        return None
    descriptor = _open(path, follow=follow)
    try:
        # To ask for more than there is costs the memory for it, and one byte more tells that nothing follows.
        wanted = min(status.st_size + 1, _READ_AT_ONCE)
        chunk = os.read(descriptor, wanted)
        if len(chunk) == status.st_size:
            return _Head(chunk)
        if len(chunk) == _READ_AT_ONCE:
            if container_of(chunk):
                if status.st_size > _LARGEST_ARCHIVE:
                    raise OSError(errno.EFBIG, _LARGE_ARCHIVE)
            elif is_binary(chunk):
                return _Head(chunk)  # known by its head; the rest may be gigabytes
            elif status.st_size > LARGEST_WHOLE:
                return _Head(chunk, functools.partial(_read_on, path, len(chunk), follow=follow))
        return _Head(b"".join((chunk, *_chunks(descriptor))))
    finally:
        os.close(descriptor)


def _open(path: str, *, follow: bool) -> int:
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    return os.open(path, flags if follow else flags | getattr(os, "O_NOFOLLOW", 0))


def _read_on(path: str, start: int, *, follow: bool) -> Iterator[bytes]:
    """Yield what follows the beginning of a file."""
    descriptor = _open(path, follow=follow)
    try:
        os.lseek(descriptor, start, os.SEEK_SET)
        yield from _chunks(descriptor)
    finally:
        os.close(descriptor)


def _chunks(descriptor: int) -> Iterator[bytes]:
    while chunk := os.read(descriptor, _READ_AT_ONCE):
        yield chunk


def why(error: OSError) -> str:
    """Say in our own words why a file could not be read."""
    if isinstance(error, PermissionError):
        return "cannot be read: permission denied; change its permissions, or exclude it by config"
    if isinstance(error, FileNotFoundError):
        return "vanished while it was being read; scan again"
    if error.errno == errno.EFBIG:
        return _LARGE_ARCHIVE
    return "cannot be read: the system refused"


def read_stdin() -> Source | FileError:
    """Return what is piped in; of something large its beginning, and what gives the rest."""
    if sys.stdin is None:
        return FileError(STDIN, "is closed; pipe something to it")
    stream = sys.stdin.buffer
    try:
        data = stream.read(_READ_AT_ONCE)
        if container_of(data):
            data += stream.read(_LARGEST_ARCHIVE + 1)
            if len(data) > _LARGEST_ARCHIVE:
                return FileError(STDIN, _LARGE_ARCHIVE)
        elif not is_binary(data):
            data += stream.read(LARGEST_WHOLE - len(data) + 1)
    except OSError as error:
        return FileError(STDIN, why(error))
    if len(data) <= LARGEST_WHOLE:
        return Source("stdin", STDIN, data)
    return Source("stdin", STDIN, data, more=lambda: iter(lambda: stream.read(_READ_AT_ONCE), b""))
