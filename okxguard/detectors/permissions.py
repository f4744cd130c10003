"""Read what a key may do from what people write for it: tokens, phrases, lists, never parts of words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

from okxguard.detectors.lexicon import normalise
from okxguard.policybook import PolicyBook

_SEPARATORS = re.compile(r"[,;|/&+、，；｜\n]+|\s+-\s+")
_BLANKS = re.compile(r"\s+")
_MARKUP = " \t\"'`[](){}<>*.。✓✔✅☑"
_LONGEST = 400


class Permission(Enum):
    """What OKX lets a key do (`perm` of the API: read_only, trade, withdraw)."""

    READ = "read"
    TRADE = "trade"
    WITHDRAW = "withdraw"


EVERYTHING = frozenset(Permission)
# Names of tokens that stand beside permissions and are none of OKX's.
_OTHER = "other"


class PermissionReader:
    """Reads texts with the tokens of one policy book."""

    def __init__(self, book: PolicyBook) -> None:
        self._granted: dict[str, frozenset[Permission]] = {"*": EVERYTHING}
        for name, words in book.tokens.items():
            granted = EVERYTHING if name == "all" else frozenset({Permission(name)} if name != _OTHER else ())
            self._granted.update((normalise(word) or word, granted) for word in words)

    def read(self, texts: Iterable[str]) -> frozenset[Permission] | None:
        """Return what a list of texts grants, or None where no text is a permission."""
        known = [granted for text in texts for granted in self._phrases(text) if granted is not None]
        return frozenset().union(*known) if known else None

    def are_permissions(self, texts: Iterable[str]) -> bool:
        """Tell whether every text is made of permissions only."""
        found = [granted for text in texts for granted in self._phrases(text)]
        return bool(found) and None not in found

    def token(self, text: str) -> frozenset[Permission] | None:
        """Return what one word or phrase grants; a word that only contains a permission grants nothing."""
        text = text.strip(_MARKUP) or text.strip()
        return self._granted.get(normalise(text) or text)

    def _phrases(self, text: str) -> list[frozenset[Permission] | None]:
        if len(text) > _LONGEST:
            return [None]
        whole = self.token(text)
        if whole is not None:
            return [whole]
        return [
            granted for phrase in _SEPARATORS.split(text) if phrase.strip(_MARKUP) for granted in self._words(phrase)
        ]

    def _words(self, phrase: str) -> list[frozenset[Permission] | None]:
        """Return what a phrase grants: as one token, or as several without any other word among them."""
        whole = self.token(phrase)
        if whole is not None:
            return [whole]
        words = [self.token(word) for word in _BLANKS.split(phrase.strip()) if word.strip(_MARKUP)]
        return words if words and None not in words else [None]
