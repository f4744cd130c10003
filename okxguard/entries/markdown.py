"""Read prose with markup: Markdown, reStructuredText and AsciiDoc.

Tables, blocks of code and front matter are read by their own readers, and everything else as plain text; headings are
context for all that stands below them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from okxguard.documents import Document
from okxguard.entries.fences import name_of
from okxguard.entries.grid import Cell, Row, read_grid
from okxguard.entries.inner import read_inner
from okxguard.entries.labels import read_labels
from okxguard.entries.offsets import OffsetMap
from okxguard.entries.reading import Reading, TellingLines
from okxguard.entries.text import read_lines
from okxguard.kinds import Kind
from okxguard.model import Entry, Span

_FENCE = re.compile(
    r"(?P<prefix>[ \t>]{0,20}(?:(?:[-*+]|\d{1,3}[.)])[ \t]{1,4})?)(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]{0,200})$"
)
# Chats let the code begin in the line of its marks.
_CONTENT = re.compile(
    r"(?:export[ \t]+)?[A-Za-z_]\w{0,80}=\S+\s*$|[A-Za-z_][\w.-]{0,80}:[ \t]*\S{6}|[^\s\d]{0,9}\d[^\s=]{19}"
)
_DIRECTIVE = re.compile(
    r"(?P<indent>\s{0,20})\.\. (?:code-block|code|sourcecode|literalinclude|prompt)::\s*(?P<info>\S*)\s*$"
)
_SOURCE = re.compile(r"\[(?:source|listing)?[,%]?(?P<info>[\w+#,-]*)[^\]\n]{0,100}\]\s*$|\.[\w./-]{1,80}$")
_ORG = re.compile(r"(?i)[ \t]{0,20}#\+begin_(?:src|example)\b[ \t]*(?P<info>[^\n]{0,100})$")
_ORG_HEADING = re.compile(r"\*{1,6}[ \t]+(?P<title>\S.{0,119})")
_ORG_END = re.compile(r"(?i)[ \t]{0,20}#\+end_")
_LISTING = re.compile(r"-{4,}\s*$|\.{4,}\s*$")
_HEADING = re.compile(r"[ ]{0,3}(?:#{1,6}|={1,6})[ \t]+(?P<title>\S.{0,119})")
_UNDERLINE = re.compile(r"(?:={3,}|-{3,}|~{3,}|\^{3,}|\*{3,})\s*$")
_DELIMITERS = re.compile(r"[ \t>]{0,20}\|?[ \t]{0,9}:?-+:?[ \t]{0,9}(?:[|+][ \t]{0,9}:?-+:?[ \t]{0,9}){0,60}\|?[ \t]*$")
_RULE = re.compile(r"\s{0,20}\+[-=+ ]+\+\s*$|[ \t]{0,20}\|?===[=|]*\s*$")
_PROMPT = re.compile(r"(?:>>>|\.\.\.) ?|(?:In|Out)\s?\[\d{1,4}\]:\s")
_WIKI = frozenset(("{|", "||", "|=", "!="))
_PAGES = frozenset(("<ta", "<dl", "<fo"))
# How the tables of wikis, AsciiDoc and HTML begin and end; those of Jira are all lines with a bar.
_JIRA = "||"
_ASCIIDOC = r"\s*[|!]={3,}\s*$"
_PAGE = r"(?i)\s*<(?:table|dl|form)\b"
_BLOCKS = ((_ASCIIDOC, _ASCIIDOC), (r"\s*\{\|", r"^\s*\|\}"), (_PAGE, r"(?i)</(?:table|dl|form)>"))
_FRONT = {"---": Kind.YAML, "+++": Kind.TOML}
_DECORATION = " \t*_`~"
_LONGEST_TITLE = 120


def read_markdown(document: Document, lines: TellingLines) -> Reading:
    """Return the entries of prose with markup; lines that are not telling give structure only."""
    return Reading(tuple(_Reader(document, lines.around).read()))


class _Reader:
    """Goes over the lines once: blocks are read as they come, the other lines are kept for the text reader."""

    def __init__(self, document: Document, telling: frozenset[int]) -> None:
        self._document = document
        self._telling = telling
        self._org = document.path.endswith(".org")
        self._heading: tuple[str, ...] = ()
        self._unclosed: set[str] = set()
        self._lines = [document.line_text(index) for index in range(len(document.line_starts))]
        self._kept: list[tuple[int, str]] = []

    def read(self) -> Iterator[Entry]:
        at = 0
        while at < len(self._lines):
            entries, following = self._block(at)
            if following > at:
                yield from entries
                at = following
                continue
            self._note_heading(at)
            start = self._document.line_starts[at]
            self._kept.append((start, self._lines[at]))
            if at in self._telling and self._lines[at]:
                yield from read_labels(start, self._lines[at], self._heading)
            at += 1
        starts = frozenset(self._document.line_starts[index] for index in self._telling)
        yield from read_lines(self._kept, (), markdown=True, telling=starts)

    def _note_heading(self, at: int) -> None:
        line = self._lines[at]
        match = _HEADING.match(line) or (self._org and _ORG_HEADING.match(line))
        if match:
            self._heading = (match["title"].strip(),)
        elif at + 1 < len(self._lines) and line.strip() and _UNDERLINE.match(self._lines[at + 1]):
            self._heading = (line.strip()[:_LONGEST_TITLE],)

    def _block(self, at: int) -> tuple[Iterator[Entry], int]:
        """Return the entries of the block that begins at a line, and the line behind it; the same line if none does."""
        line = self._lines[at]
        nothing: Iterator[Entry] = iter(())
        if at == 0 and line.rstrip() in _FRONT:
            return self._front(_FRONT[line.rstrip()])
        if ("`" in line or "~" in line) and (fence := _FENCE.match(line)) and not _CONTENT.match(fence["info"]):
            return self._fence(at, fence)
        if "#+" in line and (org := _ORG.match(line)):
            lines = self._lines
            end = next((index for index in range(at + 1, len(lines)) if _ORG_END.match(lines[index])), len(lines))
            return self._code(range(at + 1, end), _indent(line), org["info"]), end + 1
        if line.lstrip().startswith("..") and (directive := _DIRECTIVE.match(line)):
            return self._indented(at, directive)
        if line.startswith(("[", ".")) and at + 1 < len(self._lines) and _LISTING.match(self._lines[at + 1]):
            source = _SOURCE.match(line)
            return self._listing(at + 1, (source["info"] or "").strip(",%") if source else "")
        if line.lstrip()[:2] in _WIKI or line.lstrip()[:3].lower() in _PAGES:
            return self._wiki(at)
        if (
            "|" in line
            and at + 1 < len(self._lines)
            and "-" in self._lines[at + 1]
            and _DELIMITERS.match(self._lines[at + 1])
        ):
            return self._table(at, headed=True)
        if _RULE.match(line) and at + 1 < len(self._lines) and "|" in self._lines[at + 1]:
            return self._table(at, headed=None)
        return nothing, at

    def _wiki(self, at: int) -> tuple[Iterator[Entry], int]:
        """Return the table of a wiki, of AsciiDoc or of HTML that begins at a line; nothing if none does."""
        line, lines = self._lines[at], self._lines
        for opening, closing in _BLOCKS:
            if opening not in self._unclosed and re.match(opening, line):
                ends = (index for index in range(at, len(lines)) if re.search(closing, lines[index][index == at :]))
                end = next(ends, -1)
                if end >= 0:
                    return self._wiki_table(opening, at, end), end + 1
                self._unclosed.add(opening)  # neither will be what comes below
        end = at
        while end < len(lines) and lines[end].lstrip().startswith("|"):
            end += 1
        return (self._wiki_table(_JIRA, at - 1, end), end) if line.lstrip()[:2] == _JIRA else (iter(()), at)

    def _wiki_table(self, kind: str, at: int, end: int) -> Iterator[Entry]:
        if self._telling.isdisjoint(range(at, end + 1)):
            return
        if kind == _PAGE:
            yield from self._read(range(at, end + 1), 0, "block.html", Kind.HTML)
            return
        from okxguard.entries.wiki import asciidoc_table, jira_table, mediawiki_table  # few texts have such tables

        inside = [(self._document.line_starts[index], self._lines[index]) for index in range(at + 1, end)]
        if kind == _ASCIIDOC:
            table = asciidoc_table(inside, self._lines[at - 1] if at and self._lines[at - 1][:1] == "[" else "")
        else:
            table = jira_table(inside) if kind == _JIRA else mediawiki_table(inside)
        yield from read_grid(table.rows, self._heading, headed=table.headed)

    def _front(self, kind: Kind) -> tuple[Iterator[Entry], int]:
        mark = self._lines[0].rstrip()
        end = next((i for i in range(1, len(self._lines)) if self._lines[i].rstrip() in (mark, "...")), 0)
        if not end:
            return iter(()), 0
        return self._read(range(1, end), 0, "front", kind), end + 1

    def _fence(self, at: int, fence: re.Match[str]) -> tuple[Iterator[Entry], int]:
        closing = re.compile(rf"[ \t>]{{0,20}}{re.escape(fence['fence'][0])}{{{len(fence['fence'])},}}[ \t]*$")
        lines = self._lines
        end = next((index for index in range(at + 1, len(lines)) if closing.match(lines[index])), len(lines))
        width = len(fence["prefix"].replace("\t", " "))
        return self._code(range(at + 1, end), width, fence["info"]), end + 1

    def _indented(self, at: int, directive: re.Match[str]) -> tuple[Iterator[Entry], int]:
        """Return the block of a directive: all lines below that are indented deeper."""
        depth = len(directive["indent"])
        end = at + 1
        while end < len(self._lines) and (not self._lines[end].strip() or _indent(self._lines[end]) > depth):
            end += 1
        body = [index for index in range(at + 1, end) if self._lines[index].strip()]
        width = min((_indent(self._lines[index]) for index in body), default=0)
        return self._code(range(at + 1, end), width, directive["info"]), end

    def _listing(self, at: int, info: str) -> tuple[Iterator[Entry], int]:
        mark = self._lines[at].rstrip()
        end = next((i for i in range(at + 1, len(self._lines)) if self._lines[i].rstrip() == mark), len(self._lines))
        return self._code(range(at + 1, end), 0, info), end + 1

    def _code(self, lines: range, width: int, info: str) -> Iterator[Entry]:
        text, _ = self._taken(lines, width)
        name, kind = name_of(info, text)
        return self._read(lines, width, name, kind)

    def _read(self, lines: range, width: int, name: str, kind: Kind) -> Iterator[Entry]:
        if self._telling.isdisjoint(lines):
            return
        text, offsets = self._taken(lines, width)
        if text.strip():
            yield from read_inner(self._document, text, offsets, name, kind, self._heading).entries

    def _taken(self, lines: range, width: int) -> tuple[str, OffsetMap]:
        """Return some lines as a text of their own, without what stands before every one of them."""
        taken, pieces, length = [], [], 0
        for index in lines:
            line = self._lines[index]
            skip = next((at for at, sign in enumerate(line[:width]) if sign not in " \t>"), min(width, len(line)))
            prompt = _PROMPT.match(line, skip)
            skip = prompt.end() if prompt else skip
            pieces.append((length, self._document.line_starts[index] + skip))
            taken.append(line[skip:])
            length += len(line) - skip + 1
        return "\n".join(taken), OffsetMap(pieces or [(0, 0)])

    def _table(self, at: int, *, headed: bool | None) -> tuple[Iterator[Entry], int]:
        end = at
        while end < len(self._lines) and self._is_row(end) and (end <= at + 1 or not self._is_header(end)):
            end += 1
        if self._telling.isdisjoint(range(at, end)):
            return iter(()), end
        rows = [
            self._row(index)
            for index in range(at, end)
            if not (_RULE.match(self._lines[index]) or _DELIMITERS.match(self._lines[index]))
        ]
        return read_grid([row for row in rows if row], self._heading, headed=headed), end

    def _is_row(self, index: int) -> bool:
        line = self._lines[index]
        return ("|" in line and bool(line.strip())) or bool(_RULE.match(line))

    def _is_header(self, index: int) -> bool:
        """Tell whether the next line says that this one names the columns of a table."""
        below = self._lines[index + 1] if index + 1 < len(self._lines) else ""
        named = "|" in self._lines[index] and "-" in below and "|" in below
        return named and not _DELIMITERS.match(self._lines[index]) and bool(_DELIMITERS.match(below))

    def _row(self, index: int) -> Row:
        line, start = self._lines[index], self._document.line_starts[index]
        cells, at = [], len(line) - len(line.lstrip(" \t>"))
        at += line[at : at + 1] == "|"
        last = len(line.rstrip())
        while at < last:
            bar = at
            while (bar := line.find("|", bar, last)) >= 0 and line[bar - 1] == "\\":
                bar += 1
            end = bar if bar >= 0 else last
            cells.append(_cell(line, at, end, start))
            at = end + 1
        return cells


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _cell(line: str, at: int, end: int, start: int) -> Cell:
    """Return a cell without the blanks, emphasis and code marks around it."""
    while at < end and line[at] in _DECORATION:
        at += 1
    while end > at and line[end - 1] in _DECORATION:
        end -= 1
    if end - at > 2 and line[at] == line[end - 1] == "=":
        at, end = at + 1, end - 1
    raw = line[at:end]
    value = raw.replace("\\|", "|")
    return Cell(value, Span(start + at, start + end), visible=value == raw)
