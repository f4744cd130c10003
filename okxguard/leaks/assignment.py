"""Store values where the targets of assignments say."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from okxguard.leaks.boxes import rest_of
from okxguard.leaks.evidence import dotted
from okxguard.leaks.scope import Frame
from okxguard.leaks.values import LABELS, VAGUE, Box, ClassModel, Value, join

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine


class Assignment:
    """Runs the assignments of one module."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def run(self, node: ast.Assign, frame: Frame) -> None:
        """Run `a = b`."""
        value = self._engine.expressions.evaluate(node.value, frame)
        for target in node.targets:
            self.assign(target, value, frame)

    def run_annotated(self, node: ast.AnnAssign, frame: Frame) -> None:
        """Run `a: T = b`, where the annotation counts if nothing else is known, or `a: T`."""
        value = self._engine.expressions.evaluate(node.value, frame) if node.value else None
        known = self._engine.classes.of_annotation(node.annotation, frame)
        if known is not None and (value is None or value.is_vague):
            value = known
        if value is not None:
            self.assign(node.target, value, frame)

    def run_augmented(self, node: ast.AugAssign, frame: Frame) -> None:
        """Run `a += b`."""
        operation = ast.BinOp(node.target, node.op, node.value)
        ast.copy_location(operation, node)
        self.assign(node.target, self._engine.expressions.evaluate(operation, frame), frame)

    def assign(self, target: ast.AST, value: Value, frame: Frame) -> None:
        """Store a value where a target says."""
        value = self._as_table(target, value)
        if isinstance(target, ast.Name):
            value = self._engine.origins.as_named(value, target.id)
            expressions = self._engine.expressions
            frame.variables.setdefault(target.id, value)
            named = expressions.put(expressions.literal(value, target.id, target), target.id, frame)
            held = named.taints or (self._engine.named(target.id, target) if value.is_vague else ())
            self._engine.switches.note_secret(frame.identity, held)
            self._set(target.id, named.through(target, f"assigned to {target.id}"), frame)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target.elts, value, frame)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value, frame)
        elif isinstance(target, ast.Attribute):
            self._store_attribute(target, value, frame)
        elif isinstance(target, ast.Subscript):
            self._store_item(target, value, frame)

    def _as_table(self, target: ast.AST, value: Value) -> Value:
        """Return what was loaded, as a table of texts where its name says so."""
        name = dotted(target).rpartition(".")[2]
        is_mapping = value.box is not None and value.box.kind == "loaded" and not value.taints
        return value._replace(ref=LABELS) if is_mapping and name and self._engine.names.is_about(name) else value

    def _set(self, name: str, value: Value, frame: Frame) -> None:
        """Give a variable its value, in the frame that it belongs to."""
        home = frame.outside.get(name)
        if home is None:
            frame.variables[name] = value
            return
        before = home.variables.get(name)
        if value.taints and (before is None or not before.taints):
            self._engine.changed = True
        home.variables[name] = join(before, value) if before is not None else value

    def _unpack(self, targets: list[ast.expr], value: Value, frame: Frame) -> None:
        box = value.box
        for at, target in enumerate(targets):
            if box is not None and isinstance(target, ast.Starred):
                part = rest_of(box, at, len(box.fields) - (len(targets) - at - 1))
            elif box is not None and box.kind in ("list", "tuple", "set"):
                part = box.fields.get(at, box.rest if box.rest is not None else VAGUE)
            elif box is not None and box.model is not None and at < len(box.model.order):
                part = self._engine.classes.field(value, box.model.order[at])
            elif value.taints or value.safe:
                part = Value(value.taints, safe=value.safe)
            else:
                part = Value(ref=f"{value.ref}[]") if value.ref.endswith("()") else VAGUE
            self.assign(target, part, frame)

    def _store_attribute(self, target: ast.Attribute, value: Value, frame: Frame) -> None:
        name = dotted(target)
        value = self._engine.origins.as_named(value, target.attr)
        value = self._engine.expressions.literal(value, target.attr, target)
        value = self._engine.expressions.put(value, name, frame) if name else value
        value = value.through(target, f"stored in {name or target.attr}")
        base = self._engine.expressions.evaluate(target.value, frame)
        self._engine.switches.store(target, base, name, value, frame)
        if isinstance(base.target, ClassModel):
            self._engine.classes.store_field(base.target, target.attr, value)
            return
        box = self.box_of(target.value, frame, "unknown")
        box.fields[target.attr] = value
        if box.model is not None:
            self._engine.classes.store_field(box.model, target.attr, value)

    def _store_item(self, target: ast.Subscript, value: Value, frame: Frame) -> None:
        key = self._engine.expressions.evaluate(target.slice, frame)
        box = self.box_of(target.value, frame, "dict")
        if box.kind == "unknown":
            box.kind = "dict"
        value = value.through(target, f"stored in {dotted(target.value) or 'a mapping'}")
        self._engine.access.store_item(box, key, value, target)

    def box_of(self, node: ast.expr, frame: Frame, kind: str) -> Box:
        """Return the content of what is changed in place, making it where nothing was known of it."""
        value = self._engine.expressions.evaluate(node, frame)
        if value.box is not None:
            return value.box
        box = Box(kind)
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            taints = () if isinstance(node, ast.Name) else value.taints
            self.assign(node, Value(taints, box=box, ref=value.ref), frame)
        return box
