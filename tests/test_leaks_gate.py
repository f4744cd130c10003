"""The quick tests before the code rules lose nothing; what comes after is bounded and never tells a value."""

from __future__ import annotations

import ast
import contextlib
import json
import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okxguard.leakbook import load_leaks
from okxguard.leaks.engine import Engine
from okxguard.leaks.gate import EVERYTHING, Gate, GateKeeper
from okxguard.leaks.library import Library
from okxguard.leaks.names import SecretNames
from okxguard.leaks.prefilter import LeakPrefilter
from okxguard.leaks.surveys import Brought
from okxguard.model import Confidence, Report, Source
from okxguard.report import FORMATS
from okxguard.rulebook import load_rulebook
from okxguard.scan import Options, Scanner
from tests.conftest import Credentials
from tests.leak_programs import LOST, program
from tests.test_leaks_python import CASES, FIRING, Case

_RULEBOOK = load_rulebook()
_BOOK = load_leaks(_RULEBOOK.folder)
_LIBRARY, _NAMES = Library(_BOOK), SecretNames(_BOOK.names)
_KEEPER = GateKeeper(_NAMES, _LIBRARY)
_PREFILTER = LeakPrefilter()
_OPTIONS = Options(frozenset(_RULEBOOK.rules) - {"OKX205"}, "2026-01-31", min_confidence=Confidence.LOW)
_QUICK = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])

_EXAMPLES = [
    (f"{rule.id}-{number}-{example.path}", example.text, example.fires)
    for rule in _RULEBOOK.rules.values()
    for number, example in enumerate(rule.examples)
    if rule.id.startswith("OKX3") and example.path.endswith(".py")
]


def _look(tree: ast.Module) -> Gate:
    return _KEEPER.look(tree, frozenset(), Brought())


def _followed(text: str, gate: Callable[[ast.Module], Gate]) -> list[tuple[str, int, str]]:
    """Return rule, line and name of what a module gives away, as far as a gate lets the engine look."""
    tree = ast.parse(text)
    known = gate(tree)
    if not known.opens:
        return []
    followed = Engine(tree, _NAMES, _LIBRARY, None, known).follow()
    return sorted((leak.rule, getattr(leak.node, "lineno", 0), leak.taint.name) for leak in followed.leaks)


def _with_gate(text: str) -> list[tuple[str, int, str]]:
    return _followed(text, _look)


def _without_gate(text: str) -> list[tuple[str, int, str]]:
    return _followed(text, lambda _: EVERYTHING)


def _places(found: list[tuple[str, int, str]]) -> set[tuple[str, int]]:
    return {(rule, line) for rule, line, _ in found}


def _is_python(text: str) -> bool:
    with contextlib.suppress(SyntaxError):
        ast.parse(text)
        return True
    return False


_PARSED = [case for case in CASES if _is_python(case.text)]


@pytest.mark.parametrize(
    "text", [text for _, text, fires in _EXAMPLES if fires], ids=[name for name, _, fires in _EXAMPLES if fires]
)
def test_gate_opens_for_firing_example(text: str) -> None:
    assert _look(ast.parse(text)).opens


@pytest.mark.parametrize("text", [text for _, text, _ in _EXAMPLES], ids=[name for name, _, _ in _EXAMPLES])
def test_gate_loses_nothing_of_example(text: str) -> None:
    assert _with_gate(text) == _without_gate(text)


@pytest.mark.parametrize("case", _PARSED, ids=lambda case: case.name)
def test_gate_loses_nothing_of_case(case: Case) -> None:
    assert _with_gate(case.text) == _without_gate(case.text)


