"""Tell how much of a text is left after it was cut or replaced in part."""

from __future__ import annotations

import re

from okxguard.leaks.plain_cells import Cell

UNBOUNDED = -1
_WILD = re.compile(r"(?<!\\)(?:\.(?!\s)|\[\^|\\[wSDX])")
_LENGTHS = frozenset(
    ["take", "first", "left", "takelast", "last", "right", "prefix", "suffix", "truncate", "limit", "chars", "head"]
)
_BY_LENGTH = frozenset(["substr", "mid"])
_COUNTED = {"csharp": "substring", "c": "substr"}


def sliced(name: str, parts: list[list[Cell]], language: str) -> int | None:
    """Return how many characters a cut leaves: a number, UNBOUNDED, or None where nobody can tell."""
    if name == "[]":
        return _indexed(parts[0], language)
    if any(".." in cell.text for part in parts for cell in part):
        return _indexed(parts[0], language)
    numbers = [_number(part) for part in parts]
    if not numbers or any(number is None for number in numbers):
        return None
    first, second = numbers[0] or 0, numbers[1] if len(numbers) > 1 else None
    if name in _LENGTHS and second is None:
        return abs(first)
    if name.startswith(("drop", "skip")):
        return UNBOUNDED
    return _between(first, second, by_length=name in _BY_LENGTH or _COUNTED.get(language) == name)


def _between(first: int, second: int | None, *, by_length: bool) -> int:
    if second is None:
        return -first if first < 0 else UNBOUNDED
    if second < 0:
        return UNBOUNDED if first >= 0 else max(0, second - first)
    if by_length or first < 0:
        return second
    return max(0, second - first)


def _indexed(part: list[Cell], language: str) -> int | None:
    """Return how many characters `[a:b]`, `[a..b]` or `[a, b]` leave."""
    texts = [cell.text for cell in part]
    sign = next((text for text in texts if text in (":", "..", "...", "..=", "..<", ",")), None)
    if sign is None:
        return None
    at = texts.index(sign)
    before, after = part[:at], [cell for cell in part[at + 1 :] if cell.text not in ("=", "<")]
    first = _number(before) if before else 0
    second = _number(after) if after else None
    if (before and first is None) or (after and second is None) or first is None:
        return None
    if any(cell.text == "^" for cell in before):
        first = -abs(first)
    if any(cell.text == "^" for cell in after):
        second = -abs(second or 0)
    if language == "ruby" and sign == ".." and second == -1:
        second = None
    shown = _between(first, second, by_length=sign == ",")
    inclusive = (sign == ".." and language == "ruby") or (sign == "..." and language == "swift") or "=" in texts
    return shown + 1 if shown > 0 and inclusive and second is not None and second >= 0 else shown


def _number(part: list[Cell]) -> int | None:
    text = "".join(cell.text for cell in part).replace("_", "").lstrip("^").rstrip(")")
    match = re.fullmatch(r"(?:from|to|until|length|n|start|end|in)?[:=]?(?P<number>-?\d{1,6})(?:u|usize|l)?", text)
    return int(match["number"]) if match else None


def replaces(parts: list[list[Cell]]) -> bool:
    """Tell whether a replacement hides what it replaces: its pattern takes any character."""
    if len(parts) < 2 or not parts[0]:
        return False
    pattern = "".join(cell.text for cell in parts[0])
    return _WILD.search(pattern) is not None or pattern[:1] not in "\"'`/"
