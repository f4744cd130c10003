"""Content that is broken, deeply nested or damaged: nothing beside it is lost, and nothing of it is a bug."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.archives import places
from tests.conftest import Credentials, Run, ScanJson, write_files
from tests.test_bad_input import reasons

DEEP = 20_000
NESTED = {
    "json lists": ("m.json", '{{"okx": {deep}\n, "okx_api_key": "{key}"}}', "[" * DEEP + "]" * DEEP),
    "yaml lists": ("m.yml", "okx: {deep}\nokx_api_key: {key}\n", "[" * DEEP + "]" * DEEP),
    "yaml mappings": ("m.yml", "{deep}\nokx_api_key: {key}\n", "\n".join(" " * n + "a:" for n in range(500))),
    "yaml list of lists": ("m.yml", "okx_api_key: {key}\nb:\n  {deep} 1\n", "- " * 500),
    "toml lists": ("m.toml", 'okx = {deep}\nokx_api_key = "{key}"\n', "[" * DEEP + "]" * DEEP),
    "toml tables": ("m.toml", 'okx_api_key = "{key}"\nb = {deep}\n', "{{a = " * 300 + "1" + "}}" * 300),
    "python lists": ("m.py", 'okx = {deep}\nokx_api_key = "{key}"\n', "[" * DEEP + "]" * DEEP),
    "python sum": ("m.py", 'okx = {deep}1\nokx_api_key = "{key}"\n', "1 + " * DEEP),
    "python concatenation": ("m.py", 'okx = {deep}""\nokx_api_key = "{key}"\n', '"a" + ' * DEEP),
    "python attributes": ("m.py", 'okx = a{deep}\nokx_api_key = "{key}"\n', ".b" * DEEP),
    "python calls": ("m.py", 'okx = a{deep}\nokx_api_key = "{key}"\n', "()" * DEEP),
    "python signs": ("m.py", 'okx = {deep}1\nokx_api_key = "{key}"\n', "-" * DEEP),
    "python lambdas": ("m.py", 'okx = {deep}1\nokx_api_key = "{key}"\n', "lambda: " * DEEP),
    "python blocks": (
        "m.py",
        '{deep}pass\nokx_api_key = "{key}"\n',
        "".join(" " * n + "if okx:\n" for n in range(120)) + " " * 120,
    ),
    "brackets in text": ("m.txt", "okx {deep}\nokx_api_key = {key}\n", "[" * DEEP + "]" * DEEP),
}


@pytest.mark.parametrize(("name", "template", "deep"), NESTED.values(), ids=NESTED.keys())
def test_deep_nesting_is_read_as_text(
    name: str, template: str, deep: str, tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    key = credentials.key()
    text = template.format(deep=deep, key=key)
    write_files(tmp_path, {name: text})
    report = scan_json(tmp_path)
    assert reasons(report) == []
    assert places(report) == [f"{name}:{text[: text.index(key)].count(chr(10)) + 1}"]


BROKEN = {
    "json without an end": ("m.json", '{{"okx_api_key": "{key}",'),
    "json with words": ("m.json", 'see: {{"okx_api_key": "{key}"}} and }} so on'),
    "json with a merge conflict": ("m.json", '{{\n<<<<<<< HEAD\n"okx_api_key": "{key}"\n=======\n'),
    "yaml with a tab": ("m.yml", "okx:\n\tokx_api_key: {key}\n"),
    "yaml with an unknown tag": ("m.yml", "!!python/object/apply:os.system [x]\n---\nokx_api_key: {key}\n: : :\n"),
    "toml with a bare value": ("m.toml", 'x = bare\nokx_api_key = "{key}"\n'),
    "toml without an end": ("m.toml", 'okx_api_key = "{key}"\n[okx\n'),
    "python without an end": ("m.py", 'def f(:\n    okx_api_key = "{key}"\n'),
    "python template": ("m.py", '{{% if x %}}\nokx_api_key = "{key}"\n{{% endif %}}\n'),
    "notebook magic": ("m.py", '%load_ext x\n!pip install okx\nokx_api_key = "{key}"\n'),
}


@pytest.mark.parametrize(("name", "template"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_syntax_is_read_as_text_with_a_note(
    name: str, template: str, tmp_path: Path, credentials: Credentials, run: Run, scan_json: ScanJson
) -> None:
    key = credentials.key()
    text = template.format(key=key)
    write_files(tmp_path, {name: text})
    report = scan_json(tmp_path)
    assert places(report) == [f"{name}:{text[: text.index(key)].count(chr(10)) + 1}"]
    assert [(note["path"], "read as plain text" in note["reason"]) for note in report["notes"]] == [(name, True)]
    assert run(tmp_path, "scan").code == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"okx": "text", ', id="json"),
        pytest.param('{"okx": {"passphrase": "${OKX}", "api_key": ""', id="json with references"),
    ],
)
def test_broken_syntax_alone_is_no_error(text: str, tmp_path: Path, run: Run) -> None:
    write_files(tmp_path, {"m.json": text})
    assert run(tmp_path, "scan").code == 0


@pytest.mark.parametrize(
    "name",
    [".env", "m.json", "m.py", "m.yml", "m.toml", "m.ini", "m.properties", "m.md", "m.txt", "m.js", "no_ending"],
)
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\n" * 5000, id="newlines"),
        pytest.param(b"\r" * 5000, id="carriage returns"),
        pytest.param(b" \t\x0c\n" * 100, id="blanks"),
        pytest.param(b"\xef\xbb\xbf", id="byte order mark"),
        pytest.param(b"\xff\xfe", id="mark of UTF-16"),
        pytest.param(b"\0", id="one NUL"),
        pytest.param(b"okx\0", id="one NUL at the end"),
        pytest.param(b"okx = \xff\xfe\xfd\n", id="not UTF-8"),
        pytest.param("okx = 1\n".encode("utf-16")[:-1], id="half a character"),
        pytest.param(b"okx: \\ud800 \\x00 \\u0000 '\\ud800'\n", id="odd escapes"),
        pytest.param(b"\xf0\x9f\x94\x91 okx\n" * 3, id="beyond the first plane"),
    ],
)
def test_odd_content_is_clean(name: str, data: bytes, tmp_path: Path, run: Run) -> None:
    write_files(tmp_path, {name: data})
    result = run(tmp_path, "scan")
    assert (result.code, result.out) == (0, "")
    assert "error" not in result.err


@pytest.mark.parametrize(
    ("head", "line"),
    [
        pytest.param(b"# words" * 40 + b"\0\n", 2, id="NUL"),
        pytest.param("# ключ ключ ключ\n".encode() * 9 + b"# \xff\n", 11, id="invalid UTF-8"),
        pytest.param(b"# \xff\xff\xff\n", 2, id="no encoding at all"),
        pytest.param("# \ufffd\n".encode(), 2, id="replacement character"),
        pytest.param("# \u202ekey\u200b\n".encode(), 2, id="direction marks"),
    ],
)
def test_damage_elsewhere_loses_nothing(
    head: bytes, line: int, tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    write_files(tmp_path, {"m.env": head + credentials.key_line().encode()})
    assert places(scan_json(tmp_path)) == [f"m.env:{line}"]


def test_damaged_text_is_noted(tmp_path: Path, run: Run) -> None:
    write_files(tmp_path, {"m.txt": "okx ключ ключ ключ\n".encode() * 9 + b"\xff\n"})
    result = run(tmp_path, "scan")
    assert result.code == 0
    assert "okxguard: note: m.txt: holds bytes that are no text" in result.err


@pytest.mark.parametrize(
    "template",
    [
        pytest.param('{{"okx\\ud800": {{"passphrase": "{phrase}"}}}}', id="in a name"),
        pytest.param('{{"okx": {{"passphrase": "{phrase}\\ud800"}}}}', id="in a passphrase"),
        pytest.param('{{"okx": {{"okx_client_secret": "{phrase}\\ud800"}}}}', id="in a token"),
    ],
)
def test_half_a_surrogate_is_no_bug(
    template: str, tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    write_files(tmp_path, {"m.json": template.format(phrase=credentials.passphrase())})
    assert reasons(scan_json(tmp_path)) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows takes no such names")
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("a\nb.env", "a\\nb.env", id="newline"),
        pytest.param("a\rb.env", "a\\rb.env", id="carriage return"),
        pytest.param("\x1b[31mred.env", "\\x1b[31mred.env", id="escape sequence"),
        pytest.param("\x1b]0;title\x07.env", "\\x1b]0;title\\x07.env", id="window title"),
        pytest.param("bell\x07\x08\x7f.env", "bell\\x07\\x08\\x7f.env", id="bell and backspace"),
        pytest.param("\u202egnp.env", "\\u202egnp.env", id="direction"),
        pytest.param("zero\u200bwidth.env", "zero\\u200bwidth.env", id="zero width"),
        pytest.param("line\u2028end.env", "line\\u2028end.env", id="line separator"),
        pytest.param("c1\x9b31m.env", "c1\\x9b31m.env", id="C1 control"),
    ],
)
def test_control_characters_in_names_are_escaped(
    name: str, shown: str, tmp_path: Path, credentials: Credentials, run: Run, scan_json: ScanJson
) -> None:
    write_files(tmp_path, {name: f"{credentials.key_line()}# okxguard: ignore[OKX104]\n{credentials.key_line()}"})
    for arguments in (("-v",), ("-v", "--color", "always"), ("missing/" + name,)):
        result = run(tmp_path, "scan", *arguments)
        assert shown in result.out + result.err
        assert name not in result.out + result.err
    assert scan_json(tmp_path)["findings"][0]["path"] == name
