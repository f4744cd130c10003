"""The whole history: wherever a secret stands in a repository, it is found, or the scan says that it cannot look."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Credentials, Run, ScanJson
from tests.plants import CLEAN, FOUND, Plant, build, deleted, note, packed, stash, tag_annotation
from tests.repositories import RepositoryBuilder


@pytest.mark.parametrize("plant", FOUND.values(), ids=FOUND.keys())
def test_secret_is_found_wherever_it_stands(plant: Plant, tmp_path: Path, credentials: Credentials, run: Run) -> None:
    result = run(build(tmp_path, plant, credentials.key_line()), "scan", "--history", "--format", "json")
    report = json.loads(result.out)
    assert (result.code, report["errors"]) == (1, [])
    assert {finding["rule"] for finding in report["findings"]} == {"OKX104"}
    assert not any(value in result.out + result.err for value in credentials.made)
    assert "\x1b" not in result.out + result.err


@pytest.mark.parametrize("plant", FOUND.values(), ids=FOUND.keys())
def test_clean_twin_is_silent(plant: Plant, tmp_path: Path, run: Run) -> None:
    result = run(build(tmp_path, plant, CLEAN), "scan", "--history")
    assert (result.code, result.out) == (0, "")


def test_value_in_a_path_is_found_and_not_shown(
    repository: RepositoryBuilder, credentials: Credentials, run: Run
) -> None:
    repository.commit({f"okx_api_key={credentials.key()}.txt": "nothing\n"})
    repository.git("rm", "-q", "-r", ".")
    repository.commit({"a.txt": "1\n"})
    result = run(repository.folder, "scan", "--history", "--format", "json")
    assert [finding["rule"] for finding in json.loads(result.out)["findings"]] == ["OKX104"]
    assert credentials.made[0] not in result.out + result.err


@pytest.mark.parametrize("plant", [deleted, packed, tag_annotation, note, stash])
def test_sha_256_repository_is_read(plant: Plant, tmp_path: Path, credentials: Credentials, run: Run) -> None:
    for text, code in ((credentials.key_line(), 1), (CLEAN, 0)):
        assert run(build(tmp_path / str(code), plant, text, "sha256"), "scan", "--history").code == code


def test_lfs_pointers_and_pictures_are_counted(repository: RepositoryBuilder, scan_json: ScanJson) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"
    repository.commit({"model.bin": pointer, "a.png": b"\x89PNG\r\n\x1a\n\0\0", "b.txt": "1\n"}, "Add")
    summary = scan_json(repository.folder, "--history")["summary"]
    assert (summary["files"], summary["skipped"], summary["commits"]) == (1, 2, 1)


def test_excluded_paths_are_skipped(
    repository: RepositoryBuilder, credentials: Credentials, scan_json: ScanJson
) -> None:
    repository.commit({"tests/.env": credentials.key_line(), "okxguard.toml": 'exclude = ["tests/"]\n'})
    report = scan_json(repository.folder, "--history")
    assert (report["findings"], report["summary"]["skipped"]) == ([], 1)


def test_code_rules_run_where_they_are_selected(repository: RepositoryBuilder, run: Run) -> None:
    repository.commit({"bot.py": 'import os\nsecret = os.environ["OKX_SECRET_KEY"]\nprint(secret)\n'})
    repository.remove("bot.py")
    assert run(repository.folder, "scan", "--history").code == 0
    assert "OKX301" in run(repository.folder, "scan", "--history", "--select", "OKX3").out


@pytest.mark.parametrize(
    "arguments",
    [("--history", "--staged"), ("--history", "--diff", "HEAD"), ("--cache", "x"), ("--history", "a.txt"),
     ("--history", "-"), ("--history", ".", "sub")],
)  # fmt: skip
def test_arguments_that_contradict_are_refused(arguments: tuple[str, ...], tmp_path: Path, run: Run) -> None:
    RepositoryBuilder(tmp_path).commit({"a.txt": "1\n", "sub/b.txt": "1\n"})
    assert run(tmp_path, "scan", *arguments).code == 2


def test_folder_without_repository_is_refused(tmp_path: Path, run: Run) -> None:
    assert run(tmp_path, "scan", "--history").code == 2


def test_empty_repository_says_so(repository: RepositoryBuilder, run: Run) -> None:
    result = run(repository.folder, "scan", "--history")
    assert result.code == 0
    assert "holds no commit" in result.err
