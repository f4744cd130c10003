"""Build git repositories for tests with the real git, far from the settings of this machine."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import write_files

AUTHOR, EMAIL = "Ada Author", "ada@example.com"
_FIRST_DATE = 1_700_000_000
_DAY = 86_400


class RepositoryBuilder:
    """One repository; every commit is a day younger than the one before, so that ids are always the same."""

    def __init__(self, folder: Path, *, initial: bool = True, bare: bool = False, object_format: str = "sha1") -> None:
        self.folder = folder
        self._days = 0
        if initial:
            folder.mkdir(parents=True, exist_ok=True)
            options = ["--bare"] if bare else []
            self.git("init", "--quiet", "--initial-branch=main", f"--object-format={object_format}", *options)

    def git(self, *arguments: str, given: bytes | None = None, environment: Mapping[str, str] | None = None) -> str:
        """Run git here and return what it prints, without the line end."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=self._environment() | dict(environment or {}),
            input=given if given is not None else b"",
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")

    def attempt(self, *arguments: str) -> bool:
        """Run git here and return whether it succeeded, as for a merge with conflicts."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env=self._environment(), capture_output=True, check=False
        )
        return done.returncode == 0

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Write files of the work tree."""
        write_files(self.folder, files)

    def stage(self, files: Mapping[str, str | bytes]) -> None:
        """Write files and add them to the index."""
        self.write(files)
        if files:
            self.git("add", "--force", "--", *files)

    def commit(self, files: Mapping[str, str | bytes] | None = None, message: str = "Change") -> str:
        """Write files, if any, commit them and what is staged, and return the id of the commit."""
        self.stage(files or {})
        self._days += 1
        self.git("commit", "--quiet", "--allow-empty", "--no-verify", "-m", message)
        return self.head()

    def remove(self, *names: str, message: str = "Remove") -> str:
        """Delete files, commit that, and return the id of the commit."""
        self.git("rm", "--quiet", "--force", "--", *names)
        return self.commit(message=message)

    def merge(self, branch: str, resolution: Mapping[str, str | bytes] | None = None) -> str:
        """Merge a branch; a resolution replaces files of the merge, with or without a conflict."""
        self._days += 1
        self.attempt("merge", "--quiet", "--no-ff", "--no-commit", branch)
        self.stage(resolution or {})
        self.git("commit", "--quiet", "--no-verify", "--no-edit")
        return self.head()

    def head(self) -> str:
        """Return the id of the commit that is checked out."""
        return self.git("rev-parse", "HEAD")

    def blob(self, data: bytes) -> str:
        """Store a blob that nothing refers to and return its id."""
        return self.git("hash-object", "-w", "--stdin", given=data)

    def stored(self, name: str) -> Path:
        """Return the file that holds a loose object."""
        return self.folder / ".git" / "objects" / name[:2] / name[2:]

    def pack(self) -> None:
        """Put every object into one pack."""
        self.git("repack", "-a", "-d", "-q", "-k")

    def clone(self, folder: Path, *options: str) -> RepositoryBuilder:
        """Clone this repository the way a remote one is cloned, so that --depth and --filter count."""
        self.git("config", "uploadpack.allowFilter", "true")
        self.git("config", "uploadpack.allowAnySHA1InWant", "true")
        self.git("clone", "--quiet", "--no-local", *options, f"file://{self.folder}", str(folder))
        return RepositoryBuilder(folder, initial=False)

    def _environment(self) -> dict[str, str]:
        date = f"{_FIRST_DATE + self._days * _DAY} +0000"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        return kept | {
            "HOME": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_AUTHOR_NAME": AUTHOR,
            "GIT_AUTHOR_EMAIL": EMAIL,
            "GIT_AUTHOR_DATE": date,
            "GIT_COMMITTER_NAME": AUTHOR,
            "GIT_COMMITTER_EMAIL": EMAIL,
            "GIT_COMMITTER_DATE": date,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ALLOW_PROTOCOL": "file",
        }


class Canary:
    """A command for the configuration of a hostile repository; `sang` tells whether somebody ran it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def command(self, name: str) -> str:
        """Return the path of a program that leaves a mark of that name and fails to be of any use."""
        program = self._folder / f"run-{name}"
        mark = shlex.quote(str(self._folder / f"sang-{name}"))
        program.write_text(f"#!/bin/sh\ntouch {mark}\nexit 1\n", encoding="utf-8")
        program.chmod(0o755)
        return str(program)

    def sang(self) -> list[str]:
        """Return the names of the programs that were run."""
        return sorted(path.name.removeprefix("sang-") for path in self._folder.glob("sang-*"))
