"""Tell what the parameters of functions stand for: what they are given, or what their names say."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from okxguard.leaks.boxes import any_of, listed
from okxguard.leaks.relation_scopes import VALIDATORS, called_of, is_fixture, last_name, text_of
from okxguard.leaks.scope import Frame
from okxguard.leaks.values import SAFE, Box, Function, Value

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

_CONTEXTS = frozenset({"ctx", "context"})


class Parameters:
    """Binds the parameters of the functions of one module."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def bind(
        self, function: Function, values: list[Value], named: dict[str, Value], frame: Frame, node: ast.AST
    ) -> None:
        """Give the parameters of a function what a call gives them."""
        evaluate = self._engine.expressions.evaluate
        arguments = function.node.args
        given = [function.bound, *values] if function.bound is not None else values
        note = f"passed to {getattr(function.node, 'name', 'a function')} as"
        positional = list(_positional(arguments))
        for at, (parameter, default) in enumerate(positional):
            if at < len(given):
                value = given[at]
            elif parameter.arg in named:
                value = named[parameter.arg]
            elif default is not None:
                value = evaluate(default, function.scope)
            else:
                value = Value(ref=parameter.arg)
            frame.variables[parameter.arg] = value.through(node, f"{note} {parameter.arg}")
        for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            value = named.get(parameter.arg) or evaluate(default, function.scope)
            frame.variables[parameter.arg] = value.through(node, f"{note} {parameter.arg}")
        if arguments.vararg is not None:
            frame.variables[arguments.vararg.arg] = listed(given[len(positional) :])
        if arguments.kwarg is not None:
            taken = {parameter.arg for parameter in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
            rest = {name: value for name, value in named.items() if name not in taken}
            if self._takes_secret(function, given, named):
                rest.pop("**", None)
            frame.variables[arguments.kwarg.arg] = self._keywords(rest, node)

    def _takes_secret(self, function: Function, given: Sequence[Value | None], named: dict[str, Value]) -> bool:
        """Tell whether a parameter for a secret has to be among the keywords that nobody knows."""
        arguments = function.node.args
        free = [parameter.arg for parameter, default in list(_positional(arguments))[len(given) :] if default is None]
        keywords = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        free += [parameter.arg for parameter, default in keywords if default is None]
        return any(name not in named and self._engine.names.read(name) for name in free)

    def _keywords(self, named: dict[str, Value], node: ast.AST) -> Value:
        """Return the mapping of the keywords that no parameter takes."""
        box = Box("dict")
        box.part = "**"
        for name, value in named.items():
            box.fields[name] = self._engine.expressions.named(value, name, node)
        return Value(box=box)

    def guess(self, function: Function, frame: Frame) -> None:
        """Give the parameters of a function that nothing calls what their names, annotations and defaults tell."""
        arguments = function.node.args
        keywords = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        for parameter, default in (*_positional(arguments), *keywords):
            frame.variables[parameter.arg] = self._guessed(parameter, default, frame)
        own = next(_positional(arguments), None)
        if function.owner is not None and own is not None:
            frame.variables[own[0].arg] = self._engine.classes.self_of(function)
        for extra in (arguments.vararg, arguments.kwarg):
            if extra is not None:
                frame.variables[extra.arg] = Value(ref=extra.arg)
        for decorator in getattr(function.node, "decorator_list", ()):
            self._set_options(decorator, function, frame)
            self._set_validated(decorator, function, frame)
        self._set_context(function, frame)

    def _set_context(self, function: Function, frame: Frame) -> None:
        """Give a command the context that holds its own options, and not those of other commands."""
        decorators = getattr(function.node, "decorator_list", ())
        for name in _CONTEXTS & frame.variables.keys() if decorators else ():
            options = Box("dict")
            for option, kind, node in self._engine.evidence.options:
                if any(node is decorator for decorator in decorators):
                    taints = self._engine.taint(kind, option, node, "an option of the program", dump=True)
                    options.fields[option] = Value(taints)
            context = Box("unknown")
            context.fields["params"] = Value(box=options)
            frame.variables[name] = Value(ref=name, box=context)

    def _guessed(self, parameter: ast.arg, default: ast.expr | None, frame: Frame) -> Value:
        if parameter.annotation is not None:
            value = self._engine.classes.of_annotation(parameter.annotation, frame)
            if value is not None:
                return value
        if isinstance(default, ast.Constant):
            if isinstance(default.value, (bool, float)):
                return SAFE
            if default.value and not self._engine.names.read(parameter.arg):
                return Value(const=default.value)
        elif default is not None and frame.outer is not None:
            value = self._engine.expressions.evaluate(default, frame.outer)
            if value.taints:
                return value
        fixture = self._fixture(parameter, frame)
        if fixture is not None:
            return fixture
        return self._engine.classes.likeness.named(parameter.arg, frame) or Value(ref=parameter.arg)

    def _set_validated(self, decorator: ast.expr, function: Function, frame: Frame) -> None:
        """Give a validator the value of the field that it looks at."""
        at = VALIDATORS.get(last_name(called_of(decorator)))
        parameters = [parameter.arg for parameter, _ in _positional(function.node.args)]
        if at is None or not isinstance(decorator, ast.Call) or at >= len(parameters) or function.owner is None:
            return
        for name in map(text_of, decorator.args):
            taints = self._engine.named(name, decorator) if name is not None else ()
            if taints:
                own = Value(box=Box("instance", function.owner))
                found = self._engine.access.attribute(own, str(name), decorator)
                frame.variables[parameters[at]] = found if found.safe else Value(taints)

    def _fixture(self, parameter: ast.arg, frame: Frame) -> Value | None:
        """Return what the fixture gives back that a parameter is called after, or None."""
        target = frame.module().variables.get(parameter.arg, SAFE).target
        decorators = getattr(target.node, "decorator_list", ()) if isinstance(target, Function) else ()
        if not isinstance(target, Function) or not any(map(is_fixture, decorators)):
            return None
        value = self._engine.invocations.invoke(target, [], {}, parameter)
        is_generator = any(isinstance(node, ast.Yield) for node in ast.walk(target.node))
        return any_of(value.box) if is_generator and value.box is not None else value

    def _set_options(self, decorator: ast.expr, function: Function, frame: Frame) -> None:
        """Give a command the secrets that one of its options asks for."""
        rest = function.node.args.kwarg
        for name, kind, node in self._engine.evidence.options:
            if node is not decorator:
                continue
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            given = next((text for text in texts if not text.startswith("-")), name)
            value = Value(self._engine.taint(kind, name, node, "an option of the program"))
            if given in frame.variables:
                frame.variables[given] = value
            elif rest is not None:
                box = Box("dict")
                box.fields[given] = value
                frame.variables[rest.arg] = Value(box=box)


def _positional(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """Yield the parameters that take positions, each with its default."""
    parameters = [*arguments.posonlyargs, *arguments.args]
    missing = len(parameters) - len(arguments.defaults)
    for at, parameter in enumerate(parameters):
        yield parameter, arguments.defaults[at - missing] if at >= missing else None
