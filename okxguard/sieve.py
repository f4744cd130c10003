"""Tell quickly that bytes, paths and sources give no finding, whatever rules are selected and whatever day it is."""

from __future__ import annotations

from collections.abc import Iterable

from okxguard import documents
from okxguard.model import Confidence, FileError, Note, Severity, Skipped, Source
from okxguard.pathnames import is_telling
from okxguard.prefilter import Prefilter
from okxguard.rulebook import Rulebook
from okxguard.scan import Options, Scanner

# No declared date is younger, so that what gives nothing on that day gives nothing before.
_LAST_DAY = "9999-12-31"


class NoTree:
    """No files at all: those of a history change with every commit."""

    def names(self, folder: str) -> frozenset[str]:  # noqa: ARG002 (a tree like the others)
        """Return nothing."""
        return frozenset()

    def read(self, path: str) -> None:  # noqa: ARG002 (a tree like the others)
        """Return nothing."""
        return


class Sieve:
    """The tests that stand before a scan of everything; with `code`, the code rules count as well."""

    def __init__(self, rulebook: Rulebook, *, code: bool) -> None:
        families = ("OKX1", "OKX2", "OKX3") if code else ("OKX1", "OKX2")
        rules = frozenset(rule for rule in rulebook.rules if rule.startswith(families))
        options = Options(rules, _LAST_DAY, Severity.LOW, Confidence.LOW, max_key_age=0)
        self._scanner = Scanner(rulebook, options, NoTree())
        self._prefilter = Prefilter(rulebook.vocabulary)
        self._code = code

    def may_report(self, data: bytes) -> bool:
        """Return False only where a source with these bytes gives nothing, unless its path tells."""
        if self._code:
            return True
        if len(data) <= documents.LARGEST_WHOLE:
            return self._prefilter.may_hold_credential("", data)
        return any(self._prefilter.may_hold_credential("", window.data) for window in documents.windows([data]))

    def tells(self, path: str) -> bool:
        """Tell whether a path alone is evidence, or holds a value itself."""
        return self._prefilter.names_okx(path) or is_telling(path)

    def is_silent(self, items: Iterable[Source | FileError | Note | Skipped]) -> bool:
        """Tell whether there is nothing at all to say of items, nor of others for what these hold."""
        part = self._scanner.scan_part(items)
        tally = part.tally
        told = tally.findings or tally.suppressed or tally.errors or tally.notes or tally.skipped or tally.held_back
        return not told and not part.deferred
