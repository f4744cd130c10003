"""Read the name that a value is assigned to, or the key that it goes by in a mapping, from the text to its left."""

from __future__ import annotations

import re
from typing import NamedTuple

from okxguard.entries.code_calls import Calls
from okxguard.entries.code_names import Names, is_control, normalised
from okxguard.entries.languages import Language
from okxguard.entries.lexer import STRING, Tokens
from okxguard.model import Place

_Path = tuple[str, ...]
MOST_NAMES = 30
# What a control of a form shows: `secretEdit.Text = "v"`.
CONTENT = frozenset({"text", "value", "password", "content", "textcontent", "innertext", "stringvalue", "editvalue"})
_MOST_KEYS = 3
_LONGEST_TYPE = 120
ASSIGN = re.compile(r"(?<![=!<>~])(?::=|<<?-|\?\?=|\|\|=|\+=|\?=|=)$")
_TYPED = re.compile(r"(?P<name>[\w$\-]+)\s*[?!]?\s*:(?![=:])\s*[\w\s.:&'<>\[\]|?*,!-]{0,120}$")
_VB = re.compile(r"(?P<name>\w+)(?:\(\))?\s+(?:As|as|AS)\s+[\w.]+$")
_NAMED_FIRST = re.compile(r"(?:^|\b(?:var|const|param)\s+)(?P<name>(?!(?:var|const|param)\b)\w+)\s+[\w.*\[\]]+$")
# The texts of a union are no values: `type Permission = "read" | "trade"`.
_TYPE_ALIAS = re.compile(r"\btype\s+\w+(?:<[^<>]{0,60}>)?\s*$")
_DECLARING = frozenset({"const", "let", "var", "final", "val", "my", "our", "local", "auto"})

_GETTER = re.compile(r"\b(?:val|var)\s+(?P<name>\w+)(?:\s*:\s*[\w.<>?]{1,40})?\s+get\s*$")
# What stands between an array and the sign: `char name[] PROGMEM = "v"`.
_ATTRIBUTE = re.compile(r"\s*[A-Z_]{3,40}\s*")


class Slot(NamedTuple):
    """One name that a value goes by, and how it stands there."""

    path: _Path
    place: Place = Place.ASSIGNMENT


