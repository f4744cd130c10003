"""Tell what is known of names that are put together: `f"{prefix}_API_KEY"`, `"OKX_SECRET_%d" % number`."""

from __future__ import annotations

import ast
import re

from okxguard.leaks.names import SecretNames

# What stands behind the last place of a name that is put together; texts with blanks are no names.
_TAIL = re.compile(r"(?:(?<=\})|(?<=%s)|^[/:]?)(?P<name>[A-Za-z0-9_.-]{2,60})\Z")
# What stands in front of the last place, where nothing stands behind it.
_HEAD = re.compile(r"(?:(?<=\})|(?<=%s)|^)(?P<name>[A-Za-z0-9_.-]{2,60})\Z")
_PLACE = re.compile(r"(?:%\d{0,3}[sdi]|\{[^{}]{0,20}\})\Z")
# Names of numbers, and of what makes texts of them.
_NUMBERS = frozenset({"i", "j", "k", "n", "idx", "index", "num", "number", "nr", "count", "str", "int"})
_SEPARATORS = "_.-"


def name_of(node: ast.AST | None, names: SecretNames) -> str:
    """Return the end of a name that is put together, or its beginning where that names a secret, or nothing."""
    tail = tail_of(node)
    head = head_of(node) if not tail else ""
    return head if head and (names.mentions(head) or _is_numbered(node)) else tail


def _is_numbered(node: ast.AST | None) -> bool:
    """Tell whether the last place of a name is that of a number: what stands in front of it is the whole name."""
    last: ast.AST | None = node
    if isinstance(node, ast.JoinedStr):
        last = node.values[-1]
    elif isinstance(node, ast.BinOp):
        if _text(node.left).endswith("d") and isinstance(node.op, ast.Mod):
            return True
        last = node.right
    elif isinstance(node, ast.Call) and node.args:
        last = node.args[-1]
    names = [each.id for each in ast.walk(last) if isinstance(each, ast.Name)] if last is not None else []
    return bool(names) and all(name in _NUMBERS for name in names)


def tail_of(node: ast.AST | None) -> str:
    """Return the end of a name that is put together, as far as it stands in the code."""
    last = node
    if isinstance(node, ast.JoinedStr) and node.values:
        last = node.values[-1]
    elif isinstance(node, ast.BinOp):
        last = node.right if isinstance(node.op, ast.Add) else node.left
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        last = node.func.value
    else:
        return ""
    tail = _TAIL.search(_text(last))
    return tail["name"] if tail is not None else ""


def head_of(node: ast.AST | None) -> str:
    """Return what stands in front of the last place of a name that is put together: a number, or whose it is."""
    if isinstance(node, ast.JoinedStr):
        last = node.values[-1] if node.values else None
        text = _text(node.values[-2]) if isinstance(last, ast.FormattedValue) and len(node.values) > 1 else ""
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        text = _end_of(node.left) if not _text(node.right) else ""
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        text = _without_place(_text(node.left))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        text = _without_place(_text(node.func.value))
    else:
        return ""
    head = _HEAD.search(text.rstrip(_SEPARATORS))
    return head["name"] if head is not None else ""


def _end_of(node: ast.expr) -> str:
    """Return the text at the end of a sum of texts."""
    return _text(node.right) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) else _text(node)


def _without_place(template: str) -> str:
    place = _PLACE.search(template)
    return template[: place.start()] if place is not None else ""


def _text(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
