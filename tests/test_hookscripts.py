"""The shell of the hooks: what they run okxguard with, whose exit code counts, and that they never fail open."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from okxguard.hookscripts import HOOKS, script

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")

ZEROS = "0" * 40
ABSENT = "1" * 40
NOWHERE = "/nowhere/python"


class Done(NamedTuple):
    """How a hook ended, what it said, and the command lines it started okxguard with."""

    code: int
    err: str
    calls: list[list[str]]


class Hooked:
    """A repository with one hook that calls a stand-in for okxguard on PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "re po"
        self.programs = folder / "bin"
        self.log = folder / "calls"
        self.programs.mkdir()
        self.git("init", "-q", str(self.folder), cwd=folder)
        self.program(
            self.programs / "okxguard",
            f"for word; do printf '%s|' \"$word\"; done >>'{self.log}'\necho >>'{self.log}'; exit ${{STUB_CODE:-0}}\n",
        )

    def program(self, path: Path, text: str) -> None:
        path.write_text("#!/bin/sh\n" + text, encoding="utf-8")
        path.chmod(0o755)

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        name = ["-c", "user.name=D", "-c", "user.email=d@example.org"]
        done = subprocess.run(["git", *name, *arguments], cwd=cwd or self.folder, check=True, capture_output=True)
        return done.stdout.decode().strip()

    def kept(self, hook: str, text: str) -> None:
        self.program(self.folder / ".git/hooks" / f"{hook}.okxguard-kept", text)

    def run(self, hook: str, *arguments: str, given: str = "", python: str = NOWHERE, **variables: str) -> Done:
        path = self.folder / ".git/hooks" / hook
        path.write_bytes(script(hook, python))
        path.chmod(0o755)
        environment = {**os.environ, "PATH": f"{self.programs}:{os.environ['PATH']}", **variables}
        done = subprocess.run(
            [f".git/hooks/{hook}", *arguments],
            cwd=self.folder,
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        calls = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return Done(done.returncode, done.stderr, [call.split("|")[:-1] for call in calls])


@pytest.fixture
def hooked(tmp_path: Path) -> Hooked:
    return Hooked(tmp_path)


STAGED = {
    "nothing": ([], None),
    "one file": (["a.env"], ["a.env"]),
    "names that a shell minds": (
        ["a b.env", "*.py", "$HOME", "-v", "é.env"],
        ["$HOME", "*.py", "-v", "a b.env", "é.env"],
    ),
    "a line break": (["a\nb.env"], []),
    "a quote": (['a"b.env'], []),
    "too many for a command": ([f"{number}.env" for number in range(501)], []),
}


@pytest.mark.parametrize("hook", ["pre-commit", "pre-merge-commit"])
@pytest.mark.parametrize(("names", "scanned"), STAGED.values(), ids=STAGED)
def test_staged_files_are_scanned(hook: str, names: list[str], scanned: list[str] | None, hooked: Hooked) -> None:
    for name in names:
        (hooked.folder / name).write_text("x\n", encoding="utf-8")
    hooked.git("add", "--all", "--force")
    done = hooked.run(hook)
    assert done.code == 0, done.err
    assert done.calls == ([] if scanned is None else [["scan", "--staged", *(f"./{name}" for name in scanned)]])


def test_only_what_changed_is_scanned(hooked: Hooked) -> None:
    for name in ("same", "changed", "gone", "moved"):
        (hooked.folder / name).write_text(f"{name}\n" * 9, encoding="utf-8")
    hooked.git("add", "--all")
    hooked.git("commit", "-q", "-m", "Begin")
    (hooked.folder / "changed").write_text("other\n", encoding="utf-8")
    (hooked.folder / "unstaged").write_text("other\n", encoding="utf-8")
    hooked.git("add", "changed")
    hooked.git("rm", "-q", "gone")
    hooked.git("mv", "moved", "there")
    assert hooked.run("pre-commit").calls == [["scan", "--staged", "./changed", "./there"]]


def test_message_is_scanned(hooked: Hooked) -> None:
    assert hooked.run("commit-msg", ".git/COMMIT_EDITMSG").calls == [["scan", ".git/COMMIT_EDITMSG"]]


def test_every_ref_of_a_push_is_scanned(hooked: Hooked) -> None:
    hooked.git("commit", "-q", "--allow-empty", "-m", "Begin")
    old = hooked.git("rev-parse", "HEAD")
    hooked.git("commit", "-q", "--allow-empty", "-m", "Go on")
    new = hooked.git("rev-parse", "HEAD")
    refs = (
        f"refs/heads/main {new} refs/heads/main {old}\n"
        f"(delete) {ZEROS} refs/heads/gone {old}\n"
        f"refs/heads/new {new} refs/heads/new {ZEROS}\n"
        f"HEAD {old} refs/heads/foreign {ABSENT}\n"
    )
    done = hooked.run("pre-push", "origin", "git@example.org:bot.git", given=refs)
    assert done.code == 0, done.err
    assert done.calls == [
        ["scan", "--diff", f"{old}..{new}"],
        ["scan", "--diff", f"{ZEROS}..{new}"],
        ["scan", "--diff", f"{ZEROS}..{old}"],
    ]


def test_new_name_for_what_the_remote_has_sends_no_commit(hooked: Hooked) -> None:
    hooked.git("commit", "-q", "--allow-empty", "-m", "Begin")
    hooked.git("tag", "-a", "-m", "First", "v1")
    head, tag = hooked.git("rev-parse", "HEAD"), hooked.git("rev-parse", "v1")
    refs = f"refs/heads/new {head} refs/heads/new {ZEROS}\nrefs/tags/v1 {tag} refs/tags/v1 {ZEROS}\n"
    hooked.git("update-ref", "refs/remotes/other/main", head)
    assert len(hooked.run("pre-push", "origin", "url", given=refs).calls) == 3
    hooked.log.unlink()
    hooked.git("update-ref", "refs/remotes/origin/main", head)
    assert hooked.run("pre-push", "origin", "url", given=refs).calls == [["scan", "-"]]


TEXT = ["scan", "-"]
# What stands behind a name that the remote does not have yet, and what is scanned of it.
BESIDE_COMMITS = {
    "a tag": ("tag", [TEXT, ["scan", "--diff", f"{ZEROS}..{{head}}"]]),
    "a tag on a tag": ("outer", [TEXT, TEXT, ["scan", "--diff", f"{ZEROS}..{{head}}"]]),
    "a file": ("file", [TEXT]),
    "a tag on a file": ("tag-on-file", [TEXT, TEXT]),
    "a folder": ("folder", []),
    "a tag on a folder": ("tag-on-folder", [TEXT]),
}


@pytest.mark.parametrize(("name", "calls"), BESIDE_COMMITS.values(), ids=BESIDE_COMMITS)
def test_what_is_pushed_beside_commits_is_scanned(name: str, calls: list[list[str]], hooked: Hooked) -> None:
    (hooked.folder / "a").write_text("x\n", encoding="utf-8")
    hooked.git("add", "a")
    hooked.git("commit", "-q", "-m", "Begin")
    head = hooked.git("rev-parse", "HEAD")
    targets = {"tag": "HEAD", "outer": "tag", "tag-on-file": "HEAD:a", "tag-on-folder": "HEAD^{tree}"}
    for tag, target in targets.items():
        hooked.git("tag", "-a", "-m", "Text", tag, target)
    hooked.git("tag", "file", "HEAD:a")
    hooked.git("tag", "folder", "HEAD^{tree}")
    pushed = hooked.git("rev-parse", name)
    done = hooked.run("pre-push", "origin", "url", given=f"refs/tags/{name} {pushed} refs/tags/{name} {ZEROS}\n")
    assert done.calls == [[word.format(head=head) for word in call] for call in calls]
    assert (done.code, "is a folder without a commit" in done.err) == ((2, True) if "folder" in name else (0, False))


def test_text_of_a_tag_that_is_moved_is_scanned(hooked: Hooked) -> None:
    hooked.git("commit", "-q", "--allow-empty", "-m", "Begin")
    head = hooked.git("rev-parse", "HEAD")
    hooked.git("tag", "-a", "-m", "Text", "v1")
    refs = f"refs/tags/v1 {hooked.git('rev-parse', 'v1')} refs/tags/v1 {head}\n"
    calls = hooked.run("pre-push", "origin", "url", given=refs).calls
    assert calls == [TEXT, ["scan", "--diff", f"{head}..{head}"]]


@pytest.mark.parametrize("refs", ["", f"(delete) {ZEROS} refs/heads/gone {ABSENT}\n"], ids=["nothing", "deletion"])
def test_push_of_nothing_scans_nothing(refs: str, hooked: Hooked) -> None:
    done = hooked.run("pre-push", "origin", "url", given=refs)
    assert (done.code, done.calls) == (0, [])


def test_worst_exit_code_of_a_push_counts(hooked: Hooked) -> None:
    hooked.program(hooked.programs / "okxguard", f"case $3 in *{'2' * 40}) exit 2 ;; *) exit 1 ;; esac\n")
    refs = "".join(f"refs/heads/{digit} {digit * 40} refs/heads/{digit} {ZEROS}\n" for digit in "123")
    done = hooked.run("pre-push", "origin", "url", given=refs)
    assert done.code == 2
    assert "git push --no-verify" in done.err


@pytest.mark.parametrize("code", [0, 1, 2, 130])
@pytest.mark.parametrize("hook", HOOKS)
def test_exit_code_is_passed_on(hook: str, code: int, hooked: Hooked) -> None:
    (hooked.folder / "a").write_text("x\n", encoding="utf-8")
    hooked.git("add", "a")
    refs = f"refs/heads/main {ABSENT} refs/heads/main {ZEROS}\n"
    done = hooked.run(hook, "one", "two", given=refs, STUB_CODE=str(code))
    assert done.code == code
    assert len(done.calls) == 1
    assert ("--no-verify" in done.err) == (code != 0)


@pytest.mark.parametrize("hook", HOOKS)
def test_hook_without_okxguard_fails_aloud(hook: str, hooked: Hooked) -> None:
    (hooked.folder / "a").write_text("x\n", encoding="utf-8")
    hooked.git("add", "a")
    (hooked.programs / "okxguard").unlink()
    for program in ("git", "dirname", "cat", "sh"):
        (hooked.programs / program).symlink_to(_where(program))
    refs = f"refs/heads/main {ABSENT} refs/heads/main {ZEROS}\n"
    done = hooked.run(hook, "one", "two", given=refs, PATH=str(hooked.programs))
    assert done.code == 2
    assert "nothing was checked" in done.err
    assert NOWHERE in done.err
    assert "--no-verify" in done.err


def _where(program: str) -> str:
    return subprocess.run(
        ["sh", "-c", f"command -v {program}"], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_python_without_okxguard_is_not_trusted(hooked: Hooked, tmp_path: Path) -> None:
    hooked.program(tmp_path / "python", f'exec "{sys.executable}" -S -E "$@"\n')
    done = hooked.run("commit-msg", "message", python=str(tmp_path / "python"))
    assert (done.code, done.calls) == (0, [["scan", "message"]])


def test_scanned_folder_is_not_imported(hooked: Hooked) -> None:
    for name in ("okxguard/__init__.py", "okxguard/cli.py", "argparse.py", "errno.py", "sitecustomize.py"):
        path = hooked.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("raise SystemExit(77)\n", encoding="utf-8")
    (hooked.folder / "message").write_text("Add bot\n", encoding="utf-8")
    done = hooked.run("commit-msg", "message", python=sys.executable, PYTHONPATH=str(_project()))
    assert (done.code, done.calls) == (0, []), done.err


def _project() -> Path:
    return Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("hook", HOOKS)
def test_hook_of_before_runs_first(hook: str, hooked: Hooked) -> None:
    (hooked.folder / "a").write_text("x\n", encoding="utf-8")
    hooked.git("add", "a")
    refs = f"refs/heads/main {ABSENT} refs/heads/main {ZEROS}\n" if hook == "pre-push" else ""
    hooked.kept(hook, f"printf 'before|%s|%s|%s|' \"$1\" \"$2\" \"$(cat)\" >>'{hooked.log}'; echo >>'{hooked.log}'\n")
    done = hooked.run(hook, "one", "two words", given=refs)
    assert done.code == 0, done.err
    assert done.calls[0] == ["before", "one", "two words", refs.strip()]
    assert [call[0] for call in done.calls] == ["before", "scan"]


@pytest.mark.parametrize("hook", HOOKS)
def test_failure_of_the_hook_of_before_counts(hook: str, hooked: Hooked) -> None:
    hooked.kept(hook, "exit 5\n")
    done = hooked.run(hook, "one", "two", given=f"refs/heads/main {ABSENT} refs/heads/main {ZEROS}\n")
    assert (done.code, done.calls) == (5, [])


def test_hook_of_before_that_git_would_not_run_is_not_run(hooked: Hooked) -> None:
    hooked.kept("commit-msg", "exit 5\n")
    (hooked.folder / ".git/hooks/commit-msg.okxguard-kept").chmod(0o644)
    done = hooked.run("commit-msg", "message")
    assert (done.code, done.calls) == (0, [["scan", "message"]])
