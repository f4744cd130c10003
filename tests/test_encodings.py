"""Text is read in whatever encoding it was written, and what is no text is skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from okxguard.decoding import decode, is_binary
from tests.conftest import Credentials, ScanJson, write_files

NOTE = {
    "gb18030": "欧易实盘的配置，口令别外传\n密钥如下：\n",
    "big5": "歐易交易所設定，密碼請勿外傳\n金鑰如下：\n",
    "cp932": "取引所の設定です。\nＯＫＸのシークレットキー：\n",
    "euc_jp": "取引所の設定です。秘密のファイル。\n",
    "cp949": "거래소 설정, 비밀번호는 아래에 있음\n시크릿 키:\n",
    "cp1251": "Биржа, секретный ключ и кодовая фраза\nникому не показывать:\n",
    "koi8_r": "Биржа, секретный ключ и кодовая фраза\nникому не показывать:\n",
    "cp1252": "Configuração, contraseña y clé secrète für später:\n",
    "cp1254": "Borsa ayarları, gizli anahtar ve şifre değişmeden:\n",
}
WIDE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


def found(report: dict[str, list[dict[str, list[dict[str, object]]]]]) -> set[tuple[object, object]]:
    return {(part["line"], part["role"]) for finding in report["findings"] for part in finding["parts"]}


@pytest.mark.parametrize("encoding", NOTE)
def test_legacy_encoding_is_told_by_its_letters(encoding: str) -> None:
    assert decode(NOTE[encoding].encode(encoding)) == (NOTE[encoding], False)


@pytest.mark.parametrize(
    ("encoding", "word"),
    [
        ("gb18030", "密钥"),
        ("gb18030", "备注名 = x 权限 = 读取/交易"),
        ("big5", "密碼：abc"),
        ("cp932", "APIキー：abc"),
        ("cp949", "패스프레이즈"),
        ("cp1251", "API ключ: abc"),
        ("cp1251", "Пароль"),
        ("koi8_r", "секретный ключ"),
        ("cp1252", "contraseña"),
        ("cp1252", "it’s “quoted”"),
        ("cp1254", "şifre"),
    ],
)
def test_one_word_is_enough(encoding: str, word: str) -> None:
    assert decode(word.encode(encoding))[0] == word


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("encoding", [*NOTE, *WIDE, "nul padding", "nul between"])
def test_credential_stands_on_its_line_in_every_encoding(
    tmp_path: Path, scan_json: ScanJson, credentials: Credentials, encoding: str, end: str
) -> None:
    head = NOTE.get(encoding, "# настройки 设置\n")
    text = (head + credentials.dotenv()).replace("\n", end)
    data = text.encode("utf-8" if encoding.startswith("nul") else encoding)
    if encoding == "nul padding":
        data = b"\0" * 20_000 + data
    if encoding == "nul between":
        data = data.replace(end.encode(), b"\0\0" + end.encode())
    write_files(tmp_path, {"a.txt": data})
    first = head.count("\n") + 1
    assert found(scan_json(tmp_path)) == {
        (first, "api_key"),
        (first + 1, "secret_key"),
        (first + 2, "passphrase"),
    }


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"\xff\xfe", "ascii"),
        (b"\xfe\xff", "utf-16-le"),
        (b"\xff\xfe", "utf-16-be"),
        (b"\xef\xbb\xbf", "gb18030"),
        (b"\xef\xbb\xbf", "utf-16-le"),
    ],
    ids=[
        "wide mark, narrow text",
        "big mark, little text",
        "little mark, big text",
        "utf-8 mark, gbk",
        "utf-8, utf-16",
    ],
)
def test_wrong_mark_does_not_hide_a_credential(
    tmp_path: Path, scan_json: ScanJson, credentials: Credentials, mark: bytes, encoding: str
) -> None:
    head = "# config\n" if encoding == "ascii" else "# 交易所的配置\n"
    write_files(tmp_path, {"a.env": mark + (head + credentials.dotenv()).encode(encoding)})
    assert {line for line, _ in found(scan_json(tmp_path))} == {2, 3, 4}


@pytest.mark.parametrize(
    ("data", "binary"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(100), True),
        (bytes(range(256)) * 40, True),
        (b"\x03\xf3\r\n" + bytes(range(30)) * 9 + b"okx_api_key\0", True),
        (bytes(20_000), True),
        (b"plain text\n", False),
        (b"log line\n" + bytes(4_000) + b"log line\n", False),
        ("журнал\0записан\0".encode() * 20, False),
        (b"A=1\0B=2\0", False),
        (b"", False),
    ],
    ids=["png", "all bytes", "bytecode", "nuls", "plain", "gap", "utf-8 and nuls", "environment", "empty"],
)
def test_text_is_told_from_binary(data: bytes, binary: bool) -> None:
    assert is_binary(data) is binary
