"""The hooks that `okxguard install` writes, started by the real git."""

from __future__ import annotations

import os
import random
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Credentials
from tests.repositories import RepositoryBuilder

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(os.name == "nt", reason="shell commands of POSIX")]

PROJECT = Path(__file__).resolve().parents[2]
PROGRAM = [os.environ["OKXGUARD_PROGRAM"]] if "OKXGUARD_PROGRAM" in os.environ else [sys.executable, "-m", "okxguard"]
Try = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RepositoryBuilder:
    """Return a repository with okxguard's hooks and one commit; a remote is beside it."""
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    for name in [name for name in os.environ if name.startswith(("GIT_", "PRE_COMMIT"))]:
        monkeypatch.delenv(name)
    settings = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    person = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "a@example.com"}
    person |= {"GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "a@example.com"}
    for name, value in (settings | person).items():
        monkeypatch.setenv(name, value)
    built = RepositoryBuilder(tmp_path / "a bot")
    built.commit({"README.md": "A bot.\n"})
    RepositoryBuilder(tmp_path / "remote.git", bare=True)
    built.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    subprocess.run([*PROGRAM, "install"], cwd=built.folder, check=True, capture_output=True)
    return built


@pytest.fixture
def credentials() -> Credentials:
    return Credentials(random.Random("git hooks").getrandbits(32))


@pytest.fixture
def tried(repository: RepositoryBuilder, credentials: Credentials) -> Try:
    """Return a function that runs git as a person would, and checks that no value is shown."""

    def _tried(*arguments: str, cwd: Path | None = None, editor: str = "true") -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd or repository.folder,
            env=os.environ | {"GIT_EDITOR": editor},
            capture_output=True,
            text=True,
            check=False,
        )
        assert not any(value in done.stdout + done.stderr for value in credentials.made)
        return done

    return _tried


def stopped(done: subprocess.CompletedProcess[str], rule: str = "OKX1") -> bool:
    """Tell whether okxguard, and nothing else, stopped git."""
    found = rule in done.stdout + done.stderr and "okxguard: stopped git" in done.stderr
    assert found == (done.returncode != 0), done.stderr
    return found


COMMITS = {
    "staged": ["commit", "-m", "Change"],
    "of all that changed": ["commit", "-a", "-m", "Change"],
    "of one file": ["commit", "-m", "Change", "conf.env"],
    "of one file and what is staged": ["commit", "-m", "Change", "--include", "conf.env"],
    "amended": ["commit", "--amend", "--no-edit", "-a"],
    "by another folder": ["-C", "below", "commit", "-a", "-m", "Change"],
    "by folders that are named": ["--git-dir=.git", "--work-tree=.", "commit", "-a", "-m", "Change"],
}


@pytest.mark.parametrize("command", COMMITS.values(), ids=COMMITS)
def test_commit_is_stopped_and_let_through(
    command: list[str], repository: RepositoryBuilder, tried: Try, credentials: Credentials
) -> None:
    repository.commit({"conf.env": "DEBUG=1\n", "other.env": "DEBUG=1\n", "below/x": "x\n"})
    head = repository.head()
    repository.write({"conf.env": credentials.dotenv()})
    if command == COMMITS["staged"]:
        repository.git("add", "conf.env")
    assert stopped(tried(*command), "OKX101")
    assert repository.head() == head
    repository.write({"conf.env": "DEBUG=0\n"})
    repository.git("add", "conf.env")
    repository.write({"other.env": credentials.dotenv() if "-a" not in command else "DEBUG=0\n"})
    assert not stopped(tried(*command))
    assert repository.head() != head


@pytest.mark.parametrize("options", [[], ["--git-dir=.git", "--work-tree=."], ["--git-dir=.git"]])
def test_index_of_the_commit_counts_for_files_of_one_folder(
    options: list[str], repository: RepositoryBuilder, tried: Try, credentials: Credentials
) -> None:
    repository.commit({"below/conf.env": "DEBUG=1\n"})
    repository.write({"below/conf.env": credentials.dotenv()})
    done = tried(*options, "commit", "-m", "Change", "below/conf.env")
    assert stopped(done, "OKX101")
    assert "work tree" not in done.stderr
    repository.stage({"below/conf.env": "DEBUG=0\n"})
    repository.write({"below/conf.env": credentials.dotenv()})
    assert not stopped(tried(*options, "commit", "-m", "Change"))


