"""Tell cheaply which stretches of one file may show a secret, so that most calls that log need no reading.

A value shows a secret where something in it is named after one, or is a variable that was given such a value. The names
of variables are followed without order and scopes; what is dismissed here shows nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from okxguard.leaks.names import words_of
from okxguard.leaks.plain_prefilter import stems

if TYPE_CHECKING:
    from okxguard.leaks.plain_file import PlainFile

_WORD = re.compile(r"[^\W\d][\w$]*")
_LONGEST, _MOST_READ = 20_000, 2_000_000
_LINE = 400
# A line goes on behind one of these, and in front of one of those.
_OPEN_ENDS, _OPEN_BEGINS = "=,+-*/%&|.?:(<>!\\", "+-*/%&|.?:<=)]}"
_OPEN_WORDS = ("and", "or", "not", "await", "return")


class Interest:
    """What is of interest in one file; the names of variables are gathered when it is first asked."""

    def __init__(self, file: PlainFile) -> None:
        self._file = file
        self._stems = stems().stems
        self._given: frozenset[str] | None = None
        self._is_everything = False

    def may_show(self, start: int, end: int) -> bool:
        """Return False only where nothing between two places shows a secret."""
        text = self._file.code.text[start:end]
        if self._names(text):
            return True
        if self._given is None:
            self._gather()
        if self._is_everything:
            return True
        given = self._given or frozenset()
        return any(word in given or self._is_object(word) for word in set(_WORD.findall(text)))

    def _is_object(self, word: str) -> bool:
        """Tell whether a word names an object of settings, which shows what this file reads of it."""
        return not set(words_of(word)[-1:]).isdisjoint(self._file.book.objects)

    def _names(self, text: str) -> bool:
        lower = text.lower()
        return any(stem in lower for stem in self._stems)

    def _gather(self) -> None:
        """Find the variables that are given something named after a secret, or another one of them."""
        file = self._file
        self._is_everything = file.tells_more
        self._given = frozenset()
        if self._is_everything:
            return
        given = {name for name, places in file.renamed.items() if places}
        waiting: dict[str, set[str]] = {}
        left = _MOST_READ
        for name, places in file.assigned.items():
            for at in places:
                text = file.code.text[at : self._end(at)]
                left -= len(text)
                if left < 0:  # values within values: everything is read by those who know more
                    self._is_everything = True
                    return
                words = set(_WORD.findall(text))
                if self._names(text) or any(map(self._is_object, words)):
                    given.add(name)
                    break
                for word in words:
                    waiting.setdefault(word, set()).add(name)
        pending = list(given)
        while pending:
            for name in waiting.pop(pending.pop(), ()):
                if name not in given:
                    given.add(name)
                    pending.append(name)
        self._given = frozenset(given)

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
