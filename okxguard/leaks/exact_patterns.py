"""Lower the patterns of match statements."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from okxguard.entries.reading import MismatchError
from okxguard.leaks.exact_containers import Containers
from okxguard.leaks.exact_cursor import Cst


class Patterns(Containers):
    """Lowers patterns; each method begins before the first token of its node and ends after the last."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._patterns: dict[str, Callable[[Cst], ast.pattern]] = {
            "MatchValue": self._value,
            "MatchSingleton": self._singleton,
            "MatchList": self._sequence,
            "MatchTuple": self._sequence,
            "MatchStar": self._star,
            "MatchMapping": self._mapping,
            "MatchClass": self._class,
            "MatchAs": self._as,
            "MatchOr": self._or,
        }

    def pattern(self, node: Cst) -> ast.pattern:
        """Lower a pattern with the parentheses around it."""
        name = type(node).__name__
        lower = self._patterns.get(name)
        if lower is None:
            raise MismatchError
        # The parentheses around a value belong to it; those of a tuple are a part of it.
        outer = 0 if name in ("MatchStar", "MatchValue", "MatchSingleton") else len(node.lpar) - (name == "MatchTuple")
        for _ in range(outer):
            self.take("(")
        lowered = lower(node)
        for _ in range(outer):
            self.take(")")
        return lowered

    def _value(self, node: Cst) -> ast.pattern:
        value = self.expression(node.value)
        return self.placed_like(ast.MatchValue(value), value)

    def _singleton(self, node: Cst) -> ast.pattern:
        constant = self.expression(node.value)
        if not isinstance(constant, ast.Constant) or not (constant.value is None or isinstance(constant.value, bool)):
            raise MismatchError
        return self.placed_like(ast.MatchSingleton(constant.value), constant)

    def _sequence(self, node: Cst) -> ast.pattern:
        start = self.here()
        if type(node).__name__ == "MatchTuple":
            opening, closing = "()"
        else:
            opening, closing = "[]" if node.lbracket is not None else ("", "")
        self.take(opening)
        patterns = self._items(node.patterns)
        if closing:
            self.take(closing)
        return self.placed(ast.MatchSequence(patterns), start)

    def _items(self, nodes: Iterable[Cst]) -> list[ast.pattern]:
        lowered = []
        for node in nodes:
            lowered.append(self.pattern(node if type(node).__name__ == "MatchStar" else node.value))
            self.take_if(",")
        return lowered

    def _star(self, node: Cst) -> ast.pattern:
        start = self.take("*")
        return self.placed(ast.MatchStar(self._capture(node.name)), start)

    def _capture(self, name: Cst) -> str | None:
        """Step over a name, or over the underscore that stands for none."""
        if name is not None:
            return self.identifier(name)
        self.take("_")
        return None

    def _mapping(self, node: Cst) -> ast.pattern:
        start = self.take("{")
        keys, patterns, rest = [], [], None
        for element in node.elements:
            keys.append(self.expression(element.key))
            self.take(":")
            patterns.append(self.pattern(element.pattern))
            self.take_if(",")
        if node.rest is not None:
            self.take("**")
            rest = self.identifier(node.rest)
            self.take_if(",")
        self.take("}")
        return self.placed(ast.MatchMapping(keys, patterns, rest), start)

    def _class(self, node: Cst) -> ast.pattern:
        start = self.here()
        kind = self.expression(node.cls)
        self.take("(")
        patterns = self._items(node.patterns)
        names, values = [], []
        for element in node.kwds:
            names.append(self.identifier(element.key))
            self.take("=")
            values.append(self.pattern(element.pattern))
            self.take_if(",")
        self.take(")")
        return self.placed(ast.MatchClass(kind, patterns, names, values), start)

    def _as(self, node: Cst) -> ast.pattern:
        start = self.here()
        pattern = None
        if node.pattern is not None:
            pattern = self.pattern(node.pattern)
            self.take("as")
        return self.placed(ast.MatchAs(pattern, self._capture(node.name)), start)

    def _or(self, node: Cst) -> ast.pattern:
        start = self.here()
        patterns = []
        for element in node.patterns:
            patterns.append(self.pattern(element.pattern))
            self.take_if("|")
        return self.placed(ast.MatchOr(patterns), start)
