"""Note what the calls of a module show, store, pass on and switch on, for the gate."""

from __future__ import annotations

import ast

from okxguard.leaks.evidence import dotted
from okxguard.leaks.library_names import WRITING
from okxguard.leaks.relation_definitions import Definitions
from okxguard.leaks.relation_flows import ITEMS, LOADED, held_by
from okxguard.leaks.relation_handover import Handover
from okxguard.leaks.relation_layout import Layout
from okxguard.leaks.relation_marks import held
from okxguard.leaks.relation_notes import Notes
from okxguard.leaks.relation_scopes import NameScope, last_name, names_called, text_of
from okxguard.leaks.slots import slots_of

_STORING = frozenset(
    [
        "append",
        "extend",
        "add",
        "insert",
        "appendleft",
        "update",
        "setdefault",
        "set_content",
        "attach",
        "add_field",
        "set_payload",
        "add_header",
        "write",
        "put",
    ]
)
# Calls that store what they are given by name under that name, as those of classes do.
_MAPPING = frozenset({"update", "dict"})
_PLACE_OF_DEBUG = 6
_CLIENTS = frozenset({"ccxt", "okx", "ccxtpro", "okex", "python_okx"})


class CallRelations:
    """Reads the calls of one module, and what its mappings hold."""

    def __init__(self, notes: Notes, definitions: Definitions, handover: Handover) -> None:
        self._notes = notes
        self._handover = handover
        self._definitions = definitions
        self._library = notes.library
        self._into = notes.into
        self._flows = notes.flows
        self._functions = notes.layout.functions
        self._modules = _modules(notes.layout)
        self._has_clients = not notes.layout.imported.isdisjoint(_CLIENTS)

    def call(self, node: ast.Call, scope: NameScope) -> None:
        """Note what one call does."""
        for name in names_called(node.func):
            is_own = scope.owner and name == scope.own and isinstance(node.func, ast.Name)
            self._named(scope.owner if is_own else name, node, scope)
        if isinstance(node.func, ast.Attribute):
            self._method(node, node.func, scope)
        self._handed(node, scope)
        self._put(node, scope)

    def _put(self, node: ast.Call | ast.Dict, scope: NameScope) -> None:
        """Note that what is put where secrets belong is a secret."""
        for value, name in slots_of(node, self._library.slots):
            self._notes.fill(value, {name}, scope)

    def _named(self, name: str, node: ast.Call, scope: NameScope) -> None:
        """Note what a call of a name does."""
        notes = self._notes
        if self._flows.is_known(name):
            self._handover.give(name, node, scope)
        if name in notes.brought:
            self._hand(name, node, scope)
        if notes.shows(name) and not self._is_harmless(node.func, scope):
            notes.show(self._flows.given(node, scope), scope)
        elif name in notes.showing:
            notes.show(self._flows.given(node, scope, notes.showing[name]) | held({name}), scope)
        elif self._library.message_of(name):
            self._told(node, self._library.message_of(name), scope)
        elif self._library.may_request(name):
            notes.show(self._flows.requested(node, scope), scope)
        notes.switches = notes.switches or notes.prints(name) or self._is_switched(node)
        if name == "setattr" and len(node.args) == 3:
            self._set(node, scope)
        if name in ("add_argument", "add_option"):
            self._definitions.options(node, ())
        if name in _MAPPING or name[:1].isupper():
            for keyword in node.keywords:
                if keyword.arg is not None:
                    self._into[keyword.arg] |= self._flows.of(keyword.value, scope)

    def _is_harmless(self, function: ast.expr, scope: NameScope) -> bool:
        """Tell that a call is one of a foreign module, and no sink, though its last name is that of one."""
        name = dotted(function)
        first, _, rest = name.partition(".")
        if first not in self._modules or scope.resolve(first) != first or name.endswith(WRITING):
            return False
        return self._library.sink((f"{self._modules[first]}.{rest}", name)) is None

    def _hand(self, name: str, node: ast.Call, scope: NameScope) -> None:
        """Note what an imported function is given that it shows, or gives back."""
        for places in (self._notes.showing.get(name), self._flows.giving.get(name)):
            if places is not None:
                self._notes.handed.append((name, self._flows.given(node, scope, places)))

    def _set(self, node: ast.Call, scope: NameScope) -> None:
        """Note that an attribute is stored by its name."""
        text, flow = text_of(node.args[1]), self._flows.of(node.args[2], scope)
        self._notes.fill(node.args[0], flow, scope)
        if text is not None:
            self._into[text] |= flow
            self._notes.switches = self._notes.switches or self._library.may_set(text)

    def _told(self, node: ast.Call, at: int, scope: NameScope) -> None:
        """Note that a call shows one of its arguments, the message."""
        messages = [*node.args[at:], *(keyword.value for keyword in node.keywords if keyword.arg == "msg")]
        for message in messages:
            self._notes.show(self._flows.of(message, scope), scope)

    def _method(self, node: ast.Call, function: ast.Attribute, scope: NameScope) -> None:
        """Note what a method stores in its object, or reads from it."""
        if function.attr in _STORING:
            given = self._flows.given(node, scope)
            self._notes.fill(function.value, given, scope)
            key = text_of(node.args[0]) if function.attr == "setdefault" and node.args else None
            if key is not None:
                self._into[key] |= given
        if function.attr in ITEMS and node.args:
            self._evidence(function.value, node.args[0], scope)

    def _handed(self, node: ast.Call, scope: NameScope) -> None:
        """Note functions that are handed over to be called with what stands beside them."""
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            handed = last_name(argument)
            if handed in self._functions:
                self._handover.give_any(handed, self._flows.given(node, scope))
            elif handed and self._notes.shows(handed):
                self._notes.show(self._flows.given(node, scope), scope)

    def _is_switched(self, node: ast.Call) -> bool:
        """Tell whether a call gets a switch, by its name or by its place."""
        if not self._has_clients:
            return False
        if len(node.args) > _PLACE_OF_DEBUG and _is_on(node.args[_PLACE_OF_DEBUG]):
            return True
        return any(
            keyword.arg is not None and self._library.is_switch(keyword.arg) and _is_on(keyword.value)
            for keyword in node.keywords
        )

    def mapping(self, node: ast.Dict, scope: NameScope) -> None:
        """Note what stands under the keys of a mapping, and switches among them."""
        self._put(node, scope)
        for key, value in zip(node.keys, node.values, strict=True):
            text = text_of(key)
            if text is not None and not isinstance(value, ast.Constant):
                self._into[text] |= self._flows.of(value, scope)
            elif text is not None and self._has_clients and self._library.is_switch(text) and _is_on(value):
                self._notes.switches = True

    def item(self, node: ast.Subscript, scope: NameScope) -> None:
        """Note that a mapping is read."""
        if isinstance(node.ctx, ast.Load):
            self._evidence(node.value, node.slice, scope)

    def _evidence(self, base: ast.AST, key: ast.AST | None, scope: NameScope) -> None:
        """Note that a mapping that secrets are read from holds them."""
        text = text_of(key)
        if text is not None and self._notes.is_secret(text):
            self._into[LOADED].add(text)
            self._notes.fill(base, {text}, scope)
            self._into[held_by(last_name(base))].add(text)


def _modules(layout: Layout) -> dict[str, str]:
    """Return the modules that are imported as such, and never anything else, by the names that they have."""
    found = {
        alias.asname or alias.name.partition(".")[0]: alias.name if alias.asname else alias.name.partition(".")[0]
        for node in layout.imports
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    others = {
        alias.asname or alias.name
        for node in layout.imports
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return {name: module for name, module in found.items() if name not in others | layout.scopes[0].locals}


def _is_on(node: ast.AST) -> bool:
    """Tell whether a switch is on, or may be."""
    return not isinstance(node, ast.Constant) or bool(node.value)
