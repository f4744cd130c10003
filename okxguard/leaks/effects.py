"""Tell what calls give back that the module itself does not define, by their names."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from okxguard.leaks.box_methods import BoxMethods
from okxguard.leaks.built_in import BuiltIn
from okxguard.leaks.evidence import dotted
from okxguard.leaks.forwarding import Forwarding
from okxguard.leaks.names import words_of
from okxguard.leaks.queries import queried
from okxguard.leaks.reporting import Called
from okxguard.leaks.scope import Frame
from okxguard.leaks.text_methods import TextMethods
from okxguard.leaks.values import HIDDEN, KEY, SAFE, UNKNOWN, VAGUE, Box, Taint, Value, content, join, tainted, union

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

_FRAMES = frozenset({"locals", "vars"})
_RECORDS = frozenset({"collections.namedtuple", "namedtuple", "typing.NamedTuple", "dataclasses.make_dataclass"})
_GROWING = frozenset({"append", "extend", "appendleft"})
_FILLING = ("substitute", "safe_substitute", "render")
# Words at the beginning of functions that answer yes, no or how many.
_ANSWERS = frozenset(
    {
        "can",
        "check",
        "contains",
        "count",
        "exists",
        "has",
        "is",
        "matches",
        "needs",
        "should",
        "supports",
        "test",
        "validate",
        "verify",
    }
)
# Methods that put something into a message.
_FILLERS = frozenset(
    {"set_content", "attach", "set_payload", "add_field", "add_alternative", "set_footer", "set_description"}
)
# Classes of messages, which show what was put into them.
_MESSAGES = (
    "Message",
    "MIMEText",
    "MIMEMultipart",
    "Embed",
    "DiscordEmbed",
    "EmailMultiAlternatives",
    "StringIO",
    "BytesIO",
)
_REPLY_PARTS = frozenset({"json", "text", "read", "decode"})
# What is made of keywords, and has them as keys or attributes.
_OF_KEYWORDS = frozenset({"argparse.Namespace", "dict", "easydict.EasyDict", "munch.Munch", "types.SimpleNamespace"})
_OPENERS = frozenset({"open", "io.open", "codecs.open"})
_TYPES = frozenset({"dict", "list", "tuple", "set", "str"})
_ABSTRACT = {"Mapping": "dict", "MutableMapping": "dict", "Sequence": "list", "collections.abc.Mapping": "dict"}


class Effects:
    """Knows what calls do that the module itself does not define."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._library = engine.library
        self._texts = TextMethods(engine)
        self._boxes = BoxMethods(engine)
        self.forwarding = Forwarding(engine)
        self._built_in = BuiltIn(engine, self._boxes, self._texts, self.forwarding)
        self._targets: dict[int, ast.Attribute] = {}
        library, origins = engine.library, engine.origins
        self._origins = (
            (library.hidden, self._hidden),
            (library.environments, origins.environment),
            (library.reads, origins.read),
            (library.secrets, origins.ask),
            (library.replies, origins.reply),
        )
        self._late_origins = ((library.namespaces, origins.namespace), (library.loaded, origins.load))

    def result(self, called: Called, frame: Frame) -> Value:
        """Return what is known about the result of a call."""
        if called.ref in _FRAMES and not called.values:
            return self._engine.origins.of_frame(called, frame)
        if called.ref == "setattr" and len(called.values) == 3:
            self._set_attribute(called, frame)
        if called.ref in _RECORDS:
            return self._engine.records.make(called)
        if called.base is not None and called.method in _GROWING and called.base.is_vague:
            called = self._with_box(called, called.base, frame)
        found = self._of_origin(called) or queried(called)
        if found is None and called.base is not None:
            found = self._of_method(called, called.base)
        return found or self._of_function(called)

    def _set_attribute(self, called: Called, frame: Frame) -> None:
        """Store what `setattr` is given."""
        name = called.values[1].const
        if isinstance(name, str) and name.isidentifier():
            node = called.node
            target = self._targets.setdefault(id(node), ast.Attribute(node.args[0], name, ast.Store()))
            target.attr = name
            vars(target).update({key: place for key, place in vars(node).items() if key not in node._fields})
            self._engine.assignment.assign(target, called.values[2], frame)

    def _with_box(self, called: Called, base: Value, frame: Frame) -> Called:
        """Return a call of a method of a list that nobody knew before a secret was added to it."""
        function = called.node.func
        if base.box is not None or not isinstance(function, ast.Attribute) or not _held(called):
            return called
        return called._replace(base=base._replace(box=self._engine.assignment.box_of(function.value, frame, "list")))

    def _of_origin(self, called: Called) -> Value | None:
        """Return the result of a call that the rule book lists as the origin of something."""
        for patterns, handler in self._origins:
            if patterns.match(called.ref):
                return handler(called)
        if self._engine.origins.is_reply(called):
            return self._engine.origins.reply(called)
        for patterns, handler in self._late_origins:
            if patterns.match(called.ref) or patterns.match(f"{called.ref}()"):
                return handler(called)
        return None

    @staticmethod
    def _hidden(called: Called) -> Value:
        """Return an object that hides what it is made with."""
        return HIDDEN._replace(box=_opaque(called))

    def _of_method(self, called: Called, base: Value) -> Value | None:
        """Return the result of a method of a text or a container, or None."""
        box, method = base.box, called.method
        if isinstance(base.const, str) and not base.taints:
            return self._texts.of_constant(called, base)
        if base.ref == KEY and base.const is UNKNOWN:
            return Value(ref=KEY, safe=True)
        if box is not None and box.kind == "reply" and method in _REPLY_PARTS:
            return base
        if box is not None and box.kind != "opaque":
            found = self._boxes.result(called, base, box)
            if found is not None:
                return found
        if method in self._library.dumps and box is not None and box.kind != "opaque":
            found = self._engine.records.dump_some(called, base)
            is_whole = box.kind == "loaded" and not box.hidden and not called.given and self._is_read(called)
            return self._engine.records.dump(_as_written(called), called.node) if is_whole else found
        if method in self._library.dumps and base.is_vague and self._is_read(called):
            return self._engine.records.dump(_as_written(called), called.node)
        if box is not None and box.kind == "shown" and method in ("getvalue", "as_string", "as_bytes", "read"):
            return tainted(content(base))
        if (method in _FILLERS or method == "write") and box is not None and box.kind in ("opaque", "shown"):
            held = _held(called)
            box.rest = join(box.rest, Value(held)) if held else box.rest
            return SAFE
        if method == "header_items" and box is not None:
            return Value(tuple(taint._replace(dump=True) for taint in content(base)))
        if base.taints:
            return self._texts.of_secret(called, base)
        return SAFE if base.safe and not base.ref else None

    def _is_read(self, called: Called) -> bool:
        """Tell whether the module reads a secret from the object of a method."""
        evidence, name = self._engine.evidence, dotted(called.node.func).rpartition(".")[0]
        return name in evidence.attributes or name in evidence.read

    def _of_function(self, called: Called) -> Value:
        """Return the result of a function of a library."""
        ref = called.ref
        if called.values and self._library.dump_calls.match(ref):
            if "filter" in called.named:
                return SAFE
            return self._engine.records.dump(called.values[0], called.node)
        if ref in _OF_KEYWORDS and called.named and not called.values:
            return self._boxes.made(called)
        if ref == "isinstance" and len(called.values) == 2:
            return _is_instance(*called.values)
        found = self._built_in.early(called)
        if found is not None:
            return found
        if self._library.ends.match(ref):
            return Value(ref="len()", safe=True) if ref == "len" else SAFE
        return self.forwarding.result(called) or self._built_in.late(called) or self._of_other(called)

    def _of_other(self, called: Called) -> Value:
        """Return the result of a call that the rule book knows as keeping or masking, or nobody knows."""
        library, ref = self._library, called.ref
        if library.keeps.match(ref) or library.keeps.match(f"{ref}()"):
            values = list(called.given)
            if called.base is not None and ref.endswith(_FILLING):
                values += [Value(content(value)) for value in values]
            return tainted(self._engine.shown(values))
        return SAFE if library.is_masker(called.method) else self._by_name(called)

    def _by_name(self, called: Called) -> Value:
        """Return what the names in a call tell, or an object that keeps what it was made with."""
        method = called.method
        is_plain = called.base is not None and called.base.safe and not called.ref
        found = self._engine.origins.by_getter(called) if not is_plain else None
        if found is not None:
            return found
        words = words_of(method)
        if words and words[0] in _ANSWERS:
            return SAFE
        found = self._engine.origins.by_name(called, words)
        if found is not None:
            return found
        held = _held(called)
        if held and ("header" in words or "headers" in words):
            return Value(tuple(taint._replace(dump=True).through(called.node, f"signed by {method}") for taint in held))
        box = _opaque(called)
        is_object = bool(held) or method[:1].isupper() or box.kind == "file"
        return Value(ref=f"{called.ref}()", box=box if is_object else None)


