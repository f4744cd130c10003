"""Annotations: workflow commands that GitHub reads as they are meant, whatever a file is called."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings

from okxguard.model import Confidence, FileError, Finding, Location, Note, Report, Severity
from okxguard.report.github import render_github
from okxguard.report.text import details, visible
from tests.conftest import Credentials, Run, write_files
from tests.reports import ODD_PATHS, RULEBOOK, everything, reports

QUICK = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


class Command(NamedTuple):
    """A workflow command as the runner understands it."""

    name: str
    properties: dict[str, str]
    data: str


def parsed(line: str) -> Command:
    """Read a line as the runner does: from the first `::` to the next are name and properties."""
    assert line.startswith("::")
    head, _, data = line[2:].partition("::")
    name, _, properties = head.partition(" ")
    pairs = (pair.partition("=") for pair in properties.split(","))
    return Command(name, {key: unescaped(value, "\r\n:,%") for key, _, value in pairs}, unescaped(data, "\r\n%"))


def unescaped(text: str, escaped: str) -> str:
    for character in escaped:
        text = text.replace(f"%{ord(character):02X}", character)
    return text


def commands(report: Report) -> list[Command]:
    return [parsed(line) for line in render_github(report, RULEBOOK).splitlines()]


def finding_at(path: str, severity: Severity = Severity.HIGH, end_line: int = 3) -> Finding:
    location = Location(path, 3, 5, end_line, 9)
    return Finding("OKX102", "secret-key", severity, Confidence.HIGH, "a message", location, "f")


@QUICK
@given(reports())
def test_every_line_is_one_command(report: Report) -> None:
    text = render_github(report, RULEBOOK)
    found = commands(report)
    assert len(found) == len(report.findings) + bool(report.errors) + bool(report.notes)
    assert {command.name for command in found} <= {"error", "warning", "notice"}
    assert {name for command in found for name in command.properties} <= {
        *("file", "line", "endLine", "col", "endColumn", "title")
    }
    assert visible(text.replace("\n", "")) == text.replace("\n", "")


@pytest.mark.parametrize("path", ODD_PATHS, ids=ascii)
def test_file_is_the_path_without_control_characters(path: str) -> None:
    (command,) = commands(Report(findings=(finding_at(path),), prefix="sub"))
    assert command.properties["file"] == {".": "sub", "-": "-"}.get(path, f"sub/{visible(path)}")


def test_finding_on_one_line_has_columns() -> None:
    (command,) = commands(Report(findings=(finding_at("a.env"),)))
    assert command.properties == {
        "file": "a.env",
        "line": "3",
        "endLine": "3",
        "col": "5",
        "endColumn": "9",
        "title": "OKX102 secret-key [high, high confidence]",
    }
    assert command.data.split("\n") == list(details(finding_at("a.env"), RULEBOOK))


def test_finding_on_several_lines_has_none() -> None:
    (command,) = commands(Report(findings=(finding_at("a.env", end_line=4),)))
    assert list(command.properties) == ["file", "line", "endLine", "title"]


def test_worst_comes_first_and_what_could_not_be_scanned_before_it() -> None:
    report = Report(
        findings=tuple(finding_at("a.env", severity) for severity in Severity),
        errors=tuple(FileError(f"{number}.env", "cannot be read") for number in range(30)),
        notes=(Note("b.env", "is odd"),),
    )
    found = commands(report)
    assert [command.name for command in found] == ["error", "error", "error", "warning", "notice", "notice"]
    assert found[0].properties["title"] == "okxguard: 30 could not be scanned: the answer is incomplete"
    lines = found[0].data.split("\n")
    assert (lines[0], lines[-1], len(lines)) == ("0.env: cannot be read", "and 10 more, see the log", 21)
    assert found[-1].data == "b.env: is odd"


def test_nothing_to_say_is_nothing() -> None:
    assert render_github(Report(files=3), RULEBOOK) == ""


def test_scan_is_annotated(tmp_path: Path, credentials: Credentials, run: Run) -> None:
    write_files(tmp_path, everything(credentials))
    result = run(tmp_path, "scan", "--format", "github", ".", "missing.env")
    found = [parsed(line) for line in result.out.splitlines()]
    assert result.code == 2
    assert found[0].data == "missing.env: does not exist; check the path"
    assert [command.properties["title"][:6] for command in found[1:3]] == ["OKX101", "OKX302"]
