"""Tell cheaply which stretches of one file may show a secret, so that most calls that log need no reading.

A value shows a secret where something in it is named after one, or is a variable that was given such a value. The names
of variables are followed without order and scopes; what is dismissed here shows nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from okxguard.documents import lowered, places_of
from okxguard.leaks.plain_prefilter import stems

if TYPE_CHECKING:
    from okxguard.leaks.plain_file import PlainFile

_WORD = re.compile(r"[^\W\d][\w$]*")
_LONGEST, _MOST_READ = 20_000, 2_000_000
_LINE = 400
# To look for so many names one after the other takes longer than to look at every word.
_MANY = 30
# A line goes on behind one of these, and in front of one of those.
_OPEN_ENDS, _OPEN_BEGINS = "=,+-*/%&|.?:(<>!\\", "+-*/%&|.?:<=)]}"
_OPEN_WORDS = ("and", "or", "not", "await", "return")


class Interest:
    """What is of interest in one file; the names of variables are gathered when it is first asked."""

    def __init__(self, file: PlainFile) -> None:
        self._file = file

    def may_show(self, start: int, end: int) -> bool:
        """Return False only where nothing between two places shows a secret."""
        return self._is_everything or _any_between(self._telling, start, end)

    @cached_property
    def _is_everything(self) -> bool:
        return self._file.tells_more or self._given is None

    @cached_property
    def _telling(self) -> list[int]:
        """The places, in order, of all that is named after secrets, of objects of settings, and of given variables."""
        text, given = self._file.code.text, self._given or set()
        if len(given) > _MANY:
            used = [match.start() for match in _WORD.finditer(text) if match[0] in given]
        else:
            used = [at for name in given for at in places_of(text, name)]
        return sorted([*self._named, *used])

    @cached_property
    def _named(self) -> list[int]:
        """The places, in order, of all that is named after secrets, and of objects of settings."""
        text = self._file.code.text
        lower = lowered(text)
        objects = re.compile(rf"(?:{'|'.join(map(re.escape, self._file.book.objects))})(?![a-z])")
        found = [match.start() for match in objects.finditer(lower)]
        for stem in stems().stems:
            found += places_of(lower, stem)
        return sorted(found)

    @cached_property
    def _given(self) -> set[str] | None:
        """The variables that are given something named after a secret, or another one of them; None for any."""
        file = self._file
        given = {name for name, places in file.renamed.items() if places}
        waiting: dict[str, set[str]] = {}
        left = _MOST_READ
        for name, places in file.assigned.items():
            for at in places:
                end = self._end(at)
                left -= end - at
                if left < 0:  # values within values: everything is read by those who know more
                    return None
                if _any_between(self._named, at, end):
                    given.add(name)
                    break
                for word in set(_WORD.findall(file.code.text, at, end)):
                    waiting.setdefault(word, set()).add(name)
        pending = list(given)
        while pending:
            for name in waiting.pop(pending.pop(), ()):
                if name not in given:
                    given.add(name)
                    pending.append(name)
        return given

    def _end(self, start: int) -> int:
        """Return where the value ends, or something behind it, that begins at a place."""
        tokens, text, lines = self._file.code.tokens, self._file.code.text, self._file.manner.lines
        last = min(len(text), start + _LONGEST)
        at, index = start, bisect_left(tokens.starts, start)
        while at < last:
            stop = min(last, tokens.starts[index]) if index < len(tokens.starts) else last
            if lines and (line := _ended(text, start, at, stop)) >= 0:
                return line
            if stop == last or tokens.kinds[index] in ")]};,":
                return stop
            closing = tokens.partners.get(index, index)
            at, index = tokens.ends[closing], closing + 1
        return last


def _any_between(places: Sequence[int], start: int, end: int) -> bool:
    at = bisect_left(places, start)
    return at < len(places) and places[at] < end


def _ended(text: str, start: int, at: int, stop: int) -> int:
    """Return the line end between two places that ends a value which begins at `start`; -1 where none does."""
    line = text.find("\n", at, stop)
    while line >= 0:
        before, behind = text[max(start, line - _LINE) : line].rstrip(), text[line : line + _LINE].lstrip()
        goes_on = before[-1:] in _OPEN_ENDS or before.endswith(_OPEN_WORDS) or behind[:1] in _OPEN_BEGINS
        if not goes_on and not behind.startswith(_OPEN_WORDS):
            return line
        line = text.find("\n", line + 1, stop)
    return -1
