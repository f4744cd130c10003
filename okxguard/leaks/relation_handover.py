"""Relate what calls give to the parameters of the functions of the names that they call, for the gate.

A name may be that of many functions, and many calls may call it. So every name has places of its own, between what its
calls give and what its functions take: what that costs grows with the sum of both, not with their product.
"""

from __future__ import annotations

import ast
from collections import defaultdict

from okxguard.leaks.relation_flows import Flow
from okxguard.leaks.relation_notes import Notes
from okxguard.leaks.relation_scopes import FUNCTIONS, NameScope

_MAKER = "__init__"
# Places that are no position and no keyword: anything, what `**` takes, the positions together, decorated functions.
_ANY, _REST, _POSITIONS, _WRAPPED = "\0any", "\0rest", "\0positions", "\0wrapped"


def place_of(name: str, at: int | str) -> str:
    """Return the name of a place of what calls of a name give; it stands for no variable and tells of no secret."""
    return f"@{name}\0{at}"


def _back(name: str, at: int | str) -> str:
    """Return the name of the same place on the way back: what a function puts into its parameter."""
    return f"@{name}\0{at}\0back"


class Handover:
    """Collects what the calls of one module give, by the name that they call; `join` gives it to the functions."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._into = notes.into
        self._flows = notes.flows
        self._functions = notes.layout.functions
        self._classes = notes.layout.classes
        self._widths: dict[str, int] = {}
        self._keywords: dict[str, set[str]] = defaultdict(set)
        self._given_any: set[str] = set()
        self._decorators: set[str] = set()

    def give(self, name: str, node: ast.Call, scope: NameScope) -> None:
        """Note what a call gives to the functions, or to the class, of a name."""
        given = [self._flows.of(argument, scope) for argument in node.args]
        named = [(keyword.arg, self._flows.of(keyword.value, scope)) for keyword in node.keywords]
        if any(isinstance(argument, ast.Starred) for argument in node.args) or None in dict(named):
            self.give_any(name, self._flows.given(node, scope))
        else:
            self._give_each(name, given, named)
            self._alias(name, node, scope)
        if name not in self._classes:
            return
        for keyword, flow in named:
            if keyword is not None:
                self._into[keyword] |= flow
        self._into[place_of(name, _POSITIONS)].update(*given)

    def give_any(self, name: str, flow: Flow) -> None:
        """Note that any parameter of the functions of a name may be made of a flow."""
        self._widths.setdefault(name, 0)
        self._given_any.add(name)
        self._into[place_of(name, _ANY)] |= flow

    def decorate(self, name: str, names: set[str]) -> None:
        """Note that all parameters in the decorators of a name may be what a function is given."""
        self._decorators.add(name)
        self._into[place_of(name, _WRAPPED)] |= names

    def _give_each(self, name: str, given: list[Flow], named: list[tuple[str | None, Flow]]) -> None:
        self._widths[name] = max(self._widths.get(name, 0), len(given))
        for at, flow in enumerate(given):
            self._into[place_of(name, at)] |= flow
        for keyword, flow in named:
            if keyword is not None:
                self._keywords[name].add(keyword)
                self._into[place_of(name, keyword)] |= {*flow, keyword}

    def _alias(self, name: str, node: ast.Call, scope: NameScope) -> None:
        """Note that each parameter stands for what is given for it."""
        for at, argument in enumerate(node.args):
            self._notes.alias(_back(name, at), argument, scope)
        for keyword in node.keywords:
            if keyword.arg is not None:
                self._notes.alias(_back(name, keyword.arg), keyword.value, scope)

    def join(self) -> None:
        """Give the parameters of all functions what the calls of their names give."""
        self._rename()
        makers: dict[str, list[NameScope]] = defaultdict(list)
        for scope in self._functions.get(_MAKER, ()):
            makers[scope.owner].append(scope)
        for name in [name for name in self._widths if name in self._classes]:
            for field in set(self._classes[name]):
                self._into[field].add(place_of(name, _POSITIONS))
            if name in makers:
                self._bind(name, makers[name])
            elif makers:
                self._pass_on(name, _MAKER)
        for name in self._widths:
            self._bind(name, self._functions.get(name, []))
        self._wrap()

    def _rename(self) -> None:
        """Give the functions of other names what the calls of a name give that is assigned from them."""
        waiting = [name for name in self._widths if name in self._notes.renamed]
        while waiting:
            name = waiting.pop()
            for at in (*range(self._widths[name]), *self._keywords.get(name, ())):
                self._into[place_of(name, _ANY)].add(place_of(name, at))
                self._notes.aliases.append((_back(name, _ANY), _back(name, at)))
            for other in self._notes.renamed[name]:
                if other in self._notes.renamed and other not in self._widths:
                    waiting.append(other)
                self.give_any(other, {place_of(name, _ANY)})
                self._notes.aliases.append((_back(other, _ANY), _back(name, _ANY)))

    def _pass_on(self, name: str, other: str) -> None:
        """Give the functions of another name what the calls of a name give."""
        self._widths[other] = max(self._widths.get(other, 0), self._widths[name])
        self._keywords[other] |= self._keywords.get(name, set())
        if name in self._given_any:
            self.give_any(other, {place_of(name, _ANY)})
        for at in (*range(self._widths[name]), *self._keywords.get(name, ())):
            self._into[place_of(other, at)].add(place_of(name, at))
            self._notes.aliases.append((_back(other, at), _back(name, at)))

    def _bind(self, name: str, scopes: list[NameScope]) -> None:
        """Give the parameters of some functions what the calls of a name give."""
        keywords, width = self._keywords.get(name, set()), self._widths[name]
        if any(len(scope.parameters) < width for scope in scopes):
            for at in range(width):
                self._into[_from(name, at)] |= {place_of(name, at), _from(name, at + 1)}
        taken: dict[str, int] = defaultdict(int)
        for scope in scopes:
            for at, parameter in enumerate(scope.parameters):
                self._bind_one(name, at, scope.resolve(parameter), is_named=parameter in keywords)
                taken[parameter] += parameter != scope.rest
            if len(scope.parameters) < width and scope.parameters:
                self._into[scope.resolve(scope.parameters[-1])].add(_from(name, len(scope.parameters)))
            if scope.rest is not None and keywords:
                self._into[scope.resolve(scope.rest)].add(place_of(name, _REST))
        for keyword in keywords if scopes else ():
            self._into[place_of(name, _REST)].add(place_of(name, keyword))
            if taken[keyword] < len(scopes):
                self._into[keyword].add(place_of(name, keyword))

    def _bind_one(self, name: str, at: int, target: str, *, is_named: bool) -> None:
        """Give one parameter what is given for its position, for its name, and for any."""
        places: list[int | str] = [at] if at < self._widths[name] else []
        if is_named:
            places.append(target.partition("@")[0])
        if name in self._given_any:
            places.append(_ANY)
        own = self._into[target]
        for place in places:
            own.add(place_of(name, place))
            self._notes.aliases.append((target, _back(name, place)))

    def _wrap(self) -> None:
        """Give all parameters in decorators what the functions are given that they decorate."""
        waiting = list(self._decorators)
        while waiting:
            name = waiting.pop()
            for other in self._notes.renamed.get(name, ()):
                self._into[place_of(other, _WRAPPED)].add(place_of(name, _WRAPPED))
                if other not in self._decorators:
                    self._decorators.add(other)
                    waiting.append(other)
        named = {each.number: name for name in self._decorators for each in self._functions.get(name, ())}
        for scope in self._notes.layout.scopes if named else ():
            around = {place_of(named[each.number], _WRAPPED) for each in scope.outwards() if each.number in named}
            for parameter in scope.parameters if around and isinstance(scope.node, FUNCTIONS) else ():
                self._into[scope.resolve(parameter)] |= around


def _from(name: str, at: int) -> str:
    """Return the name of a position with all behind it, which the last parameter of a function takes."""
    return place_of(name, f"\0from {at}")
