"""The scripts of the CI templates, run as their systems run them."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.conftest import Credentials
from tests.repositories import RepositoryBuilder

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(os.name == "nt", reason="shell commands of POSIX")]

PROJECT = Path(__file__).resolve().parents[2]
SYSTEMS = ("CI_", "GITHUB_", "GIT_", "PRE_COMMIT", "PYTHONPATH")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of what the package is built from; building leaves nothing in the project."""
    folder = tmp_path_factory.mktemp("action")
    for name in ("okxguard", "rules", "ci"):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(PROJECT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def credentials() -> Credentials:
    return Credentials(random.Random("ci").getrandbits(32))


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory, credentials: Credentials) -> RepositoryBuilder:
    """Return the checkout of a pull request that adds a credential, removes it, and adds modules that must not run."""
    built = RepositoryBuilder(tmp_path_factory.mktemp("checkout") / "work tree")
    built.commit({"README.md": "A bot.\n", "old.env": credentials.dotenv()})
    built.git("branch", "base")
    hostile = "raise SystemExit(77)\n"
    names = ("venv/__init__.py", "venv/__main__.py", "pip/__main__.py", "okxguard/__init__.py", "argparse.py")
    built.commit({**dict.fromkeys(names, hostile), "gone.env": credentials.dotenv()})
    built.remove("gone.env")
    return built


def run(command: list[str], variables: Mapping[str, str], cwd: Path) -> tuple[int, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SYSTEMS)}
    settings = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(
        command, cwd=cwd, env=kept | settings | dict(variables), capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def act(
    inputs: Mapping[str, str], event: str, repository: RepositoryBuilder, sources: Path, told: Path
) -> tuple[int, str]:
    """Run the action as GitHub does; what it tells stands in a folder. The push is that of a deleted branch."""
    base, head = repository.git("rev-parse", "base"), repository.head()
    change = {"base": {"sha": base}, "head": {"sha": head}}
    payload = {"before": head, "after": "0" * 40} if event == "push" else {"pull_request": change}
    (told / "event.json").write_text(json.dumps(payload), encoding="utf-8")
    given = {"DIFF": "auto", "PATHS": "", "ARGS": "", "SARIF": "", "FAIL": "true", **inputs}
    variables = {f"OKXGUARD_{name}": value for name, value in given.items()} | {
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION_PATH": str(sources),
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": str(told / "event.json"),
        "GITHUB_OUTPUT": str(told / "output"),
        "GITHUB_WORKSPACE": str(repository.folder),
        "RUNNER_TEMP": str(sources.parent),
    }
    return run(["bash", str(sources / "ci/github.sh")], variables, repository.folder)


@pytest.fixture(scope="module")
def programs(repository: RepositoryBuilder, sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the environment that the action installs okxguard into; that takes a while once."""
    code, output = act({"PATHS": "README.md"}, "schedule", repository, sources, tmp_path_factory.mktemp("told"))
    assert code == 0, output
    assert "1 file read" in output
    return sources.parent / "okxguard"


@pytest.mark.parametrize(
    ("inputs", "event", "code", "shown"),
    [
        ({}, "pull_request", 1, "gone.env"),
        ({"FAIL": "false"}, "pull_request", 0, "gone.env"),
        ({"PATHS": "old.env\n\nREADME.md\n"}, "pull_request", 1, "old.env"),
        ({"ARGS": "--select OKX1", "SARIF": "report.sarif"}, "schedule", 1, "old.env"),
        ({"DIFF": "base", "ARGS": "--format text --select OKX2"}, "pull_request", 0, "0 findings"),
        ({"DIFF": "nowhere..HEAD", "FAIL": "false"}, "pull_request", 2, "nowhere"),
        ({"DIFF": "base", "PATHS": "README.md"}, "pull_request", 2, "not both"),
        ({}, "push", 0, "branch that was deleted"),
        ({"DIFF": "off", "ARGS": "--history"}, "schedule", 1, "gone.env"),
    ],
)
def test_action(
    inputs: dict[str, str],
    event: str,
    code: int,
    shown: str,
    repository: RepositoryBuilder,
    sources: Path,
    programs: Path,
    credentials: Credentials,
    tmp_path: Path,
) -> None:
    assert programs.is_dir()
    done = act(inputs, event, repository, sources, tmp_path)
    assert done[0] == code, done[1]
    assert shown in done[1]
    assert not any(value in done[1] for value in credentials.made)
    if "SARIF" in inputs:
        assert json.loads((repository.folder / inputs["SARIF"]).read_bytes())["version"] == "2.1.0"
    if shown != "not both":
        real = 1 if inputs.get("FAIL") == "false" and code == 0 else code
        assert (tmp_path / "output").read_text(encoding="utf-8") == f"exit-code={real}\n"


def test_gitlab(repository: RepositoryBuilder, programs: Path, credentials: Credentials) -> None:
    job = yaml.safe_load((PROJECT / "ci/gitlab.yml").read_text(encoding="utf-8"))["okxguard"]
    lines = [line for line in job["script"] if "install" not in line and "venv" not in line]
    assert len(job["script"]) - len(lines) == 2
    script = "\n".join(lines).replace("/tmp/okxguard", str(programs))
    variables = dict(job["variables"]) | {
        "CI_PROJECT_DIR": str(repository.folder),
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": repository.git("rev-parse", "base"),
        "CI_COMMIT_SHA": repository.head(),
    }
    code, output = run(["sh", "-ec", script], variables, repository.folder)
    assert code == 1, output
    assert "gone.env" in output
    assert "old.env" not in output
    assert not any(value in output for value in credentials.made)
    assert (repository.folder / "okxguard.sarif").is_file()
