"""Tell what a call of a library does with secrets, from its dotted name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import lru_cache

from okxguard.leakbook import LeakBook, LeakSink, LeakSwitch
from okxguard.leaks.library_names import KEEPING, LOCAL_NAMES, REQUESTS, SOURCES, WRITING
from okxguard.leaks.names import words_of


class Patterns:
    """A set of dotted names with `*` for any part; asks a few dictionaries instead of many patterns."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._whole: set[str] = set()
        self._last: set[str] = set()
        self._begin: list[str] = []
        others: list[str] = []
        for pattern in patterns:
            if "*" not in pattern:
                self._whole.add(pattern)
            elif pattern.startswith("*.") and "*" not in pattern[2:] and "." not in pattern[2:]:
                self._last.add(pattern[2:])
            elif pattern.endswith(".*") and "*" not in pattern[:-2]:
                self._begin.append(pattern[:-1])
            else:
                others.append(translate(pattern))
        self._begins = tuple(self._begin)
        self._others = re.compile("|".join(others)) if others else None
        self.match = lru_cache(maxsize=2048)(self._match)

    def _match(self, name: str) -> bool:
        return (
            name in self._whole
            or ("." in name and name.rpartition(".")[2] in self._last)
            or name.startswith(self._begins)
            or (self._others is not None and self._others.fullmatch(name) is not None)
        )


class Library:
    """Everything that one rule book knows about calls."""

    def __init__(self, book: LeakBook) -> None:
        sources, flows, shown = book.sources, book.flows, book.shown
        self.reads = Patterns(sources.reads)
        self.secrets = Patterns(sources.secrets)
        self.environments = Patterns(sources.environments)
        self.loaded = Patterns(sources.loaded)
        self.namespaces = Patterns(sources.namespaces)
        self.replies = Patterns(sources.replies)
        self.reply_paths = sources.reply_paths
        self.keeps = Patterns(flows.keep)
        self.methods = frozenset(flows.methods)
        self.dumps = frozenset(flows.dumps)
        self.dump_calls = Patterns(flows.dump_calls)
        self.ends = Patterns(flows.end)
        self.hidden = Patterns(flows.hidden)
        self._maskers = frozenset(flows.maskers)
        self.web = Patterns(book.web.calls)
        self.hooks = re.compile("|".join(book.web.hooks), re.IGNORECASE)
        self.bodies = frozenset(book.web.bodies)
        self.shown_bases = Patterns(shown.bases)
        self.shown_decorators = Patterns(shown.decorators)
        self.field_makers = Patterns(shown.fields)
        self.routes = Patterns(shown.routes)
        self.read_files = shown.files
        self.clients = {kind: Patterns(calls) for kind, calls in book.clients.items()}
        self.switches = tuple((Patterns(switch.calls), switch) for switch in book.switches)
        self.settings = tuple((Patterns(setting.attributes), setting) for setting in book.settings)
        self._sinks = tuple((Patterns(sink.calls), sink) for sink in book.sinks)
        self.slots = {call: slots.names for slots in book.slots for call in slots.calls}
        self._source_names = _last_names(sources.replies) | SOURCES | self.slots.keys()
        self._keeping = (
            _last_names(flows.keep, flows.dump_calls, sources.loaded, sources.namespaces)
            | self.methods
            | self.dumps
            | KEEPING
        )
        messages = {sink: _place_of_message(sink) for sink in book.sinks}
        self._messages = {name: at for sink, at in messages.items() if at for name in _last_names(sink.calls)}
        self._showing = _by_last(
            *(sink.calls for sink, at in messages.items() if not at), book.loggers.functions, tuple(WRITING)
        )
        for name in (*book.loggers.methods, *book.loggers.binders):
            self._showing[name] = frozenset("*")
        told = [switch for switch in book.switches if _is_told(switch)]
        self._switching = _by_last(*(switch.calls for switch in book.switches if switch not in told))
        self._switching_told = tuple((switch, _by_last(switch.calls)) for switch in told)
        for names in (self._switching, *(names for _, names in self._switching_told)):
            names.pop("getattr", None)  # clients that are looked up by name get their switch by name, too
        self._arguments = frozenset(switch.argument for switch in book.switches) - {"", "level"}
        self._loading = _last_names(sources.loaded) | {"open"}
        self._handing = _last_names(*(switch.calls for switch in book.switches if "any" in switch.values))
        self._setting = _last_names(*(setting.attributes for setting in book.settings))
        self._dumping = _last_names(flows.dump_calls) | self.dumps
        self._routing = _last_names(shown.routes)
        self._loggers = Patterns(book.loggers.values)
        self._logger_names = frozenset(name.lower() for name in book.loggers.names)
        self._levels = frozenset(book.loggers.methods)
        self._binders = frozenset(book.loggers.binders)
        self._log_functions = Patterns(book.loggers.functions)

    def is_source_name(self, name: str) -> bool:
        """Tell whether a name may be the last part of a call, or of a mapping, that gives secrets."""
        return name in self._source_names

    def may_keep(self, name: str) -> bool:
        """Tell whether the result of a call of that last name may show what the call is given."""
        return name in self._keeping

    def may_show(self, name: str, imported: frozenset[str]) -> bool:
        """Tell whether a call of that last name may show what it is given, in a module with those imports."""
        return _is_one(self._showing, name, imported)

    def message_of(self, name: str) -> int:
        """Return the place of the message, the only thing that a call of that last name may show, or 0."""
        return self._messages.get(name, 0)

    def may_request(self, name: str) -> bool:
        """Tell whether a call of that last name may send a request."""
        return name in REQUESTS

    def may_switch(self, name: str, imported: frozenset[str]) -> bool:
        """Tell whether a call of that last name may switch printing on, in a module with those imports."""
        return _is_one(self._switching, name, imported) or any(
            _is_one(names, name, imported) for _, names in self._switching_told
        )

    def may_switch_told(self, name: str, imported: frozenset[str], words: set[str], most: int) -> bool:
        """Tell the same of a module with those words, whose calls have so many arguments at most."""
        return _is_one(self._switching, name, imported) or any(
            _is_one(names, name, imported)
            for switch, names in self._switching_told
            if switch.argument in words or (switch.position and most > int(switch.position))
        )

    def may_hand(self, name: str, imported: frozenset[str]) -> bool:
        """Tell whether something of that name switches printing on by being handed over."""
        return name in self._handing and _is_one(self._switching, name, imported)

    def may_set(self, name: str) -> bool:
        """Tell whether an attribute of that name may switch printing on when it is set."""
        return name in self._setting

    def is_switch(self, name: str) -> bool:
        """Tell whether an argument of that name may switch printing on."""
        return name in self._arguments

    def may_load(self, name: str) -> bool:
        """Tell whether a call of that last name may load a configuration."""
        return name in self._loading

    def may_dump(self, name: str) -> bool:
        """Tell whether a call of that last name may show everything that an object holds."""
        return name in self._dumping

    def may_route(self, name: str) -> bool:
        """Tell whether a decorator of that last name may put a function on the web."""
        return name in self._routing

    def is_masker(self, name: str) -> bool:
        """Tell whether a function is said to hide what it is given."""
        return not self._maskers.isdisjoint(words_of(name))

    def sink(self, names: tuple[str, ...]) -> LeakSink | None:
        """Return the sink that a call of one of these dotted names is."""
        for name in names:
            if name and self.is_logging(name):
                return _LOG
        for name in names:
            for patterns, sink in self._sinks:
                if name and patterns.match(name):
                    return sink
        return None

    def is_logging(self, name: str) -> bool:
        """Tell whether a call writes to a log, or keeps its arguments for one."""
        receiver, _, method = name.rpartition(".")
        if self._log_functions.match(name):
            return True
        if method not in self._levels and method not in self._binders:
            return False
        return bool(receiver) and self.is_logger(receiver)

    def is_logger(self, name: str) -> bool:
        """Tell whether a dotted name is that of a logger, by what it was made of or by its last word."""
        if self._loggers.match(name):
            return True
        while name.endswith("()"):
            name = name[:-2]
            receiver, _, last = name.rpartition(".")
            if last in self._binders or last in ("opt", "patch", "getChild", "child"):
                return self.is_logger(receiver)
        last = name.rpartition(".")[2]
        return last.lower() in self._logger_names or words_of(last)[-1:] in (("logger",), ("log",))


