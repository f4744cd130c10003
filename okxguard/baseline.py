"""The baseline: findings that are known and accepted. Read it, leave them out of a report, change it. Data only."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple

from okxguard.errors import BaselineError
from okxguard.identity import Identifier
from okxguard.model import Finding, Report

VERSION = 1
_KEY = re.compile(r"[0-9a-f]{64}")
_RULE = re.compile(r"OKX[0-9]{3}")
_FINGERPRINT = re.compile(r"[0-9a-f]{32}(?:-[0-9a-f]{32}){0,99}")

Names = Callable[[str], frozenset[str]]
IsGone = Callable[[str], bool]


class Known(NamedTuple):
    """One accepted finding; its fingerprint is one mark, or one for each of its random values."""

    path: str
    rule: str
    fingerprint: str

    @property
    def marks(self) -> tuple[str, ...]:
        """The marks that the fingerprint is made of."""
        return tuple(self.fingerprint.split("-"))


class Baseline(NamedTuple):
    """The key and the accepted findings; their paths are relative to `folder`, those of a scan to `root`."""

    key: bytes
    known: tuple[Known, ...] = ()
    folder: str = ""
    root: str = ""

    def identifier(self) -> Identifier:
        """Return what makes marks under the key of this baseline."""
        return Identifier(self.key)

    def leave_out(
        self, report: Report, others: Iterable[Finding], seen: Collection[str], names: Names | None
    ) -> Report:
        """Return a report without the accepted findings, which it counts.

        `others` are findings that were held back or suppressed, `seen` the paths of all that was read, and `names`
        tells what a folder holds. Together they tell which accepted findings are gone from their files.
        """
        is_gone = self._gone(seen, names) if not report.errors else lambda _path: False
        accepted = _by_value(self.known, report.findings)
        accepted |= _by_place(self, report.findings, others, is_gone).keys()
        return report._replace(
            findings=tuple(finding for index, finding in enumerate(report.findings) if index not in accepted),
            baselined=len(accepted),
        )

    def with_findings(self, findings: Collection[Finding]) -> Baseline:
        """Return the baseline with further findings."""
        identifier = self.identifier()
        marked = {self._known(finding, identifier) for finding in findings if finding.marks}
        others = [self._known(finding, identifier) for finding in findings if not finding.marks]
        return self._replace(known=tuple(sorted((*self.known, *marked.difference(self.known), *others))))

    def without_gone(self, findings: tuple[Finding, ...], folders: Collection[str]) -> Baseline:
        """Return what still occurs in `findings`, which are all that some folders hold, with the path it has now."""

        def is_covered(path: str) -> bool:
            whole = os.path.join(self.folder, path)
            return any(_is_below(_relative(whole, folder)) for folder in folders)

        paths: dict[str, set[str]] = {}
        for finding in findings:
            for mark in (mark for marks in finding.marks for mark in marks):
                paths.setdefault(mark, set()).add(self.path_of(finding.location.path))
        matched = _by_place(self, findings, (), is_covered)
        places = {known: self.path_of(findings[index].location.path) for index, known in matched.items()}
        left = []
        for index, known in enumerate(self.known):
            found = {path for mark in known.marks for path in paths.get(mark, ())}
            found |= {places[index]} if index in places else set()
            if found or not is_covered(known.path):
                stays = known.path in found or not found
                left.append(known if stays else known._replace(path=min(found)))
        return self._replace(known=tuple(sorted(left)))

    def path_of(self, shown: str) -> str:
        """Return the path that the baseline has for a path of the scan."""
        return _relative(os.path.join(self.root, shown), self.folder)

    def _known(self, finding: Finding, identifier: Identifier) -> Known:
        marks = [each[0] for each in finding.marks] or [_mark_of(finding, identifier)]
        return Known(self.path_of(finding.location.path), finding.rule, "-".join(marks))

    def _gone(self, seen: Collection[str], names: Names | None) -> IsGone:
        """Return a test for paths whose findings a scan would have shown: what was read, and what is not there."""
        read = {outer for path in seen for outer in _outers(path)}

        def is_there(path: str) -> bool:
            folder, _, name = path.rpartition("/")
            return names is None or name in names(folder)

        def is_gone(path: str) -> bool:
            shown = _relative(os.path.join(self.folder, path), self.root)
            return _is_below(shown) and all(outer in read or not is_there(outer) for outer in _outers(shown))

        return is_gone


def read_baseline(data: bytes, name: str) -> Baseline:
    """Return the baseline that `data` holds; `name` is what messages call it.

    Raises BaselineError where it is no baseline of this version.
    """
    try:
        document: Any = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        line = f" in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise BaselineError(
            f"baseline: {name}: is not valid JSON{line}; after a merge keep the findings of both sides"
        ) from None
    if not isinstance(document, dict) or "version" not in document:
        raise BaselineError(f"baseline: {name}: is no baseline; `okxguard baseline write` makes one")
    if document["version"] != VERSION or isinstance(document["version"], bool):
        raise BaselineError(f"baseline: {name}: has a version that this okxguard does not know; use a newer one")
    if set(document) != {"version", "key", "findings"}:
        raise BaselineError(f"baseline: {name}: must hold 'version', 'key' and 'findings', and nothing else")
    if not isinstance(document["key"], str) or _KEY.fullmatch(document["key"]) is None:
        raise BaselineError(f"baseline: {name}: 'key' must be 64 hexadecimal digits in lower case; restore it")
    if not isinstance(document["findings"], list):
        raise BaselineError(f"baseline: {name}: 'findings' must be a list")
    known = tuple(
        _read_known(item, f"baseline: {name}: finding {at}") for at, item in enumerate(document["findings"], 1)
    )
    return Baseline(bytes.fromhex(document["key"]), known)


def render_baseline(baseline: Baseline) -> str:
    """Return the text of a baseline: a finding a line, always in the same order, so that merges seldom conflict."""
    lines = ",".join(
        "\n    " + json.dumps({"rule": known.rule, "path": known.path, "fingerprint": known.fingerprint})
        for known in sorted(baseline.known)
    )
    findings = f"[{lines}\n  ]" if lines else "[]"
    return f'{{\n  "version": {VERSION},\n  "key": "{baseline.key.hex()}",\n  "findings": {findings}\n}}\n'


def _read_known(item: Any, where: str) -> Known:
    if not isinstance(item, dict) or set(item) != {"rule", "path", "fingerprint"}:
        raise BaselineError(f"{where}: must hold 'rule', 'path' and 'fingerprint', and nothing else")
    if not all(isinstance(value, str) for value in item.values()):
        raise BaselineError(f"{where}: 'rule', 'path' and 'fingerprint' must be texts")
    if _RULE.fullmatch(item["rule"]) is None:
        raise BaselineError(f"{where}: 'rule' must be the id of a rule, as in OKX101")
    if not item["path"] or "\0" in item["path"] or not _is_text(item["path"]):
        raise BaselineError(f"{where}: 'path' must be a path")
    if _FINGERPRINT.fullmatch(item["fingerprint"]) is None:
        raise BaselineError(f"{where}: 'fingerprint' is none; restore it, or take the finding out")
    return Known(**item)


def _by_value(known: tuple[Known, ...], findings: tuple[Finding, ...]) -> set[int]:
    """Return the indices of findings all of whose values are accepted, wherever they stand."""
    marks = {mark for each in known for mark in each.marks}
    return {
        index
        for index, finding in enumerate(findings)
        if finding.marks and all(not marks.isdisjoint(each) for each in finding.marks)
    }


def _by_place(
    baseline: Baseline, findings: tuple[Finding, ...], others: Iterable[Finding], is_gone: IsGone
) -> dict[int, int]:
    """Return the indices of accepted findings without values, each with that of what accepts it.

    They are accepted in their file, as often as the baseline says, and elsewhere only one by one in place of those
    that are gone from their own file: what comes in addition is new.
    """
    identifier = baseline.identifier()
    waiting: dict[tuple[str, str], list[int]] = {}
    for index, known in enumerate(baseline.known):
        waiting.setdefault((known.fingerprint, known.path), []).append(index)
    places = {index: _place(baseline, each, identifier) for index, each in enumerate(findings) if not each.marks}
    there = {*places.values(), *(_place(baseline, each, identifier) for each in others if not each.marks)}
    matched = {index: waiting[place].pop(0) for index, place in places.items() if waiting.get(place)}
    wanted = {mark for index, (mark, _) in places.items() if index not in matched}
    moved: dict[str, list[int]] = {}
    for (mark, path), indices in sorted(waiting.items()):
        if indices and mark in wanted and (mark, path) not in there and is_gone(path):
            moved.setdefault(mark, []).extend(indices)
    elsewhere = {
        index: moved[mark].pop(0) for index, (mark, _) in places.items() if index not in matched and moved.get(mark)
    }
    return {**matched, **elsewhere}


def _place(baseline: Baseline, finding: Finding, identifier: Identifier) -> tuple[str, str]:
    return _mark_of(finding, identifier), baseline.path_of(finding.location.path)


def _mark_of(finding: Finding, identifier: Identifier) -> str:
    return identifier.mark("words", finding.identity)


def _outers(path: str) -> list[str]:
    """Return a path and the archives it may stand in."""
    return [*(path[:index] for index, sign in enumerate(path) if sign == "!"), path]


def _relative(path: str, folder: str) -> str:
    try:
        return os.path.relpath(path, folder).replace(os.sep, "/")
    except ValueError:  # on another drive
        return path.replace(os.sep, "/")


def _is_below(relative: str) -> bool:
    return relative != ".." and not relative.startswith("../") and not os.path.isabs(relative)


def _is_text(path: str) -> bool:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
