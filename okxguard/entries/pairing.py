"""Find values whose name stands elsewhere: `name: X, value: Y`, `["X", "Y"]`, `X: {default: Y}`, `--x Y` in a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from okxguard.model import Entry, Place

_NAMES = frozenset(
    (
        "name", "key", "variable", "env", "field", "header", "option", "parametername", "k", "p", "label", "title",
        "slug", "property", "keyvalue", "secretname",
    )
)  # fmt: skip
_VALUES = frozenset(
    (
        "value", "val", "default", "defaultvalue", "parametervalue", "example", "stringvalue", "plaintext", "literal",
        "v", "to", "currentvalue", "initialvalue", "valuevalue", "content", "string", "data", "defval", "defaultvar",
        "fallback", "initial", "secretstring", "secretstringvalue", "secretvalue",
    )
)  # fmt: skip
# What a mapping named X says X is; `S` is DynamoDB's word for a string, others are matchers of recorded requests.
_HELD = frozenset(
    (
        "value", "default", "defaultvalue", "example", "stringvalue", "plaintext", "literal", "const", "s", "#text",
        "string", "equalto", "equals", "exact", "contains", "matches", "eq",
    )
)  # fmt: skip
# What says to people what a value is.
_LABELS = (
    "label", "title", "description", "caption", "prompt", "displayname", "labeltext", "help", "usage", "message",
    "text",
)  # fmt: skip
# Beside these, what holds the value has a name as well.
_ELSEWHERE = frozenset(("env", "variable", *_LABELS))
# Calls that ask for a text or show one, with its label somewhere among the arguments.
_ASKING = re.compile(
    r"(?i)(?:^|[._])\w*(?:input|text|textbox|textfield|textarea|password|field|entry|prompt|ask|string)(?:\.new)?\(\)#\d+$"
)
_CALL = re.compile(r"\(\)#\d+$")
_LABEL = re.compile(r"[^\W\d_][\w.-]*(?: [\w().-]+){0,4}\s*[:：?*]?\s*")
# Where something goes from one thing to another, the other one is no value.
_ORIGIN = "from"
_MEMBERS = frozenset(("id",)) | _NAMES | _VALUES | _HELD | {_ORIGIN, *_LABELS}
# Between a name and its value may stand what kind of value it is, and the values may be a list.
_SCHEMAS = frozenset(("schema", "value", "content", "data", "payload", "properties"))
_LISTS = frozenset(("values", "value"))
_KEYWORDS = frozenset(("example", "examples"))
_LONGEST_NAME = 100
_INDEX = r"\[\d+\]"
_NAME = r"-{0,2}[A-Za-z_][\w.-]{1,80}"
_OPTION = r"-{1,2}[A-Za-z][\w.-]{1,80}"
_TEMPLATE = r"\$\{[^{}]{0,80}\}"
_CONSTRUCTING = frozenset(("constructor-arg", "constructor-args", "arguments", "args"))
_DECLARING = frozenset(("variables", "lists"))
_LONGEST_LIST = 200
# Names and values that go by the same name but for one word: header_name_1, header_value_1.
_SPLIT = r"(?i)(?P<stem>.*?)(?:(?P<name>name|key)|val(?:ue)?)(?P<rest>[_-]?\d{0,4})"
_MOST_OF_EACH = 4
# In a line of text the value stands close behind its name.
_WRITTEN_NAMES = frozenset(("name", "key", "variable", "field", "label"))
_WRITTEN_VALUES = frozenset(("value", "val", "string", "content"))
_CLOSE = 60
# The members of every mapping that are called so.
_Members = dict[tuple[str, ...], dict[str, list[Entry]]]


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
    entries = list(entries)
    found = [*_paired_once(entries), *_written(entries), *_constructed(entries)]
    yield from found
    yield from _paired_once(found)  # a pair may say the name or the value of another one


def _paired_once(entries: Iterable[Entry]) -> Iterator[Entry]:
    pairs: _Members = {}
    split: dict[tuple[tuple[str, ...], str, str], dict[str, Entry]] = {}
    lists: dict[tuple[str, ...], dict[str, Entry]] = {}
    for entry in entries:
        if not entry.value or not entry.path or entry.place not in (Place.ASSIGNMENT, Place.ARGUMENT):
            continue
        last = entry.path[-1]
        if last.startswith("["):
            lists.setdefault(entry.path[:-1], {}).setdefault(last, entry)
        if _note_member(entry, pairs) or len(last) > _LONGEST_NAME or not (match := re.fullmatch(_SPLIT, last)):
            continue
        which = "name" if match["name"] else "value"
        for scope in (entry.path[:-1], entry.path[:-2]):
            split.setdefault((scope, match["stem"].lower(), match["rest"]), {}).setdefault(which, entry)
    _note_options(lists, pairs)
    for scope, members in pairs.items():
        yield from _paired(scope, members)
        # The options of a call may stand in a mapping with a type of its own.
        nested = len(scope) > 1 and _CALL.search(scope[-1]) and _CALL.search(scope[-2])
        yield from _labelled(scope, members, lists.get(scope) or lists.get(scope[:-1] if nested else scope, {}))
    for (scope, _, _), pair in split.items():
        if len(pair) > 1 and re.fullmatch(_NAME, pair["name"].value):
            yield pair["value"]._replace(path=(*scope, pair["name"].value))
    for scope, items in lists.items():
        yield from _listed(scope, items)
        named = lists.get(scope[:-1] if scope[-1:] == ("[1]",) else scope, {}).get("[0]")
        yield from _declared(scope, items, named)
        if scope not in pairs:
            yield from _labelled(scope, {}, items)


def _constructed(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield what a class is constructed with, as in files that wire objects, under its position in that call."""
    classes = {entry.path[:-1]: entry.value for entry in entries if entry.path[-1:] == ("class",)}
    for entry in entries if classes else ():
        path = entry.path[:-1] if entry.path[-1:] == ("value",) else entry.path
        name = classes.get(path[:-2]) if len(path) > 1 and path[-2].lower() in _CONSTRUCTING else None
        if name and re.fullmatch(_INDEX, path[-1]):
            callee = name.replace("\\", ".")[:_LONGEST_NAME]
            yield entry._replace(path=(*path[:-2], f"{callee}()#0", path[-1]), place=Place.ARGUMENT)


