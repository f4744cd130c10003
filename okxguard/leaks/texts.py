"""Tell which secrets the text of a value shows, as when it is printed."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from okxguard.leaks.names import Secret
from okxguard.leaks.values import UNKNOWN, Box, ClassModel, Taint, Value, content, held_names, union

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

_DEEPEST = 5
_CONTAINERS = frozenset({"dict", "list", "tuple", "set"})
_NO_SECRETS = frozenset({"str", "int", "float", "bool", "bytes", "dict", "list", "None", "type", "object"})


class Texts:
    """Knows the texts of the values of one module."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def shown(self, value: Value, depth: int = 0) -> tuple[Taint, ...]:
        """Return the secrets in the text of a value."""
        box = value.box
        if box is None or depth > _DEEPEST:
            return value.taints
        if box.kind in _CONTAINERS:
            return union(value.taints, self._of_container(box, depth))
        if box.kind == "instance" and box.model is not None:
            return union(value.taints, self._of_object(value, box, box.model, depth))
        if box.kind == "loaded":
            return union(value.taints, self.of_loaded(box), self._of_container(box, depth))
        if box.kind in ("shown", "reply"):
            return union(value.taints, *(self.shown(inner, depth + 1) for inner in box.values()))
        return value.taints

    def represented(self, value: Value) -> tuple[Taint, ...]:
        """Return the secrets in what `repr` makes of a value: a class may say something else with `str`."""
        box = value.box
        if box is None or box.kind != "instance" or box.model is None:
            return self.shown(value)
        method = box.model.method("__repr__")
        if method is None:
            return union(value.taints, self._of_generated(value, box, box.model, 0))
        return self.shown(self._engine.invocations.invoke(method.bind(value), [], {}, method.node), 1)

    def dumped(self, value: Value, depth: int = 0) -> tuple[Taint, ...]:
        """Return the secrets in everything that an object holds, as `vars` and `asdict` show it."""
        box = value.box
        if box is None or depth > _DEEPEST:
            return value.taints
        if box.kind in _CONTAINERS or box.kind == "loaded":
            return self.shown(value, depth)
        if box.model is not None:
            found = self._of_fields(value, depth)
        else:
            found = [self.of_field(key, inner, depth) for key, inner in box.fields.items()]
        if box.rest is not None:
            found.append(content(box.rest))
        return tuple(taint._replace(dump=True) for taint in union(value.taints, *found))

    def _of_fields(self, value: Value, depth: int) -> list[tuple[Taint, ...]]:
        """Return the secrets in each field that an object has, whether its text shows it or not."""
        names = held_names(value)
        return [self.of_field(name, self._engine.classes.field(value, name), depth) for name in names]

    def of_field(self, key: object, value: Value, depth: int = 0) -> tuple[Taint, ...]:
        """Return the secrets that a named part of something shows: those of its value, or what its name says."""
        taints = self.shown(value, depth + 1)
        if taints or not isinstance(key, str) or not value.is_vague or is_object(value):
            return taints
        return self._engine.named(key, self._engine.tree) if value.ref not in _NO_SECRETS else ()

    def _of_container(self, box: Box, depth: int) -> tuple[Taint, ...]:
        found: list[tuple[Taint, ...]] = []
        named = False
        for key, value in list(box.fields.items()):
            taints = self.of_field(key, value, depth)
            found.append(taints)
            named = named or (bool(taints) and isinstance(key, str))
        if box.rest is not None:
            found.append(self.shown(box.rest, depth + 1))
        taints = union(*found)
        return tuple(taint._replace(dump=True) for taint in taints) if named and box.part != "**" else taints

    def _of_object(self, value: Value, box: Box, model: ClassModel, depth: int) -> tuple[Taint, ...]:
        for name in ("__str__", "__repr__", "__format__", "__rich__"):
            method = model.method(name)
            if method is not None:
                return self.shown(self._engine.invocations.invoke(method.bind(value), [], {}, method.node), depth + 1)
        return self._of_generated(value, box, model, depth)

    def _of_generated(self, value: Value, box: Box, model: ClassModel, depth: int) -> tuple[Taint, ...]:
        """Return the secrets in the text that the decorator or the base of a class makes of its fields."""
        if not model.is_shown and not any(map(self._engine.library.shown_bases.match, model.refs())):
            return self._of_exception(box, model)
        hidden = {name for ancestor in model.ancestors() for name in ancestor.hidden | ancestor.masked}
        order = [name for ancestor in model.ancestors() for name in ancestor.order]
        found = [
            self.of_field(name, self._engine.classes.field(value, name), depth) for name in order if name not in hidden
        ]
        return tuple(taint._replace(dump=True) for taint in union(*found))

    def _of_exception(self, box: Box, model: ClassModel) -> tuple[Taint, ...]:
        """Return the secrets that an exception was made with."""
        if any(ref.endswith(("Error", "Exception", "Warning")) for ref in model.refs()):
            arguments = box.fields.get("args")
            return self.shown(arguments) if arguments else ()
        return ()

    def of_loaded(self, box: Box) -> tuple[Taint, ...]:
        """Return what a loaded mapping shows if the module reads a secret from such a mapping."""
        evidence = self._engine.evidence
        if "*" in box.hidden:
            return ()
        removed = _removed(box)
        for name, kind, node in evidence.within[box.part] if box.part else evidence.any_read:
            if name not in removed:
                return self._engine.taint(kind, name, node, "a secret is read from this mapping", dump=True)
        return ()


def _removed(box: Box, depth: int = 0) -> set[object]:
    """Return the keys that a loaded mapping, or one in it, lost or got another value for."""
    found: set[object] = set(box.hidden)
    for key, value in box.fields.items():
        if value.safe or value.const is not UNKNOWN:
            found.add(key)
        elif value.box is not None and value.box.kind == "loaded" and depth < _DEEPEST:
            found |= _removed(value.box, depth + 1)
    return found


def is_object(value: Value) -> bool:
    """Tell whether a value was made by calling a class: an object, not the text of a secret."""
    if not value.ref.endswith("()"):
        return False
    last = value.ref[:-2].rpartition(".")[2].lstrip("_")
    return last[:1].isupper() and not last.isupper()


def environment(node: ast.AST) -> Taint:
    """Return what the environment of the process is."""
    return Taint(Secret.SECRET, "environment", node, dump=True, steps=((node, "the environment of the process"),))
