"""Find out where the characters of a value are written, whatever the escapes of its syntax are."""

from __future__ import annotations

import re
from html import unescape as resolve_references

from okxguard.entries.offsets import OffsetMap
from okxguard.entries.pairs import unescape

_ESCAPE = re.compile(
    r"""\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.) | &[#\w]{1,31}; | (?:%[0-9a-fA-F]{2}){1,4} | '' | \"\" """,
    re.VERBOSE | re.DOTALL,
)
_STARTS = frozenset("\\&%'\"")


def aligned(raw: str, value: str, start: int) -> OffsetMap | None:
    """Return the map from `value` to the document, where it is written as `raw` at offset `start`, or None."""
    if raw == value:
        return OffsetMap([(0, start)])
    pieces, at, taken = [(0, start)], 0, 0
    while taken < len(value):
        if at >= len(raw):
            return None
        match = _ESCAPE.match(raw, at) if raw[at] in _STARTS else None
        meant = _meaning(match[0]) if match else ""
        if match and meant != match[0] and value.startswith(meant, taken):
            at, taken = match.end(), taken + len(meant)
            pieces.append((taken, start + at))
        elif raw[at] == value[taken]:
            at, taken = at + 1, taken + 1
        else:
            at, taken = _over_blanks(raw, at, value, taken)
            if at < 0:
                return None
            pieces.append((taken, start + at))
    return OffsetMap(pieces)


def _meaning(escape: str) -> str:
    if escape[0] == "\\":
        return unescape(escape)
    if escape[0] == "&":
        return resolve_references(escape)
    return resolve_percent(escape) if escape[0] == "%" else escape[0]


def resolve_percent(text: str) -> str:
    """Return a text with its URL escapes resolved, where they are UTF-8."""
    return re.sub(r"(?:%[0-9a-fA-F]{2})+", _octets, text)


def _octets(match: re.Match[str]) -> str:
    return bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "replace")


def _over_blanks(raw: str, at: int, value: str, taken: int) -> tuple[int, int]:
    """Go over a fold or an indentation: blanks on one side that the other has fewer of."""
    if raw.startswith("\\\n", at):
        return at + 2, taken
    if raw[at].isspace():
        return at + 1, taken + value[taken].isspace()
    return (-1, -1)
