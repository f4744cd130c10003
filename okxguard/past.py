"""What is asked about the past of a file: nothing but bytes and paths."""

from typing import NamedTuple, Protocol


class Past(Protocol):
    """What a file of a commit was before; read only when it is asked for."""

    def versions(self) -> tuple[bytes, ...]:
        """Return the file as each parent of the commit has it that has one."""
        ...

    def had(self, path: str) -> bool:
        """Tell whether a parent of the commit has the file under this path."""
        ...

    def base(self) -> tuple[str, bytes] | None:
        """Return the file at the base of the range, which is trusted, with its path there; None where it is not."""
        ...


class History(NamedTuple):
    """Where something stands in the history of a repository.

    `object` is the blob, or the tag or commit of a message, and `path` its path there; `commit` is the one that a
    message belongs to, `repository` the folder of a submodule. The rest is known of findings alone: the first commit
    with its author and date, the last one that is known to hold it, whether HEAD does, and in how many versions it is.
    """

    object: str
    path: str
    commit: str | None = None
    repository: str = ""
    first: str | None = None
    author: str | None = None
    date: str | None = None
    last: str | None = None
    at_head: bool = False
    versions: int = 1
