"""The forms in which programs and people write credentials: every part is found, near misses are silent."""

from __future__ import annotations

import base64
import html
import json
import random
import re
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import tomli

from tests.conftest import Credentials, ScanJson, write_files

FOLDER = Path(__file__).parent / "forms"
ROLES = {"key": "api_key", "secret": "secret_key", "passphrase": "passphrase"}
SLOT = re.compile(r"@(?P<what>[a-z]+\d*)(?:_(?P<number>\d))?(?:\|(?P<written>\w+))?@")
WRITTEN: dict[str | None, Callable[[str], str]] = {
    None: str,
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "lines64": lambda value: base64.b64encode(f"{value}\n".encode()).decode(),
    "json": lambda value: json.dumps(value)[1:-1],
    "xml": html.escape,
    "url": lambda value: urllib.parse.quote(value, safe=""),
    "length": lambda value: str(len(value)),
    "folded": lambda value: f"{value[:8]}=\n{value[8:]}",
}


class Form(NamedTuple):
    """A file with slots, and the rules that it breaks; `passphrase` is the passphrase to write, if it is odd."""

    name: str
    path: str
    text: str
    rules: list[str]
    passphrase: str


def forms() -> list[Form]:
    """Return every form of the folder, named after its file and itself."""
    return [
        Form(f"{file.stem}: {form['name']}", form["path"], form["text"], form["rules"], form.get("passphrase", ""))
        for file in sorted(FOLDER.glob("*.toml"))
        for form in tomli.loads(file.read_text(encoding="utf-8"))["form"]
    ]


class Filled(NamedTuple):
    """A form with values, and the role of what stands from one offset to another."""

    text: str
    parts: dict[tuple[int, int], str]


def filled(form: Form) -> Filled:
    """Return a form with fresh values in its slots; equal slots get equal values."""
    made, values = Credentials(), {"passphrase": form.passphrase} if form.passphrase else {}
    noise = random.Random(form.name)
    kinds: dict[str, Callable[[], str]] = {
        "key": made.key,
        "secret": made.secret,
        "passphrase": made.passphrase,
        "uuid": made.key,
        "md5": made.secret,
        "hex24": lambda: f"{noise.getrandbits(96):024x}",
        "hex32": lambda: f"{noise.getrandbits(128):032x}",
        "base64": lambda: base64.b64encode(noise.randbytes(40)).decode(),
        "order": lambda: str(noise.randrange(10**17, 10**18)),
        "token": lambda: "".join(noise.choices("bcdfghjkmnpqrstvwzBCDFGHJKMNPQRSTVWZ23456789", k=64)),
    }
    pieces: list[str] = []
    parts = {}
    at = size = 0
    for slot in SLOT.finditer(form.text):
        what, number = slot["what"], slot["number"] or ""
        value = kinds[what]() if what not in ROLES else values.setdefault(what + number, "") or kinds[what]()
        if what in ROLES:
            values[what + number] = value
        written = WRITTEN[slot["written"]](value)
        pieces += [form.text[at : slot.start()], written]
        size += slot.start() - at + len(written)
        at = slot.end()
        if what in ROLES and slot["written"] != "length":
            parts[size - len(written), size] = ROLES[what]
    return Filled("".join([*pieces, form.text[at:]]), parts)


def offset(text: str, line: int, column: int) -> int:
    """Return the offset of a line and a column, both from 1."""
    return sum(len(each) + 1 for each in text.split("\n")[: line - 1]) + column - 1


@pytest.mark.parametrize("form", forms(), ids=lambda form: form.name)
def test_form_is_read(form: Form, tmp_path: Path, scan_json: ScanJson) -> None:
    text, parts = filled(form)
    write_files(tmp_path, {form.path: text})
    findings = [finding for finding in scan_json(tmp_path)["findings"] if finding["rule"] < "OKX2"]
    found = {
        (
            offset(text, part["line"], part["column"]),
            offset(text, part["end_line"], part["end_column"]),
        ): part["role"]
        for finding in findings
        for part in finding["parts"]
    }
    assert sorted(finding["rule"] for finding in findings) == form.rules
    assert found == (parts if form.rules else {})
