"""Tell which calls give secrets: what they read, ask for or make, and what their names say."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from okxguard.leaks.names import Secret
from okxguard.leaks.put_together import name_of, tail_of
from okxguard.leaks.reporting import Called
from okxguard.leaks.scope import Frame
from okxguard.leaks.streams import name_of as name_of_place
from okxguard.leaks.streams import place_of
from okxguard.leaks.texts import environment
from okxguard.leaks.values import LABELS, UNKNOWN, VAGUE, Box, Taint, Value, content, union

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

# Words at the beginning or the end of functions that read what their argument names.
_READERS = frozenset(
    {
        "ask",
        "config",
        "env",
        "fetch",
        "get",
        "getenv",
        "getstr",
        "input",
        "load",
        "lookup",
        "param",
        "parameter",
        "pop",
        "prompt",
        "read",
        "require",
        "resolve",
        "retrieve",
        "secret",
        "secrets",
        "setting",
        "settings",
        "str",
        "value",
        "variable",
    }
)
# Words at the end of functions that ask people.
_PROMPTS = frozenset({"input", "raw_input", "ask", "prompt", "text"})
_POSTS = frozenset({"post", "request", "_request", "send", "fetch", "call", "_post"})
_LONGEST_QUESTION = 60


# Folders and files of translations.
_TRANSLATIONS = re.compile(r"(?i)(?<![a-z])(?:i18n|l10n|locales?|translations?|messages|labels|lang|langs)(?![a-z])")
_ASKED = "is asked for here"


class Origins:
    """Knows the calls of one module that secrets come from."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of_frame(self, called: Called, frame: Frame) -> Value:
        """Return the variables of a function: a secret one makes all of them a secret."""
        box = Box("dict")
        for name, value in frame.variables.items():
            read = self._engine.expressions.named(value, name, called.node)
            taints = self._engine.texts.shown(read) if name not in ("self", "cls") else ()
            if taints:
                box.fields[name] = Value(tuple(taint._replace(dump=True) for taint in taints))
        return Value(box=box)

    @staticmethod
    def environment(called: Called) -> Value:
        """Return all variables of the environment."""
        box = Box("dict")
        box.rest = Value((environment(called.node),))
        return Value(box=box)

    def read(self, called: Called) -> Value:
        """Return what is read under a name; other names are those of settings."""
        first = called.node.args[0] if called.node.args and called.values[0].const is UNKNOWN else None
        tail = name_of(first, self._engine.names)
        kind = self._engine.names.read_variable(tail) if tail else None
        if kind is not None:
            return self._secret(kind, tail, called, "read under its name")
        for value in [*called.values[:2], *called.named.values()]:
            name = value.const if isinstance(value.const, str) else ""
            if not name and value.ref and value.const is UNKNOWN:
                name = value.ref.rpartition(".")[2]
            kind = self._engine.names.read_variable(name) if name else None
            if kind is not None:
                return self._secret(kind, name, called, "read under its name")
            if isinstance(value.const, str):
                return Value(safe=True, ref="()")
        return Value(ref="()")

    def _secret(self, kind: Secret, name: str, called: Called, note: str) -> Value:
        return Value(self._engine.taint(kind, name, called.node, f"{kind.value} {note}"))

    def ask(self, called: Called) -> Value:
        """Return the secret that a call asks for; what it is stands in the name of the call."""
        if called.method == "get_secret_value" and (called.values or called.named):
            # The reply of a service holds more than the secret.
            return Value(box=Box("loaded"), ref=f"{called.ref}()")
        held = called.base.box if called.base is not None else None
        if held is not None and held.rest is not None and held.rest.taints:
            return Value(held.rest.taints)
        kind = self._asked(called)
        if kind is not None:
            return self._secret(kind, f"what {called.method} asks for", called, "is asked for")
        entry = self._entry(called)
        words = (called.lexical or called.ref).split(".")
        kinds = (kind for word in reversed(words) if (kind := self._engine.names.read_getter(word)))
        name = words[-2] if called.lexical and len(words) > 1 else called.method
        if entry is not None:
            return self._secret(entry, name, called, "is asked for")
        return self._secret(next(kinds, Secret.PASSPHRASE), name, called, _ASKED)

    def _entry(self, called: Called) -> Secret | None:
        """Return what the name of the entry says that a store of secrets is asked for, or None."""
        texts = [value.const for value in [*called.values, *called.named.values()] if isinstance(value.const, str)]
        texts += [tail_of(node) for node in called.node.args]
        return next((kind for text in reversed(texts) if (kind := self._engine.names.read_entry(text))), None)

    def _asked(self, called: Called) -> Secret | None:
        """Return what a call asks people for by its first argument, or None."""
        tail = tail_of(called.node.args[-1]) if called.node.args else ""
        if tail:
            return self._engine.names.read(tail)
        asked = called.values[0].const if called.values else None
        if not isinstance(asked, str) or len(asked) >= _LONGEST_QUESTION:
            return None
        return self._engine.names.read_question(asked)

    def as_named(self, value: Value, name: str) -> Value:
        """Return what somebody was asked for, as the name that it gets says."""
        if not any(taint.steps and taint.steps[0][1].endswith(_ASKED) for taint in value.taints):
            return value
        kind = self._engine.names.read_entry(name)
        if kind is None:
            return value
        taints = (taint._replace(kind=kind) if taint.steps[0][1].endswith(_ASKED) else taint for taint in value.taints)
        return value._replace(taints=tuple(taints))

    def is_reply(self, called: Called) -> bool:
        """Tell whether a request goes to a path that makes a key."""
        if called.method not in _POSTS or any(value.const == "GET" for value in called.values):
            return False
        paths = self._engine.library.reply_paths
        texts = (value.const for value in called.values if isinstance(value.const, str))
        return any(text.partition("?")[0].endswith(paths) and not text.startswith("GET") for text in texts)

    @staticmethod
    def reply(called: Called) -> Value:
        """Return the reply of a call that makes a key."""
        note = "makes a key; the reply holds its secret"
        taint = Taint(Secret.SECRET, "reply with a new key", called.node, reply=True, steps=((called.node, note),))
        box = Box("reply")
        box.rest = Value((taint,))
        return Value(box=box, ref=f"{called.ref}()")

    def options(self) -> Value:
        """Return all options that the program was started with."""
        box = Box("shown")
        for name, kind, node in self._engine.evidence.options:
            box.fields[name] = Value(self._engine.taint(kind, name, node, "an option of the program", dump=True))
        return Value(box=box)

    def namespace(self, called: Called) -> Value:
        """Return the options that a parser gives back."""
        options = self.options()
        if not called.ref.endswith("parse_known_args"):
            return options
        both = Box("tuple")
        both.fields = {0: options, 1: VAGUE}
        return Value(box=both)

    @staticmethod
    def load(called: Called) -> Value:
        """Return what is loaded from a file or a text."""
        if any(value.box is not None and value.box.kind in ("dict", "list") for value in called.values):
            return called.values[0]
        box = Box("loaded")
        box.hidden = frozenset() if _is_file(called) else frozenset({"*"})
        ref = LABELS if _is_translation(called) else f"{called.ref}()"
        return Value(union(*(content(value) for value in called.values)), box=box, ref=ref)

    def by_name(self, called: Called, words: tuple[str, ...]) -> Value | None:
        """Return the secret that a call gives by the name of its function or of what it is asked for, or None."""
        if words and words[-1] in _PROMPTS and called.values and isinstance(called.values[0].const, str):
            kind = self._asked(called)
            if kind is not None:
                return self._secret(kind, f"what {called.method} asks for", called, "is asked for")
        if not words or (words[-1] not in _READERS and words[0] not in _READERS):
            return None
        for value in [*called.values[:3], *called.named.values()]:
            asked = value.const if isinstance(value.const, str) else ""
            if not asked or " " in asked.strip(": ?"):
                continue
            kind = self._engine.names.read(asked.lstrip("-").rpartition("/")[2])
            if kind is not None:
                return self._secret(kind, asked, called, "read under its name")
        return None

    def by_getter(self, called: Called) -> Value | None:
        """Return the secret that a function is called after, or None."""
        kind = self._engine.names.read_getter(called.method)
        return self._secret(kind, called.method, called, "by the name of the function") if kind is not None else None


def _is_translation(called: Called) -> bool:
    """Tell whether what is loaded is a file with texts for people, by its place."""
    texts = (node.value for node in ast.walk(called.node) if isinstance(node, ast.Constant))
    return any(isinstance(text, str) and _TRANSLATIONS.search(text) for text in texts) or any(
        _TRANSLATIONS.search(name_of_place(place)) for value in called.values if (place := place_of(value)) is not None
    )


def _is_file(called: Called) -> bool:
    """Tell whether something is loaded from a file, which is where configurations stand."""
    if not called.method.endswith("loads"):
        return True
    arguments = [argument.func for argument in called.node.args if isinstance(argument, ast.Call)]
    return any(
        isinstance(each, ast.Attribute) and each.attr in ("read_text", "read_bytes") for each in arguments
    ) or any("read" in value.ref or (value.box is not None and value.box.kind == "file") for value in called.values)
