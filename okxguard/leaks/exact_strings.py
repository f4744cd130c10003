"""Lower strings: what they are worth, joined as Python joins them, and the fields of f-strings and t-strings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from okxguard.entries.reading import MismatchError
from okxguard.leaks.exact_cursor import Cst, Cursor

_QUOTED = re.compile(r"(?P<prefix>[A-Za-z]{0,3})(?P<quote>\"{3}|'{3}|\"|')")
_ANY_LINE_END = re.compile(r"\r\n?")
_PLAIN = -1
_LIKE_REPR = ord("r")


class Strings(Cursor):
    """Lowers strings; who inherits from it lowers the expressions inside them."""

    def expression(self, node: Cst) -> ast.expr:
        """Lower an expression with the parentheses around it."""
        raise NotImplementedError

    def string(self, node: Cst) -> ast.expr:
        """Lower a string, or several that stand next to each other: a constant, or fields and the text between."""
        start = self.here()
        pieces = list(_pieces(node))
        if all(type(piece).__name__ == "SimpleString" for piece in pieces):
            values = [_evaluated(self._taken(piece.value)) for piece in pieces]
            return self.placed(ast.Constant(_joined(values), None), start)
        parts = [part for piece in pieces for part in self._parts(piece)]
        return self.placed(ast.JoinedStr(_merged(parts)), start)

    def _taken(self, token: str) -> str:
        self.take(token)
        return token

    def _parts(self, piece: Cst) -> Iterator[ast.expr]:
        if type(piece).__name__ == "SimpleString":
            start = self.take(piece.value)
            yield self.placed(ast.Constant(_evaluated(piece.value), None), start)
            return
        self.take(piece.start)
        prefix = piece.start.lower().replace("f", "").replace("t", "")
        yield from self._content(piece.parts, prefix, piece.end)
        self.take_here(piece.end)

    def _content(self, parts: Iterable[Cst], prefix: str, end: str) -> Iterator[ast.expr]:
        for part in parts:
            if type(part).__name__.endswith("Text"):
                start = self.take_here(part.value)
                text = part.value.replace("{{", "{").replace("}}", "}")
                text = text if "r" in prefix else _closed(text)
                yield self.placed(ast.Constant(_evaluated(f"{prefix}{text}{end}"), None), start)
            else:
                yield from self._field(part, prefix, end)

    def _field(self, field: Cst, prefix: str, end: str) -> Iterator[ast.expr]:
        """Yield the value of a field; before it its own text, if it ends in an equals sign."""
        start = self.take_here("{")
        value = self.expression(field.expression)
        conversion = ord(field.conversion) if field.conversion else _PLAIN
        if field.equal is not None:
            self.take("=")
            self.here()
            yield self.placed(ast.Constant(self.text[start + 1 : self.position], None), start + 1)
            if conversion == _PLAIN and field.format_spec is None:
                conversion = _LIKE_REPR
        if field.conversion:
            self.take("!")
            self.take(field.conversion)
        form = self._form(field.format_spec, prefix, end)
        self.take("}") if form is None else self.take_here("}")
        yield self.placed(ast.FormattedValue(value, conversion, form), start)

    def _form(self, parts: Iterable[Cst] | None, prefix: str, end: str) -> ast.JoinedStr | None:
        if parts is None:
            return None
        start = self.take(":")
        return self.placed(ast.JoinedStr(_merged(self._content(parts, prefix, end))), start)


def _pieces(node: Cst) -> Iterator[Cst]:
    while type(node).__name__ == "ConcatenatedString":
        yield node.left
        node = node.right
    yield node


def _closed(text: str) -> str:
    """Double a backslash that stands before a field, so that it does not escape the quotes."""
    backslashes = len(text) - len(text.rstrip("\\"))
    return f"{text}\\" if backslashes % 2 else text


def _evaluated(token: str) -> str | bytes:
    """Return the value of a string without fields."""
    opening = _QUOTED.match(token)
    if opening is None:
        raise MismatchError
    prefix = opening["prefix"].lower()
    body = token[opening.end() : len(token) - len(opening["quote"])]
    if "\\" in body and "r" not in prefix:
        value: str | bytes = ast.literal_eval(token)
        return value
    if "\r" in body:
        body = _ANY_LINE_END.sub("\n", body)
    return body.encode("ascii") if "b" in prefix else body


def _joined(values: list[str | bytes]) -> str | bytes:
    if all(isinstance(value, bytes) for value in values):
        return b"".join(value for value in values if isinstance(value, bytes))
    return "".join(value for value in values if isinstance(value, str))


def _merged(parts: Iterable[ast.expr]) -> list[ast.expr]:
    """Join the texts that stand next to each other, and leave out empty ones."""
    values: list[ast.expr] = []
    for part in parts:
        last = values[-1] if values else None
        if isinstance(part, ast.Constant) and isinstance(last, ast.Constant):
            _append(last, part)
        elif not isinstance(part, ast.Constant) or part.value:
            values.append(part)
    return values


def _append(text: ast.Constant, more: ast.Constant) -> None:
    first, last = vars(text), vars(more)
    text.value = f"{text.value}{more.value}"  # type: ignore[str-bytes-safe]  # bytes do not stand next to fields
    first.update(
        end_lineno=last["end_lineno"],
        end_col_offset=last["end_col_offset"],
        span=(first["span"][0], last["span"][1]),
    )
