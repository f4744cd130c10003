"""Tell the path that a bracket or an indented block gives to what stands in it: calls, classes, blocks, members."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from okxguard.entries.code_calls import Calls
from okxguard.entries.code_names import is_control, normalised
from okxguard.entries.languages import Language
from okxguard.entries.lexer import STRING, Tokens
from okxguard.model import Place

if TYPE_CHECKING:
    from okxguard.entries.code_slots import Slots

_Path = tuple[str, ...]
_DEEPEST = 40
_LONGEST_HEADER = 14
_LONGEST_CHOICE = 240
_CHOOSING = ("when", "match", "switch", "if")
_TYPE_HEADER = re.compile(
    r"\b(?:class|struct|interface|object|enum|trait|module|namespace|impl(?:\s*<[^<>]*>)?|protocol|extension|actor|record"
    r"|union|package|contract|library|mod|defmodule)\s+(?P<name>[A-Za-z_$][\w$.:]*(?:\s+for\s+[\w$.:]+)?)"
)
_FUNCTION_HEADER = re.compile(r"(?P<name>[\w$~?!.]+)\s*(?:<[^<>()]*>)?\s*\(\)[^(){}=]*$")
_PROPERTY_HEADER = re.compile(
    r"\b(?:var|val|let)\s+(?P<name>[A-Za-z_]\w*)\s*(?::\s*[\w.<>?]+)?\s*(?:by\s+[\w.]+\s*(?:\(\))?\s*)?$"
)
_VALUE_BEFORE = re.compile(r"(?:(?<![=!<>])=>?|:|\(|\[|,|\breturn|&|\bnew|->|\|\||\?\?|\?)\s*$")
_INDENTED = re.compile(
    r"^(?P<indent>[ \t]*)(?:(?:public|private|protected|friend|shared|local|export|static|async|partial|internal|class"
    r"|constructor|Public|Private|Protected|Friend|Shared|Overrides|Partial|NotInheritable|defp?|let|mutable)\s+){0,3}"
    r"(?P<word>class|module|Class|Module|Structure|Namespace|namespace|type|describe|context|struct|interface|Interface"
    r"|defmodule|defmacro|defp?|def|function|Function|Sub|procedure|classdef|macro|instance|newtype)\s+"
    r"(?P<name>[A-Za-z_][\w.:?!]*)",
    re.MULTILINE,
)
# What is chosen by a condition: `name = when (x) {`, `name = x switch {`, `name = if x {`.
_CHOSEN = re.compile(
    r"(?P<name>[\w$]+)\s*(?:\(\))?\s*(?::\s*[\w.<>?&' ]{1,60})?=\s*(?:(?:await|return)\s+)?(?:(?:when|match|if)\b"
    r"|(?:\(\)|[\w.]{1,60})\s*(?:switch|match)\b)[^={}]{0,80}$"
)
_PLAIN_TYPES = frozenset({"", "string", "any", "interface", "object", "char", "byte", "str"})
_FUNCTIONS = frozenset({"def", "defp", "defmacro", "function", "Function", "Sub", "procedure", "macro"})
_CONTINUES = re.compile(r"[ \t]*(?:begin|end|var|const|private|protected|public|published|else|rescue|ensure|[)\]}])\b")
_LINE = re.compile(r"^[ \t]*(?=\S)", re.MULTILINE)


class Outline:
    """The paths of all brackets of one text, each made when a value in it asks for it."""

    def __init__(self, tokens: Tokens, language: Language, calls: Calls) -> None:
        self._tokens = tokens
        self._language = language
        self._calls = calls
        self._paths: dict[int, _Path] = {}
        self.slots: Slots
        self.choices: set[int] = set()

    def path_at(self, frame: int, offset: int) -> _Path:
        """Return the path of what stands at `offset`, in the bracket at index `frame` or in none."""
        if frame < 0:
            return self._block_at(offset) if self._language.indented else ()
        pending = []
        at = frame
        while at >= 0 and at not in self._paths:
            pending.append(at)
            at = self._tokens.frames[at]
        for each in reversed(pending):
            self._paths[each] = self._path_of(each)
        return self._paths[frame]

    def _path_of(self, frame: int) -> _Path:
        outer = self.path_at(self._tokens.frames[frame], self._tokens.starts[frame])
        if len(outer) > _DEEPEST:
            return outer
        kind = self._tokens.kinds[frame]
        if kind == "(":
            return self._path_of_call(frame, outer)
        if kind == "[":
            return outer if self._subscripts(frame) else self._path_of_value(frame, outer, "[]")
        return self._path_of_braces(frame, outer)

    def _path_of_call(self, frame: int, outer: _Path) -> _Path:
        callee = self._calls.callee(frame)
        if callee:
            return (*outer, f"{callee}()#{frame}")
        word = re.search(r"(\w+)\s*$", self._tokens.gap(frame))
        return (
            outer if word and is_control(word[1]) and word[1] != "return" else self._path_of_value(frame, outer, "()")
        )

    def _path_of_value(self, frame: int, outer: _Path, sign: str) -> _Path:
        """Return the path of a list, a mapping or a group by the name that it goes by."""
        slots = self.slots.slots_at(frame, self._tokens.starts[frame])
        if not slots:
            return (*outer, f"{sign}#{frame}")
        path = slots[0].path
        name = path[-1] if path else ""
        label = self.slots.names.label(name) if slots[0].place is Place.ASSIGNMENT else ""
        path = (*path[:-1], f"{name} {label}"[:200]) if label and len(label) < 150 else path
        listed = self._tokens.frames[frame]
        passed = listed >= 0 and self._tokens.kinds[listed] == "(" and path[-1:] and path[-1].startswith("[")
        in_call = passed and len(path) > 1 and re.search(r"\(\)#\d+$", path[-2])
        return path[:-1] if in_call and sign == "{}" else path

    def _subscripts(self, frame: int) -> bool:
        """Tell whether a square bracket looks something up and is no list."""
        gap = self._tokens.gap(frame)
        if gap.strip():
            return re.search(r"[\w$?]$", gap) is not None and not is_control(gap.split()[-1])
        return not gap and frame > 0 and self._tokens.kinds[frame - 1] in ")]"

    def _path_of_braces(self, frame: int, outer: _Path) -> _Path:
        header = self._header(frame)
        typed = _TYPE_HEADER.search(header)
        if typed and not re.search(r"[=(:,]\s*$", header):
            return (*outer, normalised(re.sub(r"\s+for\s+", ".", typed["name"])))
        if not header.strip() or _VALUE_BEFORE.search(header):
            return self._path_of_value(frame, outer, "{}") if header.strip() else self._path_of_block(frame, outer)
        is_choice = "=" in header and any(word in header for word in _CHOOSING)
        chosen = _CHOSEN.search(header[-_LONGEST_CHOICE:]) if is_choice else None
        if chosen and not is_control(chosen["name"]):
            self.choices.add(frame)
            return (*outer, chosen["name"])
        function = _FUNCTION_HEADER.search(header)
        held = _PROPERTY_HEADER.search(header)
        if held:
            return (*outer, held["name"])
        if (
            re.search(r"\bnew\s*(?:\(\)|\[\])\s*$", header)
            and (opening := self._tokens.partners.get(frame - 1)) is not None
        ):
            slots = self.slots.slots_at(opening, self._tokens.starts[opening])
            return slots[0].path if slots else outer
        made = re.search(r"\bnew\s+([\w.:<>, ]+?)\s*(?:\(\)|\[\])*\s*$", header)
        if made:
            return self._path_of_literal(frame, made[1], outer)
        if function:
            name = normalised(function["name"])
            return outer if is_control(name) else (*outer, f"{name.rpartition('.')[2]}()")
        return self._path_of_named(frame, header, outer)

    def is_block(self, frame: int) -> bool:
        """Tell whether braces hold statements and no list of values."""
        header = self._header(frame)
        for _ in range(_DEEPEST):
            if header.strip():
                break
            frame = self._tokens.frames[frame]
            if frame < 0 or self._tokens.kinds[frame] in "[(":
                return frame < 0
            header = self._header(frame)
        if self._language.commands and re.fullmatch(r"\s*[a-z][\w.]*", header):
            return True
        if re.search(r"\bnew\b", header):
            return False
        if _VALUE_BEFORE.search(header):
            return header.endswith(("=>", "->"))
        return (
            bool(_FUNCTION_HEADER.search(header)) or is_control(header.split()[-1]) or bool(_TYPE_HEADER.search(header))
        )

    def _path_of_block(self, frame: int, outer: _Path) -> _Path:
        """Return the path of braces without anything in front: a row of a list, or a block."""
        listed = self._tokens.frames[frame]
        if listed >= 0 and self._tokens.kinds[listed] in "[({":
            return self._path_of_value(frame, outer, "{}")
        return outer

    def _path_of_named(self, frame: int, header: str, outer: _Path) -> _Path:
        """Return the path of a block with a name and perhaps labels, or of a literal of a type."""
        labels = re.findall(r"\"([^\"\n]{1,100})\"", header)
        word = re.match(r"\s*([\w.-]+)\s*\"", header)
        if labels and word:
            return (*outer, word[1], *labels[-3:])
        match = self._calls.dotted_end(header)
        name = normalised(match["name"]) if match else ""
        if not name or is_control(name):
            return outer
        if name in _PLAIN_TYPES and frame and self._tokens.kinds[frame - 1] == "]":
            return self._path_of_array(frame, name, outer)
        before = header[: len(header) - len(match[0])] if match else ""
        block = self._language.commands and name[:1].islower() and not before.strip()
        if not block and (_VALUE_BEFORE.search(before) or name[:1].isupper() or "." in name):
            return self._path_of_literal(frame, name, outer)
        return (*outer, name)

    def _path_of_literal(self, frame: int, name: str, outer: _Path) -> _Path:
        """Return the path of the members of a literal of the type `name`."""
        at = frame
        if frame and self._tokens.kinds[frame - 1] == ")" and not self._tokens.gap(frame).strip():
            at = self._tokens.partners.get(frame - 1, frame)
        gap = self._tokens.gap(at)
        if frame and self._tokens.kinds[frame - 1] == "]" and not gap.strip(" \t" + name):
            return self._path_of_array(frame, name, outer)
        match = re.search(r"(?:\bnew\s+|&)?[\w$.:<>\[\]*, ]+?\s*$", gap)
        start = self._tokens.starts[at] - (len(match[0].lstrip()) if match else 0)
        slots = (
            self.slots.slots_at(at, start)
            if match and _VALUE_BEFORE.search(gap[: match.start()].rstrip() or "")
            else ()
        )
        inside = slots[0].path if slots else outer
        return (*inside, f"{self.slots.names.resolve(name)}()#{frame}")

    def _path_of_array(self, frame: int, name: str, outer: _Path) -> _Path:
        """Return the path of the items of `[][3]Type{...}` or `new Type[] {...}`."""
        tokens = self._tokens
        at = frame
        for _ in range(_DEEPEST):
            if not at or tokens.kinds[at - 1] != "]" or (at != frame and tokens.gap(at).strip()):
                break
            at = tokens.partners.get(at - 1, at - 1)
        before = re.search(r"(?:\bnew\s+)?(?:[\w.]+)?\s*$", tokens.gap(at))
        slots = self.slots.slots_at(at, tokens.starts[at] - (len(before[0]) if before else 0))
        inside = slots[0].path if slots else outer
        return inside if name.lower() in _PLAIN_TYPES else (*inside, f"{self.slots.names.resolve(name)}()#{frame}")

    def _header(self, frame: int) -> str:
        """Return what stands between the end of the last statement and the brace at `frame`; brackets are empty."""
        tokens = self._tokens
        pieces = [tokens.gap(frame)]
        at = frame - 1
        for _ in range(_LONGEST_HEADER):
            if at < 0 or tokens.frames[frame] == at:
                break
            kind = tokens.kinds[at]
            if kind in ")]" and at in tokens.partners:
                opening = tokens.partners[at]
                pieces.append(tokens.kinds[opening] + kind)
                at = opening
            elif kind == STRING:
                pieces.append(tokens.code[tokens.starts[at] : tokens.ends[at]][:102])
            elif kind != "," or not re.match(r"[^<]*>", "".join(reversed(pieces))):
                break
            else:
                pieces.append(kind)
            pieces.append(tokens.gap(at))
            at -= 1
        header = "".join(reversed(pieces)).rstrip()
        line = header.rpartition("\n")[2]
        return (
            line if line.strip() and not re.match(r"\s*(?:->|:|\)|\{|where\b|extends\b|implements\b)", line) else header
        )

    def _block_at(self, offset: int) -> _Path:
        """Return the titles of the indented blocks around an offset."""
        starts, ends, titles, outers = self._blocks
        at = bisect_right(starts, offset) - 1
        while at >= 0 and ends[at] <= offset:
            at = outers[at]
        path: list[str] = []
        while at >= 0 and len(path) < _DEEPEST:
            if ends[at] > offset:
                path.append(titles[at])
            at = outers[at]
        return tuple(reversed(path))

    @cached_property
    def _blocks(self) -> tuple[list[int], list[int], list[str], list[int]]:
        """Return start, end, title and outer block of every block, in the order of the text."""
        code = self._tokens.code
        headers = {match.start(): match for match in _INDENTED.finditer(code)}
        starts: list[int] = []
        ends: list[int] = []
        titles: list[str] = []
        outers: list[int] = []
        open_blocks: list[tuple[int, int]] = []
        for line in _LINE.finditer(code) if headers else ():
            indent = line.end() - line.start()
            if not _CONTINUES.match(code, line.start()):
                while open_blocks and open_blocks[-1][0] >= indent:
                    ends[open_blocks.pop()[1]] = line.start()
            header = headers.get(line.start())
            if header:
                outers.append(open_blocks[-1][1] if open_blocks else -1)
                open_blocks.append((indent, len(starts)))
                starts.append(line.start())
                ends.append(len(code))
                titles.append(normalised(header["name"]) + ("()" if header["word"] in _FUNCTIONS else ""))
        return starts, ends, titles, outers
