"""Tell what is known about the values of expressions."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from okxguard.leaks.boxes import added, any_of, common, spread
from okxguard.leaks.comprehensions import Comprehensions
from okxguard.leaks.conditions import answer_of, is_redaction, refine
from okxguard.leaks.formats import fold, limited, percent, precision
from okxguard.leaks.scope import Frame
from okxguard.leaks.shapes import are_labels, looks_secret
from okxguard.leaks.streams import is_stream
from okxguard.leaks.texts import is_object
from okxguard.leaks.values import KEY, LABELS, SAFE, UNKNOWN, VAGUE, Box, Function, Value, join, tainted, union

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

_BUILT_IN = frozenset(dir(builtins))
# A header whose value comes next: what stands there is what the header says.
_HEADER = re.compile(r"(?i)(?P<name>ok-access-(?:key|passphrase))[\"']{0,2}\s{0,3}[:=]\s{0,3}[\"']?$")

# The number of `!r`.
_REPR = ord("r")


class Expressions:
    """Evaluates the expressions of one module."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        comprehensions = Comprehensions(engine)
        self._handlers: dict[type, Callable[[Any, Frame], Value]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.Attribute: engine.access.of_attribute,
            ast.Subscript: engine.access.of_subscript,
            ast.Call: engine.calls.call,
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
            ast.Starred: self._inner,
            ast.Await: self._inner,
            ast.NamedExpr: self._walrus,
            ast.Lambda: self._lambda,
            ast.ListComp: comprehensions.evaluate,
            ast.SetComp: comprehensions.evaluate,
            ast.GeneratorExp: comprehensions.evaluate,
            ast.DictComp: comprehensions.evaluate,
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

    def named(self, value: Value, name: str, node: ast.AST, *, is_variable: bool = False) -> Value:
        """Return a value that is read under a name: what the name says counts where nothing else is known.

        `is_variable` tells that it is a variable of the environment.
        """
        if not value.is_vague or is_object(value):
            return value
        taints = self._engine.named(name, node, is_variable=is_variable)
        return value._replace(taints=taints) if taints else value

    def put(self, value: Value, name: str, frame: Frame) -> Value:
        """Return a value that is put where a secret belongs; a constant counts only if it looks like one."""
        is_literal = isinstance(value.const, (str, bytes)) and not value.taints and looks_secret(value.const)
        if not is_literal and (not value.is_vague or is_object(value) or value.box is not None):
            return value
        taints = self._engine.put(name, frame)
        return value._replace(taints=taints) if taints else value

    def literal(self, value: Value, name: str, node: ast.AST) -> Value:
        """Return a constant that is stored under a name: a secret where the name says so and it looks like one."""
        if not isinstance(value.const, (str, bytes)) or value.taints:
            return value
        taints = self._engine.named(name, node)
        return value._replace(taints=taints) if taints and looks_secret(value.const) else value

    @staticmethod
    def _constant(node: ast.Constant, _: Frame) -> Value:
        return Value(const=node.value)

    def _name(self, node: ast.Name, frame: Frame) -> Value:
        value = frame.find(node.id)
        if value is None:
            if node.id in _BUILT_IN:
                return Value(ref=node.id, safe=node.id.startswith("__"))
            value = Value(ref=node.id)
        named = self.put(self.named(self._engine.access.environment(value, node), node.id, node), node.id, frame)
        return self._mapping(named, node.id, frame) if named.is_vague and _is_unknown(named.box) else named

    def _mapping(self, value: Value, name: str, frame: Frame) -> Value:
        """Return a mapping that nobody knows with the secrets that the same function reads out of it."""
        known = self._engine.evidence.scoped.get((frame.identity, name))
        module = frame.module()
        if known is None and (frame.outer is None or (name in module.variables and name not in frame.variables)):
            known = self._engine.evidence.read.get(name)
            frame = module
        if not known:
            return value
        value = value._replace(box=self._engine.access.mapping_of(known))
        frame.variables[name] = value
        return value

    def _inner(self, node: ast.Starred | ast.Await, frame: Frame) -> Value:
        return self.evaluate(node.value, frame)

    def _lambda(self, node: ast.Lambda, frame: Frame) -> Value:
        function = Function(node, frame)
        self._engine.pending[id(node)] = function, frame
        return Value(target=function)

    def _joined(self, node: ast.JoinedStr, frame: Frame) -> Value:
        parts = self.every(node.values, frame)
        for at, part in enumerate(parts[1:], 1):
            header = _HEADER.search(parts[at - 1].const) if isinstance(parts[at - 1].const, str) else None
            inner = node.values[at]
            if header is not None and isinstance(inner, ast.FormattedValue) and not part.taints:
                parts[at] = self.named(self.evaluate(inner.value, frame), header["name"], inner)
        if parts and all(isinstance(part.const, str) and not part.taints for part in parts):
            return Value(const="".join(part.const for part in parts))
        return tainted(self._engine.shown(parts))

    def _formatted(self, node: ast.FormattedValue, frame: Frame) -> Value:
        value = self.evaluate(node.value, frame)
        if isinstance(value.const, str) and not value.taints and node.format_spec is None:
            return value
        spec = self.evaluate(node.format_spec, frame).const if node.format_spec else None
        texts = self._engine.texts
        shown = texts.represented(value) if node.conversion == _REPR else texts.shown(value)
        return tainted(limited(shown, precision(spec), node))

    def _binary(self, node: ast.BinOp, frame: Frame) -> Value:
        left, right = self.evaluate(node.left, frame), self.evaluate(node.right, frame)
        if "len()" in (left.ref, right.ref) and not isinstance(left.const, str):
            return Value(ref="len()", safe=True)
        if isinstance(node.op, ast.Mod) and (isinstance(left.const, (str, bytes)) or left.taints):
            return percent(left, right, self._engine.shown, self._engine.texts.of_field, node)
        if isinstance(node.op, (ast.Add, ast.BitOr)):
            return self._sum(left, right)
        if isinstance(node.op, ast.BitAnd):
            return common(left, right)
        if isinstance(node.op, ast.Mult) and (left.const is UNKNOWN or right.const is UNKNOWN):
            is_text = isinstance(left.const, str) or isinstance(right.const, str)
            return SAFE if is_text else tainted(union(left.taints, right.taints))
        return SAFE

    def _sum(self, left: Value, right: Value) -> Value:
        if left.box is not None and right.box is not None:
            return added(left.box, right.box)
        if isinstance(left.const, str) and isinstance(right.const, str) and not (left.taints or right.taints):
            return Value(const=left.const + right.const)
        return tainted(self._engine.shown([left, right]))

    def _boolean(self, node: ast.BoolOp, frame: Frame) -> Value:
        values = []
        before = frame.variables
        for each in node.values:
            values.append(self.evaluate(each, frame))
            refine(each, frame, holds=isinstance(node.op, ast.And))
        frame.variables = {
            name: frame.variables[name] if name not in before else before[name] for name in frame.variables
        }
        decisive = isinstance(node.op, ast.Or)
        decided = next((value for value in values if answer_of(value) is decisive), None)
        if decided is not None:
            return decided
        if isinstance(node.op, ast.And):
            return values[-1]
        if all(value.ref == KEY for value in values):
            return values[0]
        result = values[0]
        for value in values[1:]:
            result = join(result, value)
        return result

    def _unary(self, node: ast.UnaryOp, frame: Frame) -> Value:
        value = self.evaluate(node.operand, frame)
        answer = answer_of(value)
        if isinstance(node.op, ast.Not) and answer is not None:
            return Value(const=not answer, ref=KEY)
        if isinstance(node.op, ast.USub) and isinstance(value.const, int):
            return Value(const=-value.const)
        return SAFE

    def _compare(self, node: ast.Compare, frame: Frame) -> Value:
        left, *others = self.every([node.left, *node.comparators], frame)
        answer = fold(left, node.ops[0], others[0]) if len(others) == 1 else None
        return Value(const=answer, ref=KEY) if answer is not None else SAFE

    def _conditional(self, node: ast.IfExp, frame: Frame) -> Value:
        answer = answer_of(self.evaluate(node.test, frame))
        if answer is not None:
            return self.evaluate(node.body if answer else node.orelse, frame)
        before = dict(frame.variables)
        refine(node.test, frame, holds=True)
        first = self.evaluate(node.body, frame)
        frame.variables = dict(before)
        refine(node.test, frame, holds=False)
        second = self.evaluate(node.orelse, frame)
        frame.variables = before
        if is_redaction(node.test, frame):
            return SAFE
        return next((value for value in (first, second) if is_stream(value)), join(first, second))

    def _dict(self, node: ast.Dict, frame: Frame) -> Value:
        box = Box("dict")
        labels = self._labels_in(node)
        if labels:
            box.fields = {key: Value(const=text) for key, text in labels.items()}
            return Value(box=box, ref=LABELS)
        for key, inner in zip(node.keys, node.values, strict=True):
            value = self.evaluate(inner, frame)
            if key is None:
                spread(box, value)
            else:
                self._engine.access.store_item(box, self.evaluate(key, frame), value, inner)
        return Value(box=box)

    def _labels_in(self, node: ast.Dict) -> dict[Any, Any]:
        """Return the words for people that a mapping in the code holds under the names of secrets, or nothing."""
        found: dict[Any, Any] = {}
        for key, text in zip(node.keys, node.values, strict=True):
            if not isinstance(key, ast.Constant) or not isinstance(text, ast.Constant):
                return {}
            found[key.value] = text.value
        read = self._engine.names.read
        named = ((text, isinstance(key, str) and read(key) is not None) for key, text in found.items())
        return found if are_labels(named) else {}

    def _sequence(self, node: ast.List | ast.Tuple | ast.Set, frame: Frame) -> Value:
        box = Box(type(node).__name__.lower())
        for at, item in enumerate(node.elts):
            value = self.evaluate(item, frame)
            if isinstance(item, ast.Starred):
                box.rest = join(box.rest, any_of(value.box) if value.box else value)
            else:
                box.fields[at] = value
        return Value(box=box)

    def _walrus(self, node: ast.NamedExpr, frame: Frame) -> Value:
        value = self.evaluate(node.value, frame)
        self._engine.assignment.assign(node.target, value, frame)
        return self.evaluate(node.target, frame)

    def _yield(self, node: ast.Yield | ast.YieldFrom, frame: Frame) -> Value:
        value = self.evaluate(node.value, frame)
        if isinstance(node, ast.Yield):
            box = Box("list")
            box.rest = value
            value = Value(box=box)
        frame.result = join(frame.result, value)
        return VAGUE


def _is_unknown(box: Box | None) -> bool:
    """Tell whether nothing is known of a mapping; what a text was parsed to may come from anywhere."""
    return box is None or (box.kind == "loaded" and "*" in box.hidden and not box.fields)
