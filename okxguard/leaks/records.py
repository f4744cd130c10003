"""Make classes of named fields, and turn objects into mappings of their fields."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from okxguard.leaks.boxes import named_fields, texts_in
from okxguard.leaks.reporting import Called
from okxguard.leaks.values import VAGUE, Box, ClassModel, Value, held_names

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

# What an exception was made with; no field that a class names.
_ARGUMENTS = "args"


class Records:
    """Knows the objects of one module by their fields."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def make(self, called: Called) -> Value:
        """Return the class of named fields that a call makes, as `namedtuple` does."""
        name = called.values[0].const if called.values and isinstance(called.values[0].const, str) else "record"
        given = called.values[1] if len(called.values) > 1 else VAGUE
        if isinstance(given.const, str):
            fields = given.const.replace(",", " ").split()
        else:
            parts = given.box.values() if given.box is not None else ()
            names = [part.box.fields.get(0, VAGUE) if part.box is not None else part for part in parts]
            fields = [part.const for part in names if isinstance(part.const, str)]
        return self._engine.classes.make(name, fields, called.node)

    def dump(self, value: Value, node: ast.AST) -> Value:
        """Return a mapping with everything that an object holds."""
        if isinstance(value.target, ClassModel):
            return self._of_class(value.target)
        taints = self._engine.texts.dumped(value)
        if not taints and value.is_vague and value.ref:
            evidence = self._engine.evidence
            known = evidence.read.get(value.ref) or evidence.attributes.get(value.ref)
            taints = self._engine.taint(known[0][1], known[0][0], node, "holds a secret", dump=True) if known else ()
        box = Box("dict")
        box.fields = {key: inner for key, inner in named_fields(value).items() if key != _ARGUMENTS}
        if value.box is not None and value.box.model is not None:
            box.fields = dict(self._fields(value))
        is_known = value.box is not None and (value.box.kind in ("shown", "dict") or value.box.model is not None)
        held = box.fields.values() if is_known else ()
        told = {id(taint.origin) for inner in held for taint in inner.taints}
        rest = tuple(taint._replace(dump=True) for taint in taints if id(taint.origin) not in told)
        box.rest = Value(rest) if rest else None
        return Value(box=box)

    def _of_class(self, model: ClassModel) -> Value:
        """Return a mapping with what the objects of a class share."""
        box = Box("dict")
        for name, value in model.fields.items():
            taints = tuple(taint._replace(dump=True) for taint in self._engine.texts.of_field(name, value))
            box.fields[name] = value._replace(taints=taints)
        return Value(box=box)

    def _fields(self, value: Value) -> dict[str, Value]:
        """Return the fields of an object of a known class by their names."""
        texts, found = self._engine.texts, {}
        for name in held_names(value):
            if name != _ARGUMENTS:
                field = self._engine.classes.field(value, name)
                taints = tuple(taint._replace(dump=True) for taint in texts.of_field(name, field))
                found[name] = field._replace(taints=taints) if taints and field.box is None else field
        return found

    def dump_some(self, called: Called, base: Value) -> Value:
        """Return a mapping with what an object holds, without what the call leaves out."""
        if base.box is None:
            return VAGUE
        model = base.box.model
        left_out, chosen = texts_in(called.named.get("exclude")), texts_in(called.named.get("include"))
        box = Box("loaded" if base.box.kind == "loaded" else "dict")
        for name in dict.fromkeys([*(model.order if model is not None else ()), *base.box.fields]):
            if not isinstance(name, str) or name == _ARGUMENTS or name in left_out or (chosen and name not in chosen):
                continue
            if model is not None and any(name in each.excluded for each in model.ancestors()):
                continue
            box.fields[name] = self._engine.classes.field(base, name) if model is not None else base.box.fields[name]
        box.rest = base.box.rest
        return Value(box=box)
