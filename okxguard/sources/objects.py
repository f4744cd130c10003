"""Read objects of a git repository in bulk, through one git process, in the order that they are asked for."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Sequence
from io import SEEK_END, BytesIO
from typing import IO, TYPE_CHECKING, NamedTuple

from okxguard.decoding import is_binary
from okxguard.sources.containers import container_of
from okxguard.sources.repository import Repository

if TYPE_CHECKING:
    import subprocess

LARGEST_OBJECT = 128 << 20
_HEAD = 1 << 14
_CHUNK = 1 << 20
_HEADER_FIELDS = 3
_LARGE = "is larger than 128 MiB and is not read; scan a checkout of it, or exclude it by config"
DAMAGED = "is damaged in this repository; check it with `git fsck`"
MISSING = "is not in this clone; fetch it, or clone again without --depth and --filter"
# What the blob of a file begins with whose content is kept by git LFS.
_POINTER = (
    rb"version https://git-lfs\.github\.com/spec/v\d{1,3}\n(?:ext-\d-\w{1,40} sha256:[0-9a-f]{64}\n){0,9}"
    rb"oid sha256:[0-9a-f]{64}\nsize \d{1,20}\n?"
)
_LONGEST_POINTER = 1024


class Object(NamedTuple):
    """One object as git holds it; `problem` says why its bytes are not all here, if they are not.

    Of a large binary object that is no archive, the beginning is all that is kept.
    """

    id: str
    type: str = ""
    data: bytes = b""
    problem: str | None = None

    def __repr__(self) -> str:
        return f"Object(id={self.id!r}, type={self.type!r})"

    @property
    def is_pointer(self) -> bool:
        """Tell whether this is no content but the address of one that git LFS keeps."""
        return len(self.data) <= _LONGEST_POINTER and re.fullmatch(_POINTER, self.data) is not None


def read_objects(repository: Repository, ids: Sequence[str]) -> Iterator[Object]:
    """Yield the objects with these names, in their order; one that is missing or damaged has no data and a problem.

    A name is an id, or a commit and a path as in `1a2b3c:docs/a.txt`.
    """
    done = 0
    present: frozenset[str] | None = None
    while done < len(ids):
        for found in _read_until_damage(repository, ids[done:]):
            done += 1
            yield found
        if done == len(ids):
            return
        # Git ends at an object that it cannot unpack; those behind it are asked for again.
        if present is None and repository.is_partial():
            present = _present(repository)
        yield Object(ids[done], problem=MISSING if present is not None else DAMAGED)
        done += 1
        while present is not None and done < len(ids) and ":" not in ids[done] and ids[done] not in present:
            yield Object(ids[done], problem=MISSING)
            done += 1


def _present(repository: Repository) -> frozenset[str]:
    """Return the ids of all objects of a partial clone: older versions of git end at every one that is not there."""
    listed = repository.ask("cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname)")
    return frozenset(listed.decode("ascii").split())


class ObjectReader:
    """Reads one object after the other through one git process, which is started when the first one is asked for."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, name: str) -> Object:
        """Return an object; one that is missing or damaged has no data and a problem."""
        if "\n" in name:
            return Object(name, problem=MISSING)
        if self._process is None:
            self._process = self._repository.converse("cat-file", "--batch")
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(f"{name}\n".encode())
            process.stdin.flush()
            found = _next_object(process.stdout, name)
        except OSError:
            found = None
        if found is None:
            self.close()
        return found or Object(name, problem=DAMAGED)

    def close(self) -> None:
        """End the process; it is started again where another object is asked for."""
        process, self._process = self._process, None
        if process is not None:
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    stream.close()  # type: ignore[union-attr]
            process.kill()
            process.wait()


def _read_until_damage(repository: Repository, ids: Sequence[str]) -> Iterator[Object]:
    given = "".join(f"{name}\n" for name in ids).encode()
    yield from read_stream(repository.start("cat-file", "--batch", "--buffer", given=given), ids)


def read_stream(process: subprocess.Popen[bytes], names: Iterable[str | None]) -> Iterator[Object]:
    """Yield what git prints of objects, under the names that they were asked by, or their ids; end where it does."""
    output = process.stdout
    assert output is not None
    try:
        for name in names:
            found = _next_object(output, name)
            if found is None:
                return
            yield found
    finally:
        output.close()
        process.kill()
        process.wait()


def _next_object(stream: IO[bytes], name: str | None) -> Object | None:
    header = stream.readline().split()
    if name is None and header:
        name = header[0].decode("ascii", "replace")
    if len(header) == _HEADER_FIELDS and header[2].isdigit():
        size = int(header[2])
        data, problem = _read_data(stream, size)
        return None if data is None else Object(name or "", header[1].decode("ascii"), data, problem)
    return Object(name or "", problem=MISSING) if header and header[-1] in (b"missing", b"ambiguous") else None


def _read_data(stream: IO[bytes], size: int) -> tuple[bytes | None, str | None]:
    """Return the bytes of an object, or the head of a large one; None where the stream ends too early."""
    if size <= _CHUNK:
        data = stream.read(size)
        return (data, None) if len(data) == size and stream.read(1) else (None, None)
    head = stream.read(_HEAD)
    known_by_head = is_binary(head) and not container_of(head)
    # Bytes that grow in place: pieces that are joined at the end would stand in memory twice.
    kept, left = BytesIO(head), size - len(head)
    kept.seek(0, SEEK_END)
    while left > 0:
        chunk = stream.read(min(left, _CHUNK))
        if not chunk:
            return None, None
        left -= len(chunk)
        if not known_by_head and size <= LARGEST_OBJECT:
            kept.write(chunk)
    stream.read(1)
    return kept.getvalue(), _LARGE if size > LARGEST_OBJECT and not known_by_head else None
