"""Read YAML through PyYAML's events, which carry the place of every scalar.

Events are iterative and never build an object; depth is capped while they stream.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from okxguard.documents import Document
from okxguard.entries.containers import Container
from okxguard.entries.embedded import read_embedded
from okxguard.entries.reading import FindTelling, MismatchError, Reading
from okxguard.entries.text import read_lines
from okxguard.model import Entry, Place, Span

_DEEPEST = 200
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(document: Document, _: FindTelling) -> Reading:
    """Return the entries of a YAML stream of one or more documents.

    Raises MismatchError when the text is something else.
    """
    covered: list[Span] = []
    entries: list[Entry] = []
    try:
        for path, event in _scalars(document.text):
            span = _inside(document.text, event)
            covered.append(span)
            if path is None:
                continue
            raw = document.text[span.start : span.end]
            entries.append(Entry(path, event.value, span, Place.ASSIGNMENT, True, raw == event.value))
            entries.extend(_embedded(event, raw, span, path))
    except (yaml.YAMLError, ValueError, RecursionError):
        raise MismatchError from None
    return Reading((*entries, *_comments(document, covered)))


def _scalars(text: str) -> Iterator[tuple[tuple[str, ...] | None, yaml.ScalarEvent]]:
    """Yield every scalar with its key path; keys come with None."""
    stack: list[Container] = []
    document = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.DocumentStartEvent):
            document += 1
            stack = [Container(() if document == 1 else (f"[{document}]",), mapping=False)]
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            if len(stack) > _DEEPEST:
                raise MismatchError
            top = stack[-1]
            path = top.path_of_next() if len(stack) > 1 else top.path
            stack.append(Container(path, mapping=isinstance(event, yaml.MappingStartEvent)))
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            stack.pop()
            stack[-1].done()
        elif isinstance(event, yaml.AliasEvent):
            _alias(stack[-1])
        elif isinstance(event, yaml.ScalarEvent):
            yield _scalar(stack[-1], event), event


def _alias(top: Container) -> None:
    if top.mapping and not top.key:
        top.key = ("*",)
    else:
        top.done()


def _scalar(top: Container, event: yaml.ScalarEvent) -> tuple[str, ...] | None:
    if top.mapping and not top.key:
        top.key = (event.value,)
        return None
    path = top.path_of_next()
    top.done()
    return path


def _inside(text: str, event: yaml.ScalarEvent) -> Span:
    if event.start_mark is None or event.end_mark is None:
        raise MismatchError
    start, end = event.start_mark.index, event.end_mark.index
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
        lines = []
        at = span.start
        for line in raw.split("\n"):
            lines.append((at, line))
            at += len(line) + 1
        return read_lines(lines, path)
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
