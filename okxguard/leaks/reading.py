"""What reading one document for leaks gives."""

from __future__ import annotations

from typing import NamedTuple

from okxguard.model import Leak


class LeakReading(NamedTuple):
    """The leaks of a document, and a note where it could not be followed to its end."""

    leaks: tuple[Leak, ...] = ()
    note: str | None = None
