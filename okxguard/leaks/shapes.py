"""Tell from a literal whether it may be a secret, or only names one."""

from __future__ import annotations

import re
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
        or _FILLER.search(text)
        or "://" in text
        or text.startswith(("/", "./", "~"))
        or "%" in text
    )


def is_key_name(text: Any) -> bool:
    """Tell whether a literal is the name of something, as in a table of names."""
    return isinstance(text, str) and not looks_secret(text)
