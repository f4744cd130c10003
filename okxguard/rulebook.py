"""Read the rule book: the only reader of the TOML files in `rules/`."""

import os
import re
from typing import Any, NamedTuple

import tomli

from okxguard.errors import RulebookError
from okxguard.model import Example, Role, Rule, Severity

_RULE_KEYS = {"id", "name", "severity", "summary", "why", "fix", "evidence", "references", "fires", "silent"}


class Client(NamedTuple):
    """Callables that take credentials by position: patterns of dotted names, and the role of each position."""

    callees: tuple[str, ...]
    order: tuple[Role, ...]


class Vocabulary(NamedTuple):
    """All names and values that detectors know; see `rules/vocabulary.toml` for what each list means."""

    context_pattern: str
    context_block: str
    context_words: tuple[str, ...]
    hints: tuple[str, ...]
    strong_names: dict[Role, tuple[str, ...]]
    weak_names: dict[Role, tuple[str, ...]]
    company_names: dict[Role, tuple[str, ...]]
    about: tuple[str, ...]
    about_weak: tuple[str, ...]
    about_after: tuple[str, ...]
    holders: tuple[str, ...]
    neutral: tuple[str, ...]
    demo_words: tuple[str, ...]
    fake_words: tuple[str, ...]
    sealed_words: tuple[str, ...]
    discriminators: tuple[str, ...]
    discriminating_endings: tuple[str, ...]
    headers: dict[str, Role]
    clients: tuple[Client, ...]
    foreign_exchanges: tuple[str, ...]
    foreign_ordinary: tuple[str, ...]
    foreign_products: tuple[str, ...]
    foreign_web_secrets: tuple[str, ...]
    foreign_logins: tuple[str, ...]
    foreign_alerts: tuple[str, ...]
    foreign_lookalikes: tuple[str, ...]
    foreign_callees: tuple[str, ...]
    placeholder_values: tuple[str, ...]
    placeholder_words: tuple[str, ...]
    placeholder_weak_words: tuple[str, ...]
    prose: tuple[str, ...]
    placeholder_fragments: tuple[str, ...]
    placeholder_beginnings: tuple[str, ...]
    placeholder_fillers: tuple[str, ...]
    documented: tuple[str, ...]
    demo_names: tuple[str, ...]
    demo_values: tuple[str, ...]
    bundle_prefixes: tuple[str, ...]
    fixture_folders: tuple[str, ...]
    fixture_endings: tuple[str, ...]


class Rulebook(NamedTuple):
    """All rules by id, and the vocabulary they share."""

    rules: dict[str, Rule]
    vocabulary: Vocabulary


class _Table:
    """A TOML table that names file and key in every complaint, and knows which keys were asked for."""

    def __init__(self, file: str, table: dict[str, Any], within: str = "") -> None:
        self._file = file
        self._table = dict(table)
        self._within = within

    def fail(self, key: str, reason: str) -> RulebookError:
        return RulebookError(f"rule book: {self._file}: key '{self._within}{key}' {reason}")

    def _take(self, key: str, kind: type) -> Any:
        if key not in self._table:
            raise self.fail(key, "is missing")
        value = self._table.pop(key)
        if not isinstance(value, kind):
            raise self.fail(key, f"must be a {_KINDS[kind]}")
        return value

    def text(self, key: str) -> str:
        value: str = self._take(key, str)
        if not value.strip():
            raise self.fail(key, "is empty")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        values = self._take(key, list)
        if not all(isinstance(value, str) and value for value in values):
            raise self.fail(key, "must be a list of texts, none of them empty")
        return tuple(values)

    def table(self, key: str) -> "_Table":
        return _Table(self._file, self._take(key, dict), f"{self._within}{key}.")

    def tables(self, key: str) -> "list[_Table]":
        values = self._take(key, list)
        if not all(isinstance(value, dict) for value in values):
            raise self.fail(key, "must be a list of tables")
        return [_Table(self._file, value, f"{self._within}{key}.") for value in values]

    def mapping(self) -> dict[str, str]:
        table, self._table = self._table, {}
        for key, value in table.items():
            if not isinstance(value, str):
                raise self.fail(key, "must be a text")
        return table

    def role(self, key: str, value: str) -> Role:
        try:
            return Role(value)
        except ValueError:
            raise self.fail(key, f"names no role; roles are {', '.join(role.value for role in Role)}") from None

    def end(self) -> None:
        """Refuse the keys that nobody asked for."""
        for key in self._table:
            raise self.fail(key, "is unknown")


_KINDS: dict[type, str] = {str: "text", list: "list", dict: "table"}


def rules_folder() -> str:
    """Return the folder of the rule book: inside the installed package, or beside it in a checkout."""
    package = os.path.dirname(os.path.abspath(__file__))
    installed = os.path.join(package, "rules")
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(package), "rules")


