"""Tell what stands under the attributes and the keys of values, and store values there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from okxguard.leaks.boxes import any_of, slice_part
from okxguard.leaks.evidence import Read, dotted
from okxguard.leaks.formats import cut
from okxguard.leaks.names import Secret, words_of
from okxguard.leaks.put_together import name_of
from okxguard.leaks.queries import MANAGERS, objects_of
from okxguard.leaks.requests_sent import REQUESTS, is_request, is_sent
from okxguard.leaks.scope import Frame
from okxguard.leaks.shapes import is_key_name
from okxguard.leaks.signing import Signing
from okxguard.leaks.texts import environment
from okxguard.leaks.values import (
    KEY,
    MEMBER,
    SAFE,
    UNKNOWN,
    VAGUE,
    Box,
    ClassModel,
    Taint,
    Value,
    content,
    join,
    tainted,
)

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

# Keys of a reply under which its content stands.
_HOLDERS = frozenset({"data", "result", "response", "body", "info", "content", "payload", "text"})
# Attributes of clients that are mappings.
_MAPPINGS = frozenset({"headers", "cookies", "params", "default_headers"})
# Attributes under which an object of a vault holds its secret.
_WRAPPED = frozenset({"value", "payload", "data", "secret", "plaintext", "plain", "raw", "secret_string", "content"})
# Attributes of clients that hold the headers of the last request.
_LAST_SENT = frozenset({"last_request_headers"})
_CONTEXTS = frozenset({"ctx", "context", "get_current_context()"})
_FIRST_CHARACTER = [Value(const=0), Value(const=1), Value(const=None)]


class Access:
    """Knows the parts of the values of one module."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._signing = Signing(engine)

    def of_attribute(self, node: ast.Attribute, frame: Frame) -> Value:
        """Evaluate an attribute."""
        return self.attribute(self._engine.expressions.evaluate(node.value, frame), node.attr, node)

    def attribute(self, base: Value, name: str, node: ast.AST) -> Value:
        """Return what is known about an attribute of a value."""
        if name == "__dict__":
            return self._engine.records.dump(base, node)
        if base.safe and base.box is None and not base.ref:
            return SAFE
        if base.ref == MEMBER:
            return Value(const=base.const) if name == "value" else SAFE
        found = self._engine.classes.attribute(base, name, node)
        if found is not None:
            return self._with_evidence(base, self._engine.expressions.named(found, name, node), name, node)
        if base.box is not None:
            found = self._of_object(base, base.box, name)
        elif base.taints:
            found = self._of_text(base, name)
        return found or self._of_unknown(base, name, node)

    def _with_evidence(self, base: Value, value: Value, name: str, node: ast.AST) -> Value:
        """Return a field with the secrets that the module reads out of it, where nothing else is known of it."""
        if not value.is_vague or value.taints or value.box is not None or not isinstance(node, ast.Attribute):
            return value
        known = self._engine.evidence.read.get(dotted(node))
        return _kept(base, name, value._replace(box=self.mapping_of(known))) if known else value

    def _of_object(self, base: Value, box: Box, name: str) -> Value | None:
        """Return an attribute of a reply, a request or a client, or None."""
        if box.kind == "reply":
            return self._of_reply(base, box, name)
        if box.rest is not None and name in ("headers", "body") and is_request(base.ref):
            return _headers(box.rest.taints)
        if box.rest is not None and name == "headers" and base.ref.endswith("urllib.request.Request()"):
            return _headers(content(box.rest))
        if box.rest is not None and name in _LAST_SENT:
            return _headers(content(box.rest))
        if box.kind == "loaded" and not self._engine.names.read(name):
            return _within(box, Value(ref=f"{base.ref}.{name}"), name, Value(const=name))
        if box.rest is not None and name in REQUESTS:
            request = Box("opaque")
            request.rest = box.rest
            return Value(ref=f"{base.ref}.{name}", box=request)
        if name in _MAPPINGS and box.kind == "opaque":
            return _kept(base, name, Value(ref=f"{base.ref}.{name}", box=Box("dict")))
        return None

    def _of_reply(self, base: Value, box: Box, name: str | None) -> Value:
        """Return a part of the reply of a call that makes a key: its secret, what holds it, or something else."""
        if name is None or name in _HOLDERS:
            return base
        if box.rest is not None and self._engine.names.read(name) is not None:
            return box.rest
        return SAFE

    def _of_text(self, base: Value, name: str) -> Value:
        """Return an attribute of a text that holds secrets: a method that keeps them, or something else."""
        if name in self._engine.library.methods or name in _WRAPPED:
            return Value(base.taints, ref=f".{name}")
        return Value(ref=f".{name}", safe=not self._engine.names.read(name))

    def _of_unknown(self, base: Value, name: str, node: ast.AST) -> Value:
        """Return an attribute of something that nobody knows."""
        evidence = self._engine.evidence
        if name == "params" and base.ref.rpartition(".")[2] in _CONTEXTS:
            return self._engine.origins.options()
        if name in MANAGERS and isinstance(base.target, ClassModel):
            return objects_of(base.target)
        value = Value(ref=f"{base.ref}.{name}")
        if name.isupper() and self._engine.names.is_enumeration(base.ref.rpartition(".")[2]):
            return SAFE
        known = evidence.read.get(dotted(node)) if isinstance(node, ast.Attribute) else None
        if known and not self._engine.names.read(name):
            return _kept(base, name, value._replace(box=self.mapping_of(known)))
        signed = self._signing.place() if name == "headers" and is_sent(base.ref) else None
        if signed is not None:
            note = "headers are signed here"
            return _headers(self._engine.taint(Secret.SECRET, "request headers", signed, note, dump=True))
        value = self._engine.expressions.named(self.environment(value, node), name, node)
        is_unknown = value.is_vague and value.box is None and base.box is None and base.target is None
        alike = self._engine.classes.likeness.attribute(name, evidence.members(node)) if is_unknown else None
        return alike or value

    def environment(self, value: Value, node: ast.AST) -> Value:
        """Return a value with the variables that it holds where it is the environment."""
        if value.box is None and not value.taints and value.ref and self._engine.library.environments.match(value.ref):
            box = Box("dict")
            box.rest = Value((environment(node),))
            return value._replace(box=box)
        return value

    def mapping_of(self, known: list[Read]) -> Box:
        """Return a mapping that holds the secrets that are read from it."""
        box = Box("dict")
        for key, kind, node in known:
            box.fields[key] = Value(self._engine.taint(kind, key, node, f"{kind.value} is read from this mapping"))
        return box

    def of_subscript(self, node: ast.Subscript, frame: Frame) -> Value:
        """Evaluate an item or a slice."""
        base = self._engine.expressions.evaluate(node.value, frame)
        if isinstance(node.slice, ast.Slice):
            return self._slice(base, node.slice, frame)
        key = self._engine.expressions.evaluate(node.slice, frame)
        names = [each.const for each in key.box.values()] if key.box is not None and key.box.kind == "list" else []
        if not names or not all(isinstance(name, str) for name in names):
            known = name_of(node.slice, self._engine.names) if key.const is UNKNOWN else ""
            return self.item(base, Value(const=known) if known else key, node)
        selected = Box("dict")
        selected.fields = {name: self.item(base, Value(const=name), node) for name in names}
        return tainted(self._engine.shown([Value(box=selected)]))

    def _slice(self, base: Value, part: ast.Slice, frame: Frame) -> Value:
        evaluate = self._engine.expressions.evaluate
        bounds = [
            evaluate(bound, frame) if bound is not None else Value(const=None)
            for bound in (part.lower, part.upper, part.step)
        ]
        if base.box is not None and base.box.kind in ("list", "tuple"):
            return slice_part(base, bounds)
        if isinstance(base.const, (str, bytes)) and not base.taints:
            return SAFE
        return cut(base, bounds, part)

    def item(self, base: Value, key: Value, node: ast.AST) -> Value:
        """Return what stands under a key of a value."""
        if isinstance(key.const, bytes):
            key = Value(const=key.const.decode("latin-1"))
        name = _name_of(key)
        box = base.box
        if box is None:
            if base.taints:
                return self._of_taints(base, key, node)
        elif box.kind == "reply":
            return self._of_reply(base, box, name)
        elif (field := _field_of(box, key)) is not None:
            return self._engine.classes.field(base, field)
        else:
            found = self._stored(base, box, key, name, node)
            if found is not None:
                return found
        if name is None:
            return Value(ref=f"{base.ref}[]" if base.ref else "")
        value = Value(ref=f"{base.ref}.{name}" if base.ref else "")
        if self._engine.names.is_about(base.ref.rpartition(".")[2]):
            return value._replace(safe=True)
        is_variable = self._engine.library.environments.match(base.ref)
        value = self._engine.expressions.named(value, name, node, is_variable=is_variable is not None)
        self._engine.switches.note_read(base, value.taints)
        if box is None:
            return value
        if value.taints:
            box.fields.setdefault(name, value)
            return value
        if box.rest is not None and box.rest.box is not None:
            return box.rest
        return _within(box, value, name, _as_asked(key, node)) if box.kind == "loaded" else value

    def _of_taints(self, base: Value, key: Value, node: ast.AST) -> Value:
        """Return a character of a secret, or a part of a mapping that is called after the secret in it."""
        if not isinstance(key.const, str):
            return cut(base, _FIRST_CHARACTER, node) if key.const is not UNKNOWN else SAFE
        if key.const.lower() in _WRAPPED:
            return base
        return tainted(self._engine.named(key.const, node))

    def _stored(self, base: Value, box: Box, key: Value, name: str | None, node: ast.AST) -> Value | None:
        """Return what a container holds under a key, or None where it may hold something that nobody knows."""
        named = self._engine.expressions.named
        found = box.fields.get(key.const) if key.const.__hash__ else None
        if found is not None:
            return named(found, name, node) if name else found
        if key.ref == KEY and key.const is UNKNOWN and box.rest is not None and box.rest.taints:
            return box.rest
        if name is None or (key.const is UNKNOWN and box.kind in ("list", "tuple")):
            return any_of(box) if key.const is UNKNOWN else box.rest or VAGUE
        if key.const is UNKNOWN and box.kind == "dict" and box.fields and all(each.box for each in box.values()):
            return any_of(box)
        is_complete = box.kind == "dict" and box.rest is None and box.fields and not base.ref
        return named(VAGUE, name, node) if is_complete else None

    def store_item(self, box: Box, key: Value, value: Value, node: ast.AST) -> None:
        """Put a value under a key; a key that names a secret says what an unknown value is."""
        name = key.const if isinstance(key.const, str) else key.ref.rpartition(".")[2]
        if name and not is_key_name(value.const):
            expressions = self._engine.expressions
            value = expressions.literal(expressions.named(value, name, node), name, node)
            self._engine.switches.note_sent(value.taints)
        if key.const is not UNKNOWN and key.const.__hash__:
            box.fields[key.const] = value
        elif key.ref and not key.ref.endswith("()") and (value.box is None or key.ref.isupper() or "." in key.ref):
            box.fields[key.ref] = value
        else:
            box.rest = join(box.rest, value)


