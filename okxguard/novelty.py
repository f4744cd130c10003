"""Tell what is new in a file of a commit: findings that none of the versions before had on the same lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from okxguard.documents import Window, make_document
from okxguard.kinds import Kind
from okxguard.model import Finding, Note, Source
from okxguard.sources.archive import expand
from okxguard.tally import Tally

# Comparing this many lines with as many others still takes no time that anybody notices.
_MOST_PAIRS = 250_000
_UNCOVERED = "has something new under a suppression, which covers only what the base of the range held"
# Findings that are identified by the keys and secrets in them.
_OF_VALUES = frozenset({"OKX101", "OKX102", "OKX104"})


class Changes(NamedTuple):
    """Lines of a text, from 1: those that were added or changed, and those with removed ones right behind them."""

    lines: frozenset[int]
    gaps: frozenset[int]

    def touch(self, first: int, last: int) -> bool:
        """Tell whether any line from `first` to `last` was added or changed, or one between them removed."""
        return not self.lines.isdisjoint(range(first, last + 1)) or not self.gaps.isdisjoint(range(first, last))


class Novelty:
    """Knows what the commits before have brought.

    `scan` returns the findings of a version of a file, `keep` counts one that no suppression covers.
    """

    def __init__(self, scan: Callable[[Source], Iterable[Finding]], keep: Callable[[Finding, Tally], None]) -> None:
        self._scan = scan
        self._keep = keep
        self._brought: set[tuple[str, str, str]] = set()

    def leave_out_older(self, source: Source, tally: Tally) -> None:
        """Keep what is new in a file of a commit, and count the rest."""
        if tally.suppressed:
            brought = self._uncovered(source, [each.finding for each in tally.suppressed])
            tally.suppressed = [each for each in tally.suppressed if each.finding not in brought]
            tally.notes += [Note(source.path, _UNCOVERED)] if brought else []
            for finding in brought:
                self._keep(finding, tally)
        new = self._new_findings(source, tally.findings)
        tally.older += len(tally.findings) - len(new)
        kept = set(new)
        tally.passed_over += [finding for finding in tally.findings if finding not in kept]
        tally.findings = new

    def _new_findings(self, source: Source, findings: Sequence[Finding]) -> list[Finding]:
        """Return those findings of a source that are new against each of its versions before.

        A finding is new where a line of it or of its parts was added or changed, one between its lines was removed,
        or the version before did not have it. The commit that brings it first is the one that it is reported for.
        What a version inside the range had is old only if it was reported, or the base had it as well.
        """
        fresh = [finding for finding in findings if not self._is_known(finding)]
        left = list(fresh)
        if source.past is not None and left:
            for data in source.past.versions():
                for before in _same_file(source, source.path, data):
                    left = self._new_against(before, source, left)
        if len(left) < len(fresh):
            held, new = self._held_by_base(source), set(left)
            left = [each for each in fresh if each in new or not (held(each) or _identity(each) in self._brought)]
        self._brought.update(_identity(finding) for finding in fresh)
        return left

    def _uncovered(self, source: Source, findings: Sequence[Finding]) -> list[Finding]:
        """Return those findings under suppressions of the base that the base did not hold.

        A finding without a key or a secret has to stand on the lines that it had there: its value may be another one.
        """
        held = self._held_by_base(source)
        named = [each for each in findings if each.rule in _OF_VALUES]
        others = [each for each in findings if each.rule not in _OF_VALUES]
        base = source.past.base() if source.past is not None and others else None
        if base is not None:
            changes = changed_lines(_lines(source._replace(data=base[1])), _lines(source))
            others = [each for each in others if not held(each) or _touched(each, changes)]
        return [each for each in named if not held(each)] + others

    def _new_against(self, before: Source, source: Source, findings: list[Finding]) -> list[Finding]:
        known = {(finding.rule, finding.fingerprint) for finding in self._scan(before)}
        changes = changed_lines(_lines(before), _lines(source))
        return [each for each in findings if (each.rule, each.fingerprint) not in known or _touched(each, changes)]

    def _held_by_base(self, source: Source) -> Callable[[Finding], bool]:
        """Return a test for findings that the base of the range has in this file."""
        base = source.past.base() if source.past is not None else None
        own: set[tuple[str, str]] = set()
        here: set[tuple[str, str]] = set()
        if base is not None:
            name, data = base
            for at, found in ((name, own), (source.path.partition("!")[0], here)):
                for before in _same_file(source, at, data):
                    found.update((finding.rule, finding.fingerprint) for finding in self._scan(before))
        rules = {rule for rule, _ in own}
        # The fingerprint of a finding without a value holds the path, so that a renamed file is looked at under both.
        return lambda each: (
            (each.rule, each.fingerprint) in own or ((each.rule, each.fingerprint) in here and each.rule in rules)
        )

    def _is_known(self, finding: Finding) -> bool:
        # Other fingerprints do not hold the value: another one at the same place is another one.
        return finding.rule in _OF_VALUES and _identity(finding) in self._brought


def _identity(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.location.path, finding.fingerprint


def _same_file(source: Source, path: str, data: bytes) -> Iterable[Source]:
    """Return a version of the file that a source is, or of the member of an archive, as if it stood at a path."""
    _, mark, member = source.path.partition("!")
    before = source._replace(path=path, evidence=path, data=data, past=None)
    if not mark:
        return (before,)
    wanted = f"{path}!{member}"
    return [item for item in expand([before]) if isinstance(item, Source) and item.path == wanted][:1]


def _touched(finding: Finding, changes: Changes) -> bool:
    places = [part.location for part in finding.parts] or [finding.location]
    return any(changes.touch(place.line, place.end_line) for place in places)


def _lines(source: Source) -> list[str]:
    return make_document(source.path, source.evidence, Window(source.data), Kind.TEXT).text.split("\n")


def changed_lines(old: Sequence[str], new: Sequence[str]) -> Changes:
    """Compare two texts line by line."""
    same = min(len(old), len(new))
    start = next((at for at in range(same) if old[at] != new[at]), same)
    end = next((at for at in range(same - start) if old[-1 - at] != new[-1 - at]), same - start)
    left, right = old[start : len(old) - end], new[start : len(new) - end]
    if len(left) * len(right) > _MOST_PAIRS:
        # Far too much to compare pair by pair: a line that stood anywhere before counts as unchanged.
        known = frozenset(left)
        lines = {start + at + 1 for at, line in enumerate(right) if line not in known}
        return Changes(frozenset(lines), frozenset())
    lines, gaps = set(), set()
    for tag, _, _, first, last in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag in ("insert", "replace"):
            lines.update(range(start + first + 1, start + last + 1))
        elif tag == "delete":
            gaps.add(start + first)
    return Changes(frozenset(lines), frozenset(gaps))
