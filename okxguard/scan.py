"""Run the steps in order: source, prefilter, document, entries, detectors, correlate, filter, report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from okxguard import documents
from okxguard.decoding import is_binary
from okxguard.documents import Document, Window
from okxguard.kinds import Kind
from okxguard.leaks.prefilter import LeakPrefilter
from okxguard.model import (
    Candidate,
    Confidence,
    FileError,
    Finding,
    Note,
    Policing,
    Report,
    Severity,
    Skipped,
    Source,
    Suppressed,
)
from okxguard.prefilter import Prefilter
from okxguard.rulebook import Rulebook

if TYPE_CHECKING:
    from okxguard.examine import Examination, Examiner
    from okxguard.leaks.imports import Tree
    from okxguard.suppress import Suppression
    from okxguard.together import Together

_UNUSED, _CODE = "OKX901", "OKX3"
_LARGEST_WHOLE = 16 << 20
_WINDOW = 4 << 20
_OVERLAP = 128 << 10
_Item = Source | FileError | Note | Skipped


class Options(NamedTuple):
    """What to report: the ids of the rules that run, the lowest severity and confidence, today as in 2027-01-31.

    `max_key_age` is in days.
    """

    rules: frozenset[str]
    today: str
    min_severity: Severity = Severity.LOW
    min_confidence: Confidence = Confidence.MEDIUM
    honour_pragma: bool = False
    max_key_age: int = 90


class _Tally:
    """What has been said so far; becomes the report."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.suppressed: list[Suppressed] = []
        self.errors: list[FileError] = []
        self.notes: list[Note] = []
        self.skipped: list[Skipped] = []
        self.files = self.bytes = self.held_back = 0

    def report(self) -> Report:
        return Report(
            findings=tuple(sorted(set(self.findings), key=_order)),
            suppressed=tuple(sorted(set(self.suppressed), key=lambda suppressed: _order(suppressed.finding))),
            errors=tuple(sorted(self.errors, key=lambda error: (error.path, error.reason))),
            notes=tuple(sorted(self.notes, key=lambda note: (note.path, note.reason))),
            files=self.files,
            bytes=self.bytes,
            skipped=tuple(sorted(self.skipped)),
            held_back=self.held_back,
        )


