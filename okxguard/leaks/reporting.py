"""Keep what gets out of a module, and tell it apart by how it does."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from okxguard.leaks.names import Secret
from okxguard.leaks.scope import Frame
from okxguard.leaks.values import Taint, Value

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

PRINTED, LOGGED, RAISED, SENT, ADDRESSED, DUMPED, SWITCH, REPLY, MASK = (f"OKX30{number}" for number in range(1, 10))


class Called(NamedTuple):
    """One call: its dotted name by what is known and as it is written, the object it is a method of, its arguments."""

    node: ast.Call
    ref: str
    lexical: str
    base: Value | None
    values: list[Value]
    named: dict[str, Value]

    @property
    def given(self) -> tuple[Value, ...]:
        """All arguments."""
        return (*self.values, *self.named.values())

    @property
    def method(self) -> str:
        """The last part of the name."""
        function = self.node.func
        return function.attr if isinstance(function, ast.Attribute) else self.ref.rpartition(".")[2]

    @property
    def said(self) -> str:
        """The name as it may be said: what is known by may hold keys of mappings, which are literals."""
        return self.lexical or self.method


class RawLeak(NamedTuple):
    """A secret that gets out at a place of the tree; `sink` is the name of what gives it away."""

    rule: str
    node: ast.AST
    taint: Taint
    sink: str


class Reporter:
    """Collects the leaks of one module."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._leaks: dict[tuple[int, str], RawLeak] = {}

    def leaks(self) -> tuple[RawLeak, ...]:
        """Return the leaks in the order of their places, one of each kind for a statement."""
        return tuple(self._leaks.values())

    def raised(self, node: ast.stmt, values: list[Value]) -> list[Taint]:
        """Report the secrets in an exception, and return them."""
        taints = self._engine.shown(values)
        if isinstance(node, ast.Raise) and node.exc is not None and (id(node.exc), "") in self._leaks:
            return list(taints)
        self.report(RAISED, node, taints, "assert" if isinstance(node, ast.Assert) else "raise")
        return list(taints)

    def printed(self, node: ast.stmt, values: list[Value]) -> None:
        """Report what a print statement shows."""
        self.report(PRINTED, node, self._engine.shown(values), "print")

    def returned(self, node: ast.Return, value: Value, frame: Frame) -> None:
        """Report what a view shows on the web."""
        if frame.function in self._engine.routes:
            taints = tuple(taint for taint in self._engine.shown([value]) if taint.kind is not Secret.TOKEN)
            self.report(SENT, node, taints, "return")

    def echo(self, node: ast.Expr, value: Value) -> None:
        """Report what a notebook shows below a cell."""
        if id(node) in self._engine.echoed and not any(leak.node is node.value for leak in self._leaks.values()):
            self.report(PRINTED, node, self._engine.shown([value]), "the last line of a cell")

    def keep(self, leak: RawLeak) -> None:
        """Keep a leak that is found by other means than a value that reaches a sink."""
        self._leaks.setdefault((id(leak.node), leak.rule), leak)

    def report(self, rule: str, node: ast.AST, taints: Iterable[Taint], sink: str) -> None:
        """Keep the worst of what a place gives away; what a mask leaves of a secret within its budget is nothing."""
        found = list(taints)
        whole = [taint for taint in found if taint.shown is None]
        weak = _over_budget([taint for taint in found if taint.shown is not None])
        chosen = sorted(whole, key=_rank)[:1] or weak[:1]
        if not chosen:
            return
        taint = chosen[0]
        is_foreign = hasattr(node, "neighbour") and hasattr(taint.origin, "neighbour")
        if is_foreign and not self._engine.invocations.is_handed(taint):
            return  # told of in its own file
        node = self._engine.invocations.site(node)
        if taint.reply:
            rule = REPLY
        elif taint.shown is not None or taint.weak:
            rule = MASK
        elif taint.dump and rule in (PRINTED, LOGGED):
            rule = DUMPED
        key = (id(node), "")
        known = self._leaks.get(key)
        if known is None or len(known.taint.steps) < len(taint.steps):
            self._leaks[key] = RawLeak(rule, node, taint.through(node, f"given away by {sink}"), sink)


def _rank(taint: Taint) -> tuple[bool, bool, int]:
    return (not taint.reply, taint.dump, len(taint.steps))


def _over_budget(taints: list[Taint]) -> list[Taint]:
    """Return the parts of secrets that together show more than may be shown."""
    shown: dict[str, int] = {}
    for taint in taints:
        shown[taint.name] = shown.get(taint.name, 0) + (taint.shown or 0)
    return [taint for taint in taints if shown[taint.name] > taint.kind.budget]
