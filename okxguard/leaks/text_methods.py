"""Tell what methods of texts give back, and functions that make one text of another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from okxguard.leaks.boxes import named_fields
from okxguard.leaks.formats import braces, limited
from okxguard.leaks.names import Secret
from okxguard.leaks.reporting import Called
from okxguard.leaks.values import KEY, SAFE, VAGUE, Box, Taint, Value, tainted, union

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

_TEMPLATES = frozenset({"substitute", "safe_substitute"})
_FORMATS = frozenset({"format", "format_map"})
_SAME_WORDS = frozenset({"lower", "upper", "casefold", "title", "capitalize", "swapcase"})
_QUESTIONS = frozenset({"startswith", "endswith"})
_MIXES = frozenset({"replace", "encode", "removeprefix", "ljust", "zfill", "center"})
# Methods that make a known name of a known name.
_CHANGES = frozenset({"replace", "removeprefix", "removesuffix", "strip", "lstrip", "rstrip"})
_PARTS = frozenset({"split", "rsplit", "splitlines", "partition", "rpartition"})
_MAPPINGS = frozenset({"dict", "loaded", "unknown", "shown"})
_BLANKS = frozenset({r"\s", r"\s+", r"\n", r"[\r\n]+"})
_DOLLAR = re.compile(r"\$\{?(?P<name>\w{1,80})")
_BRACE = re.compile(r"\{(?P<name>\w{1,80})")


# How long the first of the five parts of a key is; the next ones are shorter, the last one is longer.
_LONGEST_START = 8


class TextMethods:
    """Knows the methods of the texts of one module."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._library = engine.library

    def of_constant(self, called: Called, base: Value) -> Value | None:
        """Return the result of a method of a text that is known, or None."""
        text, method = base.const, called.method
        if method == "join":
            return self._joined(called)
        if method in _TEMPLATES:
            return self._from_template(text, called, _DOLLAR)
        if method in _FORMATS:
            return self._formatted(text, called)
        if method in _SAME_WORDS:
            return Value(const=getattr(text, method)(), ref=base.ref)
        if method in _QUESTIONS and base.ref == KEY and called.values:
            others = _texts_of(called.values[0])
            return Value(const=getattr(text, method)(others), ref=KEY) if others else SAFE
        if method in _CHANGES and base.ref == KEY:
            return _changed(text, called)
        if method in _MIXES:
            return Value(ref=KEY, const=text) if base.ref == KEY else tainted(self._engine.shown(called.values))
        return None

    def _joined(self, called: Called) -> Value:
        """Return a text of elements; joining a mapping shows its keys alone."""
        given = called.values[0].box if called.values else None
        if given is not None and given.kind in _MAPPINGS:
            return SAFE
        return tainted(self._engine.shown(called.values))

    def _formatted(self, text: str, called: Called) -> Value:
        """Return a text made with `format` or `format_map`."""
        spread = [called.named["**"]] if "**" in called.named else []
        mappings = called.values if called.method == "format_map" else spread
        named = dict(called.named)
        for mapping in mappings:
            if mapping.box is not None and mapping.box.kind in ("dict", "shown"):
                named.update(named_fields(mapping))

        def shown_at(value: Value, path: list[str]) -> tuple[Taint, ...]:
            return self._shown_at(value, path, called)

        made = braces(text, called.values, named, shown_at, called.node)
        return made if made.taints or not mappings else self._from_template(text, called, _BRACE)

    def _shown_at(self, value: Value, path: list[str], called: Called) -> tuple[Taint, ...]:
        """Return what a field of a format shows: an argument, or what its attributes lead to."""
        for name in path:
            part = self._engine.access.attribute(value, name, called.node)
            value = self._engine.expressions.named(part, name, called.node)
        return self._engine.shown([value])

    def _from_template(self, text: str, called: Called, pattern: re.Pattern[str]) -> Value:
        """Return a text made with the values of a mapping that nobody knows: its names tell which."""
        found = []
        mapping = next((value for value in called.values if value.box is not None), VAGUE)
        for field in pattern.finditer(text):
            name = field["name"]
            value = called.named.get(name) or self._engine.access.item(mapping, Value(const=name), called.node)
            found.append(self._engine.shown([self._engine.expressions.named(value, name, called.node)]))
        return tainted(union(*found))

    def of_secret(self, called: Called, base: Value) -> Value:
        """Return the result of a method of a text that holds secrets."""
        method = called.method
        if method == "replace" and called.values:
            gone = {part for taint in called.values[0].taints for part in (id(taint.origin), taint.name)}
            put = called.values[1].taints if len(called.values) > 1 else ()
            left = (taint for taint in base.taints if gone.isdisjoint((id(taint.origin), taint.name)))
            return tainted(union(tuple(left), put))
        if method in _PARTS:
            return _parts(called, base)
        if method in self._library.methods:
            mixes = method in ("join", "format")
            return Value(union(base.taints, self._engine.shown(called.values) if mixes else ()))
        if self._engine.names.read_getter(method):
            return Value(base.taints)
        return Value(ref=f".{method}()", safe=True)

    @staticmethod
    def substituted(called: Called) -> Value:
        """Return what `re.sub` leaves: stars in place of letters hide them."""
        pattern, put = called.values[0].const, called.values[1].const
        only_blanks_go = isinstance(pattern, str) and pattern in _BLANKS
        only_blanks_come = isinstance(put, str) and not put.strip(" _-\n")
        return Value(called.values[2].taints) if only_blanks_come or only_blanks_go else SAFE


def _texts_of(value: Value) -> tuple[str, ...]:
    """Return the text that a value is, or those in it; nothing where one of them is not known."""
    parts = [value] if value.box is None else list(value.box.values())
    texts = tuple(part.const for part in parts if isinstance(part.const, str))
    return texts if len(texts) == len(parts) else ()


def _changed(text: str, called: Called) -> Value:
    """Return the name of a key after a method that takes something out of it; the name itself where nobody knows."""
    given = [value.const for value in called.values]
    is_known = all(isinstance(each, str) for each in given) and len(given) == (2 if called.method == "replace" else 1)
    return Value(const=getattr(text, called.method)(*given) if is_known or not given else text, ref=KEY)


def _parts(called: Called, base: Value) -> Value:
    """Return the parts of a text; behind the last @ of an address stands the host, not the password."""
    parts = Box("list")
    if called.values and called.values[0].const == "-" and all(each.kind is Secret.KEY for each in base.taints):
        taints = limited(base.taints, _LONGEST_START, called.node)
        parts.fields = {0: Value(taints), 1: Value(taints), -1: Value(base.taints)}
        parts.rest = Value(base.taints)
        return Value(box=parts)
    if called.values and called.values[0].const == "@":
        host = 1 if called.method.endswith("split") else 2
        parts.fields = {0: Value(base.taints), 1: SAFE, host: SAFE, -1: SAFE}
    elif called.values and called.values[0].const == "?":
        # Secrets stand in the query of an address, not in front of it.
        parts.fields = {0: SAFE}
        parts.rest = Value(base.taints)
    else:
        parts.rest = Value(base.taints)
    return Value(box=parts)
