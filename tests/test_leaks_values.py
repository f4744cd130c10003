"""No report shows a value, wherever in the code it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli

from okxguard.leakbook import load_leaks
from okxguard.leaks.names import SecretNames
from okxguard.model import Confidence, Source
from okxguard.report import FORMATS
from okxguard.rulebook import load_rulebook
from okxguard.ruletable import rules_folder
from okxguard.scan import Options, Scanner
from tests.conftest import Credentials

_PLANTED = tomli.loads((Path(__file__).parent / "leaks" / "planted.toml").read_text(encoding="utf-8"))["planted"]
_RULEBOOK = load_rulebook()
_SCANNER = Scanner(_RULEBOOK, Options(frozenset(_RULEBOOK.rules), "2026-01-31", min_confidence=Confidence.LOW))
_NAMES = SecretNames(load_leaks(rules_folder()).names)


def _values(credentials: Credentials) -> list[str]:
    """Return one value of every shape; the last is a passphrase that could be a name."""
    passphrase = credentials.passphrase()
    letters = "".join(letter for letter in passphrase if letter.isalpha())
    return [credentials.key(), credentials.secret(), passphrase, f"{letters}words"]


@pytest.mark.parametrize("planted", _PLANTED, ids=lambda planted: planted["name"])
def test_value_in_an_odd_place_is_never_shown(planted: dict[str, Any], credentials: Credentials) -> None:
    found = 0
    for value in _values(credentials):
        data = planted["text"].replace("{value}", value).encode()
        report = _SCANNER.scan([Source("file", planted["path"], data, planted["path"])])
        shown = "".join(render(report, _RULEBOOK) for render in FORMATS.values()) + repr(report)
        assert value.lower() not in shown.lower()
        found += len(report.findings)
    assert found


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("OKX_SECRET", "OKX_SECRET"),
        ("okx.api.secret", "okx.api.secret"),
        ("okx-api-secret", "okx-api-secret"),
        ("what getpass asks for", "what getpass asks for"),
        ("kv/okx/secret", "secret"),
        ("secret:words", "secret"),
        ("words:apiSecret", "apiSecret"),
        ("words/words", "a name"),
    ],
)
def test_name_is_said_without_what_may_be_a_value(name: str, said: str) -> None:
    assert _NAMES.said(name) == said


def test_value_in_a_name_is_not_said(credentials: Credentials) -> None:
    assert _NAMES.said(f"api_secret_{credentials.secret()}") == "secret"
    assert _NAMES.said(f"secret-{credentials.key()}") == "secret"
