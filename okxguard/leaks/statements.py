"""Follow the statements of a module or a function, in order."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from okxguard.leaks.evidence import dotted
from okxguard.leaks.expressions import union_of
from okxguard.leaks.names import words_of
from okxguard.leaks.scope import Frame
from okxguard.leaks.values import SAFE, UNKNOWN, VAGUE, Box, ClassModel, Function, Value, join

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

_KEY = "<key>"
_MOST_ELEMENTS = 24
_REDACTING = frozenset(
    [
        "secret",
        "secrets",
        "sensitive",
        "sensible",
        "private",
        "password",
        "passwords",
        "passwd",
        "passphrase",
        "redact",
        "redacted",
        "mask",
        "masked",
        "hidden",
        "hide",
        "confidential",
        "token",
        "credential",
        "credentials",
        "apikey",
        "safe",
        "public",
        "blocked",
        "denied",
        "blacklist",
        "forbidden",
    ]
)


class Statements:
    """Runs the statements of one module."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._handlers: dict[type, Callable[[Any, Frame], bool | None]] = {
            ast.Expr: self._expression,
            ast.Assign: self._assign,
            ast.AnnAssign: self._annotated,
            ast.AugAssign: self._augmented,
            ast.Return: self._return,
            ast.Raise: self._raise,
            ast.Assert: self._assert,
            ast.If: self._if,
            ast.For: self._for,
            ast.AsyncFor: self._for,
            ast.While: self._while,
            ast.Try: self._try,
            ast.With: self._with,
            ast.AsyncWith: self._with,
            ast.FunctionDef: self._function,
            ast.AsyncFunctionDef: self._function,
            ast.ClassDef: self._class,
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
            ast.Delete: self._delete,
            ast.Match: self._match,
            ast.Continue: lambda *_: False,
            ast.Break: lambda *_: False,
        }
        if hasattr(ast, "TryStar"):
            self._handlers[ast.TryStar] = self._try

    def run(self, body: list[ast.stmt], frame: Frame) -> bool:
        """Run statements; return False where the code behind them is not reached."""
        for at, statement in enumerate(body):
            self._engine.step()
            if at + 1 < len(body) and is_old_statement(statement, body[at + 1]):
                self._run_old(statement, body[at + 1], frame)
            handler = self._handlers.get(type(statement))
            if handler is not None and handler(statement, frame) is False:
                return False
        return True

    def run_body(self, function: Function, frame: Frame) -> Value:
        """Run the body of a function and return what it gives back."""
        node = function.node
        if isinstance(node, ast.Lambda):
            return self._engine.expressions.evaluate(node.body, frame)
        self.run(node.body, frame)
        return frame.result or SAFE

    def assign(self, target: ast.AST, value: Value, frame: Frame) -> None:
        """Store a value where a target says."""
        if isinstance(target, ast.Name):
            named = self._engine.expressions.literal(value, target.id, target)
            self._engine.switches.note_secret(frame.identity, named.taints)
            frame.variables[target.id] = named.through(target, f"assigned to {target.id}")
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target.elts, value, frame)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value, frame)
        elif isinstance(target, ast.Attribute):
            self._store_attribute(target, value, frame)
        elif isinstance(target, ast.Subscript):
            self._store_item(target, value, frame)

    def _unpack(self, targets: list[ast.expr], value: Value, frame: Frame) -> None:
        box = value.box
        for at, target in enumerate(targets):
            if box is not None and box.kind in ("list", "tuple", "set"):
                part = box.fields.get(at, box.rest if box.rest is not None else VAGUE)
            elif value.taints or value.safe:
                part = Value(value.taints, safe=value.safe)
            else:
                part = VAGUE
            self.assign(target, part, frame)

    def _box_of(self, node: ast.expr, frame: Frame, kind: str) -> Box:
        """Return the content of what is changed in place, making it where nothing was known of it."""
        value = self._engine.expressions.evaluate(node, frame)
        if value.box is None:
            value = Value(
                value.taints if value.taints and not isinstance(node, ast.Name) else (), box=Box(kind), ref=value.ref
            )
            if isinstance(node, (ast.Name, ast.Attribute)) or isinstance(node, ast.Subscript):
                self.assign(node, value, frame)
        box = value.box
        return box if box is not None else Box(kind)

    def _store_attribute(self, target: ast.Attribute, value: Value, frame: Frame) -> None:
        value = self._engine.expressions.literal(value, target.attr, target)
        value = value.through(target, f"stored in {dotted(target) or target.attr}")
        base = self._engine.expressions.evaluate(target.value, frame)
        self._engine.switches.store(target, base, dotted(target), value, frame)
        if isinstance(base.target, ClassModel):
            self._engine.classes.store_field(base.target, target.attr, value)
            return
        box = self._box_of(target.value, frame, "unknown")
        box.fields[target.attr] = value
        if box.model is not None:
            self._engine.classes.store_field(box.model, target.attr, value)

    def _store_item(self, target: ast.Subscript, value: Value, frame: Frame) -> None:
        key = self._engine.expressions.evaluate(target.slice, frame)
        box = self._box_of(target.value, frame, "dict")
        if box.kind == "unknown":
            box.kind = "dict"
        value = value.through(target, f"stored in {dotted(target.value) or 'a mapping'}")
        self._engine.expressions.store_item(box, key, value, target)

    def _run_old(self, statement: ast.stmt, behind: ast.stmt, frame: Frame) -> None:
        """Run a statement of Python 2, of which the parser makes two: a word, and what stands behind it."""
        values = self._engine.expressions.every([behind.value] if isinstance(behind, ast.Expr) else [], frame)
        if isinstance(statement, ast.Raise):
            self._engine.reporter.raised(behind, values)
        else:
            self._engine.reporter.printed(behind, values)

    def _expression(self, node: ast.Expr, frame: Frame) -> None:
        inner = node.value
        if isinstance(inner, ast.Tuple) and inner.elts and _is_chevron(inner.elts[0]):
            self._engine.reporter.printed(node, self._engine.expressions.every(inner.elts[1:], frame))
            return
        value = self._engine.expressions.evaluate(node.value, frame)
        self._engine.reporter.echo(node, value)

    def _assign(self, node: ast.Assign, frame: Frame) -> None:
        value = self._engine.expressions.evaluate(node.value, frame)
        for target in node.targets:
            self.assign(target, value, frame)

    def _annotated(self, node: ast.AnnAssign, frame: Frame) -> None:
        value = self._engine.expressions.evaluate(node.value, frame) if node.value else None
        known = self._engine.classes.of_annotation(node.annotation, frame)
        if known is not None and (value is None or value.is_vague):
            value = known
        if value is not None:
            self.assign(node.target, value, frame)

    def _augmented(self, node: ast.AugAssign, frame: Frame) -> None:
        operation = ast.BinOp(node.target, node.op, node.value)
        ast.copy_location(operation, node)
        self.assign(node.target, self._engine.expressions.evaluate(operation, frame), frame)

    def _return(self, node: ast.Return, frame: Frame) -> bool:
        value = self._engine.expressions.evaluate(node.value, frame) if node.value else SAFE
        frame.result = join(frame.result, value)
        self._engine.reporter.returned(node, value, frame)
        return False

    def _raise(self, node: ast.Raise, frame: Frame) -> bool:
        if node.exc is not None:
            frame.raised += self._engine.reporter.raised(node, self._arguments_of(node.exc, frame))
        return False

    def _arguments_of(self, node: ast.expr, frame: Frame) -> list[Value]:
        """Return what an exception says: what it is made with, or what its class makes of it."""
        value = self._engine.expressions.evaluate(node, frame)
        if not isinstance(node, ast.Call) or (value.box is not None and value.box.model is not None):
            return [value]
        return self._engine.calls.last_arguments(node)

    def _assert(self, node: ast.Assert, frame: Frame) -> None:
        self._engine.expressions.evaluate(node.test, frame)
        if node.msg is not None:
            before = dict(frame.variables)
            self.refine(node.test, frame, holds=False)
            self._engine.reporter.raised(node, [self._engine.expressions.evaluate(node.msg, frame)])
            frame.variables = before
        self.refine(node.test, frame, holds=True)

    def _if(self, node: ast.If, frame: Frame) -> bool:
        test = self._engine.expressions.evaluate(node.test, frame)
        if test.ref == _KEY and isinstance(test.const, bool):
            return self.run(node.body if test.const else node.orelse, frame)
        if self.is_redaction(node.test, frame):
            self._hide_item(node.test, frame)
        before = dict(frame.variables)
        self.refine(node.test, frame, holds=True)
        goes_on = self.run(node.body, frame)
        after = frame.variables
        frame.variables = before
        self.refine(node.test, frame, holds=False)
        otherwise = self.run(node.orelse, frame)
        if goes_on and otherwise:
            frame.merge(after, frame.variables)
        elif goes_on:
            frame.variables = after
        return goes_on or otherwise

    def refine(self, test: ast.expr, frame: Frame, *, holds: bool) -> None:
        """Note what a test tells in a branch: what is empty there is no secret."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            self.refine(test.operand, frame, holds=not holds)
        elif isinstance(test, ast.BoolOp):
            if isinstance(test.op, ast.And) is holds:
                for each in test.values:
                    self.refine(each, frame, holds=holds)
        elif isinstance(test, ast.Name) and not holds:
            frame.variables[test.id] = SAFE
        elif isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.left, ast.Name):
            other = test.comparators[0]
            same = isinstance(test.ops[0], (ast.Is, ast.Eq))
            if (
                isinstance(other, ast.Constant)
                and not other.value
                and same is holds
                and (isinstance(test.ops[0], (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)))
            ):
                frame.variables[test.left.id] = SAFE

    def is_redaction(self, test: ast.expr, frame: Frame) -> bool:
        """Tell whether a test asks whether the key of an item, which is not known, is that of a secret."""
        about_key = False
        about_secrets = False
        for node in ast.walk(test):
            if isinstance(node, ast.Name):
                value = frame.find(node.id)
                about_key = about_key or (value is not None and value.ref == _KEY and value.const is UNKNOWN)
                about_secrets = about_secrets or not _REDACTING.isdisjoint(words_of(node.id))
                if value is not None and value.box is not None:
                    texts = [each.const for each in value.box.fields.values()] + list(value.box.fields)
                    about_secrets = about_secrets or any(_is_telling(text) for text in texts)
            elif isinstance(node, ast.Constant):
                about_secrets = about_secrets or _is_telling(node.value)
            elif isinstance(node, ast.Attribute):
                about_secrets = about_secrets or not _REDACTING.isdisjoint(words_of(node.attr))
        return about_key and about_secrets

    def _hide_item(self, test: ast.expr, frame: Frame) -> None:
        """Forget the secrets of the items that are looked at while their keys are compared with those of secrets."""
        for name, value in frame.variables.items():
            if any(taint.dump for taint in value.taints):
                frame.variables[name] = SAFE

    def elements(self, value: Value) -> list[Value]:
        """Return what iterating over a value gives, one by one where that is known."""
        box = value.box
        if box is None:
            return [Value(value.taints, safe=value.safe)]
        if box.kind in ("dict", "loaded", "unknown"):
            keys = [Value(const=key, ref=_KEY) for key in box.fields if isinstance(key, str)]
            return [*keys[:_MOST_ELEMENTS], *([Value(ref=_KEY, safe=True)] if box.rest or not keys else [])]
        items = [item._replace(ref=_KEY) if _is_plain(item) else item for item in box.fields.values()]
        if len(items) > _MOST_ELEMENTS:
            items = [union_of(box)]
        elif box.rest is not None:
            items.append(box.rest)
        return items or [VAGUE]

    def _for(self, node: ast.For | ast.AsyncFor, frame: Frame) -> bool:
        elements = self.elements(self._engine.expressions.evaluate(node.iter, frame))
        before = dict(frame.variables)
        for element in elements:
            self.assign(node.target, element, frame)
            self.run(node.body, frame)
        if len(elements) == 1 and any(
            before.get(name) is not value for name, value in frame.variables.items() if name in before
        ):
            self.assign(node.target, elements[0], frame)
            self.run(node.body, frame)
        frame.merge({**frame.variables}, before)
        return self.run(node.orelse, frame)

    def _while(self, node: ast.While, frame: Frame) -> bool:
        before = dict(frame.variables)
        for _ in range(2):
            self._engine.expressions.evaluate(node.test, frame)
            self.run(node.body, frame)
            if all(before.get(name, value) is value for name, value in frame.variables.items()):
                break
        frame.merge({**frame.variables}, before)
        self.run(node.orelse, frame)
        return True

    def _try(self, node: Any, frame: Frame) -> bool:
        outer, frame.raised = frame.raised, []
        before = dict(frame.variables)
        goes_on = self.run(node.body, frame)
        if goes_on:
            goes_on = self.run(node.orelse, frame)
        raised, frame.raised = frame.raised, outer
        after = frame.variables
        for handler in node.handlers:
            frame.merge(before, after)
            if handler.name:
                caught = Value(tuple(raised)) if raised else self._engine.calls.caught(handler, node, frame)
                frame.variables[handler.name] = caught._replace(ref="<error>") if not caught.taints else caught
            if self.run(handler.body, frame):
                if goes_on:
                    frame.merge(after, frame.variables)
                after, goes_on = frame.variables, True
        if not node.handlers:
            outer += raised
        frame.variables = after
        return self.run(node.finalbody, frame) and goes_on

    def _with(self, node: ast.With | ast.AsyncWith, frame: Frame) -> bool:
        for item in node.items:
            value = self._engine.expressions.evaluate(item.context_expr, frame)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, self._engine.classes.entered(value), frame)
        return self.run(node.body, frame)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> None:
        function = Function(node, frame)
        decorators = self._engine.expressions.every(node.decorator_list, frame)
        function.decorated = tuple(value for value in decorators if isinstance(value.target, Function))
        frame.variables[node.name] = Value(target=function)
        self._engine.pending[id(node)] = function, frame

    def _class(self, node: ast.ClassDef, frame: Frame) -> None:
        frame.variables[node.name] = Value(target=self._engine.classes.define(node, frame))

    def _import(self, node: ast.Import, frame: Frame) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            wanted = name in self._engine.gate.wanted or self._engine.gate.is_open_to_all
            neighbours = self._engine.neighbours if wanted else None
            module = neighbours.module(alias.name) if neighbours is not None else None
            if module is not None and (alias.asname or "." not in alias.name):
                frame.variables[name] = module
            else:
                frame.variables[name] = Value(ref=alias.name if alias.asname else name, safe=True)

    def _import_from(self, node: ast.ImportFrom, frame: Frame) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            value = self._engine.calls.imported(module, alias.name, alias.asname or alias.name)
            frame.variables[alias.asname or alias.name] = value or Value(ref=f"{module}.{alias.name}".lstrip("."))

    def _delete(self, node: ast.Delete, frame: Frame) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                frame.variables.pop(target.id, None)
            elif isinstance(target, ast.Subscript):
                base = self._engine.expressions.evaluate(target.value, frame)
                key = self._engine.expressions.evaluate(target.slice, frame)
                self._engine.calls.remove(base, key)

    def _match(self, node: ast.Match, frame: Frame) -> bool:
        subject = self._engine.expressions.evaluate(node.subject, frame)
        before = dict(frame.variables)
        merged: dict[str, Value] | None = before
        for case in node.cases:
            frame.variables = dict(before)
            for pattern in ast.walk(case.pattern):
                name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
                if isinstance(name, str):
                    frame.variables[name] = Value(subject.taints)
            if self.run(case.body, frame):
                after = frame.variables
                frame.merge(merged or after, after)
                merged = frame.variables
        frame.variables = merged or before
        return True


def is_old_statement(statement: ast.stmt, behind: ast.stmt) -> bool:
    """Tell whether two statements are one of Python 2: `print x`, or `raise Error, x`."""
    if not isinstance(behind, ast.Expr) or behind.lineno != (statement.end_lineno or statement.lineno):
        return False
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Name) and statement.value.id == "print"
    return isinstance(statement, ast.Raise) and isinstance(statement.exc, (ast.Name, ast.Attribute))


def _is_chevron(node: ast.expr) -> bool:
    """Tell whether a Python 2 statement prints to a stream: `print >>stream, x`."""
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.RShift)
        and isinstance(node.left, ast.Name)
        and node.left.id == "print"
    )


def _is_telling(text: object) -> bool:
    return isinstance(text, str) and not _REDACTING.isdisjoint(
        (*words_of(text), text.lower(), "apikey" if "key" in text.lower() else "")
    )


def _is_plain(value: Value) -> bool:
    return isinstance(value.const, str) and not value.taints and not value.ref
