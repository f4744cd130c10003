"""A set of object ids that takes little more memory than the ids themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_BUCKETS = 1 << 16


class IdSet:
    """Ids of one length, as bytes; millions of them fit into a few dozen megabytes."""

    def __init__(self, width: int, ids: Iterable[bytes] = ()) -> None:
        self.width = width
        self._buckets: list[bytearray | None] = [None] * _BUCKETS
        for each in ids:
            self.add(each)

    def add(self, each: bytes) -> None:
        """Take up an id."""
        at = each[0] << 8 | each[1]
        bucket = self._buckets[at]
        if bucket is None:
            self._buckets[at] = bytearray(each)
        elif not self._holds(bucket, each):
            bucket += each

    def __contains__(self, each: bytes) -> bool:
        bucket = self._buckets[each[0] << 8 | each[1]]
        return bucket is not None and self._holds(bucket, each)

    def __len__(self) -> int:
        return sum(len(bucket) for bucket in self._buckets if bucket) // self.width

    def __iter__(self) -> Iterator[bytes]:
        """Yield the ids in their order."""
        for bucket in self._buckets:
            if bucket:
                yield from sorted(bytes(bucket[at : at + self.width]) for at in range(0, len(bucket), self.width))

    def _holds(self, bucket: bytearray, each: bytes) -> bool:
        at = bucket.find(each)
        while at >= 0 and at % self.width:
            at = bucket.find(each, at + 1)
        return at >= 0
