"""A scanner that tells where its time goes; nobody else pays for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from okxguard.clock import Clock
from okxguard.detectors.words import Telling
from okxguard.documents import Document
from okxguard.entries.reading import Reading
from okxguard.examination import CodeExaminer, Examination
from okxguard.examine import Examiner
from okxguard.leaking import Brought
from okxguard.leaks.imports import Tree
from okxguard.model import FileError, Note, Report, Skipped, Source
from okxguard.parts import Part
from okxguard.rulebook import Rulebook
from okxguard.scan import Options, Scanner
from okxguard.tally import Tally

_Item = Source | FileError | Note | Skipped


class TimedScanner(Scanner):
    """Does what a scanner does, and lets a clock turn from stage to stage."""

    def __init__(self, rulebook: Rulebook, options: Options, tree: Tree | None, clock: Clock) -> None:
        self._clock = clock
        super().__init__(rulebook, options, tree)

    def _code_examiner(self, tree: Tree | None) -> CodeExaminer:
        code = _TimedCodeExaminer(self._rulebook.rules, self._rulebook.folder, tree)
        code.clock = self._clock
        return code

    def scan_part(self, items: Iterable[_Item]) -> Part:
        """Scan some items of many; what it took goes with the part, whatever process it comes from."""
        before = self._clock.take()
        part = super().scan_part(items)
        times = self._clock.take()
        self._clock.add(before)
        return part._replace(times=times)

    def join(self, parts: Iterable[Part], again: Callable[[], Iterable[_Item]] | None = None) -> Report:
        """Put the parts of a scan together, and what each of them took."""
        joined = list(parts)
        for part in joined:
            if part.times is not None:
                self._clock.add(part.times)
        return super().join(joined, again)

    def _concluded(self, tally: Tally, again: Callable[[], Iterable[_Item]] | None) -> Report:
        self._clock.turn("together")
        return super()._concluded(tally, again)

    def _take(self, items: Iterable[_Item], tally: Tally) -> None:
        stage = self._clock.turn("reading")
        super()._take(self._read(items), tally)
        self._clock.turn(stage)

    def _read(self, items: Iterable[_Item]) -> Iterator[_Item]:
        for item in items:
            if isinstance(item, Source):
                self._clock.count("reading", 1, len(item.data))
            self._clock.turn("prefilter")
            yield item
            self._clock.turn("reading")

    def _scan_source(self, source: Source, tally: Tally) -> None:
        begin, files, size = time.perf_counter(), tally.files, tally.bytes
        super()._scan_source(source, tally)
        self._clock.count("prefilter", tally.files - files, tally.bytes - size)
        self._clock.note(source.path, time.perf_counter() - begin)

    def _scan_document(self, document: Document, source: Source, tally: Tally, *, holds: bool) -> None:
        stage = self._clock.turn("rules")
        self._clock.count("rules", 1, len(document.text))
        super()._scan_document(document, source, tally, holds=holds)
        self._clock.turn(stage)

    def _examined(self) -> Examiner:
        if self._examiner is None:
            options = self._options
            examiner = _TimedExaminer(self._rulebook, options.today, options.max_key_age, self._identifier)
            examiner.clock = self._clock
            self._examiner = examiner
        return self._examiner


class _TimedExaminer(Examiner):
    """Counts the time of the readers apart from that of the rules."""

    clock: Clock

    def _read(self, document: Document, find_telling: Callable[[], Telling]) -> Reading:
        parsing = f"parsing {document.kind.value}"
        stage = self.clock.turn(parsing)
        self.clock.count(parsing, 1, len(document.text))
        reading = super()._read(document, find_telling)
        self.clock.turn(stage)
        return reading


class _TimedCodeExaminer(CodeExaminer):
    """Counts the time of the code rules apart from that of the others."""

    clock: Clock

    def leaks_through(self, path: str, brought: Brought) -> bool:
        stage = self.clock.turn("code rules")
        leaks = super().leaks_through(path, brought)
        self.clock.turn(stage)
        return leaks

    def examine(self, document: Document, examination: Examination, commit: str | None) -> Examination:
        if not self._prefilter.may_leak(document):
            return examination
        stage = self.clock.turn("code rules")
        self.clock.count("code rules", 1, len(document.text))
        examined = super().examine(document, examination, commit)
        self.clock.turn(stage)
        return examined
