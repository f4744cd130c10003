"""Arguments in, exit code out: selection, thresholds, formats, streams, and no found value anywhere."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import okxguard
from okxguard.cli import main
from tests.conftest import Credentials, Run, ScanJson, write_files


@pytest.fixture
def tree(tmp_path: Path, credentials: Credentials) -> Path:
    """A folder with one finding each of OKX101, OKX103 and OKX104, and one of low confidence."""
    files = {
        "full.env": credentials.dotenv(),
        "key.env": credentials.key_line(),
        "phrase.env": f"OKX_PASSPHRASE={credentials.passphrase()}\n",
        "vague.env": f"OKX_SECRET_KEY={credentials.secret().lower()}\n",
        "clean.py": "import os\n",
    }
    write_files(tmp_path, files)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(("clean.py",), 0, id="nothing found"),
        pytest.param(("full.env",), 1, id="found"),
        pytest.param(("full.env", "--exit-zero"), 0, id="found, exit zero"),
        pytest.param(("missing.env",), 2, id="missing"),
        pytest.param(("full.env", "missing.env"), 2, id="found and missing"),
        pytest.param(("full.env", "missing.env", "--exit-zero"), 2, id="missing, exit zero"),
        pytest.param(("full.env", "--select", "OKX104"), 0, id="other rule selected"),
        pytest.param(("full.env", "--select", "OKX101"), 1, id="rule selected"),
        pytest.param(("full.env", "--ignore", "OKX101"), 0, id="rule ignored"),
        pytest.param(("key.env", "--min-severity", "high"), 0, id="not severe enough"),
        pytest.param(("key.env", "--min-severity", "medium"), 1, id="severe enough"),
    ],
)
def test_exit_code(arguments: tuple[str, ...], code: int, tree: Path, run: Run) -> None:
    assert run(tree, "scan", *arguments).code == code


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        pytest.param((), "COMMAND", id="no command"),
        pytest.param(("look",), "look", id="unknown command"),
        pytest.param(("scan", "--nothing"), "--nothing", id="unknown option"),
        pytest.param(("scan", "--format", "xml"), "xml", id="unknown format"),
        pytest.param(("scan", "--min-severity", "bad"), "bad", id="unknown severity"),
        pytest.param(("scan", "--min-confidence", "sure"), "sure", id="unknown confidence"),
        pytest.param(("scan", "--select", "OKX998"), "OKX998", id="unknown rule selected"),
        pytest.param(("scan", "--ignore", "OKX998"), "OKX998", id="unknown rule ignored"),
        pytest.param(("scan", "--select", "OKX101,PWD"), "PWD", id="one unknown rule of two"),
        pytest.param(("scan", "--select", "OK"), "OK", id="beginning too short"),
        pytest.param(("scan", "--select", "\x1b[31m"), "\\x1b[31m", id="escape sequence for a rule"),
        pytest.param(("scan", "--select", ""), "no rule is left", id="empty selection"),
        pytest.param(("scan", "--ignore", "OKX"), "no rule is left", id="everything ignored"),
        pytest.param(("scan", "--select", "OKX104", "--ignore", "OKX1"), "no rule is left", id="selected and ignored"),
        pytest.param(("scan", "-o", "report"), ".json", id="report without an ending"),
        pytest.param(("scan", "-o", "report.exe"), ".json", id="report of an unknown ending"),
        pytest.param(("scan", ""), "empty", id="empty path"),
        pytest.param(("scan", "--config", "missing.toml"), "missing.toml", id="missing configuration"),
        pytest.param(("rules", "OKX998"), "OKX998", id="unknown rule"),
    ],
)
def test_wrong_command_ends_with_two_and_a_reason(arguments: tuple[str, ...], word: str, tree: Path, run: Run) -> None:
    result = run(tree, *arguments)
    assert (result.code, result.out) == (2, "")
    assert word in result.err
    assert "Traceback" not in result.err


def test_current_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert main(["scan"]) == 2


@pytest.mark.parametrize(
    ("arguments", "rules"),
    [
        pytest.param((), {"OKX101", "OKX103", "OKX104"}, id="all"),
        pytest.param(("--select", "OKX1"), {"OKX101", "OKX103", "OKX104"}, id="beginning"),
        pytest.param(("--select", "okx104"), {"OKX104"}, id="lower case"),
        pytest.param(("--select", "OKX103,OKX104"), {"OKX103", "OKX104"}, id="comma"),
        pytest.param(("--select", " OKX103 , OKX104,"), {"OKX103", "OKX104"}, id="blanks and a comma too many"),
        pytest.param(("--select", "OKX103", "--select", "OKX104"), {"OKX103", "OKX104"}, id="repeated"),
        pytest.param(("--ignore", "OKX101"), {"OKX103", "OKX104"}, id="ignored"),
        pytest.param(("--ignore", "OKX101", "--ignore", "OKX103"), {"OKX104"}, id="ignored twice"),
        pytest.param(("--select", "OKX10", "--ignore", "OKX104"), {"OKX101", "OKX103"}, id="ignore wins"),
        pytest.param(("--select", "OKX9"), set(), id="nothing of these"),
    ],
)
def test_selection(arguments: tuple[str, ...], rules: set[str], tree: Path, scan_json: ScanJson) -> None:
    assert {finding["rule"] for finding in scan_json(tree, *arguments)["findings"]} == rules


@pytest.mark.parametrize(
    ("level", "severities"),
    [
        ("low", {"medium", "high", "critical"}),
        ("medium", {"medium", "high", "critical"}),
        ("high", {"high", "critical"}),
        ("critical", {"critical"}),
    ],
)
def test_least_severity(level: str, severities: set[str], tree: Path, scan_json: ScanJson) -> None:
    report = scan_json(tree, "--min-severity", level)
    assert {finding["severity"] for finding in report["findings"]} == severities


@pytest.mark.parametrize("level", ["low", "medium", "high"])
def test_nothing_is_held_back_in_silence(level: str, tree: Path, scan_json: ScanJson) -> None:
    everything = len(scan_json(tree, "--min-confidence", "low")["findings"])
    summary = scan_json(tree, "--min-confidence", level)["summary"]
    assert summary["findings"] + summary["held_back"] == everything


def test_low_confidence_is_held_back_by_default(tree: Path, run: Run, scan_json: ScanJson) -> None:
    assert run(tree, "scan", "vague.env").code == 0
    assert "1 held back" in run(tree, "scan", "vague.env").err
    (finding,) = scan_json(tree, "vague.env", "--min-confidence", "low")["findings"]
    assert finding["confidence"] == "low"


class TestReportFiles:
    def test_format_follows_the_ending(self, tree: Path, run: Run) -> None:
        result = run(tree, "scan", "-o", "one.json", "-o", "two.txt", "-o", "three.JSON")
        assert result.code == 1
        assert (tree / "two.txt").read_text(encoding="utf-8") == result.out
        assert json.loads((tree / "one.json").read_text(encoding="utf-8"))["version"] == 1
        assert (tree / "three.JSON").read_bytes() == (tree / "one.json").read_bytes()

    def test_file_is_the_same_as_standard_output(self, tree: Path, run: Run) -> None:
        result = run(tree, "scan", "key.env", "--format", "json", "-o", "one.json")
        assert (tree / "one.json").read_bytes() == result.out.encode()

    def test_file_that_exists_is_replaced(self, tree: Path, run: Run) -> None:
        (tree / "one.json").write_text("x" * 100_000, encoding="utf-8")
        run(tree, "scan", "key.env", "-o", "one.json")
        assert json.loads((tree / "one.json").read_text(encoding="utf-8"))["summary"]["findings"] == 1

    @pytest.mark.parametrize("path", ["missing/one.json", "folder.json"])
    def test_file_that_cannot_be_written_is_an_error(self, path: str, tree: Path, run: Run) -> None:
        (tree / "folder.json").mkdir()
        result = run(tree, "scan", "key.env", "-o", path, "-o", "fine.json")
        assert result.code == 2
        assert path in result.err
        assert result.out.startswith("key.env:1:13: OKX104")
        assert (tree / "fine.json").exists()


class TestStreams:
    def test_findings_alone_go_to_standard_output(self, tree: Path, run: Run) -> None:
        write_files(tree, {"broken.json": '{"okx_api_key": '})
        result = run(tree, "scan", "key.env", "broken.json", "missing.env", "-v")
        lines = result.out.splitlines()
        assert lines[0].startswith("key.env:1:13: OKX104")
        assert all(line.startswith("    ") for line in lines[1:])
        assert all(line.startswith("okxguard: ") for line in result.err.splitlines())

    def test_clean_scan_prints_a_summary_only(self, tree: Path, run: Run) -> None:
        result = run(tree, "scan", "clean.py")
        assert (result.out, result.err) == ("", "okxguard: 0 findings, 1 file read (10 B)\n")

    def test_json_stands_alone_on_standard_output(self, tree: Path, run: Run) -> None:
        result = run(tree, "scan", "key.env", "missing.env", "--format", "json")
        assert json.loads(result.out)["errors"][0]["path"] == "missing.env"
        assert result.err.startswith("okxguard: error: missing.env: ")

    def test_suppressed_findings_are_shown_when_asked_for(
        self, tmp_path: Path, credentials: Credentials, run: Run
    ) -> None:
        comment = '# okxguard: ignore[OKX104] reason="deleted in May"'
        write_files(tmp_path, {".env": f"{comment}\n{credentials.key_line()}"})
        assert "OKX104" not in run(tmp_path, "scan").err
        assert ".env:2: OKX104 suppressed (deleted in May)\n" in run(tmp_path, "scan", "-v").err


def test_version(tmp_path: Path, run: Run) -> None:
    assert run(tmp_path, "--version") == (0, f"okxguard {okxguard.__version__}\n", "")


@pytest.mark.parametrize("command", [(), ("scan",), ("rules",), ("plugin-path",)])
def test_help(command: tuple[str, ...], tmp_path: Path, run: Run) -> None:
    result = run(tmp_path, *command, "--help")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(" ".join(("usage: okxguard", *command)))


def test_rules_lists_every_rule(tmp_path: Path, run: Run) -> None:
    result = run(tmp_path, "rules")
    ids = [line.split()[0] for line in result.out.splitlines()]
    assert ids == sorted(ids)
    assert {"OKX101", "OKX102", "OKX103", "OKX104", "OKX105", "OKX106", "OKX901"} <= set(ids)


@pytest.mark.parametrize("identity", ["OKX101", "okx101"])
def test_rules_explains_one_rule(identity: str, tmp_path: Path, run: Run) -> None:
    result = run(tmp_path, "rules", identity)
    assert (result.code, result.out.splitlines()[0]) == (0, "OKX101 credential-set [critical]")
    assert [word for word in ("what:", "why:", "fix:", "fires on", "stays silent on") if word not in result.out] == []
    assert "@" not in result.out


def test_plugin_path_names_a_file(tmp_path: Path, run: Run) -> None:
    result = run(tmp_path, "plugin-path")
    assert result.code == 0
    assert os.path.isfile(result.out.removesuffix("\n"))


def leaky_files(credentials: Credentials) -> dict[str, str]:
    """Return files that hold values where a careless program would quote them."""
    key, secret, phrase = credentials.key(), credentials.secret(), credentials.passphrase()
    body = f'"okx": {{"apiKey": "{key}", "secretKey": "{secret}", "passphrase": "{phrase}"}}'
    return {
        ".env": credentials.dotenv(),
        "good.json": "{" + body + "}",
        "broken.json": "{" + body + ", ] " + phrase,
        "broken.toml": f'[okx]\napi_key = "{key}"\nsecret_key = {secret}\npassphrase = "{phrase}\n',
        "broken.yml": f"okx:\n  api_key: {key}\n secret_key: {secret}\n\tpassphrase: '{phrase}\n",
        "broken.py": f'okx_api_key = "{key}"\nokx_secret = "{secret}"\nprint "{phrase}"\n',
        "old.env": f'OKX_API_KEY={key}  # okxguard: ignore[OKX104] reason="was {key}, see {key}"\n',
        "wrong.env": f"OKX_API_KEY={key}  # okxguard: ignore[{key}]\n",
        "late.env": f"OKX_PASSPHRASE={phrase}  # okxguard: ignore[OKX103] until={phrase}\n",
        "damaged.txt": f"okx passphrase: {phrase}\nokx secret key: {secret}\n",
    }


@pytest.mark.parametrize(
    "options",
    [
        pytest.param((), id="text"),
        pytest.param(("-v",), id="verbose"),
        pytest.param(("--color", "always"), id="colour"),
        pytest.param(("--format", "json", "-v"), id="json"),
        pytest.param(("--format", "sarif"), id="sarif"),
        pytest.param(("--format", "github", "--min-confidence", "low"), id="github"),
        pytest.param(("--min-confidence", "low", "--format", "json"), id="everything"),
        pytest.param(("--min-confidence", "low", "-v"), id="everything as text"),
    ],
)
def test_no_found_value_is_printed(
    options: tuple[str, ...], tmp_path: Path, credentials: Credentials, run: Run
) -> None:
    write_files(tmp_path, leaky_files(credentials))
    result = run(tmp_path, "scan", *options, "-o", "report.txt", "-o", "report.json", "-o", "report.sarif")
    assert result.code == 1
    printed = [result.out, result.err, *(path.read_text(encoding="utf-8") for path in tmp_path.glob("report.*"))]
    assert [value for value in credentials.made for text in printed if value in text] == []


@pytest.mark.parametrize(
    "template",
    [
        pytest.param('min-severity = "{}"\n', id="value of the wrong kind"),
        pytest.param('min-severity = "{}\n', id="broken TOML"),
        pytest.param('select = ["OKX101"]\nignore = [{{ passphrase = "{}" }}]\n', id="table in a list"),
        pytest.param('okx.passphrase = "{}"\n', id="unknown key"),
        pytest.param('exclude = ["{}", 7]\n', id="pattern"),
    ],
)
def test_no_value_of_a_wrong_configuration_is_printed(
    template: str, tmp_path: Path, credentials: Credentials, run: Run
) -> None:
    write_files(tmp_path, {"okxguard.toml": template.format(credentials.passphrase())})
    result = run(tmp_path, "scan")
    assert (result.code, result.out) == (2, "")
    assert credentials.made[0] not in result.err


def test_options_stand_between_paths(run: Run, tmp_path: Path, credentials: Credentials) -> None:
    write_files(tmp_path, {"a.env": credentials.key_line(), "b.env": "x=1\n"})
    assert run(tmp_path, "scan", "a.env", "--exit-zero", "b.env").code == 0
    assert run(tmp_path, "scan", "--exit-zero", "b.env", "-v", "a.env").code == 0


def test_verbose_names_what_is_skipped_and_the_configuration(run: Run, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "okxguard.toml": 'exclude = ["out/"]\n',
        "out/x.env": "a=1\n",
        "a.png": b"\x89PNG\r\n\x1a\n\0\0",
    }
    write_files(tmp_path, files)
    result = run(tmp_path, "scan", "-v")
    assert "configuration: okxguard.toml" in result.err
    assert "out/x.env: skipped (excluded by config)" in result.err
    assert "a.png: skipped (binary)" in result.err
    assert "2 skipped (1 of them excluded by config)" in result.err


def test_unknown_rule_in_config_names_file_and_key(run: Run, tmp_path: Path) -> None:
    write_files(tmp_path, {"okxguard.toml": 'select = ["OKX998"]\n', "a.env": "x=1\n"})
    result = run(tmp_path, "scan")
    assert result.code == 2
    assert "okxguard.toml: key 'select': 'OKX998' is no rule" in result.err


def test_broken_config_in_a_folder_above_names_path_and_line(run: Run, tmp_path: Path) -> None:
    write_files(tmp_path, {"okxguard.toml": "select = []\nignore = x\n", "bot/a.env": "x=1\n"})
    result = run(tmp_path / "bot", "scan")
    assert result.code == 2
    assert os.path.join("..", "okxguard.toml") + ": is not valid TOML in line" in result.err


@pytest.mark.parametrize("wanted", ["secret-key", "okx102", "OKX102"])
def test_rules_explains_by_id_and_by_name(wanted: str, run: Run, tmp_path: Path) -> None:
    assert run(tmp_path, "rules", wanted).out.startswith("OKX102 secret-key")
