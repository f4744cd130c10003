"""`scan --jobs`: several processes report what one does, and one that dies costs one file."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from okxguard import teamwork
from okxguard.crew import FORKS, Crew, Lost
from okxguard.sources.files import File, read_file
from tests.conftest import Credentials, Run, write_files


@pytest.fixture
def folder(tmp_path: Path, credentials: Credentials) -> Path:
    """Return a folder whose files mean different things alone and together."""
    first = credentials.dotenv()
    shared = "\n".join([*credentials.dotenv().splitlines()[:2], first.splitlines()[2]]) + "\n"
    files: dict[str, str | bytes] = {f"src/module_{number}.py": f"VALUE = {number}\n" for number in range(150)}
    files |= {f"conf/{number}.env": credentials.dotenv() for number in range(20)}
    files |= {
        "a/first.env": first,
        "z/second.env": shared,
        "requirements.txt": "python-okx==0.3.1\n",
        "picture.png": b"\x89PNG\0\0",
        "kept.env": f"# okxguard: ignore[OKX104]\n{credentials.key_line()}",
        "bot.py": 'import os\nprint(os.environ["OKX_SECRET_KEY"])\n',
        "keys.yml": "okx:\n  keys:\n    - label: bot\n      perm: read_only,withdraw\n      ip: 203.0.113.7\n",
    }
    write_files(tmp_path / "project", files)
    return tmp_path / "project"


@pytest.fixture
def _shared_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teamwork, "_ALONE_SECONDS", 0)


@pytest.mark.usefixtures("_shared_at_once")
@pytest.mark.parametrize("form", ["json", "text"])
def test_several_processes_report_what_one_does(form: str, folder: Path, run: Run) -> None:
    alone = run(folder, "scan", "--jobs", "1", "--format", form)
    shared = run(folder, "scan", "--jobs", "3", "--format", form)
    assert alone == shared
    assert {"OKX101", "OKX205", "OKX206", "OKX208", "OKX301"} <= set(alone.out.replace('"', " ").split())


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "999999", "²"])
def test_a_wrong_number_of_jobs_is_refused(jobs: str, tmp_path: Path, run: Run) -> None:
    result = run(tmp_path, "scan", f"--jobs={jobs}")
    assert result.code == 2
    assert "must be a number from 1 to 256" in result.err


def _fatal() -> Callable[[Sequence[int]], list[int]]:
    def work(tasks: Sequence[int]) -> list[int]:
        if 13 in tasks:
            os._exit(7)
        return list(tasks)

    return work


@pytest.mark.parametrize("size", [1, 5, 100])
@pytest.mark.parametrize("jobs", [1, 3])
def test_a_process_that_dies_costs_one_task(jobs: int, size: int) -> None:
    crew: Crew[int, list[int]] = Crew(jobs, _fatal)
    results = [result for _, result in sorted(crew.do(range(40), size))]
    lost = [result.task for result in results if isinstance(result, Lost)]
    done = [task for result in results if not isinstance(result, Lost) for task in result]
    assert (lost, done) == ([13], [task for task in range(40) if task != 13])


@pytest.mark.skipif(not FORKS, reason="only a forked process knows a function of a test")
def test_a_process_that_dies_before_it_is_given_anything_costs_its_tasks() -> None:
    crew: Crew[str, None] = Crew(2, lambda: os._exit(7))
    tasks = ["x" * (1 << 20), "y" * (1 << 20)]
    assert sorted(result.task[0] for _, result in crew.do(tasks, 1) if isinstance(result, Lost)) == ["x", "y"]


@pytest.mark.skipif(not FORKS, reason="only a forked process knows a function of a test")
def test_a_process_says_nothing_about_the_error_that_ends_it(capfd: pytest.CaptureFixture[str]) -> None:
    def work(tasks: Sequence[str]) -> None:
        raise ValueError(f"not a number: {tasks[0]}")

    crew: Crew[str, None] = Crew(1, lambda: work)
    assert [result for _, result in crew.do(["private"], 1)] == [Lost("private")]
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("_shared_at_once")
@pytest.mark.skipif(not FORKS, reason="only a forked process knows what the test replaced")
def test_a_file_that_ends_its_process_is_reported(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch, credentials: Credentials
) -> None:
    telling = f"src/okx_api_key={credentials.key()}.txt"
    write_files(folder, {telling: "nothing\n"})

    def dying(file: File) -> object:
        if file.name in {"src/module_77.py", telling}:
            os._exit(9)
        return read_file(file)

    monkeypatch.setattr(teamwork, "read_file", dying)
    result = run(folder, "scan", "--jobs", "2")
    assert result.code == 2
    assert "src/module_77.py: could not be scanned: the process that read it died" in result.err
    assert "OKX206" in result.out
    assert credentials.made[-1] not in result.out + result.err