def load_rulebook(folder: str | None = None) -> Rulebook:
    """Read and check the whole rule book.

    Raises RulebookError with the file, the key and the reason when a file is missing or malformed.
    """
    folder = folder or rules_folder()
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".toml"))
    except OSError:
        raise RulebookError(f"rule book: cannot list the folder {folder}; reinstall okxguard") from None
    vocabulary: Vocabulary | None = None
    rules: dict[str, Rule] = {}
    for name in names:
        table = _Table(name, _parse(os.path.join(folder, name), name))
        if name == "vocabulary.toml":
            vocabulary = _vocabulary(table)
        else:
            rule = _rule(name, table)
            if rule.id in rules:
                raise table.fail("id", f"is taken by another file ({rule.id})")
            rules[rule.id] = rule
    if vocabulary is None or not rules:
        raise RulebookError(f"rule book: {folder} lacks vocabulary.toml or rules; reinstall okxguard")
    return Rulebook(rules, vocabulary)


def _parse(path: str, name: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as stream:
            return tomli.loads(stream.read().decode("utf-8"))
    except OSError:
        raise RulebookError(f"rule book: {name}: cannot be read; reinstall okxguard") from None
    except (UnicodeDecodeError, tomli.TOMLDecodeError) as error:
        raise RulebookError(f"rule book: {name}: is not valid TOML: {error}") from None


def _rule(file: str, table: _Table) -> Rule:
    identity, name = table.text("id"), table.text("name")
    if file != f"{identity}-{name}.toml":
        raise table.fail("id", f"and 'name' must give the file its name: expected {identity}-{name}.toml")
    severity = table.text("severity")
    if severity.upper() not in Severity.__members__:
        raise table.fail("severity", "must be one of low, medium, high, critical")
    fires, silent = _examples(table, "fires", fires=True), _examples(table, "silent", fires=False)
    rule = Rule(
        id=identity,
        name=name,
        severity=Severity[severity.upper()],
        summary=table.text("summary"),
        why=table.text("why"),
        fix=table.text("fix"),
        evidence=table.text("evidence"),
        references=table.words("references"),
        examples=fires + silent,
    )
    table.end()
    return rule


def _examples(table: _Table, key: str, *, fires: bool) -> tuple[Example, ...]:
    examples = []
    for entry in table.tables(key):
        examples.append(Example(entry.text("path"), entry.text("text"), fires, entry.text("reason")))
        entry.end()
    if len(examples) < 2:
        raise table.fail(key, "must hold at least two examples")
    return tuple(examples)


def _vocabulary(table: _Table) -> Vocabulary:
    context, roles, names = table.table("context"), table.table("roles"), table.table("names")
    foreign, placeholders, demo = table.table("foreign"), table.table("placeholders"), table.table("demo")
    discriminators, headers, documented = (
        table.table("discriminators"),
        table.table("headers"),
        table.table("documented"),
    )
    bundles, fixtures, clients = table.table("bundles"), table.table("fixtures"), table.tables("clients")
    by_role = {role: roles.table(role.value) for role in Role}
    vocabulary = Vocabulary(
        context_pattern=_pattern(context, "pattern"),
        context_block=_pattern(context, "block"),
        context_words=context.words("words"),
        hints=context.words("hints"),
        strong_names={role: entry.words("strong") for role, entry in by_role.items()},
        weak_names={role: entry.words("weak") for role, entry in by_role.items()},
        company_names={role: entry.words("company") for role, entry in by_role.items()},
        about=names.words("about"),
        about_weak=names.words("about_weak"),
        about_after=names.words("about_after"),
        holders=names.words("holders"),
        neutral=names.words("neutral"),
        demo_words=names.words("demo"),
        fake_words=names.words("fake"),
        sealed_words=names.words("sealed"),
        discriminators=discriminators.words("names"),
        discriminating_endings=discriminators.words("endings"),
        headers={name: headers.role(name, role) for name, role in headers.mapping().items()},
        clients=tuple(_client(client) for client in clients),
        foreign_exchanges=foreign.words("exchanges"),
        foreign_ordinary=foreign.words("ordinary"),
        foreign_products=foreign.words("products"),
        foreign_web_secrets=foreign.words("web_secrets"),
        foreign_logins=foreign.words("logins"),
        foreign_alerts=foreign.words("alerts"),
        foreign_lookalikes=foreign.words("lookalikes"),
        foreign_callees=foreign.words("callees"),
        placeholder_values=placeholders.words("values"),
        placeholder_words=placeholders.words("words"),
        placeholder_weak_words=placeholders.words("weak_words"),
        prose=placeholders.words("prose"),
        placeholder_fragments=placeholders.words("fragments"),
        placeholder_beginnings=placeholders.words("beginnings"),
        placeholder_fillers=placeholders.words("fillers"),
        documented=documented.words("values"),
        demo_names=demo.words("names"),
        demo_values=demo.words("values"),
        bundle_prefixes=bundles.words("prefixes"),
        fixture_folders=fixtures.words("folders"),
        fixture_endings=fixtures.words("endings"),
    )
    tables = [
        table,
        context,
        roles,
        names,
        foreign,
        placeholders,
        demo,
        discriminators,
        headers,
        documented,
        bundles,
        fixtures,
    ]
    for part in (*tables, *clients, *by_role.values()):
        part.end()
    return vocabulary


def _client(table: _Table) -> Client:
    return Client(table.words("callee"), tuple(table.role("order", role) for role in table.words("order")))


def _pattern(table: _Table, key: str) -> str:
    pattern = table.text(key)
    try:
        re.compile(pattern)
    except re.error:
        raise table.fail(key, "is not a regular expression") from None
    if not pattern.isascii():
        raise table.fail(key, "must be ASCII, for it is used on bytes too")
    return pattern
