"""The promises that can be tested now: the prefilter loses nothing, nothing leaks, nothing raises, the same again."""

from __future__ import annotations

import json
import random
import string
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okxguard.decoding import is_binary
from okxguard.documents import Document, Window, make_document
from okxguard.encodings import LEGACY
from okxguard.examine import Examiner
from okxguard.model import Confidence, Finding, Report, Source
from okxguard.prefilter import Prefilter
from okxguard.report import FORMATS
from okxguard.rulebook import load_rulebook
from okxguard.scan import Options, Scanner

RULEBOOK = load_rulebook()
PREFILTER = Prefilter(RULEBOOK.vocabulary)
EXAMINER = Examiner(RULEBOOK, "2026-01-01", 90)
SCANNER = Scanner(RULEBOOK, Options(frozenset(RULEBOOK.rules), "2026-01-01", min_confidence=Confidence.LOW))
PATHS = [
    "a.py",
    ".env",
    "conf.json",
    "conf.yml",
    "conf.toml",
    "conf.ini",
    "a.properties",
    "notes.txt",
    "README.md",
    "a.js",
    "Dockerfile",
]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", *LEGACY]
QUICK = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])

NAMES = [
    "api_key",
    "apiKey",
    "secret",
    "secretKey",
    "passphrase",
    "password",
    "key",
    "OKX_API_KEY",
    "okx",
    "kucoin",
    "OK-ACCESS-KEY",
    "欧易",
    "口令",
    "歐易 密碼",
    "секрет",
    "パスワード",
    "비밀번호",
    "contraseña",
    "id",
    "exchange",
    "name",
    "ok_secret",
    "note",
]
SEPARATORS = [" = ", "=", ": ", ":", " := ", '": "', "：", " => ", " | ", ", ", " "]
QUOTES = ["", '"', "'", "`"]
ENDS = ["\n", "\r\n", "\r", ",\n", " # okx\n", "\n\n", "{\n", "}\n", "(", ")", "]\n", "[okx]\n", "# ", "// "]


def values(rng: random.Random) -> list[str]:
    return [
        str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        f"{rng.getrandbits(128):032X}",
        "".join(rng.choice(string.ascii_letters + string.digits + "!@#$%") for _ in range(12)),
        "okx",
        "kucoin",
        "${OKX_SECRET}",
        "your_key",
        "1",
        "",
    ]


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, list[str]]:
    """Text that looks like settings or code, with random values in it."""
    rng = random.Random(draw(st.integers(0, 2**32)))
    pool = values(rng)
    pieces = []
    for _ in range(draw(st.integers(1, 14))):
        quote = rng.choice(QUOTES)
        pieces.append(rng.choice(NAMES) + rng.choice(SEPARATORS) + quote + rng.choice(pool) + quote + rng.choice(ENDS))
    return "".join(pieces), pool[:3]


def found_in(document: Document) -> tuple[Finding, ...]:
    return EXAMINER.examine(document).findings


def in_encoding(text: str, encoding: str) -> bytes:
    """Encode a text; what an encoding lacks becomes a question mark, in one of three files NULs are strewn in."""
    data = text.encode(encoding, "replace")
    if len(text) % 3 == 0 and "16" not in encoding:
        data = data.replace(b" ", b"\0").replace(b"\n", b"\0\0\n")
    return data


@QUICK
@given(texts(), st.sampled_from(PATHS), st.sampled_from(ENCODINGS))
def test_prefilter_loses_nothing(text: tuple[str, list[str]], path: str, encoding: str) -> None:
    data = in_encoding(text[0], encoding)
    if not PREFILTER.may_hold_credential(path, data):
        assert not found_in(make_document(path, path, Window(data)))


@QUICK
@given(texts(), st.sampled_from(PATHS))
def test_nothing_found_is_ever_printed(text: tuple[str, list[str]], path: str) -> None:
    report = SCANNER.scan([Source("file", path, text[0].encode(), path)])
    printed = "".join(render(report, RULEBOOK) for render in FORMATS.values()) + repr(report)
    assert not any(value in printed for value in text[1])


@QUICK
@given(texts(), st.sampled_from(PATHS))
def test_same_input_gives_same_output(text: tuple[str, list[str]], path: str) -> None:
    source = Source("file", path, text[0].encode(), path)
    first, second = (FORMATS["json"](SCANNER.scan([source]), RULEBOOK) for _ in range(2))
    assert first == second


@QUICK
@given(st.binary(max_size=400), st.sampled_from(PATHS))
def test_any_bytes_end_in_a_report(data: bytes, path: str) -> None:
    report = SCANNER.scan([Source("file", path, b"okx passphrase=\n" + data, path)])
    assert not report.errors


@QUICK
@given(st.text(max_size=300), st.sampled_from(PATHS))
def test_any_text_ends_in_a_report(text: str, path: str) -> None:
    report = SCANNER.scan([Source("file", path, ("okx_passphrase: '" + text).encode("utf-8", "surrogatepass"), path)])
    assert not report.errors


@QUICK
@given(texts(), st.sampled_from(PATHS), st.sampled_from(ENCODINGS))
def test_parts_stand_where_they_are_said_to_stand(text: tuple[str, list[str]], path: str, encoding: str) -> None:
    document = make_document(path, path, Window(in_encoding(text[0], encoding)))
    for finding in found_in(document):
        for part in finding.parts:
            location = part.location
            line = document.line_text(location.line - 1)
            if location.line == location.end_line:
                said = line[location.column - 1 : location.end_column - 1]
                assert said
                assert said == said.strip()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "opening",
    ["[", "{", "(", '{"a":', "[[", "- ", "a:\n ", "a = [", "f(", "{{", '"', "'", "`", "<a>", "\\", "=", ": ", "#"],
)
def test_deep_nesting_and_long_lines_end(path: str, opening: str) -> None:
    data = ("okx passphrase = x\n" + opening * 20_000).encode()
    assert not SCANNER.scan([Source("file", path, data, path)]).errors


@pytest.mark.parametrize("hint", ["x-simulated-trading: 1", "GET /api/v5/account/balance", "instId: BTC-USDT-SWAP"])
def test_prefilter_and_detectors_agree_on_what_names_nobody(hint: str) -> None:
    """What only hints at OKX counts where a key or a secret is shown, and the prefilter knows no more."""
    data = f'{hint}\npassphrase = "Kqw7rtz!zz"\n'.encode()
    document = make_document("a.py", "a.py", Window(data))
    assert PREFILTER.may_hold_credential("a.py", data) or not EXAMINER.examine(document).findings


def test_finding_has_no_room_for_a_value() -> None:
    fields = set(Finding._fields) | set(Report._fields)
    assert not fields & {"value", "secret", "text", "match", "context"}


def test_moved_credential_keeps_its_fingerprint() -> None:
    key, secret, passphrase, *_ = values(random.Random("move"))
    before = f"OKX_API_KEY={key}\nOKX_SECRET={secret}\nOKX_PASSPHRASE={passphrase}\n"
    after = json.dumps({"a": 1, "okx": {"passphrase": passphrase, "secret": secret, "apiKey": key}}, indent=8)
    prints = [
        SCANNER.scan([Source("file", path, text.encode(), path)]).findings[0].fingerprint
        for path, text in [(".env", before), ("deep/conf.json", after)]
    ]
    assert prints[0] == prints[1]


def test_binary_is_told_from_text() -> None:
    assert is_binary(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert is_binary(bytes(range(256)) * 4)
    assert not is_binary("OKX_API_KEY=abc\n".encode("utf-16-le"))
    assert not is_binary(b"")
