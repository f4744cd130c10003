"""Keep ids of objects in a file and read what they stand for: millions of them take no memory."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from itertools import repeat
from typing import IO

from okxguard.sources.objects import DAMAGED, Object, read_stream
from okxguard.sources.repository import Repository


class Listing:
    """Ids of objects, one a line; first it is written, then it is read."""

    def __init__(self, digits: int) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (goes with the listing)
        self._line = digits + 1
        self._count = 0

    def __enter__(self) -> Listing:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> str:
        self._file.seek(index * self._line)
        return self._file.read(self._line - 1).decode("ascii")

    def append(self, name: bytes) -> None:
        """Add an id."""
        self._file.write(name + b"\n")
        self._count += 1

    def names(self, start: int, count: int) -> list[str]:
        """Return some ids; several processes may ask at once."""
        data = os.pread(self._file.fileno(), count * self._line, start * self._line)
        return data.decode("ascii").split()

    def flush(self) -> None:
        """Let other processes see everything."""
        self._file.flush()

    def beginning_at(self, index: int) -> IO[bytes]:
        """Return the file as the input of a program that is to begin at an id."""
        self._file.flush()
        os.lseek(self._file.fileno(), index * self._line, os.SEEK_SET)
        return self._file


def read_listed(repository: Repository, listing: Listing) -> Iterator[Object]:
    """Yield the objects of a listing, in its order; one that is missing or damaged has no data and a problem."""
    done = 0
    with open(os.devnull, "wb") as nowhere:
        while done < len(listing):
            given = listing.beginning_at(done)
            process = repository.feed("cat-file", "--batch", "--buffer", given=given, complaints=nowhere)
            for found in read_stream(process, repeat(None, len(listing) - done)):
                done += 1
                yield found
            if done < len(listing):
                # Git ends at an object that it cannot unpack; those behind it are asked for again.
                yield Object(listing[done], problem=DAMAGED)
                done += 1
