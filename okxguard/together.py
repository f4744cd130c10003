"""Judge what only counts across files: one passphrase on several keys, unused rights, ranges that a lock decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from okxguard.correlate import Credential
from okxguard.documents import Document
from okxguard.findings import plain_finding
from okxguard.model import Confidence, Finding, Location, Policing, Role, Rule, Source

if TYPE_CHECKING:
    from okxguard.identity import Identifier
    from okxguard.policybook import PolicyBook

REUSED = "OKX206"
_NAMES = {Role.API_KEY: "API key", Role.SECRET_KEY: "secret key", Role.PASSPHRASE: "passphrase"}


class Together:
    """Collects what documents give; the values stay in memory and in nothing that leaves this class."""

    def __init__(self, rules: Mapping[str, Rule], folder: str, identifier: Identifier | None = None) -> None:
        self._identifier = identifier
        self._rules = rules
        self._folder = folder
        self._withdrawing: list[Finding] = []
        self._pins: list[Finding] = []
        self._locked: set[str] = set()
        self._lone: dict[tuple[str, tuple[str, ...]], dict[tuple[Role, str], Location]] = {}
        self._known: dict[str, list[tuple[frozenset[str], str]]] = {}

    def __repr__(self) -> str:
        return f"Together(withdrawing={len(self._withdrawing)}, pins={len(self._pins)})"

    def note_parts(self, document: Document, credentials: tuple[Credential, ...]) -> None:
        """Remember the parts that stand alone in a document: the others of one credential may be next to it."""
        folder = document.path.rpartition("/")[0]
        for credential in credentials:
            part = credential.parts[0]
            if len(credential.parts) == 1 and part.role in _NAMES:
                around = self._lone.setdefault((folder, part.account), {})
                around.setdefault((part.role, document.path), document.locate(part.span))

    def companions(self) -> dict[Location, str]:
        """Return, for parts of one credential that stand in several files of a folder, where the others are."""
        found: dict[Location, str] = {}
        for around in self._lone.values():
            roles = [role for role, _ in around]
            if len(roles) == len(set(roles)) > 1:
                for role, place in around.items():
                    others = (
                        f"its {_NAMES[other[0]]} is at {where.path}:{where.line}"
                        for other, where in around.items()
                        if other != role
                    )
                    found[place] = "; " + ", ".join(others)
        return found

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
            first = next(((values, place) for values, place in known if values.isdisjoint(others)), None)
            if first is not None:
                marks = self._identifier.marks(REUSED, first[0] | others, ()) if self._identifier else ()
                rule = self._rules[REUSED]
                message = f"{rule.summary}: the other one is at {first[1]}"
                identity = ("\0".join(passphrase.scope), *passphrase.account)
                finding = plain_finding(
                    rule, document, passphrase.span, Confidence.HIGH, identity, message=message, commit=commit
                )
                findings.append(finding._replace(marks=marks))
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
            if not any(isinstance(item, Source) and withdrawals.in_source(item) for item in again()):
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

    def in_source(self, source: Source) -> bool:
        """Tell whether a file calls a withdrawal endpoint, wherever in it."""
        return any(self.in_bytes(chunk) for chunk in (source.data, *(source.more() if source.more else ())))

    def in_bytes(self, data: bytes) -> bool:
        """Tell whether a file calls a withdrawal endpoint."""
        return b"ithdraw" in data.lower() and bool(self._pattern.search(data))
