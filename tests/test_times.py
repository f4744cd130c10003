"""Where the time of a run went: said for those who ask, with the figures of all processes added up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from okxguard.clock import Clock
from okxguard.report.times import time_lines
from tests.conftest import Credentials, Run, write_files
from tests.repositories import RepositoryBuilder

_STAGE = re.compile(
    r"""
    okxguard:\ {3} (?P<stage>\S.*?) \ + (?P<seconds>[\d.]+)\ s \ + (?P<share>[\d.]+)%
    (?: \ + (?P<files>[\d,]+)\ files \ + (?P<size>[\d.]+)\ MB )?
    """,
    re.VERBOSE,
)


def stages(told: str) -> dict[str, re.Match[str]]:
    return {match["stage"]: match for line in told.splitlines() if (match := _STAGE.fullmatch(line))}


def files_of(told: str) -> dict[str, int]:
    return {stage: int((match["files"] or "0").replace(",", "")) for stage, match in stages(told).items()}


@pytest.fixture
def project(tmp_path: Path, credentials: Credentials) -> Path:
    leaking = 'import os\nPASSWORD = os.environ["DB_PASSWORD"]\nprint(PASSWORD)\n'
    write_files(
        tmp_path,
        {
            ".env": credentials.dotenv(),
            "okx.yml": "okx:\n  sandbox: true\n",
            "code.py": leaking,
            **{f"plain/{number}.txt": "nothing\n" for number in range(10)},
        },
    )
    return tmp_path


def test_every_stage_has_its_share(project: Path, run: Run) -> None:
    told = run(project, "scan", "-v", ".").err
    counted = files_of(told)
    assert list(counted) == [
        "start",
        "finding files",
        "reading",
        "prefilter",
        "parsing dotenv",
        "parsing YAML",
        "rules",
        "code rules",
        "together",
        "report",
    ]
    assert counted["reading"] == counted["prefilter"] == 13
    assert (counted["parsing dotenv"], counted["parsing YAML"], counted["code rules"]) == (1, 1, 1)
    assert sum(float(match["share"]) for match in stages(told).values()) == pytest.approx(100, abs=1)


def test_slowest_files_are_named(project: Path, run: Run) -> None:
    told = run(project, "scan", "-v", ".").err
    slowest = told.partition("the slowest files:\n")[2].splitlines()
    assert len(slowest) == 5
    assert any(line.endswith("  code.py") for line in slowest)


def test_a_value_in_the_name_of_a_file_is_not_told(tmp_path: Path, run: Run, credentials: Credentials) -> None:
    write_files(tmp_path, {f"okx_secret_key_{credentials.secret()}.txt": "nothing\n"})
    told = run(tmp_path, "scan", "-v", ".").err
    assert "the slowest files:" in told
    assert not any(value in told for value in credentials.made)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_processes_are_added_up(tmp_path: Path, run: Run, jobs: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("okxguard.teamwork._ALONE_SECONDS", 0.0)
    write_files(tmp_path, {f"{number}.env": "OKX_API_KEY=\n" for number in range(250)})
    counted = files_of(run(tmp_path, "scan", "-v", "--jobs", jobs, ".").err)
    assert (counted["reading"], counted["prefilter"], counted["parsing dotenv"]) == (250, 250, 250)


@pytest.mark.parametrize("arguments", [(), ("--staged",), ("--history",)], ids=["folder", "index", "history"])
def test_findings_are_the_same(project: Path, run: Run, arguments: tuple[str, ...]) -> None:
    repository = RepositoryBuilder(project)
    repository.git("add", "-A")
    repository.git("commit", "-q", "-m", "Add")
    plain, told = run(project, "scan", *arguments, "."), run(project, "scan", "-v", *arguments, ".")
    assert (told.code, told.out) == (plain.code, plain.out)
    assert "where the time went" in told.err
    assert "where the time went" not in plain.err


def test_a_clock_counts_every_moment_once() -> None:
    clock = Clock()
    clock.take()
    assert clock.turn("reading") == ""
    assert clock.turn("rules") == "reading"
    clock.turn("")
    first = clock.take()
    assert set(first.seconds) == {"", "reading", "rules"}
    assert clock.take().seconds["reading"] == 0
    for _ in range(2):
        clock.add(first)
    assert clock.take().seconds["rules"] == pytest.approx(2 * first.seconds["rules"])


def test_only_the_slowest_are_remembered() -> None:
    clock = Clock()
    for number in range(20):
        clock.note(f"{number}.py", float(number))
    lines = list(time_lines(clock.take()))
    assert [line.split()[-1] for line in lines[-5:]] == ["19.py", "18.py", "17.py", "16.py", "15.py"]
