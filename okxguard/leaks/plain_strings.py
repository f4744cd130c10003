"""Find what strings of any language take from elsewhere: the code in them, and the verbs of formats."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_DOLLAR_BRACE = r"\$(?P<open>\{)"
_PATTERNS = {
    "template": _DOLLAR_BRACE,
    "dollar": _DOLLAR_BRACE + r"|\$(?P<name>[^\W\d]\w*)",
    "php": r"(?P<braced>\{)(?=\$)|\$(?P<open>\{)|(?P<variable>\$[^\W\d]\w*(?:->\w+|\[[^\[\]\n]{1,80}\])?)",
    "hash": r"\#(?P<open>\{)",
    "swift": r"\\\#?(?P<open>\()",
    "brace": r"\{\{|(?P<open>\{)(?=[^\W\d]|\()",
    "rust": r"\{\{|\{(?P<inline>[^\W\d]\w*)(?P<format>:[^{}\n]{0,20})?\}",
}
HOLES = {name: re.compile(pattern) for name, pattern in _PATTERNS.items()}
_CLOSING = {"{": "}", "(": ")"}
_FORMAT_OF_HOLE = re.compile(r"[^:?]*?(?P<format>(?<!:):(?!:)[^:?()\"']{1,20})$")
_MOST_HOLES, _LONGEST_HOLE = 60, 2000
_VERB = re.compile(
    r"%(?:(?P<position>\d{1,2})\$)?[-+# 0']*(?:\d{1,4}|\*)?(?:\.(?P<precision>\d{1,3}))?l{0,2}(?P<letter>[A-Za-z%])"
)
_PLACE = re.compile(r"\{\{|\{\w{0,20}(?P<format>:[^{}\n]{0,20})?\}")


class Hole(NamedTuple):
    """Code inside a string: where it stands, and the format that follows it."""

    start: int
    end: int
    format: str = ""


def holes(text: str, start: int, end: int, manner: str) -> Iterator[Hole]:
    """Yield the code in the string between two places of a text."""
    pattern = HOLES[manner]
    at = start
    for _ in range(_MOST_HOLES):
        match = pattern.search(text, at, end)
        if match is None:
            return
        at = match.end()
        group = match.lastgroup or ""
        groups = match.groupdict()
        if groups.get("inline"):
            yield Hole(*match.span("inline"), groups["format"] or "")
        elif group in ("name", "variable"):
            yield Hole(*match.span(group))
        elif group in ("open", "braced"):
            closing = _closing(text, at, min(end, at + _LONGEST_HOLE), match[group])
            yield _formatted(text, at, closing) if manner == "brace" else Hole(at, closing)
            at = closing


def _closing(text: str, at: int, end: int, opening: str) -> int:
    closing, depth = _CLOSING[opening], 1
    for match in re.compile(rf"[{opening}{closing}]").finditer(text, at, end):
        depth += 1 if match[0] == opening else -1
        if not depth:
            return match.start()
    return end


def _formatted(text: str, start: int, end: int) -> Hole:
    match = _FORMAT_OF_HOLE.match(text, start, end) if end - start < 200 else None
    return Hole(start, match.start("format"), match["format"]) if match else Hole(start, end)


class Verb(NamedTuple):
    """How a format shows one of its arguments: the letter, and how many characters at most."""

    letter: str
    shown: int = 0


def verbs(text: str) -> dict[int, Verb]:
    """Return the verbs of a format such as `%s` by the position of their argument."""
    found: dict[int, Verb] = {}
    position = 0
    for match in _VERB.finditer(text):
        if match["letter"] == "%":
            continue
        at = int(match["position"]) - 1 if match["position"] else position
        position += not match["position"]
        letter = "+" + match["letter"] if "+" in match[0] or "#" in match[0] else match["letter"]
        found[at] = Verb(letter, int(match["precision"]) if match["precision"] else 0)
    return found


def places(text: str) -> list[str]:
    """Return the formats of the places of a format such as `{}` or `{:?}`."""
    return [match["format"] or "" for match in _PLACE.finditer(text) if match[0] != "{{"]
