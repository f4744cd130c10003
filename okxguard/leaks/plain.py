"""Find the plain cases of secrets that code gives away, in any language but Python, and in scripts and workflows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from okxguard.documents import Document
from okxguard.entries.languages import language_for
from okxguard.kinds import Kind, language_of
from okxguard.leakbook import LeakBook
from okxguard.leaks.names import SecretNames
from okxguard.leaks.plain_calls import Dialect
from okxguard.leaks.plain_file import PlainFile
from okxguard.leaks.plain_model import Taint
from okxguard.leaks.plain_shell import SCRIPTS, Scripts
from okxguard.leaks.plain_sinks import DUMPED, MASKED, REPLIED, Sinks, Sunk
from okxguard.leaks.plain_steps import scripts_in_javascript
from okxguard.leaks.plain_switches import switched_on
from okxguard.leaks.reading import LeakReading
from okxguard.model import Confidence, Leak, Span

_OWN = re.compile(r"ok[e]?x|ok-access", re.IGNORECASE)
_NEAR = 1200
_LARGEST = 4 << 20
_MINIFIED = (".min.js", ".min.mjs", ".min.cjs")
_TESTS = re.compile(r"(?:^|[/._-])(?:tests?|specs?|__tests__|fixtures?|mocks?)(?:[/._-]|$)|(?:Test|Spec|Tests)\.\w+$")
_WHOLE = {
    "environment": "the environment",
    "headers": "the headers of a signed request",
    "reply": "the reply of a call that makes an API key",
}


class PlainReader:
    """Reads documents with the words of one rule book."""

    def __init__(self, book: LeakBook) -> None:
        self._book = book.plain
        self._names = SecretNames(book.names)
        self._dialects = {
            language: Dialect(book.plain, dialect) for dialect in book.plain.dialects for language in dialect.languages
        }
        self._scripts = Scripts(book.plain, self._names)

    def read(self, document: Document) -> LeakReading:
        """Return what a document gives away, and a note where not all of it was read."""
        if len(document.text) > _LARGEST:
            return LeakReading(note="is too large for the code rules; they did not run")
        notes: list[str] = []
        leaks = tuple(self._find(document, notes))
        return LeakReading(leaks, notes[0] if notes else None)

    def _find(self, document: Document, notes: list[str]) -> Iterator[Leak]:
        language = language_of(document.path, document.text) if document.kind is Kind.CODE else ""
        if document.kind is Kind.YAML or language in SCRIPTS or language == "groovy":
            yield from (_owned(leak, document.text) for leak in self._scripts.read(document, language))
        if document.kind is Kind.YAML:
            for script in scripts_in_javascript(document):
                yield from self._read_code(script, "javascript", "workflow.js", notes)
        elif language not in SCRIPTS:
            yield from self._read_code(document.text, language, document.path, notes)

    def _read_code(self, text: str, language: str, path: str, notes: list[str]) -> Iterator[Leak]:
        """Yield what a text in a programming language gives away."""
        dialect = self._dialects.get(language)
        table = language_for(language, path, text)
        if dialect is None or table is None or path.endswith((".coffee", ".pine")):
            return
        if path.endswith(_MINIFIED):
            notes.append("is minified; the code rules did not run")
            return
        file = PlainFile(text, language, table, self._book, dialect, self._names)
        file.is_test = _TESTS.search(path) is not None
        seen: set[tuple[str, int]] = set()
        for sunk in Sinks(file).find():
            for leak in self._leaks(self._said(sunk)):
                place = (leak.rule, leak.span.end)
                if place not in seen:
                    seen.add(place)
                    yield _owned(leak, text)
        yield from (_owned(leak, text) for leak in switched_on(file))
        if file.is_cut:
            notes.append("holds code that is too long or too deep to be read; the code rules left it out")

    def _said(self, sunk: Sunk) -> Sunk:
        """Return a sink with the names of its secrets as they may be said."""
        taints = tuple(taint._replace(name=self._names.said(taint.name)) for taint in sunk.value.taints)
        return sunk._replace(value=sunk.value._replace(taints=taints))

    def _leaks(self, sunk: Sunk) -> Iterator[Leak]:
        """Yield one leak for every rule that a sink breaks."""
        by_rule: dict[str, list[Taint]] = defaultdict(list)
        left: dict[str, int] = defaultdict(int)
        for taint in sunk.value.taints:
            if taint.shown > 0:
                left[taint.name] += taint.shown
        for taint in sunk.value.taints:
            if taint.shown > 0 and left[taint.name] <= taint.kind.budget:
                continue
            by_rule[_rule(taint, sunk.rule)].append(taint)
        for rule, taints in by_rule.items():
            yield _leak(rule, sunk, taints)


def _rule(taint: Taint, rule: str) -> str:
    if taint.dump:
        return REPLIED if taint.dump == "reply" else DUMPED
    return MASKED if taint.shown else rule


def _leak(rule: str, sunk: Sunk, taints: list[Taint]) -> Leak:
    names = list(dict.fromkeys(taint.name for taint in taints))
    what = " and ".join(dict.fromkeys(_said(taint) for taint in taints[:3]))
    first = taints[0]
    steps = ((Span(first.start, first.start + len(first.name)), f"'{first.name}' is {first.kind.value} by its name"),)
    trace = () if first.dump in ("environment", "reply") else steps
    return Leak(
        rule, Span(sunk.start, sunk.end), Confidence.MEDIUM, what, (sunk.sink, *names[:3]), bool(_named(names)), trace
    )


def _said(taint: Taint) -> str:
    if taint.dump in _WHOLE:
        return f"{_WHOLE[taint.dump]} ('{taint.name}')"
    if taint.dump:
        return f"an object with secrets ('{taint.name}')"
    shown = " in large part" if taint.shown else ""
    return f"{taint.kind.value}{shown} ('{taint.name}')"


def _named(names: list[str]) -> bool:
    return any(_OWN.search(name) for name in names)


def _owned(leak: Leak, text: str) -> Leak:
    near = text[max(0, leak.span.start - _NEAR) : leak.span.end + _NEAR]
    return leak._replace(own=leak.own or _OWN.search(near) is not None)
