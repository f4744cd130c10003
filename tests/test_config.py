"""The user's configuration: where it is found, what it sets, and that a wrong one ends the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Credentials, Run, ScanJson, write_files

FILES = {"okxguard.toml": "{}", "pyproject.toml": '[project]\nname = "bot"\n\n[tool.okxguard]\n{}'}


def paths(report: object) -> list[str]:
    """Return the paths of the findings of a JSON report."""
    assert isinstance(report, dict)
    return [finding["path"] for finding in report["findings"]]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("setting", "findings", "held_back"),
    [
        pytest.param("", {"OKX101", "OKX104"}, 1, id="empty"),
        pytest.param('select = ["OKX104"]', {"OKX104"}, 0, id="select"),
        pytest.param('select = ["OKX1"]\nignore = ["OKX104", "OKX102"]', {"OKX101"}, 0, id="ignore"),
        pytest.param('min-severity = "high"', {"OKX101"}, 2, id="min-severity"),
        pytest.param('min-confidence = "low"', {"OKX101", "OKX102", "OKX104"}, 0, id="min-confidence"),
        pytest.param('exclude = ["full.env"]', {"OKX104"}, 1, id="exclude"),
    ],
)
def test_setting(
    name: str,
    setting: str,
    findings: set[str],
    held_back: int,
    tmp_path: Path,
    credentials: Credentials,
    scan_json: ScanJson,
) -> None:
    files = {
        "full.env": credentials.dotenv(),
        "key.env": credentials.key_line(),
        "vague.env": f"OKX_SECRET_KEY={credentials.secret().lower()}\n",
        name: FILES[name].format(setting),
    }
    write_files(tmp_path, files)
    report = scan_json(tmp_path)
    assert {finding["rule"] for finding in report["findings"]} == findings
    assert report["summary"]["held_back"] == held_back


@pytest.mark.parametrize(
    ("setting", "arguments", "findings"),
    [
        pytest.param('select = ["OKX101"]', ("--select", "OKX104"), ["key.env"], id="select replaces"),
        pytest.param('ignore = ["OKX101"]', ("--ignore", "OKX104"), [], id="ignore adds"),
        pytest.param(
            'min-severity = "critical"', ("--min-severity", "low"), ["full.env", "key.env"], id="min-severity"
        ),
        pytest.param('min-confidence = "low"', ("--min-confidence", "high"), ["full.env", "key.env"], id="confidence"),
    ],
)
def test_command_line_wins(
    setting: str,
    arguments: tuple[str, ...],
    findings: list[str],
    tmp_path: Path,
    credentials: Credentials,
    scan_json: ScanJson,
) -> None:
    files = {"full.env": credentials.dotenv(), "key.env": credentials.key_line(), "okxguard.toml": setting}
    write_files(tmp_path, files)
    assert paths(scan_json(tmp_path, *arguments)) == findings


WRONG_SETTINGS = [
    pytest.param('secelt = ["OKX101"]', "secelt", id="unknown key"),
    pytest.param("[rules]\nOKX101 = false", "rules", id="unknown table"),
    pytest.param('select = "OKX101"', "select", id="select is a text"),
    pytest.param("select = [101]", "select", id="select holds numbers"),
    pytest.param('select = [""]', "select", id="select holds an empty text"),
    pytest.param('select = ["OKX998"]', "OKX998", id="unknown rule selected"),
    pytest.param('ignore = ["PWD"]', "PWD", id="unknown rule ignored"),
    pytest.param("select = []", "no rule is left", id="nothing selected"),
    pytest.param('ignore = ["OKX"]', "no rule is left", id="everything ignored"),
    pytest.param('min-severity = "bad"', "min-severity", id="unknown severity"),
    pytest.param("min-severity = 3", "min-severity", id="severity is a number"),
    pytest.param('min-confidence = "critical"', "min-confidence", id="unknown confidence"),
    pytest.param('exclude = "tests"', "exclude", id="exclude is a text"),
    pytest.param('exclude = ["!"]', "exclude", id="pattern that means nothing"),
    pytest.param('honour-detect-secrets-pragma = "yes"', "honour-detect-secrets-pragma", id="switch is a text"),
    pytest.param("select = [", "not valid TOML", id="broken"),
    pytest.param('select = ["OKX1"]\nselect = ["OKX2"]', "not valid TOML", id="key twice"),
]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(("setting", "word"), WRONG_SETTINGS)
def test_wrong_setting_ends_the_run(
    name: str, setting: str, word: str, tmp_path: Path, credentials: Credentials, run: Run
) -> None:
    if setting.startswith("[") and name == "pyproject.toml":
        setting = setting.replace("[", "[tool.okxguard.")
    write_files(tmp_path, {".env": credentials.dotenv(), name: FILES[name].format(setting)})
    result = run(tmp_path, "scan")
    assert (result.code, result.out) == (2, "")
    assert word in result.err


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("", 1, id="empty"),
        pytest.param("[project\n", 1, id="broken, not ours"),
        pytest.param('[tool.black]\nokxguard = "is mentioned"\n', 1, id="mentioned elsewhere"),
        pytest.param('tool = "okxguard"\n', 1, id="tool is a text"),
        pytest.param("[tool]\nokxguard = 1\n", 2, id="table is a number"),
        pytest.param("# okxguard\n[project\n", 2, id="broken, perhaps ours"),
        pytest.param("[[tool.okxguard]]\nselect = []\n", 2, id="list of tables"),
    ],
)
def test_pyproject(text: str, code: int, tmp_path: Path, credentials: Credentials, run: Run) -> None:
    write_files(tmp_path, {".env": credentials.dotenv(), "pyproject.toml": text})
    assert run(tmp_path, "scan").code == code


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xef\xbb\xbfignore = ['OKX101']\r\n", id="byte order mark and CRLF"),
        pytest.param("# ключ 交易\nignore = ['OKX101']".encode(), id="no line end"),
    ],
)
def test_text_from_any_editor_is_read(data: bytes, tmp_path: Path, credentials: Credentials, run: Run) -> None:
    write_files(tmp_path, {".env": credentials.dotenv(), "okxguard.toml": data})
    assert run(tmp_path, "scan").code == 0


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"# caf\xe9\n", id="not UTF-8"),
        pytest.param("ignore = ['OKX101']\n".encode("utf-16"), id="UTF-16"),
        pytest.param(b"exclude = " + b"[" * 100_000, id="nested deeply"),
    ],
)
def test_text_that_cannot_be_read_ends_the_run(data: bytes, tmp_path: Path, run: Run) -> None:
    write_files(tmp_path, {"okxguard.toml": data})
    assert run(tmp_path, "scan").code == 2


def test_key_with_an_escape_sequence_is_not_shown(tmp_path: Path, run: Run) -> None:
    write_files(tmp_path, {"okxguard.toml": '"\\u001b[31mred\\n" = 1\n'})
    result = run(tmp_path, "scan")
    assert "\x1b" not in result.err
    assert "okxguard.toml: a key is unknown" in result.err


IGNORING, SILENT = 'ignore = ["OKX101"]\n', 'ignore = ["OKX104"]\n'


@pytest.mark.parametrize(
    ("configs", "path", "code"),
    [
        pytest.param({"okxguard.toml": IGNORING}, "a/b/.env", 0, id="above"),
        pytest.param({"a/b/okxguard.toml": IGNORING}, "a/b/.env", 0, id="beside the file"),
        pytest.param({"a/pyproject.toml": f"[tool.okxguard]\n{IGNORING}"}, "a/b/.env", 0, id="pyproject above"),
        pytest.param({"okxguard.toml": IGNORING, "a/okxguard.toml": SILENT}, "a/b/.env", 1, id="nearest wins"),
        pytest.param({"okxguard.toml": SILENT, "a/okxguard.toml": IGNORING}, "a/b/.env", 0, id="nearest wins again"),
        pytest.param(
            {"okxguard.toml": IGNORING, "pyproject.toml": f"[tool.okxguard]\n{SILENT}"},
            "a/b/.env",
            0,
            id="own file first",
        ),
        pytest.param({"okxguard.toml": IGNORING, "a/pyproject.toml": "[tool.black]\n"}, "a/b/.env", 0, id="passed by"),
        pytest.param({"../okxguard.toml": IGNORING}, "a/b/.env", 1, id="above the repository"),
        pytest.param({"a/.git": "gitdir: x", "okxguard.toml": IGNORING}, "a/b/.env", 1, id="above a nested repository"),
        pytest.param({"c/okxguard.toml": IGNORING}, "a/b/.env", 1, id="elsewhere"),
    ],
)
def test_nearest_configuration_of_the_repository_counts(
    configs: dict[str, str], path: str, code: int, tmp_path: Path, credentials: Credentials, run: Run
) -> None:
    root = tmp_path / "root"
    write_files(root, {".git/HEAD": "ref: refs/heads/main\n", "a/b/.env": credentials.dotenv(), **configs})
    assert run(root, "scan", path).code == code


@pytest.mark.parametrize("arguments", [("a/.env", "b/.env"), ("b/.env", "a/.env")])
def test_configuration_of_one_path_does_not_bind_another(
    arguments: tuple[str, ...], tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    files = {"a/.env": credentials.dotenv(), "b/.env": credentials.dotenv(), "a/okxguard.toml": IGNORING}
    write_files(tmp_path, files)
    assert paths(scan_json(tmp_path, *arguments)) == ["a/.env", "b/.env"]


@pytest.mark.parametrize("name", ["strict.toml", "pyproject.toml", "sub/okxguard.toml"])
def test_named_configuration_replaces_the_nearest(
    name: str, tmp_path: Path, credentials: Credentials, run: Run
) -> None:
    text = f"[tool.okxguard]\n{IGNORING}" if name == "pyproject.toml" else IGNORING
    write_files(tmp_path, {"x/.env": credentials.dotenv(), "x/okxguard.toml": SILENT, name: text})
    assert run(tmp_path, "scan", "x", "--config", name).code == 0


@pytest.mark.parametrize("name", ["missing.toml", "folder"])
def test_named_configuration_must_be_readable(name: str, tmp_path: Path, credentials: Credentials, run: Run) -> None:
    write_files(tmp_path, {".env": credentials.dotenv(), "folder/x": ""})
    result = run(tmp_path, "scan", "--config", name)
    assert (result.code, result.out) == (2, "")
    assert name in result.err


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        pytest.param('"*.env"', [], id="ending"),
        pytest.param('"sub/"', [".env", "a/.env"], id="folder"),
        pytest.param('"/a/.env"', [".env", "sub/a/.env"], id="from the top"),
        pytest.param('"a/.env"', [".env", "sub/a/.env"], id="with a slash inside"),
        pytest.param('"a/"', [".env"], id="folder anywhere"),
        pytest.param('"**/a/*"', [".env"], id="two stars"),
        pytest.param('"*.env", "!/a/.env"', ["a/.env"], id="taken back"),
        pytest.param('"# a comment"', [".env", "a/.env", "sub/a/.env"], id="nothing"),
    ],
)
def test_exclude_is_like_gitignore(
    patterns: str, left: list[str], tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    names = [".env", "a/.env", "sub/a/.env"]
    write_files(tmp_path, {name: credentials.key_line() for name in names})
    write_files(tmp_path, {"okxguard.toml": f"exclude = [{patterns}]\n"})
    report = scan_json(tmp_path)
    assert paths(report) == left
    assert report["summary"]["skipped"] == len(names) - len(left)


@pytest.mark.parametrize(
    ("folder", "arguments"),
    [
        pytest.param(".", ("sub/skip.env",), id="named file"),
        pytest.param(".", ("sub",), id="named folder"),
        pytest.param("sub", (".",), id="from a folder further down"),
        pytest.param("other", ("../sub",), id="from beside"),
        pytest.param(".", ("{here}/sub/skip.env",), id="absolute file"),
    ],
)
def test_exclude_holds_however_a_file_is_named(
    folder: str, arguments: tuple[str, ...], tmp_path: Path, credentials: Credentials, run: Run
) -> None:
    files = {"sub/skip.env": credentials.key_line(), "other/x": "", "okxguard.toml": 'exclude = ["/sub/skip.env"]\n'}
    write_files(tmp_path, files)
    result = run(tmp_path / folder, "scan", *(argument.format(here=tmp_path) for argument in arguments))
    assert (result.code, "1 skipped" in result.err) == (0, True)
