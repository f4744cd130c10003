"""Notebooks: names flow between cells, every value stands where the file has it, and messages name the cell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Credentials, ScanJson, write_files
from tests.entries import entries_of, entries_with


def notebook(*cells: dict[str, Any], language: str = "python", indent: int | None = 1) -> str:
    tree = {"cells": list(cells), "metadata": {"kernelspec": {"language": language}}, "nbformat": 4}
    return json.dumps(tree, indent=indent)


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "source": source.splitlines(keepends=True), "outputs": list(outputs)}


def prose(source: str, kind: str = "markdown") -> dict[str, Any]:
    return {"cell_type": kind, "source": source.splitlines(keepends=True)}


def read(value: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    coloured = f"\x1b[0;31mk\x1b[0m = \x1b[32m'{value}'\x1b[0m"
    return {
        "cell": (notebook(code(f"a = 1\nk = '{value}'\n")), ("k",)),
        "one string": (notebook({"cell_type": "code", "source": f"a = 1\nk = '{value}'"}), ("k",)),
        "on one line": (notebook(code(f"k = '{value}'"), indent=None), ("k",)),
        "double quotes": (notebook(code(f'k = "{value}"')), ("k",)),
        "from another cell": (notebook(code(f"x = '{value}'"), code("f(k=x)")), ("f()#1", "k")),
        "beside a magic": (notebook(code(f"%matplotlib inline\nk = '{value}'")), ("k",)),
        "magic": (notebook(code(f"%env k={value}")), ("k",)),
        "shell": (notebook(code(f"!export k={value}")), ("k",)),
        "timed": (notebook(code(f"%%time\nk = '{value}'")), ("k",)),
        "written": (notebook(code(f"%%writefile .env\nk={value}\n")), ("k",)),
        "HTML": (notebook(code(f"%%html\n<input name='k' value='{value}'>")), ("k",)),
        "no Python": (notebook(code("a b c\nd e f\n" * 9), code(f"k = '{value}'")), ("k",)),
        "prose": (notebook(prose(f"# O\n\n- k: `{value}`")), ("O", "k")),
        "raw": (notebook(prose(f"k: {value}", "raw")), ("k",)),
        "output": (notebook(code("f()", {"output_type": "stream", "text": ["x\n", f"k: {value}\n"]})), ("k",)),
        "result": (notebook(code("f()", {"data": {"text/plain": [f"{{'k': '{value}'}}"]}})), ("k",)),
        "traceback": (notebook(code("f()", {"traceback": ["x", coloured]})), ("k",)),
        "metadata": (notebook({"cell_type": "code", "source": [], "metadata": {"k": value}}), ("k",)),
        "R": (notebook(code(f'k <- "{value}"'), language="R"), ("k",)),
    }


@pytest.mark.parametrize("shape", list(read("")))
def test_value_goes_by_its_name(shape: str, credentials: Credentials) -> None:
    value = credentials.passphrase()
    text, path = read(value)[shape]
    found = entries_with("a.ipynb", text, value)
    assert path in {entry.path[-len(path) :] for entry in found}
    assert {text[entry.span.start : entry.span.end] for entry in found} == {value}


@pytest.mark.parametrize("emoji", ["\U0001f600", "é", "\\\\", '"'])
def test_escapes_before_a_value_do_not_move_it(emoji: str, credentials: Credentials) -> None:
    value = credentials.passphrase()
    text = notebook(code(f"x = '''{emoji}\t''' ; k = '{value}'"))
    found = [entry for entry in entries_with("a.ipynb", text, value) if entry.path[-1] == "k"]
    assert {text[entry.span.start : entry.span.end] for entry in found} == {value}


def test_message_names_cell_and_line(tmp_path: Path, scan_json: ScanJson, credentials: Credentials) -> None:
    text = notebook(
        prose("# OKX"),
        code(f"import okx\n\nOKX_SECRET_KEY = '{credentials.secret()}'\n"),
        code("f()", {"output_type": "stream", "text": ["x\n", f"OKX_PASSPHRASE={credentials.passphrase()}\n"]}),
    )
    write_files(tmp_path, {"a.ipynb": text})
    findings = scan_json(tmp_path)["findings"]
    assert [finding["message"].partition(", in ")[2] for finding in findings] == ["cell 2, line 3"]
    lines = text.split("\n")
    places = [part["line"] for finding in findings for part in finding["parts"]]
    assert all(value in lines[line - 1] for line, value in zip(places, credentials.made, strict=True))


@pytest.mark.parametrize("piece", ['"\\n",', '"a",', '"\\u001b[0m",', '"%%bash\\n",', '"k=1",'])
def test_hostile_text_ends(piece: str) -> None:
    entries_of("a.ipynb", '{"cells": [{"cell_type": "code", "source": [' + piece * 30_000 + '""]}]}')
