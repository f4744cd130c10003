"""Mark what a tree stores to, as `ast.parse` does."""

from __future__ import annotations

import ast
from typing import Any

_STORE = ast.Store()


def mark_stored(tree: ast.AST) -> None:
    """Set the context of every target of an assignment, a loop, a `with` statement."""
    waiting: list[Any] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            waiting += node.targets
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor, ast.comprehension, ast.NamedExpr)):
            waiting.append(node.target)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            waiting.append(node.optional_vars)
    while waiting:
        target = waiting.pop()
        if isinstance(target, (ast.Name, ast.Attribute, ast.Subscript, ast.Starred, ast.Tuple, ast.List)):
            target.ctx = _STORE
        if isinstance(target, (ast.Tuple, ast.List)):
            waiting += target.elts
        elif isinstance(target, ast.Starred):
            waiting.append(target.value)
