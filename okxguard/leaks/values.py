"""What is known about a value while code is followed: secrets in it, its content, what it refers to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from okxguard.leaks.names import Secret

_MOST_STEPS, _MOST_TAINTS, _DEEPEST, _DEEPEST_JOIN = 12, 12, 6, 1
Step = tuple[ast.AST, str]


class Taint(NamedTuple):
    """A secret that is part of a value: what it is, its name in the code, where it comes from.

    `shown` is how many characters of it are left, None for all; `part` tells one part of it from another. `dump` tells
    that it comes with everything around it, `reply` that it stands in the reply of a call that makes keys, `weak` that
    it went through a mask that hides nothing.
    """

    kind: Secret
    name: str
    origin: ast.AST
    shown: int | None = None
    dump: bool = False
    reply: bool = False
    weak: bool = False
    part: int = 0
    steps: tuple[Step, ...] = ()

    def through(self, node: ast.AST, note: str) -> Taint:
        """Return the taint after one more step of its way."""
        if len(self.steps) >= _MOST_STEPS:
            return self
        return self._replace(steps=(*self.steps, (node, note)))


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()


class Box:
    """The content of a container or object; shared by all names of it, and changed where code changes it.

    `fields` is what stands under known keys, positions and attributes; `rest` what may stand under any other one.
    `part` is the key of what is loaded below another key, `hidden` the keys that were taken out (`*` for all).
    `kind` is dict, list, tuple, set, instance, loaded (what was read from a file or a service), opaque (an object that
    keeps what it was made with to itself), unknown (something that is changed in place), reply (of a call that makes
    a key), shown (the options of the program), file or module.
    """

    __slots__ = ("fields", "hidden", "kind", "model", "part", "rest")

    def __init__(self, kind: str, model: ClassModel | None = None) -> None:
        self.kind = kind
        self.model = model
        self.fields: dict[Any, Value] = {}
        self.rest: Value | None = None
        self.hidden: frozenset[str] = frozenset()
        self.part = ""

    def copy(self) -> Box:
        """Return another box with the same content."""
        other = Box(self.kind, self.model)
        other.fields = dict(self.fields)
        other.rest = self.rest
        other.hidden = self.hidden
        other.part = self.part
        return other

    def values(self) -> Iterator[Value]:
        """Yield everything inside."""
        yield from list(self.fields.values())
        if self.rest is not None:
            yield self.rest


class Value(NamedTuple):
    """What is known about the value of an expression.

    `ref` is the dotted name of something imported or built in, with `()` where it was called; `target` the function or
    class of this module; `safe` tells that it is no secret whatever its name says.
    """

    taints: tuple[Taint, ...] = ()
    const: Any = UNKNOWN
    box: Box | None = None
    ref: str = ""
    target: Function | ClassModel | None = None
    safe: bool = False

    @property
    def is_vague(self) -> bool:
        """Tell that nothing is known that would outweigh a name."""
        return (
            not self.taints
            and not self.safe
            and self.const is UNKNOWN
            and self.target is None
            and (self.box is None or self.box.kind in ("opaque", "unknown", "loaded"))
        )

    def through(self, node: ast.AST, note: str) -> Value:
        """Return the value after its secrets took one more step."""
        return self._replace(taints=tuple(taint.through(node, note) for taint in self.taints)) if self.taints else self


VAGUE = Value()
SAFE = Value(safe=True)
HIDDEN = Value(ref="<hidden>", safe=True)
# The `ref` of the keys of items, and of what is decided by comparing them.
KEY = "<key>"
# The `ref` of tables of texts for people.
LABELS = "labels"
# The `ref` of the members of enumerations that stand for texts.
MEMBER = "<member>"


class Function:
    """A function of the code that is followed, with the scope it was made in and the object it is bound to."""

    __slots__ = ("bound", "decorated", "given", "named", "node", "owner", "scope")

    def __init__(self, node: Any, scope: Any, owner: ClassModel | None = None, bound: Value | None = None) -> None:
        self.node = node
        self.scope = scope
        self.owner = owner
        self.bound = bound
        self.decorated: tuple[Value, ...] = ()
        self.given: tuple[Value, ...] = ()
        self.named: dict[str, Value] = {}

    def fill(self, values: list[Value], named: dict[str, Value]) -> Function:
        """Return the function with some of its arguments given beforehand."""
        filled = self.bind(self.bound)
        filled.given, filled.named = (*self.given, *values), {**self.named, **named}
        return filled

    def bind(self, value: Value | None) -> Function:
        """Return the method of one object."""
        method = Function(self.node, self.scope, self.owner, value)
        method.decorated = self.decorated
        return method


class ClassModel:
    """A class of the code that is followed: its methods, its fields in order, and what its text shows of them."""

    __slots__ = (
        "annotations",
        "bases",
        "excluded",
        "fields",
        "hidden",
        "is_shown",
        "masked",
        "methods",
        "name",
        "node",
        "order",
        "scope",
        "seen",
    )

    def __init__(self, node: ast.ClassDef, scope: Any) -> None:
        self.node = node
        self.name = node.name
        self.scope = scope
        self.bases: tuple[Value, ...] = ()
        self.methods: dict[str, Function] = {}
        self.fields: dict[str, Value] = {}
        self.annotations: dict[str, ast.expr] = {}
        self.order: list[str] = []
        self.hidden: set[str] = set()
        self.excluded: set[str] = set()
        self.masked: set[str] = set()
        self.is_shown = False
        self.seen: set[str] = set()

    def ancestors(self, depth: int = 0) -> Iterator[ClassModel]:
        """Yield the class and those of this module that it is made from, nearest first."""
        yield self
        if depth < _DEEPEST:
            for base in self.bases:
                if isinstance(base.target, ClassModel) and base.target is not self:
                    yield from base.target.ancestors(depth + 1)

    def method(self, name: str) -> Function | None:
        """Return a method of the class or of what it is made from."""
        return next((model.methods[name] for model in self.ancestors() if name in model.methods), None)

    def refs(self) -> Iterator[str]:
        """Yield the dotted names of the foreign classes that it is made from."""
        for model in self.ancestors():
            for base in model.bases:
                if base.ref:
                    yield base.ref


def join(first: Value | None, second: Value | None, depth: int = 0) -> Value:
    """Return what is known where a value is one or the other."""
    if first is None or first is second:
        return second or VAGUE
    if second is None or first == second:
        return first
    return Value(
        union(first.taints, second.taints),
        first.const if _same(first.const, second.const) else UNKNOWN,
        _joined(first.box, second.box, depth),
        first.ref if first.ref == second.ref else first.ref or second.ref,
        first.target if first.target is second.target else first.target or second.target,
        _is_harmless(first) and _is_harmless(second),
    )


def _is_harmless(value: Value) -> bool:
    return value.safe or (value.const is not UNKNOWN and not value.taints)


def _same(first: Any, second: Any) -> bool:
    return first is second or (type(first) is type(second) and first == second)


def _joined(first: Box | None, second: Box | None, depth: int) -> Box | None:
    if first is None or second is None or first is second or depth > _DEEPEST_JOIN:
        return first or second
    box = first.copy()
    for key, value in second.fields.items():
        box.fields[key] = join(box.fields.get(key), value, depth + 1)
    if second.rest is not None:
        box.rest = join(box.rest, second.rest, depth + 1)
    return box


def union(*groups: tuple[Taint, ...]) -> tuple[Taint, ...]:
    """Return the taints of several values, each once."""
    found: dict[tuple[int, str, int | None, bool, int], Taint] = {}
    for group in groups:
        for taint in group:
            found.setdefault((id(taint.origin), taint.name, taint.shown, taint.dump, taint.part), taint)
    return tuple(found.values())[:_MOST_TAINTS]


def tainted(taints: tuple[Taint, ...]) -> Value:
    """Return a text that is made of values with these secrets; without one it is safe."""
    return Value(taints) if taints else SAFE


def content(value: Value) -> tuple[Taint, ...]:
    """Return every secret in a value and in everything inside it, whether its text shows it or not."""
    found: list[tuple[Taint, ...]] = []
    _collect(value, 0, {}, found)
    return found[0] if len(found) == 1 else union(*found)


def _collect(value: Value, depth: int, seen: dict[int, int], found: list[tuple[Taint, ...]]) -> None:
    """Add the secrets of a value; what was seen as far out before has nothing new, for boxes hold each other."""
    if value.taints:
        found.append(value.taints)
    box = value.box
    if box is None or box.kind == "module" or depth > _DEEPEST or seen.get(id(box), depth + 1) <= depth:
        return
    seen[id(box)] = depth
    for inner in box.values():
        if inner.taints or inner.box is not None:
            _collect(inner, depth + 1, seen, found)


def isolated(value: Value, seen: dict[int, Box] | None = None) -> Value:
    """Return a value with boxes of its own, which may be changed without changing those of the module it is from."""
    box = value.box
    if box is None or box.kind == "module":
        return value
    seen = {} if seen is None else seen
    if id(box) not in seen:
        copy = seen[id(box)] = box.copy()
        copy.fields = {name: isolated(inner, seen) for name, inner in box.fields.items()}
        copy.rest = isolated(box.rest, seen) if box.rest is not None else None
    return value._replace(box=seen[id(box)])


def held_names(value: Value) -> list[str]:
    """Return the names of everything that an object of a known class holds and does not hide."""
    box, model = value.box, value.box.model if value.box is not None else None
    if box is None or model is None:
        return []
    known = (name for ancestor in model.ancestors() for name in (*ancestor.order, *ancestor.fields))
    names = dict.fromkeys((*known, *box.fields))
    return [name for name in names if isinstance(name, str) and name not in model.masked]
