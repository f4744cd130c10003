"""What one document gave, and what its code gives away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from okxguard.documents import Document
from okxguard.leaks.prefilter import LeakPrefilter
from okxguard.model import Candidate, Finding, Policing, Rule

if TYPE_CHECKING:
    from okxguard.correlate import Credential
    from okxguard.leaking import Brought, LeakFinder


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
    """What finds leaks, apart from the other detectors: most code is not about OKX, and they are slow to make."""

    def __init__(self, rules: Mapping[str, Rule], folder: str, prefilter: LeakPrefilter) -> None:
        self._rules = rules
        self._folder = folder
        self._prefilter = prefilter
        self._found: LeakFinder | None = None

    def leaks_through(self, path: str, brought: Brought) -> bool:
        """Tell whether a file that names no secret gets one from a file that it imports."""
        return self._finder().leaks_through(path, brought)

    def examine(self, document: Document, examination: Examination, commit: str | None) -> Examination:
        """Return an examination together with what the code of the document gives away."""
        if not self._prefilter.may_leak(document):
            return examination
        findings, note = self._finder().find(document, self._rules, commit)
        return examination._replace(findings=(*examination.findings, *findings), note=examination.note or note)

    def _finder(self) -> LeakFinder:
        if self._found is None:
            from okxguard.leaking import LeakFinder  # many runs meet no code that names a secret

            self._found = LeakFinder(self._folder, self._prefilter)
        return self._found
