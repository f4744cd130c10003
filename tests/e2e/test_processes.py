"""What needs a process of its own, or takes seconds: git work trees, signals, closed pipes, large files."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from tests.conftest import Credentials, is_root, write_files

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parent.parent.parent
MIB = 1 << 20
PROGRAM = "import signal as s; s.signal(s.SIGINT, s.default_int_handler); from okxguard.cli import run; run()"


@pytest.fixture
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which neither git nor okxguard sees the settings of this machine."""
    home = tmp_path_factory.mktemp("home")
    names = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "XDG_", "PYTHON"))}
    who = {f"GIT_{role}_{field}": "x@y" for role in ("AUTHOR", "COMMITTER") for field in ("NAME", "EMAIL")}
    return {**names, **who, "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "PYTHONPATH": str(ROOT)}


Git = Callable[..., None]
Scan = Callable[..., Any]


@pytest.fixture
def git(environment: dict[str, str]) -> Git:
    def _git(folder: Path, *arguments: str) -> None:
        command = ["git", "-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main", *arguments]
        subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)

    return _git


def okxguard(folder: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "okxguard", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=600,
    )


@pytest.fixture
def scan(environment: dict[str, str]) -> Scan:
    """Return a function that scans a folder with the program and returns the parsed JSON report."""

    def _scan(folder: Path, *arguments: str) -> Any:
        return json.loads(okxguard(folder, environment, "scan", "--format", "json", *arguments).stdout)

    return _scan


def found(report: Any) -> list[str]:
    """Return the paths of the findings of a JSON report."""
    return [finding["path"] for finding in report["findings"]]


@pytest.fixture
def repository(tmp_path: Path, credentials: Credentials, git: Git) -> Path:
    """A work tree with one finding in every kind of file that git knows."""
    root = tmp_path / "root"
    origin = tmp_path / "origin"
    write_files(origin, {"sub.env": credentials.key_line(), ".gitignore": "ignored.env\n"})
    git(origin, "init")
    git(origin, "add", ".")
    git(origin, "commit", "-m", "x")
    tracked = {
        ".gitignore": "ignored.env\nbuild/\n",
        "tracked.env": credentials.key_line(),
        "sub folder/tracked ключ.env": credentials.key_line(),
        ".hidden/tracked.env": credentials.key_line(),
        "tracked-though-ignored/build/tracked.env": credentials.key_line(),
        "deleted.env": credentials.key_line(),
        "gone/deleted.env": credentials.key_line(),
        "skipped.env": credentials.key_line(),
        "replaced/tracked.env": credentials.key_line(),
    }
    write_files(root, tracked)
    git(root, "init")
    git(root, "add", "--force", ".")
    git(root, "commit", "-m", "x")
    git(root, "submodule", "add", str(origin), "module")
    git(root, "update-index", "--skip-worktree", "skipped.env")
    (root / "deleted.env").unlink()
    (root / "gone/deleted.env").unlink()
    (root / "gone").rmdir()
    untracked = {
        "untracked.env": credentials.key_line(),
        "untracked/deeper/untracked.env": credentials.key_line(),
        "copy.env~": credentials.key_line(),
        "ignored.env": credentials.key_line(),
        "build/ignored.txt": credentials.key_line(),
        "module/ignored.env": credentials.key_line(),
        "module/untracked.env": credentials.key_line(),
        "nested/nested.env": credentials.key_line(),
        "nested/.gitignore": "inner.env\n",
        "nested/inner.env": credentials.key_line(),
        "nested/.git/kept.env": credentials.key_line(),
        ".git/kept.env": credentials.key_line(),
    }
    git(tmp_path, "init", str(root / "nested"))
    write_files(root, untracked)
    outside = tmp_path / "outside"
    (root / "replaced").rename(outside)
    (root / "replaced").symlink_to(outside)
    return root


