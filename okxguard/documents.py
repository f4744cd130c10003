"""Turn bytes into text: is it text at all, which encoding, which syntax, which line."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import AnyStr, NamedTuple

from okxguard.decoding import declared_encoding, decode, decode_as, wide_encoding
from okxguard.kinds import Kind, kind_of
from okxguard.model import Location, Span

# What is larger is read in windows, and as plain text.
LARGEST_WHOLE = 16 << 20
_WINDOW = 4 << 20
_OVERLAP = 128 << 10


class Document(NamedTuple):
    """A decoded source. Lines in `text` end in a line feed, whatever they ended in before.

    `declares` tells readers that it may declare the rights of a key, so that empty values and expressions count, too.
    """

    path: str
    kind: Kind
    text: str
    line_starts: tuple[int, ...]
    evidence: str = ""
    first_line: int = 1
    first_column: int = 1
    damaged: bool = False
    declares: bool = False

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


def lowered(text: str) -> str:
    """Return a text in lower case in which every character stands where it stood; one that would become two stays."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(character if len(character.lower()) > 1 else character.lower() for character in text)


def places_of(text: AnyStr, part: AnyStr) -> Iterator[int]:
    """Yield where a part begins in a text, overlapping ones as well; to look for one after the other is quickest."""
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def lines_near(lines: Iterable[int], by: int, count: int) -> frozenset[int]:
    """Return some lines of a text of `count`, and as many as `by` before and behind each."""
    return frozenset(near for line in lines for near in range(max(0, line - by), min(count, line + by + 1)))


class Window(NamedTuple):
    """A stretch of a large source: its bytes, and the line and column that it begins at."""

    data: bytes
    first_line: int = 1
    first_column: int = 1
    encoding: str | None = None

    def __repr__(self) -> str:
        return f"Window(first_line={self.first_line!r}, first_column={self.first_column!r})"


def windows(chunks: Iterable[bytes], size: int = _WINDOW, overlap: int = _OVERLAP) -> Iterator[Window]:
    """Cut what comes in chunks into windows of about `size` bytes that share `overlap` bytes, at line ends if any."""
    held, line, column = b"", 1, 1
    encoding: str | None = None
    is_first = True
    # In pieces of the size of a window: to cut windows off something large would copy the rest of it every time.
    for piece in (chunk[at : at + size] for chunk in chunks for at in range(0, len(chunk), size)):
        held += piece
        while len(held) > size:
            if is_first:
                encoding, is_first = _encoding_of(held), False
            yield Window(held[:size], line, column, encoding)
            following = _following(held, size, overlap, encoding)
            line, column = _moved(held[:following], line, column, encoding or "utf-8")
            held = held[following:]
    if held:
        yield Window(held, line, column, _encoding_of(held) if is_first else encoding)


def _encoding_of(head: bytes) -> str | None:
    declared = declared_encoding(head)
    return declared if declared and declared != "utf-8" else wide_encoding(head)


def _following(held: bytes, size: int, overlap: int, encoding: str | None) -> int:
    """Return where the next window begins."""
    newline = "\n".encode(encoding or "utf-8")
    found = held.rfind(newline, size - overlap, size)
    return found + len(newline) if found >= 0 else (size - overlap) & ~3


def _moved(passed: bytes, line: int, column: int, encoding: str) -> tuple[int, int]:
    """Return the line and the column behind some bytes."""
    newline = "\n".encode(encoding)
    breaks = passed.count(newline)
    last = passed.rpartition(newline)[2] if breaks else passed
    return line + breaks, (1 if breaks else column) + len(last.decode(encoding, "replace"))


def make_document(path: str, evidence: str, window: Window, kind: Kind | None = None) -> Document:
    """Decode the bytes of a window, or of a whole file as one window, and find out its syntax and its lines."""
    text, damaged = decode_as(window.data, window.encoding) if window.encoding else decode(window.data)
    text = text.removeprefix("\ufeff")
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
