"""The hook through the real pre-commit, on repositories made here."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

PROJECT = Path(__file__).resolve().parents[2]
RNG = random.Random("pre-commit")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pre-commit-home")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    git(tmp_path, "config", "user.email", "developer@example.org")
    git(tmp_path, "config", "user.name", "Developer")
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def try_repo(repository: Path, home: Path, *arguments: str) -> tuple[int, str]:
    """Run the hook as a user would who tries it out."""
    command = [sys.executable, "-m", "pre_commit", "try-repo", str(PROJECT), "okxguard", "--verbose", *arguments]
    environment = {**os.environ, "PRE_COMMIT_HOME": str(home), "PRE_COMMIT_COLOR": "never"}
    done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def credential() -> tuple[str, list[str]]:
    key = str(uuid.UUID(int=RNG.getrandbits(128), version=4))
    secret = f"{RNG.getrandbits(128):032X}"
    passphrase = f"Green{RNG.randrange(1000, 9999)}!"
    return f"OKX_API_KEY={key}\nOKX_SECRET_KEY={secret}\nOKX_PASSPHRASE={passphrase}\n", [key, secret, passphrase]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_staged_credential_fails_the_commit(repository: Path, home: Path, encoding: str) -> None:
    text, values = credential()
    (repository / ".env").write_bytes(text.encode(encoding))
    git(repository, "add", "-A", "--force")
    code, output = try_repo(repository, home)
    assert code == 1
    assert "OKX101" in output
    assert not any(value in output for value in values)


def test_clean_commit_passes(repository: Path, home: Path) -> None:
    (repository / "bot.py").write_text('import os\nkey = os.environ["OKX_API_KEY"]\n', encoding="utf-8")
    git(repository, "add", "-A")
    code, output = try_repo(repository, home)
    assert code == 0, output
    assert "Passed" in output


def test_all_files_reads_committed_ones(repository: Path, home: Path) -> None:
    (repository / "settings.yml").write_text("okx:\n" + _as_yaml(credential()[0]), encoding="utf-8")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "Add settings")
    code, output = try_repo(repository, home, "--all-files")
    assert code == 1
    assert "settings.yml:2" in output


def _as_yaml(text: str) -> str:
    pairs = (line.split("=", 1) for line in text.splitlines())
    return "".join(f"  {name.removeprefix('OKX_').lower()}: {value!r}\n" for name, value in pairs)
