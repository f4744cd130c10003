"""Tell what calls of libraries, and methods of texts and containers, give back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okxguard.leaks.formats import braces
from okxguard.leaks.names import Secret, words_of
from okxguard.leaks.reporting import Called
from okxguard.leaks.scope import Frame
from okxguard.leaks.texts import environment
from okxguard.leaks.values import SAFE, UNKNOWN, VAGUE, Box, Function, Taint, Value, content, join, tainted, union

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

_KEY = "<key>"
_READERS = frozenset(
    [
        "get",
        "getenv",
        "env",
        "config",
        "read",
        "secret",
        "secrets",
        "setting",
        "settings",
        "fetch",
        "pop",
        "lookup",
        "load",
        "resolve",
        "require",
        "variable",
        "param",
        "parameter",
        "value",
        "getstr",
        "str",
        "retrieve",
        "prompt",
        "input",
        "ask",
    ]
)
_COPIES = frozenset(
    {
        "dict",
        "list",
        "tuple",
        "set",
        "frozenset",
        "sorted",
        "reversed",
        "copy.copy",
        "copy.deepcopy",
        "collections.OrderedDict",
        "deepcopy",
        "types.MappingProxyType",
        "OrderedDict",
        "iter",
        "cast",
    }
)
_FORWARD = frozenset(
    {
        "functools.partial",
        "threading.Thread",
        "Thread",
        "multiprocessing.Process",
        "Process",
        "asyncio.to_thread",
        "Timer",
        "threading.Timer",
        "partial",
    }
)
_SUBMIT = frozenset(
    {
        "submit",
        "run_in_executor",
        "to_thread",
        "call_soon",
        "call_later",
        "apply_async",
        "apply",
        "add_done_callback",
        "start_soon",
    }
)
_RECORDS = frozenset({"collections.namedtuple", "namedtuple", "typing.NamedTuple", "dataclasses.make_dataclass"})
_ANSWERS = frozenset(
    "is has can should check validate verify exists contains count matches test supports needs".split()
)
_PROMPTS = frozenset({"input", "raw_input", "ask", "prompt", "text"})
_PARTS = frozenset({"split", "rsplit", "splitlines", "partition", "rpartition"})
_PATH_CALLS = ("post", "request", "_request", "send", "fetch", "call", "_post")


class Effects:
    """Knows what calls do that the module itself does not define."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._library = engine.library

    def result(self, called: Called, frame: Frame) -> Value:
        """Return what is known about the result of a call."""
        library, ref = self._library, called.ref
        method = called.method
        if ref in ("locals", "vars") and not called.values:
            return self._of_frame(called, frame)
        if ref in _RECORDS:
            return self._record(called)
        if library.hidden.match(ref):
            return Value(ref="<hidden>", safe=True, box=_opaque(called))
        if library.environments.match(ref):
            box = Box("dict")
            box.rest = Value((environment(called.node),))
            return Value(box=box)
        if library.reads.match(ref):
            return self._read(called)
        if library.secrets.match(ref):
            return self._secret(called)
        if library.replies.match(ref) or self._is_reply(called, method):
            return self._reply(called)
        if library.namespaces.match(ref):
            return self._namespace(called)
        if library.loaded.match(ref):
            return self._loaded(called)
        if called.base is not None:
            found = self._of_method(called, called.base, method, frame)
            if found is not None:
                return found
        if library.dump_calls.match(ref) and called.values:
            return self._engine.calls.dump(called.values[0], called.node)
        if ref == "isinstance" and len(called.values) == 2:
            return _is_instance(*called.values)
        if library.ends.match(ref):
            return Value(ref="len()", safe=True) if ref == "len" else SAFE
        return self._other(called, method, frame)

    def _record(self, called: Called) -> Value:
        """Return the class of named fields that a call makes."""
        name = called.values[0].const if called.values and isinstance(called.values[0].const, str) else "record"
        given = called.values[1] if len(called.values) > 1 else VAGUE
        if isinstance(given.const, str):
            fields = given.const.replace(",", " ").split()
        else:
            parts = given.box.values() if given.box is not None else ()
            pairs = [part.box.fields.get(0, VAGUE) if part.box is not None else part for part in parts]
            fields = [part.const for part in pairs if isinstance(part.const, str)]
        return self._engine.classes.make(name, fields, called.node)

    def _of_frame(self, called: Called, frame: Frame) -> Value:
        """Return the variables of a function: a secret one makes all of them a secret."""
        box = Box("dict")
        for name, value in frame.variables.items():
            read = self._engine.expressions.named(value, name, called.node)
            taints = self._engine.texts.shown(read) if name not in ("self", "cls") else ()
            if taints:
                box.fields[name] = Value(tuple(taint._replace(dump=True) for taint in taints))
        return Value(box=box)

    def _read(self, called: Called) -> Value:
        """Return what is read under a name; other names are those of settings."""
        for value in [*called.values[:2], *called.named.values()]:
            name = value.const if isinstance(value.const, str) else ""
            if not name and value.ref and value.const is UNKNOWN:
                name = value.ref.rpartition(".")[2]
            kind = self._engine.names.read(name) if name else None
            if kind is not None:
                return Value(self._engine.taint(kind, name, called.node, f"{kind.value} read under its name"))
            if isinstance(value.const, str):
                return Value(safe=True, ref="()")
        return Value(ref="()")

    def _secret(self, called: Called) -> Value:
        if called.method == "get_secret_value" and (called.values or called.named):
            return Value(
                box=Box("loaded"), ref=f"{called.ref}()"
            )  # a service's reply, which holds more than the secret
        name = called.lexical or called.ref
        kind = next(
            (kind for word in reversed(name.split(".")) if (kind := self._engine.names.read_getter(word))),
            Secret.PASSPHRASE,
        )
        held = called.base.box if called.base is not None else None
        if held is not None and held.rest is not None and held.rest.taints:
            return Value(held.rest.taints)
        return Value(
            self._engine.taint(
                kind, name.split(".")[-2] if name.count(".") else name, called.node, f"{kind.value} is asked for here"
            )
        )

    def _is_reply(self, called: Called, method: str) -> bool:
        return (
            method in _PATH_CALLS
            and any(
                isinstance(value.const, str)
                and value.const.partition("?")[0].endswith(self._library.reply_paths)
                and not value.const.startswith("GET")
                for value in called.values
            )
            and not any(value.const == "GET" for value in called.values)
        )

    @staticmethod
    def _reply(called: Called) -> Value:
        """Return the reply of a call that makes a key."""
        note = "makes a key; the reply holds its secret"
        taint = Taint(Secret.SECRET, "reply with a new key", called.node, reply=True, steps=((called.node, note),))
        box = Box("reply")
        box.rest = Value((taint,))
        return Value(box=box, ref=f"{called.ref}()")

    def _namespace(self, called: Called) -> Value:
        box = Box("shown")
        for name, kind, node in self._engine.evidence.options:
            box.fields[name] = Value(self._engine.taint(kind, name, node, "an option of the program", dump=True))
        value = Value(box=box)
        if called.ref.endswith("parse_known_args"):
            pair = Box("tuple")
            pair.fields = {0: value, 1: VAGUE}
            return Value(box=pair)
        return value

    def _loaded(self, called: Called) -> Value:
        taints = union(*(content(value) for value in called.values))
        box = Box("loaded")
        box.hidden = frozenset() if _is_file(called) else frozenset({"*"})
        if any(value.box is not None and value.box.kind in ("dict", "list") for value in called.values):
            return called.values[0]
        return Value(taints, box=box, ref=f"{called.ref}()")

    def _of_method(self, called: Called, base: Value, method: str, frame: Frame) -> Value | None:
        """Return the result of a method of a text or a container, or None."""
        box = base.box
        if isinstance(base.const, str) and not base.taints:
            return self._of_constant(called, base, method)
        if base.ref == _KEY and base.const is UNKNOWN:
            return Value(ref=_KEY, safe=True)
        if box is not None and box.kind == "reply" and method in ("json", "text", "read", "decode"):
            return base
        if box is not None and box.kind != "opaque":
            found = self._of_box(called, base, box, method)
            if found is not None:
                return found
        if method in self._library.dumps and box is not None:
            return self._dumped(called, base)
        if base.taints:
            return self._of_text(called, base, method)
        if base.safe and not base.ref:
            return SAFE
        return None

    def _of_constant(self, called: Called, base: Value, method: str) -> Value | None:
        text = base.const
        if method == "join":
            given = called.values[0].box if called.values else None
            keys = given is not None and given.kind in ("dict", "loaded", "unknown", "shown")
            return SAFE if keys else tainted(self._engine.shown(called.values))
        if method in ("substitute", "safe_substitute"):
            return self._from_template(text, called, r"\$\{?(\w{1,80})")
        if method in ("format", "format_map"):
            named = dict(called.named)
            for value in called.values if method == "format_map" else [called.named.get("**", VAGUE)]:
                if value.box is not None and value.box.kind in ("dict", "shown"):
                    named.update({key: inner for key, inner in value.box.fields.items() if isinstance(key, str)})
            read = self._engine.expressions.attribute
            made = braces(
                text,
                called.values,
                named,
                lambda value, name: self._engine.expressions.named(read(value, name, called.node), name, called.node),
                self._engine.shown,
                called.node,
            )
            loaded = called.named.get("**") or (called.values[0] if method == "format_map" and called.values else None)
            return made if made.taints or loaded is None else self._from_template(text, called, r"\{(\w{1,80})")
        if method in ("lower", "upper", "strip", "casefold", "title"):
            return Value(const=getattr(text, method)(), ref=base.ref)
        if method in ("startswith", "endswith") and base.ref == _KEY and called.values:
            other = called.values[0].const
            return Value(const=getattr(text, method)(other), ref=_KEY) if isinstance(other, str) else SAFE
        if method in ("replace", "encode", "removeprefix", "ljust", "zfill", "center"):
            return tainted(self._engine.shown(called.values)) if base.ref != _KEY else Value(ref=_KEY, const=text)
        return None

    def _from_template(self, text: str, called: Called, pattern: str) -> Value:
        """Return a text made with the values of a mapping that nobody knows: its names tell which."""
        import re

        found = []
        mapping = next((value for value in called.values if value.box is not None), Value())
        for name in re.findall(pattern, text):
            value = called.named.get(name) or self._engine.expressions.item(mapping, Value(const=name), called.node)
            found.append(self._engine.shown([self._engine.expressions.named(value, name, called.node)]))
        return tainted(union(*found))

    def _of_box(self, called: Called, base: Value, box: Box, method: str) -> Value | None:
        """Return the result of a method of a container, and change the container."""
        values, item = called.values, self._engine.expressions.item
        if method in ("get", "pop", "setdefault", "__getitem__") and values:
            default = values[1] if len(values) > 1 else None
            found = item(base, values[0], called.node)
            if method == "pop":
                self._engine.calls.remove(base, values[0])
            return join(found, default) if default is not None and not found.taints else found
        if method == "items":
            return Value(box=self._items(box))
        if method == "values":
            return self._items_values(box)
        if method == "keys":
            return Value(box=_keys(box))
        if method == "copy":
            return base._replace(box=box.copy())
        if method == "update":
            for value in values:
                self._engine.expressions._spread(box, value)
            for name, value in called.named.items():
                self._engine.expressions.store_item(box, Value(const=name), value, called.node)
            if box.kind == "unknown" and values:
                box.kind = "dict"
            return SAFE
        if method in ("append", "add", "insert", "extend", "appendleft") and values:
            added = values[-1]
            box.rest = join(box.rest, _inside(added) if method == "extend" else added)
            return SAFE
        if method == "clear":
            box.fields, box.rest = {}, None
            return SAFE
        return None

    def _items(self, box: Box) -> Box:
        pairs = Box("list")
        for at, (key, value) in enumerate(box.fields.items()):
            pairs.fields[at] = _pair(Value(const=key, ref=_KEY) if isinstance(key, str) else SAFE, value)
        if box.rest is not None or box.kind == "loaded":
            rest = box.rest or Value(self._engine.texts._of_loaded(box))
            pairs.rest = _pair(Value(ref=_KEY, safe=True), rest)
        return pairs

    def _items_values(self, box: Box) -> Value:
        values = Box("list")
        values.fields = dict(enumerate(box.fields.values()))
        values.rest = box.rest
        return Value(box=values)

    def _dumped(self, called: Called, base: Value) -> Value:
        """Return everything that an object holds, without what the call leaves out."""
        if base.box is None:
            return VAGUE
        left_out = _texts(called.named.get("exclude"))
        chosen = _texts(called.named.get("include"))
        box = Box("dict")
        names = [*(base.box.model.order if base.box.model else ()), *base.box.fields]
        for name in dict.fromkeys(names):
            if isinstance(name, str) and name != "args" and name not in left_out and (not chosen or name in chosen):
                value = self._engine.classes.field(base, name) if base.box.model else base.box.fields[name]
                box.fields[name] = value
        if base.box.kind == "loaded":
            box.kind = "loaded"
        box.rest = base.box.rest
        return Value(box=box)

    def _of_text(self, called: Called, base: Value, method: str) -> Value:
        """Return the result of a method of a text that holds secrets."""
        if method == "replace" and called.values:
            gone = {id(taint.origin) for taint in called.values[0].taints}
            put = called.values[1].taints if len(called.values) > 1 else ()
            kept = tuple(taint for taint in base.taints if id(taint.origin) not in gone)
            return tainted(union(kept, put))
        if method in _PARTS:
            box = Box("list")
            box.rest = Value(base.taints)
            return Value(box=box)
        if method in self._library.methods:
            return Value(union(base.taints, self._engine.shown(called.values) if method in ("join", "format") else ()))
        if self._engine.names.read_getter(method):
            return Value(base.taints)
        return Value(ref=f".{method}()", safe=True)

    def _other(self, called: Called, method: str, frame: Frame) -> Value:
        """Return the result of a call that nothing else is known of but its name."""
        library, ref = self._library, called.ref
        forwarded = self._forwarded(called, method)
        if forwarded is not None:
            return forwarded
        if ref in _COPIES and called.values:
            return self._copied(called)
        if ref == "re.sub" and len(called.values) > 2:
            return self._substituted(called)
        if ref in ("min", "max") and (known := [value for value in called.values if isinstance(value.const, int)]):
            return known[0]
        if (
            ref
            in (
                "next",
                "max",
                "min",
                "asyncio.run",
                "asyncio.wait_for",
                "asyncio.shield",
                "asyncio.create_task",
                "asyncio.gather",
                "typing.cast",
            )
            and called.values
        ):
            return called.values[-1] if ref != "asyncio.wait_for" else called.values[0]
        if ref in ("zip", "enumerate", "map", "filter"):
            return self._iterated(called, ref)
        if ref == "getattr" and len(called.values) > 1 and isinstance(called.values[1].const, str):
            return self._engine.expressions.attribute(called.values[0], called.values[1].const, called.node)
        if method == "Template" and called.values and isinstance(called.values[0].const, str):
            return called.values[0]
        if library.keeps.match(ref) or library.keeps.match(f"{ref}()"):
            values = [*called.values, *called.named.values()]
            if called.base is not None and ref.endswith(("substitute", "safe_substitute", "render")):
                values = [*values, *(Value(content(value)) for value in values)]
            return tainted(self._engine.shown(values))
        if library.is_masker(method):
            return SAFE
        return self._by_name(called, method)

    def _by_name(self, called: Called, method: str) -> Value:
        """Return what the names in a call tell: of its function, or of what it is asked for."""
        names = self._engine.names
        kind = names.read_getter(method)
        if kind is not None and not (called.base is not None and called.base.safe and not called.ref):
            return Value(self._engine.taint(kind, method, called.node, f"{kind.value} by the name of the function"))
        words = words_of(method)
        if words and words[0] in _ANSWERS:
            return SAFE
        if words and words[-1] in _PROMPTS and called.values and isinstance(called.values[0].const, str):
            asked = called.values[0].const
            kind = names.read(asked) if len(asked) < 60 else None
            if kind is not None:
                return Value(
                    self._engine.taint(kind, asked.strip(" :?>")[:40], called.node, f"{kind.value} is asked for")
                )
        if words and (words[-1] in _READERS or words[0] in _READERS):
            for value in [*called.values[:3], *called.named.values()]:
                asked = value.const if isinstance(value.const, str) else ""
                kind = (
                    names.read(asked.lstrip("-").rpartition("/")[2])
                    if asked and " " not in asked.strip(": ?")
                    else None
                )
                if kind is not None:
                    return Value(self._engine.taint(kind, asked[:40], called.node, f"{kind.value} read under its name"))
        held = union(*(content(value) for value in [*called.values, *called.named.values()]))
        box = _opaque(called)
        if held and {"header", "headers"} & set(words):
            return Value(tuple(taint._replace(dump=True).through(called.node, f"signed by {method}") for taint in held))
        constructed = method[:1].isupper()
        return Value(ref=f"{called.ref}()", box=box if held or constructed or box.kind == "file" else None)

    def _forwarded(self, called: Called, method: str) -> Value | None:
        """Follow functions that are handed over to be called later."""
        if called.ref in _FORWARD or method in _SUBMIT:
            function = called.named.get("target") or next(
                (value for value in called.values if isinstance(value.target, Function)), None
            )
            if function is None or not isinstance(function.target, Function):
                made = called.ref in ("functools.partial", "partial") and called.values
                return Value(ref=called.values[0].ref) if made else None
            given = called.named.get("args")
            behind = [value for value in called.values if value is not function and value.const is not None]
            values = list(given.box.fields.values()) if given is not None and given.box is not None else behind
            named = called.named.get("kwargs")
            extra = (
                {key: value for key, value in named.box.fields.items() if isinstance(key, str)}
                if named is not None and named.box is not None
                else {}
            )
            if called.ref in ("functools.partial", "partial"):
                return Value(target=function.target)
            return self._engine.calls.invoke_decorated(function.target, values, extra, called.node)
        return None

    def _copied(self, called: Called) -> Value:
        value = called.values[-1] if called.ref == "cast" else called.values[0]
        if value.box is None:
            return Value(value.taints, safe=value.safe)
        box = value.box.copy()
        if called.ref in ("list", "tuple", "set", "sorted", "frozenset", "iter") and box.kind in ("dict", "loaded"):
            return Value(box=_keys(box))
        if called.ref == "dict":
            box = self._as_dict(box)
            for name, extra in called.named.items():
                self._engine.expressions.store_item(box, Value(const=name), extra, called.node)
        if called.ref.endswith("deepcopy"):
            box.fields = {
                key: Value(inner.taints, inner.const, inner.box.copy(), inner.ref, inner.target, inner.safe)
                if inner.box
                else inner
                for key, inner in box.fields.items()
            }
        return value._replace(box=box)

    @staticmethod
    def _as_dict(box: Box) -> Box:
        if box.kind != "list":
            return box
        made = Box("dict")
        for pair in box.values():
            if pair.box is not None and len(pair.box.fields) == 2:
                key, value = pair.box.fields.get(0, VAGUE), pair.box.fields.get(1, VAGUE)
                if isinstance(key.const, str):
                    made.fields[key.const] = value
                else:
                    made.rest = join(made.rest, value)
        return made

    def _substituted(self, called: Called) -> Value:
        """Return what `re.sub` leaves: stars in place of letters hide them."""
        put = called.values[1].const
        if isinstance(put, str) and not put.strip(" _-\n"):
            return Value(called.values[2].taints)
        pattern = called.values[0].const
        plain = isinstance(pattern, str) and pattern in (r"\s", r"\s+", r"\n", r"[\r\n]+")
        return Value(called.values[2].taints) if plain else SAFE

    def _iterated(self, called: Called, ref: str) -> Value:
        elements = self._engine.statements.elements
        box = Box("list")
        if ref == "enumerate" and called.values:
            for at, element in enumerate(elements(called.values[0])):
                box.fields[at] = _pair(SAFE, element)
        elif ref == "zip":
            groups = [elements(value) for value in called.values]
            for at, row in enumerate(zip(*groups, strict=False)):
                inner = Box("tuple")
                inner.fields = dict(enumerate(row))
                box.fields[at] = Value(box=inner)
        elif len(called.values) > 1:
            function = called.values[0]
            for at, element in enumerate(elements(called.values[1])):
                box.fields[at] = element if ref == "filter" else self._applied(function, element, called)
        return Value(box=box)

    def _applied(self, function: Value, element: Value, called: Called) -> Value:
        if isinstance(function.target, Function):
            return self._engine.calls.invoke(function.target, [element], {}, called.node)
        inner = Called(called.node, function.ref, function.ref, None, [element], {})
        self._engine.reporter.check(inner, self._engine.module)
        return self.result(inner, self._engine.module)


