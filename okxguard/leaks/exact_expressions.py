"""Lower names, numbers, operators, attributes, calls and subscripts."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from okxguard.entries.reading import MismatchError
from okxguard.leaks.exact_cursor import Cst
from okxguard.leaks.exact_operators import BINARY, BOOLEAN, COMPARISON, UNARY, Operator
from okxguard.leaks.exact_strings import Strings

_LOAD = ast.Load()
_CONSTANTS = MappingProxyType({"None": None, "True": True, "False": False})
# Their parentheses are a part of them; those of others are not.
_PARENTHESISED = frozenset({"Tuple", "GeneratorExp"})


class Expressions(Strings):
    """Lowers expressions; each method begins before the first token of its node and ends after the last."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._lowerers: dict[str, Callable[[Cst], ast.expr]] = {
            "Name": self._name,
            "Ellipsis": self._ellipsis,
            "Integer": self._integer,
            "Float": self._float,
            "Imaginary": self._imaginary,
            "SimpleString": self.string,
            "ConcatenatedString": self.string,
            "FormattedString": self.string,
            "TemplatedString": self.string,
            "Comparison": self._comparison,
            "UnaryOperation": self._unary,
            "BinaryOperation": self._binary,
            "BooleanOperation": self._boolean,
            "Attribute": self._primary,
            "Call": self._primary,
            "Subscript": self._primary,
            **self.more_lowerers(),
        }

    def more_lowerers(self) -> dict[str, Callable[[Cst], ast.expr]]:
        """Return what lowers the expressions that this class does not know, by the names of their classes."""
        return {}

    def expression(self, node: Cst) -> ast.expr:
        """Lower an expression with the parentheses around it."""
        name = type(node).__name__
        lower = self._lowerers.get(name)
        if lower is None:
            raise MismatchError
        if not node.lpar:
            return lower(node)
        outer = len(node.lpar) - (name in _PARENTHESISED)
        for _ in range(outer):
            self.take("(")
        lowered = lower(node)
        for _ in range(outer):
            self.take(")")
        return lowered

    def optional(self, node: Cst) -> ast.expr | None:
        """Lower an expression that may be missing."""
        return None if node is None else self.expression(node)

    def identifier(self, node: Cst) -> str:
        """Step over a name that is no expression; return it as Python spells it."""
        name: str = node.value
        self.take(name)
        return name if name.isascii() else unicodedata.normalize("NFKC", name)

    def elements(self, nodes: Iterable[Cst]) -> list[ast.expr]:
        """Lower expressions with commas after them."""
        lowered = []
        for node in nodes:
            lowered.append(self.expression(node.value if type(node).__name__ == "Element" else node))
            self.take_if(",")
        return lowered

    def _name(self, node: Cst) -> ast.expr:
        start = self.here()
        name = self.identifier(node)
        if name in _CONSTANTS:
            return self.placed(ast.Constant(_CONSTANTS[name], None), start)
        return self.placed(ast.Name(name, _LOAD), start)

    def _ellipsis(self, _: Cst) -> ast.expr:
        start = self.take("...")
        return self.placed(ast.Constant(..., None), start)

    def _integer(self, node: Cst) -> ast.expr:
        start = self.take(node.value)
        return self.placed(ast.Constant(int(node.value, 0), None), start)

    def _float(self, node: Cst) -> ast.expr:
        start = self.take(node.value)
        return self.placed(ast.Constant(float(node.value), None), start)

    def _imaginary(self, node: Cst) -> ast.expr:
        start = self.take(node.value)
        return self.placed(ast.Constant(complex(0, float(node.value[:-1])), None), start)

    def _operator(self, node: Cst, table: Mapping[str, Operator]) -> ast.AST:
        operator = table[type(node).__name__]
        tokens = (node.value,) if operator.kind is ast.NotEq else operator.tokens
        for token in tokens:
            self.take(token)
        return operator.kind()

    def _comparison(self, node: Cst) -> ast.expr:
        start = self.here()
        left = self.expression(node.left)
        operators, others = [], []
        for target in node.comparisons:
            operators.append(self._operator(target.operator, COMPARISON))
            others.append(self.expression(target.comparator))
        return self.placed(ast.Compare(left, operators, others), start)  # type: ignore[arg-type]  # a table's kinds

    def _unary(self, node: Cst) -> ast.expr:
        start = self.here()
        operator = self._operator(node.operator, UNARY)
        return self.placed(ast.UnaryOp(operator, self.expression(node.expression)), start)  # type: ignore[arg-type]

    def _first(self, node: Cst) -> tuple[ast.expr, list[Cst]]:
        """Lower the first operand of a chain of operators, which may be long; return the links behind it, too."""
        chain = [node]
        while type(node.left) is type(node) and not node.left.lpar:
            node = node.left
            chain.append(node)
        return self.expression(node.left), chain[::-1]

    def _binary(self, node: Cst) -> ast.expr:
        start = self.here()
        lowered, chain = self._first(node)
        for link in chain:
            operator = self._operator(link.operator, BINARY)
            right = self.expression(link.right)
            lowered = self.placed(ast.BinOp(lowered, operator, right), start)  # type: ignore[arg-type]
        return lowered

    def _boolean(self, node: Cst) -> ast.expr:
        """Lower a chain of `and` or of `or`; what is chained with the same word is one node."""
        start = self.here()
        lowered, chain = self._first(node)
        open_kind: type[ast.AST] | None = None
        for link in chain:
            operator = self._operator(link.operator, BOOLEAN)
            right = self.expression(link.right)
            if isinstance(lowered, ast.BoolOp) and type(operator) is open_kind:
                lowered.values.append(right)
                self.placed(lowered, start)
            else:
                lowered = self.placed(ast.BoolOp(operator, [lowered, right]), start)  # type: ignore[arg-type]
            open_kind = type(operator)
        return lowered

    def _primary(self, node: Cst) -> ast.expr:
        """Lower attributes, calls and subscripts, from the first name on: chains may be long."""
        start = self.here()
        chain: list[Cst] = []
        while type(node).__name__ in _LINKS and not (chain and node.lpar):
            chain.append(node)
            node = node.func if type(node).__name__ == "Call" else node.value
        lowered = self.expression(node)
        for link in reversed(chain):
            lowered = self.placed(_LINKS[type(link).__name__](self, lowered, link), start)
        return lowered

    def _attribute(self, owner: ast.expr, node: Cst) -> ast.expr:
        self.take(".")
        return ast.Attribute(owner, self.identifier(node.attr), _LOAD)

    def _call(self, function: ast.expr, node: Cst) -> ast.expr:
        start = self.take("(")
        arguments, keywords = self.arguments(node.args)
        self.take(")")
        if len(arguments) == 1 and type(node.args[0].value).__name__ == "GeneratorExp" and not node.args[0].value.lpar:
            self.placed(arguments[0], start)
        return ast.Call(function, arguments, keywords)

    def arguments(self, nodes: Iterable[Cst]) -> tuple[list[ast.expr], list[ast.keyword]]:
        """Lower the arguments of a call or a class."""
        arguments: list[ast.expr] = []
        keywords: list[ast.keyword] = []
        for node in nodes:
            start = self.here()
            if node.star == "*":
                self.take("*")
                arguments.append(self.placed(ast.Starred(self.expression(node.value), _LOAD), start))
            elif node.star == "**" or node.keyword is not None:
                keywords.append(self._keyword(node, start))
            else:
                arguments.append(self.expression(node.value))
            self.take_if(",")
        return arguments, keywords

    def _keyword(self, node: Cst, start: int) -> ast.keyword:
        name = None
        if node.keyword is not None:
            name = self.identifier(node.keyword)
        self.take("**" if name is None else "=")
        return self.placed(ast.keyword(name, self.expression(node.value)), start)

    def _subscript(self, owner: ast.expr, node: Cst) -> ast.expr:
        self.take("[")
        start = self.here()
        items, comma = [], False
        for element in node.slice:
            items.append(self._index(element.slice))
            comma = self.take_if(",")
        index = items[0]
        if comma or len(items) > 1 or isinstance(index, ast.Starred):
            index = self.placed(ast.Tuple(items, _LOAD), start)
        self.take("]")
        return ast.Subscript(owner, index, _LOAD)

    def _index(self, node: Cst) -> ast.expr:
        start = self.here()
        if type(node).__name__ == "Index":
            if not node.star:
                return self.expression(node.value)
            self.take("*")
            return self.placed(ast.Starred(self.expression(node.value), _LOAD), start)
        lower = self.optional(node.lower)
        self.take(":")
        upper = self.optional(node.upper)
        if type(node.second_colon).__name__ == "Colon":
            self.take(":")
        return self.placed(ast.Slice(lower, upper, self.optional(node.step)), start)


_LINKS: Mapping[str, Callable[[Expressions, ast.expr, Cst], ast.expr]] = MappingProxyType(
    {"Attribute": Expressions._attribute, "Call": Expressions._call, "Subscript": Expressions._subscript}
)
