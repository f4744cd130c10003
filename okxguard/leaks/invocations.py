"""Run functions of the module with what they are given, and tell what they give back."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from okxguard.leaks.scope import Frame, Thrown
from okxguard.leaks.values import KEY, UNKNOWN, VAGUE, Function, Taint, Value, content

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

_DEEPEST, _MOST_RECURSION, _MOST_THROWN = 7, 2, 8


class Invocations:
    """Runs the functions of one module; calls that tell nothing new are answered from memory."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._stack: list[int] = []
        self._sites: list[ast.AST] = []
        self._handed: list[frozenset[int]] = []
        self._own: dict[int, list[Value]] = {}
        self._known: dict[tuple[Any, ...], tuple[Value, tuple[Thrown, ...]]] = {}
        self.thrown: list[Thrown] = []

    @property
    def is_abroad(self) -> bool:
        """Tell whether code of another module runs; what it does whoever calls it is told where that is scanned."""
        return bool(self._sites)

    def site(self, node: ast.AST) -> ast.AST:
        """Return the place in this module that stands for a place in another one: the call that leads there."""
        return self._sites[0] if self._sites and hasattr(node, "neighbour") else node

    def is_handed(self, taint: Taint) -> bool:
        """Tell whether a secret is handed to another module by a call in this one."""
        return bool(self._handed) and id(taint.origin) in self._handed[0]

    def forget(self) -> None:
        """Begin a new round."""
        self._known = {}
        self._stack = []
        self.thrown = []

    def invoke_decorated(
        self, function: Function, values: list[Value], named: dict[str, Value], node: ast.AST
    ) -> Value:
        """Call a function through what decorates it."""
        values, named = [*function.given, *values], {**function.named, **named}
        if not function.decorated or id(function.node) in self._stack:
            return self.invoke(function, values, named, node)
        plain = Function(function.node, function.scope, function.owner, function.bound)
        wrapped = Value(target=plain)
        for decorator in reversed(function.decorated):
            if isinstance(decorator.target, Function):
                wrapped = self.invoke(decorator.target, [wrapped], {}, node)
        if not isinstance(wrapped.target, Function) or wrapped.target is plain:
            return self.invoke(function, values, named, node)
        bound = [function.bound] if function.bound is not None else []
        return self.invoke(wrapped.target, [*bound, *values], named, node)

    def decorate_alone(self, decorator: Value, function: Function) -> None:
        """Call a decorated function with what the names of its arguments tell."""
        arguments = [argument.arg for argument in function.node.args.args]
        if not any(map(self._engine.names.read, arguments)) or not isinstance(decorator.target, Function):
            return
        plain = Value(target=Function(function.node, function.scope))
        wrapped = self.invoke(decorator.target, [plain], {}, function.node)
        if isinstance(wrapped.target, Function):
            values = [self._engine.expressions.named(VAGUE, name, function.node) for name in arguments]
            # The decorator may give the function more than it is given itself, or less.
            self._own[id(function.node)] = values
            self.invoke(wrapped.target, values, {}, function.node)
            del self._own[id(function.node)]

    def invoke(self, function: Function, values: list[Value], named: dict[str, Value], node: ast.AST) -> Value:
        """Run a function of the module with what it is given, and return what it gives back."""
        identity = id(function.node)
        if len(self._stack) > _DEEPEST or self._stack.count(identity) > _MOST_RECURSION:
            return VAGUE
        if not self._engine.matters(function) and not _carries(values, named):
            return VAGUE
        if identity in self._own:
            values, named = self._own[identity], {}
        frame = Frame(function.scope, getattr(function.node, "name", "lambda"), identity)
        self._engine.parameters.bind(function, values, named, frame, node)
        signature = _signature(identity, frame)
        if signature is not None and signature in self._known:
            result, thrown = self._known[signature]
            self.thrown += thrown
            return result
        before, self.thrown = self.thrown, []
        result = self._run(function, frame, node)
        thrown = tuple(self.thrown[:_MOST_THROWN])
        self.thrown = before + list(thrown)
        if signature is not None:
            self._known[signature] = result, thrown
        return result

    def _run(self, function: Function, frame: Frame, node: ast.AST) -> Value:
        """Run a function whose parameters are bound; remember the call that leads to another module."""
        leaves = hasattr(function.node, "neighbour") and not hasattr(node, "neighbour")
        self._stack.append(id(function.node))
        if leaves:
            self._sites.append(node)
            self._handed.append(_origins(function, frame))
        try:
            result = self._engine.statements.run_body(function, frame)
            self._engine.note_variables(frame, function)
        finally:
            self._stack.pop()
            if leaves:
                self._sites.pop()
                self._handed.pop()
        given = frame.result
        return given if given is not None and given.box is not None and given.box.kind == "list" else result


def _origins(function: Function, frame: Frame) -> frozenset[int]:
    """Return where the secrets come from that a function is given, without those of the object that it belongs to."""
    own = function.bound
    given = (
        value for value in frame.variables.values() if own is None or value.box is None or value.box is not own.box
    )
    return frozenset(id(taint.origin) for value in given for taint in content(value))


def _carries(values: list[Value], named: dict[str, Value]) -> bool:
    """Tell whether arguments hold a secret, something that may get one, or the key that decides about one."""
    return any(
        value.taints
        or (value.ref == KEY and isinstance(value.const, str))
        or value.target is not None
        or (value.box is not None and (content(value) or value.box.kind == "loaded"))
        for value in [*values, *named.values()]
    )


def _signature(identity: int, frame: Frame) -> tuple[Any, ...] | None:
    """Return what tells one call of a function from another, or None where it may change what it is given."""
    parts: list[Any] = [identity]
    for name, value in frame.variables.items():
        if value.box is not None and value.box.model is not None:
            parts.append((name, id(value.box.model)))
            continue
        if value.box is not None and (value.box.fields or value.box.rest):
            return None
        const = value.const if isinstance(value.const, (str, int, bytes, type(None))) else repr(type(value.const))
        taints = tuple((id(taint.origin), taint.name, taint.shown) for taint in value.taints)
        parts.append(
            (
                name,
                taints,
                type(const),
                const if value.const is not UNKNOWN else "?",
                value.ref,
                value.target,
                value.safe,
            )
        )
    return tuple(parts)
