"""Read the files in which git keeps a message that is being written: only what git will keep counts."""

from __future__ import annotations

import os
import re

_NAMES = ("COMMIT_EDITMSG", "MERGE_MSG", "SQUASH_MSG", "TAG_EDITMSG", "NOTES_EDITMSG", "EDIT_DESCRIPTION")
_SCISSORS = re.compile(rb"(?m)^(?P<mark>[^\s-]{1,16}) -{24} >8 -{24}\r?$")
_LINE = re.compile(rb"[^\r\n]+")
_SETTINGS = r"^(commit\.cleanup|core\.comment(char|string))$"
# What git chooses from where core.commentChar is `auto`.
_MARKS = b"#;@!$%^&|:"
# What git sets for the hooks of a commit whose message nobody edits.
_NO_EDITOR = ":"


def is_message(path: str) -> bool:
    """Tell whether a path is that of a message file in a git folder."""
    # Every path is asked: the second test alone would do, and takes five times as long.
    return (
        path.endswith(_NAMES)
        and os.path.basename(path) in _NAMES
        and os.path.isfile(os.path.join(os.path.dirname(path), "HEAD"))
    )


def kept_of_message(path: str, data: bytes) -> bytes:
    """Return the message with what git will drop blanked out; lines keep their numbers."""
    edited = os.environ.get("GIT_EDITOR") != _NO_EDITOR
    settings = _settings(os.path.dirname(path))
    return kept(data, settings.get("commit.cleanup", "default"), _mark(settings), edited=edited)


def kept(data: bytes, cleanup: str, mark: bytes | None, *, edited: bool) -> bytes:
    """Blank out what git drops under this `commit.cleanup`: all from the scissors line on, and comment lines.

    `mark` begins a comment line; None where git chose it for this message. A scissors line tells it, too.
    """
    scissors = _SCISSORS.search(data) if edited else None
    mark = scissors["mark"] if scissors else mark or _chosen(data)
    head, tail = (data[: scissors.start()], data[scissors.start() :]) if scissors else (data, b"")
    if _drops_comments(head, cleanup, mark, edited=edited, cut=bool(scissors)):
        head = re.sub(rb"(?m)^" + re.escape(mark) + rb"[^\n]*", b"", head)
    return head + _LINE.sub(b"", tail)


def _drops_comments(head: bytes, cleanup: str, mark: bytes, *, edited: bool, cut: bool) -> bool:
    if cleanup == "strip" or not edited:
        return cleanup == "strip"
    # `--cleanup=scissors` puts the scissors above git's own comments, `--verbose` below them.
    above = head.removesuffix(b"\n").rpartition(b"\n")[2]
    return cleanup == "default" and (not cut or above.startswith(mark))


def _chosen(data: bytes) -> bytes:
    """Return what begins the last line: git ends a message that is edited with its comments."""
    last = data.rstrip().rpartition(b"\n")[2][:1]
    return last if last and last in _MARKS else b"#"


def _mark(settings: dict[str, str]) -> bytes | None:
    chosen = settings.get("core.commentstring") or settings.get("core.commentchar") or "#"
    return None if chosen == "auto" else os.fsencode(chosen)


def _settings(folder: str) -> dict[str, str]:
    """Return what git is told about messages; nothing where git does not answer."""
    from okxguard.sources.repository import GitError, open_repository

    try:
        answer = open_repository(folder, current=False).attempt("config", "-z", "--get-regexp", _SETTINGS)
    except GitError:
        return {}
    pairs = (os.fsdecode(line).partition("\n") for line in (answer or b"").split(b"\0"))
    return {name: value for name, _, value in pairs}
