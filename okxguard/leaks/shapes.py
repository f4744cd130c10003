"""Tell from a literal whether it may be a secret, or only names one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_NAME = re.compile(
    r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[a-z]+(?:[_.-][a-z]+)+|(?:[A-Za-z]+-)+[A-Za-z]+|[a-z]+(?:[A-Z][a-z]+)*|[A-Z]+"
)
_FILLER = re.compile(
    r"""(?ix)
    x{3,} | \*+ | \.{2,} | <[^>]*> | \$?\{[^}]*\} | \[[^\]]*\]
    | your | change | placeholder | example | dummy | redact | masked | hidden | todo | none | null | test
    | secret | passw | api[_ -]?key | token | missing | not[ _-]set | unset | n/a
    """
)
_SHORTEST = 4
# Words for people, one or several, and those among them that are no ASCII: keys and passphrases of OKX are.
_WORDS = re.compile(r"[^\W\d_]+(?:[ '’.:…-]{1,3}[^\W\d_]+)*[ .:…!?]{0,3}")
_LONGEST_LABEL = 200
OWN_KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
OWN_SECRET = re.compile(r"[0-9A-F]{32}")


def looks_secret(text: Any) -> bool:
    """Tell whether a literal under a name that says secret is one: not a name, a filler, a sentence, a place."""
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    if not isinstance(text, str) or len(text) < _SHORTEST or " " in text.strip():
        return False
    return not (
        _NAME.fullmatch(text)
        or (not text.isascii() and _is_label(text))
        or _FILLER.search(text)
        or "://" in text
        or text.startswith(("/", "./", "~"))
        or "%" in text
    )


def _is_label(text: str) -> bool:
    """Tell whether a text is made of words for people."""
    return len(text) <= _LONGEST_LABEL and (" " in text.strip() or _WORDS.fullmatch(text) is not None)


def are_labels(entries: Iterable[tuple[Any, bool]]) -> bool:
    """Tell whether the values of a mapping are words for people, as in a table of translations.

    Each entry is a value, and whether its key names a secret; one alone may be a word that somebody chose as a secret.
    """
    named = 0
    is_told = False
    for text, is_named in entries:
        if not isinstance(text, str) or not _is_label(text):
            return False
        named += is_named
        is_told = is_told or " " in text.strip() or not text.isascii()
    return named > 1 or (named == 1 and is_told)


def is_key_name(text: Any) -> bool:
    """Tell whether a literal is the name of something, as in a table of names."""
    return isinstance(text, str) and not looks_secret(text)
