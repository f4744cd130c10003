"""Netrc: machines with their logins and passwords, and what of it is a credential of OKX's."""

from __future__ import annotations

from pathlib import Path

import pytest

from okxguard.model import Place
from tests.conftest import Credentials, ScanJson, write_files
from tests.entries import entries_of

NAMED = {
    "one line": ("machine m login l password {}\n", ("m", "password")),
    "lines": ("machine m\n\tlogin l\n\tpassword {}\n", ("m", "password")),
    "quoted": ('machine m login l password "{}"\n', ("m", "password")),
    "second": ("machine n login l password p\nmachine m login {}", ("m", "login")),
    "default": ("machine n login l password p\ndefault login l password {}\n", ("default", "password")),
    "comment": ("# machine n\nmachine m # x\nlogin l password {}\n", ("m", "password")),
}


@pytest.mark.parametrize(("text", "path"), NAMED.values(), ids=NAMED)
def test_value_goes_by_its_word_below_its_machine(text: str, path: tuple[str, ...], credentials: Credentials) -> None:
    value = credentials.passphrase()
    filled = text.format(value)
    found = [
        entry for entry in entries_of(".netrc", filled) if entry.value == value and entry.place is Place.ASSIGNMENT
    ]
    assert {(entry.path, filled[entry.span.start : entry.span.end]) for entry in found} == {(path, value)}


FILES = {
    "a login of OKX's": ("machine www.okx.com login {key} password {secret}\n", ["OKX101"]),
    "a deploy token": ("# deploy okx bot\nmachine x.example login me@x.example password {key}\n", []),
    "a deploy token on lines": ("# okx bot\nmachine x.example\n  login okxbot\n  password {secret}\n", []),
    "several machines": (
        "machine a.example\nlogin me\npassword {key}\n# okx\nmachine b.example password {secret}\n",
        [],
    ),
}


@pytest.mark.parametrize(("text", "rules"), FILES.values(), ids=FILES)
@pytest.mark.parametrize("name", [".netrc", "_netrc", ".authinfo"])
def test_password_of_another_machine_is_silent(
    name: str, text: str, rules: list[str], credentials: Credentials, tmp_path: Path, scan_json: ScanJson
) -> None:
    write_files(tmp_path, {name: text.format(key=credentials.key(), secret=credentials.secret())})
    assert [finding["rule"] for finding in scan_json(tmp_path)["findings"]] == rules


@pytest.mark.parametrize("piece", ['"', "machine ", "# ", '"a\\', "a b\n"])
def test_hostile_text_ends(piece: str) -> None:
    entries_of(".netrc", "machine a " + piece * 40_000)