def _headers(taints: tuple[Taint, ...]) -> Value:
    """Return the headers of a request, of which some, nobody knows which, hold secrets."""
    box = Box("dict")
    box.rest = Value(tuple(taint._replace(dump=True) for taint in taints))
    return Value(box=box)


def _field_of(box: Box, key: Value) -> str | None:
    """Return the field of an object of a known class that stands under a position or a key, or None."""
    order = box.model.order if box.model is not None else []
    if isinstance(key.const, int) and -len(order) <= key.const < len(order):
        return order[key.const]
    return key.const if isinstance(key.const, str) and key.const in order and key.const not in box.fields else None


def _name_of(key: Value) -> str | None:
    """Return the name that a key is, or that it is called by where it is not known."""
    if isinstance(key.const, str):
        return key.const
    last = key.ref.rpartition(".")[2]
    return last if key.const is UNKNOWN and words_of(last) else None


def _as_asked(key: Value, node: ast.AST) -> Value:
    """Return the key of a part; where a variable holds it, other places may ask for the same part by other names."""
    return Value() if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant) else key


def _kept(base: Value, name: str, value: Value) -> Value:
    """Return the attribute of an object, which holds it from now on."""
    if base.box is not None:
        base.box.fields[name] = value
    return value


def _within(outer: Box, value: Value, name: str, key: Value) -> Value:
    """Return a part of a loaded mapping, which is loaded, too, and stays what it is from now on."""
    box = Box("loaded")
    box.hidden = outer.hidden - {"*"}
    is_any_section = "onfigParser" in value.ref and key.const is UNKNOWN
    box.part = "" if is_any_section else name
    part = value._replace(box=box)
    if isinstance(key.const, str):
        outer.fields[name] = part
    return part
