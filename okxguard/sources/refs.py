"""Read the names of branches, tags and other refs: they were written by people, too, and go wherever a clone goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from okxguard.model import NAME, Source
from okxguard.past import History
from okxguard.sources.blobs import shown
from okxguard.sources.repository import Repository

_BRANCH, _TAG, _OTHER = "(name of a branch)", "(name of a tag)", "(name of a ref)"


class Ref(NamedTuple):
    """A ref: where its name is told to stand, the name without what git puts in front, and what it leads to."""

    place: str
    name: str
    object: str

    def source(self, commit: str | None, history: History | None = None, folder: str = "") -> Source:
        """Return the name as what is to be scanned."""
        return Source(NAME, f"{folder}{self.place}", self.name.encode(), self.name, commit, history=history)


def read_refs(repository: Repository) -> Iterator[Ref]:
    """Yield all refs of a repository; the copy of a remote branch has the name of the branch."""
    listed = repository.attempt("for-each-ref", "--format=%(objectname) %(refname)") or b""
    for line in listed.splitlines():
        target, _, full = line.partition(b" ")
        _, kind, name = (*full.split(b"/", 2), b"", b"")[:3]
        if kind == b"remotes":
            name = name.partition(b"/")[2]
        place = {b"heads": _BRANCH, b"remotes": _BRANCH, b"tags": _TAG}.get(kind, _OTHER)
        yield Ref(place, shown(name), target.decode("ascii", "replace"))
