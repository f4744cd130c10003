"""Install plain git hooks, and take them away; a hook that was there before is kept and called first."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from okxguard.errors import OkxguardError
from okxguard.hookscripts import HOOKS, KEPT, is_script, is_unchanged, script
from okxguard.sources.repository import Repository, open_repository

_SWITCHED_OFF = "git hooks are switched off here; see `git config --show-origin core.hooksPath`"
_NO_WORK_TREE = "hooks of commits need a work tree; run okxguard inside of one"
_IN_WORK_TREE = (
    "note: this folder lies in the work tree; commit the hooks only if others have okxguard on PATH,"
    " and install again after a program that writes there, too"
)
# What pre-commit and prek call a hook that they find; theirs runs it first.
_RENAMED = ".legacy"


class HookError(OkxguardError):
    """A hook cannot be written or taken away; the text tells the user what to do."""


class _Hook(NamedTuple):
    """A hook of one folder. `text` is what stands there now, None for nothing; `moved` is ours under another name."""

    name: str
    path: str
    text: bytes | None
    moved: str | None

    @property
    def kept(self) -> str:
        return self.path + KEPT

    @property
    def ours(self) -> bool:
        return self.text is not None and is_script(self.text)

    @property
    def left(self) -> bool:
        """Tell whether a hook is kept that nothing of ours calls any more."""
        return not self.ours and os.path.lexists(self.kept)


def install(folder: str, names: Sequence[str], *, shared: bool) -> list[str]:
    """Write the hooks of these names, all when there are none; return what was done, in lines.

    Raises HookError before anything is written where one of them cannot be.
    """
    place, notes = _place(open_repository(folder, current=True), shared=shared)
    hooks = [_look(place, name) for name in names or HOOKS]
    for hook in hooks:
        _check_unchanged(hook)
        if hook.left and not hook.moved:
            raise HookError(f"{hook.kept} is left from before; bring it back as {hook.name}, or remove it")
    return [_install(hook) for hook in hooks] + notes


def uninstall(folder: str, names: Sequence[str], *, shared: bool) -> list[str]:
    """Take the hooks of these names away and bring back what was there before; return what was done, in lines."""
    place, _ = _place(open_repository(folder, current=True), shared=shared)
    hooks = [_look(place, name) for name in names or HOOKS]
    for hook in hooks:
        _check_unchanged(hook)
        if hook.moved:
            raise HookError(
                f"{hook.moved} is okxguard's hook, renamed by a program that calls it from {hook.name};"
                " uninstall that program's hook first"
            )
    done = [_uninstall(hook) for hook in hooks if hook.ours] or [f"no hook of okxguard is in {place}"]
    return done + [
        f"{hook.kept}: left as it is; bring it back as {hook.name}, or remove it" for hook in hooks if hook.left
    ]


def _place(repository: Repository, *, shared: bool) -> tuple[str, list[str]]:
    """Return the folder of hooks of a repository, and what is to be said about it."""
    if repository.top is None:
        raise HookError(_NO_WORK_TREE)
    common, place = _folders(repository, repository.top)
    if not place or place == os.devnull:
        raise HookError(_SWITCHED_OFF)
    if os.path.lexists(place) and not os.path.isdir(place):
        raise HookError(f"{place} is no folder; check core.hooksPath")
    if _holds(common, place):
        return place, []
    if _holds(repository.top, place):
        return place, [_IN_WORK_TREE]
    if not shared:
        raise HookError(
            f"the hooks are in {place}, outside of this repository, where others use them; give --shared if they may"
        )
    return place, []


def _folders(repository: Repository, top: str) -> tuple[str, str]:
    """Return the folder that all work trees of a repository share, and that of its hooks, empty when they are off."""
    answer = repository.ask("rev-parse", "--git-common-dir").removesuffix(b"\n")
    common = os.path.join(os.path.abspath(repository.folder), os.fsdecode(answer))
    # The last value is our own: hooks are off in all that git is asked.
    values = repository.ask("config", "-z", "--type=path", "--get-all", "core.hooksPath").split(b"\0")[:-2]
    if not values:
        return common, os.path.normpath(os.path.join(common, "hooks"))
    return common, os.path.normpath(os.path.join(top, os.fsdecode(values[-1]))) if values[-1] else ""


def _holds(folder: str, path: str) -> bool:
    folder, path = (os.path.normcase(os.path.realpath(name)) for name in (folder, path))
    return path == folder or path.startswith(folder + os.sep)


def _look(place: str, name: str) -> _Hook:
    path = os.path.join(place, name)
    text = _read(path)
    moved = path + _RENAMED if os.path.isfile(path + _RENAMED) and is_script(_read(path + _RENAMED) or b"") else None
    return _Hook(name, path, text, None if text is None or is_script(text) else moved)


def _read(path: str) -> bytes | None:
    """Return the text of a hook; a link that leads nowhere is a hook without text, for its name is taken."""
    if not os.path.lexists(path):
        return None
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except FileNotFoundError:
        return b""
    except OSError:
        raise HookError(f"{path} cannot be read; check what it is and its permissions") from None


def _check_unchanged(hook: _Hook) -> None:
    if hook.text is not None and hook.ours and not is_unchanged(hook.text):
        raise HookError(f"{hook.path} was changed since okxguard wrote it; move the change elsewhere and remove it")


def _install(hook: _Hook) -> str:
    if hook.moved:
        return f"{hook.path}: installed already; it calls {hook.moved}"
    text = script(hook.name, sys.executable or "")
    if hook.text == text and os.access(hook.path, os.X_OK):
        return f"{hook.path}: installed already"
    keeps = hook.text is not None and not hook.ours
    try:
        os.makedirs(os.path.dirname(hook.path), exist_ok=True)
        written = _write(f"{hook.path}.okxguard-new", text)
        if keeps:
            os.rename(hook.path, hook.kept)
        os.replace(written, hook.path)
    except OSError:
        raise HookError(f"{hook.path} cannot be written; check the folder and its permissions") from None
    return f"{hook.path}: installed{'; the hook that was there runs first' if keeps else ''}"


def _write(path: str, text: bytes) -> str:
    """Write a new program; a file or link that stands in its place is not followed."""
    if os.path.lexists(path):
        os.remove(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o755)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(text)
    return path


def _uninstall(hook: _Hook) -> str:
    back = os.path.lexists(hook.kept)
    try:
        if back:
            os.replace(hook.kept, hook.path)
        else:
            os.remove(hook.path)
    except OSError:
        raise HookError(f"{hook.path} cannot be removed; check the folder and its permissions") from None
    return f"{hook.path}: removed{'; the hook that was there before is back' if back else ''}"
