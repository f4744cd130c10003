"""Histories with something missing or odd: the scan says what it cannot read, and reads the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Credentials, Run
from tests.repositories import RepositoryBuilder


def shallow(repo: RepositoryBuilder, folder: Path) -> str:
    repo.clone(folder, "--depth=1")
    return "shallow"


def without_blobs(repo: RepositoryBuilder, folder: Path) -> str:
    repo.clone(folder, "--filter=blob:none")
    return "not in this clone"


def without_trees(repo: RepositoryBuilder, folder: Path) -> str:
    repo.clone(folder, "--filter=tree:0", "--no-checkout")
    return "folders of"


def bare_without_blobs(repo: RepositoryBuilder, folder: Path) -> str:
    repo.clone(folder, "--filter=blob:none", "--bare")
    return "not in this clone"


def without_alternates(repo: RepositoryBuilder, folder: Path) -> str:
    repo.git("clone", "-q", "--shared", str(repo.folder), str(folder))
    RepositoryBuilder(folder, initial=False).commit({"own.txt": "1\n"})
    repo.folder.rename(repo.folder.parent / "moved")
    return "could not list all objects"


def damaged_blob(repo: RepositoryBuilder, folder: Path) -> str:
    clone = repo.clone(folder)
    name = clone.blob(b"some text that will be lost\n")
    path = clone.stored(name)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:10])
    return "git fsck"


def missing_blob(repo: RepositoryBuilder, folder: Path) -> str:
    clone = repo.clone(folder)
    clone.commit({"lost.txt": "lost\n"})
    name = clone.git("rev-parse", "HEAD:lost.txt")
    clone.stored(name).unlink()
    return "not in this clone"


def missing_commit(repo: RepositoryBuilder, folder: Path) -> str:
    clone = repo.clone(folder)
    lost = clone.commit({"b.txt": "1\n"})
    clone.commit({"b.txt": "2\n"})
    clone.stored(lost).unlink()
    return "others follow on"


def damaged_pack(repo: RepositoryBuilder, folder: Path) -> str:
    repo.clone(folder)
    (index,) = (folder / ".git/objects/pack").glob("*.idx")
    index.chmod(0o644)
    index.write_bytes(b"nothing")
    return "git"


REFUSED = (
    shallow, without_blobs, without_trees, bare_without_blobs, without_alternates, damaged_blob, missing_blob,
    missing_commit, damaged_pack,
)  # fmt: skip


@pytest.mark.parametrize("clone", REFUSED, ids=lambda clone: clone.__name__)
def test_what_cannot_be_read_is_told_once(
    clone: Callable[[RepositoryBuilder, Path], str], tmp_path: Path, run: Run
) -> None:
    repo = RepositoryBuilder(tmp_path / "origin")
    for number in range(12):
        repo.commit({"a.txt": f"{number}\n", f"folder/{number}.txt": f"{number} {number}\n"})
    folder = tmp_path / "clone"
    words = clone(repo, folder)
    result = run(folder, "scan", "--history")
    assert (result.code, result.out) == (2, "")
    complaints = [line for line in result.err.splitlines() if ": error: " in line]
    assert words in result.err
    assert 1 <= len(complaints) <= 3


@pytest.mark.parametrize(
    "field", ["parent abc", "parent abcd", "parent zz" + "0" * 38, "committer a <a@b> " + "9" * 5000 + " +0000"]
)
def test_odd_commits_do_not_end_the_scan(
    field: str, repository: RepositoryBuilder, credentials: Credentials, run: Run
) -> None:
    repository.commit({".env": credentials.dotenv()})
    tree = repository.git("rev-parse", "HEAD^{tree}")
    text = f"tree {tree}\n{field}\nauthor a <a@b> 1 +0000\ncommitter a <a@b> 1 +0000\n\nodd\n".encode()
    repository.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", given=text)
    result = run(repository.folder, "scan", "--history")
    assert "OKX101" in result.out
    assert "bug in okxguard" not in result.err
