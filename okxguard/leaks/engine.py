"""Follow secrets through one module: what its statements do, in order, with what its functions are given."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from okxguard.leaks.access import Access
from okxguard.leaks.assignment import Assignment
from okxguard.leaks.calls import Calls
from okxguard.leaks.classes import Classes
from okxguard.leaks.effects import Effects
from okxguard.leaks.evidence import Evidence, dotted
from okxguard.leaks.expressions import Expressions
from okxguard.leaks.gate import EVERYTHING, Gate
from okxguard.leaks.invocations import Invocations
from okxguard.leaks.library import Library
from okxguard.leaks.names import Secret, SecretNames
from okxguard.leaks.origins import Origins
from okxguard.leaks.records import Records
from okxguard.leaks.reporting import RawLeak, Reporter
from okxguard.leaks.scope import Frame
from okxguard.leaks.statements import Statements
from okxguard.leaks.switches import Switches
from okxguard.leaks.texts import Texts
from okxguard.leaks.values import SAFE, Box, ClassModel, Function, Taint, Value, union

if TYPE_CHECKING:
    from okxguard.leaks.neighbours import View

_MOST_STEPS = 400_000
_MOST_ROUNDS = 3


class ExhaustedError(Exception):
    """The module takes more steps to follow than it is worth."""


class Followed(NamedTuple):
    """The leaks of a module, and whether it was followed to its end."""

    leaks: tuple[RawLeak, ...]
    is_complete: bool = True


class Engine:
    """Everything that is needed to follow one module; its parts know each other through it."""

    def __init__(
        self,
        tree: ast.Module,
        names: SecretNames,
        library: Library,
        neighbours: View | None = None,
        gate: Gate = EVERYTHING,
    ) -> None:
        self.tree = tree
        self.names = names
        self.library = library
        self.neighbours = neighbours
        self.gate = gate
        self.evidence = Evidence(tree, names)
        self.echoed: frozenset[int] = frozenset()
        self.routes = _routes(tree, library)
        self.texts = Texts(self)
        self.classes = Classes(self)
        self.records = Records(self)
        self.origins = Origins(self)
        self.effects = Effects(self)
        self.invocations = Invocations(self)
        self.calls = Calls(self)
        self.access = Access(self)
        self.expressions = Expressions(self)
        self.assignment = Assignment(self)
        self.statements = Statements(self)
        self.reporter = Reporter(self)
        self.switches = Switches(self)
        self.prints_by_default = False
        self.module = Frame()
        self.module.gate = gate
        self.pending: dict[int, tuple[Function, Frame]] = {}
        self.changed = False
        self._steps = 0
        self._matters: dict[int, bool] = {}

    def follow(self) -> Followed:
        """Run the module, then every function by itself, until nothing new is learnt; return what leaks."""
        try:
            for _ in range(_MOST_ROUNDS):
                self._round()
                if not self.changed:
                    break
            self.switches.conclude()
        except (ExhaustedError, RecursionError):
            return Followed(self.reporter.leaks(), is_complete=False)
        return Followed(self.reporter.leaks())

    def _round(self) -> None:
        self.changed = False
        self.invocations.forget()
        self.module = Frame(identity=id(self.tree))
        self.module.gate = self.gate
        self.pending = {}
        self.statements.run(self.tree.body, self.module)
        done: set[int] = set()
        while waiting := [identity for identity in self.pending if identity not in done]:
            for identity in sorted(waiting, key=self._is_late):
                done.add(identity)
                function, frame = self.pending[identity]
                if self.matters(function):
                    self._run_alone(function, frame)

    def matters(self, function: Function) -> bool:
        """Tell whether a function may do anything with a secret by itself."""
        identity = id(function.node)
        if identity not in self._matters:
            home = getattr(function.scope.module(), "gate", None) or self.gate
            matters = home.is_open_to_all or identity in home.functions
            self._matters[identity] = matters or (_is_maker(function) and self._has_use(function, home.functions))
        return self._matters[identity]

    def wants(self, name: str) -> bool:
        """Tell whether something that is shown may depend on a name."""
        return self.gate.is_open_to_all or name in self.gate.wanted

    @staticmethod
    def _has_use(function: Function, functions: frozenset[int]) -> bool:
        """Tell whether a method of the same class does something with a secret."""
        owner = function.owner
        return owner is not None and any(id(method.node) in functions for method in owner.methods.values())

    def _is_late(self, identity: int) -> bool:
        """Tell whether a function comes after those that make objects."""
        return not _is_maker(self.pending[identity][0])

    def _run_alone(self, function: Function, outer: Frame) -> None:
        """Run a function with arguments of which only names and annotations tell something."""
        frame = Frame(outer, getattr(function.node, "name", "lambda"), id(function.node))
        arguments = function.node.args
        defaults = [*[None] * (len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults))]
        positional = [*arguments.posonlyargs, *arguments.args]
        for argument, default in zip(positional, [*defaults, *arguments.defaults], strict=True):
            frame.variables[argument.arg] = self._unknown_argument(argument, default, frame)
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            frame.variables[argument.arg] = self._unknown_argument(argument, default, frame)
        if function.owner is not None and positional:
            frame.variables[positional[0].arg] = self.classes.self_of(function)
        for extra in (arguments.vararg, arguments.kwarg):
            if extra is not None:
                frame.variables[extra.arg] = Value(ref=extra.arg)
        self._set_options(function, frame)
        for name in frame.variables:
            self.switches.note_secret(frame.identity, self.named(name, function.node))
        self.statements.run_body(function, frame)
        for decorator in function.decorated:
            self.invocations.decorate_alone(decorator, function)

    def _unknown_argument(self, argument: ast.arg, default: ast.expr | None, frame: Frame) -> Value:
        if argument.annotation is not None:
            value = self.classes.of_annotation(argument.annotation, frame)
            if value is not None:
                return value
        if isinstance(default, ast.Constant) and isinstance(default.value, (bool, float)):
            return SAFE
        if isinstance(default, ast.Constant) and default.value and not self.names.read(argument.arg):
            return Value(const=default.value)
        if default is not None and not isinstance(default, ast.Constant) and frame.outer is not None:
            value = self.expressions.evaluate(default, frame.outer)
            if value.taints:
                return value
        model = self.classes.named_like(argument.arg, frame)
        return Value(ref=argument.arg, box=Box("instance", model) if model is not None else None)

    def _set_options(self, function: Function, frame: Frame) -> None:
        """Give a command the secrets that its options ask for."""
        for decorator in getattr(function.node, "decorator_list", ()):
            for name, kind, node in self.evidence.options:
                if node is decorator:
                    texts = [
                        arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                    ]
                    given = [text for text in texts if not text.startswith("-")] or [name]
                    taints = self.taint(kind, name, node, "an option of the program")
                    if given[0] in frame.variables:
                        frame.variables[given[0]] = Value(taints)
                    elif function.node.args.kwarg is not None:
                        box = Box("dict")
                        box.fields[given[0]] = Value(taints)
                        frame.variables[function.node.args.kwarg.arg] = Value(box=box)

    def step(self) -> None:
        """Count one step; raises ExhaustedError when there were too many."""
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise ExhaustedError

    def named(self, name: str, node: ast.AST) -> tuple[Taint, ...]:
        """Return what a name alone says about its value."""
        kind = self.names.read(name)
        return (Taint(kind, name, node, steps=((node, f"{kind.value} by its name"),)),) if kind else ()

    def taint(self, kind: Secret, name: str, node: ast.AST, note: str, *, dump: bool = False) -> tuple[Taint, ...]:
        """Return a secret that begins its way here."""
        return (Taint(kind, name, node, dump=dump, steps=((node, note),)),)

    def shown(self, values: Iterable[Value]) -> tuple[Taint, ...]:
        """Return the secrets that a text made of some values shows."""
        return union(*(self.texts.shown(value) for value in values))

    def model_of(self, value: Value) -> ClassModel | None:
        """Return the class of this module that a value is an object of."""
        return value.box.model if value.box is not None else None


def _is_maker(function: Function) -> bool:
    """Tell whether a function gives an object its fields."""
    return getattr(function.node, "name", "") in ("__init__", "__post_init__", "setup", "__new__")


def _routes(tree: ast.Module, library: Library) -> frozenset[str]:
    """Return the names of the functions whose result is shown on the web."""
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and any(
            library.routes.match(dotted(each.func if isinstance(each, ast.Call) else each))
            for each in node.decorator_list
        )
    )
