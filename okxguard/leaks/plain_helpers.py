"""Tell what the functions of a file do that values go through: helpers that hide nothing, calls that make keys."""

from __future__ import annotations

import re
from collections.abc import Sequence

from okxguard.leakbook import LeakPlain
from okxguard.leaks.plain_cells import Code, statement

_REMOVES = re.compile(
    r"\*|slice|substr|substring|replace|length|\blen\b|repeat|hash|\[\s*[\w.-]*:|\.\.|take|gsub|redact|x{3,}|mask\w*\(|count|size",
    re.I,
)


def makes_keys(words: Sequence[str], book: LeakPlain) -> bool:
    """Tell whether a call with these words in its name makes an API key."""
    name = f" {' '.join(words)} "
    return any(name.startswith(f" {first} ") for first in book.key_makers) and any(
        name.endswith(f" {last} ") for last in book.made_keys
    )


def gives_back(code: Code, language: str, name: str) -> bool:
    """Tell whether a helper of this file that is said to hide its argument returns it as it is."""
    body = _body(code, language, name)
    if body is None:
        return False
    parameters, text = body
    if _REMOVES.search(text):
        return False
    first = re.match(r"\s*(?:\w+\s+)??[$&]?(?P<name>[^\W\d]\w*)", parameters)
    names = {match[1] for match in re.finditer(r"([^\W\d]\w*)", parameters)}
    returned = re.search(r"(?:\breturn\s+|=>\s*\(?\s*|^\s*)[$]?(?P<name>[^\W\d]\w*)\s*\)?\s*;?\s*$", text.strip())
    return first is not None and returned is not None and returned["name"] in names


def _body(code: Code, language: str, name: str) -> tuple[str, str] | None:
    """Return the parameters and the body of a function of this file."""
    pattern = re.compile(
        rf"\b{re.escape(name)}\s{{0,3}}(?:[:=]\s{{0,3}}(?:async\s{{1,3}})?(?:function\b)?\s{{0,3}})?"
        rf"\((?P<parameters>[^()]{{0,200}})\)[^{{}};\n=]{{0,60}}(?P<arrow>=>)?\s{{0,3}}(?P<open>\{{)?"
    )
    for match in pattern.finditer(code.text):
        if match["open"]:
            cell = statement(code, match.start("open"), lines=False)[:1]
            if cell and cell[0].kind == "group":
                inside = code.text[slice(*code.inside(cell[0]))]
                return match["parameters"], inside
        elif match["arrow"]:
            return match["parameters"], code.text[match.end() : match.end() + 300].partition("\n")[0]
        elif language in ("ruby", "crystal", "elixir"):
            return match["parameters"], code.text[match.end() : match.end() + 300].partition("\nend")[0]
    return None
