"""Read XML: elements, attributes, and the many ways in which a name stands beside its value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from okxguard.documents import Document
from okxguard.entries.embedded import may_hold_entries
from okxguard.entries.inner import read_taken
from okxguard.entries.markup import Attribute, Comment, Tag, Text, resolve, tokens
from okxguard.entries.offsets import OffsetMap
from okxguard.entries.reading import MismatchError, Reading, TellingLines
from okxguard.model import Entry, Place, Span

_Path = tuple[str, ...]
_DEEPEST = 400
# Attributes that name the value that stands beside them or inside the element, the surest first.
_NAMING = ("key", "name", "variable", "property", "option", "field", "code", "id", "ref", "text")
_VALUED = ("value", "val", "default", "defaultvalue", "connectionstring", "content", "data", "_note", "text")
# Elements in whose children keys and values take turns.
_TURNS = frozenset({"dict", "plist"})
# Elements whose children are texts, one the name of the next.
_MAPS = frozenset({"entry", "void", "tree-map", "map", "properties", "linked-hash-map"})
_LONGEST_NAME = 120


@dataclass(slots=True)
class _Element:
    """An element: its attributes, what stands directly in it, and its place among its siblings."""

    name: str
    attributes: dict[str, Attribute] = field(default_factory=dict)
    children: list[_Element] = field(default_factory=list)
    texts: list[Text | Comment] = field(default_factory=list)
    label: str = ""
    start: int = 0


def read_xml(document: Document, _: TellingLines) -> Reading:
    """Return the entries of an XML document.

    Raises MismatchError when the text is something else.
    """
    if not document.text.lstrip("\ufeff \t\n").startswith("<"):
        raise MismatchError
    root = _tree(document.text, 0, len(document.text))
    return Reading(tuple(_Reader(document, Place.ASSIGNMENT).read(root, ())))


def _tree(text: str, start: int, end: int) -> _Element:
    """Build the tree of a stretch of markup; a closing tag without its opening one is left out."""
    root = _Element("")
    stack = [root]
    for token in tokens(text, start, end):
        if not isinstance(token, Tag):
            stack[-1].texts.append(token)
        elif token.closes:
            _close(stack, token.name)
        else:
            attributes = {_local(each.name): each for each in token.attributes}
            element = _Element(_local(token.name), attributes, start=token.end)
            stack[-1].children.append(element)
            if not token.empty:
                stack.append(element)
            if len(stack) > _DEEPEST:
                raise MismatchError
    return root


def _local(name: str) -> str:
    return name.rpartition(":")[2] or name


def _close(stack: list[_Element], name: str) -> None:
    name = _local(name)
    depth = next((index for index in range(len(stack) - 1, 0, -1) if stack[index].name == name), 0)
    if depth:
        del stack[depth:]


class _Reader:
    """Walks a tree with a stack of its own."""

    def __init__(self, document: Document, place: Place) -> None:
        self._document = document
        self._place = place

    def read(self, root: _Element, path: _Path) -> Iterator[Entry]:
        pending = [(root, path)]
        while pending:
            element, path = pending.pop()
            yield from self._attributes(element, path)
            yield from self._texts(element, path)
            yield from self._turns(element, path)
            seen: Counter[_Path] = Counter()
            counts = Counter(self._title(child) for child in element.children)
            for child in element.children:
                title = self._title(child)
                inside = (*path, *title)
                if counts[title] > 1 and (child.children or child.attributes):
                    inside = (*inside, f"[{seen[title]}]")
                    seen[title] += 1
                if child.children or not self._is_leaf(child):
                    pending.append((child, inside))
                    continue
                yield from self._leaf(child, path, inside)

    def _title(self, element: _Element) -> _Path:
        """Return the segments of an element: its name, and what it is called where it holds more than a value."""
        naming = self._naming(element)
        called = self._value(naming).text.strip()[:_LONGEST_NAME] if naming else ""
        name = element.label or element.name
        return (name, called) if called and element.children else (name,)

    def _is_leaf(self, element: _Element) -> bool:
        return not element.children

    def _naming(self, element: _Element) -> Attribute | None:
        lower = {name.lower(): attribute for name, attribute in element.attributes.items()}
        return next((lower[name] for name in _NAMING if name in lower), None)

    def _value(self, attribute: Attribute) -> _Meant:
        return _meant(self._document, attribute.start, attribute.end)

    def _leaf(self, element: _Element, path: _Path, inside: _Path) -> Iterator[Entry]:
        """Yield the entries of an element that holds no other: its attributes, and its text under its name."""
        yield from self._attributes(element, inside)
        naming = self._naming(element)
        texts = [each for each in element.texts if isinstance(each, Text)]
        value = self._text_of(texts)
        if value is not None and value.text:
            yield from self._entry((*path, element.name), value)
            if naming:
                yield value.entry((*path, self._value(naming).text.strip()[:_LONGEST_NAME]), self._place)
        elif not element.attributes and self._place is Place.ASSIGNMENT:
            yield Entry((*path, element.name), "", Span(element.start, element.start), Place.EXPRESSION, quoted=False)
        for each in element.texts:
            if isinstance(each, Comment):
                yield from self._comment(each, path)

    def _text_of(self, texts: list[Text]) -> _Meant | None:
        texts = [text for text in texts if self._document.text[text.start : text.end].strip()]
        if not texts:
            return None
        if len(texts) == 1:
            return _meant(self._document, texts[0].start, texts[0].end, verbatim=texts[0].verbatim)
        parts = [_meant(self._document, text.start, text.end, verbatim=text.verbatim) for text in texts]
        pieces, length = [], 0
        for part in parts:
            pieces += [(taken + length, outer) for taken, outer in part.pieces]
            length += len(part.text)
        return _Meant(self._document, "".join(part.text for part in parts), pieces)

    def _attributes(self, element: _Element, path: _Path) -> Iterator[Entry]:
        lower = {name.lower(): attribute for name, attribute in element.attributes.items()}
        for name, attribute in element.attributes.items():
            yield from self._entry((*path, name), self._value(attribute))
        naming = self._naming(element)
        valued = next((lower[name] for name in _VALUED if name in lower), None)
        if naming and valued and naming is not valued:
            name = self._value(naming).text.strip()[:_LONGEST_NAME]
            parent = path[:-1] if path and path[-1].startswith("[") else path
            if name and parent:
                depth = 2 if element.children and len(parent) > 1 else 1
                yield from self._entry((*parent[:-depth], name), self._value(valued))

    def _texts(self, element: _Element, path: _Path) -> Iterator[Entry]:
        """Yield what stands between the elements of a mixed element, and in its comments."""
        for each in element.texts:
            if isinstance(each, Comment):
                yield from self._comment(each, path)
            elif element.children and may_hold_entries(self._document.text[each.start : each.end].strip()):
                value = _meant(self._document, each.start, each.end, verbatim=each.verbatim)
                yield from read_taken(self._document, value.text, value.offsets, path, place=Place.TEXT)

    def _comment(self, comment: Comment, path: _Path) -> Iterator[Entry]:
        """Yield what a comment says, and what it held before it was commented out."""
        text = self._document.text[comment.start : comment.end]
        if "<" in text and ">" in text and self._place is not Place.COMMENT:
            inside = _tree(self._document.text, comment.start, comment.end)
            if inside.children:
                yield from _Reader(self._document, Place.COMMENT).read(inside, (*path, "#"))
                return
        yield from read_taken(self._document, text, OffsetMap([(0, comment.start)]), (*path, "#"), place=Place.COMMENT)

    def _turns(self, element: _Element, path: _Path) -> Iterator[Entry]:
        """Yield values that go by the text of the element before them: property lists, and maps of strings."""
        children = element.children
        if element.name in _TURNS:
            pairs = [(a, b) for a, b in pairwise(children) if a.name == "key" != b.name]
        elif element.name in _MAPS:
            texts = [child for child in children if child.name in ("string", "key", "value")]
            pairs = list(zip(texts[::2], texts[1::2], strict=False))
        else:
            return
        for first, second in pairs:
            name = self._text_of([each for each in first.texts if isinstance(each, Text)])
            value = self._text_of([each for each in second.texts if isinstance(each, Text)])
            if name is None or not name.text or len(name.text) > _LONGEST_NAME:
                continue
            if second.children:
                second.label = name.text
            elif value is not None and value.text:
                yield from self._entry((*path, name.text), value)

    def _entry(self, path: _Path, value: _Meant) -> Iterator[Entry]:
        yield value.entry(path, self._place)
        if may_hold_entries(value.text):
            place = Place.TEXT if self._place is Place.ASSIGNMENT else self._place
            yield from read_taken(self._document, value.text, value.offsets, path, place=place)


class _Meant:
    """What a stretch of the document means, without the blanks around it."""

    def __init__(self, document: Document, text: str, pieces: list[tuple[int, int]]) -> None:
        lead = len(text) - len(text.lstrip())
        self._document = document
        self.text = text.strip()
        self._whole = OffsetMap(pieces or [(0, 0)])
        self.pieces = pieces
        self.offsets = OffsetMap([(0, self._whole.of(lead)), *((at - lead, to) for at, to in pieces if at > lead)])

    def entry(self, path: _Path, place: Place) -> Entry:
        """Return the whole of it as one entry."""
        span = self.offsets.span_of(Span(0, len(self.text)))
        visible = self._document.text[span.start : span.end] == self.text
        return Entry(path, self.text, span, place, True, visible)


def _meant(document: Document, start: int, end: int, *, verbatim: bool = False) -> _Meant:
    raw = document.text[start:end]
    if verbatim:
        return _Meant(document, raw, [(0, start)])
    meaning = resolve(raw, start)
    return _Meant(document, meaning.text, meaning.pieces)
