"""What entries say beyond their letters: without blanks at the end, decoded, in pairs, with defaults inside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from okxguard.documents import Document
from okxguard.kinds import Kind
from okxguard.model import Entry, Place, Span

# The patterns are texts, which `re` compiles at their first use and keeps: most files need none of them.
_DEFAULTED = (
    r"\$\{(?:(?:env|sys|prop):)?(?P<name>[A-Za-z_]\w*\.[\w.-]+(?=:)|[A-Za-z_][\w.]*)"
    r"(?::?[-=?]|:)?(?P<default>[^{}$]+)\}"
)
# What stands inside or beside a value is looked for only where one of these signs is.
_DEFAULT_SIGNS = ":-="
_TELLING_SIGNS = (
    r"[\n;%&<]|[0-9A-Fa-f]{12}\S*\s|\s\S*[0-9A-Fa-f]{12}|\{[^{\n]{0,300}['\"]|\s-|^[\w.-]+=|[A-Za-z0-9+/_-]{80}"
)
_TELLING_NAMES = frozenset(
    (
        "default", "example", "plaintext", "literal", "const", "v", "s", "to", "content", "string", "data", "#text",
        "equalto", "equals", "exact", "contains", "matches", "eq", "default_var", "fallback", "initial", "secretstring",
        "secret_string",
    )
)  # fmt: skip
_OF_TEXTS = frozenset((name,) for name in ("text", "insert", "plain_text", "content", "body", "message"))
_OPENAPI = (("openapi",), ("swagger",))
_SHORTEST_TELLING = 8
_WITH_COMMANDS = frozenset({Kind.TEXT, Kind.CODE, Kind.MARKDOWN, Kind.YAML, Kind.SQL})
_COMMANDS = (
    r"redis-cli|(?m:^[^\n>]{1,60}>[ \t]*H?GET[ \t])|(?m:^\*\d{1,4}\n\$\d)"
    r"|(?m:^[ \t]*(?:H?M?SET(?:NX|EX)?|JSON\.SET|hm?set)[ \t])"
)
# One of these stands in every one of them.
_COMMAND_SIGNS = ("redis-cli", "GET", "SET", "hset", "hmset", "\n$")
_LONGEST_TRIMMED = 1000
_CONTROLS = "".join(map(chr, (*range(9), *range(14, 32))))
_AROUND = r"(?:\s|\\(?:[nrt\n]|x[01][0-9a-fA-F]|u00[01][0-9a-fA-F])|[\x00-\x1f“”„‘’«»`|])*"
# Quotes of word processors, code marks, and what chats hide.
_MARKED_ENDS = frozenset("“”‘’«»`|")
_MARKED = r"(?s)[“”„‘’«»](?P<curly>.+)[“”‘’«»]|`(?P<code>[^`]{2,200})`|\|\|(?P<hidden>[^|]{2,200})\|\|"
_BASE64 = r"[A-Za-z0-9+/_-]{2,}={0,2}"
_SHORTEST_BASE64, _LONGEST_BASE64 = 40, 64
_SHORTEST_ALIKE = 8
_SHORTEST_RECORD = 45
_MOST_DEFAULTS = 8
_BASE64_NAME = r"(?i)[_.-]?(?:b64|base64)(?:[_-]?encoded)?$"
_DATA = r"data(?:~\d+)?"


def complete(document: Document, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the entries without blanks at the end of their values, and what they say together or within."""
    expressions = [entry for entry in entries if entry.place is Place.EXPRESSION]
    trimmed = [_trimmed(document, entry) for entry in entries if entry.place is not Place.EXPRESSION]
    secrets = {entry.path[:-1] for entry in trimmed if entry.value == "Secret" and entry.path[-1:] == ("kind",)}
    plain: list[Entry] = []
    decoded: list[Entry] = []
    for entry in trimmed:
        meant = _decoded(entry, secrets)
        if meant is None or not _is_data(entry, secrets):
            plain.append(entry)
        if meant is not None:
            decoded.append(meant)
    found = [*plain, *decoded, *_records(plain), *_commands(document)]
    if decoded:
        found += _decoded_alike(plain, decoded)
    if document.kind is Kind.JSON and any(entry.path[-1:] in _OF_TEXTS for entry in plain):
        from okxguard.entries.runs import read_runs  # most data hold no texts

        found += read_runs(document, entries)
    # Imported when there is something to look for: most dotenv files hold names and values only.
    if any(re.search(_TELLING_SIGNS, entry.value) for entry in found if len(entry.value) >= _SHORTEST_TELLING):
        from okxguard.entries.within import read_all_within

        found = read_all_within(document, found)
    if any(_may_be_paired(entry) for entry in found):
        from okxguard.entries.pairing import read_pairs, without_keywords

        found = without_keywords(found)
        found += read_pairs(found)
    return (*found, *_defaults(document, found), *expressions)


