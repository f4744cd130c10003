"""The whole history: wherever a secret stands in a repository, it is found, or the scan says that it cannot look."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from okxguard.sources import sifting
from tests.conftest import Credentials, Run, ScanJson
from tests.repositories import AUTHOR, RepositoryBuilder

Plant = Callable[[RepositoryBuilder, str], Path | None]
CLEAN = "greeting=hello\n"


def deleted(repo: RepositoryBuilder, text: str) -> None:
    repo.commit({"conf/.env": text})
    repo.remove("conf/.env")


def changed(repo: RepositoryBuilder, text: str) -> None:
    repo.commit({"conf/.env": text})
    repo.commit({"conf/.env": CLEAN})


def at_head(repo: RepositoryBuilder, text: str) -> None:
    repo.commit({".env": text})


def side_branch(repo: RepositoryBuilder, text: str) -> None:
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({".env": text})
    repo.git("checkout", "-q", "main")


def orphan_branch(repo: RepositoryBuilder, text: str) -> None:
    repo.git("checkout", "-q", "--orphan", "other")
    repo.commit({".env": text})
    repo.git("checkout", "-q", "main")


def merge_resolution(repo: RepositoryBuilder, text: str) -> None:
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"conf.env": "a=1\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"conf.env": "a=2\n"})
    repo.merge("side", {"conf.env": text})
    repo.commit({"conf.env": "a=3\n"})


def evil_merge(repo: RepositoryBuilder, text: str) -> None:
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"side.txt": "1\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"main.txt": "2\n"})
    repo.merge("side", {"new.env": text})
    repo.remove("new.env")


def octopus_merge(repo: RepositoryBuilder, text: str) -> None:
    for name in ("one", "two"):
        repo.git("checkout", "-q", "-b", name, "main")
        repo.commit({f"{name}.env": text if name == "two" else "a=1\n"})
        repo.remove(f"{name}.env")
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-edit", "one", "two")


def stash(repo: RepositoryBuilder, text: str) -> None:
    repo.write({"a.txt": text})
    repo.git("stash", "-q")


def stashed_index(repo: RepositoryBuilder, text: str) -> None:
    repo.stage({"a.txt": text})
    repo.write({"a.txt": "later\n"})
    repo.git("stash", "-q")


def stashed_untracked(repo: RepositoryBuilder, text: str) -> None:
    repo.write({"new.env": text})
    repo.git("stash", "-q", "--include-untracked")


def dropped_stash(repo: RepositoryBuilder, text: str) -> None:
    stash(repo, text)
    repo.git("stash", "drop", "-q")


def reflog_only(repo: RepositoryBuilder, text: str) -> None:
    repo.commit({".env": text})
    repo.git("reset", "-q", "--hard", "HEAD^")


def amended(repo: RepositoryBuilder, text: str) -> None:
    repo.commit({".env": text})
    repo.stage({".env": CLEAN})
    repo.git("commit", "-q", "--amend", "--no-edit")


def dangling_commit(repo: RepositoryBuilder, text: str) -> None:
    reflog_only(repo, text)
    repo.git("reflog", "expire", "--expire=now", "--all")


def dangling_blob(repo: RepositoryBuilder, text: str) -> None:
    repo.blob(text.encode())


def staged(repo: RepositoryBuilder, text: str) -> None:
    repo.stage({"x.env": text})


def unstaged(repo: RepositoryBuilder, text: str) -> None:
    repo.stage({"x.env": text})
    repo.git("rm", "-q", "-f", "x.env")


def commit_message(repo: RepositoryBuilder, text: str) -> None:
    repo.commit({"b.txt": "1\n"}, f"Deploy\n\n{text}")


def lost_message(repo: RepositoryBuilder, text: str) -> None:
    commit_message(repo, text)
    repo.git("reset", "-q", "--hard", "HEAD^")


def tag_annotation(repo: RepositoryBuilder, text: str) -> None:
    repo.git("tag", "-a", "v1", "-m", f"Release\n\n{text}")


def tag_on_tag(repo: RepositoryBuilder, text: str) -> None:
    repo.git("tag", "-a", "v1", "-m", "Release")
    repo.git("tag", "-a", "v1-again", "v1", "-m", f"Release\n\n{text}")


def deleted_tag(repo: RepositoryBuilder, text: str) -> None:
    tag_annotation(repo, text)
    repo.git("tag", "-d", "v1")


def tag_on_blob(repo: RepositoryBuilder, text: str) -> None:
    repo.git("tag", "-a", "data", repo.blob(text.encode()), "-m", "Data")


def note(repo: RepositoryBuilder, text: str) -> None:
    repo.git("notes", "add", "-m", text)


def removed_note(repo: RepositoryBuilder, text: str) -> None:
    note(repo, text)
    repo.git("notes", "remove")


def note_of_another_kind(repo: RepositoryBuilder, text: str) -> None:
    repo.git("notes", "--ref=review", "add", "-m", text)


def renamed(repo: RepositoryBuilder, text: str) -> None:
    repo.commit({"old.env": text})
    repo.git("mv", "old.env", "new.env")
    repo.commit()


def submodule(repo: RepositoryBuilder, text: str) -> None:
    inner = RepositoryBuilder(repo.folder.parent / "inner")
    inner.commit({".env": text})
    inner.remove(".env")
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.folder), "sub")
    repo.commit()


def removed_submodule(repo: RepositoryBuilder, text: str) -> None:
    submodule(repo, text)
    repo.remove("sub")


def embedded_repository(repo: RepositoryBuilder, text: str) -> None:
    inner = RepositoryBuilder(repo.folder / "inside")
    inner.commit({".env": text})
    inner.remove(".env")
    repo.git("add", "inside")
    repo.commit()


def linked_worktree(repo: RepositoryBuilder, text: str) -> Path:
    changed(repo, text)
    folder = repo.folder.parent / "linked"
    repo.git("worktree", "add", "-q", str(folder))
    return folder


def branch_of_worktree(repo: RepositoryBuilder, text: str) -> None:
    folder = repo.folder.parent / "linked"
    repo.git("worktree", "add", "-q", "-b", "linked", str(folder))
    RepositoryBuilder(folder, initial=False).commit({".env": text})


def folder_inside(repo: RepositoryBuilder, text: str) -> Path:
    repo.commit({"some/folder/a.txt": "1\n"})
    deleted(repo, text)
    return repo.folder / "some"


def packed(repo: RepositoryBuilder, text: str) -> None:
    for number in range(5):
        repo.commit({".env": f"{'a=1' * 200}\n{number}\n{text}"})
    repo.commit({".env": CLEAN})
    repo.pack()


def packed_and_loose(repo: RepositoryBuilder, text: str) -> None:
    deleted(repo, text)
    repo.pack()
    repo.commit({"later.txt": "1\n"})


def bare(repo: RepositoryBuilder, text: str) -> Path:
    deleted(repo, text)
    folder = repo.folder.parent / "bare.git"
    repo.git("clone", "-q", "--mirror", str(repo.folder), str(folder))
    return folder


def replaced_commit(repo: RepositoryBuilder, text: str) -> None:
    repo.commit({".env": text})
    named = repo.head()
    tree = repo.git("rev-parse", "HEAD^^{tree}")
    repo.git("replace", named, repo.git("commit-tree", tree, "-m", "Nothing here", "-p", "HEAD^"))


def replaced_blob(repo: RepositoryBuilder, text: str) -> None:
    repo.commit({".env": text})
    repo.git("replace", repo.git("rev-parse", "HEAD:.env"), repo.blob(CLEAN.encode()))


def replacing_blob(repo: RepositoryBuilder, text: str) -> None:
    repo.commit({".env": CLEAN})
    repo.git("replace", repo.git("rev-parse", "HEAD:.env"), repo.blob(text.encode()))


def grafted(repo: RepositoryBuilder, text: str) -> None:
    deleted(repo, text)
    head = repo.commit({"b.txt": "1\n"})
    (repo.folder / ".git/info/grafts").write_text(f"{head}\n", encoding="ascii")
    repo.git("reflog", "expire", "--expire=now", "--all")


def alternates(repo: RepositoryBuilder, text: str) -> Path:
    deleted(repo, text)
    folder = repo.folder.parent / "shared"
    repo.git("clone", "-q", "--shared", str(repo.folder), str(folder))
    return folder


def sparse(repo: RepositoryBuilder, text: str) -> None:
    repo.commit({"kept/a.txt": "1\n", "hidden/.env": text})
    repo.git("sparse-checkout", "set", "--no-cone", "/kept/")


def remote_branch(repo: RepositoryBuilder, text: str) -> Path:
    side_branch(repo, text)
    return repo.clone(repo.folder.parent / "clone").folder


def odd_path(name: bytes) -> Plant:
    def plant(repo: RepositoryBuilder, text: str) -> None:
        # Not every file system takes such a name; a tree of git does.
        listed = b"100644 blob " + repo.blob(text.encode()).encode() + b"\t" + name + b"\0"
        tree = repo.git("mktree", "-z", given=listed)
        repo.git("update-ref", "refs/heads/odd", repo.git("commit-tree", tree, "-m", "Odd"))

    return plant


def archive(repo: RepositoryBuilder, text: str) -> None:
    packed_files = io.BytesIO()
    with zipfile.ZipFile(packed_files, "w") as opened:
        opened.writestr("conf/.env", text)
    repo.commit({"backup.zip": packed_files.getvalue()})
    repo.remove("backup.zip")


def many_places(repo: RepositoryBuilder, text: str) -> None:
    repo.commit({f"{number}/.env": text for number in range(30)})
    repo.git("rm", "-r", "-q", ".")
    repo.commit({"a.txt": "1\n"})


def wide_encoding(repo: RepositoryBuilder, text: str) -> None:
    repo.commit({"conf.txt": text.encode("utf-16")})
    repo.remove("conf.txt")


FOUND = {
    plant.__name__: plant
    for plant in (
        deleted, changed, at_head, side_branch, orphan_branch, merge_resolution, evil_merge, octopus_merge, stash,
        stashed_index, stashed_untracked, dropped_stash, reflog_only, amended, dangling_commit, dangling_blob, staged,
        unstaged, commit_message, lost_message, tag_annotation, tag_on_tag, deleted_tag, tag_on_blob, note,
        removed_note, note_of_another_kind, renamed, submodule, removed_submodule, embedded_repository,
        linked_worktree, branch_of_worktree, folder_inside, packed, packed_and_loose, bare, replaced_commit,
        replaced_blob, replacing_blob, grafted, alternates, sparse, remote_branch, archive, many_places, wide_encoding,
    )
} | {
    "path that is no UTF-8": odd_path(b"caf\xe9.env"),
    "path with a line feed": odd_path(b"a\nb.env"),
    "path with a tab and quotes": odd_path(b'a\t"b".env'),
    "path with an escape code": odd_path(b"\x1b[31ma.env"),
    "path like an option": odd_path(b"--output=x"),
}  # fmt: skip


def build(folder: Path, plant: Plant, text: str, object_format: str = "sha1") -> Path:
    repo = RepositoryBuilder(folder / "repo", object_format=object_format)
    repo.commit({"a.txt": "begin\n"})
    return plant(repo, text) or repo.folder


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


def test_value_in_a_path_is_found_and_not_shown(tmp_path: Path, credentials: Credentials, run: Run) -> None:
    repo = RepositoryBuilder(tmp_path / "repo")
    repo.commit({f"okx_api_key={credentials.key()}.txt": "nothing\n"})
    repo.git("rm", "-q", "-r", ".")
    repo.commit({"a.txt": "1\n"})
    result = run(repo.folder, "scan", "--history", "--format", "json")
    assert [finding["rule"] for finding in json.loads(result.out)["findings"]] == ["OKX104"]
    assert credentials.made[0] not in result.out + result.err


@pytest.mark.parametrize("plant", [deleted, packed, tag_annotation, note, stash])
def test_sha_256_repository_is_read(plant: Plant, tmp_path: Path, credentials: Credentials, run: Run) -> None:
    for text, code in ((credentials.key_line(), 1), (CLEAN, 0)):
        assert run(build(tmp_path / str(code), plant, text, "sha256"), "scan", "--history").code == code


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
    path = folder / ".git/objects" / name[:2] / name[2:]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:10])
    return "git fsck"


def missing_blob(repo: RepositoryBuilder, folder: Path) -> str:
    clone = repo.clone(folder)
    clone.commit({"lost.txt": "lost\n"})
    name = clone.git("rev-parse", "HEAD:lost.txt")
    (folder / ".git/objects" / name[:2] / name[2:]).unlink()
    return "not in this clone"


def missing_commit(repo: RepositoryBuilder, folder: Path) -> str:
    clone = repo.clone(folder)
    lost = clone.commit({"b.txt": "1\n"})
    clone.commit({"b.txt": "2\n"})
    (folder / ".git/objects" / lost[:2] / lost[2:]).unlink()
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


def test_history_of_a_finding(tmp_path: Path, credentials: Credentials, scan_json: ScanJson) -> None:
    repo = RepositoryBuilder(tmp_path / "repo")
    line = credentials.key_line()
    repo.commit({"a.txt": "1\n"})
    first = repo.commit({"gone.env": line, "here.env": line})
    last = repo.commit({"gone.env": f"# changed\n{line}"})
    repo.remove("gone.env")
    head = repo.commit({"b.txt": "1\n"})
    gone, here = scan_json(repo.folder, "--history")["findings"]
    author = f"{AUTHOR} <ada@example.com>"
    assert (gone["path"], gone["commit"], gone["line"]) == ("gone.env", first, 1)
    assert gone["history"] | {"object": ""} == {
        "object": "", "author": author, "date": "2023-11-16T22:13:20Z", "last": last, "at_head": False, "versions": 2,
    }  # fmt: skip
    assert (here["path"], here["commit"], here["history"]["at_head"]) == ("here.env", first, True)
    assert (here["history"]["last"], here["history"]["versions"]) == (head, 1)


def test_last_commit_is_the_tip_that_holds_it(tmp_path: Path, credentials: Credentials, scan_json: ScanJson) -> None:
    repo = RepositoryBuilder(tmp_path / "repo")
    repo.commit({"a.txt": "1\n"})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({".env": credentials.key_line()})
    tip = repo.commit({"b.txt": "1\n"})
    repo.git("checkout", "-q", "main")
    (finding,) = scan_json(repo.folder, "--history")["findings"]
    assert (finding["history"]["last"], finding["history"]["at_head"]) == (tip, False)


def test_one_finding_for_all_versions(tmp_path: Path, credentials: Credentials, scan_json: ScanJson) -> None:
    repo = RepositoryBuilder(tmp_path / "repo")
    text = credentials.dotenv()
    for number in range(6):
        repo.commit({"conf/.env": f"NUMBER={number}\n{text}"})
    (finding,) = scan_json(repo.folder, "--history")["findings"]
    assert finding["history"]["versions"] == 6


@pytest.mark.parametrize("name", ["OKX_PASSPHRASE", "OKX_FUND_PASSWORD"])
def test_other_passphrase_is_another_finding(
    name: str, tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    repo = RepositoryBuilder(tmp_path / "repo")
    values = [credentials.passphrase(), credentials.passphrase()]
    commits = [repo.commit({".env": f"# {index}\n{name}={values[index % 2]}\n"}) for index in range(4)]
    findings = scan_json(repo.folder, "--history")["findings"]
    assert {finding["commit"] for finding in findings} == set(commits[:2])
    assert [finding["history"]["versions"] for finding in findings] == [2, 2]


def test_author_cannot_drive_a_terminal_or_show_a_value(tmp_path: Path, credentials: Credentials, run: Run) -> None:
    repo = RepositoryBuilder(tmp_path / "repo")
    repo.stage({".env": credentials.key_line()})
    author = {"GIT_AUTHOR_NAME": f"\x1b[31mEve {credentials.made[0]}\u202e", "GIT_AUTHOR_EMAIL": "e@example.com"}
    repo.git("commit", "-q", "-m", "Add", environment=author)
    for form in ("text", "json"):
        result = run(repo.folder, "scan", "--history", "--format", form)
        assert "Eve [redacted]" in result.out
        assert "\x1b" not in result.out
        assert "\u202e" not in result.out
        assert credentials.made[0] not in result.out


def test_message_in_two_commits_is_one_finding(tmp_path: Path, credentials: Credentials, scan_json: ScanJson) -> None:
    repo = RepositoryBuilder(tmp_path / "repo")
    first = repo.commit({"a.txt": "1\n"}, message := f"Use\n\n{credentials.key_line()}")
    repo.commit({"a.txt": "2\n"}, message)
    (finding,) = scan_json(repo.folder, "--history")["findings"]
    assert (finding["path"], finding["commit"]) == ("(commit message)", first)


def test_lfs_pointers_and_pictures_are_counted(tmp_path: Path, scan_json: ScanJson) -> None:
    repo = RepositoryBuilder(tmp_path / "repo")
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"
    repo.commit({"model.bin": pointer, "a.png": b"\x89PNG\r\n\x1a\n\0\0", "b.txt": "1\n"}, "Add")
    summary = scan_json(repo.folder, "--history")["summary"]
    assert (summary["files"], summary["skipped"], summary["commits"]) == (1, 2, 1)


def test_excluded_paths_are_skipped(tmp_path: Path, credentials: Credentials, scan_json: ScanJson) -> None:
    repo = RepositoryBuilder(tmp_path / "repo")
    repo.commit({"tests/.env": credentials.key_line(), "okxguard.toml": 'exclude = ["tests/"]\n'})
    report = scan_json(repo.folder, "--history")
    assert (report["findings"], report["summary"]["skipped"]) == ([], 1)


def test_code_rules_run_where_they_are_selected(tmp_path: Path, run: Run) -> None:
    repo = RepositoryBuilder(tmp_path / "repo")
    repo.commit({"bot.py": 'import os\nsecret = os.environ["OKX_SECRET_KEY"]\nprint(secret)\n'})
    repo.remove("bot.py")
    assert run(repo.folder, "scan", "--history").code == 0
    assert "OKX301" in run(repo.folder, "scan", "--history", "--select", "OKX3").out


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


def test_empty_repository_says_so(tmp_path: Path, run: Run) -> None:
    repo = RepositoryBuilder(tmp_path / "repo")
    result = run(repo.folder, "scan", "--history")
    assert result.code == 0
    assert "holds no commit" in result.err


def test_two_runs_print_the_same(tmp_path: Path, credentials: Credentials, run: Run) -> None:
    repo = RepositoryBuilder(tmp_path / "repo")
    for plant in (deleted, merge_resolution, stash, tag_annotation, note, renamed, submodule):
        plant(repo, credentials.dotenv())
    runs = [run(repo.folder, "scan", "--history", "--format", form) for form in ("json", "json", "text", "text")]
    assert runs[0] == runs[1]
    assert runs[2] == runs[3]
    repo.pack()
    assert run(repo.folder, "scan", "--history", "--format", "text").out == runs[2].out


@pytest.mark.parametrize("chunk", [7, 2048])
def test_several_processes_say_the_same(
    chunk: int, tmp_path: Path, credentials: Credentials, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sifting, "_MANY", 10)
    monkeypatch.setattr(sifting, "_CHUNK", chunk)
    repo = RepositoryBuilder(tmp_path / "repo")
    files = {f"okx/{number}.md": f"OKX is exchange number {number}\n" for number in range(250)}
    files |= {f"okx/{number}.env": credentials.dotenv() for number in range(0, 250, 50)}
    contents: dict[str, str | bytes] = {"okx/broken.py": "okx = (\n", **files}
    repo.commit(contents, f"Talk of\n\n{credentials.key_line()}")
    alone, together, remembering, remembered = (
        run(repo.folder, "scan", "--history", "--format", "json", *options)
        for options in (
            ("--jobs", "1"),
            ("--jobs", "3"),
            ("--jobs", "3", "--cache", "../cache"),
            ("--jobs", "1", "--cache", "../cache"),
        )
    )
    assert len(json.loads(alone.out)["findings"]) == 6
    assert alone == together == remembering == remembered


@pytest.mark.parametrize("field", ["parent abc", "parent zz" + "0" * 38, "committer a <a@b> " + "9" * 5000 + " +0000"])
def test_odd_commits_do_not_end_the_scan(field: str, tmp_path: Path, credentials: Credentials, run: Run) -> None:
    repo = RepositoryBuilder(tmp_path / "repo")
    repo.commit({".env": credentials.dotenv()})
    tree = repo.git("rev-parse", "HEAD^{tree}")
    text = f"tree {tree}\n{field}\nauthor a <a@b> 1 +0000\n\nodd\n".encode()
    repo.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", given=text)
    result = run(repo.folder, "scan", "--history")
    assert "OKX101" in result.out
    assert "bug in okxguard" not in result.err


def test_an_author_named_as_a_found_value_is_not_shown(tmp_path: Path, credentials: Credentials, run: Run) -> None:
    repo = RepositoryBuilder(tmp_path / "repo")
    repo.stage({".env": credentials.dotenv()})
    repo.git("commit", "-q", "-m", "add", environment={"GIT_AUTHOR_NAME": credentials.made[2]})
    for form in ("text", "json", "sarif"):
        result = run(repo.folder, "scan", "--history", "--format", form)
        assert result.code == 1
        assert credentials.made[2] not in result.out + result.err
