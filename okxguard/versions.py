"""Make one finding of what the versions of a file in a history have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from okxguard.model import Finding, Suppressed
from okxguard.past import History

if TYPE_CHECKING:
    from okxguard.examination import Examination

Describe = Callable[[Sequence[Sequence[History]]], Sequence[History]]
_Key = tuple[str, str, str, int]


class Versions:
    """Tells apart the values whose findings share a fingerprint: those stay in memory, and only counts leave."""

    def __init__(self) -> None:
        self._known: dict[str, dict[tuple[str, ...], int]] = {}
        self._values: set[str] = set()

    def __repr__(self) -> str:
        return f"Versions(known={len(self._known)})"

    def mark(self, examination: Examination, history: History | None) -> Examination:
        """Return an examination whose findings know their place in the history, if they have one."""
        if history is None:
            return examination
        self._values |= {candidate.value for candidate in examination.candidates}
        count = len(examination.credentials)
        numbers = [
            0 if any(part.exact for part in credential.parts) else self._number(finding.fingerprint, values)
            for credential, finding in zip(examination.credentials, examination.findings, strict=False)
            for values in [tuple(part.value for part in credential.parts)]
        ]
        numbers += [0] * (len(examination.findings) - count)
        policy = examination.policy
        return examination._replace(
            findings=tuple(
                finding._replace(history=history, variant=number)
                for finding, number in zip(examination.findings, numbers, strict=True)
            ),
            policy=policy._replace(
                withdrawing=tuple(finding._replace(history=history) for finding in policy.withdrawing),
                pins=tuple(finding._replace(history=history) for finding in policy.pins),
            ),
        )

    def hide(self, text: str) -> str:
        """Return a text of the history, such as the name of an author, without any value that was found in it."""
        # The longest first: what one of them leaves of another would be shown.
        for value in sorted(self._values, key=lambda value: (-len(value), value)):
            text = text.replace(value, "[redacted]")
        return text

    def _number(self, fingerprint: str, values: tuple[str, ...]) -> int:
        """Return which of the values of a fingerprint this is, in the order of their appearance."""
        known = self._known.setdefault(fingerprint, {})
        return known.setdefault(values, len(known))


def merge(findings: Iterable[Finding], describe: Describe) -> tuple[Finding, ...]:
    """Return one finding for each rule, path and value: that of the oldest version, with the history of all."""
    groups: dict[_Key, list[Finding]] = {}
    for finding in findings:
        key = (finding.rule, finding.location.path, finding.fingerprint, finding.variant)
        groups.setdefault(key, []).append(finding)
    histories = describe([[each.history for each in group if each.history] for group in groups.values()])
    merged = []
    for group, history in zip(groups.values(), histories, strict=True):
        oldest = min((each for each in group if each.history and each.history.object == history.object), key=_order)
        merged.append(oldest._replace(history=history, commit=history.commit or history.first))
    return tuple(sorted(merged, key=_order))


def merge_suppressed(suppressed: Iterable[Suppressed], describe: Describe) -> tuple[Suppressed, ...]:
    """Return one suppressed finding for each rule, path and value, with the reason of its oldest version."""
    known = list(suppressed)
    reasons = {(each.finding.location, each.finding.rule): each.reason for each in reversed(known)}
    merged = merge((each.finding for each in known), describe)
    return tuple(Suppressed(each, reasons[each.location, each.rule]) for each in merged)


def _order(finding: Finding) -> tuple[object, ...]:
    location = finding.location
    return (location.path, location.line, location.column, finding.rule, finding.fingerprint, finding.commit or "")
