"""Read Python source through the standard library's `ast`: every literal with the names it goes by.

A literal may go by several names: the variable it is assigned to, the environment variable whose default it is, the
argument that a constant is passed as. Each is an entry of its own, all with the span of the literal.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from okxguard.documents import Document
from okxguard.entries.commented import read_commented
from okxguard.entries.embedded import may_hold_entries, read_embedded
from okxguard.entries.pairs import unescape
from okxguard.entries.python_calls import Calls
from okxguard.entries.python_expressions import Expressions
from okxguard.entries.python_flow import Flow
from okxguard.entries.python_fold import Folder
from okxguard.entries.python_names import Bindings, collect_bindings
from okxguard.entries.python_nodes import children, inner_nodes
from okxguard.entries.python_repair import parse_python
from okxguard.entries.python_wrappers import Wrappers
from okxguard.entries.reading import Literal, Reading, TellingLines
from okxguard.entries.text import read_commands, read_lines, read_telling
from okxguard.kinds import Kind
from okxguard.model import Entry, Place, Span

# What the code of notebooks is called; magics are nothing strange in it.
CELL_NAMES = ("cells.py", "cell.py")
_Path = tuple[str, ...]
# A string that does not end lasts to the end of its line or of the text, so that nothing is looked at twice.
_COMMENT = re.compile(
    r"""(?P<string> [rRbBuUfFtT]{0,2}(?: \"{3}(?:[^\\]|\\(?:.|\Z))*?(?:\"{3}|\Z) | '{3}(?:[^\\]|\\(?:.|\Z))*?(?:'{3}|\Z)
    | "(?:[^"\\\n]|\\(?:.|\Z))*"? | '(?:[^'\\\n]|\\(?:.|\Z))*'? ))
    | (?P<comment> \#[^\n]* )""",
    re.VERBOSE | re.DOTALL,
)
_MOST_BRANCHES = 10
_UNKNOWN = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.BoolOp, ast.IfExp, ast.Await)


def read_python(document: Document, lines: TellingLines) -> Reading:
    """Return the entries of a Python module; lines that are not Python 3 are read as plain text.

    Raises MismatchError when the text cannot be parsed.
    """
    tree, left_out, strange = parse_python(document.text)
    nodes = inner_nodes(tree)
    bindings = collect_bindings(nodes)
    reader = _Reader(document, nodes, bindings, Flow(nodes, bindings), lines)
    entries = (*reader.read(tree), *_comments(document))
    if not left_out:
        return Reading(entries)
    others = (*read_telling(document, left_out), *read_commands(document, left_out))
    is_told = strange if document.path in CELL_NAMES else left_out
    note = "has lines that are not Python 3; those were read as plain text" if is_told else None
    return Reading((*entries, *others), note)


def _comments(document: Document) -> Iterator[Entry]:
    lines = []
    for match in _COMMENT.finditer(document.text):
        if match.lastgroup == "comment":
            body = match["comment"].lstrip("#!: \t")
            lines.append((match.end() - len(body), body))
    yield from read_lines(lines, ("#",), place=Place.COMMENT)
    yield from read_commented(document, lines, Kind.PYTHON)


