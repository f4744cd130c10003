"""The report: every field of the JSON document, every line of the text, colour, order and sizes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import okxguard
from okxguard.model import Report, Skipped
from okxguard.report import ENDINGS, FORMATS
from okxguard.report.text import printable, summary_line
from okxguard.rulebook import load_rulebook
from tests.conftest import Credentials, Run, ScanJson, write_files
from tests.readme import README

SUMMARY = {
    "files": 3,
    "bytes": 0,
    "skipped": 1,
    "commits": 0,
    "findings": 1,
    "suppressed": 1,
    "baselined": 0,
    "held_back": 1,
    "older": 0,
    "errors": 1,
}


@pytest.fixture
def tree(tmp_path: Path, credentials: Credentials) -> Path:
    """A folder with something for every list of the report."""
    files: dict[str, str | bytes] = {
        "conf/okx.yml": (
            f"okx:\n  api_key: {credentials.key()}\n"
            f"  secret_key: {credentials.secret()}\n  passphrase: {credentials.passphrase()}\n"
        ),
        "old.env": f'# okxguard: ignore[OKX104] reason="gone"\n{credentials.key_line()}',
        "vague.env": f"OKX_SECRET_KEY={credentials.secret().lower()}\n",
        "logo.png": b"\x89PNG\r\n\x1a\n\0",
    }
    write_files(tmp_path, files)
    return tmp_path


@pytest.fixture
def report(tree: Path, scan_json: ScanJson) -> Any:
    return scan_json(tree, ".", "missing.env")


def test_document_has_these_keys_in_this_order(report: Any) -> None:
    assert list(report) == ["version", "tool", "summary", "findings", "suppressed", "errors", "notes"]
    assert report["version"] == 1
    assert report["tool"] == {"name": "okxguard", "version": okxguard.__version__}


def test_summary_counts_everything(report: Any, tree: Path) -> None:
    read = sum(path.stat().st_size for path in tree.rglob("*") if path.is_file() and path.suffix != ".png")
    assert list(report["summary"].items()) == list({**SUMMARY, "bytes": read}.items())


def test_finding_has_every_field(report: Any, credentials: Credentials) -> None:
    (finding,) = report["findings"]
    fingerprint = finding.pop("fingerprint")
    assert re.fullmatch(r"[0-9a-f]{32}", fingerprint)
    assert list(finding.items()) == [
        ("rule", "OKX101"),
        ("name", "credential-set"),
        ("severity", "critical"),
        ("confidence", "high"),
        ("message", "API key, secret key and passphrase of one OKX credential are hardcoded"),
        ("path", "conf/okx.yml"),
        ("line", 2),
        ("column", 12),
        ("end_line", 4),
        ("end_column", 15 + len(credentials.made[2])),
        (
            "parts",
            [
                {"role": "api_key", "line": 2, "column": 12, "end_line": 2, "end_column": 48},
                {"role": "secret_key", "line": 3, "column": 15, "end_line": 3, "end_column": 47},
                {
                    "role": "passphrase",
                    "line": 4,
                    "column": 15,
                    "end_line": 4,
                    "end_column": 15 + len(credentials.made[2]),
                },
            ],
        ),
        ("trace", []),
        ("commit", None),
        ("help", "okxguard rules OKX101"),
    ]


def test_keys_of_a_finding_stand_in_this_order(report: Any) -> None:
    assert list(report["findings"][0]) == [
        *("rule", "name", "severity", "confidence", "message", "path", "line", "column", "end_line", "end_column"),
        *("parts", "trace", "commit", "fingerprint", "help"),
    ]


def test_suppressed_finding_has_a_reason_in_addition(report: Any) -> None:
    (suppressed,) = report["suppressed"]
    assert list(suppressed) == [*report["findings"][0], "reason"]
    assert (suppressed["path"], suppressed["line"], suppressed["reason"]) == ("old.env", 2, "gone")


def test_error_has_path_and_reason(report: Any) -> None:
    assert report["errors"] == [{"path": "missing.env", "reason": "does not exist; check the path"}]


def test_json_is_plain_ascii_and_ends_in_a_newline(tmp_path: Path, credentials: Credentials, run: Run) -> None:
    write_files(tmp_path, {"ключ 交易.env": credentials.key_line()})
    out = run(tmp_path, "scan", "--format", "json").out
    assert out.isascii()
    assert out.endswith("}\n")
    assert json.loads(out)["findings"][0]["path"] == "ключ 交易.env"


def test_text_report(tree: Path, run: Run) -> None:
    fix = load_rulebook().rules["OKX101"].fix
    result = run(tree, "scan", ".", "missing.env")
    assert result.out.splitlines() == [
        "conf/okx.yml:2:12: OKX101 credential-set [critical, high confidence]",
        "    API key, secret key and passphrase of one OKX credential are hardcoded",
        "    api_key 2:12, secret_key 3:15, passphrase 4:15",
        f"    fix: {fix}",
    ]
    assert result.err.splitlines()[0] == "okxguard: error: missing.env: does not exist; check the path"
    assert result.err.splitlines()[-1].endswith(
        " 1 skipped, 1 suppressed, 1 held back (see --min-confidence and --min-severity),"
        " 1 could not be scanned: the answer is incomplete"
    )


COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize(
    ("arguments", "environment", "coloured"),
    [
        pytest.param((), {}, False, id="no terminal"),
        pytest.param(("--color", "never"), {}, False, id="never"),
        pytest.param(("--color", "always"), {}, True, id="always"),
        pytest.param(("--color", "always"), {"NO_COLOR": "1"}, True, id="always, though NO_COLOR"),
        pytest.param(("--color", "always"), {"TERM": "dumb"}, True, id="always, though dumb"),
        pytest.param(("--color", "always", "--format", "json"), {}, False, id="json"),
    ],
)
def test_colour_changes_nothing_but_colour(
    arguments: tuple[str, ...],
    environment: dict[str, str],
    coloured: bool,
    tree: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = run(tree, "scan", *(argument for argument in arguments if argument not in ("--color", "always", "never")))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    shown = run(tree, "scan", *arguments).out
    assert COLOUR.sub("", shown) == plain.out
    assert bool(COLOUR.search(shown)) is coloured


def test_report_file_is_never_coloured(tree: Path, run: Run) -> None:
    run(tree, "scan", "--color", "always", "-o", "report.txt")
    assert "\x1b" not in (tree / "report.txt").read_text(encoding="utf-8")


def test_findings_come_by_path_line_column_and_rule(
    tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    line = f"OKX_API_KEY={credentials.key()}  # okxguard: ignore[OKX101]\n"
    write_files(tmp_path, dict.fromkeys(("b.env", "a/b.env", "a.env", "C.env"), f"# okx\n{line}\n{line}"))
    places = [
        (finding["path"], finding["line"], finding["column"], finding["rule"])
        for finding in scan_json(tmp_path)["findings"]
    ]
    assert places == sorted(places)
    assert len(places) == len(set(places)) >= 12


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain name.env", "plain name.env"),
        ("ключ 交易 é 🔑", "ключ 交易 é 🔑"),
        ("a\tb\nc\x00", "a\\tb\\nc\\x00"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\u202e\u2066\u200b", "\\u202e\\u2066\\u200b"),
        ("\udcff", "\\udcff"),
        ("::error::a", ":\\x3aerror::a"),
        (" \t::error::a", " \\t::error::a"),
        ("\u3000::error::a", "\u3000:\\x3aerror::a"),
        ("a::b", "a::b"),
        ("a##[error]b", "a#\\x23[error]b"),
        ("###[error]b", "#\\x23#[error]b"),
        ("##vso[a]b", "#\\x23vso[a]b"),
        ("#1", "#1"),
    ],
)
def test_printable_escapes_what_could_drive_a_terminal_or_a_job(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize("name", ["::error::a.env", "##[add-mask]a.env", "a\n::error::b.env"])
@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_hostile_name_gives_no_command(
    form: str, name: str, tmp_path: Path, credentials: Credentials, run: Run
) -> None:
    write_files(tmp_path, {name: credentials.key_line()})
    result = run(tmp_path, "scan", "-v", "--format", form, ".", f"{name}.missing")
    lines = (result.out + result.err).split("\n")
    assert not [line for line in lines if line.lstrip().startswith("::") or "##" in line]


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (Report(), "okxguard: 0 findings, 0 files read (0 B)"),
        (Report(files=1, bytes=999), "okxguard: 0 findings, 1 file read (999 B)"),
        (Report(files=2, bytes=1000), "okxguard: 0 findings, 2 files read (1 kB)"),
        (Report(files=2, bytes=999_999), "okxguard: 0 findings, 2 files read (999 kB)"),
        (Report(files=2, bytes=12_345_678), "okxguard: 0 findings, 2 files read (12 MB)"),
        (Report(files=2, bytes=7_000_000_000), "okxguard: 0 findings, 2 files read (7 GB)"),
        (Report(skipped=(Skipped("a.png", "binary"),) * 3), "okxguard: 0 findings, 0 files read (0 B), 3 skipped"),
    ],
)
def test_summary_line(report: Report, words: str) -> None:
    assert summary_line(report) == words


def test_readme_lists_every_format() -> None:
    rows = re.findall(r"(?m)^\| (\w+) \| [^|]+ \| ([^|]*)\|$", README.read_text(encoding="utf-8"))
    listed = {name: set(re.findall(r"`(\.[\w.]+)`", endings)) for name, endings in rows if name in FORMATS}
    assert listed == {name: {ending for ending in ENDINGS if ENDINGS[ending] == name} for name in FORMATS}
