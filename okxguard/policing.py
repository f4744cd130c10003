"""Examine one document for what keys may do, where they are sent, and what prints them; word the findings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from okxguard.detectors.bindings import BindingJudge, State
from okxguard.detectors.clearing import ClearingReader
from okxguard.detectors.console import ConsoleReader
from okxguard.detectors.context import Surroundings
from okxguard.detectors.credentials import CredentialDetector
from okxguard.detectors.dates import Calendar
from okxguard.detectors.hosts import HostReader
from okxguard.detectors.instructions import InstructionReader
from okxguard.detectors.keys import KeyContext
from okxguard.detectors.permissions import Permission, PermissionReader
from okxguard.detectors.pins import Pin, PinReader
from okxguard.detectors.policy import Judgement, PolicyDetector, Violation
from okxguard.detectors.replies import ReplyReader
from okxguard.documents import Document
from okxguard.findings import plain_finding
from okxguard.kinds import Kind
from okxguard.model import Confidence, Entry, Finding, Place, Policing, Role, Rule, Severity, Span
from okxguard.policybook import load_policy

_CLEARING, _NEAR = "OKX204", 8
_PARTS = (r"api_?key", r"secret", r"pass_?phrase")
_INSTRUCTED = {
    "OKX201": "documentation tells people to give an OKX key the right to withdraw",
    "OKX202": "documentation tells people to bind an OKX key to no address",
}
_HOST, _PACKAGE = "OKX207", "OKX208"


class Police:
    """The detectors of one policy book, made once and used for every document."""

    def __init__(
        self, rules: Mapping[str, Rule], folder: str, credentials: CredentialDetector, today: str, max_key_age: int
    ) -> None:
        book = load_policy(folder)
        self._book = book
        self._rules = rules
        self._credentials = credentials
        self._calendar = Calendar(today, max_key_age)
        self._detector = PolicyDetector(book, credentials.names)
        self._permissions = PermissionReader(book)
        self._console = ConsoleReader(book, self._permissions)
        self._replies = ReplyReader(book)
        self._clearing = ClearingReader(book)
        self._bindings = BindingJudge(book)
        self._hosts = HostReader(book.hosts)
        self._pins = PinReader(book.packages)
        self._instructions = InstructionReader(book.instructions)

    def may_hold_reply(self, document: Document) -> bool:
        """Tell whether a document names all fields of a reply that OKX documents."""
        return any(all(re.search(rf"\b{field}\b", document.text) for field in reply) for reply in self._book.replies)

    def examine(
        self, document: Document, entries: tuple[Entry, ...], holds_credentials: bool, commit: str | None
    ) -> Policing:
        """Return what a document says about keys; `holds_credentials` tells that it holds one letter by letter."""
        judgement = self._judge(document, entries) if document.declares else Judgement()
        cleared = self._cleared(document, judgement)
        recorded = _apart([*cleared, *self._recorded(document)], judgement.judged)
        copied = _apart(self._copied(document), judgement.judged)
        violations = [*judgement.violations, *recorded, *copied]
        findings = [self._finding(document, violation, commit) for violation in violations]
        findings += self._hosts_of(document, entries, holds_credentials, commit)
        findings += self._instructed(document, commit)
        pins = tuple(self._pinned(document, pin, commit) for pin in self._pins.read(document))
        certain = tuple(finding for finding, pin in zip(pins, self._pins.read(document), strict=True) if pin.locked)
        return Policing(
            _unique([*findings, *certain]),
            tuple(self._finding(document, violation, commit) for violation in judgement.withdrawing),
            tuple(pin for pin in pins if pin not in certain),
            frozenset(self._pins.mentions(document)),
        )

    def _judge(self, document: Document, entries: tuple[Entry, ...]) -> Judgement:
        literal = [entry for entry in entries if entry.path and entry.place is not Place.EXPRESSION]
        surroundings = Surroundings(document, literal, self._credentials.names, self._credentials.words)
        context = KeyContext(document, entries, surroundings, self._credentials.names, self._book)
        return self._detector.judge(document, entries, context, self._calendar)

    def _cleared(self, document: Document, judgement: Judgement) -> list[Violation]:
        """Return the empty addresses of bodies that no call told of."""
        known = [document.line_of(each.span.start) for each in judgement.violations if each.rule == _CLEARING]
        return [
            Violation(_CLEARING, span, Confidence.MEDIUM, ("cleared",))
            for span in self._clearing.read(document)
            if all(abs(document.line_of(span.start) - line) > _NEAR for line in known)
        ]

    def _recorded(self, document: Document) -> Iterator[Violation]:
        """Yield what is wrong with the keys that recorded replies tell of, wherever they stand."""
        if document.kind in (Kind.MARKDOWN, Kind.HTML):
            return  # pages about the interface show its samples
        for number, reply in enumerate(self._replies.read(document)):
            granted = self._permissions.read([reply.fields["perm"]]) or frozenset()
            state = self._bindings.judge([reply.fields["ip"]]).state
            rule = "OKX201" if Permission.WITHDRAW in granted else "OKX202"
            if state is State.NONE and granted & {Permission.WITHDRAW, Permission.TRADE}:
                yield Violation(rule, reply.span, Confidence.HIGH, ("reply", str(number)))

    def _copied(self, document: Document) -> Iterator[Violation]:
        """Yield what is wrong with the keys whose block somebody copied from OKX's own page."""
        for number, block in enumerate(self._console.read(document)):
            state = self._bindings.judge([block.addresses]).state
            rule = "OKX201" if Permission.WITHDRAW in block.granted else "OKX202"
            if state is State.NONE and block.granted & {Permission.WITHDRAW, Permission.TRADE}:
                yield Violation(rule, block.span, Confidence.HIGH, ("copied", str(number)))

    def _instructed(self, document: Document, commit: str | None) -> Iterator[Finding]:
        """Yield what documentation tells people to do; of low severity, and shown only where low confidence is.

        A sentence may hold a passphrase: it is known by its pattern and its number, never by its text.
        """
        seen: Counter[tuple[str, str]] = Counter()
        for rule, span, pattern in self._instructions.read(document):
            seen[rule, pattern] += 1
            finding = plain_finding(
                self._rules[rule],
                document,
                span,
                Confidence.LOW,
                ("instruction", pattern, str(seen[rule, pattern])),
                message=_INSTRUCTED[rule],
                commit=commit,
            )
            yield finding._replace(severity=Severity.LOW)

    def _hosts_of(
        self, document: Document, entries: tuple[Entry, ...], holds_credentials: bool, commit: str | None
    ) -> Iterator[Finding]:
        hosts = list(self._hosts.read(document))
        sends = hosts and (
            holds_credentials
            or self._hosts.has_signing(document)
            or self._names_parts(entries)
            or self._passes_parts(document)
        )
        if not sends:
            return
        for host in hosts:
            message = f"{self._rules[_HOST].summary}: {host.why}"
            confidence = Confidence.MEDIUM if host.is_own else Confidence.HIGH
            yield plain_finding(
                self._rules[_HOST], document, host.span, confidence, (host.name,), message=message, commit=commit
            )

    def _names_parts(self, entries: tuple[Entry, ...]) -> bool:
        """Tell whether two parts of a credential are named, whatever their values."""
        readings = (self._credentials.names.read(entry.path[-1]) for entry in entries if entry.path)
        roles = {reading.role for reading in readings if reading.role and not reading.about and not reading.foreign}
        return len(roles & {Role.API_KEY, Role.SECRET_KEY, Role.PASSPHRASE}) > 1

    @staticmethod
    def _passes_parts(document: Document) -> bool:
        """Tell whether code names two parts of a credential, as when it hands them to a client."""
        named = sum(bool(re.search(part, document.text, re.IGNORECASE)) for part in _PARTS)
        return named > 1 and document.kind in (Kind.PYTHON, Kind.CODE, Kind.NOTEBOOK)

    def _pinned(self, document: Document, pin: Pin, commit: str | None) -> Finding:
        rule = self._rules[_PACKAGE]
        message = f"{rule.summary}: {pin.name} {pin.version}"
        return plain_finding(rule, document, pin.span, Confidence.HIGH, (pin.name,), message=message, commit=commit)

    def _finding(self, document: Document, violation: Violation, commit: str | None) -> Finding:
        rule = self._rules[violation.rule]
        message = f"{rule.summary}: {violation.detail}" if violation.detail else rule.summary
        if violation.demo:
            message += " (demo trading)"
        finding = plain_finding(
            rule, document, violation.span, violation.confidence, violation.identity, message=message, commit=commit
        )
        return finding._replace(severity=rule.severity.lowered()) if violation.demo else finding


def _apart(violations: Iterable[Violation], judged: tuple[Span, ...]) -> list[Violation]:
    """Return the violations of what nothing else has judged."""
    return [each for each in violations if not any(_overlap(each.span, span) for span in judged)]


def _overlap(first: Span, second: Span) -> bool:
    return first.start < second.end and second.start < first.end


def _unique(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return findings without those of the same rule that begin on the line of another one."""
    kept: dict[tuple[str, int, int], Finding] = {}
    for finding in findings:
        kept.setdefault((finding.rule, finding.location.line, finding.location.column), finding)
    return tuple(kept.values())
