"""Read HTML: forms and attributes, tables, and the text of the page line by line as a reader sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from okxguard.documents import Document
from okxguard.entries.embedded import may_hold_entries
from okxguard.entries.grid import Cell, read_grid
from okxguard.entries.inner import moved, read_inner, read_taken
from okxguard.entries.labels import read_labels
from okxguard.entries.markup import Attribute, Comment, Tag, Text, resolve, tokens
from okxguard.entries.offsets import OffsetMap
from okxguard.entries.page import lines_of
from okxguard.entries.reading import MismatchError, Reading, TellingLines
from okxguard.kinds import Kind
from okxguard.model import Entry, Place, Span

_Path = tuple[str, ...]
_RAW = frozenset(("script", "style"))
# Elements that run on in the line they stand in.
_INLINE = frozenset(
    (
        "a",
        "abbr",
        "b",
        "bdi",
        "cite",
        "del",
        "em",
        "font",
        "i",
        "img",
        "ins",
        "mark",
        "q",
        "s",
        "small",
        "span",
        "strong",
    )
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "title", "caption", "legend", "summary"))
_NAMING = (
    "name",
    "id",
    "property",
    "itemprop",
    "data-name",
    "data-key",
    "aria-label",
    "placeholder",
    "ng-model",
    "v-model",
)
_VALUED = ("value", "content", "data-value", "data-clipboard-text", "ng-init", "placeholder")
_PLAIN = frozenset(("class", "style", "href", "src", "id", "name", "type", "rel", "for", "action", "method", "lang"))
_SCRIPTS = {"json": ("script.json", Kind.JSON), "xml": ("script.xml", Kind.XML), "template": ("script.html", Kind.HTML)}
_LONGEST_TITLE = 120
_DEEPEST_COMMENT = 2


def read_html(document: Document, _: TellingLines) -> Reading:
    """Return the entries of an HTML document.

    Raises MismatchError when the text has no tag.
    """
    if "<" not in document.text:
        raise MismatchError
    reader = _Reader(document, Place.TEXT)
    return Reading(tuple(reader.read(0, len(document.text))))


class _Page:
    """The text of the page: what stands between the tags, blocks on lines of their own, and where it comes from."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._pieces: list[tuple[int, int]] = []
        self._length = 0
        self.ends_line = True

    def add(self, text: str, pieces: list[tuple[int, int]]) -> None:
        self._pieces += [(self._length + taken, outer) for taken, outer in pieces]
        self._parts.append(text)
        self._length += len(text)
        self._pieces.append((self._length, OffsetMap(pieces).of(len(text))))
        if text.strip():
            self.ends_line = False

    def sign(self, text: str, at: int) -> None:
        self.add(text, [(0, at)])

    def colon(self, at: int) -> None:
        """Put a colon behind a name, unless there is one."""
        last = next((part.rstrip()[-1] for part in reversed(self._parts[-3:]) if part.strip()), ":")
        self.sign(" " if last in ":：=" else ": ", at)

    def end_line(self, at: int) -> None:
        if not self.ends_line:
            self.sign("\n", at)
            self.ends_line = True

    def taken(self) -> tuple[str, OffsetMap]:
        return "".join(self._parts), OffsetMap(self._pieces or [(0, 0)])


