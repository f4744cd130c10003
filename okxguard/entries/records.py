"""Read values that stand side by side without names: `A:B:C`, `A / B / C`, and one below the other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from okxguard.model import Entry, Place, Span

# Letters and digits that no language has as a word. The patterns are texts: most files need none of them.
OPAQUE = r"(?<![0-9A-Za-z])(?=[A-Za-z-]{0,40}[0-9])[0-9A-Za-z](?:[0-9A-Za-z]|-(?!-)){18,110}[0-9A-Za-z](?![0-9A-Za-z])"
_DELIMITER = r"[\"'`]?[ \t]*(?P<mark>-{2,6}|_{2,6}|=>|->|[:;,|/#~>&+]|\t|(?<=[ \t]))[ \t]*[\"'`]?"
_BETWEEN = rf"(?:{_DELIMITER})(?:(?P<middle>[^\s\"'`:;,|/]{{6,40}})(?P=mark))?"
_SHORTEST = 45
_LONGEST = 20_000
_MOST_RECORDS = 200
_ENDS_OF_RECORD = r"[\"'`<]|[ \t]{2,}|\t|[ \t][#(/|-]"
_QUOTES = "\"'`"
_LONGEST_ITEM = 200
_ENDS_OF_ITEM = r"[,;\s]"
_LINE_OF_VALUE = rf"(?m)^[^\w\n]{{0,8}}(?:\d{{1,2}}[.)][ \t]{{1,4}})?[^\w\n]{{0,4}}{OPAQUE}[^\w\n]{{0,6}}$"

# Start and end of every value of one record.
Record = list[tuple[int, int]]


def find_records(text: str) -> Iterator[Record]:
    """Yield the places of the values of every record of one line: two opaque ones with a delimiter, and one beside."""
    if len(text) < _SHORTEST:
        return
    tokens = list(re.finditer(OPAQUE, text))
    at = 0
    for first, second in pairwise(tokens):
        if first.start() < at or second.start() - first.end() > 60:
            continue
        gap = re.compile(_BETWEEN).fullmatch(text, first.end(), second.start())
        if gap is None or (gap["middle"] or "").endswith("="):
            continue
        record = [first.span(), second.span()]
        if gap["middle"]:
            record.insert(1, gap.span("middle"))
        elif third := _item_after(text, second.end(), gap["mark"]):
            record.append(third)
        at = record[-1][1]
        yield record


def _item_after(text: str, start: int, mark: str) -> tuple[int, int] | None:
    """Return the place of the value behind a delimiter, which is like the one before."""
    following = re.compile(_DELIMITER).match(text, start)
    if following is None or (following["mark"] != mark and mark not in ("", "\t")):
        return None
    begin = following.end()
    quote = text[begin - 1]
    if quote in _QUOTES and (closing := text.find(quote, begin, begin + _LONGEST_ITEM)) > begin:
        return begin, closing
    if mark in ("", "\t", ",", ";"):
        end = re.compile(_ENDS_OF_ITEM).search(text, begin)
    else:
        end = re.compile(rf"{_ENDS_OF_RECORD}|{re.escape(mark)}|[,;](?={OPAQUE}|[ \t\n])").search(text, begin)
    stop = end.start() if end else len(text)
    value = text[begin:stop].rstrip(" \t\"'`")
    return (begin, begin + len(value)) if value else None


def record_entries(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the values of delimited records that stand in the values of entries."""
    known: set[Span] | None = None
    entries = list(entries)
    for entry in entries:
        if len(entry.value) < _SHORTEST or "\n" in entry.value or len(entry.value) > _LONGEST:
            continue
        if entry.place is Place.TEXT and not entry.quoted:  # its line has been looked at
            continue
        records = list(find_records(entry.value))[:_MOST_RECORDS]
        if not records:
            continue
        if known is None:
            known = {each.span for each in entries if each.path and each.path[-1].startswith("[")}
        for number, record in enumerate(records):
            path = entry.path if len(records) == 1 else (*entry.path, f"[{number}]")
            start, end = record[0]
            first = Span(entry.span.start + start, entry.span.start + end)
            if not entry.visible or first not in known:
                yield from _items(entry, path, record)


def _items(entry: Entry, path: tuple[str, ...], record: Record) -> Iterator[Entry]:
    for index, (start, end) in enumerate(record):
        span = Span(entry.span.start + start, entry.span.start + end) if entry.visible else entry.span
        yield entry._replace(path=(*path, f"[{index}]"), value=entry.value[start:end], span=span, quoted=True)


def lines_of_values(text: str) -> Iterator[int]:
    """Yield offsets in the lines that hold nothing but one opaque value, and in those that hold records."""
    yield from (match.start() for match in re.finditer(_LINE_OF_VALUE, text))
    between = rf"{OPAQUE}(?:[ \t]{{0,4}}(?:-{{2,6}}|_{{2,6}}|=>|->|[:;,|/#~>&+]|[ \t])[ \t]{{0,4}}){OPAQUE}"
    yield from (match.start() for match in re.finditer(between, text))