def _opaque(called: Called) -> Box:
    """Return an object that keeps what it was made with."""
    box = Box("file" if called.ref in ("open", "io.open", "codecs.open") or called.ref.endswith(".open") else "opaque")
    if box.kind == "file":
        box.fields = dict(enumerate(called.values[:2]))
        if called.ref.endswith(".open") and called.base is not None:
            box.fields = {0: called.base, 1: called.values[0] if called.values else VAGUE}
    for name, value in called.named.items():
        if box.kind == "opaque" and called.method[:1].isupper():
            box.fields[name] = Value(content(value)) if content(value) else VAGUE
    held = union(*(content(value) for value in [*called.values, *called.named.values()]))
    box.rest = Value(held) if held else None
    return box


def _is_instance(value: Value, wanted: Value) -> Value:
    """Return the answer of `isinstance` where the value is a container, or a text with a secret."""
    names = (
        {wanted.ref} if wanted.ref else {each.ref for each in wanted.box.values()} if wanted.box is not None else set()
    )
    kind = value.box.kind if value.box is not None else "str" if value.taints else ""
    kind = "dict" if kind == "loaded" else kind
    known = {"dict", "list", "tuple", "set", "str"}
    if kind not in known or not names:
        return SAFE
    mapped = {"Mapping": "dict", "MutableMapping": "dict", "Sequence": "list", "collections.abc.Mapping": "dict"}
    return Value(const=kind in {mapped.get(name, name) for name in names}, ref=_KEY)


def _is_file(called: Called) -> bool:
    """Tell whether something is loaded from a file, which is where configurations stand."""
    return not called.method.endswith("loads") or any(
        "read" in value.ref or (value.box is not None and value.box.kind == "file") for value in called.values
    )


def _keys(box: Box) -> Box:
    keys = Box("list")
    keys.fields = {at: Value(const=key, ref=_KEY) for at, key in enumerate(box.fields) if isinstance(key, str)}
    keys.rest = Value(ref=_KEY, safe=True) if box.rest is not None else None
    if not keys.fields and keys.rest is None:
        keys.rest = Value(ref=_KEY, safe=True)
    return keys


def _pair(key: Value, value: Value) -> Value:
    box = Box("tuple")
    box.fields = {0: key, 1: value}
    return Value(box=box)


def _inside(value: Value) -> Value:
    result: Value | None = None
    for inner in value.box.values() if value.box is not None else ():
        result = join(result, inner)
    return result or Value(value.taints)


def _texts(value: Value | None) -> set[str]:
    if value is None or value.box is None:
        return set()
    return {item.const for item in value.box.fields.values() if isinstance(item.const, str)} | {
        key for key in value.box.fields if isinstance(key, str)
    }
