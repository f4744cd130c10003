"""Examine one document for credentials and rights: entries, detectors, correlation, findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING

from okxguard.correlate import Credential, correlate
from okxguard.detectors.credentials import CredentialDetector
from okxguard.detectors.gate import PolicyGate, may_instruct
from okxguard.detectors.tokens import TokenDetector
from okxguard.documents import Document
from okxguard.entries import read_entries
from okxguard.entries.reading import TellingLines
from okxguard.examination import Examination
from okxguard.findings import credential_finding, plain_finding
from okxguard.kinds import Kind
from okxguard.model import Entry, Finding, Policing, Role
from okxguard.rulebook import Rulebook

if TYPE_CHECKING:
    from okxguard.detectors.valueless import ValueGate
    from okxguard.detectors.words import Telling
    from okxguard.entries.reading import Reading
    from okxguard.identity import Identifier
    from okxguard.policing import Police

_BROWSER = "OKX106"
# In these, values are texts in quotes.
_VALUED = frozenset({Kind.PYTHON, Kind.CODE, Kind.JSON})
# To tell which of fewer entries matter takes as long as it saves.
_MANY = 60


class Examiner:
    """The detectors of one rule book, made once and used for every document."""

    def __init__(
        self,
        rulebook: Rulebook,
        today: str,
        max_key_age: int,
        identifier: Identifier | None = None,
    ) -> None:
        self._identifier = identifier
        self._rules = rulebook.rules
        self._folder = rulebook.folder
        self._today = today
        vocabulary = self._vocabulary = rulebook.vocabulary
        self._max_key_age = max_key_age
        self._gate = PolicyGate(vocabulary)
        self._credentials = CredentialDetector(vocabulary)
        self._tokens = TokenDetector(vocabulary, self._credentials)

    def examine(self, document: Document, commit: str | None = None) -> Examination:
        """Return the findings of a document, before any selection and suppression."""
        words = self._credentials.words
        if not words.may_report(document) and not self._is_reply(document):
            return Examination()
        document = document._replace(declares=self._gate.may_declare(document))
        policed = document.declares or self._gate.may_name_host(document) or may_instruct(document)
        find_telling = cache(lambda: words.telling_lines(document))
        if not policed and document.kind in _VALUED and not self._may_hold_value(document, find_telling()):
            return Examination()
        reading = self._read(document, find_telling)
        parts = self._credentials.find(document, reading.entries)
        tokens = tuple(self._tokens.find_tokens(document, reading.entries))
        credentials = (
            *correlate(document, parts),
            *(Credential((token,), token.confidence) for token in tokens),
        )
        found = [
            credential_finding(credential, document, self._rules, commit, self._identifier)
            for credential in credentials
        ]
        found += self._bundled(document, reading.entries, commit)
        policy = Policing()
        if policed:
            policy = self._police.examine(document, reading.entries, bool(credentials), commit)
        completed = tuple(_completed(credential, credentials, reading.entries) for credential in credentials)
        return Examination((*found, *policy.findings), (*parts, *tokens), reading.note, completed, policy)

    @cached_property
    def _police(self) -> Police:
        from okxguard.policing import Police  # many runs meet no file about OKX

        return Police(self._rules, self._folder, self._credentials, self._today, self._max_key_age)

    def _is_reply(self, document: Document) -> bool:
        return self._gate.may_hold_reply(document) and self._police.may_hold_reply(document)

    def _may_hold_value(self, document: Document, telling: Telling) -> bool:
        """Return False only where nothing in the document is a part, whatever it names."""
        return telling.shows or self._values.may_hold(document, telling.named)

    @cached_property
    def _values(self) -> ValueGate:
        from okxguard.detectors.valueless import ValueGate  # only code has the names of what it reads elsewhere

        return ValueGate(self._vocabulary, self._credentials.names, self._credentials.values)

    def _read(self, document: Document, find_telling: Callable[[], Telling]) -> Reading:
        lines = TellingLines(
            len(document.line_starts),
            lambda: find_telling().lines,
            lambda: self._gate.telling_lines(document) if document.declares else frozenset(),
        )
        return read_entries(document, lines, lambda entries: self._relevant(document, entries, lines))

    def _relevant(self, document: Document, entries: Sequence[Entry], lines: TellingLines) -> Sequence[Entry]:
        """Return the entries that matter; the rights of keys may depend on any of them."""
        if document.declares or len(entries) < _MANY:
            return entries
        from okxguard.detectors.relevance import relevant_entries  # most documents are short

        return relevant_entries(document, entries, lines.close, self._credentials.names)

    def _bundled(self, document: Document, entries: tuple[Entry, ...], commit: str | None) -> list[Finding]:
        rule = self._rules[_BROWSER]
        bundled = self._tokens.find_bundled(document, entries)
        return [
            plain_finding(rule, document, span, confidence, (name,), commit=commit)
            for name, span, confidence in bundled
        ]


def _completed(credential: Credential, others: tuple[Credential, ...], entries: tuple[Entry, ...]) -> Credential:
    """Return a credential with the passphrase that it shares with another one: a constant that both are given."""
    if Role.PASSPHRASE in credential.roles or Role.ACCOUNT_TOKEN in credential.roles:
        return credential
    scope = credential.parts[0].scope
    given = {entry.span for entry in entries if entry.path[:-1] == scope}
    shared = [part for other in others for part in other.parts if part.role is Role.PASSPHRASE and part.span in given]
    return credential._replace(parts=(*credential.parts, *shared[:1]))
