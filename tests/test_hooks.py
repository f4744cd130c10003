"""Plain git hooks: what `install` writes, what it refuses, and that `uninstall` brings back what was there."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from okxguard.hookscripts import HOOKS, is_unchanged, script
from tests.conftest import Run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the tests make links and set modes of POSIX")

FOREIGN = {
    "a script": b"#!/bin/sh\nexit 0\n",
    "a script without an end of line": b"#!/usr/bin/env python3\nprint(1)",
    "a binary": b"\x7fELF\x00\x01\xff\xfe",
    "nothing": b"",
}


@pytest.fixture
def repository(tmp_path: Path, run: Run) -> Path:
    """Return a new repository whose path holds what shells and configurations mind."""
    del run  # it moves HOME away
    folder = tmp_path / "it's a $bot"
    git(tmp_path, "init", "-q", str(folder))
    return folder


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def content(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return mode and bytes of everything in a folder; of a link, where it leads."""
    return {
        path.name: (
            stat.S_IMODE(path.lstat().st_mode),
            os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes(),
        )
        for path in sorted(folder.iterdir())
    }


def test_all_hooks_are_programs(repository: Path, run: Run) -> None:
    result = run(repository, "install")
    assert result.code == 0
    for hook in HOOKS:
        path = repository / ".git/hooks" / hook
        assert os.access(path, os.X_OK)
        assert f"hooks/{hook}: installed\n" in result.out
        assert b"\r" not in path.read_bytes()
        assert subprocess.run(["sh", "-n", str(path)], check=False).returncode == 0


def test_named_hooks_only(repository: Path, run: Run) -> None:
    assert run(repository, "install", "--hook", "pre-push", "--hook", "commit-msg").code == 0
    assert {path.name for path in (repository / ".git/hooks").iterdir() if not path.name.endswith(".sample")} == {
        "pre-push",
        "commit-msg",
    }


def test_unknown_hook_is_refused(repository: Path, run: Run) -> None:
    assert run(repository, "install", "--hook", "post-commit").code == 2


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("mode", [0o755, 0o644, 0o700])
def test_uninstall_brings_back_what_was_there(text: bytes, mode: int, repository: Path, run: Run) -> None:
    hooks = repository / ".git/hooks"
    (hooks / "pre-commit").write_bytes(text)
    (hooks / "pre-commit").chmod(mode)
    (hooks / "pre-push").symlink_to("/opt/nowhere/pre-push")
    before = content(hooks)
    assert run(repository, "install").code == 0
    once = content(hooks)
    again = run(repository, "install")
    assert again.code == 0
    assert again.out.count(": installed already\n") == len(HOOKS)
    assert content(hooks) == once
    assert once["pre-commit.okxguard-kept"] == before["pre-commit"]
    assert run(repository, "uninstall").code == 0
    assert content(hooks) == before
    result = run(repository, "uninstall")
    assert result.code == 0
    assert "no hook of okxguard" in result.out
    assert content(hooks) == before


def test_target_of_a_link_is_not_written(repository: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "company-hook").write_bytes(b"#!/bin/sh\n")
    (repository / ".git/hooks/pre-commit").symlink_to(tmp_path / "company-hook")
    assert run(repository, "install").code == 0
    assert (tmp_path / "company-hook").read_bytes() == b"#!/bin/sh\n"


def test_hook_of_an_earlier_version_is_renewed(repository: Path, run: Run) -> None:
    path = repository / ".git/hooks/pre-commit"
    path.write_bytes(script("pre-commit", "/opt/earlier/python"))
    path.chmod(0o755)
    assert run(repository, "install").code == 0
    assert path.read_bytes() == script("pre-commit", sys.executable)
    assert not path.with_name("pre-commit.okxguard-kept").exists()


def test_hook_that_git_would_not_run_is_renewed(repository: Path, run: Run) -> None:
    path = repository / ".git/hooks/pre-commit"
    assert run(repository, "install").code == 0
    path.chmod(0o644)
    assert "pre-commit: installed\n" in run(repository, "install").out
    assert os.access(path, os.X_OK)


@pytest.mark.parametrize("command", ["install", "uninstall"])
def test_changed_hook_is_refused(command: str, repository: Path, run: Run) -> None:
    path = repository / ".git/hooks/pre-push"
    assert run(repository, "install").code == 0
    path.write_bytes(path.read_bytes() + b"make test\n")
    before = content(path.parent)
    result = run(repository, command)
    assert result.code == 2
    assert "was changed" in result.err
    assert content(path.parent) == before


def test_nothing_is_written_where_one_hook_cannot_be(repository: Path, run: Run) -> None:
    hooks = repository / ".git/hooks"
    (hooks / "pre-push").mkdir()
    before = {path.name for path in hooks.iterdir()}
    result = run(repository, "install")
    assert result.code == 2
    assert "pre-push cannot be read" in result.err
    assert {path.name for path in hooks.iterdir()} == before


