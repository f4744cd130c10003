"""The places of a repository where a text may stand, to be scanned with a credential and without."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.archives import zip_of
from tests.repositories import RepositoryBuilder

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


def author(repo: RepositoryBuilder, text: str) -> None:
    repo.git("commit", "-q", "--allow-empty", "-m", "x", environment={"GIT_AUTHOR_NAME": text.split("\n")[0]})


def committer(repo: RepositoryBuilder, text: str) -> None:
    names = {"GIT_COMMITTER_EMAIL": text.split("\n")[0], "GIT_AUTHOR_NAME": "OKX bot", "GIT_COMMITTER_NAME": "OKX"}
    repo.git("commit", "-q", "--allow-empty", "-m", "x", environment=names)


def lost_author(repo: RepositoryBuilder, text: str) -> None:
    author(repo, text)
    repo.git("reset", "-q", "--hard", "HEAD^")


def tagger(repo: RepositoryBuilder, text: str) -> None:
    repo.git("tag", "-a", "v1", "-m", "x", environment={"GIT_COMMITTER_NAME": text.split("\n")[0]})


def merged_tag(repo: RepositoryBuilder, text: str) -> None:
    # Git keeps a tag in the merge only where it is signed.
    tree, head = repo.git("rev-parse", "HEAD^{tree}"), repo.head()
    person = "Ada <ada@example.com> 1700000000 +0000"
    tag = f"mergetag object {head}\n type commit\n tag v1\n tagger {person}\n \n {text.strip()}"
    commit = f"tree {tree}\nparent {head}\nauthor {person}\ncommitter {person}\n{tag}\n\nMerge\n"
    repo.git("reset", "-q", repo.git("hash-object", "-t", "commit", "-w", "--stdin", given=commit.encode()))


def branch_name(repo: RepositoryBuilder, text: str) -> None:
    repo.git("branch", f"fix/{text.split()[0]}")


def tag_name(repo: RepositoryBuilder, text: str) -> None:
    repo.git("tag", f"v1-{text.split()[0]}")


def remote_branch_name(repo: RepositoryBuilder, text: str) -> None:
    repo.git("update-ref", f"refs/remotes/origin/{text.split()[0]}", "HEAD")


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
    repo.commit({"backup.zip": zip_of({"conf/.env": text.encode()})})
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
        author, committer, lost_author, tagger, merged_tag, branch_name, tag_name, remote_branch_name,
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
