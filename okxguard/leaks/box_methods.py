"""Tell what methods of containers give back, and functions that copy containers."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from okxguard.leaks.boxes import (
    inside,
    items_of,
    keys_of,
    made_with,
    mapping_of_pairs,
    named_fields,
    remove,
    replaced,
    spread,
    values_of,
)
from okxguard.leaks.reporting import Called
from okxguard.leaks.values import SAFE, Box, Value, join

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

_READING = ("get", "pop", "setdefault", "__getitem__")
_ADDING = ("append", "add", "insert", "extend", "appendleft", "extendleft", "put", "put_nowait")
_TAKING = ("popleft", "get_nowait")
# Methods that give back another object like their own, with some fields of its own.
_REPLACING = ("copy", "_replace", "model_copy", "evolve", "__replace__")
# Made of a mapping, these hold its keys.
_KEY_COPIES = frozenset({"list", "tuple", "set", "sorted", "frozenset", "iter"})

_DEEPEST_COPY = 4


class BoxMethods:
    """Knows the methods of the containers of one module."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._handlers: dict[str, Callable[[Called, Value, Box], Value | None]] = {
            **dict.fromkeys(_READING, self._read),
            **dict.fromkeys(_ADDING, self._add),
            **dict.fromkeys(_TAKING, lambda _called, base, _box: inside(base)),
            "items": self._items,
            "values": lambda _called, _base, box: values_of(box),
            "keys": lambda _called, _base, box: keys_of(box),
            **dict.fromkeys(_REPLACING, self._replace),
            "update": self._update,
            "clear": self._clear,
        }

    def result(self, called: Called, base: Value, box: Box) -> Value | None:
        """Return the result of a method of a container, and change the container; None for other methods."""
        handler = self._handlers.get(called.method)
        if box.kind == "instance":
            box = made_with(box)
        return handler(called, base, box) if handler is not None else None

    def _read(self, called: Called, base: Value, box: Box) -> Value | None:
        values = called.values
        if not values or (box.kind == "list" and called.method == "get"):
            return inside(base) if box.kind == "list" and (box.fields or box.rest is not None) else None
        found = self._engine.access.item(base, values[0], called.node)
        if called.method == "pop":
            remove(base, values[0])
        if called.method == "setdefault" and len(values) > 1 and not found.taints:
            self._engine.access.store_item(box, values[0], values[1], called.node)
        return join(found, values[1]) if len(values) > 1 and not found.taints else found

    def _items(self, _called: Called, _base: Value, box: Box) -> Value:
        rest = box.rest
        if rest is None and box.kind == "loaded":
            rest = Value(self._engine.texts.of_loaded(box))
        return items_of(box, rest)

    @staticmethod
    def _replace(called: Called, base: Value, box: Box) -> Value:
        update = called.named.get("update")
        if update is not None:
            return replaced(base._replace(box=box), named_fields(update))
        return replaced(base._replace(box=box), called.named if called.method != "copy" else {})

    def _update(self, called: Called, _: Value, box: Box) -> Value:
        for value in called.values:
            spread(box, value)
        for name, value in called.named.items():
            self._engine.access.store_item(box, Value(const=name), value, called.node)
        if box.kind == "unknown" and called.values:
            box.kind = "dict"
        return SAFE

    @staticmethod
    def _add(called: Called, _: Value, box: Box) -> Value | None:
        if not called.values:
            return None
        added = called.values[-1]
        box.rest = join(box.rest, inside(added) if called.method.startswith("extend") else added)
        return SAFE

    @staticmethod
    def _clear(_called: Called, _base: Value, box: Box) -> Value:
        box.fields, box.rest = {}, None
        return SAFE

    def made(self, called: Called) -> Value:
        """Return the mapping that `dict` makes of keywords."""
        box = Box("dict")
        for name, value in called.named.items():
            if name == "**":
                box.rest = join(box.rest, inside(value))
            else:
                self._engine.access.store_item(box, Value(const=name), value, called.node)
        return Value(box=box)

    def copied(self, called: Called) -> Value:
        """Return what a function makes that copies its argument."""
        value = called.values[-1] if called.ref == "cast" else called.values[0]
        if value.box is None:
            return SAFE if _lists_keys(called, value) else Value(value.taints, safe=value.safe)
        box = value.box.copy()
        if called.ref in _KEY_COPIES and box.kind in ("dict", "loaded"):
            return keys_of(box)
        if called.ref == "dict":
            box = mapping_of_pairs(box)
            for name, extra in called.named.items():
                self._engine.access.store_item(box, Value(const=name), extra, called.node)
        if called.ref.endswith("deepcopy"):
            return _deep_copy(value)
        return value._replace(box=box)


def _deep_copy(value: Value, depth: int = 0) -> Value:
    if value.box is None or depth > _DEEPEST_COPY:
        return value
    box = value.box.copy()
    box.fields = {key: _deep_copy(inner, depth + 1) for key, inner in box.fields.items()}
    box.rest = _deep_copy(box.rest, depth + 1) if box.rest is not None else None
    return value._replace(box=box)


def _lists_keys(called: Called, value: Value) -> bool:
    """Tell whether a function lists the keys of a mapping that is known as a whole, such as signed headers."""
    argument = called.node.args[0] if called.node.args else None
    is_view = isinstance(argument, ast.Call) and isinstance(argument.func, ast.Attribute)
    return called.ref in _KEY_COPIES and not is_view and bool(value.taints) and all(each.dump for each in value.taints)
