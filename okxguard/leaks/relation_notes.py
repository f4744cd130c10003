"""What the gate knows of the names of a module: what they are made of, and what shows them."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import TYPE_CHECKING

from okxguard.leaks.library import Library
from okxguard.leaks.relation_flows import Flow, Flows
from okxguard.leaks.relation_layout import Layout
from okxguard.leaks.relation_marks import held
from okxguard.leaks.relation_scopes import NameScope, last_name, targets_of

if TYPE_CHECKING:
    from okxguard.leaks.surveys import Brought

_MANY = 99


class Notes:
    """The relations of one module, of names only: attributes and keys by their name, variables by name and function.

    `brought` are the names that it imports from other modules of the project; `showing` those of functions that show
    what they are given, with its places; `handed` holds the calls of those that show or give back something.

    `into` holds for every name those that it may be made of; `shown` the names in every sink; `switches` tells that
    there is something that makes libraries print. `filled` are the names of what something is put into, `reads` those
    of objects that are asked for an attribute named like a secret, `aliases` pairs of names that may stand for the same
    thing; `renamed` holds for other names of functions those that they are assigned from.
    """

    def __init__(self, layout: Layout, library: Library, is_secret: Callable[[str], bool], brought: Brought) -> None:
        self.layout = layout
        self.library = library
        self.is_secret = is_secret
        self.brought = brought.known
        self.showing = dict(brought.showing)
        self.handed: list[tuple[str, Flow]] = []
        self.flows = Flows(layout, library, self.brought)
        self.flows.giving = brought.giving
        self.into: dict[str, Flow] = defaultdict(set)
        self.shown: list[tuple[Flow, NameScope]] = []
        self.switches = False
        self.shows = cache(partial(library.may_show, imported=layout.imported))
        told = partial(library.may_switch_told, words=layout.words, most=_most_arguments(layout))
        self.prints = cache(partial(library.may_switch if self.brought else told, imported=layout.imported))
        self.filled: set[str] = set()
        self.reads: list[tuple[list[str], str]] = []
        self.aliases: list[tuple[str, str]] = []
        self.renamed: dict[str, set[str]] = defaultdict(set)

    def show(self, flow: Flow, scope: NameScope) -> None:
        """Note that a sink in a function shows what a flow is made of."""
        self.shown.append((flow, scope))

    def fill(self, target: ast.AST, flow: Flow, scope: NameScope) -> None:
        """Note that something is put into what an expression stands for."""
        around: set[str] = set()
        for name in targets_of(target, scope, around):
            self.into[name] |= held(flow) if name in around else flow
            self.filled.add(name)

    def alias(self, name: str, value: ast.AST | None, scope: NameScope) -> None:
        """Note that a name stands for the same thing as an expression: what is put into one is in the other."""
        for part in self._same(value):
            self.aliases += [(name, other) for other in targets_of(part, scope)]

    def join(self) -> None:
        """Spread what is put into things to the other names that they have."""
        by_name: dict[str, list[str]] = defaultdict(list)
        for name, other in self.aliases:
            by_name[name].append(other)
        waiting = [name for name in self.filled if name in by_name]
        while waiting:
            name = waiting.pop()
            for other in by_name.pop(name, ()):
                self.into[other].add(name)
                if other in by_name:
                    waiting.append(other)

    def _same(self, node: ast.AST | None) -> Iterator[ast.AST]:
        """Yield the parts of an expression that it may be itself."""
        waiting = [node]
        while waiting:
            each = waiting.pop()
            if isinstance(each, (ast.Name, ast.Attribute, ast.Subscript)):
                yield each
            elif isinstance(each, ast.IfExp):
                waiting += (each.body, each.orelse)
            elif isinstance(each, ast.BoolOp):
                waiting += each.values
            elif isinstance(each, (ast.NamedExpr, ast.Await, ast.Starred)):
                waiting.append(each.value)
            elif isinstance(each, ast.Call):
                yield each
                waiting += each.args if self.flows.is_known(last_name(each.func)) else ()


def _most_arguments(layout: Layout) -> int:
    """Return how many arguments a call of a module has at most; nobody knows how many a spread one stands for."""
    calls = (node for node, _ in layout.nodes if type(node) is ast.Call)
    return max((_MANY if _is_spread(node) else len(node.args) for node in calls), default=0)


def _is_spread(node: ast.Call) -> bool:
    return any(type(argument) is ast.Starred for argument in node.args)
