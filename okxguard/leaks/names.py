"""Tell from a name whether its value is a secret, and how much of it may be shown."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from okxguard.leakbook import LeakNames

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+|\d+")
_LONGEST_NAME = 120
_NAME = re.compile(r"[\w.:/-]{1,80}")
_MOST_NUMBERS, _SHORTEST_AVERAGE = 2, 2.4
# What a key of a mapping or of a store may hold beside a name, and what in it has the shape of a value.
_BETWEEN = re.compile(r"[:/]")
_SHAPE = re.compile(r"(?i)[0-9a-f]{16}|[0-9a-f]{8}-[0-9a-f]{4}-")
# Words that are said of secrets, too, but are the names of what holds them.
_MAPPINGS = frozenset({"settings", "options", "vars", "variables", "files", "hosts", "clients", "users", "params"})
_ENUMERATIONS = frozenset(
    {
        "type", "types", "event", "events", "kind", "kinds", "code", "codes", "enum", "field", "fields", "permission",
        "permissions", "error", "errors", "status", "action", "actions", "mode", "role", "roles", "category", "choices",
        "state", "states", "scope", "flag", "flags", "label", "labels", "name", "names", "param", "params", "header",
        "headers", "column", "columns", "case", "option", "step", "message", "messages", "text", "texts",
    }
)  # fmt: skip
# Words around the name of a secret that leave a function called after it what it is: `okx_secret_key()`.
_WHOSE = frozenset({"account", "api", "app", "client", "exchange", "my", "okex", "okx"})
_ITSELF = frozenset({"key", "value"})
# Names of mappings that tell something of each secret.
_ABOUT = frozenset({"i18n", "translations", "schema", "age", "ttl", "labels", "strings"})


class Secret(Enum):
    """What a name says that its value is."""

    KEY = "an API key"
    SECRET = "a secret"  # noqa: S105 (words for people)
    PASSPHRASE = "a password"  # noqa: S105
    TOKEN = "a token"  # noqa: S105

    @property
    def budget(self) -> int:
        """How many characters of such a value may be shown."""
        return 3 if self is Secret.PASSPHRASE else 8


Phrases = dict[tuple[str, ...], Secret]
# What the last word of the name of an entry says in a store of secrets, where everything is one.
_ENTRIES = {
    **dict.fromkeys(("key", "ak"), Secret.KEY),
    **dict.fromkeys(("phrase", "pass", "pp"), Secret.PASSPHRASE),
    "token": Secret.TOKEN,
}


def words_of(name: str) -> tuple[str, ...]:
    """Split a name into its words, in lower case: snake case, camel case, hyphens, digits."""
    return tuple(word.lower() for word in _WORD.findall(name[:_LONGEST_NAME].replace("IPs", "Ips")))


def _is_name(text: str, words: tuple[str, ...]) -> bool:
    """Tell whether a text is made like a name; a secret whose letters happen to spell a word is not."""
    if _NAME.fullmatch(text) is None or len(re.findall(r"\d+", text)) > _MOST_NUMBERS:
        return False
    letters = [len(word) for word in words if not word.isdigit()]
    return len(letters) <= 2 or sum(letters) / len(letters) >= _SHORTEST_AVERAGE


class SecretNames:
    """Reads names with the words of one rule book."""

    def __init__(self, names: LeakNames) -> None:
        self._kinds = {
            tuple(phrase.split()): kind
            for kind, phrases in (
                (Secret.KEY, names.key),
                (Secret.SECRET, names.secret),
                (Secret.PASSPHRASE, names.passphrase),
                (Secret.TOKEN, names.token),
            )
            for phrase in phrases
        }
        self._of_variables = {
            **self._kinds,
            **{tuple(phrase.split()): Secret.KEY for phrase in names.variable_key},
            **{tuple(phrase.split()): Secret.TOKEN for phrase in names.variable_token},
        }
        self._stages = frozenset(names.variable_stages)
        self._longest = max(map(len, self._of_variables))
        self._about = frozenset(names.about)
        self._before = frozenset(names.about_before)
        self._getters = frozenset(names.getters)
        self._holders = frozenset(tuple(phrase.split()) for phrase in names.holders)
        self.read = lru_cache(maxsize=4096)(self._read)
        self.read_variable = lru_cache(maxsize=1024)(self._read_variable)
        lasts = {phrase[-1] for phrase in (*self._of_variables, *self._holders)}
        shortest = {word for word in lasts if not any(other in word for other in lasts - {word})}
        self._lasts = re.compile("|".join(map(re.escape, sorted(shortest))))

    def may_tell(self, name: str) -> bool:
        """Return False only where none of the words that end the names of secrets and of their holders is in a name."""
        return self._lasts.search(name.lower()) is not None

    def _read(self, name: str) -> Secret | None:
        """Return what a variable, attribute, key or column of that name holds, or None where it is no secret."""
        return self._read_words(name, words_of(name), self._kinds)

    def _read_variable(self, name: str) -> Secret | None:
        """Return what a variable of the environment holds, whose name says more where it is written like one."""
        known = self.read(name)
        if known is not None or not name.isupper():
            return known
        words = tuple(word for word in words_of(name) if word not in self._stages)
        return self._read_words(name, words, self._of_variables)

    def _read_words(self, name: str, words: tuple[str, ...], kinds: Phrases) -> Secret | None:
        match = self._match(words, kinds)
        if match is None or not _is_name(name, words):
            return None
        start, end, kind = match
        if not self._about.isdisjoint(words[end:]) or not self._before.isdisjoint(words[:start]):
            return None
        return kind

    def read_question(self, text: str) -> Secret | None:
        """Return what somebody is asked for."""
        return self._read("_".join(words_of(text)))

    def read_entry(self, name: str) -> Secret | None:
        """Return what stands in a store of secrets under a name, where even `key` says enough."""
        return self._read(name) or _ENTRIES.get((words_of(name) or ("",))[-1])

    def read_getter(self, name: str) -> Secret | None:
        """Return what a function of that name gives back: a secret where it is called after one or gets one."""
        words = words_of(name)
        if words and words[0] in self._getters:
            return self._read("_".join(words[1:]))
        match = self._match(words)
        if match is None:
            return None
        start, end, kind = match
        return kind if _WHOSE.issuperset(words[:start]) and _ITSELF.issuperset(words[end:]) else None

    def said(self, name: str) -> str:
        """Return what may be said of the name of a secret: of a key such as `secret:value` the part that names it."""
        if not _BETWEEN.search(name) and not _SHAPE.search(name):
            return name
        parts = (part for part in reversed(_BETWEEN.split(name)) if self.read(part) and not _SHAPE.search(part))
        words = words_of(name)
        start, end, _ = self._match(words) or (0, 0, None)
        return next(parts, None) or " ".join(words[start:end]) or "a name"

    def mentions(self, name: str) -> bool:
        """Tell whether a secret is named in a name, be it the name of the secret or of something about it."""
        return self._match(words_of(name)) is not None

    def is_enumeration(self, name: str) -> bool:
        """Tell whether a class of that name holds the names of kinds, events or codes."""
        return name[:1].isupper() and not name.isupper() and (words_of(name) or ("",))[-1] in _ENUMERATIONS

    def is_about(self, name: str) -> bool:
        """Tell whether a mapping of that name holds something about secrets: ages, labels, messages."""
        last = (words_of(name) or ("",))[-1]
        return last in _ABOUT or (last.endswith("s") and last[:-1] in self._about and last not in _MAPPINGS)

    def is_holder(self, name: str) -> bool:
        """Tell whether a mapping or object of that name holds secrets."""
        words = words_of(name)
        return any(words[-len(holder) :] == holder for holder in self._holders) and not any(
            word in self._before for word in words[:-1]
        )

    def _match(self, words: tuple[str, ...], kinds: Phrases | None = None) -> tuple[int, int, Secret] | None:
        """Return the longest known run of words and the last among those of one length."""
        kinds = self._kinds if kinds is None else kinds
        for length in range(min(self._longest, len(words)), 0, -1):
            for start in range(len(words) - length, -1, -1):
                kind = kinds.get(words[start : start + length])
                if kind is not None:
                    return start, start + length, kind
        return None
