"""Nothing that would crash libcst or keep it busy reaches it; what people write does."""

from __future__ import annotations

import pytest

from okxguard.entries.reading import MismatchError
from okxguard.leaks.depth import is_parsable
from okxguard.leaks.exact import parse_exactly

DEEP = 5000


def nested(opening: str, inner: str, closing: str, times: int = DEEP) -> str:
    return opening * times + inner + closing * times


def indented(header: str, times: int) -> str:
    return "".join(f"{' ' * level}{header}\n" for level in range(times)) + " " * times + "pass\n"


HOSTILE = {
    "lists": nested("[", "", "]"),
    "lists that do not end": "[" * DEEP,
    "tuples": nested("(", "a", ",)"),
    "parentheses": nested("(", "a", ")"),
    "mappings": nested("{a: ", "b", "}"),
    "sets": nested("{", "b", "}"),
    "calls": nested("f(", "a", ")"),
    "subscripts": nested("a[", "b", "]"),
    "target": nested("a[", "b", "]") + " = c",
    "brackets behind a comment": "# '\n" + "[" * DEEP,
    "brackets behind a string": "'\\'[' + " + "[" * DEEP,
    "brackets behind three quotes": '"""\'"""' + "[" * DEEP,
    "brackets behind a field": "f'{a[\"b\"]}' + " + "[" * DEEP,
    "brackets behind a string in a field": "f'{\"'\"}' + " + nested("[", "", "]") + "# '",
    "brackets inside a field": "f'{" + nested("[", "", "]") + "}'",
    "brackets inside the form of a field": "f'{a:{" + nested("[", "", "]") + "}}'",
    "brackets behind a name of a character": "f'\\N{BULLET}' + " + "[" * DEEP,
    "brackets behind no name of a character": "f'\\N{\"' + " + nested("[", "", "]") + "# \"}'",
    "strings with fields": nested("f'{", "a", "}'"),
    "forms of fields": "f'{a" + nested(":{a", "", "}") + "}'",
    "attributes": "a" + ".b" * DEEP,
    "methods": "a" + ".b()" * DEEP,
    "calls of calls": "a" + "()" * DEEP,
    "subscripts of subscripts": "a" + "[0]" * DEEP,
    "sum": "a" + " + a" * DEEP,
    "disjunction": "a" + " or a" * DEEP,
    "powers": "a" + "**a" * DEEP,
    "negations": "not " * DEEP + "a",
    "signs": "-" * DEEP + "a",
    "conditions": "a if b else " * DEEP + "a",
    "functions": "lambda: " * DEEP + "a",
    "functions with several parameters": "lambda a, b=" * DEEP + "a" + ": b" * DEEP,
    "branches": "if a: pass\n" + "elif a: pass\n" * DEEP,
    "branches with conditions inside": "if a: pass\n" + "elif a:\n if b: pass\n" * DEEP,
    "branches behind a backslash": "if a: pass\n" + "\\\nelif a: pass\n" * DEEP,
    "blocks": indented("if a:", 300),
    "adjacent strings": "x = (" + "'a'\n" * DEEP + ")",
    "mapping in a pattern": "match a:\n case " + nested("{1: ", "b", "}", 20) + ": pass\n",
    "tuple in a pattern": "match a:\n case " + nested("(", "b", ",)", 20) + ": pass\n",
    "class in a pattern that does not end": "match a:\n case " + "A.b(" * 20 + ": pass\n",
    "pattern behind a backslash": "match a:\n case \\\n " + nested("(", "b", ",)", 20) + ": pass\n",
    "many patterns": "match a:\n" + (" case " + nested("{1: ", "b", "}", 7) + ": pass\n") * 100,
    "tuples to delete": "del " + nested("(", "a", ",)", 40),
    "tuples to delete behind a colon": "if a: del " + nested("(", "a", ",)", 40),
    "many deep lines": ("x = " + nested("f(", "a", ")", 40) + "\n") * 1000,
    "a chain of large calls": "a" + f".b({'1, ' * 100})" * 600,
    "too long": "a\n" * 600_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_refused(text: str) -> None:
    assert not is_parsable(text)
    with pytest.raises(MismatchError):
        parse_exactly(text)


BORDERLINE = {
    "lists": nested("[", "", "]", 90),
    "calls": nested("f(a, b=", "a", ")", 90),
    "strings with fields": nested("f'{", "a", "}'", 40),
    "methods": "a" + ".b(1)" * 400,
    "sum": "a" + " + a" * 900,
    "disjunction": "a" + " or a" * 900,
    "branches": "if a: pass\n" + "elif a: pass\n" * 400,
    "blocks": indented("if a:", 90),
    "functions": "lambda: " * 200 + "a",
    "functions with several parameters": "lambda a, b=" * 100 + "a" + ": b" * 100,
    "adjacent strings": "x = (" + "'a'\n" * 1500 + ")",
    "pattern": "match a:\n case {'b': [C(d=(e, f)), {'g': h}]}: pass\n",
    "tuple to delete": "del " + nested("(", "a, b", ")", 3),
}


@pytest.mark.parametrize("text", BORDERLINE.values(), ids=BORDERLINE)
def test_what_is_just_good_enough_is_read(text: str) -> None:
    assert is_parsable(text)
    assert parse_exactly(text).body


HARMLESS = {
    "brackets in a comment": "a = 1  # " + "[" * DEEP,
    "brackets in strings": "a = '" + "[" * DEEP + '\', """' + "(\n" * DEEP + '"""',
    "brackets in a raw string": "a = r'\\'" + "(" * DEEP + "'",
    "brackets in the text of a string with fields": "a = f'{b}" + "[(" * DEEP + "{{'",
    "brackets in a raw string with fields": "a = rf'\\N{b}\\'" + "[" * DEEP + "'",
    "quotes in a comment": "# it's\na = [1]\n# \"\n",
    "a bracket in the form of a field": "a = f'{b:(>{c}}' + f'{d:[}' + f'''{e:\n(}'''",
    "flat": "a = [" + "1, " * 20_000 + "]",
    "a table": "a = [\n" + "    {'b': 1, 'c': [2, 3], 'd': {'e': 'f'}},\n" * 3000 + "]\n",
    "many branches": "if a: pass\nelif b: pass\nelse: pass\n" * 1000,
    "many parameters": "def f(" + ", ".join(f"a{number}=b" for number in range(2000)) + "): pass\n",
    "calls that are no patterns": "case.a" + nested("(", "a", ")", 30) + "\ncase = " + nested("[", "a", "]", 30) + "\n",
    "a guard": "match a:\n case b if " + nested("f(", "b", ")", 30) + ": pass\n",
    "a call in a case": "match a:\n case b: " + nested("f(", "b", ")", 30) + "\n",
    "backslashes": "a = b + \\\n    c\n\\\nd = 1\n",
    "mark of the byte order": "\ufeffa = 1\n",
    "nothing": "",
    "a comment": "# a",
}


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
def test_harmless_text_is_let_through(text: str) -> None:
    assert is_parsable(text)
