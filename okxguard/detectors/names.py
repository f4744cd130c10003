"""Read what a name says: its role, whose it is, and what speaks against it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from okxguard.detectors.lexicon import Word, build_lexicon
from okxguard.model import Role

if TYPE_CHECKING:
    from okxguard.rulebook import Vocabulary

_PIECE = re.compile(
    r"""
    [A-Z]{2,}(?=[A-Z][a-z]{2})   # the acronym in OKXApiKey
    | [A-Z]?[a-z]+
    | [A-Z]+
    | [0-9]+
    | [^\W\d_a-zA-Z]+             # a run of another script
    """,
    re.VERBOSE,
)
_LONGEST_RUN = 5
_LONGEST_NAME = 120
_LONGEST_PIECE = 40
_SHORTEST_STEM = 6


class NameReading(NamedTuple):
    """What one name says.

    `strong` tells that the name alone says the role, `company` that it does so only beside other parts; `clean` that
    no word in it is unknown, `bare` that there is none but the role and OKX, `trailing` that unknown words
    stand behind the role only, as people's names do (API_KEY_ALICE, but WEATHER_API_KEY). `account` holds the
    words that tell one credential from another: OKX_MAIN_API_KEY has `("main",)`.
    """

    role: Role | None = None
    strong: bool = False
    company: bool = False
    okx: bool = False
    foreign: bool = False
    about: bool = False
    fake: bool = False
    demo: bool = False
    clean: bool = True
    bare: bool = False
    trailing: bool = False
    account: tuple[str, ...] = ()


class NameReader:
    """Reads names with one vocabulary and remembers what it has read."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._lexicon = build_lexicon(vocabulary)
        self._context = re.compile(vocabulary.context_pattern, re.IGNORECASE | re.ASCII)
        self._readings: dict[str, NameReading] = {}

    def read(self, name: str) -> NameReading:
        """Return what `name` says; a name of unlikely length says nothing."""
        reading = self._readings.get(name)
        if reading is None:
            named = bool(self._context.search(name)) or not name.isascii()
            reading = self._combine(self._segments(name), named) if len(name) <= _LONGEST_NAME else NameReading()
            self._readings[name] = reading
        return reading

    def names_table(self, name: str) -> bool:
        """Tell whether a table of that name holds credentials: it ends in a word for them, and is nobody else's."""
        reading = self.read(name)
        last = next((word for text, word in reversed(self._segments(name)) if not text.isdigit()), None)
        named = last is not None and (last.holder or (last.role is not None and not last.company))
        return named and not (reading.about or reading.foreign)

    def _segments(self, name: str) -> list[tuple[str, Word | None]]:
        pieces = [piece.lower() for piece in _PIECE.findall(name)]
        segments: list[tuple[str, Word | None]] = []
        at = 0
        while at < len(pieces):
            for end in range(min(len(pieces), at + _LONGEST_RUN), at, -1):
                joined = "".join(pieces[at:end])
                word = self._lexicon.get(joined)
                if word is not None:
                    segments.append((joined, word))
                    at = end
                    break
            else:
                segments.extend(self._split(pieces[at]))
                at += 1
        return segments

    def _split(self, piece: str) -> list[tuple[str, Word | None]]:
        """Split a piece such as `okxapikey` into known words, if it is made of nothing else."""
        if piece.isascii():
            return self._split_fully(piece, 0) or self._split_at_stem(piece)
        return self._split_loosely(piece)

    def _split_fully(self, piece: str, at: int) -> list[tuple[str, Word | None]] | None:
        if at == len(piece):
            return []
        if len(piece) > _LONGEST_PIECE:
            return None
        for end in range(len(piece), at + 2, -1):
            word = self._lexicon.get(piece[at:end])
            if word is None or end - at == len(piece):
                continue
            rest = self._split_fully(piece, end)
            if rest is not None:
                return [(piece[at:end], word), *rest]
        return None

    def _split_at_stem(self, piece: str) -> list[tuple[str, Word | None]]:
        """Split off the name of a role at either end of a piece: `passphrasebtc`, `alicepassphrase`, `okxapikeytom`."""
        for size in range(len(piece) - 1, 2, -1):
            head = self._lexicon.get(piece[:size])
            if head is not None and head.okx and not head.role:
                return [(piece[:size], head), *self._split(piece[size:])]
        for size in range(len(piece) - 1, _SHORTEST_STEM - 1, -1):
            head, tail = self._lexicon.get(piece[:size]), self._lexicon.get(piece[-size:])
            if head is not None and head.role:
                return [(piece[:size], head), (piece[size:], self._lexicon.get(piece[size:]))]
            if tail is not None and tail.role:
                return [(piece[:-size], self._lexicon.get(piece[:-size])), (piece[-size:], tail)]
        return [(piece, None)]

    def _split_loosely(self, piece: str) -> list[tuple[str, Word | None]]:
        """Find known words in a script that is written without blanks."""
        segments: list[tuple[str, Word | None]] = []
        at = 0
        while at < len(piece):
            for end in range(len(piece), at + 1, -1):
                word = self._lexicon.get(piece[at:end])
                if word is not None:
                    segments.append((piece[at:end], word))
                    at = end
                    break
            else:
                at += 1
        return segments or [(piece, None)]

    @staticmethod
    def _combine(segments: list[tuple[str, Word | None]], named: bool) -> NameReading:
        chosen: Word | None = None
        at = -1
        for index, (_, word) in enumerate(segments):
            if word is not None and word.role is not None and (chosen is None or word.rank() >= chosen.rank()):
                chosen, at = word, index
        known = [word for _, word in segments if word is not None]
        others = [(text, word) for index, (text, word) in enumerate(segments) if index != at]
        return NameReading(
            role=chosen.role if chosen else None,
            strong=bool(chosen and chosen.strong),
            company=bool(chosen and chosen.company),
            okx=named and any(word.okx for word in known),
            foreign=any(word.foreign for word in known),
            about=any(
                word.about or (word.about_weak and chosen is not None and not chosen.strong)
                for _, word in others
                if word
            )
            or any(word.about_after for _, word in segments[at + 1 :] if word and at >= 0),
            fake=any(word.fake for word in known),
            demo=any(word.demo for word in known),
            clean=all(text.isdigit() or (word and _harmless(word)) for text, word in others),
            trailing=at >= 0 and all(text.isdigit() or (word and _harmless(word)) for text, word in segments[:at]),
            bare=all(text.isdigit() or (word and word.okx) for text, word in others),
            account=tuple(text for text, word in others if _tells_accounts_apart(text, word)),
        )


def _harmless(word: Word) -> bool:
    return word.neutral or word.okx or word.demo or word.role is not None


_GLUE = frozenset(
    [
        "my",
        "api",
        "the",
        "our",
        "exchange",
        "ex",
        "config",
        "conf",
        "cfg",
        "settings",
        "setting",
        "default",
        "creds",
        "cred",
        "credential",
        "credentials",
        "value",
        "str",
        "self",
        "app",
        "const",
        "final",
        "static",
        "string",
        "let",
        "export",
        "env",
        "os",
        "environ",
        "cex",
        "v5",
        "auth",
        "data",
        "key",
        "keys",
        "secrets",
        "token",
        "client",
        "okx",
    ]
)


def _tells_accounts_apart(text: str, word: Word | None) -> bool:
    return text not in _GLUE and not (word and (word.okx or word.role is not None))
