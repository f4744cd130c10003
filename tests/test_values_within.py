"""What stands inside, beside and around values: files in values, pairs, templates, aliases, commands."""

from __future__ import annotations

import base64
import json

import pytest

from tests.conftest import Credentials
from tests.entries import entries_of, entries_with


def read(value: str) -> dict[str, tuple[str, str]]:
    inner = json.dumps({"k": value})
    return {
        "pair": ("a.json", json.dumps([{"name": "k", "value": value}])),
        "capital pair": ("a.json", json.dumps([{"ParameterKey": "x", "Name": "k", "Value": value}])),
        "list of two": ("a.json", json.dumps({"headers": [["kk", value], ["m", "1"]]})),
        "held": ("a.json", json.dumps({"env": {"k": {"description": "x", "value": value}}})),
        "parameter": ("a.yml", f"Parameters:\n  k:\n    Type: String\n    Default: {value}\n"),
        "example": ("a.yml", f"openapi: 3.0.0\nx:\n  k:\n    type: string\n    example: {value}\n"),
        "example of a parameter": ("a.yml", f"- name: k\n  in: header\n  schema:\n    example: {value}\n"),
        "typed": ("a.json", json.dumps({"Item": {"k": {"S": value}}})),
        "sampler": ("a.jmx", f"<p><s name='H.name'>k</s><s name='H.value'>{value}</s></p>"),
        "option in a list": ("a.json", json.dumps({"args": ["-y", "--kk", value]})),
        "command": ("a.yml", f"command: run --kk {value} --other 1\n"),
        "assignment in a list": ("a.yml", f"environment:\n  - kk={value}\n"),
        "JSON": ("a.yml", f"data:\n  x: '{inner}'\n"),
        "JSON in JSON": ("a.json", json.dumps({"x": inner})),
        "JSON twice": ("a.json", json.dumps({"x": json.dumps({"y": inner})})),
        "connection": ("a.json", json.dumps({"c": f"Host=x;kk={value};Port=1"})),
        "block": ("a.yml", f"data:\n  a.toml: |\n    [x]\n    k = '{value}'\n"),
        "settings in a block": ("a.yml", f"data:\n  settings: |\n    a=1\n    k={value}\n"),
        "merged": ("a.yml", f"x: &o\n  k: {value}\ny:\n  <<: *o\n"),
        "template": (
            "a.yml",
            f'{{{{- if .x }}}}\nx:\n  k: {{{{ .Values.k | default "{value}" | quote }}}}\n{{{{- end }}}}\n',
        ),
        "serverless": ("a.yml", f"x:\n  k: ${{env:kk, '{value}'}}\n"),
        "SET": ("a.redis", f"SET o:k {value}\n"),
        "HSET": ("a.redis", f'HSET o a 1 k "{value}"\n'),
        "script": ("a.json", json.dumps({"exec": ["var a = 1;", f'pm.environment.set("k", "{value}");']})),
    }


@pytest.mark.parametrize("shape", list(read("")))
def test_value_goes_by_its_name(shape: str, credentials: Credentials) -> None:
    value = credentials.passphrase()
    path, text = read(value)[shape]
    found = entries_with(path, text, value)
    assert {entry.path[-1] for entry in found} & {"k", "kk"}
    assert {text[entry.span.start : entry.span.end] for entry in found} == {value}


def test_alias_repeats_its_mapping_where_it_stands(credentials: Credentials) -> None:
    value = credentials.passphrase()
    text = f"x: &o\n  k: {value}\ny:\n  <<: *o\nz: *o\n"
    paths = {entry.path for entry in entries_with("a.yml", text, value)}
    assert paths == {("x", "k"), ("y", "k"), ("z", "k")}


@pytest.mark.parametrize("name", [".env", "config.yaml", "a.json", "settings"])
def test_file_in_base64_gives_every_value_a_place_of_its_own(name: str, credentials: Credentials) -> None:
    first, second = credentials.key(), credentials.passphrase()
    file = {
        ".env": f"A=1\nK={first}\nL={second}\n",
        "settings": f"K={first}\nL={second}\n",
        "config.yaml": f"o:\n  K: {first}\n  L: {second}\n",
        "a.json": json.dumps({"o": {"K": first, "L": second}}, indent=1),
    }[name]
    written = base64.b64encode(file.encode()).decode()
    text = f"kind: Secret\ndata:\n  {name}: {written}\n"
    found = {entry.path[-1]: entry for entry in entries_of("a.yml", text) if entry.value in (first, second)}
    assert set(found) == {"K", "L"}
    assert found["K"].span.end <= found["L"].span.start


@pytest.mark.parametrize("written", ["aB%26%239zz", "aB&amp;#9zz", "aB%26&#35;9zz"])
def test_escapes_of_other_syntaxes_are_resolved(written: str) -> None:
    assert "aB&#9zz" in {entry.value for entry in entries_of("a.json", json.dumps({"k": written}))}


@pytest.mark.parametrize(
    ("path", "piece"),
    [
        ("a.yml", "- {{ a }}\n"),
        ("a.yml", "{%"),
        ("a.yml", "{{"),
        ("a.yml", "a: &a [*a]\n"),
        ("a.yml", "- '{\"a\": 1}'\n"),
        ("a.redis", "SET a:b c\n"),
        ("a.redis", "SET "),
        ("a.json", '\\"{'),
        ("a.json", "%7B"),
        ("a.json", "a=b;"),
        ("a.json", "QUFB"),
        ("a.json", " --a b"),
    ],
)
def test_hostile_text_ends(path: str, piece: str) -> None:
    head, tail = ('{"a": "', '"}') if path == "a.json" else ("", "")
    entries_of(path, head + piece * 20_000 + tail)


def test_field_of_a_connection_string_ends_at_the_next(credentials: Credentials) -> None:
    value = credentials.passphrase()
    found = entries_of("a.json", json.dumps({"c": f"Host=x;Field={value};Port=1"}))
    assert {entry.value for entry in found if entry.path[-1] == "Field"} == {value}
