"""Cut the tables of wikis and of AsciiDoc into rows: those whose cells begin lines, or whose headings are marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from okxguard.entries.grid import Cell
from okxguard.model import Span

# What stands on both sides of a bold, slanted or literal cell.
_MARKS = ("'''", "''", "**", "*", "__", "_", "``", "`", "+", "=", "~", "@")
_ASCIIDOC_CELL = re.compile(r"(?:(?:(?<=\s)|^)[\d.+*<>^]{0,8}[adehlmsv]?)?(?<!\\)\|")
_COLUMNS = re.compile(r"cols\s*=\s*\"?(?P<columns>[^\"\]]{1,200})")
_REPEATED = re.compile(r"\s*(?P<times>\d{1,2})\*")
_HEADED = re.compile(r"%header|options=\"?[^\"\]]*header")
_WIKI_CELL = re.compile(r"\|\||!!")
_WIKI_STYLE = re.compile(r"\s*(?:[\w-]+\s*=\s*(?:\"[^\"|]*\"|[^\s|]+)\s*)+\|(?!\|)")
_MOST_COLUMNS = 60


class Table(NamedTuple):
    """The rows of a table, and whether the first one names the columns, if known."""

    rows: list[list[Cell]]
    headed: bool | None


Lines = Sequence[tuple[int, str]]


def asciidoc_table(lines: Lines, attributes: str) -> Table:
    """Return the table between two `|===`; its cells go into rows by the number of columns."""
    cells: list[Cell] = []
    counts: list[int] = []
    for start, line in lines:
        bars = list(_ASCIIDOC_CELL.finditer(line))
        ends = [*(bar.start() for bar in bars[1:]), len(line)]
        cells += [_cell(line, bar.end(), end, start) for bar, end in zip(bars, ends, strict=False)]
        if bars or counts:
            counts.append(len(bars))
    width = _width(attributes, counts)
    rows = [cells[at : at + width] for at in range(0, len(cells), width)]
    implied = len(counts) > 2 and counts[0] == width > 1 and not counts[1]
    return Table(rows, True if implied or _HEADED.search(attributes) else None)


def _width(attributes: str, counts: list[int]) -> int:
    """Return the number of columns: as said, of the first line, or of the lines up to the first empty one."""
    said = _COLUMNS.search(attributes)
    if said:
        columns = said["columns"].split(",") if "," in said["columns"] else [said["columns"]]
        repeated = [_REPEATED.match(column) for column in columns]
        return min(_MOST_COLUMNS, sum(int(each["times"]) if each else 1 for each in repeated)) or 1
    if counts and counts[0] == 1:
        end = counts.index(0) if 0 in counts else len(counts)
        return max(1, min(_MOST_COLUMNS, sum(counts[:end])))
    return max(1, min(_MOST_COLUMNS, counts[0] if counts else 1))


def mediawiki_table(lines: Lines) -> Table:
    """Return the table between `{|` and `|}`: rows begin at `|-`, cells at `|` and `!` or behind two of them."""
    rows: list[list[Cell]] = [[]]
    marked: list[bool] = []
    for start, line in lines:
        at = len(line) - len(line.lstrip())
        mark = line[at : at + 1]
        if line.startswith(("|-", "|+"), at):
            rows.append([])
        elif mark in ("|", "!"):
            at += 1
            while True:
                following = _WIKI_CELL.search(line, at)
                end = following.start() if following else len(line)
                styled = _WIKI_STYLE.match(line, at, end)
                rows[-1].append(_cell(line, styled.end() if styled else at, end, start))
                marked.append(mark == "!")
                if following is None:
                    break
                at = following.end()
    filled = [row for row in rows if row]
    return Table(filled, True if filled and len(filled[0]) > 1 and all(marked[: len(filled[0])]) else None)


def jira_table(lines: Lines) -> Table:
    """Return a table whose cells stand between bars, those of headings between two."""
    rows: list[list[Cell]] = []
    for start, line in lines:
        bars = list(re.finditer(r"\|{1,2}", line.rstrip()))
        rows.append([_cell(line, bar.end(), end.start(), start) for bar, end in pairwise(bars)])
    first = lines[0][1].strip() if lines else ""
    return Table([row for row in rows if row], True if re.fullmatch(r"\|\|(?:[^|]{0,200}\|\|){2,60}", first) else None)


def _cell(line: str, at: int, end: int, start: int) -> Cell:
    """Return a cell without the blanks and marks around it."""
    while at < end and line[at] in " \t":
        at += 1
    while end > at and line[end - 1] in " \t":
        end -= 1
    for mark in _MARKS:
        if end - at > 2 * len(mark) and line.startswith(mark, at) and line.endswith(mark, at + len(mark), end):
            at, end = at + len(mark), end - len(mark)
    return Cell(line[at:end], Span(start + at, start + end))
