"""The text of office documents: paragraphs as lines, rows of tables and sheets as lines with a tab between cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from xml.parsers import expat

_PARTS = frozenset({"[Content_Types].xml", "word/document.xml", "xl/workbook.xml", "xl/sharedStrings.xml"})
_MIMETYPE = "mimetype"
_SHARED = "xl/sharedStrings.xml"
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_PAGES = re.compile(
    r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml|ppt/(?:slides|notesSlides)/[^/]+\.xml"
)
_OPEN_CONTENT = "content.xml"
_PARAGRAPHS = frozenset({"p", "h"})
_LETTERS = frozenset({"t", "delText", "instrText"})
_BREAKS = {"br": "\n", "cr": "\n", "line-break": "\n", "tab": "\t", "s": " "}
_ROWS, _CELLS = frozenset({"tr", "table-row"}), frozenset({"tc", "table-cell", "covered-table-cell"})
_CELL_NAME = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_MOST_COLUMNS, _MOST_ROWS = 1 << 14, 1 << 20
_TOO_LONG = "holds more text than is read of one member; unpack it and scan what it holds, or exclude it by config"


class Converted(NamedTuple):
    """The text of a member, and the name to scan it under."""

    name: str
    data: bytes
    problem: str = ""


class _NoOfficeXmlError(Exception):
    """A member declares a document type, which no office program writes, and which could make text out of nothing."""


class _TooLongError(Exception):
    """A member has more text than it may."""


class Office:
    """One office document, read member by member in the order that `order` gives."""

    def __init__(self, most: int, *, is_open: bool) -> None:
        self._most = most
        self._is_open = is_open
        self._strings: list[str] = []
        self._used: set[int] = set()

    @classmethod
    def of(cls, names: Sequence[str], most: int) -> Office | None:
        """Return the office document that an archive with such members is, if it is one; no text is over `most`."""
        if not _PARTS.isdisjoint(names):
            return cls(most, is_open=False)
        return cls(most, is_open=True) if _MIMETYPE in names[:1] and _OPEN_CONTENT in names else None

    def order(self, name: str) -> bool:
        """Return a key for sorting: the texts that sheets refer to come first."""
        return name != _SHARED

    def converted(self, name: str, data: bytes) -> Converted | None:
        """Return the text of a member, or the member as it is; None for what will be a part of other texts."""
        if name == _SHARED:
            strings = _SharedStrings(self._most)
            self._strings = strings.texts if strings.parse(data) else []
            return None if self._strings else Converted(name, data)
        if _SHEET.fullmatch(name):
            sheet = _Sheet(self._most, self._strings, self._used)
            return self._text(name, data, sheet)
        if _PAGES.fullmatch(name) or (self._is_open and name == _OPEN_CONTENT):
            return self._text(name, data, _Pages(self._most, is_open=self._is_open))
        return Converted(name, data)

    def left_over(self) -> Converted | None:
        """Return the texts of a workbook that none of its sheets shows."""
        left = [text for number, text in enumerate(self._strings) if number not in self._used]
        return Converted(_SHARED, _encoded("\n".join(left))) if left else None

    def _text(self, name: str, data: bytes, parser: _Parser) -> Converted:
        if not parser.parse(data):
            return Converted(name, data)
        return Converted(name, _encoded(parser.text()), parser.problem)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


class _Parser:
    """Collects text from XML; no entity is ever expanded."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._pieces: list[str] = []
        self.problem = ""

    def parse(self, data: bytes) -> bool:
        """Read a member; return whether it is XML as office programs write it."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = lambda name, attributes: self.start(name.rpartition(":")[2], attributes)
        parser.EndElementHandler = lambda name: self.end(name.rpartition(":")[2])
        parser.CharacterDataHandler = self.letters
        try:
            parser.Parse(data, True)
        except (expat.ExpatError, _NoOfficeXmlError, ValueError):
            return False
        except _TooLongError:
            self.problem = _TOO_LONG
        return True

    def _refuse(self, *_: object) -> None:
        raise _NoOfficeXmlError

    def add(self, text: str) -> None:
        self._left -= len(text)
        if self._left < 0:
            raise _TooLongError
        self._pieces.append(text)

    def taken(self) -> str:
        """Return what was added since the last time."""
        text = "".join(self._pieces)
        self._pieces.clear()
        return text

    def text(self) -> str:
        return "".join(self._pieces)

    def start(self, name: str, attributes: dict[str, str], /) -> None:
        raise NotImplementedError

    def end(self, name: str) -> None:
        raise NotImplementedError

    def letters(self, text: str) -> None:
        raise NotImplementedError


class _Pages(_Parser):
    """Paragraphs of word processors and slides: a line each, and a line for a row of a table."""

    def __init__(self, most: int, *, is_open: bool) -> None:
        super().__init__(most)
        self._is_open = is_open
        self._paragraphs = self._letters = self._rows = 0

    def start(self, name: str, _attributes: dict[str, str], /) -> None:
        self._paragraphs += name in _PARAGRAPHS
        self._letters += name in _LETTERS
        self._rows += name in _ROWS
        if name in _BREAKS and self._paragraphs:
            self.add(" " if self._rows else _BREAKS[name])

    def end(self, name: str) -> None:
        self._letters -= name in _LETTERS
        if name in _PARAGRAPHS:
            self._paragraphs -= 1
            self.add(" " if self._rows else "\n")
        elif name in _CELLS:
            self.add("\t")
        elif name in _ROWS:
            self._rows -= 1
            self.add("\n")

    def letters(self, text: str) -> None:
        if self._letters or (self._is_open and self._paragraphs):
            self.add(text)


class _SharedStrings(_Parser):
    """The texts that the cells of a workbook refer to by number."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.texts: list[str] = []
        self._letters = self._sounds = 0

    def start(self, name: str, _attributes: dict[str, str], /) -> None:
        self._letters += name == "t"
        self._sounds += name == "rPh"

    def end(self, name: str) -> None:
        self._letters -= name == "t"
        self._sounds -= name == "rPh"
        if name == "si":
            self.texts.append(self.taken())

    def letters(self, text: str) -> None:
        if self._letters and not self._sounds:
            self.add(text)


