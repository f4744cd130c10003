"""Read line-based settings: dotenv, INI and Java properties."""

from __future__ import annotations

import re
from collections.abc import Iterator

from okxguard.documents import Document
from okxguard.entries.reading import Reading, TellingLines
from okxguard.kinds import Kind
from okxguard.model import Entry, Place, Span

# One pattern a syntax; `re` compiles the one that is needed.
_COMMENTED = r"\s*(?:[#;!]+|//)[ \t]*"
# The closing bracket may be missing.
_SECTION = r"\s*\[\s*(\w[\w.: -]{0,60}(?=\s*$)|[^\]\n]{1,200}?(?=\s*\]))\s*(?:\]\s*(?:[#;].*)?)?$"
_DOTENV = (
    r"(?i)\s*(?:export\s+|set\s+|setenv\s+|-\s+)?(?P<name>[A-Za-z_][\w.-]{0,120})(?P<sep>\s*[=:]\s*)(?P<value>.*)$"
)
_INI = r"\s*(?P<name>[^\s=:;#\[{][^=:{\n]{0,120}?)(?P<sep>\s*(?:=>|[=:])\s*)(?P<value>.*)$"
_PROPERTY = r"\s*(?P<name>(?:\\.|[^\s=:#!\\]){1,200})(?P<sep>\s*[=:]\s*|\s+)(?P<value>.*)$"
_QUOTED = r"([\"'`])((?:\\.|(?!\1)[^\\]){0,100000})\1"
_INLINE_COMMENT = {
    Kind.DOTENV: r"\s+#.*$",
    Kind.INI: r"\s+[;#].*$|\s+\\$",
    Kind.PROPERTIES: r"\s+#\s.*$",
}
_PATTERNS = {Kind.DOTENV: _DOTENV, Kind.INI: _INI, Kind.PROPERTIES: _PROPERTY}
_QUOTES = ('"', "'", "`")
_SHORTEST_PAIR = 12
_DIRECTIVE = re.compile(r"\s*[A-Za-z][\w-]+\s+(?:\S+\s+\S|(?=\S{0,80}\d)\S{8})")
_NESTED = r"__|:(?=\w)"
_INDEX = r"\[(\d+)\]"


def read_settings(document: Document, _: TellingLines) -> Reading:
    """Return the entries of a dotenv, INI or properties document; lines of another form are read as text."""
    return Reading(tuple(_read(document)))


def _read(document: Document) -> Iterator[Entry]:
    section: tuple[str, ...] = ()
    resume = 0
    for index, start in enumerate(document.line_starts):
        if start < resume:
            continue
        line = document.line_text(index)
        if not line.strip():
            continue
        if "[" in line and (header := re.match(_SECTION, line)):
            section = tuple(piece.strip("\"' ") for piece in header[1].split("."))
            continue
        comment = re.match(_COMMENTED, line)
        at = comment.end() if comment else 0
        place = Place.COMMENT if comment else Place.ASSIGNMENT
        entry = _setting(document, start, line, at, section, place)
        if entry is None:
            yield from _read_text(start + at, line[at:], section, place)
            continue
        yield entry
        if place is Place.ASSIGNMENT:
            inside = document.text[entry.span.start : entry.span.end]
            yield from _read_text(entry.span.start, inside.replace("\n", " "), entry.path, Place.TEXT)
        resume = entry.span.end
        yield from _rest(entry, document.text[entry.span.end : start + len(line)], section)


def _rest(entry: Entry, rest: str, section: tuple[str, ...]) -> Iterator[Entry]:
    """Yield what stands behind a value on its line: a comment, or more of the same behind a quoted value."""
    goes_on = rest[:1] in _QUOTES and rest[1:2] in (" ", ",")
    if goes_on and entry.place is Place.ASSIGNMENT and rest[1:].lstrip(" ,")[:1] not in ("#", ";", ""):
        yield from _read_text(entry.span.end + 1, rest[1:], entry.path, Place.TEXT)
    else:
        yield from _read_text(entry.span.end, rest, section, Place.COMMENT)


def _read_text(offset: int, line: str, path: tuple[str, ...], place: Place) -> Iterator[Entry]:
    """Read a line that is no setting, what stands inside a value, or a comment behind one."""
    if len(line) < _SHORTEST_PAIR or not (any(sign in line for sign in "=:：|") or _DIRECTIVE.match(line)):
        return
    # Imported when there is something to read: most settings files have no such line.
    from okxguard.entries.text import read_lines

    yield from read_lines([(offset, line)], path, place=place)


def _setting(
    document: Document, start: int, line: str, at: int, section: tuple[str, ...], place: Place
) -> Entry | None:
    match = re.compile(_PATTERNS[document.kind]).match(line, at)
    if match is None or (place is Place.COMMENT and " " in match["name"].strip()) or match["name"].count('"') % 2:
        return None
    path = (*section, *_key_path(match["name"], document.kind))
    begin = start + match.start("value")
    quoted = None
    if document.text[begin : begin + 1] in _QUOTES:
        # A value may go on over lines, but not in a comment.
        last = len(document.text) if place is Place.ASSIGNMENT else start + len(line)
        quoted = re.compile(_QUOTED).match(document.text, begin, last)
    if quoted:
        raw = quoted[2]
        value = _unescape(raw) if quoted[1] == '"' else raw
        return Entry(path, value, Span(quoted.start(2), quoted.end(2)), place, True, value == raw)
    raw = re.sub(_INLINE_COMMENT[document.kind], "", match["value"]).rstrip()
    if document.kind is Kind.PROPERTIES:
        return _property(document, path, begin, raw, place)
    if not raw:
        return None if place is Place.COMMENT else Entry(path, "", Span(begin, begin), Place.EXPRESSION, quoted=False)
    return Entry(path, raw, Span(begin, begin + len(raw)), place, True, True)


def _unescape(raw: str) -> str:
    if "\\" not in raw:
        return raw
    from okxguard.entries.pairs import unescape

    return unescape(raw)


def _property(document: Document, path: tuple[str, ...], begin: int, raw: str, place: Place) -> Entry | None:
    """Return a Java property: a backslash at the end of a line continues the value, escapes are resolved."""
    end = begin + len(raw)
    while raw.endswith("\\") and not raw.endswith("\\\\") and end < len(document.text):
        stop = document.text.find("\n", end + 1)
        stop = len(document.text) if stop < 0 else stop
        raw = raw[:-1] + document.text[end + 1 : stop].strip()
        end = stop
    value = _unescape(raw)
    if not value:
        return None if place is Place.COMMENT else Entry(path, "", Span(begin, begin), Place.EXPRESSION, quoted=False)
    return Entry(path, value, Span(begin, end), place, True, document.text[begin:end] == value)


def _key_path(name: str, kind: Kind) -> tuple[str, ...]:
    name = name.strip().strip("\"'")
    if kind is Kind.PROPERTIES or (kind is Kind.INI and "." in name):
        name = re.sub(_INDEX, r".[\1]", _unescape(name))
        return tuple(piece for piece in name.split(".") if piece) or (name,)
    pieces = tuple(piece for piece in re.split(_NESTED, name) if piece)
    return pieces or (name,)
