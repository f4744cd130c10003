"""What is told of a finding in the history: one for all versions, who brought it, and always the same."""

from __future__ import annotations

import json

import pytest

from okxguard.sources import sifting
from tests.conftest import Credentials, Run, ScanJson
from tests.plants import deleted, merge_resolution, note, renamed, stash, submodule, tag_annotation
from tests.repositories import AUTHOR, RepositoryBuilder


def test_history_of_a_finding(repository: RepositoryBuilder, credentials: Credentials, scan_json: ScanJson) -> None:
    line = credentials.key_line()
    repository.commit({"a.txt": "1\n"})
    first = repository.commit({"gone.env": line, "here.env": line})
    last = repository.commit({"gone.env": f"# changed\n{line}"})
    repository.remove("gone.env")
    head = repository.commit({"b.txt": "1\n"})
    gone, here = scan_json(repository.folder, "--history")["findings"]
    author = f"{AUTHOR} <ada@example.com>"
    assert (gone["path"], gone["commit"], gone["line"]) == ("gone.env", first, 1)
    assert gone["history"] | {"object": ""} == {
        "object": "", "author": author, "date": "2023-11-16T22:13:20Z", "last": last, "at_head": False, "versions": 2,
    }  # fmt: skip
    assert (here["path"], here["commit"], here["history"]["at_head"]) == ("here.env", first, True)
    assert (here["history"]["last"], here["history"]["versions"]) == (head, 1)


def test_last_commit_is_the_tip_that_holds_it(
    repository: RepositoryBuilder, credentials: Credentials, scan_json: ScanJson
) -> None:
    repository.commit({"a.txt": "1\n"})
    repository.git("checkout", "-q", "-b", "side")
    repository.commit({".env": credentials.key_line()})
    tip = repository.commit({"b.txt": "1\n"})
    repository.git("checkout", "-q", "main")
    (finding,) = scan_json(repository.folder, "--history")["findings"]
    assert (finding["history"]["last"], finding["history"]["at_head"]) == (tip, False)


def test_one_finding_for_all_versions(
    repository: RepositoryBuilder, credentials: Credentials, scan_json: ScanJson
) -> None:
    text = credentials.dotenv()
    for number in range(6):
        repository.commit({"conf/.env": f"NUMBER={number}\n{text}"})
    (finding,) = scan_json(repository.folder, "--history")["findings"]
    assert finding["history"]["versions"] == 6


@pytest.mark.parametrize("name", ["OKX_PASSPHRASE", "OKX_FUND_PASSWORD"])
def test_other_passphrase_is_another_finding(
    name: str, repository: RepositoryBuilder, credentials: Credentials, scan_json: ScanJson
) -> None:
    values = [credentials.passphrase(), credentials.passphrase()]
    commits = [repository.commit({".env": f"# {index}\n{name}={values[index % 2]}\n"}) for index in range(4)]
    findings = scan_json(repository.folder, "--history")["findings"]
    assert {finding["commit"] for finding in findings} == set(commits[:2])
    assert [finding["history"]["versions"] for finding in findings] == [2, 2]


def test_author_cannot_drive_a_terminal_or_show_a_value(
    repository: RepositoryBuilder, credentials: Credentials, run: Run
) -> None:
    repository.stage({".env": credentials.key_line()})
    author = {"GIT_AUTHOR_NAME": f"\x1b[31mEve {credentials.made[0]}\u202e", "GIT_AUTHOR_EMAIL": "e@example.com"}
    repository.git("commit", "-q", "-m", "Add", environment=author)
    for form in ("text", "json"):
        result = run(repository.folder, "scan", "--history", "--format", form)
        assert "Eve [redacted]" in result.out
        assert "\x1b" not in result.out
        assert "\u202e" not in result.out
        assert credentials.made[0] not in result.out


def test_message_in_two_commits_is_one_finding(
    repository: RepositoryBuilder, credentials: Credentials, scan_json: ScanJson
) -> None:
    first = repository.commit({"a.txt": "1\n"}, message := f"Use\n\n{credentials.key_line()}")
    repository.commit({"a.txt": "2\n"}, message)
    (finding,) = scan_json(repository.folder, "--history")["findings"]
    assert (finding["path"], finding["commit"]) == ("(commit message)", first)


