"""Find the variables that a word of a script stands for, with what is left of their values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from okxguard.entries.shell_words import Word

_POSIX = re.compile(
    r"\\\$|\$(?P<name>[A-Za-z_]\w{0,80})|\$\{(?P<sign>[!\#]?)(?P<braced>[A-Za-z_]\w{0,80})(?P<rest>[^{}]{0,200})\}"
)
_BATCH = re.compile(r"%(?P<name>[A-Za-z_]\w{1,80})(?P<rest>:[^%\n]{0,80})?%")
_POWERSHELL = re.compile(
    r"`\$|\$(?:\{(?:env:)?(?P<braced>[\w:]{1,80})\}|(?:env:|script:|global:)?(?P<name>[A-Za-z_]\w{0,80}(?:\.\w{1,60}\b(?!\()){0,4})"
    r"(?P<rest>(?:\.\w+\([^()]{0,60}\))?))",
    re.IGNORECASE,
)
_SUBSTITUTED = re.compile(r"\$\([^()]{0,400}\)|`[^`]{0,400}`")
_CUT = re.compile(r":\s*(?P<first>\(?-?\d+\)?|0)?\s*(?::\s*(?P<second>-?\d+))?")


class Reference(NamedTuple):
    """A variable in a word: its name, where in the word it stands, what is left (0 is all, -1 too much)."""

    name: str
    at: int
    shown: int = 0


# Where a variable of PowerShell is not written out: in single quotes, behind a mark, in a call, a comparison, a test.
_HIDDEN = re.compile(
    r"'(?:[^'\n]|'')*'|`\$|\$\((?!\s*\$[\w:.]+(?:\.Substring\([^()]*\))?\s*\))[^()]*(?:\([^()]*\)[^()]*)*\)|\([^()$]*\b[A-Z]\w+-\w+[^()]*\)"
)
_COMPARED = re.compile(
    r"\s*-(?:eq|ne|match|like|is|gt|lt|replace|split)\b|\.(?:Length|Count|IsNullOrEmpty|GetType|GetHashCode)\b",
    re.IGNORECASE,
)


def written_variables(text: str) -> Iterator[Reference]:
    """Yield the variables in the arguments of a PowerShell command that are written out."""
    plain = _HIDDEN.sub(lambda match: " " * len(match[0]), _outside_double(text))
    for match in _POWERSHELL.finditer(plain):
        name = match["braced"] or match["name"]
        if not name or _COMPARED.search(name) or _COMPARED.match(plain, match.end()):
            continue
        shown = _left(match["rest"] or "", "powershell")
        if shown is not None and (
            shown or not match["rest"] or re.match(r"\.(?:Trim|ToString|ToUpper|ToLower)\b", match["rest"])
        ):
            yield Reference(re.split(r"[.:]", name)[-1], match.start(), shown)


def _outside_double(text: str) -> str:
    """Return arguments in which the single quotes inside double ones are blanks."""
    return re.sub(r"\"[^\"]*\"", lambda match: match[0].replace("'", " "), text)


def references(text: str, word: Word, syntax: str) -> Iterator[Reference]:
    """Yield the variables of a word that are replaced by their values, and not by a mask or a length of them."""
    value = _SUBSTITUTED.sub(lambda match: " " * len(match[0]), word.value)
    single = list(_single_quoted(text, word)) if syntax != "batch" else []
    pattern = _BATCH if syntax == "batch" else _POSIX
    for match in pattern.finditer(value):
        groups = match.groupdict()
        name = groups.get("braced") or groups.get("name")
        if not name or groups.get("sign") or any(start <= match.start() < end for start, end in single):
            continue
        at = word.span(match.start(), match.start() + 1).start
        shown = _left(groups.get("rest") or "", syntax)
        if shown is not None and (syntax == "batch" or text[at - 1 : at] != "\\"):
            yield Reference(name, match.start(), shown)


def _left(rest: str, syntax: str) -> int | None:
    """Return how many characters an expansion leaves, None for none."""
    if syntax == "powershell":
        match = re.search(r"Substring\(\s*(\d+)\s*(?:,\s*(\d+))?", rest, re.IGNORECASE)
        return (int(match[2]) if match[2] else -1) if match else 0
    if syntax == "batch":
        cut = re.fullmatch(r":~(-?\d+)(?:,(-?\d+))?", rest)
        return (abs(int(cut[2])) if cut[2] else abs(int(cut[1])) if int(cut[1]) < 0 else -1) if cut else 0
    if not rest or rest.startswith((":-", "-", ":=", "=", ":?", "?", "@", "^", ",")):
        return 0
    if rest.startswith((":+", "+", "//", "/", "%", "#", "[")):
        return None if rest.startswith((":+", "+", "/")) else -1 if rest in ("%?", "#?") else None
    cut = _CUT.fullmatch(rest)
    if cut is None:
        return None
    first = int((cut["first"] or "0").strip("()"))
    if cut["second"] is not None:
        return abs(int(cut["second"])) if int(cut["second"]) >= 0 else -1
    return -first if first < 0 else -1


def _single_quoted(text: str, word: Word) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a word's value that stand in single quotes."""
    sizes = [*(begin for begin, _ in word.pieces[1:]), len(word.value)]
    last_end, last_single = -1, False
    for (begin, start), until in zip(word.pieces, sizes, strict=True):
        closes = last_single and start - 1 == last_end
        last_single = text[start - 1 : start] == "'" and not closes
        last_end = start + until - begin
        if last_single:
            yield begin, until
