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


class LeakDialect(NamedTuple):
    """What one family of languages calls; see `rules/leaks.toml` for what each list means."""

    languages: tuple[str, ...]
    sinks: dict[str, tuple[str, ...]]
    pages: tuple[str, ...]
    posts: tuple[str, ...]
    levels: tuple[str, ...]
    raises: tuple[str, ...]
    environments: tuple[str, ...]
    reads: tuple[str, ...]
    keep: tuple[str, ...]
    dumps: tuple[str, ...]
    switches: tuple[str, ...]


class LeakPlain(NamedTuple):
    """Words for the languages that are read without their grammar; see `rules/leaks.toml` for what each list means."""

    loggers: tuple[str, ...]
    levels: tuple[str, ...]
    maskers: tuple[str, ...]
    ends: tuple[str, ...]
    makers: tuple[str, ...]
    lengths: tuple[str, ...]
    same: tuple[str, ...]
    slices: tuple[str, ...]
    replacers: tuple[str, ...]
    public: tuple[str, ...]
    about: tuple[str, ...]
    before: tuple[str, ...]
    objects: tuple[str, ...]
    headers: tuple[str, ...]
    hooks: tuple[str, ...]
    dialects: tuple[LeakDialect, ...] = ()


class LeakBook(NamedTuple):
    """All names that the code rules know."""

    names: LeakNames
    plain: LeakPlain


def load_leaks(folder: str) -> LeakBook:
    """Read and check what the rule book in `folder` knows about leaks.

    Raises RulebookError with the key and the reason when it is missing or malformed.
    """
    table = Table(LEAKS, parse_table(os.path.join(folder, LEAKS), LEAKS))
    names = table.table("names")
    book = LeakBook(LeakNames(**{name: names.words(name) for name in LeakNames._fields}), _plain(table.table("plain")))
    for part in (table, names):
        part.end()
    return book


_PLAIN_RULES = ("OKX301", "OKX302", "OKX303", "OKX304", "OKX305")


def _plain(table: Table) -> LeakPlain:
    dialects = tuple(_dialect(part) for part in table.tables("dialects"))
    words = {name: table.words(name) for name in LeakPlain._fields if name != "dialects"}
    table.end()
    return LeakPlain(**words, dialects=dialects)


def _dialect(table: Table) -> LeakDialect:
    words = {name: table.words(name) for name in LeakDialect._fields if name != "sinks"}
    dialect = LeakDialect(**words, sinks={rule: table.words(rule) for rule in _PLAIN_RULES})
    table.end()
    return dialect
