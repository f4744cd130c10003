"""Look into calls whose result holds an argument: defaults, secret wrappers, dict(...)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from okxguard.entries.python_fold import Folder
from okxguard.entries.python_names import Bindings
from okxguard.entries.wrapping import chooses, wraps
from okxguard.model import Place

_Path = tuple[str, ...]
VALUE_KEYWORDS = frozenset(
    {"default", "default_value", "value", "fallback", "initial", "default_factory", "default_var", "unset", "const"}
)
# Callees whose first argument, and of some the last one, is what they hold.
_HOLDING = frozenset({"Field", "field", "Option", "Argument", "CharField", "ib", "attrib", "str", "bytes"})
_HOLDING_LAST = frozenset({"ContextVar", "cast", "partial"})
_SAVING = frozenset({"save", "store", "put", "set", "register", "create", "write"})
_NAME_LIKE = re.compile(r"-{0,2}[A-Za-z](?::?[\w.-]){0,80}(?:[ -]\w+){0,3}\s*:?\s*")
_LONGEST_CHAIN = 6
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f-]{16,}")


class Wrappers:
    """Knows the names of one file."""

    def __init__(self, bindings: Bindings, folder: Folder) -> None:
        self._bindings = bindings
        self._folder = folder

    def wrapped(self, node: ast.Call, path: _Path) -> Iterator[tuple[ast.expr, _Path, Place]]:
        """Yield the arguments of a call whose result holds them: a default, a secret wrapper, dict(...)."""
        dotted = self._bindings.dotted(node.func) or ""
        callee = dotted.rpartition(".")[2]
        if callee == "dict":
            yield from (
                (keyword.value, (*path, keyword.arg) if keyword.arg else path, Place.ASSIGNMENT)
                for keyword in node.keywords
            )
            yield from ((argument, path, Place.ASSIGNMENT) for argument in node.args if isinstance(argument, ast.Dict))
            yield from self._zipped(node, path)
            return
        for keyword in node.keywords:
            if keyword.arg in VALUE_KEYWORDS:
                yield keyword.value, path, Place.DEFAULT
        if callee in _HOLDING_LAST and node.args:
            yield node.args[-1], path, Place.DEFAULT
        elif (callee in _HOLDING or wraps(dotted)) and (node.args or len(node.keywords) == 1):
            yield node.args[0] if node.args else node.keywords[0].value, path, Place.DEFAULT
        elif len(node.args) >= 2 and self.is_name(node.args[0]):
            yield node.args[1], path, Place.DEFAULT

    def _zipped(self, node: ast.Call, path: _Path) -> Iterator[tuple[ast.expr, _Path, Place]]:
        """Yield the members of dict(zip(names, values)) and of dict([(name, value), ...])."""
        if len(node.args) != 1:
            return
        inner = node.args[0]
        if isinstance(inner, ast.Call) and self._bindings.dotted(inner.func) == "zip" and len(inner.args) == 2:
            names, values = inner.args
            if isinstance(names, (ast.Tuple, ast.List)) and isinstance(values, (ast.Tuple, ast.List)):
                for name, value in zip(names.elts, values.elts, strict=False):
                    literal = self._folder.fold(name)
                    yield value, (*path, literal.value if literal else ""), Place.ASSIGNMENT
        elif isinstance(inner, (ast.List, ast.Tuple)):
            for pair in inner.elts:
                if isinstance(pair, (ast.Tuple, ast.List)) and len(pair.elts) == 2:
                    literal = self._folder.fold(pair.elts[0])
                    yield pair.elts[1], (*path, literal.value if literal else ""), Place.ASSIGNMENT

    def looked_up(self, node: ast.expr) -> _Path:
        """Return the path of a setting that is looked up by its name: `environ.get("NAME")`, `config["name"]`."""
        node = _begun(node)
        if isinstance(node, ast.Call) and node.args:
            owner, key = node.func, node.args[0]
        elif isinstance(node, ast.Subscript):
            owner, key = node.value, node.slice
        else:
            return ()
        name = self._folder.fold(key) if self.is_name(key) else None
        return (f"{self._bindings.dotted(owner) or ''}()", name.value) if name else ()

    def chosen(self, node: ast.Call) -> list[ast.expr]:
        """Return the arguments of a call that gives back the first of them that is there."""
        return node.args if chooses(self._bindings.dotted(node.func) or "") else []

    def saved(self, node: ast.Call) -> tuple[ast.Call, str] | None:
        """Return the call that made what is saved, and the name it goes by then: `Secret(value="v").save("name")`."""
        if not (isinstance(node.func, ast.Attribute) and node.func.attr in _SAVING):
            return None
        made, names = node.func.value, [*node.args[:1], *(each.value for each in node.keywords if each.arg == "name")]
        if not (isinstance(made, ast.Call) and wraps(self._bindings.dotted(made.func) or "")):
            return None
        name = self._folder.fold(names[0]) if names and self.is_name(names[0]) else None
        return (made, name.value) if name else None

    def is_name(self, node: ast.expr) -> bool:
        """Tell whether an argument is a text that could name a setting."""
        literal = self._folder.fold(node)
        return (
            literal is not None
            and bool(_NAME_LIKE.fullmatch(literal.value))
            and not _HEXADECIMAL.fullmatch(literal.value)
        )


def _begun(node: ast.expr) -> ast.expr:
    """Return what a chain such as `(x or "").strip()` begins with."""
    for _ in range(_LONGEST_CHAIN):
        if isinstance(node, ast.BoolOp):
            node = node.values[0]
        elif isinstance(node, ast.Call) and not node.args and isinstance(node.func, ast.Attribute):
            node = node.func.value
        else:
            break
    return node
