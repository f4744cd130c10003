"""Inline suppressions: `okxguard: ignore[OKX101] reason="..." until=2027-01-31` in a comment of any syntax."""

from __future__ import annotations

import re
from typing import NamedTuple

from okxguard.documents import Document
from okxguard.kinds import Kind
from okxguard.model import Finding, Span

_DIRECTIVE = re.compile(r"okxguard:\s*ignore\b(?P<rules>\[[^\]\n]{0,200}\])?(?P<rest>[^\n]*)", re.IGNORECASE)
_REASON = re.compile(
    r"\breason\s*=\s*(?:\"(?P<double>[^\"\n]{0,300})\"|'(?P<single>[^'\n]{0,300})'|(?P<bare>\S{1,300}))"
)
_UNTIL = re.compile(r"\buntil\s*=\s*[\"']?(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}(?!\w)|[^\s\"',;]*)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_COMMENT_BEFORE = re.compile(r"(?:#|//|\*|--|;|%|\brem\b|(?<!\S)'\s|\"\"\")[^\n]{0,300}$", re.IGNORECASE)
_PROSE_BEFORE = re.compile(r"<!--[^\n]{0,300}$")
_MARKERS = {Kind.MARKDOWN: _PROSE_BEFORE, Kind.PYTHON: re.compile(r"#[^\n]{0,300}$")}
_ALLOWLISTED = re.compile(r"pragma:\s*allowlist(?:[ -]|\s)(?P<next>nextline[ -])?secret", re.IGNORECASE)
_FARTHEST_MARKER = 310
_RULE_ID = re.compile(r"OKX\d{3}")


class Suppression(NamedTuple):
    """One directive: the rules it names, the lines it covers, and what is wrong with it, if anything.

    A `quiet` one is not reported when it suppresses nothing: examples in prose, and other tools' directives.
    """

    rules: tuple[str, ...]
    lines: tuple[int, ...]
    span: Span
    reason: str | None
    expired: bool = False
    problem: str | None = None
    quiet: bool = False

    def covers(self, finding: Finding) -> bool:
        """Tell whether the directive takes `finding` out of the report: it stands on a line of it, or of a part."""
        lines = {finding.location.line, *(part.location.line for part in finding.parts)}
        return (
            self.problem is None
            and not self.expired
            and finding.rule in self.rules
            and bool(lines.intersection(self.lines))
        )


def read_suppressions(
    document: Document, known: frozenset[str], today: str, *, honour_pragma: bool = False
) -> tuple[Suppression, ...]:
    """Return the directives of a document; a directive covers its own line and the one below it."""
    found = [_directive(document, match, known, today) for match in _DIRECTIVE.finditer(document.text)]
    suppressions = [suppression for suppression in found if suppression]
    if honour_pragma:
        suppressions.extend(_pragmas(document, known))
    return tuple(suppressions)


def _directive(document: Document, match: re.Match[str], known: frozenset[str], today: str) -> Suppression | None:
    index = document.line_of(match.start())
    before = document.text[max(document.line_starts[index], match.start() - _FARTHEST_MARKER) : match.start()]
    marker = _MARKERS.get(document.kind, _COMMENT_BEFORE)
    in_comment = bool(marker.search(before))
    if (document.kind is not Kind.MARKDOWN and not in_comment) or match["rules"] == "[...]":
        return None  # texts about suppressions write three dots
    rules = tuple(rule.strip().upper() for rule in (match["rules"] or "[]")[1:-1].split(",") if rule.strip())
    until = _UNTIL.search(match["rest"])
    problem, expired = _problem(rules, known, until), False
    if until and problem is None:
        expired = until["date"] < today
    if document.kind is Kind.MARKDOWN and not in_comment and problem:
        return None
    line = index + document.first_line
    return Suppression(
        rules,
        (line, line + 1),
        Span(match.start(), match.start() + len("okxguard: ignore")),
        _reason(match["rest"]),
        expired,
        problem,
        quiet=not in_comment,
    )


def _problem(rules: tuple[str, ...], known: frozenset[str], until: re.Match[str] | None) -> str | None:
    if not rules:
        return "a suppression must name its rules, as in ignore[OKX101]"
    unknown = [rule for rule in rules if rule not in known]
    if unknown:
        named = unknown[0] if _RULE_ID.fullmatch(unknown[0]) else "a word"
        return f"a suppression names {named}, which is no rule id; `okxguard rules` lists them"
    if until and not _is_date(until["date"]):
        return "a suppression has a date that cannot be read; write until=2027-01-31"
    return None


def _is_date(text: str) -> bool:
    """Tell whether `text` is a date as in 2027-01-31; newer Pythons would take other forms as well."""
    from datetime import date  # few files hold a date; the import would cost every hook run

    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return bool(_DATE.fullmatch(text))


def _reason(rest: str) -> str | None:
    match = _REASON.search(rest)
    return (match["double"] or match["single"] or match["bare"]) if match else None


def _pragmas(document: Document, known: frozenset[str]) -> list[Suppression]:
    pragmas = []
    for match in _ALLOWLISTED.finditer(document.text):
        line = document.line_of(match.start()) + document.first_line + bool(match["next"])
        pragmas.append(
            Suppression(tuple(sorted(known)), (line,), Span(*match.span()), "pragma: allowlist secret", quiet=True)
        )
    return pragmas
