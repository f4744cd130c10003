"""Any reader, any bytes: files that look real, cut and mixed, end without an exception and without an error."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okxguard.model import Confidence, Source
from okxguard.rulebook import load_rulebook
from okxguard.scan import Options, Scanner
from tests.test_catalogue import PLACES
from tests.test_rulebook import EXAMPLES, fill

RULEBOOK = load_rulebook()
SCANNER = Scanner(RULEBOOK, Options(frozenset(RULEBOOK.rules), "2026-01-01", min_confidence=Confidence.LOW))
TEXTS = [(place.path, fill(place.text, place.path)) for place in PLACES]
TEXTS += [(example.path, fill(example.text, example.path)) for _, example in EXAMPLES]
PATHS = sorted({path for path, _ in TEXTS} | {"a.rb", "a.kt", "a.scala", "a.swift", "a.dart", "a.lua", "a.vb", "a.pas"})
PATHS += [
    "a.cpp",
    "a.html",
    "a.patch",
    "a.groovy",
    "a.clj",
    "a.hs",
    "a.pl",
    "a.m",
    "a.sol",
    "Makefile",
    "a.vue",
    "a.erl",
    "a.ml",
    "a.nix",
    "a.jsonnet",
    "a.cue",
    "a.bicep",
    "a.adb",
    "a.tcl",
    "a.sas",
    "a.cbl",
    "a.robot",
]
PIECES = ["{", "}", "[", "]", "(", ")", "<", ">", '"', "'", "`", '"""', "\\", "\n", "\t", "#", "//", "/*", "*/", "<!--"]
PIECES += [
    "-->",
    "${",
    "}}",
    "{{",
    "<<EOF\n",
    "EOF\n",
    "@@ -1 +1 @@\n",
    "\0",
    "\ufeff",
    "\u2028",
    "|",
    ",",
    ":",
    "=",
    "&#x",
]
PIECES += ["---\n", "okx", "欧易", "\r", "%", "&amp;", "]]>", "<![CDATA[", "?>", "=begin\n", "'''", 'r#"', "$$", "--[["]
QUICK = settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(st.integers(0, 2**32))
def test_mutated_files_are_read_without_error(seed: int) -> None:
    rng = random.Random(seed)
    path, text = rng.choice(TEXTS)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(text) + 1)
        other = rng.choice(TEXTS)[1]
        text = rng.choice(
            [
                text[:at] + rng.choice(PIECES) * rng.choice([1, 1, 2, 50]) + text[at:],
                text[:at] + text[at + rng.randint(1, 30) :],
                text[:at],
                text[:at] + other[rng.randrange(len(other)) :],
            ]
        )
    name = path if rng.random() < 0.5 else rng.choice(PATHS)
    data = text.encode(rng.choice(["utf-8", "utf-8", "utf-16", "gb18030", "cp1251"]), "replace")
    report = SCANNER.scan([Source("file", name, data, name)])
    assert report.errors == ()


@pytest.mark.parametrize("path", PATHS)
def test_deep_and_long_input_is_read_without_error(path: str) -> None:
    for piece in (
        "{",
        "[",
        "(",
        "<a>",
        '"',
        "\\",
        "'",
        "a.",
        "a(",
        "- ",
        "  ",
        "#",
        "${",
        "/*",
        "x=",
        "f(default=",
        "str ",
        "Some(",
        "=>",
        "`${",
    ):
        data = ("okx_api_key = '" + piece * 3000).encode()
        assert SCANNER.scan([Source("file", path, data, path)]).errors == ()
