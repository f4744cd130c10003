"""Find values whose name stands elsewhere: `name: X, value: Y`, `["X", "Y"]`, `X: {default: Y}`, `--x Y` in a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from okxguard.model import Entry, Place

_NAMES = ("name", "key", "variable", "env", "field", "header", "option", "parametername", "secretname", "k")
_VALUES = (
    "value", "val", "default", "defaultvalue", "parametervalue", "example", "stringvalue", "plaintext", "literal", "v",
    "defval", "defaultvar", "fallback", "initial", "initialvalue", "secretstring", "secretstringvalue", "secretvalue",
)  # fmt: skip
# What says to people what a value is.
_LABELS = (
    "label",
    "title",
    "description",
    "caption",
    "prompt",
    "displayname",
    "labeltext",
    "help",
    "usage",
    "message",
    "text",
)
# Beside these, what holds the value has a name as well.
_ELSEWHERE = frozenset(("env", "variable", *_LABELS))
# Calls that ask for a text or show one, with its label somewhere among the arguments.
_ASKING = re.compile(
    r"(?i)(?:^|[._])\w*(?:input|text|textbox|textfield|textarea|password|field|entry|prompt|ask|string)(?:\.new)?\(\)#\d+$"
)
_CALL = re.compile(r"\(\)#\d+$")
_LABEL = re.compile(r"[^\W\d_][\w.-]*(?: [\w().-]+){0,4}\s*[:：?*]?\s*")
# What a mapping named X says X is. `S` is DynamoDB's word for a string.
_HELD = ("value", "default", "defaultvalue", "example", "stringvalue", "plaintext", "literal", "const", "s", "#text")
_MEMBERS = frozenset((*_NAMES, *_VALUES, *_HELD, *_LABELS, "secretname"))
# Between a name and its value may stand what kind of value it is.
_SCHEMAS = frozenset(("schema", "value", "content", "properties"))
_KEYWORDS = frozenset(("example", "examples"))
_LONGEST_NAME = 100
_INDEX = r"\[\d+\]"
_NAME = r"-{0,2}[A-Za-z_][\w.-]{1,80}"
_OPTION = r"-{1,2}[A-Za-z][\w.-]{1,80}"
_DECLARING = frozenset(("variables", "lists"))
_LONGEST_LIST = 200


def without_keywords(entries: list[Entry]) -> list[Entry]:
    """Return the entries of an OpenAPI document without `example` in their paths: there it is a keyword, not a name."""
    if not any(entry.path in (("openapi",), ("swagger",)) for entry in entries):
        return entries
    return [
        entry._replace(path=(*(piece for piece in entry.path[:-1] if piece not in _KEYWORDS), *entry.path[-1:]))
        for entry in entries
    ]


def read_pairs(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield values under the names that stand beside them, around them or before them."""
    pairs: dict[tuple[str, ...], dict[str, Entry]] = {}
    lists: dict[tuple[str, ...], dict[str, Entry]] = {}
    for entry in entries:
        if not entry.value or not entry.path or entry.place not in (Place.ASSIGNMENT, Place.ARGUMENT):
            continue
        last = entry.path[-1]
        if last.startswith("["):
            lists.setdefault(entry.path[:-1], {}).setdefault(last, entry)
            continue
        member = last.rpartition(".")[2].lower().replace("_", "")
        if member in _MEMBERS:
            scope = entry.path[:-1]
            pairs.setdefault(scope, {}).setdefault(member, entry)
            if scope and scope[-1] in _SCHEMAS:
                pairs.setdefault(scope[:-1], {}).setdefault(member, entry)
    for scope, items in lists.items():
        if scope[-1:] == ("names",):  # of an option: the longest tells most
            longest = max(items.values(), key=lambda item: len(item.value))
            pairs.setdefault(scope[:-1], {}).setdefault("name", longest)
    for scope, members in pairs.items():
        yield from _paired(scope, members)
        yield from _labelled(scope, members, lists.get(scope, {}))
    for scope, items in lists.items():
        yield from _listed(scope, items)
        named = lists.get(scope[:-1] if scope[-1:] == ("[1]",) else scope, {}).get("[0]")
        yield from _declared(scope, items, named)
        if scope not in pairs:
            yield from _labelled(scope, {}, items)


def _labelled(scope: tuple[str, ...], members: dict[str, Entry], items: dict[str, Entry]) -> Iterator[Entry]:
    """Yield a value under its labels, and that of a call under the texts among the arguments."""
    value = next((members[key] for key in _VALUES if key in members), None)
    labels = [members[key] for key in _LABELS if key in members]
    if items and scope and _CALL.search(scope[-1]):
        first, second = items.get("[0]"), items.get("[1]")
        if value:
            labels += filter(None, (first, second))
        elif first and _ASKING.search(scope[-1]):
            value = first
            labels += [second] if second and " " in second.value else []
    for label in labels if value else ():
        if value and label is not value and len(label.value) <= _LONGEST_NAME and _LABEL.fullmatch(label.value):
            parent = scope[:-1] if scope[-1:] and scope[-1].startswith("[") else scope
            yield value._replace(path=(*parent, label.value.rstrip(" :：?*")))


def _declared(scope: tuple[str, ...], items: dict[str, Entry], name: Entry | None) -> Iterator[Entry]:
    """Yield the values of variables and lists that programs of blocks declare as `id: [name, value or values]`."""
    at = next(
        (index for index in range(len(scope) - 1, max(-1, len(scope) - 4), -1) if scope[index] in _DECLARING), None
    )
    if at is not None and at < len(scope) - 1 and name and len(name.value) <= _LONGEST_NAME:
        yield from (item._replace(path=(*scope[: at + 1], name.value)) for item in items.values() if item is not name)


def _paired(scope: tuple[str, ...], members: dict[str, Entry]) -> Iterator[Entry]:
    named = [key for key in _NAMES if key in members]
    name = members[named[0]] if named else None
    value = next((members[key] for key in _VALUES if key in members), None)
    if name and value and name is not value and 0 < len(name.value) <= _LONGEST_NAME:
        parent = scope[:-1] if scope and scope[-1].startswith("[") else scope
        yield value._replace(path=(*parent, name.value))
    if _ELSEWHERE.issuperset(named) and len(scope) > 0 and not scope[-1].startswith("["):
        held = next((members[key] for key in _HELD if key in members), None)
        if held:
            yield held._replace(path=scope)
            if len(scope) > 1 and _CALL.search(scope[-1]) and not scope[-2].startswith("["):
                yield held._replace(path=scope[:-1])


def _listed(scope: tuple[str, ...], items: dict[str, Entry]) -> Iterator[Entry]:
    """Yield the second of two items under the first, and items under the option before them."""
    if len(items) > _LONGEST_LIST or "()" in scope[-1:]:
        return
    if len(items) == 2 and {*items} == {"[0]", "[1]"} and scope and re.fullmatch(_INDEX, scope[-1]):
        first, second = items["[0]"], items["[1]"]
        if re.fullmatch(_NAME, first.value):
            yield second._replace(path=(*scope[:-1], first.value))
            return
    ordered = [items[f"[{index}]"] for index in range(len(items)) if f"[{index}]" in items]
    for before, entry in pairwise(ordered):
        if before.value[0] == "-" and entry.value[0] != "-" and re.fullmatch(_OPTION, before.value):
            yield entry._replace(path=(*scope, before.value.lstrip("-")))
