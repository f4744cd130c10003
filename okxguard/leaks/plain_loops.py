"""Find names that loops over the whole environment fill."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from okxguard.leaks.plain_cells import Code

if TYPE_CHECKING:
    from okxguard.leaks.plain_file import PlainFile

# Heads of loops: the names (`pair` where there may be two), what is gone through, and how a lone name is to be read.
_HEADS = [
    re.compile(pattern)
    for pattern in (
        r"\bfor\s{0,3}\(\s{0,3}(?:const|let|var)\s{1,3}(?P<names>[\[\]\w$, ]{1,80}?)\s{1,3}(?P<how>of|in)\s{1,3}"
        r"(?P<over>[^{};\n]{1,120}?)\)(?!\s{0,3}[.)])\s{0,9}",
        r"\bfor\s{1,3}(?P<names>[\w, ]{1,80}?)\s{0,3}:=\s{0,3}(?P<how>range)\s{1,3}"
        r"(?P<over>[^{}\n]{1,120}?)\s{0,3}(?=\{)",
        r"\bforeach\s{0,3}\((?P<over>[^{};\n]{1,120}?)\s{1,3}as\s{1,3}(?P<names>[$\w=> ]{1,80}?)\)\s{0,40}",
        r"\bfor(?:each)?\s{0,3}\((?:final\s{1,3})?[\w.<>, ]{1,80}\s{1,3}(?P<names>\w{1,40})\s{0,3}(?::|in\b)\s{0,3}"
        r"(?P<over>[^{};\n]{1,120}?)\)(?!\s{0,3}[.)])\s{0,40}",
        r"\bfor\s{0,3}\(?(?P<names>\(?[\w, ]{1,80}\)?)\s{1,3}in\s{1,3}(?P<over>[^{};\n]{1,120}?)\s{0,9}(?=\{)",
        r"(?P<over>[\w$.:()' ]{2,120})\.(?:forEach|foreach|for_each|map|each|each_pair|each_with_index)\s{0,3}"
        r"\(?\s{0,3}"
        r"(?:do\s{0,3}|\{\s{0,3}(?:case\s{1,3})?)?"
        r"(?P<names>\|[\w, ()]{1,80}\||\(?[\[(]?[\w, ]{1,80}[\])]?\)?(?=\s{0,3}(?:=>|->))"
        r"|\([\w, ]{1,80}\)(?=\s{0,3}\{))",
    )
]
_NAME = re.compile(r"[$]?[^\W\d][\w$]*")
_CHOSEN = re.compile(
    r"\b(?:keys|keySet|Keys|filter|select|reject|slice|except|find|grep|pick|omit|where|take)\b", re.IGNORECASE
)
_KEYS = re.compile(r"\b(?:keys|keySet|Keys)\b")
_CONDITION = re.compile(r"\b(?:if|unless|continue|next|when)\b|\?[^.?\n]*:")
_ABOUT = re.compile(r"[\"'`/][^\"'`/\n]{0,40}(?:okx|okex|secret|pass|key|api)", re.IGNORECASE)
_WHOLE = re.compile(
    r"(?:(?:process|Bun)\.env\b(?!\??\.)|Deno\.env\.toObject\(\)|(?:os|syscall)\.Environ\(\)|\$_(?:ENV|SERVER)|\bENV|System\.getenv\(\)|sys\.env"
    r"|env::vars\(\)|Environment\.GetEnvironmentVariables\(\)|ProcessInfo\.processInfo\.environment|Platform\.environment"
    r"|System\.get_env\(\)|getenv\(\))(?!\s{0,3}\[)"
)
_LONGEST = 3000
_MOST = 50


class Bound(NamedTuple):
    """A name in the body of a loop over the environment; `shows` tells that it holds a value, not just a name."""

    name: str
    start: int
    end: int
    shows: bool


def environment_loops(file: PlainFile) -> list[Bound]:
    """Return the names that loops over the whole environment fill."""
    text = file.code.text
    if _WHOLE.search(text) is None:
        return []
    found: list[Bound] = []
    for head in _HEADS:
        for match in list(head.finditer(text))[:_MOST]:
            if _WHOLE.search(match["over"]) and not file.code.in_string(match.start()):
                found += _bound(file.code, match)
    return found


def _bound(code: Code, match: re.Match[str]) -> list[Bound]:
    names = [name.lstrip("$") for name in _NAME.findall(match["names"])]
    how, over = match.groupdict().get("how") or "", match["over"]
    lone = len(names) == 1 and re.search(r"\[\s{0,3}\w{1,40}\s{0,3},?\s{0,3}\]", match["names"]) is not None
    by_key = how == "in" and "for" in match[0] and "(" in match[0][:6] and over.rstrip().endswith("process.env")
    end = _end(code, match.end())
    body = code.text[match.end() : end]
    if not names or (_CONDITION.search(body) and not _ABOUT.search(body)):
        return []
    if _CHOSEN.search(over) and not _KEYS.search(over):
        return []
    shows = not (_KEYS.search(over) or by_key or lone or (how == "range" and len(names) == 1))
    bound = [Bound(names[-1], match.end(), end, shows=shows)]
    return bound + [Bound(name, match.end(), end, shows=False) for name in names[:-1]]


def _end(code: Code, start: int) -> int:
    """Return where the body of a loop ends: its block, its statement, or the bracket around it."""
    tokens, text = code.tokens, code.text
    index = bisect_left(tokens.starts, start)
    opening = text[start : start + 200].lstrip(" \t\n=>-")[:1]
    if opening == "{" and index < len(tokens.kinds) and tokens.kinds[index] == "{":
        closing = tokens.partners.get(index)
        return tokens.ends[closing] if closing is not None else start
    frame = tokens.frames[index] if index < len(tokens.frames) else -1
    if frame >= 0 and frame in tokens.partners and text[tokens.starts[frame]] in "({" and tokens.starts[frame] < start:
        outer = tokens.starts[tokens.partners[frame]]
        if tokens.starts[frame] > start - 200:
            return outer
    block = re.compile(r"\n[ \t]*end\b").search(text, start, start + _LONGEST)
    line = re.compile(r";|\n(?=\s*\n)|$").search(text, start + 1, start + _LONGEST)
    return block.start() if block and "do" in text[max(0, start - 60) : start] else line.end() if line else start
