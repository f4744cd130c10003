"""Open the archives and compressed files among the sources, within limits."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from okxguard.model import FileError, Note, Skipped, Source
from okxguard.sources.containers import container_of

Item = Source | FileError | Note | Skipped

_MIB = 1 << 20


class Limits(NamedTuple):
    """How much is unpacked of one file: how deep, how many members, how many bytes of one member and of all.

    `ratio` is how many times larger than the file all members may be together; the first `free` bytes do not count.
    """

    depth: int = 4
    members: int = 100_000
    member: int = 128 * _MIB
    total: int = 1024 * _MIB
    ratio: int = 200
    free: int = 64 * _MIB


def expand(
    items: Iterable[Item], excluded: Callable[[str], bool] = lambda _: False, limits: Limits | None = None
) -> Iterator[Item]:
    """Yield every item; in place of a source that is a container, the sources it holds and what cannot be read."""
    for item in items:
        if isinstance(item, Source) and (container := container_of(item.data)):
            # Imported with the first archive: most trees hold none.
            from okxguard.sources.opener import opened

            yield from opened(item, container, excluded, limits or Limits())
        else:
            yield item
