"""What some of the items of a scan gave, to be put together with the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from okxguard.documents import Document
from okxguard.model import Source
from okxguard.tally import Tally

if TYPE_CHECKING:
    from okxguard.clock import Times
    from okxguard.examination import Examination


class Deferred(NamedTuple):
    """A document that can only be judged beside others, and what it gave."""

    document: Document
    source: Source
    examination: Examination

    def __repr__(self) -> str:
        return f"Deferred(document={self.document!r})"


class Part(NamedTuple):
    """What some of the items of a scan gave, and how long they took, where somebody asks."""

    tally: Tally
    deferred: tuple[Deferred, ...]
    times: Times | None = None
