"""Write out an expression that is no literal: lists, joins and constants put together, the rest as it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from okxguard.documents import Document
from okxguard.entries.python_flow import Flow
from okxguard.entries.python_fold import Folder
from okxguard.model import Entry, Place

_DEEPEST = 6
_MOST_ITEMS = 200
_COLLECTIONS = frozenset({"list", "tuple", "set", "frozenset", "sorted"})


class Expressions:
    """Writes the expressions of one document."""

    def __init__(self, document: Document, folder: Folder, flow: Flow, telling: frozenset[int]) -> None:
        self._document = document
        self._folder = folder
        self._flow = flow
        self._telling = telling

    def entries_of(self, node: ast.expr, path: tuple[str, ...], place: Place) -> Iterator[Entry]:
        """Yield the entry of something on a telling line that a name is given and that is no text and no mapping."""
        if node.lineno - 1 not in self._telling or place is Place.DEFAULT or not path or isinstance(node, ast.Dict):
            return
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if not is_text and not (path[-1].startswith("[") and place is not Place.ARGUMENT):
            span = self._folder.span_of(node)
            yield Entry(path, self.text_of(node), span, Place.EXPRESSION, quoted=False, visible=False)

    def text_of(self, node: ast.expr, depth: int = 0) -> str:
        """Return the source of an expression with its constants filled in."""
        if isinstance(node, ast.Constant):
            return _quoted(node.value) if isinstance(node.value, str) else repr(node.value)
        if depth < _DEEPEST:
            literal = self._folder.fold(node)
            if literal is not None:
                return _quoted(literal.value)
            known = self._known(node, depth)
            if known is not None:
                return known
        span = self._folder.span_of(node)
        return self._document.text[span.start : span.end]

    def _known(self, node: ast.expr, depth: int) -> str | None:
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)) and len(node.elts) <= _MOST_ITEMS:
            return f"[{', '.join(self.text_of(item, depth + 1) for item in node.elts)}]"
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            found = self._flow.resolve(node)
            return self.text_of(found[0], depth + 1) if len(found) == 1 else None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return f"{self.text_of(node.left, depth + 1)} + {self.text_of(node.right, depth + 1)}"
        if isinstance(node, ast.JoinedStr):
            pieces = [value.value if isinstance(value, ast.FormattedValue) else value for value in node.values]
            return " + ".join(self.text_of(piece, depth + 1) for piece in pieces) or '""'
        if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
            joins = isinstance(node.func, ast.Attribute) and node.func.attr == "join"
            if joins or (isinstance(node.func, ast.Name) and node.func.id in _COLLECTIONS):
                return self.text_of(node.args[0], depth + 1)
        return self._default(node, depth) if isinstance(node, ast.Call) else None

    def _default(self, node: ast.Call, depth: int) -> str | None:
        """Return what a field of a data class is made with when nobody says otherwise."""
        given = next((each.value for each in node.keywords if each.arg in ("default", "default_factory")), None)
        if isinstance(given, ast.Name) and given.id in _COLLECTIONS:
            return "[]"
        made = given.body if isinstance(given, ast.Lambda) else given
        return self.text_of(made, depth + 1) if made is not None else None


def _quoted(text: str) -> str:
    import json  # most files of code hold no expression of interest

    return json.dumps(text)
