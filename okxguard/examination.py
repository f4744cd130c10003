"""What one document gave, and what its code gives away."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from okxguard.documents import Document
from okxguard.kinds import Kind
from okxguard.leaks.endings import may_be_code
from okxguard.model import Candidate, Finding, Policing, Rule, Source

if TYPE_CHECKING:
    from okxguard.correlate import Credential
    from okxguard.leaking import Brought, LeakFinder
    from okxguard.leaks.imports import Tree
    from okxguard.leaks.prefilter import LeakPrefilter

_CODE_KINDS = frozenset({Kind.PYTHON, Kind.NOTEBOOK, Kind.CODE, Kind.YAML})


class Examination(NamedTuple):
    """What one document gave: findings, the candidates behind them, and why its own reader gave up, if it did.

    `credentials` and `policy` hold what only counts together with other files.
    """

    findings: tuple[Finding, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    note: str | None = None
    credentials: tuple[Credential, ...] = ()
    policy: Policing = Policing()

    def __repr__(self) -> str:
        return f"Examination(findings={self.findings!r})"


class CodeExaminer:
    """What finds leaks, apart from the other detectors: most code is not about OKX, and they are slow to make.

    `tree` holds the files that others import. The parts are imported with the first file that needs them.
    """

    def __init__(self, rules: Mapping[str, Rule], folder: str, tree: Tree | None) -> None:
        self._rules = rules
        self._folder = folder
        self._tree = tree
        self._found: LeakFinder | None = None

    @cached_property
    def _prefilter(self) -> LeakPrefilter:
        from okxguard.leaks.prefilter import LeakPrefilter  # many runs meet no code

        return LeakPrefilter(self._tree)

    def hasten(self) -> None:
        """Make ready for much to be tested."""
        self._prefilter.hasten()

    def may_leak(self, source: Source) -> bool:
        """Return False only where a file gives nothing away, not even what it imports."""
        if not may_be_code(source.path, source.data):
            return False
        if self._prefilter.may_leak_bytes(source.path, source.data):
            return True
        brought = self._prefilter.brought(source.path, source.data)
        return bool(brought) and self.leaks_through(source.path, brought)

    def may_leak_bytes(self, path: str, data: bytes) -> bool:
        """Return False only where a part of a file is no code, or names no secret."""
        return may_be_code(path, data) and self._prefilter.may_leak_bytes(path, data)

    def leaks_through(self, path: str, brought: Brought) -> bool:
        """Tell whether a file that names no secret gets one from a file that it imports."""
        return self._finder().leaks_through(path, brought)

    def examine(self, document: Document, examination: Examination, commit: str | None) -> Examination:
        """Return an examination together with what the code of the document gives away."""
        if document.kind not in _CODE_KINDS or not self._prefilter.may_leak(document):
            return examination
        findings, note = self._finder().find(document, self._rules, commit)
        return examination._replace(findings=(*examination.findings, *findings), note=examination.note or note)

    def _finder(self) -> LeakFinder:
        if self._found is None:
            from okxguard.leaking import LeakFinder  # many runs meet no code that names a secret

            self._found = LeakFinder(self._folder, self._prefilter)
        return self._found
