"""Tell what is known about the values of expressions."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from okxguard.leaks.formats import cut, fold, limited, percent, precision, slice_part
from okxguard.leaks.evidence import dotted
from okxguard.leaks.names import Secret, words_of
from okxguard.leaks.scope import Frame
from okxguard.leaks.shapes import is_key_name, looks_secret
from okxguard.leaks.texts import environment, is_object
from okxguard.leaks.values import SAFE, UNKNOWN, VAGUE, Box, Function, Value, join, tainted, union

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

_BUILT_IN = frozenset(dir(builtins))
_KEY = "<key>"
_HOLDERS = frozenset({"data", "result", "response", "body", "info", "content", "payload", "text"})
_MAPPINGS = frozenset({"headers", "cookies", "params", "default_headers"})
_SENT = (".request", ".request_info", ".prepared")


class Expressions:
    """Evaluates the expressions of one module."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._handlers: dict[type, Callable[[Any, Frame], Value]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Subscript: self._subscript,
            ast.Call: self._call,
            ast.JoinedStr: self._joined,
            ast.FormattedValue: self._formatted,
            ast.BinOp: self._binary,
            ast.BoolOp: self._boolean,
            ast.UnaryOp: self._unary,
            ast.Compare: self._compare,
            ast.IfExp: self._conditional,
            ast.Dict: self._dict,
            ast.List: self._sequence,
            ast.Tuple: self._sequence,
            ast.Set: self._sequence,
            ast.Starred: lambda node, frame: self.evaluate(node.value, frame),
            ast.Await: lambda node, frame: self.evaluate(node.value, frame),
            ast.NamedExpr: self._walrus,
            ast.Lambda: self._lambda,
            ast.ListComp: self._comprehension,
            ast.SetComp: self._comprehension,
            ast.GeneratorExp: self._comprehension,
            ast.DictComp: self._comprehension,
            ast.Yield: self._yield,
            ast.YieldFrom: self._yield,
        }

    def evaluate(self, node: ast.AST | None, frame: Frame) -> Value:
        """Return what is known about the value of an expression; secrets that it prints on the way are reported."""
        if node is None:
            return VAGUE
        self._engine.step()
        handler = self._handlers.get(type(node))
        return handler(node, frame) if handler else VAGUE

    def every(self, nodes: Iterable[ast.AST], frame: Frame) -> list[Value]:
        """Evaluate expressions from left to right."""
        return [self.evaluate(node, frame) for node in nodes]

    def named(self, value: Value, name: str, node: ast.AST) -> Value:
        """Return a value that is read under a name: what the name says counts where nothing else is known."""
        if not value.is_vague or is_object(value):
            return value
        taints = self._engine.named(name, node)
        return value._replace(taints=taints) if taints else value

    def literal(self, value: Value, name: str, node: ast.AST) -> Value:
        """Return a constant that is stored under a name: a secret where the name says so and it looks like one."""
        if not isinstance(value.const, (str, bytes)) or value.taints:
            return value
        taints = self._engine.named(name, node)
        return value._replace(taints=taints) if taints and looks_secret(value.const) else value

    def _constant(self, node: ast.Constant, _: Frame) -> Value:
        return Value(const=node.value)

    def _name(self, node: ast.Name, frame: Frame) -> Value:
        value = frame.find(node.id)
        if value is None:
            if node.id in _BUILT_IN:
                return Value(ref=node.id, safe=node.id.startswith("__"))
            value = Value(ref=node.id)
        named = self.named(self._environment(value, node), node.id, node)
        return self._mapping(named, node.id, frame) if named.is_vague and named.box is None else named

    def _mapping(self, value: Value, name: str, frame: Frame) -> Value:
        """Return a mapping that nobody knows with the secrets that the same function reads out of it."""
        known = self._engine.evidence.scoped.get((frame.identity, name))
        module = frame.module()
        if known is None and (frame.outer is None or (name in module.variables and name not in frame.variables)):
            known = self._engine.evidence.read.get(name)
            frame = module
        if not known:
            return value
        value = value._replace(box=_mapping_of(known, self._engine))
        frame.variables[name] = value
        return value

    def _environment(self, value: Value, node: ast.AST) -> Value:
        if value.box is None and not value.taints and value.ref and self._engine.library.environments.match(value.ref):
            box = Box("dict")
            box.rest = Value((environment(node),))
            return value._replace(box=box)
        return value

    def _attribute(self, node: ast.Attribute, frame: Frame) -> Value:
        base = self.evaluate(node.value, frame)
        return self.attribute(base, node.attr, node)

    def attribute(self, base: Value, name: str, node: ast.AST) -> Value:
        """Return what is known about an attribute of a value."""
        if name == "__dict__":
            return self._engine.calls.dump(base, node)
        if base.safe and base.box is None and not base.ref:
            return SAFE
        found = self._engine.classes.attribute(base, name, node)
        if found is not None:
            return self.named(found, name, node)
        if base.box is not None and base.box.kind == "reply":
            return self._of_reply(base, name)
        if (
            base.ref.endswith(_SENT)
            and name in ("headers", "body")
            and base.box is not None
            and base.box.rest is not None
        ):
            return Value(tuple(taint._replace(dump=True) for taint in base.box.rest.taints))
        if name in _MAPPINGS and base.box is not None and base.box.kind == "opaque":
            return self._kept(base, name, Value(ref=f"{base.ref}.{name}", box=Box("dict")))
        if base.taints and base.box is None:
            kept = name in self._engine.library.methods
            return Value(
                base.taints if kept else (), ref=f".{name}", safe=not kept and not self._engine.names.read(name)
            )
        ref = f"{base.ref}.{name}" if base.ref else f".{name}"
        if name in ("request", "request_info", "prepared") and base.box is not None and base.box.rest is not None:
            return Value(ref=f"{base.ref}.{name}", box=base.box)
        if name == "params" and base.ref.rpartition(".")[2] in ("ctx", "context", "get_current_context()"):
            return self._engine.calls.options(node)
        known = self._engine.evidence.read.get(dotted(node)) if isinstance(node, ast.Attribute) else None
        if known and not self._engine.names.read(name):
            return self._kept(base, name, Value(ref=ref, box=_mapping_of(known, self._engine)))
        if (
            name in ("headers", "body")
            and base.ref.endswith(_SENT)
            and base.box is not None
            and base.box.rest is not None
        ):
            return Value(tuple(taint._replace(dump=True) for taint in base.box.rest.taints))
        if name == "headers" and base.ref.endswith(_SENT) and self._engine.evidence.signs is not None:
            signs = self._engine.evidence.signs
            kind = self._engine.names.read("secret")
            if kind is not None:
                return Value(self._engine.taint(kind, "request headers", signs, "headers are signed here", dump=True))
        return self.named(self._environment(Value(ref=ref), node), name, node)

    @staticmethod
    def _kept(base: Value, name: str, value: Value) -> Value:
        if base.box is not None:
            base.box.fields[name] = value
        return value

    def _subscript(self, node: ast.Subscript, frame: Frame) -> Value:
        base = self.evaluate(node.value, frame)
        if isinstance(node.slice, ast.Slice):
            return self._slice(base, node.slice, frame)
        key = self.evaluate(node.slice, frame)
        return self.item(base, key, node)

    def _slice(self, base: Value, part: ast.Slice, frame: Frame) -> Value:
        bounds = [
            self.evaluate(bound, frame) if bound else Value(const=None) for bound in (part.lower, part.upper, part.step)
        ]
        if base.box is not None and base.box.kind in ("list", "tuple"):
            return slice_part(base, bounds)
        if isinstance(base.const, (str, bytes)) and not base.taints:
            return SAFE
        return cut(base, bounds, part)

    def item(self, base: Value, key: Value, node: ast.AST) -> Value:
        """Return what stands under a key of a value."""
        name = key.const if isinstance(key.const, str) else None
        if name is None and key.ref and words_of(key.ref.rpartition(".")[2]):
            name = key.ref.rpartition(".")[2] if key.const is UNKNOWN else None
        box = base.box
        if box is not None and box.kind == "reply":
            return self._of_reply(base, name)
        if box is not None:
            found = box.fields.get(key.const) if key.const.__hash__ else None
            if found is None and box.rest is not None and name is None and key.const is UNKNOWN:
                found = union_of(box)
            if found is None and name is None and box.rest is not None:
                found = box.rest
            if found is not None:
                return self.named(found, name, node) if name else found
            if key.const is UNKNOWN and box.fields and name is None:
                return union_of(box)
            if name is None:
                return VAGUE
            if box.kind == "dict" and box.rest is None and box.fields and not base.ref:
                return self.named(VAGUE, name, node)
        elif base.taints:
            return (
                cut(base, [Value(const=0), Value(const=1), Value(const=None)], node)
                if key.const is not UNKNOWN
                else SAFE
            )
        if name is None:
            return Value(ref=f"{base.ref}[]" if base.ref else "")
        ref = f"{base.ref}.{name}" if base.ref else ""
        value = self.named(Value(ref=ref), name, node)
        if box is not None and value.taints:
            box.fields.setdefault(name, value)
        return value if value.taints or box is None or box.kind != "loaded" else self._within(box, value, name)

    def _of_reply(self, base: Value, name: str | None) -> Value:
        """Return a part of the reply of a call that makes a key: its secret, what holds it, or something else."""
        if name is None or name in _HOLDERS:
            return base
        if self._engine.names.read(name) is not None and base.box is not None and base.box.rest is not None:
            return base.box.rest
        return SAFE

    @staticmethod
    def _within(outer: Box, value: Value, name: str) -> Value:
        """Return a part of a loaded mapping, which is loaded, too."""
        box = Box("loaded")
        box.hidden = outer.hidden - {"*"}
        box.part = "" if "onfigParser" in value.ref else name
        return value._replace(box=box)

    def _lambda(self, node: ast.Lambda, frame: Frame) -> Value:
        function = Function(node, frame)
        self._engine.pending[id(node)] = function, frame
        return Value(target=function)

    def _call(self, node: ast.Call, frame: Frame) -> Value:
        return self._engine.calls.call(node, frame)

    def _joined(self, node: ast.JoinedStr, frame: Frame) -> Value:
        parts = self.every(node.values, frame)
        if parts and all(isinstance(part.const, str) and not part.taints for part in parts):
            return Value(const="".join(part.const for part in parts))
        return tainted(self._engine.shown(parts))

    def _formatted(self, node: ast.FormattedValue, frame: Frame) -> Value:
        value = self.evaluate(node.value, frame)
        if isinstance(value.const, str) and not value.taints and node.format_spec is None:
            return value
        spec = self.evaluate(node.format_spec, frame).const if node.format_spec else None
        shown = self._engine.texts.shown(value)
        return tainted(limited(shown, precision(spec), node))

    def _binary(self, node: ast.BinOp, frame: Frame) -> Value:
        left, right = self.evaluate(node.left, frame), self.evaluate(node.right, frame)
        if "len()" in (left.ref, right.ref) and not isinstance(left.const, str):
            return Value(ref="len()", safe=True)
        if isinstance(node.op, ast.Mod) and (isinstance(left.const, (str, bytes)) or left.taints):
            return percent(left, right, self._engine.shown, self._engine.texts.of_field, node)
        if isinstance(node.op, (ast.Add, ast.BitOr)):
            if left.box is not None and right.box is not None:
                return _added(left.box, right.box)
            if isinstance(left.const, str) and isinstance(right.const, str) and not (left.taints or right.taints):
                return Value(const=left.const + right.const)
            return tainted(self._engine.shown([left, right]))
        if isinstance(node.op, ast.Div):
            return tainted(())
        if isinstance(node.op, ast.Mult) and not (left.const is not UNKNOWN and right.const is not UNKNOWN):
            return tainted(union(left.taints, right.taints) if not _is_text(left, right) else ())
        return SAFE

    def _boolean(self, node: ast.BoolOp, frame: Frame) -> Value:
        values = []
        before = frame.variables
        for each in node.values:
            values.append(self.evaluate(each, frame))
            self._engine.statements.refine(each, frame, holds=isinstance(node.op, ast.And))
        frame.variables = {
            name: frame.variables[name] if name not in before else before[name] for name in frame.variables
        }
        if isinstance(node.op, ast.And):
            return values[-1]
        result = values[0]
        for value in values[1:]:
            result = join(result, value)
        return result if not all(value.ref == _KEY for value in values) else values[0]

    def _unary(self, node: ast.UnaryOp, frame: Frame) -> Value:
        value = self.evaluate(node.operand, frame)
        if isinstance(node.op, ast.Not) and value.ref == _KEY and isinstance(value.const, bool):
            return Value(const=not value.const, ref=_KEY)
        if isinstance(node.op, ast.USub) and isinstance(value.const, int):
            return Value(const=-value.const)
        return SAFE

    def _compare(self, node: ast.Compare, frame: Frame) -> Value:
        left, *others = self.every([node.left, *node.comparators], frame)
        answer = fold(left, node.ops[0], others[0]) if len(others) == 1 else None
        return Value(const=answer, ref=_KEY) if answer is not None else SAFE

    def _conditional(self, node: ast.IfExp, frame: Frame) -> Value:
        test = self.evaluate(node.test, frame)
        if test.ref == _KEY and isinstance(test.const, bool):
            return self.evaluate(node.body if test.const else node.orelse, frame)
        before = dict(frame.variables)
        self._engine.statements.refine(node.test, frame, holds=True)
        first = self.evaluate(node.body, frame)
        frame.variables = dict(before)
        self._engine.statements.refine(node.test, frame, holds=False)
        second = self.evaluate(node.orelse, frame)
        frame.variables = before
        if self._engine.statements.is_redaction(node.test, frame):
            return SAFE
        return join(first, second)

    def _dict(self, node: ast.Dict, frame: Frame) -> Value:
        box = Box("dict")
        for key, inner in zip(node.keys, node.values, strict=True):
            value = self.evaluate(inner, frame)
            if key is None:
                self._spread(box, value)
                continue
            self.store_item(box, self.evaluate(key, frame), value, inner)
        return Value(box=box)

    def store_item(self, box: Box, key: Value, value: Value, node: ast.AST) -> None:
        """Put a value under a key; a key that names a secret says what an unknown value is."""
        name = key.const if isinstance(key.const, str) else key.ref.rpartition(".")[2]
        if name and not is_key_name(value.const):
            value = self.literal(self.named(value, name, node), name, node)
        if key.const is not UNKNOWN and key.const.__hash__:
            box.fields[key.const] = value
        elif key.ref and not key.ref.endswith("()"):
            box.fields[key.ref] = value
        else:
            box.rest = join(box.rest, value)

    @staticmethod
    def _spread(box: Box, value: Value) -> None:
        if value.box is not None:
            box.fields.update(value.box.fields)
            box.rest = join(box.rest, value.box.rest) if value.box.rest else box.rest
            if value.box.kind == "loaded":
                box.kind = "loaded"
        elif value.taints:
            box.rest = join(box.rest, Value(value.taints))

    def _sequence(self, node: ast.List | ast.Tuple | ast.Set, frame: Frame) -> Value:
        box = Box(type(node).__name__.lower())
        for at, item in enumerate(node.elts):
            value = self.evaluate(item, frame)
            if isinstance(item, ast.Starred):
                box.rest = join(box.rest, union_of(value.box) if value.box else value)
            else:
                box.fields[at] = value
        return Value(box=box)

    def _walrus(self, node: ast.NamedExpr, frame: Frame) -> Value:
        value = self.evaluate(node.value, frame)
        self._engine.statements.assign(node.target, value, frame)
        return self.evaluate(node.target, frame)

    def _yield(self, node: ast.Yield | ast.YieldFrom, frame: Frame) -> Value:
        value = self.evaluate(node.value, frame)
        if isinstance(node, ast.Yield):
            box = Box("list")
            box.rest = value
            value = Value(box=box)
        frame.result = join(frame.result, value)
        return VAGUE

    def _comprehension(self, node: Any, frame: Frame) -> Value:
        inner = Frame(frame, frame.function)
        inner.raised = frame.raised
        box = Box("dict" if isinstance(node, ast.DictComp) else "list")
        self._generate(node, list(node.generators), inner, box)
        return Value(box=box)

    def _generate(self, node: Any, generators: list[ast.comprehension], frame: Frame, box: Box) -> None:
        """Evaluate what a comprehension makes of every element that is known."""
        if not generators:
            if isinstance(node, ast.DictComp):
                key = self.evaluate(node.key, frame)
                self.store_item(box, key, self.evaluate(node.value, frame), node.value)
            else:
                value = self.evaluate(node.elt, frame)
                box.rest = join(box.rest, value)
            return
        first, *others = generators
        for element in self._engine.statements.elements(self.evaluate(first.iter, frame)):
            self._engine.statements.assign(first.target, element, frame)
            if self._admits(first.ifs, frame):
                self._generate(node, others, frame, box)

    def _admits(self, tests: list[ast.expr], frame: Frame) -> bool:
        for test in tests:
            answer = self.evaluate(test, frame)
            if answer.ref == _KEY and answer.const is False:
                return False
            if self._engine.statements.is_redaction(test, frame):
                return False
            self._engine.statements.refine(test, frame, holds=True)
        return True


def _mapping_of(known: list[tuple[str, Secret, ast.AST]], engine: Engine) -> Box:
    """Return a mapping that holds the secrets that are read from it."""
    box = Box("dict")
    for key, kind, node in known:
        box.fields[key] = Value(engine.taint(kind, key, node, f"{kind.value} is read from this mapping"))
    return box


def union_of(box: Box) -> Value:
    """Return what is known about any element of a container."""
    result: Value | None = None
    for value in box.values():
        result = join(result, value)
    return result or VAGUE


def _added(first: Box, second: Box) -> Value:
    box = first.copy()
    if first.kind in ("list", "tuple"):
        count = len(first.fields)
        box.fields.update({count + at: value for at, value in enumerate(second.fields.values())})
    else:
        box.fields.update(second.fields)
    if second.rest is not None:
        box.rest = join(box.rest, second.rest)
    return Value(box=box)


def _is_text(left: Value, right: Value) -> bool:
    return isinstance(left.const, str) or isinstance(right.const, str)
