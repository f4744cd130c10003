"""Match dotted names of calls against the patterns of the rule book."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from okxguard.leakbook import LeakDialect, LeakPlain


class Calls:
    """A set of dotted patterns; `*` stands for any one name. One with a dot matches the end of a longer name, too."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns = tuple(patterns)
        self._by_last: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for pattern in self.patterns:
            parts = tuple(pattern.split("."))
            self._by_last[parts[-1]].append(parts)

    def match(self, dotted: str) -> bool:
        """Tell whether a dotted name is one of the set."""
        parts = tuple(dotted.split("."))
        return any(_matches(pattern, parts) for last in (parts[-1], "*") for pattern in self._by_last.get(last, ()))


def _matches(pattern: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    if len(pattern) > len(parts) or (len(pattern) == 1 and len(parts) > 1):
        return False
    return all(wanted in ("*", given) for wanted, given in zip(reversed(pattern), reversed(parts), strict=False))


class Dialect:
    """The calls of one family of languages, ready to be matched."""

    def __init__(self, book: LeakPlain, dialect: LeakDialect) -> None:
        self.sinks = {
            rule: Calls(pattern for pattern in patterns if pattern[-1] not in ",}")
            for rule, patterns in dialect.sinks.items()
        }
        marked = [pattern for patterns in dialect.sinks.values() for pattern in patterns]
        self.checks = Calls(pattern[:-1] for pattern in marked if pattern.endswith(","))
        self.blocks = Calls(pattern[:-2] for pattern in marked if pattern.endswith("{}"))
        self.pages = Calls(dialect.pages)
        self.posts = Calls(dialect.posts)
        self.environments = Calls(dialect.environments)
        self.reads = Calls(dialect.reads)
        self.keep = Calls((*dialect.keep, *dialect.dumps))
        self.dumps = Calls(dialect.dumps)
        self.raises = frozenset(dialect.raises)
        self.switches = dialect.switches
        self.levels = frozenset((*book.levels, *dialect.levels))
        self.commands = frozenset(
            pattern for patterns in dialect.sinks.values() for pattern in patterns if "." not in pattern
        )
        self.about = frozenset(book.about)
        self.before = frozenset(book.before)
        self.public = frozenset(tuple(phrase.split()) for phrase in book.public)
