"""What is asked about the past of a file: nothing but bytes and paths."""

from __future__ import annotations

from typing import Protocol


class Past(Protocol):
    """What a file of a commit was before; read only when it is asked for."""

    def versions(self) -> tuple[bytes, ...]:
        """Return the file as each parent of the commit has it that has one."""
        ...

    def had(self, path: str) -> bool:
        """Tell whether a parent of the commit has the file under this path."""
        ...

    def base(self, path: str) -> bytes:
        """Return the file at the base of the range, which is trusted; nothing where it is not there."""
        ...
