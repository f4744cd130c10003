"""Follow the statements that run other statements once, often or never: branches, loops, handlers."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from okxguard.leaks.boxes import elements_of
from okxguard.leaks.conditions import answer_of, decided, forget_dumped, is_redaction, refine
from okxguard.leaks.evidence import dotted
from okxguard.leaks.scope import Frame, Thrown
from okxguard.leaks.values import VAGUE, Box, ClassModel, Taint, Value, content, join, union

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

# Exceptions that quote the value that they refuse.
_QUOTING = ("InvalidHeader", "ValidationError", "SettingsError")
# Libraries whose exceptions of that name tell what is wrong with a value and do not quote it.
_NOT_QUOTING = ("django.", "rest_framework.", "wtforms.", "marshmallow.", "flask_wtf.", "flask_marshmallow.")


class Branches:
    """Runs the branches and the loops of one module; each method tells whether the code behind it is reached."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def run_if(self, node: ast.If, frame: Frame) -> bool:
        """Run both branches, or the one that is known to be taken."""
        run = self._engine.statements.run
        known = decided(node.test, frame) if self._engine.invocations.is_abroad else None
        answer = answer_of(self._engine.expressions.evaluate(node.test, frame))
        if answer is None:
            answer = known
        if answer is not None:
            return run(node.body if answer else node.orelse, frame)
        if is_redaction(node.test, frame):
            forget_dumped(frame)
        before = dict(frame.variables)
        refine(node.test, frame, holds=True)
        goes_on = run(node.body, frame)
        after = frame.variables
        frame.variables = before
        refine(node.test, frame, holds=False)
        otherwise = run(node.orelse, frame)
        if goes_on and otherwise:
            frame.merge(after, frame.variables)
        elif goes_on:
            frame.variables = after
        return goes_on or otherwise

    def run_for(self, node: ast.For | ast.AsyncFor, frame: Frame) -> bool:
        """Run a loop once for each element, and twice for a single one that changes something."""
        run, assign = self._engine.statements.run, self._engine.assignment.assign
        elements = elements_of(self._engine.expressions.evaluate(node.iter, frame))
        before = dict(frame.variables)
        for element in elements:
            assign(node.target, element, frame)
            run(node.body, frame)
        if len(elements) == 1 and _has_changed(before, frame):
            assign(node.target, elements[0], frame)
            run(node.body, frame)
        frame.merge({**frame.variables}, before)
        return run(node.orelse, frame)

    def run_while(self, node: ast.While, frame: Frame) -> bool:
        """Run a loop, and once more if it changed something."""
        before = dict(frame.variables)
        for _ in range(2):
            self._engine.expressions.evaluate(node.test, frame)
            self._engine.statements.run(node.body, frame)
            if not _has_changed(before, frame):
                break
        frame.merge({**frame.variables}, before)
        self._engine.statements.run(node.orelse, frame)
        return True

    def run_try(self, node: Any, frame: Frame) -> bool:
        """Run a body, then each handler with what the body raised."""
        run = self._engine.statements.run
        invocations = self._engine.invocations
        outer, frame.raised = frame.raised, []
        around, invocations.thrown = invocations.thrown, []
        before = dict(frame.variables)
        goes_on = run(node.body, frame) and run(node.orelse, frame)
        raised, frame.raised = frame.raised, outer
        going = invocations.thrown
        invocations.thrown = around
        after = frame.variables
        for handler in node.handlers:
            frame.merge(before, after)
            if handler.name:
                caught = [each for each in going if _catches(handler, each)]
                told = union(tuple(raised), *(each.taints for each in caught))
                own = _objects_of(caught)
                frame.variables[handler.name] = (
                    own._replace(taints=told) if own else self._caught(handler, node, told, frame)
                )
            again = [each for each in going if _catches(handler, each)] if _raises_again(handler) else []
            going = [each for each in going if not _catches(handler, each)]
            invocations.thrown += again
            if run(handler.body, frame):
                if goes_on:
                    frame.merge(after, frame.variables)
                after, goes_on = frame.variables, True
        invocations.thrown += going
        if not node.handlers:
            outer += raised
        frame.variables = after
        return run(node.finalbody, frame) and goes_on

    def _caught(self, handler: ast.ExceptHandler, node: Any, told: tuple[Taint, ...], frame: Frame) -> Value:
        """Return an exception: with the secrets that the code raises, or those that a library quotes."""
        if told:
            return Value(told)
        quoted = self._quoted(handler, node, frame)
        return quoted if quoted.taints else quoted._replace(ref="<error>", safe=True)

    def _quoted(self, handler: ast.ExceptHandler, node: Any, frame: Frame) -> Value:
        """Return what an exception tells that a library raises with the value that it refused."""
        name = dotted(handler.type) if handler.type is not None else ""
        if handler.type is None or not name.endswith(_QUOTING):
            return VAGUE
        if self._engine.expressions.evaluate(handler.type, frame).ref.startswith(_NOT_QUOTING):
            return VAGUE
        found: Value | None = None
        for inner in ast.walk(ast.Module(node.body, [])):
            if not isinstance(inner, ast.Call):
                continue
            known = frame.find(inner.func.id) if isinstance(inner.func, ast.Name) else None
            if known is not None and isinstance(known.target, ClassModel) and "Validation" in name:
                made = Value(box=Box("instance", known.target))
                found = join(found, Value(self._engine.texts.dumped(made)))
            for value in self._engine.calls.last_arguments(inner):
                taints = content(value)
                found = join(found, Value(taints)) if taints else found
        return Value(tuple(taint._replace(dump=False) for taint in found.taints)) if found is not None else VAGUE

    def run_match(self, node: ast.Match, frame: Frame) -> bool:
        """Run each case with what its pattern gives names to."""
        subject = self._engine.expressions.evaluate(node.subject, frame)
        before = dict(frame.variables)
        merged = before
        for case in node.cases:
            frame.variables = dict(before)
            for pattern in ast.walk(case.pattern):
                if isinstance(pattern, ast.MatchMapping):
                    self._match_keys(pattern, subject, frame)
                name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
                if isinstance(name, str) and (name not in frame.variables or name in before):
                    frame.variables[name] = Value(subject.taints)
            if self._engine.statements.run(case.body, frame):
                after = frame.variables
                frame.merge(merged or after, after)
                merged = frame.variables
        frame.variables = merged
        return True

    def _match_keys(self, pattern: ast.MatchMapping, subject: Value, frame: Frame) -> None:
        """Give names to what stands under the keys of a mapping."""
        for key, inner in zip(pattern.keys, pattern.patterns, strict=True):
            if isinstance(inner, ast.MatchAs) and inner.name is not None:
                known = self._engine.expressions.evaluate(key, frame)
                frame.variables[inner.name] = self._engine.access.item(subject, known, inner)


def _has_changed(before: dict[str, Value], frame: Frame) -> bool:
    """Tell whether a variable stands for something else than before; new ones do not count."""
    return any(before.get(name, value) is not value for name, value in frame.variables.items())


def _catches(handler: ast.ExceptHandler, thrown: Thrown) -> bool:
    """Tell whether a handler gets an exception."""
    if handler.type is None:
        return True
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(dotted(each).rpartition(".")[2] in thrown.kinds for each in types)


def _objects_of(caught: list[Thrown]) -> Value | None:
    """Return the object that a handler gets, or None where it is none of a class that is known."""
    found: Value | None = None
    for each in caught:
        found = join(found, each.value) if each.value is not None else found
    return found


def _raises_again(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler lets what it got go on."""
    nodes = (node for statement in handler.body for node in ast.walk(statement))
    return any(isinstance(node, ast.Raise) and node.exc is None for node in nodes)
