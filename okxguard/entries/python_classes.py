"""Tell the fields of the classes of one Python file in the order in which they are given values."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import NamedTuple

from okxguard.entries.python_fold import Folder
from okxguard.entries.python_names import Bindings, makes_class

_MOST_FIELDS = 40
_DEEPEST = 4
_LONGEST_TYPE = 200


class ClassField(NamedTuple):
    """A field of a class, and what it holds when it is given nothing."""

    name: str
    default: ast.expr | None = None


class Classes:
    """Knows the classes of one file."""

    def __init__(self, nodes: Iterable[ast.AST], bindings: Bindings, folder: Folder) -> None:
        self._bindings = bindings
        self._folder = folder
        self._classes: dict[str, ast.ClassDef] = {}
        self._calls: dict[str, ast.Call] = {}
        self._known: dict[str, list[ClassField]] = {}
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                self._classes.setdefault(node.name, node)
        for name, values in bindings.values.items():
            if len(values) == 1 and isinstance(values[0], ast.Call):
                self._calls[name] = values[0]

    def fields_of(self, name: str) -> list[ClassField]:
        """Return the fields of a class in the order of its constructor, none where they are unknown."""
        if name not in self._known:
            self._known[name] = self._fields(name, 0)[:_MOST_FIELDS]
        return self._known[name]

    def _fields(self, name: str, depth: int) -> list[ClassField]:
        if depth > _DEEPEST:
            return []
        if name in self._classes:
            return self._declared(self._classes[name], depth)
        call = self._calls.get(name)
        return [ClassField(each) for each in self._listed(call)] if call and makes_class(call) else []

    def _declared(self, node: ast.ClassDef, depth: int) -> list[ClassField]:
        """Return the parameters of `__init__`, or the annotated fields of a class and of those it is made from."""
        found: list[ClassField] = []
        for base in node.bases:
            found += self._fields((self._bindings.dotted(base) or "").rpartition(".")[2], depth + 1)
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
                return _parameters(statement.args)
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                found += [ClassField(statement.target.id, statement.value)] if _is_field(statement) else []
        return found

    def _listed(self, call: ast.Call) -> list[str]:
        """Return the names of `namedtuple("Key", "label perm")` and `NamedTuple("Key", [("label", str)])`."""
        if len(call.args) < 2:
            return []
        names = call.args[1]
        if isinstance(names, (ast.List, ast.Tuple)):
            first = [each.elts[0] if isinstance(each, ast.Tuple) and each.elts else each for each in names.elts]
            return [name.value if (name := self._folder.fold(each)) else "" for each in first]
        whole = self._folder.fold(names)
        return whole.value.replace(",", " ").split() if whole else []


def _is_field(statement: ast.AnnAssign) -> bool:
    return "ClassVar" not in ast.dump(statement.annotation)[:_LONGEST_TYPE]


def _parameters(arguments: ast.arguments) -> list[ClassField]:
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    return [ClassField(each.arg, default) for each, default in zip(positional, defaults, strict=True)][1:]
