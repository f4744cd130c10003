"""Judge what only counts across files: one passphrase on several keys, unused rights, ranges that a lock decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from okxguard.correlate import Credential
from okxguard.documents import Document
from okxguard.findings import plain_finding
from okxguard.model import Confidence, Finding, Policing, Role, Rule, Source

if TYPE_CHECKING:
    from okxguard.policybook import PolicyBook

REUSED = "OKX206"


class Together:
    """Collects what documents give; the values stay in memory and in nothing that leaves this class."""

    def __init__(self, rules: Mapping[str, Rule], folder: str) -> None:
        self._rules = rules
        self._folder = folder
        self._withdrawing: list[Finding] = []
        self._pins: list[Finding] = []
        self._locked: set[str] = set()
        self._known: dict[str, list[tuple[frozenset[str], str]]] = {}

    def __repr__(self) -> str:
        return f"Together(withdrawing={len(self._withdrawing)}, pins={len(self._pins)})"

    @property
    def awaits_locks(self) -> bool:
        """Tell whether a finding depends on what lock files hold."""
        return bool(self._pins)

    def add(self, policy: Policing) -> None:
        """Remember what a document says of rights and packages."""
        self._withdrawing += policy.withdrawing
        self._pins += policy.pins
        self._locked |= policy.locked

    def reused(self, document: Document, credentials: tuple[Credential, ...], commit: str | None) -> list[Finding]:
        """Return the credentials of a document whose passphrase another key has, here or in a document before."""
        findings = []
        for credential in credentials:
            passphrase = next((part for part in credential.parts if part.role is Role.PASSPHRASE), None)
            others = frozenset(part.value for part in credential.parts if part.exact)
            if passphrase is None or not others:
                continue
            known = self._known.setdefault(passphrase.value, [])
            first = next((place for values, place in known if values.isdisjoint(others)), None)
            if first is not None:
                rule = self._rules[REUSED]
                message = f"{rule.summary}: the other one is at {first}"
                identity = ("\0".join(passphrase.scope), *passphrase.account)
                findings.append(
                    plain_finding(
                        rule, document, passphrase.span, Confidence.HIGH, identity, message=message, commit=commit
                    )
                )
            location = document.locate(passphrase.span)
            known.append((others, f"{location.path}:{location.line}"))
        return findings

    def findings(self, again: Callable[[], Iterable[object]] | None) -> Iterable[Finding]:
        """Return the findings that depend on all files; `again` gives them once more where a whole tree is scanned."""
        if not self._locked:
            yield from self._pins
        if self._withdrawing and again is not None:
            from okxguard.policybook import load_policy  # most trees declare no such key

            withdrawals = Withdrawals(load_policy(self._folder))
            if not any(isinstance(item, Source) and withdrawals.in_bytes(item.data) for item in again()):
                yield from self._withdrawing


class Withdrawals:
    """Finds calls of withdrawal endpoints with the names of one policy book."""

    def __init__(self, book: PolicyBook) -> None:
        calls = "|".join(re.escape(call) for call in book.withdrawal_calls)
        constants = "|".join(re.escape(constant) for constant in book.withdrawal_constants)
        paths = "|".join(re.escape(path) for path in book.withdrawal_paths)
        # A function is called with a dot in front; a definition of that name, or a flag, calls nothing.
        pattern = (
            rf"(?:\.|->|::|\?\.)\s*(?:{calls})\s*(?:<[^<>\n]{{0,40}}>)?\(|\b(?:{constants})\b|(?:{paths})(?![\w-])"
        )
        self._pattern = re.compile(pattern.encode())

    def in_bytes(self, data: bytes) -> bool:
        """Tell whether a file calls a withdrawal endpoint."""
        return b"ithdraw" in data.lower() and bool(self._pattern.search(data))
