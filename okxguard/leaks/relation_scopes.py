"""The scopes of the names of a module, for the gate: which variables are those of one function."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class NameScope:
    """The variables of one function; names that are not its own are those of the scope around it.

    `parameters` leaves out the object that a method belongs to, which is called `own`; `rest` takes further keywords;
    `returned` are the expressions that the function gives back; `names` are the variables that it names, `words` the
    other names and short texts in it.
    """

    __slots__ = (
        "locals",
        "names",
        "node",
        "number",
        "outer",
        "outside",
        "own",
        "owner",
        "parameters",
        "rest",
        "returned",
        "words",
    )

    def __init__(self, outer: NameScope | None = None, node: Any = None, owner: str = "") -> None:
        self.outer = outer
        self.node = node
        self.number = id(node) if node is not None else 0
        self.locals: set[str] = set()
        self.outside: set[str] = set()
        self.names: set[str] = set()
        self.words: set[str] = set()
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


def _is_static(node: Any) -> bool:
    return any(last_name(each) == "staticmethod" for each in getattr(node, "decorator_list", ()))


def text_of(node: ast.AST | None) -> str | None:
    """Return a text that stands in the code, or None."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def called_of(node: ast.AST) -> ast.AST:
    """Return what is called, or the expression itself."""
    return node.func if isinstance(node, ast.Call) else node


def names_called(function: ast.AST) -> list[str]:
    """Return the last parts of the names of what may be called; there is always one."""
    if isinstance(function, ast.IfExp):
        return [*names_called(function.body), *names_called(function.orelse)]
    if isinstance(function, ast.BoolOp):
        return [name for value in function.values for name in names_called(value)]
    return [last_name(function)]


def last_name(node: ast.AST | None) -> str:
    """Return the last part of a name, or nothing."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


# Decorators of methods that check fields, and the place of the parameter that gets the value.
VALIDATORS = {"field_validator": 1, "validator": 1, "validates": 2}


def is_fixture(decorator: ast.expr) -> bool:
    """Tell whether a decorator makes a function a fixture, which tests ask for by the name of a parameter."""
    return last_name(called_of(decorator)) == "fixture"


def annotated_names(node: ast.AST) -> Iterator[str]:
    """Yield the names in an annotation."""
    for inner in (node,) if isinstance(node, ast.Name) else ast.walk(node):
        if isinstance(inner, ast.Name):
            yield inner.id
        elif isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def targets_of(node: ast.AST, scope: NameScope, around: set[str] | None = None) -> Iterator[str]:
    """Yield the names that a change of a target changes; those of the objects around it are added to `around`, too."""
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
        is_own = isinstance(node.value, ast.Name) and node.value.id == "self" and scope.resolve("self") != "self"
        if isinstance(node.value, (ast.Attribute, ast.Name)) and not is_own:
            for name in targets_of(node.value, scope, around):
                if around is not None:
                    around.add(name)
                yield name
    elif isinstance(node, (ast.Tuple, ast.List)):
        for each in node.elts:
            yield from targets_of(each, scope)
