"""A credential that stands in a file in base64 only passes the prefilter and is found."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from okxguard.blocks import find_blocks
from okxguard.prefilter import Prefilter
from okxguard.rulebook import load_rulebook
from tests.conftest import Credentials, ScanJson, write_files

PREFILTER = Prefilter(load_rulebook().vocabulary)


def encoded(text: str, encoding: str = "utf-8") -> str:
    return base64.b64encode(text.encode(encoding)).decode()


def wrapped(text: str) -> str:
    return base64.encodebytes(text.encode()).decode()


def passes(text: str) -> bool:
    return PREFILTER.may_hold_credential("a.txt", text.encode())


SHAPES: dict[str, Callable[[Credentials], str]] = {
    "key": lambda made: encoded(made.key()),
    "key and a line feed": lambda made: encoded(made.key() + "\n"),
    "secret": lambda made: encoded(made.secret()),
    "secret and a line feed": lambda made: encoded(made.secret() + "\n"),
    "key in UTF-16": lambda made: encoded(made.key(), "utf-16-le"),
    "key after an escape": lambda made: r"\n" + encoded(made.key()),
    "key between others": lambda made: encoded(f"x = 1; id={made.key()}?"),
}


@pytest.mark.parametrize("make", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("around", ["{}", "value: {}\n", '{{"a": "{}"}}', "data:text/plain;base64,{}", "sha/x-{}"])
def test_shape_in_base64_passes(around: str, make: Callable[[Credentials], str]) -> None:
    for seed in range(30):
        assert passes(around.format(make(Credentials(seed))))


@pytest.mark.parametrize("name", ["OKX_PASSPHRASE", "okx_passphrase", "Okex-Passphrase", "okPassphrase", "欧易口令"])
@pytest.mark.parametrize("encode", [encoded, wrapped, lambda text: wrapped(text).replace("\n", "\\n")])
def test_file_in_base64_that_names_okx_passes(name: str, encode: Callable[[str], str]) -> None:
    for indent in range(12):
        for lines in range(0 if name.isascii() else 1, 5):
            text = " " * indent + "# a line of settings\n" * lines + f"{name}={Credentials(indent).passphrase()}\n"
            assert passes(f"  data: {encode(text)}"), (indent, lines)


def test_indented_lines_are_one_block(credentials: Credentials) -> None:
    lines = wrapped("# settings\n" * 20 + "okx_passphrase=" + credentials.passphrase()).splitlines()
    assert passes("data: |\n" + "".join(f"    {line}\r\n" for line in lines))


@pytest.mark.parametrize(
    "text",
    [
        "a/path/of/many/folders/and/an/end/that/is/long",
        "createOrUpdateSubscriptionHandlerFactoryBean()",
        "sha256:" + "0a1b2c3d4e5f6789" * 4,
        encoded("nothing to see here, only words in a row"),
    ],
)
def test_other_runs_do_not_pass(text: str) -> None:
    assert not passes(text)


def test_random_base64_hardly_ever_passes() -> None:
    rng = random.Random(1)
    passed = sum(passes(base64.b64encode(rng.randbytes(66)).decode()) for _ in range(2000))
    assert passed <= 8  # some name OKX as they stand


@pytest.mark.parametrize(
    "data",
    [b"B" * 500_000, b"QUJD" * 100_000, b"QUJDREVG\n" * 50_000, (b"QUJDREVG" * 9 + b"\n") * 5_000, b"QUJD/" * 100_000],
    ids=["one letter", "letters", "short lines", "lines", "slashes"],
)
def test_blocks_of_a_hostile_file_are_few(data: bytes) -> None:
    assert sum(1 for _ in find_blocks(data)) <= 1


@pytest.mark.parametrize("name", ["secret.yaml", "secret.json"])
def test_settings_in_base64_only_are_found(
    name: str, tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    value = encoded("# settings\n" + credentials.dotenv())
    texts = {
        "secret.yaml": f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: bot\ndata:\n  app.env: {value}\n",
        "secret.json": json.dumps({"kind": "Secret", "data": {"app.env": value}}, indent=1),
    }
    write_files(tmp_path, {name: texts[name]})
    (finding,) = scan_json(tmp_path)["findings"]
    assert (finding["rule"], {part["role"] for part in finding["parts"]}) == (
        "OKX101",
        {"api_key", "secret_key", "passphrase"},
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("sha1-OKx{}=", False, id="sha1"),
        pytest.param("sha512-{}/okx/{}{}{}==", False, id="sha512"),
        pytest.param("pkg/x.py,sha256=_okx-{}abcdefghijklmno,12", True, id="another length"),
        pytest.param("sha1-OKx{}= okx", True, id="the word beside it"),
        pytest.param("sha1-okx-secret-key-of-the-production", True, id="a name like it"),
    ],
)
def test_letters_of_a_checksum_name_nobody(text: str, expected: bool) -> None:
    filled = text.replace("{}", "nYVEoW2WGVFgZh6pPoQ3rSt4")
    if text.startswith("sha512"):
        filled = f"sha512-{'nYVEoW2WGV/okx/Zh6pPoQ3rSt4'.ljust(86, 'B')}=="
    assert passes(filled) is expected
