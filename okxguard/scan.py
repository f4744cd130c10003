"""Run the steps in order: source, prefilter, document, entries, detectors, correlate, filter, report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from okxguard import documents
from okxguard.decoding import is_binary
from okxguard.documents import LARGEST_WHOLE, Document, Window
from okxguard.examination import CodeExaminer, Examination
from okxguard.filtering import Filter, Options, as_fixture, may_suppress
from okxguard.kinds import Kind
from okxguard.model import (
    NAME,
    FileError,
    Finding,
    Note,
    Policing,
    Report,
    Role,
    Skipped,
    Source,
)
from okxguard.parts import Deferred, Part
from okxguard.pathnames import is_telling, name_in, read_path, redacted
from okxguard.prefilter import Prefilter
from okxguard.rulebook import Rulebook
from okxguard.tally import Tally
from okxguard.versions import Versions

if TYPE_CHECKING:
    from okxguard.examine import Examiner
    from okxguard.leaks.imports import Tree
    from okxguard.novelty import Novelty
    from okxguard.together import Together

__all__ = ["Options", "Part", "Scanner"]

_CODE = "OKX3"
_UNREAD = "{} of those that are only compared could not be read; passphrases and versions are compared without them"
_Item = Source | FileError | Note | Skipped


class Scanner:
    """The detectors of one rule book, made once and used for every source.

    `tree` reads what the sources import, by their paths.
    """

    def __init__(self, rulebook: Rulebook, options: Options, tree: Tree | None = None) -> None:
        self._rulebook = rulebook
        self._options = options
        self._filter = Filter(rulebook, options)
        self._prefilter = Prefilter(rulebook.vocabulary)
        self._examiner: Examiner | None = None
        self._together: Together | None = None
        self._code = self._code_examiner(tree) if any(rule.startswith(_CODE) for rule in options.rules) else None
        # The reasons of suppressions may quote credentials: where there are any, a file is read for both.
        self._only_code = all(rule.startswith(_CODE) for rule in options.rules) and not options.honour_pragma
        self._tree = tree
        self._identifier = options.baseline.identifier() if options.baseline else None
        self._earlier: Scanner | None = None
        self._novelty: Novelty | None = None
        self._rest: Callable[[], Iterable[_Item]] | None = None
        self._is_reporting = True
        self._deferred: list[Deferred] | None = None
        self._versions = Versions()

    def scan(
        self,
        items: Iterable[_Item],
        again: Callable[[], Iterable[_Item]] | None = None,
        rest: Callable[[], Iterable[_Item]] | None = None,
    ) -> Report:
        """Scan every source as it comes and report in the order of paths and lines.

        `again` gives the same items once more; it is told only where they are all there is, so that what none of them
        holds is nowhere, and asked only where a finding depends on that. `rest` gives what the items are compared
        with and nothing is reported of, and is asked only where a finding depends on that, too.
        """
        tally = Tally()
        self._together = None
        self._rest = rest
        self._take(items, tally)
        return self._concluded(tally, again)

    def hide(self, text: str) -> str:
        """Return a text of the history that was scanned without any value that was found in it."""
        return self._versions.hide(text)

    def _code_examiner(self, tree: Tree | None) -> CodeExaminer:
        return CodeExaminer(self._rulebook.rules, self._rulebook.folder, tree)

    def hasten(self) -> None:
        """Make ready for many files; processes that are forked afterwards are ready, too."""
        self._prefilter.hasten()
        if self._code is not None:
            self._code.hasten()

    def scan_part(self, items: Iterable[_Item]) -> Part:
        """Scan some items of many; what can only be judged beside the others is left for `join`."""
        tally = Tally()
        self._deferred = []
        self._take(items, tally)
        deferred, self._deferred = tuple(self._deferred), None
        return Part(tally, deferred)

    def join(self, parts: Iterable[Part], again: Callable[[], Iterable[_Item]] | None = None) -> Report:
        """Put the parts of a scan together, in the order of their items; `again` is that of `scan`."""
        tally = Tally()
        self._together = None
        for part in parts:
            tally.add(part.tally)
            for deferred in part.deferred:
                self._finish(deferred.document, deferred.source, deferred.examination, tally)
        return self._concluded(tally, again)

    def _take(self, items: Iterable[_Item], tally: Tally) -> None:
        for item in items:
            if isinstance(item, Source) and item.origin == NAME:
                if is_telling(name_in(item)):
                    self._renamed(item, tally)
                continue
            if isinstance(item, Source):
                self._scan_source(self._renamed(item, tally) if is_telling(item.path) else item, tally)
                continue
            if is_telling(item.path):
                item = item._replace(path=self._renamed(Source("path", item.path, b"", item.path), tally).path)
            if isinstance(item, FileError):
                tally.errors.append(item)
            elif isinstance(item, Note):
                tally.notes.append(item)
            else:
                tally.skipped.append(item)

    def _concluded(self, tally: Tally, again: Callable[[], Iterable[_Item]] | None) -> Report:
        """Add what only all files together show, and leave out what the baseline accepts."""
        if self._together is not None:
            if self._together.awaits_locks:
                self._meet_rest(tally)
            for finding in self._together.findings(again):
                self._filter.keep(finding, tally)
            tally.tell_companions(self._together.companions())
        report = tally.report()
        baseline = self._options.baseline
        if baseline is None:
            return report
        others = (*tally.passed_over, *(suppressed.finding for suppressed in report.suppressed))
        return baseline.leave_out(report, others, tally.seen, self._tree.names if self._tree else None)

    def _meet_rest(self, tally: Tally) -> None:
        """Learn, once, what the files hold that nothing is reported of."""
        rest, self._rest = self._rest, None
        if rest is None:
            return
        self._is_reporting = False
        others = Tally()
        for item in rest():
            if isinstance(item, FileError):
                others.errors.append(item)
            elif isinstance(item, Source) and not is_binary(item.data):
                self._attempt(item, others)
        self._is_reporting = True
        if others.errors:
            tally.notes.append(Note("(other files)", _UNREAD.format(len(others.errors))))

    def _renamed(self, source: Source, tally: Tally) -> Source:
        """Count what the path of a source gives away, and return the source with a path that does not."""
        try:
            named = read_path(source, self._examined())
        except Exception as error:
            tally.errors.append(FileError(redacted(source.path), _bug(error)))
            return source._replace(path=redacted(source.path))
        if named is None:
            return source
        if source.past is None or not source.past.had(source.path):
            for finding in self._versions.mark(named.examination, source.history).findings:
                self._filter.keep(as_fixture(self._rulebook, named.document, finding), tally)
        return source._replace(path=named.shown)

    def _scan_source(self, source: Source, tally: Tally) -> None:
        if self._identifier is not None:
            tally.seen.add(source.path)
        if is_binary(source.data):
            tally.skipped.append(Skipped(source.path, "binary"))
            return
        tally.files += 1
        tally.bytes += len(source.data)
        if source.past is None:
            self._attempt(source, tally)
            return
        own = Tally()
        self._attempt(source, own)
        self._leave_out_older(source, own)
        tally.add(own)

    def _leave_out_older(self, source: Source, tally: Tally) -> None:
        if tally.findings or tally.suppressed:
            if self._novelty is None:
                from okxguard.novelty import Novelty  # only ranges of commits know what was before

                self._novelty = Novelty(self._findings_before, self._filter.keep)
            self._novelty.leave_out_older(source, tally)

    def _findings_before(self, source: Source) -> list[Finding]:
        """Return what there is to say of an earlier version, suppressed or not."""
        if self._earlier is None:
            self._earlier = Scanner(self._rulebook, self._options._replace(baseline=None), self._tree)
        tally = Tally()
        self._earlier._attempt(source, tally)
        return [*tally.findings, *(suppressed.finding for suppressed in tally.suppressed)]

    def _attempt(self, source: Source, tally: Tally) -> None:
        try:
            self._scan_text(source, tally)
        except Exception as error:  # one bug must not lose the findings of the other files
            tally.errors.append(FileError(source.path, _bug(error)))

    def _scan_text(self, source: Source, tally: Tally) -> None:
        if source.more is None and len(source.data) <= LARGEST_WHOLE:
            leaks = self._code is not None and self._code.may_leak(source)  # it remembers imports
            holds = self._may_hold_credential(source)
            if leaks or holds:
                document = documents.make_document(source.path, source.evidence, Window(source.data))
                self._scan_document(
                    document, source, tally, holds=holds or (self._only_code and may_suppress(document))
                )
            return
        used = is_code = False
        for window in documents.windows(tally.read_on(source)):
            is_code |= self._code is not None and self._code.may_leak_bytes(source.path, window.data)
            if self._prefilter.may_hold_credential(source.evidence, window.data):
                used = True
                document = documents.make_document(source.path, source.evidence, window, Kind.TEXT)
                self._scan_document(document, source, tally, holds=True)
        if used:
            tally.notes.append(Note(source.path, "is large; read as plain text, window by window"))
        if is_code:
            tally.notes.append(Note(source.path, "is too large for the code rules; they did not run"))

    def _may_hold_credential(self, source: Source) -> bool:
        return not self._only_code and self._prefilter.may_hold_credential(source.evidence, source.data)

    def _scan_document(self, document: Document, source: Source, tally: Tally, *, holds: bool) -> None:
        """Examine a document; one that holds no credential is only looked at for what its code gives away."""
        examination = self._examined().examine(document, source.commit) if holds else Examination()
        if self._code is not None:
            examination = self._code.examine(document, examination, source.commit)
        if self._deferred is not None and (examination.credentials or examination.policy != Policing()):
            self._deferred.append(Deferred(document, source._replace(data=b"", more=None), examination))
        else:
            self._finish(document, source, examination, tally)

    def _finish(self, document: Document, source: Source, examination: Examination, tally: Tally) -> None:
        if examination.credentials or examination.policy != Policing():
            examination = self._with_others(document, examination, source.commit, tally)
        examination = self._versions.mark(examination, source.history)
        if examination.note:
            tally.notes.append(Note(document.path, redacted(examination.note)))
        if document.damaged:
            tally.notes.append(Note(document.path, "holds bytes that are no text in its encoding; they were skipped"))
        self._filter.apply(document, source, examination, tally, self._together if self._is_reporting else None)
        if self._together is not None and not self._is_reporting:
            self._together.add(Policing(locked=examination.policy.locked))

    def _examined(self) -> Examiner:
        """Return the examiner, imported with the first file that the prefilter lets through: most runs have none."""
        if self._examiner is None:
            from okxguard.examine import Examiner

            options = self._options
            self._examiner = Examiner(self._rulebook, options.today, options.max_key_age, self._identifier)
        return self._examiner

    def _with_others(
        self, document: Document, examination: Examination, commit: str | None, tally: Tally
    ) -> Examination:
        """Return an examination with what it means beside the files before, and remember it for those to come."""
        if self._together is None:
            from okxguard.together import Together

            self._together = Together(self._rulebook.rules, self._rulebook.folder, self._identifier)
        if any(len(each.parts) == 1 or Role.PASSPHRASE in each.roles for each in examination.credentials):
            self._meet_rest(tally)
        self._together.note_parts(document, examination.credentials)
        reused = self._together.reused(document, examination.credentials, commit)
        return examination._replace(findings=(*examination.findings, *reused))


def _bug(error: Exception) -> str:
    return f"could not be scanned because of a bug in okxguard ({type(error).__name__}); please report it"
