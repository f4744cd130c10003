"""Word findings: rule, severity, message, place and fingerprint of what the detectors found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from okxguard.correlate import Credential
from okxguard.documents import Document
from okxguard.kinds import Kind
from okxguard.model import Candidate, Confidence, Finding, Location, Part, Role, Rule, Span

if TYPE_CHECKING:
    from okxguard.identity import Identifier, Marks

_RULE_OF_ROLE = {
    Role.API_KEY: "OKX104",
    Role.SECRET_KEY: "OKX102",
    Role.PASSPHRASE: "OKX103",
    Role.ACCOUNT_TOKEN: "OKX105",
}
_NAMES = {Role.API_KEY: "API key", Role.SECRET_KEY: "secret key", Role.PASSPHRASE: "passphrase"}


def credential_finding(
    credential: Credential,
    document: Document,
    rules: Mapping[str, Rule],
    commit: str | None = None,
    identifier: Identifier | None = None,
) -> Finding:
    """Return the finding for the parts of one credential; `identifier` is that of the baseline, if there is one."""
    parts = credential.parts
    rule = rules["OKX101" if len(parts) > 1 else _RULE_OF_ROLE[parts[0].role]]
    demo = any(part.demo for part in parts)
    message = rule.summary
    if len(parts) > 1:
        message = f"{_enumerate(_NAMES[part.role] for part in parts)} of one OKX credential are hardcoded"
    message += _cell(document, parts[0].span)
    if demo:
        message += " (demo trading)"
    return Finding(
        rule=rule.id,
        name=rule.name,
        severity=rule.severity.lowered() if demo else rule.severity,
        confidence=credential.confidence,
        message=message,
        location=_around(document, [part.span for part in parts]),
        fingerprint=_fingerprint(rule.id, document, parts),
        parts=tuple(Part(part.role, document.locate(part.span)) for part in parts)
        if parts[0].role is not Role.ACCOUNT_TOKEN
        else (),
        commit=commit,
        identity=_digest(rule.id, *_places(parts)),
        marks=_marks(rule.id, parts, identifier) if identifier is not None else (),
    )


def plain_finding(
    rule: Rule,
    document: Document,
    span: Span,
    confidence: Confidence,
    identity: tuple[str, ...],
    *,
    message: str | None = None,
    commit: str | None = None,
) -> Finding:
    """Return a finding without parts; `identity` are the words that tell it from others of its rule in the file."""
    return Finding(
        rule=rule.id,
        name=rule.name,
        severity=rule.severity,
        confidence=confidence,
        message=(message or rule.summary) + _cell(document, span),
        location=document.locate(span),
        fingerprint=_digest(rule.id, document.path, *identity),
        commit=commit,
        identity=_digest(rule.id, *identity),
    )


def _cell(document: Document, span: Span) -> str:
    """Return where a notebook shows `span`, for the end of a message; nothing for other documents."""
    if document.kind is not Kind.NOTEBOOK:
        return ""
    from okxguard.entries.notebook import cell_of  # most documents are no notebooks

    place = cell_of(document, span.start)
    if place is None:
        return ""
    return f", in the output of cell {place.cell}" if place.output else f", in cell {place.cell}, line {place.line}"


def _enumerate(names: Iterable[str]) -> str:
    words = list(names)
    text = ", ".join(words[:-1]) + f" and {words[-1]}"
    return text[0].upper() + text[1:]


def _around(document: Document, spans: list[Span]) -> Location:
    return document.locate(Span(min(span.start for span in spans), max(span.end for span in spans)))


def _fingerprint(rule: str, document: Document, parts: tuple[Candidate, ...]) -> str:
    """Return an identity that survives moves and reformatting.

    Keys and secrets are random (122 and 128 bits), so that nobody can guess them from a hash. A passphrase is chosen
    by a person: it never goes into a hash, and one that stands alone is known by its place in the key path.
    """
    values = sorted(part.value for part in parts if part.exact)
    if values:
        return _digest("value", rule[:4], *values[:1])
    return _digest(rule, document.path, *_places(parts))


def _places(parts: tuple[Candidate, ...]) -> list[str]:
    return ["\0".join(part.scope) + "\0".join(part.account) for part in parts]


def _marks(rule: str, parts: tuple[Candidate, ...], identifier: Identifier) -> Marks:
    """Return what a baseline knows the values by; only keys and secrets in their exact shape are random."""
    random = {part.value for part in parts if part.exact and part.role in (Role.API_KEY, Role.SECRET_KEY)}
    return identifier.marks(rule[:4], random, {part.value for part in parts} - random)


def _digest(*words: str) -> str:
    text = "\0".join(("okxguard/1", *words)).encode("utf-8", "surrogatepass")
    digest: str = _hashing().sha256(text).hexdigest()
    return digest[:32]


def _hashing() -> ModuleType:
    """Return a module that knows SHA-256: the one that hashlib itself falls back to, where Python has it.

    That does without OpenSSL, which takes longer to load than a dotenv file to scan. Imported with the first finding.
    """
    for name in ("_sha2", "_sha256"):
        with suppress(ImportError):
            return import_module(name)
    return import_module("hashlib")
