"""A repository may be hostile: nothing that it configures is run while its index, commits or history are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.conftest import Credentials, Run
from tests.repositories import Canary, RepositoryBuilder

# Configuration that makes git run a program, for one command or another.
PROGRAMS = (
    "core.fsmonitor", "core.pager", "pager.log", "pager.diff-tree", "pager.cat-file", "core.editor", "core.sshCommand",
    "core.askPass", "core.alternateRefsCommand", "core.gitProxy", "credential.helper", "diff.external",
    "diff.evil.command", "diff.evil.textconv", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process",
    "gpg.program", "gpg.ssh.program", "interactive.diffFilter", "merge.evil.driver", "uploadpack.packObjectsHook",
    "remote.origin.uploadpack", "remote.origin.receivepack", "sequence.editor", "trailer.evil.command",
)  # fmt: skip
SETTINGS = {
    "extensions.partialClone": "origin",
    "remote.origin.promisor": "true",
    "core.repositoryFormatVersion": "1",
    "log.showSignature": "true",
    "diff.evil.cachetextconv": "true",
    "core.untrackedCache": "true",
    "fetch.recurseSubmodules": "true",
    "protocol.allow": "always",
    "protocol.ext.allow": "always",
    "protocol.file.allow": "always",
}
HOOKS = (
    "post-index-change", "reference-transaction", "post-checkout", "fsmonitor-watchman", "pre-auto-gc", "post-rewrite",
    "sendemail-validate", "pre-commit",
)  # fmt: skip
ATTRIBUTES = "* diff=evil filter=evil merge=evil working-tree-encoding=UTF-16\n"


def arm(repo: RepositoryBuilder, canary: Canary) -> None:
    """Set everything that makes git run something."""
    for name in PROGRAMS:
        if name.endswith(("fsmonitor", "Driver")) or not name.startswith("remote."):
            repo.git("config", name, canary.command(name))
    for name in ("cat-file", "diff-tree", "rev-parse", "ls-tree", "log", "config"):
        repo.git("config", f"alias.{name}", f"!{canary.command('alias')}")
    for name, value in SETTINGS.items():
        repo.git("config", name, value)
    repo.git("config", "remote.origin.uploadpack", canary.command("uploadpack"))
    for name in HOOKS:
        Path(canary.command(name)).replace(repo.folder / ".git/hooks" / name)
    (repo.folder / ".git/info/attributes").write_text(ATTRIBUTES, encoding="ascii")
    repo.write({".gitattributes": ATTRIBUTES})


def lose_objects(repo: RepositoryBuilder) -> None:
    """Remove a blob, a tree and a commit, for which a promisor remote would be asked."""
    lost = repo.commit({"lost.txt": "lost\n", "folder/lost.txt": "also lost\n"})
    names = [repo.git("rev-parse", name) for name in ("HEAD:lost.txt", "HEAD:folder")]
    repo.commit({"later.txt": "1\n"})
    for name in (*names, lost):
        repo.stored(name).unlink()


REMOTES: dict[str, Callable[[Path, Canary], str]] = {
    "a folder": lambda folder, _: str(folder),
    "a file address": lambda folder, _: f"file://{folder}",
    "ssh": lambda *_: "ssh://git@localhost/x.git",
    "ext": lambda _, canary: f"ext::{canary.command('ext')}",
    "fd": lambda *_: "fd::0",
    "git": lambda *_: "git://localhost/x.git",
    "http": lambda *_: "http://localhost:1/x.git",
}


MODES = {
    "history": ("--history", "--cache", "../cache"),
    "range": ("--diff", "v0..HEAD"),
    "index": ("--staged",),
    "named in the index": ("--staged", ".env", "later.txt"),
    "folder": (".",),
}


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
@pytest.mark.parametrize("remote", REMOTES.values(), ids=REMOTES.keys())
def test_nothing_of_a_hostile_repository_is_run(
    remote: Callable[[Path, Canary], str],
    mode: Sequence[str],
    repository: RepositoryBuilder,
    tmp_path: Path,
    credentials: Credentials,
    run: Run,
) -> None:
    canary = Canary(tmp_path / "canary")
    other = RepositoryBuilder(tmp_path / "other")
    other.commit({"a.txt": "1\n"})
    repository.commit({"README": "1\n"})
    repository.git("tag", "v0")
    repository.commit({".env": credentials.key_line()})
    repository.git("tag", "-a", "-m", "For OKX", "v1")
    repository.git("notes", "add", "-m", "OKX")
    lose_objects(repository)
    arm(repository, canary)
    repository.git("config", "remote.origin.url", remote(other.folder, canary))
    for name in canary.sang():
        (tmp_path / "canary" / f"sang-{name}").unlink()
    result = run(repository.folder, "scan", *mode, "-v")
    assert canary.sang() == []
    # Objects are lost that a promisor remote would be asked for; what is named is complete without them.
    assert result.code == (1 if ".env" in mode or "." in mode else 2)
    assert "OKX104" in result.out or "objects of the range are missing" in result.err


@pytest.mark.parametrize("setting", ["core.fsmonitor", "remote.origin.uploadpack"])
def test_the_canaries_sing_for_plain_git(setting: str, repository: RepositoryBuilder, tmp_path: Path) -> None:
    canary = Canary(tmp_path / "canary")
    repository.commit({"a.txt": "1\n"})
    repository.git("config", setting, canary.command("it"))
    repository.git("config", "remote.origin.url", str(repository.folder))
    for command in (("status",), ("ls-remote", "origin")):
        repository.attempt(*command)
    assert canary.sang() == ["it"]


def test_included_configuration_is_no_way_in(
    repository: RepositoryBuilder, tmp_path: Path, credentials: Credentials, run: Run
) -> None:
    canary = Canary(tmp_path / "canary")
    repository.commit({".env": credentials.key_line()})
    words = f"[core]\n\tfsmonitor = {canary.command('fsmonitor')}\n\thooksPath = {tmp_path / 'canary'}\n"
    repository.write({"evil.config": words})
    repository.git("config", "include.path", "../evil.config")
    assert run(repository.folder, "scan", "--history").code == 1
    assert canary.sang() == []


def test_repository_with_a_foreign_git_folder_is_read_where_it_points(
    repository: RepositoryBuilder, tmp_path: Path, credentials: Credentials, run: Run
) -> None:
    repository.commit({".env": credentials.key_line()})
    (tmp_path / "link").mkdir()
    (tmp_path / "link/.git").write_text("gitdir: ../repository/.git\n", encoding="ascii")
    assert run(tmp_path / "link", "scan", "--history").code == 1
