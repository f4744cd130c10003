"""Give the cells of a table their names: by header, by the first column, or by position where there is neither."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from okxguard.entries.embedded import may_hold_entries, read_embedded
from okxguard.model import Entry, Place, Span

_MOST_LABELLED = 8
_LONGEST_NAME = 80
_NAME = re.compile(r"[^\W\d][^\n=|{}<>]{0,79}")
# Words and identifiers make a header; what has digits in a long run is data.
_DATA = re.compile(r"\d{4,}|[0-9a-fA-F]{16,}|://|^\W*\d+(?:\.\d+)?\W*$")


class Cell(NamedTuple):
    """A cell: what it stands for, and where it is written."""

    value: str
    span: Span
    visible: bool = True


Row = Sequence[Cell]


def read_grid(rows: Sequence[Row], path: tuple[str, ...], *, headed: bool | None = None) -> Iterator[Entry]:
    """Yield the entries of a table below `path`; `headed` says whether the first row names the columns, if known."""
    if not rows:
        return
    if headed is None:
        headed = _is_header(rows)
    header = [cell.value.strip() for cell in rows[0]] if headed else []
    for index, row in enumerate(rows[1:] if headed else rows):
        scope = (*path, f"[{index}]")
        for column, cell in enumerate(row):
            name = header[column] if column < len(header) and header[column] else f"[{column}]"
            yield from _cell(cell, (*scope, name[:_LONGEST_NAME]))
    yield from _labelled(rows, header, path)


def _is_header(rows: Sequence[Row]) -> bool:
    first = [cell.value.strip() for cell in rows[0]]
    named = [value for value in first if value]
    return bool(named) and all(_NAME.fullmatch(value) and not _DATA.search(value) for value in named)


def _cell(cell: Cell, path: tuple[str, ...]) -> Iterator[Entry]:
    if not cell.value.strip():
        yield Entry(path, "", cell.span, Place.EXPRESSION, quoted=False)
        return
    yield Entry(path, cell.value, cell.span, Place.ASSIGNMENT, True, cell.visible)
    if cell.visible and may_hold_entries(cell.value):
        yield from read_embedded(cell.value, cell.value, cell.span.start, path)


def _labelled(rows: Sequence[Row], header: list[str], path: tuple[str, ...]) -> Iterator[Entry]:
    """Yield the cells of narrow tables under what stands at the left of their row."""
    if not 2 <= max(map(len, rows[:100])) <= _MOST_LABELLED:
        return
    for row in rows:
        label = row[0].value.strip(" \t:：*_`") if row else ""
        if not _NAME.fullmatch(label) or _DATA.search(label):
            continue
        for column, cell in enumerate(row[1:], 1):
            above = header[column] if column < len(header) else ""
            if cell.value.strip():
                scope = (*path, above or f"[{column}]") if len(row) > 2 or above else path
                yield Entry((*scope, label), cell.value, cell.span, Place.ASSIGNMENT, True, cell.visible)
