"""Follow secrets into calls and out of them: functions of the module itself, and everything else by its name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from okxguard.leaks.effects import Effects
from okxguard.leaks.evidence import dotted
from okxguard.leaks.reporting import Called
from okxguard.leaks.scope import Frame
from okxguard.leaks.values import SAFE, UNKNOWN, VAGUE, Box, ClassModel, Function, Taint, Value, content, join

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

_DEEPEST, _MOST_RECURSION = 7, 2
_HEADER_ERRORS = ("InvalidHeader", "ValidationError", "SettingsError")


class Calls:
    """Follows the calls of one module."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._effects = Effects(engine)
        self._stack: list[int] = []
        self._arguments: dict[int, list[Value]] = {}
        self._sites: list[ast.AST] = []
        self._known: dict[tuple[Any, ...], Value] = {}

    def site(self, node: ast.AST) -> ast.AST:
        """Return the place in this module that stands for a place in another one: the call that leads there."""
        return self._sites[0] if self._sites and hasattr(node, "neighbour") else node

    def forget(self) -> None:
        """Begin a new round."""
        self._known = {}
        self._stack = []

    def call(self, node: ast.Call, frame: Frame) -> Value:
        """Return what is known about the result of a call; report it when it is a sink."""
        evaluate = self._engine.expressions.evaluate
        base, callee = None, None
        if isinstance(node.func, ast.Attribute):
            base = evaluate(node.func.value, frame)
            callee = self._method(base, node.func)
        elif isinstance(node.func, ast.Name):
            callee = frame.find(node.func.id)
        else:
            callee = evaluate(node.func, frame)
        values, named = self.arguments(node, frame)
        self._arguments[id(node)] = [*values, *named.values()]
        lexical = dotted(node.func)
        ref = (
            f"{base.ref}.{node.func.attr}"
            if base is not None and base.ref and isinstance(node.func, ast.Attribute)
            else ""
        )
        ref = ref or (callee.ref if callee is not None else "") or lexical
        called = Called(node, ref, lexical, base, values, named)
        if callee is None or callee.target is None:
            self._engine.reporter.check(called, frame)
            self._engine.switches.check(called, frame)
        result = self.result(called, callee, frame)
        return result

    def _method(self, base: Value, node: ast.Attribute) -> Value | None:
        """Return what is called, where the module defines it."""
        found = self._engine.classes.attribute(base, node.attr, node)
        return found if found is not None else Value(ref=f"{base.ref}.{node.attr}") if base.ref else None

    def arguments(self, node: ast.Call, frame: Frame) -> tuple[list[Value], dict[str, Value]]:
        """Return the arguments of a call; those that a star spreads out, too."""
        values: list[Value] = []
        named: dict[str, Value] = {}
        for argument in node.args:
            value = self._engine.expressions.evaluate(argument, frame)
            if isinstance(argument, ast.Starred) and value.box is not None:
                values += [*value.box.fields.values(), *([value.box.rest] if value.box.rest else [])]
            else:
                values.append(value)
        for keyword in node.keywords:
            value = self._engine.expressions.evaluate(keyword.value, frame)
            if keyword.arg is not None:
                named[keyword.arg] = value
            elif value.box is not None:
                named.update({key: inner for key, inner in value.box.fields.items() if isinstance(key, str)})
                if value.box.rest is not None or value.box.kind == "loaded":
                    named["**"] = value
            else:
                named["**"] = value
        return values, named

    def result(self, called: Called, callee: Value | None, frame: Frame) -> Value:
        """Return what a call gives back."""
        target = callee.target if callee is not None else None
        if isinstance(target, Function):
            result = self.invoke_decorated(target, called.values, called.named, called.node)
            if result.is_vague and not result.box:
                result = self._got(called, result)
            return self._masked(called, result)
        if isinstance(target, ClassModel):
            return self._engine.classes.instantiate(target, called.values, called.named, called.node)
        if called.lexical in ("super().__init__", "Exception.__init__"):
            self._remember_arguments(called, frame)
            return SAFE
        return self._effects.result(called, frame)

    def _got(self, called: Called, result: Value) -> Value:
        """Return the result of a function that is called after the secret that it gets."""
        kind = self._engine.names.read_getter(called.method)
        if kind is None:
            return result
        return Value(self._engine.taint(kind, called.method, called.node, f"{kind.value} by the name of the function"))

    def _remember_arguments(self, called: Called, frame: Frame) -> None:
        """Note what an exception tells its base class to say."""
        own = frame.variables.get("self")
        if own is not None and own.box is not None:
            box = Box("tuple")
            box.fields = dict(enumerate(called.values))
            own.box.fields["args"] = Value(box=box)

    def _masked(self, called: Called, result: Value) -> Value:
        """Return the result of a helper; one that is said to mask and shows everything is no mask."""
        name = called.lexical.rpartition(".")[2]
        if result.taints and self._engine.library.is_masker(name):
            return result._replace(taints=tuple(self._as_weak(taint, called.node) for taint in result.taints))
        return result

    @staticmethod
    def _as_weak(taint: Taint, node: ast.AST) -> Taint:
        return taint if taint.shown is not None else taint.through(node, "goes through a mask that hides nothing")

    def last_arguments(self, node: ast.Call) -> list[Value]:
        """Return what a call was given when it was evaluated last."""
        return self._arguments.get(id(node), [])

    def invoke_decorated(
        self, function: Function, values: list[Value], named: dict[str, Value], node: ast.AST
    ) -> Value:
        """Call a function through what decorates it."""
        if function.decorated and id(function.node) not in self._stack:
            plain = Function(function.node, function.scope, function.owner, function.bound)
            wrapped = Value(target=plain)
            for decorator in reversed(function.decorated):
                if isinstance(decorator.target, Function):
                    wrapped = self.invoke(decorator.target, [wrapped], {}, node)
            if isinstance(wrapped.target, Function) and wrapped.target is not plain:
                bound = [function.bound] if function.bound is not None else []
                return self.invoke(wrapped.target, [*bound, *values], named, node)
        return self.invoke(function, values, named, node)

    def decorate_alone(self, decorator: Value, function: Function, frame: Frame) -> None:
        """Call a decorated function with what the names of its arguments tell."""
        arguments = [argument.arg for argument in function.node.args.args]
        secrets = [name for name in arguments if self._engine.names.read(name)]
        if not secrets or not isinstance(decorator.target, Function):
            return
        wrapped = self.invoke(
            decorator.target, [Value(target=Function(function.node, function.scope))], {}, function.node
        )
        if isinstance(wrapped.target, Function):
            values = [self._engine.expressions.named(Value(), name, function.node) for name in arguments]
            self.invoke(wrapped.target, values, {}, function.node)

    def invoke(self, function: Function, values: list[Value], named: dict[str, Value], node: ast.AST) -> Value:
        """Run a function of the module with what it is given, and return what it gives back."""
        identity = id(function.node)
        if len(self._stack) > _DEEPEST or self._stack.count(identity) > _MOST_RECURSION:
            return VAGUE
        if not self._engine.matters(function) and not self._carries(values, named):
            return VAGUE
        frame = Frame(function.scope, getattr(function.node, "name", "lambda"), identity)
        self._bind(function, values, named, frame, node)
        signature = _signature(identity, frame)
        if signature is not None and signature in self._known:
            return self._known[signature]
        self._stack.append(identity)
        leaves = hasattr(function.node, "neighbour") and not hasattr(node, "neighbour")
        if leaves:
            self._sites.append(node)
        try:
            result = self._engine.statements.run_body(function, frame)
        finally:
            self._stack.pop()
            if leaves:
                self._sites.pop()
        if frame.result is not None and _is_generator(frame):
            result = frame.result
        if signature is not None:
            self._known[signature] = result
        return result

    @staticmethod
    def _carries(values: list[Value], named: dict[str, Value]) -> bool:
        """Tell whether arguments hold a secret, or something that may get one."""
        return any(
            value.taints
            or value.target is not None
            or (value.box is not None and (content(value) or value.box.kind == "loaded"))
            for value in [*values, *named.values()]
        )

    def _bind(
        self, function: Function, values: list[Value], named: dict[str, Value], frame: Frame, node: ast.AST
    ) -> None:
        """Give the parameters of a function their values."""
        arguments = function.node.args
        parameters = [*arguments.posonlyargs, *arguments.args]
        given = [function.bound, *values] if function.bound is not None else list(values)
        missing = len(parameters) - len(arguments.defaults)
        name = getattr(function.node, "name", "a function")
        for at, parameter in enumerate(parameters):
            if at < len(given):
                value = given[at]
            elif parameter.arg in named:
                value = named[parameter.arg]
            elif at >= missing:
                value = self._engine.expressions.evaluate(arguments.defaults[at - missing], function.scope)
            else:
                value = Value(ref=parameter.arg)
            frame.variables[parameter.arg] = value.through(node, f"passed to {name} as {parameter.arg}")
        for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            value = named.get(parameter.arg) or self._engine.expressions.evaluate(default, function.scope)
            frame.variables[parameter.arg] = value.through(node, f"passed to {name} as {parameter.arg}")
        names = {parameter.arg for parameter in (*parameters, *arguments.kwonlyargs)}
        if arguments.vararg is not None:
            rest = Box("tuple")
            rest.fields = dict(enumerate(given[len(parameters) :]))
            frame.variables[arguments.vararg.arg] = Value(box=rest)
        if arguments.kwarg is not None:
            rest = Box("dict")
            rest.part = "**"
            for key, value in named.items():
                if key not in names:
                    rest.fields[key] = self._engine.expressions.named(value, key, node)
            frame.variables[arguments.kwarg.arg] = Value(box=rest)

    def dump(self, value: Value, node: ast.AST) -> Value:
        """Return a mapping with everything that an object holds."""
        taints = self._engine.texts.dumped(value)
        if not taints and value.is_vague and value.ref:
            known = self._engine.evidence.read.get(value.ref)
            taints = self._engine.taint(known[0][1], known[0][0], node, "holds a secret", dump=True) if known else ()
        box = Box("dict")
        if value.box is not None:
            box.fields = {
                key: inner for key, inner in value.box.fields.items() if isinstance(key, str) and key != "args"
            }
        box.rest = Value(tuple(taint._replace(dump=True) for taint in taints)) if taints else None
        return Value(box=box)

    def options(self, node: ast.AST) -> Value:
        """Return all options that the program was started with."""
        box = Box("shown")
        for name, kind, option in self._engine.evidence.options:
            box.fields[name] = Value(self._engine.taint(kind, name, option, "an option of the program", dump=True))
        return Value(box=box)

    def remove(self, base: Value, key: Value) -> None:
        """Forget what stands under a key that is taken out of a mapping."""
        box = base.box
        if box is None or not isinstance(key.const, str):
            return
        box.fields.pop(key.const, None)
        box.hidden |= {key.const}

    def caught(self, handler: ast.ExceptHandler, node: Any, frame: Frame) -> Value:
        """Return what an exception tells that a library raises with the value that it refused."""
        name = dotted(handler.type) if handler.type is not None else ""
        if not name.endswith(_HEADER_ERRORS):
            return VAGUE
        found: Value | None = None
        for inner in ast.walk(ast.Module(node.body, [])):
            if isinstance(inner, ast.Call):
                known = frame.find(inner.func.id) if isinstance(inner.func, ast.Name) else None
                if known is not None and isinstance(known.target, ClassModel) and "Validation" in name:
                    made = Value(box=Box("instance", known.target))
                    found = join(found, Value(self._engine.texts.dumped(made)))
                for value in self.last_arguments(inner):
                    taints = content(value)
                    found = join(found, Value(taints)) if taints else found
        if found is None:
            return VAGUE
        return Value(tuple(taint._replace(dump=False) for taint in found.taints))

    def imported(self, module: str, name: str, alias: str) -> Value | None:
        """Return what another module of the same project says of a name."""
        neighbours, gate = self._engine.neighbours, self._engine.gate
        if neighbours is None or not (gate.is_open_to_all or name in gate.wanted or alias in gate.wanted):
            return None
        return neighbours.find(module, name)


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
                id(value.target) if value.target else 0,
                value.safe,
            )
        )
    return tuple(parts)


def _is_generator(frame: Frame) -> bool:
    return frame.result is not None and frame.result.box is not None and frame.result.box.kind == "list"
