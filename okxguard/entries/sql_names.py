"""Find the names that strings of an SQL statement go by outside of rows: settings, variables, defaults, aliases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from okxguard.entries.sql_tokens import SqlToken

_SIGNS = frozenset(("=", ":=", "=>", ":", "like", "ilike", "to", "is", "default", "password"))
# Between the name and the sign of a declaration or a column stands its type; these words end the search for it.
_TYPED = frozenset((":=", "default", "="))
_BEFORE_NAMES = frozenset(
    ("set", "declare", "and", "where", "or", "add", "column", "on", "having", "when", "if", "begin")
)
_WIDEST_TYPE = 12
_LONGEST_NAME = 60
_MOST_WORDS = 3


def named_strings(tokens: Sequence[SqlToken]) -> Iterator[tuple[str, SqlToken]]:
    """Yield every string of a statement with each name that it goes by."""
    for index, token in enumerate(tokens):
        if token.kind != "string" and not (
            token.kind == "quoted" and index and tokens[index - 1].text in ("=", ":=", ":")
        ):
            continue
        if not token.text:
            continue
        sign = _sign_before(tokens, index)
        name = _name_before(tokens, sign) if sign is not None else None
        if name:
            yield name, token
        if index + 2 < len(tokens) and tokens[index + 1].text.lower() == "as":
            yield tokens[index + 2].text, token
        if index > 1 and tokens[index - 1].text == "," and tokens[index - 2].kind == "string":
            first = tokens[index - 2].text
            if first and len(first) <= _LONGEST_NAME and first.count(" ") < _MOST_WORDS:
                yield first, token


def _sign_before(tokens: Sequence[SqlToken], index: int) -> int | None:
    """Return the place of the sign before a string: `=`, or `DEFAULT`; a function may be called on the string."""
    at = index - 1
    if at > 1 and tokens[at].text == "(" and tokens[at - 1].kind == "word":
        at -= 2
    return at if at > 0 and tokens[at].text.lower() in _SIGNS else None


def _name_before(tokens: Sequence[SqlToken], sign: int) -> str | None:
    """Return the name to the left of a sign; in a declaration the type stands between them."""
    typed = tokens[sign].text.lower() in _TYPED
    named: SqlToken | None = None
    depth = 0
    for at in range(sign - 1, max(-1, sign - 1 - _WIDEST_TYPE), -1):
        token = tokens[at]
        if token.kind in ("word", "quoted") and not depth:
            if token.text.lower() in _BEFORE_NAMES:
                break
            named = token
            if not typed or token.text[0] == "@" or (at and tokens[at - 1].text == "."):
                break
        elif token.text in ("(", ")"):
            depth += 1 if token.text == ")" else -1
            if depth < 0:
                break
        elif token.kind == "sign" and not depth:
            break
    return named.text.lstrip("@:") if named else None