def _last_names(*groups: Iterable[str]) -> frozenset[str]:
    """Return the last parts of dotted names."""
    return frozenset(name.replace("()", "").rpartition(".")[2] for group in groups for name in group) - {"*"}


def _by_last(*groups: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return, by the last part of dotted names, the modules that they begin with; `*` stands for any."""
    found: dict[str, set[str]] = {}
    for group in groups:
        for name in group:
            first, _, last = name.replace("()", "").rpartition(".")
            root = first.partition(".")[0] if first else "*"
            found.setdefault(last, set()).add("*" if root in LOCAL_NAMES or not root else root)
    return {last: frozenset(roots) for last, roots in found.items()}


def _place_of_message(sink: LeakSink) -> int:
    """Return the place of the only argument that a sink shows, or 0 where it shows others, too."""
    return min((int(at) for at in sink.arguments if at.isdigit()), default=0) if "*" not in sink.arguments else 0


def _is_told(switch: LeakSwitch) -> bool:
    """Tell whether a call is a switch only where it is told so, by a name or behind several other arguments."""
    return bool(switch.argument) and switch.values == ("true",) and switch.position != "0"


def _is_one(names: dict[str, frozenset[str]], name: str, imported: frozenset[str]) -> bool:
    for last in (name, "*"):
        roots = names.get(last, frozenset())
        if ("*" in roots and last != "*") or not roots.isdisjoint(imported):
            return True
    return False


_LOG = LeakSink("OKX302", (), ("*",))
