"""Find the names of what is called, in front of brackets, and the ends of what stands around sinks."""

from __future__ import annotations

import re

from okxguard.leaks.plain_cells import LINE, SIGN, Code, cells

_CALLEE = re.compile(r"(?P<name>[^\W\d][\w$]*[?!]?)(?:::<[^<>()]{0,60}>|<[\w, .]{1,60}>)?\s{0,3}$")
_LINK = re.compile(
    r"(?:(?P<name>[$@]{0,2}[^\W\d][\w$]*[?!]?)|(?P<called>\)|\]))?\s{0,80}(?:\?\.|\.|::|->|&\.|!!?\.)\s{0,3}$"
)
_LONG_LINE = 1500


def callee(text: str, low: int, at: int) -> re.Match[str] | None:
    """Return the name that ends before a bracket."""
    end = at
    while end > low and text[end - 1] in " \t!?":
        end -= 1
    if end > low and text[end - 1] == ">":
        return _CALLEE.search(text, low, at)
    begin = end
    while begin > low and (text[begin - 1].isalnum() or text[begin - 1] in "_$"):
        begin -= 1
    return _CALLEE.match(text, begin, at) if begin < end else None


def link(text: str, at: int) -> re.Match[str] | None:
    """Return the name or closing bracket in front of the sign for a member that ends before a name."""
    end = at
    while end > 0 and text[end - 1] in ".:>-?!& \t\n" and at - end < 90:
        end -= 1
    if end == at or end == 0:
        return None
    if text[end - 1] in ")]":
        return _LINK.match(text, end - 1, at)
    begin = end
    while begin > 0 and (text[begin - 1].isalnum() or text[begin - 1] in "_$@"):
        begin -= 1
    return _LINK.match(text, begin, at) if begin < end else None


def is_long_line(text: str, at: int) -> bool:
    """Tell whether a line is one that no person writes: names in it say nothing."""
    return "\n" not in text[max(0, at - _LONG_LINE) : at + _LONG_LINE] and len(text) > 2 * _LONG_LINE


def is_address(text: str, start: int, end: int) -> bool:
    query = text.find("?", start, end)
    return query >= 0 and text.find("=", query, end) > 0 and end - start > 8


def end_of_operand(code: Code, start: int) -> int:
    end = start
    for cell in cells(code, start, min(len(code.text), start + 400)):
        if cell.kind == LINE or (cell.kind == SIGN and cell.text in ("+", ",", ";", "?", ":", "&", "|")):
            break
        end = cell.end
    return end