def _commands(document: Document) -> Iterator[Entry]:
    """Yield what the commands of a database say that stand in scripts and notes."""
    may_hold = document.kind in _WITH_COMMANDS and any(sign in document.text for sign in _COMMAND_SIGNS)
    if may_hold and re.search(_COMMANDS, document.text):
        from okxguard.entries.redis import read_redis  # most texts hold no such command

        yield from read_redis(document)


def _may_be_paired(entry: Entry) -> bool:
    """Tell whether the name of a value may stand elsewhere: the entry is a position, or named `value` or the like."""
    last = entry.path[-1].rpartition(".")[2].lower() if entry.path else ""
    return last.startswith("[") or "val" in last or last in _TELLING_NAMES or entry.path in _OPENAPI


def _trimmed(document: Document, entry: Entry) -> Entry:
    """Return an entry without curly quotes and blanks at the end; where its letters stand in the text, there."""
    value = entry.value.rstrip().strip(_CONTROLS)
    if value[-1:] in _MARKED_ENDS and (marked := re.fullmatch(_MARKED, value)):
        value = marked["curly"] or marked["code"] or marked["hidden"]
    if (entry.visible and len(value) == len(entry.value)) or not value or len(value) > _LONGEST_TRIMMED:
        return entry
    start, end = entry.span
    if end - start > _LONGEST_TRIMMED + len(value):
        return entry._replace(value=value)
    written = document.text[start:end]
    at = written.find(value)
    if at < 0 or not (re.fullmatch(_AROUND, written[:at]) and re.fullmatch(_AROUND, written[at + len(value) :])):
        return entry._replace(value=value)
    return entry._replace(value=value, span=Span(start + at, start + at + len(value)), visible=True)


def _is_data(entry: Entry, secrets: set[tuple[str, ...]]) -> bool:
    """Tell whether an entry stands in the `data` of a Kubernetes Secret, where everything is base64."""
    return len(entry.path) > 1 and entry.path[:-2] in secrets and bool(re.fullmatch(_DATA, entry.path[-2]))


def _decoded(entry: Entry, secrets: set[tuple[str, ...]]) -> Entry | None:
    """Return what a value in base64 stands for, where that is text."""
    value = entry.value
    if not entry.path or not value or len(value) > _LONGEST_TRIMMED:
        return None
    name = entry.path[-1]
    said = re.sub(_BASE64_NAME, "", name) if "64" in name else name
    sized = _SHORTEST_BASE64 <= len(value) <= _LONGEST_BASE64
    if not (sized or said != name or _is_data(entry, secrets)) or not re.fullmatch(_BASE64, value):
        return None
    text = _text_of(value)
    if text is None:
        return None
    named = (said,) if said or len(entry.path) == 1 else ()
    return entry._replace(path=(*entry.path[:-1], *named), value=text, quoted=True, visible=False)


def _decoded_alike(plain: list[Entry], decoded: list[Entry]) -> Iterator[Entry]:
    """Yield what short values stand for that are in base64 like their siblings, or like others of the same name."""
    families = {family for entry in decoded for family in _families(entry)}
    known = {entry.span for entry in decoded}
    for entry in plain:
        value = entry.value
        if not _SHORTEST_ALIKE <= len(value) <= _LONGEST_BASE64 or entry.span in known or len(value) % 4:
            continue
        if not families.isdisjoint(_families(entry)) and re.fullmatch(_BASE64, value) and (text := _text_of(value)):
            yield entry._replace(value=text, quoted=True, visible=False)


def _families(entry: Entry) -> tuple[tuple[str, ...], ...]:
    """Return the mapping of an entry, and its path whatever the positions in it are."""
    return entry.path[:-1], tuple("[]" if piece.startswith("[") else piece for piece in entry.path)


def _text_of(value: str) -> str | None:
    import binascii  # most files hold nothing in base64

    try:
        data = binascii.a2b_base64(value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4))
        text = data.decode("ascii").strip()
    except ValueError:
        return None
    return text if text and text.isprintable() else None


def _records(entries: list[Entry]) -> Iterator[Entry]:
    """Yield the items of values such as `A:B:C`."""
    if any(len(entry.value) >= _SHORTEST_RECORD for entry in entries):
        from okxguard.entries.records import record_entries  # most values are shorter

        yield from record_entries(entries)


def _defaults(document: Document, entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the defaults of ${NAME:-default}, at their own place where quotes or escapes stand around them."""
    for entry in entries:
        if "${" not in entry.value:
            continue
        for match in islice(re.finditer(_DEFAULTED, entry.value), _MOST_DEFAULTS):
            start = entry.span.start + match.start("default")
            if not entry.visible:
                start = document.text.find(match["default"], entry.span.start, entry.span.end)
            span = Span(start, start + len(match["default"])) if start >= 0 else entry.span
            yield Entry((*entry.path, match["name"]), match["default"], span, Place.DEFAULT, True, start >= 0)
            if match[0] == entry.value and entry.value[match.end("name")] in _DEFAULT_SIGNS:
                yield Entry(entry.path, match["default"], span, Place.DEFAULT, True, start >= 0)
