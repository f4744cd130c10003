"""The words that say whose something is: patterns and sets made once from one vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from okxguard.blocks import CHECKSUM, find_blocks
from okxguard.detectors.lexicon import NameFinder, normalise, shaped_pattern, shapeless_pattern
from okxguard.detectors.shapes import SECRET, UUID
from okxguard.documents import Document, lowered, places_of
from okxguard.kinds import Kind
from okxguard.rulebook import Vocabulary

_RUN = re.compile(r"[A-Za-z][A-Za-z0-9]+")
# Larger files that only their path names OKX's are read where they show something: a folder may hold anything.
_READ_WHOLE = 20_000
# No word of the pattern begins further in front of its stem.
_BEFORE_STEM = 40
_LONE_SECRET = rf"(?<![0-9A-F]){SECRET.pattern}(?![0-9A-F])"
_SHAPES = "-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"
# The same, with every digit of hexadecimal numbers as one sign.
_DIGITS = bytes(1 if chr(code) in "0123456789abcdef" else code if code > 1 else 2 for code in range(256))
_KEY_END, _SECRET_RUN = b"-\1\1\1\1-\1\1\1\1-" + b"\1" * 12, b"\1" * 32
_DIGIT_RUN = rb"\x01+"
# What constants are folded from in Python: pieces of a key or a secret, and functions that decode.
_PIECES = (
    r"[\"'][0-9a-f-]{12,31}[\"']|[\"'][0-9a-f-]{2,31}[\"'][\sb+,()\\]{0,60}[\"'][0-9a-f-]{2,31}[\"']"
    r"|b64|b32|fromhex|unhexlify|a2b_|rot_?13|\[::-1\]|[\"'][a-z0-9+/]{40,}={0,2}[\"']"
)
_NAMED_ON_LINE = frozenset({Kind.CODE, Kind.MARKDOWN, Kind.TEXT})


class Owner(Enum):
    """Whose a value is."""

    OKX = "okx"
    EXCHANGE = "another exchange"
    PRODUCT = "another product"


class Telling(NamedTuple):
    """The lines of a document that name a part, and these with all that show one; `shows` tells that any line does."""

    named: frozenset[int]
    lines: frozenset[int]
    shows: bool


class Words:
    """Patterns for the words that say whose something is, made once from one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.discriminators = frozenset(vocabulary.discriminators)
        self.discriminating = vocabulary.discriminating_endings
        self.demo_names = frozenset(vocabulary.demo_names)
        self.demo_values = frozenset(vocabulary.demo_values)
        scripts = [word for word in vocabulary.context_words if not word.isascii()]
        latin = sorted(
            {word for word in vocabulary.context_words if word.isascii()}, key=lambda word: (-len(word), word)
        )
        names = "|".join(latin)
        inside = r"(?<=[a-z])(?:Okx|OKX|Okex|OKEx|OKEX)"
        self.okx = re.compile(
            "|".join(
                [
                    rf"(?<![A-Za-z])(?i:{names}|ok[-_.]access)(?!(?:ample|pect|ist|ecut|guard))",
                    inside,
                    "(?i:myokx)",
                    *map(re.escape, scripts),
                ]
            )
        )
        # One of these stands in everything that the pattern matches; looking for them first is much quicker.
        stems = {name.lower() for name in (*latin, "myokx", *scripts)}
        shortest = {stem for stem in stems if not any(other != stem and other in stem for other in stems)}
        self._stems = (*sorted(shortest), "ok-access", "ok_access", "ok.access")
        self.exchanges = WordSet(vocabulary.foreign_exchanges)
        self._products = WordSet(vocabulary.foreign_products)
        self.lookalikes = WordSet(vocabulary.foreign_lookalikes)
        self.ordinary = frozenset(vocabulary.foreign_ordinary)
        self.sealed = frozenset(vocabulary.sealed_words)
        self.web_secrets = frozenset(vocabulary.foreign_web_secrets)
        self.alerts = frozenset(vocabulary.foreign_alerts)
        self.logins = frozenset(vocabulary.foreign_logins)
        self._callees = frozenset(vocabulary.foreign_callees)
        self._vocabulary = vocabulary

    @cached_property
    def hints(self) -> re.Pattern[str]:
        """What is found in files about OKX and in few others."""
        hints = "|".join(re.escape(hint) for hint in self._vocabulary.hints)
        return re.compile(f"{hints}|{self._vocabulary.context_block}", re.IGNORECASE)

    @cached_property
    def _shapeless(self) -> re.Pattern[str]:
        return re.compile(shapeless_pattern(self._vocabulary))

    @cached_property
    def _named(self) -> NameFinder:
        return NameFinder(self._vocabulary)

    @cached_property
    def _shaped(self) -> re.Pattern[str]:
        return re.compile(shaped_pattern(self._vocabulary))

    def telling_lines(self, document: Document) -> Telling:
        """Return the indices of the lines that may hold a part."""
        lower = lowered(document.text)
        named = {document.line_of(at) for at in self._named.find(lower)}
        shown = {document.line_of(at) for at in _shown(lower)}
        if document.kind is Kind.PYTHON:
            shown |= {document.line_of(match.start()) for match in re.finditer(_PIECES, lower)}
        shows = bool(shown)
        if document.kind in _NAMED_ON_LINE:
            shown = {
                line
                for line in shown
                if self._shaped.search(lower, document.line_starts[line], document.end_of_line(line))
            }
        meant = {document.line_of(start) for start, text in _meant(document.text) if self._tells(text)}
        return Telling(frozenset(named), frozenset(named | shown | meant), shows or bool(meant))

    def may_report(self, document: Document) -> bool:
        """Tell whether the document says OKX at all, or shows a key and a secret, which need no such word.

        It may do so in base64. What only hints at OKX counts beside a key or a secret: the prefilter knows no hints.
        """
        texts = [document.text, "\n".join(meant for _, meant in _meant(document.text))]
        if any(self._finds_okx(text) and self._finds_okx(_without_checksums(text)) for text in texts):
            return True
        if self._finds_okx(document.evidence):
            return len(document.text) <= _READ_WHOLE or self._shows_something(texts)
        shown = [any(re.search(shape, text) for text in texts) for shape in (UUID.pattern, _LONE_SECRET)]
        return all(shown) or (any(shown) and any(map(self.hints.search, texts)))

    def _shows_something(self, texts: list[str]) -> bool:
        """Tell whether texts that do not say OKX show a key, a secret, a name with a value behind it, or rights."""
        named = rf"(?:{self._shapeless.pattern})[\w\"'\])>.-]{{0,30}}\s{{0,9}}(?:[:=,]|\s[\"'])"
        return any(re.search(rf"{_SHAPES}|{named}|withdraw", text.lower()) for text in texts)

    def names_okx(self, document: Document) -> bool:
        """Tell whether the text of a document says OKX, or hints at it, be it in base64."""
        return self._says_okx(document.text) or any(self._says_okx(meant) for _, meant in _meant(document.text))

    def _says_okx(self, text: str) -> bool:
        return self._finds_okx(text) or bool(self.hints.search(text))

    def _finds_okx(self, text: str) -> bool:
        lower = text.lower()
        found = [at for stem in self._stems if (at := lower.find(stem)) >= 0]
        if not found:
            return False
        start = max(0, min(found) - _BEFORE_STEM) if len(lower) == len(text) else 0
        return self.okx.search(text, start) is not None

    def _tells(self, text: str) -> bool:
        return self._says_okx(text) or bool(UUID.search(text) or SECRET.search(text))

    def owner_in(self, text: str) -> Owner | None:
        """Return the exchange that a text names; OKX where it names several."""
        if self._finds_okx(text):
            return Owner.OKX
        return Owner.EXCHANGE if self.exchanges.found_in(text) else None

    def product_in(self, text: str) -> Owner | None:
        """Return PRODUCT where a text names something else that has credentials."""
        return Owner.PRODUCT if self._products.found_in(text) else None

    def is_foreign_callee(self, segment: str) -> bool:
        """Tell whether a dotted name belongs to a library that takes passwords of its own."""
        pieces = re.split(r"[^A-Za-z0-9_]+", segment.lower())
        return bool(self._callees.intersection(pieces))