_SOURCES = [
    "os.getenv('OKX_SECRET')",
    "os.environ['OKX_PASSPHRASE']",
    "cfg['api_secret']",
    "cfg.get('passphrase')",
    "account.secret_key",
    "getpass.getpass()",
    "dict(os.environ)",
    "'text'",
    "os.getenv('HOME')",
    "1",
]
_LOCALS = ["a", "b", "c", "d", "secret"]
_WRAPPED = ["{0}", "f'x {{{0}}}'", "'x ' + str({0})", "'%s' % ({0},)", "'{{}}'.format({0})", "str({0})", "[{0}]"]
_WRAPPED += ["({0}, 1)", "({0} or 'x')", "({0} if cfg else '')", "{{'k': {0}}}", "json.dumps({{'k': {0}}})", "len({0})"]
_WRAPPED += ["same({0})", "first({0}, 'y')", "text({0})[:4]", "str({0})[4:]", "Box({0}).value", "Box({0}).get()"]
_WRAPPED += ["{{'k': {0}, 'j': 1}}['k']", "[x for x in [{0}]]", "next(iter([{0}]))", "quote(str({0}))", "seal({0})"]
_SHOWN = ["print({0})", "log.info('x %s', {0})", "logging.debug(f'{{{0}}}')", "emit({0})", "sys.stderr.write(str({0}))"]
_SHOWN += ["bot.send_message(1, {0})", "subprocess.run(['x', {0}])", "emit(x={0})", "warnings.warn(str({0}))"]
_SHOWN += ["out = print; out({0})", "for x in [{0}]: print(x)", "assert cfg, {0}", "Box({0}).show()", "pprint({0})"]
_SHOWN += [
    "try: raise ValueError({0})\nexcept ValueError as e: print(e)",
    "ccxt.okx({{'secret': {0}, 'verbose': True}})",
]
_MOVED = ["{1} = {0}", "{1} = [{0}]", "{1} = {{}}; {1}['k'] = {0}", "{1}, z = {0}, 1", "({1} := {0})", "{1}: str = {0}"]
_MOVED += ["{1} = ''; {1} += str({0})", "{1} = []; {1}.append({0})", "box.x = {0}; {1} = box.x", "{1} = Box({0})"]
_MOVED += ["if cfg: {1} = {0}\nelse: {1} = ''", "with opened({0}) as {1}: pass", "for {1} in [{0}]: pass", "{1} = 'x'"]
_MOVED += ["try: {1} = {0}\nexcept OSError: {1} = ''", "{1} = dict(k={0})", "{1} = same({0})", "global {1}; {1} = {0}"]
_BEGINNING = """
import getpass, json, logging, os, subprocess, sys, warnings
from pprint import pprint
from urllib.parse import quote
import ccxt
from tools import opened, seal, text
log = logging.getLogger(__name__)
def same(x):
    return x
def first(x, y='y'):
    return x if y else y
def emit(x):
    print('x', x)
class Box:
    def __init__(self, value):
        self.value = value
    def get(self):
        return self.value
    def show(self):
        print(self.value)
"""


@st.composite
def _expressions(draw: st.DrawFn) -> str:
    text: str = draw(st.sampled_from(_SOURCES + _LOCALS))
    for wrapped in draw(st.lists(st.sampled_from(_WRAPPED), max_size=2)):
        # A nested f-string would need other quotes on old Pythons.
        text = wrapped.format(text) if "f'" not in wrapped or "'" not in text else f"str({text})"
    return text


@st.composite
def _statements(draw: st.DrawFn) -> str:
    expression = draw(_expressions())
    if draw(st.booleans()):
        shown = draw(st.sampled_from(_SHOWN))
        return shown.format(expression) if "f'" not in shown or "'" not in expression else f"print({expression})"
    return draw(st.sampled_from(_MOVED)).format(expression, draw(st.sampled_from(_LOCALS[:4])))


@st.composite
def _programs(draw: st.DrawFn) -> str:
    bodies = [_BEGINNING, "def run(cfg, account, bot, box, a, b, c, d, secret):"]
    for statement in draw(st.lists(_statements(), min_size=1, max_size=6)):
        if statement.startswith("global"):
            statement = statement.partition("; ")[2]
        bodies += ["    " + line for line in statement.split("\n")]
    bodies += ["    return a", "def main(cfg, account, bot, box):", "    a = b = c = d = secret = ''"]
    for statement in draw(st.lists(_statements(), max_size=4)):
        if statement.startswith("global"):
            statement = statement.partition("; ")[2]
        bodies += ["    " + line for line in statement.split("\n")]
    bodies += [f"    print(run(cfg, account, bot, box, a, b, c, d, {draw(_expressions())}))", ""]
    return "\n".join(bodies)


@given(_programs())
@_QUICK
def test_gate_loses_nothing_of_generated_program(text: str) -> None:
    assert _places(_with_gate(text)) == _places(_without_gate(text))


@pytest.mark.parametrize("first", range(0, 320, 40))
def test_gate_changes_nothing_of_program_with_every_flow(first: int) -> None:
    texts = [text for text in map(program, range(first, first + 40)) if _is_python(text)]
    assert texts
    for text in texts:
        assert _places(_with_gate(text)) == _places(_without_gate(text)), text


@pytest.mark.parametrize("text", LOST.values(), ids=LOST)
def test_gate_changes_nothing(text: str) -> None:
    assert _places(_with_gate(text)) == _places(_without_gate(text))


_PHRASES = sorted({*_BOOK.names.key, *_BOOK.names.secret, *_BOOK.names.passphrase, *_BOOK.names.token})
_HOLDERS = sorted(_BOOK.names.holders)


@pytest.mark.parametrize("phrase", [*_PHRASES, *_HOLDERS])
@pytest.mark.parametrize("joint", ["_", "-", "", " "], ids=["snake", "kebab", "flat", "words"])
def test_prefilter_lets_every_name_through(phrase: str, joint: str) -> None:
    name = joint.join(phrase.split())
    for spelled in (name, name.upper(), f"okx_{name}", f"{name}_2", f"my{joint}{name}"):
        if _NAMES.read(spelled) or _NAMES.is_holder(spelled):
            assert _PREFILTER.may_leak_text(f"print(x['{spelled}'])")


