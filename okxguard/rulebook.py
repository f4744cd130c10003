"""Read the rule book: the only reader of the TOML files in `rules/`."""

import os
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from okxguard.errors import RulebookError
from okxguard.model import Example, Role, Rule, Severity
from okxguard.ruletable import LEAKS, POLICY, Table, parse_table, rules_folder

_VOCABULARY = "vocabulary.toml"
_RULE_FILE = re.compile(r"(?P<id>OKX\d{3})-[a-z0-9-]+\.toml")


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
    policy_cores: tuple[str, ...]


class Rules(Mapping[str, Rule]):
    """All rules by id; each is read when it is first asked for, for most runs find nothing and need none.

    Asking raises RulebookError with the file, the key and the reason when its file is malformed.
    """

    def __init__(self, folder: str, files: dict[str, str]) -> None:
        self._folder = folder
        self._files = files
        self._read: dict[str, Rule] = {}

    def __getitem__(self, identity: str) -> Rule:
        if identity not in self._read:
            file = self._files[identity]
            self._read[identity] = _rule(file, Table(file, parse_table(os.path.join(self._folder, file), file)))
        return self._read[identity]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


class Rulebook(NamedTuple):
    """All rules by id, the vocabulary they share, and the folder that they were read from."""

    rules: Mapping[str, Rule]
    vocabulary: Vocabulary
    folder: str


def load_rulebook(folder: str | None = None) -> Rulebook:
    """Read the vocabulary and the names of the rules.

    Raises RulebookError with the file, the key and the reason when a file is missing or malformed.
    """
    folder = folder or rules_folder()
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".toml"))
    except OSError:
        raise RulebookError(f"rule book: cannot list the folder {folder}; reinstall okxguard") from None
    if _VOCABULARY not in names or not any(map(_RULE_FILE.fullmatch, names)):
        raise RulebookError(f"rule book: {folder} lacks {_VOCABULARY} or rules; reinstall okxguard")
    files: dict[str, str] = {}
    for name in (name for name in names if name not in (_VOCABULARY, POLICY, LEAKS)):
        match = _RULE_FILE.fullmatch(name)
        if match is None:
            raise RulebookError(
                f"rule book: {name}: a rule file is named after its rule, as in OKX101-credential-set.toml"
            )
        if match["id"] in files:
            raise RulebookError(f"rule book: {name}: key 'id' is taken by another file ({match['id']})")
        files[match["id"]] = name
    vocabulary = _vocabulary(Table(_VOCABULARY, parse_table(os.path.join(folder, _VOCABULARY), _VOCABULARY)))
    return Rulebook(Rules(folder, files), vocabulary, folder)


def _rule(file: str, table: Table) -> Rule:
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


def _examples(table: Table, key: str, *, fires: bool) -> tuple[Example, ...]:
    examples = []
    for entry in table.tables(key):
        examples.append(Example(entry.text("path"), entry.text("text"), fires, entry.text("reason")))
        entry.end()
    if len(examples) < 2:
        raise table.fail(key, "must hold at least two examples")
    return tuple(examples)


def _vocabulary(table: Table) -> Vocabulary:
    context, roles, names = table.table("context"), table.table("roles"), table.table("names")
    foreign, placeholders, demo = table.table("foreign"), table.table("placeholders"), table.table("demo")
    discriminators, headers, documented = (
        table.table("discriminators"),
        table.table("headers"),
        table.table("documented"),
    )
    bundles, fixtures, policy = table.table("bundles"), table.table("fixtures"), table.table("policy")
    clients = table.tables("clients")
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
        policy_cores=policy.words("cores"),
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
        policy,
    ]
    for part in (*tables, *clients, *by_role.values()):
        part.end()
    return vocabulary


def _client(table: Table) -> Client:
    return Client(table.words("callee"), tuple(table.role("order", role) for role in table.words("order")))


def _pattern(table: Table, key: str) -> str:
    pattern = table.text(key)
    if table.is_checked:  # to compile one only to see that it can be takes as long as much else
        return pattern
    try:
        re.compile(pattern)
    except re.error:
        raise table.fail(key, "is not a regular expression") from None
    if not pattern.isascii():
        raise table.fail(key, "must be ASCII, for it is used on bytes too")
    return pattern
