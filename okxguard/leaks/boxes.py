"""Make containers of what is known, and take them apart."""

from __future__ import annotations

from collections.abc import Iterable

from okxguard.leaks.values import KEY, SAFE, UNKNOWN, VAGUE, Box, Value, join

_MOST_ELEMENTS = 24
_MAPPINGS = frozenset({"dict", "loaded", "unknown"})
_SOME_KEY = Value(ref=KEY, safe=True)


def listed(values: Iterable[Value], kind: str = "tuple") -> Value:
    """Return a container of values in their order."""
    box = Box(kind)
    box.fields = dict(enumerate(values))
    return Value(box=box)


def pair(key: Value, value: Value) -> Value:
    """Return a tuple of two values."""
    return listed((key, value))


def keys_of(box: Box) -> Value:
    """Return a list of the keys of a mapping."""
    keys = Box("list")
    keys.fields = {at: Value(const=key, ref=KEY) for at, key in enumerate(box.fields) if isinstance(key, str)}
    if box.rest is not None or not keys.fields:
        keys.rest = _SOME_KEY
    return Value(box=keys)


def values_of(box: Box) -> Value:
    """Return a list of the values of a mapping."""
    values = Box("list")
    values.fields = dict(enumerate(box.fields.values()))
    values.rest = box.rest
    return Value(box=values)


def items_of(box: Box, rest: Value | None) -> Value:
    """Return a list of the items of a mapping; `rest` stands under the keys that nobody knows."""
    pairs = Box("list")
    for at, (key, value) in enumerate(box.fields.items()):
        pairs.fields[at] = pair(Value(const=key, ref=KEY) if isinstance(key, str) else SAFE, value)
    if rest is not None:
        pairs.rest = pair(_SOME_KEY, rest)
    return Value(box=pairs)


def elements_of(value: Value) -> list[Value]:
    """Return what iterating over a value gives, one by one where that is known."""
    box = value.box
    if box is None:
        return [Value(value.taints, safe=value.safe)]
    if box.kind in _MAPPINGS:
        keys = [Value(const=key, ref=KEY) for key in box.fields if isinstance(key, str)]
        return [*keys[:_MOST_ELEMENTS], *([_SOME_KEY] if box.rest or not keys else [])]
    items = [item._replace(ref=KEY) if _is_plain(item) else item for item in box.fields.values()]
    if len(items) > _MOST_ELEMENTS:
        return [any_of(box)]
    if box.rest is not None:
        items.append(box.rest)
    return items or [VAGUE]


def _is_plain(value: Value) -> bool:
    return isinstance(value.const, str) and not value.taints and not value.ref


def any_of(box: Box) -> Value:
    """Return what is known about any element of a container."""
    result: Value | None = None
    for value in box.values():
        result = join(result, value)
    return result or VAGUE


def inside(value: Value) -> Value:
    """Return what is known about any element of a value; that of a text is a part of it."""
    if value.box is None or not (value.box.fields or value.box.rest):
        return Value(value.taints)
    return any_of(value.box)


def texts_in(value: Value | None) -> set[str]:
    """Return the texts among the keys and the elements of a container."""
    if value is None or value.box is None:
        return set()
    fields = value.box.fields
    return {item.const for item in fields.values() if isinstance(item.const, str)} | named_fields(value).keys()


def named_fields(value: Value | None) -> dict[str, Value]:
    """Return what stands in a container under keys that are texts."""
    if value is None or value.box is None:
        return {}
    return {key: inner for key, inner in value.box.fields.items() if isinstance(key, str)}


def added(first: Box, second: Box) -> Value:
    """Return the sum of two containers."""
    box = first.copy()
    if first.kind in ("list", "tuple"):
        count = len(first.fields)
        box.fields.update({count + at: value for at, value in enumerate(second.fields.values())})
    else:
        box.fields.update(second.fields)
    if second.rest is not None:
        box.rest = join(box.rest, second.rest)
    return Value(box=box)


def common(first: Value, second: Value) -> Value:
    """Return what two sets have in common, as far as one of them is a list of texts."""
    for value in (first, second):
        items = list(value.box.fields.values()) if value.box is not None and value.box.rest is None else []
        if items and all(map(_is_plain, items)) and value.box is not None and value.box.kind != "dict":
            return value
    return SAFE


def chained(values: list[Value]) -> Value:
    """Return one mapping of several, of which the first that has a key counts."""
    box = Box("dict")
    for value in reversed(values):
        spread(box, value)
    return Value(box=box)


def made_with(box: Box) -> Box:
    """Return what an object of a class that is a mapping was made with; other objects hold what they hold."""
    given = box.fields.get("args")
    first = given.box.fields.get(0) if given is not None and given.box is not None else None
    is_mapping = box.model is not None and any(ref.endswith(("dict", "Dict")) for ref in box.model.refs())
    return first.box if is_mapping and first is not None and first.box is not None else box


def spread(box: Box, value: Value) -> None:
    """Put everything that a mapping holds into another one."""
    if value.box is not None:
        box.fields.update(value.box.fields)
        box.rest = join(box.rest, value.box.rest) if value.box.rest else box.rest
        if value.box.kind == "loaded":
            box.kind = "loaded"
    elif value.taints:
        box.rest = join(box.rest, Value(value.taints))


def replaced(value: Value, named: dict[str, Value]) -> Value:
    """Return another object like one, with some fields of its own."""
    box = value.box.copy() if value.box is not None else Box("unknown")
    box.fields.pop("args", None)  # what the first one was made with
    for name, field in named.items():
        if name != "**":
            box.fields[name] = field
    return value._replace(box=box, target=None)


def remove(base: Value, key: Value) -> None:
    """Forget what stands under a key that is taken out of a mapping."""
    box = base.box
    if box is None or not isinstance(key.const, str):
        return
    box.fields.pop(key.const, None)
    box.hidden |= {key.const}


def mapping_of_pairs(box: Box) -> Box:
    """Return the mapping that a list of pairs makes; what is no list is one already."""
    if box.kind != "list":
        return box
    made = Box("dict")
    for each in box.values():
        if each.box is None or len(each.box.fields) != 2:
            continue
        key, value = each.box.fields.get(0, VAGUE), each.box.fields.get(1, VAGUE)
        if isinstance(key.const, str):
            made.fields[key.const] = value
        else:
            made.rest = join(made.rest, value)
    return made


def rest_of(box: Box, start: int, end: int) -> Value:
    """Return the items of a list from one position up to another as a list of their own."""
    part = Box("list")
    part.fields = {at - start: value for at, value in box.fields.items() if isinstance(at, int) and start <= at < end}
    part.rest = box.rest
    return Value(box=part)


def slice_part(value: Value, bounds: list[Value]) -> Value:
    """Return a part of a list; all of it where a bound or the list is not known."""
    box = value.box
    lower, upper, step = (bound.const for bound in bounds)
    if box is None or box.rest is not None:
        return value
    if not all(bound is None or isinstance(bound, int) for bound in (lower, upper, step)):
        return value
    return listed(list(box.fields.values())[slice(lower, upper, step or None)], box.kind)


def holds_text(container: Value, item: str) -> bool | None:
    """Tell whether a container holds a text, or None where nobody knows."""
    if isinstance(container.const, str):
        return item in container.const
    box = container.box
    if box is None or box.rest is not None:
        return None
    items = list(box.fields) if box.kind == "dict" else [value.const for value in box.fields.values()]
    return item in items if UNKNOWN not in items else None
