"""Recognise switches that make libraries print the secrets that they hold (OKX307)."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from okxguard.leakbook import LeakSwitch
from okxguard.leaks.names import Secret
from okxguard.leaks.reporting import SWITCH, Called, RawLeak
from okxguard.leaks.scope import Frame
from okxguard.leaks.values import UNKNOWN, Taint, Value, content

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

_LOGGERS = ("ccxt", "hpack", "websockets", "websocket", "okx", "httpcore", "aiohttp.client", "http.client")
_OFF = frozenset({"diagnose", "include_local_variables", "with_locals"})
# Arguments that leave secrets out of what is sent.
_FILTERS = frozenset({"before_send", "debug"})
# The scope of what no function holds for itself.
_ANYWHERE = -1
# Where the clients of the SDK take the argument `debug`.
_DEBUG_POSITION = 6


class _Waiting(NamedTuple):
    """A switch that counts only if something else in the module holds credentials."""

    node: ast.AST
    what: str
    needs: str
    scope: int


class Switches:
    """Collects the switches of one module, and what in it holds credentials."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._library = engine.library
        self._waiting: dict[int, _Waiting] = {}
        self._clients: dict[str, Taint] = {}
        self._holding: dict[int, Taint] = {}
        self._switched_off: set[str] = set()
        self._sent: Taint | None = None

    def note_read(self, base: Value, taints: tuple[Taint, ...]) -> None:
        """Note that a secret is read from a mapping; where that is the environment, the process holds it."""
        if taints and self._library.environments.match(base.ref):
            self.note_secret(_ANYWHERE, taints)

    def note_secret(self, scope: int, taints: tuple[Taint, ...]) -> None:
        """Note that a function holds a secret."""
        if taints:
            self._holding.setdefault(scope, taints[0])

    def note_sent(self, taints: tuple[Taint, ...]) -> None:
        """Note that a secret stands in a mapping, as those of headers and messages."""
        if taints and self._sent is None:
            self._sent = taints[0]

    def check(self, called: Called, frame: Frame) -> None:
        """Look at one call: is it a switch, does it make a client with credentials?"""
        self._switched_off |= {word for word in _OFF & called.named.keys() if called.named[word].const is False}
        held = next((taint for value in called.given for taint in content(value)), None)
        if held is not None:
            self._note_client(called, held)
        self._check_handed(called, frame)
        switch = self._switch_of(called)
        if switch is None:
            if held is not None and self._engine.prints_by_default:
                self._check_default(called, held)
        elif switch.needs != "client":
            self._wait(called.node, switch.what, self._needed(switch, called), frame)
        elif held is not None:
            self._report(called.node, switch.what, held)

    def _note_client(self, called: Called, held: Taint) -> None:
        for kind, patterns in self._library.clients.items():
            if patterns.match(called.ref) or patterns.match(called.lexical):
                self._clients.setdefault(kind, held)
                self._holding.setdefault(_ANYWHERE, held)

    def _switch_of(self, called: Called) -> LeakSwitch | None:
        """Return the first switch that a call is and that it turns on."""
        for patterns, switch in self._library.switches:
            if (patterns.match(called.ref) or patterns.match(called.lexical)) and _is_on(switch, called):
                return switch
        return None

    def _check_default(self, called: Called, held: Taint) -> None:
        """Report a client of an SDK that prints unless it is told not to."""
        if not (self._library.clients["okx"].match(called.ref) and called.method.endswith("API")):
            return
        if "debug" not in called.named and len(called.values) <= _DEBUG_POSITION:
            self._report(called.node, "this version of the SDK prints headers unless debug is False", held)

    @staticmethod
    def _needed(switch: LeakSwitch, called: Called) -> str:
        """Return what must hold credentials: a named logger is that of its library."""
        if switch.needs != "logged client":
            return switch.needs
        for inner in ast.walk(called.node.func):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                return "process" if inner.value.startswith(_LOGGERS) else "nothing"
        return switch.needs

    def store(self, target: ast.Attribute, base: Value, lexical: str, value: Value, frame: Frame) -> None:
        """Look at an attribute that is set."""
        if value.const is UNKNOWN or isinstance(value.const, str) or not value.const:
            return
        ref = f"{base.ref}.{target.attr}" if base.ref else lexical
        for patterns, setting in self._library.settings:
            if patterns.match(ref) or patterns.match(lexical):
                self._wait(target, setting.what, setting.needs, frame)

    def decorator(self, node: ast.AST, ref: str, function: ast.AST) -> None:
        """Look at a decorator that prints what the function holds."""
        for patterns, switch in self._library.switches:
            if switch.needs == "function" and patterns.match(ref) and not hasattr(node, "neighbour"):
                self._waiting[id(node)] = _Waiting(node, switch.what, switch.needs, id(function))

    def _check_handed(self, called: Called, frame: Frame) -> None:
        """Look at processors that switch printing on by being handed over."""
        lists = (value.box for value in called.given if value.box is not None and value.box.kind == "list")
        refs = [inner.ref for box in lists for inner in box.values() if inner.ref]
        for ref in refs:
            for patterns, switch in self._library.switches:
                if "any" in switch.values and patterns.match(ref):
                    self._wait(called.node, switch.what, switch.needs, frame)

    def _wait(self, node: ast.AST, what: str, needs: str, frame: Frame) -> None:
        if not hasattr(node, "neighbour"):
            self._waiting[id(node)] = _Waiting(node, what, needs, frame.identity)

    def conclude(self) -> None:
        """Report the switches of which something in the module holds credentials."""
        for each in self._waiting.values():
            taint = self._holder(each)
            if taint is not None and not ("diagnose" in self._switched_off and "loguru" in each.what):
                self._report(each.node, each.what, taint)

    def _holder(self, waiting: _Waiting) -> Taint | None:
        if waiting.needs == "function":
            return self._holding.get(waiting.scope)
        if waiting.needs in ("ccxt", "okx"):
            return self._clients.get(waiting.needs)
        if waiting.needs == "logged client":
            return next(iter(self._clients.values()), None)
        held = next(iter(self._holding.values()), None) if waiting.needs in ("process", "request") else None
        return self._sent if held is None and waiting.needs == "request" else held

    def _report(self, node: ast.AST, what: str, taint: Taint) -> None:
        if hasattr(node, "neighbour"):
            return
        steps = ((taint.origin, "a secret is held here"), (node, what))
        switched = Taint(Secret.SECRET, taint.name, taint.origin, steps=steps)
        self._engine.reporter.keep(RawLeak(SWITCH, node, switched, what))


