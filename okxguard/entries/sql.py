"""Read SQL: rows by the columns of their INSERT, table or COPY block, settings, variables and comparisons."""

from __future__ import annotations

import re
from collections.abc import Iterator

from okxguard.documents import Document
from okxguard.entries.embedded import may_hold_entries
from okxguard.entries.inner import read_taken
from okxguard.entries.offsets import OffsetMap, escaped_pieces
from okxguard.entries.pairs import unescape
from okxguard.entries.reading import Reading, TellingLines
from okxguard.entries.sql_names import named_strings
from okxguard.entries.sql_tokens import SqlToken, joined_comments, sql_tokens
from okxguard.model import Entry, Place, Span

_Path = tuple[str, ...]
_COPY = re.compile(r"(?im)^\s*COPY\s+(?P<table>[^\s(]+)\s*(?:\((?P<columns>[^()]*)\))?\s+FROM\s+stdin\b[^\n]*\n")
_PSQL = re.compile(r"\\(?:set|setenv|prompt)[ \t]+(?P<name>\w+)[ \t]+'?(?P<value>[^'\s]+)")
_NOT_COLUMNS = frozenset(
    ("primary", "unique", "key", "constraint", "index", "foreign", "check", "fulltext", "spatial", "exclude", "like")
)
_MARKS = r"(?m)^[ \t]*(?:--+|#+|/\*+!?|\*+(?!/))|\*/\s*\Z"
_DEEPEST = 6


def read_sql(document: Document, _: TellingLines) -> Reading:
    """Return the entries of an SQL document of any dialect; COPY blocks are tables of their own."""
    reader = _Reader(document)
    return Reading(tuple(reader.read()))


class _Reader:
    def __init__(self, document: Document, place: Place = Place.ASSIGNMENT, depth: int = 0) -> None:
        self._document = document
        self._place = place
        self._depth = depth
        self._columns: dict[str, list[str]] = {}
        self._rows: dict[str, int] = {}
        self._calls = 0

    def read(self) -> Iterator[Entry]:
        text, at = self._document.text, 0
        while at < len(text):
            block = _COPY.search(text, at)
            yield from self.statements(at, block.start() if block else len(text))
            if block is None:
                return
            at = text.find("\n\\.", block.end() - 1)
            at = len(text) if at < 0 else at
            yield from self._copied(block, at)
            at += 3

    def _copied(self, block: re.Match[str], end: int) -> Iterator[Entry]:
        """Yield the rows of a COPY block: fields between tabs, named by the columns of the block or of its table."""
        table = _bare(block["table"])
        columns = [_bare(column) for column in (block["columns"] or "").split(",")]
        if columns == [""]:
            columns = self._columns.get(table, [])
        delimiter = "," if re.search(r"(?i)\bcsv\b|\bdelimiter\s{1,9}(?:as\s{1,9})?'?,", block[0]) else "\t"
        at = block.end()
        while at < end:
            stop = self._document.text.find("\n", at, end)
            stop = end if stop < 0 else stop
            row = self._next_row(table)
            for index, field in enumerate(self._document.text[at:stop].split(delimiter)):
                if field and field != "\\N":
                    yield from self._field(table, row, columns, index, _escaped(field, at))
                at += len(field) + 1
            at = stop + 1

    def _next_row(self, table: str) -> str:
        self._rows[table] = self._rows.get(table, -1) + 1
        return f"[{self._rows[table]}]"

    def statements(self, start: int, end: int) -> Iterator[Entry]:
        statement: list[SqlToken] = []
        for token in joined_comments(sql_tokens(self._document.text, start, end)):
            if token.kind == "comment":
                yield from self._comment(token)
            elif token.kind == "body":
                if self._depth < _DEEPEST:
                    inner = _Reader(self._document, self._place, self._depth + 1)
                    yield from inner.statements(token.span.start, token.span.end)
            elif token.text == ";" and token.kind == "sign":
                yield from self._statement(statement)
                statement = []
            else:
                statement.append(token)
        yield from self._statement(statement)

    def _comment(self, token: SqlToken) -> Iterator[Entry]:
        """Yield what a comment says, as SQL where it may be some; its marks count as blanks."""
        body = re.sub(_MARKS, lambda mark: " " * len(mark[0]), token.text)
        start = token.span.start
        if "'" in body and self._depth < _DEEPEST and re.search(r"(?i)\b(?:insert|update|values|set|copy)\b|=", body):
            inner = _Reader(self._document._replace(text=body), Place.COMMENT, self._depth + 1)
            inner._columns = self._columns
            for entry in inner.statements(0, len(body)):
                yield entry._replace(span=Span(start + entry.span.start, start + entry.span.end))
        yield from read_taken(self._document, body, OffsetMap([(0, start)]), ("#",), place=Place.COMMENT)

    def _statement(self, tokens: list[SqlToken]) -> Iterator[Entry]:
        words = [token.text.lower() for token in tokens[:6] if token.kind == "word"]
        if not words:
            yield from self._named(("{}",), tokens)
            yield from self._psql(tokens)
            return
        if "create" in words and "table" in words:
            self._create(tokens)
        if words[0] in ("insert", "replace", "merge", "upsert") or "into" in words:
            yield from self._insert(tokens)
        scope: _Path = ()
        if words[0] in ("update", "alter") and len(words) > 1:
            name = next(
                (t for t in tokens[1:] if t.kind == "quoted" or _is_name(t, ("update", "only", "table", "role"))), None
            )
            scope = (_table_name(tokens, tokens.index(name))[0],) if name else ()
        self._calls += 1
        yield from self._named((*scope, f"{{}}#{self._calls}") if scope else (f"{{}}#{self._calls}",), tokens)
        yield from self._psql(tokens)

    def _psql(self, tokens: list[SqlToken]) -> Iterator[Entry]:
        if tokens and tokens[0].text == "\\":
            for match in _PSQL.finditer(self._document.text, tokens[0].span.start, tokens[-1].span.end + 1):
                yield Entry((match["name"],), match["value"], Span(*match.span("value")), self._place)

    def _create(self, tokens: list[SqlToken]) -> None:
        """Remember the columns of a table: the first word of every piece between its brackets."""
        at = next((index for index, token in enumerate(tokens) if token.text.lower() == "table"), 0) + 1
        while at < len(tokens) and tokens[at].text.lower() in ("if", "not", "exists"):
            at += 1
        table, at = _table_name(tokens, at)
        columns = []
        for piece in _pieces(tokens, at)[0]:
            if piece and piece[0].kind in ("word", "quoted"):
                keyword = piece[0].kind == "word" and piece[0].text.lower() in _NOT_COLUMNS
                if not keyword:
                    columns.append(piece[0].text)
        if columns:
            self._columns[table] = columns

    def _insert(self, tokens: list[SqlToken]) -> Iterator[Entry]:
        at = next((index for index, token in enumerate(tokens) if token.text.lower() == "into"), 0) + 1
        table, at = _table_name(tokens, at)
        columns = self._columns.get(table, [])
        if at < len(tokens) and tokens[at].text == "(":
            pieces, at = _pieces(tokens, at)
            columns = [piece[-1].text for piece in pieces if piece]
        while at < len(tokens) and tokens[at].text.lower() not in ("values", "value", "select"):
            at += 1
        if at < len(tokens) and tokens[at].text.lower() == "select":
            yield from self._row(table, columns, _split(tokens[at + 1 :]))
            return
        at += 1
        while at < len(tokens):
            if tokens[at].text == "(":
                pieces, at = _pieces(tokens, at)
                yield from self._row(table, columns, pieces)
            elif tokens[at].text == ",":
                at += 1
            else:
                return

    def _row(self, table: str, columns: list[str], pieces: list[list[SqlToken]]) -> Iterator[Entry]:
        row = self._next_row(table)
        for index, piece in enumerate(pieces):
            value = _first_value(piece)
            if value is not None:
                yield from self._field(table, row, columns, index, value)
            elif piece and self._place is Place.ASSIGNMENT and index < len(columns):
                span = Span(piece[0].span.start, piece[-1].span.end)
                written = "" if piece[0].kind == "string" else "".join(token.text for token in piece)
                yield Entry((table, row, columns[index]), written, span, Place.EXPRESSION, quoted=False)

    def _field(self, table: str, row: str, columns: list[str], index: int, value: SqlToken) -> Iterator[Entry]:
        """Yield a field of a row by the name of its column, or by its position where nobody names the columns."""
        if index < len(columns):
            yield from self._value((table, row, columns[index]), value)
            return
        whole, *inside = self._value((table, row, f"[{index}]"), value)
        yield from (whole._replace(place=Place.ROW), *inside)

    def _named(self, path: _Path, tokens: list[SqlToken]) -> Iterator[Entry]:
        for name, token in named_strings(tokens):
            yield from self._value((*path, name), token)

    def _value(self, path: _Path, token: SqlToken) -> Iterator[Entry]:
        yield Entry(path, token.text, token.span, self._place, True, token.visible)
        if may_hold_entries(token.text) and token.offsets:
            yield from read_taken(self._document, token.text, token.offsets, path, place=Place.TEXT)


