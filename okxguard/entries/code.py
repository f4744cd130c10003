"""Read source code of any language of the table: every string with the names it goes by.

A lexer finds strings, brackets and comments; what stands to the left of a string tells its names. A string may go by
several: a variable, the setting whose default it is, the argument that a constant is passed as.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from okxguard.documents import Document
from okxguard.entries.code_fields import Fields
from okxguard.entries.code_literals import Literals
from okxguard.entries.code_mappings import Mappings
from okxguard.entries.code_names import Names, normalised
from okxguard.entries.code_objects import Objects
from okxguard.entries.code_silence import without_silent_bodies
from okxguard.entries.code_slots import Slots
from okxguard.entries.code_targets import Slot
from okxguard.entries.commented import read_commented
from okxguard.entries.embedded import may_hold_entries, read_embedded
from okxguard.entries.languages import Language, language_for
from okxguard.entries.lexer import STRING, Tokens, tokenize
from okxguard.entries.reading import Literal, Reading, TellingLines
from okxguard.entries.text import read_lines, read_telling, read_text
from okxguard.kinds import BARE_WORD_LANGUAGES, Kind, language_of
from okxguard.model import Entry, Place, Span

_Path = tuple[str, ...]
_SHORTEST, _LONGEST_VALUE = 2, 2000
_MOST_MEMBERS = 400
_DOTTED = re.compile(r"[A-Za-z_$@][\w$]*(?:(?:\.|::|->|\?\.)[\w$]+){0,4}")
_KEY = re.compile(r"\s*(?:[\"']?)(?P<name>[A-Za-z_$@:][\w$\-.]{0,80})[\"']?\s*(?:=>|:(?!:)|=(?!=))")
_SHORTHAND = re.compile(r"\s*(?P<name>[A-Za-z_$][\w$]{0,80})\s*$")
_BEFORE_NAME = re.compile(r"(?:[=(,:\[{?&+]|\|\||\?\?|=>|<-|->)\s*(?:&|\*|\$|@|\.\.\.)?$")
_AFTER_NAME = re.compile(
    r"\s*(?:[,)\]};\n]|$|\.(?:to_string|clone|into|to_owned|as_str|encode|getBytes|c_str|trim|unwrap)\b|as\b)"
)
_TAG = re.compile(
    r"\b(?:(?:env-?)?[dD]efault:\"|env:\"(?P<env>\w{1,80})(?:,[^\",]{0,40}){0,3},\s*default=)(?P<value>[^\"\\]{1,200})\""
)
# The default of an expression that an annotation evaluates: `#{environment['NAME'] ?: 'v'}`.
_ELVIS = re.compile(r"(?:\?:|\#\{)\s*'(?P<value>[^'\n]{1,200})'\s*\}")
# In a bundle with more strings than anybody writes by hand only the surroundings of what may be a key are read.
_MANY_STRINGS, _NEIGHBOURS, _MOST_READ = 6000, 60, 12_000
_KEY_LIKE = re.compile(r"(?=[A-Za-z-]{0,30}\d)[0-9A-Za-z-]{24,80}[\"'`]")
# Word processors make quotes that no language knows.
_CURLY = re.compile(r"[=:(,]\s{0,3}[“”„‘’«]")
_MARKS = " \t/*#-;%'!<>({"


def read_code(document: Document, lines: TellingLines) -> Reading:
    """Return the entries of a source file; a language that is not in the table is read as plain text."""
    if language_of(document.path, document.text) in BARE_WORD_LANGUAGES:
        from okxguard.entries.shell import read_shell  # most code is no script

        return read_shell(document, lines)
    language = language_for(language_of(document.path, document.text), document.path, document.text)
    if language is None:
        return read_text(document, lines)
    reader = _Reader(document, language)
    entries = tuple(reader.read(lines))
    if not reader.is_cut:
        return Reading(entries)
    others = tuple(read_telling(document, lines.around))
    return Reading((*entries, *others), "holds more strings than anybody writes by hand; most were read as plain text")


class _Reader:
    """Reads one text."""

    def __init__(self, document: Document, language: Language) -> None:
        self._document = document
        self._language = language
        self._tokens: Tokens = tokenize(document.text, language)
        self._literals = Literals(document.text, self._tokens, language)
        self._slots = Slots(self._tokens, language, Names(document.text, self._tokens.code))
        self._constants: dict[str, list[tuple[_Path, Literal]]] = {}
        self._key_sign = re.compile(rf"\s*(?:{language.members})(?!:)")
        self._member_frames: set[int] = set()
        self._written: set[int] = set()
        self.is_cut = False

    def read(self, lines: TellingLines) -> Iterator[Entry]:
        """Yield the entries of the strings, of the constants where they are passed on, and of the comments."""
        telling = lines.around
        for index in without_silent_bodies(self._document, self._tokens, self._strings(), lines.close):
            if self._tokens.ends[index] - self._tokens.starts[index] > _SHORTEST:
                yield from self._string(index)
        yield from self._passed()
        for frame in sorted(self._member_frames):
            yield from self._declared(frame)
        if self._document.declares:
            yield from self._given(telling)
        yield from self._comments(telling)
        curly = {self._document.line_of(match.start()) for match in _CURLY.finditer(self._tokens.code)}
        yield from read_telling(self._document, frozenset(curly)) if curly else ()

    def _given(self, telling: frozenset[int]) -> Iterator[Entry]:
        """Yield what fields are given on telling lines, whatever it is."""
        fields = Fields(self._document, self._tokens, self._slots, self._literals)
        yield from fields.read(telling)
        yield from Mappings(self._document, self._tokens, self._slots, fields).read(telling)
        yield from Objects(self._document, self._tokens, self._slots, fields).read(telling)

    def _strings(self) -> list[int]:
        """Return the indices of the strings to read: all, or in a text with very many those near one like a key."""
        tokens = self._tokens
        strings = [index for index, kind in enumerate(tokens.kinds) if kind == STRING]
        if len(strings) <= _MANY_STRINGS:
            return strings
        self.is_cut = True
        near: set[int] = set()
        for at, index in enumerate(strings):
            if _KEY_LIKE.search(tokens.code, tokens.starts[index], min(tokens.ends[index], tokens.starts[index] + 500)):
                near.update(range(max(0, at - _NEIGHBOURS), min(len(strings), at + _NEIGHBOURS)))
                if len(near) > _MOST_READ:
                    break
        return [strings[at] for at in sorted(near)]

    def _string(self, index: int) -> Iterator[Entry]:
        own = self._literals.literal(index)
        if own is None:
            return
        if self._tokens.forms[index] == "percent" and self._document.text[self._tokens.starts[index] + 1] in "wW":
            yield from self._words(index, own)
            return
        joined = self._literals.joined(index)
        whole = joined or (None if self._is_key(index) else self._literals.folded(index))
        if whole is not None and 0 < len(whole.value) <= _LONGEST_VALUE:
            slots = (
                self._slots.slots_of_group(self._tokens.frames[index])
                if joined
                else self._slots.slots_at(index, self._tokens.starts[index])
            )
            for slot in slots:
                yield _entry(slot, whole)
            if "#{" in whole.value and whole.visible and (match := _ELVIS.search(whole.value)):
                start = whole.span.start + match.start("value")
                span = Span(start, start + len(match["value"]))
                yield from (Entry(slot.path, match["value"], span, Place.DEFAULT) for slot in slots)
            self._note(index, slots, whole)
        yield from self._tagged(index, own)
        if may_hold_entries(own.value):
            start, end = own.span
            raw = self._document.text[start:end]
            path = self._slots.outline.path_at(self._tokens.frames[index], start)
            for entry in read_embedded(raw, own.value, start, (*path, '""')):
                shown = self._document.text[entry.span.start : entry.span.end] == entry.value
                yield entry if shown else entry._replace(visible=False)

    def _tagged(self, index: int, literal: Literal) -> Iterator[Entry]:
        """Yield the default that the tag of a field states: ``Name string `default:"v"` ``."""
        match = _TAG.search(literal.value) if literal.visible and self._language.named_first else None
        field = re.search(r"(?:^|\n)[ \t]*(?P<name>\w+)[ \t]+[\w.*]+[ \t]*$", self._tokens.gap(index))
        if match and field:
            start = literal.span.start + match.start("value")
            path = self._slots.outline.path_at(self._tokens.frames[index], start)
            span = Span(start, start + len(match["value"]))
            for name in filter(None, (field["name"], match["env"])):
                yield Entry((*path, name), match["value"], span, Place.DEFAULT)

    def _is_key(self, index: int) -> bool:
        """Tell whether a string is the name of the value that follows it."""
        return self._key_sign.match(self._tokens.code, self._tokens.ends[index]) is not None and not self._tokens.gap(
            index
        ).rstrip().endswith(("?", "case", "when"))

    def _words(self, index: int, literal: Literal) -> Iterator[Entry]:
        """Yield the words of `%w[one two]` as the items of a list."""
        slots = self._slots.unpacked_at(index)
        for item, match in enumerate(re.finditer(r"\S+", literal.value)):
            start = literal.span.start + match.start()
            path = slots[item] if item < len(slots) else (*slots[-1][:-1], f"[{item}]") if slots else (f"[{item}]",)
            yield Entry(path, match[0], Span(start, start + len(match[0])), visible=literal.visible)

    def _note(self, index: int, slots: list[Slot], literal: Literal) -> None:
        """Remember constants and the mappings that hold literals."""
        frame = self._tokens.frames[index]
        if frame >= 0 and slots and not slots[0].path[-1].startswith("["):
            self._member_frames.add(frame)
        for slot in slots[:1]:
            name = slot.path[-1].partition(" ")[0]
            if slot.place is Place.ASSIGNMENT and re.fullmatch(r"[A-Za-z_]\w*", name):
                self._constants.setdefault(name, []).append((slot.path[:-1], literal))
                self._written.add(self._tokens.starts[index])

    def _passed(self) -> Iterator[Entry]:
        """Yield constants under the places that they are passed to."""
        if not self._constants:
            return
        code, starts = self._tokens.code, self._tokens.starts
        for match in _DOTTED.finditer(code):
            name = normalised(match[0]).rpartition(".")[2]
            if name not in self._constants or not _AFTER_NAME.match(code, match.end()):
                continue
            if not _BEFORE_NAME.search(code, max(0, match.start() - 20), match.start()):
                continue
            index = bisect_left(starts, match.start())
            if index >= len(starts) or (index and self._tokens.ends[index - 1] > match.start()):
                continue
            for slot in self._slots.slots_at(index, match.start()):
                if slot.place is not Place.ASSIGNMENT or slot.path[-1].partition(" ")[0] != name:
                    literal = self._constant(name, slot.path)
                    if literal:
                        yield _entry(slot, literal)

    def _constant(self, name: str, path: _Path) -> Literal | None:
        """Return the constant of that name whose scope is nearest to `path`."""
        known = self._constants[name]
        fitting = [literal for scope, literal in known if path[: len(scope)] == scope]
        return fitting[-1] if fitting else known[0][1] if len(known) == 1 else None

    def _declared(self, frame: int) -> Iterator[Entry]:
        """Yield members without a literal: the name is there, what it stands for is not."""
        tokens = self._tokens
        closing = tokens.partners.get(frame, frame)
        path = self._slots.outline.path_at(frame, tokens.starts[frame] + 1)
        at, fresh, count = frame + 1, True, 0
        while at <= closing and count < _MOST_MEMBERS:
            if fresh:
                start = tokens.ends[at - 1]
                match = _KEY.match(tokens.code, start, tokens.ends[at] + 8) or _SHORTHAND.match(tokens.gap(at))
                if match and tokens.kinds[at] != STRING:
                    count += 1
                    yield Entry(
                        (*path, match["name"].strip(":$@")), "", Span(start, start), Place.ASSIGNMENT, visible=False
                    )
            fresh = tokens.kinds[at] in ",;"
            at = tokens.partners.get(at, at) + 1 if tokens.kinds[at] in "([{" else at + 1

    def _comments(self, telling: frozenset[int]) -> Iterator[Entry]:
        lines: list[tuple[int, str]] = []
        text = self._document.text
        for start, end in self._tokens.comments:
            if not telling.isdisjoint(range(self._document.line_of(start), self._document.line_of(end) + 1)):
                for line in text[start:end].split("\n"):
                    body = line.lstrip(_MARKS)
                    if any(sign in body for sign in "=:,(") or not body.isascii():
                        lines.append((start + len(line) - len(body), body.rstrip("*/-} ")))
                    start += len(line) + 1
        yield from read_lines(lines, ("#",), place=Place.COMMENT)
        yield from read_commented(self._document, lines, Kind.CODE)


def _entry(slot: Slot, literal: Literal) -> Entry:
    return Entry(slot.path, literal.value, literal.span, slot.place, literal.quoted, literal.visible)
