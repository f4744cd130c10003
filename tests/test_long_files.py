"""What is found in a short file is found in a long one, and code without values needs no reading."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from okxguard import entries
from okxguard.model import Confidence, Finding, Source
from okxguard.rulebook import load_rulebook
from okxguard.scan import Options, Scanner
from tests.conftest import Credentials
from tests.test_forms import Form, filled, forms

_MANY = 80
_FUNCTION = "{head} {{\n  {var}total = {number};\n  {step};\n  return total;\n}}\n\n"


def _braces(head: str, var: str) -> Callable[[int], str]:
    return lambda number: _FUNCTION.format(head=head.format(number), var=var, number=number, step="total = total + 1")


def _python(number: int) -> str:
    return f"def size_{number}(rows):\n    total = {number}\n    for row in rows:\n        total += row\n\n\n"


# Functions and settings of no interest, by the ending of the file.
_FILLING: dict[str, Callable[[int], str]] = {
    ".py": _python,
    ".js": _braces("function size{}(rows)", "let "),
    ".ts": _braces("function size{}(rows: number): number", "let "),
    ".go": _braces("func size{}(rows int) int", "var "),
    ".rs": _braces("fn size{}(rows: i32) -> i32", "let mut "),
    ".java": _braces("static int size{}(int rows)", "int "),
    ".php": _braces("function size{}($rows)", "$"),
    ".kt": _braces("fun size{}(rows: Int): Int", "var "),
    ".cs": _braces("static int Size{}(int rows)", "int "),
    ".yml": lambda number: f"size_{number}:\n  name: total\n  unit: rows\n",
    ".yaml": lambda number: f"size_{number}:\n  name: total\n  unit: rows\n",
    ".toml": lambda number: f"\n[size_{number}]\nname = 'total'\nunit = 'rows'\n",
}
_FIRST = re.compile(r"\#!|<\?php|from __future__|# -\*-|package |---|\s*-|using |import ")
_SCANNER = Scanner(
    load_rulebook(), Options(frozenset(load_rulebook().rules), "2026-01-01", min_confidence=Confidence.LOW)
)


def _long_forms() -> list[Form]:
    return [form for form in forms() if Path(form.path).suffix in (*_FILLING, ".json")]


def _found(path: str, text: str, shift: int = 0) -> list[tuple[str, list[int]]]:
    report = _SCANNER.scan([Source("file", path, text.encode(), path)])
    assert not report.errors
    return sorted((each.rule, _lines(each, shift)) for each in report.findings)


def _lines(finding: Finding, shift: int) -> list[int]:
    places = [finding.location, *(part.location for part in finding.parts)]
    return [place.line - shift for place in places]


def _lengthened(path: str, text: str) -> tuple[str, int]:
    """Return a text with much around it, and by how many lines it has moved."""
    if path.endswith(".json"):
        members = "".join(f'\n"size_{number}": {{"name": "total", "unit": "rows"}},' for number in range(_MANY))
        head, brace, rest = text.partition("{")
        is_mapping = brace and not head.strip() and rest.lstrip()[:1] == '"'
        return (f"{head}{brace}{members}{rest}", _MANY) if is_mapping else (text, 0)
    filling = _FILLING[Path(path).suffix]
    behind = "".join(map(filling, range(_MANY)))
    before = "" if _FIRST.match(text) else "".join(map(filling, range(_MANY, 2 * _MANY)))
    return f"{before}{text.rstrip()}\n{behind}", before.count("\n")


@pytest.mark.parametrize("form", _long_forms(), ids=lambda form: form.name)
def test_length_of_a_file_changes_nothing(form: Form) -> None:
    text = filled(form).text
    longer, shift = _lengthened(form.path, text)
    assert _found(form.path, longer, shift) == _found(form.path, text)


# Programs that take everything but the passphrase out of the environment; it stands where no line names it, or in
# words, or in pieces.
_PROGRAMS = {
    "constant far away.py": "import os\nX1 = '@'\n{filling}\na = okx.Client(os.environ['K'], passphrase=X1)\n",
    "attribute.py": "class Settings:\n    other = '@'\n{filling}\nokx_passphrase = Settings.other\n",
    "pieces far away.py": "X1 = 'Ab1!' + 'c2#D' + 'e3f%'\n{filling}\nokx_passphrase = X1\n",
    "joined far away.js": "const other = ['Ab1!', 'c2#D', 'e3f%'].join('');\n{filling}\nconst okxPassphrase = other;\n",
    "short pieces far away.py": "A = 'My2'\nB = '024!x'\n{filling}\nokx_passphrase = A + B\n",
    "short piece in a text.py": "A = 'MyBotsOwn'\n{filling}\nokx_passphrase = f'{A}24!'\n",
    "short piece.py": "A = 'MyBotsOwn'\n{filling}\nokx_passphrase = A + '24!'\n",
    "letters that grow.py": "import os\n# \u0130stanbul, OKX\n{filling}\nOKX_PASSPHRASE = '@'\n",
    "letters that grow.js": "// \u0130stanbul, OKX\n{filling}\nfunction f() {\n  use({ PASSPHRASE: '@' });\n}\n",
    "unpacked.py": "a, b = 1, '@'\n{filling}\nokx_passphrase = b\n",
    "default.py": "import os\n# OKX\nokx_passphrase = os.getenv('OKX_PASSPHRASE', '@')\n",
    "comment.py": "import os\n# okx passphrase: @\nokx_key = os.environ['OKX_API_KEY']\n",
    "docstring.py": 'import os\n"""Signs in to OKX.\n\nokx passphrase: @\n"""\nkey = os.environ["OKX_API_KEY"]\n',
    "number.py": "okx_passphrase = 8302947561\n",
    "pieces.py": "okx_passphrase = '@'[:3] + 'x'\nokx_passphrase = 'A1b!' + 'c2D#' + 'e3'\n",
    "call.js": "const okx = new OkxClient(\n  process.env.KEY,\n  process.env.SECRET,\n  '@',\n);\n",
    "template.js": "const env = `\nOKX_PASSPHRASE=@\n`;\nconst key = process.env.OKX_API_KEY;\n",
    "member.ts": "const okx = { apiKey: process.env.OKX_API_KEY, passphrase: settings.other };\n{filling}\n"
    "const settings = { other: '@' };\n",
    "constant.go": 'package main\n\nconst other = "@"\n{filling}\nvar okx = Client{{Passphrase: other}}\n',
    "brackets.lua": "local okx = { api_key = os.getenv('OKX_API_KEY'), passphrase = [[@]] }\n",
    "percent.rb": "okx_passphrase = %q(@)\n",
    "sigil.ex": 'config :okx, api_key: System.get_env("OKX_API_KEY"), passphrase: ~s(@)\n',
    "braces.pl": "my $okx_passphrase = q{@};\n",
    "field.json": '{"okx": {"api_key": "", "passphrase": "@"}}',
    "pair.json": '{"okx": [{"name": "OKX_PASSPHRASE",\n"a": 1,\n"b": 2,\n"value": "@"}]}',
}


def _filled_program(name: str, value: str) -> str:
    suffix = Path(name).suffix
    filling = "".join(map(_FILLING[suffix], range(20))) if suffix in _FILLING else ""
    return _PROGRAMS[name].replace("{filling}", filling).replace("@", value).replace("{{", "{").replace("}}", "}")


@pytest.mark.parametrize("name", _PROGRAMS)
def test_value_is_found_wherever_it_stands(
    name: str, monkeypatch: pytest.MonkeyPatch, credentials: Credentials
) -> None:
    text = _filled_program(name, credentials.passphrase())
    path = name.replace(" ", "_")
    found = _found(path, text)
    monkeypatch.setattr("okxguard.detectors.valueless.ValueGate.may_hold", lambda *_: True)
    assert found == _found(path, text)
    assert [rule for rule, _ in found] == ["OKX103"]


_NAMING = "const okx = { passphrase: process.env.P };" + "\n" * 40


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.js", _NAMING + "f(join('a') );" * 60_000),
        ("a.js", _NAMING + "f(x, 'ab12!cdef' );" * 60_000),
        ("a.js", _NAMING + "f(use a.b.c);" * 60_000),
        ("a.py", "# okx\n" + "passphrase = a\nx = '''\n'''\n" * 60_000),
    ],
    ids=["pieces", "texts", "uses", "blocks"],
)
def test_much_of_the_same_ends(path: str, text: str) -> None:
    assert _found(path, text) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "a.py",
            "import os\n\nokx = ccxt.okx({'password': os.environ['OKX_PASSPHRASE']})\nlog.info('OKX %s of 12', okx)\n",
        ),
        (
            "a.js",
            "const okx = new ccxt.okx({ password: process.env.OKX_PASSPHRASE });\nconsole.log(`OKX ${okx.v1}`);\n",
        ),
        ("a.go", 'package main\n\nvar okx = Client{Passphrase: os.Getenv("OKX_PASSPHRASE")}\n'),
        ("a.json", '{"okx": {"passphrase": "${OKX_PASSPHRASE}", "retries3": "three"}}'),
    ],
)
def test_code_without_values_reaches_no_reader(path: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(entries, "read_as_written")
    assert _found(path, text) == []
