"""Find and read the files below the paths that a user names."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from okxguard.errors import UsageError
from okxguard.model import EXCLUDED, FileError, Note, Skipped, Source
from okxguard.sources.files import NOT_REGULAR, STDIN, File, read_file, read_stdin, why
from okxguard.sources.git import GIT_HEAD, is_git_folder, list_work_tree, work_tree_of

_CLOSED = "cannot be listed: permission denied; change its permissions, or exclude it by config"
_UNREAD = "is a repository without its files: its content was not read; run `okxguard scan --history` in it"
_HEAD = os.sep + GIT_HEAD
_NOTHING = "holds nothing to scan, which is no answer; check the path, or give --no-ignore to read what git ignores"

Item = Source | FileError | Note | Skipped
Excluded = Callable[[str], bool]


class _Root(NamedTuple):
    """What paths are shown relative to (`shown`), and what they are evidence relative to (`named`)."""

    shown: str
    named: str

    def display(self, path: str) -> str:
        return _relative(path, self.shown)

    def evidence(self, path: str) -> str:
        return _relative(path, self.named)


def read_paths(paths: Sequence[str], *, ignored: bool, excluded: Excluded) -> Iterator[Item]:
    """Yield every file at or below `paths` with its bytes, and what could not or need not be read.

    Raises UsageError before anything is read when standard input is named beside other paths, or a path is empty.
    """
    for item in list_paths(paths, ignored=ignored, excluded=excluded):
        if isinstance(item, File):
            yield from read_file(item)
        else:
            yield item


def list_paths(paths: Sequence[str], *, ignored: bool, excluded: Excluded) -> Iterator[Item | File]:
    """Yield every file at or below `paths`, still unread, and what could not or need not be read; raise as above."""
    if not all(paths):
        raise UsageError("a path is empty; name a file or a folder")
    if STDIN in paths:
        if len(paths) > 1:
            raise UsageError("'-' (standard input) cannot be combined with other paths; scan them in two runs")
        yield read_stdin()
        return
    shown = shown_root(paths)
    seen: set[str] = set()
    for path in paths:
        yield from _list_named(path, shown, seen, ignored=ignored, excluded=excluded)


def shown_root(paths: Sequence[str]) -> str:
    """Return the folder that paths are shown relative to: the current one, or the named one outside of it."""
    if all(not os.path.isabs(path) and os.path.normpath(path).split(os.sep)[0] != os.pardir for path in paths):
        return os.getcwd()
    return common_folder(paths)


def prefix_of(root: str) -> str:
    """Return the way from the top of the work tree to the folder that paths are shown relative to."""
    folder = os.path.realpath(root)
    top = work_tree_of(folder)
    return "" if top in (None, folder) else _relative(folder, top)


def common_folder(paths: Sequence[str]) -> str:
    """Return the folder that holds everything that is named; the current one when there is none."""
    folders = [
        os.path.abspath(path) if os.path.isdir(path) else os.path.dirname(os.path.abspath(path)) for path in paths
    ]
    try:
        return os.path.commonpath(folders)
    except ValueError:
        return os.getcwd()


def _list_named(path: str, shown: str, seen: set[str], *, ignored: bool, excluded: Excluded) -> Iterator[Item | File]:
    absolute = os.path.abspath(path)
    name = _Root(shown, shown).display(absolute)
    try:
        mode = os.stat(absolute).st_mode
    except (FileNotFoundError, NotADirectoryError):
        broken = os.path.islink(absolute)
        yield FileError(
            name,
            "is a broken symlink; remove it or name its target" if broken else "does not exist; check the path",
        )
        return
    except OSError as error:
        yield FileError(name, why(error))
        return
    if stat.S_ISDIR(mode):
        yield from _list_below(absolute, _Root(shown, absolute), seen, ignored=ignored, excluded=excluded)
    elif not stat.S_ISREG(mode):
        yield FileError(name, f"{NOT_REGULAR}; to scan a stream, pipe it to `okxguard scan -`")
    else:
        named = shown if not os.path.isabs(path) else os.path.dirname(absolute)
        yield from _list_file(absolute, _Root(shown, named), seen, excluded, follow=True)


def _list_below(
    folder: str, root: _Root, seen: set[str], *, ignored: bool, excluded: Excluded
) -> Iterator[Item | File]:
    found: list[str] = []
    failed = False
    for item in _list_folder(folder, ignored=ignored):
        if isinstance(item, str):
            found.append(item)
        else:
            failed = failed or isinstance(item, FileError)
            yield type(item)(root.display(item.path), item.reason)
    if not found and not failed:
        yield FileError(root.display(folder), _NOTHING)
    for path in sorted(found):
        if path.endswith(_HEAD) and is_git_folder(inside := os.path.dirname(path)) and not excluded(root.display(path)):
            yield (FileError if inside == folder else Note)(root.display(inside), _UNREAD)
        yield from _list_file(path, root, seen, excluded, follow=False)


def _list_folder(folder: str, *, ignored: bool) -> Iterator[str | FileError | Note]:
    """Yield the files below `folder`: what git lists in a work tree, everything elsewhere."""
    top = work_tree_of(folder)
    if top is None or is_git_folder(folder):
        yield from _walk(folder, ignored=ignored)
        return
    listing = list_work_tree(folder, ignored=ignored)
    if listing.problem:
        yield Note(folder, f"{listing.problem}; every file is read, ignored ones too")
        yield from _walk(folder, ignored=True)
        return
    for name in listing.closed:
        yield FileError(os.path.join(top, name), _CLOSED)
    prefix = os.path.join(folder, "")
    nested = []
    for name in listing.files:
        if name.endswith("/"):
            nested.append(prefix + name.rstrip("/"))
        else:
            yield prefix + name
    for path in nested:
        if os.path.islink(path) or not os.path.isdir(path):
            yield path
        elif os.path.lexists(os.path.join(path, ".git")):
            yield from _list_folder(path, ignored=ignored)
        else:
            yield from _walk(path, ignored=ignored)


def _walk(folder: str, *, ignored: bool) -> Iterator[str | FileError | Note]:
    """Yield every file below a folder that git does not know; repositories further down list their own."""
    pending = [folder]
    while pending:
        current = pending.pop()
        try:
            with os.scandir(current) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield FileError(current, _CLOSED if isinstance(error, PermissionError) else "cannot be listed; scan again")
            continue
        if current != folder and not ignored and any(entry.name == ".git" for entry in found):
            yield from _list_folder(current, ignored=ignored)
            continue
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != ".git":
                    pending.append(entry.path)
            elif entry.name != ".git" or not entry.is_file(follow_symlinks=False):
                yield entry.path


def _list_file(path: str, root: _Root, seen: set[str], excluded: Excluded, *, follow: bool) -> Iterator[Item | File]:
    if path in seen:
        return
    seen.add(path)
    name = root.display(path)
    if excluded(name):
        yield Skipped(name, EXCLUDED)
    else:
        yield File(path, name, name if root.named == root.shown else root.evidence(path), follow)


def _relative(path: str, folder: str) -> str:
    """Return a path relative to a folder; one below it, as nearly all are, needs no more than a cut."""
    below = folder if folder.endswith(os.sep) else folder + os.sep
    return posix(path[len(below) :] if path.startswith(below) else os.path.relpath(path, folder))


def below(path: str, folder: str) -> str | None:
    """Return a path relative to a folder, nothing for the folder itself, and None for what lies outside of it."""
    try:
        relative = posix(os.path.relpath(path, folder))
    except ValueError:  # on another drive of Windows
        return None
    return None if relative.split("/")[0] == ".." else "" if relative == "." else relative


def posix(path: str) -> str:
    """Return a path with forward slashes; bytes that are no text become escapes."""
    if os.sep != "/":
        path = path.replace(os.sep, "/")
    if path.isascii():
        return path
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(path).decode("utf-8", "backslashreplace")
    return path
