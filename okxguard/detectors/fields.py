"""Read the names of what declares a key's rights: permissions, addresses, flags, dates, whatever stands around them."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from okxguard.detectors.lexicon import normalise
from okxguard.detectors.permissions import Permission
from okxguard.policybook import PolicyBook

_PIECE = re.compile(r"[A-Z]{2,}(?=[A-Z][a-z]{2})|[A-Z]{2,}(?=s(?![a-z]))s|[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^\W\d_a-zA-Z]+")
_LONGEST_NAME = 80
# Words of a name that do not tell one key from another.
_GLUE_WORDS = (
    "access account acct allowed api apikey bot cex cfg client conf config credential credentials creds "
    "default env exchange key keys my okex okx os our rest secret settings tf the v5 value var x"
)
_GLUE = frozenset(_GLUE_WORDS.split())
_TRAILING = frozenset(["list", "set", "str", "csv", "json", "raw", "value", "values", "env", "enabled"])


class Kind(Enum):
    """What a field says about a key."""

    PERMISSIONS = "permissions"
    WITHDRAW = "withdraw"
    TRADE = "trade"
    READ = "read"
    ADDRESSES = "addresses"
    BOUND = "bound"
    UNBOUND = "unbound"
    VERIFIED = "verified withdrawal addresses"
    UNVERIFIED = "any withdrawal address"
    ROTATED = "rotated"
    CREATED = "created"
    EXPIRES = "expires"


FLAGS = {Kind.WITHDRAW: Permission.WITHDRAW, Kind.TRADE: Permission.TRADE, Kind.READ: Permission.READ}
DATES = frozenset({Kind.ROTATED, Kind.CREATED, Kind.EXPIRES})


class FieldName(NamedTuple):
    """What a name says.

    `weak` tells that it says so only inside a key's own scope, `about_key` that the name itself speaks of a key, and
    `account` holds the words that tell one key from another: OKX_MAIN_PERMISSIONS has `("main",)`.
    """

    kind: Kind
    weak: bool
    about_key: bool
    account: tuple[str, ...]


class FieldReader:
    """Reads names with the words of one policy book and remembers what it has read."""

    def __init__(self, book: PolicyBook) -> None:
        self._known: dict[str, tuple[Kind, bool]] = {}
        for words, kind, weak in (
            (book.permission_weak_names, Kind.PERMISSIONS, True),
            (book.binding_weak_names, Kind.ADDRESSES, True),
            (book.created, Kind.CREATED, True),
            (book.rotated, Kind.ROTATED, True),
            (book.expires, Kind.EXPIRES, True),
            (book.flags["read"], Kind.READ, True),
            (book.flags["trade"], Kind.TRADE, True),
            (book.flags["withdraw"], Kind.WITHDRAW, True),
            (book.permission_names, Kind.PERMISSIONS, False),
            (book.binding_names, Kind.ADDRESSES, False),
            (book.binding_flags, Kind.BOUND, False),
            (book.binding_reverse_flags, Kind.UNBOUND, False),
            (book.address_flags, Kind.VERIFIED, False),
            (book.address_reverse_flags, Kind.UNVERIFIED, False),
        ):
            self._known.update((normalise(word), (kind, weak)) for word in words)
        self._traps = frozenset(map(normalise, book.trap_names))
        self._trap_scopes = frozenset(map(normalise, book.trap_scopes))
        self._trap_types = frozenset(book.trap_types)
        self._readings: dict[str, FieldName | None] = {}

    def read(self, name: str) -> FieldName | None:
        """Return what `name` says about a key, or None where it says nothing, or lists what is possible or refused."""
        if name not in self._readings:
            self._readings[name] = self._read(name) if len(name) <= _LONGEST_NAME else None
        return self._readings[name]

    def _read(self, name: str) -> FieldName | None:
        pieces = [piece.lower() for piece in _PIECE.findall(name)]
        tail: list[str] = []
        while pieces and (pieces[-1].isdigit() or pieces[-1] in _TRAILING) and "".join(pieces) not in self._known:
            tail.append(pieces.pop())
        for start in range(len(pieces)):
            known = self._known.get("".join(pieces[start:]))
            if known is not None:
                return self._field(known, pieces[:start], [word for word in tail if word.isdigit()])
        return None

    def _field(self, known: tuple[Kind, bool], before: list[str], tail: list[str]) -> FieldName | None:
        kind, weak = known
        if any(word in self._traps for word in before) or normalise("".join(before)) in self._traps:
            return None
        account = tuple(word for word in [*before, *tail] if word not in _GLUE)
        about_key = any(word in ("key", "apikey", "api") for word in before)
        return FieldName(kind, weak, about_key, account)

    def is_trap(self, segment: str) -> bool:
        """Tell whether a name turns what stands in it into a list of what is possible, wanted or refused."""
        if segment.endswith("()"):
            made = segment.removesuffix("()").rpartition(".")[2]
            return made[:1].isupper() and _PIECE.findall(made)[-1].lower() in self._trap_types
        return any(piece.lower() in self._trap_scopes for piece in _PIECE.findall(segment)[:6])
