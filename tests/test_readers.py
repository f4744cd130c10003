"""The readers: what a value is, where it stands, and which names it goes by, in every syntax but Python."""

from __future__ import annotations

import base64
import json

import pytest

from tests.conftest import Credentials
from tests.entries import entries_of, entries_with


def base64_of(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


SECRET = "kind: Secret\nmetadata:\n  name: x\ndata:\n  name: {value}\n"
ENCODED = {
    "secret": ("a.yml", SECRET),
    "second document": ("a.yml", "a: 1\n---\n" + SECRET),
    "list": ("a.json", '{{"items": [{{"data": {{"name": "{value}"}}, "kind": "Secret"}}]}}'),
    "template": ("a.yml", "{{{{ if .x }}}}\n" + SECRET),
    "name": (".env", "NAME_B64={value}\n"),
    "long name": ("a.ini", "name.base64 = {value}\n"),
}


@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize(("path", "text"), ENCODED.values(), ids=ENCODED)
def test_base64_is_decoded(path: str, text: str, end: str, credentials: Credentials) -> None:
    for value in (credentials.key(), credentials.secret(), credentials.passphrase()):
        written = base64_of(value + end)
        filled = text.format(value=written)
        found = set(entries_with(path, filled, value))
        assert [entry.path[-1].lower() for entry in found] == ["name"]
        assert {filled[entry.span.start : entry.span.end] for entry in found} == {written}
        assert not any(entry.visible for entry in found)


def test_keys_in_base64_are_decoded_anywhere(credentials: Credentials) -> None:
    for value in (credentials.key(), credentials.secret()):
        assert value in {entry.value for entry in entries_of("a.txt", f'name = "{base64_of(value)}"\n')}


def test_data_of_a_secret_is_what_it_stands_for(credentials: Credentials) -> None:
    written = base64_of(credentials.passphrase())
    assert written not in {entry.value for entry in entries_of("a.yml", SECRET.format(value=written))}


@pytest.mark.parametrize("value", ["QUJD" * 10 + "/w==", "A" * 41, "0" * 64])
def test_other_base64_is_left_alone(value: str) -> None:
    assert {entry.value for entry in entries_of("a.yml", f"a: {value}\n")} == {value}


TRIMMED = {
    "yaml block": ("a.yml", "a:\n  name: |\n    {value}\n  b: 1\n"),
    "yaml kept block": ("a.yml", "name: |+\n  {value}\n\n"),
    "yaml escape": ("a.yml", 'name: "{value}\\n"\n'),
    "json": ("a.json", '{{"name": "{value}\\r\\n"}}'),
    "python": ("a.py", 'name = "{value}\\n"\n'),
    "python long": ("a.py", 'name = """\\\n{value}\n"""\n'),
    "blank": (".env", 'NAME="{value} "\n'),
    "toml literal": ("a.toml", "name = '''\n{value}'''\n"),
    "toml": ("a.toml", 'name = """\n{value}\n"""\n'),
    "toml continued": ("a.toml", 'name = """\\\n   {value}\\\n   """\n'),
    "property continued": ("a.properties", "name = \\\n   {value}\n"),
}


@pytest.mark.parametrize(("path", "text"), TRIMMED.values(), ids=TRIMMED)
def test_span_is_that_of_the_visible_value(path: str, text: str, credentials: Credentials) -> None:
    value = credentials.passphrase()
    filled = text.format(value=value)
    found = entries_with(path, filled, value)
    assert {filled[entry.span.start : entry.span.end] for entry in found} == {value}
    assert all(entry.visible for entry in found)


DEFAULTED = {
    "dotenv": (".env", "NAME=${{NAME:-{value}}}\n"),
    "shell": ("a.sh", 'NAME="${{NAME:-{value}}}"\n'),
    "bare in a shell": ("a.sh", "NAME=${{NAME:-{value}}}\n"),
    "spring": ("a.yml", "name: ${{NAME:{value}}}\n"),
}


@pytest.mark.parametrize(("path", "text"), DEFAULTED.values(), ids=DEFAULTED)
def test_default_of_a_reference_stands_where_it_stands(path: str, text: str, credentials: Credentials) -> None:
    value = credentials.passphrase()
    filled = text.format(value=value)
    spans = {entry.span for entry in entries_of(path, filled) if value in entry.value and "$" not in entry.value}
    assert {filled[span.start : span.end] for span in spans} == {value}


ENDED = {
    "query": ("a.txt", "http://x.example/y?name={value}&other=1\n"),
    "end of a query": ("a.txt", "http://x.example/y?other=1&name={value}\n"),
    "query in Python": ("a.py", 'url = "http://x.example/y?name={value}&other=1&z"\n'),
    "wide comma": ("a.txt", "name={value}，other=1\n"),
    "wide semicolon": ("a.md", "name：{value}；other：1\n"),
    "wide stop": ("a.txt", "name：{value}。\n"),
    "curly quotes": ("a.txt", "name = “{value}”\n"),
    "curly quotes in code": ("a.js", "name = ‘{value}’;\n"),
    "curly quotes in Python": ("a.py", "name = „{value}“\n"),
    "guillemets": ("a.md", "name: «{value}»,\n"),
    "quoted name": ("a.txt", "“name”: “{value}”, “other”: “x”\n"),
    "curly dotenv": (".env", "NAME=“{value}”\n"),
    "curly yaml": ("a.yml", "name: “{value}”\n"),
}


@pytest.mark.parametrize(("path", "text"), ENDED.values(), ids=ENDED)
def test_value_ends_where_it_ends(path: str, text: str, credentials: Credentials) -> None:
    for value in (credentials.key(), credentials.passphrase()):
        filled = text.format(value=value)
        found = [entry for entry in entries_of(path, filled) if entry.path[-1].lower() == "name"]
        assert {entry.value for entry in found} == {value}
        assert {filled[entry.span.start : entry.span.end] for entry in found} == {value}


def test_lines_in_a_list_are_one_text(credentials: Credentials) -> None:
    key, passphrase = credentials.key(), credentials.passphrase()
    text = json.dumps({"source": ["x = 1\n", f"a = '{key}'\n", f"b = '{passphrase}'"]})
    assert {entry.path for entry in entries_of("a.ipynb", text) if entry.value in (key, passphrase)} == {
        ("source", "a"),
        ("source", "b"),
    }
