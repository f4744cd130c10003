"""Follow secrets into calls and out of them: functions of the module itself, and everything else by its name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from okxguard.leaks.boxes import elements_of, listed, named_fields
from okxguard.leaks.evidence import dotted
from okxguard.leaks.forwarding import GETTERS
from okxguard.leaks.reporting import Called
from okxguard.leaks.scope import Frame
from okxguard.leaks.values import SAFE, ClassModel, Function, Taint, Value

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

# Calls that tell a base class what an exception says.
_BASE_CALLS = frozenset({"super().__init__", "Exception.__init__"})


class Calls:
    """Follows the calls of one module."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._arguments: dict[int, list[Value]] = {}

    def call(self, node: ast.Call, frame: Frame) -> Value:
        """Return what is known about the result of a call; report it when it is a sink."""
        base, callee, ref = self._callee(node.func, frame)
        values, named = self._given(node, frame)
        self._arguments[id(node)] = [*values, *named.values()]
        lexical = dotted(node.func)
        called = Called(node, ref or lexical, lexical, base, values, named)
        if callee is None or callee.target is None:
            self._engine.sinks.check(called)
            self._engine.switches.check(called, frame)
        return self._result(called, callee, frame)

    def _callee(self, function: ast.expr, frame: Frame) -> tuple[Value | None, Value | None, str]:
        """Return the object of a method, what is called, and its dotted name, as far as they are known."""
        base: Value | None = None
        if isinstance(function, ast.Name):
            callee = frame.find(function.id)
        elif isinstance(function, ast.Attribute):
            base = self._engine.expressions.evaluate(function.value, frame)
            callee = self._engine.classes.attribute(base, function.attr, function)
            if base.ref:
                ref = f"{base.ref}.{function.attr}"
                return base, callee or Value(ref=ref), ref
        else:
            callee = self._engine.expressions.evaluate(function, frame)
        return base, callee, callee.ref if callee is not None else ""

    def _given(self, node: ast.Call, frame: Frame) -> tuple[list[Value], dict[str, Value]]:
        """Return the arguments of a call; those that a star spreads out, too."""
        values: list[Value] = []
        named: dict[str, Value] = {}
        for argument in node.args:
            value = self._engine.expressions.evaluate(argument, frame)
            if isinstance(argument, ast.Starred) and value.box is not None:
                values += elements_of(value) if value.box.kind == "dict" else value.box.values()
            else:
                values.append(value)
        for keyword in node.keywords:
            value = self._engine.expressions.evaluate(keyword.value, frame)
            if keyword.arg is not None:
                named[keyword.arg] = value
                continue
            named.update(named_fields(value))
            if value.box is None or value.box.rest is not None or value.box.kind == "loaded":
                named["**"] = value
        return values, named

    def _result(self, called: Called, callee: Value | None, frame: Frame) -> Value:
        """Return what a call gives back."""
        target = callee.target if callee is not None else None
        if callee is not None and callee.ref in GETTERS and called.values:
            return self._engine.effects.forwarding.fetched(callee, called.values[0], called.node)
        if isinstance(target, Function):
            result = self._engine.invocations.invoke_decorated(target, called.values, called.named, called.node)
            if result.is_vague and not result.box:
                result = self._engine.origins.by_getter(called) or self._engine.classes.returned(target) or result
            return self._masked(called, result)
        if isinstance(target, ClassModel):
            return self._engine.classes.instantiate(target, called.values, called.named, called.node)
        if called.lexical in _BASE_CALLS:
            _remember_arguments(called, frame)
            return SAFE
        return self._engine.effects.result(called, frame)

    def _masked(self, called: Called, result: Value) -> Value:
        """Return the result of a helper; one that is said to mask and shows everything is no mask."""
        name = called.lexical.rpartition(".")[2]
        if result.taints and self._engine.library.is_masker(name):
            return result._replace(taints=tuple(_as_weak(taint, called.node) for taint in result.taints))
        return result

    def last_arguments(self, node: ast.Call) -> list[Value]:
        """Return what a call was given when it was evaluated last."""
        return self._arguments.get(id(node), [])


def _as_weak(taint: Taint, node: ast.AST) -> Taint:
    if taint.shown is not None:
        return taint
    return taint.through(node, "goes through a mask that hides nothing")._replace(weak=True)


def _remember_arguments(called: Called, frame: Frame) -> None:
    """Note what an exception tells its base class to say."""
    own = frame.variables.get("self")
    if own is not None and own.box is not None:
        own.box.fields["args"] = listed(called.values)
