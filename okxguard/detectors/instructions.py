"""Find where documentation tells people to make a key that is bound to no address, or that may withdraw."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from okxguard.documents import Document
from okxguard.kinds import Kind
from okxguard.model import Span
from okxguard.policybook import Instructions

_PROSE = frozenset({Kind.MARKDOWN, Kind.HTML, Kind.TEXT, Kind.TEX, Kind.NOTEBOOK})
_KEY = re.compile(r"(?i)api|密钥|密鑰|ключ|\bkeys?\b")
_AROUND = 25


class Instruction(NamedTuple):
    """One sentence that tells people to open a key: the rule, its place, the number of its pattern."""

    rule: str
    span: Span
    pattern: str


class InstructionReader:
    """Reads prose with the words of one policy book."""

    def __init__(self, words: Instructions) -> None:
        self._kinds = {
            "OKX201": _any_of(words.withdraw),
            "OKX202": _any_of(words.unbound),
        }
        self._negated = _any_of(words.negations)

    def read(self, document: Document) -> Iterator[Instruction]:
        """Yield the sentences that tell people to open a key, where keys are what the text is about."""
        if document.kind not in _PROSE:
            return
        for rule, pattern in self._kinds.items():
            for match in pattern.finditer(document.text):
                span = _sentence_around(document.text, match)
                before = document.text[span.start : match.start()]
                if not self._negated.search(before) and self._is_about_keys(document, match.start()):
                    yield Instruction(rule, span, match.lastgroup or "")

    @staticmethod
    def _is_about_keys(document: Document, offset: int) -> bool:
        line = document.line_of(offset)
        first = document.line_starts[max(0, line - _AROUND)]
        last = document.end_of_line(min(line + _AROUND, len(document.line_starts) - 1))
        return bool(_KEY.search(document.text, first, last))


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<number{at}>{pattern})" for at, pattern in enumerate(patterns)), re.IGNORECASE)


def _sentence_around(text: str, match: re.Match[str]) -> Span:
    """Return the sentence, or the line, that holds a match."""
    start = max(text.rfind(sign, max(0, match.start() - 400), match.start()) for sign in "\n.!?;。！？；") + 1
    ends = [end for sign in "\n.!?;。！？；" if (end := text.find(sign, match.end(), match.end() + 400)) >= 0]
    span = Span(max(start, match.start() - 400), min(ends, default=match.end()))
    blank = len(text[span.start : match.start()]) - len(text[span.start : match.start()].lstrip())
    return Span(span.start + blank, span.end)
