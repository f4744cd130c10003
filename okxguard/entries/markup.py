"""Cut XML and HTML into tags, texts and comments with the exact place of every attribute.

Neither expat nor `html.parser` tells where an attribute stands, and both give up on what people leave in their files.
No entity is defined, expanded or fetched: only characters that are written as references are resolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

_TAG = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z_][\w:.-]*)")
_ATTRIBUTE = re.compile(
    r"""[\s/]*(?P<name>[^\s=<>/"']+)(?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s>"'`<]+)))?""",
)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_END = re.compile(r"[^<>]{0,1000}(?P<sign>[<>]|\Z)")


class Attribute(NamedTuple):
    """An attribute of a tag: its name, and where its value stands, references unresolved."""

    name: str
    start: int
    end: int


class Tag(NamedTuple):
    """An opening, closing or empty tag."""

    name: str
    attributes: tuple[Attribute, ...]
    closes: bool
    empty: bool
    end: int


class Text(NamedTuple):
    """A run of characters between tags; in a CDATA section references are characters like all others."""

    start: int
    end: int
    verbatim: bool = False


class Comment(NamedTuple):
    """The inside of a comment."""

    start: int
    end: int


Token = Tag | Text | Comment


class Meaning(NamedTuple):
    """What a stretch of markup stands for, and the pieces of the map from there back to the document."""

    text: str
    pieces: list[tuple[int, int]]


def resolve(raw: str, start: int) -> Meaning:
    """Return what `raw`, which stands at offset `start`, means once its character references are resolved."""
    pieces, parts, length, at = [(0, start)], [], 0, 0
    for match in _REFERENCE.finditer(raw) if "&" in raw else ():
        letters = unescape(match[0])
        if letters == match[0]:
            continue
        before = raw[at : match.start()]
        parts += [before, letters]
        length += len(before)
        pieces.append((length, start + match.start()))
        length += len(letters)
        at = match.end()
        pieces.append((length, start + at))
    parts.append(raw[at:])
    return Meaning("".join(parts), pieces)


def tokens(
    text: str, start: int = 0, end: int | None = None, raw_text: frozenset[str] = frozenset()
) -> Iterator[Token]:
    """Yield the tokens of a stretch of markup; elements of `raw_text` hold characters up to their closing tag."""
    at, last = start, len(text) if end is None else end
    while at < last:
        opening = text.find("<", at, last)
        if opening < 0:
            opening = last
        if opening > at:
            yield Text(at, opening)
        if opening == last:
            return
        token = _token_at(text, opening, last)
        if token is None:
            yield Text(opening, opening + 1)
            at = opening + 1
            continue
        at = token[1]
        if token[0] is not None:
            yield token[0]
        tag = token[0]
        if isinstance(tag, Tag) and not (tag.closes or tag.empty) and tag.name.lower() in raw_text:
            closing = re.compile(f"</{tag.name}", re.IGNORECASE).search(text, at, last)
            stop = closing.start() if closing else last
            yield Text(at, stop, verbatim=True)
            at = stop


def _token_at(text: str, at: int, last: int) -> tuple[Token | None, int] | None:
    """Return the token that opens at `at` and where it ends; no token for a declaration; None for a mere sign."""
    if text.startswith("<!--", at):
        end, after = _until(text, "-->", at + 4, last)
        return Comment(at + 4, end), after
    if text.startswith("<![CDATA[", at):
        end, after = _until(text, "]]>", at + 9, last)
        return Text(at + 9, end, verbatim=True), after
    if text.startswith(("<!", "<?"), at):
        return None, _until(text, ">", at, last)[1]
    match = _TAG.match(text, at, last)
    return _tag(text, match, last) if match else None


def _until(text: str, sign: str, at: int, last: int) -> tuple[int, int]:
    end = text.find(sign, at, last)
    return (end, end + len(sign)) if end >= 0 else (last, last)


def _tag(text: str, match: re.Match[str], last: int) -> tuple[Tag, int]:
    attributes = []
    at = match.end()
    while attribute := _ATTRIBUTE.match(text, at, last):
        at = attribute.end()
        group = attribute.lastgroup
        if group and group != "name":
            attributes.append(Attribute(attribute["name"], *attribute.span(group)))
    end = _END.match(text, at, last)
    stop = end.start("sign") if end else at
    empty = text[max(at, stop - 1) : stop] == "/" or text[stop - 1 : stop] == "/"
    stop += text[stop : stop + 1] == ">"
    return Tag(match["name"], tuple(attributes), bool(match["close"]), empty, stop), stop
