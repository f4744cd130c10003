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
    variable_key: tuple[str, ...]
    variable_token: tuple[str, ...]
    variable_stages: tuple[str, ...]
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
    texts: tuple[str, ...]
    headers: tuple[str, ...]
    key_makers: tuple[str, ...]
    made_keys: tuple[str, ...]
    hooks: tuple[str, ...]
    dialects: tuple[LeakDialect, ...] = ()


class LeakSources(NamedTuple):
    """Calls that secrets come from; see `rules/leaks.toml` for what each list means."""

    reads: tuple[str, ...]
    secrets: tuple[str, ...]
    environments: tuple[str, ...]
    loaded: tuple[str, ...]
    namespaces: tuple[str, ...]
    replies: tuple[str, ...]
    reply_paths: tuple[str, ...]


class LeakSlots(NamedTuple):
    """Calls whose arguments are secrets, by the last part of their name; `names` says what stands at each place."""

    calls: tuple[str, ...]
    names: tuple[str, ...]


class LeakFlows(NamedTuple):
    """What calls do with the secrets that they are given; see `rules/leaks.toml` for what each list means."""

    keep: tuple[str, ...]
    methods: tuple[str, ...]
    dumps: tuple[str, ...]
    dump_calls: tuple[str, ...]
    end: tuple[str, ...]
    hidden: tuple[str, ...]
    maskers: tuple[str, ...]


class LeakLoggers(NamedTuple):
    """How loggers are made, named and used; see `rules/leaks.toml` for what each list means."""

    values: tuple[str, ...]
    names: tuple[str, ...]
    methods: tuple[str, ...]
    binders: tuple[str, ...]
    functions: tuple[str, ...]


class LeakSink(NamedTuple):
    """Calls that give away what they are given.

    `arguments` are the names of those that are shown; `*` is any, `positional` any without a name.
    """

    rule: str
    calls: tuple[str, ...]
    arguments: tuple[str, ...]


class LeakWeb(NamedTuple):
    """Requests; see `rules/leaks.toml` for what each list means."""

    calls: tuple[str, ...]
    hooks: tuple[str, ...]
    bodies: tuple[str, ...]


class LeakShown(NamedTuple):
    """Objects, functions and files whose content people see; see `rules/leaks.toml` for what each list means."""

    bases: tuple[str, ...]
    decorators: tuple[str, ...]
    fields: tuple[str, ...]
    routes: tuple[str, ...]
    tests: tuple[str, ...]
    files: tuple[str, ...]


class LeakSwitch(NamedTuple):
    """A call that switches printing on; see `rules/leaks.toml` for what each key means."""

    what: str
    calls: tuple[str, ...]
    argument: str
    position: str
    values: tuple[str, ...]
    needs: str


class LeakSetting(NamedTuple):
    """Attributes that switch printing on when they are set; see `rules/leaks.toml` for what each key means."""

    what: str
    attributes: tuple[str, ...]
    needs: str


class LeakBook(NamedTuple):
    """All names that the code rules know."""

    names: LeakNames
    sources: LeakSources
    slots: tuple[LeakSlots, ...]
    flows: LeakFlows
    loggers: LeakLoggers
    sinks: tuple[LeakSink, ...]
    web: LeakWeb
    shown: LeakShown
    clients: dict[str, tuple[str, ...]]
    switches: tuple[LeakSwitch, ...]
    settings: tuple[LeakSetting, ...]
    plain: LeakPlain


def load_leaks(folder: str) -> LeakBook:
    """Read and check what the rule book in `folder` knows about leaks.

    Raises RulebookError with the key and the reason when it is missing or malformed.
    """
    table = Table(LEAKS, parse_table(os.path.join(folder, LEAKS), LEAKS))
    flows = LeakFlows(**_words(table, "flows", LeakFlows._fields))
    web = LeakWeb(**_words(table, "web", LeakWeb._fields))
    book = LeakBook(
        names=LeakNames(**_words(table, "names", LeakNames._fields)),
        sources=LeakSources(**_words(table, "sources", LeakSources._fields)),
        slots=tuple(_slots(part) for part in table.tables("slots")),
        flows=flows,
        loggers=LeakLoggers(**_words(table, "loggers", LeakLoggers._fields)),
        sinks=tuple(_sink(sink) for sink in table.tables("sinks")),
        web=web,
        shown=LeakShown(**_words(table, "shown", LeakShown._fields)),
        clients=_words(table, "clients", ("ccxt", "okx")),
        switches=tuple(_switch(switch) for switch in table.tables("switches")),
        settings=tuple(_setting(setting) for setting in table.tables("settings")),
        plain=_plain(table.table("plain"), maskers=flows.maskers, hooks=web.hooks),
    )
    table.end()
    return book


def _words(table: Table, key: str, names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    part = table.table(key)
    words = {name: part.words(name) for name in names}
    part.end()
    return words


def _slots(table: Table) -> LeakSlots:
    slots = LeakSlots(table.words("calls"), table.words("names"))
    table.end()
    return slots


def _sink(table: Table) -> LeakSink:
    sink = LeakSink(table.text("rule"), table.words("calls"), table.words("arguments"))
    table.end()
    return sink


def _switch(table: Table) -> LeakSwitch:
    switch = LeakSwitch(
        table.text("what"),
        table.words("calls"),
        table.optional("argument"),
        table.optional("position"),
        table.words("values"),
        table.text("needs"),
    )
    table.end()
    return switch


def _setting(table: Table) -> LeakSetting:
    setting = LeakSetting(table.text("what"), table.words("attributes"), table.text("needs"))
    table.end()
    return setting


_PLAIN_RULES = ("OKX301", "OKX302", "OKX303", "OKX304", "OKX305")


def _plain(table: Table, **shared: tuple[str, ...]) -> LeakPlain:
    """Return the words for other languages; `shared` are those that Python's are, too."""
    dialects = tuple(_dialect(part) for part in table.tables("dialects"))
    words = {name: table.words(name) for name in LeakPlain._fields if name != "dialects" and name not in shared}
    table.end()
    return LeakPlain(**words, **shared, dialects=dialects)


def _dialect(table: Table) -> LeakDialect:
    words = {name: table.words(name) for name in LeakDialect._fields if name != "sinks"}
    dialect = LeakDialect(**words, sinks={rule: table.words(rule) for rule in _PLAIN_RULES})
    table.end()
    return dialect