def _without_checksums(text: str) -> str:
    return re.sub(CHECKSUM, "|", text) if "sha" in text.lower() else text


def _shown(lower: str) -> Iterator[int]:
    """Yield where a text in lower case shows the end of a key, and a secret; the digits are masked first."""
    masked = lower.encode("latin-1", "replace").translate(_DIGITS)
    yield from places_of(masked, _KEY_END)
    at = masked.find(_SECRET_RUN)
    while at >= 0:
        run = re.compile(_DIGIT_RUN).match(masked, at)
        end = run.end() if run else at + 1
        if end - at == len(_SECRET_RUN):
            yield at
        at = masked.find(_SECRET_RUN, end)


def _meant(text: str) -> Iterator[tuple[int, str]]:
    """Yield the texts that stand in a text in base64, and where."""
    for block in find_blocks(text.encode("latin-1", "replace")):
        for meant in block.texts:
            yield block.start, meant.decode("utf-8", "replace")


class WordSet:
    """Finds whole words in a text, which may also begin a name: `kucoin`, `KucoinClient`, `KUCOIN_KEY`, `pykucoin`."""

    def __init__(self, words: Iterable[str]) -> None:
        latin = {normalise(word) for word in words if word.isascii()}
        self._latin = frozenset(latin | {f"py{word}" for word in latin})
        self._longest = max(map(len, self._latin))
        self._scripts = tuple(word for word in words if not word.isascii())

    def found_in(self, text: str) -> bool:
        """Tell whether a text holds one of the words."""
        if any(self._begins(run) for run in set(_RUN.findall(text))):
            return True
        return bool(self._scripts) and not text.isascii() and any(word in text for word in self._scripts)

    def _begins(self, run: str) -> bool:
        lower = run.lower()
        if lower in self._latin:
            return True
        if run == lower:
            return False
        ends = range(2, min(len(run), self._longest + 1))
        return any(not run[end].islower() and lower[:end] in self._latin for end in ends)
