"""Note what the functions and classes of a module are made of, for the gate."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from okxguard.leaks.relation_flows import ANYWHERE, RECORDS
from okxguard.leaks.relation_handover import Handover, place_of
from okxguard.leaks.relation_marks import held
from okxguard.leaks.relation_notes import Notes
from okxguard.leaks.relation_scopes import (
    VALIDATORS,
    NameScope,
    annotated_names,
    called_of,
    is_fixture,
    last_name,
    names_called,
    text_of,
)

# The place between parameters and the classes of the same letters.
_CLASSES = "\0classes"
_TEXTS = ("__str__", "__repr__", "__format__", "__rich__")
# The place between parameters and the variables of the same name that hold objects of classes.
_ALIKE = "\0alike"
_OPTIONS = ("parse_args", "parse_known_args", "params", "docopt")


class Definitions:
    """Reads the definitions of one module."""

    def __init__(self, notes: Notes, handover: Handover) -> None:
        self._notes = notes
        self._handover = handover
        self._into = notes.into
        self._flow = notes.flows.of
        self._functions = notes.layout.functions
        self._classes = notes.layout.classes
        self._by_number = {scope.number: scope for scope in notes.layout.scopes}
        self._fixtures = {name for name, scopes in self._functions.items() if any(map(_is_fixture, scopes))}
        self._letters: set[str] = set()
        self._with_fields: set[str] = set()
        for name in self._classes:
            self._letters.add(name.lower())
            self._into[place_of(name.lower(), _CLASSES)].add(name)

    def assigned(self, node: ast.Assign) -> None:
        """Note that an assignment gives a sink another name, or a name to a lambda."""
        for target in node.targets:
            self._alias(target, node.value)
            self._name_lambda(target, node.value)
            self._name_record(target, node.value)

    def _alias(self, target: ast.AST, value: ast.AST) -> None:
        """Note that a sink gets another name, by which all calls are sinks."""
        name = last_name(target)
        if isinstance(value, ast.Call) and value.args and last_name(value.func) == "partial":
            value = value.args[0]
        for other in filter(None, names_called(value) if name else ()):
            if self._notes.shows(other):
                self._notes.showing[name] = frozenset({ANYWHERE})
            if self._notes.library.may_keep(other) or other == "str":
                self._notes.flows.keeping.add(name)
            if other in self._functions and other != name:
                self._functions.setdefault(name, [])
                self._notes.renamed[name].add(other)
                self._into[name].add(other)
            if other in self._fixtures:
                self._fixtures.add(name)

    def _name_record(self, target: ast.AST, value: ast.AST) -> None:
        """Note that an assignment makes a class of named fields, as `namedtuple` does."""
        name = last_name(target)
        if name and isinstance(value, ast.Call) and last_name(value.func) in RECORDS:
            texts = filter(None, map(text_of, ast.walk(value)))
            fields = [field for text in texts for field in text.replace(",", " ").split()]
            self._classes.setdefault(name, []).extend(fields)
            self._notes.flows.telling.add(name)

    def _name_lambda(self, target: ast.AST, value: ast.AST) -> None:
        """Note that a lambda is a function of the name that it is assigned to."""
        inner = self._notes.layout.lambdas.get(id(value))
        name = last_name(target)
        if inner is not None and name:
            self._functions.setdefault(name, []).append(inner)
            self._into[name] |= self._flow(inner.node.body, inner)

    def join(self) -> None:
        """Note that parameters may stand for objects that variables of the same name hold in other functions."""
        for scope in self._notes.layout.scopes if self._classes else ():
            for name in scope.locals.difference(scope.parameters):
                if not self._into.get(scope.resolve(name), frozenset()).isdisjoint(self._classes):
                    self._into[place_of(name, _ALIKE)].add(scope.resolve(name))

    def function(self, node: Any, scope: NameScope) -> None:
        """Note what a function gives back, what its parameters are made of, and what its decorators do."""
        inner = self._by_number[id(node)]
        self._parameters(node, inner, scope)
        flows = [self._flow(value, inner) for value in inner.returned]
        self._into[node.name].update(*flows, annotated_names(node.returns) if node.returns is not None else ())
        if any(self._notes.library.may_route(last_name(called_of(each))) for each in node.decorator_list):
            for flow in flows:
                self._notes.show(flow, inner)
        for decorator in node.decorator_list:
            self._decorator(node, decorator, inner, scope)

    def _parameters(self, node: Any, inner: NameScope, scope: NameScope) -> None:
        """Note what the annotations, the names and the defaults of parameters tell."""
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            own = self._into[inner.resolve(argument.arg)]
            if argument.annotation is not None:
                own.update(annotated_names(argument.annotation))
            wanted = argument.arg.replace("_", "").lower()
            for letters in {wanted, wanted.removesuffix("s")} & self._letters:
                own.add(place_of(letters, _CLASSES))
            if argument.arg in self._fixtures:
                own.add(argument.arg)
            if self._classes:
                own.add(place_of(argument.arg, _ALIKE))
        if inner.owner:
            self._into[f"{inner.own}@{inner.number}"].add(inner.owner)
        defaults = (each for each in (*node.args.defaults, *node.args.kw_defaults) if each is not None)
        given = {name for each in defaults for name in self._flow(each, scope)}
        for name in inner.parameters if given else ():
            self._into[inner.resolve(name)] |= given

    def _decorator(self, node: Any, decorator: ast.expr, inner: NameScope, scope: NameScope) -> None:
        notes, last = self._notes, last_name(called_of(decorator))
        notes.switches = notes.switches or notes.prints(last)
        names = {inner.resolve(name) for name in inner.parameters}
        if last in VALIDATORS and isinstance(decorator, ast.Call):
            for name in names:
                self._into[name].update(filter(None, map(text_of, decorator.args)))
        if last in self._functions:
            self._handover.decorate(last, {*names, node.name})
        if last in notes.showing:
            notes.show(names, scope)
        self.options(decorator, names)

    def options(self, node: ast.AST, names: Iterable[str]) -> None:
        """Note the options of a program, which its commands take by other names."""
        while isinstance(node, ast.Attribute):
            node = node.value
        for inner in ast.walk(node) if not isinstance(node, ast.Name) else ():
            text = text_of(inner)
            if text is not None and text.startswith("-") and self._notes.is_secret(text.lstrip("-")):
                for name in (*names, *_OPTIONS):
                    self._into[name].add(text.lstrip("-"))

    def classes(self, node: ast.ClassDef, scope: NameScope) -> None:
        """Note that an object is made of its fields and of what its text is made of."""
        own = self._into[node.name]
        if node.name not in self._with_fields:
            self._with_fields.add(node.name)
            own.update(self._kept(node.name, self._classes[node.name]), _TEXTS)
        for base in node.bases:
            own |= self._flow(base, scope)
        if self._notes.flows.dumps:
            assigned = (each for each in node.body if isinstance(each, ast.Assign))
            own |= self._kept(node.name, {last_name(target) for each in assigned for target in each.targets})
        if any(last_name(base).endswith(("Enum", "Flag")) for base in node.bases):
            self._members(node)

    def _kept(self, name: str, fields: Iterable[str]) -> set[str]:
        """Return the flow of the fields of a class into its objects."""
        return set(fields) if name in self._notes.flows.telling else held(fields)

    def _members(self, node: ast.ClassDef) -> None:
        """Note the texts that the members of an enumeration stand for."""
        for statement in node.body:
            text = text_of(statement.value) if isinstance(statement, ast.Assign) else None
            if isinstance(statement, ast.Assign) and text is not None:
                for target in statement.targets:
                    self._into[last_name(target)].add(text)


def _is_fixture(scope: NameScope) -> bool:
    return any(map(is_fixture, getattr(scope.node, "decorator_list", ())))
