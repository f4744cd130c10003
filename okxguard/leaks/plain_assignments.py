"""Find what is assigned to the names of one file, and which names are unpacked under others."""

from __future__ import annotations

import re
from collections import defaultdict

from okxguard.leaks.plain_cells import Code
from okxguard.leaks.plain_model import Manner

_TYPE = r"(?:[ \t]{0,3}:[ \t]{0,3}[\w<>\[\]|.&?][\w<>\[\]|.&? ]{0,60}?)?"
_ASSIGNED = re.compile(
    rf"(?<![\w$.>-])(?P<name>[$@]{{0,2}}[^\W\d]\w{{0,80}}){_TYPE}"
    r"(?:[ \t]{0,3},[ \t]{0,3}(?:err|ok|e|_|found|exists))?"
    r"[ \t]{0,40}(?::=|(?<![=!<>+*/|&~?-])=(?![=>~]))"
)
_UNPACKED = re.compile(r"\b(?:const|let|var)\s{1,3}\{(?P<items>[^{}]{0,600})\}\s{0,3}=(?!=)")
_RENAMED = re.compile(r"[\"']?(?P<old>[^\W\d][\w-]{0,80})[\"']?\s{0,3}:\s{0,3}(?P<new>[^\W\d]\w{0,80})")


def assigned(code: Code, manner: Manner) -> dict[str, list[int]]:
    """Return the places, by the names of variables, where the values begin that are assigned to them."""
    found: dict[str, list[int]] = defaultdict(list)
    for match in _ASSIGNED.finditer(code.text):
        before = code.text[max(0, match.start() - 2) : match.start()]
        if not (manner.unpacks and before.rstrip().endswith(",")):
            found[match["name"].lstrip("$@")].append(match.end())
    return dict(found)


def renamed(code: Code) -> dict[str, list[tuple[int, str]]]:
    """Return the names of variables that are unpacked from objects under other names: where, and which."""
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for match in _UNPACKED.finditer(code.text):
        for item in _RENAMED.finditer(match["items"]):
            found[item["new"]].append((match.end(), item["old"]))
    return found
