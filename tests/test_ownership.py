"""Whose a value is: other exchanges, other products and fakes stay silent, and do not silence what is OKX's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Credentials, ScanJson, write_files

# Slots: key and secret are OKX's shapes, hex24, uuid, upper, base64 and lower those of others, pw a passphrase.
SILENT = {
    "sections that have nothing to do with each other": (
        "config.toml",
        '[okx]\napi_key = "${{OKX_API_KEY}}"\n[web]\npassword = "{pw}"\n[news]\napi_key = "{key}"\n',
    ),
    "a key of another service in a list of services": (
        "docker-compose.yml",
        "services:\n  okx-bot:\n    image: x\n  news:\n    environment:\n      API_KEY: {key}\n",
    ),
    "KuCoin in blocks of plain text": (
        "keys.txt",
        "kucoin\nkey: {hex24}\nsecret: {key}\npassphrase: {pw}\n\ncoinex\nid: {secret}\nsecret: {upper}\n",
    ),
    "KuCoin in a file that names OKX": (
        "okx_vs_other.py",
        'api_key = "{hex24}"\napi_secret = "{key}"\napi_passphrase = "{pw}"\n',
    ),
    "CoinEx in a file that names OKX": ("okx_other.py", 'access_id = "{secret}"\nsecret_key = "{upper}"\n'),
    "a UUID key with a base64 secret": (
        "okx_arb.py",
        'CLOB_API_KEY = "{key}"\nCLOB_SECRET = "{base64}"\nCLOB_PASS_PHRASE = "{pw}"\n',
    ),
    "the secret of a web framework": (
        "okx_dashboard.py",
        'app = Flask(__name__)\napp.config["SECRET_KEY"] = "{secret}"\nfrom okx import Account\n',
    ),
    "a login beside the secret of a web framework": (
        "okx_web.py",
        '# OKX dashboard\napp.secret_key = "{secret}"\nUSERNAME = "admin"\nPASSWORD = "{pw}"\n',
    ),
    "a mapping of examples": (
        "okx_docs.py",
        'EXAMPLE_CREDENTIALS = {{"okx": {{"apiKey": "{key}", "secret": "{secret}", "password": "{pw}"}}}}\n',
    ),
    "a row key": ("OkxTable.jsx", "const columns = [{{ title: 'OKX', key: '{key}' }}, {{ key: 'secret' }}];\n"),
    "a key in a log line": ("okx.log", "2024-01-01 conn closed, key={key} md5={secret}\n"),
    "a key of a row in a dump": ("okx_orders.json", '{{"data": [{{"instId": "BTC-USDT", "key": "{key}"}}]}}'),
    "the passphrase of an alert": (
        "alert.json",
        '{{"passphrase": "{pw}", "exchange": "OKX", "ticker": "{{{{t}}}}", "strategy": {{"order_action": "buy"}}}}',
    ),
    "a verb in front of a name in prose": ("okx.md", "For `EVENTS`, pass OKX `seriesId` values such as `BTC`.\n"),
    "a sealed secret": (
        "sealed.yaml",
        "kind: SealedSecret\nmetadata:\n  name: okx\nspec:\n  encryptedData:\n    OKX_PASSPHRASE: AgB{hex24}x{pw}\n",
    ),
    "a hash of a password": ("okx.yml", "okx:\n  password: $2b$12${hex24}{hex24}\n"),
    "a reference by its scheme": (".env", "OKX_PASSPHRASE=gcp-sm://okx-pass-77\n"),
    "a possessive joined to the word": (
        "okx.py",
        'OKX_PASSWORD = "mypassword1"\nOKX_PASSPHRASE = "yourpassphrase22"\n',
    ),
}
# The slots that must be found, with their roles; `known` holds passphrases that tests choose themselves.
FOUND = {
    "another exchange's name in the passphrase": (
        "okx.py",
        'api = "{key}"\nsecret = "{secret}"\npassword = "Binance{digits}!"\n',
        ["api_key", "secret_key", "passphrase"],
    ),
    "another exchange's name in a nameless passphrase": (
        "okx.py",
        'creds = ("{key}", "{secret}", "Kraken{digits}!")\n',
        ["api_key", "secret_key", "passphrase"],
    ),
    "the secret of a web framework in front": (
        "settings.py",
        'SECRET_KEY = "{upper}"\nOKX_API_KEY = "{key}"\nOKX_SECRET_KEY = "{secret}"\nOKX_PASSPHRASE = "{pw}"\n',
        ["api_key", "secret_key", "passphrase"],
    ),
    "KuCoin in the next class": (
        "okx_other.py",
        'class OK:\n    key = "{key}"\n    secret = "{secret}"\n    passphrase = "{pw}"\n'
        'class KC:\n    key = "{hex24}"\n    secret = "{other}"\n    passphrase = "{pw}"\n',
        ["api_key", "secret_key", "passphrase"],
    ),
    "a lone key in a mapping of OKX's": ("config.yml", "okx:\n  key: {key}\n", ["api_key"]),
    "a possessive in front of an unknown word": (
        "okx.py",
        'api_key = "{key}"\nsecret_key = "{secret}"\npassphrase = "YourRiver{digits}!"\n',
        ["api_key", "secret_key", "passphrase"],
    ),
    "a dollar in front of a passphrase": (
        ".env",
        "OKX_API_KEY={key}\nOKX_SECRET_KEY={secret}\nOKX_PASSPHRASE='$River{digits}x'\n",
        ["api_key", "secret_key", "passphrase"],
    ),
    "a slash in front of a passphrase": (
        "okx.json",
        '{{"okx": {{"apiKey": "{key}", "secret": "{secret}", "password": "/River{digits}x"}}}}',
        ["api_key", "secret_key", "passphrase"],
    ),
    "angles in a passphrase": (
        "okx.json",
        '{{"okx": {{"apiKey": "{key}", "secret": "{secret}", "password": "<River{digits}>x"}}}}',
        ["api_key", "secret_key", "passphrase"],
    ),
    "letters that happen to form a word": (
        "okx.py",
        'api_key = "{key}"\nsecret_key = "{secret}"\npassphrase = "qTuEMpZrAo"\n',
        ["api_key", "secret_key", "passphrase"],
    ),
}


def filled(text: str) -> str:
    """Return a case with fresh values in its slots."""
    made = Credentials()
    return text.format(
        key=made.key(),
        other=made.key(),
        secret=made.secret(),
        upper=made.secret(),
        hex24=made.secret()[:24].lower(),
        base64=(made.secret() + "".join(made.passphrase()[1:9] for _ in range(2)))[:43] + "=",
        pw=made.passphrase(),
        digits=made.passphrase()[-4:-1],
    )


@pytest.mark.parametrize(("path", "text"), SILENT.values(), ids=SILENT)
def test_what_is_not_of_okx_stays_silent(path: str, text: str, tmp_path: Path, scan_json: ScanJson) -> None:
    write_files(tmp_path, {path: filled(text)})
    assert scan_json(tmp_path)["findings"] == []


@pytest.mark.parametrize(("path", "text", "roles"), FOUND.values(), ids=FOUND)
def test_what_is_of_okx_is_found_beside_it(
    path: str, text: str, roles: list[str], tmp_path: Path, scan_json: ScanJson
) -> None:
    write_files(tmp_path, {path: filled(text)})
    findings = scan_json(tmp_path)["findings"]
    assert [[part["role"] for part in finding["parts"]] for finding in findings] == [roles]