def _as_written(called: Called) -> Value:
    """Return the object of a method, of which nothing but its name is known."""
    return Value(ref=dotted(called.node.func).rpartition(".")[0])


def _held(called: Called) -> tuple[Taint, ...]:
    """Return every secret that a call is given."""
    return union(*(content(value) for value in called.given))


def _opaque(called: Called) -> Box:
    """Return an object that keeps what it was made with."""
    is_file = called.ref in _OPENERS or called.ref.endswith(".open")
    is_message = called.method.endswith(_MESSAGES)
    box = Box("file" if is_file else "shown" if is_message else "opaque")
    if is_file:
        box.fields = dict(enumerate(called.values[:2]))
        if called.ref.endswith(".open") and called.base is not None:
            box.fields = {0: called.base, 1: called.values[0] if called.values else VAGUE}
    elif called.method[:1].isupper():
        for name, value in called.named.items():
            taints = content(value)
            if value.box is not None and value.box.kind == "dict":
                taints = tuple(taint._replace(dump=True) for taint in taints)
            box.fields[name] = Value(taints) if taints else VAGUE
    held = _held(called)
    box.rest = Value(held) if held else None
    return box


def _is_instance(value: Value, wanted: Value) -> Value:
    """Return the answer of `isinstance` where the value is a container, or a text with a secret."""
    if wanted.ref:
        names = {wanted.ref}
    else:
        names = {each.ref for each in wanted.box.values()} if wanted.box is not None else set()
    kind = value.box.kind if value.box is not None else "str" if value.taints else ""
    kind = "dict" if kind == "loaded" else kind
    if kind not in _TYPES or not names:
        return SAFE
    return Value(const=kind in {_ABSTRACT.get(name, name) for name in names}, ref=KEY)
