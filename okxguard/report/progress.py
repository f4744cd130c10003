"""Show on a terminal how far a long scan is: files, bytes, findings so far, time left."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

# What ends sooner needs no line, and no library that draws one.
_PATIENCE_SECONDS = 1.0


class ProgressLine:
    """One line on standard error that goes away in the end; nothing is drawn for the first second."""

    def __init__(self) -> None:
        self._begin = time.monotonic() + _PATIENCE_SECONDS
        self._drawn: tuple[Progress, TaskID] | None = None

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn is not None:
            self._drawn[0].stop()

    def show(self, done: int, total: int, size: int, findings: int) -> None:
        """Draw that `done` of `total` files are read, `size` bytes of them, with some findings."""
        if self._drawn is None and time.monotonic() < self._begin:
            return
        progress, task = self._drawn = self._drawn or _start(total)
        progress.update(task, completed=done, size=f"{size / 1e6:.0f} MB", findings=findings)


def _start(total: int) -> tuple[Progress, TaskID]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("okxguard:"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("files, {task.fields[size]}, {task.fields[findings]} findings,"),
        TimeRemainingColumn(),
    )
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    progress.start()
    return progress, progress.add_task("", total=total, size="", findings=0)
