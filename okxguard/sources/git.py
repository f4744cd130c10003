"""Ask the git program which files belong to a work tree; nothing of the repository is run."""

from __future__ import annotations

import os
from typing import NamedTuple

# Everything git could start by itself while it lists files, switched off.
_HARDENED = (
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.untrackedCache=false",
    "-c",
    "core.quotePath=false",
)
_TIMEOUT_SECONDS = 120


class Listing(NamedTuple):
    """The files of one work tree below a folder, as bytes paths relative to it; or why there is no list."""

    files: tuple[bytes, ...] = ()
    absent: int = 0
    problem: str | None = None


def is_inside_work_tree(folder: str) -> bool:
    """Tell whether `folder` or one above it holds a `.git`, without starting git."""
    folder = os.path.realpath(folder)
    while True:
        if os.path.lexists(os.path.join(folder, ".git")):
            return True
        parent = os.path.dirname(folder)
        if parent == folder:
            return False
        folder = parent


def list_work_tree(folder: str, *, ignored: bool) -> Listing:
    """Return the tracked and the untracked, not ignored files below `folder`; with `ignored` those as well.

    Entries that end in a slash, and names of folders, are repositories of their own: nested ones and submodules.
    """
    import subprocess

    command = ["git", *_HARDENED, "ls-files", "-z", "-t", "--cached", "--deleted", "--others"]
    if not ignored:
        command.append("--exclude-standard")
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        return Listing(problem="git is not installed")
    except (OSError, subprocess.TimeoutExpired):
        return Listing(problem="git did not answer")
    if done.returncode != 0:
        return Listing(problem=_reason(done.stderr))
    return _parse(done.stdout)


def _parse(output: bytes) -> Listing:
    tagged = [(item[:1], item[2:]) for item in output.split(b"\0") if item]
    absent = {name for tag, name in tagged if tag in b"RS"}
    return Listing(tuple(sorted({name for _, name in tagged} - absent)), len(absent))


def _reason(stderr: bytes) -> str:
    if b"dubious ownership" in stderr:
        return "git refuses a repository that belongs to somebody else; add it to safe.directory to have ignored files left out"
    return "git could not list the files"


def _environment() -> dict[str, str]:
    """Return the environment without what would point git at another repository, and without prompts and locks."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in ("GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES")
    }
    return kept | {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "LC_ALL": "C",
    }
