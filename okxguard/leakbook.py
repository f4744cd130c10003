"""Read what okxguard knows about code that gives secrets away: the only reader of `rules/leaks.toml`."""

import os
from typing import NamedTuple

from okxguard.ruletable import LEAKS, Table, parse_table


class LeakNames(NamedTuple):
    """Words that say what a value is; see `rules/leaks.toml` for what each list means."""

    key: tuple[str, ...]
    secret: tuple[str, ...]
    passphrase: tuple[str, ...]
    token: tuple[str, ...]
    holders: tuple[str, ...]
    about: tuple[str, ...]
    about_before: tuple[str, ...]
    getters: tuple[str, ...]


class LeakBook(NamedTuple):
    """All names that the code rules know."""

    names: LeakNames


def load_leaks(folder: str) -> LeakBook:
    """Read and check what the rule book in `folder` knows about leaks.

    Raises RulebookError with the key and the reason when it is missing or malformed.
    """
    table = Table(LEAKS, parse_table(os.path.join(folder, LEAKS), LEAKS))
    names = table.table("names")
    book = LeakBook(LeakNames(**{name: names.words(name) for name in LeakNames._fields}))
    for part in (table, names):
        part.end()
    return book