def test_an_author_of_many_commits_is_one_finding(
    repository: RepositoryBuilder, credentials: Credentials, scan_json: ScanJson
) -> None:
    repository.commit({"a.txt": "1\n"})
    people = {"GIT_AUTHOR_NAME": f"okx_api_key={credentials.key()}"}
    for number in range(3):
        repository.commit({"a.txt": f"{number}\n"})
        repository.git("commit", "-q", "--allow-empty", "-m", f"{number}", environment=people)
        repository.git("commit", "-q", "--allow-empty", "-m", f"{number}", environment={"GIT_AUTHOR_NAME": "OKX bot"})
    (finding,) = scan_json(repository.folder, "--history")["findings"]
    assert (finding["path"], finding["commit"]) == ("(commit header)", repository.git("rev-parse", "HEAD~7"))
    assert (finding["history"]["versions"], finding["history"]["at_head"]) == (3, True)
    assert credentials.made[0] not in finding["history"]["author"]


def test_two_runs_print_the_same(repository: RepositoryBuilder, credentials: Credentials, run: Run) -> None:
    for plant in (deleted, merge_resolution, stash, tag_annotation, note, renamed, submodule):
        plant(repository, credentials.dotenv())
    runs = [run(repository.folder, "scan", "--history", "--format", form) for form in ("json", "json", "text", "text")]
    assert runs[0] == runs[1]
    assert runs[2] == runs[3]
    repository.pack()
    assert run(repository.folder, "scan", "--history", "--format", "text").out == runs[2].out


def test_order_of_the_objects_changes_nothing(
    repository: RepositoryBuilder, credentials: Credentials, run: Run
) -> None:
    passphrase = credentials.passphrase()

    def reusing() -> str:
        return f"OKX_API_KEY={credentials.key()}\nOKX_SECRET_KEY={credentials.secret()}\nOKX_PASSPHRASE={passphrase}\n"

    for number in range(6):
        repository.commit({f"{number}.env": reusing()}, f"Use\n\n{reusing()}")
    options = ("scan", "--history", "--format", "json", "--select", "OKX206")
    loose, cached = run(repository.folder, *options), run(repository.folder, *options, "--cache", "../cache")
    repository.pack()
    assert [run(repository.folder, *options), cached] == [loose, loose]
    assert len(json.loads(loose.out)["findings"]) > 5


@pytest.mark.parametrize("chunk", [7, 2048])
def test_several_processes_say_the_same(
    chunk: int, repository: RepositoryBuilder, credentials: Credentials, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sifting, "_MANY", 10)
    monkeypatch.setattr(sifting, "_CHUNK", chunk)
    files = {f"okx/{number}.md": f"OKX is exchange number {number}\n" for number in range(250)}
    files |= {f"okx/{number}.env": credentials.dotenv() for number in range(0, 250, 50)}
    contents: dict[str, str | bytes] = {"okx/broken.py": "okx = (\n", **files}
    repository.commit(contents, f"Talk of\n\n{credentials.key_line()}")
    alone, together, remembering, remembered = (
        run(repository.folder, "scan", "--history", "--format", "json", *options)
        for options in (
            ("--jobs", "1"),
            ("--jobs", "3"),
            ("--jobs", "3", "--cache", "../cache"),
            ("--jobs", "1", "--cache", "../cache"),
        )
    )
    assert len(json.loads(alone.out)["findings"]) == 6
    assert alone == together == remembering == remembered


def test_an_author_named_as_a_found_value_is_not_shown(
    repository: RepositoryBuilder, credentials: Credentials, run: Run
) -> None:
    repository.stage({".env": credentials.dotenv()})
    repository.git("commit", "-q", "-m", "add", environment={"GIT_AUTHOR_NAME": credentials.made[2]})
    for form in ("text", "json", "sarif"):
        result = run(repository.folder, "scan", "--history", "--format", form)
        assert result.code == 1
        assert credentials.made[2] not in result.out + result.err


def test_an_author_named_as_two_found_values_shows_no_rest_of_the_longer(
    repository: RepositoryBuilder, credentials: Credentials, run: Run
) -> None:
    longest = credentials.passphrase() + credentials.passphrase()
    values = [longest[:length] for length in range(10, len(longest) + 1)]
    repository.stage({f"{number}.env": f"OKX_PASSPHRASE={value}\n" for number, value in enumerate(values)})
    repository.git("commit", "-q", "-m", "add", environment={"GIT_AUTHOR_NAME": f"Eve {longest}"})
    assert "Eve [redacted] <" in run(repository.folder, "scan", "--history").out
