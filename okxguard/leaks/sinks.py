"""Recognise the calls that give away what they are given."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from okxguard.leakbook import LeakSink
from okxguard.leaks.addresses import address_of, goes_to_messenger, is_query, path_of
from okxguard.leaks.formats import arguments_shown
from okxguard.leaks.names import Secret
from okxguard.leaks.reporting import ADDRESSED, LOGGED, PRINTED, SENT, Called
from okxguard.leaks.streams import dumped_to, is_stream, name_of, place_of
from okxguard.leaks.values import Box, Function, Taint, Value, union

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

# Arguments that tell how something is shown.
_NOT_SHOWN = frozenset(
    {
        "bg",
        "cwd",
        "end",
        "env",
        "exc_info",
        "fg",
        "file",
        "flush",
        "input",
        "sep",
        "stack_info",
        "stacklevel",
        "style",
        "timeout",
    }
)
_RECORDS = ("Adapter", "makeLogRecord", "LogRecord")
_SENDING = ("post", "put", "patch")

# Options of programs that are followed by the path of a file.
_FILE_OPTIONS = frozenset(
    {"inkey", "key", "keyfile", "key-file", "i", "identity", "identity-file", "in", "signkey", "ssl-key", "tls-key",
     "private-key", "secret-file", "password-file", "passphrase-file", "sign", "keyform", "pass-file"}
)  # fmt: skip
# Answers of web services.
_ANSWERS = frozenset({"JSONResponse", "jsonify", "JsonResponse", "HttpResponse", "Response", "json_response"})


class Sinks:
    """Knows the calls of one module by which secrets get out."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._library = engine.library

    def check(self, called: Called) -> None:
        """Report a call that gives away what it is given."""
        sink = self._library.sink((called.ref, called.lexical))
        if sink is not None:
            is_console = called.values and called.ref.startswith("csv.writer()") and _is_console(called)
            stream = place_of(called.named.get("file"))
            if stream is None:
                self._report(PRINTED if is_console else sink.rule, called, self._shown(sink, called))
            elif name_of(stream).endswith(self._library.read_files):
                self._report(SENT, called, self._shown(sink, called))
        elif self._library.web.match(called.ref) or self._library.web.match(called.lexical):
            self._request(called)
        self._write(called)

    def _report(self, rule: str, called: Called, taints: tuple[Taint, ...]) -> None:
        if rule == SENT and called.method in _ANSWERS:  # those who log in get their token
            taints = tuple(taint for taint in taints if taint.kind is not Secret.TOKEN)
        self._engine.reporter.report(rule, called.node, taints, called.said)

    def _shown(self, sink: LeakSink, called: Called) -> tuple[Taint, ...]:
        """Return the secrets in the arguments that a sink shows."""
        if self._library.dump_calls.match(called.ref) and called.values:
            return self._engine.texts.dumped(called.values[0])
        if "*" in sink.arguments:
            return self._shown_of_all(sink, called)
        values = [_without_paths(value) for value in called.values] if "positional" in sink.arguments else []
        values += [called.values[int(at)] for at in sink.arguments if at.isdigit() and int(at) < len(called.values)]
        return self._engine.shown([*values, *(called.named[name] for name in sink.arguments if name in called.named)])

    def _shown_of_all(self, sink: LeakSink, called: Called) -> tuple[Taint, ...]:
        """Return the secrets in all arguments of a sink; those that a log names one by one are no dump."""
        shown, expressions = self._engine.shown, self._engine.expressions
        named = [
            expressions.named(value, name, called.node)
            for name, value in called.named.items()
            if name not in _NOT_SHOWN
        ]
        values = [self._lazy(value, called) for value in called.values]
        if called.method.startswith("to_") and called.base is not None:
            values.append(called.base)
        if sink.rule == LOGGED and values and isinstance(values[0].const, str):
            message = arguments_shown(values[0].const, values[1:], shown, called.node)
            return union(message, _singly(shown(named)))
        if called.ref.endswith(_RECORDS):
            return _singly(shown([*values, *named]))
        return union(shown(values), _singly(shown(named)) if sink.rule == LOGGED else shown(named))

    def _lazy(self, value: Value, called: Called) -> Value:
        """Return what a function without arguments gives, which a logger calls by itself."""
        if isinstance(value.target, Function) and isinstance(value.target.node, ast.Lambda):
            return self._engine.invocations.invoke(value.target, [], {}, called.node)
        return value

    def _request(self, called: Called) -> None:
        """Report secrets in the address of a request, or in its body where it goes to people."""
        shown, named = self._engine.shown, called.named
        query: tuple[Taint, ...] = ()
        if is_query(called.node, self._engine.evidence):
            has_body = called.ref.endswith(_SENDING) and len(called.values) > 1
            query = shown(called.values[:1] if has_body else [*called.values[:2], *_of(named, "url")])
        if query and goes_to_messenger(called.node, self._engine.evidence):
            query = tuple(taint for taint in query if taint.kind is not Secret.TOKEN)
        self._report(ADDRESSED, called, _singly(union(query, shown(_of(named, "params")))))
        bodies = [*_of(named, *self._library.bodies), *called.values[1:]]
        if bodies and self._library.hooks.search(address_of(called.node, self._engine.evidence)):
            self._report(SENT, called, shown(bodies))

    def _write(self, called: Called) -> None:
        """Report secrets that are written to a file that people read, or to a stream of the process."""
        method, dumped = called.lexical.rpartition(".")[2], dumped_to(called)
        place: Value | None
        if dumped is not None:
            written, file = [dumped[0]], dumped[1]
        elif method in ("write", "writelines") and called.base is not None:
            written, file = called.values, called.base
        elif method == "write_text":
            name = path_of(called.node, self._engine.evidence)
            place = Value(const=name) if name else called.base
            if place is not None and name_of(place).endswith(self._library.read_files):
                self._report(SENT, called, self._engine.shown(called.values[:1]))
            return
        else:
            return
        place = place_of(file)
        if is_stream(file):
            self._report(PRINTED, called, self._engine.shown(written))
        elif place is not None and name_of(place).endswith(self._library.read_files):
            self._report(SENT, called, self._engine.shown(written))


def _without_paths(command: Value) -> Value:
    """Return a command without what stands behind options that take the path of a file, such as `-inkey`."""
    box = command.box
    if box is None or box.kind not in ("list", "tuple"):
        return command
    kept = Box(box.kind)
    before: Any = None
    for at, value in box.fields.items():
        option = before.lstrip("-").lower() if isinstance(before, str) else ""
        if not (isinstance(before, str) and before.startswith("-") and option in _FILE_OPTIONS):
            kept.fields[at] = value
        before = value.const
    kept.rest = box.rest
    return Value(box=kept)


def _of(named: dict[str, Value], *names: str) -> list[Value]:
    """Return the arguments that have one of some names."""
    return [named[name] for name in names if name in named]


def _singly(taints: tuple[Taint, ...]) -> tuple[Taint, ...]:
    """Return the secrets of fields that are named one by one: no dump of everything."""
    return tuple(taint._replace(dump=False) for taint in taints)


def _is_console(called: Called) -> bool:
    """Tell whether what a method writes to was made with a stream of the process."""
    box = called.base.box if called.base is not None else None
    return box is not None and any(map(is_stream, box.fields.values()))
