"""Read single files, and standard input, within limits."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from typing import NamedTuple

from okxguard.decoding import is_binary
from okxguard.model import FileError, Note, Skipped, Source
from okxguard.sources.containers import container_of

STDIN = "-"
_READ_AT_ONCE = 1 << 20
_LARGEST_READ = 512 << 20
_TOO_LARGE = "is larger than 512 MiB and is not read; split it, or exclude it by config"
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
    if not file.follow and os.path.islink(path):
        yield from _link(path, name)
        return
    try:
        data = read_bytes(path, follow=file.follow)
    except OSError as error:
        yield FileError(name, why(error))
        return
    if data is None:
        yield Skipped(name, NOT_REGULAR)
        yield Note(name, f"{NOT_REGULAR}; it is not read")
    else:
        yield Source("file", name, data, file.evidence)


def _link(path: str, name: str) -> Iterator[Source | FileError | Note | Skipped]:
    """A symlink is not followed: its target is scanned where it stands, or lies outside."""
    yield Skipped(name, "symlink")
    if not os.path.exists(path):
        yield Note(name, "is a broken symlink; there is nothing to read")


def read_bytes(path: str, *, follow: bool) -> bytes | None:
    """Return the bytes of a regular file; None for a pipe, a device or a socket, which are never waited for."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    if not follow:
        flags |= getattr(os, "O_NOFOLLOW", 0)
    if not stat.S_ISREG(os.stat(path).st_mode):
        return None
    descriptor = os.open(path, flags)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None
        chunk = os.read(descriptor, _READ_AT_ONCE)
        if len(chunk) < _READ_AT_ONCE:
            rest = os.read(descriptor, _READ_AT_ONCE)
            if not rest:
                return chunk
            chunk += rest
        elif container_of(chunk):
            if status.st_size > _LARGEST_ARCHIVE:
                raise OSError(errno.EFBIG, _LARGE_ARCHIVE)
        elif is_binary(chunk):
            return chunk  # known by its head; the rest may be gigabytes
        if status.st_size > _LARGEST_READ:
            raise OSError(errno.EFBIG, _TOO_LARGE)
        chunks = [chunk]
        while chunk := os.read(descriptor, _READ_AT_ONCE):
            chunks.append(chunk)
        return b"".join(chunks)
    finally:
        os.close(descriptor)


def why(error: OSError) -> str:
    """Say in our own words why a file could not be read."""
    if isinstance(error, PermissionError):
        return "cannot be read: permission denied; change its permissions, or exclude it by config"
    if isinstance(error, FileNotFoundError):
        return "vanished while it was being read; scan again"
    if error.errno == errno.EFBIG:
        return _LARGE_ARCHIVE if error.strerror == _LARGE_ARCHIVE else _TOO_LARGE
    return "cannot be read: the system refused"


def read_stdin() -> Source | FileError:
    if sys.stdin is None:
        return FileError(STDIN, "is closed; pipe something to it")
    try:
        data = sys.stdin.buffer.read(_LARGEST_READ + 1)
    except OSError as error:
        return FileError(STDIN, why(error))
    return Source("stdin", STDIN, data) if len(data) <= _LARGEST_READ else FileError(STDIN, _TOO_LARGE)
