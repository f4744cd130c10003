"""Tell which objects the queries of databases and the containers of services give back."""

from __future__ import annotations

from okxguard.leaks.reporting import Called
from okxguard.leaks.values import Box, ClassModel, Value

# Attributes of a class under which its objects are asked for.
MANAGERS = frozenset({"objects", "query"})
# Methods that are told of which class objects are wanted.
_ASKING = frozenset({"exec", "execute", "get", "get_or_404", "query", "scalar", "scalars", "select", "stream_scalars"})
# Methods that give back one of the objects.
_ONE = frozenset(
    {
        "afirst",
        "aget",
        "earliest",
        "first",
        "first_or_404",
        "get",
        "get_or_404",
        "get_or_none",
        "last",
        "latest",
        "one",
        "one_or_404",
        "one_or_none",
        "scalar",
        "scalar_one",
        "scalar_one_or_none",
    }
)
# Methods that give back fewer of the objects, or the same in another order.
_SOME = frozenset(
    {
        "all",
        "distinct",
        "exclude",
        "execution_options",
        "filter",
        "filter_by",
        "iterator",
        "join",
        "limit",
        "offset",
        "options",
        "order_by",
        "outerjoin",
        "prefetch_related",
        "scalars",
        "select_from",
        "select_related",
        "unique",
        "using",
        "where",
        "with_for_update",
        "yield_per",
    }
)
# All of them.
QUERIES = _ASKING | _ONE | _SOME


def objects_of(model: ClassModel) -> Value:
    """Return what asks for the objects of a class."""
    box = Box("query", model=None)
    box.rest = Value(box=Box("instance", model))
    return Value(box=box)


def queried(called: Called) -> Value | None:
    """Return the objects that a call asks for, or one of them; None where it asks for none."""
    first = called.values[0] if called.values else None
    if called.base is not None and called.base.box is not None and called.base.box.kind == "query":
        return _of_query(called.base, called.method)
    if first is None or called.method not in _ASKING:
        return None
    if isinstance(first.target, ClassModel):
        found = objects_of(first.target)
        is_one = called.method.startswith("get") or called.method == "scalar"
    elif first.box is not None and first.box.kind == "query":
        found, is_one = first, called.method == "scalar"
    else:
        return None
    return found.box.rest if is_one and found.box is not None else found


def _of_query(query: Value, method: str) -> Value | None:
    """Return what a method of a query gives back, or None where nobody knows."""
    if method in _ONE:
        return query.box.rest if query.box is not None else None
    return query if method in _SOME else None
