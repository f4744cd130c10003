"""Judge calls that make or change keys: each library has its own meaning of an empty and of an absent address."""

from __future__ import annotations

import re
from bisect import bisect_left
from fnmatch import fnmatchcase
from typing import NamedTuple

from okxguard.detectors.bindings import Binding, BindingJudge, State
from okxguard.detectors.declarations import ELSEWHERE, is_bare_name
from okxguard.detectors.declared import constants_of, texts_of, truth_of
from okxguard.detectors.lexicon import normalise
from okxguard.detectors.permissions import Permission, PermissionReader
from okxguard.documents import Document
from okxguard.model import Entry, Place, Span
from okxguard.policybook import Call, PolicyBook

_SERIAL = re.compile(r"[#~]\d+$")
_CALLED = re.compile(r"\(\)#\d+$")
_POSITION = re.compile(r"\[(\d+)\]$")
_SUFFIX = re.compile(r"(?:Request|Req|Params|Param|Parameters|Input|Options|Dto|DTO|Args|Body|Payload|Data|Config)$")
_LINES_BETWEEN = 12
_LINES_BEHIND = 6
_GIVEN_LATER = re.compile(
    r"(?i)(?:\[[\"']ips?[\"']\]|\.ips?)\s*=(?!=)|\.(?:set_?|with_?)ips?\(|\bput\([\"']ips?[\"']"
    r"|\.update\([^\n]{0,80}\bips?\b|\.\.\.\s?[$\w]|\*\*\s?[\w(]"
)
_UNCHANGED = "-1"
_PERMISSIONS = frozenset({"perm", "perms", "permission", "permissions"})
_ADDRESSES = frozenset({"ip", "ips", "ipaddress", "ipaddresses"})
_RIGHTS_END = ("perm", "perms", "permission", "permissions")
_ADDRESSES_END = ("ipaddress", "ipaddresses", "ipwhitelist", "iplist", "allowedips", "bindip", "bindips")
_READ, _TRADE = frozenset({"readflag", "readpermission"}), frozenset({"tradeflag", "tradepermission"})
# A key of the Fast API may be bound to an application in place of addresses.
_APP = frozenset({"bindapp"})
_BODY = frozenset({"subacct", "apikey", "label", "passphrase", "perm", "ip", "bindapp"})


class JudgedCall(NamedTuple):
    """A call, its place, those of its arguments, and the rules that it breaks with what the message adds."""

    scope: tuple[str, ...]
    span: Span
    arguments: frozenset[Span]
    broken: tuple[tuple[str, str], ...]


_Group = tuple[tuple[str, ...], Call]


class _Arguments:
    """The arguments of one call by the names that the interface of OKX gives them."""

    def __init__(self) -> None:
        self.known: dict[str, list[Entry]] = {}
        self.entries: list[Entry] = []

    def add(self, name: str, entry: Entry) -> None:
        self.known.setdefault(name, []).append(entry)
        self.entries.append(entry)

    def spans(self) -> list[Span]:
        """Return the places of the arguments in the call itself, not those of the constants that they stand for."""
        spans = []
        for entries in self.known.values():
            written = [entry.span for entry in entries if entry.place is Place.EXPRESSION]
            spans += written or [entry.span for entry in entries]
        return spans

    def entries_of(self, names: frozenset[str]) -> list[Entry]:
        return [entry for name in names for entry in self.known.get(name, ())]


