"""Tell which expressions of one file a name, an attribute or an item stands for, and which function holds them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from okxguard.entries.python_names import Bindings

_MOST_VALUES = 20
_MOST_ITEMS = 40
_DEEPEST = 3
_NAMED = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})


class Flow:
    """Follows names to what is assigned to them; of several values those of the nearest function count."""

    def __init__(self, nodes: Sequence[ast.AST], bindings: Bindings) -> None:
        self._bindings = bindings
        self._assigned: dict[str, dict[int, list[ast.expr]]] = {}
        self._takers: dict[str, dict[int, str]] = {}
        self._classes: set[str] = set()
        self._parents = [0]
        self._scopes: list[int] = []
        self._note_scopes(nodes)

    def _note_scopes(self, nodes: Sequence[ast.AST]) -> None:
        """Number the functions, outer ones first, and note for every line the innermost one that holds it."""
        statements = nodes[0].body if isinstance(nodes[0], ast.Module) else []
        self._scopes = [0] * (max((each.end_lineno or 0 for each in statements), default=0) + 2)
        for node in nodes:
            if type(node) not in _NAMED:
                continue
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self._parents.append(self._scopes[node.lineno])
                lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
                self._scopes[lines.start : lines.stop] = [len(self._parents) - 1] * len(lines)
            elif isinstance(node, ast.ClassDef):
                self._classes.add(node.name)

    def resolve(self, node: ast.expr, depth: int = 0) -> list[ast.expr]:
        """Return the expressions that a name, `self.name` or an item of a named collection stands for."""
        if depth > _DEEPEST:
            return []
        if isinstance(node, ast.Name):
            return self._nearest(node.id, node.lineno)
        if isinstance(node, ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            known = owner in ("self", "cls") or owner in self._classes
            return list(self._bindings.values.get(node.attr, ())[:_MOST_VALUES]) if known else []
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            found = [_item(inner, node.slice.value) for inner in self.resolve(node.value, depth + 1)]
            return [item for item in found if item is not None]
        return []

    def given(self, name: str, line: int) -> list[ast.expr]:
        """Return what is assigned to a name in the innermost function around a line that assigns it any."""
        by_scope, scope = self._by_scope(name), self._scope_of(line)
        while scope and scope not in by_scope:
            scope = self._parents[scope]
        return by_scope.get(scope, [])

    def is_same_function(self, line: int, other: int) -> bool:
        """Tell whether two lines stand in the same function, or both in none."""
        return self._scope_of(line) == self._scope_of(other)

    def label(self, target: ast.Name) -> str:
        """Return what else is known of a variable: who made it, and who it is passed to."""
        name = target.id
        if name not in self._takers:
            takers = self._takers[name] = {}
            for callee, line in self._bindings.passed.get(name, ()):
                takers.setdefault(self._home_of(name, line), callee)
        taker = self._takers[name].get(self._home_of(name, target.lineno)) if self._takers[name] else None
        return " ".join(filter(None, (self._bindings.callees.get(name, ""), taker)))

    def _home_of(self, name: str, line: int) -> int:
        """Return the function whose variable a name is on a line."""
        by_scope, scope = self._by_scope(name), self._scope_of(line)
        while scope and scope not in by_scope:
            scope = self._parents[scope]
        return scope if scope in by_scope else self._scope_of(line)

    def _scope_of(self, line: int) -> int:
        return self._scopes[min(line, len(self._scopes) - 1)]

    def items(self, node: ast.expr) -> list[ast.expr]:
        """Return the items of a tuple or list, or of the only one that a name stands for."""
        found = [node] if isinstance(node, (ast.Tuple, ast.List)) else self.resolve(node)
        only = found[0] if len(found) == 1 else None
        return only.elts[:_MOST_ITEMS] if isinstance(only, (ast.Tuple, ast.List)) else []

    def arguments(self, node: ast.Call) -> Iterator[ast.expr]:
        """Yield the positional arguments of a call, with `*items` unpacked."""
        for argument in node.args:
            items = self.items(argument.value) if isinstance(argument, ast.Starred) else []
            yield from items or [argument]

    def _nearest(self, name: str, line: int) -> list[ast.expr]:
        """Return the values that are assigned in the innermost function around a line that assigns any."""
        nearest = self.given(name, line) or next(iter(self._by_scope(name).values()), [])
        return nearest[:_MOST_VALUES]

    def _by_scope(self, name: str) -> dict[int, list[ast.expr]]:
        """Return what is assigned to a name by the number of the function that does so."""
        if name not in self._assigned:
            by_scope = self._assigned[name] = {}
            for value in self._bindings.values.get(name, ()):
                by_scope.setdefault(self._scopes[value.lineno], []).append(value)
        return self._assigned[name]


def _item(node: ast.expr, key: object) -> ast.expr | None:
    if isinstance(node, (ast.Tuple, ast.List)) and isinstance(key, int):
        return node.elts[key] if -len(node.elts) <= key < len(node.elts) else None
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys[:_MOST_ITEMS], node.values, strict=False)
        return next((value for name, value in pairs if isinstance(name, ast.Constant) and name.value == key), None)
    return None
