"""Tell from the tree of a module, without running anything, whether a secret can reach any place that shows it.

Names are followed without order and without scopes: whatever is assigned from a name that may stand for a secret may
stand for one, too. The engine finds less than that, never more, so that it need not run where nothing is found here.
"""

from __future__ import annotations

import ast
from typing import NamedTuple

from okxguard.leaks.library import Library
from okxguard.leaks.names import SecretNames
from okxguard.leaks.relation_scopes import lay_out
from okxguard.leaks.relations import CAUGHT, LOCALS, Relations


class Gate(NamedTuple):
    """What the gate knows: whether to go on, which functions matter, and the names that sinks depend on.

    `functions` holds the identities of the nodes of the functions that name what may stand for a secret.
    """

    opens: bool
    functions: frozenset[int] = frozenset()
    wanted: frozenset[str] = frozenset()
    is_open_to_all: bool = False


class Survey(NamedTuple):
    """The names of a module that may stand for secrets, and its functions that show or give back what they are given."""

    tainted: frozenset[str] = frozenset()
    receiving: frozenset[str] = frozenset()


class Brought(NamedTuple):
    """Names that a module imports from its own project: those of secrets, and those of functions that matter."""

    secrets: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()


EVERYTHING = Gate(opens=True, is_open_to_all=True)


class GateKeeper:
    """The gate of one rule book."""

    def __init__(self, names: SecretNames, library: Library) -> None:
        self._names = names
        self._library = library
        self._kinds: dict[str, bool] = {}

    def look(self, tree: ast.Module, echoed: frozenset[int], brought: Brought, *, switched: bool = False) -> Gate:
        """Look at a module; `echoed` are the identities of the expressions that a notebook shows.

        `switched` tells that a library prints without any switch in the module.
        """
        layout = lay_out(tree)
        if brought.secrets.isdisjoint(layout.words) and not any(map(self.is_secret, layout.words)):
            return Gate(opens=False)
        relations = Relations(layout, self._library, self.is_secret, brought.secrets | brought.functions, echoed)
        relations.read()
        tainted = self._spread(relations, brought.secrets)
        sinks = [(shown, scope) for shown, scope in relations.shown if not shown.isdisjoint(tainted)]
        reached = [shown for shown, _ in sinks]
        switches = relations.switches or switched
        if not reached and not (switches and tainted):
            return Gate(opens=False)
        wanted = brought.secrets | self._origins(
            relations, {name for shown in reached for name in shown} | relations.receiving
        )
        telling = tainted & self._origins(relations, {name for shown in reached for name in shown & tainted})
        functions = relations.functions_with(tainted if switches else telling)
        holding = {id(each.node) for _, scope in sinks for each in scope.outwards()}
        return Gate(True, functions | holding, frozenset(wanted))

    def survey(self, tree: ast.Module, brought: Brought) -> Survey:
        """Look at a module that another one imports; what it brings itself, it gives on."""
        layout = lay_out(tree)
        relations = Relations(layout, self._library, self.is_secret, brought.secrets | brought.functions, frozenset())
        relations.read()
        tainted = self._spread(relations, brought.secrets) | brought.secrets
        plain = frozenset(name for name in tainted if "@" not in name)
        return Survey(plain, relations.receivers() | brought.functions)

    def inside(self, tree: ast.Module) -> Gate:
        """Return a gate for a module that another one imports: whatever names a secret matters."""
        layout = lay_out(tree)
        relations = Relations(layout, self._library, self.is_secret, frozenset(), frozenset())
        relations.read()
        tainted = self._spread(relations, frozenset())
        return Gate(True, relations.functions_with(tainted), frozenset(self._origins(relations, tainted)))

    def is_secret(self, name: str) -> bool:
        """Tell whether a name may say that something is a secret, whatever it stands for."""
        known = self._kinds.get(name)
        if known is None:
            names = self._names
            name, key = name.partition("@")[0], name
            known = self._kinds[key] = bool(
                names.read(name)
                or names.read_getter(name)
                or names.is_holder(name)
                or self._library.is_source_name(name)
            )
        return known

    def _spread(self, relations: Relations, brought: frozenset[str]) -> set[str]:
        """Return all names that may stand for secrets."""
        leading: dict[str, list[str]] = {}
        every: set[str] = set()
        for target, origins in relations.into.items():
            every.add(target)
            every |= origins
            for origin in origins:
                leading.setdefault(origin, []).append(target)
        for shown, _ in relations.shown:
            every |= shown
        tainted = {name for name in every if name in brought or self.is_secret(name)}
        if tainted:
            tainted |= {CAUGHT, LOCALS}
        waiting = list(tainted)
        while waiting:
            for target in leading.get(waiting.pop(), ()):
                if target not in tainted:
                    tainted.add(target)
                    waiting.append(target)
        return tainted

    @staticmethod
    def _origins(relations: Relations, names: set[str]) -> set[str]:
        """Return some names with all those that they may be made of."""
        found = set(names)
        waiting = list(names)
        while waiting:
            for origin in relations.into.get(waiting.pop(), ()):
                if origin not in found:
                    found.add(origin)
                    waiting.append(origin)
        return found