READ = [
    ".hidden/tracked.env",
    "copy.env~",
    "module/sub.env",
    "module/untracked.env",
    "nested/nested.env",
    "skipped.env",
    "sub folder/tracked ключ.env",
    "tracked-though-ignored/build/tracked.env",
    "tracked.env",
    "untracked.env",
    "untracked/deeper/untracked.env",
]
IGNORED = ["build/ignored.txt", "ignored.env", "module/ignored.env", "nested/inner.env"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param((), READ, id="whole tree"),
        pytest.param(("--no-ignore",), READ + IGNORED, id="ignored files, too"),
        pytest.param(("ignored.env",), ["ignored.env"], id="ignored file that is named"),
        pytest.param(("build/ignored.txt", "tracked.env"), ["build/ignored.txt", "tracked.env"], id="among others"),
        pytest.param(("deleted.env",), [], id="deleted file that is named"),
        pytest.param(("module",), ["module/sub.env", "module/untracked.env"], id="submodule"),
        pytest.param(("nested",), ["nested/nested.env"], id="nested repository"),
        pytest.param(("nested", "--no-ignore"), ["nested/inner.env", "nested/nested.env"], id="nested, ignored files"),
        pytest.param(("untracked",), ["untracked/deeper/untracked.env"], id="untracked folder"),
        pytest.param(("build",), [], id="ignored folder"),
        pytest.param(("build", "--no-ignore"), ["build/ignored.txt"], id="ignored folder, ignored files"),
    ],
)
def test_files_of_a_work_tree(arguments: tuple[str, ...], expected: list[str], repository: Path, scan: Scan) -> None:
    assert found(scan(repository, *arguments)) == sorted(expected)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        pytest.param(".", 1, id="deleted files are no error"),
        pytest.param("deleted.env", 2, id="deleted file that is named"),
        pytest.param("build", 2, id="folder with ignored files only"),
    ],
)
def test_exit_code_in_a_work_tree(path: str, code: int, repository: Path, environment: dict[str, str]) -> None:
    assert okxguard(repository, environment, "scan", path).returncode == code


def test_folder_of_a_work_tree_is_shown_from_there(repository: Path, scan: Scan) -> None:
    assert found(scan(repository / "untracked", "..", "--select", "OKX104"))[0] == ".hidden/tracked.env"
    assert found(scan(repository / "untracked")) == ["deeper/untracked.env"]


def test_folder_that_holds_repositories_is_walked(repository: Path, scan: Scan) -> None:
    paths = [f"root/{path}" for path in READ]
    assert found(scan(repository.parent)) == sorted([*paths, "origin/sub.env", "outside/tracked.env"])


def test_links_of_a_work_tree_are_not_followed(tmp_path: Path, credentials: Credentials, git: Git, scan: Scan) -> None:
    write_files(tmp_path, {"root/real.env": credentials.key_line(), "outside/x.env": credentials.key_line()})
    root = tmp_path / "root"
    for name, target in {"in": "real.env", "out": "../outside/x.env", "folder": "../outside", "broken": "no"}.items():
        (root / name).symlink_to(target)
    git(root, "init")
    git(root, "add", "in", "out")
    report = scan(root)
    assert (found(report), report["summary"]["skipped"], report["errors"]) == (["real.env"], 4, [])


def test_what_took_the_place_of_something_tracked_is_read(
    repository: Path, credentials: Credentials, git: Git, scan: Scan
) -> None:
    (repository / "tracked.env").unlink()
    shutil.rmtree(repository / "module")
    write_files(repository, {"tracked.env/inner.env": credentials.key_line(), "module": credentials.key_line()})
    (repository / "untracked.env").unlink()
    git(repository, "add", "copy.env~")
    (repository / "copy.env~").unlink()
    (repository / "copy.env~").symlink_to("nested")
    report = scan(repository)
    expected = {*READ, "tracked.env/inner.env", "module"}
    assert set(found(report)) == {
        path for path in expected if path not in {"tracked.env", "untracked.env", "copy.env~"} and path[:7] != "module/"
    }
    assert report["errors"] == []


