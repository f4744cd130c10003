"""Say where a range of commits weakens the check that it has to pass."""

from __future__ import annotations

from collections.abc import Callable

from okxguard.config import Config
from okxguard.errors import ConfigError
from okxguard.model import Note


def weakened(before: Config, load: Callable[[], Config]) -> list[Note]:
    """Compare the configuration at the base of a range with the one at its end, which `load` returns."""
    try:
        after = load()
    except ConfigError:
        return [Note("(configuration)", "cannot be read at the end of the range; that of the base counts here")]
    if after == before:
        return []
    weaker = [what for what, is_weaker in _COMPARED.items() if is_weaker(before, after)]
    path = after.path or before.path
    if not weaker:
        return [Note(path, "is changed in this range; the configuration of the base counts here")]
    return [Note(path, f"is weakened in this range: {', '.join(weaker)}; the configuration of the base counts here")]


def _selects_less(before: Config, after: Config) -> bool:
    if after.select is None:
        return False
    return before.select is None or not set(before.select) <= set(after.select)


_COMPARED: dict[str, Callable[[Config, Config], bool]] = {
    "fewer rules are selected": _selects_less,
    "more rules are ignored": lambda before, after: not set(after.ignore) <= set(before.ignore),
    "more files are excluded": lambda before, after: not set(after.exclude) <= set(before.exclude),
    "min-severity is raised": lambda before, after: after.min_severity > before.min_severity,
    "min-confidence is raised": lambda before, after: after.min_confidence > before.min_confidence,
    "comments of detect-secrets count": lambda before, after: (
        after.honour_detect_secrets_pragma and not before.honour_detect_secrets_pragma
    ),
    "keys may be older": lambda before, after: after.max_key_age_days > before.max_key_age_days,
}
