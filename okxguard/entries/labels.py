"""Read the labels of prose: `Label: value` on a line of its own, `Label:: value`, **Label** `value`, `NAME=value`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from okxguard.model import Entry, Place, Span

_SPAN = re.compile(r"(?P<marks>`{1,3})(?P<code>[^`\n]{2,300})(?P=marks)|(?:<code>|<kbd>)(?P<tagged>[^<\n]{2,300})</")
_ASSIGNED = re.compile(
    r"\s*(?:export\s+)?[\"']?(?P<name>[A-Za-z_][\w.-]{0,80})[\"']?\s*(?:=|:\s)\s*(?P<value>\S.*?)\s*$"
)
# What says in reStructuredText how to read the marks behind it.
_INTERPRETED = re.compile(r":[a-z][\w-]{0,20}:$")
_LABEL = re.compile(r"(?P<label>[^\W\d_][^`\n|=:：<>]{0,60})[ \t:：=–—→>*_~-]*$")
_LINE = re.compile(
    r"""[ \t>]{0,20}(?:(?:[-*+•]|\d{1,3}[.)])[ \t]+)?(?:\[[ xX]\][ \t]+)?[*_~]{0,3}
    (?P<label>[^\W\d_][^`\n|=:：*]{0,60}?)[*_~]{0,3}[ \t]{0,9}
    (?:::|[:：=]|[ \t][–—-][ \t]|=>|->|→)[ \t]{0,9}[*_~]{0,3}[ \t]{0,9}
    (?P<value>[^\s，；。、：«»“”„‘’]{1,300}?)[,;]?(?:[ \t]*(?:<br[ /]*>|</\w+>))*[ \t]*$""",
    re.VERBOSE,
)
_ENDS = ("`", "**", "__", "*", '"', "'", "@", "=", "~")
_REPLACED = re.compile(r"[ \t]{0,20}\.\. \|(?P<label>[^|\n]{1,60})\|[ \t]+replace::[ \t]+(?P<value>\S{1,300})[ \t]*$")
_WORDS = 5


def read_labels(start: int, line: str, path: tuple[str, ...]) -> Iterator[Entry]:
    """Yield the values of a line of prose that stand in code marks or alone behind a label."""
    if len(line) > 2000:
        return
    at = 0
    for span in _SPAN.finditer(line):
        group = "code" if span["code"] else "tagged"
        yield from _marked(start, line, span.span(group), line[at : span.start()], path)
        at = span.end()
    whole = _LINE.match(line) or _REPLACED.match(line)
    if whole:
        first, last = whole.span("value")
        while mark := next((mark for mark in _ENDS if _wraps(line[first:last], mark)), None):
            first, last = first + len(mark), last - len(mark)
        bare = line[first:last].rstrip("`")
        last = last if "`" in bare else first + len(bare)
        yield _entry(start, line, first, last, (*path, whole["label"].strip()))


def _wraps(value: str, mark: str) -> bool:
    return len(value) > 2 * len(mark) and value.startswith(mark) and value.endswith(mark)


def _marked(start: int, line: str, span: tuple[int, int], before: str, path: tuple[str, ...]) -> Iterator[Entry]:
    """Yield what stands in code marks: an assignment, or the value of the label before it."""
    first, last = span
    assigned = _ASSIGNED.match(line, first, last)
    if assigned:
        yield _entry(start, line, *_unquoted(line, *assigned.span("value")), (*path, assigned["name"]))
        return
    label = _LABEL.search(_INTERPRETED.sub("", before[-90:]))
    if label and " " not in line[first:last].strip():
        words = label["label"].strip(" *_~-–—→>").split()
        if words:
            yield _entry(start, line, first, last, (*path, " ".join(words[-_WORDS:])))


def _unquoted(line: str, first: int, last: int) -> tuple[int, int]:
    quoted = last - first > 2 and line[first] in "\"'" and line[last - 1] == line[first]
    return (first + 1, last - 1) if quoted else (first, last)


def _entry(start: int, line: str, first: int, last: int, path: tuple[str, ...]) -> Entry:
    return Entry(path, line[first:last], Span(start + first, start + last), Place.TEXT, True, True)
