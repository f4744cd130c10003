"""`scan --staged`: the index of git is read, and not the files of the work tree."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Credentials, Run, ScanJson
from tests.repositories import RepositoryBuilder

Prepare = Callable[[RepositoryBuilder, str], None]


def _partly(repository: RepositoryBuilder, secret: str) -> None:
    repository.stage({".env": secret})
    repository.write({".env": "DEBUG=1\n"})


def _renamed(repository: RepositoryBuilder, secret: str) -> None:
    repository.commit({"old.env": secret})
    repository.git("mv", "old.env", "new.env")


def _mode(repository: RepositoryBuilder, secret: str) -> None:
    repository.commit({"run.sh": f"export {secret}"})
    repository.git("update-index", "--chmod=+x", "run.sh")


def _unmerged(repository: RepositoryBuilder, secret: str) -> None:
    repository.commit({".env": "A=1\n"})
    repository.git("checkout", "-q", "-b", "side")
    repository.commit({".env": secret})
    repository.git("checkout", "-q", "main")
    repository.commit({".env": "A=2\n"})
    assert not repository.attempt("merge", "side")


def _split(repository: RepositoryBuilder, secret: str) -> None:
    repository.commit({"README.md": "hello\n"})
    first, _, rest = secret.partition("\n")
    repository.stage({"a.env": first + "\n", "b.env": rest})


def _gone(repository: RepositoryBuilder, secret: str) -> None:
    repository.stage({".env": secret})
    (repository.folder / ".env").unlink()


def _only_in_work_tree(repository: RepositoryBuilder, secret: str) -> None:
    repository.commit({".env": "A=1\n"})
    repository.write({".env": secret})


def _removed(repository: RepositoryBuilder, secret: str) -> None:
    repository.commit({".env": secret})
    repository.git("rm", "-q", "--cached", ".env")


def _intended(repository: RepositoryBuilder, secret: str) -> None:
    repository.commit({"a": "b"})
    repository.write({".env": secret})
    repository.git("add", "--intent-to-add", ".env")


FIRES: dict[str, Prepare] = {
    "first commit": lambda repository, secret: repository.stage({".env": secret}),
    "staged and gone from the work tree": _gone,
    "partly staged": _partly,
    "renamed": _renamed,
    "mode changed": _mode,
    "in conflict": _unmerged,
    "over two files": _split,
    "ignored and added by force": lambda repository, secret: repository.stage({".gitignore": ".env\n", ".env": secret}),
    "in an archive": lambda repository, secret: repository.stage({"a.env.gz": gzip.compress(secret.encode(), mtime=0)}),
    "with a blank and a letter": lambda repository, secret: repository.stage({"my bot/ключ.env": secret}),
    "in a name": lambda repository, secret: repository.stage({secret.split("\n")[1]: "hello"}),
}
SILENT: dict[str, Prepare] = {
    "only in the work tree": _only_in_work_tree,
    "untracked": lambda repository, secret: repository.write({".env": secret}),
    "removed by the commit": _removed,
    "meant to be added later": _intended,
}


@pytest.mark.parametrize("prepare", FIRES.values(), ids=FIRES)
def test_what_is_staged_is_found(
    prepare: Prepare, repository: RepositoryBuilder, run: Run, credentials: Credentials
) -> None:
    prepare(repository, credentials.dotenv())
    result = run(repository.folder, "scan", "--staged")
    assert result.code == 1, result.err
    assert not [value for value in credentials.made if value in result.out + result.err]


@pytest.mark.parametrize("prepare", SILENT.values(), ids=SILENT)
def test_what_is_not_staged_is_left_alone(
    prepare: Prepare, repository: RepositoryBuilder, run: Run, credentials: Credentials
) -> None:
    prepare(repository, credentials.dotenv())
    result = run(repository.folder, "scan", "--staged")
    assert (result.code, result.out) == (0, ""), result.err


def test_paths_are_relative_to_the_top_of_the_repository(
    repository: RepositoryBuilder, scan_json: ScanJson, credentials: Credentials
) -> None:
    repository.stage({"bot/conf/.env": credentials.dotenv(), "top.env": credentials.key_line()})
    report = scan_json(repository.folder / "bot", "--staged")
    assert [finding["path"] for finding in report["findings"]] == ["bot/conf/.env", "top.env"]


def test_named_paths_are_all_that_is_reported(
    repository: RepositoryBuilder, scan_json: ScanJson, credentials: Credentials
) -> None:
    repository.stage({"a/.env": credentials.dotenv(), "b.env": credentials.dotenv(), "c.env": credentials.dotenv()})
    report = scan_json(repository.folder, "--staged", "a", "b.env")
    assert [finding["path"] for finding in report["findings"]] == ["a/.env", "b.env"]


def test_a_named_path_that_is_not_staged_is_read_from_the_work_tree(
    repository: RepositoryBuilder, run: Run, credentials: Credentials
) -> None:
    repository.commit({"a": "b"})
    repository.write({"new.env": credentials.dotenv()})
    result = run(repository.folder, "scan", "--staged", "new.env")
    assert result.code == 1
    assert "new.env: is not in the index; read from the work tree" in result.err


def test_a_path_that_does_not_exist_is_an_error(repository: RepositoryBuilder, run: Run) -> None:
    repository.commit({"a": "b"})
    assert run(repository.folder, "scan", "--staged", "nothing.env").code == 2


def test_a_passphrase_is_compared_with_keys_in_files_that_were_not_named(
    repository: RepositoryBuilder, scan_json: ScanJson, credentials: Credentials
) -> None:
    first = credentials.dotenv()
    passphrase = first.splitlines()[2]
    second = "\n".join([*credentials.dotenv().splitlines()[:2], passphrase]) + "\n"
    repository.stage({"a.env": first, "b.env": second})
    report = scan_json(repository.folder, "--staged", "a.env")
    assert [(finding["rule"], finding["path"]) for finding in report["findings"]] == [
        ("OKX101", "a.env"),
        ("OKX206", "a.env"),
    ]


def test_submodules_and_links_are_counted_and_not_followed(
    repository: RepositoryBuilder, tmp_path: Path, scan_json: ScanJson, credentials: Credentials
) -> None:
    inner = RepositoryBuilder(tmp_path / "inner")
    commit = inner.commit({".env": credentials.dotenv()})
    repository.commit({"a": "b"})
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},inner")
    os.symlink("a", repository.folder / "link")
    repository.git("add", "link")
    summary = scan_json(repository.folder, "--staged")["summary"]
    assert (summary["files"], summary["skipped"], summary["errors"]) == (1, 2, 0)


def test_pointers_of_lfs_are_counted_as_skipped(repository: RepositoryBuilder, scan_json: ScanJson) -> None:
    digest = "ab" * 32
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 12345\n"
    repository.stage({"model.bin": pointer})
    summary = scan_json(repository.folder, "--staged")["summary"]
    assert (summary["files"], summary["skipped"]) == (0, 1)


def test_the_index_that_git_hands_to_a_hook_is_read(
    repository: RepositoryBuilder, run: Run, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"a": "b"})
    other = str(repository.folder / ".git" / "other-index")
    repository.write({".env": credentials.dotenv()})
    repository.git("read-tree", "HEAD", environment={"GIT_INDEX_FILE": other})
    repository.git("add", ".env", environment={"GIT_INDEX_FILE": other})
    monkeypatch.setenv("GIT_INDEX_FILE", other)
    monkeypatch.setenv("GIT_DIR", str(repository.folder / ".git"))
    assert run(repository.folder, "scan", "--staged").code == 1


def test_variables_of_a_hook_do_not_count_for_another_repository(
    repository: RepositoryBuilder, tmp_path: Path, run: Run, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.stage({".env": credentials.dotenv()})
    clean = RepositoryBuilder(tmp_path / "clean")
    clean.commit({"a": "b"})
    monkeypatch.setenv("GIT_DIR", str(clean.folder / ".git"))
    assert run(clean.folder, "scan", "--staged", str(repository.folder)).code == 1


def test_work_trees_and_separate_folders_are_read(
    repository: RepositoryBuilder, tmp_path: Path, run: Run, credentials: Credentials
) -> None:
    repository.commit({"a": "b"})
    repository.git("worktree", "add", "-q", str(tmp_path / "second"))
    second = RepositoryBuilder(tmp_path / "second", initial=False)
    second.stage({".env": credentials.dotenv()})
    assert run(tmp_path / "second", "scan", "--staged").code == 1
    assert run(repository.folder, "scan", "--staged").code == 0


def test_a_bare_repository_without_an_index_has_nothing_staged(tmp_path: Path, run: Run) -> None:
    bare = RepositoryBuilder(tmp_path / "bare.git", bare=True)
    result = run(bare.folder, "scan", "--staged")
    assert result.code == 2
    assert "bare" in result.err


def test_no_repository_is_an_error(tmp_path: Path, run: Run) -> None:
    (tmp_path / "empty").mkdir()
    result = run(tmp_path / "empty", "scan", "--staged")
    assert result.code == 2
    assert "is in no git repository" in result.err


def test_a_missing_object_is_an_error_and_the_rest_is_read(
    repository: RepositoryBuilder, scan_json: ScanJson, credentials: Credentials
) -> None:
    repository.stage({"a.env": credentials.dotenv(), "lost.txt": "some words that are lost\n"})
    name = repository.git("rev-parse", ":lost.txt")
    repository.stored(name).unlink()
    report = scan_json(repository.folder, "--staged")
    assert [error["path"] for error in report["errors"]] == ["lost.txt"]
    assert [finding["path"] for finding in report["findings"]] == ["a.env"]


def test_a_damaged_object_is_an_error_and_the_rest_is_read(
    repository: RepositoryBuilder, scan_json: ScanJson, credentials: Credentials
) -> None:
    repository.stage({"a.txt": "some words that are damaged\n", "b.env": credentials.dotenv()})
    name = repository.git("rev-parse", ":a.txt")
    path = repository.stored(name)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-4] + b"\0\0\0\0")
    report = scan_json(repository.folder, "--staged")
    assert [error["path"] for error in report["errors"]] == ["a.txt"]
    assert [finding["path"] for finding in report["findings"]] == ["b.env"]


@pytest.mark.parametrize("arguments", [("--staged",), ("--staged", "conf/key.env"), (".",)])
def test_parts_of_one_credential_in_several_files_know_each_other(
    arguments: tuple[str, ...], repository: RepositoryBuilder, scan_json: ScanJson, credentials: Credentials
) -> None:
    key, secret, passphrase = credentials.dotenv().splitlines()
    repository.stage({"conf/key.env": key, "conf/secret.env": secret, "conf/passphrase.env": f"\n{passphrase}"})
    repository.stage({"other/a.env": credentials.key_line(), "other/b.env": credentials.key_line()})
    messages = {each["path"]: each["message"] for each in scan_json(repository.folder, *arguments)["findings"]}
    assert messages["conf/key.env"].endswith(
        "; its passphrase is at conf/passphrase.env:2, its secret key is at conf/secret.env:1"
    )
    assert not any("other/" in text for text in messages.values())


def test_a_link_that_holds_more_than_a_path_is_read(
    repository: RepositoryBuilder, run: Run, credentials: Credentials
) -> None:
    blob = repository.blob(credentials.dotenv().encode())
    repository.git("update-index", "--add", "--cacheinfo", f"120000,{blob},link.env")
    result = run(repository.folder, "scan", "--staged", "-v")
    assert result.code == 1
    assert "link.env: skipped (symlink)" in result.err


def test_files_that_could_not_be_compared_are_told(
    repository: RepositoryBuilder, run: Run, credentials: Credentials
) -> None:
    repository.stage({"a.env": credentials.dotenv(), "lost.txt": "some words that are lost\n"})
    name = repository.git("rev-parse", ":lost.txt")
    repository.stored(name).unlink()
    result = run(repository.folder, "scan", "--staged", "a.env")
    assert result.code == 1
    assert "1 of those that are only compared could not be read" in result.err
