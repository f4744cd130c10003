"""Notes, chats, logs and captures: labels and values as people and programs write them down."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Credentials, ScanJson, write_files

NOTES = {
    "blanks": "okx\nkey {k}\nsecret {s}\npass {p}\n",
    "tabs": "OKX API key\t{k}\nSecret key\t{s}\nPassphrase\t{p}\n",
    "sentence": "OKX api key {k}, secret {s} and pass {p}\n",
    "is": "My OKX api key is {k}, the secret is {s} and the passphrase is {p}\n",
    "below": "OKX\n\nAPI Key:\n{k}\n\nSecret Key\n{s}\n\n**Passphrase**\n{p}\n",
    "bare": "okx main account\n{k}\n{s}\n{p}\n",
    "bullets": "# OKX\n- **API Key**: `{k}`\n- **Secret**: `{s}`\n- **Passphrase**: `{p}`\n",
    "slashes": "okx: {k} / {s} / {p}\n",
    "colons": "okx\n{k}:{s}:{p}\n",
    "dashes": "okx----{k}----{s}----{p}\n",
    "chinese": "欧易的API Key是 {k} ，Secret Key是 {s} ，口令是 {p} ，别外传。\n",
    "brackets": "欧易\n【API KEY】{k}\n【Secret Key】{s}\n【Passphrase】{p}\n",
    "russian": "Ключ OKX API — {k}\nСекретный ключ — {s}\nКодовая фраза — {p}\n",
    "spanish": "La API key de OKX es {k}, la clave secreta es {s} y la passphrase es {p}\n",
    "korean": "[Kim] okx api 키 {k}\n[Kim] 시크릿 키 {s}\n[Kim] 패스프레이즈 {p}\n",
    "japanese": "OKX\nAPIキー：{k}\nシークレットキー：{s}\nパスフレーズ：{p}\n",
    "colours": "\x1b[32mOKX_API_KEY\x1b[0m=\x1b[1m{k}\x1b[0m\nOKX_SECRET=\x1b[31m{s}\x1b[0m\nOKX_PASSPHRASE={p}\n",
    "escaped": 'okx "{{\\"apiKey\\":\\"{k}\\",\\"secretKey\\":\\"{s}\\",\\"passphrase\\":\\"{p}\\"}}"\n',
    "go map": "okx map[Apikey:[{k}] Secretkey:[{s}] Passphrase:[{p}]]\n",
    "tuples": "okx (b'api-key', b'{k}') (b'secret-key', b'{s}') (b'passphrase', b'{p}')\n",
    "traceback": "okx.py\n    api_key = '{k}'\n    secret_key = '{s}'\n    passphrase = '{p}'\n",
}


@pytest.mark.parametrize("text", NOTES.values(), ids=NOTES)
def test_three_parts_are_one_credential(
    tmp_path: Path, scan_json: ScanJson, credentials: Credentials, text: str
) -> None:
    values = {"k": credentials.key(), "s": credentials.secret(), "p": credentials.passphrase()}
    filled = "Bought milk.\n\n" + text.format(**values)
    write_files(tmp_path, {"notes.txt": filled})
    parts = {part["role"]: part for finding in scan_json(tmp_path)["findings"] for part in finding["parts"]}
    lines = filled.split("\n")
    said = {role: lines[part["line"] - 1][part["column"] - 1 : part["end_column"] - 1] for role, part in parts.items()}
    assert said == {"api_key": values["k"], "secret_key": values["s"], "passphrase": values["p"]}


@pytest.mark.parametrize(
    "text",
    [
        "The passphrase is required for every OKX key.",
        "Passphrase: see the vault, entry 12.",
        "An OKX passphrase has 8 to 32 characters, one digit at least.",
        "OKX API key\nask Bob (room 12)\npassphrase\nask Bob, too",
        "口令是必填项，至少8位。 OKX",
    ],
)
def test_prose_is_no_passphrase(tmp_path: Path, scan_json: ScanJson, text: str) -> None:
    write_files(tmp_path, {"notes.txt": text + "\n"})
    assert scan_json(tmp_path)["findings"] == []


def test_other_exchange_below_an_open_section_stays_its_own(
    tmp_path: Path, scan_json: ScanJson, credentials: Credentials
) -> None:
    text = f"[okx]\n{credentials.dotenv()}\n[kucoin\nkey: {credentials.key()}\npassphrase: {credentials.passphrase()}\n"
    write_files(tmp_path, {"notes.txt": text})
    found = [part["line"] for finding in scan_json(tmp_path)["findings"] for part in finding["parts"]]
    assert found == [2, 3, 4]
