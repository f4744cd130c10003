"""The Python reader: which names a literal goes by, and what is read of a file that is not quite Python 3."""

from __future__ import annotations

import pytest

from tests.conftest import Credentials
from tests.entries import document_of, entries_of, entries_with, reading_of


def names_of(text: str, value: str) -> set[str]:
    return {entry.path[-1] for entry in entries_of("a.py", text) if entry.value == value}


CALL = 'api = Client(\n    "{key}",\n    "{secret}", 1)\n'
NOT_PYTHON_3 = {
    "print": "print 'é', 1\n" + CALL,
    "print behind a condition": "if 1: print x\n" + CALL,
    "exec": "exec code in names\n" + CALL,
    "except": "try:\n    pass\nexcept (A, B), error:\n    print error\n" + CALL,
    "raise": 'raise Error, "no"\n' + CALL,
    "octal and long": "os.chmod(path, 0755)\nsize = 10L\n" + CALL,
    "raw unicode": 'x = ur"y"\n' + CALL,
    "backticks": "x = `1` <> 2\n" + CALL,
    "magic": "%matplotlib inline\n!pip install x\n?help\n%%time\n" + CALL + "x = 1\n" * 9,
    "shell": "pip install x --user\n" + CALL,
    "conflict": "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> main\n" + CALL + "x = 1\n" * 9,
    "conflict in brackets": "x = {\n<<<<<<< HEAD\n1: 2,\n=======\n1: 3,\n>>>>>>> main\n}\n" + CALL + "x = 1\n" * 9,
    "half a line": "x = \n" + CALL,
    "half a block": "def f(x:\n    return 1\n" + CALL,
    "block without a body": "if x:\n" + CALL,
    "open bracket at the end": CALL + "f(1,\n",
    "open string": "x = 'it\n" + CALL,
    "template": "{% if x %}\n" + CALL + "{% endif %}\n",
    "nul": "x = '\0'\n" + CALL,
    "half a character": "x = '\ud800'; print x\n" + CALL,
    "many errors": "a b\n" * 8 + CALL + "x = 1\n" * 30,
}


@pytest.mark.parametrize("text", NOT_PYTHON_3.values(), ids=NOT_PYTHON_3)
def test_what_is_python_is_read_as_python(text: str, credentials: Credentials) -> None:
    key, secret = credentials.key(), credentials.secret()
    filled = text.replace("{key}", key).replace("{secret}", secret)
    document = document_of("a.py", filled)
    for index, value in enumerate((key, secret)):
        found = [entry for entry in entries_with("a.py", filled, value) if entry.path[-1] == f"[{index}]"]
        assert [entry.path[-2] for entry in found if entry.path[-2].startswith("Client()")]
        assert {document.text[entry.span.start : entry.span.end] for entry in found} == {value}


def test_lines_that_are_not_python_are_read_as_text(credentials: Credentials) -> None:
    key, secret = credentials.key(), credentials.secret()
    reading = reading_of("a.py", f"x = 1\n%env NAME={key}\nfoo bar, name='{secret}'\nx = 2\nx = 3\n")
    assert {entry.value for entry in reading.entries if entry.path[-1].lower() == "name"} == {key, secret}
    assert reading.note == "has lines that are not Python 3; those were read as plain text"


def test_python_2_is_read_whole(credentials: Credentials) -> None:
    key = credentials.key()
    reading = reading_of("a.py", f"print 'x'\nname = '{key}'\0\n")
    assert [entry.path for entry in reading.entries if entry.value == key] == [("name",)]
    assert reading.note is None


def test_another_language_is_read_as_text(credentials: Credentials) -> None:
    key = credentials.key()
    reading = reading_of(
        "a.py",
        f'#include <x>\n\nint main() {{\n  char *api_key = "{key}";\n  if (!x) {{\n    y();\n  }}\n  return 0;\n}}\n',
    )
    assert [entry.path[-1] for entry in reading.entries if entry.value == key] == ["api_key"]
    assert reading.note == "is not valid Python 3; read as plain text"


