"""Judge the declarations of keys: what may a key do, from where, since when (OKX201 to OKX205, OKX209, OKX210)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from okxguard import kinds
from okxguard.detectors.bindings import Binding, BindingJudge, State
from okxguard.detectors.calls import CallJudge, JudgedCall
from okxguard.detectors.dates import Calendar
from okxguard.detectors.declarations import Declaration, Declarations, Field, permissions_of
from okxguard.detectors.declared import truth_of
from okxguard.detectors.fields import DATES, FieldReader, Kind
from okxguard.detectors.keys import KeyContext
from okxguard.detectors.names import NameReader
from okxguard.detectors.notes import NoteReader
from okxguard.detectors.permissions import Permission, PermissionReader
from okxguard.documents import Document
from okxguard.model import Confidence, Entry, Span
from okxguard.policybook import PolicyBook

WITHDRAW_UNBOUND, TRADE_UNBOUND, INEFFECTIVE, CLEARING = "OKX201", "OKX202", "OKX203", "OKX204"
_PROSE = frozenset({kinds.Kind.MARKDOWN, kinds.Kind.TEXT})
STALE, OPEN_ADDRESSES = "OKX209", "OKX210"


class Violation(NamedTuple):
    """What is wrong with one declaration: the rule, the scope of the key, how sure, and what the message adds.

    `identity` are the words that tell it from other violations of its rule in the file.
    """

    rule: str
    span: Span
    confidence: Confidence
    identity: tuple[str, ...]
    detail: str = ""
    demo: bool = False


class Judgement(NamedTuple):
    """The violations of one document, the scopes of the keys that may withdraw, and all places that were judged."""

    violations: tuple[Violation, ...] = ()
    withdrawing: tuple[Violation, ...] = ()
    judged: tuple[Span, ...] = ()


class PolicyDetector:
    """Judges the entries of documents with one policy book."""

    def __init__(self, book: PolicyBook, names: NameReader) -> None:
        self._book = book
        self._names = FieldReader(book)
        self._permissions = PermissionReader(book)
        self._bindings = BindingJudge(book)
        self._declarations = Declarations(book, self._names, self._permissions)
        self._notes = NoteReader(self._names, self._permissions, names)
        self._calls = CallJudge(book, self._bindings, self._permissions)

    def judge(
        self, document: Document, entries: tuple[Entry, ...], context: KeyContext, calendar: Calendar
    ) -> Judgement:
        """Return what is wrong with the keys that a document declares."""
        violations: list[Violation] = []
        withdrawing: list[Violation] = []
        called = self._calls.judge(document, entries)
        judged = [call.span for call in called]
        taken = {call.scope[:depth] for call in called for depth in (len(call.scope), len(call.scope) - 1) if depth}
        for call in called:
            violations += (
                Violation(rule, call.span, Confidence.HIGH, call.scope, detail) for rule, detail in call.broken
            )
        declarations = [*self._declarations.group(entries), *self._noted(document, entries)]
        every = [*judged, *map(_span_of, declarations)]
        for declaration in declarations:
            span = _span_of(declaration)
            if any(_is_argument(declaration, span, call) for call in called) or declaration.scope in taken:
                continue
            granted = self._granted(declaration, context)
            if granted is None or not context.is_key(declaration):
                continue
            judged.append(_span_of(declaration))
            others = [span for span in every if span != _span_of(declaration)]
            violations += self._violations(document, declaration, granted, context, others)
            if Permission.WITHDRAW in granted:
                withdrawing.append(_violation("OKX205", document, declaration, context))
        violations += self._stale(document, entries, context, calendar)
        return Judgement(tuple(violations), tuple(withdrawing), tuple(judged))

    def _noted(self, document: Document, entries: tuple[Entry, ...]) -> list[Declaration]:
        return self._notes.read(document, entries) if document.kind in _PROSE else []

    def _granted(self, declaration: Declaration, context: KeyContext) -> frozenset[Permission] | None:
        """Return what a declaration grants, or None where no field of it is a grant."""
        granted: list[frozenset[Permission]] = []
        for field in declaration.fields:
            permissions = self._permissions_of(field, declaration, context)
            if permissions is not None:
                granted.append(permissions)
        return frozenset().union(*granted) if granted else None

    def _permissions_of(
        self, field: Field, declaration: Declaration, context: KeyContext
    ) -> frozenset[Permission] | None:
        permissions = permissions_of(field, self._permissions)
        if permissions is None:
            return None
        if field.name.kind is Kind.PERMISSIONS:
            if context.is_of_pool(field):
                return None
            strict = field.name.weak and not self._permissions.are_permissions(field.texts or field.constants)
            return None if strict else permissions
        if field.name.kind is Kind.TRADE and not declaration.of(Kind.PERMISSIONS, Kind.READ, Kind.WITHDRAW):
            return None  # whether a program trades, not whether its key may
        return None if context.is_of_coin(declaration) else permissions

    def _violations(
        self,
        document: Document,
        declaration: Declaration,
        granted: frozenset[Permission],
        context: KeyContext,
        judged: list[Span],
    ) -> Iterator[Violation]:
        binding = self._binding(declaration, context, judged)
        if binding.state is State.NONE and Permission.WITHDRAW in granted:
            yield _violation(WITHDRAW_UNBOUND, document, declaration, context)
        elif binding.state is State.NONE and Permission.TRADE in granted:
            yield _violation(TRADE_UNBOUND, document, declaration, context)
        elif binding.state is State.WEAK:
            yield _violation(INEFFECTIVE, document, declaration, context, binding.weakness)
        if Permission.WITHDRAW in granted and _is_open(declaration):
            yield _violation(OPEN_ADDRESSES, document, declaration, context)

    def _binding(self, declaration: Declaration, context: KeyContext, judged: list[Span]) -> Binding:
        """Return the binding that all fields about addresses make together."""
        if any(truth_of(field.texts) is False for field in declaration.of(Kind.BOUND)):
            return Binding(State.NONE)
        if any(truth_of(field.texts) is True for field in declaration.of(Kind.UNBOUND)):
            return Binding(State.NONE)
        fields = declaration.of(Kind.ADDRESSES)
        strong = [field for field in fields if not field.name.weak]
        chosen = strong or fields
        if not chosen:
            told = declaration.of(Kind.BOUND) or context.names_binding(declaration, judged)
            return Binding(State.UNKNOWN if told else State.NONE)
        if any(field.texts is None or truth_of(field.texts) is True for field in chosen):
            return Binding(State.UNKNOWN)
        return self._bindings.judge(text for field in chosen for text in field.texts or ())

    def _stale(
        self, document: Document, entries: tuple[Entry, ...], context: KeyContext, calendar: Calendar
    ) -> Iterator[Violation]:
        for dated in self._declarations.dated(entries):
            if not context.holds_key(dated):
                continue
            detail = calendar.complaint(dated)
            if detail:
                yield _violation(STALE, document, dated, context, detail)
        for span, count, scope in context.crowds():
            yield Violation(
                STALE, span, Confidence.MEDIUM, scope, f"{count} keys are declared, and OKX allows 50 an account"
            )


def _is_argument(declaration: Declaration, span: Span, call: JudgedCall) -> bool:
    """Tell whether a declaration is what a call that has been judged is given."""
    if call.span.start <= span.start and span.end <= call.span.end:
        return True
    given = any(field.entry.span in call.arguments for field in declaration.fields)
    return given or _is_within(declaration.scope, call.scope)


def _is_within(scope: tuple[str, ...], outer: tuple[str, ...]) -> bool:
    return scope[: len(outer)] == outer


def _span_of(declaration: Declaration) -> Span:
    spans = [field.entry.span for field in declaration.fields]
    return Span(min(span.start for span in spans), max(span.end for span in spans))


def _is_open(declaration: Declaration) -> bool:
    """Tell whether withdrawals to any address are declared possible."""
    return any(truth_of(field.texts) is False for field in declaration.of(Kind.VERIFIED)) or any(
        truth_of(field.texts) is True for field in declaration.of(Kind.UNVERIFIED)
    )


def _violation(
    rule: str, document: Document, declaration: Declaration, context: KeyContext, detail: str = ""
) -> Violation:
    spans = [field.entry.span for field in declaration.fields if rule == STALE or field.name.kind not in DATES]
    shown = context.scope_span(document, declaration, spans)
    identity = (*declaration.scope, *declaration.account)
    return Violation(rule, shown, context.confidence_of(declaration), identity, detail, context.is_demo(declaration))
