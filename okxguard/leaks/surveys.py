"""Tell what the names of one module mean to the modules that import it, for the gate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from okxguard.leaks.relation_flows import ANYWHERE
from okxguard.leaks.relation_marks import ALL, HELD, bare, mark_of
from okxguard.leaks.relation_notes import Notes
from okxguard.leaks.relation_scopes import NameScope

_MAKER = "__init__"
Places = dict[str, frozenset[int | str]]
# Functions whose results are made of more names than this are taken for some that give back what they are given.
_MOST_NAMES = 300


class Survey(NamedTuple):
    """What a module holds: names that may stand for secrets, names of what holds secrets and does not show them.

    `showing` are the names of functions, methods and classes that show what they are given, `giving` those that give it
    back, with the positions and names of the parameters that they do it with. `members` are the fields and methods
    among the names of secrets; all others of them stand in the module.
    """

    tainted: frozenset[str] = frozenset()
    holding: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    showing: Mapping[str, frozenset[int | str]] = MappingProxyType({})
    giving: Mapping[str, frozenset[int | str]] = MappingProxyType({})

    def tells_of(self, name: str) -> bool:
        """Tell whether a name of the module matters; the empty name asks for any."""
        if not name:
            return bool(self.tainted or self.holding or self.showing or self.giving)
        return name in self.tainted or name in self.holding or name in self.showing or name in self.giving

    def brings(self, name: str) -> bool:
        """Tell whether a name of the module may bring secrets; the empty name asks for any."""
        return name in self.tainted or name in self.holding if name else bool(self.tainted or self.holding)


class Brought(NamedTuple):
    """Names that a module imports from its own project, by what they mean to it; see `Survey`.

    `groups` holds for every import that matters what it is called, with all names that come with it.
    """

    secrets: frozenset[str] = frozenset()
    holding: frozenset[str] = frozenset()
    showing: Mapping[str, frozenset[int | str]] = MappingProxyType({})
    giving: Mapping[str, frozenset[int | str]] = MappingProxyType({})
    groups: tuple[tuple[str, frozenset[str]], ...] = ()

    def used_by(self, names: set[str]) -> set[str]:
        """Return what the imports are called of which some names come."""
        return {known for known, group in self.groups if not group.isdisjoint(names)}

    @property
    def known(self) -> frozenset[str]:
        """All these names."""
        return self.secrets.union(self.holding, self.showing, self.giving)


def survey_of(notes: Notes, whole: set[str], tainted: set[str], brought: Brought) -> Survey:
    """Return what a module tells others, from its relations; what it imports itself, it gives on.

    `whole` are the names that may stand for secrets, `tainted` these with all that hold secrets.
    """
    layout = notes.layout
    module = layout.scopes[0]
    members = {field for fields in layout.classes.values() for field in fields}
    members |= {name for name, scopes in layout.functions.items() if any(scope.owner for scope in scopes)}
    members -= {name for name in members if name.startswith("__")}
    top = {*module.locals, *layout.classes, *brought.known}
    for name, scopes in layout.functions.items():
        if any(scope.outer is module for scope in scopes):
            top.add(name)
    plain = (whole | brought.secrets) & top
    return Survey(
        frozenset(plain),
        frozenset((tainted | brought.holding) & top - plain),
        frozenset(whole & members),
        _joined(_with_other_names(notes, _showing(notes)), brought.showing),
        _joined(_with_other_names(notes, _giving(notes)), brought.giving),
    )


class _Taker(NamedTuple):
    """A parameter of a function with its places."""

    function: str
    scope: NameScope
    places: frozenset[int | str]


def _parameters(notes: Notes) -> dict[str, _Taker]:
    """Return the parameters of all functions by the names of their variables."""
    return {
        scope.resolve(parameter): _Taker(name, scope, _places(scope, at, parameter))
        for name, scopes in notes.layout.functions.items()
        for scope in scopes
        for at, parameter in enumerate(scope.parameters)
    }


def _places(scope: NameScope, at: int, parameter: str) -> frozenset[int | str]:
    rest = scope.node.args.vararg
    is_rest = parameter == scope.rest or (rest is not None and parameter == rest.arg)
    return frozenset({ANYWHERE} if is_rest else {at, parameter})


def _showing(notes: Notes) -> Places:
    """Return the functions, and the classes, that show what they are given."""
    takers = _parameters(notes)
    found: Places = {}
    for name in _made_whole(notes, {name for flow, _ in notes.shown for name in flow}):
        if name in takers:
            taker = takers[name]
            _add(found, taker.scope.owner if taker.function == _MAKER else taker.function, taker.places)
    return found


def _giving(notes: Notes) -> Places:
    """Return the functions that give back what they are given, and the classes whose objects show it."""
    takers = _parameters(notes)
    found: Places = {name: frozenset({ANYWHERE}) for name in notes.flows.telling if notes.layout.classes.get(name)}
    for function in notes.layout.functions:
        made_of = origins(notes, notes.into.get(function, ()), most=_MOST_NAMES)
        if len(made_of) > _MOST_NAMES:
            _add(found, function, frozenset({ANYWHERE}))
        for taker in (takers[name] for name in made_of if name in takers):
            if taker.function == function:
                _add(found, function, taker.places)
    return found


def _add(found: Places, name: str, places: frozenset[int | str]) -> None:
    if name:
        found[name] = found.get(name, frozenset()) | places


def _joined(first: Places, second: Mapping[str, frozenset[int | str]]) -> Places:
    for name, places in second.items():
        _add(first, name, places)
    return first


def origins(notes: Notes, names: Iterable[str], most: int | None = None) -> set[str]:
    """Return some names with all those that they may be made of; it may stop with more than `most` of them."""
    found = set(map(bare, names))
    waiting = list(found)
    while waiting and (most is None or len(found) <= most):
        for origin in map(bare, notes.into.get(waiting.pop(), ())):
            if origin not in found:
                found.add(origin)
                waiting.append(origin)
    return found


def _made_whole(notes: Notes, names: Iterable[str]) -> set[str]:
    """Return all names that make some names stand for secrets if they do so themselves; what is only held does not."""
    found = {(bare(name), mark_of(name) == ALL) for name in names if mark_of(name) != HELD}
    waiting = list(found)
    while waiting:
        name, is_held = waiting.pop()
        for origin in notes.into.get(name, ()):
            mark = mark_of(origin)
            step = bare(origin), is_held or mark == ALL
            if (is_held or mark != HELD) and step not in found:
                found.add(step)
                waiting.append(step)
    return {name for name, _ in found}


def _with_other_names(notes: Notes, functions: Places) -> Places:
    """Return some functions with all names that are assigned from them."""
    others: dict[str, list[str]] = {}
    for name, known in notes.renamed.items():
        for each in known:
            others.setdefault(each, []).append(name)
    waiting = list(functions)
    while waiting:
        name = waiting.pop()
        new = [other for other in others.get(name, ()) if other not in functions]
        functions.update(dict.fromkeys(new, functions[name]))
        waiting += new
    return functions
