"""Tell whose a value is: from its path, its siblings, the words around it, the file it stands in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from okxguard.detectors.lexicon import normalise
from okxguard.detectors.names import NameReader, NameReading
from okxguard.detectors.siblings import Siblings
from okxguard.detectors.words import Owner, Words
from okxguard.documents import Document
from okxguard.kinds import Kind
from okxguard.model import Context, Entry, Role

_LINES_ABOVE = 15
_LINES_BELOW = 3
_LONGEST_DISCRIMINATOR = 100
_SERIAL = re.compile(r"[#~]\d+$")
_HEADING = r"(?i)\s*(?:#|//|/?\*|;|--|=|<!--|%|\[|rem\b|\"\"\")|.*:\s*$"
# A mapping that describes the one that it stands in.
_DESCRIPTION = "metadata"
# Base64 has all words in it, sooner or later.
_ENCODED = r"(?=[A-Za-z0-9]{0,200}[+/=])[A-Za-z0-9+/]{24,}={0,2}"
_SEPARATED = r"[=:]\s*\S"
_SETTINGS = frozenset({Kind.DOTENV, Kind.INI, Kind.JSON, Kind.PROPERTIES, Kind.TOML, Kind.XML, Kind.YAML})


class Ownership(NamedTuple):
    """Who owns a value and how close the evidence stands; without an owner, `context` is NONE."""

    owner: Owner | None
    context: Context
    mixed: bool = False


class Surroundings:
    """Everything around the entries of one document that says whose they are."""

    def __init__(self, document: Document, entries: Sequence[Entry], names: NameReader, words: Words) -> None:
        self._document = document
        self._names = names
        self._siblings = Siblings(document, entries, names)
        self._words = words
        self._declared: dict[tuple[str, ...], Owner | None] = {}
        self._described: set[tuple[str, ...]] = set()
        self._demo: set[tuple[str, ...]] = set()
        self._logins: set[tuple[str, ...]] = set()
        self._alerts: set[tuple[str, ...]] = set()
        self._entries = entries
        for entry in entries:
            self._note(entry)

    def _note(self, entry: Entry) -> None:
        if not entry.path or len(entry.value) > _LONGEST_DISCRIMINATOR:
            return
        name = normalise(entry.path[-1].partition(" ")[0])
        if name in self._words.logins:
            self._logins.add(entry.path[:-1])
        if name in self._words.alerts:
            self._alerts.add(entry.path[:-1])
        if name in self._words.discriminators or name.endswith(self._words.discriminating):
            owner = (
                Owner.EXCHANGE if normalise(entry.value) in self._words.ordinary else self._words.owner_in(entry.value)
            )
            if owner is not None:
                prefix = entry.path[:-1]
                known = self._declared.get(prefix, owner)
                self._declared[prefix] = owner if known is owner else None
                if prefix[-1:] == (_DESCRIPTION,) and owner is Owner.EXCHANGE:
                    self._described.add(prefix[:-1])
        if name in self._words.demo_names and entry.value.lower() in self._words.demo_values:
            self._demo.add(entry.path[:-1])

    def is_demo(self, entry: Entry) -> bool:
        """Tell whether a name around the entry, or a setting beside it, says demo trading."""
        if any(self._names.read(_SERIAL.sub("", segment)).demo for segment in entry.path[:-1]):
            return True
        return any(entry.path[:depth] in self._demo for depth in range(max(0, len(entry.path) - 3), len(entry.path)))

    def has_login(self, entry: Entry) -> bool:
        """Tell whether a user name stands in the same mapping, so that a password is one for logging in."""
        return len(entry.path) > 1 and entry.path[:-1] in self._logins

    def in_alert(self, entry: Entry) -> bool:
        """Tell whether the entry stands in an alert, which has a passphrase of its own."""
        alone = not self._siblings.name_other_roles(entry)
        mapped = len(entry.path) > 1 or self._document.kind is Kind.JSON
        return mapped and alone and entry.path[:-1] in self._alerts

    def owner_of(self, entry: Entry, reading: NameReading) -> Ownership:
        """Return whose `entry` is; the nearest evidence wins."""
        if reading.okx and self._lookalike_near(entry):
            return Ownership(Owner.PRODUCT, Context.AROUND)
        if reading.okx:
            return Ownership(Owner.OKX, Context.NAME)
        around = self._owner_around(entry)
        if around is not None and around.context is Context.AROUND:
            return around
        if self._siblings.contradict(entry, reading):
            return Ownership(Owner.EXCHANGE, Context.AROUND)
        if around is not None:
            return around
        if self.stands_apart(entry):
            return Ownership(self.file.owner, min(self.file.context, Context.FILE), mixed=True)
        near = self._owner_near(entry)
        if near is not None:
            return Ownership(near, Context.NEAR, self.file.mixed)
        return self.file

    def has_company(self, entry: Entry) -> bool:
        """Tell whether the mapping around the entry names another part of a credential, whatever its value."""
        return self._siblings.name_other_roles(entry)

    def lacks_key(self, entry: Entry) -> bool:
        """Tell whether no name says API key: in the mapping of the entry, or in the whole file where it has none."""
        if len(entry.path) > 1 and not entry.path[-2].endswith("()") and not _SERIAL.search(entry.path[-2]):
            return not self._siblings.name_role(entry, Role.API_KEY)
        return Role.API_KEY not in self._siblings.roles

    @property
    def is_settings(self) -> bool:
        """Tell whether the document is a settings file, where every value is meant as one."""
        return self._document.kind in _SETTINGS

    def names_okx(self, scope: tuple[str, ...]) -> bool:
        """Tell whether a mapping, and not a row of a list, is named after OKX."""
        if any(segment.startswith("[") for segment in scope):
            return False
        return any(self._words.owner_in(_SERIAL.sub("", segment)) is Owner.OKX for segment in scope)

    def stands_apart(self, entry: Entry) -> bool:
        """Tell whether a settings file gives the entry a section of its own, whose name has nothing to do with OKX."""
        if not self.is_settings:
            return False
        titles = (_SERIAL.sub("", segment) for segment in entry.path[:-1] if not segment.startswith("["))
        return any(not self._names.read(title).clean for title in titles)

    def _owner_around(self, entry: Entry) -> Ownership | None:
        for depth in range(len(entry.path) - 1, -1, -1):
            prefix = entry.path[:depth]
            if prefix in self._described and (prefix or not entry.path[0].startswith("[")):
                return Ownership(Owner.EXCHANGE, Context.AROUND)
            declared = self._declared.get(prefix)
            if declared is not None:
                flat = depth == 0 or prefix[-1].endswith("()")
                return Ownership(declared, Context.NEAR if flat else Context.AROUND)
            if depth:
                owner = self._owner_of_segment(prefix[-1])
                if owner is not None:
                    return Ownership(owner, Context.AROUND)
        return None

    def _owner_of_segment(self, segment: str) -> Owner | None:
        segment = _SERIAL.sub("", segment)
        owner = self._words.owner_in(segment)
        if owner is not None:
            return owner
        if normalise(segment) in self._words.ordinary:
            return Owner.EXCHANGE
        if self._words.is_foreign_callee(segment):
            return Owner.PRODUCT
        is_function = ("(" in segment and not segment.endswith("()")) or (segment.endswith("()") and "." not in segment)
        return None if is_function or self._document.kind is Kind.MARKDOWN else self._words.product_in(segment)

    def _owner_near(self, entry: Entry) -> Owner | None:
        """Look at the entry's own line, the lines above it in its block, headings further up, and a few lines below."""
        line = self._document.line_of(entry.span.start)
        own = self._document.line_text(line)
        start = entry.span.start - self._document.line_starts[line]
        owner = self._words.owner_in(own[max(0, start - 300) : start]) or self._words.owner_in(
            own[start + len(entry.value) :][:300]
        )
        if owner is not None:
            return owner
        in_block = True
        for above in range(line - 1, max(-1, line - 1 - _LINES_ABOVE), -1):
            text = self._document.line_text(above)[:400]
            in_block = in_block and bool(text.strip())
            if in_block or re.match(_HEADING, text):
                owner = self._words.owner_in(text)
                if owner is not None:
                    return owner
        for below in range(line + 1, min(len(self._document.line_starts), line + 1 + _LINES_BELOW)):
            text = self._document.line_text(below)[:400]
            if not text.strip():
                break
            owner = self._words.owner_in(text)
            if owner is not None:
                return owner
        return None

    @cached_property
    def _has_lookalike(self) -> bool:
        return self._words.lookalikes.found_in(self._document.text)

    def _lookalike_near(self, entry: Entry) -> bool:
        if not self._has_lookalike:
            return False
        line = self._document.line_of(entry.span.start)
        near = range(max(0, line - 8), min(len(self._document.line_starts), line + 9))
        texts = [self._document.line_text(index)[:400] for index in near]
        return any(self._words.lookalikes.found_in(text) for text in texts) and not normalise(
            entry.path[-1]
        ).startswith(("okx", "okex"))

    def product_near(self, entry: Entry) -> bool:
        """Tell whether a product with credentials of its own is mentioned just above, or, in code, just below.

        Outside of code only headings and comments count: a setting above speaks for itself.
        """
        line = self._document.line_of(entry.span.start)
        code = self._document.kind in (Kind.PYTHON, Kind.CODE, Kind.NOTEBOOK)
        near = [self._document.line_text(line)[:400]]
        for index in range(line - 1, max(-1, line - 3), -1):
            text = self._document.line_text(index)[:400]
            if not text.strip():
                break
            if code or re.match(_HEADING, text) or not re.search(_SEPARATED, text):
                near.append(text)
        if code:
            near += [
                self._document.line_text(index)[:400]
                for index in range(line + 1, min(len(self._document.line_starts), line + 4))
            ]
        near = [re.sub(_ENCODED, "", text) for text in near]
        return any(self._words.product_in(text) or self._words.is_foreign_callee(text) for text in near)

    def inside_product(self, entry: Entry) -> bool:
        """Tell whether anything around the entry, however far out, is named after another product."""
        if self._document.kind is Kind.MARKDOWN:
            return False
        return any(
            self._words.product_in(_SERIAL.sub("", segment))
            for segment in entry.path[:-1]
            if not segment.endswith("()")
        )

    @cached_property
    def file(self) -> Ownership:
        """Who owns what nothing nearer says anything of."""
        path = self._words.owner_in(self._document.evidence.rpartition("/")[2])
        if path is Owner.OKX:
            return Ownership(Owner.OKX, Context.AROUND if self._document.kind in _SETTINGS else Context.NEAR)
        if path is Owner.EXCHANGE:
            return Ownership(Owner.EXCHANGE, Context.AROUND if self._document.kind in _SETTINGS else Context.NEAR)
        folder = self._words.owner_in(self._document.evidence.rpartition("/")[0])
        others = self._words.exchanges.found_in(self._document.text)
        named = folder is Owner.OKX or self._words.names_okx(self._document)
        # What is encoded names it, too.
        if named or any(self._names.read(entry.path[-1]).okx for entry in self._entries):
            return Ownership(Owner.OKX, Context.FILE, mixed=others)
        return Ownership(
            Owner.EXCHANGE if others or folder is Owner.EXCHANGE else None,
            Context.FILE if others else Context.NONE,
        )
