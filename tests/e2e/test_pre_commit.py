"""The hooks through the real pre-commit and the real prek, on repositories made here."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.repositories import RepositoryBuilder

pytestmark = pytest.mark.e2e

PROJECT = Path(__file__).resolve().parents[2]
PROGRAM = [os.environ["OKXGUARD_PROGRAM"]] if "OKXGUARD_PROGRAM" in os.environ else [sys.executable, "-m", "okxguard"]
RNG = random.Random("pre-commit")
STAGES = ("pre-commit", "pre-merge-commit", "pre-push", "commit-msg")


class Tool(NamedTuple):
    """A program that runs hooks, the folder of okxguard's hooks and the revision of it that is tested."""

    command: tuple[str, ...]
    hooks: Path
    revision: str

    def configure(self, repository: RepositoryBuilder, *ids: str) -> None:
        """Make hooks of okxguard those of a repository."""
        lines = [
            f"repos:\n- repo: {self.hooks}\n  rev: {self.revision}\n  hooks:\n",
            *(f"  - id: {name}\n" for name in ids),
        ]
        repository.commit({".pre-commit-config.yaml": "".join(lines)})

    def install(self, repository: RepositoryBuilder) -> None:
        """Install the tool's hooks for every stage."""
        types = [word for stage in STAGES for word in ("--hook-type", stage)]
        self.call(repository, "install", *types)

    def call(self, repository: RepositoryBuilder, *arguments: str) -> None:
        """Run the tool where it must not fail."""
        done = subprocess.run(
            [*self.command, *arguments], cwd=repository.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def run(self, repository: RepositoryBuilder, *arguments: str, prefix: tuple[str, ...] = ()) -> tuple[int, str]:
        """Run the hooks and return the exit code and what is shown."""
        command = [*prefix, *self.command, "run", "--verbose", *arguments]
        done = subprocess.run(command, cwd=repository.folder, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a repository with the files of the project as they are now, and its revision."""
    folder = tmp_path_factory.mktemp("project")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT, check=True, capture_output=True,
    )  # fmt: skip
    built = RepositoryBuilder(folder)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (PROJECT / name).is_file() and not name.startswith(("tests/", "benchmarks/")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
    built.git("add", "--all")
    return folder, built.commit(message="Release")


@pytest.fixture(scope="module")
def isolated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep settings, caches and variables of this machine away."""
    with pytest.MonkeyPatch.context() as patch:
        _isolate(patch, tmp_path_factory.mktemp("home"))
        yield


@pytest.fixture(scope="module", params=["pre-commit", "prek"])
def tool(
    request: pytest.FixtureRequest, project: tuple[Path, str], isolated: None, tmp_path_factory: pytest.TempPathFactory
) -> Tool:
    """Return the tool, with okxguard installed in its folder; that takes it some seconds once."""
    del isolated
    built = RepositoryBuilder(tmp_path_factory.mktemp("first"))
    if request.param == "pre-commit":
        found = Tool((sys.executable, "-m", "pre_commit"), *project)
        found.configure(built, "okxguard")
        found.call(built, "install-hooks")
        return found
    program = Path(sys.executable).with_name("prek")
    if not program.is_file():
        pytest.skip("prek is not installed; it comes with the development extra")
    found = Tool((str(program),), *project)
    found.configure(built, "okxguard")
    prepare = [*found.command, "prepare-hooks"]
    if subprocess.run(prepare, cwd=built.folder, capture_output=True, check=False).returncode:
        pytest.skip("prek cannot install the hook's environment here")
    return found


def _isolate(patch: pytest.MonkeyPatch, home: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("GIT_", "PRE_COMMIT", "PREK"))]:
        patch.delenv(name)
    patch.delenv("PYTHONPATH", raising=False)
    person = {f"GIT_{who}_{what}": "dev@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    settings = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_EDITOR": "true"}
    folders = {"PRE_COMMIT_HOME": str(home), "PREK_HOME": str(home / "prek")}
    for name, value in {**person, **settings, **folders, "PRE_COMMIT_COLOR": "never", "PREK_COLOR": "never"}.items():
        patch.setenv(name, value)


@pytest.fixture
def repository(tmp_path: Path) -> RepositoryBuilder:
    return RepositoryBuilder(tmp_path / "bot")


@pytest.fixture
def guarded(tool: Tool, repository: RepositoryBuilder, tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Return a function that runs git in a repository where the hooks are installed, with a remote beside it."""
    tool.configure(repository, "okxguard", "okxguard-push", "okxguard-commit-msg")
    tool.install(repository)
    RepositoryBuilder(tmp_path / "remote.git", bare=True)
    repository.git("remote", "add", "origin", str(tmp_path / "remote.git"))

    def _git(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(["git", *arguments], cwd=repository.folder, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    return _git


def credential() -> tuple[str, list[str]]:
    key = str(uuid.UUID(int=RNG.getrandbits(128), version=4))
    secret = f"{RNG.getrandbits(128):032X}"
    passphrase = f"Green{RNG.randrange(1000, 9999)}!"
    return f"OKX_API_KEY={key}\nOKX_SECRET_KEY={secret}\nOKX_PASSPHRASE={passphrase}\n", [key, secret, passphrase]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_staged_credential_fails_the_commit(repository: RepositoryBuilder, tool: Tool, encoding: str) -> None:
    text, values = credential()
    tool.configure(repository, "okxguard")
    repository.stage({".env": text.encode(encoding)})
    code, output = tool.run(repository)
    assert code == 1
    assert "OKX101" in output
    assert not any(value in output for value in values)


def test_clean_commit_passes(repository: RepositoryBuilder, tool: Tool) -> None:
    tool.configure(repository, "okxguard", "okxguard-staged")
    repository.stage({"bot.py": 'import os\nkey = os.environ["OKX_API_KEY"]\n'})
    code, output = tool.run(repository)
    assert code == 0, output
    assert output.count("Passed") == 2
    assert "0 findings, 1 file read" in output
    assert "0 findings, 2 files read" in output


def test_all_files_reads_committed_ones(repository: RepositoryBuilder, tool: Tool) -> None:
    tool.configure(repository, "okxguard")
    repository.commit({"settings.yml": "okx:\n" + _as_yaml(credential()[0])})
    code, output = tool.run(repository, "--all-files")
    assert code == 1
    assert "settings.yml:2" in output


def _as_yaml(text: str) -> str:
    pairs = (line.split("=", 1) for line in text.splitlines())
    return "".join(f"  {name.removeprefix('OKX_').lower()}: {value!r}\n" for name, value in pairs)


@pytest.mark.parametrize("tracked", [True, False])
def test_named_files_are_read(tracked: bool, repository: RepositoryBuilder, tool: Tool) -> None:
    tool.configure(repository, "okxguard")
    files: dict[str, str | bytes] = {"with blank.env": credential()[0]}
    repository.commit(files) if tracked else repository.write(files)
    code, output = tool.run(repository, "--files", "with blank.env")
    assert code == 1
    assert "with blank.env:1" in output
    assert "1 file read" in output


def test_files_of_a_range_are_read(repository: RepositoryBuilder, tool: Tool) -> None:
    tool.configure(repository, "okxguard")
    repository.commit({"old.env": credential()[0]})
    repository.commit({"new.env": credential()[0]})
    code, output = tool.run(repository, "--from-ref", "HEAD~1", "--to-ref", "HEAD")
    assert code == 1
    assert "new.env:1" in output
    assert "old.env" not in output


def test_commits_of_a_range_are_read(repository: RepositoryBuilder, tool: Tool) -> None:
    tool.configure(repository, "okxguard-push")
    repository.commit({"gone.env": credential()[0]})
    repository.remove("gone.env")
    repository.commit({"x": "x\n"})
    stage = "--stage" if tool.command[0].endswith("prek") else "--hook-stage"
    code, output = tool.run(repository, stage, "pre-push", "--from-ref", "HEAD~3", "--to-ref", "HEAD")
    assert code == 1
    assert "gone.env:1" in output
    code, output = tool.run(repository, stage, "pre-push", "--from-ref", "HEAD~1", "--to-ref", "HEAD")
    assert code == 0, output


def test_whole_index_is_read(repository: RepositoryBuilder, tool: Tool) -> None:
    tool.configure(repository, "okxguard-staged")
    repository.commit({"old.env": credential()[0]})
    repository.stage({"x": "x\n"})
    code, output = tool.run(repository)
    assert code == 1
    assert "old.env:1" in output


def test_hook_needs_no_network(repository: RepositoryBuilder, tool: Tool) -> None:
    alone = ("unshare", "--map-root-user", "--net")
    if not shutil.which("unshare") or subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system cannot take the network away")
    tool.configure(repository, "okxguard")
    repository.stage({"conf.env": credential()[0]})
    code, output = tool.run(repository, prefix=alone)
    assert code == 1
    assert "OKX101" in output


def test_commits_and_messages_are_checked(
    repository: RepositoryBuilder, guarded: Callable[..., tuple[int, str]]
) -> None:
    repository.stage({"conf.env": credential()[0]})
    code, output = guarded("commit", "-m", "Add configuration")
    assert (code, "OKX101" in output) == (1, True), output
    repository.stage({"conf.env": "DEBUG=1\n"})
    code, output = guarded("commit", "-m", f"Use okx_secret_key={credential()[1][1]}")
    assert (code, "OKX102" in output) == (1, True), output
    code, output = guarded("commit", "-m", "Add configuration")
    assert code == 0, output


def test_diff_below_the_message_is_not_checked(
    repository: RepositoryBuilder, guarded: Callable[..., tuple[int, str]]
) -> None:
    repository.commit({"conf.env": credential()[0]})
    repository.stage({"conf.env": "DEBUG=1\n"})
    code, output = guarded("commit", "-v", "-m", "Drop credential", "--edit")
    assert code == 0, output


def test_merge_is_checked(repository: RepositoryBuilder, guarded: Callable[..., tuple[int, str]]) -> None:
    repository.git("checkout", "-q", "-b", "side")
    repository.commit({"conf.env": credential()[0]})
    repository.git("checkout", "-q", "main")
    repository.commit({"x": "x\n"})
    code, output = guarded("merge", "--no-edit", "side")
    assert (code, "OKX101" in output) == (1, True), output


def test_push_of_new_branches_is_checked(
    repository: RepositoryBuilder, guarded: Callable[..., tuple[int, str]]
) -> None:
    code, output = guarded("push", "origin", "main")
    assert code == 0, output
    repository.git("checkout", "-q", "-b", "new")
    repository.commit({"conf.env": credential()[0]})
    repository.remove("conf.env")
    code, output = guarded("push", "origin", "new")
    assert (code, "OKX101" in output) == (1, True), output
    assert "new" not in repository.git("ls-remote", "origin")
    repository.git("reset", "-q", "--hard", "main")
    repository.commit({"x": "x\n"})
    code, output = guarded("push", "origin", "new")
    assert code == 0, output
    code, output = guarded("push", "origin", ":new")
    assert code == 0, output


def test_first_push_of_all_is_checked(repository: RepositoryBuilder, guarded: Callable[..., tuple[int, str]]) -> None:
    repository.commit({"conf.env": credential()[0]})
    repository.remove("conf.env")
    code, output = guarded("push", "origin", "main")
    assert (code, "OKX101" in output) == (1, True), output


def okxguard(repository: RepositoryBuilder, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(
        [*PROGRAM, *arguments], cwd=repository.folder, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


def hook_files(repository: RepositoryBuilder) -> dict[str, bytes]:
    folder = repository.folder / ".git/hooks"
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".sample"}


def test_plain_hooks_go_together_with_those_of_the_tool(
    repository: RepositoryBuilder, tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    passing = "{id: pass, name: pass, language: system, entry: 'true', always_run: true, pass_filenames: false}"
    repository.commit({".pre-commit-config.yaml": f"repos:\n- repo: local\n  hooks:\n  - {passing}\n"})
    repository.stage({"conf.env": credential()[0]})
    okxguard(repository, "install")
    plain = hook_files(repository)
    tool.call(repository, "install")
    assert not repository.attempt("commit", "-m", "Change")
    assert "installed already" in okxguard(repository, "install")
    tool.call(repository, "uninstall")
    assert hook_files(repository) == plain
    okxguard(repository, "uninstall")
    assert hook_files(repository) == {}
    tool.call(repository, "install")
    theirs = hook_files(repository)
    okxguard(repository, "install")
    assert not repository.attempt("commit", "-m", "Change")
    okxguard(repository, "uninstall")
    assert hook_files(repository) == theirs
    assert repository.attempt("commit", "-m", "Change")