def test_what_is_staged_counts(repository: RepositoryBuilder, tried: Try, credentials: Credentials) -> None:
    repository.stage({"conf.env": credentials.dotenv()})
    repository.write({"conf.env": "DEBUG=1\n"})
    assert stopped(tried("commit", "-m", "Change"), "OKX101")
    repository.git("add", "conf.env")
    repository.write({"conf.env": credentials.dotenv()})
    assert not stopped(tried("commit", "-m", "Change"))


@pytest.mark.parametrize("name", ["-", "-v", "--exit-zero", "--", "--diff"])
def test_file_called_like_an_option_is_checked(
    name: str, repository: RepositoryBuilder, tried: Try, credentials: Credentials
) -> None:
    repository.stage({name: credentials.dotenv()})
    assert stopped(tried("commit", "-m", "Change"), "OKX101")


def test_first_commit_is_checked(repository: RepositoryBuilder, tried: Try, credentials: Credentials) -> None:
    repository.git("checkout", "-q", "--orphan", "new")
    repository.stage({'it\'s "new".env': credentials.dotenv()})
    assert stopped(tried("commit", "-m", "Begin"), "OKX101")


def test_linked_work_tree_is_checked(
    repository: RepositoryBuilder, tried: Try, credentials: Credentials, tmp_path: Path
) -> None:
    repository.git("worktree", "add", "-q", str(tmp_path / "linked"))
    (tmp_path / "linked/conf.env").write_text(credentials.dotenv(), encoding="utf-8")
    repository.git("-C", str(tmp_path / "linked"), "add", "conf.env")
    assert stopped(tried("commit", "-m", "Change", cwd=tmp_path / "linked"), "OKX101")
    assert not stopped(tried("commit", "--allow-empty", "-m", "Change"))
    message = f"Use okx_secret_key={credentials.secret()}"
    assert stopped(tried("commit", "-m", message, "--allow-empty", "--no-gpg-sign", cwd=tmp_path / "linked"))


def test_submodule_is_checked(
    repository: RepositoryBuilder, tried: Try, credentials: Credentials, tmp_path: Path
) -> None:
    RepositoryBuilder(tmp_path / "library").commit({"README.md": "A library.\n"})
    repository.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path / "library"), "library")
    inside = repository.folder / "library"
    subprocess.run([*PROGRAM, "install"], cwd=inside, check=True, capture_output=True)
    (inside / "conf.env").write_text(credentials.dotenv(), encoding="utf-8")
    repository.git("-C", str(inside), "add", "conf.env")
    assert stopped(tried("commit", "-m", "Change", cwd=inside), "OKX101")
    assert not stopped(tried("commit", "-m", "Add library"))


def test_merge_is_checked(repository: RepositoryBuilder, tried: Try, credentials: Credentials) -> None:
    repository.git("checkout", "-q", "-b", "side")
    repository.commit({"conf.env": credentials.dotenv()})
    repository.git("checkout", "-q", "main")
    repository.commit({"other": "x\n"})
    assert stopped(tried("merge", "--no-edit", "side"), "OKX101")


def test_message_is_checked(
    repository: RepositoryBuilder, tried: Try, credentials: Credentials, tmp_path: Path
) -> None:
    line = f"okx_secret_key={credentials.secret()}"
    assert stopped(tried("commit", "--allow-empty", "-m", f"Use {line}"), "OKX102")
    assert stopped(tried("commit", "--allow-empty", "-m", f"# {line}"), "OKX102")
    comment = tmp_path / "comment"
    comment.write_text(f"#!/bin/sh\nprintf 'Begin\\n# %s\\n' {shlex.quote(line)} >\"$1\"\n", encoding="utf-8")
    comment.chmod(0o755)
    assert not stopped(tried("commit", "--allow-empty", editor=shlex.quote(str(comment))))
    assert repository.git("log", "-1", "--format=%B").strip() == "Begin"


