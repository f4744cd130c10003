"""Examine one document for credentials and rights: entries, detectors, correlation, findings."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from okxguard.correlate import Credential, correlate
from okxguard.detectors.credentials import CredentialDetector
from okxguard.detectors.gate import PolicyGate, may_instruct
from okxguard.detectors.relevance import relevant_entries
from okxguard.detectors.tokens import TokenDetector
from okxguard.documents import Document
from okxguard.entries import read_entries
from okxguard.entries.reading import FindTelling
from okxguard.examination import Examination
from okxguard.findings import credential_finding, plain_finding
from okxguard.model import Entry, Finding, Policing, Role
from okxguard.rulebook import Rulebook

if TYPE_CHECKING:
    from okxguard.entries.reading import Reading
    from okxguard.identity import Identifier
    from okxguard.policing import Police

_BROWSER = "OKX106"


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
        self._max_key_age = max_key_age
        self._gate = PolicyGate(rulebook.vocabulary)
        self._credentials = CredentialDetector(rulebook.vocabulary)
        self._tokens = TokenDetector(rulebook.vocabulary, self._credentials)

    def examine(self, document: Document, commit: str | None = None) -> Examination:
        """Return the findings of a document, before any selection and suppression."""
        words = self._credentials.words
        if not words.may_report(document) and not self._is_reply(document):
            return Examination()
        document = document._replace(declares=self._gate.may_declare(document))
        reading = self._read(document)
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
        if document.declares or self._gate.may_name_host(document) or may_instruct(document):
            policy = self._police.examine(document, reading.entries, bool(credentials), commit)
        completed = tuple(_completed(credential, credentials, reading.entries) for credential in credentials)
        return Examination((*found, *policy.findings), (*parts, *tokens), reading.note, completed, policy)

    @cached_property
    def _police(self) -> Police:
        from okxguard.policing import Police  # many runs meet no file about OKX

        return Police(self._rules, self._folder, self._credentials, self._today, self._max_key_age)

    def _is_reply(self, document: Document) -> bool:
        return self._gate.may_hold_reply(document) and self._police.may_hold_reply(document)

    def _read(self, document: Document) -> Reading:
        words, others = self._credentials.words.telling_lines, self._gate.telling_lines
        find_telling = FindTelling(
            len(document.line_starts),
            lambda: words(document),
            lambda: others(document) if document.declares else frozenset(),
        )
        return read_entries(document, find_telling, lambda entries: self._relevant(document, entries, find_telling))

    def _relevant(self, document: Document, entries: Sequence[Entry], find_telling: FindTelling) -> Sequence[Entry]:
        """Return the entries that matter; the rights of keys may depend on any of them."""
        if document.declares:
            return entries
        return relevant_entries(document, entries, find_telling.close(), self._credentials.names)

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
