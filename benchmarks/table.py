"""Write figures as a table: every one a ratio to the first program of its row."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence

from benchmarks.rows import Row
from benchmarks.timing import Figures

_COLUMNS = (
    "work",
    "program",
    "CPU × (least)",
    "CPU × (median)",
    "clock × (least)",
    "clock × (median)",
    "CPU s",
    "clock s",
    "peak MB",
    "runs",
)


def heading() -> str:
    """Return what the figures were taken on, and the head of the table."""
    machine = f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return f"{machine}\n\n{_line(_COLUMNS)}{_line('---' for _ in _COLUMNS)}"


def lines(row: Row, figures: Sequence[Figures]) -> str:
    """Return the lines of one piece of work; that of the first program has ones for ratios."""
    text = ""
    for number, each in enumerate(figures):
        work = f"{row.name}: {row.work}" if number == 0 else ""
        text += _line((work, each.program.name, *_figures(each, figures[0])))
    return text


def _figures(each: Figures, first: Figures) -> Iterator[str]:
    if each.is_over:
        yield from ("ended", "", "", "", f"> {each.least('cpu'):.0f}", f"> {each.least('wall'):.0f}", "", "")
        return
    for figure in ("cpu", "wall"):
        yield f"{each.least(figure) / first.least(figure):.2f}"
        yield f"{each.median(figure) / first.median(figure):.2f}"
    yield f"{min(run.cpu for run in each.runs):.3f}"
    yield f"{min(run.wall for run in each.runs):.3f}"
    yield f"{each.peak:.0f}"
    yield f"{len(each.runs)}"


def notes(absent: Sequence[str]) -> str:
    """Return what is said below the table."""
    text = "\nCPU time includes that of processes that a program starts; the peak is that of the largest of them.\n"
    return text + (f"Not installed, so left out: {', '.join(absent)}.\n" if absent else "")


def excesses(row: Row, figures: Sequence[Figures]) -> Iterator[str]:
    """Yield every program whose least CPU time is higher than it may be, compared with the first one of its row."""
    for each in figures:
        ratio = each.least("cpu") / figures[0].least("cpu")
        if each.program.most is not None and (each.is_over or ratio > each.program.most):
            first = figures[0].program.name
            yield f"{row.name}: {each.program.name} takes {ratio:.1f} × {first}, at most {each.program.most:g}"


def _line(cells: Sequence[str] | Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
