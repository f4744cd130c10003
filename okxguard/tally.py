"""What a scan has said so far, and the report that it becomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from okxguard.model import FileError, Finding, Location, Note, Report, Skipped, Source, Suppressed

_LONE_PARTS = frozenset({"OKX102", "OKX103", "OKX104"})

_CHANGED = "could not be read to its end; scan again"


class Tally:
    """Collects findings, what they are counted against, and what could not be read."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.suppressed: list[Suppressed] = []
        self.errors: list[FileError] = []
        self.notes: list[Note] = []
        self.skipped: list[Skipped] = []
        self.passed_over: list[Finding] = []  # held back, or older than what is looked at
        self.seen: set[str] = set()
        self.files = self.bytes = self.held_back = self.older = 0

    def add(self, other: Tally) -> None:
        """Take over everything that another one has collected."""
        self.findings += other.findings
        self.suppressed += other.suppressed
        self.errors += other.errors
        self.notes += other.notes
        self.skipped += other.skipped
        self.passed_over += other.passed_over
        self.seen |= other.seen
        self.files += other.files
        self.bytes += other.bytes
        self.held_back += other.held_back
        self.older += other.older

    def read_on(self, source: Source) -> Iterator[bytes]:
        """Yield the bytes of a large source, and count those that are read only now."""
        yield source.data
        try:
            for chunk in source.more() if source.more else ():
                self.bytes += len(chunk)
                yield chunk
        except OSError:
            self.errors.append(FileError(source.path, _CHANGED))

    def tell_companions(self, companions: Mapping[Location, str]) -> None:
        """Add to findings of single parts where the other parts of the credential stand."""
        if companions:
            self.findings = [
                each._replace(message=each.message + companions.get(each.location, ""))
                if each.rule in _LONE_PARTS
                else each
                for each in self.findings
            ]

    def report(self) -> Report:
        """Return the report, in the order of paths and lines."""
        return Report(
            findings=tuple(sorted(set(self.findings), key=_order)),
            suppressed=tuple(sorted(set(self.suppressed), key=lambda suppressed: _order(suppressed.finding))),
            errors=tuple(sorted(set(self.errors))),
            notes=tuple(sorted(set(self.notes))),
            files=self.files,
            bytes=self.bytes,
            skipped=tuple(sorted(self.skipped)),
            held_back=self.held_back,
            older=self.older,
        )


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    return (
        finding.location.path,
        finding.location.line,
        finding.location.column,
        finding.rule,
        finding.fingerprint,
    )
