"""Read tables of delimited values: commas, semicolons, tabs or bars, with quotes, over lines, with or without header.

The standard library's `csv` does not tell where a field stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from okxguard.documents import Document
from okxguard.entries.grid import Cell, read_grid
from okxguard.entries.reading import MismatchError, Reading, TellingLines
from okxguard.entries.text import read_lines
from okxguard.model import Entry, Place, Span

_DELIMITERS = ",;\t|"
_SAMPLE = 20
_BY_ENDING = {"tsv": "\t", "tab": "\t", "psv": "|", "xml": "\t"}
_COMMENT = re.compile(r"\s*(?:#|//|--)")
_SEPARATOR_LINE = re.compile(r"(?i)sep=(.)$")


def read_table(document: Document, _: TellingLines) -> Reading:
    """Return the entries of a table of delimited values.

    Raises MismatchError when no delimiter is to be found.
    """
    delimiter, start = _delimiter(document)
    rows: list[list[Cell]] = []
    comments: list[Entry] = []
    for row in _rows(document.text, start, delimiter):
        first = row[0]
        if _COMMENT.match(first.value) and first.visible:
            line = document.text[first.span.start : row[-1].span.end]
            body = len(line) - len(line.lstrip("#/- \t"))
            comments.extend(read_lines([(first.span.start + body, line[body:])], ("#",), place=Place.COMMENT))
            if rows or len(row) == 1 or " " in first.value.strip("#/- "):
                continue
            row[0] = _without_mark(first)
        if any(cell.value for cell in row):
            rows.append(row)
    return Reading((*read_grid(rows, ()), *comments))


def _without_mark(cell: Cell) -> Cell:
    value = cell.value.lstrip("#/- \t")
    return Cell(value, Span(cell.span.end - len(value), cell.span.end))


def _delimiter(document: Document) -> tuple[str, int]:
    """Return what separates the fields, and where the first row begins."""
    text = document.text
    end = document.end_of_line(0)
    said = _SEPARATOR_LINE.match(text, 0, end)
    if said and len(document.line_starts) > 1:
        return said[1], document.line_starts[1]
    ending = _BY_ENDING.get(document.path.rpartition(".")[2].lower())
    lines = [document.line_text(index) for index in range(min(_SAMPLE, len(document.line_starts)))]
    counts = [Counter(re.sub(r'"[^"]*"', "", line)) for line in lines if line.strip() and not _COMMENT.match(line)]
    if ending and any(count[ending] for count in counts):
        return ending, 0

    def weight(sign: str) -> tuple[int, int]:
        return sum(bool(count[sign]) for count in counts), counts[0][sign] if counts else 0

    best = max(_DELIMITERS, key=weight)
    if not any(count[best] for count in counts):
        raise MismatchError
    return best, 0


def _rows(text: str, at: int, delimiter: str) -> Iterator[list[Cell]]:
    """Yield the rows of the text from `at`; a quote that is never closed is a letter."""
    field = re.compile(rf"[^{re.escape(delimiter)}\n]*")
    row: list[Cell] = []
    unclosed = False
    while at <= len(text):
        blanks = at
        while delimiter != text[blanks : blanks + 1] and text[blanks : blanks + 1] in (" ", "\t"):
            blanks += 1
        end = None if unclosed or text[blanks : blanks + 1] not in ('"', "'") else _closing(text, blanks, delimiter)
        unclosed = unclosed or (end is None and text[blanks : blanks + 1] == '"')
        if end is not None:
            quote = text[blanks]
            raw = text[blanks + 1 : end]
            value = raw.replace(quote * 2, quote)
            row.append(Cell(value, Span(blanks + 1, end), visible=value == raw))
            rest = field.match(text, end + 1)
            at = rest.end() if rest else end + 1
        else:
            match = field.match(text, at)
            at = match.end() if match else at
            row.append(_bare(text, blanks, at))
        if text[at : at + 1] != delimiter:
            yield row
            row = []
        at += 1


def _bare(text: str, start: int, end: int) -> Cell:
    value = text[min(start, end) : end].rstrip()
    return Cell(value, Span(min(start, end), min(start, end) + len(value)))


def _closing(text: str, at: int, delimiter: str) -> int | None:
    """Return the place of the quote that closes the field opened at `at`."""
    quote = text[at]
    end = at + 1
    last = len(text) if quote == '"' else text.find("\n", at)
    last = len(text) if last < 0 else last
    while (end := text.find(quote, end, last)) >= 0:
        if text[end + 1 : end + 2] == quote:
            end += 2
            continue
        following = text[end + 1 : end + 40].lstrip(" ")[:1]
        return end if following in ("", "\n", delimiter) else None
    return None
