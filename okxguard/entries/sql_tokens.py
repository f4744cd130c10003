"""Cut SQL of any dialect into words, strings and signs with their exact places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from okxguard.entries.offsets import OffsetMap
from okxguard.model import Span

_TOKEN = re.compile(
    r"""
    (?P<blank> \s+ )
    | (?P<comment> --[^\n]* | \#[^\n]* | /\*(?:[^*]|\*(?!/))*(?:\*/|\Z) )
    | (?P<dollars> \$(?:[A-Za-z_]\w{0,40})?\$ )
    | (?P<string> [eEnNbBxX]?'(?:[^'\\]|\\(?:.|\Z)|'')*(?:'|\Z) )
    | (?P<quoted> "(?:[^"\\]|\\(?:.|\Z)|"")*(?:"|\Z) | `[^`\n]*` | \[[A-Za-z_][\w ]{0,80}\] )
    | (?P<word> [@:$]*[^\W\d]\w* | @{1,2}\w+ )
    | (?P<number> \d[\w.]* )
    | (?P<sign> :=|::|=>|\|\||. )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"''|\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a"}
# MySQL writes its own statements into comments.
_VERSIONED = re.compile(r"/\*M?!\d{0,6}")


class SqlToken(NamedTuple):
    """A word, string, number or sign; `text` is what a string or a quoted name stands for."""

    kind: str
    text: str
    span: Span
    visible: bool = True
    offsets: OffsetMap | None = None


def sql_tokens(text: str, start: int, end: int) -> Iterator[SqlToken]:
    """Yield the tokens of a stretch of SQL, comments included; blanks are left out."""
    at = start
    while at < end:
        match = _TOKEN.match(text, at, end)
        if match is None:
            return
        at, kind = match.end(), match.lastgroup or "sign"
        if kind == "comment" and (versioned := _VERSIONED.match(match[0])):
            at = match.start() + versioned.end()
        elif kind == "dollars":
            closing = text.find(match[0], at, end)
            if closing < 0:
                continue
            yield SqlToken("body", text[at:closing], Span(at, closing))
            at = closing + len(match[0])
        elif kind in ("string", "quoted"):
            yield _string(match, kind)
        elif kind != "blank":
            yield SqlToken(kind, match[0], Span(match.start(), match.end()))


def joined_comments(tokens: Iterable[SqlToken]) -> Iterator[SqlToken]:
    """Yield tokens, with comments that follow each other line by line as one: a statement may go on over them."""
    run: list[SqlToken] = []
    for token in tokens:
        if token.kind == "comment" and not token.text.startswith("/*"):
            run.append(token)
            continue
        yield from _joined(run)
        run = []
        yield token
    yield from _joined(run)


def _joined(run: list[SqlToken]) -> Iterator[SqlToken]:
    """Yield comments that follow each other as one, which has as many characters as they take up in the text.

    An apostrophe makes them prose, which goes on over lines in another way.
    """
    if len(run) < 2 or any(token.text.count("'") % 2 for token in run):
        yield from run
        return
    parts, at = [], run[0].span.start
    for token in run:
        parts += ["\n" * min(1, token.span.start - at), " " * (token.span.start - at - 1), token.text]
        at = token.span.end
    yield SqlToken("comment", "".join(parts), Span(run[0].span.start, at))


def _string(match: re.Match[str], kind: str) -> SqlToken:
    whole = match[0]
    quote = whole[0] if whole[0] in "'\"`[" else whole[1]
    lead = 1 if whole[0] == quote else 2
    closing = "]" if quote == "[" else quote
    closed = whole.endswith(closing) and len(whole) > lead
    start, end = match.start() + lead, match.end() - closed
    raw = whole[lead : len(whole) - closed]
    if quote != "'" and "\\" not in raw:
        value = raw.replace('""', '"') if quote == '"' else raw
        return SqlToken(kind, value, Span(start, end), value == raw, OffsetMap([(0, start)]))
    return _unescaped(kind, raw, start)


def _unescaped(kind: str, raw: str, start: int) -> SqlToken:
    """Return a string with what its dialect escapes; a backslash before a letter without meaning stays."""
    pieces, parts, length, at = [(0, start)], [], 0, 0
    for match in _ESCAPE.finditer(raw) if "\\" in raw or "''" in raw else ():
        meant = _meaning(match[0])
        before = raw[at : match.start()]
        parts += [before, meant]
        length += len(before) + len(meant)
        at = match.end()
        pieces.append((length, start + at))
    parts.append(raw[at:])
    value = "".join(parts)
    return SqlToken(kind, value, Span(start, start + len(raw)), value == raw, OffsetMap(pieces))


def _meaning(escape: str) -> str:
    if escape == "''":
        return "'"
    if len(escape) > 2:
        return chr(int(escape[2:], 16))
    letter = escape[1]
    if letter in "'\"\\%_":
        return letter
    return _LETTERS.get(letter, escape)
