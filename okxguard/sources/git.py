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
_SUBMODULE = "160000 "
_CLOSED = rb"(?m)^warning: could not open directory '(.*?)/?': "


# The file that every folder of git has.
GIT_HEAD = "HEAD"


class Listing(NamedTuple):
    """The files of one work tree below a folder, by their names relative to it; or why there is no list.

    Names that end in a slash are those of folders that git does not look into. `closed` are the folders that git could
    not look into, relative to the top of the work tree.
    """

    files: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
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

    Folders among them are repositories of their own: nested ones and submodules.
    """
    import subprocess

    command = ["git", *HARDENED, "ls-files", "-z", "-t", "--stage", "--cached", "--deleted", "--others"]
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
    return Listing(
        _present(os.fsdecode(done.stdout), folder), tuple(map(os.fsdecode, re.findall(_CLOSED, done.stderr)))
    )


def _present(output: str, folder: str) -> tuple[str, ...]:
    """Return the names that git lists without those that are not there.

    A file that was deleted is not, nor is one that git was told to skip, unless somebody put it there all the same.
    One whose folder has become a symlink is not either: what stands behind the link is another file.
    """
    top = os.path.realpath(folder) + os.sep
    found, absent = _names(output, top)
    parents = {name.rpartition("/")[0] for name in found}
    linked = _linked(parents, top)
    if linked:
        absent.update(name for name in found if name.rpartition("/")[0] in linked)
    # In place of a file that is tracked there may be a folder now, with files of its own.
    replaced = found & parents
    found -= replaced
    return tuple(found - absent - replaced)


def _names(output: str, top: str) -> tuple[set[str], set[str]]:
    """Return the names in the output of git, those of submodules with a slash, and the names that are not there."""
    found: set[str] = set()
    absent: set[str] = set()
    for item in output.split("\0"):
        if item.startswith("? "):
            found.add(item[2:])
            continue
        told, _, name = item.partition("\t")
        if told.startswith("R ") or (told.startswith("S ") and not os.path.lexists(top + name)):
            absent.update((name, name + "/"))
        elif name:
            found.add(name + "/" if told[2:].startswith(_SUBMODULE) else name)
    return found, absent


def _linked(folders: set[str], top: str) -> set[str]:
    """Return the folders that are symlinks or stand below one."""
    known = {"": False}
    for folder in sorted(folders):
        at = 0
        while at >= 0 and folder:
            end = folder.find("/", at)
            inner = folder if end < 0 else folder[:end]
            if inner not in known:
                known[inner] = known[inner.rpartition("/")[0]] or _is_link(top + inner)
            at = end + 1 if end >= 0 else -1
    return {folder for folder in folders if known[folder]}


def _is_link(path: str) -> bool:
    if os.name != "nt":
        return os.path.islink(path)
    # Windows has more kinds of links than Python always knows.
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
