"""Where the time of a run goes: seconds, files and bytes of every stage, and the slowest files."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from typing import NamedTuple

_SLOWEST = 5


class Times(NamedTuple):
    """What was measured; all of it can be added up over the processes of a run."""

    seconds: defaultdict[str, float]
    files: Counter[str]
    bytes: Counter[str]
    slowest: tuple[tuple[float, str], ...] = ()


class Clock:
    """Counts every moment for one stage only: that which began last; "" is for moments that count for none."""

    def __init__(self) -> None:
        self._times = _nothing()
        self._stage = ""
        self._since = time.perf_counter()
        # Seconds of the processor since the process began: until now, Python has started and read what it needs.
        self._times.seconds["start"] = time.process_time()

    def turn(self, stage: str) -> str:
        """Begin a stage, and return the one before."""
        now = time.perf_counter()
        self._times.seconds[self._stage] += now - self._since
        self._since = now
        before, self._stage = self._stage, stage
        return before

    def count(self, stage: str, files: int, size: int) -> None:
        """Count what a stage has gone through."""
        self._times.files[stage] += files
        self._times.bytes[stage] += size

    def note(self, path: str, seconds: float) -> None:
        """Remember how long a file took, if that is long."""
        slowest = self._times.slowest
        if len(slowest) < _SLOWEST or seconds > slowest[-1][0]:
            self._times = self._times._replace(slowest=_longest((*slowest, (seconds, path))))

    def take(self) -> Times:
        """Return what was measured since it was asked for last."""
        self.turn(self._stage)
        taken, self._times = self._times, _nothing()
        return taken

    def add(self, times: Times) -> None:
        """Count what was measured elsewhere."""
        for stage, seconds in times.seconds.items():
            self._times.seconds[stage] += seconds
        self._times.files.update(times.files)
        self._times.bytes.update(times.bytes)
        self._times = self._times._replace(slowest=_longest((*self._times.slowest, *times.slowest)))


def _nothing() -> Times:
    return Times(defaultdict(float), Counter(), Counter())


def _longest(slowest: tuple[tuple[float, str], ...]) -> tuple[tuple[float, str], ...]:
    return tuple(sorted(slowest, reverse=True)[:_SLOWEST])
