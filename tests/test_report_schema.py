"""The JSON report keeps to its schema, and the schema names all that it holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from okxguard.model import Report
from okxguard.report.json import render_json
from okxguard.report.text import render_text
from tests.conftest import Credentials, ScanJson, write_files
from tests.reports import OWN, OWN_SCHEMA, RULEBOOK, everything, reports

QUICK = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def closed(schema: Any) -> Any:
    """Return a schema that allows no key beyond those it names."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    return {**inner, "unevaluatedProperties": False} if "required" in schema and "allOf" not in schema else inner


@pytest.fixture
def report(tmp_path: Path, credentials: Credentials, scan_json: ScanJson) -> Any:
    write_files(tmp_path, everything(credentials))
    return scan_json(tmp_path, ".", "missing.env")


def test_schema_is_one() -> None:
    Draft202012Validator.check_schema(OWN_SCHEMA)


def test_report_of_a_scan_is_valid(report: Any) -> None:
    assert all(report[key] for key in ("findings", "suppressed", "errors", "notes"))
    OWN.validate(report)


def test_schema_names_every_key(report: Any) -> None:
    Draft202012Validator(closed(OWN_SCHEMA)).validate({**report, "suppressed": []})
    assert all(set(entry) == {*report["findings"][0], "reason"} for entry in report["suppressed"])


@QUICK
@given(reports())
def test_every_report_is_valid(report: Report) -> None:
    OWN.validate(json.loads(render_json(report, RULEBOOK)))


@QUICK
@given(reports())
def test_no_other_format_gives_commands(report: Report) -> None:
    text = render_text(report, RULEBOOK) + render_json(report, RULEBOOK)
    assert "##" not in text
    assert not any(line.lstrip().startswith("::") for line in text.split("\n"))


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("version",), 2),
        (("findings", 0, "severity"), "HIGH"),
        (("findings", 0, "line"), 0),
        (("findings", 0, "parts"), None),
        (("suppressed", 0, "reason"), 1),
        (("errors", 0, "reason"), ""),
        (("summary", "files"), -1),
    ],
    ids=str,
)
def test_schema_refuses(where: tuple[str | int, ...], value: Any, report: Any) -> None:
    place = report
    for key in where[:-1]:
        place = place[key]
    place[where[-1]] = value
    assert not OWN.is_valid(report)
