"""Find the parts of OKX credentials among the entries of a document.

Evidence is context (whose is it), role (what is it for) and shape (what does it look like). Agreement makes
confidence; a shape alone, a word alone or another exchange's name make nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from okxguard.detectors.clients import Clients
from okxguard.detectors.confidence import Verdict, weigh_exact, weigh_passphrase
from okxguard.detectors.context import Ownership, Surroundings
from okxguard.detectors.frames import name_frames, purposes_of
from okxguard.detectors.lexicon import normalise
from okxguard.detectors.names import NameReader, NameReading
from okxguard.detectors.shapes import Likeness, ValueJudge
from okxguard.detectors.words import Owner, Words
from okxguard.documents import Document
from okxguard.model import Candidate, Confidence, Context, Entry, Place, Role, Span
from okxguard.rulebook import Vocabulary

_INDEX = re.compile(r"\[\d+\]$")
_SERIAL = re.compile(r"[#~]\d+$")
_TITLE_NAME = r"([\w$]+)[\"']?\s*(?:[:=]|:=|=>)\s*$"
_WRAPPING = " \t\"'`<>;,|*_~={}()@"
_LONGEST_VALUE = 200
_LONGEST_LIST = 60
_FAKE_DEPTH = 4
_SIGNS = "!@#$%^&*+=~?"


class _Claim(NamedTuple):
    """An entry with the role that its name or position gives it, and the scope it shares with its siblings."""

    entry: Entry
    role: Role | None
    reading: NameReading
    scope: tuple[str, ...]


class CredentialDetector:
    """Judges entries with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.names = NameReader(vocabulary)
        self.values = ValueJudge(vocabulary)
        self.words = Words(vocabulary)
        self._clients = Clients(vocabulary.clients)
        self._purposes = purposes_of(each for client in vocabulary.clients for each in client.callees)

    def find(self, document: Document, entries: tuple[Entry, ...]) -> tuple[Candidate, ...]:
        """Return every candidate, the best one for each literal, in the order of the text."""
        relevant = [entry for entry in entries if _is_literal(entry) and len(entry.value) <= _LONGEST_VALUE]
        relevant = name_frames(relevant, self._purposes)
        surroundings = Surroundings(self._without_mentions(document, relevant), relevant, self.names, self.words)
        best: dict[Span, Candidate] = {}
        for candidate in _without_company_alone(list(self._candidates(relevant, surroundings))):
            known = best.get(candidate.span)
            if known is None or _weight(candidate) > _weight(known):
                best[candidate.span] = candidate
        return tuple(_outermost([best[span] for span in sorted(best, key=_outer_first)]))

    def _without_mentions(self, document: Document, entries: list[Entry]) -> Document:
        """Blank out what may be a passphrase and holds another exchange's name, which says nothing of whose it is."""
        spans = [
            entry.span
            for entry in entries
            if entry.visible and self._may_be_passphrase(entry) and self.words.exchanges.found_in(entry.value)
        ]
        if not spans:
            return document
        pieces, at = [], 0
        for start, end in sorted(spans):
            if start >= at:
                pieces += [document.text[at:start], " " * (end - start)]
                at = end
        return document._replace(text="".join([*pieces, document.text[at:]]))

    def _may_be_passphrase(self, entry: Entry) -> bool:
        if not any(character.isdigit() or character in _SIGNS for character in entry.value):
            return False
        return bool(_INDEX.search(entry.path[-1])) or self.names.read(entry.path[-1]).role is not None

    def _candidates(self, entries: list[Entry], surroundings: Surroundings) -> Iterator[Candidate]:
        nameless: dict[tuple[str, ...], list[Entry]] = {}
        for entry in entries:
            claim = self._claim(entry)
            if claim.role is None and (_INDEX.search(entry.path[-1]) or entry.path[-1] == "return"):
                nameless.setdefault(entry.path[:-1], []).append(entry)
            elif claim.role not in (None, Role.ACCOUNT_TOKEN) and self._may_stand(claim):
                candidate = self._judge(claim, surroundings)
                if candidate is not None:
                    yield candidate
        for members in nameless.values():
            yield from self._by_shape(members, surroundings)

    def _may_stand(self, claim: _Claim) -> bool:
        """Tell whether nothing in the name itself speaks against a credential of OKX's."""
        reading = claim.reading
        if reading.about or reading.foreign or reading.fake or (reading.company and not reading.bare):
            return False
        return not self._is_in_fake(claim.entry)

    def _is_in_fake(self, entry: Entry) -> bool:
        """Tell whether something around the entry is named fake, dummy, mock, example or sealed."""
        around = entry.path[-_FAKE_DEPTH:-1]
        return any(self._is_fake_title(segment) or normalise(segment) in self.words.sealed for segment in around)

    def _is_fake_title(self, segment: str) -> bool:
        title = _SERIAL.sub("", segment)
        if title != segment:
            if segment[len(title)] == "~":
                return False
            variable = re.search(_TITLE_NAME, title)
            title = variable[1] if variable else ""
        return bool(title) and not title.endswith("()") and self.names.read(title.partition(" ")[0]).fake

    def _claim(self, entry: Entry) -> _Claim:
        """Return the role that the name or the position of an entry gives it."""
        name, scope = entry.path[-1], entry.path[:-1]
        if not (_INDEX.fullmatch(name) and scope):
            reading = self.names.read(name.partition(" ")[0] if "." in name and " " in name else name)
            return _Claim(entry, reading.role, reading, scope)
        slot = self._clients.role_of(scope[-1], int(name[1:-1]))
        if slot is not None:
            return _Claim(entry, slot, NameReading(role=slot, strong=True), scope)
        plural = self.names.read(_SERIAL.sub("", scope[-1]))
        if plural.role is not None and "()" not in scope[-1]:
            return _Claim(entry, plural.role, plural, scope[:-1])
        return _Claim(entry, None, NameReading(), scope)

    def _judge(self, claim: _Claim, surroundings: Surroundings) -> Candidate | None:
        shape = self._shape(claim.entry)
        if shape is not None:
            return self._judge_exact(claim, shape, surroundings)
        if claim.role is Role.PASSPHRASE:
            return self._judge_passphrase(claim, surroundings)
        return self._judge_odd_case(claim, surroundings)

    def _shape(self, entry: Entry) -> Role | None:
        value = entry.value.strip(_WRAPPING)
        if self.values.is_key(value):
            return Role.API_KEY
        return Role.SECRET_KEY if self.values.is_secret(value) else None

    def _judge_exact(self, claim: _Claim, shape: Role, surroundings: Surroundings) -> Candidate | None:
        ownership = surroundings.owner_of(claim.entry, claim.reading)
        verdict = weigh_exact(shape, shape is claim.role, claim.reading, ownership, claim.entry.place)
        if verdict is None:
            return None
        unsure = ownership.context <= Context.NEAR and surroundings.product_near(claim.entry)
        is_row_key = shape is Role.API_KEY and (unsure or self._is_row_key(claim, surroundings))
        if is_row_key or (ownership.context < Context.AROUND and self._is_web_secret(claim, surroundings)):
            verdict = Verdict(Confidence.LOW, together=True)
        return _candidate(claim._replace(role=shape), verdict, ownership, surroundings, exact=True)

    def _is_row_key(self, claim: _Claim, surroundings: Surroundings) -> bool:
        """Tell whether a weak name such as `key`, with no other part beside it, may as well name a row or a message."""
        reading = claim.reading
        if reading.strong or reading.okx or claim.role is not Role.API_KEY or surroundings.has_company(claim.entry):
            return False
        return not (surroundings.is_settings and surroundings.names_okx(claim.scope))

    def _is_web_secret(self, claim: _Claim, surroundings: Surroundings) -> bool:
        """Tell whether a SECRET_KEY without an API key anywhere may as well be that of a web framework."""
        name = normalise(claim.entry.path[-1].partition(" ")[0])
        return name in self.words.web_secrets and surroundings.lacks_key(claim.entry)

    def _judge_odd_case(self, claim: _Claim, surroundings: Surroundings) -> Candidate | None:
        """A key in upper case or a secret in lower case is not OKX's own spelling; only an OKX name makes it one."""
        value = claim.entry.value.strip(_WRAPPING)
        odd_key = claim.role is Role.API_KEY and self.values.is_upper_key(value)
        odd_secret = claim.role is Role.SECRET_KEY and self.values.is_lower_secret(value)
        if not (odd_key or odd_secret):
            return None
        ownership = surroundings.owner_of(claim.entry, claim.reading)
        if ownership.owner is not Owner.OKX or ownership.context < Context.AROUND:
            return None
        verdict = Verdict(Confidence.MEDIUM if odd_key else Confidence.LOW)
        return _candidate(claim, verdict, ownership, surroundings)

    def _judge_passphrase(self, claim: _Claim, surroundings: Surroundings) -> Candidate | None:
        entry, reading = claim.entry, claim.reading
        likeness = self.values.likeness(entry.value.strip(), quoted=entry.quoted)
        if likeness is Likeness.NONE or normalise(entry.value) == normalise(entry.path[-1]):
            return None
        ownership = surroundings.owner_of(entry, reading)
        verdict = weigh_passphrase(likeness, reading, ownership, entry)
        if verdict is None:
            return None
        elsewhere = surroundings.has_login(entry) or surroundings.inside_product(entry)
        if ownership.context is not Context.NAME and (
            surroundings.in_alert(entry) or (elsewhere and not reading.strong)
        ):
            return None
        if ownership.context <= Context.NEAR and surroundings.product_near(entry):
            if not reading.strong:
                return None
            verdict = verdict._replace(together=True)
        return _candidate(claim, verdict, ownership, surroundings)

    def _by_shape(self, members: list[Entry], surroundings: Surroundings) -> Iterator[Candidate]:
        """Give roles to the nameless values of one list, tuple or call by their shapes.

        A key beside a secret tell what the third one is; alone they count where the list itself is OKX's.
        """
        shapes = [self._shape(entry) for entry in members]
        found = {shape for shape in shapes if shape}
        if not found or len(members) > _LONGEST_LIST:
            return
        if members[0].place is Place.ROW and not self.names.names_table(members[0].path[-3]):
            return
        paired = len(found) > 1
        for index, (shape, entry) in enumerate(zip(shapes, members, strict=True)):
            ownership = surroundings.owner_of(entry, NameReading())
            if ownership.owner in (Owner.EXCHANGE, Owner.PRODUCT) and ownership.context >= Context.AROUND:
                continue
            beside = any(shapes[max(0, index - 2) : index + 3])
            verdict = self._weigh_nameless(shape, entry, ownership, paired=paired, beside=beside)
            if verdict is not None:
                claim = _Claim(entry, shape or Role.PASSPHRASE, NameReading(), entry.path[:-1])
                yield _candidate(claim, verdict, ownership, surroundings, exact=shape is not None)

    def _weigh_nameless(
        self, shape: Role | None, entry: Entry, ownership: Ownership, *, paired: bool, beside: bool
    ) -> Verdict | None:
        if shape is None:
            alike = paired and beside and self.values.likeness(entry.value.strip(), quoted=entry.quoted) > Likeness.WEAK
            return Verdict(Confidence.LOW, together=True) if alike else None
        is_okx = ownership.owner is Owner.OKX
        if not paired and not (is_okx and ownership.context >= Context.AROUND):
            return None
        confidence = Confidence.MEDIUM if is_okx else Confidence.LOW
        return Verdict(confidence, together=not paired and shape is Role.API_KEY)


def _candidate(
    claim: _Claim, verdict: Verdict, ownership: Ownership, surroundings: Surroundings, *, exact: bool = False
) -> Candidate:
    entry, reading = claim.entry, claim.reading
    value = entry.value.strip(_WRAPPING if exact else None)
    start = entry.value.find(value) if entry.visible else -1
    span = entry.span if start < 0 else Span(entry.span.start + start, entry.span.start + start + len(value))
    return Candidate(
        role=claim.role or Role.PASSPHRASE,
        value=value,
        span=span,
        scope=claim.scope,
        context=ownership.context if ownership.owner is Owner.OKX else Context.NONE,
        confidence=verdict.confidence,
        place=entry.place,
        exact=exact,
        visible=entry.visible,
        together=verdict.together or reading.company,
        named=reading.role is not None,
        company=reading.company,
        account=reading.account,
        demo=reading.demo or surroundings.is_demo(entry),
    )


def _is_literal(entry: Entry) -> bool:
    return bool(entry.path) and entry.place is not Place.EXPRESSION


def _outer_first(span: Span) -> tuple[int, int]:
    return span.start, -span.end


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
