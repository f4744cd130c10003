"""Find what Python code gives away: scripts, packages, stubs, notebooks, and what is only nearly Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from okxguard.documents import Document
from okxguard.entries.reading import MismatchError
from okxguard.kinds import Kind
from okxguard.leaks.gate import EVERYTHING, Gate, GateKeeper
from okxguard.leaks.library import Library
from okxguard.leaks.modules import Modules
from okxguard.leaks.names import SecretNames
from okxguard.leaks.neighbours import Neighbours, View
from okxguard.leaks.reading import LeakReading
from okxguard.leaks.surveys import Brought
from okxguard.model import Confidence, Leak, Span

if TYPE_CHECKING:
    from okxguard.leaks.engine import Followed
    from okxguard.leaks.reporting import RawLeak
    from okxguard.leaks.values import Taint

_OWN = re.compile(r"(?i)okx|okex|ok[-_]access|欧易|歐易")
_CELL = re.compile(r"(?m)^#[ ]?(?:%%|In\[[ \d]{0,6}\]:)")
_BY_NAME = "by its name"
_RULE_MASK = "OKX309"


Place = Callable[[ast.AST], Span]


class PythonReader:
    """Follows secrets through Python with the words of one rule book."""

    def __init__(self, names: SecretNames, library: Library, neighbours: Neighbours | None) -> None:
        self._names = names
        self._library = library
        self._neighbours = neighbours
        self._keeper = GateKeeper(names, library)
        self._modules = neighbours.modules if neighbours is not None else Modules()
        self._prints_by_default = False

    def read(self, document: Document, *, prints_by_default: bool = False) -> LeakReading:
        """Return the leaks of a Python file or of a notebook.

        `prints_by_default` tells that the SDK which the project pins prints headers unless it is told not to.
        """
        self._prints_by_default = prints_by_default
        if document.kind is not Kind.NOTEBOOK:
            cells = tuple(match.start() for match in _CELL.finditer(document.text))
            ends = (*cells, len(document.text)) if cells else ()
            return self._read_bounded(document, document.text, ends)
        from okxguard.entries.notebook import code_of  # most runs meet no notebook

        code = code_of(document)
        if code is None:
            return LeakReading()
        reading = self._read_bounded(document, code.text, code.ends)
        leaks = (
            leak._replace(
                span=code.offsets.span_of(leak.span),
                trace=tuple((code.offsets.span_of(span), note) for span, note in leak.trace),
            )
            for leak in reading.leaks
        )
        return reading._replace(leaks=tuple(leaks))

    def _read_bounded(self, document: Document, text: str, ends: tuple[int, ...]) -> LeakReading:
        try:
            return self._read(document, text, ends)
        except RecursionError:
            return LeakReading(note="is nested too deeply; the code rules did not run")

    def _read(self, document: Document, text: str, ends: tuple[int, ...]) -> LeakReading:
        read = self._modules.take(text)
        if read is None:
            return LeakReading(note="is no Python that can be parsed; the code rules did not run")
        parsed = read.parsed
        view = None
        if self._neighbours is not None:
            self._neighbours.tidy()
            view = self._neighbours.of(document.path)
        module = _Module(parsed.tree, Places(text).span_of, ends, text)
        brought = view.brought(read.layout) if view else Brought()
        gate = self._keeper.look_at(read.layout, module.echoed, brought, switched=self._prints_by_default)
        if not gate.opens:
            self._modules.keep(text, read)
            return LeakReading(note=view.note() if view else None)
        followed = self._followed(module, view, gate)
        repaired = bool(parsed.left_out)
        if followed.leaks or repaired:
            module, followed, repaired = self._exactly(module, followed, view, gate, repaired=repaired)
        own = bool(_OWN.search(text) or _OWN.search(document.evidence))
        leaks = (self._leak(raw, module.place, own=own, repaired=repaired) for raw in followed.leaks)
        note = None if followed.is_complete else "is too long to be followed to its end; the code rules saw part of it"
        if repaired and parsed.strange and note is None:
            note = f"holds {len(parsed.strange)} lines that are no Python; the code rules left them out"
        return LeakReading(tuple(sorted(leaks, key=lambda leak: leak.span)), note or (view.note() if view else None))

    def _followed(self, module: _Module, view: View | None, gate: Gate) -> Followed:
        from okxguard.leaks.engine import Engine  # the gate lets few files through

        engine = Engine(module.tree, self._names, self._library, view, gate)
        engine.echoed = module.echoed
        engine.prints_by_default = self._prints_by_default
        return engine.follow()

    def _exactly(
        self, module: _Module, followed: Followed, view: View | None, gate: Gate, *, repaired: bool
    ) -> tuple[_Module, Followed, bool]:
        """Let libcst decide: it reads newer syntax than this Python, and knows the place of everything."""
        from okxguard.leaks.exact import parse_exactly, span_of  # most runs find nothing and do without libcst

        try:
            tree = parse_exactly(module.text)
        except MismatchError:
            return module, followed, repaired
        exact = _Module(tree, span_of, module.ends, module.text)
        if not repaired:
            gate = gate._replace(functions=_same_functions(module.tree, tree, gate.functions))
        return exact, self._followed(exact, view, EVERYTHING if repaired else gate), False

    def _leak(self, raw: RawLeak, place: Place, *, own: bool, repaired: bool) -> Leak:
        taint = raw.taint
        certain = not repaired and not taint.steps[0][1].endswith(_BY_NAME)
        trace = tuple(_steps(taint, place))
        name = self._names.said(taint.name)
        return Leak(
            raw.rule,
            place(raw.node),
            Confidence.HIGH if certain else Confidence.MEDIUM,
            f"{taint.kind.value} ({name}) in {raw.sink}" if raw.sink else taint.kind.value,
            (raw.sink, name),
            own,
            trace,
        )


def _steps(taint: Taint, place: Place) -> Iterator[tuple[Span, str]]:
    """Yield the steps of a secret; those in other files are told of without a place."""
    here = [node for node, _ in taint.steps if not hasattr(node, "neighbour")]
    for node, note in taint.steps:
        other = getattr(node, "neighbour", None)
        if other is None:
            yield place(node), note
        elif here:
            yield place(here[-1]), f"{other}:{getattr(node, 'lineno', 1)}: {note}"


class Places:
    """Finds the places of the nodes of a tree in its text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = (0, *(match.end() for match in re.finditer("\n", text)))

    def span_of(self, node: ast.AST) -> Span:
        """Return the place of a node in characters; the whole module is its beginning."""
        line = getattr(node, "lineno", None)
        if line is None:
            return Span(0, 0)
        start = self._offset(line, getattr(node, "col_offset", 0))
        end = self._offset(getattr(node, "end_lineno", None) or line, getattr(node, "end_col_offset", None) or 0)
        return Span(start, max(start, end))

    def _offset(self, line: int, column: int) -> int:
        start = self._starts[min(line, len(self._starts)) - 1]
        end = self._starts[line] if line < len(self._starts) else len(self._text)
        text = self._text[start:end]
        if text.isascii():
            return start + min(column, len(text))
        return start + len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))


