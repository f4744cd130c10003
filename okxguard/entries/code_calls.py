"""Read what stands in front of a bracket: which call it opens, and where the chain of calls begins."""

from __future__ import annotations

import re
from typing import NamedTuple

from okxguard.entries.code_names import Names, is_control, normalised
from okxguard.entries.languages import Language
from okxguard.entries.lexer import STRING, Tokens

_LONGEST_GAP = 240
_LONGEST_CHAIN = 40
_LONGEST_OPERAND = 12
_GENERICS = r"(?:::)?<[^<>()]{0,80}(?:<[^<>()]{0,80}>[^<>()]{0,80})?>"
_SIGN = r"(?:\?\.|!{1,2}\.|\.(?!\.)|::|->|\\|:(?=[A-Za-z_]))"

# Calls in a chain that change little of what was looked up.
_PASSING = re.compile(r"(?<=\w)[.?]+(?:trim|strip|toString|to_s|chomp|unwrap|value)$", re.IGNORECASE)


def _dotted_end(word: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<chain>{_SIGN}\s*)?(?P<name>[\w$@%]{word}*(?:\s*{_SIGN}\s*[\w$@]{word}*)*[?!]?)\s*(?:{_GENERICS})?[?!]?\s*$"
    )


class Operand(NamedTuple):
    """An expression that ends somewhere: the token its beginning stands in front of, and the offset of it."""

    at: int
    offset: int
    name: str = ""
    text: str = ""


class Calls:
    """Reads the calls of one text."""

    def __init__(self, tokens: Tokens, language: Language, names: Names) -> None:
        self._tokens = tokens
        self._names = names
        self._hashes = language.hashes
        self._end = _dotted_end(r"[\w$\-?!*+/]" if language.hyphens else r"[\w$]")
        self._callees: dict[int, str | None] = {}

    def dotted_end(self, text: str) -> re.Match[str] | None:
        """Return the dotted name that a text ends with."""
        return self._end.search(text[-_LONGEST_GAP:])

    def callee(self, opening: int) -> str | None:
        """Return the dotted name of what the bracket at `opening` calls or subscripts; None where it only groups."""
        pending: list[int] = []
        at = opening
        while at not in self._callees and len(pending) < _LONGEST_CHAIN:
            pending.append(at)
            receiver = self._receiver(at)
            if receiver is None:
                break
            at = receiver
        for each in reversed(pending):
            self._callees[each] = self._own_callee(each)
        return self._callees.get(opening)

    def _receiver(self, opening: int) -> int | None:
        """Return the bracket of the call that the call at `opening` continues."""
        gap = self._tokens.gap(opening).strip()
        continued = not gap or re.match(_SIGN, gap)
        return self._tokens.partners.get(opening - 1) if continued and self._closes(opening - 1) else None

    def _own_callee(self, opening: int) -> str | None:
        gap = self._tokens.gap(opening)
        match = self.dotted_end(gap)
        if match is None:
            if gap.strip() or not self._closes(opening - 1):
                return None
            receiver = self._callees.get(self._tokens.partners.get(opening - 1, -1))
            return f"{receiver}()" if receiver else None
        if match["chain"]:
            if opening and self._closes(opening - 1) and not gap[: len(gap) - len(match[0])].strip():
                receiver = self._callees.get(self._tokens.partners.get(opening - 1, -1))
                return f"{receiver or ''}().{normalised(match['name'])}"[-200:]
            return normalised(match["name"])
        name = normalised(match["name"])
        if is_control(name) or "\n" in gap[len(gap.rstrip()) :]:
            return None
        return self._names.resolve(match["name"])

    def _closes(self, index: int) -> bool:
        return index >= 0 and self._tokens.kinds[index] in ")]}"

    def operand_before(self, index: int, left: str) -> Operand:
        """Return the expression that ends where `left` ends, the text in front of the token at `index`.

        Its name is that of the setting it looks up: `process.env.NAME`, `getenv("NAME")`, `settings["NAME"]`.
        """
        tokens = self._tokens
        gap_start = tokens.ends[index - 1] if index else 0
        match = self.dotted_end(left)
        name = ""
        for _ in range(_LONGEST_OPERAND):
            if match is not None:
                name = name or _PASSING.sub("", normalised(match["name"])).rpartition(".")[2]
                before = left[: len(left) - len(match[0])] if len(match[0]) < len(left) else ""
                chained = bool(match["chain"]) and not before.strip()
                if not (chained and index and self._closes(index - 1)):
                    return Operand(index, gap_start + len(before), name)
            elif left.strip() or not index or not self._closes(index - 1):
                return Operand(index, gap_start + len(left.rstrip()), name)
            opening = tokens.partners.get(index - 1)
            if opening is None:
                break
            name = self.first_string(opening) or name
            index, left = opening, tokens.gap(opening)
            gap_start = tokens.ends[index - 1] if index else 0
            match = self.dotted_end(left)
        return Operand(index, gap_start + len(left), name)

    def first_string(self, opening: int) -> str:
        """Return the inside of the first string in a bracket, which names what is looked up."""
        if self._hashes and self._tokens.kinds[opening] == "{" and self._tokens.partners.get(opening) == opening + 1:
            word = re.fullmatch(r"\s*-?(\w{1,100})\s*", self._tokens.gap(opening + 1)[:_LONGEST_GAP])
            return word[1] if word else ""
        following = opening + 1
        while following < min(len(self._tokens.kinds), opening + 4) and self._tokens.kinds[following] in "([,":
            following += 1
        if following < len(self._tokens.kinds) and self._tokens.kinds[following] == STRING:
            start, end = self._tokens.starts[following], self._tokens.ends[following]
            if end - start <= 102:
                return self._tokens.code[start + 1 : end - 1]
        return ""
