"""Tell what is known about the values of comprehensions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from okxguard.leaks.boxes import elements_of, spread
from okxguard.leaks.conditions import answer_of, is_redaction, refine
from okxguard.leaks.scope import Frame
from okxguard.leaks.values import Box, Value, join

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp

_SHORT = 24


class Comprehensions:
    """Evaluates the comprehensions of one module."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def evaluate(self, node: Comprehension, frame: Frame) -> Value:
        """Return the container that a comprehension makes."""
        inner = Frame(frame, frame.function)
        inner.raised = frame.raised
        box = Box("dict" if isinstance(node, ast.DictComp) else "list")
        self._generate(node, node.generators, inner, box)
        return Value(box=box)

    def _generate(self, node: Comprehension, generators: list[ast.comprehension], frame: Frame, box: Box) -> None:
        """Evaluate what a comprehension makes of every element that is known."""
        if not generators:
            self._put(node, frame, box)
            return
        first, *others = generators
        given = self._engine.expressions.evaluate(first.iter, frame)
        if len(node.generators) == 1 and not first.ifs and _is_short(given.box):
            self._put_in_order(node, first, given, frame, box)
            return
        for element in elements_of(given):
            self._engine.assignment.assign(first.target, element, frame)
            if self._admits(first.ifs, frame):
                self._generate(node, others, frame, box)

    def _put_in_order(
        self, node: Comprehension, generator: ast.comprehension, given: Value, frame: Frame, box: Box
    ) -> None:
        """Put what is made of each element of a short list at its place."""
        for at, element in enumerate(elements_of(given)):
            self._engine.assignment.assign(generator.target, element, frame)
            made = Box(box.kind)
            self._put(node, frame, made)
            if made.rest is not None and box.kind == "list":
                box.fields[at] = made.rest
            else:
                spread(box, Value(box=made))

    def _put(self, node: Comprehension, frame: Frame, box: Box) -> None:
        """Put one element into the container."""
        evaluate = self._engine.expressions.evaluate
        if isinstance(node, ast.DictComp):
            key = evaluate(node.key, frame)
            self._engine.access.store_item(box, key, evaluate(node.value, frame), node.value)
        else:
            box.rest = join(box.rest, evaluate(node.elt, frame))

    def _admits(self, tests: list[ast.expr], frame: Frame) -> bool:
        for test in tests:
            answer = answer_of(self._engine.expressions.evaluate(test, frame))
            if answer is False or (answer is None and is_redaction(test, frame)):
                return False
            refine(test, frame, holds=True)
        return True


def _is_short(box: Box | None) -> bool:
    """Tell whether all elements of a list are known, and are few."""
    return (
        box is not None and box.kind in ("list", "tuple", "set") and box.rest is None and 1 < len(box.fields) <= _SHORT
    )
