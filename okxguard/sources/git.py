"""Ask the git program which files belong to a work tree; nothing of the repository is run."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

# Everything that git could start by itself, switched off.
HARDENED = (
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.untrackedCache=false",
    "-c",
    "core.quotePath=false",
    "-c",
    "core.commitGraph=false",
    "-c",
    "log.showSignature=false",
    "-c",
    "credential.helper=",
)
# Variables of git that come from the user and not from the repository: configuration such as safe folders.
_OF_USERS = ("GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_CONFIG")
_TIMEOUT_SECONDS = 120
_CLOSED = rb"(?m)^warning: could not open directory '(.*?)/?': "


# The file that every folder of git has.
GIT_HEAD = "HEAD"


class Listing(NamedTuple):
    """The files of one work tree below a folder, as bytes paths relative to it; or why there is no list.

    `closed` are the folders that git could not look into, relative to the top of the work tree.
    """

    files: tuple[bytes, ...] = ()
    closed: tuple[bytes, ...] = ()
    problem: str | None = None


def work_tree_of(folder: str) -> str | None:
    """Return the folder at or above `folder` that holds a `.git`, if any, without starting git."""
    folder = os.path.realpath(folder)
    while True:
        if os.path.lexists(os.path.join(folder, ".git")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def is_git_folder(folder: str) -> bool:
    """Tell whether git keeps a repository right in `folder`: a bare one, or what is called `.git` elsewhere."""
    return os.path.isfile(os.path.join(folder, GIT_HEAD)) and all(
        os.path.isdir(os.path.join(folder, name)) for name in ("objects", "refs")
    )


def list_work_tree(folder: str, *, ignored: bool) -> Listing:
    """Return the tracked and the untracked, not ignored files below `folder`; with `ignored` those as well.

    Entries that end in a slash, and names of folders, are repositories of their own: nested ones and submodules.
    """
    import subprocess

    command = ["git", *HARDENED, "ls-files", "-z", "-t", "--cached", "--deleted", "--others"]
    if not ignored:
        command.append("--exclude-standard")
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment(),
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
    return Listing(_present(done.stdout, folder), tuple(re.findall(_CLOSED, done.stderr)))


def _present(output: bytes, folder: str) -> tuple[bytes, ...]:
    """Return the names that git lists without those that are not there.

    A file that was deleted is not, nor is one that git was told to skip, unless somebody put it there all the same.
    One whose folder has become a symlink is not either: what stands behind the link is another file.
    """
    tagged = [(item[:1], item[2:]) for item in output.split(b"\0") if item]
    top = os.fsencode(os.path.realpath(folder))
    absent = {name for tag, name in tagged if tag == b"R"}
    absent |= {name for tag, name in tagged if tag == b"S" and not os.path.lexists(os.path.join(top, name))}
    parents = {os.path.dirname(name) for _, name in tagged}
    linked = {parent for parent in parents if parent and _leads_through_link(os.path.join(top, parent))}
    return tuple(sorted({name for _, name in tagged if os.path.dirname(name) not in linked} - absent))


def _leads_through_link(path: bytes) -> bool:
    return os.path.normcase(os.path.realpath(path)) != os.path.normcase(os.path.normpath(path))


def _reason(stderr: bytes) -> str:
    if b"dubious ownership" in stderr:
        return (
            "git refuses a repository of another owner;"
            " run `git config --global --add safe.directory FOLDER` to leave ignored files out"
        )
    return "git could not list the files"


def environment() -> dict[str, str]:
    """Return the environment without what would point git at another repository; no prompts, locks and fetches."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(_OF_USERS)
    }
    return kept | {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        # Older versions of git know nothing of the line above; without a transport they fetch nothing either.
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": os.devnull,
        "LC_ALL": "C",
    }
