"""The Python reader: which names a literal goes by, and what is read of a file that is not quite Python 3."""

from __future__ import annotations

import pytest

from okxguard.documents import Document, Window, make_document
from okxguard.entries import Reading, read_entries
from okxguard.model import Entry
from tests.conftest import Credentials


def document_of(text: str, path: str = "a.py") -> Document:
    return make_document(path, path, Window(text.encode("utf-8", "surrogatepass")))


def reading_of(text: str) -> Reading:
    document = document_of(text)
    return read_entries(document, lambda: frozenset(range(len(document.line_starts))))


def names_of(text: str, value: str) -> set[str]:
    return {entry.path[-1] for entry in reading_of(text).entries if entry.value == value}


def entries_of(text: str, value: str) -> list[Entry]:
    return [entry for entry in reading_of(text).entries if entry.value == value]


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
    document = document_of(filled)
    for index, value in enumerate((key, secret)):
        found = [entry for entry in entries_of(filled, value) if entry.path[-1] == f"[{index}]"]
        assert [entry.path[-2] for entry in found if entry.path[-2].startswith("Client()")]
        assert {document.text[entry.span.start : entry.span.end] for entry in found} == {value}


def test_lines_that_are_not_python_are_read_as_text(credentials: Credentials) -> None:
    key, secret = credentials.key(), credentials.secret()
    reading = reading_of(f"x = 1\n%env NAME={key}\nfoo bar, name='{secret}'\nx = 2\nx = 3\n")
    assert {entry.value for entry in reading.entries if entry.path[-1].lower() == "name"} == {key, secret}
    assert reading.note == "has lines that are not Python 3; those were read as plain text"


def test_python_2_is_read_whole(credentials: Credentials) -> None:
    key = credentials.key()
    reading = reading_of(f"print 'x'\nname = '{key}'\0\n")
    assert [entry.path for entry in reading.entries if entry.value == key] == [("name",)]
    assert reading.note is None


def test_another_language_is_read_as_text(credentials: Credentials) -> None:
    key = credentials.key()
    reading = reading_of(
        f'#include <x>\n\nint main() {{\n  char *api_key = "{key}";\n  if (!x) {{\n    y();\n  }}\n  return 0;\n}}\n'
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
    assert reading_of("x y\n" + piece * (100_000 // len(piece)))
