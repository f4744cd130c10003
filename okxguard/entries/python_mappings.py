"""Tell what a Python mapping holds where it is used: literals, spreads, copies, and what is added step by step."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from okxguard.entries.python_flow import Flow
from okxguard.entries.python_fold import Folder
from okxguard.entries.python_names import Bindings

_DEEPEST = 4
_MOST_MEMBERS = 60
_MOST_STEPS = 60
_COPIES = frozenset({"dict", "OrderedDict", "copy", "deepcopy", "MappingProxyType"})
_ADDING = frozenset({"update", "setdefault", "pop"})


class Member(NamedTuple):
    """A name of a mapping with its value; without a name what stands for members that only a run will tell."""

    name: str
    value: ast.expr


class _Step(NamedTuple):
    """One statement that changes the mapping that a variable holds."""

    line: int
    node: ast.Assign | ast.AugAssign | ast.Call


class Mappings:
    """Knows the mappings of one file."""

    def __init__(self, nodes: Sequence[ast.AST], bindings: Bindings, folder: Folder, flow: Flow) -> None:
        self._nodes = nodes
        self._bindings = bindings
        self._folder = folder
        self._flow = flow
        self._around: dict[int, list[tuple[int, int]]] = {}

    def members(self, node: ast.expr) -> list[Member]:
        """Return what a mapping that is passed on holds there, none for a literal without any other in it."""
        if isinstance(node, ast.Dict) and None not in node.keys:
            return []
        found = self._members(node, node.lineno, 0)
        return found[:_MOST_MEMBERS] if any(member.name for member in found) else []

    def _members(self, node: ast.expr, line: int, depth: int) -> list[Member]:
        unknown = [Member("", node)]
        if depth > _DEEPEST:
            return unknown
        if isinstance(node, ast.Dict):
            return self._merged(self._items(node.keys, node.values, line, depth))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            sides = (node.left, node.right)
            return self._merged([each for side in sides for each in self._members(side, line, depth + 1)])
        if isinstance(node, ast.Call):
            return self._made(node, line, depth) or unknown
        if isinstance(node, ast.Name):
            return self._held(node, line, depth) or unknown
        return unknown

    def _items(self, keys: list[ast.expr | None], values: list[ast.expr], line: int, depth: int) -> list[Member]:
        found: list[Member] = []
        for key, value in zip(keys[:_MOST_MEMBERS], values, strict=False):
            if key is None:
                found += self._members(value, line, depth + 1)
            elif (name := self._folder.fold(key)) is not None:
                found.append(Member(name.value, value))
        return found

    def _made(self, node: ast.Call, line: int, depth: int) -> list[Member]:
        """Return the members of a copy: `dict(body, ip="")`, `body.copy()`, `deepcopy(body)`."""
        if not copies(self._bindings.dotted(node.func) or ""):
            return []
        copied = list(node.args)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "copy" and not node.args:
            copied = [node.func.value]
        found = [each for argument in copied for each in self._members(argument, line, depth + 1)]
        for keyword in node.keywords:
            found += self._named(keyword, line, depth)
        return self._merged(found)

    def _named(self, keyword: ast.keyword, line: int, depth: int) -> list[Member]:
        if keyword.arg is None:
            return self._members(keyword.value, line, depth + 1)
        return [Member(keyword.arg, keyword.value)]

    def _held(self, node: ast.Name, line: int, depth: int) -> list[Member]:
        """Return what a variable holds at a line: what it is given, and what is added to it until then."""
        given = self._flow.given(node.id, line)
        if len(given) > 1:
            return []
        start = given[0].lineno if given else 0
        found = self._members(given[0], start, depth + 1) if given else [Member("", node)]
        for step in self._steps.get(node.id, ()):
            if start <= step.line <= line and self._flow.is_same_function(step.line, start or line):
                added = self._added(step, depth)
                later = not self._is_certain(step.line, line)
                found = [*found, *added] if later else self._merged([*found, *added])
        return found

    def _added(self, step: _Step, depth: int) -> list[Member]:
        node = step.node
        if isinstance(node, ast.Assign):
            key = self._folder.fold(node.targets[0].slice) if isinstance(node.targets[0], ast.Subscript) else None
            return [Member(key.value, node.value)] if key else []
        if isinstance(node, ast.AugAssign):
            return self._members(node.value, step.line, depth + 1)
        if isinstance(node.func, ast.Attribute) and node.func.attr != "update":
            key = self._folder.fold(node.args[0]) if node.args else None
            return [Member(key.value, node.args[1] if len(node.args) > 1 else node)] if key else []
        found = [each for argument in node.args for each in self._members(argument, step.line, depth + 1)]
        return found + [each for keyword in node.keywords for each in self._named(keyword, step.line, depth)]

    @staticmethod
    def _merged(members: list[Member]) -> list[Member]:
        """Return members of which the later ones of a name count."""
        last = {member.name: at for at, member in enumerate(members)}
        return [member for at, member in enumerate(members) if not member.name or last[member.name] == at]

    def _is_certain(self, line: int, later: int) -> bool:
        """Tell whether what stands on a line has been run when a later one is."""
        if line not in self._around:
            self._around[line] = [block for block in self._branches if block[0] <= line <= block[1]]
        return all(first <= later <= last for first, last in self._around[line])

    @cached_property
    def _steps(self) -> dict[str, list[_Step]]:
        steps: dict[str, list[_Step]] = {}
        for node in self._nodes:
            name = _changed(node)
            if name and isinstance(node, (ast.Assign, ast.AugAssign, ast.Call)):
                steps.setdefault(name, []).append(_Step(node.lineno, node))
        return {name: sorted(found[:_MOST_STEPS], key=_line) for name, found in steps.items()}

    @cached_property
    def _branches(self) -> list[tuple[int, int]]:
        """Return the first and the last line of every block that a run may leave out."""
        return [
            (block[0].lineno, block[-1].end_lineno or block[-1].lineno)
            for node in self._nodes
            for block in _blocks(node)
            if block
        ]


def copies(callee: str) -> bool:
    """Tell whether a call gives back a mapping with what it is given."""
    return callee.rpartition(".")[2] in _COPIES


def _line(step: _Step) -> int:
    return step.line


def _changed(node: ast.AST) -> str:
    """Return the variable whose mapping a node changes."""
    target: ast.expr | None = None
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Subscript):
        target = node.targets[0].value
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.BitOr):
        target = node.target
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ADDING:
        target = node.func.value
    return target.id if isinstance(target, ast.Name) else ""


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    if isinstance(node, (ast.If, ast.For, ast.AsyncFor, ast.While)):
        yield from (node.body, node.orelse)
    elif isinstance(node, ast.Try):
        yield from ([*handler.body] for handler in node.handlers)
        yield node.orelse
    elif isinstance(node, ast.match_case):
        yield node.body