def _bare(name: str) -> str:
    return name.strip().rpartition(".")[2].strip("\"`[]' ")


def _is_name(token: SqlToken, but: tuple[str, ...]) -> bool:
    return token.kind == "word" and token.text.lower() not in but


def _table_name(tokens: list[SqlToken], at: int) -> tuple[str, int]:
    """Return the name of the table at `at`, without its schema, and where it ends."""
    name = ""
    while at < len(tokens) and tokens[at].kind in ("word", "quoted"):
        name = tokens[at].text
        at += 1
        if at < len(tokens) and tokens[at].text == ".":
            at += 1
        else:
            break
    return name, at


def _pieces(tokens: list[SqlToken], at: int) -> tuple[list[list[SqlToken]], int]:
    """Return what stands between the commas of the bracket at `at`, and where it ends."""
    while at < len(tokens) and tokens[at].text != "(":
        at += 1
    start, depth = at + 1, 0
    while at < len(tokens):
        if tokens[at].kind == "sign":
            depth += (tokens[at].text == "(") - (tokens[at].text == ")")
        at += 1
        if not depth:
            break
    return _split(tokens[start : at - 1]), at


def _split(tokens: list[SqlToken]) -> list[list[SqlToken]]:
    pieces: list[list[SqlToken]] = [[]]
    depth = 0
    for token in tokens:
        if token.kind == "sign":
            depth += (token.text in "([") - (token.text in ")]")
            if token.text == "," and not depth:
                pieces.append([])
                continue
        pieces[-1].append(token)
    return pieces


def _first_value(piece: list[SqlToken]) -> SqlToken | None:
    """Return the string of an expression: itself, cast, or the first argument of a function."""
    return next((token for token in piece if token.kind in ("string", "quoted", "number") and token.text), None)


def _escaped(field: str, start: int) -> SqlToken:
    value = unescape(field)
    return SqlToken(
        "string", value, Span(start, start + len(field)), value == field, OffsetMap(list(escaped_pieces(field, start)))
    )
