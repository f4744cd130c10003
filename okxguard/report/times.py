"""Say where the time of a run went, for those who ask for it."""

from __future__ import annotations

from collections.abc import Iterator

from okxguard.clock import Times
from okxguard.report.text import printable

_ORDER = ("start", "finding files", "reading", "prefilter", "parsing", "rules", "code rules", "together", "report")


def time_lines(times: Times) -> Iterator[str]:
    """Yield lines about the stages, with seconds, share, files and bytes of each, and about the slowest files."""
    yield from (f"okxguard: {line}" for line in _told(times))


def _told(times: Times) -> Iterator[str]:
    whole = sum(seconds for stage, seconds in times.seconds.items() if stage)
    yield f"where the time went, {whole:.2f} s in all:"
    for stage in sorted(filter(None, times.seconds), key=_place):
        seconds = times.seconds[stage]
        line = f"  {stage:22}{seconds:8.3f} s {seconds / whole:6.1%}"
        if times.files[stage]:
            line += f" {times.files[stage]:9,} files {times.bytes[stage] / 1e6:10,.2f} MB"
        yield line
    if times.slowest:
        yield "the slowest files:"
    for seconds, path in times.slowest:
        yield f"  {seconds:8.3f} s  {printable(path)}"


def _place(stage: str) -> tuple[int, str]:
    family = "parsing" if stage.startswith("parsing") else stage
    return _ORDER.index(family), stage.lower()
