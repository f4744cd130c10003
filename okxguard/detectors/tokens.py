"""Find account tokens (OKX105) and secrets under names that ship to browsers (OKX106)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from okxguard.detectors.context import Surroundings
from okxguard.detectors.credentials import CredentialDetector
from okxguard.detectors.words import Owner
from okxguard.documents import Document
from okxguard.model import Candidate, Confidence, Context, Entry, Place, Role, Span
from okxguard.rulebook import Vocabulary

_SHORTEST_TOKEN = 6
_LONGEST_TOKEN = 4096
_OPAQUE = r"[\x21-\x7e]+"
_USED = r"(?:process\.env|import\.meta\.env|env)(?:\.|\[[\"'])(?P<name>[A-Z][A-Z0-9_]{5,80})"


class TokenDetector:
    """Judges entries for tokens of the account, with the names and values of the credential detector."""

    def __init__(self, vocabulary: Vocabulary, credentials: CredentialDetector) -> None:
        self._names = credentials.names
        self._values = credentials.values
        self._words = credentials.words
        self._prefixes = vocabulary.bundle_prefixes

    def find_tokens(self, document: Document, entries: tuple[Entry, ...]) -> Iterator[Candidate]:
        """Yield OAuth client secrets, access and refresh tokens, fund and login passwords of OKX accounts."""
        literal = [entry for entry in entries if entry.path and entry.place is not Place.EXPRESSION]
        relevant = [entry for entry in literal if len(entry.value) <= _LONGEST_TOKEN]
        named = [
            (entry, reading)
            for entry in relevant
            if (reading := self._names.read(entry.path[-1])).role is Role.ACCOUNT_TOKEN
        ]
        if not named:
            return
        surroundings = Surroundings(document, relevant, self._names, self._words)
        seen: set[Span] = set()
        for entry, reading in named:
            if reading.about or reading.fake or reading.foreign or entry.span in seen or not self._is_token(entry):
                continue
            ownership = surroundings.owner_of(entry, reading)
            needed = Context.FILE if reading.strong else Context.AROUND
            if ownership.owner is not Owner.OKX or ownership.context < needed:
                continue
            seen.add(entry.span)
            confidence = Confidence.HIGH if ownership.context >= Context.AROUND else Confidence.MEDIUM
            yield Candidate(
                Role.ACCOUNT_TOKEN,
                entry.value,
                entry.span,
                entry.path,
                ownership.context,
                confidence,
                entry.place,
                account=reading.account,
                demo=reading.demo or surroundings.is_demo(entry),
            )

    def _is_token(self, entry: Entry) -> bool:
        value = entry.value.strip()
        if len(value) < _SHORTEST_TOKEN or not re.fullmatch(_OPAQUE, value) or self._values.is_placeholder(value):
            return False
        if not entry.quoted and not any(character.isdigit() for character in value):
            return False
        return not re.fullmatch(r"[A-Za-z_]+(?:[._-][A-Za-z_]+)*|https?://.*|[/~.].*", value)

    def find_bundled(self, document: Document, entries: tuple[Entry, ...]) -> Iterator[tuple[str, Span, Confidence]]:
        """Yield name, place and confidence of every OKX secret under a name that build tools give to browsers.

        A literal value is not needed: the name itself ships whatever the build machine sets.
        """
        seen: set[str] = set()
        for entry in entries:
            name = entry.path[-1] if entry.path else ""
            if name not in seen and self._is_bundled(name):
                seen.add(name)
                literal = not self._values.is_placeholder(entry.value)
                yield name, entry.span, Confidence.HIGH if literal else Confidence.MEDIUM
        if not any(prefix in document.text for prefix in self._prefixes):
            return
        for match in re.finditer(_USED, document.text):
            if match["name"] not in seen and self._is_bundled(match["name"]):
                seen.add(match["name"])
                yield match["name"], Span(*match.span("name")), Confidence.MEDIUM

    def _is_bundled(self, name: str) -> bool:
        if not name.startswith(self._prefixes):
            return False
        reading = self._names.read(name)
        return reading.okx and reading.role is not None and not (reading.about or reading.fake)
