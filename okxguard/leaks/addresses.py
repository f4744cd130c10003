"""Tell what stands in the address of a request, which may have been put together before."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from okxguard.leaks.evidence import Evidence, dotted

_DEEPEST, _MOST_PARTS = 2, 12
_MESSENGERS = ("telegram", "/bot", "sendmessage")


def is_query(node: ast.Call, evidence: Evidence) -> bool:
    """Tell whether the address of a request holds a query."""
    return any("?" in text or "=" in text for text in _texts(_all_parts(node, evidence)))


def goes_to_messenger(node: ast.Call, evidence: Evidence) -> bool:
    """Tell whether a request goes to a service that takes the token in the path of its address."""
    words = " ".join((*_texts(_all_parts(node, evidence)), *_names(_all_parts(node, evidence)))).lower()
    return any(word in words for word in _MESSENGERS)


def address_of(node: ast.Call, evidence: Evidence) -> str:
    """Return the names and texts in the address of a request, and the texts in what its variables were given."""
    parts = _addresses(node)
    names = list(_names(parts))
    known = names if not hasattr(node, "neighbour") else []
    given = (value for name in known for value in evidence.given_to(node, name))
    return " ".join((*_texts(parts), *names, *_texts(given)))


def path_of(node: ast.Call, evidence: Evidence) -> str:
    """Return the last text in the path of a file whose method is called, or nothing."""
    path = node.func.value if isinstance(node.func, ast.Attribute) else node.func
    if isinstance(path, ast.Name):
        path = next(reversed(evidence.given(path.id, node.lineno)), path)
    texts = [inner for inner in ast.walk(path) if isinstance(inner, ast.Constant) and isinstance(inner.value, str)]
    last = max(texts, key=lambda text: (text.lineno, text.col_offset), default=None)
    return str(last.value) if last is not None else ""


def _addresses(node: ast.Call) -> list[ast.expr]:
    """Return the arguments of a request that may be its address."""
    return [*node.args[:2], *(keyword.value for keyword in node.keywords if keyword.arg == "url")]


def _all_parts(node: ast.Call, evidence: Evidence) -> list[ast.expr]:
    """Return the address of a request, and what the variables in it were given before."""
    parts = _addresses(node)
    if hasattr(node, "neighbour"):
        return parts
    last = parts
    for _ in range(_DEEPEST):
        last = [given for part in last for name in _names([part]) for given in evidence.given(name, node.lineno)]
        parts += last
        if not last or len(parts) > _MOST_PARTS:
            break
    return parts


def _texts(parts: Iterable[ast.expr]) -> Iterator[str]:
    for part in parts:
        for inner in ast.walk(part):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                yield inner.value


def _names(parts: list[ast.expr]) -> Iterator[str]:
    for part in parts:
        for inner in ast.walk(part):
            if isinstance(inner, (ast.Name, ast.Attribute)):
                yield dotted(inner)