class _Module:
    """The tree of a module, the places of its nodes, and the expressions whose values a notebook shows."""

    def __init__(self, tree: ast.Module, place: Place, ends: tuple[int, ...], text: str) -> None:
        self.tree = tree
        self.place = place
        self.ends = ends
        self.text = text
        self.echoed = frozenset(self._echoed())

    def _echoed(self) -> Iterator[int]:
        """Yield the last expressions of the cells of a notebook."""
        at = 0
        last: ast.stmt | None = None
        for statement in [*self.tree.body, None] if self.ends else ():
            start = self.place(statement).start if statement is not None else None
            while at < len(self.ends) and (start is None or start >= self.ends[at]):
                if isinstance(last, ast.Expr) and not self._is_silent(last):
                    yield id(last)
                last = None
                at += 1
            last = statement

    def _is_silent(self, node: ast.Expr) -> bool:
        return self.text[self.place(node).end :].lstrip(" \t").startswith(";")


def _same_functions(tree: ast.Module, other: ast.Module, identities: frozenset[int]) -> frozenset[int]:
    """Return the functions of another tree of the same text that stand where those of the first one do."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    lines = {node.lineno for node in ast.walk(tree) if isinstance(node, kinds) and id(node) in identities}
    return frozenset(id(node) for node in ast.walk(other) if isinstance(node, kinds) and node.lineno in lines)
