"""Follow secrets through one module: what its statements do, in order, with what its functions are given."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from okxguard.leaks.access import Access
from okxguard.leaks.assignment import Assignment
from okxguard.leaks.calls import Calls
from okxguard.leaks.classes import Classes
from okxguard.leaks.effects import Effects
from okxguard.leaks.evidence import ANYWHERE, Evidence, dotted
from okxguard.leaks.expressions import Expressions
from okxguard.leaks.gate import EVERYTHING, Gate
from okxguard.leaks.invocations import Invocations
from okxguard.leaks.library import Library
from okxguard.leaks.names import Secret, SecretNames
from okxguard.leaks.origins import Origins
from okxguard.leaks.parameters import Parameters
from okxguard.leaks.records import Records
from okxguard.leaks.reporting import RawLeak, Reporter
from okxguard.leaks.scope import Frame
from okxguard.leaks.sinks import Sinks
from okxguard.leaks.statements import Statements
from okxguard.leaks.switches import Switches
from okxguard.leaks.texts import Texts
from okxguard.leaks.values import Function, Taint, Value, union

if TYPE_CHECKING:
    from okxguard.leaks.neighbours import View

_MOST_STEPS = 120_000
_ANYWHERE = -1
_MOST_ROUNDS = 3
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
_MAKERS = frozenset({"__init__", "__post_init__", "setup", "__new__"})


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
        self.evidence = Evidence(tree, names, library.slots)
        self.echoed: frozenset[int] = frozenset()
        self.routes = _routes(tree, library)
        self.texts = Texts(self)
        self.classes = Classes(self)
        self.records = Records(self)
        self.origins = Origins(self)
        self.effects = Effects(self)
        self.parameters = Parameters(self)
        self.invocations = Invocations(self)
        self.calls = Calls(self)
        self.access = Access(self)
        self.expressions = Expressions(self)
        self.assignment = Assignment(self)
        self.statements = Statements(self)
        self.sinks = Sinks(self)
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
        self.note_variables(self.module)
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
            home = function.scope.module().gate or self.gate
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
        self.parameters.guess(function, frame)
        for name in frame.variables:
            self.switches.note_secret(frame.identity, self.named(name, function.node))
        self.statements.run_body(function, frame)
        self.note_variables(frame, function)
        for decorator in function.decorated:
            self.invocations.decorate_alone(decorator, function)

    def note_variables(self, frame: Frame, function: Function | None = None) -> None:
        """Note what the variables of a function, or of the module, hold, for parameters of the same name."""
        arguments = function.node.args if function is not None else ast.arguments([], [], None, [], [], None, [])
        own = {argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
        for name, value in frame.variables.items():
            if name not in own and self.classes.likeness.note(name, value, frame.identity):
                self.changed = True

    def step(self) -> None:
        """Count one step; raises ExhaustedError when there were too many."""
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise ExhaustedError

    def named(self, name: str, node: ast.AST, *, is_variable: bool = False) -> tuple[Taint, ...]:
        """Return what a name alone says about its value; that of a variable of the environment says more."""
        kind = self.names.read_variable(name) if is_variable else self.names.read(name)
        return (Taint(kind, name, node, steps=((node, f"{kind.value} by its name"),)),) if kind else ()

    def put(self, name: str, frame: Frame) -> tuple[Taint, ...]:
        """Return what is known of a variable or an attribute from where it is put: among the arguments of a client."""
        slots = self.evidence.slots
        if not slots:
            return ()
        home = frame.home_of(name) if "." not in name else None
        scope = home.identity if home is not None and home.outer is not None else ANYWHERE
        known = slots.get((scope, name))
        if known is None:
            return ()
        return self.taint(known[1], name, known[2], f"is put where {known[1].value} belongs")

    def taint(self, kind: Secret, name: str, node: ast.AST, note: str, *, dump: bool = False) -> tuple[Taint, ...]:
        """Return a secret that begins its way here."""
        taints = (Taint(kind, name, node, dump=dump, steps=((node, note),)),)
        self.switches.note_secret(_ANYWHERE, taints)
        return taints

    def shown(self, values: Iterable[Value]) -> tuple[Taint, ...]:
        """Return the secrets that a text made of some values shows."""
        return union(*(self.texts.shown(value) for value in values))


def _is_maker(function: Function) -> bool:
    """Tell whether a function gives an object its fields."""
    return getattr(function.node, "name", "") in _MAKERS


def _routes(tree: ast.Module, library: Library) -> frozenset[str]:
    """Return the names of the functions whose result is shown on the web."""
    return frozenset(
        node.name
        for node in _definitions(tree)
        if any(
            library.routes.match(dotted(each.func if isinstance(each, ast.Call) else each))
            for each in node.decorator_list
        )
    )


def _definitions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the functions of a module, wherever they stand; only statements hold any."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node
        for name in _BLOCKS:
            waiting += getattr(node, name, ())