@pytest.mark.parametrize("phrase", _PHRASES)
def test_prefilter_lets_every_name_in_camel_case_through(phrase: str) -> None:
    first, *others = phrase.split()
    camel = first + "".join(word.capitalize() for word in others)
    for spelled in (camel, camel[0].upper() + camel[1:], f"okx{camel[0].upper()}{camel[1:]}"):
        if _NAMES.read(spelled) and len(phrase) > 2:
            assert _PREFILTER.may_leak_text(f"print({spelled})")


@pytest.mark.parametrize("phrase", _PHRASES)
def test_prefilter_of_bytes_lets_every_name_through(phrase: str) -> None:
    name = "_".join(phrase.split())
    text = f"# Schlüssel\nprint({name})\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1") if name.isascii() else ("latin-1",):
        assert _PREFILTER.may_leak_bytes("a.py", text.encode(encoding))


_VARIABLES = sorted({*_BOOK.names.variable_key, *_BOOK.names.variable_token})


@pytest.mark.parametrize("phrase", [*_PHRASES, *_VARIABLES])
@pytest.mark.parametrize("stage", ["", *_BOOK.names.variable_stages])
def test_prefilter_lets_every_variable_through(phrase: str, stage: str) -> None:
    *first, last = phrase.split()
    name = "_".join([*first, stage, last] if stage else [*first, last]).upper()
    for spelled in (name, f"{name}_2"):
        if _NAMES.read_variable(spelled):
            assert _PREFILTER.may_leak_text(f"print(os.environ['{spelled}'])")


@pytest.mark.parametrize("case", FIRING, ids=lambda case: case.name)
def test_prefilter_lets_firing_case_through(case: Case) -> None:
    assert _PREFILTER.may_leak_bytes(case.path, case.text.encode())


def _scan(path: str, text: str) -> Report:
    data = text.encode("utf-8", "surrogatepass")
    return Scanner(_RULEBOOK, _OPTIONS).scan([Source("file", path, data, path)])


def _leaks_of(report: Report) -> list[str]:
    return [finding.rule for finding in report.findings if finding.rule.startswith("OKX3")]


_LITERALS = [
    "api_secret = '{0}'\nprint(api_secret)",
    "def show(passphrase='{0}'):\n    print(passphrase)",
    "def check(secret):\n    raise ValueError(f'{{secret}} is not {0}')",
    "cfg = {{'secret': '{0}', '{1}': 1}}\nprint(cfg)",
    "secret = load('{0}')\nprint('{1} ' + secret)",
    "import os\nx = os.getenv('OKX_SECRET', '{0}')\nprint(x, '{1}')",
    "import logging\n\ndef f(secret):\n    logging.getLogger('{0}').info('{1}', secret)",
    "import requests\n\ndef f(secret):\n    requests.post('https://hooks.slack.com/{0}', json={{'{1}': secret}})",
    "import requests\n\ndef f(secret):\n    requests.get('https://x.example/{0}?secret=' + secret)",
    "import ccxt\nsecret = load('{1}')\nx = ccxt.okx({{'apiKey': '{0}', 'secret': secret, 'verbose': True}})",
    "from okx.Account import AccountAPI\ns = load_secret('{0}')\nx = AccountAPI('{1}', s, '{2}', debug=True)",
    "def f(secret):\n    print(secret)  # {0}",
    "secret = ('{0}'\n          '{1}')\nprint(secret)\nx = (",
    "def mask(v):\n    return v.replace('{0}', '')\n\n\ndef f(secret):\n    print(mask(secret))",
    "class A:\n    secret = '{0}'\n\n\nprint(A.secret, vars(A), A.__dict__)",
    "import keyring\nprint(keyring.get_password('{0}', '{1}'))",
    "print(api.create_subaccount_apikey('{0}', '{1}', '{2}'))",
]


@pytest.mark.parametrize("text", _LITERALS)
@pytest.mark.parametrize("path", ["a.py", "a.ipynb"])
def test_no_report_holds_a_literal_of_the_code(text: str, path: str, credentials: Credentials) -> None:
    made = [credentials.secret(), credentials.key(), credentials.passphrase()]
    code = text.format(*made) + "\n"
    if path.endswith(".ipynb"):
        cell = {"cell_type": "code", "metadata": {}, "source": code, "outputs": []}
        code = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    report = _scan(path, code)
    assert _leaks_of(report)
    for render in FORMATS.values():
        printed = render(report, _RULEBOOK)
        assert not [value for value in made if value in printed]


@given(st.lists(st.sampled_from(_LITERALS), min_size=1, max_size=5), st.integers())
@_QUICK
def test_no_report_holds_a_literal_of_any_mixture(texts: list[str], seed: int) -> None:
    rng = random.Random(seed)
    made = ["".join(rng.choices("bcdfghjmnqrtvzBCDFGHJ23456789", k=24)) for _ in range(3)]
    report = _scan("a.py", "\n".join(texts).format(*made) + "\n")
    assert not [value for value in made if value in FORMATS["json"](report, _RULEBOOK)]
