"""Tell whether a declaration is one of an OKX key: whose it is, and whether it stands where keys are declared."""

from __future__ import annotations

import re
from collections.abc import Iterator

from okxguard.detectors.context import Ownership, Surroundings
from okxguard.detectors.declarations import Declaration, Field, is_variable, plain
from okxguard.detectors.fields import FLAGS, Kind
from okxguard.detectors.lexicon import normalise
from okxguard.detectors.names import NameReader, NameReading
from okxguard.detectors.words import Owner
from okxguard.documents import Document
from okxguard.kinds import BARE_WORD_LANGUAGES, language_of
from okxguard.kinds import Kind as DocumentKind
from okxguard.model import Confidence, Context, Entry, Place, Role, Span
from okxguard.policybook import PolicyBook

# OKX makes 50 keys an account (error 59501).
_MOST_KEYS = 50
_INDEX = re.compile(r"\[\d+\]$")
# What describes a method of the interface says which right that needs, not what a key may do.
_ENDPOINT = re.compile(r"/api/v\d/")
_CALL = re.compile(r"\(\)(?:#\d+)?$")
# Names of addresses, in every spelling, where something is given to them or they are passed on.
_BINDING = re.compile(
    r"(?i)(?P<name>\w{0,30}(?:ips?[ _-]?(?:white|allow|access|restrict|bind|bound|filter)\w*|cidrs?|egress_?ips?"
    r"|(?:allowed|trusted|linked|bound|bind|whitelisted|permitted|whitelist)[ _-]?ips?|ip_?addresses))\w{0,30}(?=\W|$)"
    r"|[\"'.\[({, \t_-](?P<short>ips?)(?=[\"'\]]{0,2}\s?(?::|=(?!=)|\())"
)
# Nothing behind a name, on its line or as the value of a pair on the next one.
_NOTHING = re.compile(
    r"[\"'\]]{0,2}\s{0,4}(?:=>|:=|[:=])[ \t]{0,9}(?:\"\"|''|@?\(\)|\[\]|\{\}|null|None|nil|~)?[ \t]{0,9}"
    r"(?:[,;)}\]]|\n\s*(?!value)|\Z)"
    r"|[\"']?\s*\n\s*value\s*[:=][ \t]*(?:\"\"|''|null|~)?[ \t]*\n"
)
_SPREAD = re.compile(r"\.\.\.\s?[$\w]|\*\*\s?[\w(]|\.\.[\w:]+\(|\bwith\s*\{|\}\s*\|\s*\w|<<:")
_COMMENTED = re.compile(r"\s*(?://|#|\*|/\*|--|;|<!--)")
_BEHIND, _LONGEST_LINE, _LONGEST_SCOPE = 10, 4000, 40
_CODE = frozenset({DocumentKind.PYTHON, DocumentKind.CODE, DocumentKind.NOTEBOOK})
_AROUND = 4
_PARTS = frozenset({Role.API_KEY, Role.SECRET_KEY, Role.PASSPHRASE})


