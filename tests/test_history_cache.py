"""The cache of `--history`: the next run reads new objects only, and says the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from okxguard import histories
from okxguard.sources import history, sifting
from okxguard.sources.idset import IdSet
from tests.archives import zip_of
from tests.conftest import Credentials, Result, Run
from tests.repositories import RepositoryBuilder


@pytest.fixture
def mixed(repository: RepositoryBuilder, credentials: Credentials) -> RepositoryBuilder:
    """A repository with something of every kind."""
    repository.commit(
        {"a.txt": "1\n", "okx.md": "OKX is an exchange\n", "b.png": b"\x89PNG\r\n\x1a\n\0\0"}, "Talk of OKX"
    )
    repository.commit({"gone.env": credentials.dotenv(), "broken.json": '{"okx": '})
    repository.remove("gone.env")
    repository.git("tag", "-a", "v1", "-m", "For OKX")
    return repository


def scan(run: Run, repository: RepositoryBuilder, *arguments: str) -> Result:
    return run(repository.folder, "scan", "--history", "--format", "json", "--cache", "../cache", *arguments)


def test_every_run_says_the_same(mixed: RepositoryBuilder, run: Run) -> None:
    without = run(mixed.folder, "scan", "--history", "--format", "json")
    assert [scan(run, mixed) for _ in range(3)] == [without] * 3


def test_members_that_are_skipped_are_counted_every_time(
    repository: RepositoryBuilder, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "_MANY", 1)
    repository.commit({"a.zip": zip_of({"a.png": b"\x89PNG\r\n\x1a\n\0\0", "b.txt": b"hello\n"})})
    alone, *others = [
        run(repository.folder, "scan", "--history", "--format", "json", *options)
        for options in (("--jobs", "1"), ("--jobs", "2"), ("--cache", "../cache"), ("--cache", "../cache"))
    ]
    assert json.loads(alone.out)["summary"]["skipped"] == 1
    assert others == [alone] * 3


def test_members_that_were_excluded_are_read_once_they_are_not(
    repository: RepositoryBuilder, tmp_path: Path, run: Run, credentials: Credentials
) -> None:
    repository.commit({"a.zip": zip_of({"conf/.env": credentials.dotenv().encode(), "b.txt": b"hello\n"})})
    (tmp_path / "strict.toml").write_text('exclude = ["**/*.env"]\n', encoding="utf-8")
    assert scan(run, repository, "--config", "../strict.toml").code == 0
    assert scan(run, repository).code == 1


def test_next_run_reads_new_objects_only(
    mixed: RepositoryBuilder, run: Run, monkeypatch: pytest.MonkeyPatch, credentials: Credentials
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
    scan(run, mixed)
    before = len(read)
    read.clear()
    scan(run, mixed)
    # What gave a finding is read again, under its path.
    assert (before, len(read)) == (12, 1)
    read.clear()
    mixed.commit({"new.env": credentials.key_line()})
    assert len(json.loads(scan(run, mixed).out)["findings"]) == 2
    assert len(read) == 4


def test_cache_holds_no_value_and_no_path(
    mixed: RepositoryBuilder, run: Run, credentials: Credentials, tmp_path: Path
) -> None:
    scan(run, mixed)
    data = (tmp_path / "cache").read_bytes()
    for word in (*credentials.made, "gone.env", "okx.md", "a.txt"):
        assert word.encode() not in data


def test_object_under_a_new_path_is_scanned_again(
    repository: RepositoryBuilder, run: Run, credentials: Credentials
) -> None:
    text = f"passphrase = {credentials.passphrase()}\n"
    repository.commit({"notes.env": text})
    assert scan(run, repository).code == 0
    repository.commit({"okx/live.env": text})
    assert scan(run, repository).code == 1


DAMAGES = {
    "cut off": lambda data: data[:-5],
    "a changed byte": lambda data: data[:-50] + bytes([data[-50] ^ 1]) + data[-49:],
    "another version": lambda data: data.replace(data[25:57], b"x" * 32),
    "only its beginning": lambda data: data[:25],
    "empty": lambda _: b"",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_damaged_cache_is_told_and_rebuilt(damage, mixed, run: Run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    first, path = scan(run, mixed), tmp_path / "cache"
    good = path.read_bytes()
    path.write_bytes(damage(good))
    second = scan(run, mixed)
    assert "it is not used, and written anew" in second.err
    assert json.loads(second.out)["findings"] == json.loads(first.out)["findings"]
    assert path.read_bytes() == good
    assert scan(run, mixed) == first


def test_code_rules_have_a_cache_of_their_own(mixed: RepositoryBuilder, run: Run) -> None:
    scan(run, mixed)
    assert "another version, rule book or selection" in scan(run, mixed, "--select", "OKX1,OKX3").err


def test_file_of_something_else_is_left_alone(mixed: RepositoryBuilder, run: Run, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("precious\n", encoding="utf-8")
    assert scan(run, mixed).code == 2
    assert (tmp_path / "cache").read_text(encoding="utf-8") == "precious\n"


@pytest.mark.parametrize("exists", [True, False])
def test_symlink_is_not_followed(exists: bool, mixed: RepositoryBuilder, run: Run, tmp_path: Path) -> None:
    if exists:
        (tmp_path / "target").write_bytes(b"")
    (tmp_path / "cache").symlink_to("target")
    result = scan(run, mixed)
    assert (result.code, "is a symlink" in result.err) == (1, True)
    assert (tmp_path / "cache").is_symlink()
    assert (tmp_path / "target").exists() is exists


def test_folder_that_is_not_there_is_told(mixed: RepositoryBuilder, run: Run) -> None:
    result = run(mixed.folder, "scan", "--history", "--cache", "../missing/cache")
    assert (result.code, "cannot be written" in result.err) == (1, True)


def test_cache_that_comes_with_the_repository_is_not_used(mixed: RepositoryBuilder, run: Run, tmp_path: Path) -> None:
    scan(run, mixed)
    mixed.commit({"cache": (tmp_path / "cache").read_bytes()})
    result = run(mixed.folder, "scan", "--history", "--cache", "cache")
    assert (result.code, "is part of the repository" in result.err) == (1, True)


def test_no_other_file_is_left(mixed: RepositoryBuilder, run: Run, tmp_path: Path) -> None:
    scan(run, mixed)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "repository"]


def test_set_of_ids_holds_what_it_was_given() -> None:
    ids = [bytes([first, 0, second]) for first in range(3) for second in range(9)]
    known = IdSet(3, ids + ids)
    assert (len(known), list(known)) == (27, sorted(ids))
    assert all(each in known for each in ids)
    # The same bytes across the border of two ids are no id.
    assert b"\xaa\xaa\xaa\x01" not in IdSet(4, [b"\xaa\xaa\xaa\xaa", b"\xaa\xaa\x01\x02"])
