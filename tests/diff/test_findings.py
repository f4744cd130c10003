"""`scan --diff`: every commit of a range is read against its parents, and only what is new is reported."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests import plants
from tests.archives import zip_of
from tests.conftest import Credentials, Run, ScanJson
from tests.diff.conftest import OLD
from tests.repositories import RepositoryBuilder

Change = Callable[[RepositoryBuilder, str], object]


def _side(repository: RepositoryBuilder, secret: str) -> None:
    repository.git("checkout", "-q", "-b", "side")
    repository.commit({".env": secret})
    repository.remove(".env")
    repository.git("checkout", "-q", "main")
    repository.commit({"b": "c"})
    repository.merge("side")


def _on_a_commit(plant: plants.Plant) -> Change:
    def change(repository: RepositoryBuilder, secret: str) -> None:
        repository.commit()
        plant(repository, secret)

    return change


def _nested_tag(repository: RepositoryBuilder, secret: str) -> None:
    repository.commit({"a": "1"})
    repository.git("tag", "-a", "inner", "-m", secret)
    repository.git("tag", "-a", "outer", "-m", "outer", "inner")
    repository.git("tag", "-d", "inner")


def _type_change(repository: RepositoryBuilder, secret: str) -> None:
    os.symlink("start.env", repository.folder / "link.env")
    repository.git("add", "link.env")
    repository.commit()
    (repository.folder / "link.env").unlink()
    repository.commit({"link.env": secret})


def _notebook(secret: str) -> str:
    lines = [f'os.environ["{name}"] = "{value}"\n' for name, _, value in (x.partition("=") for x in secret.split())]
    cells: list[Any] = [{"cell_type": "code", "metadata": {}, "source": lines, "outputs": [], "execution_count": None}]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


FIRES: dict[str, Change] = {
    "added": lambda repository, secret: repository.commit({".env": secret}),
    "added and removed": plants.deleted,
    "added to a file": lambda repository, secret: repository.commit({"start.env": OLD + secret}),
    "on a merged branch": _side,
    "only in a merge": plants.evil_merge,
    "in the resolution of a conflict": plants.merge_resolution,
    "in a commit message": lambda repository, secret: repository.commit({"a": "1"}, message=f"Add\n\n{secret}"),
    "in the name of an author": plants.author,
    "in the name of a tagger": _on_a_commit(plants.tagger),
    "in a merged tag": plants.merged_tag,
    "in the name of a branch": _on_a_commit(plants.branch_name),
    "in the name of a tag": _on_a_commit(plants.tag_name),
    "in an empty commit": lambda repository, secret: repository.commit(message=f"Empty\n\n{secret}"),
    "in the text of a tag": lambda repository, secret: (
        repository.commit({"a": "1"}),
        repository.git("tag", "-a", "v1", "-m", secret),
    ),
    "in the text of a tag on a tag": _nested_tag,
    "in a note": _on_a_commit(plants.note),
    "in the name of a file": lambda repository, secret: (
        repository.commit({secret.split("\n")[1] + ".txt": "x"}),
        repository.remove(secret.split("\n")[1] + ".txt"),
    ),
    "in an archive": lambda repository, secret: repository.commit({"a.zip": zip_of({"x/.env": secret.encode()})}),
    "in a member that is added": lambda repository, secret: (
        repository.commit({"a.zip": zip_of({"readme": b"x"})}),
        repository.commit({"a.zip": zip_of({"readme": b"x", ".env": secret.encode()})}),
    ),
    "in a notebook": lambda repository, secret: repository.commit({"a.ipynb": _notebook(secret)}),
    "in UTF-16": lambda repository, secret: repository.commit({"a.env": secret.encode("utf-16")}),
    "in a path with a line break": lambda repository, secret: repository.commit({"a\nb/.env": secret}),
    "where a link was": _type_change,
    "restored": lambda repository, secret: (
        repository.commit({".env": secret}),
        repository.remove(".env"),
        repository.commit({".env": secret}),
    ),
}


@pytest.mark.parametrize("change", FIRES.values(), ids=FIRES)
def test_what_a_range_brings_is_found_once(
    change: Change, repository: RepositoryBuilder, run: Run, credentials: Credentials
) -> None:
    base = repository.head()
    change(repository, credentials.dotenv())
    result = run(repository.folder, "scan", "--format", "json", "--diff", f"{base}..HEAD")
    findings = json.loads(result.out)["findings"]
    assert result.code == 1, result.err
    assert len(findings) == 1
    assert repository.git("cat-file", "-t", findings[0]["commit"]) == "commit"
    assert not [value for value in credentials.made if value in result.out + result.err]


@pytest.mark.parametrize("change", FIRES.values(), ids=FIRES)
def test_what_was_there_before_the_range_is_left_alone(
    change: Change, repository: RepositoryBuilder, scan_json: ScanJson, credentials: Credentials
) -> None:
    change(repository, credentials.dotenv())
    base = repository.head()
    repository.commit({"later.txt": "some words\n"})
    assert scan_json(repository.folder, "--diff", base)["findings"] == []


OLDER: dict[str, Callable[[str], Mapping[str, str | bytes]]] = {
    "another line is added": lambda secret: {"old.env": secret + "MORE=1\n"},
    "a line is put in front": lambda secret: {"old.env": "FIRST=1\n" + secret},
    "line ends change": lambda secret: {"old.env": secret.replace("\n", "\r\n")},
    "the encoding changes": lambda secret: {"old.env": secret.encode("utf-16")},
    "another member is added": lambda secret: {"old.zip": zip_of({".env": secret.encode(), "more": b"1"})},
}


@pytest.mark.parametrize("change", OLDER.values(), ids=OLDER)
def test_a_file_with_an_old_finding_may_change_elsewhere(
    change: Callable[[str], Mapping[str, str | bytes]],
    repository: RepositoryBuilder,
    scan_json: ScanJson,
    credentials: Credentials,
) -> None:
    secret = credentials.dotenv()
    base = repository.commit({"old.env": secret, "old.zip": zip_of({".env": secret.encode()})})
    repository.commit(change(secret))
    report = scan_json(repository.folder, "--diff", base)
    assert (report["findings"], report["summary"]["older"]) == ([], 1)


def test_a_renamed_file_brings_nothing_new(
    repository: RepositoryBuilder, scan_json: ScanJson, credentials: Credentials
) -> None:
    lines = "".join(f"SETTING_{number}={number}\n" for number in range(30))
    base = repository.commit({"old.env": lines + credentials.dotenv()})
    repository.git("mv", "old.env", "new.env")
    repository.commit({"new.env": (repository.folder / "new.env").read_text() + "MORE=1\n"})
    assert scan_json(repository.folder, "--diff", base)["findings"] == []


def test_a_copied_file_is_a_new_place(
    repository: RepositoryBuilder, scan_json: ScanJson, credentials: Credentials
) -> None:
    secret = credentials.dotenv()
    base = repository.commit({"old.env": secret})
    repository.commit({"copy.env": secret})
    assert [finding["path"] for finding in scan_json(repository.folder, "--diff", base)["findings"]] == ["copy.env"]


def test_a_changed_value_is_new(repository: RepositoryBuilder, scan_json: ScanJson, credentials: Credentials) -> None:
    line = f"OKX_PASSPHRASE={credentials.passphrase()}\n"
    base = repository.commit({"old.env": line})
    repository.commit({"old.env": f"OKX_PASSPHRASE={credentials.passphrase()}\n"})
    repository.commit({"old.env": f"OKX_PASSPHRASE={credentials.passphrase()}\n"})
    assert len(scan_json(repository.folder, "--diff", base)["findings"]) == 2


def test_taking_the_addresses_away_is_new(repository: RepositoryBuilder, scan_json: ScanJson) -> None:
    bound = "okx:\n  keys:\n    - label: bot\n      perm: read_only,trade,withdraw\n      ip: 203.0.113.7\n"
    base = repository.commit({"okx.yml": bound})
    repository.commit({"okx.yml": bound.replace("      ip: 203.0.113.7\n", '      ip: ""\n')})
    rules = [finding["rule"] for finding in scan_json(repository.folder, "--diff", base)["findings"]]
    assert "OKX201" in rules


def test_code_that_is_added_is_followed_into_other_files(repository: RepositoryBuilder, scan_json: ScanJson) -> None:
    base = repository.commit({"settings.py": 'import os\nSECRET = os.environ["OKX_SECRET_KEY"]\nDEBUG = True\n'})
    repository.commit({"main.py": "import settings\n\nprint(settings.SECRET)\n"})
    findings = scan_json(repository.folder, "--diff", base)["findings"]
    assert [(finding["rule"], finding["path"]) for finding in findings] == [("OKX301", "main.py")]


def test_commits_of_the_base_are_not_read(
    repository: RepositoryBuilder, scan_json: ScanJson, credentials: Credentials
) -> None:
    repository.git("checkout", "-q", "-b", "feature")
    repository.commit({"feature.env": credentials.dotenv()})
    repository.git("checkout", "-q", "main")
    repository.commit({"main.env": credentials.dotenv()})
    report = scan_json(repository.folder, "--diff", "main..feature")
    assert [finding["path"] for finding in report["findings"]] == ["feature.env"]
    assert report["summary"]["commits"] == 1
    assert len(scan_json(repository.folder, "--diff", "main...feature")["findings"]) == 1


def test_missing_objects_are_errors(
    repository: RepositoryBuilder, tmp_path: Path, run: Run, credentials: Credentials
) -> None:
    base = repository.head()
    repository.commit({"a.env": credentials.dotenv()})
    repository.remove("a.env")
    clone = repository.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    result = run(clone.folder, "scan", "--diff", base)
    assert result.code == 2
    assert "a.env: is not in this clone" in result.err


def test_repositories_with_sha256_are_read(tmp_path: Path, scan_json: ScanJson, credentials: Credentials) -> None:
    repository = RepositoryBuilder(tmp_path / "sha256", object_format="sha256")
    base = repository.commit({"a": "b"})
    repository.commit({".env": credentials.dotenv()})
    assert len(scan_json(repository.folder, "--diff", base)["findings"]) == 1


def test_a_root_commit_of_another_history_is_read(
    repository: RepositoryBuilder, scan_json: ScanJson, credentials: Credentials
) -> None:
    base = repository.head()
    repository.git("checkout", "-q", "--orphan", "other")
    repository.commit({".env": credentials.dotenv()})
    assert len(scan_json(repository.folder, "--diff", base)["findings"]) == 1


def test_a_renamed_file_of_the_base_brings_nothing_over_several_commits(
    repository: RepositoryBuilder, scan_json: ScanJson, credentials: Credentials
) -> None:
    lines = "".join(f"SETTING_{number}={number}\n" for number in range(30))
    base = repository.commit({"a.env": lines + credentials.dotenv()})
    for old, new in (("a.env", "b.env"), ("b.env", "c.env"), ("c.env", "okx/d.env")):
        (repository.folder / new).parent.mkdir(exist_ok=True)
        repository.git("mv", old, new)
        repository.commit({new: f"NAME={new}\n" + (repository.folder / new).read_text()})
    assert scan_json(repository.folder, "--diff", base)["findings"] == []


def test_missing_trees_lose_no_finding(repository: RepositoryBuilder, run: Run, credentials: Credentials) -> None:
    base = repository.head()
    repository.commit({"a/b.txt": "1\n"}, message=f"Add\n\n{credentials.dotenv()}")
    name = repository.git("rev-parse", "HEAD:a")
    repository.stored(name).unlink()
    result = run(repository.folder, "scan", "--diff", base)
    assert result.code == 2
    assert "(commit message)" in result.out
    assert "(range): objects of the range are missing" in result.err
