"""Read the documents that values hold: settings files, JSON in JSON, connection strings, command lines, base64."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from okxguard.documents import Document
from okxguard.entries.inner import document_inside, moved, read_inner, read_whole
from okxguard.entries.offsets import OffsetMap
from okxguard.entries.records import OPAQUE
from okxguard.kinds import Kind, kind_of
from okxguard.model import Entry, Place, Span

# The patterns are texts, which `re` compiles at their first use and keeps: most files need none of them.
_JSON_MEMBER = r"[\"']\s{0,20}[:,]"
_BASE64 = r"[A-Za-z0-9+/_-]{16,}(?:\s+[A-Za-z0-9+/_-]+)*={0,2}\s*"
_ENCODED = r"%[0-9A-Fa-f]{2}|&(?:#\d{1,6}|#x[0-9a-fA-F]{1,5}|amp|quot|lt|gt|apos);"
_FIELD = r"[ \t]{0,9}(?P<name>[A-Za-z][\w .-]{0,60}?)[ \t]{0,9}=[ \t]{0,9}(?P<value>[^;\n]{1,400})"
_SETTING = r"(?m)^[ \t]*(?:export[ \t]+)?[A-Za-z_][\w.-]{0,80}[ \t]*=[ \t]*\S"
_ASSIGNED = r"-{0,2}(?P<name>[A-Za-z_][\w.-]{1,80})=(?P<value>\S.{0,400})"
_OPTION = r"(?:^|\s)--?[A-Za-z][\w-]{1,60}\s+[^\s-]"
# Defaults of references in templates: serverless, Helm, Jinja.
_FALLBACK = (
    r"\$\{(?:env|opt|self|param|ssm|sys):(?P<name>[\w./-]{1,100}),\s*['\"]?(?P<default>[^'\"{}]{1,200}?)['\"]?\s*\}"
    r"|\bdefault(?:\s*\(\s*|\s+)(?P<quote>['\"])(?P<fallback>[^'\"\n]{1,200})(?P=quote)"
)
_FENCE = "```"
_LONGEST_VALUE = 1000
_SHORTEST, _LONGEST = 12, 200_000
_SHORTEST_FILE = 24
_DEEPEST = 4
_SCRIPT = "exec"
_NAMED = frozenset({Kind.TEXT, Kind.MARKDOWN, Kind.TABLE})
# Syntaxes whose values may be pages, or texts with something opaque among their words.
_DATA = frozenset({Kind.JSON, Kind.YAML, Kind.TOML, Kind.XML, Kind.TABLE, Kind.SQL})
_PAGE = r"(?i)<(?:p|div|br|b|i|em|strong|code|pre|table|ul|ol|dl|span|h[1-6])(?:\s[^<>]{0,300})?/?>"
_MOST_TEXTS = 4000


class _Inner(NamedTuple):
    """A document that a value holds."""

    text: str
    offsets: OffsetMap
    kind: Kind
    name: str


def read_all_within(document: Document, entries: list[Entry]) -> list[Entry]:
    """Return the entries with all that stands inside their values, and with what they mean without escapes."""
    texts = list(_texts_for_people(document, entries))
    entries = _without_text_in([entry.span for entry, _ in texts], entries)
    everything = [*entries, *read_within(document, entries), *_scripts(document, entries)]
    for entry, text in texts:
        everything += _read(document, entry, text, _DEEPEST)
    fields = list(read_fields(document, everything))
    # What the text reader took for the value of a field goes on over the fields behind it.
    ends = {(field.path, field.span.start): field.span.end for field in fields}
    everything = [
        entry
        for entry in everything
        if ";" not in entry.value or entry.span.end <= ends.get((entry.path, entry.span.start), entry.span.end)
    ]
    everything += fields
    return [*everything, *_spelled_out(everything), *_fallbacks(everything)]


def read_within(document: Document, entries: Iterable[Entry], depth: int = 0) -> Iterator[Entry]:
    """Yield what stands inside the values of entries, and inside what is found there."""
    seen: set[tuple[Span, Kind]] = set()
    for entry in entries:
        if not _SHORTEST <= len(entry.value) <= _LONGEST or not entry.path:
            continue
        for inner in _documents(document, entry):
            if (entry.span, inner.kind) not in seen:
                seen.add((entry.span, inner.kind))
                yield from _read(document, entry, inner, depth)


def _read(document: Document, entry: Entry, inner: _Inner, depth: int) -> Iterator[Entry]:
    held = document_inside(document, inner.text, inner.name, inner.kind)
    reading = read_whole(held)
    if inner.kind is Kind.JSON and reading.note:
        return
    found = list(reading.entries)
    if depth < _DEEPEST:
        found.extend(read_within(held, found, depth + 1))
    for each in found:
        place = Place.COMMENT if Place.COMMENT in (entry.place, each.place) else each.place
        yield moved(document, each, inner.offsets, entry.path, entry.span)._replace(place=place)


def _documents(document: Document, entry: Entry) -> Iterator[_Inner]:
    value = entry.value
    kind, name = _kind_of_value(entry)
    if kind is not None:
        raw = document.text[entry.span.start : entry.span.end]
        offsets = _offsets(raw, value, entry)
        yield _Inner(value, offsets, kind, name)
    elif ("%" in value or "&" in value) and re.search(_ENCODED, value):
        decoded = decoded_letters(value)
        kind, name = _kind_of_value(entry._replace(value=decoded))
        if kind is not None:
            raw = document.text[entry.span.start : entry.span.end]
            yield _Inner(decoded, _offsets(raw, decoded, entry), kind, name)
    elif len(value) >= _SHORTEST_FILE and re.fullmatch(_BASE64, value):
        yield from _encoded_file(document, entry)


def _texts_for_people(document: Document, entries: list[Entry]) -> Iterator[tuple[Entry, _Inner]]:
    """Yield the values of data that are pages, or texts with something opaque among their words."""
    known: set[Span] = set()
    for entry in entries if document.kind in _DATA else ():
        if entry.place is not Place.ASSIGNMENT or entry.span in known or not entry.path:
            continue
        page = "<" in entry.value and re.search(_PAGE, entry.value[:_LONGEST])
        text = page or (len(entry.value.split(None, 1)) > 1 and re.search(OPAQUE, entry.value[:_LONGEST]))
        if not text or len(entry.value) > _LONGEST or _kind_of_value(entry)[0] or len(known) >= _MOST_TEXTS:
            continue
        known.add(entry.span)
        raw = document.text[entry.span.start : entry.span.end]
        kind, name = (Kind.HTML, "value.html") if page else (Kind.MARKDOWN, "value.md")
        yield entry, _Inner(entry.value, _offsets(raw, entry.value, entry), kind, name)


def _without_text_in(spans: list[Span], entries: list[Entry]) -> list[Entry]:
    """Return the entries but those that were read line by line in what is a text of its own."""
    if not spans:
        return entries
    spans = sorted(spans)
    starts = [span.start for span in spans]

    def stands_apart(entry: Entry) -> bool:
        at = bisect_right(starts, entry.span.start) - 1
        return at < 0 or entry.span.start >= spans[at].end

    return [entry for entry in entries if entry.place is not Place.TEXT or stands_apart(entry)]


def decoded_letters(value: str) -> str:
    """Return a value with its URL escapes and character references resolved."""
    from okxguard.entries.alignment import resolve_percent
    from okxguard.entries.markup import resolve

    return resolve(resolve_percent(value), 0).text


def _offsets(raw: str, value: str, entry: Entry) -> OffsetMap:
    from okxguard.entries.alignment import aligned

    return aligned(raw, value, entry.span.start) or OffsetMap([(0, entry.span.start)])


def _kind_of_value(entry: Entry) -> tuple[Kind | None, str]:
    """Return the syntax of the document that a value is, None if it is a mere value; and what to call it."""
    value, name = entry.value, entry.path[-1]
    head = value[:200].lstrip()
    if head[:1] in ("{", "[") and value.rstrip()[-1:] in ("}", "]") and re.search(_JSON_MEMBER, value):
        return Kind.JSON, "value.json"
    if head.startswith(("<?xml", "<plist", "<configuration")) and not re.search(_PAGE, head):
        return Kind.XML, "value.xml"
    if "\n" in value.strip():
        kind = kind_of(name, "") if "." in name or "env" in name.lower() else Kind.TEXT
        if kind not in _NAMED:
            return kind, name
        settings = 0 if _FENCE in value else len(re.findall(_SETTING, value))
        lines = sum(bool(line.strip()) and line.lstrip()[0] != "#" for line in value.split("\n"))
        if settings and settings * 2 > lines:
            return Kind.DOTENV, "value.env"
        if name == "exec" or name.endswith(".js"):
            return Kind.CODE, "value.js"
    return None, ""


def _encoded_file(document: Document, entry: Entry) -> Iterator[_Inner]:
    """Yield the file that a value in base64 holds; every character stands where its bits do."""
    import binascii

    raw = document.text[entry.span.start : entry.span.end]
    where = [at for at, letter in enumerate(raw) if not letter.isspace()]
    letters = "".join(raw[at] for at in where).replace("-", "+").replace("_", "/")
    try:
        text = binascii.a2b_base64(letters + "=" * (-len(letters) % 4)).decode("utf-8")
    except ValueError:
        return
    if not text or not all(letter.isprintable() or letter in "\n\r\t" for letter in text) or not where:
        return
    text = text.replace("\r", " ")
    pieces, at = [], 0
    for index, letter in enumerate(text):
        pieces.append((index, entry.span.start + where[min(len(where) - 1, at * 4 // 3)]))
        at += len(letter.encode())
    pieces.append((len(text), entry.span.start + where[min(len(where) - 1, at * 4 // 3)]))
    kind, name = _kind_of_value(entry._replace(value=text))
    if kind is None and re.search(_SETTING, text):
        kind, name = Kind.DOTENV, "value.env"
    if kind is None and ("\n" in text or ": " in text):
        kind, name = Kind.TEXT, "value.txt"
    if kind is not None:
        yield _Inner(text, OffsetMap(pieces), kind, name)


def _scripts(document: Document, entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield what scripts say that are written as lists of lines, as those of Postman."""
    scripts: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        if len(entry.path) > 1 and entry.path[-2] == _SCRIPT and entry.path[-1].startswith("["):
            scripts.setdefault(entry.path[:-1], []).append(entry)
    for path, lines in scripts.items():
        pieces: list[tuple[int, int]] = []
        length = 0
        for line in lines:
            raw = document.text[line.span.start : line.span.end]
            offsets = _offsets(raw, line.value, line)
            pieces += [(length + at, offsets.of(at)) for at in range(len(line.value) + 1)]
            length += len(line.value) + 1
        text = "\n".join(line.value for line in lines)
        yield from read_inner(document, text, OffsetMap(pieces), "script.js", Kind.CODE, path).entries


