"""The catalogue of programs and places: every row of docs/catalogue.md has an example, and every example is found."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
import tomli

from tests.conftest import ScanJson, write_files
from tests.readme import README
from tests.test_rulebook import fill

FOLDER = Path(__file__).parent / "catalogue"
PAGE = README.parent / "docs" / "catalogue.md"
ALL_ROLES = ["api_key", "secret_key", "passphrase"]


class Place(NamedTuple):
    """A file in which people leave a credential."""

    row: str
    path: str
    text: str
    roles: list[str]


def places() -> list[Place]:
    """Return every example of the catalogue."""
    tables = [tomli.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.toml"))]
    return [
        Place(entry["row"], entry["path"], entry["text"], entry.get("roles", ALL_ROLES))
        for table in tables
        for entry in table["example"]
    ]


PLACES = places()


def test_every_row_has_an_example() -> None:
    rows = set(re.findall(r"^\| ([^|]+?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)) - {"what", "---"}
    assert rows == {place.row for place in PLACES}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.row}: {place.path}")
def test_example_is_one_credential(place: Place, tmp_path: Path, scan_json: ScanJson) -> None:
    text = fill(place.text, place.path)
    write_files(tmp_path, {place.path: text})
    findings = [finding for finding in scan_json(tmp_path)["findings"] if finding["rule"] < "OKX106"]
    assert [(finding["rule"], sorted(part["role"] for part in finding["parts"])) for finding in findings] == [
        ("OKX101", sorted(place.roles))
    ]
    lines = text.lstrip("\ufeff").split("\n")
    for part in findings[0]["parts"]:
        written = lines[part["line"] - 1][part["column"] - 1 : part["end_column"] - 1]
        assert re.search(rf"@{_SLOTS[part['role']]}(?:_\d+)?@", _source_line(place, part["line"])), part["role"]
        assert written in text


_SLOTS = {"api_key": "key", "secret_key": "secret", "passphrase": "passphrase"}


def _source_line(place: Place, line: int) -> str:
    return place.text.split("\n")[line - 1]
