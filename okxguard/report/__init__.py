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


# Each is imported when it is asked for, to keep a hook run short.
FORMATS: dict[str, Callable[[Report, Rulebook], str]] = {"text": _text, "json": _json}
ENDINGS = {".json": "json", ".txt": "text"}
