"""Filter the findings of a document: suppressions in its comments, selected rules, lowest levels; each is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from okxguard.documents import Document
from okxguard.model import Confidence, Finding, Note, Policing, Severity, Source, Suppressed
from okxguard.rulebook import Rulebook
from okxguard.tally import Tally

if TYPE_CHECKING:
    from okxguard.baseline import Baseline
    from okxguard.examination import Examination
    from okxguard.suppress import Suppression
    from okxguard.together import Together

_UNUSED = "OKX901"
_UNTRUSTED = "has suppressions that the base of the range does not have; they do not count here"


class Options(NamedTuple):
    """What to report: the ids of the rules that run, the lowest severity and confidence, today as in 2027-01-31.

    `max_key_age` is in days; what `baseline` accepts is left out.
    """

    rules: frozenset[str]
    today: str
    min_severity: Severity = Severity.LOW
    min_confidence: Confidence = Confidence.MEDIUM
    honour_pragma: bool = False
    max_key_age: int = 90
    baseline: Baseline | None = None


class Filter:
    """What a user wants to see of the findings of one rule book."""

    def __init__(self, rulebook: Rulebook, options: Options) -> None:
        self._rulebook = rulebook
        self._options = options

    def apply(
        self, document: Document, source: Source, examination: Examination, tally: Tally, together: Together | None
    ) -> None:
        """Count the findings of a document; `together` remembers what only all files together show."""
        directives = self._directives(document, source, tally)
        used: set[Suppression] = set()
        for finding in (as_fixture(self._rulebook, document, finding) for finding in examination.findings):
            directive = next((each for each in directives if each.covers(finding)), None)
            if directive is not None:
                used.add(directive)
                if finding.rule in self._options.rules:
                    from okxguard.suppressing import redacted

                    tally.suppressed.append(Suppressed(finding, redacted(directive.reason, examination.candidates)))
            else:
                self.keep(finding, tally)
        if together is not None:
            used |= self._remember(document, examination.policy, directives, together)
        for directive in directives:
            if directive not in used and not directive.quiet and self._ran_all_of(directive):
                self.keep(self._unused(document, directive), tally)

    def _remember(
        self, document: Document, policy: Policing, directives: tuple[Suppression, ...], together: Together
    ) -> set[Suppression]:
        """Keep for the end what only all files together show; return the suppressions of what is left out of it."""
        used: set[Suppression] = set()
        kept: list[list[Finding]] = []
        for findings in (policy.withdrawing, policy.pins):
            kept.append([])
            for finding in findings:
                covering = {each for each in directives if each.covers(finding)}
                used |= covering
                if not covering:
                    kept[-1].append(as_fixture(self._rulebook, document, finding))
        together.add(policy._replace(withdrawing=tuple(kept[0]), pins=tuple(kept[1])))
        return used

    def _directives(self, document: Document, source: Source, tally: Tally) -> tuple[Suppression, ...]:
        if not may_suppress(document) and not self._options.honour_pragma:
            return ()
        # Imported when there is one: most files have none.
        from okxguard.suppress import read_suppressions
        from okxguard.suppressing import trusted

        def read(text: Document) -> tuple[Suppression, ...]:
            pragma = self._options.honour_pragma
            return read_suppressions(text, frozenset(self._rulebook.rules), self._options.today, honour_pragma=pragma)

        directives = read(document)
        counting = trusted(directives, source, read)
        if len(counting) < len(directives):
            tally.notes.append(Note(document.path, _UNTRUSTED))
        return counting

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

    def keep(self, finding: Finding, tally: Tally) -> None:
        """Count a finding that nothing suppresses: it is reported, or held back for its levels."""
        if finding.rule not in self._options.rules:
            return
        if finding.confidence < self._options.min_confidence or finding.severity < self._options.min_severity:
            tally.held_back += 1
            tally.passed_over.append(finding)
        else:
            tally.findings.append(finding)


def may_suppress(document: Document) -> bool:
    """Tell whether a document may hold a suppression of our own."""
    return "okxguard" in document.text.lower()


def as_fixture(rulebook: Rulebook, document: Document, finding: Finding) -> Finding:
    """Lower the confidence of a finding in a test fixture by one, but not below medium."""
    vocabulary = rulebook.vocabulary
    *folders, name = document.evidence.lower().replace("!", "/").split("/")
    is_fixture = any(folder in vocabulary.fixture_folders for folder in folders) or name.endswith(
        vocabulary.fixture_endings
    )
    if is_fixture and finding.confidence > Confidence.MEDIUM:
        return finding._replace(confidence=Confidence.MEDIUM)
    return finding
