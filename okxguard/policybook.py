"""Read what okxguard knows about the rights and the addresses of keys: the only reader of `rules/policy.toml`."""

import os
from typing import NamedTuple

from okxguard.ruletable import POLICY, Table, parse_table


class Call(NamedTuple):
    """A callable that makes or changes a key.

    `callees` are patterns of dotted names, `order` names the positions; `creates` tells it from one that modifies;
    `empty_opens` and `missing_opens` tell what an empty and an absent address do.
    """

    callees: tuple[str, ...]
    order: tuple[str, ...]
    creates: bool
    empty_opens: bool
    missing_opens: bool


class Hosts(NamedTuple):
    """Hosts of OKX and what looks like them; see `rules/policy.toml` for what each list means."""

    domains: tuple[str, ...]
    retired: tuple[str, ...]
    retired_hosts: tuple[str, ...]
    unclear: tuple[str, ...]
    names: tuple[str, ...]
    typos: tuple[str, ...]
    suffixes: tuple[str, ...]
    harmless: tuple[str, ...]
    pages: tuple[str, ...]
    signing: tuple[str, ...]


class Package(NamedTuple):
    """A package of which versions below `below` print credentials."""

    name: str
    below: str


class Instructions(NamedTuple):
    """Patterns of sentences that tell people to open a key, and of what in front of them turns them round."""

    withdraw: tuple[str, ...]
    unbound: tuple[str, ...]
    negations: tuple[str, ...]


class PolicyBook(NamedTuple):
    """All names and values that the key policy knows; see `rules/policy.toml` for what each list means."""

    permission_names: tuple[str, ...]
    permission_weak_names: tuple[str, ...]
    tokens: dict[str, tuple[str, ...]]
    flags: dict[str, tuple[str, ...]]
    binding_names: tuple[str, ...]
    binding_weak_names: tuple[str, ...]
    binding_flags: tuple[str, ...]
    binding_reverse_flags: tuple[str, ...]
    open_values: tuple[str, ...]
    aspects: tuple[str, ...]
    trap_names: tuple[str, ...]
    trap_scopes: tuple[str, ...]
    trap_around: tuple[str, ...]
    trap_types: tuple[str, ...]
    trap_siblings: tuple[str, ...]
    negations: tuple[str, ...]
    key_loose: tuple[str, ...]
    key_around: tuple[str, ...]
    key_columns: tuple[str, ...]
    key_siblings: tuple[str, ...]
    address_flags: tuple[str, ...]
    address_reverse_flags: tuple[str, ...]
    rotated: tuple[str, ...]
    created: tuple[str, ...]
    expires: tuple[str, ...]
    replies: tuple[tuple[str, ...], ...]
    calls: tuple[Call, ...]
    create_paths: tuple[str, ...]
    modify_paths: tuple[str, ...]
    withdrawal_calls: tuple[str, ...]
    withdrawal_constants: tuple[str, ...]
    withdrawal_paths: tuple[str, ...]
    hosts: Hosts
    packages: tuple[Package, ...]
    instructions: Instructions


def load_policy(folder: str) -> PolicyBook:
    """Read and check the policy of the rule book in `folder`.

    Raises RulebookError with the key and the reason when it is missing or malformed.
    """
    table = Table(POLICY, parse_table(os.path.join(folder, POLICY), POLICY))
    permissions, tokens, flags = table.table("permissions"), table.table("tokens"), table.table("flags")
    bindings, traps, keys = table.table("bindings"), table.table("traps"), table.table("keys")
    addresses, dates, paths = table.table("addresses"), table.table("dates"), table.table("paths")
    withdrawals, replies = table.table("withdrawals"), table.tables("replies")
    book = PolicyBook(
        permission_names=permissions.words("strong"),
        permission_weak_names=permissions.words("weak"),
        tokens={name: tokens.words(name) for name in ("read", "trade", "withdraw", "all", "other")},
        flags={name: flags.words(name) for name in ("withdraw", "trade", "read")},
        binding_names=bindings.words("strong"),
        binding_weak_names=bindings.words("weak"),
        binding_flags=bindings.words("flags"),
        binding_reverse_flags=bindings.words("reverse_flags"),
        open_values=bindings.words("open"),
        aspects=bindings.words("aspects"),
        trap_names=traps.words("names"),
        trap_scopes=traps.words("scopes"),
        trap_around=traps.words("around"),
        trap_types=traps.words("types"),
        trap_siblings=traps.words("siblings"),
        negations=traps.words("negations"),
        key_loose=keys.words("loose"),
        key_around=keys.words("around"),
        key_columns=keys.words("columns"),
        key_siblings=keys.words("siblings"),
        address_flags=addresses.words("flags"),
        address_reverse_flags=addresses.words("reverse_flags"),
        rotated=dates.words("rotated"),
        created=dates.words("created"),
        expires=dates.words("expires"),
        replies=tuple(reply.words("fields") for reply in replies),
        calls=tuple(_call(call) for call in table.tables("calls")),
        create_paths=paths.words("create"),
        modify_paths=paths.words("modify"),
        withdrawal_calls=withdrawals.words("calls"),
        withdrawal_constants=withdrawals.words("constants"),
        withdrawal_paths=withdrawals.words("paths"),
        hosts=_hosts(table.table("hosts")),
        packages=tuple(Package(package.text("name"), package.text("below")) for package in table.tables("packages")),
        instructions=_instructions(table.table("instructions")),
    )
    for part in (table, permissions, tokens, flags, bindings, traps, keys, addresses, dates, paths, withdrawals):
        part.end()
    return book


def _call(table: Table) -> Call:
    creates = _choice(table, "kind", ("create", "modify")) == "create"
    empty, missing = (_choice(table, key, ("open", "keep")) == "open" for key in ("empty", "missing"))
    call = Call(table.words("callee"), table.words("order"), creates, empty, missing)
    table.end()
    return call


def _choice(table: Table, key: str, choices: tuple[str, ...]) -> str:
    value = table.text(key)
    if value not in choices:
        raise table.fail(key, f"must be one of {', '.join(choices)}")
    return value


def _hosts(table: Table) -> Hosts:
    hosts = Hosts(**{name: table.words(name) for name in Hosts._fields})
    table.end()
    return hosts


def _instructions(table: Table) -> Instructions:
    instructions = Instructions(**{name: table.words(name) for name in Instructions._fields})
    table.end()
    return instructions
