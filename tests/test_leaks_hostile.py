"""Code that is made to break its reader: deep, wide, recursive, long. Bounded, no traceback, and told of."""

from __future__ import annotations

from pathlib import Path

import pytest

from okxguard.model import Confidence, Report, Source
from okxguard.rulebook import load_rulebook
from okxguard.scan import Options, Scanner
from tests.conftest import ScanJson, write_files

_RULEBOOK = load_rulebook()
_OPTIONS = Options(frozenset(_RULEBOOK.rules) - {"OKX205"}, "2026-01-31", min_confidence=Confidence.LOW)


def _scan(path: str, text: str) -> Report:
    data = text.encode("utf-8", "surrogatepass")
    return Scanner(_RULEBOOK, _OPTIONS).scan([Source("file", path, data, path)])


def _leaks_of(report: Report) -> list[str]:
    return [finding.rule for finding in report.findings if finding.rule.startswith("OKX3")]


def _nested(depth: int) -> str:
    return "".join(f"{'    ' * level}if x{level}:\n" for level in range(depth)) + "    " * depth + "print(secret)\n"


_HOSTILE = {
    "brackets": "secret = 1\nprint(" + "[" * 150 + "secret" + "]" * 150 + ")\n",
    "very many brackets": "secret = 1\nprint(" + "[" * 5000 + "secret" + "]" * 5000 + ")\n",
    "blocks": "secret = load()\n" + _nested(90),
    "too many blocks": "secret = load()\n" + _nested(400),
    "branches": "secret = load()\nif x == 0:\n    a = 0\n"
    + "".join(f"elif x == {number}:\n    a = secret\n" for number in range(900))
    + "print(a)\n",
    "five thousand branches": "secret = load()\nif x == 0:\n    a = 0\n"
    + "".join(f"elif x == {number}:\n    a = secret\n" for number in range(5000))
    + "print(a)\n",
    "sum": "secret = load()\nprint(" + " + ".join(["secret"] * 5000) + ")\n",
    "chain": "secret = load()\nprint(secret" + ".strip()" * 5000 + ")\n",
    "attributes": "secret = load()\nprint(secret, x" + ".a" * 5000 + ".secret)\n",
    "attributes that are set": "secret = load()\nx" + ".a" * 1500 + ".b = secret\nprint(secret)\n",
    "attributes of a decorator": "@x" + ".a" * 1500 + "\ndef f(secret):\n    print(secret)\n",
    "choices": "secret = load()\nprint(secret)\nx = " + "1 if a else " * 1500 + "secret\nprint(x)\n",
    "choices of what is called": "secret = load()\n(" + "f if a else " * 1500 + "print)(secret)\n",
    "three thousand branches": "secret = load()\nprint(secret)\nif x == 0:\n    a = 0\n"
    + "".join(f"elif x == {number}:\n    a = secret\n" for number in range(3000)),
    "texts in a row": "secret = load()\nprint(" + "'a' + " * 5000 + "secret)\n",
    "calls in calls": "secret = load()\nprint(" + "str(" * 150 + "secret" + ")" * 150 + ")\n",
    "lambdas": "secret = load()\nprint(" + "lambda: " * 2000 + "secret)\n",
    "functions in functions": "def f(secret):\n"
    + "".join(f"{'    ' * level}def f{level}(secret):\n" for level in range(1, 60))
    + "    " * 60
    + "print(secret)\n",
    "functions call each other": "".join(
        f"def f{number}(secret):\n    f{(number + 1) % 60}(secret)\n    f{(number * 7 + 3) % 60}(secret)\n"
        f"    print(secret)\n"
        for number in range(60)
    ),
    "function calls itself": "def f(secret, n):\n    return f(f(f(secret, n), n), n) if n else secret\n\n\n"
    "print(f(load_secret(), 3))\n",
    "classes of each other": "class A(B):\n    def f(self, secret):\n        return self.f(secret)\n\n\n"
    "class B(A):\n    def g(self, secret):\n        return self.f(self.g(secret))\n\n\nprint(B().g(secret))\n",
    "mapping of itself": "secret = load()\nd = {}\nd['d'] = d\nd['secret'] = secret\nprint(d)\n",
    "list of itself": "secret = load()\nl = [secret]\nl.append(l)\nprint(l)\n",
    "object of itself": "class A:\n    def __init__(self, secret):\n        self.a = self\n"
    "        self.secret = secret\n\n\nprint(vars(A(load_secret())))\n",
    "decorators of each other": "def d(f):\n    @d\n    def g(*a):\n        print(*a)\n        return f(*a)\n"
    "    return g\n\n\n@d\n@d\ndef h(secret):\n    return secret\n",
    "wide mapping": "secret = load()\nd = {"
    + ",".join(f"'k{number}': secret" for number in range(5000))
    + "}\nprint(d)\n",
    "names that double": "a0 = load_secret()\n"
    + "".join(f"a{number + 1} = [a{number}, a{number}]\n" for number in range(200))
    + "print(a200)\n",
    "loops in loops": "secret = load()\n"
    + "".join(f"{'    ' * level}for x{level} in y:\n" for level in range(18))
    + "    " * 18
    + "print(secret)\n",
    "long line": "secret = load(); " + "print(secret); " * 4000 + "\n",
    "long text": "secret = '" + "x" * 3_000_000 + "'\nprint(secret)\n",
    "NUL and lone halves": "secret = load()\nprint(secret)\n# \ud800 \x00\n",
    "formats": "print('" + "%s{}" * 20000 + "'.format(secret) % secret)\n",
    "comprehensions": "secret = load()\nprint(" + "[x for x in " * 80 + "secret" + "]" * 80 + ")\n",
}


