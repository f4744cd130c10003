"""One git repository, asked through the git program with everything switched off that it could start by itself.

What git can be told to run by the configuration and the attributes of a repository, and what is done about it:
file system monitors, hooks, external diffs, text conversion, filters, signature programs, pagers, credential helpers
and replaced objects are switched off, and no transport is allowed, so that missing objects are never fetched.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple

from okxguard.errors import OkxguardError
from okxguard.sources.git import HARDENED, environment

# What git sets for the hooks that it starts; kept where the user asks about the current repository.
_OF_HOOKS = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
)
_NOT_STARTED = "git could not be started; install it, and check that the folder can be read"
# What every system takes at once, even if nobody reads it yet.
_FITS_PIPE = 4096
_NO_REPOSITORY = "is in no git repository; run okxguard inside of one, or name its folder"
_FOREIGN = (
    "git refuses a repository of another owner; run `git config --global --add safe.directory FOLDER` if you trust it"
)


class GitError(OkxguardError):
    """The git program cannot answer; the text tells the user what to do."""


class Repository(NamedTuple):
    """Where a repository is.

    `folder` is where git runs; `top` is the top of the work tree, None for a bare repository; `git_folder` holds the
    objects of this work tree; `shallow` tells that history ends somewhere; `variables` is what git is run with.
    """

    folder: str
    top: str | None
    git_folder: str
    shallow: bool
    variables: dict[str, str]

    def __repr__(self) -> str:
        return f"Repository(folder={self.folder!r})"

    def ask(self, *arguments: str, given: bytes = b"") -> bytes:
        """Return what git prints; raise GitError where it fails, without its words: they can quote what is scanned."""
        done = self.attempt(*arguments, given=given)
        if done is None:
            raise GitError(f"git {arguments[0]} failed; check the repository with `git fsck`")
        return done

    def attempt(self, *arguments: str, given: bytes = b"") -> bytes | None:
        """Return what git prints, or None where it fails."""
        try:
            done = subprocess.run(
                _command(arguments), cwd=self.folder, env=self.variables, input=given, capture_output=True, check=False
            )
        except OSError:
            raise GitError(_NOT_STARTED) from None
        return done.stdout if done.returncode == 0 else None

    def start(self, *arguments: str, given: bytes) -> subprocess.Popen[bytes]:
        """Start git with some input, to read what it prints as it comes."""
        if len(given) <= _FITS_PIPE:
            process = self._popen(arguments, subprocess.PIPE)
            assert process.stdin is not None
            with contextlib.suppress(OSError), process.stdin as stream:
                stream.write(given)
            return process
        # Writing more to a pipe, while git waits for its output to be read, would block both.
        import tempfile  # slow to import, and most hook runs ask little

        with tempfile.TemporaryFile() as stream:
            stream.write(given)
            stream.seek(0)
            return self._popen(arguments, stream)

    def converse(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start git to ask it line by line."""
        return self._popen(arguments, subprocess.PIPE)

    def _popen(self, arguments: Sequence[str], stdin: int | IO[bytes]) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                _command(arguments),
                cwd=self.folder,
                env=self.variables,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=1 << 20,
            )
        except OSError:
            raise GitError(_NOT_STARTED) from None

    def fields(self, *arguments: str, given: bytes = b"") -> Iterator[bytes]:
        """Yield what git prints between NUL bytes."""
        return (field for field in self.ask(*arguments, given=given).split(b"\0") if field)

    def is_partial(self) -> bool:
        """Tell whether this is a clone that leaves objects at the remote until somebody needs them."""
        return self.attempt("config", "--get-regexp", r"^remote\..*\.(promisor|partialclonefilter)$") is not None

    def commit_named(self, name: str) -> str | None:
        """Return the id of the commit that a name stands for, or None where there is none here."""
        # A name that begins like an option would be one.
        if not name or name.startswith("-"):
            return None
        found = self.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        return found.decode("ascii").strip() if found else None


def open_repository(folder: str, *, current: bool) -> Repository:
    """Return the repository that holds a folder.

    With `current`, what git tells the hooks that it starts (another index, objects on their way) counts as well.
    Raises GitError when there is none, or git refuses it.
    """
    variables = environment()
    if current:
        variables |= {name: os.environ[name] for name in _OF_HOOKS if name in os.environ}
    # The path of the git folder comes last: it may hold line breaks.
    asked = ("--is-bare-repository", "--is-inside-work-tree", "--is-shallow-repository", "--show-cdup")
    command = _command(("rev-parse", *asked, "--absolute-git-dir"))
    try:
        done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, check=False)
    except FileNotFoundError:
        raise GitError("git is not installed; install it, or scan folders and files") from None
    except OSError:
        raise GitError(_NOT_STARTED) from None
    if done.returncode != 0:
        raise GitError(_FOREIGN if b"dubious ownership" in done.stderr else f"{folder} {_NO_REPOSITORY}")
    bare, inside, shallow, way_up, git_folder = os.fsdecode(done.stdout).split("\n", 4)
    top = None if bare == "true" else _top(folder, inside == "true", way_up)
    return Repository(folder, top, git_folder.removesuffix("\n"), shallow == "true", variables)


def _top(folder: str, inside: bool, way_up: str) -> str | None:
    if inside or way_up:
        return os.path.normpath(os.path.join(os.path.realpath(folder), way_up))
    return None


def _command(arguments: Sequence[str]) -> list[str]:
    return ["git", "--no-pager", "--literal-pathspecs", *HARDENED, *arguments]
