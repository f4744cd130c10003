"""Lower the statements that hold others."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable

from okxguard.entries.reading import MismatchError
from okxguard.leaks.exact_cursor import Cst
from okxguard.leaks.exact_simple import SimpleStatements

_HAS_TYPE_PARAMETERS = sys.version_info >= (3, 12)


class Statements(SimpleStatements):
    """Lowers statements; each method begins before the first token of its node and ends after the last."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._compound: dict[str, Callable[[Cst], ast.stmt]] = {
            "If": self._if,
            "While": self._while,
            "For": self._for,
            "Try": self._try,
            "TryStar": self._try,
            "With": self._with,
            "FunctionDef": self._function,
            "ClassDef": self._class_definition,
            "Match": self._match,
        }

    def module(self, node: Cst) -> ast.Module:
        """Lower a whole module."""
        return ast.Module(self._statements(node.body), [])

    def _statements(self, nodes: Iterable[Cst]) -> list[ast.stmt]:
        lowered: list[ast.stmt] = []
        for node in nodes:
            name = type(node).__name__
            if name == "SimpleStatementLine":
                lowered.extend(self.line(node.body))
            elif name in self._compound:
                lowered.append(self._compound[name](node))
            else:
                raise MismatchError
        return lowered

    def _block(self, suite: Cst) -> list[ast.stmt]:
        self.take(":")
        return self._statements(suite.body) if type(suite).__name__ == "IndentedBlock" else self.line(suite.body)

    def _else(self, node: Cst, word: str = "else") -> list[ast.stmt]:
        if node is None:
            return []
        self.take(word)
        return self._block(node.body)

    def _if(self, node: Cst) -> ast.stmt:
        """Lower a chain of conditions, in a loop: chains may be long."""
        branches = []
        word = "if"
        while type(node).__name__ == "If":
            start = self.take(word)
            branches.append((start, self.expression(node.test), self._block(node.body)))
            node, word = node.orelse, "elif"
        otherwise = self._else(node)
        for start, test, body in reversed(branches):
            otherwise = [self.placed(ast.If(test, body, otherwise), start)]
        return otherwise[0]

    def _while(self, node: Cst) -> ast.stmt:
        start = self.take("while")
        test = self.expression(node.test)
        return self.placed(ast.While(test, self._block(node.body), self._else(node.orelse)), start)

    def _async(self, node: Cst) -> int:
        """Step over the word `async`, if it is there; return where the statement begins."""
        return self.here() if node.asynchronous is None else self.take("async")

    def _for(self, node: Cst) -> ast.stmt:
        start = self._async(node)
        self.take("for")
        target = self.expression(node.target)
        self.take("in")
        iterable = self.expression(node.iter)
        kind = ast.For if node.asynchronous is None else ast.AsyncFor
        lowered = kind(target, iterable, self._block(node.body), self._else(node.orelse), None)
        return self.placed(lowered, start)

    def _with(self, node: Cst) -> ast.stmt:
        start = self._async(node)
        self.take("with")
        in_parentheses = type(node.lpar).__name__ == "LeftParen"
        if in_parentheses:
            self.take("(")
        items = [self._with_item(item) for item in node.items]
        if in_parentheses:
            self.take(")")
        kind = ast.With if node.asynchronous is None else ast.AsyncWith
        return self.placed(kind(items, self._block(node.body), None), start)

    def _with_item(self, node: Cst) -> ast.withitem:
        value, target = self.expression(node.item), None
        if node.asname is not None:
            self.take("as")
            target = self.expression(node.asname.name)
        self.take_if(",")
        return ast.withitem(value, target)

    def _try(self, node: Cst) -> ast.stmt:
        """Lower a try statement; `except*`, which Python 3.10 does not know, is `except` there."""
        start = self.take("try")
        body = self._block(node.body)
        handlers = [self._handler(handler) for handler in node.handlers]
        otherwise, finally_ = self._else(node.orelse), self._else(node.finalbody, "finally")
        kind = getattr(ast, type(node).__name__, ast.Try)
        lowered: ast.stmt = kind(body, handlers, otherwise, finally_)
        return self.placed(lowered, start)

    def _handler(self, node: Cst) -> ast.ExceptHandler:
        start = self.take("except")
        if type(node).__name__ == "ExceptStarHandler":
            self.take("*")
        kind, name = self.optional(node.type), None
        if node.name is not None:
            self.take("as")
            name = self.identifier(node.name.name)
        return self.placed(ast.ExceptHandler(kind, name, self._block(node.body)), start)

    def _decorators(self, node: Cst) -> list[ast.expr]:
        decorators = []
        for decorator in node.decorators:
            self.take("@")
            decorators.append(self.expression(decorator.decorator))
        return decorators

    def _function(self, node: Cst) -> ast.stmt:
        decorators = self._decorators(node)
        start = self._async(node)
        self.take("def")
        name = self.identifier(node.name)
        self.type_parameters(node.type_parameters)
        self.take("(")
        parameters = self.parameters(node.params)
        self.take(")")
        returns = self.annotation(node.returns, "->")
        kind = ast.FunctionDef if node.asynchronous is None else ast.AsyncFunctionDef
        lowered = kind(name, parameters, self._block(node.body), decorators, returns, None)
        return self.placed(_without_type_parameters(lowered), start)

    def _class_definition(self, node: Cst) -> ast.stmt:
        decorators = self._decorators(node)
        start = self.take("class")
        name = self.identifier(node.name)
        self.type_parameters(node.type_parameters)
        bases: list[ast.expr] = []
        keywords: list[ast.keyword] = []
        if self.take_if("("):
            bases, keywords = self.arguments([*node.bases, *node.keywords])
            self.take(")")
        lowered = ast.ClassDef(name, bases, keywords, self._block(node.body), decorators)
        return self.placed(_without_type_parameters(lowered), start)

    def _match(self, node: Cst) -> ast.stmt:
        start = self.take("match")
        subject = self.expression(node.subject)
        self.take(":")
        return self.placed(ast.Match(subject, [self._case(case) for case in node.cases]), start)

    def _case(self, node: Cst) -> ast.match_case:
        self.take("case")
        pattern, guard = self.pattern(node.pattern), None
        if node.guard is not None:
            self.take("if")
            guard = self.expression(node.guard)
        return ast.match_case(pattern, guard, self._block(node.body))


def _without_type_parameters(node: ast.stmt) -> ast.stmt:
    if _HAS_TYPE_PARAMETERS:
        vars(node)["type_params"] = []
    return node
