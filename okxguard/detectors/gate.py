"""Tell cheaply whether a text may declare the rights, the addresses or the age of a key, and on which lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from okxguard.documents import Document, lines_near, lowered, places_of
from okxguard.kinds import Kind
from okxguard.rulebook import Vocabulary

_AROUND = 12
_DAY = r"20\d\d[-/.年]?\d|\b1[4-9]\d{8}(?:\d{3})?\b|\d[-/.]20\d\d|[A-Za-z]{3,9}\.?[ ,-]+20\d\d|\d, 20\d\d"
_DATED = (
    r"rotat|creat|expir|issued|valid|generated|renew|reissu|added|until|not_?after|due|created|轮换|创建|"
    r"到期|有效|过期|созда|истека|срок|ротац|обновл|생성|만료|生成|期限|since|birth|建立|更换"
)
# Hosts of OKX reached with encryption are fine, and what most files name.
_HOST = (
    r"(?i)(?<!s)://|s://(?!(?:[\w-]{1,30}\.){0,3}okx\.com(?:[:/?#\"'`\s),;]|$))|python[-_.]okx"
    r"|(?:host|domain|url|uri|endpoint|server|base|site|proxy|gateway)\w{0,20}[\"'\])]{0,3}\s{0,5}(?::=|=>|[:=(,])\s{0,5}"
    r"[\"'`]?[\w-]{1,63}\."
)
# One of these, in any case, stands in everything that the pattern above matches; looking for them is much quicker.
_HOST_WORDS = (
    "://", "host", "domain", "url", "uri", "endpoint", "server", "base", "site", "proxy", "gateway", "python",
)  # fmt: skip
_YEAR = r"20\d\d|1[4-9]\d{8}"
_RIGHTS, _ADDRESSES = r"[\"']perm[\"'\\]", r"[\"']ip[\"'\\]"
_KEY_NAMES = r"(?i)api[_ -]?key|access[_ -]?key"
_MANY_KEYS = 50
_PROSE = frozenset({Kind.MARKDOWN, Kind.HTML, Kind.TEXT, Kind.TEX, Kind.NOTEBOOK})
_IN_CODE = frozenset({Kind.PYTHON, Kind.CODE})


class PolicyGate:
    """The test of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._cores = tuple(core.lower() for core in vocabulary.policy_cores)

    def may_declare(self, document: Document) -> bool:
        """Return False only where no declaration of a key would be found."""
        lower = document.text.lower()
        if any(core in lower for core in self._cores):
            return True
        return self._may_be_dated(document) or (lower.count("key") > _MANY_KEYS and _is_crowded(document.text))

    def may_name_host(self, document: Document) -> bool:
        """Return False only where no host and no package would be found."""
        text = document.text
        if text.isascii():
            lower = text.lower()
            if not any(word in lower for word in _HOST_WORDS):
                return False
        return bool(re.search(_HOST, text))

    def may_hold_reply(self, document: Document) -> bool:
        """Return False only where no documented reply would be found: each of them tells rights and addresses."""
        return bool(re.search(_RIGHTS, document.text) and re.search(_ADDRESSES, document.text))

    def telling_lines(self, document: Document) -> frozenset[int]:
        """Return the indices of the lines that may declare something, and of those around them."""
        telling = {document.line_of(at) for at in _found(document.text, self._cores)}
        telling.update(self._dated_lines(document))
        return lines_near(telling, _AROUND, len(document.line_starts))

    @cached_property
    def _dated(self) -> re.Pattern[str]:
        return re.compile(rf"(?i:{_DATED})[^\n]{{0,60}}(?:{_DAY})")

    def _dated_lines(self, document: Document) -> Iterator[int]:
        """Yield the lines that say when something was or will be: those that tell a year are looked at."""
        for line in {document.line_of(match.start()) for match in re.finditer(_YEAR, document.text)}:
            if self._dated.search(document.text, document.line_starts[line], document.end_of_line(line)):
                yield line

    def _may_be_dated(self, document: Document) -> bool:
        if not _tells_year(document.text):
            return False
        if document.kind in _IN_CODE:
            return any(True for _ in self._dated_lines(document))
        return bool(re.search(_DAY, document.text) and re.search(_DATED, document.text, re.IGNORECASE))


def _found(text: str, words: tuple[str, ...]) -> Iterator[int]:
    """Yield where one of some words begins, in any case."""
    lower = lowered(text)
    for word in words:
        yield from places_of(lower, word)


def _tells_year(text: str) -> bool:
    """Return False only where no day is told: every way to write one has a year of this century, or is seconds."""
    return re.search(_YEAR, text) is not None


def may_instruct(document: Document) -> bool:
    """Return False only where no instruction for people would be found: each of them names addresses or a right."""
    return document.kind in _PROSE and bool(re.search(r"(?i)ip|white-?list|withdraw", document.text))


def _is_crowded(text: str) -> bool:
    """Tell whether more keys are named than OKX allows an account."""
    return sum(1 for _ in islice(re.finditer(_KEY_NAMES, text), _MANY_KEYS + 1)) > _MANY_KEYS
