"""Guess of which class unknown objects are: by the names of the variables that they stand in, and by attributes."""

from __future__ import annotations

from okxguard.leaks.scope import Frame
from okxguard.leaks.values import Box, ClassModel, Value

# Attributes that objects of many kinds have.
_GENERIC = frozenset(
    {
        "address", "args", "body", "client", "code", "config", "conn", "connection", "content", "data", "dsn", "error",
        "headers", "host", "id", "info", "items", "key", "kind", "message", "name", "options", "params", "path",
        "payload", "request", "response", "result", "session", "settings", "state", "status", "text", "title", "token",
        "type", "uri", "url", "user", "value", "values",
    }
)  # fmt: skip
_LEAST = 2
# Names of variables that stand for anything.
_ANY = _GENERIC | {
    "cls", "each", "elem", "element", "entries", "entry", "found", "item", "line", "lines", "obj", "objects", "other",
    "out", "record", "records", "results", "row", "rows", "self", "tmp",
}  # fmt: skip
_SHORTEST = 3
_CONTAINERS = frozenset({"dict", "list", "set", "tuple"})
# What a variable holds: an object of a class, or a container of some; None where it is something else.
_Held = tuple[str, ClassModel] | None


class Likeness:
    """Knows the classes of one module by the names of their attributes."""

    def __init__(self, models: dict[int, ClassModel], assigned: dict[str, set[int]]) -> None:
        self._models = models
        self._assigned = assigned
        self._where: dict[str, set[int]] = {}
        self._held: dict[str, set[_Held]] = {}
        self._asked: set[str] = set()

    def note(self, name: str, value: Value, scope: int) -> bool:
        """Note what a variable of a function holds; tell whether somebody asked in vain for objects of that name."""
        if len(name) < _SHORTEST or name in _ANY:
            return False
        self._where.setdefault(name, set()).add(scope)
        if _is_empty(value):
            return False
        known = self._held.setdefault(name, set())
        is_new = not known and name in self._asked
        known.add(_held_by(value))
        return is_new

    def attribute(self, name: str, members: set[str]) -> Value | None:
        """Return the secret that an attribute is where only the objects of one class have all that code asks for."""
        if name in _GENERIC or len(members) < _LEAST:
            return None
        having = [model for model in self._models.values() if name in _names_of(model)]
        if len(having) != 1 or not members <= {*_names_of(having[0]), "__dict__", "__class__"}:
            return None
        having[0].seen.add(name)
        found = having[0].fields.get(name)
        return found if found is not None and found.taints else None

    def named(self, name: str, frame: Frame) -> Value | None:
        """Return an object of the class of this module that a parameter is called after, or a list of some."""
        wanted = name.replace("_", "").lower()
        known = {key.lower(): value.target for key, value in frame.module().variables.items()}
        model = known.get(wanted)
        if isinstance(model, ClassModel):
            return Value(ref=name, box=Box("instance", model))
        model = known.get(wanted.removesuffix("s"))
        if isinstance(model, ClassModel) and _holds_secret(model):
            return _made("list", model, name)
        return self._alike(name)

    def _alike(self, name: str) -> Value | None:
        """Return what all variables of a name hold in this module, where that is objects of one class."""
        self._asked.add(name)
        held = self._held.get(name, set())
        one = next(iter(held), None)
        is_known = self._assigned.get(name, set()) <= self._where.get(name, set())
        if len(held) != 1 or one is None or not is_known or not _holds_secret(one[1]):
            return None
        return _made(*one, name)


def _made(kind: str, model: ClassModel, name: str) -> Value:
    """Return an object of a class, or a container of some."""
    if kind == "instance":
        return Value(ref=name, box=Box("instance", model))
    box = Box(kind)
    box.rest = Value(box=Box("instance", model))
    return Value(ref=name, box=box)


def _held_by(value: Value) -> _Held:
    box = value.box
    if box is None or box.kind not in _CONTAINERS:
        model = _model_of(value)
        return ("instance", model) if model is not None else None
    models = {_model_of(each) for each in box.values()}
    one = next(iter(models), None)
    return (box.kind, one) if len(models) == 1 and one is not None else None


def _model_of(value: Value) -> ClassModel | None:
    return value.box.model if value.box is not None and value.box.kind == "instance" else None


def _is_empty(value: Value) -> bool:
    """Tell whether a value is nothing, or a container that is filled elsewhere."""
    return value.const is None or (value.box is not None and value.box.rest is None and not value.box.fields)


def _holds_secret(model: ClassModel) -> bool:
    return any(value.taints for value in model.fields.values())


def _names_of(model: ClassModel) -> set[str]:
    return {name for each in model.ancestors() for name in (*each.fields, *each.order, *each.methods)}
