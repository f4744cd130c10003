"""Follow the statements of a module or a function, in order."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from okxguard.leaks.boxes import remove
from okxguard.leaks.branches import Branches
from okxguard.leaks.conditions import refine
from okxguard.leaks.evidence import dotted
from okxguard.leaks.scope import Frame, Thrown, ancestry_of
from okxguard.leaks.values import SAFE, ClassModel, Function, Value, content, join

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine


class Statements:
    """Runs the statements of one module."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        branches, assignment = Branches(engine), engine.assignment
        self._handlers: dict[type, Callable[[Any, Frame], bool | None]] = {
            ast.Expr: self._expression,
            ast.Assign: assignment.run,
            ast.AnnAssign: assignment.run_annotated,
            ast.AugAssign: assignment.run_augmented,
            ast.Return: self._return,
            ast.Raise: self._raise,
            ast.Assert: self._assert,
            ast.If: branches.run_if,
            ast.For: branches.run_for,
            ast.AsyncFor: branches.run_for,
            ast.While: branches.run_while,
            ast.Try: branches.run_try,
            ast.With: self._with,
            ast.AsyncWith: self._with,
            ast.FunctionDef: self._function,
            ast.AsyncFunctionDef: self._function,
            ast.ClassDef: self._class,
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
            ast.Global: self._global,
            ast.Nonlocal: self._nonlocal,
            ast.Delete: self._delete,
            ast.Match: branches.run_match,
            ast.Continue: lambda *_: False,
            ast.Break: lambda *_: False,
        }
        if hasattr(ast, "TryStar"):
            self._handlers[ast.TryStar] = branches.run_try

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
        self._engine.reporter.echo(node, self._engine.expressions.evaluate(inner, frame))

    def _return(self, node: ast.Return, frame: Frame) -> bool:
        value = self._engine.expressions.evaluate(node.value, frame) if node.value else SAFE
        frame.result = join(frame.result, value)
        self._engine.reporter.returned(node, value, frame)
        return False

    def _raise(self, node: ast.Raise, frame: Frame) -> bool:
        if node.exc is not None:
            said = self._said(node.exc, frame)
            raised = self._engine.reporter.raised(node, said)
            frame.raised += raised
            own = next((value for value in said if value.box is not None and value.box.model is not None), None)
            if raised or (own is not None and content(own)):
                self._engine.invocations.thrown.append(Thrown(self._kinds(node.exc, frame), tuple(raised), own))
        return False

    def _kinds(self, node: ast.expr, frame: Frame) -> frozenset[str]:
        """Return the names of the class of an exception, and of those that it is made from."""
        name = dotted(node.func if isinstance(node, ast.Call) else node)
        known = frame.find(name)
        if known is None or not isinstance(known.target, ClassModel):
            return ancestry_of(name)
        model = known.target
        own = (each.name for each in model.ancestors())
        return frozenset(own).union(*map(ancestry_of, model.refs()))

    def _said(self, node: ast.expr, frame: Frame) -> list[Value]:
        """Return what an exception says: what it is made with, or what its class makes of it."""
        value = self._engine.expressions.evaluate(node, frame)
        if not isinstance(node, ast.Call) or (value.box is not None and value.box.model is not None):
            return [value]
        return self._engine.calls.last_arguments(node)

    def _assert(self, node: ast.Assert, frame: Frame) -> None:
        self._engine.expressions.evaluate(node.test, frame)
        if node.msg is not None:
            before = dict(frame.variables)
            refine(node.test, frame, holds=False)
            self._engine.reporter.raised(node, [self._engine.expressions.evaluate(node.msg, frame)])
            frame.variables = before
        refine(node.test, frame, holds=True)

    def _with(self, node: ast.With | ast.AsyncWith, frame: Frame) -> bool:
        for item in node.items:
            value = self._engine.expressions.evaluate(item.context_expr, frame)
            if item.optional_vars is not None:
                self._engine.assignment.assign(item.optional_vars, self._engine.classes.entered(value), frame)
        return self.run(node.body, frame)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> None:
        function = Function(node, frame)
        decorators = self._engine.expressions.every(node.decorator_list, frame)
        for each, value in zip(node.decorator_list, decorators, strict=True):
            called = each.func if isinstance(each, ast.Call) else each
            known = self._engine.expressions.evaluate(called, frame).ref or value.ref
            self._engine.switches.decorator(each, known or dotted(called), node)
        function.decorated = tuple(value for value in decorators if isinstance(value.target, Function))
        frame.variables[node.name] = Value(target=function)
        self._engine.pending[id(node)] = function, frame

    def _class(self, node: ast.ClassDef, frame: Frame) -> None:
        frame.variables[node.name] = Value(target=self._engine.classes.define(node, frame))

    def _import(self, node: ast.Import, frame: Frame) -> None:
        neighbours = self._engine.neighbours
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            module = neighbours.module(alias.name) if neighbours is not None and self._engine.wants(name) else None
            if module is not None and (alias.asname or "." not in alias.name):
                frame.variables[name] = module
            else:
                frame.variables[name] = Value(ref=alias.name if alias.asname else name, safe=True)

    def _import_from(self, node: ast.ImportFrom, frame: Frame) -> None:
        neighbours = self._engine.neighbours
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            name = alias.asname or alias.name
            wanted = self._engine.wants(name) or self._engine.wants(alias.name)
            value = neighbours.find(module, alias.name) if neighbours is not None and wanted else None
            frame.variables[name] = value or Value(ref=f"{module}.{alias.name}".lstrip("."))
            self._engine.switches.note_secret(frame.identity, frame.variables[name].taints)

    @staticmethod
    def _global(node: ast.Global, frame: Frame) -> None:
        frame.outside.update(dict.fromkeys(node.names, frame.module()))

    @staticmethod
    def _nonlocal(node: ast.Nonlocal, frame: Frame) -> None:
        for name in node.names:
            home = frame.outer
            while home is not None and (home.is_class or name not in home.variables):
                home = home.outer
            if home is not None:
                frame.outside[name] = home

    def _delete(self, node: ast.Delete, frame: Frame) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                frame.variables.pop(target.id, None)
            elif isinstance(target, ast.Subscript):
                base = self._engine.expressions.evaluate(target.value, frame)
                remove(base, self._engine.expressions.evaluate(target.slice, frame))


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