# What holds no secret in the end, or is a line that had to be left out.
_QUIET = {"classes of each other", "names that double", "long text", "brackets", "very many brackets", "lambdas"}


@pytest.mark.parametrize("text", _HOSTILE.values(), ids=_HOSTILE)
def test_hostile_code_breaks_nothing(text: str) -> None:
    report = _scan("a.py", text)
    assert not [error for error in report.errors if "bug" in error.reason]


@pytest.mark.parametrize("name", sorted(_HOSTILE.keys() - _QUIET))
def test_what_is_not_followed_to_its_end_is_told(name: str) -> None:
    report = _scan("a.py", _HOSTILE[name])
    assert _leaks_of(report) or report.notes


_SHALLOW = "const secret = load()\nconsole.log(secret.length)\n"
_ELSEWHERE = {
    "brackets": ("a.ts", "console.log(" + "[" * 400 + "apiSecret" + "]" * 400 + ")\n"),
    "very many brackets": ("a.go", "fmt.Println(" + "(" * 20_000 + "apiSecret" + ")" * 20_000 + ")\n"),
    "sum": ("a.js", "console.log(" + "'a' + " * 5000 + "apiSecret)\n"),
    "arguments": ("A.java", "System.out.println(" + "a, " * 400 + "apiSecret);\n"),
    "choices": ("a.kt", "println(" + "if (a) { 'b' } else " * 900 + "apiSecret)\n"),
    "long line": ("a.js", "a();" * 2000 + "console.log(apiSecret);" + "a();" * 2000),
    "very large": ("a.js", "console.log(1)\n" * 300_000 + "console.log(apiSecret)\n"),
    "minified": ("a.min.js", "console.log(apiSecret)\n"),
}


@pytest.mark.parametrize(("path", "text"), _ELSEWHERE.values(), ids=_ELSEWHERE)
def test_what_is_not_read_elsewhere_is_told(path: str, text: str) -> None:
    report = _scan(path, text)
    assert not report.errors
    assert _leaks_of(report) or any("code rules" in note.reason for note in report.notes)


@pytest.mark.parametrize("path", ["a.ts", "a.min.css"])
def test_what_is_read_is_not_noted(path: str) -> None:
    assert _scan(path, _SHALLOW).notes == ()


@pytest.mark.parametrize(("path", "expected"), [("a.py", 1), ("a.ts", 1), ("a.log", 0)])
def test_code_that_is_read_in_windows_is_told(path: str, expected: int) -> None:
    report = _scan(path, "console.log(1)\n" * 1_200_000 + "console.log(apiSecret)\n")
    assert sum("code rules" in note.reason for note in report.notes) == expected


_IMPORTER = "from settings import A\n\n\ndef show():\n    print(A)\n    print(secret)\n"
_LARGE = "import os\n\nA = os.environ['OKX_SECRET']\n" + "# a line of words\n" * 30_000


@pytest.mark.parametrize(
    "text",
    [_LARGE, _LARGE * 3, "A = secret\nx" + ".a" * 1500 + ".b = A\n", "A = secret\nclass class class (\n" * 2000],
    ids=["large", "very large", "nested", "no Python"],
)
def test_import_that_is_not_followed_is_told(text: str, tmp_path: Path, scan_json: ScanJson) -> None:
    write_files(tmp_path, {"settings.py": text, "run.py": _IMPORTER})
    notes = [note["reason"] for note in scan_json(tmp_path)["notes"] if note["path"] == "run.py"]
    assert notes == ["imports settings.py, which the code rules could not follow"]


def test_import_that_is_followed_is_not_told(tmp_path: Path, scan_json: ScanJson) -> None:
    write_files(tmp_path, {"settings.py": "A = 1\nsecret = 2\n", "run.py": _IMPORTER})
    assert scan_json(tmp_path)["notes"] == []


@pytest.mark.parametrize("lines", [2000, 8000])
def test_long_module_is_followed(lines: int) -> None:
    noise = "".join(f"def f{number}(x):\n    y = [x, {number}]\n    return y\n\n\n" for number in range(lines // 5))
    report = _scan("a.py", f"{noise}def show(secret):\n    print(f1(secret))\n")
    assert _leaks_of(report) or report.notes
    assert not report.errors
