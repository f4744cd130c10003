"""The text report in colour, for a terminal."""

from __future__ import annotations

import io

from rich.console import Console
from rich.text import Text

from okxguard.model import Report, Severity
from okxguard.report.text import render_text
from okxguard.rulebook import Rulebook

_STYLES = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
}


def render_terminal(report: Report, rulebook: Rulebook) -> str:
    """Return the words of the plain report, with the severity and the fix picked out."""
    stream = io.StringIO()
    console = Console(
        file=stream,
        highlight=False,
        soft_wrap=True,
        force_terminal=True,
        color_system="standard",
        no_color=False,
        legacy_windows=False,
    )
    for finding in report.findings:
        head, *rest = render_text(Report(findings=(finding,)), rulebook).splitlines()
        place, _, words = head.rpartition(f": {finding.rule} ")
        console.print(
            Text.assemble((place, "bold"), ": ", (f"{finding.rule} ", "bold"), (words, _STYLES[finding.severity]))
        )
        for line in rest:
            console.print(Text(line, style="green" if line.startswith("    fix:") else ""))
    return stream.getvalue()
