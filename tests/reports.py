"""Reports with everything in them, and made-up ones, for the tests of the report formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator
from jsonschema.protocols import Validator

from okxguard.model import (
    Confidence,
    FileError,
    Finding,
    Location,
    Note,
    Part,
    Report,
    Role,
    Severity,
    Skipped,
    Step,
    Suppressed,
)
from okxguard.rulebook import load_rulebook
from tests.conftest import Credentials

RULEBOOK = load_rulebook()
_HERE = Path(__file__).resolve().parent
OWN_SCHEMA = json.loads((_HERE.parent / "okxguard/report/report-1.schema.json").read_text(encoding="utf-8"))
_SARIF_SCHEMA = json.loads((_HERE / "schemas/sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
SARIF: Validator = Draft4Validator(_SARIF_SCHEMA)
OWN: Validator = Draft202012Validator(OWN_SCHEMA)

ODD_PATHS = [
    "a b.env",
    "ключ 交易 🔑.env",
    "100%.env",
    "a%0Ab.env",
    "#1?.env",
    "a\nb\r\nc.env",
    "a\rb::error::c.env",
    "::error::a.env",
    "  ::stop-commands::x",
    "##[add-mask]a",
    "##vso[task.setvariable variable=a]b",
    "C:\\a.env",
    "a\\xffb.env",
    "a.zip!b/c.env",
    "a,b=c;d:e.env",
    "//host/a",
    "/etc/a",
    "../a",
    "mailto:a@b",
    "{{cookiecutter.name}}/a.env",
    "[a](https://example.com)",
    "<b>&amp;</b>.env",
    "\u202ea\u2066.env",
    "\x1b[31ma\x00",
    "\udcff",
    "commit message of 0123456",
    "-",
    ".",
    "",
]

_texts = st.text(max_size=20) | st.sampled_from(ODD_PATHS)
_counts = st.integers(0, 10**9)
_positions = st.integers(1, 10**6)


def everything(credentials: Credentials) -> dict[str, str | bytes]:
    """Return files with something for every list of a report: findings, parts, steps, suppressions, notes."""
    return {
        "conf/okx.yml": (
            f"okx:\n  api_key: {credentials.key()}\n"
            f"  secret_key: {credentials.secret()}\n  passphrase: {credentials.passphrase()}\n"
        ),
        "bot.py": "import logging\n\ndef connect(okx_secret_key):\n    held = okx_secret_key\n    logging.info(held)\n",
        "token.env": f"# 🔑\nOKX_CLIENT_SECRET='{credentials.secret()}'\n",
        "old.env": f'# okxguard: ignore[OKX104] reason="gone"\n{credentials.key_line()}',
        "kept.env": f"# okxguard: ignore[OKX104]\n{credentials.key_line()}",
        "left.env": "flag=1  # okxguard: ignore[OKX104]\n",
        "broken.json": '{"okx": ' + f'"passphrase: {credentials.passphrase()}',
        "vague.env": f"OKX_SECRET_KEY={credentials.secret().lower()}\n",
        "logo.png": b"\x89PNG\r\n\x1a\n\0",
    }


def _locations(path: str) -> st.SearchStrategy[Location]:
    return st.builds(Location, st.just(path), _positions, _positions, _positions, _positions)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    """Make up a finding of some rule at some place."""
    rule = RULEBOOK.rules[draw(st.sampled_from(sorted(RULEBOOK.rules)))]
    locations = _locations(draw(_texts))
    return Finding(
        rule.id,
        rule.name,
        draw(st.sampled_from(Severity)),
        draw(st.sampled_from(Confidence)),
        draw(st.text(min_size=1, max_size=20) | st.sampled_from(ODD_PATHS[:-1])),
        draw(locations),
        f"{draw(st.integers(0, 2**128 - 1)):032x}",
        tuple(draw(st.lists(st.builds(Part, st.sampled_from(Role), locations), max_size=4))),
        tuple(draw(st.lists(st.builds(Step, _positions, _positions, st.text(min_size=1, max_size=20)), max_size=4))),
        draw(st.none() | st.just("0123456789abcdef" * 2)),
    )


def reports() -> st.SearchStrategy[Report]:
    """Make up reports: odd paths, any places, messages with control characters, none or many of everything."""
    reasons = st.text(min_size=1, max_size=20)
    return st.builds(
        Report,
        findings=st.lists(findings(), max_size=4).map(tuple),
        suppressed=st.lists(st.builds(Suppressed, findings(), st.none() | _texts), max_size=2).map(tuple),
        errors=st.lists(st.builds(FileError, _texts, reasons), max_size=30).map(tuple),
        notes=st.lists(st.builds(Note, _texts, reasons), max_size=3).map(tuple),
        files=_counts,
        bytes=_counts,
        skipped=st.lists(st.builds(Skipped, _texts, reasons), max_size=2).map(tuple),
        commits=_counts,
        held_back=_counts,
        baselined=_counts,
        older=_counts,
        prefix=st.just("") | st.sampled_from(["sub", "a b/ключ", "a%/#"]),
    )


def places_in(document: Any) -> list[Any]:
    """Return every object of a document that is the place of an artifact, wherever it stands."""
    if isinstance(document, list):
        return [place for item in document for place in places_in(item)]
    if not isinstance(document, dict):
        return []
    found = [document["artifactLocation"]] if "artifactLocation" in document else []
    return found + [place for value in document.values() for place in places_in(value)]