class _Sheet(_Parser):
    """The rows of a sheet: row 5 is line 5, and a cell stands in its column."""

    def __init__(self, most: int, strings: list[str], used: set[int]) -> None:
        super().__init__(most)
        self._strings = strings
        self._used = used
        self._row = self._column = 0
        self._kind = ""
        self._cell: list[str] = []
        self._letters = 0

    def start(self, name: str, attributes: dict[str, str], /) -> None:
        if name == "row":
            said = attributes.get("r", "")
            self._begin_row(int(said) if said.isdecimal() and len(said) < 8 else self._row + 1)
        elif name == "c":
            self._kind = attributes.get("t", "")
            place = _CELL_NAME.fullmatch(attributes.get("r", ""))
            self._begin_cell(_column_number(place[1]) if place else self._column + 1)
        self._letters += name in ("v", "t")

    def end(self, name: str) -> None:
        self._letters -= name in ("v", "t")
        if name == "c":
            self.add(_quoted(self._value("".join(self._cell))))

    def letters(self, text: str) -> None:
        if self._letters:
            self._cell.append(text)

    def _begin_row(self, number: int) -> None:
        number = number if self._row < number <= _MOST_ROWS else self._row + 1
        self.add("\n" * (number - self._row - (self._row == 0)))
        self._row, self._column = number, 0

    def _begin_cell(self, number: int) -> None:
        number = number if self._column < number <= _MOST_COLUMNS else self._column + 1
        self.add("\t" * (number - self._column - (self._column == 0)))
        self._column = number
        self._cell.clear()

    def _value(self, written: str) -> str:
        if self._kind != "s":
            return written
        number = int(written) if written.isdecimal() and len(written) < 10 else -1
        if not 0 <= number < len(self._strings):
            return written
        self._used.add(number)
        return self._strings[number]


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _quoted(cell: str) -> str:
    """Return a cell as a table of tab-separated values holds it."""
    if any(sign in cell for sign in '\t\n\r"'):
        return '"' + cell.replace('"', '""') + '"'
    return cell
