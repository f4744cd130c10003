"""Tell the names of a value without brackets around it: arguments of commands, what a function returns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from okxguard.entries.code_arguments import DEFAULTING, SETTER, Arguments
from okxguard.entries.code_calls import Calls
from okxguard.entries.code_literals import without_prefix
from okxguard.entries.code_names import Names, is_control, normalised
from okxguard.entries.code_targets import ASSIGN, MOST_NAMES, Slot, Targets
from okxguard.entries.languages import Language
from okxguard.entries.lexer import STRING, Tokens
from okxguard.entries.wrapping import wraps
from okxguard.model import Place

if TYPE_CHECKING:
    from okxguard.entries.code_slots import Slots

_Path = tuple[str, ...]
_RETURN = re.compile(r"\b(?:return|yield|return\()\s*\(*$")
_ANONYMOUS = re.compile(r"\b(?:func|function|fn|fun|sub)\s*$")
# A call without brackets that sets what an atom names: `set :name, "v"`.
_SETTING = re.compile(r"(?:^|\n)[ \t]*[a-z]\w{0,40}[ \t]+:(?P<name>[a-z]\w{1,80})[ \t]*$")


class CommandNames:
    """Names the values of one text that stand behind a word or another value."""

    def __init__(self, tokens: Tokens, language: Language, calls: Calls, targets: Targets, slots: Slots) -> None:
        self._tokens = tokens
        self._language = language
        self._calls = calls
        self._targets = targets
        self._slots = slots
        self._names: Names = slots.names
        self._arguments = Arguments(tokens, language, targets)

    def in_statement(self, index: int, here: _Path) -> list[Slot]:
        """Return the slots of a value behind a comma without brackets: `a, b = "v", "w"` or `call "v", "w"`."""
        tokens = self._tokens
        at, item = index, 0
        setting = _SETTING.search(tokens.gap(index - 1)[-200:]) if self._language.commands else None
        if setting:
            return [Slot((*here, setting["name"]), Place.ARGUMENT)]
        for _ in range(MOST_NAMES * 2):
            if at > 1 and tokens.kinds[at - 1] == "," and not tokens.gap(at).strip(" \t\n*&@$LurbfR"):
                item += 1
                at -= 2
                while at > 0 and tokens.kinds[at] in ")]}" and at in tokens.partners:
                    at = tokens.partners[at]
                continue
            break
        if at < 0 or not item:
            return []
        left = without_prefix(tokens.gap(at)).rstrip()
        if assign := ASSIGN.search(left):
            names = self._targets.names_before(at, left[: assign.start()])
            return [Slot((*here, names[item]))] if item < len(names) and names[item] else []
        return self._argument(index, at, left, here, item) if self._language.commands else []

    def beside(self, index: int, here: _Path, depth: int) -> list[Slot]:
        """Return the slots of a string behind a string: an argument where calls need no brackets."""
        if not self._language.commands:
            return []
        at, item = index, 0
        while at and item < MOST_NAMES and self._tokens.kinds[at - 1] == STRING and not self._tokens.gap(at).strip():
            at -= 1
            item += 1
        if (
            at - 1 == self._tokens.frames[index]
            and self._tokens.kinds[at - 1] == "["
            and not self._tokens.gap(at).strip()
        ):
            return [Slot((*here, f"[{item}]"))]
        left = without_prefix(self._tokens.gap(at)).rstrip()
        return self._argument(index, at, left, here, item) if item else self._command(at, left, 0, here, depth)

    def _argument(self, index: int, at: int, left: str, here: _Path, item: int) -> list[Slot]:
        """Return the slots of an argument behind others: of which call, and what the one before names."""
        slots = self._command(at, left, item, here, 0)
        return slots + (self._arguments.pair(index, slots[0].path[:-1]) if slots else [])

    def behind_word(self, index: int, left: str, gap: str, here: _Path, depth: int) -> list[Slot]:
        if _RETURN.search(left):
            return [Slot((*here, "return")), *self._returned(index, left, here, depth)]
        match = self._calls.dotted_end(left)
        if match is None or "\n" in gap[len(gap.rstrip()) :]:
            return self._last_of_function(left, here)
        if re.search(r"(?:#|%:)\s*define\s+\w+$", left):
            return [Slot((*here, normalised(match["name"])))]
        name = normalised(match["name"])
        if name in ("then", "else", "do"):
            return self._slots.outer(self._slots.item_start(index, left), depth)
        return self._command(index, left, 0, here, depth) if self._language.commands and not is_control(name) else []

    def _returned(self, index: int, left: str, here: _Path, depth: int) -> list[Slot]:
        """Return the name of a function, or of the variable that holds it, whose only statement returns the value."""
        tokens = self._tokens
        first = tokens.kinds[index - 1] in "{)" and left.strip() == "return" if index else False
        last = re.match(r"\s*;?\s*(?:\}|end\b|$)", tokens.code[tokens.ends[index] : tokens.ends[index] + 80])
        if not (first and last):
            return []
        frame = tokens.frames[index]
        opening = tokens.partners.get(frame - 1) if frame > 0 and tokens.kinds[frame - 1] == ")" else None
        if opening is not None and (word := _ANONYMOUS.search(tokens.gap(opening))):
            return self._slots.slots_at(opening, tokens.starts[opening] - len(word[0]), depth + 1)
        if here[-1:] == ("get",):
            here = (*here[:-2], here[-2].partition("()#")[0]) if len(here) > 1 else ()
        if not here or "#" in here[-1] or here[-1].startswith("["):
            return []
        return [Slot((*here[:-1], here[-1].removesuffix("()")), Place.DEFAULT)]

    def _command(self, at: int, left: str, item: int, here: _Path, depth: int) -> list[Slot]:
        """Return the slots of an argument of a call without brackets: `name "v"`, `call "v", "w"`, `(call "v" "w")`."""
        match = self._calls.dotted_end(left)
        name = normalised(match["name"]) if match else ""
        if not name or is_control(name):
            return []
        if self._language.hyphens and not item and match and match["chain"] == ":":
            return [Slot((*here, name))]
        callee = self._names.resolve(name)
        slots = [Slot((*here, f"{callee}()#{at}", f"[{item}]"), Place.ARGUMENT)]
        if item:
            return slots
        setter = SETTER.fullmatch(name.rpartition(".")[2])
        slots.append(Slot((*here, setter["name"] if setter else name.rpartition(".")[2])))
        if "|>" in left and DEFAULTING.search(f".{name}"):
            return slots + self._slots.outer(self._slots.item_start(at, left), depth)
        begin = self._tokens.ends[at - 1] if at else 0
        offset = (
            self._tokens.code.rfind(match["name"], begin, self._tokens.starts[at]) if match and wraps(callee) else -1
        )
        return slots + (self._slots.slots_at(at, offset, depth + 1) if offset >= 0 else [])

    def _last_of_function(self, left: str, here: _Path) -> list[Slot]:
        """Return the name of a function whose only line is the value."""
        line = left.rstrip().rpartition("\n")[2].strip()
        match = re.match(
            r"(?:\w+\s+)*(?:def|fn|fun|func|function)\s+(?:self\.)?(?P<name>[\w?!]+)$", line.removesuffix(" do")
        )
        if match is None:
            return []
        scope = here[:-1] if here[-1:] == (f"{match['name']}()",) else here
        return [Slot((*scope, match["name"]))]