class CallJudge:
    """Judges calls with the signatures of one policy book."""

    def __init__(self, book: PolicyBook, bindings: BindingJudge, permissions: PermissionReader) -> None:
        self._calls = book.calls
        self._bindings = bindings
        self._permissions = permissions
        self._known: dict[str, Call | None] = {}
        self._paths = re.compile(
            "|".join(
                f"(?P<{kind}{index}>{re.escape(path)})(?![\\w/-])"
                for kind, paths in (("modify", book.modify_paths), ("create", book.create_paths))
                for index, path in enumerate(paths)
            )
        )
        self._raw = {kind: Call((), (), kind == "create", True, kind == "create") for kind in ("create", "modify")}

    def judge(self, document: Document, entries: tuple[Entry, ...]) -> list[JudgedCall]:
        """Return the calls of a document, those that break no rule included."""
        grouped: dict[_Group, _Arguments] = {}
        paths = [(match.start(), (match.lastgroup or "")[:6]) for match in self._paths.finditer(document.text)]
        bodies: dict[tuple[str, ...], _Arguments] = {}
        starred = {entry.path for entry in entries if entry.place is Place.EXPRESSION and entry.value[:1] != "{"}
        for entry in entries:
            if len(entry.path) < 2 or entry.place in ELSEWHERE or is_bare_name(entry):
                continue
            found = self._call_of(entry)
            if found is not None:
                scope, call, name = found
                grouped.setdefault((scope, call), _Arguments()).add(name, entry)
            elif paths and normalise(entry.path[-1]) in _BODY:
                bodies.setdefault(entry.path[:-1], _Arguments()).add(normalise(entry.path[-1]), entry)
        for scope, arguments in bodies.items():
            kind = _path_near(document, paths, arguments)
            if (kind and "subacct" in arguments.known) or (kind and len(arguments.known) > 1):
                grouped[scope, self._raw[kind]] = arguments
        return [
            self._judged(
                document,
                scope,
                call,
                arguments,
                is_known=scope not in starred and not _told_later(document, arguments),
            )
            for (scope, call), arguments in _passed_on(grouped).items()
        ]

    def _call_of(self, entry: Entry) -> tuple[tuple[str, ...], Call, str] | None:
        """Return the scope and signature of the call that an entry is an argument of, and the name of the argument."""
        for depth in range(len(entry.path) - 1, max(-1, len(entry.path) - 4), -1):
            call = self._signature(entry.path[depth - 1]) if depth else None
            if call is None:
                continue
            name = entry.path[depth]
            position = _POSITION.fullmatch(name)
            if position is None:
                return entry.path[:depth], call, _argument(entry.path[-1])
            at = int(position[1])
            return (entry.path[:depth], call, call.order[at]) if at < len(call.order) else None
        return None

    def _signature(self, segment: str) -> Call | None:
        if segment not in self._known:
            words = [_SUFFIX.sub("", word.removesuffix("()")) for word in _SERIAL.sub("", segment).split(" ")]
            self._known[segment] = next(
                (
                    call
                    for call in self._calls
                    for word in words
                    if any(fnmatchcase(word, each) for each in call.callees)
                ),
                None,
            )
        return self._known[segment]

    def _judged(
        self, document: Document, scope: tuple[str, ...], call: Call, arguments: _Arguments, *, is_known: bool
    ) -> JudgedCall:
        """Judge one call; `is_known` tells that no argument comes from a mapping that only a run will tell."""
        spans = _together(document, arguments.spans())
        span = Span(min(each.start for each in spans), max(max(each.end for each in spans), spans[0].start + 1))
        granted = self._granted(arguments)
        addresses = arguments.entries_of(_ADDRESSES)
        opened = (is_known or bool(addresses)) and self._is_open(call, arguments, addresses)
        clears = opened and not call.creates and not _given(addresses)
        broken: list[tuple[str, str]] = []
        if opened and granted and Permission.WITHDRAW in granted:
            broken.append(("OKX201", ""))
        elif opened and not clears and granted and Permission.TRADE in granted:
            broken.append(("OKX202", ""))
        if clears:
            broken.append(("OKX204", ""))
        weak = self._weakness(addresses)
        if weak:
            broken.append(("OKX203", weak))
        return JudgedCall(scope, span, frozenset(entry.span for entry in arguments.entries), tuple(broken))

    def _granted(self, arguments: _Arguments) -> frozenset[Permission] | None:
        granted = frozenset({Permission.TRADE}) if _is_true(arguments.entries_of(_TRADE)) else frozenset()
        for entry in arguments.entries_of(_PERMISSIONS):
            texts = texts_of(entry)
            granted |= self._permissions.read(constants_of(entry) if texts is None else texts) or frozenset()
        return granted

    def _is_open(self, call: Call, arguments: _Arguments, addresses: list[Entry]) -> bool:
        if not addresses:
            return call.missing_opens and not _is_true(arguments.entries_of(_APP))
        binding = self._binding(addresses)
        if binding is None or binding.state is not State.NONE:
            return False
        return _given(addresses) or call.empty_opens

    def _binding(self, addresses: list[Entry]) -> Binding | None:
        """Return the binding that the arguments make, or None where it stays as it is or only a run will tell."""
        given = [texts_of(entry) for entry in addresses]
        known = [texts for texts in given if texts is not None and _UNCHANGED not in texts]
        states = {self._bindings.judge(texts).state for texts in known}
        if len(known) < len(given) or (State.NONE in states and len(states) > 1):
            return None
        return self._bindings.judge(text for texts in known for text in texts)

    def _weakness(self, addresses: list[Entry]) -> str:
        binding = self._binding(addresses) if addresses else None
        return binding.weakness if binding is not None and binding.state is State.WEAK else ""


