"""With the extra `fast` and without it the prefilters give the same answers; without hyperscan nothing changes."""

from __future__ import annotations

import base64
import random
import sys
from pathlib import Path

import pytest

from okxguard import spotting
from okxguard.prefilter import Prefilter
from okxguard.rulebook import Rulebook, load_rulebook
from okxguard.spotting import Spotter, literal
from tests.conftest import Credentials
from tests.test_rulebook import EXAMPLES, fill

RULEBOOK: Rulebook = load_rulebook()
PLAIN = Prefilter(RULEBOOK.vocabulary)
ENCODINGS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "big5", "cp932", "cp1251", "koi8_r")
PIECES = (
    *("okx", "OKX", "okex", "OK-ACCESS-KEY", "ok_secret", "ok. Pass phrase", "ok--x", "ok---x", "o", "k", "x", "ouyi"),
    *(
        "欧易",
        "歐易",
        "欧意",
        "口令",
        "перевод",
        "é",
        '"perm"',
        "'perm",
        '"ip"',
        "'ip'",
        "permission",
        'ip\\"',
        "sha256-",
    ),
    *(
        "a" * 29,
        "a" * 30,
        "A" * 30,
        "f" * 34,
        "0" * 32,
        "AB12" * 8,
        "-",
        "-0a1b",
        "0a1b2c3d",
        "-0a1b2c3d4e5f",
        "\n",
        "\r\n",
    ),
    *("\0", " ", "=", "/", "+", "\\n", "sha1-OKx", "B" * 64, "sha512-", "{", "}", '"', "key: ", "token = "),
)


@pytest.fixture(scope="module")
def hastened() -> Prefilter:
    """A prefilter that looks with hyperscan from the first byte."""
    pytest.importorskip("hyperscan")
    prefilter = Prefilter(RULEBOOK.vocabulary)
    prefilter.hasten()
    return prefilter


def assert_same(hastened: Prefilter, data: bytes) -> None:
    assert hastened.may_hold_credential("a.txt", data) == PLAIN.may_hold_credential("a.txt", data), data[:2000]


def made_up(rng: random.Random, made: Credentials) -> str:
    pieces = (*PIECES, made.key(), made.secret(), made.key().upper(), base64.b64encode(made.key().encode()).decode())
    return "".join(rng.choice(pieces) for _ in range(rng.randrange(1, 12)))


def test_texts_of_pieces(hastened: Prefilter) -> None:
    rng = random.Random(1)
    made = Credentials(2)
    for _ in range(6000):
        text = made_up(rng, made)
        assert_same(hastened, text.encode(rng.choice(ENCODINGS), "replace"))


def test_bytes_of_any_kind(hastened: Prefilter) -> None:
    rng = random.Random(3)
    made = Credentials(4)
    for _ in range(2000):
        data = bytearray(rng.randbytes(rng.randrange(200)) + made_up(rng, made).encode())
        for _ in range(rng.randrange(3)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        assert_same(hastened, bytes(data))


def test_every_single_change_of_a_shape(hastened: Prefilter) -> None:
    made = Credentials(5)
    for text in (made.key(), made.secret(), f"x={made.secret()}x", "ok-_.x", "Ok Pass-Phrase", "\"perm':'ip'"):
        for at in range(len(text)):
            for other in "gGfF0-_ \n.\0é":
                assert_same(hastened, (text[:at] + other + text[at + 1 :]).encode("latin-1"))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_examples_of_the_rules(hastened: Prefilter, encoding: str) -> None:
    for rule, example in EXAMPLES:
        assert_same(hastened, fill(example.text, rule.id).encode(encoding, "replace"))


def test_files_of_the_project(hastened: Prefilter) -> None:
    for path in Path(__file__).parent.rglob("*.*"):
        if path.is_file():
            assert_same(hastened, path.read_bytes())


@pytest.mark.parametrize("ending", ["", "okx", "0a1b2c3d-0a1b-4a1b-8a1b-0a1b2c3d4e5f", "欧易", "AB12CD34" * 4])
def test_large_file(hastened: Prefilter, ending: str) -> None:
    filling = "one word after the other, and a number: 12345\n" * 100_000
    assert_same(hastened, (filling + ending + filling).encode())
    assert hastened.may_hold_credential("a.txt", (filling + ending).encode()) == bool(ending)


def test_spotter_loads_when_it_is_worth_it() -> None:
    pytest.importorskip("hyperscan")
    spotter = Spotter(lambda: (b"one", b"two"))
    assert spotter.spot(b"three") == -1
    assert spotter.spot(b"-" * spotting.WORTH) == -1
    assert [spotter.spot(data) for data in (b"three", b"a ONE", b"two", b"one and two", b"")] == [0, 1, 2, 3, 0]


def test_without_hyperscan_everything_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hyperscan", None)
    spotter = Spotter(lambda: (b"one",))
    spotter.hasten()
    assert spotter.spot(b"three") == -1
    prefilter = Prefilter(RULEBOOK.vocabulary)
    prefilter.hasten()
    assert prefilter.may_hold_credential("a.txt", b"okx")
    assert not prefilter.may_hold_credential("a.txt", b"three")


def test_few_files_load_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "hyperscan", raising=False)
    Prefilter(RULEBOOK.vocabulary).may_hold_credential("a.txt", b"three")
    assert "hyperscan" not in sys.modules


def test_literal_is_no_pattern() -> None:
    assert literal(b".+\xff\0") == rb"\x2e\x2b\xff\x00"
