"""`scan --diff`: every commit of a range is read against its parents, and only what is new is reported."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Credentials, Run, ScanJson
from tests.repositories import RepositoryBuilder

Change = Callable[[RepositoryBuilder, str], object]
OLD = "# settings\nDEBUG=1\n"


def _removed_again(repository: RepositoryBuilder, secret: str) -> None:
    repository.commit({".env": secret})
    repository.remove(".env")


def _side(repository: RepositoryBuilder, secret: str) -> None:
    repository.git("checkout", "-q", "-b", "side")
    repository.commit({".env": secret})
    repository.remove(".env")
    repository.git("checkout", "-q", "main")
    repository.commit({"b": "c"})
    repository.merge("side")


def _evil_merge(repository: RepositoryBuilder, secret: str) -> None:
    repository.git("checkout", "-q", "-b", "side")
    repository.commit({"a": "1"})
    repository.git("checkout", "-q", "main")
    repository.commit({"b": "2"})
    repository.merge("side", {".env": secret})


def _resolution(repository: RepositoryBuilder, secret: str) -> None:
    repository.git("checkout", "-q", "-b", "side")
    repository.commit({"conf.env": OLD + "A=1\n"})
    repository.git("checkout", "-q", "main")
    repository.commit({"conf.env": OLD + "A=2\n"})
    repository.merge("side", {"conf.env": OLD + secret})
    repository.commit({"conf.env": OLD})


def _note(repository: RepositoryBuilder, secret: str) -> None:
    repository.commit({"a": "1"})
    repository.git("notes", "add", "-m", secret)


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


FIRES: dict[str, Change] = {
    "added": lambda repository, secret: repository.commit({".env": secret}),
    "added and removed": _removed_again,
    "added to a file": lambda repository, secret: repository.commit({"start.env": OLD + secret}),
    "on a merged branch": _side,
    "only in a merge": _evil_merge,
    "in the resolution of a conflict": _resolution,
    "in a commit message": lambda repository, secret: repository.commit({"a": "1"}, message=f"Add\n\n{secret}"),
    "in the name of an author": lambda repository, secret: repository.git(
        "commit", "-q", "--allow-empty", "-m", "x", environment={"GIT_AUTHOR_NAME": secret.split("\n")[1]}
    ),
    "in an empty commit": lambda repository, secret: repository.commit(message=f"Empty\n\n{secret}"),
    "in the text of a tag": lambda repository, secret: (
        repository.commit({"a": "1"}),
        repository.git("tag", "-a", "v1", "-m", secret),
    ),
    "in the text of a tag on a tag": _nested_tag,
    "in a note": _note,
    "in the name of a file": lambda repository, secret: (
        repository.commit({secret.split("\n")[1] + ".txt": "x"}),
        repository.remove(secret.split("\n")[1] + ".txt"),
    ),
    "in an archive": lambda repository, secret: repository.commit({"a.zip": _zipped({"x/.env": secret})}),
    "in a member that is added": lambda repository, secret: (
        repository.commit({"a.zip": _zipped({"readme": "x"})}),
        repository.commit({"a.zip": _zipped({"readme": "x", ".env": secret})}),
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


def _zipped(files: Mapping[str, str]) -> bytes:
    import io
    import zipfile

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return stream.getvalue()


def _notebook(secret: str) -> str:
    lines = [f'os.environ["{name}"] = "{value}"\n' for name, _, value in (x.partition("=") for x in secret.split())]
    cells: list[Any] = [{"cell_type": "code", "metadata": {}, "source": lines, "outputs": [], "execution_count": None}]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def repository(tmp_path: Path) -> RepositoryBuilder:
    builder = RepositoryBuilder(tmp_path / "repository")
    builder.commit({"start.env": OLD, "README.md": "hello\n"})
    return builder


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
    "another member is added": lambda secret: {"old.zip": _zipped({".env": secret, "more": "1"})},
}


@pytest.mark.parametrize("change", OLDER.values(), ids=OLDER)
def test_a_file_with_an_old_finding_may_change_elsewhere(
    change: Callable[[str], Mapping[str, str | bytes]],
    repository: RepositoryBuilder,
    scan_json: ScanJson,
    credentials: Credentials,
) -> None:
    secret = credentials.dotenv()
    base = repository.commit({"old.env": secret, "old.zip": _zipped({".env": secret})})
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


def test_an_empty_range_is_said(repository: RepositoryBuilder, run: Run) -> None:
    result = run(repository.folder, "scan", "--diff", "HEAD..HEAD")
    assert result.code == 0
    assert "holds no commit; nothing was scanned" in result.err


REFUSED = {
    "nothing": "'nothing' is no commit of this clone",
    "HEAD..nothing": "'nothing' is no commit of this clone",
    "..HEAD": "give BASE..HEAD",
    "HEAD..HEAD..HEAD": "give BASE..HEAD",
    "--all": "is no commit of this clone",
    "auto": "no CI system that is known",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_range_is_refused(
    text: str, repository: RepositoryBuilder, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(os.environ):
        if name.startswith(("CI", "GITHUB_", "PRE_COMMIT", "BITBUCKET", "TRAVIS", "DRONE", "SYSTEM_", "BUILDKITE")):
            monkeypatch.delenv(name)
    result = run(repository.folder, "scan", f"--diff={text}")
    assert result.code == 2
    assert REFUSED[text] in result.err


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


def test_a_root_commit_of_another_history_is_read(
    repository: RepositoryBuilder, scan_json: ScanJson, credentials: Credentials
) -> None:
    base = repository.head()
    repository.git("checkout", "-q", "--orphan", "other")
    repository.commit({".env": credentials.dotenv()})
    assert len(scan_json(repository.folder, "--diff", base)["findings"]) == 1


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
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    repository.commit({"older.env": credentials.dotenv()})
    clone = repository.clone(tmp_path / "clone")
    clone.git("checkout", "-q", "-b", "feature")
    base = clone.head()
    head = clone.commit({"newer.env": credentials.dotenv()})
    for name in list(os.environ):
        if name.startswith(("CI", "GITHUB_", "PRE_COMMIT", "BITBUCKET", "TRAVIS", "DRONE", "SYSTEM_", "BUILDKITE")):
            monkeypatch.delenv(name)
    for name, value in variables(base, head, tmp_path).items():
        monkeypatch.setenv(name, value)
    report = scan_json(clone.folder, "--diff", "auto")
    assert [finding["path"] for finding in report["findings"]] == ["newer.env"]
    assert report["summary"]["commits"] == 1


def test_a_new_branch_without_new_commits_brings_nothing(
    repository: RepositoryBuilder, tmp_path: Path, scan_json: ScanJson, credentials: Credentials, monkeypatch: Any
) -> None:
    repository.commit({"older.env": credentials.dotenv()})
    clone = repository.clone(tmp_path / "clone")
    clone.git("checkout", "-q", "-b", "feature")
    monkeypatch.setenv("PRE_COMMIT_REMOTE_NAME", "origin")
    monkeypatch.setenv("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/feature")
    assert scan_json(clone.folder, "--diff", "auto")["summary"]["commits"] == 0


def test_a_configuration_named_through_a_link_is_that_of_the_base(
    repository: RepositoryBuilder, tmp_path: Path, run: Run, credentials: Credentials
) -> None:
    base = repository.commit({"ci/guard.toml": ""})
    repository.commit({"ci/guard.toml": 'ignore = ["OKX1"]\n', "a.env": credentials.key_line()})
    os.symlink(repository.folder, tmp_path / "link")
    path = str(tmp_path / "link" / "ci" / "guard.toml")
    assert run(repository.folder, "scan", "--config", path, "--diff", base).code == 1


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


def test_a_new_branch_without_a_base_trusts_no_configuration(
    repository: RepositoryBuilder, run: Run, credentials: Credentials
) -> None:
    repository.git("checkout", "-q", "--orphan", "evil")
    repository.commit({"okxguard.toml": 'exclude = ["*"]\n', ".env": credentials.dotenv()})
    assert run(repository.folder, "scan", "--diff", "0" * 40 + "..HEAD").code == 1


def test_a_tag_does_not_stand_in_for_the_branch_of_its_name(
    repository: RepositoryBuilder, tmp_path: Path, run: Run, credentials: Credentials
) -> None:
    clone = repository.clone(tmp_path / "clone")
    clone.git("checkout", "-q", "-b", "feature")
    clone.commit({".env": credentials.dotenv()})
    clone.git("tag", "origin/main")
    assert run(clone.folder, "scan", "--diff", "origin/main..HEAD").code == 1


def test_a_named_path_with_a_range_is_refused(repository: RepositoryBuilder, run: Run) -> None:
    result = run(repository.folder, "scan", "--diff", "HEAD", "README.md")
    assert result.code == 2
    assert "--diff reads whole commits" in result.err


def test_errors_show_no_value(repository: RepositoryBuilder, run: Run, credentials: Credentials) -> None:
    result = run(repository.folder, "scan", "--diff", f"nope-{credentials.secret()}..HEAD")
    assert result.code == 2
    assert credentials.made[0] not in result.err


def test_a_branch_does_not_stand_in_for_the_commit_of_its_name(
    repository: RepositoryBuilder, run: Run, credentials: Credentials
) -> None:
    base = repository.head()
    repository.commit({".env": credentials.dotenv()})
    repository.git("update-ref", f"refs/heads/{base}", "HEAD")
    assert run(repository.folder, "scan", "--diff", f"{base}..HEAD").code == 1


def test_missing_trees_lose_no_finding(repository: RepositoryBuilder, run: Run, credentials: Credentials) -> None:
    base = repository.head()
    repository.commit({"a/b.txt": "1\n"}, message=f"Add\n\n{credentials.dotenv()}")
    name = repository.git("rev-parse", "HEAD:a")
    (repository.folder / ".git" / "objects" / name[:2] / name[2:]).unlink()
    result = run(repository.folder, "scan", "--diff", base)
    assert result.code == 2
    assert "(commit message)" in result.out
    assert "(range): objects of the range are missing" in result.err


def test_a_configuration_that_git_does_not_know_does_not_count(
    repository: RepositoryBuilder, run: Run, credentials: Credentials
) -> None:
    base = repository.head()
    repository.commit({".env": credentials.dotenv()})
    (repository.folder / "okxguard.toml").write_text('exclude = ["*"]\n')
    assert run(repository.folder, "scan", "--diff", base).code == 1
