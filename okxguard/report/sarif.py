"""The report for code scanning and editors: SARIF 2.1.0; see `docs/sarif.md`."""

from __future__ import annotations

from typing import Any

from okxguard import __version__
from okxguard.model import FileError, Finding, Location, Note, Part, Report, Role, Step, Suppressed
from okxguard.report.json import dumped, summary
from okxguard.report.places import in_repository, uri_of
from okxguard.report.sarif_rules import HOME, LEVELS, described
from okxguard.report.text import visible
from okxguard.rulebook import Rulebook

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_BASE = "%SRCROOT%"
_ROLES = {
    Role.API_KEY: "API key",
    Role.SECRET_KEY: "secret key",
    Role.PASSPHRASE: "passphrase",
    Role.ACCOUNT_TOKEN: "account token",
}


def render_sarif(report: Report, rulebook: Rulebook) -> str:
    """Return the report as a SARIF log of one run."""
    return dumped({"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report, rulebook)]})


def _run(report: Report, rulebook: Rulebook) -> dict[str, Any]:
    rules = [rulebook.rules[identity] for identity in sorted(rulebook.rules)]
    places = _Places(report.prefix, {rule.id: index for index, rule in enumerate(rules)})
    return {
        "tool": {
            "driver": {
                "name": "okxguard",
                "version": __version__,
                "informationUri": HOME,
                "rules": [described(rule) for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "originalUriBaseIds": {_BASE: {"description": {"text": "the top of the repository"}}},
        "invocations": [
            {
                "executionSuccessful": not report.errors,
                "toolExecutionNotifications": [
                    *(places.notification(error, "error") for error in report.errors),
                    *(places.notification(note, "note") for note in report.notes),
                ],
            }
        ],
        "results": [
            *(places.result(finding) for finding in report.findings),
            *(places.suppressed(suppressed) for suppressed in report.suppressed),
        ],
        "properties": {"summary": summary(report)},
    }


class _Places:
    """What findings and errors have in common: the way to the repository's top, and the rules by position."""

    def __init__(self, prefix: str, index: dict[str, int]) -> None:
        self._prefix = prefix
        self._index = index

    def result(self, finding: Finding) -> dict[str, Any]:
        location = finding.location
        result: dict[str, Any] = {
            "ruleId": finding.rule,
            "ruleIndex": self._index[finding.rule],
            "level": LEVELS[finding.severity],
            "message": {"text": _text(finding.message) + _links(finding.parts) + _commit(finding)},
            "locations": [self._location(location.path, _region(location))],
            "partialFingerprints": {"okxguard/v1": finding.fingerprint},
            "properties": {
                "severity": finding.severity.name.lower(),
                "confidence": finding.confidence.name.lower(),
            },
        }
        if finding.parts:
            result["relatedLocations"] = [
                {"id": number, **self._part(part)} for number, part in enumerate(finding.parts, 1)
            ]
        if finding.trace:
            steps = [{"location": self._step(location.path, step)} for step in finding.trace]
            result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
        if finding.commit:
            result["properties"]["commit"] = finding.commit
        return result

    def suppressed(self, suppressed: Suppressed) -> dict[str, Any]:
        reason = {"justification": visible(suppressed.reason)} if suppressed.reason else {}
        return {**self.result(suppressed.finding), "suppressions": [{"kind": "inSource", **reason}]}

    def notification(self, item: FileError | Note, level: str) -> dict[str, Any]:
        return {
            "level": level,
            "message": {"text": _text(f"{item.path}: {item.reason}")},
            "locations": [self._location(item.path)],
        }

    def _part(self, part: Part) -> dict[str, Any]:
        place = self._location(part.location.path, _region(part.location))
        return {**place, "message": {"text": _ROLES[part.role]}}

    def _step(self, path: str, step: Step) -> dict[str, Any]:
        place = self._location(path, {"startLine": step.line, "startColumn": step.column})
        return {**place, "message": {"text": _text(step.note)}}

    def _location(self, path: str, region: dict[str, int] | None = None) -> dict[str, Any]:
        artifact = {"uri": uri_of(in_repository(path, self._prefix)), "uriBaseId": _BASE}
        return {
            "physicalLocation": {"artifactLocation": artifact, "region": region}
            if region
            else {"artifactLocation": artifact}
        }


def _region(location: Location) -> dict[str, int]:
    return {
        "startLine": location.line,
        "startColumn": location.column,
        "endLine": location.end_line,
        "endColumn": location.end_column,
    }


def _links(parts: tuple[Part, ...]) -> str:
    """Return links to the parts, which viewers show only where the message has links to them."""
    if len(parts) < 2:
        return ""
    return ": " + ", ".join(f"[{_ROLES[part.role]}]({number})" for number, part in enumerate(parts, 1))


def _commit(finding: Finding) -> str:
    return f" (in commit {finding.commit[:12]})" if finding.commit else ""


def _text(text: str) -> str:
    """Return a text that holds neither placeholders nor links in the syntax of SARIF."""
    return visible(text).replace("{", "{{").replace("}", "}}").replace("](", "\\](")
