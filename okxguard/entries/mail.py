"""Read mails, archives of mails and saved pages: their texts and files, whatever they are encoded in."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple

from okxguard.documents import Document
from okxguard.entries.inner import read_inner
from okxguard.entries.offsets import OffsetMap
from okxguard.entries.reading import Reading, TellingLines
from okxguard.entries.text import read_lines
from okxguard.kinds import Kind, kind_of
from okxguard.model import Entry

_ENCODING = re.compile(r"(?im)^Content-Transfer-Encoding:\s{0,9}(?P<encoding>quoted-printable|base64)")
_TYPE = re.compile(r"(?im)^Content-Type:\s{0,9}(?P<type>[\w.+-]{1,40}/[\w.+-]{1,80})")
_NAME = re.compile(r"(?i)\b(?:file)?name\*?=\"?(?:utf-8'')?(?P<name>[^\s\";]{1,120})")
_BOUNDARY = re.compile(r"(?i)\bboundary=\"?(?P<boundary>[^\s\";]{1,100})")
_LARGEST_PART = 1_000_000
_SNIFFED = 4000
_FOLD = re.compile(r"=[ \t]{0,9}\n|(?:=[0-9A-Fa-f]{2})+")
_KINDS = {"text/html": "part.html", "application/json": "part.json", "text/csv": "part.csv", "text/xml": "part.xml"}


class _Part(NamedTuple):
    """What a block of headers is about: where its body stands, and what the headers say of it."""

    headers: str
    start: int
    end: int

    @property
    def encoding(self) -> str:
        """What the body is encoded in, "" if it stands as it is."""
        said = _ENCODING.search(self.headers)
        return said["encoding"].lower() if said else ""

    @property
    def kind(self) -> str:
        """What the headers call the body."""
        said = _TYPE.search(self.headers)
        return said["type"].lower() if said else "text/plain"


def read_mail(document: Document, lines: TellingLines) -> Reading:
    """Return the entries of one mail or several: headers and plain texts as they are, other parts by their kind."""
    too_large: list[_Part] = []
    entries = tuple(_read(document, lines.around, too_large))
    return Reading(entries, "an encoded part is too large to be read" if too_large else None)


def _read(document: Document, telling: frozenset[int], too_large: list[_Part]) -> Iterator[Entry]:
    covered = []
    for part in _parts(document):
        if not (part.encoding or part.kind in _KINDS):
            continue
        covered.append((part.start, part.end))
        if part.encoding and part.end - part.start > _LARGEST_PART and _is_text(document, part):
            too_large.append(part)
        else:
            yield from _body(document, part)
    lines = [(start, document.line_text(index)) for index, start in enumerate(document.line_starts)]
    at = 0
    apart = []
    for start, line in lines:
        while at < len(covered) and covered[at][1] <= start:
            at += 1
        apart.append((start, "" if at < len(covered) and covered[at][0] <= start else line))
    told = frozenset(document.line_starts[index] for index in telling)
    yield from read_lines(apart, (), markdown=True, telling=told)


def _parts(document: Document) -> Iterator[_Part]:
    """Yield every part with a body that something is said about; those that hold other parts have none."""
    boundaries = set(_BOUNDARY.findall(document.text))
    headers = 0  # where they begin, -1 within a body
    waiting: _Part | None = None
    for index, start in enumerate(document.line_starts):
        line = document.line_text(index)
        if line.startswith("From ") or (line.startswith("--") and line[2:].rstrip().removesuffix("--") in boundaries):
            if waiting:
                yield waiting._replace(end=start)
            headers, waiting = start + len(line) + 1, None
        elif headers >= 0 and not line.strip() and start > headers:
            said = document.text[headers:start]
            if "content-" in said.lower() and not _BOUNDARY.search(said):
                waiting = _Part(said, start + len(line) + 1, len(document.text))
            headers = -1
    if waiting:
        yield waiting


def _body(document: Document, part: _Part) -> Iterator[Entry]:
    raw = document.text[part.start : part.end]
    if part.encoding == "base64":
        text, offsets = _from_base64(raw, part.start)
    elif part.encoding:
        text, offsets = _from_quoted(raw, part.start)
    else:
        text, offsets = raw, OffsetMap([(0, part.start)])
    called = _NAME.search(part.headers)
    name = called["name"] if called else _KINDS.get(part.kind, "part.txt")
    if text.strip():
        yield from read_inner(document, text, offsets, name, _kind(name, text)).entries


def _is_text(document: Document, part: _Part) -> bool:
    """Tell whether a part is no picture or archive in base64."""
    head = document.text[part.start : part.start + _SNIFFED]
    return part.encoding != "base64" or bool(_from_base64(head, part.start)[0])


def _kind(name: str, text: str) -> Kind:
    kind = kind_of(name, text)
    return Kind.TEXT if kind is Kind.MAIL else kind


def _from_quoted(raw: str, start: int) -> tuple[str, OffsetMap]:
    """Return what a text in quoted-printable stands for, and where."""
    parts: list[str] = []
    pieces, at, length = [(0, start)], 0, 0
    for match in _FOLD.finditer(raw):
        before = raw[at : match.start()]
        octets = bytes.fromhex(match[0].replace("=", "")) if match[0][-1] != "\n" else b""
        parts += [before, _decoded(octets)]
        length += len(before)
        pieces.append((length, start + match.start()))
        length += len(parts[-1])
        at = match.end()
        pieces.append((length, start + at))
    parts.append(raw[at:])
    return "".join(parts).replace("\r", " "), OffsetMap(pieces)


def _from_base64(raw: str, start: int) -> tuple[str, OffsetMap]:
    """Return what a text in base64 stands for; every character stands where its bits do."""
    letters = re.sub(r"[^A-Za-z0-9+/]", "", raw)
    letters = letters[:-1] if len(letters) % 4 == 1 else letters
    octets = binascii.a2b_base64(letters + "=" * (-len(letters) % 4))
    if not octets or b"\0" in octets:
        return "", OffsetMap([(0, start)])
    where = [match.start() for match in re.finditer(r"[A-Za-z0-9+/]", raw)]
    text = _decoded(octets).replace("\r", " ")
    pieces, size = [], 0
    for index, letter in enumerate(text):
        pieces.append((index, start + where[min(size * 4 // 3, len(where) - 1)]))
        size += len(letter.encode("utf-8", "replace"))
    pieces.append((len(text), start + where[-1] + 1))
    return text, OffsetMap(pieces)


def _decoded(octets: bytes) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")
