"""`scan --diff`: which commits a range means, in words of its own and in those of CI systems."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Credentials, Run, ScanJson
from tests.repositories import RepositoryBuilder

REFUSED = {
    "nothing": "'nothing' is no commit of this clone",
    "HEAD..nothing": "'nothing' is no commit of this clone",
    "..HEAD": "give BASE..HEAD",
    "HEAD..HEAD..HEAD": "give BASE..HEAD",
    "--all": "is no commit of this clone",
    "auto": "no CI system that is known",
}


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_range_is_refused(text: str, repository: RepositoryBuilder, run: Run) -> None:
    result = run(repository.folder, "scan", f"--diff={text}")
    assert result.code == 2
    assert REFUSED[text] in result.err


def test_a_named_path_with_a_range_is_refused(repository: RepositoryBuilder, run: Run) -> None:
    result = run(repository.folder, "scan", "--diff", "HEAD", "README.md")
    assert result.code == 2
    assert "--diff reads whole commits" in result.err


def test_errors_show_no_value(repository: RepositoryBuilder, run: Run, credentials: Credentials) -> None:
    result = run(repository.folder, "scan", "--diff", f"nope-{credentials.secret()}..HEAD")
    assert result.code == 2
    assert credentials.made[0] not in result.err


def test_an_empty_range_is_said(repository: RepositoryBuilder, run: Run) -> None:
    result = run(repository.folder, "scan", "--diff", "HEAD..HEAD")
    assert result.code == 0
    assert "holds no commit; nothing was scanned" in result.err


@pytest.mark.parametrize("depth", [1, 2])
def test_a_shallow_clone_is_refused_aloud(
    depth: int, repository: RepositoryBuilder, tmp_path: Path, run: Run, credentials: Credentials
) -> None:
    base = repository.head()
    for number in range(3):
        repository.commit({f"{number}.txt": f"{number}\n"})
    repository.commit({"a.env": credentials.dotenv()})
    clone = repository.clone(tmp_path / "clone", f"--depth={depth}")
    unknown = run(clone.folder, "scan", "--diff", base)
    assert unknown.code == 2
    assert "fetch-depth: 0" in unknown.err
    clone.git("fetch", "-q", "--depth=1", "origin", base)
    known = run(clone.folder, "scan", "--diff", base)
    assert known.code == 2
    assert "this clone is shallow" in known.err
    assert "a.env" in known.out


PIPELINES: dict[str, Callable[[str, str, Path], Mapping[str, str]]] = {
    "pre-commit": lambda base, head, _: {"PRE_COMMIT_FROM_REF": base, "PRE_COMMIT_TO_REF": head},
    "GitHub pull request": lambda base, head, path: _github(
        path, {"pull_request": {"base": {"sha": base}, "head": {"sha": head}}}
    ),
    "GitHub push": lambda base, head, path: _github(path, {"before": base, "after": head, "forced": False}),
    "GitHub merge group": lambda base, head, path: _github(path, {"merge_group": {"base_sha": base, "head_sha": head}}),
    "GitHub push of a new branch": lambda _, head, path: _github(path, {"before": "0" * 40, "after": head}),
    "GitHub forced push": lambda _, head, path: _github(path, {"before": "12" * 20, "after": head, "forced": True}),
    "GitLab merge request": lambda base, head, _: {"CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "CI_COMMIT_SHA": head},
    "GitLab branch": lambda base, head, _: {"CI_COMMIT_BEFORE_SHA": base, "CI_COMMIT_SHA": head},
    "GitLab new branch": lambda _, head, __: {"CI_COMMIT_BEFORE_SHA": "0" * 40, "CI_COMMIT_SHA": head},
    "Bitbucket pull request": lambda base, head, _: {
        "BITBUCKET_PR_DESTINATION_COMMIT": base[:12],
        "BITBUCKET_COMMIT": head,
    },
    "Azure": lambda *_: {"SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main"},
    "Jenkins": lambda *_: {"CHANGE_TARGET": "main"},
}


def _github(path: Path, event: Any) -> Mapping[str, str]:
    (path / "event.json").write_text(json.dumps(event))
    return {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": str(path / "event.json")}


@pytest.mark.parametrize("variables", PIPELINES.values(), ids=PIPELINES)
def test_the_range_of_a_pipeline_is_understood(
    variables: Callable[[str, str, Path], Mapping[str, str]],
    repository: RepositoryBuilder,
    tmp_path: Path,
    scan_json: ScanJson,
    credentials: Credentials,
    alone: pytest.MonkeyPatch,
) -> None:
    repository.commit({"older.env": credentials.dotenv()})
    clone = repository.clone(tmp_path / "clone")
    clone.git("checkout", "-q", "-b", "feature")
    base = clone.head()
    head = clone.commit({"newer.env": credentials.dotenv()})
    for name, value in variables(base, head, tmp_path).items():
        alone.setenv(name, value)
    report = scan_json(clone.folder, "--diff", "auto")
    assert [finding["path"] for finding in report["findings"]] == ["newer.env"]
    assert report["summary"]["commits"] == 1


DELETED: dict[str, Callable[[str, Path], Mapping[str, str]]] = {
    "GitHub": lambda base, path: _github(path, {"before": base, "after": "0" * 40, "deleted": True}),
    "GitHub, without the branch": lambda _, path: _github(path, {"before": "12" * 20, "after": "0" * 40}),
    "GitLab": lambda base, _: {"CI_COMMIT_BEFORE_SHA": base, "CI_COMMIT_SHA": "0" * 40},
    "Drone": lambda base, _: {"DRONE_COMMIT_BEFORE": base, "DRONE_COMMIT_AFTER": "0" * 40},
}


@pytest.mark.parametrize("variables", DELETED.values(), ids=DELETED)
def test_a_branch_that_was_deleted_brings_nothing(
    variables: Callable[[str, Path], Mapping[str, str]],
    repository: RepositoryBuilder,
    tmp_path: Path,
    run: Run,
    credentials: Credentials,
    alone: pytest.MonkeyPatch,
) -> None:
    repository.commit({"older.env": credentials.dotenv()})
    for name, value in variables(repository.head(), tmp_path).items():
        alone.setenv(name, value)
    result = run(repository.folder, "scan", "--diff", "auto")
    assert (result.code, result.out) == (0, "")
    assert "okxguard: note: (range): is about a branch that was deleted; nothing was scanned" in result.err


def test_a_new_branch_without_new_commits_brings_nothing(
    repository: RepositoryBuilder,
    tmp_path: Path,
    scan_json: ScanJson,
    credentials: Credentials,
    alone: pytest.MonkeyPatch,
) -> None:
    repository.commit({"older.env": credentials.dotenv()})
    clone = repository.clone(tmp_path / "clone")
    clone.git("checkout", "-q", "-b", "feature")
    alone.setenv("PRE_COMMIT_REMOTE_NAME", "origin")
    alone.setenv("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/feature")
    assert scan_json(clone.folder, "--diff", "auto")["summary"]["commits"] == 0
