"""The cache of `--history`: the next run reads new objects only, and says the same."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from okxguard import histories
from okxguard.sources import history, sifting
from okxguard.sources.idset import IdSet
from tests.conftest import Credentials, Result, Run
from tests.repositories import RepositoryBuilder


@pytest.fixture
def repo(tmp_path: Path, credentials: Credentials) -> RepositoryBuilder:
    """A repository with something of every kind."""
    repo = RepositoryBuilder(tmp_path / "repo")
    repo.commit({"a.txt": "1\n", "okx.md": "OKX is an exchange\n", "b.png": b"\x89PNG\r\n\x1a\n\0\0"}, "Talk of OKX")
    repo.commit({"gone.env": credentials.dotenv(), "broken.json": '{"okx": '})
    repo.remove("gone.env")
    repo.git("tag", "-a", "v1", "-m", "For OKX")
    return repo


def scan(run: Run, repo: RepositoryBuilder, *arguments: str) -> Result:
    return run(repo.folder, "scan", "--history", "--format", "json", "--cache", "../cache", *arguments)


def test_every_run_says_the_same(repo: RepositoryBuilder, run: Run) -> None:
    without = run(repo.folder, "scan", "--history", "--format", "json")
    assert [scan(run, repo) for _ in range(3)] == [without] * 3


def archived(files: dict[str, bytes | str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return packed.getvalue()


def test_members_that_are_skipped_are_counted_every_time(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "_MANY", 1)
    repo = RepositoryBuilder(tmp_path / "repo")
    repo.commit({"a.zip": archived({"a.png": b"\x89PNG\r\n\x1a\n\0\0", "b.txt": "hello\n"})})
    alone, *others = [
        run(repo.folder, "scan", "--history", "--format", "json", *options)
        for options in (("--jobs", "1"), ("--jobs", "2"), ("--cache", "../cache"), ("--cache", "../cache"))
    ]
    assert json.loads(alone.out)["summary"]["skipped"] == 1
    assert others == [alone] * 3


def test_members_that_were_excluded_are_read_once_they_are_not(
    tmp_path: Path, run: Run, credentials: Credentials
) -> None:
    repo = RepositoryBuilder(tmp_path / "repo")
    repo.commit({"a.zip": archived({"conf/.env": credentials.dotenv(), "b.txt": "hello\n"})})
    (tmp_path / "strict.toml").write_text('exclude = ["**/*.env"]\n', encoding="utf-8")
    assert scan(run, repo, "--config", "../strict.toml").code == 0
    assert scan(run, repo).code == 1


def test_next_run_reads_new_objects_only(
    repo: RepositoryBuilder, run: Run, monkeypatch: pytest.MonkeyPatch, credentials: Credentials
) -> None:
    read: list[str] = []
    names = ("read_listed", "read_objects")

    def spy(reading: object) -> object:
        def reader(*arguments: object) -> object:
            for found in reading(*arguments):  # type: ignore[operator]
                read.append(found.id)
                yield found

        return reader

    for module, name in zip((sifting, history), names, strict=True):
        monkeypatch.setattr(module, name, spy(getattr(module, name)))
    scan(run, repo)
    before = len(read)
    read.clear()
    scan(run, repo)
    # What gave a finding is read again, under its path.
    assert (before, len(read)) == (12, 1)
    read.clear()
    repo.commit({"new.env": credentials.key_line()})
    assert len(json.loads(scan(run, repo).out)["findings"]) == 2
    assert len(read) == 4


def test_cache_holds_no_value_and_no_path(
    repo: RepositoryBuilder, run: Run, credentials: Credentials, tmp_path: Path
) -> None:
    scan(run, repo)
    data = (tmp_path / "cache").read_bytes()
    for word in (*credentials.made, "gone.env", "okx.md", "a.txt"):
        assert word.encode() not in data


def test_object_under_a_new_path_is_scanned_again(tmp_path: Path, run: Run, credentials: Credentials) -> None:
    repo = RepositoryBuilder(tmp_path / "repo")
    text = f"passphrase = {credentials.passphrase()}\n"
    repo.commit({"notes.env": text})
    assert scan(run, repo).code == 0
    repo.commit({"okx/live.env": text})
    assert scan(run, repo).code == 1


DAMAGES = {
    "cut off": lambda data: data[:-5],
    "a changed byte": lambda data: data[:-50] + bytes([data[-50] ^ 1]) + data[-49:],
    "another version": lambda data: data.replace(data[25:57], b"x" * 32),
    "only its beginning": lambda data: data[:25],
    "empty": lambda _: b"",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_damaged_cache_is_told_and_rebuilt(damage, repo, run: Run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    first, path = scan(run, repo), tmp_path / "cache"
    good = path.read_bytes()
    path.write_bytes(damage(good))
    second = scan(run, repo)
    assert "it is not used, and written anew" in second.err
    assert json.loads(second.out)["findings"] == json.loads(first.out)["findings"]
    assert path.read_bytes() == good
    assert scan(run, repo) == first


def test_code_rules_have_a_cache_of_their_own(repo: RepositoryBuilder, run: Run) -> None:
    scan(run, repo)
    assert "another version, rule book or selection" in scan(run, repo, "--select", "OKX1,OKX3").err


def test_file_of_something_else_is_left_alone(repo: RepositoryBuilder, run: Run, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("precious\n", encoding="utf-8")
    assert scan(run, repo).code == 2
    assert (tmp_path / "cache").read_text(encoding="utf-8") == "precious\n"


@pytest.mark.parametrize("exists", [True, False])
def test_symlink_is_not_followed(exists: bool, repo: RepositoryBuilder, run: Run, tmp_path: Path) -> None:
    if exists:
        (tmp_path / "target").write_bytes(b"")
    (tmp_path / "cache").symlink_to("target")
    result = scan(run, repo)
    assert (result.code, "is a symlink" in result.err) == (1, True)
    assert (tmp_path / "cache").is_symlink()
    assert (tmp_path / "target").exists() is exists


def test_folder_that_is_not_there_is_told(repo: RepositoryBuilder, run: Run) -> None:
    result = run(repo.folder, "scan", "--history", "--cache", "../missing/cache")
    assert (result.code, "cannot be written" in result.err) == (1, True)


def test_cache_that_comes_with_the_repository_is_not_used(repo: RepositoryBuilder, run: Run, tmp_path: Path) -> None:
    scan(run, repo)
    repo.commit({"cache": (tmp_path / "cache").read_bytes()})
    result = run(repo.folder, "scan", "--history", "--cache", "cache")
    assert (result.code, "is part of the repository" in result.err) == (1, True)


def test_no_other_file_is_left(repo: RepositoryBuilder, run: Run, tmp_path: Path) -> None:
    scan(run, repo)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "repo"]


def test_set_of_ids_holds_what_it_was_given() -> None:
    ids = [bytes([first, 0, second]) for first in range(3) for second in range(9)]
    known = IdSet(3, ids + ids)
    assert (len(known), list(known)) == (27, sorted(ids))
    assert all(each in known for each in ids)
    # The same bytes across the border of two ids are no id.
    assert b"\xaa\xaa\xaa\x01" not in IdSet(4, [b"\xaa\xaa\xaa\xaa", b"\xaa\xaa\x01\x02"])
