"""Lines that name a part or show one are read; a word about OKX without any of both reaches no reader."""

from __future__ import annotations

import pytest

from okxguard.detectors.words import Words
from okxguard.documents import Window, make_document
from okxguard.examine import Examiner
from okxguard.rulebook import load_rulebook
from tests.conftest import Credentials

VOCABULARY = load_rulebook().vocabulary
WORDS = Words(VOCABULARY)
FILLING = "for each okx price of a copy get the class and open /api/v5/market at home\n"


def tells(line: str, path: str = "a.md") -> bool:
    text = FILLING * 60 + line + "\n" + FILLING * 60
    lines = WORDS.telling_lines(make_document(path, path, Window(text.encode()))).lines
    return 60 in lines


@pytest.mark.parametrize(
    "line",
    [
        *("passphrase: x", "api key", "API_KEY=", "secretKey", "the pwd", "my pw is", "sk = 1", "ac-cess-to.ken: 1"),
        *("contraseña: x", "Contraseña", "frase de paso", "API密码", "api密钥", "密码", "口令", "ключ API", "Пароль"),
        *("パスフレーズ", "비밀번호", "şifre", "chave", "clé API: key", "gizli anahtar", "REACT_APP_OKX_API_KEY"),
        *("TradeAPI(a, b, c)", "okx.Client(a, b, c)", "new OkexV5(a, b, c)", "WsPrivateAsync(a)", '{"op": "login"'),
        "setApiCredentials(a, b, c)",
    ],
)
def test_line_that_names_a_part_tells(line: str) -> None:
    assert tells(line)


@pytest.mark.parametrize("path", ["a.md", "a.json", "a.env"])
def test_line_that_shows_a_part_tells(path: str, credentials: Credentials) -> None:
    assert tells(f"key {credentials.key()}", path)
    assert tells(f"secret {credentials.secret()}", path)


@pytest.mark.parametrize(
    "line",
    [
        *(
            "okx",
            "GET https://www.okx.com/api/v5/account",
            "copies of the apple",
            "import company",
            "from param",
            "passed",
        ),
        *("class Geometry:", "angle", "clear", "price = 12", "x = frame", "日本", "価格", "цена", "skip", "powder"),
    ],
)
def test_other_lines_do_not(line: str) -> None:
    assert not tells(line)


def test_file_that_says_okx_and_nothing_else_reaches_no_reader() -> None:
    examiner = Examiner(load_rulebook(), "2026-01-01", 90)
    document = make_document("a.json", "a.json", Window(b'{"okx": ["copy", "open", "from", "class"]'))
    assert examiner.examine(document).note is None
