"""Read notebooks: their code as one document, so that names flow between cells, then their prose and their outputs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from okxguard.documents import Document
from okxguard.entries.inner import read_inner
from okxguard.entries.json import Scalar, json_scalars, scalar_entries
from okxguard.entries.offsets import OffsetMap, escaped_pieces
from okxguard.entries.pairs import unescape
from okxguard.entries.reading import MismatchError, Reading, TellingLines
from okxguard.kinds import Kind, kind_of
from okxguard.model import Entry

_Path = tuple[str, ...]
_SOURCES = ("source", "input")
_COLOUR = re.compile(r"\x1b\[[0-9;]{0,20}[A-Za-z]")
_HALF = re.compile("[\ud800-\udfff]")
_CELL_MAGIC = re.compile(r"\s*%%(?P<magic>[A-Za-z!]\w*)(?P<rest>[^\n]*)(?:\n|\Z)")
_MAGIC_FILES = {
    "bash": "cell.sh",
    "sh": "cell.sh",
    "script": "cell.sh",
    "javascript": "cell.js",
    "js": "cell.js",
    "html": "cell.html",
    "sql": "cell.sql",
    "markdown": "cell.md",
    "ruby": "cell.rb",
    "perl": "cell.pl",
    "R": "cell.r",
    "svg": "cell.xml",
    "latex": "cell.txt",
}
_LANGUAGES = {"r": "r", "julia": "jl", "javascript": "js", "typescript": "ts", "bash": "sh", "c#": "cs", "rust": "rs"}
_HTML = "text/html"


class _Text(NamedTuple):
    """Text of the notebook as it is meant, and the map from there back to the file."""

    text: str
    pieces: list[tuple[int, int]]


class NotebookCode(NamedTuple):
    """The Python of a notebook as one text, the offsets at which its cells end, and the way back to the file."""

    text: str
    ends: tuple[int, ...]
    offsets: OffsetMap


class CellPlace(NamedTuple):
    """Where a notebook shows something: cell and line count from 1; `output` if below the cell's code."""

    cell: int
    line: int
    output: bool


def read_notebook(document: Document, _: TellingLines) -> Reading:
    """Return the entries of a notebook.

    Raises MismatchError when the text is no JSON.
    """
    reader = _Reader(document)
    return Reading(tuple(reader.read()), reader.note)


def code_of(document: Document) -> NotebookCode | None:
    """Return the Python of a notebook, or None where it holds none."""
    reader = _Reader(document)
    try:
        cells = reader.python_cells()
    except MismatchError:
        return None
    ends, length = [], 0
    for cell in cells:
        length += len(cell.text) + 1
        ends.append(length)
    joined = _concatenated(cells, "\n")
    return NotebookCode(joined.text, tuple(ends), OffsetMap(joined.pieces)) if cells else None


def cell_of(document: Document, offset: int) -> CellPlace | None:
    """Return the cell and the line in it that a place of a notebook belongs to."""
    lines: dict[_Path, int] = defaultdict(int)
    try:
        scalars = list(json_scalars(document.text))
    except MismatchError:
        return None
    for scalar in scalars:
        if not isinstance(scalar, Scalar) or not scalar.quoted or (cell := _cell_of(scalar.path)) is None:
            continue
        number, inside = cell
        text = (number, *(piece for piece in inside if not piece.startswith("[") or piece != inside[-1]))
        end = min(scalar.start + len(scalar.raw), offset)
        before = unescape(scalar.raw[: max(0, end - scalar.start)]).count("\n")
        if scalar.start <= offset <= scalar.start + len(scalar.raw):
            return CellPlace(int(number[1:-1]) + 1, lines[text] + before + 1, inside[0] not in _SOURCES)
        lines[text] += before
    return None


def _cell_of(path: _Path) -> tuple[str, _Path] | None:
    """Return the index of the cell that a value stands in, and its path within the cell."""
    at = path.index("cells") if "cells" in path[:3] else -1
    return (path[at + 1], path[at + 2 :]) if at >= 0 and len(path) > at + 2 else None


