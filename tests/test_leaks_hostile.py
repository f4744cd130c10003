"""Code that is made to break its reader: deep, wide, recursive, long. Bounded, no traceback, and told of."""

from __future__ import annotations

import ast

import pytest

from okxguard.leaks.names import Secret
from okxguard.leaks.values import Box, Taint, Value, content
from okxguard.model import Confidence, Report, Source
from okxguard.rulebook import load_rulebook
from okxguard.scan import Options, Scanner

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
    "places of a record": "class A(NamedTuple):\n    secret: str\n\n\nprint(A(load())[-1], A(load())[-3])\n",
    "patterns of truth": "secret = load()\nmatch secret:\n    case True | None:\n        print(secret)\n",
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


def test_boxes_that_hold_each_other_are_looked_through_once() -> None:
    boxes = [Box("dict") for _ in range(60)]
    for box in boxes:
        box.fields = {number: Value(box=other) for number, other in enumerate(boxes)}
    taint = Taint(Secret.SECRET, "secret", ast.Constant("secret"))
    boxes[-1].rest = Value((taint,))
    assert content(Value(box=boxes[0])) == (taint,)


@pytest.mark.parametrize("lines", [2000, 8000])
def test_long_module_is_followed(lines: int) -> None:
    noise = "".join(f"def f{number}(x):\n    y = [x, {number}]\n    return y\n\n\n" for number in range(lines // 5))
    report = _scan("a.py", f"{noise}def show(secret):\n    print(f1(secret))\n")
    assert _leaks_of(report) or report.notes
    assert not report.errors
