"""What Python code gives away: tables of small files, notebooks, odd spellings and packages, through the real scan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import tomli

from okxguard.model import Confidence, Finding, Severity, Source
from okxguard.rulebook import load_rulebook
from okxguard.scan import Options, Scanner
from tests.conftest import ScanJson, write_files

_RULEBOOK = load_rulebook()
_OPTIONS = Options(frozenset(_RULEBOOK.rules) - {"OKX205"}, "2026-01-31", min_confidence=Confidence.MEDIUM)
_SCANNER = Scanner(_RULEBOOK, _OPTIONS)
_FOLDER = Path(__file__).parent / "leaks"


class Case(NamedTuple):
    """A file, and the code rules that fire on it with their lines."""

    name: str
    path: str
    text: str
    fires: list[str]


def _tables(folder: Path) -> dict[str, dict[str, Any]]:
    return {path.stem: tomli.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))}


def cases(folder: Path) -> list[Case]:
    """Return the cases of one file each, of all tables; one without a name is known by its table and number."""
    return [
        Case(**{"name": f"{table} {number}", **case})
        for table, content in _tables(folder).items()
        for number, case in enumerate(content.get("cases", ()), 1)
    ]


def _projects() -> list[dict[str, Any]]:
    """Return the cases of several files each, of all tables."""
    return [project for table in _tables(_FOLDER).values() for project in table.get("projects", ())]


def leaks_in(path: str, data: bytes) -> list[Finding]:
    """Return the findings of the code rules in a file."""
    report = _SCANNER.scan([Source("file", path, data, path)])
    assert not report.errors
    return [finding for finding in report.findings if finding.rule.startswith("OKX3")]


def places_in(path: str, data: bytes) -> list[str]:
    """Return rule and line of the findings of the code rules in a file."""
    return [f"{finding.rule}:{finding.location.line}" for finding in leaks_in(path, data)]


CASES = cases(_FOLDER)
FIRING = [case for case in CASES if case.fires]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_code_is_judged(case: Case) -> None:
    assert places_in(case.path, case.text.encode()) == case.fires


def test_names_of_cases_are_unique() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", FIRING[::4], ids=lambda case: case.name)
def test_line_endings_and_byte_order_mark_change_nothing(case: Case) -> None:
    plain = leaks_in(case.path, case.text.encode())
    windows = leaks_in(case.path, case.text.replace("\n", "\r\n").encode())
    marked = leaks_in(case.path, case.text.encode("utf-8-sig"))
    wide = leaks_in(case.path, case.text.encode("utf-16"))
    assert windows == marked == wide == plain


@pytest.mark.parametrize(
    ("line", "column", "end"),
    [
        ("print(secret)", 5, 18),
        ("x = 'é'; print(secret)", 14, 27),
        ("x = '密钥是'; print(secret)", 16, 29),
        ("x = '🔑🔑'; print(secret)", 15, 28),
        ("密钥 = 1; print(secret, '密钥')", 13, 32),
    ],
)
def test_columns_count_characters(line: str, column: int, end: int) -> None:
    (finding,) = leaks_in("app.py", f"def show(secret):\n    {line}\n".encode())
    assert (finding.location.line, finding.location.column, finding.location.end_column) == (2, column, end)


@pytest.mark.parametrize("path", ["a.py", "a.pyw", "a.pyi", "A.PY", "tools/run.py"])
def test_file_is_python(path: str) -> None:
    assert places_in(path, b"def show(secret):\n    print(secret)\n") == ["OKX301:2"]


@pytest.mark.parametrize(
    ("code", "severity", "confidence"),
    [
        ("import os\nx = os.getenv('OKX_SECRET')\nprint(x)\n", Severity.HIGH, Confidence.HIGH),
        ("import os\nx = os.getenv('SMTP_PASSWORD')\nprint(x)\n", Severity.MEDIUM, Confidence.HIGH),
        ("def show(secret):\n    print(secret)  # okx\n", Severity.HIGH, Confidence.MEDIUM),
        ("def show(secret):\n    print(secret)\n", Severity.MEDIUM, Confidence.MEDIUM),
        ("def show(secret):\n    print(secret[:20])\n", Severity.LOW, Confidence.MEDIUM),
    ],
)
def test_severity_and_confidence(code: str, severity: Severity, confidence: Confidence) -> None:
    (finding,) = leaks_in("app.py", code.encode())
    assert (finding.severity, finding.confidence) == (severity, confidence)


def test_code_that_had_to_be_mended_is_less_certain() -> None:
    (finding,) = leaks_in("app.py", b"import os\nx = os.getenv('OKX_SECRET')\nprint(x)\ny = (1,\n")
    assert finding.confidence is Confidence.MEDIUM


def test_trace_leads_from_the_source_to_the_sink() -> None:
    helper = "import os\n\n\ndef out(m):\n    print(m)\n\n\n"
    code = helper + "def main():\n    value = os.getenv('OKX_SECRET')\n    out(value)\n"
    (finding,) = leaks_in("app.py", code.encode())
    lines = [step.line for step in finding.trace]
    assert (lines[0], lines[-1]) == (9, 5)
    assert 10 in lines
    assert all(step.note for step in finding.trace)


def test_trace_is_part_of_the_json_report(tmp_path: Path, scan_json: ScanJson) -> None:
    write_files(tmp_path, {"app.py": "import os\n\nprint(os.getenv('OKX_SECRET'))\n"})
    (finding,) = scan_json(tmp_path)["findings"]
    assert (finding["rule"], finding["line"]) == ("OKX301", 3)
    assert [set(step) for step in finding["trace"]] == [{"line", "column", "note"}] * len(finding["trace"])
    assert len(finding["trace"]) >= 2


def _notebook(*cells: str, kind: str = "code") -> bytes:
    made = [
        {"cell_type": kind, "metadata": {}, "source": cell.splitlines(keepends=True), "outputs": []} for cell in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1).encode()


_READ = "import os\nvalue = os.getenv('OKX_SECRET')"


@pytest.mark.parametrize(
    ("cells", "rules"),
    [
        ([_READ, "print(value)"], ["OKX301"]),
        ([_READ, "value"], ["OKX301"]),
        ([_READ, "x = 1\nvalue"], ["OKX301"]),
        ([_READ, "value\nx = 1"], []),
        ([_READ, "value;"], []),
        ([_READ, "len(value)"], []),
        ([_READ, "value[:4] + '***'"], []),
        ([_READ, "display(value)"], ["OKX301"]),
        ([_READ, "f'with {value}'"], ["OKX301"]),
        ([_READ, "value", "print(value)"], ["OKX301", "OKX301"]),
        (["%load_ext dotenv\n%dotenv\n" + _READ, "!pip install okx\nprint(value)"], ["OKX301"]),
        (["%matplotlib inline\n" + _READ, "%timeit connect(value)"], []),
        ([_READ, "if value:\n    print(value)"], ["OKX301"]),
        ([_READ + "\nvalue = '***'", "value"], []),
        (["def show(secret):\n    return secret", "x = 1"], []),
        (["import os\nos.environ"], ["OKX306"]),
        ([_READ, "print(value", "x = 1"], []),
    ],
)
def test_notebook(cells: list[str], rules: list[str]) -> None:
    assert [finding.rule for finding in leaks_in("a.ipynb", _notebook(*cells))] == rules


def test_place_in_a_notebook_is_that_of_the_file() -> None:
    data = _notebook(_READ, "x = 1\nprint(value)\n")
    (finding,) = leaks_in("a.ipynb", data)
    line = data.decode().split("\n")[finding.location.line - 1]
    assert line[finding.location.column - 1 :].startswith("print(value)")


def test_text_of_a_notebook_is_no_code() -> None:
    assert places_in("a.ipynb", _notebook("print(secret)", kind="markdown")) == []


@pytest.mark.parametrize("project", _projects(), ids=lambda project: project["name"])
def test_secret_passes_between_files(project: dict[str, Any], tmp_path: Path, scan_json: ScanJson) -> None:
    write_files(tmp_path, {file["path"]: file["text"] for file in project["files"]})
    found = scan_json(tmp_path)["findings"]
    assert [f"{each['rule']} {each['path']}:{each['line']}" for each in found] == project["fires"]


@pytest.mark.parametrize("project", _projects(), ids=lambda project: project["name"])
def test_what_was_followed_may_be_forgotten(
    project: dict[str, Any], tmp_path: Path, scan_json: ScanJson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("okxguard.leaks.neighbours._MOST_FOLLOWED", 0)
    test_secret_passes_between_files(project, tmp_path, scan_json)


def test_only_the_file_that_is_named_is_reported(tmp_path: Path, scan_json: ScanJson) -> None:
    write_files(
        tmp_path,
        {
            "settings.py": "import os\n\nA = os.environ['OKX_SECRET']\nprint(A)\n",
            "run.py": "from settings import A\n\nprint(A)\n",
        },
    )
    found = scan_json(tmp_path, "run.py")["findings"]
    assert [(each["path"], each["line"]) for each in found] == [("run.py", 3)]


def test_deselected_rules_of_code_say_nothing(tmp_path: Path, scan_json: ScanJson) -> None:
    write_files(tmp_path, {"app.py": "def show(secret):\n    print(secret)\n"})
    assert scan_json(tmp_path, "--ignore", "OKX3")["findings"] == []
    assert scan_json(tmp_path, "--select", "OKX302")["findings"] == []
    assert len(scan_json(tmp_path, "--select", "OKX301")["findings"]) == 1