class _Reader:
    """One walk over a tree; an explicit stack, so that depth costs nothing."""

    def __init__(
        self, document: Document, nodes: Sequence[ast.AST], bindings: Bindings, flow: Flow, lines: TellingLines
    ) -> None:
        self._document = document
        self._bindings = bindings
        self._flow = flow
        self._folder = Folder(document, bindings)
        self._wrappers = Wrappers(bindings, self._folder)
        self._telling = lines.close
        declaring = lines.around if document.declares else frozenset()
        self._expressions = Expressions(document, self._folder, flow, declaring)
        self._stack: list[tuple[ast.AST, _Path]] = []
        self._calls = Calls(nodes, bindings, self._folder, flow, self._wrappers, declaring)
        self._read_strings: set[int] = set()
        self._read_dicts: set[int] = set()

    def read(self, tree: ast.Module) -> Iterator[Entry]:
        self._stack = [(tree, ())]
        while self._stack:
            node, path = self._stack.pop()
            yield from self._visit(node, path)

    def _visit(self, node: ast.AST, path: _Path) -> Iterator[Entry]:
        if isinstance(node, ast.ClassDef):
            self._push(node, (*path, node.name))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            if self._says_nothing(node):
                return
            name = f"{node.name}()" if not isinstance(node, ast.Lambda) else "lambda()"
            yield from self._defaults(node.args, (*path, name))
            yield from self._constant_function(node, path)
            self._push(node, (*path, name))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                yield from self._assign(target, node.value, path)
            self._push(node, path)
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr)):
            if node.value is not None:
                yield from self._assign(node.target, node.value, path)
            self._push(node, path)
        elif isinstance(node, (ast.Return, ast.Yield)) and node.value is not None:
            yield from self._value(node.value, (*path, "return"), Place.ASSIGNMENT)
            self._push(node, path)
        elif isinstance(node, ast.For):
            yield from self._loop(node, path)
            self._push(node, path)
        else:
            yield from self._expression(node, path)

    def _says_nothing(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> bool:
        """Tell whether no line of a function tells anything: what is in it has a path, and so a scope, of its own."""
        first = min((each.lineno for each in getattr(node, "decorator_list", ())), default=node.lineno)
        return self._telling.isdisjoint(range(first - 1, node.end_lineno or node.lineno))

    def _push(self, node: ast.AST, path: _Path) -> None:
        self._stack += [(child, path) for child in reversed(children(node)) if child is not None]

    def _expression(self, node: ast.AST, path: _Path) -> Iterator[Entry]:
        if isinstance(node, ast.Call):
            for slot in self._calls.slots(node, path):
                yield from self._value(*slot)
            self._push(node, path)
        elif isinstance(node, ast.Dict):
            if id(node) not in self._read_dicts:
                yield from self._value(node, (*path, f"{{}}#{self._calls.serial()}"), Place.ARGUMENT)
            self._push(node, path)
        elif isinstance(node, (ast.Constant, ast.JoinedStr)):
            yield from self._inside_string(node, path)
        else:
            self._push(node, path)

    def _inside_string(self, node: ast.AST, path: _Path) -> Iterator[Entry]:
        """Read the text of a string: a docstring, a settings file to be written, a header."""
        literal = self._folder.source_of(node)
        if literal is None or not may_hold_entries(literal.value) or id(node) in self._read_strings:
            return
        self._read_strings.add(id(node))
        raw = self._document.text[literal.span.start : literal.span.end]
        prefix = self._document.text[max(0, literal.span.start - 5) : literal.span.start].lower()
        value = raw if "r" in prefix.rstrip("\"'")[-2:] else unescape(raw)
        yield from read_embedded(raw, value, literal.span.start, (*path, '""'))

    def _defaults(self, arguments: ast.arguments, path: _Path) -> Iterator[Entry]:
        positional = [*arguments.posonlyargs, *arguments.args]
        pairs = list(zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True))
        pairs += [
            (argument, default)
            for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            if default
        ]
        for argument, default in pairs:
            yield from self._value(default, (*path, argument.arg), Place.DEFAULT)

    def _constant_function(self, node: ast.AST, path: _Path) -> Iterator[Entry]:
        """Yield what a function or property stands for that does nothing but return a constant."""
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and isinstance(node.body[-1], ast.Return):
            documented = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
            literal = self._folder.fold(node.body[-1].value) if node.body[-1].value else None
            if literal and len(node.body) == 1 + documented:
                yield _entry((*path, node.name), literal, Place.ASSIGNMENT)

    def _loop(self, node: ast.For, path: _Path) -> Iterator[Entry]:
        if isinstance(node.iter, (ast.List, ast.Tuple)):
            for index, item in enumerate(node.iter.elts):
                yield from self._assign(node.target, item, (*path, f"for#{node.lineno}[{index}]"))

    def _assign(self, target: ast.expr, value: ast.expr, path: _Path) -> Iterator[Entry]:
        if isinstance(target, (ast.Tuple, ast.List)):
            items = self._flow.items(value)
            if len(target.elts) == len(items):
                for inner_target, inner_value in zip(target.elts, items, strict=True):
                    yield from self._assign(inner_target, inner_value, path)
            return
        if isinstance(value, ast.Tuple) and isinstance(target, ast.Name) and target.id == "__slots__":
            return
        yield from self._value(value, (*path, *self._target(target)), Place.ASSIGNMENT)

    def _target(self, target: ast.expr) -> _Path:
        if isinstance(target, ast.Name):
            label = self._flow.label(target)
            return (f"{target.id} {label}",) if label else (target.id,)
        if isinstance(target, ast.Attribute):
            owner = self._bindings.dotted(target.value)
            return (target.attr,) if owner in ("self", "cls") else (owner or "", target.attr)
        if isinstance(target, ast.Subscript):
            key = self._folder.fold(target.slice)
            owner = self._bindings.dotted(target.value) or ""
            return (owner, key.value if key else "")
        return ("",)

    def _value(self, node: ast.expr, path: _Path, place: Place) -> Iterator[Entry]:
        """Yield the entries of a value that goes by `path`: a literal, the parts of a container, each branch."""
        pending: list[tuple[ast.expr, _Path, Place]] = [(node, path, place)]
        while pending:
            node, path, place = pending.pop()
            literal = self._folder.fold(node)
            yield from self._expressions.entries_of(node, path, place)
            if literal is not None:
                yield _entry(path, literal, place)
            elif isinstance(node, ast.Dict):
                members = list(self._members(node, path, place))
                pending.extend(members)
                yield from (self._declared(*member) for member in members if isinstance(member[0], _UNKNOWN))
            elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
                pending.extend((item, (*path, f"[{index}]"), place) for index, item in enumerate(node.elts))
            elif isinstance(node, ast.BoolOp):
                pending.extend(self._branches(node.values, path))
            elif isinstance(node, ast.IfExp):
                pending.extend(self._branches([node.body, node.orelse], path))
            elif isinstance(node, ast.Call):
                pending.extend(self._wrappers.wrapped(node, path))
                pending.extend(self._branches(self._wrappers.chosen(node), path))
            elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Dict):
                pending.extend(self._branches(node.value.values, path))
            elif isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and _is_slot(path, place):
                constants = map(self._folder.fold, self._flow.resolve(node))
                yield from (_entry(path, constant, place) for constant in constants if constant)
            elif isinstance(node, (ast.Await, ast.Starred, ast.NamedExpr)):
                pending.append((node.value, path, place))
            elif isinstance(node, ast.Lambda):
                pending.append((node.body, path, Place.DEFAULT))

    def _branches(self, nodes: list[ast.expr], path: _Path) -> Iterator[tuple[ast.expr, _Path, Place]]:
        """Yield alternatives; they go by `path` and by the names of the settings that the others look up."""
        names = [name for name in map(self._wrappers.looked_up, nodes[:_MOST_BRANCHES]) if name]
        for node in nodes:
            yield node, path, Place.DEFAULT
            if not self._wrappers.looked_up(node):
                yield from ((node, (*path[:-1], *name), Place.DEFAULT) for name in names)

    def _members(self, node: ast.Dict, path: _Path, place: Place) -> Iterator[tuple[ast.expr, _Path, Place]]:
        self._read_dicts.add(id(node))
        for index, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
            if key is None:
                yield value, path, place
                continue
            name = self._folder.fold(key)
            dotted = name.value if name else self._bindings.dotted(key)
            yield value, (*path, dotted or f"{{{index}}}"), place

    def _declared(self, node: ast.expr, path: _Path, place: Place) -> Entry:
        """Return an entry without a value: the name is there, what it stands for is not."""
        return Entry(path, "", self._folder.span_of(node), place, visible=False)


def _is_slot(path: _Path, place: Place) -> bool:
    """Tell whether a place says more about a value than the name of the variable that holds it."""
    return place is Place.ARGUMENT or not (path[-1].startswith("[") or path[-1] == "return")


def _entry(path: _Path, literal: Literal, place: Place) -> Entry:
    return Entry(
        path,
        literal.value,
        Span(literal.span.start, literal.span.end),
        place,
        literal.quoted,
        literal.visible,
    )
