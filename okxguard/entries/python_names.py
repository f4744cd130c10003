"""Tell what a Python name stands for in one file: a module, a class, a client, a constant."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

_LONGEST_CHAIN = 30
_BINDING = frozenset({ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.Call})
_CLASS_MAKERS = frozenset({"namedtuple", "NamedTuple", "make_dataclass", "recordtype"})


class Bindings:
    """What the names of one file are bound to, whatever the scope.

    `imports` maps names to dotted names, `callees` variables to the dotted name they were made by, `passed`
    variables to the callables they are passed to and where, `values` variables to the expressions assigned to them.
    """

    def __init__(self) -> None:
        self.imports: dict[str, str] = {}
        self.callees: dict[str, str] = {}
        self.passed: dict[str, list[tuple[str, int]]] = {}
        self.values: dict[str, list[ast.expr]] = {}

    def dotted(self, node: ast.AST) -> str | None:
        """Return the dotted name of an expression, with imports and variables resolved, or None."""
        tail: list[str] = []
        for _ in range(_LONGEST_CHAIN):
            if isinstance(node, ast.Attribute):
                tail.append(node.attr)
                node = node.value
            elif isinstance(node, ast.Call):
                looked_up = self._looked_up(node)
                if looked_up:
                    return ".".join([looked_up, *reversed(tail)])
                tail.append("()")
                node = node.func
            elif isinstance(node, ast.Subscript):
                key = node.slice
                tail.append(key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else "[]")
                node = node.value
            elif isinstance(node, ast.Name):
                head = self.imports.get(node.id) or self.callees.get(node.id) or node.id
                return ".".join([head, *reversed(tail)])
            else:
                break
        return None

    def _looked_up(self, node: ast.Call) -> str | None:
        """Return `module.name` for getattr(module, "name"), the name being a constant of this file."""
        if not (isinstance(node.func, ast.Name) and node.func.id == "getattr" and len(node.args) >= 2):
            return None
        owner, key = node.args[0], node.args[1]
        if isinstance(key, ast.Name) and len(self.values.get(key.id, ())) == 1:
            key = self.values[key.id][0]
        if isinstance(owner, ast.Name) and isinstance(key, ast.Constant) and isinstance(key.value, str):
            return f"{self.imports.get(owner.id, owner.id)}.{key.value}"
        return None


def collect_bindings(nodes: Iterable[ast.AST]) -> Bindings:
    """Return the bindings of a module from all its nodes that may hold others."""
    bindings = Bindings()
    calls: list[ast.Call] = []
    made: list[tuple[str, ast.Call]] = []
    for node in nodes:
        if type(node) not in _BINDING:
            continue
        if isinstance(node, ast.Call):
            calls.append(node)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                _bind(bindings, made, target, node.value)
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
            if node.value is not None:
                _bind(bindings, made, node.target, node.value)
        else:
            bindings.imports.update(_imported(node))
    for name, call in made:
        bindings.callees.setdefault(name, bindings.dotted(call) or "")
    for call in calls:
        _note_passed(bindings, call)
    return bindings


def _imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield the names that an import binds, and the dotted names of what they stand for."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            first = alias.name.partition(".")[0]
            yield alias.asname or first, alias.name if alias.asname else first
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, f"{node.module or ''}.{alias.name}".lstrip(".")


def _bind(bindings: Bindings, made: list[tuple[str, ast.Call]], target: ast.expr, value: ast.expr) -> None:
    if (
        isinstance(target, (ast.Tuple, ast.List))
        and isinstance(value, (ast.Tuple, ast.List))
        and len(target.elts) == len(value.elts)
    ):
        for inner_target, inner_value in zip(target.elts, value.elts, strict=True):
            _bind(bindings, made, inner_target, inner_value)
    elif isinstance(target, (ast.Name, ast.Attribute)):
        name = target.id if isinstance(target, ast.Name) else target.attr
        bindings.values.setdefault(name, []).append(value)
        if isinstance(value, ast.Call) and not makes_class(value):
            made.append((name, value))


def makes_class(call: ast.Call) -> bool:
    """Tell whether a call makes a class: `namedtuple("Key", "label perm")`."""
    return (call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")) in _CLASS_MAKERS


def _note_passed(bindings: Bindings, call: ast.Call) -> None:
    callee = None
    for argument in [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg is None)]:
        inner = argument.value if isinstance(argument, ast.Starred) else argument
        if isinstance(inner, ast.Name):
            callee = callee or bindings.dotted(call.func)
            if callee:
                bindings.passed.setdefault(inner.id, []).append((callee, call.lineno))
