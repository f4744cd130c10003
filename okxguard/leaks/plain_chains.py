"""Tell which secrets a chain of names, members, indices and calls shows; its last member decides."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from okxguard.leaks.names import Secret, words_of
from okxguard.leaks.plain_cells import GROUP, NAME, NUMBER, SIGN, TEXT, Cell, Code, expression, items
from okxguard.leaks.plain_helpers import gives_back, makes_keys
from okxguard.leaks.plain_masks import UNBOUNDED, replaces, sliced
from okxguard.leaks.plain_model import CLEAN, UNKNOWN, Taint, Value, union

if TYPE_CHECKING:
    from okxguard.leaks.plain_file import PlainFile

_MEMBERS = frozenset([".", "?.", "->", "::", "&."])
_CONSTANTS = frozenset(
    [
        "true",
        "false",
        "null",
        "nil",
        "None",
        "undefined",
        "True",
        "False",
        "NULL",
        "NaN",
        "self",
        "this",
        "Self",
        "void",
    ]
)
_READERS = frozenset(
    [
        "get",
        "fetch",
        "read",
        "string",
        "str",
        "require",
        "env",
        "value",
        "property",
        "getenv",
        "lookup",
        "config",
        "opt",
        "cfg",
        "var",
    ]
)
_QUOTED = re.compile(r"[\w@$]{0,3}[\"'`](?P<name>[^\"'`]{1,120})[\"'`]")


class _Link(NamedTuple):
    """What is known of a chain up to one of its links."""

    value: Value
    dotted: str
    made: bool = False

    @property
    def last(self) -> str:
        return self.dotted.rpartition(".")[2]


class Chains:
    """Reads the chains of one file."""

    def __init__(self, file: PlainFile) -> None:
        self._file = file

    def of(self, code: Code, found: list[Cell]) -> Value:
        """Return what a chain shows."""
        link, at = self._start(code, found)
        while at < len(found):
            following = self._next(code, found, at, link)
            if following is None:
                return link.value
            link, at = following
        return link.value

    def _start(self, code: Code, found: list[Cell]) -> tuple[_Link, int]:
        first = found[0]
        if first.kind == NAME and len(found) > 1 and found[1].kind == TEXT:
            if found[1].start == first.end:
                return self._text(code, found, 1)  # a prefix such as `r`, or a tag
            return _Link(UNKNOWN, first.text), 1
        if first.kind == TEXT:
            return self._text(code, found, 0)
        if first.kind == NAME:
            if first.text in _CONSTANTS:
                return _Link(UNKNOWN if first.text in ("this", "self", "Self") else CLEAN, first.text), 1
            name = first.text.lstrip("$@")
            if len(found) > 1 and found[1].kind == GROUP and found[1].text == "(":
                return _Link(UNKNOWN, name), 1
            return _Link(self._file.name(code, first, name), name), 1
        if first.kind == GROUP:
            if first.text == "{":
                return _Link(self._file.values.object(code, first), "{}"), 1
            return _Link(union([self._file.values.item(code, part) for part in items(code, first)] or [CLEAN]), "[]"), 1
        return _Link(CLEAN if first.kind == NUMBER else UNKNOWN, "0"), 1

    def _text(self, code: Code, found: list[Cell], at: int) -> tuple[_Link, int]:
        value = self._file.values.string(code, found[at])
        return _Link(value, '""'), at + 1

    def _next(self, code: Code, found: list[Cell], at: int, link: _Link) -> tuple[_Link, int] | None:
        """Return the chain with one more link, and where the next one is; None where it ends."""
        cell = found[at]
        following = found[at + 1] if at + 1 < len(found) else None
        if cell.kind == SIGN and cell.text in _MEMBERS and following is not None:
            if following.kind != NAME:
                return (link, at + 1) if following.kind == GROUP else None
            return self._member(code, found, at + 1, link)
        if cell.kind == GROUP:
            if cell.text == "(":
                return _Link(self._call(code, link, cell), f"{link.dotted}()"), at + 1
            if cell.text == "[":
                return self._index(code, cell, link), at + 1
            if self._file.manner.literals and not link.dotted.endswith("()"):
                return _Link(self._file.values.object(code, cell), link.dotted), at + 1
            return link, at + 1
        if cell.kind == SIGN and cell.text in ("!", "!!", "?", "<", ">", ","):
            return link, at + 1
        if cell.kind == TEXT and self._file.manner.open_calls:
            return link, at + 1
        return None

    def _member(self, code: Code, found: list[Cell], at: int, link: _Link) -> tuple[_Link, int]:
        name = found[at].text.lstrip("$@")
        dotted = f"{link.dotted}.{name}"
        called = at + 1
        if called < len(found) and found[called].text == "!" and called + 1 < len(found):
            called += 1
        if called < len(found) and found[called].kind == GROUP and found[called].text == "(":
            return _Link(self._method(code, link, dotted, name, found[called]), f"{dotted}()"), called + 1
        return _Link(self._property(code, found[at], link, dotted, name), dotted), at + 1

    def _property(self, code: Code, cell: Cell, link: _Link, dotted: str, name: str) -> Value:
        file = self._file
        if file.is_environment(link.dotted):
            return file.named(name, code.offset + cell.start)
        if file.is_environment(dotted):
            return file.environment(dotted, code.offset + cell.start)
        if file.holds_texts(link.dotted, name, cell.start):
            return CLEAN
        lowered = name.lower()
        if lowered in file.book.lengths or any(word in file.book.ends for word in words_of(name)):
            return CLEAN
        if link.value.taints and link.value.taints[0].dump == "reply":
            part = file.named(name, code.offset + cell.start).taints
            return Value(tuple(taint._replace(dump="reply", in_text=True) for taint in part)) if part else link.value
        if link.value.taints and lowered in file.book.same:
            return link.value
        if (headers := file.headers(dotted, code.offset + cell.start)) is not None:
            return headers
        value = file.named(name, code.offset + cell.start)
        if (typed := file.types.member(name)) is not None:
            return typed
        return value if value.taints else file.object(dotted, code.offset + cell.start) or value

    def _index(self, code: Code, cell: Cell, link: _Link) -> _Link:
        file = self._file
        inner = expression(code, *code.inside(cell))
        dotted = f"{link.dotted}[]"
        if len(inner) == 1 and inner[0].kind == TEXT and (match := _QUOTED.fullmatch(inner[0].text)):
            return self._entry(code, cell, link, match["name"])
        if len(inner) == 2 and inner[0].text == ":" and inner[1].kind == NAME:
            return self._entry(code, cell, link, inner[1].text)
        if (
            file.is_environment(link.dotted)
            and len(inner) == 1
            and file.is_bound(inner[0].text.lstrip("$"), cell.start)
        ):
            return _Link(file.variable_of_environment(link.dotted, code.offset + cell.start), dotted)
        if not link.value.taints or link.value.taints[0].dump in ("environment", "headers"):
            return _Link(UNKNOWN, dotted)
        shown = sliced("[]", [inner], file.language)
        if shown is None:
            return _Link(link.value if link.value.taints[0].dump else CLEAN, dotted)
        return _Link(_cut(link.value, shown), dotted)

    def _entry(self, code: Code, cell: Cell, link: _Link, name: str) -> _Link:
        """Return the chain with what a mapping or object holds under a name."""
        file, start = self._file, code.offset + cell.start
        value = CLEAN if file.holds_texts(link.dotted, name, start) else file.named(name, start)
        return _Link(value, f"{link.dotted}.{name}")

    def _method(self, code: Code, link: _Link, dotted: str, name: str, group: Cell) -> Value:
        """Return what the result of a method shows of the object that it belongs to, or what a call shows."""
        file, value = self._file, link.value
        lowered = name.lower()
        if value.taints and not file.is_environment(link.dotted):
            parts = items(code, group)
            if lowered in file.book.slices:
                shown = sliced(lowered, parts, file.language)
                return CLEAN if shown is None else _cut(value, shown)
            if lowered in file.book.replacers:
                return CLEAN if replaces(parts) else value
            if lowered in file.book.same:
                return value
        if value.made and lowered in file.book.same:
            return value
        if file.is_environment(f"{dotted}()") and not items(code, group):
            return file.environment(f"{dotted}()", code.offset + group.start)
        if file.is_environment(link.dotted) and lowered in file.book.same:
            return file.environment(link.dotted, code.offset + group.start)
        return self._called(code, dotted, name, group, link)

    def _call(self, code: Code, link: _Link, group: Cell) -> Value:
        if link.dotted.endswith("()"):
            return UNKNOWN
        if self._file.is_environment(f"{link.dotted}()") and not items(code, group):
            return self._file.environment(f"{link.dotted}()", code.offset + group.start)
        return self._called(code, link.dotted, link.last, group, link)

    def _called(self, code: Code, dotted: str, name: str, group: Cell, link: _Link) -> Value:
        file = self._file
        parts = items(code, group)
        words = words_of(name)
        if file.dialect.reads.match(dotted) or (self._file.is_environment(link.dotted) and parts):
            return self._read(code, parts[0]) if parts else UNKNOWN
        if file.dialect.keep.match(dotted):
            return self._kept(code, dotted, parts, link)
        if not link.value.taints and parts and (cut := self._cutting(code, name, parts)) is not None:
            return cut
        if any(word in file.book.maskers for word in words):
            return self._masked(code, name, parts)
        if any(word in file.book.ends for word in words):
            return CLEAN
        if any(word in file.book.makers for word in words):
            return Value(known=False, made=True)
        if makes_keys(words, file.book):
            return Value((Taint(Secret.SECRET, name, code.offset + group.start, dump="reply"),))
        if (signed := file.signer(name, code.offset + group.start)) is not None:
            return signed
        if (typed := file.types.returned(dotted)) is not None:
            return typed
        if words and words[0] in _READERS and parts and len(parts[0]) == 1 and parts[0][0].kind == TEXT:
            return self._read(code, parts[0])
        return self._getter(code, name, group)

    def _cutting(self, code: Code, name: str, parts: list[list[Cell]]) -> Value | None:
        """Return what a function leaves of a text that it is given first, as `substr`, or last, as `preg_replace`."""
        file, lowered = self._file, name.lower().removeprefix("mb_").removeprefix("preg_").removeprefix("str_")
        if lowered in file.book.slices and len(parts) > 1:
            value = file.values.of(code, parts[0])
            shown = sliced(lowered, parts[1:], file.language) if value.taints else None
            return _cut(value, shown) if shown is not None else CLEAN
        if lowered in file.book.replacers and len(parts) > 2:
            return CLEAN if replaces(parts) else file.values.of(code, parts[2])
        return None

    def _kept(self, code: Code, dotted: str, parts: list[list[Cell]], link: _Link) -> Value:
        file = self._file
        rust = file.language == "rust"
        value = file.values.listed(code, parts, formats=True, rust=rust)
        if link.dotted == '""' or link.value.taints:
            value = union([link.value, value])
        if file.dialect.dumps.match(dotted):
            return value._replace(taints=tuple(taint._replace(in_text=True) for taint in value.taints))
        return value

    def _read(self, code: Code, part: list[Cell]) -> Value:
        """Return what is read by a name: a setting, a variable of the environment."""
        match = _QUOTED.fullmatch(part[0].text) if len(part) == 1 else None
        if match is None:
            return UNKNOWN
        setting = re.split(r"[./:]", match["name"])[-1]
        value = self._file.named(setting, code.offset + part[0].start)
        return value if value.taints else CLEAN

    def _masked(self, code: Code, name: str, parts: list[list[Cell]]) -> Value:
        """Return what a helper that is said to hide its argument shows: all of it where its body gives it back."""
        if not gives_back(self._file.code, self._file.language, name):
            return CLEAN
        value = union([self._file.values.of(code, part) for part in parts] or [CLEAN])
        return _cut(value, UNBOUNDED)

    def _getter(self, code: Code, name: str, group: Cell) -> Value:
        file = self._file
        makes_object = name[:1].isupper() and file.language not in ("go", "csharp", "c")
        kind = None if makes_object or file.is_public(name) else file.names.read_getter(name)
        if kind is None:
            return UNKNOWN
        dump = "object" if file.names.is_holder(name) else ""
        return Value((Taint(kind, name, code.offset + group.start, dump=dump),))


def _cut(value: Value, shown: int) -> Value:
    taints = tuple(taint._replace(shown=shown if taint.shown == 0 else taint.shown) for taint in value.taints)
    return value._replace(taints=taints)
