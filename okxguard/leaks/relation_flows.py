"""Tell which names the value of an expression may be made of, for the gate."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from okxguard.entries.python_nodes import children
from okxguard.leaks.library import Library
from okxguard.leaks.put_together import head_of, tail_of
from okxguard.leaks.queries import QUERIES
from okxguard.leaks.relation_hooks import names_of_hooks
from okxguard.leaks.relation_layout import Layout
from okxguard.leaks.relation_marks import ALL, HELD, bare, held
from okxguard.leaks.relation_scopes import NameScope, last_name, text_of
from okxguard.leaks.relation_telling import telling_classes

CAUGHT, LOCALS, LOADED, RAISED = "\0caught", "locals", "\0loaded", "\0raised"
ITEMS = frozenset({"get", "pop", "setdefault"})
_ENDS = frozenset({"len", "bool", "isinstance", "hash", "id", "type", "int", "float", "any", "all", "sum", "hasattr"})
_WHOLE = frozenset(
    {"__dict__", "headers", "request", "request_info", "params", "body", "prepared", "last_request_headers"}
)
_DUMPING = frozenset({"vars", "inspect", "asdict", "curlify"})
# What a secret is read from under these names of an object is the secret itself.
_WRAPPED = frozenset({"value", "payload", "data", "secret", "plaintext", "plain", "raw", "secret_string", "content"})
_SIGNED = frozenset({"headers", "body"})
_REQUESTS = frozenset({"request", "req", "prepared", "prepared_request", "params", "request_info"})
_HOLDERS = frozenset({"data", "result", "response", "body", "info", "content", "payload", "text"})
_FIELDS = re.compile(r"(?<=[{($])\w{1,80}")
_HEADERS = re.compile(r"(?i)ok-access-(?:key|passphrase)")
RECORDS = frozenset({"namedtuple", "NamedTuple", "make_dataclass"})
_LONGEST_KEY = 60
# What classes of tables are made of: where they stand, queries give back their objects.
_TABLES = frozenset({"Column", "mapped_column", "SQLModel", "models", "DeclarativeBase", "declarative_base"})
# Calls that give back what an object holds, besides those that the rule book calls dumps.
_OPENING = frozenset({"getattr", "attrgetter", "__getattribute__", "dumps", "dump", "dict", "astuple"})
Flow = set[str]
# Any place of what a call is given.
ANYWHERE = "*"
_EVERYTHING: frozenset[int | str] = frozenset({ANYWHERE})


class _Part(NamedTuple):
    """A part of an expression with the mark that its names get."""

    node: ast.AST | None
    mark: str


def held_by(name: str) -> str:
    """Return the name for what objects of one name hold, in whatever function."""
    return f"\0held by {name}"


class Flows:
    """The flows of the expressions of one module; `brought` are the names from other modules that matter.

    `keeping` are other names of functions that give back what they are given, `telling` the classes whose text shows
    what their objects hold, `giving` functions of other modules that give back what they are given at some places.
    """

    def __init__(self, layout: Layout, library: Library, brought: frozenset[str]) -> None:
        self._library = library
        self._layout = layout
        self._hooked: frozenset[str] | None = None
        self._functions = layout.functions
        self._classes = layout.classes
        self.dumps = not layout.words.isdisjoint(_WHOLE | _DUMPING)
        self.keeping: set[str] = set() if layout.words.isdisjoint(_TABLES) else set(QUERIES)
        self.giving: Mapping[str, frozenset[int | str]] = {}
        self.telling = telling_classes(layout, library, brought)
        self._parts: dict[type, Callable[[Any, Flow], list[Any]]] = {
            ast.Constant: _no_parts,
            ast.Compare: _no_parts,
            ast.Attribute: _of_attribute,
            ast.Call: self._of_call,
            ast.Subscript: _of_subscript,
            ast.Dict: _of_dict,
            ast.BinOp: _of_operation,
            ast.JoinedStr: _of_text,
            ast.IfExp: _of_choice,
            ast.Tuple: _of_sequence,
            ast.List: _of_sequence,
            ast.Set: _of_sequence,
        }

    def of(self, node: ast.AST | None, scope: NameScope) -> Flow:
        """Return the names that the value of an expression may be made of."""
        found: Flow = set()
        marked: list[_Part] = []
        self._collect(node, scope, found, marked)
        while marked:
            part = marked.pop()
            inner: Flow = set()
            # Whatever is held by something that is held is held itself; and so it is with all that something holds.
            below: list[_Part] = []
            self._collect(part.node, scope, inner, below)
            found.update(f"{part.mark}{bare(name)}" for name in inner)
            marked += [each._replace(mark=part.mark) for each in below]
        return found

    def _collect(self, node: ast.AST | None, scope: NameScope, found: Flow, marked: list[_Part]) -> None:
        """Add the names that a value may be made of, and the parts whose names get a mark."""
        waiting: list[Any] = [node]
        while waiting:
            each = waiting.pop()
            kind = type(each)
            if kind is ast.Name:
                found.add(scope.resolve(each.id))
            elif kind is _Part:
                marked.append(each)
            else:
                parts = self._parts.get(kind)
                waiting += parts(each, found) if parts is not None else children(each)

    def is_known(self, name: str) -> bool:
        """Tell whether a name is that of a function or class of the module."""
        return name in self._functions or name in self._classes

    def given(self, node: ast.Call, scope: NameScope, places: frozenset[int | str] = _EVERYTHING) -> Flow:
        """Return the names that the arguments of a call are made of; for methods that write, their object, too.

        `places` are the positions and the keywords that count.
        """
        found: Flow = set()
        if ANYWHERE not in places and not is_spread(node):
            for argument in _chosen(node, places):
                found |= self.of(argument, scope)
            return found
        for argument in node.args:
            found |= self.of(argument, scope)
        for keyword in node.keywords:
            found |= self.of(keyword.value, scope)
            if keyword.arg is not None and not isinstance(keyword.value, ast.Constant):
                found.add(keyword.arg)
        if isinstance(node.func, ast.Attribute) and node.func.attr.startswith(("to_", "write", "send")):
            found |= self.of(node.func.value, scope)
        return found

    def requested(self, node: ast.Call, scope: NameScope) -> Flow:
        """Return the names in the address of a request, and in its body where it goes to people."""
        named = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        address = [*node.args[:2], *(named[name] for name in ("url",) if name in named)]
        words = " ".join(
            str(getattr(inner, "id", getattr(inner, "attr", getattr(inner, "value", ""))))
            for part in address
            for inner in ast.walk(part)
        )
        if self._library.hooks.search(words) or not self._hooks().isdisjoint(words.split()):
            return self.given(node, scope)
        found: Flow = set()
        for part in (*address, named.get("params")):
            found |= self.of(part, scope)
        return found

    def _hooks(self) -> frozenset[str]:
        """Return the last names of what is given a text that is the address of a chat, or names one."""
        if self._hooked is None:
            self._hooked = frozenset(names_of_hooks(self._layout, self._library))
        return self._hooked

    def _of_call(self, node: ast.Call, found: Flow) -> list[Any]:
        """Return the parts of a call that its result may be made of."""
        function, name = node.func, last_name(node.func)
        if name in _ENDS and type(function) is ast.Name:
            return []
        if name in ITEMS and node.args and isinstance(function, ast.Attribute) and text_of(node.args[0]) is not None:
            return [*_of_item(function.value, node.args[0], found), *node.args[1:]]
        found.add(name)
        if self._library.may_load(name):
            found.add(LOADED)
        if self._library.may_dump(name):
            found.update(held_by(last_name(part)) for part in (*node.args[:1], getattr(function, "value", None)))
        arguments: list[Any] = [*node.args, *(keyword.value for keyword in node.keywords)]
        _add_words(node, name, arguments, found)
        keeps = self._library.may_keep(name) or name in self.keeping
        base = self._base(function, found, keeps=keeps)
        words = {keyword.arg for keyword in node.keywords if keyword.arg is not None}
        if self._library.may_dump(name) or name in _OPENING:
            found |= words
            return [_Part(part, ALL) for part in (*base, *arguments)]
        if name in self._classes and name not in self.telling:
            found |= held(words)
            return [*base, *(_Part(argument, HELD) for argument in arguments)]
        if keeps or self.is_known(name) or not name:
            found |= words
            return [*base, *arguments]
        places = self.giving.get(name)
        if places is not None:
            chosen = arguments if ANYWHERE in places or is_spread(node) else _chosen(node, places)
            found |= words
            return [*base, *chosen]
        lambdas = [argument for argument in arguments if type(argument) is ast.Lambda]
        if not self.dumps:
            return [*base, *lambdas]
        found |= held(words)
        return [*base, *lambdas, *(_Part(argument, HELD) for argument in arguments)]

    def _base(self, function: ast.expr, found: Flow, *, keeps: bool) -> list[Any]:
        """Return the object of a method, where its result may show it, or an expression that is called."""
        if isinstance(function, ast.Name):
            return []
        if not isinstance(function, ast.Attribute):
            return [function]
        if not keeps:
            return [_Part(function.value, HELD)] if self.dumps else []
        found.update(_FIELDS.findall(text_of(function.value) or ""))
        return [function.value]


def is_spread(node: ast.Call) -> bool:
    """Tell whether nobody knows from a call what it is given at which place."""
    return any(type(argument) is ast.Starred for argument in node.args) or any(
        keyword.arg is None for keyword in node.keywords
    )


def _chosen(node: ast.Call, places: frozenset[int | str]) -> list[ast.expr]:
    """Return the arguments of a call at some places."""
    positions = (argument for at, argument in enumerate(node.args) if at in places)
    return [*positions, *(keyword.value for keyword in node.keywords if keyword.arg in places)]


def _add_words(node: ast.Call, name: str, arguments: list[Any], found: Flow) -> None:
    """Add the texts that a call is given, which may name what it reads."""
    if name in RECORDS:
        found.update(part for text in map(text_of, ast.walk(node)) if text is not None for part in text.split())
    for argument in arguments:
        end = argument.right if type(argument) is ast.BinOp else argument
        text = text_of(end) or tail_of(end) or head_of(end) or None
        if text is not None and len(text) < _LONGEST_KEY:
            found.add(text.lstrip("-").rpartition("/")[2].strip(" :?>"))


def _no_parts(_: ast.AST, __: Flow) -> list[Any]:
    return []


def _of_attribute(node: ast.Attribute, found: Flow) -> list[Any]:
    found.add(node.attr)
    if node.attr in _WRAPPED or (node.attr in _HOLDERS and node.attr not in _WHOLE):
        return [node.value]
    if node.attr not in _WHOLE:
        return []
    if node.attr == "__dict__":
        found.add(held_by(last_name(node.value)))
    if node.attr in _SIGNED and last_name(node.value) in _REQUESTS:
        found.add(CAUGHT)
    return [_Part(node.value, ALL)]


def _of_subscript(node: ast.Subscript, found: Flow) -> list[Any]:
    return _of_item(node.value, node.slice, found)


def _of_item(base: ast.AST, key: ast.AST, found: Flow) -> list[Any]:
    """Return the parts of `x[key]` that its value may be made of."""
    text = text_of(key)
    if text is None:
        found.update(filter(None, (tail_of(key) or head_of(key),)))
        return [base, key]
    found.add(text)
    if text in _HOLDERS or text.lower() in _WRAPPED:
        return [base]
    return [] if isinstance(base, (ast.Name, ast.Attribute, ast.Subscript)) else [base]


def _of_dict(node: ast.Dict, found: Flow) -> list[Any]:
    found.update(text for text in map(text_of, node.keys) if text is not None)
    return [*node.values, *node.keys]


def _of_operation(node: ast.BinOp, found: Flow) -> list[Any]:
    if type(node.op) is ast.Mod:
        found.update(_FIELDS.findall(text_of(node.left) or ""))
    return [node.left, node.right]


def _of_text(node: ast.JoinedStr, found: Flow) -> list[Any]:
    found.update(name.lower() for part in node.values for name in _HEADERS.findall(text_of(part) or ""))
    return node.values


def _of_choice(node: ast.IfExp, _: Flow) -> list[Any]:
    return [node.body, node.orelse]


def _of_sequence(node: ast.Tuple | ast.List | ast.Set, found: Flow) -> list[Any]:
    found.update(text for text in map(text_of, node.elts) if text is not None and " " not in text)
    return node.elts
