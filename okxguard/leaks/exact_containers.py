"""Lower containers, comprehensions, functions without a name, and what starts with a word."""

from __future__ import annotations

import ast
from collections.abc import Callable

from okxguard.leaks.exact_cursor import Cst
from okxguard.leaks.exact_expressions import Expressions

_LOAD = ast.Load()


class Containers(Expressions):
    """Lowers the other expressions."""

    def more_lowerers(self) -> dict[str, Callable[[Cst], ast.expr]]:
        """Return what lowers them, by the names of their classes."""
        return {
            "Tuple": self._tuple,
            "List": self._list,
            "Set": self._set,
            "Dict": self._dict,
            "StarredElement": self._starred,
            "ListComp": self._list_comprehension,
            "SetComp": self._set_comprehension,
            "DictComp": self._dict_comprehension,
            "StarredDictComp": self._starred_dict_comprehension,
            "GeneratorExp": self._generator,
            "Lambda": self._lambda,
            "IfExp": self._conditional,
            "NamedExpr": self._named,
            "Await": self._await,
            "Yield": self._yield,
        }

    def _starred(self, node: Cst) -> ast.expr:
        start = self.take("*")
        return self.placed(ast.Starred(self.expression(node.value), _LOAD), start)

    def _tuple(self, node: Cst) -> ast.expr:
        start = self.here()
        if node.lpar:
            self.take("(")
        items = self.elements(node.elements)
        if node.lpar:
            self.take(")")
        return self.placed(ast.Tuple(items, _LOAD), start)

    def _list(self, node: Cst) -> ast.expr:
        start = self.take("[")
        items = self.elements(node.elements)
        self.take("]")
        return self.placed(ast.List(items, _LOAD), start)

    def _set(self, node: Cst) -> ast.expr:
        start = self.take("{")
        items = self.elements(node.elements)
        self.take("}")
        return self.placed(ast.Set(items), start)

    def _dict(self, node: Cst) -> ast.expr:
        start = self.take("{")
        keys: list[ast.expr | None] = []
        values = []
        for element in node.elements:
            if type(element).__name__ == "StarredDictElement":
                self.take("**")
                keys.append(None)
            else:
                keys.append(self.expression(element.key))
                self.take(":")
            values.append(self.expression(element.value))
            self.take_if(",")
        self.take("}")
        return self.placed(ast.Dict(keys, values), start)

    def _list_comprehension(self, node: Cst) -> ast.expr:
        start = self.take("[")
        lowered = ast.ListComp(self.expression(node.elt), self._generators(node.for_in))
        self.take("]")
        return self.placed(lowered, start)

    def _set_comprehension(self, node: Cst) -> ast.expr:
        start = self.take("{")
        lowered = ast.SetComp(self.expression(node.elt), self._generators(node.for_in))
        self.take("}")
        return self.placed(lowered, start)

    def _dict_comprehension(self, node: Cst) -> ast.expr:
        start = self.take("{")
        key = self.expression(node.key)
        self.take(":")
        lowered = ast.DictComp(key, self.expression(node.value), self._generators(node.for_in))
        self.take("}")
        return self.placed(lowered, start)

    def _starred_dict_comprehension(self, node: Cst) -> ast.expr:
        """Lower `{**each for each in ...}`, which is a mapping that takes its keys and values from one place."""
        start = self.take("{")
        self.take("**")
        value = self.expression(node.value)
        lowered = ast.DictComp(value, value, self._generators(node.for_in))
        self.take("}")
        return self.placed(lowered, start)

    def _generator(self, node: Cst) -> ast.expr:
        start = self.here()
        if node.lpar:
            self.take("(")
        lowered = ast.GeneratorExp(self.expression(node.elt), self._generators(node.for_in))
        if node.lpar:
            self.take(")")
        return self.placed(lowered, start)

    def _generators(self, node: Cst) -> list[ast.comprehension]:
        lowered = []
        while node is not None:
            is_async = int(node.asynchronous is not None)
            if is_async:
                self.take("async")
            self.take("for")
            target = self.expression(node.target)
            self.take("in")
            iterable = self.expression(node.iter)
            lowered.append(ast.comprehension(target, iterable, self._conditions(node), is_async))
            node = node.inner_for_in
        return lowered

    def _conditions(self, node: Cst) -> list[ast.expr]:
        conditions = []
        for condition in node.ifs:
            self.take("if")
            conditions.append(self.expression(condition.test))
        return conditions

    def _lambda(self, node: Cst) -> ast.expr:
        start = self.take("lambda")
        parameters = self.parameters(node.params)
        self.take(":")
        return self.placed(ast.Lambda(parameters, self.expression(node.body)), start)

    def parameters(self, node: Cst) -> ast.arguments:
        """Lower the parameters of a function."""
        defaults: list[ast.expr] = []
        positional = [self._parameter(each, defaults) for each in node.posonly_params]
        if positional:
            self.take("/")
            self.take_if(",")
        plain = [self._parameter(each, defaults) for each in node.params]
        star = type(node.star_arg).__name__
        rest = None
        if star == "ParamStar":
            self.take("*")
            self.take_if(",")
        elif star == "Param":
            self.take("*")
            rest = self._parameter(node.star_arg, [])
        by_name, values = self._parameters_by_name(node.kwonly_params)
        others = None
        if node.star_kwarg is not None:
            self.take("**")
            others = self._parameter(node.star_kwarg, [])
        return ast.arguments(positional, plain, rest, by_name, values, others, defaults)

    def _parameters_by_name(self, nodes: Cst) -> tuple[list[ast.arg], list[ast.expr | None]]:
        parameters, values = [], []
        for node in nodes:
            value: list[ast.expr] = []
            parameters.append(self._parameter(node, value))
            values.append(value[0] if value else None)
        return parameters, values

    def _parameter(self, node: Cst, defaults: list[ast.expr]) -> ast.arg:
        start = self.here()
        name = self.identifier(node.name)
        lowered = self.placed(ast.arg(name, self.annotation(node.annotation, ":"), None), start)
        if node.default is not None:
            self.take("=")
            defaults.append(self.expression(node.default))
        self.take_if(",")
        return lowered

    def annotation(self, node: Cst, token: str) -> ast.expr | None:
        """Lower an annotation after its colon or arrow, if there is one."""
        if node is None:
            return None
        self.take(token)
        return self.expression(node.annotation)

    def _conditional(self, node: Cst) -> ast.expr:
        start = self.here()
        body = self.expression(node.body)
        self.take("if")
        test = self.expression(node.test)
        self.take("else")
        return self.placed(ast.IfExp(test, body, self.expression(node.orelse)), start)

    def _named(self, node: Cst) -> ast.expr:
        start = self.here()
        target = self.expression(node.target)
        self.take(":=")
        return self.placed(ast.NamedExpr(target, self.expression(node.value)), start)  # type: ignore[arg-type]

    def _await(self, node: Cst) -> ast.expr:
        start = self.take("await")
        return self.placed(ast.Await(self.expression(node.expression)), start)

    def _yield(self, node: Cst) -> ast.expr:
        start = self.take("yield")
        if type(node.value).__name__ == "From":
            self.take("from")
            return self.placed(ast.YieldFrom(self.expression(node.value.item)), start)
        return self.placed(ast.Yield(self.optional(node.value)), start)
