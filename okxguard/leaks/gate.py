"""Tell from the tree of a module, without running anything, whether a secret can reach any place that shows it.

Names are followed without order and without scopes: whatever is assigned from a name that may stand for a secret may
stand for one, too. The engine finds less than that, never more, so that it need not run where nothing is found here.
"""

from __future__ import annotations

import ast
from typing import NamedTuple

from okxguard.leaks.library import Library
from okxguard.leaks.names import SecretNames
from okxguard.leaks.relation_flows import CAUGHT, LOADED, LOCALS
from okxguard.leaks.relation_layout import Layout, lay_out
from okxguard.leaks.relation_marks import ALL, HELD, bare, mark_of
from okxguard.leaks.relation_notes import Notes
from okxguard.leaks.relations import Relations
from okxguard.leaks.surveys import Brought, Survey, origins, survey_of


class Gate(NamedTuple):
    """What the gate knows: whether to go on, which functions matter, and the names that sinks depend on.

    `functions` holds the identities of the nodes of the functions that name what may stand for a secret.
    """

    opens: bool
    functions: frozenset[int] = frozenset()
    wanted: frozenset[str] = frozenset()
    is_open_to_all: bool = False


_NOTHING = Brought()
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
        return self.look_at(lay_out(tree), echoed, brought, switched=switched)

    def look_at(self, layout: Layout, echoed: frozenset[int], brought: Brought, *, switched: bool) -> Gate:
        """Look at a module whose nodes were looked at before."""
        if not brought.secrets and not brought.holding and not any(map(self.is_secret, layout.words)):
            return Gate(opens=False)
        layout = layout.copy()
        notes = self._read(layout, brought, echoed)
        whole, tainted = self._spread(notes, brought)
        telling = whole.union(f"{ALL}{name}" for name in tainted)
        sinks = [(shown, scope) for shown, scope in notes.shown if not shown.isdisjoint(telling)]
        switches = notes.switches or switched
        if not sinks and not (switches and tainted):
            return Gate(opens=False)
        reached = {bare(name) for shown, _ in sinks for name in shown}
        wanted = origins(notes, reached)
        named = tainted & origins(notes, reached & tainted)
        wanted = (wanted - brought.known) | brought.used_by(named | _handed(notes, telling))
        functions = _all_functions(layout) if switches else _functions_with(layout, named)
        called = _functions_of(layout, wanted)
        holding = {id(each.node) for _, scope in sinks for each in scope.outwards()}
        return Gate(True, functions | called | holding, frozenset(wanted))

    def survey(self, layout: Layout, brought: Brought) -> Survey:
        """Look at a module that another one imports; what it brings itself, it gives on."""
        layout = layout.copy()
        notes = self._read(layout, brought)
        whole, tainted = self._spread(notes, brought)
        return survey_of(notes, whole, tainted, brought)

    def inside(self, layout: Layout, brought: Brought) -> Gate:
        """Return a gate for a module that another one imports: whatever names a secret matters."""
        layout = layout.copy()
        notes = self._read(layout, brought)
        whole, tainted = self._spread(notes, brought)
        telling = whole.union(f"{ALL}{name}" for name in tainted)
        wanted = origins(notes, tainted) - brought.known
        used = brought.used_by(tainted | _handed(notes, telling))
        return Gate(True, _functions_with(layout, tainted), frozenset(wanted | used))

    def _read(self, layout: Layout, brought: Brought = _NOTHING, echoed: frozenset[int] = frozenset()) -> Notes:
        return Relations(layout, self._library, self.is_secret, brought, echoed).read()

    def is_secret(self, name: str) -> bool:
        """Tell whether a name may say that something is a secret, whatever it stands for."""
        name = name.partition("@")[0]
        known = self._kinds.get(name)
        if known is None:
            names = self._names
            known = self._kinds[name] = self._library.is_source_name(name) or (
                names.may_tell(name)
                and bool(
                    names.read_variable(name)
                    or (not name.isidentifier() and names.read_question(name))
                    or names.read_getter(name)
                    or names.is_holder(name)
                )
            )
        return known

    def _spread(self, notes: Notes, brought: Brought) -> tuple[set[str], set[str]]:
        """Return the names that may stand for secrets, and these with all that hold a secret."""
        every = set(map(bare, set(notes.into).union(*notes.into.values(), *(shown for shown, _ in notes.shown))))
        first = {name for name in every if name in brought.secrets or self.is_secret(name)}
        return _spread(notes, first, brought.holding)


def _all_functions(layout: Layout) -> frozenset[int]:
    """Return the identities of all functions: a switch may stand in any of them."""
    return frozenset(scope.number for scopes in layout.functions.values() for scope in scopes) | frozenset(
        layout.lambdas
    )


def _spread(notes: Notes, first: set[str], holding: frozenset[str]) -> tuple[set[str], set[str]]:
    """Return all names that may stand for secrets, from those that say so; and these with all that hold a secret."""
    leading = _leading(notes)
    whole = first | {CAUGHT, LOCALS} if first or holding else set()
    found = whole | holding
    waiting = [(name, name in whole) for name in found]
    while waiting:
        name, is_whole = waiting.pop()
        if not is_whole and name in whole:
            continue
        for target, mark in leading.get(name, ()):
            if mark == ALL or (is_whole and not mark):
                if target not in whole:
                    whole.add(target)
                    found.add(target)
                    waiting.append((target, True))
            elif target not in found:
                found.add(target)
                waiting.append((target, False))
    return whole, found


def _leading(notes: Notes) -> dict[str, list[tuple[str, str]]]:
    """Return the names that may be made of each name, and how."""
    leading: dict[str, list[tuple[str, str]]] = {}
    for target, flow in notes.into.items():
        for origin in flow if target else ():
            mark = mark_of(origin)
            leading.setdefault(origin[1:] if mark else origin, []).append((target, mark))
    if notes.reads:
        loaded, waiting = {LOADED}, [LOADED]
        while waiting:
            new = [target for target, _ in leading.get(waiting.pop(), ()) if target not in loaded]
            loaded.update(new)
            waiting += new
        for names, attribute in notes.reads:
            mark = HELD if loaded.isdisjoint(names) else ""
            leading.setdefault(attribute, []).extend((name, mark) for name in names)
    return leading


def _handed(notes: Notes, telling: set[str]) -> set[str]:
    """Return the names of imported functions that are given secrets, and show them or give them back."""
    return {name for name, flow in notes.handed if not flow.isdisjoint(telling)}


def _functions_of(layout: Layout, names: set[str] | frozenset[str]) -> set[int]:
    """Return the identities of the functions that have some names, or variables of them, and of all lambdas."""
    called = (scope for name in names for scope in layout.functions.get(name, ()))
    numbers = {name.partition("@")[2] for name in names}
    holding = (scope for scope in layout.scopes if str(scope.number) in numbers)
    return {id(scope.node) for scope in (*called, *holding, *layout.lambdas.values())}


def _functions_with(layout: Layout, names: set[str]) -> frozenset[int]:
    """Return the identities of the functions that name one of some names, and of those around them."""
    return frozenset(
        id(each.node)
        for scope in layout.scopes
        if not names.isdisjoint(scope.words) or not names.isdisjoint(map(scope.resolve, scope.names))
        for each in scope.outwards()
    )
