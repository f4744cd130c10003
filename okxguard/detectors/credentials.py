"""Find the parts of OKX credentials among the entries of a document.

Evidence is context (whose is it), role (what is it for) and shape (what does it look like). Agreement makes
confidence; a shape alone, a word alone or another exchange's name make nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from okxguard.detectors.confidence import confidence_of_exact, confidence_of_passphrase
from okxguard.detectors.context import Ownership, Surroundings
from okxguard.detectors.names import NameReader, NameReading, normalise
from okxguard.detectors.shapes import Likeness, ValueJudge
from okxguard.detectors.words import Owner, Words
from okxguard.documents import Document
from okxguard.model import Candidate, Confidence, Context, Entry, Role, Span
from okxguard.rulebook import Vocabulary

_INDEX = re.compile(r"\[\d+\]$")
_SERIAL = re.compile(r"[#~]\d+$")
_TITLE_NAME = re.compile(r"([\w$]+)[\"']?\s*(?:[:=]|:=|=>)\s*$")
_WRAPPING = " \t\"'`<>;,"
_LONGEST_VALUE = 200


class CredentialDetector:
    """Judges entries with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.names = NameReader(vocabulary)
        self.values = ValueJudge(vocabulary)
        self.words = Words(vocabulary)
        self._clients = vocabulary.clients

    def find(self, document: Document, entries: tuple[Entry, ...]) -> tuple[Candidate, ...]:
        """Return every candidate, the best one for each literal, in the order of the text."""
        relevant = [entry for entry in entries if entry.path and len(entry.value) <= _LONGEST_VALUE]
        surroundings = Surroundings(document, relevant, self.names, self.words)
        best: dict[tuple[int, int], Candidate] = {}
        for candidate in self._candidates(relevant, surroundings):
            place = (candidate.span.start, candidate.span.end)
            known = best.get(place)
            if known is None or _weight(candidate) > _weight(known):
                best[place] = candidate
        return tuple(_without_company_alone(_outermost([best[place] for place in sorted(best, key=_outer_first)])))

    def _candidates(self, entries: list[Entry], surroundings: Surroundings) -> Iterator[Candidate]:
        nameless: dict[tuple[str, ...], list[Entry]] = {}
        for entry in entries:
            role, reading, scope = self._role(entry)
            if role is None or role is Role.ACCOUNT_TOKEN:
                if role is None and (_INDEX.search(entry.path[-1]) or entry.path[-1] == "return"):
                    nameless.setdefault(entry.path[:-1], []).append(entry)
                continue
            if reading.about or reading.foreign or reading.fake or self._is_in_fake(entry):
                continue
            if reading.company and not reading.bare:
                continue
            candidate = self._judge(entry, role, reading, surroundings)
            if candidate is not None:
                yield candidate._replace(scope=scope)
        for members in nameless.values():
            yield from self._by_shape(members, surroundings)

    def _is_in_fake(self, entry: Entry) -> bool:
        """Tell whether the mapping or variable around the entry is named fake, dummy, mock or example."""
        if len(entry.path) < 2:
            return False
        parent = entry.path[-2]
        title = _SERIAL.sub("", parent)
        if title != parent:
            if parent[len(title)] == "~":
                return False
            variable = _TITLE_NAME.search(title)
            title = variable[1] if variable else ""
        return bool(title) and self.names.read(title.partition(" ")[0]).fake

    def _role(self, entry: Entry) -> tuple[Role | None, NameReading, tuple[str, ...]]:
        """Return the role that the name or the position of an entry gives it."""
        name = entry.path[-1]
        if _INDEX.fullmatch(name) and len(entry.path) > 1:
            slot = self._slot(entry.path[-2], int(name[1:-1]))
            if slot is not None:
                return slot, NameReading(role=slot, strong=True), entry.path[:-1]
            parent = self.names.read(_SERIAL.sub("", entry.path[-2]))
            if parent.role is not None and "()" not in entry.path[-2]:
                return parent.role, parent, entry.path[:-2]
            return None, NameReading(), entry.path[:-1]
        reading = self.names.read(name.partition(" ")[0] if "." in name and " " in name else name)
        return reading.role, reading, entry.path[:-1]

    def _slot(self, segment: str, index: int) -> Role | None:
        callee = _SERIAL.sub("", segment)
        if not callee.endswith("()"):
            return None
        callee = callee[:-2]
        for client in self._clients:
            if index < len(client.order) and any(fnmatchcase(callee, pattern) for pattern in client.callees):
                return client.order[index]
        return None

    def _judge(self, entry: Entry, role: Role, reading: NameReading, surroundings: Surroundings) -> Candidate | None:
        value = entry.value.strip(_WRAPPING)
        shape = self._shape(value, reading, role)
        if shape is not None:
            ownership = surroundings.owner_of(entry, reading)
            return self._judge_exact(entry, value, shape, role, reading, ownership, surroundings)
        if role is Role.PASSPHRASE:
            return self._judge_passphrase(entry, reading, surroundings)
        return self._judge_odd_case(entry, value, role, reading, surroundings)

    def _shape(self, value: str, reading: NameReading, role: Role) -> Role | None:
        if self.values.is_key(value):
            return Role.API_KEY
        if self.values.is_secret(value):
            return Role.SECRET_KEY
        return None

    def _judge_exact(
        self,
        entry: Entry,
        value: str,
        shape: Role,
        role: Role,
        reading: NameReading,
        ownership: Ownership,
        surroundings: Surroundings,
    ) -> Candidate | None:
        confidence, together = confidence_of_exact(shape, shape is role, reading, ownership)
        if confidence is None:
            return None
        if shape is Role.API_KEY and ownership.context <= Context.NEAR and surroundings.product_near(entry):
            confidence, together = Confidence.LOW, True
        return self._candidate(entry, value, shape, reading, ownership, confidence, together, surroundings, exact=True)

    def _judge_odd_case(
        self, entry: Entry, value: str, role: Role, reading: NameReading, surroundings: Surroundings
    ) -> Candidate | None:
        """A key in upper case or a secret in lower case is not OKX's own spelling; only an OKX name makes it one."""
        odd_key = role is Role.API_KEY and self.values.is_upper_key(value)
        odd_secret = role is Role.SECRET_KEY and self.values.is_lower_secret(value)
        if not (odd_key or odd_secret):
            return None
        ownership = surroundings.owner_of(entry, reading)
        if ownership.owner is not Owner.OKX or ownership.context < Context.AROUND:
            return None
        confidence = Confidence.MEDIUM if odd_key else Confidence.LOW
        return self._candidate(entry, value, role, reading, ownership, confidence, False, surroundings)

    def _judge_passphrase(self, entry: Entry, reading: NameReading, surroundings: Surroundings) -> Candidate | None:
        value = entry.value.strip()
        likeness = self.values.likeness(value, quoted=entry.quoted)
        if likeness is Likeness.NONE or normalise(value) == normalise(entry.path[-1]):
            return None
        ownership = surroundings.owner_of(entry, reading)
        verdict = confidence_of_passphrase(likeness, reading, ownership, entry)
        if verdict is None:
            return None
        confidence, together = verdict
        if ownership.context <= Context.NEAR and not together and surroundings.product_near(entry):
            together = True
        if (
            not reading.strong
            and ownership.context is not Context.NAME
            and (surroundings.has_login(entry) or surroundings.inside_product(entry))
        ):
            return None
        return self._candidate(entry, value, Role.PASSPHRASE, reading, ownership, confidence, together, surroundings)

    def _candidate(
        self,
        entry: Entry,
        value: str,
        role: Role,
        reading: NameReading,
        ownership: Ownership,
        confidence: Confidence,
        together: bool,
        surroundings: Surroundings,
        *,
        exact: bool = False,
    ) -> Candidate:
        start = entry.value.find(value) if entry.visible else -1
        span = entry.span if start < 0 else Span(entry.span.start + start, entry.span.start + start + len(value))
        return Candidate(
            role=role,
            value=value,
            span=span,
            scope=entry.path[:-1],
            context=ownership.context if ownership.owner is Owner.OKX else Context.NONE,
            confidence=confidence,
            place=entry.place,
            exact=exact,
            visible=entry.visible,
            together=together or reading.company,
            account=reading.account,
            demo=reading.demo or surroundings.is_demo(entry),
            named=reading.role is not None,
            company=reading.company,
        )

    def _by_shape(self, members: list[Entry], surroundings: Surroundings) -> Iterator[Candidate]:
        """Give roles to the nameless values of one list, tuple or call by their shapes.

        A key beside a secret tell what the third one is; alone they count where the list itself is OKX's.
        """
        nameless = NameReading()
        shapes = [(self._shape(entry.value.strip(_WRAPPING), nameless, Role.API_KEY), entry) for entry in members]
        found = {shape for shape, _ in shapes if shape}
        if not found or len(members) > 60:
            return
        for index, (shape, entry) in enumerate(shapes):
            ownership = surroundings.owner_of(entry, nameless)
            if ownership.owner in (Owner.EXCHANGE, Owner.PRODUCT) and ownership.context >= Context.AROUND:
                continue
            paired = len(found) == 2
            if shape is not None and (paired or (ownership.owner is Owner.OKX and ownership.context >= Context.AROUND)):
                confidence = Confidence.MEDIUM if ownership.owner is Owner.OKX else Confidence.LOW
                yield self._candidate(
                    entry,
                    entry.value.strip(_WRAPPING),
                    shape,
                    nameless,
                    ownership,
                    confidence,
                    not paired and shape is Role.API_KEY,
                    surroundings,
                    exact=True,
                )
            elif (
                shape is None and paired and any(near is not None for near, _ in shapes[max(0, index - 2) : index + 3])
            ):
                if self.values.likeness(entry.value.strip(), quoted=entry.quoted) > Likeness.WEAK:
                    yield self._candidate(
                        entry,
                        entry.value.strip(),
                        Role.PASSPHRASE,
                        nameless,
                        ownership,
                        Confidence.LOW,
                        True,
                        surroundings,
                    )


def _outer_first(place: tuple[int, int]) -> tuple[int, int]:
    return place[0], -place[1]


def _outermost(candidates: list[Candidate]) -> list[Candidate]:
    """Drop what was read inside another candidate: a passphrase may hold a separator."""
    kept: list[Candidate] = []
    for candidate in candidates:
        if not kept or candidate.span.end > kept[-1].span.end:
            kept.append(candidate)
    return kept


def _without_company_alone(candidates: list[Candidate]) -> Iterator[Candidate]:
    """Drop what goes by a name such as `id`, unless a part with a name of its own stands in the same scope."""
    scopes = {candidate.scope for candidate in candidates if not candidate.company}
    return (candidate for candidate in candidates if not candidate.company or candidate.scope in scopes)


def _weight(candidate: Candidate) -> tuple[bool, bool, int, int]:
    return (candidate.named, not candidate.together, candidate.confidence, candidate.context)
