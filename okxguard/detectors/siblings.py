"""What the entries of one mapping say about each other: which roles they name, and whose shapes their values have."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from okxguard.detectors.names import NameReader, NameReading
from okxguard.detectors.shapes import SECRET, UUID, is_fake
from okxguard.documents import Document
from okxguard.model import Entry, Place, Role

# Keys and secrets that other exchanges hand out: KuCoin, CoinEx, Bitget, Binance, Coinbase, dYdX, Polymarket.
_FOREIGN_KEY = (
    r"[0-9a-f]{24}|[0-9A-Fa-f]{32}|[0-9a-f]{64}|bg_[0-9a-f]{32}|(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])[A-Za-z0-9]{24,80}"
)
_FOREIGN_SECRET = (
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{40}|[0-9a-f]{64}"  # noqa: S105 (a pattern)
    r"|(?=[^\d]*\d)(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])[A-Za-z0-9+/_-]{30,120}={0,2}"
)
_LONGEST = 130


class _Shapes(NamedTuple):
    """Which shapes the values of one role have in one mapping: `swapped` is that of OKX's other exact part."""

    own: bool = False
    foreign: bool = False
    swapped: bool = False


class Siblings:
    """The roles and shapes of every mapping of one document, told apart by account."""

    def __init__(self, document: Document, entries: Iterable[Entry], names: NameReader) -> None:
        self._document = document
        self._names = names
        self.roles: set[Role] = set()
        self._roles: dict[tuple[str, ...], set[Role]] = {}
        self._shapes: dict[tuple[tuple[object, ...], tuple[str, ...], Role], _Shapes] = {}
        entries = list(entries)
        self._named = {entry.span for entry in entries if names.read(entry.path[-1]).strong}
        for entry in entries:
            self._note(entry)

    def _note(self, entry: Entry) -> None:
        reading = self._names.read(entry.path[-1])
        if reading.role is None or reading.about or reading.company:
            return
        if not reading.foreign:
            self.roles.add(reading.role)
        self._roles.setdefault(entry.path[:-1], set()).add(reading.role)
        if not reading.strong and entry.span in self._named:
            return  # half of a name: the `key` in `secret key`
        if reading.role in (Role.API_KEY, Role.SECRET_KEY) and not (reading.foreign or reading.okx):
            key = (self._scope(entry), reading.account, reading.role)
            known = self._shapes.get(key, _Shapes())
            found = _shapes_of(entry.value, reading.role)
            self._shapes[key] = _Shapes(*(before or now for before, now in zip(known, found, strict=True)))

    def _scope(self, entry: Entry) -> tuple[object, ...]:
        """Return the mapping of an entry; where there is none, the paragraph is its mapping."""
        if len(entry.path) > 1 and entry.place not in (Place.TEXT, Place.COMMENT):
            return entry.path[:-1]
        return (*entry.path[:-1], bisect(self._blank_lines, entry.span.start))

    @cached_property
    def _blank_lines(self) -> list[int]:
        return [match.start() for match in re.finditer(r"\n[ \t]*\n", self._document.text)]

    def name_role(self, entry: Entry, role: Role) -> bool:
        """Tell whether the mapping of `entry` names that role, whatever its value."""
        return role in self._roles.get(entry.path[:-1], ())

    def name_other_roles(self, entry: Entry) -> bool:
        """Tell whether the mapping of `entry` names a role besides that of `entry`."""
        mine = self._names.read(entry.path[-1]).role
        return any(role is not mine for role in self._roles.get(entry.path[:-1], ()))

    def contradict(self, entry: Entry, reading: NameReading) -> bool:
        """Tell whether a key or secret of the same account and mapping has the shape of another exchange's only."""
        scope = self._scope(entry)
        key = self._shapes.get((scope, reading.account, Role.API_KEY), _Shapes())
        secret = self._shapes.get((scope, reading.account, Role.SECRET_KEY), _Shapes())
        if key.swapped and secret.swapped:
            return False
        return (key.foreign and not key.own) or (secret.foreign and not secret.own)


def _shapes_of(value: str, role: Role) -> _Shapes:
    value = value.strip()
    if len(value) > _LONGEST:
        return _Shapes()
    own, other = (UUID, SECRET) if role is Role.API_KEY else (SECRET, UUID)
    if own.fullmatch(value):
        return _Shapes(own=True)
    pattern = _FOREIGN_KEY if role is Role.API_KEY else _FOREIGN_SECRET
    if re.fullmatch(pattern, value) is None:
        return _Shapes()
    hexadecimal = re.fullmatch("[0-9A-Fa-f-]+", value) is not None
    foreign = not (hexadecimal and is_fake(value))
    return _Shapes(foreign=foreign, swapped=foreign and bool(other.fullmatch(value)))
