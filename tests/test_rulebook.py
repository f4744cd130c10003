"""The rule book as a whole: every example does what it says, through the real scan."""

from __future__ import annotations

import random
import re
import shutil
import sys
import uuid
from pathlib import Path
from types import ModuleType

import pytest

from okxguard import ruletable
from okxguard.errors import RulebookError
from okxguard.leaks.prefilter import LeakPrefilter
from okxguard.model import Confidence, Example, Rule, Source
from okxguard.prefilter import Prefilter
from okxguard.report.rules import render_rule
from okxguard.rulebook import load_rulebook
from okxguard.ruletable import rules_folder
from okxguard.scan import Options, Scanner
from tests.readme import README

RULEBOOK = load_rulebook()
EXAMPLES = [(rule, example) for rule in RULEBOOK.rules.values() for example in rule.examples]
_SLOT = re.compile(r"@(\w+?)(?:_\d+)?@")


def fill(text: str, seed: str) -> str:
    """Return an example with a fresh value in every slot; equal slots get equal values."""
    rng = random.Random(seed)
    values: dict[str, str] = {}

    def value(match: re.Match[str]) -> str:
        return values.setdefault(match[0], _value(match[1], rng))

    return _SLOT.sub(value, text)


def _value(kind: str, rng: random.Random) -> str:
    if kind == "key":
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))
    if kind == "passphrase":
        return (
            "".join(rng.choice("abcdefghkmn") for _ in range(6))
            + rng.choice("!@#%&*")
            + str(rng.randrange(1000, 9999))
            + rng.choice("QRSTUVW")
        )
    digits = {"secret": 32, "hex": 32, "hex24": 24, "token": 40}[kind]
    text = f"{rng.getrandbits(digits * 4):0{digits}x}"
    return text.upper() if kind == "secret" else text


def scan_example(example: Example, seed: str) -> set[str]:
    """Return the ids of the rules that fire on an example."""
    options = Options(frozenset(RULEBOOK.rules), "2026-01-01", min_confidence=Confidence.MEDIUM)
    data = fill(example.text, seed).encode()
    sources = [Source("file", example.path, data, example.path)]
    report = Scanner(RULEBOOK, options).scan(sources, lambda: sources)
    assert not report.errors
    return {finding.rule for finding in report.findings}


def _ids(case: tuple[Rule, Example]) -> str:
    rule, example = case
    return f"{rule.id}-{'fires' if example.fires else 'silent'}-{example.path}"


@pytest.mark.parametrize("case", EXAMPLES, ids=_ids)
@pytest.mark.parametrize("seed", ["a", "b", "c"])
def test_example_does_what_it_says(case: tuple[Rule, Example], seed: str) -> None:
    rule, example = case
    fired = scan_example(example, seed)
    assert (rule.id in fired) is example.fires
    if not example.fires and rule.id != "OKX901":
        assert not fired & {"OKX101", "OKX102", "OKX103", "OKX104", "OKX105", "OKX106"}


@pytest.mark.parametrize("case", [case for case in EXAMPLES if case[1].fires], ids=_ids)
def test_firing_example_passes_the_prefilter(case: tuple[Rule, Example]) -> None:
    rule, example = case
    data = fill(example.text, "p").encode()
    if rule.id.startswith("OKX3"):
        assert LeakPrefilter().may_leak_bytes(example.path, data)
    else:
        assert Prefilter(RULEBOOK.vocabulary).may_hold_credential(example.path, data)


@pytest.mark.parametrize("rule", RULEBOOK.rules.values(), ids=lambda rule: rule.id)
def test_rule_is_explained(rule: Rule) -> None:
    text = render_rule(rule)
    assert all(word in text for word in (rule.id, rule.name, rule.summary, rule.fix))
    assert not _SLOT.search(text)
    assert len(rule.fix) < 300
    assert "\n" not in rule.summary + rule.fix


def test_readme_lists_every_rule() -> None:
    rows = re.findall(
        r"^\| (OKX\d{3}) \| ([\w-]+) \| (\w+) \| ([^|]+) \|$",
        README.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert rows == [(rule.id, rule.name, rule.severity.name.lower(), rule.summary) for rule in RULEBOOK.rules.values()]


BROKEN = {
    "unknown key": (
        "OKX101-credential-set.toml",
        'id = "OKX101"',
        'id = "OKX101"\nseverities = 1',
        "severities",
    ),
    "missing key": ("OKX101-credential-set.toml", 'severity = "critical"', "", "severity"),
    "wrong level": ("OKX102-secret-key.toml", 'severity = "high"', 'severity = "huge"', "severity"),
    "wrong type": ("OKX103-passphrase.toml", 'name = "passphrase"', "name = 3", "name"),
    "empty text": (
        "OKX104-api-key.toml",
        'summary = "an OKX API key is hardcoded"',
        'summary = " "',
        "summary",
    ),
    "other name": ("OKX104-api-key.toml", 'name = "api-key"', 'name = "key-of-api"', "id"),
    "not TOML": ("OKX105-account-token.toml", 'id = "OKX105"', "id = OKX105", "TOML"),
    "unknown word list": ("vocabulary.toml", "[names]", "[names]\nlovely = []", "names.lovely"),
    "unknown role": (
        "vocabulary.toml",
        'order = ["api_key", "passphrase", "secret_key"]',
        'order = ["apikey", "passphrase", "secret_key"]',
        "order",
    ),
    "not a list": (
        "vocabulary.toml",
        "[documented]",
        "[documented]\nvalues_two = 1",
        "documented.values_two",
    ),
    "not a pattern": ("vocabulary.toml", 'pattern = "ok', 'pattern = "(ok', "pattern"),
}


@pytest.mark.parametrize(("file", "old", "new", "key"), BROKEN.values(), ids=BROKEN)
def test_malformed_rule_book_is_refused_with_file_and_key(
    file: str, old: str, new: str, key: str, tmp_path: Path
) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(rules_folder(), folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulebookError) as caught:
        list(load_rulebook(str(folder)).rules.values())
    assert file in str(caught.value)
    assert key in str(caught.value)


def test_missing_rule_book_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="reinstall"):
        load_rulebook(str(tmp_path / "nowhere"))


def test_one_example_only_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(rules_folder(), folder)
    path = folder / "OKX106-client-bundle-variable.toml"
    pieces = path.read_text(encoding="utf-8").split("[[silent]]")
    path.write_text("[[silent]]".join(pieces[:2]), encoding="utf-8")
    with pytest.raises(RulebookError, match="at least two"):
        list(load_rulebook(str(folder)).rules.values())


def test_rule_book_is_read_as_it_was_compiled_unless_it_was_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = ModuleType("okxguard.compiled.own_words")
    vars(compiled).update(SOURCE=b"a = 1", TABLE={"a": "as compiled"})
    monkeypatch.setitem(sys.modules, "okxguard.compiled", ModuleType("okxguard.compiled"))
    monkeypatch.setitem(sys.modules, "okxguard.compiled.own_words", compiled)
    monkeypatch.setattr(ruletable, "_PACKAGE", str(tmp_path))
    file = tmp_path / "rules" / "own-words.toml"
    file.parent.mkdir()
    file.write_bytes(b"a = 1")
    assert ruletable.parse_table(str(file), "own-words.toml") == {"a": "as compiled"}
    file.write_bytes(b"a = 2")
    assert ruletable.parse_table(str(file), "own-words.toml") == {"a": 2}
    other = tmp_path / "other.toml"
    other.write_bytes(b"a = 3")
    assert ruletable.parse_table(str(other), "other.toml") == {"a": 3}