class KeyContext:
    """Everything in one document that says whether a declaration is one of an OKX key."""

    def __init__(
        self,
        document: Document,
        entries: tuple[Entry, ...],
        surroundings: Surroundings,
        names: NameReader,
        book: PolicyBook,
    ) -> None:
        self._document = document
        self._surroundings = surroundings
        self._names = names
        self._around = frozenset(map(normalise, book.key_around))
        self._loose = frozenset(map(normalise, book.key_loose))
        self._coin = frozenset(map(normalise, book.trap_siblings))
        self._key_names = frozenset(map(normalise, book.key_siblings))
        program = document.kind in _CODE
        self._is_program = program and language_of(document.path, document.text) not in BARE_WORD_LANGUAGES
        self._columns = self._key_names | frozenset(map(normalise, book.key_columns))
        self._replies = [frozenset(map(normalise, reply)) for reply in book.replies]
        self._siblings: dict[tuple[str, ...], set[str]] = {}
        self._parts: dict[tuple[str, ...], set[Role]] = {}
        self._accounts: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
        self._spans: dict[tuple[str, ...], list[Span]] = {}
        self._endpoints: set[tuple[str, ...]] = set()
        for entry in entries:
            if entry.path and (entry.place not in (Place.COMMENT, Place.TEXT) or is_variable(entry)):
                self._note(entry)

    def _note(self, entry: Entry) -> None:
        scope, name = entry.path[:-1], plain(entry.path[-1])
        self._siblings.setdefault(scope, set()).add(normalise(name))
        if _ENDPOINT.match(entry.value):
            self._endpoints.add(scope)
        if entry.visible:
            self._spans.setdefault(scope, []).append(entry.span)
        reading = self._names.read(name)
        telling = reading.strong or reading.okx or reading.bare
        if reading.role in _PARTS and telling and not (reading.about or reading.foreign or reading.company):
            self._parts.setdefault(scope, set()).add(reading.role)
            self._accounts.setdefault(scope, set()).add(reading.account)

    def is_key(self, declaration: Declaration) -> bool:
        """Tell whether a declaration is one of an OKX key."""
        if self.is_reply(declaration.scope):
            return True
        ownership = self._owner(declaration)
        if ownership.owner is not Owner.OKX or not self._endpoints.isdisjoint(_scopes(declaration)):
            return False
        if declaration.scope and normalise(declaration.scope[-1]) in self._loose and ownership.context < Context.AROUND:
            return False
        if self._is_key_scope(declaration):
            return ownership.context >= Context.NEAR or not ownership.mixed or bool(self._parts_of(declaration))
        strong = any(field.name.kind is Kind.PERMISSIONS and not field.name.weak for field in declaration.fields)
        loose = self._document.kind is DocumentKind.MARKDOWN or (not declaration.scope and self._is_program)
        return strong and not loose and ownership.context >= Context.AROUND

    def holds_key(self, declaration: Declaration) -> bool:
        """Tell whether the mapping of a declaration names a key of OKX's, so that its dates are those of the key."""
        scope = declaration.scope
        if declaration.account and declaration.account not in self._accounts.get(scope, set()):
            return False
        named = self._parts_of(declaration) or any(field.name.about_key for field in declaration.fields)
        rights = bool(declaration.of(Kind.PERMISSIONS, *FLAGS))
        names = self._columns if rights else self._key_names
        listed = any(self._is_around(segment) for segment in scope[-2:]) or names & self._siblings.get(scope, set())
        ownership = self._owner(declaration)
        return ownership.owner is Owner.OKX and bool(
            named or (listed and (rights or ownership.context >= Context.AROUND))
        )

    def is_reply(self, scope: tuple[str, ...]) -> bool:
        """Tell whether a mapping has the fields of a documented reply of OKX's, which nobody else sends."""
        siblings = self._siblings.get(scope, set())
        return any(reply <= siblings for reply in self._replies)

    def is_of_coin(self, declaration: Declaration) -> bool:
        """Tell whether flags stand beside those of a coin, a chain or the methods of a client."""
        return bool(self._coin & self._siblings_of(declaration))

    def is_of_pool(self, field: Field) -> bool:
        """Tell whether a mapping of permissions holds deposits and nothing that only a key has."""
        siblings = self._siblings.get(field.entry.path[:-1], set())
        return "deposit" in siblings and not siblings & {"read", "readonly", "trade"}

    def _is_key_scope(self, declaration: Declaration) -> bool:
        kinds = {field.name.kind for field in declaration.fields}
        told = kinds & {Kind.ADDRESSES, Kind.BOUND, Kind.UNBOUND}
        if self._document.kind is DocumentKind.MARKDOWN and not "".join(declaration.scope[-1:]).startswith("#"):
            return bool(told) and (declaration.scope[-1:] == () or bool(self._columns & self._siblings_of(declaration)))
        if told and Kind.PERMISSIONS in kinds:
            return True
        if Kind.WITHDRAW in kinds and any(not field.name.weak for field in declaration.of(*told)):
            return True
        if not declaration.scope and self._is_program:
            return any(field.name.about_key for field in declaration.fields) or bool(self._parts.get(()))
        if any(_CALL.search(segment) and not _is_made(segment) for segment in declaration.scope[-1:]):
            return bool(self._parts_of(declaration))
        if self._parts_of(declaration) or any(field.name.about_key for field in declaration.fields):
            return True
        if any(self._is_around(segment) for segment in declaration.scope[-_AROUND:]):
            return True
        return bool(self._key_names & self._siblings_of(declaration))

    def _parts_of(self, declaration: Declaration) -> set[Role]:
        """Return the roles that are named in the mapping of a key or beside one of its fields."""
        return set().union(*(self._parts.get(scope, set()) for scope in _scopes(declaration)))

    def _siblings_of(self, declaration: Declaration) -> set[str]:
        return set().union(*(self._siblings.get(scope, set()) for scope in _scopes(declaration)))

    def _is_around(self, segment: str) -> bool:
        name = plain(segment).removesuffix("()").rpartition(".")[2]
        return normalise(name) in self._around or bool(
            re.search(r"(?i)ключ|密钥|密鑰|api_?key|credential|key_?polic|[a-z]Keys?$|_keys?$", name)
        )

    def _owner(self, declaration: Declaration) -> Ownership:
        chosen = declaration.fields[0].entry
        named = [self._names.read(plain(field.entry.path[-1])) for field in declaration.fields]
        reading = next((each for each in named if each.okx), NameReading())
        if any(each.foreign for each in named):
            return Ownership(Owner.EXCHANGE, Context.NAME)
        return self._surroundings.owner_of(chosen, reading)

    def names_binding(self, declaration: Declaration, judged: list[Span]) -> bool:
        """Tell whether addresses are named in or right behind a declaration in a form that nobody could read.

        What stands in another declaration, `judged`, is that one's.
        """
        document = self._document
        first, last = self._lines_of(declaration)
        for line in range(
            first, min(last + (_BEHIND if document.kind in _CODE else 1), len(document.line_starts) - 1) + 1
        ):
            text = document.line_text(line)[:_LONGEST_LINE]
            if _COMMENTED.match(text):
                continue
            for match in _BINDING.finditer(text):
                at = document.line_starts[line] + match.start()
                alone = declaration.account and not all(word in match[0].lower() for word in declaration.account)
                empty = _NOTHING.match(document.text, document.line_starts[line] + match.end())
                if not (alone or empty or any(span.start <= at < span.end for span in judged)):
                    return True
            if last - first < _LONGEST_SCOPE and line <= last and document.kind in _CODE and _SPREAD.search(text):
                return True
        return False

    def _lines_of(self, declaration: Declaration) -> tuple[int, int]:
        span = self.scope_span(self._document, declaration, [field.entry.span for field in declaration.fields])
        return self._document.line_of(span.start), self._document.line_of(span.end)

    def confidence_of(self, declaration: Declaration) -> Confidence:
        """Return how sure it is that a declaration is one of an OKX key."""
        if self.is_reply(declaration.scope):
            return Confidence.HIGH
        return Confidence.HIGH if self._owner(declaration).context >= Context.AROUND else Confidence.MEDIUM

    def is_demo(self, declaration: Declaration) -> bool:
        """Tell whether a declaration is one of a key for demo trading."""
        return self._surroundings.is_demo(declaration.fields[0].entry)

    def scope_span(self, document: Document, declaration: Declaration, spans: list[Span]) -> Span:
        """Return the stretch from the first to the last entry of a declaration."""
        flat = not declaration.scope or bool(declaration.account)
        around = [] if flat else [span for span in self._spans.get(declaration.scope, []) if span.end > span.start]
        every = [*(spans or [field.entry.span for field in declaration.fields]), *around]
        first, last = min(span.start for span in every), max(span.end for span in every)
        far = document.line_of(last) - document.line_of(first) > 60
        return spans[0] if far and spans else Span(first, max(last, first + 1))

    def crowds(self) -> Iterator[tuple[Span, int, tuple[str, ...]]]:
        """Yield place, number and scope of lists of more keys than OKX allows an account."""
        members: dict[tuple[str, ...], dict[str, Span]] = {}
        for scope, roles in self._parts.items():
            if Role.API_KEY in roles and scope and self._spans.get(scope):
                members.setdefault(scope[:-1], {})[scope[-1]] = self._spans[scope][0]
        for scope, found in members.items():
            if len(found) > _MOST_KEYS and self._owned(scope, next(iter(found))):
                spans = list(found.values())
                yield Span(min(span.start for span in spans), max(span.end for span in spans)), len(found), scope

    def _owned(self, scope: tuple[str, ...], member: str) -> bool:
        probe = Entry((*scope, member, "key"), "", Span(0, 0))
        ownership = self._surroundings.owner_of(probe, NameReading())
        return ownership.owner is Owner.OKX


def _scopes(declaration: Declaration) -> set[tuple[str, ...]]:
    return {declaration.scope, *(field.entry.path[:-1] for field in declaration.fields)}


def _is_made(segment: str) -> bool:
    """Tell whether a call makes something: the last word of its name is that of a type."""
    return plain(segment).removesuffix("()").rpartition(".")[2][:1].isupper()
