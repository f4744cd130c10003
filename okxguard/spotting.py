"""Look for several patterns in bytes at once, with hyperscan where it is installed: the extra `fast`.

What it finds is where the tests of the standard library look closer, and what it does not find they skip. They decide,
so that the answers are the same with it and without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

# To load hyperscan and to compile the patterns takes as long as it saves over so many bytes.
WORTH = 16 << 20
_ALL = -1


class Spotter:
    """Tells which of some patterns, in lower and upper case, stand in bytes; all of them until it is worth to look.

    A pattern is known by its bit: 1 for the first, 2 for the second, 4 for the third. `make` gives the patterns when
    they are needed.
    """

    def __init__(self, make: Callable[[], Sequence[bytes]]) -> None:
        self._make = make
        self._left = WORTH
        self._database: Any = None
        self._found = 0

    def spot(self, data: bytes) -> int:
        """Return the bits of the patterns that may stand in `data`; 0 where none does."""
        if self._database is None:
            if self._left > 0:
                self._left -= len(data)
                if self._left <= 0:
                    self.hasten()
            return _ALL
        self._found = 0
        self._database.scan(data, match_event_handler=self._note)
        return self._found

    def hasten(self) -> None:
        """Make ready at once, for much is to be looked at; where hyperscan is missing, nothing changes."""
        self._left = 0
        if self._database is None:
            self._database = _compiled(self._make())

    def _note(self, number: int, *_: object) -> None:
        self._found |= 1 << number


def _compiled(patterns: Sequence[bytes]) -> Any:
    try:
        import hyperscan
    except ImportError:
        return None
    database = hyperscan.Database()
    flags = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_SINGLEMATCH
    try:
        database.compile(
            expressions=list(patterns),
            ids=list(range(len(patterns))),
            elements=len(patterns),
            flags=[flags] * len(patterns),
        )
    except hyperscan.HyperscanError:  # a processor that it does not know
        return None
    return database


def literal(text: bytes) -> bytes:
    """Return the pattern of bytes that mean themselves."""
    return b"".join(b"\\x%02x" % code for code in text)
