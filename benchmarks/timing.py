"""Run programs in turn, and put together what each of them took."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_LAUNCHER = Path(__file__).with_name("launch.py")
# ru_maxrss counts in kB, but for macOS.
_MEGABYTE = 1e6 if sys.platform == "darwin" else 1e6 / 1024
# What takes longer than this is run once; nobody waits for the rest.
_LONG_SECONDS = 60.0


class Program(NamedTuple):
    """A command, the folder it runs in, and how much of the work of its row it does.

    `most` is the highest ratio of CPU time to the first program of its row with which a check passes.
    """

    name: str
    command: Sequence[str]
    folder: Path
    portion: float = 1.0
    most: float | None = None


class Run(NamedTuple):
    """What a program took once: seconds by the clock, seconds of CPU, MB of its largest process; its exit code."""

    wall: float
    cpu: float
    peak: float
    code: int


class Figures(NamedTuple):
    """All runs of a program that count; seconds are those of the whole work, of which the program may do a part."""

    program: Program
    runs: Sequence[Run]

    def least(self, figure: str) -> float:
        """Return the least seconds of `wall` or `cpu`."""
        return min(self._seconds(figure))

    def median(self, figure: str) -> float:
        """Return the median of the seconds of `wall` or `cpu`."""
        return statistics.median(self._seconds(figure))

    def _seconds(self, figure: str) -> list[float]:
        return [getattr(run, figure) / self.program.portion for run in self.runs]

    @property
    def peak(self) -> float:
        """Return the most memory that a process of the program held, in MB."""
        return max(run.peak for run in self.runs)

    @property
    def is_over(self) -> bool:
        """Tell whether the program was killed because it took too long."""
        return any(run.code < 0 for run in self.runs)


def measure(programs: Sequence[Program], rounds: int, limit: float) -> list[Figures]:
    """Run all programs in turn, round by round; the first round fills caches and counts for long programs only."""
    runs: dict[int, list[Run]] = {number: [] for number in range(len(programs))}
    for turn in range(rounds + 1):
        for number, program in enumerate(programs):
            if turn == 0 or runs[number][0].wall < _LONG_SECONDS:
                runs[number].append(_run(program, limit))
    return [Figures(program, runs[number][1:] or runs[number]) for number, program in enumerate(programs)]


def _run(program: Program, limit: float) -> Run:
    command = [sys.executable, "-I", "-S", str(_LAUNCHER), str(limit), *program.command]
    done = subprocess.run(command, cwd=program.folder, env=_environment(), capture_output=True, check=True)
    wall, cpu, peak, code = json.loads(done.stdout)
    return Run(wall, cpu, peak / _MEGABYTE, code)


def _environment() -> Mapping[str, str]:
    """Return an environment in which nothing depends on who measures."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTHON"))}
    return {**kept, "LC_ALL": "C.UTF-8", "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
