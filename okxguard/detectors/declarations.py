"""Group entries into declarations: everything that one mapping, section, row, call or family of names says of a key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from okxguard.detectors.declared import constants_of, texts_of, truth_of
from okxguard.detectors.fields import DATES, FLAGS, FieldName, FieldReader, Kind
from okxguard.detectors.lexicon import normalise
from okxguard.detectors.permissions import Permission, PermissionReader
from okxguard.model import Entry, Place
from okxguard.policybook import PolicyBook

_INDEX = re.compile(r"\[\d+\]$")
_SERIAL = re.compile(r"[#~]\d+$")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_ADDRESS = re.compile(r"[0-9a-fA-F:.*/]{3,60}")
_DEEPEST_AROUND = 4
_PLAIN_TYPES = frozenset(
    {"string", "str", "list", "set", "array", "vec", "values", "value", "item", "items", "entry", "element", "member"}
)


# What comments, prose and defaults say declares nothing: what else may be given is unknown.
ELSEWHERE = frozenset({Place.COMMENT, Place.TEXT, Place.DEFAULT})
_MEMBERS_WORDS = (
    "default addresses entries action address cidr cidrip code entry host id ip key name network perm permission range "
    "right scope subnet token type value"
)
_MEMBERS = frozenset(_MEMBERS_WORDS.split())


class Field(NamedTuple):
    """One field of a declaration: what it says, the entries that hold its value, and their texts, None if unknown."""

    name: FieldName
    entry: Entry
    texts: tuple[str, ...] | None
    constants: tuple[str, ...] = ()


class Declaration(NamedTuple):
    """What is declared of one key: its place in the key paths, the words of its names, and its fields."""

    scope: tuple[str, ...]
    account: tuple[str, ...]
    fields: tuple[Field, ...]

    def of(self, *kinds: Kind) -> tuple[Field, ...]:
        """Return the fields of these kinds."""
        return tuple(field for field in self.fields if field.name.kind in kinds)


_Key = tuple[tuple[str, ...], tuple[str, ...]]


class Declarations:
    """Groups the entries of one document with the words of one policy book."""

    def __init__(self, book: PolicyBook, names: FieldReader, permissions: PermissionReader) -> None:
        self._names = names
        self._permissions = permissions
        self._aspects = frozenset(map(normalise, book.aspects))
        self._around = frozenset(map(normalise, book.trap_around))

    def group(self, entries: Iterable[Entry]) -> tuple[Declaration, ...]:
        """Return the declarations of a document in the order of the text; addresses stand with the key they are for."""
        groups = self._groups(entries)
        granting = [
            Declaration(scope, account, tuple(fields)) for (scope, account), fields in groups.items() if _grants(fields)
        ]
        return _in_order(self._with_addresses(declaration, groups) for declaration in granting)

    def dated(self, entries: Iterable[Entry]) -> tuple[Declaration, ...]:
        """Return the declarations that tell a date, whatever else they tell, in the order of the text."""
        groups = self._groups(entries)
        return _in_order(
            Declaration(scope, account, tuple(fields))
            for (scope, account), fields in groups.items()
            if any(field.name.kind in DATES for field in fields)
        )

    def _groups(self, entries: Iterable[Entry]) -> dict[_Key, list[Field]]:
        groups: dict[_Key, list[Field]] = {}
        for field, scope in self._fields(entries):
            groups.setdefault((self._key_scope(scope), field.name.account), []).append(field)
        return groups

    def _fields(self, entries: Iterable[Entry]) -> Iterator[tuple[Field, tuple[str, ...]]]:
        lists: dict[tuple[tuple[str, ...], FieldName], list[Entry]] = {}
        for entry in entries:
            if len(entry.path) == 1 and entry.place is Place.ARGUMENT:
                continue
            if not entry.path or is_bare_name(entry) or (entry.place in ELSEWHERE and not is_variable(entry)):
                continue
            scope, name, member = self._slot(entry)
            if name is None or self._is_trapped(scope):
                continue
            if member and name.kind is Kind.PERMISSIONS and (granted := self._member(entry, member)) is not None:
                yield Field(name, entry, granted), scope
            elif not member or normalise(member) in _MEMBERS or (not name.weak and _ADDRESS.fullmatch(entry.value)):
                lists.setdefault((scope, name), []).append(entry)
        for (scope, name), listed in lists.items():
            yield _field(name, listed), scope

    def _slot(self, entry: Entry) -> tuple[tuple[str, ...], FieldName | None, str]:
        """Return the scope, the field that an entry belongs to, and the name of the member that it is within it."""
        path = entry.path
        member = ""
        for depth in range(len(path), max(0, len(path) - _DEEPEST_AROUND), -1):
            segment = plain(path[depth - 1])
            if depth < len(path) and _SERIAL.search(path[depth - 1]):
                break
            if _INDEX.fullmatch(segment) or segment.lower() in _PLAIN_TYPES:
                continue
            name = self._names.read(segment)
            if name is not None and (depth == len(path) or name.kind in (Kind.PERMISSIONS, Kind.ADDRESSES)):
                outer = self._outer_permissions(path, depth, name)
                return outer or (path[: depth - 1], name, member)
            if member or depth < len(path) - 1:
                break
            member = segment
        return (), None, ""

    def _outer_permissions(
        self, path: tuple[str, ...], depth: int, name: FieldName
    ) -> tuple[tuple[str, ...], FieldName, str] | None:
        """Return the list of permissions that a flag such as `withdraw: true` is a member of."""
        if depth < 2:
            return None
        outer = self._names.read(plain(path[depth - 2]))
        if name.kind is Kind.ADDRESSES and name.weak and outer is not None and outer.kind is Kind.ADDRESSES:
            return path[: depth - 2], outer, ""
        if name.kind not in FLAGS:
            return None
        if outer is None or outer.kind is not Kind.PERMISSIONS or _SERIAL.search(path[depth - 2]):
            return None
        return path[: depth - 2], outer, plain(path[depth - 1])

    def _member(self, entry: Entry, member: str) -> tuple[str, ...] | None:
        """Return what `withdraw: true` within permissions grants, or None where it is no such pair."""
        granted = self._names.read(member)
        truth = truth_of(texts_of(entry))
        if granted is None or granted.kind not in FLAGS or truth is None:
            return None
        return (FLAGS[granted.kind].value,) if truth else ()

    def _is_trapped(self, scope: tuple[str, ...]) -> bool:
        near = [plain(segment) for segment in scope[-_DEEPEST_AROUND:]]
        return any(normalise(segment) in self._around for segment in near) or any(
            self._names.is_trap(segment) for segment in near[-2:]
        )

    def _key_scope(self, scope: tuple[str, ...]) -> tuple[str, ...]:
        """Return the mapping of the key that a mapping of one of its aspects stands in."""
        while len(scope) > 1 and normalise(scope[-1]) in self._aspects and not _INDEX.fullmatch(scope[-1]):
            scope = scope[:-1]
        return scope

    def _with_addresses(self, declaration: Declaration, groups: dict[_Key, list[Field]]) -> Declaration:
        """Add the fields of mappings within a declaration, and the addresses that all keys around it share."""
        mine = list(declaration.fields)
        for (scope, account), fields in groups.items():
            if (scope, account) == (declaration.scope, declaration.account) or _grants(fields):
                continue
            depth = len(declaration.scope)
            within = scope[:depth] == declaration.scope and account in ((), declaration.account)
            if within and not (len(scope) > depth and _INDEX.fullmatch(scope[depth])):
                mine += [field for field in fields if not field.name.weak or len(scope) == depth]
        if not any(field.name.kind in _BINDS for field in mine):
            mine += self._shared(declaration, groups, _BINDS)
        if not any(field.name.kind in _CHECKS for field in mine):
            mine += self._shared(declaration, groups, _CHECKS)
        return declaration._replace(fields=tuple(sorted(mine, key=lambda field: field.entry.span)))

    @staticmethod
    def _shared(declaration: Declaration, groups: dict[_Key, list[Field]], kinds: frozenset[Kind]) -> list[Field]:
        outer = [declaration.scope[:depth] for depth in range(len(declaration.scope) - 1, -1, -1)]
        for scope in [declaration.scope, *outer]:
            fields = groups.get((scope, ())) if scope != declaration.scope or declaration.account else None
            found = [field for field in fields or () if field.name.kind in kinds and not field.name.weak]
            if found and not _grants(fields or []):
                return found
        return []


def _in_order(declarations: Iterable[Declaration]) -> tuple[Declaration, ...]:
    return tuple(sorted(declarations, key=lambda each: min(field.entry.span for field in each.fields)))


def is_variable(entry: Entry) -> bool:
    """Tell whether a text holds a variable of an environment, as a unit file or a command does."""
    return entry.place is Place.TEXT and _VARIABLE.fullmatch(entry.path[-1]) is not None


def is_bare_name(entry: Entry) -> bool:
    """Tell whether an entry says only that a name is there, not what it stands for."""
    return not (entry.value or entry.visible or entry.place is Place.EXPRESSION)


_CHECKS = frozenset({Kind.VERIFIED, Kind.UNVERIFIED})
_BINDS = frozenset({Kind.ADDRESSES, Kind.BOUND, Kind.UNBOUND})


def plain(segment: str) -> str:
    """Return a segment of a key path without its serial number and without what a reader knows of a variable."""
    segment = _SERIAL.sub("", segment)
    return segment.partition(" ")[0] if "." in segment and " " in segment else segment


def _grants(fields: list[Field]) -> bool:
    return any(field.name.kind is Kind.PERMISSIONS or field.name.kind in FLAGS for field in fields)


def _field(name: FieldName, entries: list[Entry]) -> Field:
    """Return the field that several entries are the items of; an expression counts where nothing else is known."""
    expressions = [entry for entry in entries if entry.place is Place.EXPRESSION]
    literals = [entry for entry in entries if entry.place in (Place.ASSIGNMENT, Place.ARGUMENT)]
    resolved = [entry for entry in expressions if texts_of(entry) is not None]
    chosen = resolved[:1] or literals or expressions or entries
    found = [texts_of(entry) for entry in chosen]
    constants = tuple(constant for entry in entries for constant in constants_of(entry))
    texts = None if None in found else tuple(text for each in found for text in each or ())
    return Field(name, chosen[0], texts, constants)


def permissions_of(field: Field, reader: PermissionReader) -> frozenset[Permission] | None:
    """Return what a field grants, or None where it grants nothing that is known."""
    if field.name.kind in FLAGS:
        truth = truth_of(field.texts)
        return None if truth is None else frozenset({FLAGS[field.name.kind]} if truth else ())
    if field.name.kind is not Kind.PERMISSIONS:
        return None
    return reader.read(field.constants if field.texts is None else field.texts)
