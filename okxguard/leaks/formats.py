"""Tell how much of a secret is left after slices, precisions and formats."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from typing import Any

from okxguard.leaks.values import SAFE, UNKNOWN, Box, Taint, Value, tainted, union

_MOST = 24
_PERCENT = re.compile(
    r"%(?:\((?P<name>[^)]{0,80})\))?[#0\- +]{0,5}(?:\*|\d{1,4})?(?:\.(?P<precision>\*|\d{1,4}))?[a-zA-Z%]"
)
_BRACES = re.compile(r"\{(?P<name>[^{}:!]{0,80})(?:![rsa])?(?::(?P<spec>[^{}]{0,40}))?\}")
_PRECISION = re.compile(r"\.(?P<count>\d{1,4})[a-z]?$")
_KEY = "<key>"


def cut(value: Value, bounds: list[Value], node: ast.AST) -> Value:
    """Return what a slice leaves of a text; bounds that nobody knows are taken for a mask."""
    lower, upper, step = (bound.const for bound in bounds)
    if lower is UNKNOWN or upper is UNKNOWN:
        # A bound that is reckoned from the length leaves more of a longer secret.
        reckoned = any(bound.const is UNKNOWN and bound.ref == "len()" for bound in bounds)
        return tainted(limited(value.taints, _MOST // 2, node)) if reckoned else SAFE
    if isinstance(step, int) and step < 0:
        return value
    return tainted(limited(value.taints, _left(lower, upper), node))


def _left(lower: Any, upper: Any) -> int | None:
    """Return how many characters a slice leaves; a secret is taken to be some thirty long."""
    first = lower if isinstance(lower, int) else 0
    if not isinstance(upper, int):
        return None if first == 0 else -first if first < 0 else max(_MOST - first + 8, 0)
    if upper < 0:
        return max(_MOST + 8 + upper - first, 0) if first >= 0 else max(upper - first, 0)
    return max(upper - first, 0) if first >= 0 else min(-first, upper)


def limited(taints: tuple[Taint, ...], count: int | None, node: ast.AST) -> tuple[Taint, ...]:
    """Return secrets of which at most `count` characters are left; what nothing is left of is gone."""
    if count is None:
        return taints
    if count <= 0:
        return ()
    return tuple(
        taint._replace(
            shown=min(count, taint.shown) if taint.shown is not None else count,
            steps=(*taint.steps, (node, f"at most {count} characters are left"))[:12],
        )
        for taint in taints
    )


def slice_part(value: Value, bounds: list[Value]) -> Value:
    """Return a part of a list."""
    box = value.box
    lower, upper, step = (bound.const for bound in bounds)
    if (
        box is None
        or box.rest is not None
        or not all(bound is None or isinstance(bound, int) for bound in (lower, upper, step))
    ):
        return value
    items = list(box.fields.values())[slice(lower, upper, step or None)]
    part = Box(box.kind)
    part.fields = dict(enumerate(items))
    return Value(box=part)


def precision(spec: Any) -> int | None:
    """Return how many characters a format specification lets through."""
    match = _PRECISION.search(spec) if isinstance(spec, str) else None
    return int(match["count"]) if match else None


def percent(
    template: Value,
    values: Value,
    shown: Callable[[Iterable[Value]], tuple[Taint, ...]],
    of_field: Callable[[object, Value], tuple[Taint, ...]],
    node: ast.AST,
) -> Value:
    """Return a text made with the operator `%`."""
    box = values.box
    text = template.const if isinstance(template.const, str) else ""
    if box is not None and box.kind in ("loaded", "dict") and any(field["name"] for field in _PERCENT.finditer(text)):
        found = [
            limited(of_field(field["name"], box.fields.get(field["name"], Value())), _count(field), node)
            for field in _PERCENT.finditer(text.replace("%%", "  "))
            if field["name"] in box.fields or box.kind == "loaded"
        ]
        return tainted(union(template.taints, *found))
    if box is None or box.kind not in ("tuple", "dict") or box.rest is not None:
        first = next(iter(_PERCENT.finditer(text)), None)
        taints = limited(shown([values]), _count(first), node) if first else shown([values])
        return tainted(union(template.taints, taints))
    fields = list(_PERCENT.finditer(text.replace("%%", "  ")))
    if box.kind == "dict":
        return tainted(union(template.taints, shown([values])))
    items = list(box.fields.values())
    found = [
        limited(shown([item]), _count(fields[at]) if at < len(fields) else None, node) for at, item in enumerate(items)
    ]
    return tainted(union(template.taints, *found))


def _count(field: re.Match[str] | None) -> int | None:
    return int(field["precision"]) if field and (field["precision"] or "").isdigit() else None


def arguments_shown(
    template: str, values: list[Value], shown: Callable[[Iterable[Value]], tuple[Taint, ...]], node: ast.AST
) -> tuple[Taint, ...]:
    """Return what a logged message shows of the values behind it."""
    fields = list(_PERCENT.finditer(template.replace("%%", "  ")))
    if not fields:
        return shown(values)
    return union(
        *(
            limited(shown([value]), _count(fields[at]) if at < len(fields) else None, node)
            for at, value in enumerate(values)
        )
    )


def braces(
    template: str,
    positional: list[Value],
    named: dict[str, Value],
    read: Callable[[Value, str], Value],
    shown: Callable[[Iterable[Value]], tuple[Taint, ...]],
    node: ast.AST,
) -> Value:
    """Return a text made with `format` from a template that is known."""
    found = []
    for at, field in enumerate(_BRACES.finditer(template.replace("{{", "  ").replace("}}", "  "))):
        first, *path = re.split(r"[.\[]", field["name"].replace("]", ""))
        place = int(first) if first.isdigit() else at if not first else None
        value = named.get(first) if place is None else positional[place] if place < len(positional) else None
        for name in path:
            value = read(value, name) if value is not None else None
        if value is not None:
            found.append(limited(shown([value]), precision(field["spec"]), node))
    return tainted(union(*found))


def fold(left: Value, operator: ast.cmpop, right: Value) -> bool | None:
    """Return the answer of a comparison with the key of an item that is known, or None."""
    if _KEY not in (left.ref, right.ref) or not isinstance(left.const, str):
        return None
    if isinstance(operator, (ast.In, ast.NotIn)):
        found = _contains(right, left.const)
        return None if found is None else found is isinstance(operator, ast.In)
    if isinstance(operator, (ast.Eq, ast.NotEq)) and isinstance(right.const, str):
        return (left.const == right.const) is isinstance(operator, ast.Eq)
    return None


def _contains(container: Value, item: str) -> bool | None:
    if isinstance(container.const, str):
        return item in container.const
    box = container.box
    if box is None or box.rest is not None:
        return None
    items = list(box.fields) if box.kind == "dict" else [value.const for value in box.fields.values()]
    return item in items if UNKNOWN not in items else None
