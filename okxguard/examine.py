"""Examine one document: entries, detectors, correlation, findings."""

from __future__ import annotations

from typing import NamedTuple

from okxguard.correlate import Credential, correlate
from okxguard.detectors.credentials import CredentialDetector
from okxguard.detectors.tokens import TokenDetector
from okxguard.documents import Document
from okxguard.entries import read_entries
from okxguard.findings import credential_finding, plain_finding
from okxguard.model import Candidate, Entry, Finding
from okxguard.rulebook import Rulebook

_BROWSER = "OKX106"


class Examination(NamedTuple):
    """What one document gave: findings, the candidates behind them, and why its own reader gave up, if it did."""

    findings: tuple[Finding, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    note: str | None = None

    def __repr__(self) -> str:
        return f"Examination(findings={self.findings!r})"


class Examiner:
    """The detectors of one rule book, made once and used for every document."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rules = rulebook.rules
        self._credentials = CredentialDetector(rulebook.vocabulary)
        self._tokens = TokenDetector(rulebook.vocabulary, self._credentials)

    def examine(self, document: Document, commit: str | None = None) -> Examination:
        """Return the findings of a document, before any selection and suppression."""
        words = self._credentials.words
        if not words.may_report(document):
            return Examination()
        reading = read_entries(document, lambda: words.telling_lines(document))
        parts = self._credentials.find(document, reading.entries)
        tokens = tuple(self._tokens.find_tokens(document, reading.entries))
        credentials = [
            *correlate(document, parts),
            *(Credential((token,), token.confidence) for token in tokens),
        ]
        found = [credential_finding(credential, document, self._rules, commit) for credential in credentials]
        found += self._bundled(document, reading.entries, commit)
        return Examination(tuple(found), (*parts, *tokens), reading.note)

    def _bundled(self, document: Document, entries: tuple[Entry, ...], commit: str | None) -> list[Finding]:
        rule = self._rules[_BROWSER]
        bundled = self._tokens.find_bundled(document, entries)
        return [
            plain_finding(rule, document, span, confidence, (name,), commit=commit)
            for name, span, confidence in bundled
        ]
