"""The scopes of the names of a module, for the gate: which variables are those of one function."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_WORDS = re.compile(r"[\w-]{2,40}")
# Fields that hold no expressions or statements.
_LEAVES = frozenset(
    [
        "ctx",
        "op",
        "ops",
        "id",
        "attr",
        "arg",
        "name",
        "module",
        "level",
        "kind",
        "type_comment",
        "simple",
        "is_async",
        "conversion",
        "rest",
        "kwd_attrs",
        "type_params",
    ]
)
_WITHOUT_CHILDREN = (ast.Constant, ast.Global, ast.Nonlocal, ast.Import, ast.ImportFrom, ast.Name)


class NameScope:
    """The variables of one function; names that are not its own are those of the scope around it.

    `parameters` leaves out the object that a method belongs to, which is called `own`; `rest` takes further keywords;
    `returned` are the expressions that the function gives back.
    """

    __slots__ = ("locals", "node", "number", "outer", "outside", "own", "owner", "parameters", "rest", "returned")

    def __init__(self, outer: NameScope | None = None, node: Any = None, owner: str = "") -> None:
        self.outer = outer
        self.node = node
        self.number = id(node) if node is not None else 0
        self.locals: set[str] = set()
        self.outside: set[str] = set()
        self.returned: list[ast.expr] = []
        self.parameters: tuple[str, ...] = ()
        self.own = self.owner = ""
        self.rest: str | None = None
        if node is not None:
            self._take(node.args, owner if not _is_static(node) else "")

    def _take(self, arguments: ast.arguments, owner: str) -> None:
        plain = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        extra = [argument.arg for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
        self.own = plain[0] if owner and plain else ""
        self.owner = owner if self.own else ""
        self.locals.update(plain, extra)
        self.parameters = tuple(name for name in (*plain, *extra) if name != self.own)
        self.rest = arguments.kwarg.arg if arguments.kwarg is not None else None

    def outwards(self) -> Iterator[NameScope]:
        """Yield the scope of the function and those of the functions around it."""
        scope: NameScope | None = self
        while scope is not None and scope.node is not None:
            yield scope
            scope = scope.outer

    def resolve(self, name: str) -> str:
        """Return the name with the function that it belongs to; a name of the module stays as it is."""
        scope: NameScope | None = self
        while scope is not None and scope.outer is not None:
            if name in scope.locals and name not in scope.outside:
                return f"{name}@{scope.number}"
            scope = scope.outer
        return name


class Layout(NamedTuple):
    """All nodes of a module with their scopes, its functions and the fields of its classes by name, its imports.

    `words` are all names and short texts in it.
    """

    nodes: list[tuple[Any, NameScope]]
    functions: dict[str, list[NameScope]]
    classes: dict[str, list[str]]
    imported: frozenset[str]
    lambdas: dict[int, NameScope]
    words: set[str]


def lay_out(tree: ast.Module) -> Layout:
    """Look at every node of a module once."""
    nodes: list[tuple[Any, NameScope]] = []
    functions: dict[str, list[NameScope]] = {}
    classes: dict[str, list[str]] = {}
    imported: set[str] = set()
    lambdas: dict[int, NameScope] = {}
    words: set[str] = set()
    waiting: list[tuple[Any, NameScope, str, str]] = [(tree, NameScope(), "", "")]
    while waiting:
        node, scope, owner, around = waiting.pop()
        kind = type(node)
        if kind is ast.Name:
            words.add(node.id)
            if type(node.ctx) is ast.Store:
                scope.locals.add(node.id)
            nodes.append((node, scope))
            continue
        if kind is ast.Constant:
            if type(node.value) is str and len(node.value) < 60:
                words.add(node.value)
                words.update(_WORDS.findall(node.value))
                nodes.append((node, scope))
            continue
        nodes.append((node, scope))
        inner, below = scope, ""
        if kind is ast.Attribute:
            words.add(node.attr)
            if around and type(node.ctx) is ast.Store:
                classes[around].append(node.attr)
        elif kind is ast.FunctionDef or kind is ast.AsyncFunctionDef or kind is ast.Lambda:
            inner = NameScope(scope, node, owner)
            words.update(inner.locals)
            if kind is ast.Lambda:
                lambdas[id(node)] = inner
            else:
                words.add(node.name)
                functions.setdefault(node.name, []).append(inner)
                waiting += [(each, scope, "", around) for each in node.decorator_list]
            waiting.append((node.args, inner, "", around))
            body = node.body if type(node.body) is list else [node.body]
            waiting += [(each, inner, "", around) for each in body]
            continue
        elif kind is ast.ClassDef:
            around = below = node.name
            words.add(node.name)
            classes.setdefault(node.name, [])
        elif kind is ast.AnnAssign:
            if owner and type(node.target) is ast.Name:
                classes[owner].append(node.target.id)
            below = owner
        else:
            _note(node, kind, scope, imported, words)
            below = owner if kind in (ast.If, ast.Try, ast.With) else ""
        for child in children(node):
            waiting.append((child, inner, below, around))
    return Layout(nodes, functions, classes, frozenset(imported), lambdas, words)


def _note(node: Any, kind: type, scope: NameScope, imported: set[str], words: set[str]) -> None:
    """Note what a node says about its scope, or about the module."""
    if kind is ast.Return or kind is ast.Yield or kind is ast.YieldFrom:
        if node.value is not None:
            scope.returned.append(node.value)
    elif kind is ast.keyword:
        words.add(node.arg or "")
    elif kind is ast.Global or kind is ast.Nonlocal:
        scope.outside.update(node.names)
    elif kind is ast.ExceptHandler or kind is ast.MatchAs or kind is ast.MatchStar:
        if node.name:
            scope.locals.add(node.name)
    elif kind is ast.Import:
        for alias in node.names:
            imported.update((alias.name.partition(".")[0], alias.asname or ""))
            words.update((alias.name, alias.asname or ""))
    elif kind is ast.ImportFrom:
        imported.add((node.module or "").partition(".")[0])
        words.update(alias.asname or alias.name for alias in node.names)


_FIELDS: dict[type, tuple[str, ...]] = {}


def children(node: Any) -> list[Any]:
    """Return the expressions and statements right below a node."""
    kind = type(node)
    names = _FIELDS.get(kind)
    if names is None:
        names = () if kind in _WITHOUT_CHILDREN else tuple(name for name in kind._fields if name not in _LEAVES)
        _FIELDS[kind] = names
    found: list[Any] = []
    for name in names:
        value = getattr(node, name, None)
        if type(value) is list:
            found += [each for each in value if isinstance(each, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def _is_static(node: Any) -> bool:
    return any(last_name(each) == "staticmethod" for each in getattr(node, "decorator_list", ()))


def last_name(node: ast.AST | None) -> str:
    """Return the last part of a name, or nothing."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def annotated_names(node: ast.AST) -> Iterator[str]:
    """Yield the names in an annotation."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            yield inner.id
        elif isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def targets_of(node: ast.AST, scope: NameScope) -> Iterator[str]:
    """Yield the names that a change of a target changes."""
    while isinstance(node, (ast.Subscript, ast.Starred, ast.Call)):
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, str)
        ):
            yield node.slice.value
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name):
        yield scope.resolve(node.id)
    elif isinstance(node, ast.Attribute):
        yield node.attr
        if isinstance(node.value, ast.Attribute) or (isinstance(node.value, ast.Name) and node.value.id != "self"):
            yield from targets_of(node.value, scope)
    elif isinstance(node, (ast.Tuple, ast.List)):
        for each in node.elts:
            yield from targets_of(each, scope)
