"""Recognise the places where secrets get out, and tell them apart."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from okxguard.leakbook import LeakSink
from okxguard.leaks.evidence import dotted
from okxguard.leaks.formats import arguments_shown
from okxguard.leaks.names import Secret
from okxguard.leaks.scope import Frame
from okxguard.leaks.values import Function, Taint, Value, union

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

PRINTED, LOGGED, RAISED, SENT, ADDRESSED, DUMPED, SWITCH, REPLY, MASK = (f"OKX30{number}" for number in range(1, 10))
_NOT_SHOWN = frozenset(
    {
        "file",
        "end",
        "sep",
        "flush",
        "style",
        "fg",
        "bg",
        "input",
        "env",
        "stack_info",
        "exc_info",
        "stacklevel",
        "timeout",
        "cwd",
    }
)


class Called(NamedTuple):
    """One call: its dotted name by what is known and as it is written, the object it is a method of, its arguments."""

    node: ast.Call
    ref: str
    lexical: str
    base: Value | None
    values: list[Value]
    named: dict[str, Value]

    @property
    def method(self) -> str:
        """The last part of the name."""
        function = self.node.func
        return function.attr if isinstance(function, ast.Attribute) else self.ref.rpartition(".")[2]


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

    def check(self, called: Called) -> None:
        """Report a call that gives away what it is given."""
        sink = self._engine.library.sink((called.ref, called.lexical))
        if sink is not None:
            rule = (
                PRINTED
                if called.values and called.ref.startswith("csv.writer()") and _is_console(called)
                else sink.rule
            )
            self._report(rule, called.node, self._shown(sink, called), called.lexical or called.ref)
        elif self._engine.library.web.match(called.ref) or self._engine.library.web.match(called.lexical):
            self._requested(called)
        self._written(called)

    def _shown(self, sink: LeakSink, called: Called) -> tuple[Taint, ...]:
        """Return the secrets in the arguments that a sink shows."""
        shown = self._engine.shown
        if self._engine.library.dump_calls.match(called.ref) and called.values:
            return self._engine.texts.dumped(called.values[0])
        if "*" in sink.arguments:
            named = [self._named(name, value, called) for name, value in called.named.items() if name not in _NOT_SHOWN]
            values = [self._lazy(value, called) for value in called.values]
            if called.method.startswith("to_") and called.base is not None:
                values.append(called.base)
            if sink.rule == LOGGED and values and isinstance(values[0].const, str):
                return union(arguments_shown(values[0].const, values[1:], shown, called.node), _singly(shown(named)))
            if called.ref.endswith(("Adapter", "makeLogRecord", "LogRecord")):
                return _singly(shown([*values, *named]))
            return union(shown(values), _singly(shown(named)) if sink.rule == LOGGED else shown(named))
        values = called.values if "positional" in sink.arguments else []
        values = [
            *values,
            *(called.values[int(at)] for at in sink.arguments if at.isdigit() and int(at) < len(called.values)),
        ]
        return shown([*values, *(called.named[name] for name in sink.arguments if name in called.named)])

    def _lazy(self, value: Value, called: Called) -> Value:
        """Return what a function without arguments gives, which a logger calls by itself."""
        if isinstance(value.target, Function) and isinstance(value.target.node, ast.Lambda):
            return self._engine.invocations.invoke(value.target, [], {}, called.node)
        return value

    def _named(self, name: str, value: Value, called: Called) -> Value:
        """Return what is given under a name, which says what it is where nothing else does."""
        return self._engine.expressions.named(value, name, called.node)

    def _requested(self, called: Called) -> None:
        """Report secrets in the address of a request, or in its body where it goes to people."""
        shown = self._engine.shown
        address = [value for value in called.values[:2]] + [
            called.named[name] for name in ("url",) if name in called.named
        ]
        query = tuple(taint for taint in shown(address) if taint.kind is not Secret.TOKEN or _is_query(called.node))
        parameters = called.named.get("params")
        if called.ref.endswith(("post", "put", "patch")) and len(called.values) > 1:
            query = tuple(
                taint for taint in shown(called.values[:1]) if taint.kind is not Secret.TOKEN or _is_query(called.node)
            )
        query = query if _is_query(called.node) else ()
        found = union(query, shown([parameters]) if parameters is not None else ())
        self._report(
            ADDRESSED, called.node, tuple(taint._replace(dump=False) for taint in found), called.lexical or called.ref
        )
        target = _text_of(called.node)
        bodies = [called.named[name] for name in self._engine.library.bodies if name in called.named] + called.values[
            1:
        ]
        if bodies and self._engine.library.hooks.search(target):
            self._report(SENT, called.node, shown(bodies), called.lexical or called.ref)

    def _written(self, called: Called) -> None:
        """Report secrets that are written to a file that people read."""
        method = called.lexical.rpartition(".")[2]
        base = called.base
        if method in ("write", "writelines") and base is not None and base.box is not None and base.box.kind == "file":
            place = base.box.fields.get(0)
            if place is not None and _is_read(place, self._engine.library.read_files):
                self._report(SENT, called.node, self._engine.shown(called.values), called.lexical)
        elif called.ref in ("json.dump", "yaml.dump", "yaml.safe_dump", "pickle.dump") and len(called.values) > 1:
            target = called.values[1]
            place = target.box.fields.get(0) if target.box is not None and target.box.kind == "file" else None
            if target.ref in ("sys.stdout", "sys.stderr"):
                self._report(PRINTED, called.node, self._engine.shown(called.values[:1]), called.lexical)
            elif place is not None and _is_read(place, self._engine.library.read_files):
                self._report(SENT, called.node, self._engine.shown(called.values[:1]), called.lexical)
        elif (
            method == "write_text"
            and base is not None
            and called.values
            and _is_read(base, self._engine.library.read_files)
        ):
            self._report(SENT, called.node, self._engine.shown(called.values[:1]), called.lexical)

    def raised(self, node: ast.stmt, values: list[Value]) -> list[Taint]:
        """Report the secrets in an exception, and return them."""
        taints = self._engine.shown(values)
        if isinstance(node, ast.Raise) and node.exc is not None and (id(node.exc), "") in self._leaks:
            return list(taints)
        self._report(RAISED, node, taints, "assert" if isinstance(node, ast.Assert) else "raise")
        return list(taints)

    def printed(self, node: ast.stmt, values: list[Value]) -> None:
        """Report what a print statement shows."""
        self._report(PRINTED, node, self._engine.shown(values), "print")

    def returned(self, node: ast.Return, value: Value, frame: Frame) -> None:
        """Report what a view shows on the web."""
        if frame.function in self._engine.routes:
            taints = tuple(taint for taint in self._engine.shown([value]) if taint.kind is not Secret.TOKEN)
            self._report(SENT, node, taints, "return")

    def echo(self, node: ast.Expr, value: Value) -> None:
        """Report what a notebook shows below a cell."""
        if id(node) in self._engine.echoed and not (
            isinstance(node.value, ast.Call) and id(node.value) in self._reported_nodes()
        ):
            self._report(PRINTED, node, self._engine.shown([value]), "the last line of a cell")

    def _reported_nodes(self) -> set[int]:
        return {id(leak.node) for leak in self._leaks.values()}

    def keep(self, leak: RawLeak) -> None:
        """Keep a leak that is found by other means than a value that reaches a sink."""
        self._leaks.setdefault((id(leak.node), leak.rule), leak)

    def _report(self, rule: str, node: ast.AST, taints: Iterable[Taint], sink: str) -> None:
        """Keep the worst of what a place gives away; what a mask leaves of a secret within its budget is nothing."""
        found = list(taints)
        whole = [taint for taint in found if taint.shown is None]
        weak = _over_budget([taint for taint in found if taint.shown is not None])
        chosen = sorted(whole, key=_rank)[:1] or weak[:1]
        if not chosen:
            return
        taint = chosen[0]
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


def _is_console(called: Called) -> bool:
    base = called.base
    return (
        base is not None
        and base.box is not None
        and any(value.ref.startswith("sys.std") for value in base.box.fields.values())
    )


def _singly(taints: tuple[Taint, ...]) -> tuple[Taint, ...]:
    """Return the secrets of fields that are named one by one: no dump of everything."""
    return tuple(taint._replace(dump=False) for taint in taints)


def _rank(taint: Taint) -> tuple[bool, bool, int]:
    return (not taint.reply, taint.dump, len(taint.steps))


def _over_budget(taints: list[Taint]) -> list[Taint]:
    """Return the parts of secrets that together show more than may be shown."""
    shown: dict[str, int] = {}
    for taint in taints:
        shown[taint.name] = shown.get(taint.name, 0) + (taint.shown or 0)
    return [taint for taint in taints if shown[taint.name] > taint.kind.budget]


def _is_query(node: ast.Call) -> bool:
    """Tell whether the address of a request holds a query."""
    return any(
        isinstance(inner, ast.Constant) and isinstance(inner.value, str) and ("?" in inner.value or "=" in inner.value)
        for argument in [*node.args[:2], *(keyword.value for keyword in node.keywords if keyword.arg == "url")]
        for inner in ast.walk(argument)
    )


def _text_of(node: ast.Call) -> str:
    """Return the names and texts in the address of a request."""
    texts = []
    for argument in [*node.args[:2], *(keyword.value for keyword in node.keywords if keyword.arg == "url")]:
        for inner in ast.walk(argument):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                texts.append(inner.value)
            elif isinstance(inner, (ast.Name, ast.Attribute)):
                texts.append(dotted(inner))
    return " ".join(texts)


def _is_read(place: Value, endings: tuple[str, ...]) -> bool:
    text = place.const if isinstance(place.const, str) else ""
    if not text and place.box is not None:
        text = next(
            (inner.const for inner in reversed(list(place.box.fields.values())) if isinstance(inner.const, str)), ""
        )
    return text.lower().endswith(endings)
