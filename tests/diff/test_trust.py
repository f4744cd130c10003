"""`scan --diff`: a range cannot switch off its own check, and no detour leads past it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Credentials, Run, ScanJson
from tests.repositories import RepositoryBuilder

Change = Callable[[RepositoryBuilder, str], object]


def test_a_suppression_of_the_range_does_not_count(
    repository: RepositoryBuilder, run: Run, credentials: Credentials
) -> None:
    base = repository.head()
    repository.commit({"a.env": f'# okxguard: ignore[OKX104] reason="x"\n{credentials.key_line()}'})
    result = run(repository.folder, "scan", "--diff", base)
    assert result.code == 1
    assert "a.env: has suppressions that the base of the range does not have" in result.err
    assert "OKX901" not in result.out


def test_a_suppression_of_the_base_counts(
    repository: RepositoryBuilder, scan_json: ScanJson, credentials: Credentials
) -> None:
    text = f'# okxguard: ignore[OKX104] reason="x"\n{credentials.key_line()}'
    base = repository.commit({"a.env": text})
    repository.git("mv", "a.env", "b.env")
    repository.commit({"b.env": "# more\n" + text})
    report = scan_json(repository.folder, "--diff", base)
    assert (report["findings"], report["summary"]["suppressed"]) == ([], 1)


NOTED = '# okxguard: ignore[OKX101,OKX102,OKX103,OKX104] reason="x"\n'
PRINTS = "import os\nsecret = os.environ['OKX_SECRET_KEY']\n{}  # okxguard: ignore[OKX301]\n"
# What stands under an unchanged suppression before the range and after it.
HELD: dict[str, tuple[Callable[[Credentials], str], Callable[[str], str]]] = {
    "another line": (lambda made: NOTED + made.key_line(), lambda text: text + "MORE=1\n"),
    "a line in front": (lambda made: NOTED + made.dotenv(), lambda text: "FIRST=1\n" + text),
    "quotes": (lambda made: NOTED + made.key_line(), lambda text: text.replace("KEY=", "KEY='").rstrip() + "'\n"),
    "line ends": (
        lambda made: NOTED + f"OKX_PASSPHRASE={made.passphrase()}\n",
        lambda text: text.replace("\n", "\r\n"),
    ),
    "code beside": (lambda _: PRINTS.format("print(secret)"), lambda text: text + "done = True\n"),
}
BROUGHT: dict[str, tuple[Callable[[Credentials], str], Callable[[Credentials], str]]] = {
    "another key": (lambda made: NOTED + made.key_line(), lambda made: NOTED + made.key_line()),
    "another credential": (lambda made: NOTED + made.dotenv(), lambda made: NOTED + made.dotenv()),
    "another passphrase": (
        lambda made: NOTED + f"OKX_PASSPHRASE={made.passphrase()}\n",
        lambda made: NOTED + f"OKX_PASSPHRASE={made.passphrase()}\n",
    ),
    "a secret beside the key": (lambda _: NOTED + "\n", lambda made: NOTED + f"OKX_SECRET_KEY={made.secret()}\n"),
    "other code": (lambda _: PRINTS.format("print(1)"), lambda _: PRINTS.format("print(secret)")),
}


@pytest.mark.parametrize(("before", "change"), HELD.values(), ids=HELD)
def test_a_suppression_covers_what_the_base_held(
    before: Callable[[Credentials], str],
    change: Callable[[str], str],
    repository: RepositoryBuilder,
    scan_json: ScanJson,
    credentials: Credentials,
) -> None:
    text = before(credentials)
    name = "a.py" if "import" in text else "a.env"
    base = repository.commit({name: text})
    repository.commit({name: change(text)})
    report = scan_json(repository.folder, "--diff", base)
    assert (report["findings"], report["notes"], report["summary"]["suppressed"]) == ([], [], 1)


@pytest.mark.parametrize(("before", "after"), BROUGHT.values(), ids=BROUGHT)
def test_a_suppression_covers_nothing_that_the_range_brings(
    before: Callable[[Credentials], str],
    after: Callable[[Credentials], str],
    repository: RepositoryBuilder,
    scan_json: ScanJson,
    credentials: Credentials,
) -> None:
    text = before(credentials)
    name = "a.py" if "import" in text else "a.env"
    base = repository.commit({name: text})
    brought = repository.commit({name: after(credentials)})
    repository.commit({name: (repository.folder / name).read_text() + "more = 1\n"})
    report = scan_json(repository.folder, "--diff", base)
    assert [finding["commit"] for finding in report["findings"]] == [brought]
    assert [note["reason"] for note in report["notes"]] == [
        "has something new under a suppression, which covers only what the base of the range held"
    ]


WEAKER = {
    'ignore = ["OKX1"]\n': "more rules are ignored",
    'select = ["OKX9"]\n': "fewer rules are selected",
    'exclude = ["*.env"]\n': "more files are excluded",
    'min-severity = "critical"\nmin-confidence = "high"\n': "min-severity is raised, min-confidence is raised",
    "nonsense = 1\n": "cannot be read at the end of the range",
}


@pytest.mark.parametrize("config", WEAKER)
def test_a_configuration_of_the_range_does_not_count(
    config: str, repository: RepositoryBuilder, run: Run, credentials: Credentials
) -> None:
    base = repository.commit({"okxguard.toml": 'exclude = ["vendor/"]\n'})
    repository.commit({"okxguard.toml": config, "a.env": credentials.key_line(), "vendor/b.env": credentials.dotenv()})
    result = run(repository.folder, "scan", "--diff", base)
    assert result.code == 1
    assert "a.env" in result.out
    assert "vendor" not in result.out
    assert WEAKER[config] in result.err


def test_a_configuration_that_is_named_is_that_of_the_base(
    repository: RepositoryBuilder, run: Run, credentials: Credentials
) -> None:
    base = repository.commit({"ci/guard.toml": ""})
    repository.commit({"ci/guard.toml": 'ignore = ["OKX1"]\n', "a.env": credentials.key_line()})
    assert run(repository.folder, "scan", "--config", "ci/guard.toml", "--diff", base).code == 1
    repository.commit({"ci/new.toml": 'ignore = ["OKX1"]\n'})
    assert run(repository.folder, "scan", "--config", "ci/new.toml", "--diff", base).code == 2
    (repository.folder / "local.toml").write_text('ignore = ["OKX1"]\n')
    assert run(repository.folder, "scan", "--config", "local.toml", "--diff", base).code == 0


def test_a_configuration_named_through_a_link_is_that_of_the_base(
    repository: RepositoryBuilder, tmp_path: Path, run: Run, credentials: Credentials
) -> None:
    base = repository.commit({"ci/guard.toml": ""})
    repository.commit({"ci/guard.toml": 'ignore = ["OKX1"]\n', "a.env": credentials.key_line()})
    os.symlink(repository.folder, tmp_path / "link")
    path = str(tmp_path / "link" / "ci" / "guard.toml")
    assert run(repository.folder, "scan", "--config", path, "--diff", base).code == 1


def test_a_new_branch_without_a_base_trusts_no_configuration(
    repository: RepositoryBuilder, run: Run, credentials: Credentials
) -> None:
    repository.git("checkout", "-q", "--orphan", "evil")
    repository.commit({"okxguard.toml": 'exclude = ["*"]\n', ".env": credentials.dotenv()})
    assert run(repository.folder, "scan", "--diff", "0" * 40 + "..HEAD").code == 1


def test_a_configuration_that_git_does_not_know_does_not_count(
    repository: RepositoryBuilder, run: Run, credentials: Credentials
) -> None:
    base = repository.head()
    repository.commit({".env": credentials.dotenv()})
    (repository.folder / "okxguard.toml").write_text('exclude = ["*"]\n')
    assert run(repository.folder, "scan", "--diff", base).code == 1


def test_replaced_commits_and_grafts_hide_nothing(
    repository: RepositoryBuilder, scan_json: ScanJson, credentials: Credentials
) -> None:
    base = repository.head()
    bad = repository.commit({".env": credentials.dotenv()})
    repository.remove(".env")
    harmless = repository.git("commit-tree", f"{base}^{{tree}}", "-p", base, "-m", "harmless")
    repository.git("replace", bad, harmless)
    assert len(scan_json(repository.folder, "--diff", base)["findings"]) == 1
    (repository.folder / ".git" / "info" / "grafts").write_text(f"{repository.head()} {base}\n")
    assert len(scan_json(repository.folder, "--diff", base)["findings"]) == 1


def _moved_out(repository: RepositoryBuilder, secret: str) -> None:
    repository.commit({"vendor/.env": secret})
    repository.git("mv", "vendor/.env", "found.env")
    repository.commit()


def _renamed(repository: RepositoryBuilder, secret: str) -> None:
    key, secret_key, _ = (line.partition("=")[2] for line in secret.splitlines())
    repository.commit({"config.ini": f"api = {key}\nsecret = {secret_key}\n"})
    repository.git("mv", "config.ini", "okx.ini")
    repository.commit()


def _link_first(repository: RepositoryBuilder, secret: str) -> None:
    blob = repository.blob(secret.encode())
    repository.git("update-index", "--add", "--cacheinfo", f"120000,{blob},.env")
    repository.git("commit", "-q", "-m", "link")
    repository.git("update-index", "--cacheinfo", f"100644,{blob},.env")
    repository.git("commit", "-q", "-m", "file")


def _pointer(repository: RepositoryBuilder, secret: str) -> None:
    repository.commit({".env": f"version https://git-lfs.github.com/spec/v1\n{secret}"})
    repository.commit({".env": secret})


def _same_look(repository: RepositoryBuilder, secret: str) -> None:
    blob = repository.blob(secret.encode())
    clean = repository.blob(b"A=1\n")
    index = f"100644 {blob}\t\\xff.env\0100644 {clean}\t".encode() + b"\xff.env\0"
    repository.git("update-index", "-z", "--index-info", given=index)
    repository.git("commit", "-q", "-m", "two")


def _outer_tag(repository: RepositoryBuilder, secret: str) -> None:
    repository.commit({"a": "1"})
    repository.git("tag", "-a", "inner", "-m", "inner")
    repository.git("tag", "-a", "outer", "-m", secret, "inner")


def _other_directive(repository: RepositoryBuilder, secret: str) -> None:
    ignored = "# okxguard: ignore[OKX101,OKX102,OKX103,OKX104]\n"
    repository.commit({"noted.env": f"# okxguard: ignore[OKX209]\nX=1\n{ignored}{secret}"})


EVADING: dict[str, Change] = {
    "moved out of an excluded folder": _moved_out,
    "renamed so that it says whose it is": _renamed,
    "a link that becomes a file": _link_first,
    "a pointer that becomes a file": _pointer,
    "two paths that look the same": _same_look,
    "the text of a tag on a tag": _outer_tag,
    "a suppression of another rule in the base": _other_directive,
}


@pytest.mark.parametrize("change", EVADING.values(), ids=EVADING)
def test_no_detour_leads_past_the_check(
    change: Change, repository: RepositoryBuilder, run: Run, credentials: Credentials
) -> None:
    base = repository.commit(
        {"okxguard.toml": 'exclude = ["vendor/"]\n', "noted.env": "# okxguard: ignore[OKX209]\nX=1\n"}
    )
    change(repository, credentials.dotenv())
    assert run(repository.folder, "scan", "--diff", base).code == 1


def test_a_loop_of_tags_ends(repository: RepositoryBuilder, run: Run) -> None:
    base = repository.head()
    repository.commit({"a": "1"})
    text = b"object refs/tags/loop\ntype tag\ntag loop\ntagger a <a@b> 1 +0000\n\nx\n"
    name = repository.git("hash-object", "-t", "tag", "-w", "--literally", "--stdin", given=text)
    (repository.folder / ".git/refs/tags/loop").write_text(name + "\n")
    assert run(repository.folder, "scan", "--diff", base).code == 0


def test_a_tag_does_not_stand_in_for_the_branch_of_its_name(
    repository: RepositoryBuilder, tmp_path: Path, run: Run, credentials: Credentials
) -> None:
    clone = repository.clone(tmp_path / "clone")
    clone.git("checkout", "-q", "-b", "feature")
    clone.commit({".env": credentials.dotenv()})
    clone.git("tag", "origin/main")
    assert run(clone.folder, "scan", "--diff", "origin/main..HEAD").code == 1


def test_a_branch_does_not_stand_in_for_the_commit_of_its_name(
    repository: RepositoryBuilder, run: Run, credentials: Credentials
) -> None:
    base = repository.head()
    repository.commit({".env": credentials.dotenv()})
    repository.git("update-ref", f"refs/heads/{base}", "HEAD")
    assert run(repository.folder, "scan", "--diff", f"{base}..HEAD").code == 1