class _Reader:
    """Goes over the tokens of a page once."""

    def __init__(self, document: Document, place: Place, depth: int = 0) -> None:
        self._document = document
        self._place = place
        self._depth = depth
        self._page = _Page()
        self._rows: list[list[Cell]] = []
        self._cell: _Page | None = None
        self._raw = ""
        self._raw_type = ""
        self._preformatted = 0
        self._heading: _Path = ()
        self._headed = False
        self._forms = 0
        self._inline_end = -1
        self._heading_from = 0
        self._own_element = ""

    def read(self, start: int, end: int) -> Iterator[Entry]:
        at = start
        for token in tokens(self._document.text, start, end, _RAW):
            if isinstance(token, Tag):
                yield from self._tag(token, at)
                at = token.end
            elif isinstance(token, Comment):
                yield from self._comment(token)
                at = token.end
            else:
                yield from self._text(token)
                at = token.end
        self._end_cell()
        yield from self._end_table()
        text, offsets = self._page.taken()
        yield from read_taken(self._document, text, offsets, (), place=self._place, prose=True)
        for line_start, line in lines_of(text):
            for entry in read_labels(line_start, line.rstrip(), self._heading):
                yield moved(self._document, entry._replace(place=self._place), offsets)

    def _tag(self, tag: Tag, at: int) -> Iterator[Entry]:
        name = tag.name.lower()
        if not tag.closes:
            yield from self._attributes(tag, name)
            self._raw = name if name in _RAW else ""
            self._raw_type = self._attribute(tag, "type") + self._attribute(tag, "lang")
        if name in _HEADINGS:
            self._note_heading(tag)
        if name == "pre":
            self._preformatted += -1 if tag.closes else 1
        if name == "form" and not tag.closes:
            self._forms += 1
        if name in ("tr", "td", "th", "table"):
            yield from self._table(tag, name)
        # An element that HTML does not know names its text, as in XML.
        self._own_element = "" if tag.closes or not re.search("[_-]", name) else name
        self._lay_out(tag, name, at)

    def _note_heading(self, tag: Tag) -> None:
        if not tag.closes:
            self._heading_from = tag.end
        elif self._heading_from:
            text = self._document.text[self._heading_from : self._heading_from + 200].partition("</")[0]
            self._heading = (text.rpartition(">")[2].strip()[:_LONGEST_TITLE],)

    def _lay_out(self, tag: Tag, name: str, at: int) -> None:
        """Put signs into the text of the page where a reader sees them."""
        if name in ("dt", "label") and tag.closes:
            return
        if (name == "dd" and not tag.closes) or self._follows_inline(tag, name, at):
            self._page.colon(at)
        elif name == "input" and not tag.closes:
            value = next((each for each in tag.attributes if each.name.lower() == "value"), None)
            if value and value.end > value.start:
                self._page.colon(at)
                self._page.add(*self._meaning(value))
            self._page.end_line(at)
        elif name in ("code", "kbd", "samp") and not self._preformatted:
            self._page.sign("`", at)
        elif name not in _INLINE:
            self._page.end_line(at)
            if name in _HEADINGS and not tag.closes:
                self._page.sign("# ", at)
                self._page.ends_line = True

    def _follows_inline(self, tag: Tag, name: str, at: int) -> bool:
        """Tell whether an element begins where one like it has just ended: a name and its value."""
        joined = name == "span" and not tag.closes and at == self._inline_end
        self._inline_end = tag.end if name == "span" and tag.closes else -1
        return joined

    def _text(self, token: Text) -> Iterator[Entry]:
        if self._raw == "script":
            yield from self._script(token)
        if self._raw:
            self._raw = ""
            return
        text, pieces = resolve(self._document.text[token.start : token.end], token.start)
        if self._own_element and (value := text.strip()):
            start = text.find(value)
            span = OffsetMap(pieces).span_of(Span(start, start + len(value)))
            visible = self._document.text[span.start : span.end] == value
            yield Entry((*self._heading, self._own_element), value, span, self._place, True, visible)
        if not self._preformatted:
            text = text.replace("\n", " ").replace("\xa0", " ")
        if self._cell is not None:
            self._cell.add(text, pieces)
        else:
            self._page.add(text, pieces)

    def _script(self, token: Text) -> Iterator[Entry]:
        text = self._document.text[token.start : token.end]
        if text.strip():
            found = next(
                (known for word, known in _SCRIPTS.items() if word in self._raw_type), ("script.js", Kind.CODE)
            )
            yield from read_inner(self._document, text, OffsetMap([(0, token.start)]), *found).entries

    def _comment(self, comment: Comment) -> Iterator[Entry]:
        if self._depth < _DEEPEST_COMMENT:
            inner = _Reader(self._document, Place.COMMENT, self._depth + 1)
            yield from inner.read(comment.start, comment.end)

    def _attribute(self, tag: Tag, name: str) -> str:
        found = next((each for each in tag.attributes if each.name.lower() == name), None)
        return self._meaning(found)[0].lower() if found else ""

    def _meaning(self, attribute: Attribute) -> tuple[str, list[tuple[int, int]]]:
        return resolve(self._document.text[attribute.start : attribute.end], attribute.start)

    def _attributes(self, tag: Tag, name: str) -> Iterator[Entry]:
        """Yield the attributes of a tag by their names, and its value by what the tag is called."""
        by_name = {each.name.lower(): each for each in tag.attributes}
        scope = (f"form#{self._forms}",) if self._forms else ()
        for lower, attribute in by_name.items():
            if lower in _PLAIN and not (
                lower == "href" and "=" in self._document.text[attribute.start : attribute.end]
            ):
                continue
            said = lower.removeprefix("data-").removeprefix("x-").lstrip(":@")
            yield from self._value((*scope, f"<{name}>#{tag.end}", said), attribute)
        called = next((by_name[each] for each in _NAMING if each in by_name), None)
        value = next((by_name[each] for each in _VALUED if each in by_name), None)
        if called and value and called is not value:
            title = self._meaning(called)[0].strip()
            if title:
                yield from self._value((*scope, title[:80]), value)

    def _value(self, path: _Path, attribute: Attribute) -> Iterator[Entry]:
        text, pieces = self._meaning(attribute)
        if not text.strip():
            return
        offsets = OffsetMap(pieces)
        whole = Entry(path, text, Span(0, len(text)), Place.ASSIGNMENT, True, True)
        place = Place.ASSIGNMENT if self._place is Place.TEXT else self._place
        yield moved(self._document, whole, offsets)._replace(place=place)
        if may_hold_entries(text):
            yield from read_taken(self._document, text, offsets, path, place=Place.TEXT)

    def _table(self, tag: Tag, name: str) -> Iterator[Entry]:
        """Collect the cells of a table; what it says is read when it ends."""
        self._end_cell()
        if name == "table":
            yield from self._end_table()
        elif not tag.closes:
            if name == "tr" or not self._rows:
                self._rows.append([])
            if name != "tr":
                if len(self._rows) == 1:
                    self._headed = name == "th"
                self._cell = _Page()

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        text, offsets = self._cell.taken()
        self._cell = None
        value = text.strip().strip("`").strip()
        start = text.find(value)
        span = offsets.span_of(Span(start, start + len(value)))
        visible = self._document.text[span.start : span.end] == value
        self._rows[-1].append(Cell(value, span, visible))

    def _end_table(self) -> Iterator[Entry]:
        rows, headed = self._rows, self._headed
        self._rows, self._headed = [], False
        filled = [row for row in rows if row]
        if filled:
            for entry in read_grid(filled, self._heading, headed=headed or None):
                yield entry if self._place is Place.TEXT else entry._replace(place=self._place)
