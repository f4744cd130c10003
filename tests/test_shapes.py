"""Ways to write a credential down in source code: every one is found at its exact place, and near misses are not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
import tomli

from okxguard.model import Source
from okxguard.rulebook import load_rulebook
from okxguard.scan import Options, Scanner
from tests.conftest import Credentials

FOLDER = Path(__file__).parent / "shapes"
RULEBOOK = load_rulebook()
SCANNER = Scanner(RULEBOOK, Options(frozenset(RULEBOOK.rules), "2026-01-01"))
SLOT = re.compile(r"@(?P<kind>key|secret|passphrase)(?:_\d+)?@")

# Role, offset of the first character, offset behind the last.
Place = tuple[str, int, int]


class Shape(NamedTuple):
    """A file that holds values in one way to write them; those in `silent.toml` are for something else."""

    name: str
    path: str
    text: str
    fires: bool

    def fill(self, credentials: Credentials) -> tuple[str, set[Place]]:
        """Return the text with a fresh value in every slot, and where these stand."""
        makers = {"key": credentials.key, "secret": credentials.secret, "passphrase": credentials.passphrase}
        roles = {"key": "api_key", "secret": "secret_key", "passphrase": "passphrase"}
        text, at, places = "", 0, set()
        for match in SLOT.finditer(self.text):
            text += self.text[at : match.start()]
            value = makers[match["kind"]]()
            places.add((roles[match["kind"]], len(text), len(text) + len(value)))
            text += value
            at = match.end()
        return text + self.text[at:], places if self.fires else set()


def shapes() -> list[Shape]:
    """Return the shapes of all files."""
    return [
        Shape(entry["name"], entry["path"], entry["text"], file.stem != "silent")
        for file in sorted(FOLDER.glob("*.toml"))
        for entry in tomli.loads(file.read_text(encoding="utf-8"))["shape"]
    ]


def found_in(path: str, text: str) -> set[Place]:
    report = SCANNER.scan([Source("file", path, text.encode(), path)])
    assert report.errors == ()
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    parts = [part for finding in report.findings if finding.rule < "OKX106" for part in finding.parts]
    return {
        (part.role.value, starts[place.line - 1] + place.column - 1, starts[place.end_line - 1] + place.end_column - 1)
        for part in parts
        for place in [part.location]
    }


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: f"{shape.name}: {shape.path}")
def test_every_value_is_found_at_its_place(shape: Shape, credentials: Credentials) -> None:
    text, places = shape.fill(credentials)
    assert found_in(shape.path, text) == places
