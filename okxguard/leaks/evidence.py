"""Collect what single lines do not tell: which mappings secrets are read from, which options a program has."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from okxguard.entries.python_nodes import children
from okxguard.leaks.names import Secret, SecretNames
from okxguard.leaks.slots import slots_of

# The key or the name of a secret, what it is, and the place that names it.
Read = tuple[str, Secret, ast.AST]
Option = tuple[str, Secret, ast.Call]
_READERS = frozenset({"get", "pop", "setdefault", "getpass", "get_secret", "getstr"})
_OPTIONS = frozenset({"add_argument", "add_option", "option", "Option", "argument"})
_SIGNED = ("ok-access-", "authorization", "x-api-key", "x-mbx-apikey", "x-bapi-api-key", "apikey")
# The scope of what may be named in any function.
ANYWHERE = -1
_FOREIGN = frozenset({"environ", "os"})
_FUNCTIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda})


def dotted(node: ast.AST) -> str:
    """Return the dotted name that an expression writes, with `()` for calls, or nothing."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    if isinstance(node, ast.Call):
        base = dotted(node.func)
        return f"{base}()" if base else ""
    return ""


class _Leave(NamedTuple):
    """Stands behind the nodes of a function: the scope around it goes on."""

    scope: int


def _last_of(node: ast.AST) -> str:
    """Return the name, the attribute or the key that a mapping stands under, or nothing."""
    if isinstance(node, ast.Subscript):
        return node.slice.value if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str) else ""
    return dotted(node).rpartition(".")[2]