def _values(members: Iterable[str]) -> frozenset[str]:
    return _VALUES - {"to"} if _ORIGIN in members else _VALUES


def _note_options(lists: dict[tuple[str, ...], dict[str, Entry]], pairs: _Members) -> None:
    """Note the names of options, of which the longest tells most."""
    for scope, items in lists.items():
        if scope[-1:] == ("names",):
            longest = max(items.values(), key=lambda item: len(item.value))
            pairs.setdefault(scope[:-1], {}).setdefault("name", [longest])


def _labelled(scope: tuple[str, ...], members: dict[str, list[Entry]], items: dict[str, Entry]) -> Iterator[Entry]:
    """Yield a value under its labels, and that of a call under the texts among the arguments."""
    value = next((members[key][0] for key in members if key in _values(members)), None)
    labels = [members[key][0] for key in _LABELS if key in members]
    if value and scope and _CALL.search(scope[-1]):
        labels += members.get("id", [])[:1]
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


def _note_member(entry: Entry, pairs: _Members) -> bool:
    """Note an entry that is called `name` or `value` or the like, under the mapping it says something of."""
    scope, last = entry.path[:-1], entry.path[-1]
    if last.startswith("["):
        if scope and scope[-1].lower() in _LISTS:
            pairs.setdefault(scope[:-1], {}).setdefault("value", []).append(entry)
        return True
    member = last.rpartition(".")[2].lower().replace("_", "")
    if member not in _MEMBERS:
        return False
    pairs.setdefault(scope, {}).setdefault(member, []).append(entry)
    if member in _LABELS and len(scope) > 1 and _CALL.search(scope[-1]) and _CALL.search(scope[-2]):
        pairs.setdefault(scope[:-1], {}).setdefault(member, []).append(entry)
    if scope and scope[-1] in _SCHEMAS and member in _VALUES:
        pairs.setdefault(scope[:-1], {}).setdefault(member, []).append(entry)
    return True


def _written(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the values of text such as `Key: "X"; String: "Y"`."""
    name: Entry | None = None
    for entry in entries:
        if not entry.path or entry.place not in (Place.TEXT, Place.COMMENT):
            continue
        member = entry.path[-1].lower()
        if member in _WRITTEN_NAMES:
            name = entry
        elif name and member in _WRITTEN_VALUES and entry.path[:-1] == name.path[:-1]:
            if 0 < entry.span.start - name.span.end <= _CLOSE and re.fullmatch(_NAME, name.value):
                yield entry._replace(path=(*entry.path[:-1], name.value))
            name = None


def _paired(scope: tuple[str, ...], members: dict[str, list[Entry]]) -> Iterator[Entry]:
    """Yield the values of a mapping under each of its names; without a name, its own name is theirs."""
    names = [entry for member, found in members.items() if member in _NAMES for entry in found][:_MOST_OF_EACH]
    kinds = _values(members)
    values = [entry for member, found in members.items() if member in kinds for entry in found][:_MOST_OF_EACH]
    parent = scope[:-1] if scope and scope[-1].startswith("[") else scope
    for name in names:
        said = re.sub(_TEMPLATE, "", name.value) if "${" in name.value else name.value
        if said and len(said) <= _LONGEST_NAME:
            yield from (value._replace(path=(*parent, said)) for value in values if value.span != name.span)
    named = _NAMES.intersection(members)
    if _ELSEWHERE.issuperset(named) and scope and not scope[-1].startswith("["):
        held = [entry for member, found in members.items() if member in _HELD for entry in found][:_MOST_OF_EACH]
        yield from (entry._replace(path=scope) for entry in held)
        if held and len(scope) > 1 and _CALL.search(scope[-1]) and not scope[-2].startswith("["):
            yield held[0]._replace(path=scope[:-1])


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
