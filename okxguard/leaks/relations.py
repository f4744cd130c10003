"""Collect which names of a module are made of which others, and which names its sinks show."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from okxguard.leaks.library import Library
from okxguard.leaks.relation_scopes import (
    FUNCTIONS,
    Layout,
    NameScope,
    annotated_names,
    children,
    last_name,
    targets_of,
)

CAUGHT, LOCALS = "\0caught", "locals"
_RAISED, _OPTIONS = "\0raised", ("parse_args", "parse_known_args", "params", "docopt")
_ENDS = frozenset({"len", "bool", "isinstance", "hash", "id", "type", "int", "float", "any", "all", "sum", "hasattr"})
_WHOLE = frozenset({"__dict__", "headers", "request", "request_info", "params", "body", "prepared"})
_DUMPING = frozenset({"vars", "inspect", "asdict", "curlify"})
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
_ITEMS = frozenset({"get", "pop", "setdefault"})
_TELLING = ("ValidationError", "InvalidHeader", "SettingsError")
_SIGNED = frozenset({"headers", "body"})
_REQUESTS = frozenset({"request", "req", "prepared", "prepared_request", "params", "request_info"})
_HOLDERS = frozenset({"data", "result", "response", "body", "info", "content", "payload"})
_FIELDS = re.compile(r"(?<=[{($])\w{1,80}")
_HEADERS = re.compile(r"(?i)ok-access-(?:key|passphrase)")
_RECORDS = frozenset({"namedtuple", "NamedTuple", "make_dataclass"})
_LOADED = "\0loaded"
_PLACE_OF_DEBUG = 6
_LONGEST_KEY = 60
_CLIENTS = frozenset({"ccxt", "okx", "ccxtpro", "okex", "python_okx"})
_Flow = set[str]


class Relations:
    """The flows of one module, of names only: attributes and keys by their name, variables by name and function.

    `into` holds for every name those that it may be made of; `shown` the names in every sink; `receiving` the names of
    imported functions; `switches` tells that there is something that makes libraries print;"""

    def __init__(
        self,
        layout: Layout,
        library: Library,
        is_secret: Callable[[str], bool],
        brought: frozenset[str],
        echoed: frozenset[int],
    ) -> None:
        self._library = library
        self._is_secret = is_secret
        self._brought = set(brought)
        self._echoed = echoed
        self.into: dict[str, _Flow] = defaultdict(set)
        self.shown: list[tuple[_Flow, NameScope]] = []
        self.receiving: set[str] = set()
        self.switches = False
        self._layout = layout
        self._functions = layout.functions
        self._classes = layout.classes
        self._imported = layout.imported
        self._dumps = not layout.words.isdisjoint(_WHOLE | _DUMPING)
        self._has_clients = not layout.imported.isdisjoint(_CLIENTS)
        self._scope = NameScope()

    def read(self) -> None:
        """Collect the relations of a module."""
        for node, scope in self._layout.nodes:
            if type(node) is ast.Assign:
                for target in node.targets:
                    self._alias(target, node.value)
                    self._name_lambda(target, node.value, scope)
        for node, scope in self._layout.nodes:
            handler = _HANDLERS.get(type(node))
            if handler is not None:
                self._scope = scope
                handler(self, node)

    def receivers(self) -> frozenset[str]:
        """Return the names of the functions that show, or give back, something of their own."""
        shown = {name.partition("@")[2] for flow, _ in self.shown for name in flow if "@" in name}
        found = set()
        for name, scopes in self._functions.items():
            numbers = {str(scope.number) for scope in scopes}
            given = {each.partition("@")[2] for each in self.into.get(name, ()) if "@" in each}
            if not numbers.isdisjoint(shown | given):
                found.add(name)
        return frozenset(found)

    def functions_with(self, tainted: set[str]) -> frozenset[int]:
        """Return the identities of the functions that name one of some names, and of those around them."""
        found: set[int] = set()
        for node, scope in self._layout.nodes:
            if scope.node is None or id(scope.node) in found:
                continue
            kind = type(node)
            name = (
                scope.resolve(node.id)
                if kind is ast.Name
                else node.attr
                if kind is ast.Attribute
                else node.value
                if kind is ast.Constant
                else getattr(node, "arg", None)
            )
            if kind is ast.arg:
                name = scope.resolve(node.arg)
            if name in tainted:
                inner: NameScope | None = scope
                while inner is not None and inner.node is not None:
                    found.add(id(inner.node))
                    inner = inner.outer
        return frozenset(found)

    def flow(self, node: ast.AST | None) -> _Flow:
        """Return the names that the value of an expression may be made of."""
        found: _Flow = set()
        waiting: list[Any] = [node]
        while waiting:
            each = waiting.pop()
            kind = type(each)
            if kind is ast.Name:
                found.add(self._scope.resolve(each.id))
            elif kind is ast.Attribute:
                found.add(each.attr)
                if each.attr in _WHOLE:
                    waiting.append(each.value)
                    if each.attr in _SIGNED and last_name(each.value) in _REQUESTS:
                        found.add(CAUGHT)
            elif kind is ast.Call:
                waiting += self._of_call(each, found)
            elif kind is ast.Subscript:
                waiting += _of_item(each.value, each.slice, found)
            elif kind is ast.Dict:
                found.update(key.value for key in each.keys if type(key) is ast.Constant and type(key.value) is str)
                waiting += each.values
                waiting += [key for key in each.keys if key is not None and type(key) is not ast.Constant]
            elif kind is ast.BinOp and type(each.op) is ast.Mod and _text(each.left) is not None:
                found.update(_FIELDS.findall(each.left.value))
                waiting.append(each.right)
            elif kind is ast.JoinedStr:
                found.update(name.lower() for part in each.values for name in _HEADERS.findall(_text(part) or ""))
                waiting += each.values
            elif kind is ast.IfExp:
                waiting += (each.body, each.orelse)
            elif kind is ast.Tuple or kind is ast.List or kind is ast.Set:
                found.update(item.value for item in each.elts if _text(item) is not None and " " not in item.value)
                waiting += each.elts
            elif kind is not ast.Constant and kind is not ast.Compare and each is not None:
                waiting += children(each)
        return found

    def _of_call(self, node: ast.Call, found: _Flow) -> list[Any]:
        """Return the parts of a call that its result may be made of."""
        function, name = node.func, last_name(node.func)
        if name in _ENDS and type(function) is ast.Name:
            return []
        if name in _ITEMS and node.args and isinstance(function, ast.Attribute) and _text(node.args[0]) is not None:
            return [*_of_item(function.value, node.args[0], found), *node.args[1:]]
        found.add(name)
        if self._library.may_load(name):
            found.add(_LOADED)
        if name in _RECORDS:
            found.update(part for text in map(_text, ast.walk(node)) if text is not None for part in text.split())
        arguments: list[Any] = [*node.args, *(keyword.value for keyword in node.keywords)]
        for argument in arguments:
            text = _text(argument)
            if text is not None and len(text) < _LONGEST_KEY:
                found.add(text.lstrip("-").rpartition("/")[2].strip(" :?>"))
        keeps = self._library.may_keep(name)
        base = [function.value] if isinstance(function, ast.Attribute) and (keeps or self._dumps) else []
        if base and _text(function.value) is not None:
            found.update(_FIELDS.findall(function.value.value))
        if not isinstance(function, (ast.Name, ast.Attribute)):
            base = [function]
        if keeps or self._is_known(name) or self._dumps or not name:
            found.update(keyword.arg for keyword in node.keywords if keyword.arg is not None)
            return [*base, *arguments]
        return [*base, *(argument for argument in arguments if type(argument) is ast.Lambda)]

    def _is_known(self, name: str) -> bool:
        return name in self._functions or name in self._classes or name in self._brought

    def _assign(self, targets: Iterable[ast.AST], value: ast.AST | None) -> None:
        flow = self.flow(value)
        for target in targets:
            if isinstance(target, ast.Subscript):
                text = _text(target.slice)
                flow = flow | ({text} if text is not None else self.flow(target.slice))
            for name in targets_of(target, self._scope):
                self.into[name] |= flow

    def _assigned(self, node: ast.Assign) -> None:
        self._assign(node.targets, node.value)
        for target in node.targets:
            if isinstance(target, ast.Attribute) and self._library.may_set(target.attr):
                self.switches = True

    def _show(self, flow: _Flow) -> None:
        """Note that a sink in the function that is read shows what a flow is made of."""
        self.shown.append((flow, self._scope))

    def _alias(self, target: ast.AST, value: ast.AST) -> None:
        """Note that a sink gets another name, by which all calls are sinks."""
        inner = (
            value.args[0]
            if isinstance(value, ast.Call) and value.args and last_name(value.func) == "partial"
            else value
        )
        for part in (inner.body, inner.orelse) if isinstance(inner, ast.IfExp) else (inner,):
            if self._library.may_show(last_name(part), self._imported) and last_name(target):
                self._brought.add(last_name(target))

    def _name_lambda(self, target: ast.AST, value: ast.AST, scope: NameScope) -> None:
        """Note that a lambda is a function of the name that it is assigned to."""
        inner = self._layout.lambdas.get(id(value))
        if inner is not None and last_name(target):
            self._functions.setdefault(last_name(target), []).append(inner)
            self._scope = inner
            self.into[last_name(target)] |= self.flow(inner.node.body)
            self._scope = scope

    def _annotated(self, node: Any) -> None:
        self._assign([node.target], node.value)
        if isinstance(node, ast.AnnAssign):
            for target in targets_of(node.target, self._scope):
                self.into[target].update(annotated_names(node.annotation))

    def _loop(self, node: Any) -> None:
        self._assign([node.target], node.iter)

    def _with(self, node: Any) -> None:
        for item in node.items:
            if item.optional_vars is not None:
                self._assign([item.optional_vars], item.context_expr)

    def _match(self, node: ast.Match) -> None:
        flow = self.flow(node.subject)
        for case in node.cases:
            for pattern in ast.walk(case.pattern):
                if isinstance(pattern, ast.MatchMapping):
                    for key, inner in zip(pattern.keys, pattern.patterns, strict=True):
                        if isinstance(inner, ast.MatchAs) and inner.name is not None and _text(key) is not None:
                            self.into[self._scope.resolve(inner.name)].add(_text(key) or "")
                for attribute in ("name", "rest"):
                    name = getattr(pattern, attribute, None)
                    if isinstance(name, str):
                        self.into[self._scope.resolve(name)] |= flow

    def _function(self, node: Any) -> None:
        """Note what a function gives back, what its parameters are made of, and what its decorators do."""
        scope = next(each for each in self._functions[node.name] if each.node is node)
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            own = scope.resolve(argument.arg)
            if argument.annotation is not None:
                self.into[own].update(annotated_names(argument.annotation))
            wanted = argument.arg.replace("_", "").lower()
            self.into[own].update(name for name in self._classes if name.lower() == wanted)
        if scope.owner:
            self.into[f"{scope.own}@{scope.number}"].add(scope.owner)
        defaults = [*node.args.defaults, *(each for each in node.args.kw_defaults if each is not None)]
        for name in scope.parameters:
            self.into[scope.resolve(name)].update(name for each in defaults for name in self.flow(each))
        outer, self._scope = self._scope, scope
        flows = [self.flow(value) for value in scope.returned]
        self.into[node.name].update(*flows)
        if any(self._library.may_route(last_name(_called(each))) for each in node.decorator_list):
            for flow in flows:
                self._show(flow)
        self._scope = outer
        for decorator in node.decorator_list:
            self._decorator(node, decorator, scope)

    def _decorator(self, node: Any, decorator: ast.expr, scope: NameScope) -> None:
        last = last_name(_called(decorator))
        self.switches = self.switches or self._library.may_switch(last, self._imported)
        names = {scope.resolve(name) for name in scope.parameters}
        for known in self._functions.get(last, ()):
            for inner in ast.walk(known.node):
                for each in self._functions[inner.name] if isinstance(inner, FUNCTIONS) else ():
                    for parameter in each.parameters if each.node is inner else ():
                        self.into[each.resolve(parameter)] |= {*names, node.name}
        if last in self._brought:
            self._show(names)
        self._options(decorator, names)

    def _options(self, node: ast.AST, names: Iterable[str]) -> None:
        """Note the options of a program, which its commands take by other names."""
        for inner in ast.walk(node):
            text = _text(inner)
            if text is not None and text.startswith("-") and self._is_secret(text.lstrip("-")):
                for name in (*names, *_OPTIONS):
                    self.into[name].add(text.lstrip("-"))

    def _class(self, node: ast.ClassDef) -> None:
        """Note that an object is made of its fields and of what its text is made of."""
        own = self.into[node.name]
        own.update(self._classes[node.name], ("__str__", "__repr__"))
        for base in node.bases:
            own |= self.flow(base)

    def _call(self, node: ast.Call) -> None:
        function, name = node.func, last_name(node.func)
        flow: _Flow | None = None
        if isinstance(function, ast.Name) and self._scope.owner and name == self._scope.own:
            name = self._scope.owner
        if self._is_known(name):
            self._pass(name, node)
        if name in self._brought:
            self.receiving.add(name)
        if self._library.may_show(name, self._imported) or name in self._brought:
            flow = self._given(node)
            self._show(flow)
        elif self._library.may_request(name):
            self._show(self._requested(node))
        self.switches = self.switches or self._library.may_switch(name, self._imported) or self._is_switched(node)
        if name in ("add_argument", "add_option"):
            self._options(node, ())
        if isinstance(function, ast.Attribute):
            if name in _STORING:
                for target in targets_of(function.value, self._scope):
                    self.into[target] |= self._given(node)
                key = _text(node.args[0]) if name == "setdefault" and node.args else None
                if key is not None:
                    self.into[key] |= self._given(node)
            if name in _ITEMS and node.args:
                self._evidence(function.value, node.args[0])
        self._handed(node)

    def _dict(self, node: ast.Dict) -> None:
        """Note what stands under the keys of a mapping, and switches among them."""
        for key, value in zip(node.keys, node.values, strict=True):
            text = _text(key)
            if text is not None and not isinstance(value, ast.Constant):
                self.into[text] |= self.flow(value)
            elif text is not None and self._library.is_switch(text):
                self.switches = self.switches or (_is_on(value) and self._has_clients)

    def _handed(self, node: ast.Call) -> None:
        """Note functions that are handed over to be called with what stands beside them."""
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            handed = last_name(argument)
            if handed in self._functions:
                flow = self._given(node)
                for scope in self._functions[handed]:
                    for parameter in scope.parameters:
                        self.into[scope.resolve(parameter)] |= flow
            elif handed and self._library.may_show(handed, self._imported):
                self._show(self._given(node))

    def _is_switched(self, node: ast.Call) -> bool:
        """Tell whether a call gets a switch, by its name or by its place."""
        return (
            self._has_clients
            and any(
                keyword.arg is not None and self._library.is_switch(keyword.arg) and _is_on(keyword.value)
                for keyword in node.keywords
            )
        ) or (self._has_clients and len(node.args) > _PLACE_OF_DEBUG and _is_on(node.args[_PLACE_OF_DEBUG]))

    def _pass(self, name: str, node: ast.Call) -> None:
        """Note that the parameters of a function, or the fields of a class, are made of what is given."""
        spread = any(isinstance(argument, ast.Starred) for argument in node.args) or any(
            keyword.arg is None for keyword in node.keywords
        )
        for keyword in node.keywords:
            if keyword.arg is not None and name in self._classes:
                self.into[keyword.arg] |= self.flow(keyword.value)
        for scope in (
            *self._functions.get(name, ()),
            *(self._functions.get("__init__", ()) if name in self._classes else ()),
        ):
            if spread:
                flow = self._given(node)
                for parameter in scope.parameters:
                    self.into[scope.resolve(parameter)] |= flow
                continue
            for at, argument in enumerate(node.args):
                for parameter in scope.parameters[at : at + 1] or scope.parameters[-1:]:
                    self.into[scope.resolve(parameter)] |= self.flow(argument)
            for keyword in node.keywords:
                target = keyword.arg if keyword.arg in scope.parameters else scope.rest
                if keyword.arg is not None and target == scope.rest:
                    self.into[keyword.arg] |= self.flow(keyword.value)
                if target is not None:
                    self.into[scope.resolve(target)] |= {*self.flow(keyword.value), keyword.arg or ""}
        for field in self._classes.get(name, ()) if node.args else ():
            self.into[field].update(name for argument in node.args for name in self.flow(argument))

    def _given(self, node: ast.Call) -> _Flow:
        """Return the names that the arguments of a call are made of; for methods that write, their object, too."""
        found: _Flow = set()
        for argument in node.args:
            found |= self.flow(argument)
        for keyword in node.keywords:
            found |= self.flow(keyword.value)
            if keyword.arg is not None and not isinstance(keyword.value, ast.Constant):
                found.add(keyword.arg)
        if isinstance(node.func, ast.Attribute) and node.func.attr.startswith(("to_", "write", "send")):
            found |= self.flow(node.func.value)
        return found

    def _requested(self, node: ast.Call) -> _Flow:
        """Return the names in the address of a request, and in its body where it goes to people."""
        named = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        address = [*node.args[:2], *(named[name] for name in ("url",) if name in named)]
        words = " ".join(
            str(getattr(inner, "id", getattr(inner, "attr", getattr(inner, "value", ""))))
            for part in address
            for inner in ast.walk(part)
        )
        if self._library.hooks.search(words):
            return self._given(node)
        found: _Flow = set()
        for part in (*address, named.get("params")):
            found |= self.flow(part)
        return found

    def _item(self, node: ast.Subscript) -> None:
        if isinstance(node.ctx, ast.Load):
            self._evidence(node.value, node.slice)

    def _evidence(self, base: ast.AST, key: ast.AST | None) -> None:
        """Note that a mapping that secrets are read from holds them."""
        text = _text(key)
        if text is not None and self._is_secret(text):
            self.into[_LOADED].add(text)
            for name in targets_of(base, self._scope):
                self.into[name].add(text)

    def _attribute(self, node: ast.Attribute) -> None:
        if self._library.may_hand(node.attr, self._imported):
            self.switches = True
        if isinstance(node.ctx, ast.Load) and node.attr != "environ" and self._is_secret(node.attr):
            for name in targets_of(node.value, self._scope):
                if not name.startswith("self@"):
                    self.into[name].add(node.attr)

    def _raised(self, node: Any) -> None:
        told = node.msg if isinstance(node, ast.Assert) else node.exc
        flow = self.flow(told) | (self._given(told) if isinstance(told, ast.Call) else set())
        self._show(flow)
        self.into[_RAISED] |= flow

    def _expression(self, node: ast.Expr) -> None:
        if id(node) in self._echoed or isinstance(node.value, (ast.Tuple, ast.Name, ast.BinOp, ast.JoinedStr)):
            self._show(self.flow(node.value))

    def _caught(self, node: ast.ExceptHandler) -> None:
        if node.name:
            own = self._scope.resolve(node.name)
            self.into[own].add(_RAISED)
            if last_name(node.type).endswith(_TELLING):
                self.into[own].add(CAUGHT)


def _text(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_on(node: ast.AST) -> bool:
    """Tell whether a switch is on, or may be."""
    return not isinstance(node, ast.Constant) or bool(node.value)


def _called(node: ast.AST) -> ast.AST:
    return node.func if isinstance(node, ast.Call) else node


def _of_item(base: ast.AST, key: ast.AST, found: _Flow) -> list[Any]:
    """Return the parts of `x[key]` that its value may be made of."""
    text = _text(key)
    if text is None:
        return [base, key]
    found.add(text)
    if text in _HOLDERS:
        return [base]
    return [] if isinstance(base, (ast.Name, ast.Attribute, ast.Subscript)) else [base]


_HANDLERS: dict[type, Any] = {
    ast.Assign: Relations._assigned,
    ast.AnnAssign: Relations._annotated,
    ast.AugAssign: Relations._annotated,
    ast.NamedExpr: Relations._annotated,
    ast.For: Relations._loop,
    ast.AsyncFor: Relations._loop,
    ast.comprehension: Relations._loop,
    ast.With: Relations._with,
    ast.AsyncWith: Relations._with,
    ast.Match: Relations._match,
    ast.FunctionDef: Relations._function,
    ast.AsyncFunctionDef: Relations._function,
    ast.ClassDef: Relations._class,
    ast.Call: Relations._call,
    ast.Dict: Relations._dict,
    ast.Raise: Relations._raised,
    ast.Assert: Relations._raised,
    ast.Expr: Relations._expression,
    ast.ExceptHandler: Relations._caught,
    ast.Subscript: Relations._item,
    ast.Attribute: Relations._attribute,
}
