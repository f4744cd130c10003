"""Plain cases of secrets that code in other languages gives away, and what looks like them."""

from __future__ import annotations

from pathlib import Path

import pytest

from okxguard.leakbook import load_leaks
from okxguard.leaks.plain import PlainReader
from okxguard.leaks.prefilter import LeakPrefilter
from okxguard.model import Leak
from okxguard.ruletable import rules_folder
from tests.entries import document_of
from tests.test_leaks_python import Case, cases, places_in

CASES = cases(Path(__file__).parent / "leaks" / "plain")
READER = PlainReader(load_leaks(rules_folder()))


def leaks_of(path: str, text: str) -> list[Leak]:
    """Return the leaks of a text in the order of their places."""
    return sorted(READER.read(document_of(path, text)).leaks, key=lambda leak: leak.span)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_code_is_judged(case: Case) -> None:
    assert places_in(case.path, case.text.encode()) == case.fires


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_reader_alone_finds_the_same_rules(case: Case) -> None:
    assert {leak.rule for leak in leaks_of(case.path, case.text)} == {fired.partition(":")[0] for fired in case.fires}


@pytest.mark.parametrize("case", [case for case in CASES if case.fires], ids=lambda case: case.name)
def test_what_fires_passes_the_prefilter(case: Case) -> None:
    assert LeakPrefilter().may_leak_bytes(case.path, case.text.encode())


def test_one_sink_is_one_leak() -> None:
    leaks = leaks_of("a.js", "console.log(apiKey, secret, passphrase)")
    assert [leak.identity for leak in leaks] == [("console.log", "apiKey", "secret", "passphrase")]


def test_leak_never_shows_a_literal() -> None:
    leaks = leaks_of("a.js", "const secret = 'q8Zr5TkPw2Lm9Xc3Vb7N';\nconsole.log(secret)")
    assert leaks
    assert "q8Zr5TkPw2Lm9Xc3Vb7N" not in repr(leaks)


@pytest.mark.parametrize(("text", "own"), [("console.log(okxSecret)", True), ("console.log(apiSecret)", False)])
def test_own_secrets_are_told_apart(text: str, own: bool) -> None:
    assert [leak.own for leak in leaks_of("a.js", text)] == [own]


@pytest.mark.parametrize(
    "text",
    [
        "f(" * 20_000,
        "a" * 200_000,
        "x = " + "a + " * 20_000,
        "`${" * 5000,
        "{" * 50_000,
        "x=" * 50_000,
        "a=b; " * 50_000,
    ],
)
def test_odd_input_ends(text: str) -> None:
    for path in ("a.ts", "a.go", "a.rb", "a.php", "a.sh", "a.yml"):
        leaks_of(path, text)


def test_many_variables_that_are_given_secrets_end() -> None:
    text = "".join(f"let v{number} = secretKey;\n" for number in range(40_000))
    assert leaks_of("a.js", f"{text}console.log(1)") == []


def test_capital_letters_count_beside_letters_that_grow_in_lower_case() -> None:
    assert leaks_of("a.js", 'const city = "\u0130stanbul";\nlog.info(OKX_SECRET);\n')


NAMES = load_leaks(rules_folder()).names


@pytest.mark.parametrize("words", [*NAMES.key, *NAMES.secret, *NAMES.passphrase, *NAMES.token, *NAMES.holders])
def test_every_name_passes_the_prefilter(words: str) -> None:
    joined = words.title().replace(" ", "")
    for name in (words.replace(" ", "_"), joined[0].lower() + joined[1:], words.upper().replace(" ", "_")):
        assert LeakPrefilter().may_leak_elsewhere(f"print(my_{name}); print({name})")
