"""The report for a job of GitHub Actions: workflow commands, which become annotations; see `docs/sarif.md`.

GitHub shows the first ten errors, warnings and notices of a step. So the worst findings come first, and what could not
be scanned is one annotation before all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from okxguard.model import FileError, Location, Note, Report, Severity
from okxguard.report.places import in_repository
from okxguard.report.text import details, headline, visible
from okxguard.rulebook import Rulebook

_COMMANDS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
}
_MOST_LINES = 20


def render_github(report: Report, rulebook: Rulebook) -> str:
    """Return one command a finding, one for all that could not be scanned, and one for all notes."""
    return "".join(f"{command}\n" for command in _commands(report, rulebook))


def _commands(report: Report, rulebook: Rulebook) -> Iterator[str]:
    if report.errors:
        title = f"okxguard: {len(report.errors)} could not be scanned: the answer is incomplete"
        yield _command("error", {"title": title}, _listed(report.errors))
    for finding in sorted(report.findings, key=lambda finding: -finding.severity):
        path = in_repository(finding.location.path, report.prefix)
        properties = {"file": path, **_place(finding.location), "title": headline(finding)}
        yield _command(_COMMANDS[finding.severity], properties, details(finding, rulebook))
    if report.notes:
        yield _command("notice", {"title": "okxguard: notes on the scan"}, _listed(report.notes))


def _place(location: Location) -> dict[str, str]:
    """Return lines and columns; GitHub takes columns only for what stands on one line."""
    lines = {"line": str(location.line), "endLine": str(location.end_line)}
    if location.line != location.end_line:
        return lines
    return {**lines, "col": str(location.column), "endColumn": str(location.end_column)}


def _listed(items: Sequence[FileError | Note]) -> Iterator[str]:
    yield from (f"{item.path}: {item.reason}" for item in items[:_MOST_LINES])
    if len(items) > _MOST_LINES:
        yield f"and {len(items) - _MOST_LINES} more, see the log"


def _command(name: str, properties: dict[str, str], lines: Iterable[str]) -> str:
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {shown}::" + "%0A".join(_data(line) for line in lines)


def _data(text: str) -> str:
    """Escape what ends a command or begins an escape; the ends of lines are visible by then."""
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
