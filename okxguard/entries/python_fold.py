"""Fold constant Python expressions into the text they stand for, with the place of that text."""

from __future__ import annotations

import ast
import binascii
import codecs
import re

from okxguard.documents import Document
from okxguard.entries.python_names import Bindings
from okxguard.entries.python_nodes import children
from okxguard.entries.reading import Literal
from okxguard.model import Span

_PREFIX = re.compile(r"[A-Za-z]{0,2}(\"{3}|'{3}|\"|')")
_LARGEST = 100_000
_DEEPEST = 60
_CODECS = {"strip", "lstrip", "rstrip", "lower", "upper", "encode", "decode", "title", "format"}


class Folder:
    """Folds the expressions of one document."""

    def __init__(self, document: Document, bindings: Bindings) -> None:
        self._document = document
        self._bindings = bindings
        self._ascii = document.text.isascii()

    def fold(self, node: ast.AST) -> Literal | None:
        """Return the constant that an expression stands for, or None."""
        value = self._text(node, 0)
        if value is None or len(value) > _LARGEST:
            return None
        if isinstance(node, (ast.Constant, ast.JoinedStr)):
            literal = self.source_of(node)
            if literal is not None:
                return Literal(value, literal.span, literal.value == value, literal.quoted)
        return Literal(value, self._first_literal(node), visible=False)

    def source_of(self, node: ast.AST) -> Literal | None:
        """Return the inside of a string literal as it is written, or a number or truth value."""
        if not isinstance(node, (ast.Constant, ast.JoinedStr)):
            return None
        span = self.span_of(node)
        raw = self._document.text[span.start : span.end]
        prefix = _PREFIX.match(raw)
        if prefix is None:
            return Literal(raw, span, visible=True, quoted=False) if isinstance(node, ast.Constant) else None
        quotes = len(prefix[1])
        inner = Span(span.start + prefix.end(), span.end - quotes)
        return Literal(self._document.text[inner.start : inner.end], inner, visible=True)

    def span_of(self, node: ast.expr) -> Span:
        """Return the place of an expression."""
        end_line = node.end_lineno or node.lineno
        return Span(
            self._offset(node.lineno, node.col_offset),
            self._offset(end_line, node.end_col_offset or node.col_offset),
        )

    def _offset(self, line: int, column: int) -> int:
        """Return the character offset of a line (from 1) and a column in bytes of UTF-8."""
        start = self._document.line_starts[min(line, len(self._document.line_starts)) - 1]
        if self._ascii:
            return start + column
        text = self._document.line_text(line - 1)
        return start + len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))

    def _first_literal(self, node: ast.AST) -> Span:
        """Return the place of the first piece of a folded text, wherever it stands."""
        first = next(
            (
                inner
                for inner in _in_order(node)
                if isinstance(inner, ast.Constant) and isinstance(inner.value, (str, bytes)) and len(inner.value) > 1
            ),
            None,
        )
        if first is not None:
            literal = self.source_of(first)
            if literal:
                return literal.span
        for inner in _in_order(node):
            if isinstance(inner, ast.Name) and inner.id in self._bindings.values:
                return self._first_literal(self._bindings.values[inner.id][0])
        return self.span_of(node) if isinstance(node, ast.expr) else Span(0, 0)

    def _text(self, node: ast.AST, depth: int) -> str | None:
        if depth > _DEEPEST:
            return None
        if isinstance(node, ast.Constant):
            return _constant(node.value)
        if isinstance(node, ast.JoinedStr):
            return self._join(
                [value.value if isinstance(value, ast.FormattedValue) else value for value in node.values],
                depth,
            )
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._join(_terms(node), depth)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            step = node.slice.step
            reverse = isinstance(step, ast.UnaryOp) and node.slice.lower is None and node.slice.upper is None
            value = self._text(node.value, depth + 1) if reverse else None
            return value[::-1] if value is not None else None
        return None

    def _join(self, nodes: list[ast.expr], depth: int) -> str | None:
        """Fold the pieces of a concatenation; a variable counts as the one constant it is bound to."""
        pieces = []
        for node in nodes:
            if isinstance(node, ast.Name):
                values = self._bindings.values.get(node.id, ())
                piece = self._text(values[0], depth + 1) if len(values) == 1 else None
            else:
                piece = self._text(node, depth + 1)
            if piece is None:
                return None
            pieces.append(piece)
        return "".join(pieces)

    def _call(self, node: ast.Call, depth: int) -> str | None:
        if isinstance(node.func, ast.Attribute):
            owner = self._text(node.func.value, depth + 1)
            if owner is not None:
                return self._method(owner, node, depth)
        callee = (self._bindings.dotted(node.func) or "").rpartition(".")[2]
        if not node.args:
            return None
        first = self._text(node.args[0], depth + 1)
        return _decoded(callee, first) if first is not None else None

    def _method(self, owner: str, node: ast.Call, depth: int) -> str | None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name == "join" and len(node.args) == 1 and isinstance(node.args[0], (ast.List, ast.Tuple)):
            pieces = [self._text(item, depth + 1) for item in node.args[0].elts]
            return owner.join(piece for piece in pieces if piece is not None) if None not in pieces and pieces else None
        arguments = [self._text(argument, depth + 1) for argument in node.args]
        if name == "replace" and len(arguments) == 2 and arguments[0] is not None and arguments[1] is not None:
            return owner.replace(arguments[0], arguments[1]) if len(owner) < 1000 else None
        if name in _CODECS and not (name == "format" and node.args):
            return {"lower": owner.lower, "upper": owner.upper, "strip": owner.strip}.get(name, lambda: owner)()
        return None


def _constant(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, (bool, int, float)):
        return str(value) if not isinstance(value, int) or abs(value) < 10**18 else None
    return None


def _decoded(callee: str, text: str) -> str | None:
    """Return what a decoding function makes of a constant, if it is text."""
    if len(text) > _LARGEST:
        return None
    try:
        if callee in ("b64decode", "standard_b64decode", "urlsafe_b64decode", "decodebytes", "a2b_base64"):
            return binascii.a2b_base64(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)).decode(
                "utf-8"
            )
        if callee in ("fromhex", "unhexlify", "a2b_hex"):
            return bytes.fromhex(text).decode("utf-8")
        if callee == "b32decode":
            from base64 import b32decode  # nearly no file asks for it

            return b32decode(text).decode("utf-8")
    except (ValueError, binascii.Error):
        return None
    if callee == "decode" and len(text) < 1000:
        return codecs.decode(text, "rot13")
    return text if callee in ("str", "bytes", "bytearray", "SecretStr", "unquote") else None


def _terms(node: ast.BinOp) -> list[ast.expr]:
    """Return the terms of a chain of additions, left to right, however long it is."""
    terms: list[ast.expr] = []
    pending: list[ast.expr] = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, ast.BinOp) and isinstance(current.op, ast.Add):
            pending.extend((current.right, current.left))
        else:
            terms.append(current)
    return terms


def _in_order(node: ast.AST) -> list[ast.AST]:
    found: list[ast.AST] = []
    pending = [node]
    while pending and len(found) < 2000:
        current = pending.pop()
        found.append(current)
        pending.extend(child for child in reversed(children(current)) if child is not None)
    return found