@pytest.mark.parametrize("there", [b"#!/bin/sh\n", None], ids=["another hook", "no hook"])
def test_kept_hook_that_is_left_is_told(there: bytes | None, repository: Path, run: Run) -> None:
    hooks = repository / ".git/hooks"
    if there is not None:
        (hooks / "pre-commit").write_bytes(there)
    (hooks / "pre-commit.okxguard-kept").write_bytes(b"#!/bin/sh\nmake lint\n")
    before = content(hooks)
    result = run(repository, "install")
    assert result.code == 2
    assert "is left from before" in result.err
    assert content(hooks) == before
    result = run(repository, "uninstall")
    assert result.code == 0
    assert "pre-commit.okxguard-kept: left as it is" in result.out
    assert content(hooks) == before


def test_hook_that_another_program_calls_is_installed(repository: Path, run: Run) -> None:
    assert run(repository, "install").code == 0
    hooks = repository / ".git/hooks"
    (hooks / "pre-commit").rename(hooks / "pre-commit.legacy")
    (hooks / "pre-commit").write_bytes(b"#!/bin/sh\nexec pre-commit hook-impl\n")
    before = content(hooks)
    result = run(repository, "install")
    assert result.code == 0
    assert "installed already" in result.out
    assert content(hooks) == before
    result = run(repository, "uninstall")
    assert result.code == 2
    assert "uninstall that program's hook first" in result.err
    assert content(hooks) == before


def test_folder_of_the_work_tree_is_told(repository: Path, run: Run) -> None:
    git(repository, "config", "core.hooksPath", ".githooks")
    (repository / "below").mkdir()
    result = run(repository / "below", "install")
    assert result.code == 0
    assert "lies in the work tree" in result.out
    assert {path.name for path in (repository / ".githooks").iterdir()} == set(HOOKS)


@pytest.mark.parametrize("scope", ["--global", "--local"])
def test_shared_folder_needs_permission(scope: str, repository: Path, run: Run, tmp_path: Path) -> None:
    git(repository, "config", scope, "core.hooksPath", "~/hooks of all")
    result = run(repository, "install")
    assert result.code == 2
    assert "--shared" in result.err
    assert not (tmp_path / "hooks of all").exists()
    assert run(repository, "install", "--shared").code == 0
    assert {path.name for path in (tmp_path / "hooks of all").iterdir()} == set(HOOKS)
    assert run(repository, "uninstall").code == 2
    assert run(repository, "uninstall", "--shared").code == 0
    assert list((tmp_path / "hooks of all").iterdir()) == []


def test_folder_that_links_out_of_the_repository_is_shared(repository: Path, run: Run, tmp_path: Path) -> None:
    subprocess.run(["rm", "-r", ".git/hooks"], cwd=repository, check=True)
    (tmp_path / "elsewhere").mkdir()
    (repository / ".git/hooks").symlink_to(tmp_path / "elsewhere")
    assert run(repository, "install").code == 2
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("value", ["/dev/null", ""])
def test_hooks_that_are_switched_off_are_told(value: str, repository: Path, run: Run) -> None:
    git(repository, "config", "core.hooksPath", value)
    result = run(repository, "install")
    assert result.code == 2
    assert "switched off" in result.err


def test_no_repository_and_no_work_tree_are_told(run: Run, tmp_path: Path) -> None:
    assert "in no git repository" in run(tmp_path, "install").err
    git(tmp_path, "init", "-q", "--bare", "bare.git")
    result = run(tmp_path / "bare.git", "install")
    assert result.code == 2
    assert "need a work tree" in result.err


def test_linked_work_tree_and_submodule_have_their_hooks(repository: Path, run: Run, tmp_path: Path) -> None:
    name = ("-c", "user.name=D", "-c", "user.email=d@example.org", "-c", "protocol.file.allow=always")
    git(repository, *name, "commit", "-q", "--allow-empty", "-m", "Begin")
    git(repository, "worktree", "add", "-q", str(tmp_path / "linked"))
    assert run(tmp_path / "linked", "install").code == 0
    assert (repository / ".git/hooks/pre-commit").is_file()
    git(tmp_path, *name, "clone", "-q", str(repository), "above")
    git(tmp_path / "above", *name, "submodule", "add", "-q", str(repository), "sub")
    assert run(tmp_path / "above/sub", "install").code == 0
    assert (tmp_path / "above/.git/modules/sub/hooks/pre-commit").is_file()
    assert not (tmp_path / "above/.git/hooks/pre-commit").exists()


@pytest.mark.parametrize("python", ["/usr/bin/python3", "C:\\Program Files\\Python\\python.exe", "/it's a/$py\udcff"])
def test_checksum_holds_for_any_path(python: str) -> None:
    for hook in HOOKS:
        assert is_unchanged(script(hook, python))
        assert not is_unchanged(script(hook, python) + b"\n")
    assert b"\\Python" not in script("pre-push", python)
