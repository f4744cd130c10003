"""Follow secrets through the objects of classes that a module defines."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from okxguard.leaks.boxes import listed
from okxguard.leaks.evidence import dotted
from okxguard.leaks.fields import is_masked, says
from okxguard.leaks.likeness import Likeness
from okxguard.leaks.scope import Frame
from okxguard.leaks.values import HIDDEN, MEMBER, SAFE, UNKNOWN, Box, ClassModel, Function, Value, content, join

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

_PLAIN = frozenset({"bool", "int", "float", "complex", "datetime", "date", "Decimal", "Path", "timedelta", "Callable"})
_CONTAINERS = {
    **dict.fromkeys(("dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict"), "dict"),
    **dict.fromkeys(("list", "List", "Sequence", "Iterable", "Iterator", "set", "Set", "tuple", "Collection"), "list"),
}
_WRAPPERS = frozenset(
    {"Optional", "Annotated", "Final", "ClassVar", "Required", "NotRequired", "Union", "Awaitable", "ReadOnly"}
)
# Calls that say what stands in a column of a table: an object has the value under the name of the column.
_COLUMNS = ("Column()", "Field()", "column()", "Property()")
_DEEPEST = 4


class Classes:
    """Knows the classes of one module."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._models: dict[int, ClassModel] = {}
        self._imported: dict[int, dict[str, Value]] = {}
        self.likeness = Likeness(self._models, engine.evidence.assigned)

    def define(self, node: ast.ClassDef, frame: Frame) -> ClassModel:
        """Return the model of a class; what its body and its methods store stays known from round to round."""
        model = self._models.get(id(node))
        if model is None:
            model = self._models[id(node)] = ClassModel(node, frame)
        model.scope = frame
        model.bases = tuple(self._engine.expressions.every(node.bases, frame))
        for decorator in node.decorator_list:
            self._decorate(model, decorator, frame)
        inner = Frame(frame, node.name, is_class=True)
        for statement in node.body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                self._annotate(model, statement.target.id, statement, frame)
        self._engine.statements.run(node.body, inner)
        for name, value in inner.variables.items():
            if isinstance(value.target, Function) and id(value.target.node) in self._engine.pending:
                value.target.owner = model
                model.methods[name] = value.target
            else:
                self.store_field(model, name, value)
        return model

    def _decorate(self, model: ClassModel, decorator: ast.expr, frame: Frame) -> None:
        function = decorator.func if isinstance(decorator, ast.Call) else decorator
        ref = self._engine.expressions.evaluate(function, frame).ref or dotted(function)
        if self._engine.library.shown_decorators.match(ref) and not says(decorator, "repr", value=False):
            model.is_shown = True

    def _annotate(self, model: ClassModel, name: str, statement: ast.AnnAssign, frame: Frame) -> None:
        model.annotations[name] = statement.annotation
        if name not in model.order:
            model.order.append(name)
        known = self.of_annotation(statement.annotation, frame)
        if known is not None and known.ref == HIDDEN.ref:
            model.masked.add(name)
        if isinstance(statement.value, ast.Call):
            self._set_field(model, name, statement.value, frame)

    def _set_field(self, model: ClassModel, name: str, call: ast.Call, frame: Frame) -> None:
        """Note what the call that makes a field tells of its text."""
        ref = self._engine.expressions.evaluate(call.func, frame).ref or dotted(call.func)
        if not self._engine.library.field_makers.match(ref):
            return
        if says(call, "exclude", value=True):
            model.excluded.add(name)
            model.hidden.add(name)
        elif says(call, "repr", value=False) or is_masked(call, self._engine.library):
            model.hidden.add(name)

    def of_annotation(self, annotation: ast.expr, frame: Frame, depth: int = 0) -> Value | None:
        """Return what an annotation tells of a value, or None."""
        if depth > _DEEPEST:
            return None
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            try:
                return self.of_annotation(ast.parse(annotation.value, mode="eval").body, frame, depth + 1)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return None
        if isinstance(annotation, ast.BinOp):
            return self.of_annotation(annotation.left, frame, depth + 1) or self.of_annotation(
                annotation.right, frame, depth + 1
            )
        if isinstance(annotation, ast.Subscript):
            container = dotted(annotation.value).rpartition(".")[2]
            inner = annotation.slice
            if container in _CONTAINERS:
                return self._of_container(_CONTAINERS[container], inner, frame, depth)
            if container not in _WRAPPERS:
                return None
            parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            return next((value for part in parts if (value := self.of_annotation(part, frame, depth + 1))), None)
        return self._of_type(annotation, frame)

    def returned(self, function: Function) -> Value | None:
        """Return the object of a class of this module that a function says it gives back, or None."""
        annotation = getattr(function.node, "returns", None)
        value = self.of_annotation(annotation, function.scope) if annotation is not None else None
        return value if value is not None and value.box is not None else None

    def _of_container(self, kind: str, inner: ast.expr, frame: Frame, depth: int) -> Value | None:
        """Return a container of objects of a class of this module, or None where it holds something else."""
        item = inner.elts[-1] if isinstance(inner, ast.Tuple) and inner.elts else inner
        value = self.of_annotation(item, frame, depth + 1)
        if value is None or value.box is None:
            return None
        box = Box(kind)
        box.rest = value
        return Value(box=box)

    def _of_type(self, annotation: ast.expr, frame: Frame) -> Value | None:
        name = dotted(annotation)
        found = frame.find(name) if "." not in name else self._engine.expressions.evaluate(annotation, frame)
        if found is not None and isinstance(found.target, ClassModel):
            return Value(box=Box("instance", found.target))
        ref = found.ref if found is not None and found.ref else name
        if self._engine.library.hidden.match(ref) or self._engine.library.hidden.match(f".{ref}"):
            return HIDDEN
        return SAFE if ref.rpartition(".")[2] in _PLAIN else None

    def make(self, name: str, fields: list[str], node: ast.expr) -> Value:
        """Return a class of named fields that a call makes, as `namedtuple` does."""
        model = self._models.get(id(node))
        if model is None:
            definition = ast.ClassDef(name, [], [], [], [])
            model = self._models[id(node)] = ClassModel(ast.copy_location(definition, node), self._engine.module)
            model.order = fields
            model.annotations = dict.fromkeys(fields, node)
            model.is_shown = True
        return Value(target=model)

    def self_of(self, function: Function) -> Value:
        """Return the object that a method runs for when nothing calls it."""
        model = function.owner
        if function.bound is not None:
            return function.bound
        if model is None or _is_static(function):
            return Value()
        return Value(target=model) if _is_class_method(function) else Value(box=Box("instance", model))

    def store_field(self, model: ClassModel, name: str, value: Value) -> None:
        """Note what the objects of a class hold; those of an imported class, only for this module."""
        before = self._stored(model, name)
        after = join(before, value) if before is not None else value
        is_own = model.scope.module() is self._engine.module
        (model.fields if is_own else self._imported.setdefault(id(model), {}))[name] = after
        if name in model.seen and len(after.taints) > (len(before.taints) if before else 0):
            self._engine.changed = True

    def _stored(self, model: ClassModel, name: str) -> Value | None:
        """Return what the objects of a class hold under a name, or None."""
        found = self._imported.get(id(model), {}).get(name)
        return found if found is not None else model.fields.get(name)

    def field(self, value: Value, name: str) -> Value:
        """Return a field of an object as its text shows it."""
        found = self._field(value, name)
        box = value.box
        model = box.model if box is not None else None
        if model is None or found.taints or found.safe:
            return found
        for ancestor in model.ancestors():
            if name in ancestor.annotations:
                annotation = ancestor.annotations[name]
                known = self.of_annotation(annotation, ancestor.scope)
                if known is not None:
                    return known
                if found.is_vague or not found.const:
                    return Value(self._engine.named(name, annotation))
        return found

    def _field(self, value: Value, name: str) -> Value:
        box = value.box
        if box is not None and name in box.fields:
            return box.fields[name]
        for model in box.model.ancestors() if box is not None and box.model is not None else ():
            model.seen.add(name)
            stored = self._stored(model, name)
            if stored is not None:
                return stored
        return Value()

    def attribute(self, base: Value, name: str, node: ast.AST) -> Value | None:
        """Return what stands under an attribute where this module tells, or None."""
        if isinstance(base.target, ClassModel):
            return self._of_class(base.target, name)
        box = base.box
        if box is None:
            return None
        if name in box.fields:
            return box.fields[name]
        if box.model is None:
            return None
        method = box.model.method(name)
        if method is not None:
            bound = method if _is_static(method) else method.bind(base)
            if _is_property(method):
                return self._engine.invocations.invoke(bound, [], {}, node)
            return Value(target=bound)
        return self._of_field(base, box.model, name)

    def _of_field(self, base: Value, model: ClassModel, name: str) -> Value:
        """Return a field of an object as code reads it; one that is empty may be filled by others."""
        found = self._field(base, name)
        if not found.taints and any(name in ancestor.masked for ancestor in model.ancestors()):
            return HIDDEN
        if found.ref.endswith(_COLUMNS):
            return Value(ref=f".{name}")
        is_empty = found.const is not UNKNOWN and not found.const and not isinstance(found.const, int)
        if (not found.is_vague and not is_empty) or content(found):
            return found
        for ancestor in model.ancestors():
            if name in ancestor.annotations:
                known = self.of_annotation(ancestor.annotations[name], ancestor.scope)
                return known or Value(ref=f".{name}")
        return Value(ref=found.ref or f".{name}")

    def _of_class(self, model: ClassModel, name: str) -> Value | None:
        if any(ref.endswith(("Enum", "Flag")) for ref in model.refs()):
            member = (self._stored(model, name) or SAFE).const
            return Value(const=member, ref=MEMBER) if isinstance(member, str) else SAFE
        for ancestor in model.ancestors():
            if name in ancestor.methods:
                method = ancestor.methods[name]
                is_bound = _is_class_method(method) and not _is_static(method)
                return Value(target=method.bind(Value(target=model)) if is_bound else method)
            stored = self._stored(ancestor, name)
            if stored is not None:
                return stored
        return None

    def instantiate(self, model: ClassModel, values: list[Value], named: dict[str, Value], node: ast.AST) -> Value:
        """Return a new object of a class."""
        box = Box("instance", model)
        value = Value(box=box)
        box.fields["args"] = listed(values)
        make = model.method("__init__")
        if make is not None:
            self._engine.invocations.invoke(make.bind(value), values, named, node)
            return value
        order = [name for ancestor in reversed(list(model.ancestors())) for name in ancestor.order]
        for name, given in [*zip(order, values, strict=False), *named.items()]:
            stored = self._engine.expressions.named(given, name, node)
            hidden = any(name in ancestor.masked for ancestor in model.ancestors())
            box.fields[name] = HIDDEN if hidden else stored
            if not hidden:
                self.store_field(model, name, stored)
        after = model.method("__post_init__")
        if after is not None:
            self._engine.invocations.invoke(after.bind(value), [], {}, node)
        return value

    def entered(self, value: Value) -> Value:
        """Return what a `with` statement gives a name to."""
        box = value.box
        if box is not None and box.model is not None:
            method = box.model.method("__enter__") or box.model.method("__aenter__")
            if method is not None:
                return self._engine.invocations.invoke(method.bind(value), [], {}, method.node)
        return value


def _decorators(function: Function) -> list[str]:
    return [dotted(each) for each in getattr(function.node, "decorator_list", ())]


def _is_static(function: Function) -> bool:
    return "staticmethod" in _decorators(function)


def _is_class_method(function: Function) -> bool:
    return "classmethod" in _decorators(function)


def _is_property(function: Function) -> bool:
    return any(name.rpartition(".")[2] in ("property", "cached_property") for name in _decorators(function))
