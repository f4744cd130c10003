"""Examine code for what it gives away, and word the findings (OKX301 to OKX309)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from okxguard.documents import Document
from okxguard.findings import plain_finding
from okxguard.kinds import Kind
from okxguard.leakbook import load_leaks
from okxguard.leaks.names import SecretNames
from okxguard.leaks.prefilter import LeakPrefilter
from okxguard.leaks.python import LeakReading, PythonReader
from okxguard.model import Finding, Leak, Rule, Step

_PYTHON = (Kind.PYTHON, Kind.NOTEBOOK)


class LeakFinder:
    """The readers of one rule book, made once and used for every document."""

    def __init__(self, folder: str, prefilter: LeakPrefilter) -> None:
        self._folder = folder
        self._prefilter = prefilter

    def may_leak(self, document: Document) -> bool:
        """Return False only where no leak would be found."""
        return document.kind in _PYTHON and self._prefilter.may_leak_text(document.text)

    @cached_property
    def _python(self) -> PythonReader:
        book = load_leaks(self._folder)
        return PythonReader(book, SecretNames(book.names))

    def find(
        self, document: Document, rules: Mapping[str, Rule], commit: str | None
    ) -> tuple[tuple[Finding, ...], str | None]:
        """Return what the code of a document gives away, and a note where not all of it was followed."""
        reading = self._read(document)
        return tuple(_finding(leak, document, rules, commit) for leak in reading.leaks), reading.note

    def _read(self, document: Document) -> LeakReading:
        return self._python.read(document)


def _finding(leak: Leak, document: Document, rules: Mapping[str, Rule], commit: str | None) -> Finding:
    rule = rules[leak.rule]
    message = f"{rule.summary}: {leak.what}"
    finding = plain_finding(rule, document, leak.span, leak.confidence, leak.identity, message=message, commit=commit)
    places = [(document.locate(span), note) for span, note in leak.trace]
    trace = tuple(Step(place.line, place.column, note) for place, note in places)
    severity = rule.severity if leak.own else rule.severity.lowered()
    return finding._replace(trace=trace, severity=severity)
