"""Examine code for what it gives away, and word the findings (OKX301 to OKX309)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from okxguard.documents import Document
from okxguard.findings import plain_finding
from okxguard.kinds import Kind
from okxguard.leakbook import LeakBook, load_leaks
from okxguard.leaks.imports import Import
from okxguard.leaks.names import SecretNames
from okxguard.leaks.prefilter import LeakPrefilter
from okxguard.leaks.reading import LeakReading
from okxguard.model import Finding, Leak, Rule, Step

if TYPE_CHECKING:
    from okxguard.leaks.library import Library
    from okxguard.leaks.neighbours import Neighbours
    from okxguard.leaks.plain import PlainReader
    from okxguard.leaks.python import PythonReader
    from okxguard.pinned import PinnedPackages

Brought = tuple[tuple[str, Import], ...]
_PYTHON = (Kind.PYTHON, Kind.NOTEBOOK)


class LeakFinder:
    """The readers of one rule book, made once and used for every document."""

    def __init__(self, folder: str, prefilter: LeakPrefilter) -> None:
        self._folder = folder
        self._prefilter = prefilter
        self._pinned: PinnedPackages | None = None

    def leaks_through(self, path: str, brought: Brought) -> bool:
        """Tell whether a file that names no secret gets one from a file that it imports; remember it."""
        if self._neighbours is None or not self._neighbours.bring_secrets(path, brought):
            return False
        self._prefilter.through.add(path)
        return True

    @cached_property
    def _book(self) -> LeakBook:
        return load_leaks(self._folder)

    @cached_property
    def _names(self) -> SecretNames:
        return SecretNames(self._book.names)

    @cached_property
    def _python(self) -> PythonReader:
        from okxguard.leaks.python import PythonReader  # many runs meet no Python

        return PythonReader(self._names, self._library, self._neighbours)

    def _prints_by_default(self, document: Document) -> bool:
        """Tell whether the SDK that the project pins prints credentials unless it is told not to."""
        importers = self._prefilter.importers
        if importers is None or not re.search(r"\bokx\b", document.text):
            return False
        if self._pinned is None:
            from okxguard.pinned import PinnedPackages  # most code says nothing of the SDK

            self._pinned = PinnedPackages(importers.finder.tree, self._folder)
        return self._pinned.print_credentials(document.path)

    @cached_property
    def _plain(self) -> PlainReader:
        from okxguard.leaks.plain import PlainReader  # many runs meet no other language

        return PlainReader(self._book)

    @cached_property
    def _library(self) -> Library:
        from okxguard.leaks.library import Library

        return Library(self._book)

    @cached_property
    def _neighbours(self) -> Neighbours | None:
        from okxguard.leaks.neighbours import Neighbours

        importers = self._prefilter.importers
        return Neighbours(importers, self._names, self._library) if importers is not None else None

    def find(
        self, document: Document, rules: Mapping[str, Rule], commit: str | None
    ) -> tuple[tuple[Finding, ...], str | None]:
        """Return what the code of a document gives away, and a note where not all of it was followed."""
        reading = self._read(document)
        return tuple(_finding(leak, document, rules, commit) for leak in reading.leaks), reading.note

    def _read(self, document: Document) -> LeakReading:
        if document.kind in _PYTHON:
            return self._python.read(document, prints_by_default=self._prints_by_default(document))
        return self._plain.read(document)


def _finding(leak: Leak, document: Document, rules: Mapping[str, Rule], commit: str | None) -> Finding:
    rule = rules[leak.rule]
    message = f"{rule.summary}: {leak.what}"
    finding = plain_finding(rule, document, leak.span, leak.confidence, leak.identity, message=message, commit=commit)
    places = [(document.locate(span), note) for span, note in leak.trace]
    trace = tuple(Step(place.line, place.column, note) for place, note in places)
    severity = rule.severity if leak.own else rule.severity.lowered()
    return finding._replace(trace=trace, severity=severity)