@pytest.mark.parametrize("content", ["", "gitdir: nowhere\n"], ids=["empty", "pointer to nowhere"])
def test_what_git_does_not_know_is_walked_with_a_note(
    content: str, tmp_path: Path, credentials: Credentials, scan: Scan
) -> None:
    write_files(tmp_path, {".git": content, "a.env": credentials.key_line(), ".gitignore": "a.env\n"})
    report = scan(tmp_path)
    assert found(report) == ["a.env"]
    assert ["every file is read" in note["reason"] for note in report["notes"]] == [True]


def test_without_git_every_file_is_read_with_a_note(
    repository: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    report = json.loads(
        okxguard(repository, {**environment, "PATH": str(tmp_path / "bin")}, "scan", "--format", "json").stdout
    )
    assert set(found(report)) >= {"ignored.env", "tracked.env", "nested/inner.env"}
    assert report["notes"][0]["reason"].startswith("git is not installed")


def test_nothing_of_the_repository_runs(tmp_path: Path, credentials: Credentials, git: Git, scan: Scan) -> None:
    write_files(tmp_path, {"root/a.env": credentials.key_line(), "root/.gitattributes": "*.env filter=f diff=f\n"})
    root = tmp_path / "root"
    spy = tmp_path / "spy.sh"
    spy.write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\ncat\n", encoding="utf-8")
    spy.chmod(0o755)
    git(root, "init")
    git(root, "add", ".")
    keys = ("core.fsmonitor", "filter.f.clean", "filter.f.smudge", "diff.f.textconv", "core.pager", "alias.ls-files")
    for key in keys:
        git(root, "config", key, str(spy))
    for hook in ("post-index-change", "fsmonitor-watchman"):
        (root / ".git/hooks" / hook).write_bytes(spy.read_bytes())
        (root / ".git/hooks" / hook).chmod(0o755)
    (tmp_path / "ran").unlink(missing_ok=True)
    assert found(scan(root)) == ["a.env"]
    assert not (tmp_path / "ran").exists()


def test_environment_of_a_git_hook_does_not_mislead(
    repository: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    elsewhere = {"GIT_DIR": str(tmp_path / "origin/.git"), "GIT_INDEX_FILE": "/nowhere", "GIT_WORK_TREE": "/"}
    done = okxguard(repository, environment | elsewhere, "scan", "--format", "json")
    assert found(json.loads(done.stdout)) == READ


@pytest.mark.skipif(is_root(), reason="root may read everything")
@pytest.mark.parametrize("name", ["untracked", "untracked/deeper"])
@pytest.mark.parametrize("here", ["", "untracked"], ids=["top", "further down"])
def test_folder_that_git_may_not_list_is_an_error(name: str, here: str, repository: Path, scan: Scan) -> None:
    if name == here:
        pytest.skip("nobody can start in a closed folder")
    (repository / name).chmod(0)
    try:
        report = scan(repository / here)
    finally:
        (repository / name).chmod(0o700)
    assert [error["path"] for error in report["errors"]] == [os.path.relpath(name, here or ".")]
    assert "permission denied" in report["errors"][0]["reason"]


def start(folder: Path, environment: dict[str, str], *arguments: str, **streams: Any) -> Popen[bytes]:
    """Start the program with interrupts as they are on a terminal, whatever the tests were started with."""
    return Popen([sys.executable, "-c", PROGRAM, *arguments], cwd=folder, env=environment, **streams)


def test_interrupt_while_reading_ends_with_130(tmp_path: Path, environment: dict[str, str]) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with start(tmp_path, environment, "scan", "-", **pipes) as process:
        assert process.stdin is not None
        # More than a pipe holds: once it is written, the program is reading.
        process.stdin.write(b"okx\n" * MIB)
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, b"")
    assert err == b"okxguard: interrupted; the answer is incomplete\n"


@pytest.fixture
def talkative(tmp_path: Path, credentials: Credentials) -> Path:
    """A folder with more findings than a pipe holds."""
    write_files(tmp_path, {f"{number}.env": credentials.key_line() for number in range(1500)})
    return tmp_path


@pytest.mark.parametrize("arguments", [(), ("--format", "json"), ("--color", "always")], ids=["text", "json", "colour"])
def test_closed_pipe_is_said_in_one_line(
    arguments: tuple[str, ...], talkative: Path, environment: dict[str, str]
) -> None:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with start(talkative, environment, "scan", *arguments, **pipes) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read().splitlines() == [
            b"okxguard: error: standard output was closed before all of the report was read"
        ]
    assert process.returncode == 2


def test_closed_pipe_of_both_streams_is_quiet(talkative: Path, environment: dict[str, str]) -> None:
    with start(talkative, environment, "scan", stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        process.stdout.close()
    assert process.returncode == 2


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
@pytest.mark.parametrize("name", ["0.env", "."], ids=["short", "long"])
def test_full_disk_is_an_error(name: str, talkative: Path, environment: dict[str, str]) -> None:
    with (
        open("/dev/full", "wb") as full,
        start(talkative, environment, "scan", name, stdout=full, stderr=subprocess.PIPE) as process,
    ):
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert b"standard output" in err
    assert b"Traceback" not in err


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_closed_streams_are_errors(talkative: Path, environment: dict[str, str]) -> None:
    command = f'"{sys.executable}" -m okxguard scan'
    for redirection, said in ((". >&-", b"standard output is closed"), ("- <&-", b"is closed; pipe something")):
        done = subprocess.run(
            ["sh", "-c", f"{command} {redirection}"], cwd=talkative, env=environment, capture_output=True, check=False
        )
        assert (done.returncode, b"Traceback" in done.stderr, said in done.stderr) == (2, False, True)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1251", "utf-8"])
@pytest.mark.parametrize("colour", ["never", "always"])
def test_output_that_cannot_show_a_name_shows_an_escape(
    encoding: str, colour: str, tmp_path: Path, credentials: Credentials, environment: dict[str, str]
) -> None:
    write_files(tmp_path, {"ключ 交易.env": credentials.key_line()})
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    spoken = environment | {"PYTHONIOENCODING": encoding}
    with start(tmp_path, spoken, "scan", "--color", colour, **pipes) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, b"Traceback" in err) == (1, False)
    assert "ключ 交易.env".encode(encoding, "backslashreplace") in out


def test_minified_json_of_one_line_is_read(tmp_path: Path, credentials: Credentials, scan: Scan) -> None:
    item = '{"id":12345,"name":"some words","tags":["a","b"],"price":1.25},'
    head = f'{{"items":[{item * (10 * MIB // len(item))}{{}}],'
    key = credentials.key()
    (tmp_path / "m.json").write_text(f'{head}"okx":{{"apiKey":"{key}"}}}}', encoding="utf-8")
    (finding,) = scan(tmp_path)["findings"]
    assert (finding["line"], finding["column"]) == (1, len(head) + len('"okx":{"apiKey":"') + 1)


@pytest.mark.parametrize(
    ("encoding", "end"), [("utf-8", "\n"), ("utf-8", "\r\n"), ("utf-16", "\n")], ids=["LF", "CRLF", "UTF-16"]
)
def test_line_of_a_late_window_is_exact(
    encoding: str, end: str, tmp_path: Path, credentials: Credentials, scan: Scan
) -> None:
    lines = 160_000
    text = ("ключ " * 12 + end) * lines + f"okx_api_key={credentials.key()}{end}"
    (tmp_path / "m.txt").write_bytes(text.encode(encoding))
    assert (tmp_path / "m.txt").stat().st_size > 16 * MIB
    report = scan(tmp_path)
    assert [finding["line"] for finding in report["findings"]] == [lines + 1]
    assert report["findings"][0]["column"] == 13


def test_credential_across_a_window_edge_is_one_finding(tmp_path: Path, credentials: Credentials, scan: Scan) -> None:
    lines = ["x" * 199 + "\n"] * 90_000
    marked = list(range(20_300, 21_000, 50))
    for number in marked:
        lines[number] = f"okx_api_key={credentials.key()}\n"
    (tmp_path / "m.txt").write_text("".join(lines), encoding="utf-8")
    assert [finding["line"] for finding in scan(tmp_path)["findings"]] == [number + 1 for number in marked]
