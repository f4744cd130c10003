"""Find what is assigned to the names of one file, and which names are unpacked under others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from okxguard.leaks.plain_cells import Code
from okxguard.leaks.plain_model import Manner

_TYPE = r"(?:[ \t]{0,3}:[ \t]{0,3}[\w<>\[\]|.&?][\w<>\[\]|.&? ]{0,60}?)?"
# What stands in front of the sign of an assignment. Signs are looked for, for most names stand in front of none.
_ASSIGNED = re.compile(
    rf"(?<![\w$.>-])(?P<name>[$@]{{0,2}}[^\W\d]\w{{0,80}}){_TYPE}"
    r"(?:[ \t]{0,3},[ \t]{0,3}(?:err|ok|e|_|found|exists))?[ \t]{0,40}$"
)
_LONGEST_BEFORE = 250
_OTHER_BEFORE, _OTHER_BEHIND = frozenset("=!<>+*/|&~?-"), frozenset("=>~")
_UNPACKED = re.compile(r"\b(?:const|let|var)\s{1,3}\{(?P<items>[^{}]{0,600})\}\s{0,3}=(?!=)")
_RENAMED = re.compile(r"[\"']?(?P<old>[^\W\d][\w-]{0,80})[\"']?\s{0,3}:\s{0,3}(?P<new>[^\W\d]\w{0,80})")


def assigned(code: Code, manner: Manner) -> dict[str, list[int]]:
    """Return the places, by the names of variables, where the values begin that are assigned to them."""
    found: dict[str, list[int]] = defaultdict(list)
    text = code.text
    for sign in _signs(text):
        first = max(0, sign - _LONGEST_BEFORE)
        start = max(text.rfind("\n", first, sign) + 1, first)
        match = _ASSIGNED.search(text[start:sign])
        if match is None:
            continue
        before = text[max(0, start + match.start() - 2) : start + match.start()]
        if not (manner.unpacks and before.rstrip().endswith(",")):
            found[match["name"].lstrip("$@")].append(text.index("=", sign) + 1)
    return dict(found)


def _signs(text: str) -> Iterator[int]:
    """Yield where `=` and `:=` begin that are part of no longer sign."""
    at = text.find("=")
    while at >= 0:
        if text[at - 1 : at] == ":":
            yield at - 1
        elif text[at - 1 : at] not in _OTHER_BEFORE and text[at + 1 : at + 2] not in _OTHER_BEHIND:
            yield at
        at = text.find("=", at + 1)


def renamed(code: Code) -> dict[str, list[tuple[int, str]]]:
    """Return the names of variables that are unpacked from objects under other names: where, and which."""
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for match in _UNPACKED.finditer(code.text):
        for item in _RENAMED.finditer(match["items"]):
            found[item["new"]].append((match.end(), item["old"]))
    return found
