"""Tell which classes of a module make texts of what their objects hold, for the gate."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from okxguard.leaks.evidence import dotted
from okxguard.leaks.library import Library
from okxguard.leaks.relation_layout import Layout

_EXCEPTIONS = ("Error", "Exception", "Warning")


def telling_classes(layout: Layout, library: Library, brought: Iterable[str]) -> set[str]:
    """Return the names of the classes whose text may show their fields; in doubt, a class is one of them.

    Any decorator may add such a text. So may a foreign base, if it is known to, or if nobody knows what it is: one that
    a variable stands for, or one of `brought`, the names that come from other modules of the project.
    """
    doubtful = layout.scopes[0].locals.union(brought)
    imported = _imported(layout)
    waiting: dict[str, list[str]] = {}
    found: set[str] = set()
    for node, _ in layout.nodes:
        if type(node) is not ast.ClassDef:
            continue
        if node.decorator_list or any(_tells(base, library, imported, doubtful) for base in node.bases):
            found.add(node.name)
        for base in node.bases:
            waiting.setdefault(_name_of(base).rpartition(".")[2], []).append(node.name)
    names = list(found)
    while names:
        for name in waiting.get(names.pop(), ()):
            if name not in found:
                found.add(name)
                names.append(name)
    return found


def _tells(base: ast.expr, library: Library, imported: dict[str, str], doubtful: set[str]) -> bool:
    name = _name_of(base)
    first, _, rest = name.partition(".")
    if not name or first in doubtful:
        return True
    ref = f"{imported.get(first, first)}.{rest}" if rest else imported.get(first, first)
    return ref.endswith(_EXCEPTIONS) or bool(library.shown_bases.match(ref)) or bool(library.shown_bases.match(name))


def _name_of(base: ast.expr) -> str:
    """Return the dotted name of a base, without its parameters, or nothing."""
    while isinstance(base, ast.Subscript):
        base = base.value
    return dotted(base) if isinstance(base, (ast.Name, ast.Attribute)) else ""


def _imported(layout: Layout) -> dict[str, str]:
    """Return what the imported names of a module stand for."""
    found: dict[str, str] = {}
    for node in layout.imports:
        prefix = f"{node.module}." if isinstance(node, ast.ImportFrom) and node.module else ""
        for alias in node.names:
            if alias.asname or prefix:
                found[alias.asname or alias.name] = f"{prefix}{alias.name}"
    return found
