"""One function a format: a report in, text out. `FORMATS` lists them."""

from __future__ import annotations

from collections.abc import Callable

from okxguard.model import Report
from okxguard.rulebook import Rulebook


def _text(report: Report, rulebook: Rulebook) -> str:
    from okxguard.report.text import render_text

    return render_text(report, rulebook)


def _json(report: Report, rulebook: Rulebook) -> str:
    from okxguard.report.json import render_json

    return render_json(report, rulebook)


def _sarif(report: Report, rulebook: Rulebook) -> str:
    from okxguard.report.sarif import render_sarif

    return render_sarif(report, rulebook)


def _github(report: Report, rulebook: Rulebook) -> str:
    from okxguard.report.github import render_github

    return render_github(report, rulebook)


# Each is imported when it is asked for, to keep a hook run short.
FORMATS: dict[str, Callable[[Report, Rulebook], str]] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
}
# The first that fits counts.
ENDINGS = {".sarif.json": "sarif", ".sarif": "sarif", ".json": "json", ".txt": "text"}


def format_of(path: str) -> str | None:
    """Return the format that the ending of a file name stands for."""
    return next((name for ending, name in ENDINGS.items() if path.lower().endswith(ending)), None)
