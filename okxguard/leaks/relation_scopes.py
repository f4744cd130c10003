"""The scopes of the names of a module, for the gate: which variables are those of one function."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class NameScope:
    """The variables of one function; names that are not its own are those of the scope around it.

    `parameters` leaves out the object that a method belongs to, which is called `own`; `rest` takes further keywords.
    """

    __slots__ = ("_locals", "node", "number", "outer", "own", "owner", "parameters", "rest")

    def __init__(
        self,
        outer: NameScope | None,
        names: frozenset[str],
        parameters: tuple[str, ...],
        node: Any = None,
        owner: str = "",
        own: str = "",
        rest: str | None = None,
    ) -> None:
        self.outer = outer
        self._locals = names
        self.parameters = parameters
        self.node = node
        self.number = id(node) if node is not None else 0
        self.owner = owner
        self.own = own
        self.rest = rest

    def resolve(self, name: str) -> str:
        """Return the name with the function that it belongs to; a name of the module stays as it is."""
        scope: NameScope | None = self
        while scope is not None and scope.outer is not None:
            if name in scope._locals:
                return f"{name}@{scope.number}"
            scope = scope.outer
        return name


def function_scope(node: Any, outer: NameScope, owner: str) -> NameScope:
    """Return the scope of a function, which is a method where it has an owner."""
    arguments = node.args
    plain = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    extra = [argument.arg for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    own = plain[0] if owner and plain and not _is_static(node) else ""
    names = {*plain, *extra}
    outside: set[str] = set()
    body = node.body if isinstance(node.body, list) else [node.body]
    waiting: list[ast.AST] = list(body)
    while waiting:
        each = waiting.pop()
        if isinstance(each, (*FUNCTIONS, ast.ClassDef)):
            continue
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            names.add(each.id)
        elif isinstance(each, (ast.Global, ast.Nonlocal)):
            outside.update(each.names)
        elif isinstance(each, ast.ExceptHandler) and each.name:
            names.add(each.name)
        waiting += ast.iter_child_nodes(each)
    parameters = tuple(name for name in (*plain, *extra) if name != own)
    rest = arguments.kwarg.arg if arguments.kwarg is not None else None
    return NameScope(outer, frozenset(names - outside), parameters, node, owner if own else "", own, rest)


def _is_static(node: Any) -> bool:
    return any(last_name(each) == "staticmethod" for each in getattr(node, "decorator_list", ()))


def last_name(node: ast.AST | None) -> str:
    """Return the last part of a name, or nothing."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def fields_of(node: ast.ClassDef) -> list[str]:
    """Return the names of the fields of a class."""
    found: dict[str, None] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store):
            found[inner.attr] = None
        elif isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name):
            found[inner.target.id] = None
    return list(found)


def imported_modules(tree: ast.AST) -> frozenset[str]:
    """Return the first parts of the names of the modules that are imported, and what they are called here."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found |= {alias.name.partition(".")[0], alias.asname or ""}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return frozenset(found)


def annotated_names(node: ast.AST) -> Iterator[str]:
    """Yield the names in an annotation."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            yield inner.id
        elif isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def return_values(node: Any) -> list[ast.expr]:
    """Return what a function gives back, without what functions in it do."""
    found: list[ast.expr] = []
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        each = waiting.pop()
        if isinstance(each, (*FUNCTIONS, ast.ClassDef, ast.Lambda)):
            continue
        if isinstance(each, (ast.Return, ast.Yield, ast.YieldFrom)) and each.value is not None:
            found.append(each.value)
        waiting += ast.iter_child_nodes(each)
    return found


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
