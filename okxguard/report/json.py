"""The report for programs, version 1; see `docs/json.md`."""

from __future__ import annotations

import json
from typing import Any

from okxguard import __version__
from okxguard.model import Finding, Location, Report
from okxguard.rulebook import Rulebook

VERSION = 1


def render_json(report: Report, rulebook: Rulebook) -> str:  # noqa: ARG001 (every format takes the rule book)
    """Return the report as a JSON object of format version 1."""
    document = {
        "version": VERSION,
        "tool": {"name": "okxguard", "version": __version__},
        "summary": summary(report),
        "findings": [_finding(finding) for finding in report.findings],
        "suppressed": [
            {**_finding(suppressed.finding), "reason": suppressed.reason} for suppressed in report.suppressed
        ],
        "errors": [{"path": error.path, "reason": error.reason} for error in report.errors],
        "notes": [{"path": note.path, "reason": note.reason} for note in report.notes],
    }
    return dumped(document)


def dumped(document: dict[str, Any]) -> str:
    """Return a document as JSON in plain ASCII; `##`, which CI systems look for in logs, never stands in it."""
    return json.dumps(document, indent=2).replace("##", "#\\u0023") + "\n"


def summary(report: Report) -> dict[str, int]:
    """Return what was read, found, held back and could not be read, as numbers."""
    return {
        "files": report.files,
        "bytes": report.bytes,
        "skipped": len(report.skipped),
        "commits": report.commits,
        "findings": len(report.findings),
        "suppressed": len(report.suppressed),
        "baselined": report.baselined,
        "held_back": report.held_back,
        "older": report.older,
        "errors": len(report.errors),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity.name.lower(),
        "confidence": finding.confidence.name.lower(),
        "message": finding.message,
        "path": finding.location.path,
        **_place(finding.location),
        "parts": [{"role": part.role.value, **_place(part.location)} for part in finding.parts],
        "trace": [{"line": step.line, "column": step.column, "note": step.note} for step in finding.trace],
        "commit": finding.commit,
        "fingerprint": finding.fingerprint,
        "help": f"okxguard rules {finding.rule}",
    }


def _place(location: Location) -> dict[str, int]:
    return {
        "line": location.line,
        "column": location.column,
        "end_line": location.end_line,
        "end_column": location.end_column,
    }
