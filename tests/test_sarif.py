"""SARIF: valid for every report, places and texts that viewers read right, and nothing but what JSON says, too."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings

import okxguard
from okxguard.model import Confidence, FileError, Finding, Location, Note, Report, Rule, Severity
from okxguard.report.places import in_repository, uri_of
from okxguard.report.sarif import render_sarif
from tests.conftest import Credentials, Run, ScanJson, write_files
from tests.reports import ODD_PATHS, RULEBOOK, SARIF, everything, places_in, reports

QUICK = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
RELATIVE_REFERENCE = re.compile(r"(?:(?!/)(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})*)")


def rendered(report: Report) -> Any:
    return json.loads(render_sarif(report, RULEBOOK))["runs"][0]


def finding_of(rule: str, path: str = "a.env", message: str = "a message") -> Finding:
    severity = RULEBOOK.rules[rule].severity
    return Finding(rule, RULEBOOK.rules[rule].name, severity, Confidence.HIGH, message, Location(path, 1, 2, 1, 4), "f")


@pytest.fixture
def tree(tmp_path: Path, credentials: Credentials) -> Path:
    write_files(tmp_path, everything(credentials))
    return tmp_path


@pytest.fixture
def log(tree: Path, run: Run) -> Any:
    return json.loads(run(tree, "scan", "--format", "sarif", ".", "missing.env").out)


def result_of(log: Any, rule: str) -> Any:
    (found,) = (
        result for result in log["runs"][0]["results"] if result["ruleId"] == rule and "suppressions" not in result
    )
    return found


@QUICK
@given(reports())
def test_every_report_is_valid(report: Report) -> None:
    text = render_sarif(report, RULEBOOK)
    log = json.loads(text)
    SARIF.validate(log)
    assert text.isascii()
    assert "##" not in text
    places = places_in(log)
    assert len(places) >= len(report.findings) + len(report.errors)
    assert all(RELATIVE_REFERENCE.fullmatch(place["uri"]) for place in places)
    assert {place["uriBaseId"] for place in places} <= set(log["runs"][0]["originalUriBaseIds"])


def test_log_of_a_scan_is_valid(log: Any) -> None:
    SARIF.validate(log)
    (one,) = log["runs"]
    driver = one["tool"]["driver"]
    assert (log["version"], one["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    assert (driver["name"], driver["version"]) == ("okxguard", okxguard.__version__)
    assert [rule["id"] for rule in driver["rules"]] == sorted(RULEBOOK.rules)
    assert [driver["rules"][result["ruleIndex"]]["id"] for result in one["results"]] == [
        result["ruleId"] for result in one["results"]
    ]


def test_log_says_what_the_json_report_says(tree: Path, scan_json: ScanJson, log: Any) -> None:
    report = scan_json(tree, ".", "missing.env")
    results = log["runs"][0]["results"]
    assert log["runs"][0]["properties"]["summary"] == report["summary"]
    for result, finding in zip(results, report["findings"] + report["suppressed"], strict=True):
        place = result["locations"][0]["physicalLocation"]
        region = place["region"]
        assert (result["ruleId"], place["artifactLocation"]["uri"]) == (finding["rule"], finding["path"])
        assert result["partialFingerprints"] == {"okxguard/v1": finding["fingerprint"]}
        assert result["properties"] == {key: finding[key] for key in ("severity", "confidence")}
        assert result["message"]["text"].startswith(finding["message"])
        assert [region[key] for key in ("startLine", "startColumn", "endLine", "endColumn")] == [
            finding[key] for key in ("line", "column", "end_line", "end_column")
        ]


def test_parts_are_related_locations_with_links(log: Any) -> None:
    result = result_of(log, "OKX101")
    assert result["message"]["text"].endswith("hardcoded: [API key](1), [secret key](2), [passphrase](3)")
    shown = [
        (part["id"], part["message"]["text"], part["physicalLocation"]["region"]["startLine"])
        for part in result["relatedLocations"]
    ]
    assert shown == [(1, "API key", 2), (2, "secret key", 3), (3, "passphrase", 4)]


def test_steps_are_a_code_flow(log: Any) -> None:
    (flow,) = result_of(log, "OKX302")["codeFlows"]
    (thread,) = flow["threadFlows"]
    steps = [step["location"] for step in thread["locations"]]
    assert len(steps) > 1
    assert steps[-1]["physicalLocation"]["region"]["startLine"] == 5
    assert "logging.info" in steps[-1]["message"]["text"]


def test_suppressed_findings_say_so(log: Any) -> None:
    suppressions = [result["suppressions"] for result in log["runs"][0]["results"] if "suppressions" in result]
    assert suppressions == [[{"kind": "inSource"}], [{"kind": "inSource", "justification": "gone"}]]


def test_errors_and_notes_are_notifications(log: Any) -> None:
    (invocation,) = log["runs"][0]["invocations"]
    notifications = invocation["toolExecutionNotifications"]
    assert invocation["executionSuccessful"] is False
    assert [notification["level"] for notification in notifications] == ["error", "note"]
    assert notifications[0]["message"]["text"] == "missing.env: does not exist; check the path"
    assert notifications[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "missing.env"


def test_notes_alone_are_a_success() -> None:
    (invocation,) = rendered(Report(notes=(Note("a", "b"),)))["invocations"]
    assert invocation["executionSuccessful"] is True


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        (Severity.CRITICAL, "error"),
        (Severity.HIGH, "error"),
        (Severity.MEDIUM, "warning"),
        (Severity.LOW, "note"),
    ],
)
def test_level_follows_the_severity_of_the_finding(severity: Severity, level: str) -> None:
    report = Report(findings=(finding_of("OKX101")._replace(severity=severity),))
    assert rendered(report)["results"][0]["level"] == level


def test_commit_is_named() -> None:
    commit = "0123abcd" * 5
    (result,) = rendered(Report(findings=(finding_of("OKX104")._replace(commit=commit),)))["results"]
    assert result["properties"]["commit"] == commit
    assert result["message"]["text"] == "a message (in commit 0123abcd0123)"


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("plain", "plain"),
        ("the other one is at {{name}}/a.env", "the other one is at {{{{name}}}}/a.env"),
        ("see [here](https://example.com)", "see [here\\](https://example.com)"),
        ("names['okx']", "names['okx']"),
        ("a\x1b[31m\nb", "a\\x1b[31m\\nb"),
    ],
)
def test_message_holds_no_placeholder_and_no_link(message: str, text: str) -> None:
    report = Report(findings=(finding_of("OKX206", message=message),), errors=(FileError(message, "x"),))
    run = rendered(report)
    assert run["results"][0]["message"]["text"] == text
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] == f"{text}: x"


@pytest.mark.parametrize("rule", RULEBOOK.rules.values(), ids=lambda rule: rule.id)
def test_rule_is_described_as_github_wants_it(rule: Rule) -> None:
    (described,) = (entry for entry in rendered(Report())["tool"]["driver"]["rules"] if entry["id"] == rule.id)
    tags = described["properties"]["tags"]
    texts = [described["shortDescription"]["text"], described["fullDescription"]["text"]]
    assert all(0 < len(text) <= 1024 for text in texts)
    assert all(rule.fix in text for text in described["help"].values())
    assert len(tags) <= 10
    if rule.id.startswith("OKX9"):
        assert "security" not in tags
        return
    assert tags[0] == "security"
    assert tags[1:]
    assert all(re.fullmatch(r"external/cwe/cwe-\d{3,5}", tag) for tag in tags[1:])
    gravity = float(described["properties"]["security-severity"])
    wanted = {Severity.CRITICAL: (9.1, 10), Severity.HIGH: (7, 9), Severity.MEDIUM: (4, 6.9), Severity.LOW: (0.1, 3.9)}
    assert wanted[rule.severity][0] <= gravity <= wanted[rule.severity][1]


@pytest.mark.parametrize("path", ODD_PATHS, ids=ascii)
def test_any_path_becomes_a_relative_reference(path: str) -> None:
    uri = uri_of(path)
    assert RELATIVE_REFERENCE.fullmatch(uri)
    assert unquote(uri) == path.encode("utf-8", "backslashreplace").decode()


@pytest.mark.parametrize(
    ("path", "prefix", "expected"),
    [
        ("a.env", "", "a.env"),
        ("a.env", "sub/deep", "sub/deep/a.env"),
        (".", "sub", "sub"),
        (".", "", "."),
        ("-", "sub", "-"),
    ],
)
def test_path_in_the_repository(path: str, prefix: str, expected: str) -> None:
    assert in_repository(path, prefix) == expected


@pytest.mark.parametrize(
    ("folder", "arguments", "uri"),
    [
        pytest.param(".", (), "a%20b/sub/key.env", id="from the top"),
        pytest.param("a b", (), "a%20b/sub/key.env", id="from below"),
        pytest.param("a b/sub", ("key.env",), "a%20b/sub/key.env", id="a file"),
        pytest.param("a b/sub", ("../../a b",), "a%20b/sub/key.env", id="a folder above"),
        pytest.param("..", ("repository/a b",), "repository/a%20b/sub/key.env", id="from outside"),
    ],
)
def test_paths_are_relative_to_the_repository(
    folder: str, arguments: tuple[str, ...], uri: str, tmp_path: Path, credentials: Credentials, run: Run
) -> None:
    top = tmp_path / "repository"
    write_files(top, {".git/HEAD": "", "a b/sub/key.env": credentials.key_line()})
    out = run((top / folder).resolve(), "scan", "--format", "sarif", *arguments).out
    (result,) = json.loads(out)["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


@pytest.mark.parametrize("form", ["sarif", "github", "json", "text"])
def test_folders_above_what_is_scanned_give_no_value_away(
    form: str, tmp_path: Path, credentials: Credentials, run: Run
) -> None:
    top = tmp_path / f"okx {credentials.key()}"
    write_files(tmp_path, {".git/HEAD": ""})
    write_files(top, {f"secret {credentials.secret()}/sub/key.env": credentials.key_line()})
    result = run(top / f"secret {credentials.made[1]}" / "sub", "scan", "--format", form)
    assert result.code == 1
    assert [value for value in credentials.made if value in unquote(result.out) + result.err] == []


def test_standard_input_stands_nowhere_in_the_repository(tmp_path: Path, credentials: Credentials, run: Run) -> None:
    write_files(tmp_path, {".git/HEAD": "", "sub/a.env": ""})
    out = run(tmp_path / "sub", "scan", "--format", "sarif", "-", stdin=credentials.key_line().encode()).out
    assert [place["uri"] for place in places_in(json.loads(out))] == ["-", "-"]


@pytest.mark.parametrize("name", ["report.sarif", "report.sarif.json", "REPORT.SARIF"])
def test_ending_of_a_file_names_the_format(name: str, tree: Path, run: Run) -> None:
    printed = run(tree, "scan", "--format", "sarif", "-o", name).out
    assert (tree / name).read_text(encoding="utf-8") == printed