class Scanner:
    """The detectors of one rule book, made once and used for every source.

    `tree` reads what the sources import, by their paths.
    """

    def __init__(self, rulebook: Rulebook, options: Options, tree: Tree | None = None) -> None:
        self._rulebook = rulebook
        self._options = options
        self._prefilter = Prefilter(rulebook.vocabulary)
        self._examiner: Examiner | None = None
        self._together: Together | None = None
        self._leaks = LeakPrefilter(tree) if any(rule.startswith(_CODE) for rule in options.rules) else None
        # The reasons of suppressions may quote credentials: where there are any, a file is read for both.
        self._only_code = all(rule.startswith(_CODE) for rule in options.rules) and not options.honour_pragma

    def scan(self, items: Iterable[_Item], again: Callable[[], Iterable[_Item]] | None = None) -> Report:
        """Scan every source as it comes and report in the order of paths and lines.

        `again` gives the same items once more; it is told only where they are all there is, so that what none of them
        holds is nowhere, and asked only where a finding depends on that.
        """
        tally = _Tally()
        self._together = None
        for item in items:
            if isinstance(item, Source):
                self._scan_source(item, tally)
            elif isinstance(item, FileError):
                tally.errors.append(item)
            elif isinstance(item, Note):
                tally.notes.append(item)
            else:
                tally.skipped.append(item)
        self._conclude(tally, again)
        return tally.report()

    def _conclude(self, tally: _Tally, again: Callable[[], Iterable[_Item]] | None) -> None:
        """Add what only all files together show."""
        if self._together is not None:
            for finding in self._together.findings(again):
                self._keep(finding, tally)

    def _scan_source(self, source: Source, tally: _Tally) -> None:
        if is_binary(source.data):
            tally.skipped.append(Skipped(source.path, "binary"))
            return
        tally.files += 1
        tally.bytes += len(source.data)
        try:
            self._scan_text(source, tally)
        except Exception as error:  # one bug must not lose the findings of the other files
            name = type(error).__name__
            tally.errors.append(
                FileError(
                    source.path,
                    f"could not be scanned because of a bug in okxguard ({name}); please report it",
                )
            )

    def _scan_text(self, source: Source, tally: _Tally) -> None:
        if len(source.data) <= _LARGEST_WHOLE:
            if self._may_leak(source) or self._may_hold_credential(source):  # the first one remembers imports
                self._scan_document(
                    documents.make_document(source.path, source.evidence, Window(source.data)), source, tally
                )
            return
        used = False
        for window in documents.windows(source.data, _WINDOW, _OVERLAP):
            if self._prefilter.may_hold_credential(source.evidence, window.data):
                used = True
                self._scan_document(
                    documents.make_document(source.path, source.evidence, window, Kind.TEXT), source, tally
                )
        if used:
            tally.notes.append(Note(source.path, "is large; read as plain text, window by window"))

    def _may_hold_credential(self, source: Source) -> bool:
        return not self._only_code and self._prefilter.may_hold_credential(source.evidence, source.data)

    def _may_leak(self, source: Source) -> bool:
        if self._leaks is None:
            return False
        if self._leaks.may_leak_bytes(source.path, source.data):
            return True
        brought = self._leaks.brought(source.path, source.data)
        return bool(brought) and self._examined().leaks_through(source.path, brought)

    def _scan_document(self, document: Document, source: Source, tally: _Tally) -> None:
        code_alone = self._only_code and not _may_suppress(document)
        examine = self._examined().examine_code if code_alone else self._examined().examine
        examination = examine(document, source.commit)
        if examination.credentials or examination.policy != Policing():
            examination = self._with_others(document, examination, source.commit)
        if examination.note:
            tally.notes.append(Note(document.path, examination.note))
        if document.damaged:
            tally.notes.append(Note(document.path, "holds bytes that are no text in its encoding; they were skipped"))
        self._filter(document, examination, tally)

    def _examined(self) -> Examiner:
        """Return the examiner, imported with the first file that the prefilter lets through: most runs have none."""
        if self._examiner is None:
            from okxguard.examine import Examiner

            self._examiner = Examiner(self._rulebook, self._options.today, self._options.max_key_age, self._leaks)
        return self._examiner

    def _with_others(self, document: Document, examination: Examination, commit: str | None) -> Examination:
        """Return an examination with what it means beside the files before, and remember it for those to come."""
        if self._together is None:
            from okxguard.together import Together

            self._together = Together(self._rulebook.rules, self._rulebook.folder)
        reused = self._together.reused(document, examination.credentials, commit)
        return examination._replace(findings=(*examination.findings, *reused))

    def _filter(self, document: Document, examination: Examination, tally: _Tally) -> None:
        directives = self._directives(document)
        used: set[Suppression] = set()
        for finding in (_as_fixture(self._rulebook, document, finding) for finding in examination.findings):
            directive = next((each for each in directives if each.covers(finding, _lines(finding))), None)
            if directive is not None:
                used.add(directive)
                if finding.rule in self._options.rules:
                    tally.suppressed.append(Suppressed(finding, _redacted(directive.reason, examination.candidates)))
            else:
                self._keep(finding, tally)
        used |= self._remember(document, examination.policy, directives)
        for directive in directives:
            if directive not in used and not directive.quiet and self._ran_all_of(directive):
                self._keep(self._unused(document, directive), tally)

    def _remember(self, document: Document, policy: Policing, directives: tuple[Suppression, ...]) -> set[Suppression]:
        """Keep for the end what only all files together show; return the suppressions of what is left out of it."""
        if self._together is None:
            return set()
        used: set[Suppression] = set()
        kept: list[list[Finding]] = []
        for findings in (policy.withdrawing, policy.pins):
            kept.append([])
            for finding in findings:
                covering = {each for each in directives if each.covers(finding, _lines(finding))}
                used |= covering
                if not covering:
                    kept[-1].append(_as_fixture(self._rulebook, document, finding))
        self._together.add(policy._replace(withdrawing=tuple(kept[0]), pins=tuple(kept[1])))
        return used

    def _directives(self, document: Document) -> tuple[Suppression, ...]:
        if not _may_suppress(document) and not self._options.honour_pragma:
            return ()
        # Imported when there is one: most files have none.
        from okxguard.suppress import read_suppressions

        known = frozenset(self._rulebook.rules)
        return read_suppressions(document, known, self._options.today, honour_pragma=self._options.honour_pragma)

    def _ran_all_of(self, directive: Suppression) -> bool:
        return all(rule in self._options.rules for rule in directive.rules if rule in self._rulebook.rules)

    def _unused(self, document: Document, directive: Suppression) -> Finding:
        message = directive.problem or (
            "a suppression has expired" if directive.expired else "a suppression suppresses nothing"
        )
        from okxguard.findings import plain_finding

        return plain_finding(
            self._rulebook.rules[_UNUSED],
            document,
            directive.span,
            Confidence.HIGH,
            directive.rules,
            message=message,
        )

    def _keep(self, finding: Finding, tally: _Tally) -> None:
        if finding.rule not in self._options.rules:
            return
        if finding.confidence < self._options.min_confidence or finding.severity < self._options.min_severity:
            tally.held_back += 1
        else:
            tally.findings.append(finding)


def _may_suppress(document: Document) -> bool:
    return "okxguard" in document.text.lower()


def _as_fixture(rulebook: Rulebook, document: Document, finding: Finding) -> Finding:
    """Lower the confidence of a finding in a test fixture by one, but not below medium."""
    vocabulary = rulebook.vocabulary
    *folders, name = document.evidence.lower().replace("!", "/").split("/")
    is_fixture = any(folder in vocabulary.fixture_folders for folder in folders) or name.endswith(
        vocabulary.fixture_endings
    )
    if is_fixture and finding.confidence > Confidence.MEDIUM:
        return finding._replace(confidence=Confidence.MEDIUM)
    return finding


def _lines(finding: Finding) -> set[int]:
    return {finding.location.line, *(part.location.line for part in finding.parts)}


def _redacted(reason: str | None, candidates: tuple[Candidate, ...]) -> str | None:
    """Return the reason of a suppression without any value that was found in the file."""
    for candidate in candidates:
        if reason and candidate.value in reason:
            reason = reason.replace(candidate.value, "[redacted]")
    return reason


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    return (
        finding.location.path,
        finding.location.line,
        finding.location.column,
        finding.rule,
        finding.fingerprint,
    )
