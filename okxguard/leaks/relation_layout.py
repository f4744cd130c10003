"""Look at every node of a module once, for the gate: its scopes, functions, classes, imports and words."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from okxguard.entries.python_nodes import children
from okxguard.leaks.relation_scopes import NameScope

_PARTS = re.compile(r"[\w-]{2,40}")
_LONGEST_WORD = 60


class Layout(NamedTuple):
    """The nodes of a module that relate names, with their scopes; its functions and the fields of its classes by name.

    `words` are all names and short texts in it; `scopes` those of all its functions; `imports` its imports, in order.
    """

    nodes: list[tuple[Any, NameScope]]
    functions: dict[str, list[NameScope]]
    classes: dict[str, list[str]]
    imported: frozenset[str]
    lambdas: dict[int, NameScope]
    words: set[str]
    scopes: list[NameScope]
    imports: list[ast.Import | ast.ImportFrom]

    def copy(self) -> Layout:
        """Return a layout whose functions and classes may get further names."""
        return self._replace(
            functions={name: list(scopes) for name, scopes in self.functions.items()},
            classes={name: list(fields) for name, fields in self.classes.items()},
        )


class _Block(NamedTuple):
    """Nodes of one scope that wait to be looked at, directly in the class `owner`, anywhere in the class `around`."""

    scope: NameScope
    nodes: list[Any]
    owner: str = ""
    around: str = ""


def lay_out(tree: ast.Module) -> Layout:
    """Look at every node of a module once."""
    return _Surveyor().survey(tree)


class _Surveyor:
    """Goes through the scopes of a module, one after the other."""

    def __init__(self) -> None:
        self._nodes: list[tuple[Any, NameScope]] = []
        self._functions: dict[str, list[NameScope]] = {}
        self._classes: dict[str, list[str]] = {}
        self._imported: set[str] = set()
        self._lambdas: dict[int, NameScope] = {}
        self._scopes: list[NameScope] = []
        self._imports: list[ast.Import | ast.ImportFrom] = []
        self._waiting: list[_Block] = []
        self._notes: dict[type, Callable[[Any, _Block], bool]] = {
            ast.Attribute: self._attribute,
            ast.FunctionDef: self._function,
            ast.AsyncFunctionDef: self._function,
            ast.Lambda: self._lambda,
            ast.ClassDef: self._class,
            ast.AnnAssign: self._annotated,
            ast.Return: _given_back,
            ast.Yield: _given_back,
            ast.YieldFrom: _given_back,
            ast.keyword: _keyword,
            ast.Call: _call,
            ast.Expr: _expression,
            ast.Global: _outside,
            ast.Nonlocal: _outside,
            ast.ExceptHandler: _bound,
            ast.MatchAs: _bound,
            ast.MatchStar: _bound,
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
        }

    def survey(self, tree: ast.Module) -> Layout:
        """Look at a whole module."""
        module = NameScope()
        self._scopes.append(module)
        self._waiting.append(_Block(module, list(tree.body)))
        while self._waiting:
            self._look(self._waiting.pop())
        words = {word for scope in self._scopes for group in (scope.names, scope.words) for word in group}
        return Layout(
            self._nodes,
            self._functions,
            self._classes,
            frozenset(self._imported),
            self._lambdas,
            words,
            self._scopes,
            sorted(self._imports, key=lambda node: (node.col_offset, node.lineno)),
        )

    def _look(self, block: _Block) -> None:
        """Look at the nodes of one scope; those of scopes in it wait for later."""
        scope, waiting = block.scope, block.nodes
        names, words, nodes, notes = scope.names, scope.words, self._nodes, self._notes
        while waiting:
            node = waiting.pop()
            kind = type(node)
            if kind is ast.Name:
                names.add(node.id)
                if type(node.ctx) is ast.Store:
                    scope.locals.add(node.id)
                continue
            if kind is ast.Constant:
                if type(node.value) is str and len(node.value) < _LONGEST_WORD:
                    words.add(node.value)
                    if not node.value.isidentifier():
                        words.update(_PARTS.findall(node.value))
                continue
            if kind in _RELATING:
                nodes.append((node, scope))
            note = notes.get(kind)
            if note is None or note(node, block):
                waiting += children(node)

    def _attribute(self, node: ast.Attribute, block: _Block) -> bool:
        block.scope.words.add(node.attr)
        if block.around and type(node.ctx) is ast.Store:
            self._classes[block.around].append(node.attr)
        block.nodes.append(node.value)
        return False

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, block: _Block) -> bool:
        inner = self._enter(node, block, list(node.body), block.owner)
        block.scope.words.add(node.name)
        self._functions.setdefault(node.name, []).append(inner)
        block.nodes.extend(node.decorator_list)
        return False

    def _lambda(self, node: ast.Lambda, block: _Block) -> bool:
        self._lambdas[id(node)] = self._enter(node, block, [node.body], "")
        return False

    def _enter(self, node: Any, block: _Block, body: list[Any], owner: str) -> NameScope:
        """Return the scope of a function, which is looked at later."""
        inner = NameScope(block.scope, node, owner)
        inner.names.update(inner.locals)
        self._scopes.append(inner)
        body.append(node.args)
        self._waiting.append(_Block(inner, body, "", block.around))
        return inner

    def _class(self, node: ast.ClassDef, block: _Block) -> bool:
        block.scope.words.add(node.name)
        self._classes.setdefault(node.name, [])
        self._waiting.append(_Block(block.scope, list(node.body), node.name, node.name))
        block.nodes.extend((*node.bases, *node.keywords, *node.decorator_list))
        return False

    def _annotated(self, node: ast.AnnAssign, block: _Block) -> bool:
        if block.owner and type(node.target) is ast.Name:
            self._classes[block.owner].append(node.target.id)
        return True

    def _import(self, node: ast.Import, block: _Block) -> bool:
        self._imports.append(node)
        for alias in node.names:
            self._imported.update((alias.name.partition(".")[0], alias.asname or ""))
            block.scope.words.update((alias.name, alias.asname or ""))
        return False

    def _import_from(self, node: ast.ImportFrom, block: _Block) -> bool:
        self._imports.append(node)
        self._imported.add((node.module or "").partition(".")[0])
        block.scope.words.update(alias.asname or alias.name for alias in node.names)
        return False


def _given_back(node: ast.Return | ast.Yield | ast.YieldFrom, block: _Block) -> bool:
    if node.value is not None:
        block.scope.returned.append(node.value)
    return True


def _keyword(node: ast.keyword, block: _Block) -> bool:
    if node.arg is not None:
        block.scope.words.add(node.arg)
    block.nodes.append(node.value)
    return False


def _call(node: ast.Call, block: _Block) -> bool:
    block.nodes.append(node.func)
    block.nodes.extend(node.args)
    block.nodes.extend(node.keywords)
    return False


def _expression(node: ast.Expr, block: _Block) -> bool:
    block.nodes.append(node.value)
    return False


def _outside(node: ast.Global | ast.Nonlocal, block: _Block) -> bool:
    block.scope.outside.update(node.names)
    return False


def _bound(node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar, block: _Block) -> bool:
    if node.name:
        block.scope.locals.add(node.name)
    return True


# The kinds of nodes that `Relations` reads.
_RELATING = frozenset(
    [
        ast.Assign,
        ast.AnnAssign,
        ast.AugAssign,
        ast.NamedExpr,
        ast.For,
        ast.AsyncFor,
        ast.comprehension,
        ast.With,
        ast.AsyncWith,
        ast.Match,
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.Call,
        ast.Dict,
        ast.Raise,
        ast.Assert,
        ast.Expr,
        ast.ExceptHandler,
        ast.Subscript,
        ast.Attribute,
    ]
)
