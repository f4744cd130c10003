"""Folders in which git keeps a repository: their files are no answer, and what reads the repository is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Credentials, Run
from tests.repositories import RepositoryBuilder

WORDS = "is a repository without its files: its content was not read; run `okxguard scan --history` in it"


@pytest.fixture
def server(repository: RepositoryBuilder, tmp_path: Path, credentials: Credentials) -> Path:
    """A folder with a bare repository whose content has a finding, and with a work tree."""
    repository.commit({"deep/.env": credentials.dotenv()})
    repository.clone(tmp_path / "server" / "bot.git", "--bare")
    repository.clone(tmp_path / "server" / "work")
    return tmp_path / "server"


@pytest.mark.parametrize("name", ["bot.git", "work/.git"])
def test_a_named_git_folder_is_no_answer(name: str, server: Path, run: Run) -> None:
    for folder, path, shown in ((server, name, name), (server / name, ".", ".")):
        result = run(folder, "scan", path)
        assert (result.code, result.out) == (2, "")
        assert f"okxguard: error: {shown}: {WORDS}" in result.err
        assert result.err.count("note:") == 0
    assert run(server / name, "scan", "--history").code == 1


def test_a_git_folder_below_is_told(server: Path, run: Run) -> None:
    result = run(server, "scan")
    assert f"okxguard: note: bot.git: {WORDS}" in result.err
    assert (result.code, result.err.count("note:")) == (1, 1)


def test_a_git_folder_in_a_work_tree_is_told(server: Path, run: Run) -> None:
    RepositoryBuilder(server)
    result = run(server, "scan")
    assert f"okxguard: note: bot.git: {WORDS}" in result.err


def test_a_git_folder_that_is_left_out_is_not_told(server: Path, run: Run) -> None:
    (server / "okxguard.toml").write_text('exclude = ["*.git/"]\n', encoding="utf-8")
    assert "note:" not in run(server, "scan").err


@pytest.mark.parametrize(
    "names",
    [("HEAD",), ("HEAD", "refs/x"), ("HEAD", "objects/x"), ("objects/x", "refs/x"), ("HEAD/x", "objects/x", "refs/x")],
    ids=lambda names: " ".join(names),
)
def test_other_folders_of_such_names_are_read(names: tuple[str, ...], tmp_path: Path, run: Run) -> None:
    RepositoryBuilder(tmp_path / "beside").write({f"../plain/{name}": "some words\n" for name in names})
    result = run(tmp_path / "plain", "scan")
    assert (result.code, "repository" in result.err) == (0, False)
