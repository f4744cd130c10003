"""Tell which names stand for secrets because of where they are put: arguments of clients, headers, login frames."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from itertools import chain

_HEADER = "ok-access-"
# Calls that give back a text as it is, in another form.
_FORMS = frozenset({"encode", "strip", "str", "bytes"})
# What only a frame or a mapping for a client holds beside each other.
_KEYS = frozenset({"apikey", "api_key"})
_OTHERS = frozenset({"secret", "secretkey", "secret_key", "passphrase", "password"})


def slots_of(node: ast.AST, calls: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[ast.expr, str]]:
    """Yield variables and attributes that are put where secrets belong, with the name of what belongs there."""
    found: Iterator[tuple[ast.expr, str]] = iter(())
    if isinstance(node, ast.Call):
        names = calls.get(_last(node.func)) or calls.get(_method(node.func), ())
        is_spread = any(isinstance(argument, ast.Starred) for argument in node.args[: len(names)])
        named = ((each.value, each.arg) for each in node.keywords if names and each.arg is not None)
        found = chain(zip(node.args if not is_spread else (), names, strict=False), named)
    elif isinstance(node, ast.Dict):
        found = _in_mapping(node)
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        key = _text(node.targets[0].slice)
        found = iter([(node.value, key)] if key.lower().startswith(_HEADER) else [])
    for value, name in found:
        plain = _plain(value)
        if isinstance(plain, (ast.Name, ast.Attribute)):
            yield plain, name


def _in_mapping(node: ast.Dict) -> Iterator[tuple[ast.expr, str]]:
    names = [_text(key) for key in node.keys]
    known = {name.lower() for name in names}
    is_frame = not known.isdisjoint(_KEYS) and not known.isdisjoint(_OTHERS)
    for name, value in zip(names, node.values, strict=True):
        if name.lower().startswith(_HEADER) or (is_frame and name.lower() in _KEYS | _OTHERS):
            yield value, name


def _plain(node: ast.expr) -> ast.expr:
    """Return what stands for a value that is given in another form."""
    while isinstance(node, ast.Call) and _last(node.func) in _FORMS:
        node = node.func.value if isinstance(node.func, ast.Attribute) else node.args[0] if node.args else node.func
    return node


def _method(node: ast.AST) -> str:
    """Return the name of a method of what a call makes, with the name of that call, or nothing."""
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Call):
        return ""
    return f"{_last(node.value.func)}().{node.attr}"


def _last(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _text(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
