"""Tell what functions give back that copy, choose, join or change what they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okxguard.leaks.boxes import any_of, chained, inside, listed, replaced, texts_in
from okxguard.leaks.forwarding import BARS, GATHERERS, GETTERS
from okxguard.leaks.reporting import Called
from okxguard.leaks.values import KEY, Box, Value, join

if TYPE_CHECKING:
    from okxguard.leaks.box_methods import BoxMethods
    from okxguard.leaks.engine import Engine
    from okxguard.leaks.forwarding import Forwarding
    from okxguard.leaks.text_methods import TextMethods

_COPIES = frozenset(
    {
        "OrderedDict",
        "cast",
        "collections.OrderedDict",
        "copy.copy",
        "copy.deepcopy",
        "deepcopy",
        "dict",
        "frozenset",
        "iter",
        "list",
        "reversed",
        "set",
        "sorted",
        "tuple",
        "types.MappingProxyType",
    }
)
# Functions that give back their last argument, or something of it.
_SAME = frozenset(
    {
        "asyncio.create_task",
        "asyncio.run",
        "asyncio.shield",
        "max",
        "min",
        "typing.cast",
    }
)
_CHAINS = frozenset({"collections.ChainMap", "ChainMap"})
_ITERATIONS = frozenset({"zip", "enumerate", "map", "filter"})
# Functions that give back one element of what they are given, and those that give back some of them.
_ONE_OF = frozenset({"random.choice", "secrets.choice", "numpy.random.choice", "random.SystemRandom().choice"})
_SOME_OF = frozenset(
    {
        "random.sample", "random.choices", "itertools.cycle", "itertools.islice", "itertools.takewhile",
        "itertools.dropwhile", "itertools.filterfalse", "collections.deque", "more_itertools.chunked", "heapq.nlargest",
        "heapq.nsmallest", "itertools.chain", "itertools.chain.from_iterable", "itertools.repeat", "itertools.tee",
    }
)  # fmt: skip
# Classes of containers, which are filled later.
_EMPTY = {
    **dict.fromkeys(("collections.deque", "deque", "queue.Queue", "queue.SimpleQueue", "queue.LifoQueue"), "list"),
    **dict.fromkeys(("queue.PriorityQueue", "asyncio.Queue", "multiprocessing.Queue"), "list"),
    **dict.fromkeys(("collections.defaultdict", "defaultdict"), "dict"),
}
# Functions that make another object of one, with some fields of their own.
_REPLACING = frozenset(
    {
        "attr.assoc", "attr.evolve", "attrs.assoc", "attrs.evolve", "copy.replace", "dataclasses.replace",
        "msgspec.structs.replace",
    }
)  # fmt: skip
# Functions that make a stream of a stream.
_OVER = frozenset({"io.TextIOWrapper", "os.fdopen"})
# Functions that give back a module by its name.
_IMPORTING = frozenset({"__import__", "importlib.import_module", "import_module"})
# Functions that give back a text as it is.
_TEXTS = frozenset({"str", "sys.intern"})


class BuiltIn:
    """Knows the functions that one module calls and that only move values about."""

    def __init__(self, engine: Engine, boxes: BoxMethods, texts: TextMethods, forwarding: Forwarding) -> None:
        self._engine = engine
        self._boxes = boxes
        self._texts = texts
        self._forwarding = forwarding

    def early(self, called: Called) -> Value | None:
        """Return what a function chooses of what it is given, or None; others of its module may end a flow."""
        ref, values = called.ref, called.values
        if ref in _EMPTY and not any(value.box is not None for value in values):
            return Value(ref=f"{ref}()", box=Box(_EMPTY[ref]))
        if not values:
            return None
        if ref in _ONE_OF:
            return inside(values[0])
        if ref in _SOME_OF:
            return _some_of(called)
        if ref in _REPLACING:
            return replaced(values[0], called.named)
        if ref in _TEXTS and values[0].ref == KEY:
            return values[0]
        if ref == "dict.fromkeys":
            return _with_keys(values)
        if ref in ("any", "all") and len(values) == 1:
            return _decided(values[0], ref)
        if ref == "re.compile" and isinstance(values[0].const, str):
            return Value(ref="re.compile()", box=listed(values[:1], "opaque").box)
        if ref in _OVER:
            return Value(ref=f"{ref}()", box=listed(values[:1], "opaque").box)
        if ref in _IMPORTING and isinstance(values[0].const, str):
            name = values[0].const
            return Value(ref=name.partition(".")[0] if ref == "__import__" else name, safe=True)
        return None

    def late(self, called: Called) -> Value | None:
        """Return the result of a function that gives back what it is given in another form, or None."""
        ref, values = called.ref, called.values
        if f"{ref}()" in GETTERS:
            return listed(values)._replace(ref=f"{ref}()")
        if ref in _ITERATIONS:
            return self._forwarding.iterated(called)
        if not values:
            return None
        if ref in GATHERERS:
            return listed(values, "list")
        if ref in _CHAINS:
            return chained(values)
        if ref in BARS or ref == "asyncio.wait_for":
            return values[0]
        if ref in _COPIES:
            return self._boxes.copied(called)
        if ref == "re.sub" and len(values) > 2:
            return self._texts.substituted(called)
        if ref in _SAME:
            return _same(called)
        if ref == "next":
            return join(inside(values[0]), values[1]) if len(values) > 1 else inside(values[0])
        if ref == "getattr" and len(values) > 1 and isinstance(values[1].const, str):
            return self._engine.access.attribute(values[0], values[1].const, called.node)
        return values[0] if called.method == "Template" and isinstance(values[0].const, str) else None


def _same(called: Called) -> Value:
    """Return what a function gives back of what it is given: the last argument, or an element of the only one."""
    values = called.values
    if called.ref not in ("max", "min"):
        return values[-1]
    if len(values) == 1 and values[0].box is not None:
        return inside(values[0])
    return next((value for value in values if isinstance(value.const, int)), values[-1])


def _with_keys(values: list[Value]) -> Value | None:
    """Return a mapping with one value under each of some keys, or None where they are not known."""
    names = texts_in(values[0])
    box = Box("dict")
    box.fields = dict.fromkeys(sorted(names), values[1] if len(values) > 1 else Value(const=None))
    return Value(box=box) if names else None


def _decided(answers: Value, ref: str) -> Value | None:
    """Return the answer of `any` or `all` where those that it is given are known, or None."""
    box = answers.box
    known = [value.const for value in box.fields.values()] if box is not None and box.rest is None else []
    if not known or not all(isinstance(each, bool) for each in known):
        return None
    return Value(const=any(known) if ref == "any" else all(known), ref=KEY)


def _some_of(called: Called) -> Value | None:
    """Return a list of elements of what a function is given, in any order."""
    box = Box("list")
    for value in called.values:
        held = value.box
        if held is not None and held.kind in ("dict", "loaded", "instance"):
            continue
        if held is not None and called.method == "from_iterable":
            held = any_of(held).box
        if held is not None and (held.fields or held.rest is not None):
            box.rest = join(box.rest, any_of(held))
    return Value(box=box) if box.rest is not None else None