class Targets:
    """Finds the names of one text that values are given to."""

    def __init__(self, tokens: Tokens, language: Language, names: Names, calls: Calls) -> None:
        self._tokens = tokens
        self._language = language
        self._names = names
        self._calls = calls

    def target(self, index: int, left: str, sign: str = "=") -> _Path:
        """Return the name that stands at the end of `left`, with the object that it belongs to."""
        line = self._with_type(index, left.rstrip().removesuffix(".").rpartition("\n")[2], sign)
        line = line.rpartition(":")[2] if " As " in line else line
        if not line.strip() or (index and self._tokens.kinds[index - 1] == "]" and _ATTRIBUTE.fullmatch(line)):
            return self._target_in_brackets(index)
        if sign == "=" and _TYPE_ALIAS.search(line):
            return ()
        if self._language.named_first and sign == "=" and (named := _NAMED_FIRST.search(line.strip())):
            return (named["name"],)
        for pattern in (_TYPED, _VB):
            if (typed := pattern.search(line)) and not ("?" in line[: typed.start()] and pattern is _TYPED):
                return (typed["name"],)
        if quoted := re.search(r"`([^`]{1,80})`$", line.rstrip()):
            return (quoted[1],)
        match = self._calls.dotted_end(line)
        return self._split_name(match["name"]) if match else ()

    def _with_type(self, index: int, line: str, sign: str) -> str:
        """Return `line` with what stands before the brackets of a type: `name: []const u8`, `N : String (1 .. 9)`."""
        tokens = self._tokens
        opening = tokens.partners.get(index - 1) if index and tokens.kinds[index - 1] in "])" else None
        if opening is None or ":" in line:
            return line
        empty = tokens.kinds[index - 1] == "]" and opening == index - 2
        if not (line.strip() or empty or (sign == ":=" and tokens.kinds[index - 1] == ")")):
            return line
        whole = f"{tokens.gap(opening).rpartition(chr(10))[2][-_LONGEST_TYPE:]}[]{line}"
        return whole if _TYPED.search(whole.rstrip()) else line

    def _split_name(self, written: str) -> _Path:
        dotted = normalised(written).rstrip("?!")
        owner, _, name = dotted.rpartition(".")
        if owner:
            return (self._names.resolve(owner), name)
        return (name,)

    def _target_in_brackets(self, index: int) -> _Path:
        """Return the name of a value that follows a closing bracket: `x["name"] =`, `x[] =`, `X { get; } =`."""
        tokens = self._tokens
        if not index:
            return ()
        if tokens.kinds[index - 1] == STRING:
            return (self.string(index - 1),)
        opening = tokens.partners.get(index - 1)
        if opening is None or tokens.kinds[index - 1] not in ")]}":
            return ()
        before = tokens.gap(opening)
        if getter := _GETTER.search(before[-_LONGEST_TYPE:]):
            return (getter["name"],)
        inside = tokens.code[tokens.ends[opening] : tokens.starts[index - 1]].strip()
        chained = not before.strip() and opening and tokens.kinds[opening - 1] in "]}"
        if not chained and (not before.strip() or is_control(before.split()[-1]) or before.split()[-1] in _DECLARING):
            if tokens.kinds[opening] == "[" and tokens.kinds[opening + 1] == STRING:
                return (self.string(opening + 1),)
            name = re.match(r"(?:var\s+|let\s+|mut\s+)?[$@%]?([\w$]+)\s*(?:,|$)", inside)
            return (name[1],) if name else ()
        match = self._calls.dotted_end(before)
        owner = normalised(match["name"]) if match else ""
        brackets = "[({" if self._language.hashes else "[("
        if tokens.kinds[opening] in brackets and self._calls.first_string(opening):
            return self._subscripted(opening)
        if (
            tokens.kinds[opening] == "["
            and re.fullmatch(r"[:$]?[A-Za-z_][\w.:]*", inside)
            and not self._declares(before)
        ):
            return (self._names.resolve(owner), normalised(inside).rpartition(".")[2])
        return (owner.rpartition(".")[2],) if owner else ()

    def _subscripted(self, opening: int) -> _Path:
        """Return what the subscripts that end with the one at `opening` look up, in what: `x["a"]["b"]`."""
        tokens = self._tokens
        keys = [self._calls.first_string(opening)]
        while len(keys) < _MOST_KEYS and opening and tokens.kinds[opening - 1] in "]}":
            if tokens.gap(opening).strip(" \t->") or opening - 1 not in tokens.partners:
                break
            opening = tokens.partners[opening - 1]
            keys.append(self._calls.first_string(opening))
        match = self._calls.dotted_end(tokens.gap(opening).rstrip(" ->"))
        owner = self._names.resolve(match["name"]) if match else ""
        return (*(key for key in (owner, *reversed(keys[1:])) if key), keys[0])

    def _declares(self, before: str) -> bool:
        """Tell whether a name in front of `[` comes with its type, so that the bracket holds a size."""
        return re.search(r"\b(?:char|string|byte|uint8_t|wchar_t|TCHAR)\b[^=;]*$", before) is not None

    def key(self, index: int, left: str) -> str:
        if not left.strip():
            if index and self._tokens.kinds[index - 1] == STRING:
                return self.string(index - 1)
            target = self._target_in_brackets(index)
            if index and self._tokens.kinds[index - 1] == "]" and not target:
                opening = self._tokens.partners.get(index - 1, index - 1)
                inside = self._tokens.code[self._tokens.ends[opening] : self._tokens.starts[index - 1]]
                return normalised(inside).rpartition(".")[2]
            return target[-1] if target else ""
        match = self._calls.dotted_end(left)
        return normalised(match["name"]).rpartition(".")[2] if match else ""

    def unpacked(self, frame: int) -> list[str]:
        """Return the names in the bracket that a list is assigned to: `(a, b) = (...)`, `a, b = [...]`."""
        tokens = self._tokens
        gap = tokens.gap(frame)
        assign = ASSIGN.search(gap.rstrip().removesuffix("new").rstrip())
        if assign is None:
            return []
        left = gap[: assign.start()].strip()
        if not left and frame and tokens.kinds[frame - 1] in ")]}":
            opening = tokens.partners.get(frame - 1)
            inside = tokens.code[tokens.ends[opening] : tokens.starts[frame - 1]] if opening is not None else ""
            names = [re.search(r"([\w$]+)\s*$", each.partition(":")[0].rstrip("! ")) for each in inside.split(",")]
            return [name[1].lstrip("$@%") if name else "" for name in names] if len(names) > 1 else []
        names_before = self.names_before(frame, gap[: assign.start()])
        return names_before if len(names_before) > 1 else []

    def names_before(self, index: int, left: str) -> list[str]:
        """Return the names `a, b, c` of which `left` ends with the last one."""
        tokens = self._tokens
        names: list[str] = []
        for _ in range(MOST_NAMES):
            target = (
                self.target(index, left)
                if left.strip() and re.fullmatch(r"[\s\w$@.*&:<>]*", left.rpartition("\n")[2])
                else ()
            )
            if not target and index and tokens.kinds[index - 1] == STRING and not left.strip():
                break  # behind a value stands no further name
            names.append(target[-1] if target else "")
            if not index or tokens.kinds[index - 1] != "," or "\n" in left.strip() or not target:
                break
            index -= 1
            left = tokens.gap(index)
        return names[::-1]

    def string(self, index: int) -> str:
        tokens = self._tokens
        inside = tokens.code[tokens.starts[index] + 1 : tokens.ends[index] - 1]
        return inside[:200]
