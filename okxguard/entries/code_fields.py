"""Read what code gives to names where it is no literal text: lists, numbers, yes and no, nothing, constants, calls."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from okxguard.documents import Document
from okxguard.entries.code_literals import Literals
from okxguard.entries.code_slots import Slots
from okxguard.entries.lexer import STRING, Tokens
from okxguard.model import Entry, Place, Span

_KEY = re.compile(
    r"(?P<quote>[\"'`])?(?P<name>[A-Za-z_$@][\w$.-]{0,80})(?(quote)(?P=quote))\]?\s{0,9}(?:[?!]|\[\])?\s{0,9}"
    r"(?::\s{0,9}[A-Za-z_][\w<>\[\], .?|&*]{0,60}?(?==(?![=>])))?"
    r"(?:=>|:=|:(?![:/])|=(?![=>~])|(?(quote)(?:->|to\b)|(?!)))"
    r"[ \t]{0,20}\n?[ \t]{0,40}"
)
_CALL = re.compile(r"[\w$)>][ \t]{0,4}\(")
_NAME = re.compile(r"[&*$@]?(?:[A-Za-z_]\w*(?:\.|::|->)){0,4}(?P<last>[A-Za-z_]\w*)(?:\.\w+\(\))?")
_SETTER = re.compile(r"(?P<root>[\w.$]+(?:\(\))?)(?:\.\w+\(\)){0,40}\.(?:set_?|with_?)?(?P<name>\w+)\(\)#\d+")
_LONGEST = 4000
_LONGEST_NAME = 80
_MOST = 400
_MOST_STEPS = 200
_WIDEST_GAP = 200
# The name comes first, for plain letters are looked for much quicker than anything else.
_DEFINED = r"{name}(?<![\w.]{name})(?:\[\])?(?:\s?[:\s][\w<>\[\] |&?*.]{{0,60}})?\s{{0,4}}(?::=|=)(?![=>~])[ \t]*"
_WORDS = frozenset({"true", "false", "null", "nil", "none", "undefined", "default", "void", "this", "self", "string"})
# A type and a name, or a variable of PHP; nothing but a definition, or a variable that is handed on, looks like this.
_PARAMETER = re.compile(
    r"(?:[A-Za-z_][\w.<>\[\]?&*]{0,60}\s{1,3}){1,3}[&*$]?(?P<typed>[A-Za-z_]\w{0,60})|\$(?P<name>\w{1,60})"
)
_NAMED = re.compile(r"\w+\s*(?::(?!:)|=(?!=))")
_VARIABLE = r"variable\s+\"{name}\"\s*\{{[^{{}}]{{0,400}}?\bdefault\s*=\s*"


def _parameter(path: tuple[str, ...], source: str) -> list[tuple[str, ...]]:
    """Return the path by name of a parameter that stands in a definition by its position: `string ips`, `$ip`."""
    match = _PARAMETER.fullmatch(source) if path[-1].startswith("[") else None
    return [(*path[:-1], match["typed"] or match["name"])] if match else []


def _set(path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the path of a value that a chain of setters or a setter gives to a name: `key.setIps(x)`, `.ips(x)`."""
    setter = _SETTER.fullmatch(path[-2]) if len(path) > 1 and path[-1] == "[0]" else None
    if setter:
        yield (*path[:-2], setter["root"], setter["name"])