@pytest.mark.parametrize("setting", [[], ["-c", "core.commentChar=;"], ["-c", "core.commentChar=auto"]])
@pytest.mark.parametrize("option", ["--cleanup=default", "--cleanup=scissors", "--cleanup=verbatim"])
def test_diff_below_the_message_is_not_checked(
    setting: list[str], option: str, repository: RepositoryBuilder, tried: Try, credentials: Credentials
) -> None:
    repository.commit({"conf.env": credentials.dotenv()})
    repository.stage({"conf.env": "DEBUG=1\n"})
    assert not stopped(tried(*setting, "commit", "-v", option, "-m", "Drop credential", "--edit"))


def test_push_of_a_new_branch_is_checked(repository: RepositoryBuilder, tried: Try, credentials: Credentials) -> None:
    assert not stopped(tried("push", "-q", "origin", "main"))
    repository.git("checkout", "-q", "-b", "new")
    repository.commit({"conf.env": credentials.dotenv()})
    repository.remove("conf.env")
    assert stopped(tried("push", "-q", "origin", "main", "new"), "OKX101")
    assert repository.git("ls-remote", "origin", "new") == ""
    repository.git("checkout", "-q", "-b", "clean", "main")
    repository.commit({"x": "x\n"})
    assert not stopped(tried("push", "-q", "origin", "clean"))
    assert not stopped(tried("push", "-q", "origin", ":clean"))


def test_push_of_a_tag_is_checked(repository: RepositoryBuilder, tried: Try, credentials: Credentials) -> None:
    assert not stopped(tried("push", "-q", "origin", "main"))
    repository.git("tag", "-a", "-m", "First", "v1")
    repository.git("tag", "-a", "-m", f"Use okx_secret_key={credentials.secret()}", "v2")
    assert not stopped(tried("push", "-q", "origin", "v1"))
    assert stopped(tried("push", "-q", "origin", "v2"), "OKX102")
    repository.git("tag", "-a", "-m", "Outer", "v3", "v2")
    assert stopped(tried("push", "-q", "origin", "v3"), "OKX102")
    repository.git("tag", "-f", "v1", "v2")
    assert stopped(tried("push", "-q", "--force", "origin", "v1"), "OKX102")


def test_push_of_a_tag_on_a_file_is_checked(
    repository: RepositoryBuilder, tried: Try, credentials: Credentials
) -> None:
    repository.stage({"conf.env": credentials.dotenv(), "clean.env": "DEBUG=1\n"})
    for name in ("conf", "clean"):
        repository.git("tag", name, f":{name}.env")
        repository.git("tag", "-a", "-m", "Text", f"{name}-text", f":{name}.env")
    assert stopped(tried("push", "-q", "origin", "conf"), "OKX101")
    assert stopped(tried("push", "-q", "origin", "conf-text"), "OKX101")
    assert not stopped(tried("push", "-q", "origin", "clean", "clean-text"))


def test_push_to_a_branch_that_is_not_here_is_checked(
    repository: RepositoryBuilder, tried: Try, credentials: Credentials, tmp_path: Path
) -> None:
    assert not stopped(tried("push", "-q", "origin", "main"))
    other = RepositoryBuilder(tmp_path / "remote.git", initial=False).clone(tmp_path / "other")
    other.commit({"y": "y\n"})
    other.git("push", "-q", "origin", "HEAD:main")
    repository.commit({"conf.env": credentials.dotenv()})
    repository.remove("conf.env")
    assert stopped(tried("push", "-q", "--force", "origin", "main"), "OKX101")
    repository.git("reset", "-q", "--hard", "HEAD~2")
    repository.commit({"z": "z\n"})
    assert not stopped(tried("push", "-q", "--force", "origin", "main"))


def test_hook_that_was_there_runs_and_comes_back(repository: RepositoryBuilder, tried: Try) -> None:
    hook = repository.folder / ".git/hooks/pre-commit"
    subprocess.run([*PROGRAM, "uninstall"], cwd=repository.folder, check=True, capture_output=True)
    hook.write_text("#!/bin/sh\necho formatted >made\ngit add made\n", encoding="utf-8")
    hook.chmod(0o755)
    before = hook.read_bytes()
    subprocess.run([*PROGRAM, "install"], cwd=repository.folder, check=True, capture_output=True)
    repository.stage({"x": "x\n"})
    assert not stopped(tried("commit", "-q", "-m", "Change"))
    assert "made" in repository.git("show", "--name-only", "--format=")
    subprocess.run([*PROGRAM, "uninstall"], cwd=repository.folder, check=True, capture_output=True)
    assert hook.read_bytes() == before
