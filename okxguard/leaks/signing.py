"""Tell where the requests of a module are signed: in it, or in one of its project that sends them for it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from okxguard.leaks.evidence import dotted

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

# Libraries that send requests: what uses one of them sends requests of its own, whoever signs others.
_SENDING = frozenset({"aiohttp", "http", "httpx", "requests", "urllib", "urllib3"})


class Signing:
    """Knows where the requests of one module are signed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._foreign: list[ast.AST] | None = None

    def place(self) -> ast.AST | None:
        """Return a place where headers are signed, or None."""
        own = self._engine.evidence.signs
        if own is not None:
            return own
        if self._foreign is None:
            self._foreign = self._imported()
        return next(iter(self._foreign), None)

    def _imported(self) -> list[ast.AST]:
        """Return the places in the modules that this one imports, unless it sends requests itself."""
        neighbours, tree = self._engine.neighbours, self._engine.tree
        if neighbours is None or any(map(_sends, ast.walk(tree))):
            return []
        modules = ("." * node.level + (node.module or "") for node in tree.body if isinstance(node, ast.ImportFrom))
        engines = filter(None, map(neighbours.engine, modules))
        return [engine.evidence.signs for engine in engines if engine.evidence.signs is not None]


def _sends(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and dotted(node.func).partition(".")[0] in _SENDING