class Fields:
    """Reads the fields of one text."""

    def __init__(self, document: Document, tokens: Tokens, slots: Slots, literals: Literals) -> None:
        self._document = document
        self._tokens = tokens
        self._slots = slots
        self._literals = literals
        self._constants: dict[str, str | None] = {}

    def read(self, telling: frozenset[int]) -> Iterator[Entry]:
        """Yield what the names on telling lines are given, and the arguments of calls there, but for literal texts."""
        seen: set[int] = set()
        for start in [*self._named(telling), *self._arguments(telling)][:_MOST]:
            if start not in seen:
                seen.add(start)
                yield from self._entry(start)

    def value(self, path: tuple[str, ...], start: int) -> Iterator[Entry]:
        """Yield what stands at `start`, a literal or any expression, under a path that somebody else has read."""
        index = bisect_left(self._tokens.starts, start)
        if index < len(self._tokens.starts) and self._tokens.kinds[index] == STRING:
            literal = None if self._tokens.code[start : self._tokens.starts[index]] else self._literals.folded(index)
            if literal is not None and literal.value:
                yield Entry(path, literal.value, literal.span, Place.ASSIGNMENT, literal.quoted, literal.visible)
                return
        yield from self._whole(path, start)

    def _whole(self, path: tuple[str, ...], start: int) -> Iterator[Entry]:
        source, end = self._expression(start)
        if source:
            value = self._constant(source)
            yield Entry(path, value, Span(start, max(end, start)), Place.EXPRESSION, False, value == source)

    def _named(self, telling: frozenset[int]) -> Iterator[int]:
        for line in sorted(telling):
            start, end = self._document.line_starts[line], self._document.end_of_line(line)
            for match in _KEY.finditer(self._tokens.code, start, end + 1):
                if len(match["name"]) < _LONGEST_NAME:
                    yield match.end()

    def _arguments(self, telling: frozenset[int]) -> Iterator[int]:
        """Yield where the arguments of the calls on telling lines begin."""
        tokens = self._tokens
        for line in sorted(telling):
            start, end = self._document.line_starts[line], self._document.end_of_line(line)
            for match in _CALL.finditer(tokens.code, start, end):
                frame = bisect_left(tokens.starts, match.end() - 1)
                closing = tokens.partners.get(frame)
                if frame < len(tokens.starts) and tokens.starts[frame] == match.end() - 1 and closing is not None:
                    commas = [
                        at
                        for at in range(frame + 1, min(closing, frame + 60))
                        if tokens.kinds[at] == "," and tokens.frames[at] == frame
                    ]
                    for begin in [frame, *commas]:
                        yield self.behind_blanks(tokens.ends[begin])

    def behind_blanks(self, at: int) -> int:
        """Return where the text behind an offset begins."""
        ahead = self._tokens.code[at : at + _WIDEST_GAP]
        return at + len(ahead) - len(ahead.lstrip())

    def _entry(self, start: int) -> Iterator[Entry]:
        source, end = self._expression(start)
        index = bisect_left(self._tokens.starts, start)
        if not source or index >= len(self._tokens.starts) or self._is_text(index, start, end):
            return
        slots = self._slots.slots_at(index, start)
        named = slots and slots[0].path and slots[0].path[-1].startswith("[") and _NAMED.match(source)
        if slots and slots[0].path and slots[0].path[-1] and slots[0].place is not Place.DEFAULT and not named:
            value = self._constant(source)
            for path in (slots[0].path, *_set(slots[0].path)):
                yield Entry(path, value, Span(start, max(end, start)), Place.EXPRESSION, False, value == source)
            for path in _parameter(slots[0].path, source):
                yield Entry(path, path[-1], Span(start, max(end, start)), Place.EXPRESSION, False, False)

    def _is_text(self, index: int, start: int, end: int) -> bool:
        """Tell whether the expression is one literal text, which has an entry of its own unless it is empty."""
        tokens = self._tokens
        is_string = tokens.kinds[index] == STRING and tokens.forms.get(index) != "percent"
        alone = is_string and tokens.ends[index] == end and end - tokens.starts[index] > len('""')
        return alone and not self._tokens.code[start : tokens.starts[index]].strip()

    def _expression(self, start: int) -> tuple[str, int]:
        """Return the source of the expression at `start` and where it ends: at a comma, a bracket or a line's end."""
        tokens, code = self._tokens, self._tokens.code
        index = bisect_left(tokens.starts, start)
        at = start
        for _ in range(_MOST_STEPS):
            stop = tokens.starts[index] if index < len(tokens.starts) else len(code)
            line_end = code.find("\n", at, stop)
            if line_end >= 0 and (code[start:line_end].strip() or at > start):
                at = line_end
                break
            if index >= len(tokens.starts) or tokens.kinds[index] in ",;)]}":
                at = stop
                break
            following = tokens.partners.get(index, index)
            at, index = tokens.ends[following], following + 1
        return code[start : min(at, start + _LONGEST)].strip(), start + len(code[start:at].rstrip())

    def _constant(self, source: str) -> str:
        """Return what a name stands for that is given one value in the file, or the source as it is."""
        match = _NAME.fullmatch(source)
        if match is None or source.lower() in _WORDS:
            return source
        if source not in self._constants:
            self._constants[source] = self._defined(source, match["last"])
        return self._constants[source] or source

    def _defined(self, source: str, name: str) -> str | None:
        pattern = (_VARIABLE if source.startswith("var.") else _DEFINED).format(name=re.escape(name))
        found = [self._expression(match.end())[0] for match in re.finditer(pattern, self._tokens.code)]
        others = [each for each in found if each and each != source]
        return others[0] if len(others) == 1 else None
