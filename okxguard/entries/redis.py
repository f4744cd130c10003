"""Read commands of Redis in any text: SET, HSET, MSET and the like, with or without `redis-cli`, and its protocol."""

from __future__ import annotations

import re
from collections.abc import Iterator

from okxguard.documents import Document
from okxguard.entries.pairs import unescape
from okxguard.model import Entry, Place, Span

_COMMAND = re.compile(
    r"""(?im)^(?P<before>[^\n]{0,200}?(?:redis-cli|redis>|:\d{2,5}>)[^\n]{0,200}?\s|[ \t]{0,20})
    (?P<command>SET|SETNX|SETEX|PSETEX|GETSET|HSET|HMSET|HSETNX|MSET|MSETNX|JSON\.SET)[ \t]+(?P<rest>[^\n]{3,4000})""",
    re.VERBOSE,
)
_WORD = re.compile(r"\"(?P<double>(?:[^\"\\]|\\.)*)\"|'(?P<single>[^'\\]*(?:\\.[^'\\]*)*)'|(?P<bare>[^\s\"'|;&]\S*)")
_COMMANDS = frozenset(
    ["SET", "SETNX", "SETEX", "PSETEX", "GETSET", "HSET", "HMSET", "HSETNX", "MSET", "MSETNX", "JSON.SET"]
)
# A command as the protocol and the append-only file have it: every word on a line below its length.
_ARRAY = r"(?m)^\*\d{1,4}\n(?P<words>(?:\$\d{1,6}\n[^\n]*(?:\n|\Z)){2,400})"
_BULK = r"\$\d{1,6}\n(?P<word>[^\n]*)"
# What a prompt answers to a question for one value.
_ANSWER = (
    r"(?im)^[^\n>]{1,60}>[ \t]*(?:GET|HGET[ \t]+(?P<hash>[^\s\"]{1,80}))[ \t]+(?P<name>[^\s\"]{1,100})[ \t]*\n"
    r"\"(?P<value>[^\"\n]{1,300})\""
)
_KEY = re.compile(r"[:/.]")
_MOST_WORDS = 400


def read_redis(document: Document) -> Iterator[Entry]:
    """Yield the values that the commands of a text set, under the pieces of their keys and their fields."""
    for array in re.finditer(_ARRAY, document.text):
        words = [(word["word"], Span(*word.span("word"))) for word in re.finditer(_BULK, array["words"])]
        shifted = [
            (word, Span(span.start + array.start("words"), span.end + array.start("words"))) for word, span in words
        ]
        if len(shifted) > 2 and shifted[0][0].upper() in _COMMANDS:
            yield from _commanded(document, shifted[0][0].upper(), shifted[1:])
    for answer in re.finditer(_ANSWER, document.text):
        path = [piece for piece in _KEY.split(f"{answer['hash'] or ''}:{answer['name']}") if piece]
        yield _entry(document, tuple(path), (answer["value"], Span(*answer.span("value"))))
    for match in _COMMAND.finditer(document.text):
        words = list(_words(match))
        command = match["command"].upper()
        if match["before"].strip() == "" and not _is_redis(match, words):
            continue
        yield from _commanded(document, command, words)


def _words(match: re.Match[str]) -> Iterator[tuple[str, Span]]:
    for count, word in enumerate(_WORD.finditer(match.string, *match.span("rest"))):
        if count > _MOST_WORDS:
            return
        group = word.lastgroup or "bare"
        raw = word[group]
        yield (raw if group == "bare" else unescape(raw)), Span(*word.span(group))


def _is_redis(match: re.Match[str], words: list[tuple[str, Span]]) -> bool:
    """Tell a command from the `set` of another language: in capitals, or on a key with a colon."""
    if match["command"].upper() not in ("SET", "SETEX"):
        return True
    return bool(words) and "=" not in words[0][0] and (match["command"].isupper() or ":" in words[0][0])


def _commanded(document: Document, command: str, words: list[tuple[str, Span]]) -> Iterator[Entry]:
    if len(words) < 2:
        return
    if command in ("MSET", "MSETNX"):
        for (name, _), value in zip(words[::2], words[1::2], strict=False):
            yield _entry(document, tuple(_KEY.split(name)), value)
        return
    key = tuple(piece for piece in _KEY.split(words[0][0]) if piece)
    if command.startswith("H"):
        for (name, _), value in zip(words[1::2], words[2::2], strict=False):
            yield _entry(document, (*key, name), value)
    elif command in ("SETEX", "PSETEX", "JSON.SET") and len(words) > 2:
        yield _entry(document, key, words[2])
    else:
        yield _entry(document, key, words[1])


def _entry(document: Document, path: tuple[str, ...], value: tuple[str, Span]) -> Entry:
    text, span = value
    visible = document.text[span.start : span.end] == text
    return Entry(path or ("",), text, span, Place.ASSIGNMENT, True, visible)