def _is_on(switch: LeakSwitch, called: Called) -> bool:
    """Tell whether a call turns on the switch that it is."""
    if "any" in switch.values:
        return True
    value = _argument(switch, called)
    if value is None:
        return "absent" in switch.values and called.named.keys().isdisjoint(_FILTERS)
    if "debug" in switch.values:
        return _is_debug(value)
    return "true" in switch.values and isinstance(value.const, (int, float)) and value.const in (1, 2)


def _argument(switch: LeakSwitch, called: Called) -> Value | None:
    """Return the argument that tells whether a switch is on; a dotted name is a path into a mapping."""
    is_path = "." in switch.argument
    value = called.named.get(switch.argument) if not is_path else None
    if value is None and switch.position.isdigit() and int(switch.position) < len(called.values):
        value = called.values[int(switch.position)]
    if is_path:
        return _within(value, switch.argument)
    if value is None and switch.argument:
        boxes = (given.box for given in called.values if given.box is not None and given.box.kind == "dict")
        found = [box.fields[switch.argument] for box in boxes if switch.argument in box.fields]
        return found[-1] if found else None
    return value


def _within(value: Value | None, path: str) -> Value | None:
    """Return what stands at the end of a path of keys."""
    for key in path.split("."):
        value = value.box.fields.get(key) if value is not None and value.box is not None else None
    return value


def _is_debug(value: Value) -> bool:
    return value.const in ("DEBUG", 10, "debug") or value.ref.endswith("logging.DEBUG") or value.ref == "DEBUG"
