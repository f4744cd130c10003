"""The words of the vocabulary with all that is known about each, and patterns that find names made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from okxguard.documents import places_of
from okxguard.model import Role

if TYPE_CHECKING:
    from okxguard.rulebook import Vocabulary


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
    holder: bool = False

    def with_facts_of(self, other: Word) -> Word:
        """Return a word of which both are true; the role of the other one counts."""
        return Word(*(later or earlier for earlier, later in zip(self, other, strict=True)))  # type: ignore[arg-type]

    def rank(self) -> int:
        """Return how much the word says about a role; the word that says most names it."""
        return 2 if self.strong else 0 if self.company else 1


def normalise(name: str) -> str:
    """Return a name in lower case without blanks, hyphens, dots and underscores."""
    return "".join(filter(str.isalnum, name.lower()))


# English words that begin like a name for a passphrase, and Python's statement.
_NAMED_PASS = r"pass(?!ed|es\b|ing|age|ive|ion|enger|port|through|thru|time|able|\s*(?:\n|#|$))"  # noqa: S105 (a pattern)


# Names with one of these in them are found by it.
_CORES = ("phrase", "pwd", "key", "secr", "secer", "serc", "screc")
# Shorter names are written in one piece, and are no part of a word.
_SHORTEST_SPACED = 4
_MAKERS = frozenset({"new", "async"})
_BETWEEN = bytes(code for code in range(128) if not chr(code).isalnum() and chr(code) != "\n")


def letters_of(text: str) -> str:
    """Return a text without what may stand between the letters of a name, and without other scripts."""
    return text.encode("ascii", "ignore").translate(None, _BETWEEN).decode("ascii")


def shapeless_pattern(vocabulary: Vocabulary) -> str:
    """Return a pattern, for lower-case text, that finds every name of a part that has no shape of its own."""
    return "|".join(
        [
            _NAMED_PASS,
            *_alternatives(vocabulary, (Role.PASSPHRASE, Role.ACCOUNT_TOKEN), ("pass", "phrase", "pwd")),
        ]
    )


def shaped_pattern(vocabulary: Vocabulary) -> str:
    """Return a pattern, for lower-case text, that finds every name of a key or a secret but those that need company."""
    return "|".join(
        _alternatives(vocabulary, (Role.API_KEY, Role.SECRET_KEY), ("key", "secr", "secer", "serc", "screc"))
    )


class NameFinder:
    """Finds the names of all parts in a text in lower case, and those of clients that take a passphrase by position."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        names = {
            normalise(word)
            for named in (vocabulary.strong_names, vocabulary.weak_names)
            for role in Role
            for word in named[role]
        }
        # What stands in the letters of a name, and a pattern of the whole; the written ones begin with those letters.
        patterns = dict.fromkeys(_CORES, "") | {"pass": _NAMED_PASS}
        spaced: dict[str, str] = {}
        for name in sorted(names):
            if not any(core in name for core in (*patterns, *spaced)):
                written = len(name) < _SHORTEST_SPACED or not name[:2].isascii()
                core = name if name[:2].isascii() else name[:2]
                (patterns if written else spaced)[core] = _name_pattern(name)
        endings = set(_callee_endings(vocabulary))
        for ending in sorted(endings):
            if not any(ending != other and ending.endswith(other) for other in endings):
                patterns.setdefault(ending, rf"(?<!/){ending}(?![a-z_])")
        self._written = tuple((core, re.compile(pattern)) for core, pattern in patterns.items())
        self._spaced = tuple((core, re.compile(pattern)) for core, pattern in spaced.items())

    def find(self, lower: str) -> Iterator[int]:
        """Yield where a name begins."""
        for core, pattern in self._written:
            yield from (at for at in places_of(lower, core) if pattern.match(lower, at))
        letters = letters_of(lower)  # most names are in no text
        is_ascii = lower.isascii()
        for core, pattern in self._spaced:
            if core in letters if core.isascii() else not is_ascii:
                for match in pattern.finditer(lower):
                    yield match.start()


def _callee_endings(vocabulary: Vocabulary) -> Iterator[str]:
    """Yield what the names of clients end in that take a passphrase by position."""
    for client in vocabulary.clients:
        for callee in client.callees if Role.PASSPHRASE in client.order else ():
            words = [word for piece in callee.lower().split(".") for word in re.findall(r"[a-z]{3,}", piece)]
            yield next(word for word in reversed(words) if word not in _MAKERS)


def _name_pattern(name: str) -> str:
    if not name[:2].isascii():
        return ""
    return rf"(?<![a-z]){name}(?![a-z])" if len(name) < _SHORTEST_SPACED else _spaced(name)


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
        *(_loosely_spaced(stem) for stem in sorted(rest - short)),
    ]


def _spaced(stem: str) -> str:
    """Let the letters of a stem stand apart as they do in names."""
    return r"[^a-z0-9\n]?".join(map(re.escape, stem))


def _loosely_spaced(stem: str) -> str:
    """Let the letters of a stem stand apart as they do in names; in other scripts take the first two."""
    return _spaced(stem) if stem.isascii() else re.escape(stem[:2])


def build_lexicon(vocabulary: Vocabulary) -> dict[str, Word]:
    """Return every word of the vocabulary with all that is known about it."""
    plain: list[tuple[tuple[str, ...], Word]] = [
        (vocabulary.neutral, Word(neutral=True)),
        (vocabulary.demo_words, Word(demo=True, neutral=True)),
        (vocabulary.fake_words, Word(fake=True)),
        (vocabulary.about, Word(about=True)),
        (vocabulary.about_weak, Word(about_weak=True)),
        (vocabulary.about_after, Word(about_after=True)),
        (vocabulary.holders, Word(holder=True)),
        *((words, Word(role=role, company=True)) for role, words in vocabulary.company_names.items()),
        *((words, Word(role=role)) for role, words in vocabulary.weak_names.items()),
        (vocabulary.foreign_exchanges, Word(foreign=True)),
        (vocabulary.foreign_ordinary, Word(foreign=True)),
        (vocabulary.foreign_products, Word(foreign=True)),
        (vocabulary.context_words, Word(okx=True)),
        *((words, Word(role=role, strong=True)) for role, words in vocabulary.strong_names.items()),
    ]
    lexicon: dict[str, Word] = {}
    for words, known in plain:
        for word in map(normalise, words):
            before = lexicon.get(word)
            lexicon[word] = known if before is None else before.with_facts_of(known)
    for words in vocabulary.strong_names.values():
        for word in map(normalise, words):
            if word.startswith(("ok", "xokx")):
                lexicon[word] = lexicon[word]._replace(okx=True)
            lexicon.setdefault(word + "s", lexicon[word])
    return lexicon
