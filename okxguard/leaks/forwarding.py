"""Follow functions that are handed over to be called by others: threads, executors, `map`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from okxguard.leaks.boxes import elements_of, listed, named_fields, pair
from okxguard.leaks.reporting import Called
from okxguard.leaks.values import SAFE, Function, Value

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

# What the functions of `operator` make: a function that takes some items, or attributes, out of an object.
GETTERS = frozenset({"operator.itemgetter()", "operator.attrgetter()"})
# Functions that wait for several others, and give back a list of their results.
GATHERERS = frozenset({"asyncio.gather", "tqdm.asyncio.tqdm.gather", "tqdm.asyncio.tqdm_asyncio.gather"})
# Progress bars: iterating over one gives what it was made with.
BARS = frozenset(
    {
        "alive_progress.alive_it",
        "asyncio.as_completed",
        "progressbar.progressbar",
        "rich.progress.track",
        "tqdm.asyncio.tqdm",
        "tqdm.auto.tqdm",
        "tqdm.notebook.tqdm",
        "tqdm.tqdm",
    }
)
_PARTIALS = frozenset({"functools.partial", "partial"})
_FORWARDERS = _PARTIALS | {
    "threading.Thread",
    "Thread",
    "multiprocessing.Process",
    "Process",
    "asyncio.to_thread",
    "Timer",
    "threading.Timer",
}
_SUBMITTERS = frozenset(
    {
        "submit",
        "run_in_executor",
        "to_thread",
        "call_soon",
        "call_later",
        "apply_async",
        "apply",
        "add_done_callback",
        "start_soon",
    }
)


class Forwarding:
    """Follows the functions of one module that others call."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def result(self, called: Called) -> Value | None:
        """Call a function that is handed over to be called later; None where none is."""
        if called.ref not in _FORWARDERS and called.method not in _SUBMITTERS:
            return None
        is_partial = called.ref in _PARTIALS
        function = called.named.get("target") or next(
            (value for value in called.values if isinstance(value.target, Function)), None
        )
        if function is None or not isinstance(function.target, Function):
            if not is_partial:
                self._show(called)
            return Value(ref=called.values[0].ref) if is_partial and called.values else None
        if is_partial:
            values = called.values[called.values.index(function) + 1 :] if function in called.values else []
            filled = function.target.fill(values, called.named)
            # It is handed to something that calls it, as timers and schedulers do.
            self._engine.invocations.invoke_decorated(filled, [], {}, called.node)
            return Value(target=filled)
        given = called.named.get("args")
        if given is not None and given.box is not None:
            values = list(given.box.fields.values())
        else:
            values = [value for value in called.values if value is not function and value.const is not None]
        named = named_fields(called.named.get("kwargs"))
        return self._engine.invocations.invoke_decorated(function.target, values, named, called.node)

    def _show(self, called: Called) -> None:
        """Report a function of a library that shows things and is handed over with what it shows: `print`."""
        given = called.named.get("args")
        behind = list(given.box.fields.values()) if given is not None and given.box is not None else []
        function, values = called.named.get("target"), list(called.values)
        while function is None and values:
            first = values.pop(0)
            function = first if first.ref else None
        if function is not None:
            spread = [part for value in values for part in (value.box.fields.values() if value.box else [value])]
            inner = Called(called.node, function.ref, function.ref, None, [*spread, *behind], {})
            self._engine.sinks.check(inner)

    def iterated(self, called: Called) -> Value:
        """Return the list that `zip`, `enumerate`, `map` or `filter` makes."""
        values = called.values
        if called.ref == "zip":
            rows = zip(*map(elements_of, values), strict=False)
            return listed([listed(row) for row in rows], "list")
        if called.ref == "enumerate":
            return listed([pair(SAFE, element) for element in elements_of(values[0])] if values else (), "list")
        elements = elements_of(values[1]) if len(values) > 1 else []
        if called.ref == "map":
            elements = [self._applied(values[0], element, called) for element in elements]
        return listed(elements, "list")

    def fetched(self, getter: Value, value: Value, node: ast.AST) -> Value:
        """Return the items, or the attributes, of a value that a getter was made for."""
        access = self._engine.access
        names = [each for each in getter.box.values() if isinstance(each.const, str)] if getter.box is not None else []
        if getter.ref.endswith("attrgetter()"):
            found = [access.attribute(value, str(name.const), node) for name in names]
        else:
            found = [access.item(value, name, node) for name in names]
        return found[0] if len(found) == 1 else listed(found)

    def _applied(self, function: Value, element: Value, called: Called) -> Value:
        """Return what a function gives for an element."""
        if function.ref in GETTERS:
            return self.fetched(function, element, called.node)
        if isinstance(function.target, Function):
            return self._engine.invocations.invoke(function.target, [element], {}, called.node)
        inner = Called(called.node, function.ref, function.ref, None, [element], {})
        self._engine.sinks.check(inner)
        return self._engine.effects.result(inner, self._engine.module)
