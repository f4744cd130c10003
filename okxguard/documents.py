"""Turn bytes into text: is it text at all, which encoding, which syntax, which line."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from okxguard.decoding import BOMS, decode, decode_as, wide_encoding
from okxguard.model import Location, Span


class Kind(Enum):
    """The syntax a document is read as."""

    PYTHON = "python"
    DOTENV = "dotenv"
    JSON = "json"
    YAML = "yaml"
    TOML = "toml"
    INI = "ini"
    PROPERTIES = "properties"
    CODE = "code"
    MARKDOWN = "markdown"
    TEXT = "text"


class Document(NamedTuple):
    """A decoded source. Lines in `text` end in a line feed, whatever they ended in before."""

    path: str
    kind: Kind
    text: str
    line_starts: tuple[int, ...]
    evidence: str = ""
    first_line: int = 1
    first_column: int = 1
    damaged: bool = False

    def __repr__(self) -> str:
        return f"Document(path={self.path!r}, kind={self.kind!r})"

    def line_of(self, offset: int) -> int:
        """Return the index of the line that holds `offset`, from 0 within this document."""
        return bisect_right(self.line_starts, offset) - 1

    def line_text(self, index: int) -> str:
        """Return the line with that index, without its end."""
        return self.text[self.line_starts[index] : self.end_of_line(index)]

    def end_of_line(self, index: int) -> int:
        """Return the offset of the end of the line with that index."""
        return self.line_starts[index + 1] - 1 if index + 1 < len(self.line_starts) else len(self.text)

    def locate(self, span: Span) -> Location:
        """Return where an editor shows `span`."""
        first, last = self.line_of(span.start), self.line_of(max(span.start, span.end - 1))
        return Location(
            self.path,
            first + self.first_line,
            span.start - self.line_starts[first] + self._column_of(first),
            last + self.first_line,
            span.end - self.line_starts[last] + self._column_of(last),
        )

    def _column_of(self, index: int) -> int:
        return self.first_column if index == 0 else 1


class Window(NamedTuple):
    """A stretch of a large source: its bytes, and the line and column that it begins at."""

    data: bytes
    first_line: int = 1
    first_column: int = 1
    encoding: str | None = None

    def __repr__(self) -> str:
        return f"Window(first_line={self.first_line!r}, first_column={self.first_column!r})"


def windows(data: bytes, size: int, overlap: int) -> Iterator[Window]:
    """Cut `data` into windows of about `size` bytes that share `overlap` bytes, at line ends where there are any."""
    encoding = next((name for bom, name in BOMS if data.startswith(bom)), None) or wide_encoding(data)
    newline = "\n".encode(encoding or "utf-8")
    line, column, start = 1, 1, 0
    while start < len(data):
        end = min(len(data), start + size)
        yield Window(data[start:end], line, column, encoding)
        if end == len(data):
            return
        following = data.rfind(newline, start + size - overlap, end)
        following = following + len(newline) if following >= 0 else (end - overlap) & ~3
        passed = data[start:following]
        breaks = passed.count(newline)
        line += breaks
        column = (1 if breaks else column) + len(
            (passed.rpartition(newline)[2] if breaks else passed).decode(encoding or "utf-8", "replace")
        )
        start = following


def make_document(path: str, evidence: str, window: Window, kind: Kind | None = None) -> Document:
    """Decode the bytes of a window, or of a whole file as one window, and find out its syntax and its lines."""
    text, damaged = decode_as(window.data, window.encoding) if window.encoding else decode(window.data)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    starts = (0, *(match.end() for match in re.finditer("\n", text)))
    return Document(
        path,
        kind or kind_of(path, text),
        text,
        starts,
        evidence,
        window.first_line,
        window.first_column,
        damaged,
    )


_BY_ENDING = {
    Kind.PYTHON: "py pyw pyi pyx",
    Kind.DOTENV: "env envrc flaskenv",
    Kind.JSON: "json jsonc json5 ipynb har webmanifest jsonl ndjson geojson avsc tfstate",
    Kind.YAML: "yaml yml",
    Kind.TOML: "toml",
    Kind.INI: "ini cfg conf cnf inf service desktop editorconfig gitconfig",
    Kind.PROPERTIES: "properties",
    Kind.MARKDOWN: "md markdown mdx rst adoc",
    Kind.CODE: "js jsx ts tsx mjs cjs mts cts vue svelte go java kt kts scala sc cs vb fs rs c h cc cpp cxx hpp hh"
    " m mm php rb swift dart ex exs erl lua r jl"
    " pas dpr mq4 mq5 mqh groovy gradle pl pm hs clj sol zig nim cr",
}
_KIND_BY_ENDING = {ending: kind for kind, endings in _BY_ENDING.items() for ending in endings.split()}
_DOTENV_NAME = re.compile(r"(?:^|[._-])env(?:$|[._-])|^\.?(?:secrets?|credentials?)\.keys$", re.IGNORECASE)
_INNER_ENDINGS = {
    "example",
    "sample",
    "template",
    "dist",
    "bak",
    "old",
    "orig",
    "local",
    "tpl",
    "tmpl",
    "backup",
    "save",
    "default",
    "disabled",
    "txt",
}


def kind_of(path: str, text: str) -> Kind:
    """Return the syntax to read a file as: by its name, or by its first characters where the name says nothing."""
    name = path.rpartition("/")[2].lower()
    pieces = name.split(".")
    while len(pieces) > 2 and (pieces[-1] in _INNER_ENDINGS or pieces[-1].rstrip("~").isdigit()):
        pieces.pop()
    ending = pieces[-1].rstrip("~") if len(pieces) > 1 else ""
    kind = _KIND_BY_ENDING.get(ending)
    if kind is not None and not (kind is Kind.CODE and name.startswith(".env")):
        return kind
    if _DOTENV_NAME.search(name) and ending not in ("sh", "bash", "zsh", "fish", "ps1", "bat", "cmd"):
        return Kind.DOTENV
    return _kind_by_content(text)


def _kind_by_content(text: str) -> Kind:
    head = text[:400].lstrip()
    if head.startswith("#!") and "python" in head.partition("\n")[0]:
        return Kind.PYTHON
    if head.startswith("{") or (head.startswith("[") and head[1:].lstrip()[:1] in ('"', "{", "[")):
        return Kind.JSON
    if re.match(r"\[[\w .:\"'-]+\]\s*\n", head):
        return Kind.INI
    if head.startswith("---\n"):
        return Kind.YAML
    return Kind.TEXT
