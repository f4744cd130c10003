"""Find what Python code gives away: scripts, packages, stubs, notebooks, and what is only nearly Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from okxguard.documents import Document
from okxguard.entries.notebook import code_of
from okxguard.entries.python_repair import parse_python
from okxguard.entries.reading import MismatchError
from okxguard.kinds import Kind
from okxguard.leaks.engine import Engine
from okxguard.leaks.gate import GateKeeper
from okxguard.leaks.library import Library
from okxguard.leaks.names import SecretNames
from okxguard.leaks.neighbours import Neighbours, View
from okxguard.leaks.reporting import RawLeak
from okxguard.leaks.values import Taint
from okxguard.model import Confidence, Leak, Span

_OWN = re.compile(r"(?i)okx|okex|ok[-_]access|欧易|歐易")
_CELL = re.compile(r"(?m)^#[ ]?%%")
_BY_NAME = "by its name"
_RULE_MASK = "OKX309"


class LeakReading(NamedTuple):
    """The leaks of a document, and a note where it could not be followed to its end."""

    leaks: tuple[Leak, ...] = ()
    note: str | None = None


class _Code(NamedTuple):
    """Code as one text: where its lines begin, where cells end, and how its places are found in the document."""

    text: str
    ends: tuple[int, ...] = ()


class PythonReader:
    """Follows secrets through Python with the words of one rule book."""

    def __init__(self, names: SecretNames, library: Library, neighbours: Neighbours | None) -> None:
        self._names = names
        self._library = library
        self._neighbours = neighbours
        self._keeper = GateKeeper(names, library)

    def read(self, document: Document) -> LeakReading:
        """Return the leaks of a Python file or of a notebook."""
        if document.kind is not Kind.NOTEBOOK:
            cells = tuple(match.start() for match in _CELL.finditer(document.text))
            ends = (*cells, len(document.text)) if cells else ()
            return self._read(document, document.text, ends)
        code = code_of(document)
        if code is None:
            return LeakReading()
        reading = self._read(document, code.text, code.ends)
        leaks = (
            leak._replace(
                span=code.offsets.span_of(leak.span),
                trace=tuple((code.offsets.span_of(span), note) for span, note in leak.trace),
            )
            for leak in reading.leaks
        )
        return reading._replace(leaks=tuple(leaks))

    def _read(self, document: Document, text: str, ends: tuple[int, ...]) -> LeakReading:
        try:
            parsed = parse_python(text)
        except MismatchError:
            return LeakReading(note="is no Python that can be parsed; the code rules did not run")
        places = Places(text)
        view = self._neighbours.of(document.path) if self._neighbours is not None else None
        echoed = frozenset(_echoed(parsed.tree, ends, places, text))
        gate = self._keeper.look(parsed.tree, echoed, _brought(parsed.tree, view))
        if not gate.opens:
            return LeakReading()
        engine = Engine(parsed.tree, self._names, self._library, view, gate)
        engine.echoed = echoed
        followed = engine.follow()
        own = bool(_OWN.search(text) or _OWN.search(document.evidence))
        leaks = tuple(self._leak(raw, places, own=own, repaired=bool(parsed.left_out)) for raw in followed.leaks)
        note = None if followed.is_complete else "is too long to be followed to its end; the code rules saw part of it"
        return LeakReading(tuple(sorted(leaks, key=lambda leak: leak.span)), note)

    @staticmethod
    def _leak(raw: RawLeak, places: Places, *, own: bool, repaired: bool) -> Leak:
        taint = raw.taint
        certain = not repaired and not taint.steps[0][1].endswith(_BY_NAME)
        trace = tuple(_steps(taint, places))
        return Leak(
            raw.rule,
            places.span_of(raw.node),
            Confidence.HIGH if certain else Confidence.MEDIUM,
            f"{taint.kind.value} ({taint.name}) in {raw.sink}" if raw.sink else taint.kind.value,
            (raw.sink, taint.name),
            own,
            trace,
        )


def _brought(tree: ast.Module, view: View | None) -> frozenset[str]:
    """Return the names that a module imports from files of its own project that name secrets."""
    found: set[str] = set()
    for node in ast.walk(tree) if view is not None else ():
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found.update(
                alias.asname or alias.name
                for alias in node.names
                if view is not None and view.tells(module, alias.name)
            )
        elif isinstance(node, ast.Import):
            found.update(
                alias.asname or alias.name.partition(".")[0]
                for alias in node.names
                if view is not None and view.tells(alias.name, "")
            )
    return frozenset(found)


def _steps(taint: Taint, places: Places) -> Iterator[tuple[Span, str]]:
    """Yield the steps of a secret; those in other files are told of without a place."""
    here = [node for node, _ in taint.steps if not hasattr(node, "neighbour")]
    for node, note in taint.steps:
        other = getattr(node, "neighbour", None)
        if other is None:
            yield places.span_of(node), note
        elif here:
            yield places.span_of(here[-1]), f"{other}:{getattr(node, 'lineno', 1)}: {note}"


class Places:
    """Finds the places of the nodes of a tree in its text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = (0, *(match.end() for match in re.finditer("\n", text)))

    def span_of(self, node: ast.AST) -> Span:
        """Return the place of a node in characters; the whole module is its beginning."""
        if not hasattr(node, "lineno"):
            return Span(0, 0)
        end_line = node.end_lineno or node.lineno
        start = self._offset(node.lineno, node.col_offset)
        return Span(start, max(start, self._offset(end_line, node.end_col_offset or 0)))

    def _offset(self, line: int, column: int) -> int:
        start = self._starts[min(line, len(self._starts)) - 1]
        end = self._starts[line] if line < len(self._starts) else len(self._text)
        text = self._text[start:end]
        if text.isascii():
            return start + min(column, len(text))
        return start + len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))


def _echoed(tree: ast.Module, ends: tuple[int, ...], places: Places, text: str) -> Iterator[int]:
    """Yield the last expressions of the cells of a notebook, whose values it shows."""
    at = 0
    last: ast.stmt | None = None
    for statement in [*tree.body, None]:
        start = places.span_of(statement).start if statement is not None else None
        while at < len(ends) and (start is None or start >= ends[at]):
            if isinstance(last, ast.Expr) and not text[places.span_of(last).end :].lstrip(" \t").startswith(";"):
                yield id(last)
            last = None
            at += 1
        last = statement