class Evidence:
    """What one module shows of its configuration, its options and its headers.

    `read` holds what is read out of mappings by their dotted names, `scoped` the same by function, `within` by the key
    that a mapping stands under, `any_read` all of it; `attributes` holds what is read from objects by their names.
    `signs` is a place where headers are signed; `slots` holds what is put where secrets belong, by function and name;
    `assigned` the functions that give a variable of some name a value.
    """

    def __init__(self, tree: ast.AST, names: SecretNames, calls: Mapping[str, tuple[str, ...]]) -> None:
        self._names = names
        self._calls = calls
        self.slots: dict[tuple[int, str], Read] = {}
        self.assigned: dict[str, set[int]] = defaultdict(set)
        self._members: dict[tuple[int, str], set[str]] = defaultdict(set)
        self._variables: dict[int, tuple[int, str]] = {}
        self.read: dict[str, list[Read]] = defaultdict(list)
        self.within: dict[str, list[Read]] = defaultdict(list)
        self.attributes: dict[str, list[Read]] = defaultdict(list)
        self.any_read: list[Read] = []
        self.scoped: dict[tuple[int, str], list[Read]] = defaultdict(list)
        self.options: list[Option] = []
        self.signs: ast.AST | None = None
        self._scope = 0
        self._called_in: dict[int, int] = {}
        self._given: dict[str, list[tuple[int, bool, ast.expr]]] = defaultdict(list)
        self._parts: dict[str, list[str]] = defaultdict(list)
        self._handlers: dict[type, Callable[[Any], None]] = {
            ast.Subscript: self._subscript,
            ast.Assign: self._assign,
            ast.AugAssign: self._changed,
            ast.Attribute: self._attribute,
            ast.Call: self._call,
            ast.Constant: self._constant,
            ast.Dict: self._put,
        }
        self._walk(tree)
        for given in self._given.values():
            given.sort(key=lambda each: each[0])
        for name, parts in self._parts.items():
            for part in parts if name in self.read else ():
                self.within[part] += self.read[name]

    def _walk(self, tree: ast.AST) -> None:
        """Look at every node, and note which mappings secrets are read from in which function."""
        handlers = self._handlers
        waiting: list[Any] = [tree]
        self._scope = id(tree)
        while waiting:
            node = waiting.pop()
            kind = type(node)
            if kind is _Leave:
                self._scope = node.scope
                continue
            handler = handlers.get(kind)
            if handler is not None:
                handler(node)
            if kind is ast.Name or kind is ast.Constant:
                continue
            if kind in _FUNCTIONS:
                waiting.append(_Leave(self._scope))
                self._scope = id(node)
            waiting += children(node)

    def _subscript(self, node: ast.Subscript) -> None:
        key = node.slice
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and isinstance(node.ctx, ast.Load):
            self._note(node.value, key.value, node)

    def _put(self, node: ast.Call | ast.Dict | ast.Assign) -> None:
        """Remember what is put where a secret belongs; a variable of the module may be put there anywhere."""
        for value, name in slots_of(node, self._calls):
            kind, known = self._names.read(name), dotted(value)
            if kind is not None and known:
                self.slots.setdefault((self._scope, known), (name, kind, node))
                self.slots.setdefault((ANYWHERE, known), (name, kind, node))

    def _call(self, node: ast.Call) -> None:
        function = node.func
        self._called_in[id(node)] = self._scope
        self._put(node)
        for keyword in node.keywords:
            if keyword.arg == "auth":
                self._signed(keyword.value)
        if not isinstance(function, ast.Attribute):
            return
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if function.attr in _OPTIONS:
            for text in texts:
                kind = self._names.read(text.lstrip("-"))
                if kind is not None and text.startswith("-"):
                    self.options.append((text.lstrip("-").replace("-", "_"), kind, node))
        elif function.attr in _READERS:
            for text in texts[:2]:
                self._note(function.value, text, node)

    def members(self, node: ast.AST) -> set[str]:
        """Return all attributes that the same function asks of the variable of which an expression is one."""
        variable = self._variables.get(id(node))
        return self._members[variable] if variable is not None else set()

    def given(self, name: str, line: int) -> list[ast.expr]:
        """Return what a variable was last given above a line, and what was added to it."""
        found: list[ast.expr] = []
        for at, is_whole, value in self._given.get(name, ()):
            if at <= line:
                found = [value] if is_whole else [*found, value]
        return found

    def given_to(self, call: ast.Call, name: str) -> list[ast.expr]:
        """Return what a name in a call was last given: a constant, an attribute, or a variable of the same function."""
        is_known = "." in name or name.isupper() or self._called_in.get(id(call)) in self.assigned.get(name, ())
        return self.given(name, call.lineno) if is_known else []

    def _changed(self, node: ast.AugAssign) -> None:
        self._given[dotted(node.target)].append((node.lineno, False, node.value))

    def _assign(self, node: ast.Assign) -> None:
        """Remember what a name is given, and which part of a mapping it stands for."""
        self._put(node)
        for target in node.targets:
            if isinstance(target, ast.Attribute) and target.attr == "auth":
                self._signed(node.value)
            self._given[dotted(target)].append((node.lineno, True, node.value))
            if isinstance(target, ast.Name):
                self.assigned[target.id].add(self._scope)
        key = node.value.slice if isinstance(node.value, ast.Subscript) else None
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            for target in node.targets:
                self._parts[dotted(target)].append(key.value)

    def _note(self, base: ast.AST, key: str, node: ast.AST) -> None:
        """Remember that a secret is read out of a mapping, and out of the mapping around it."""
        kind = self._names.read(key)
        if kind is None or self._names.is_about(_last_of(base)):
            return
        if isinstance(base, ast.Subscript) and isinstance(base.slice, ast.Constant):
            self.within[str(base.slice.value)].append((key, kind, node))
        while isinstance(base, (ast.Subscript, ast.Call)):
            base = base.value if isinstance(base, ast.Subscript) else base.func
            if isinstance(base, ast.Attribute) and base.attr in ("get", "section"):
                base = base.value
        name = dotted(base)
        if name and name.rpartition(".")[2] not in _FOREIGN:
            self.read[name].append((key, kind, node))
            self.scoped[self._scope, name].append((key, kind, node))
            self.any_read.append((key, kind, node))

    def _attribute(self, node: ast.Attribute) -> None:
        """Remember that a secret is read from an object, and from the objects around it."""
        if isinstance(node.value, ast.Name):
            variable = self._scope, node.value.id
            self._members[variable].add(node.attr)
            self._variables[id(node)] = variable
        kind = self._names.read(node.attr) if isinstance(node.ctx, ast.Load) else None
        base: ast.AST = node.value
        if kind is not None and isinstance(base, ast.Attribute):
            self.within[base.attr].append((node.attr, kind, node))
        while kind is not None and isinstance(base, (ast.Attribute, ast.Name)):
            if not (isinstance(base, ast.Name) and base.id == "self"):
                self.attributes[dotted(base)].append((node.attr, kind, node))
            base = base.value if isinstance(base, ast.Attribute) else ast.Constant(None)

    def _signed(self, auth: ast.expr) -> None:
        """Note that requests are signed by an object that is made with a secret."""
        given = [*auth.args, *(each.value for each in auth.keywords)] if isinstance(auth, ast.Call) else []
        if self.signs is None and any(self._names.read(dotted(each).rpartition(".")[2]) for each in given):
            self.signs = auth

    def _constant(self, node: ast.Constant) -> None:
        if self.signs is None and isinstance(node.value, str) and node.value.lower().startswith(_SIGNED):
            self.signs = node
