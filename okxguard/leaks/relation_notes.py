"""What the gate knows of the names of a module: what they are made of, and what shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from okxguard.leaks.library import Library
from okxguard.leaks.relation_flows import Flow, Flows
from okxguard.leaks.relation_layout import Layout
from okxguard.leaks.relation_scopes import NameScope


class Notes:
    """The relations of one module, of names only: attributes and keys by their name, variables by name and function.

    `into` holds for every name those that it may be made of; `shown` the names in every sink; `receiving` the names of
    imported functions; `switches` tells that there is something that makes libraries print.
    """

    def __init__(
        self, layout: Layout, library: Library, is_secret: Callable[[str], bool], brought: frozenset[str]
    ) -> None:
        self.layout = layout
        self.library = library
        self.is_secret = is_secret
        self.brought = set(brought)
        self.flows = Flows(layout, library, self.brought)
        self.into: dict[str, Flow] = defaultdict(set)
        self.shown: list[tuple[Flow, NameScope]] = []
        self.receiving: set[str] = set()
        self.switches = False

    def show(self, flow: Flow, scope: NameScope) -> None:
        """Note that a sink in a function shows what a flow is made of."""
        self.shown.append((flow, scope))