@pytest.mark.parametrize(
    "piece",
    [
        '"',
        '\\"\\"',
        '\\"""\n',
        "'",
        '"""',
        "`",
        "(",
        "print x\n",
        "a b\n",
        "0",
        "%x\n",
        "raise ",
        ": ",
        "<>",
        "<<<<<<< \n",
    ],
)
def test_bad_python_of_any_size_is_read(piece: str) -> None:
    assert reading_of("a.py", "x y\n" + piece * (100_000 // len(piece)))


NAMED = {
    "starred tuple": ('items = (1, "{value}")\nClient(*items)\n', "[1]"),
    "starred list of names": ('x = "{value}"\nitems = [x]\nClient(0, *items)\n', "[1]"),
    "name in a dict": ('x = "{value}"\nclient({{"name": x}})\n', "name"),
    "constant of a class": ('class X:\n    x = "{value}"\nf(name=X.x)\n', "name"),
    "attribute of self": ('self.x = "{value}"\nf(name=self.x)\n', "name"),
    "item of a tuple": ('x = ("", "{value}")\nf(name=x[1])\n', "name"),
    "item of a dict": ('x = {{"y": "{value}"}}\nf(name=x["y"])\n', "name"),
    "unpacked": ('x = ("", "{value}")\na, name = x\n', "name"),
    "property": ('class X:\n    @property\n    def name(self):\n        "Doc."\n        return "{value}"\n', "name"),
    "attrs": ('name = attr.ib("{value}")\n', "name"),
    "setter": ('x.set_name("{value}")\n', "name"),
    "builder": ('x.withName("{value}")\n', "Name"),
    "environment": ('x = os.environ.get("NAME") or "{value}"\n', "NAME"),
    "environment with a default": ('x = f(os.getenv("NAME", None) or "{value}")\n', "NAME"),
    "environment by index": ('x = os.environ["NAME"] if y else "{value}"\n', "NAME"),
    "settings": ('x = config.get("name") or settings["other"] or "{value}"\n', "name"),
}


@pytest.mark.parametrize(("text", "name"), NAMED.values(), ids=NAMED)
def test_literal_goes_by_every_name(text: str, name: str, credentials: Credentials) -> None:
    value = credentials.passphrase()
    assert name in {entry.path[-1].partition(" ")[0] for entry in entries_with("a.py", text.format(value=value), value)}


def test_name_stands_for_what_its_own_function_assigns(credentials: Credentials) -> None:
    first, second = credentials.passphrase(), credentials.passphrase()
    text = "".join(
        f'def {name}():\n    x = "{value}"\n    {name}(y=x)\n' for name, value in [("f", first), ("g", second)]
    )
    found = {(entry.path[-2], entry.value) for entry in entries_of("a.py", text) if entry.path[-1] == "y"}
    assert found == {("f()#1", first), ("g()#2", second)}


def test_function_that_computes_is_no_constant(credentials: Credentials) -> None:
    value = credentials.passphrase()
    assert names_of(f'def name(x):\n    x()\n    return "{value}"\n', value) == {"return"}


def test_returned_name_keeps_its_name(credentials: Credentials) -> None:
    value = credentials.passphrase()
    assert names_of(f'def f():\n    name = "{value}"\n    return name, 1\n', value) == {"name"}


@pytest.mark.parametrize("expression", ['x["y"]', "x.y", "f()", "await f()", "a or b", "a if b else c", "x"])
def test_member_without_a_constant_is_declared(expression: str) -> None:
    text = f'async def f():\n    g({{"name": {expression}}})\n'
    found = [entry for entry in entries_of("a.py", text) if entry.path[-1] == "name"]
    assert [(entry.value, entry.visible, text[entry.span.start : entry.span.end]) for entry in found] == [
        ("", False, expression)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "x = 'abcdefgh'\nf(x)\n",
        "f({'a': x})\n",
        "x = x or 'a'\n",
        "def f():\n    x = (x, 'a')\n    f(*x)\n",
        "x.set_y(x[0])\n",
    ],
)
def test_python_of_any_size_is_read(text: str) -> None:
    assert reading_of("a.py", text * (60_000 // len(text))).note is None


def test_magics_of_notebooks_are_nothing_to_tell_of(credentials: Credentials) -> None:
    key = credentials.key()
    reading = reading_of("cells.py", f"%matplotlib inline\n!pip install okx\nOKX_API_KEY = '{key}'\nx = 2\nx = 3\n")
    assert [entry.value for entry in reading.entries if entry.path[-1] == "OKX_API_KEY"] == [key]
    assert reading.note is None
