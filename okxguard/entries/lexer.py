"""Cut source text into strings, brackets, commas and semicolons; what stands between two of them stays text.

One compiled pattern a language finds them all. Names and operators are looked at only where a value stands, so that
a megabyte of minified code costs little more than its brackets.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from okxguard.entries.languages import Language
from okxguard.entries.string_forms import COMMENTS, STRINGS, Form
from okxguard.model import Span

_OPENING = "([{"
_CLOSING = ")]}"
_DEEPEST = 3000
_MOST_ITEMS = 80
# The commas between the types of `Map<String, String>` separate nothing.
_TYPE = r"[\w.:?*&\[\] ]{1,60}(?:<[\w.:?*&\[\] ,]{0,60}>)?"
_GENERICS = rf"<{_TYPE}(?:, {_TYPE}){{1,4}}>"
STRING = "s"


class Tokens(NamedTuple):
    """The tokens of a text, in its order.

    `kinds` are brackets, `,`, `;` and `s` for strings; `forms` the form of each string; `frames` the index of the
    bracket that a token stands in, or -1; `items` how many commas precede it there; `partners` the index of the
    bracket that closes or opens a bracket. `code` is the text with comments blanked out.
    """

    kinds: list[str]
    starts: list[int]
    ends: list[int]
    frames: list[int]
    items: list[int]
    partners: dict[int, int]
    forms: dict[int, str]
    comments: tuple[Span, ...]
    code: str

    def gap(self, index: int) -> str:
        """Return what stands between the token before `index` and the token at `index`."""
        return self.code[self.ends[index - 1] if index else 0 : self.starts[index]]


@cache
def _pattern(language: Language) -> re.Pattern[str]:
    forms = [f"(?P<s{index}>{STRINGS[name].pattern})" for index, name in enumerate(language.strings)]
    patterns = [*(COMMENTS[name] for name in language.comments), *(STRINGS[name].pattern for name in language.strings)]
    signs = f"(?P<p>[{re.escape(language.brackets)},;])"
    # Signs are most of what there is; only where none of them begins a comment or a string may they come first.
    first = all(pattern.lstrip("\\^")[0] not in "([{;," for pattern in patterns)
    signs += f"|(?P<g>{_GENERICS})"
    others = "|".join([f"(?P<c>{'|'.join(COMMENTS[name] for name in language.comments)})", *forms])
    return re.compile(f"{signs}|{others}" if first else f"{others}|{signs}", re.MULTILINE)


@lru_cache(maxsize=1)
def tokenize(text: str, language: Language) -> Tokens:
    """Return the tokens of a text in one language; nobody may change them, for the next one who asks gets them, too."""
    kinds: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    forms: dict[int, str] = {}
    comments: list[Span] = []
    add_kind, add_start, add_end = kinds.append, starts.append, ends.append
    for match in _pattern(language).finditer(text):
        start, end = match.span()
        group = match.lastgroup
        if group == "p":
            add_kind(text[start])
        elif group == "g":
            continue
        elif group == "c":
            comments.append(Span(start, end))
            continue
        else:
            forms[len(kinds)] = language.strings[int(group[1:])] if group else ""
            add_kind(STRING)
        add_start(start)
        add_end(end)
    return Tokens(kinds, starts, ends, *_nest(kinds), forms, tuple(comments), _without(text, comments))


def _nest(kinds: list[str]) -> tuple[list[int], list[int], dict[int, int]]:
    """Return the bracket around every token, its number there, and which brackets belong together."""
    frames = [-1] * len(kinds)
    items = [0] * len(kinds)
    partners: dict[int, int] = {}
    stack: list[tuple[int, int]] = []
    frame, count = -1, 0
    for index, kind in enumerate(kinds):
        if kind == ",":
            frames[index], items[index] = frame, count
            count += 1
        elif kind in _OPENING:
            frames[index], items[index] = frame, count
            if len(stack) < _DEEPEST:
                stack.append((frame, count))
                frame, count = index, 0
        elif kind in _CLOSING:
            frames[index], items[index] = frame, count
            # A closing bracket that fits none of the last few opened ones closes nothing.
            opening = _OPENING[_CLOSING.index(kind)]
            for depth in range(min(4, len(stack))):
                if kinds[frame if not depth else stack[-depth][0]] == opening:
                    partners[index] = frame if not depth else stack[-depth][0]
                    partners[partners[index]] = index
                    frame, count = stack[-1 - depth]
                    del stack[-1 - depth :]
                    break
        else:
            frames[index], items[index] = frame, count
            if kind == ";":
                count = 0
    return frames, items, partners


def _without(text: str, spans: list[Span]) -> str:
    """Blank out some stretches of a text, line ends excepted."""
    pieces: list[str] = []
    at = 0
    for start, end in spans:
        held = text[start:end]
        blank = " " * (end - start) if "\n" not in held else re.sub(r"[^\n]", " ", held)
        pieces += (text[at:start], blank)
        at = end
    return "".join([*pieces, text[at:]])


def commas_of(tokens: Tokens, frame: int, closing: int) -> list[int]:
    """Return the commas between the items of a bracket, as far as they are not too many."""
    found: list[int] = []
    at = frame + 1
    while at < closing and len(found) <= _MOST_ITEMS:
        if tokens.kinds[at] == ",":
            found.append(at)
        at = tokens.partners.get(at, at) + 1 if tokens.kinds[at] in _OPENING else at + 1
    if found and found[-1] == closing - 1 and not tokens.gap(closing).strip():
        found.pop()
    return found


def form_of(name: str) -> Form:
    """Return how strings of that form are written."""
    return STRINGS[name]
