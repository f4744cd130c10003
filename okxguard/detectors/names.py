"""Read what a name says: its role, whose it is, and what speaks against it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

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


class Word(NamedTuple):
    """What the vocabulary knows about one normalised word."""

    role: Role | None = None
    strong: bool = False
    company: bool = False
    okx: bool = False
    foreign: bool = False
    about: bool = False
    about_weak: bool = False
    about_after: bool = False
    fake: bool = False
    demo: bool = False
    neutral: bool = False

    def rank(self) -> int:
        """Return how much the word says about a role; the word that says most names it."""
        return 2 if self.strong else 0 if self.company else 1


def normalise(name: str) -> str:
    """Return a name in lower case without blanks, hyphens, dots and underscores."""
    return "".join(filter(str.isalnum, name.lower()))


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
        """Split off a strong name at either end of a piece: `passphrasebtc`, `alicepassphrase`, `okxapikeytom`."""
        for size in range(len(piece) - 1, 2, -1):
            head = self._lexicon.get(piece[:size])
            if head is not None and head.okx and not head.role:
                return [(piece[:size], head), *self._split(piece[size:])]
        for size in range(len(piece) - 1, _SHORTEST_STEM - 1, -1):
            head, tail = self._lexicon.get(piece[:size]), self._lexicon.get(piece[-size:])
            if head is not None and head.strong:
                return [(piece[:size], head), (piece[size:], self._lexicon.get(piece[size:]))]
            if tail is not None and tail.strong:
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


# English words that begin like a name for a passphrase, and Python's statement.
_PASS = r"pass(?!ed|es\b|ing|age|ive|ion|enger|port|through|thru|time|able|\s*(?:\n|#|$))"


def shapeless_pattern(vocabulary: Vocabulary) -> str:
    """Return a pattern, for lower-case text, that finds every name of a part that has no shape of its own."""
    return "|".join(
        [_PASS, *_alternatives(vocabulary, (Role.PASSPHRASE, Role.ACCOUNT_TOKEN), ("pass", "phrase", "pwd"))]
    )


def shaped_pattern(vocabulary: Vocabulary) -> str:
    """Return a pattern, for lower-case text, that finds every name of a key or a secret but those that need company."""
    return "|".join(
        _alternatives(vocabulary, (Role.API_KEY, Role.SECRET_KEY), ("key", "secr", "secer", "serc", "screc"))
    )


def _alternatives(vocabulary: Vocabulary, roles: tuple[Role, ...], cores: tuple[str, ...]) -> list[str]:
    stems = {
        normalise(word)
        for names in (vocabulary.strong_names, vocabulary.weak_names)
        for role in roles
        for word in names[role]
    }
    rest = {stem for stem in stems if not any(core in stem for core in cores)}
    short = {stem for stem in rest if len(stem) < 4 and stem.isascii()}
    alone = [rf"(?<![a-z]){stem}(?![a-z])" for stem in sorted(short)]
    return [
        *(core for core in cores if core != "pass"),
        *alone,
        *(_spaced(stem) for stem in sorted(rest - short)),
    ]


def _spaced(stem: str) -> str:
    """Let the letters of a stem stand apart as they do in names (`client id`, `client_id`); in other scripts take the first two."""
    return r"[^a-z0-9\n]?".join(map(re.escape, stem)) if stem.isascii() else re.escape(stem[:2])


def build_lexicon(vocabulary: Vocabulary) -> dict[str, Word]:
    """Return every word of the vocabulary with all that is known about it."""
    lists: tuple[tuple[tuple[str, ...], dict[str, bool | Role]], ...] = (
        (vocabulary.neutral, {"neutral": True}),
        (vocabulary.demo_words, {"demo": True, "neutral": True}),
        (vocabulary.fake_words, {"fake": True}),
        (vocabulary.about, {"about": True}),
        (vocabulary.about_weak, {"about_weak": True}),
        (vocabulary.about_after, {"about_after": True}),
        *((words, {"role": role, "company": True}) for role, words in vocabulary.company_names.items()),
        *((words, {"role": role}) for role, words in vocabulary.weak_names.items()),
        (
            vocabulary.foreign_exchanges + vocabulary.foreign_ordinary + vocabulary.foreign_products,
            {"foreign": True},
        ),
        (vocabulary.context_words, {"okx": True}),
        *((words, {"role": role, "strong": True}) for role, words in vocabulary.strong_names.items()),
    )
    lexicon: dict[str, Word] = {}
    for words, known in lists:
        plain = Word(**known)  # type: ignore[arg-type]
        for word in map(normalise, words):
            before = lexicon.get(word)
            lexicon[word] = plain if before is None else before._replace(**known)  # type: ignore[arg-type]
    for words in vocabulary.strong_names.values():
        for word in map(normalise, words):
            if word.startswith(("ok", "xokx")):
                lexicon[word] = lexicon[word]._replace(okx=True)
            lexicon.setdefault(word + "s", lexicon[word])
    return lexicon
