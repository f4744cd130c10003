"""Tell what the calls that make fields of classes say of their text."""

from __future__ import annotations

import ast

from okxguard.leaks.evidence import dotted
from okxguard.leaks.library import Library


def says(node: ast.AST, name: str, *, value: bool) -> bool:
    """Tell whether a call has a keyword with that answer."""
    return isinstance(node, ast.Call) and any(
        keyword.arg == name and isinstance(keyword.value, ast.Constant) and keyword.value.value is value
        for keyword in node.keywords
    )


def is_masked(call: ast.Call, library: Library) -> bool:
    """Tell whether a field has a function of its own for its text, and that hides the value."""
    shown = next((keyword.value for keyword in call.keywords if keyword.arg == "repr"), None)
    if isinstance(shown, ast.Lambda):
        own = {argument.arg for argument in shown.args.args}
        return not any(isinstance(node, ast.Name) and node.id in own for node in ast.walk(shown.body))
    return shown is not None and library.is_masker(dotted(shown).rpartition(".")[2])