def read_fields(document: Document, entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the fields of connection strings such as `Name=value;Other=value`, and the options of command lines."""
    covered = Span(0, 0)
    for entry in entries:
        value = entry.value
        if not _SHORTEST <= len(value) <= 2000 or not entry.path or "\n" in value:
            continue
        assigned = re.fullmatch(_ASSIGNED, value) if entry.path[-1].startswith("[") else None
        if assigned:
            name = assigned["name"].split(".")
            yield from _part(document, entry, (*entry.path[:-1], *name), assigned.span("value"))
        # What the text reader took out of a string of fields holds the same fields again.
        if ";" in value and value.count("=") > 1 and not covered.start < entry.span.start < covered.end:
            covered = entry.span
            for match in re.finditer(_FIELD, value):
                yield from _part(document, entry, (*entry.path, match["name"].strip()), match.span("value"))
        if " -" in value and re.search(_OPTION, value):
            from okxguard.entries.pairs import line_pairs

            for name, start, end, _ in line_pairs(value):
                yield from _part(document, entry, (*entry.path, name), (start, end))


def _part(document: Document, entry: Entry, path: tuple[str, ...], within: tuple[int, int]) -> Iterator[Entry]:
    value = entry.value[slice(*within)].rstrip()
    raw = document.text[entry.span.start : entry.span.end]
    span = _offsets(raw, entry.value, entry).span_of(Span(within[0], within[0] + len(value)))
    if value and span.end <= entry.span.end:
        visible = document.text[span.start : span.end] == value
        yield Entry(path, value, span, entry.place, True, visible)


def _spelled_out(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield values that are written with URL escapes or character references as what they mean."""
    for entry in entries:
        if ("%" in entry.value or "&" in entry.value) and 0 < len(entry.value) <= _LONGEST_VALUE:
            value = decoded_letters(entry.value)
            if value != entry.value and value.isprintable():
                yield entry._replace(value=value, visible=False)


def _fallbacks(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the defaults of references in templates: of the value, and of the variable that is looked up."""
    for entry in entries:
        if "{" not in entry.value or len(entry.value) > _LONGEST_VALUE:
            continue
        for match in re.finditer(_FALLBACK, entry.value):
            group = "fallback" if match["fallback"] else "default"
            start = entry.span.start + match.start(group)
            span = Span(start, start + len(match[group])) if entry.visible else entry.span
            names = [entry.path[-1:], *([(match["name"],)] if match["name"] else [])]
            for name in names:
                yield Entry((*entry.path[:-1], *name), match[group], span, Place.DEFAULT, True, entry.visible)