def _passed_on(grouped: dict[_Group, _Arguments]) -> dict[_Group, _Arguments]:
    """Return groups without those of a variable that is passed to a call which has a group of its own."""
    calls = {key: {entry.span for entry in each.entries} for key, each in grouped.items() if _is_call(key[0])}
    taken = set().union(*calls.values())
    return {
        key: each
        for key, each in grouped.items()
        if key in calls or not any(entry.span in taken for entry in each.entries)
    }


def _together(document: Document, spans: list[Span]) -> list[Span]:
    """Return the last of some spans and those above it, as far as none stands far from the next one."""
    near = sorted(spans)[-1:]
    for span in reversed(sorted(spans)[:-1]):
        if document.line_of(near[0].start) - document.line_of(span.end) > _LINES_BETWEEN:
            break
        near.insert(0, span)
    return near


def _is_call(scope: tuple[str, ...]) -> bool:
    return any(_CALLED.search(segment) for segment in scope)


def _argument(name: str) -> str:
    """Return the name that the interface gives an argument, whatever a library calls it."""
    name = normalise(name)
    if name.endswith(_RIGHTS_END) and name not in (*_READ, *_TRADE):
        return "perm"
    return "ip" if name in _ADDRESSES or name.endswith(_ADDRESSES_END) else name


def _given(addresses: list[Entry]) -> bool:
    """Tell whether something is passed as an address, though it may stand for every one."""
    return any(text.strip() for entry in addresses for text in texts_of(entry) or ())


def _told_later(document: Document, arguments: _Arguments) -> bool:
    """Tell whether an address is given to something in or right behind a call, after it was put together."""
    spans = arguments.spans()
    first, last = min(spans), max(spans)
    end = min(document.line_of(last.end) + _LINES_BEHIND, len(document.line_starts) - 1)
    return _GIVEN_LATER.search(document.text, first.start, document.end_of_line(end)) is not None


def _is_true(entries: list[Entry]) -> bool:
    return any(truth_of(texts_of(entry)) is True for entry in entries)


def _path_near(document: Document, paths: list[tuple[int, str]], arguments: _Arguments) -> str:
    """Return whether a path of the interface close by makes or changes keys, the nearest one first."""
    at = arguments.entries[0].span.start
    line = document.line_of(at)
    index = bisect_left(paths, (at, ""))
    near = [
        (abs(document.line_of(start) - line), start, kind)
        for start, kind in paths[max(0, index - 2) : index + 2]
        if abs(document.line_of(start) - line) <= _LINES_BETWEEN
    ]
    return min(near)[2] if near else ""
