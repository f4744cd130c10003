"""Lower the statements that fit on one line."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from okxguard.entries.reading import MismatchError
from okxguard.leaks.exact_cursor import Cst
from okxguard.leaks.exact_operators import AUGMENTED
from okxguard.leaks.exact_patterns import Patterns

_ANYTHING = "*"


class SimpleStatements(Patterns):
    """Lowers simple statements; each method begins before the first token of its node and ends after the last."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._simple: dict[str, Callable[[Cst], ast.stmt]] = {
            "Expr": self._expression_statement,
            "Assign": self._assign,
            "AnnAssign": self._annotated,
            "AugAssign": self._augmented,
            "Del": self._del,
            "Pass": self._pass,
            "Break": self._break,
            "Continue": self._continue,
            "Return": self._return,
            "Raise": self._raise,
            "Assert": self._assert,
            "Global": self._global,
            "Nonlocal": self._nonlocal,
            "Import": self._import,
            "LazyImport": self._import,
            "ImportFrom": self._import_from,
            "LazyImportFrom": self._import_from,
            "TypeAlias": self._type_alias,
        }

    def line(self, nodes: Iterable[Cst]) -> list[ast.stmt]:
        """Lower statements with semicolons between them."""
        lowered = []
        for node in nodes:
            lower = self._simple.get(type(node).__name__)
            if lower is None:
                raise MismatchError
            lowered.append(lower(node))
            self.take_if(";")
        return lowered

    def _expression_statement(self, node: Cst) -> ast.stmt:
        start = self.here()
        return self.placed(ast.Expr(self.expression(node.value)), start)

    def _assign(self, node: Cst) -> ast.stmt:
        start = self.here()
        targets = []
        for target in node.targets:
            targets.append(self.expression(target.target))
            self.take("=")
        return self.placed(ast.Assign(targets, self.expression(node.value), None), start)

    def _annotated(self, node: Cst) -> ast.stmt:
        start = self.here()
        target = self.expression(node.target)
        self.take(":")
        annotation = self.expression(node.annotation.annotation)
        if node.value is not None:
            self.take("=")
        simple = int(isinstance(target, ast.Name) and not node.target.lpar)
        lowered: ast.stmt = ast.AnnAssign(target, annotation, self.optional(node.value), simple)  # type: ignore[call-overload]
        return self.placed(lowered, start)

    def _augmented(self, node: Cst) -> ast.stmt:
        start = self.here()
        target = self.expression(node.target)
        operator = AUGMENTED[type(node.operator).__name__]
        self.take(operator.tokens[0])
        lowered = ast.AugAssign(target, operator.kind(), self.expression(node.value))  # type: ignore[arg-type]
        return self.placed(lowered, start)

    def _del(self, node: Cst) -> ast.stmt:
        start = self.take("del")
        several = type(node.target).__name__ == "Tuple" and not node.target.lpar
        targets = self.elements(node.target.elements) if several else [self.expression(node.target)]
        return self.placed(ast.Delete(targets), start)

    def _pass(self, _: Cst) -> ast.stmt:
        start = self.take("pass")
        return self.placed(ast.Pass(), start)

    def _break(self, _: Cst) -> ast.stmt:
        start = self.take("break")
        return self.placed(ast.Break(), start)

    def _continue(self, _: Cst) -> ast.stmt:
        start = self.take("continue")
        return self.placed(ast.Continue(), start)

    def _return(self, node: Cst) -> ast.stmt:
        start = self.take("return")
        return self.placed(ast.Return(self.optional(node.value)), start)

    def _raise(self, node: Cst) -> ast.stmt:
        start = self.take("raise")
        exception = self.optional(node.exc)
        cause = None
        if node.cause is not None:
            self.take("from")
            cause = self.expression(node.cause.item)
        return self.placed(ast.Raise(exception, cause), start)

    def _assert(self, node: Cst) -> ast.stmt:
        start = self.take("assert")
        test = self.expression(node.test)
        if node.msg is not None:
            self.take(",")
        return self.placed(ast.Assert(test, self.optional(node.msg)), start)

    def _global(self, node: Cst) -> ast.stmt:
        start = self.take("global")
        return self.placed(ast.Global(self._names(node)), start)

    def _nonlocal(self, node: Cst) -> ast.stmt:
        start = self.take("nonlocal")
        return self.placed(ast.Nonlocal(self._names(node)), start)

    def _names(self, node: Cst) -> list[str]:
        names = []
        for item in node.names:
            names.append(self.identifier(item.name))
            self.take_if(",")
        return names

    def _import(self, node: Cst) -> ast.stmt:
        start = self.here()
        if type(node).__name__.startswith("Lazy"):
            self.take("lazy")
        self.take("import")
        return self.placed(ast.Import(self._aliases(node.names)), start)

    def _import_from(self, node: Cst) -> ast.stmt:
        start = self.here()
        if type(node).__name__.startswith("Lazy"):
            self.take("lazy")
        self.take("from")
        for _ in node.relative:
            self.take(".")
        module = None if node.module is None else self._dotted(node.module)
        self.take("import")
        names = self._imported(node.names)
        return self.placed(ast.ImportFrom(module, names, len(node.relative)), start)

    def _imported(self, nodes: Cst) -> list[ast.alias]:
        if type(nodes).__name__ == "ImportStar":
            start = self.take(_ANYTHING)
            return [self.placed(ast.alias(_ANYTHING, None), start)]
        in_parentheses = self.take_if("(")
        aliases = self._aliases(nodes)
        if in_parentheses:
            self.take(")")
        return aliases

    def _aliases(self, nodes: Iterable[Cst]) -> list[ast.alias]:
        aliases = []
        for node in nodes:
            start = self.here()
            name, other = self._dotted(node.name), None
            if node.asname is not None:
                self.take("as")
                other = self.identifier(node.asname.name)
            aliases.append(self.placed(ast.alias(name, other), start))
            self.take_if(",")
        return aliases

    def _dotted(self, node: Cst) -> str:
        parts = []
        while type(node).__name__ == "Attribute":
            parts.append(node.attr)
            node = node.value
        name = self.identifier(node)
        for part in reversed(parts):
            self.take(".")
            name = f"{name}.{self.identifier(part)}"
        return name

    def _type_alias(self, node: Cst) -> ast.stmt:
        """Step over a type alias; nothing flows through one, so that a statement that does nothing stands for it."""
        start = self.take("type")
        self.identifier(node.name)
        self.type_parameters(node.type_parameters)
        self.take("=")
        self.expression(node.value)
        return self.placed(ast.Pass(), start)

    def type_parameters(self, node: Cst) -> None:
        """Step over the parameters of a generic function, class or alias: they only tell types."""
        if node is None:
            return
        self.take("[")
        for parameter in node.params:
            kind = type(parameter.param).__name__
            self.take({"TypeVarTuple": "*", "ParamSpec": "**"}.get(kind, ""))
            self.identifier(parameter.param.name)
            if kind == "TypeVar" and parameter.param.bound is not None:
                self.take(":")
                self.expression(parameter.param.bound)
            if parameter.default is not None:
                self.take("=")
                self.take_if(_ANYTHING)
                self.expression(parameter.default)
            self.take_if(",")
        self.take("]")