class _Reader:
    def __init__(self, document: Document) -> None:
        self._document = document
        self.note: str | None = None
        self._types: dict[str, str] = {}
        self._sources: dict[str, list[Scalar]] = defaultdict(list)
        self._outputs: dict[tuple[str, ...], list[Scalar]] = defaultdict(list)
        self._others: list[Scalar] = []
        self._language = ""

    def read(self) -> Iterator[Entry]:
        for scalar in json_scalars(self._document.text):
            if isinstance(scalar, Scalar):
                self._note(scalar)
        yield from self._code()
        for cell, scalars in self._sources.items():
            if self._types.get(cell) != "code":
                kind = Kind.TEXT if self._types.get(cell) == "raw" else Kind.MARKDOWN
                yield from self._inner(self._joined(scalars), "cell", kind)
        for path, scalars in self._outputs.items():
            html = _HTML in path
            between = "\n" if "traceback" in path else ""
            yield from self._inner(self._joined(scalars, between), "output", Kind.HTML if html else Kind.TEXT)
        for scalar in self._others:
            yield from scalar_entries(scalar)

    def python_cells(self) -> list[_Text]:
        """Return the cells that are Python."""
        for scalar in json_scalars(self._document.text):
            if isinstance(scalar, Scalar):
                self._note(scalar)
        if any(self._language == name for name in _LANGUAGES):
            return []
        sources = [self._joined(scalars) for cell, scalars in self._sources.items() if self._types.get(cell) == "code"]
        plain = [(source, _CELL_MAGIC.match(source.text)) for source in sources]
        return [
            source if magic is None else _without_head(source, magic.end())
            for source, magic in plain
            if magic is None or _file_of(magic) is None
        ]

    def _note(self, scalar: Scalar) -> None:
        """Sort a value of the file to the cells and outputs."""
        if scalar.path[-1] == "language" or scalar.path[-2:] == ("language_info", "name"):
            self._language = self._language or scalar.raw.lower()
        cell = _cell_of(scalar.path)
        if cell is None or not scalar.quoted:
            self._others.append(scalar)
            return
        number, inside = cell
        if inside == ("cell_type",):
            self._types[number] = scalar.raw
        elif inside[0] in _SOURCES:
            self._sources[number].append(scalar)
        elif inside[0] == "outputs" and len(inside) > 2 and "application/json" not in inside:
            text = inside[:-1] if inside[-1].startswith("[") else inside
            key = (number, *text)
            self._outputs[key].append(scalar)
        else:
            self._others.append(scalar)

    def _code(self) -> Iterator[Entry]:
        """Yield what the code says: plain cells all together, cells in another language each by itself."""
        together: list[_Text] = []
        for cell, scalars in self._sources.items():
            if self._types.get(cell) != "code":
                continue
            joined = self._joined(scalars)
            magic = _CELL_MAGIC.match(joined.text)
            if magic and (name := _file_of(magic)):
                yield from self._inner(_without_head(joined, magic.end()), name, kind_of(name, ""))
            else:
                together.append(joined if not magic else _without_head(joined, magic.end()))
        ending = next((_LANGUAGES[name] for name in _LANGUAGES if name == self._language), "")
        if ending:
            yield from self._inner(_concatenated(together, "\n"), f"cells.{ending}", Kind.CODE)
            return
        reading = self._reading(_concatenated(together, "\n"), "cells.py", Kind.PYTHON)
        if reading.note is None or len(together) < 2:
            self.note = reading.note
            yield from reading.entries
            return
        # One cell that is no Python must not take the names from all others.
        readings = [self._reading(cell, "cell.py", Kind.PYTHON) for cell in together]
        self.note = next((each.note for each in readings if each.note), None)
        yield from reading.entries
        for each in readings:
            yield from each.entries

    def _inner(self, text: _Text, name: str, kind: Kind) -> Iterator[Entry]:
        yield from self._reading(text, name, kind).entries

    def _reading(self, text: _Text, name: str, kind: Kind) -> Reading:
        if not text.text.strip():
            return Reading()
        return read_inner(self._document, text.text, OffsetMap(text.pieces), name, kind)

    def _joined(self, scalars: list[Scalar], between: str = "") -> _Text:
        """Return the lines of a cell or an output as one text, without colours."""
        parts = []
        for scalar in scalars:
            text = _HALF.sub("\ufffd", unescape(scalar.raw))
            parts.append(_without_colours(_Text(text, list(escaped_pieces(scalar.raw, scalar.start)))))
        return _concatenated(parts, between)


def _file_of(magic: re.Match[str]) -> str | None:
    """Return the name of a file in the syntax of a cell, or None where the cell is Python."""
    words = magic["rest"].split()
    if magic["magic"] in ("writefile", "file") and words:
        return words[-1]
    return _MAGIC_FILES.get(magic["magic"])


def _without_head(text: _Text, length: int) -> _Text:
    start = OffsetMap(text.pieces).of(length)
    return _Text(text.text[length:], [(0, start), *((at - length, to) for at, to in text.pieces if at > length)])


def _without_colours(text: _Text) -> _Text:
    """Return a text without the codes that colour it on a terminal."""
    if "\x1b" not in text.text:
        return text
    offsets = OffsetMap(text.pieces)
    parts, pieces, length, at = [], [], 0, 0
    for match in [*_COLOUR.finditer(text.text), None]:
        end = match.start() if match else len(text.text)
        pieces.append((length, offsets.of(at)))
        pieces += [(length + taken - at, outer) for taken, outer in text.pieces if at < taken < end]
        parts.append(text.text[at:end])
        length += end - at
        pieces.append((length, offsets.of(end)))
        at = match.end() if match else end
    return _Text("".join(parts), pieces)


def _concatenated(texts: list[_Text], between: str) -> _Text:
    parts: list[str] = []
    pieces: list[tuple[int, int]] = []
    length = 0
    for text in texts:
        pieces += [(length + taken, outer) for taken, outer in text.pieces]
        length += len(text.text)
        parts.append(text.text)
        pieces.append((length, OffsetMap(text.pieces).of(len(text.text))))
        if between:
            parts.append(between)
            length += len(between)
    return _Text("".join(parts), pieces or [(0, 0)])
