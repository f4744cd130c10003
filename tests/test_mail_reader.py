"""Mails: headers, plain texts, what is quoted-printable or in base64, files, and many mails in one file."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Credentials, ScanJson, write_files
from tests.entries import reading_of


def in_base64(text: str) -> str:
    return base64.encodebytes(text.encode()).decode()


def in_quoted(text: str) -> str:
    return quopri.encodestring(text.encode(), quotetabs=True).decode().replace("\n=\n", "\n")


HEAD = "From: a@x.example\nSubject: s\nMIME-Version: 1.0\n"
MIXED = (
    HEAD + 'Content-Type: multipart/mixed;\n boundary="bb"\n\nignored\n--bb\nContent-Type: text/plain\n\nhello\n--bb\n'
)
PAGE = "<table><tr><td>k</td><td>{}</td></tr></table>\n"
MAILS: dict[str, Callable[[str], str]] = {
    "plain": lambda value: f"{HEAD}\nHello,\n\nk: {value}\n",
    "header": lambda value: f"{HEAD}k: {value}\n\nHello\n",
    "quoted": lambda value: f"{HEAD}Content-Transfer-Encoding: quoted-printable\n\n{in_quoted(f'é k={value}')}\n",
    "folded": lambda value: f"{HEAD}Content-Transfer-Encoding: quoted-printable\n\nk: {value[:5]}=\n{value[5:]}\n",
    "base64": lambda value: f"{HEAD}Content-Transfer-Encoding: BASE64\n\n{in_base64(f'Hello é,{chr(10)}k: {value}')}",
    "page": lambda value: f"{HEAD}Content-Type: text/html; charset=utf-8\n\n{PAGE.format(value)}",
    "quoted page": lambda value: (
        f"{HEAD}Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n{in_quoted(PAGE.format(value))}"
    ),
    "part": lambda value: f"{MIXED}Content-Type: text/plain\n\nk: {value}\n--bb--\n",
    "file": lambda value: (
        f'{MIXED}Content-Type: x/y; name="a.json"\nContent-Transfer-Encoding: base64\n\n'
        f"{in_base64('{' + chr(34) + 'k' + chr(34) + ':' + chr(34) + value + chr(34) + '}')}--bb--\n"
    ),
    "second mail": lambda value: (
        f"From a@x Mon Jan 1\n{HEAD}Content-Transfer-Encoding: base64\n\naGVsbG8=\n\n"
        f"From b@x Mon Jan 1\n{HEAD}Content-Transfer-Encoding: base64\n\n{in_base64(f'k: {value}')}"
    ),
}


@pytest.mark.parametrize("write", MAILS.values(), ids=MAILS)
@pytest.mark.parametrize("path", ["a.eml", "a.mbox", "inbox"])
def test_value_goes_by_its_name(path: str, write: Callable[[str], str], credentials: Credentials) -> None:
    value = credentials.key()
    assert "k" in {entry.path[-1] for entry in reading_of(path, write(value)).entries if entry.value == value}


@pytest.mark.parametrize("shape", ["plain", "page", "part"])
def test_value_stands_where_it_stands(shape: str, credentials: Credentials) -> None:
    value = credentials.passphrase()
    text = MAILS[shape](value)
    found = [entry for entry in reading_of("a.eml", text).entries if entry.value == value]
    assert {text[entry.span.start : entry.span.end] for entry in found} == {value}


@pytest.mark.parametrize("encode", [in_base64, in_quoted])
def test_encoded_credential_is_one_finding(
    encode: Callable[[str], str], credentials: Credentials, tmp_path: Path, scan_json: ScanJson
) -> None:
    encoding = "base64" if encode is in_base64 else "quoted-printable"
    body = (
        f"OKX\nAPI key={credentials.key()}\nSecret key={credentials.secret()}\nPassphrase={credentials.passphrase()}\n"
    )
    write_files(tmp_path, {"a.eml": f"{HEAD}Content-Transfer-Encoding: {encoding}\n\n{encode(body)}"})
    findings = scan_json(tmp_path)["findings"]
    assert [[part["role"] for part in finding["parts"]] for finding in findings] == [
        ["api_key", "secret_key", "passphrase"]
    ]


def test_mail_about_orders_is_silent(credentials: Credentials, tmp_path: Path, scan_json: ScanJson) -> None:
    body = f"Your OKX order {credentials.key()} was filled, md5 {credentials.secret()}.\n"
    mail = f"{HEAD}Message-ID: <{credentials.key()}@okx.com>\nX-Key: {credentials.key()}\n"
    encoded = f"{mail}Content-Transfer-Encoding: base64\n\n{in_base64(body)}"
    write_files(tmp_path, {"a.eml": f"{mail}\n{body}", "b.eml": encoded})
    assert scan_json(tmp_path)["findings"] == []


def test_large_part_is_noted_and_picture_is_not() -> None:
    head = f"{HEAD}Content-Transfer-Encoding: base64\n\n"
    assert reading_of("a.eml", head + in_base64("k: 1\n" * 400_000)).note
    assert reading_of("a.eml", head + in_base64("\0\1" * 800_000)).note is None


@pytest.mark.parametrize(
    "piece", ["a: b\n", "From \n", "--bb\n", "=\n", "=41", "QUFB", "\n", "Content-Type: boundary=b\n"]
)
def test_hostile_text_ends(piece: str) -> None:
    reading_of("a.eml", MIXED + "Content-Transfer-Encoding: quoted-printable\n\n" + piece * 10_000)
