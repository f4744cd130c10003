"""Read YAML through PyYAML's events, which carry the place of every scalar.

Events are iterative and never build an object; depth is capped while they stream.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from okxguard.documents import Document
from okxguard.entries.containers import Container
from okxguard.entries.embedded import read_embedded
from okxguard.entries.page import lines_of
from okxguard.entries.reading import MismatchError, Reading, TellingLines
from okxguard.entries.text import read_lines
from okxguard.model import Entry, Place, Span

_DEEPEST = 200
_MERGE = "<<"
_MOST_ALIASES, _MOST_REPEATED = 500, 2000
# An expression of Jinja, Helm or Mustache, or a statement.
_TEMPLATE = (
    r"(?m)^[ \t]*(?:\{\{[^{}\n]{0,2000}\}\}|\{[%#][^{}\n]{0,400}[%#]\})[ \t]*$"
    r"|(?P<inline>[\"']?\{\{(?:[^{}\n]|\}(?!\})|\{(?!\{)){0,2000}\}\}[\"']?|\{%[^{}\n]{0,400}%\})"
)
_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*\s+){1,2}")
_MOST_COMPARED = 2_000_000
# What a template puts behind a name, or on the next line.
_EXPRESSION = re.compile(r"[ \t]*\n?[ \t]*(\{\{[^\n]{0,200}|\{%[^\n]{0,200})")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(document: Document, _: TellingLines) -> Reading:
    """Return the entries of a YAML stream of one or more documents, of templates for such a stream, too.

    Raises MismatchError when the text is something else.
    """
    try:
        return _read(document, document.text)
    except MismatchError:
        masked = _masked(document.text)
        if masked == document.text:
            raise
    return _read(document, masked)


def _read(document: Document, text: str) -> Reading:
    """Read `text`, which is that of the document but for the expressions of a template."""
    covered: list[Span] = []
    entries: list[Entry] = []
    walk = _Walk()
    try:
        for path, event in walk.scalars(text):
            span = _inside(text, event)
            covered.append(span)
            if path is None:
                continue
            raw = document.text[span.start : span.end]
            value = event.value if raw == text[span.start : span.end] else raw
            if not value and text is not document.text and (template := _EXPRESSION.match(document.text, span.end)):
                value = template[1]
            entries.append(Entry(path, value, span, Place.ASSIGNMENT, True, raw == value))
            entries.extend(_embedded(event, raw, span, path))
    except (yaml.YAMLError, ValueError, RecursionError):
        raise MismatchError from None
    entries += [Entry(path, "[]", Span(at, at + 1), Place.EXPRESSION, quoted=False) for path, at in walk.empty]
    return Reading((*entries, *_repeated(entries, walk), *_comments(document, covered)))


def _masked(text: str) -> str:
    """Return a template with its expressions replaced at equal length, by blanks where they stand alone on a line."""

    def replace(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", "_" if match["inline"] else " ", match[0])

    return re.sub(_TEMPLATE, replace, text)


class _Walk:
    """Follows the events of a YAML stream: the key path of every scalar, and what goes by an anchor."""

    def __init__(self) -> None:
        self.anchors: dict[str, tuple[str, ...]] = {}
        # Where an alias stands, and what it repeats.
        # Lists and mappings without anything in them, and where they end.
        self.empty: list[tuple[tuple[str, ...], int]] = []
        self.aliases: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
        self._stack: list[Container] = []

    def scalars(self, text: str) -> Iterator[tuple[tuple[str, ...] | None, yaml.ScalarEvent]]:
        """Yield every scalar with its key path; keys come with None."""
        document = 0
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.DocumentStartEvent):
                document += 1
                self._stack = [Container(() if document == 1 else (f"[{document}]",), mapping=False)]
            elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                self._open(event)
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                closed = self._stack.pop()
                self._stack[-1].done()
                if closed.is_empty and closed.path and event.start_mark is not None:
                    self.empty.append((closed.path, event.start_mark.index))
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.ScalarEvent):
                yield self._scalar(event), event

    def _open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        if len(self._stack) > _DEEPEST:
            raise MismatchError
        top = self._stack[-1]
        path = top.path_of_next() if len(self._stack) > 1 else top.path
        if event.anchor:
            self.anchors[event.anchor] = path
        self._stack.append(Container(path, mapping=isinstance(event, yaml.MappingStartEvent)))

    def _alias(self, event: yaml.AliasEvent) -> None:
        top = self._stack[-1]
        if top.mapping and not top.key:
            top.key = ("*",)
            return
        path, anchored = top.path_of_next(), self.anchors.get(event.anchor or "")
        if anchored is not None:
            merged = path[-2:-1] == (_MERGE,) and path[-1].startswith("[")
            self.aliases.append((path[:-2] if merged else path[:-1] if path[-1] == _MERGE else path, anchored))
        top.done()

    def _scalar(self, event: yaml.ScalarEvent) -> tuple[str, ...] | None:
        top = self._stack[-1]
        if top.mapping and not top.key:
            top.key = (event.value,)
            return None
        path = top.path_of_next()
        if event.anchor:
            self.anchors[event.anchor] = path
        top.done()
        return path


def _repeated(entries: list[Entry], walk: _Walk) -> list[Entry]:
    """Return what aliases repeat, under the paths of the aliases; a merged mapping gives way to its surroundings."""
    if not walk.aliases:
        return []
    repeated: list[Entry] = []
    known = {entry.path for entry in entries}
    most = min(_MOST_ALIASES, _MOST_COMPARED // (len(entries) + 1))
    for path, anchored in walk.aliases[:most]:
        depth = len(anchored)
        own = {entry.path[: len(path) + 1] for entry in entries if entry.path[: len(path)] == path}
        for entry in (*entries, *repeated[:_MOST_REPEATED]):
            if entry.path[:depth] == anchored and len(repeated) < _MOST_REPEATED:
                again = (*path, *entry.path[depth:])
                if again not in known and again[: len(path) + 1] not in own:
                    known.add(again)
                    repeated.append(entry._replace(path=again))
    return repeated


def _inside(text: str, event: yaml.ScalarEvent) -> Span:
    if event.start_mark is None or event.end_mark is None:
        raise MismatchError
    start, end = event.start_mark.index, event.end_mark.index
    if text[start : start + 1] in ("&", "!") and (properties := _PROPERTIES.match(text, start, end)):
        start = properties.end()
    if event.style in ("'", '"'):
        return Span(start + 1, end - 1)
    if event.style in ("|", ">"):
        first_line = text.find("\n", start, end)
        body = first_line + 1 if first_line >= 0 else start
        while body < end and text[body] in " \t\n":
            body += 1
        return Span(body, max(body, len(text[:end].rstrip())) if end - start < 100_000 else end)
    return Span(start, end)


def _embedded(event: yaml.ScalarEvent, raw: str, span: Span, path: tuple[str, ...]) -> Iterator[Entry]:
    if event.style in ("|", ">") or "\n" in raw:
        return read_lines(lines_of(raw, span.start), path)
    return read_embedded(raw, event.value, span.start, path)


def _comments(document: Document, covered: list[Span]) -> Iterator[Entry]:
    """Yield the entries of comments: what follows a `#` outside every scalar."""
    text, at, which = document.text, 0, 0
    covered.sort(key=lambda span: span.start)
    while (at := text.find("#", at)) >= 0:
        while which < len(covered) and covered[which].end <= at:
            which += 1
        if which < len(covered) and covered[which].start <= at:
            at = covered[which].end
            continue
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        body = at + len(text[at:end]) - len(text[at:end].lstrip("# \t"))
        yield from read_lines([(body, text[body:end])], (), place=Place.COMMENT)
        at = end
