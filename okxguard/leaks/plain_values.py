"""Tell which secrets an expression shows, in any language: operators, choices, strings, lists and objects."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from okxguard.entries.lexer import tokenize
from okxguard.leaks.plain_cells import (
    GROUP,
    MOST_CELLS,
    NAME,
    SIGN,
    TEXT,
    Cell,
    Code,
    expression,
    items,
    split,
    statement,
)
from okxguard.leaks.plain_model import CLEAN, UNKNOWN, Taint, Value, union
from okxguard.leaks.plain_strings import Hole, Verb, holes, places, verbs
from okxguard.leaks.plain_words import COMPARED, FUNCTIONS, SKIPPED, TESTS

if TYPE_CHECKING:
    from okxguard.leaks.plain_file import PlainFile

_DEEPEST = 14
_ORDERED = frozenset("<>")
_CHOICES = frozenset(["??", "?:", "or"])
_EITHER = _CHOICES | {"||"}
_BOTH = frozenset(["&&", "and"])
_JOINED = frozenset(["+", "<<", "<>", "~"])
_MATHS = frozenset(["-", "*", "/", "%", "**", "|", "&", "^"])
_LABELS = frozenset([":", "=", "=>"])
_NEUTRAL = re.compile(r"[$@]{0,2}(?:[a-z]|key|value|val|phrase|pp|pwd|str|text|raw|data|plain|arg|input|line)")
_LABEL = re.compile(r"[\"'`@$]{0,3}(?P<name>[A-Za-z][\w -]{1,40}?)[\s:=>-]{0,6}[\"'`]{0,2}")
_VAGUE_LABELS = frozenset(["secret", "secrets", "credentials", "credential", "creds", "cred", "pass", "authorization"])


class Values:
    """Reads the expressions of one file."""

    def __init__(self, file: PlainFile) -> None:
        self.file = file
        self._depth = 0

    def at(self, code: Code, start: int, end: int) -> Value:
        """Return what the expression between two places shows."""
        return self.of(code, expression(code, start, end))

    def assigned(self, code: Code, start: int) -> Value:
        """Return what the expression that is assigned at a place shows."""
        return self.of(code, statement(code, start, lines=self.file.manner.lines))

    def of(self, code: Code, found: Sequence[Cell]) -> Value:
        """Return what an expression shows."""
        if not found:
            return CLEAN
        if self._depth > _DEEPEST:
            self.file.is_cut = True
            return UNKNOWN
        self._depth += 1
        try:
            return self._of(code, list(found))
        finally:
            self._depth -= 1

    def _of(self, code: Code, found: list[Cell]) -> Value:
        if found[0].text == "if":
            return self._conditional(code, found)
        if found[0].kind == NAME and found[0].text in FUNCTIONS:
            return CLEAN
        texts = [cell.text if cell.kind in (NAME, SIGN) else "" for cell in found]
        if "=>" in texts or ("->" in texts and not self.file.manner.arrows):
            return CLEAN  # a function
        if "as" in texts[1:]:
            found = found[: texts.index("as", 1)]
            texts = texts[: len(found)]
        if (chosen := _ternary(found)) is not None:
            return union([self.of(code, part) for part in chosen])
        if not _EITHER.isdisjoint(texts):
            return self._either(code, found, texts)
        if not _BOTH.isdisjoint(texts):
            return self.of(code, split(found, _BOTH)[-1]) if self.file.manner.choices else CLEAN
        return self._compared(code, found, texts)

    def _either(self, code: Code, found: list[Cell], texts: list[str]) -> Value:
        if "||" in texts and not self.file.manner.choices and _CHOICES.isdisjoint(texts):
            return CLEAN
        return union([self.of(code, part) for part in split(found, _EITHER)])

    def _compared(self, code: Code, found: list[Cell], texts: list[str]) -> Value:
        if not COMPARED.isdisjoint(texts[1:]) or any(
            _is_apart(code, cell) for cell in found[1:] if cell.text in _ORDERED
        ):
            return CLEAN
        joins = _JOINED | {"."} if self.file.manner.dots else _JOINED
        if not joins.isdisjoint(texts[1:]):
            value = union([self.of(code, part) for part in split(found, joins)])
            return value if self.file.manner.texts else _without_objects(value)
        if self.file.language == "ruby" and "%" in texts[1:]:
            return union([self.of(code, part) for part in split(found, frozenset("%"))])
        if any(text in _MATHS and found[at].text not in (".", ",") for at, text in enumerate(texts[1:])):
            return CLEAN
        return self._unary(code, found)

    def _unary(self, code: Code, found: list[Cell]) -> Value:
        while found and found[0].kind in (NAME, SIGN) and found[0].text in SKIPPED:
            if found[0].kind == NAME and (len(found) == 1 or found[1].text == "."):
                break  # a variable of that name
            found = found[1:]
        if not found:
            return CLEAN
        if found[0].text in TESTS:
            return CLEAN
        if found[0].kind == GROUP and len(found) > 1 and found[1].kind in (NAME, TEXT) and found[0].text != "{":
            return self.of(code, found[1:])  # a cast, or the type of a list
        return self.file.chains.of(code, found)

    def _conditional(self, code: Code, found: list[Cell]) -> Value:
        """Return what `if c { a } else { b }` and `if (c) a else b` show."""
        branches = split(found, frozenset(["else"]))
        shown = []
        for at, branch in enumerate(branches):
            cut = branch
            if at == 0 or (branch and branch[0].text == "if"):
                opening = "{" if any(cell.text == "{" for cell in branch) else "("
                groups = [index for index, cell in enumerate(branch) if cell.kind == GROUP and cell.text == opening]
                cut = branch[groups[0] + (opening == "(") :] if groups else []
            shown.append(self.of(code, cut))
        return union(shown)

    def string(self, code: Code, cell: Cell, *, is_format: bool = False) -> Value:
        """Return what the code inside a string shows."""
        return union([self.hole(code, hole) for hole in self._holes(code, cell, is_format=is_format)])

    def _holes(self, code: Code, cell: Cell, *, is_format: bool) -> list[Hole]:
        manner = self.file.manner.holes
        form = code.tokens.forms.get(cell.token, "")
        before = code.text[max(0, cell.start - 3) : cell.start]
        if not manner or (manner == "rust" and not is_format) or _is_plain(self.file.language, form, before):
            return []
        return list(holes(code.text, cell.start + 1, cell.end, manner))

    def hole(self, code: Code, hole: Hole) -> Value:
        """Return what the code in one hole of a string shows."""
        written = code.text[hole.start : hole.end]
        inner = Code(tokenize(written, self.file.table), code.offset + hole.start, code.marked)
        value = self.at(inner, 0, len(written))
        if self.file.language == "rust" and "?" not in hole.format:
            return _without_objects(value)
        return value if self.file.manner.texts else _without_objects(value)

    def object(self, code: Code, group: Cell) -> Value:
        """Return what an object, mapping or struct written in braces shows."""
        return union([self.item(code, part) for part in items(code, group)] or [CLEAN])

    def item(self, code: Code, found: list[Cell]) -> Value:
        """Return what one item of a list or mapping shows; its label says what a value without a name is."""
        if len(found) > 2 and found[0].kind in (NAME, TEXT) and found[1].text in _LABELS and found[1].kind == SIGN:
            return self._labelled(code, found[0], found[2:])
        if len(found) > 2 and found[0].kind == GROUP and found[0].text == "[" and found[1].text in _LABELS:
            return self.of(code, found[2:])
        if len(found) > 1 and found[0].kind == NAME and found[1].kind == GROUP and found[-1].text == "{":
            return CLEAN  # a method
        return self.of(code, found)

    def _labelled(self, code: Code, label: Cell, found: list[Cell]) -> Value:
        value = self.of(code, found)
        if value.taints or value.known:
            return value
        return self.by_label(code, label, found) or value

    def by_label(self, code: Code, label: Cell, found: list[Cell]) -> Value | None:
        """Return the secret that a value without a telling name is by what it is labelled as."""
        match = _LABEL.fullmatch(label.text)
        last = found[-1]
        if match is None or last.kind != NAME or not _NEUTRAL.fullmatch(last.text):
            return None
        name = match["name"].strip()
        kind = self.file.read(name)
        if kind is None or name.lower() in _VAGUE_LABELS:
            return None
        return Value((Taint(kind, name, code.offset + last.start),))

    def arguments(self, code: Code, group: Cell, *, formats: bool = False, rust: bool = False) -> Value:
        """Return what a call shows of its arguments; `formats` tells that the first text may say how."""
        parts = items(code, group)
        return self.listed(code, parts, formats=formats, rust=rust)

    def listed(self, code: Code, parts: list[list[Cell]], *, formats: bool = False, rust: bool = False) -> Value:
        """Return what some arguments show together."""
        if sum(map(len, parts)) + len(parts) >= MOST_CELLS:
            self.file.is_cut = True
        plan = self._plan(parts, rust=rust) if formats or rust else {}
        shown: list[Value] = []
        for at, part in enumerate(parts):
            verb = plan.get(at)
            if len(part) == 1 and part[0].kind == TEXT:
                shown.append(self.string(code, part[0], is_format=rust))
            elif verb is not None and verb.letter[-1] in "tTpcdbouUeEgGw":
                shown.append(CLEAN)
            else:
                value = self.item(code, part)
                before = parts[at - 1] if at else []
                if not value.taints and not value.known and len(before) == 1 and before[0].kind == TEXT:
                    value = self.by_label(code, before[0], part) or value
                shown.append(_as_verb(value, verb, rust=rust) if verb else value)
        return union(shown)

    def _plan(self, parts: list[list[Cell]], *, rust: bool) -> dict[int, Verb]:
        """Return how the first text among the arguments shows those behind it."""
        for at, part in enumerate(parts[:3]):
            if len(part) == 1 and part[0].kind == TEXT:
                if rust:
                    found = {index: Verb(form or "s") for index, form in enumerate(places(part[0].text))}
                else:
                    found = verbs(part[0].text)
                return {index + at + 1: verb for index, verb in found.items()}
        return {}


def _as_verb(value: Value, verb: Verb, *, rust: bool) -> Value:
    if verb.shown:
        return value._replace(taints=tuple(taint._replace(shown=verb.shown) for taint in value.taints))
    return _without_objects(value) if (rust and "?" not in verb.letter) or verb.letter == "s" else value


def _ternary(found: list[Cell]) -> tuple[list[Cell], list[Cell]] | None:
    """Return the two branches of `c ? a : b`."""
    first = next((at for at, cell in enumerate(found) if cell.text == "?" and cell.kind == SIGN and at), None)
    if first is None:
        return None
    depth = 0
    for at in range(first + 1, len(found)):
        if found[at].kind == SIGN and found[at].text in "?:":
            depth += 1 if found[at].text == "?" else -1
            if depth < 0:
                return found[first + 1 : at], found[at + 1 :]
    return None


def _is_apart(code: Code, cell: Cell) -> bool:
    return code.text[cell.start - 1 : cell.start].isspace() and code.text[cell.end : cell.end + 1].isspace()


def _without_objects(value: Value) -> Value:
    """Return a value as text in which objects show nothing of what they hold."""
    return value._replace(taints=tuple(taint for taint in value.taints if not taint.dump or taint.in_text))


def _is_plain(language: str, form: str, before: str) -> bool:
    """Tell whether a string holds no code, by its form and what stands before it."""
    if language == "csharp":
        return "$" not in before[-2:]
    if language == "scala":
        return not before[-1:].isalpha()
    if language == "javascript":
        return form != "template"
    return form in {
        "single lines",
        "single",
        "char",
        "backtick raw",
        "regex",
        "dart raw",
        "dart raw single",
        "ruby char",
    } or (language in ("ruby", "crystal", "elixir", "groovy") and form.startswith("single"))
