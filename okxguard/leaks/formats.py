"""Tell how much of a secret is left after slices, precisions and formats."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from typing import Any

from okxguard.leaks.boxes import holds_text
from okxguard.leaks.values import KEY, SAFE, UNKNOWN, VAGUE, Taint, Value, tainted, union

_MOST = 24
_PERCENT = re.compile(
    r"%(?:\((?P<name>[^)]{0,80})\))?[#0\- +]{0,5}(?:\*|\d{1,4})?(?:\.(?P<precision>\*|\d{1,4}))?[a-zA-Z%]"
)
_BRACES = re.compile(r"\{(?P<name>[^{}:!]{0,80})(?:![rsa])?(?::(?P<spec>[^{}]{0,40}))?\}")
_PRECISION = re.compile(r"\.(?P<count>\d{1,4})[a-z]?$")


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
            part=id(node),
            steps=(*taint.steps, (node, f"at most {count} characters are left"))[:12],
        )
        for taint in taints
    )


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
    fields = _fields(template.const) if isinstance(template.const, str) else []
    if box is not None and box.kind in ("loaded", "dict") and any(field["name"] for field in fields):
        found = [
            limited(of_field(field["name"], box.fields.get(field["name"], VAGUE)), _count(field), node)
            for field in fields
            if field["name"] in box.fields or box.kind == "loaded"
        ]
    elif box is not None and box.kind == "tuple" and box.rest is None:
        found = _filled(fields, box.fields.values(), shown, node)
    elif box is not None and box.kind == "dict" and box.rest is None:
        found = [shown([values])]
    else:
        found = [limited(shown([values]), _count(fields[0]) if fields else None, node)]
    return tainted(union(template.taints, *found))


def arguments_shown(
    template: str, values: list[Value], shown: Callable[[Iterable[Value]], tuple[Taint, ...]], node: ast.AST
) -> tuple[Taint, ...]:
    """Return what a logged message shows of the values behind it."""
    fields = _fields(template)
    return union(*_filled(fields, values, shown, node)) if fields else shown(values)


def _fields(template: str) -> list[re.Match[str]]:
    """Return the fields of a template of the operator `%`."""
    return list(_PERCENT.finditer(template.replace("%%", "  ")))


def _filled(
    fields: list[re.Match[str]],
    values: Iterable[Value],
    shown: Callable[[Iterable[Value]], tuple[Taint, ...]],
    node: ast.AST,
) -> list[tuple[Taint, ...]]:
    """Return what fields show of the values that they are filled with, in order; those left over are shown whole."""
    return [
        limited(shown([value]), _count(fields[at]) if at < len(fields) else None, node)
        for at, value in enumerate(values)
    ]


def _count(field: re.Match[str]) -> int | None:
    count = field["precision"]
    return int(count) if count and count.isdigit() else None


def braces(
    template: str,
    positional: list[Value],
    named: dict[str, Value],
    shown_at: Callable[[Value, list[str]], tuple[Taint, ...]],
    node: ast.AST,
) -> Value:
    """Return a text made with `format`; `shown_at` tells what an argument shows, or what attributes of it lead to."""
    found = []
    for at, field in enumerate(_BRACES.finditer(template.replace("{{", "  ").replace("}}", "  "))):
        first, *path = re.split(r"[.\[]", field["name"].replace("]", ""))
        place = int(first) if first.isdigit() else at if not first else None
        value = named.get(first) if place is None else positional[place] if place < len(positional) else None
        if value is not None:
            found.append(limited(shown_at(value, path), precision(field["spec"]), node))
    return tainted(union(*found))


def fold(left: Value, operator: ast.cmpop, right: Value) -> bool | None:
    """Return the answer of a comparison with the key of an item that is known, or None."""
    if KEY not in (left.ref, right.ref) or not isinstance(left.const, str):
        return None
    if isinstance(operator, (ast.In, ast.NotIn)):
        found = holds_text(right, left.const)
        return None if found is None else found is isinstance(operator, ast.In)
    if isinstance(operator, (ast.Eq, ast.NotEq)) and isinstance(right.const, str):
        return (left.const == right.const) is isinstance(operator, ast.Eq)
    return None
