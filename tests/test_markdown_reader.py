"""Markdown and its relatives: tables, blocks of code, front matter, lists and prose, below their headings."""

from __future__ import annotations

import pytest

from tests.conftest import Credentials
from tests.entries import entries_of, entries_with

NAMED = {
    "table": ("a.md", "## O\n\n| k | n |\n|---|---|\n| {} | x |\n", ("O", "[0]", "k")),
    "bare table": ("a.md", "k | n\n--- | ---\n`{}` | x\n", ("[0]", "k")),
    "table of names": ("a.md", "## O\n| what | it is |\n|:--|--:|\n| **k** | `{}` |\n", ("O", "it is", "k")),
    "table below a table": (
        "a.md",
        "| a | b |\n|---|---|\n| c | d |\n| n | k |\n|---|---|\n| y | {} |\n",
        ("[0]", "k"),
    ),
    "table in a list": ("a.md", "- x\n\n  | n | k |\n  |---|---|\n  | y | {} |\n", ("[0]", "k")),
    "grid": ("a.rst", "+---+---+\n| n | k |\n+===+===+\n| y | {} |\n+---+---+\n", ("[0]", "k")),
    "Python": ("a.md", "## O\n```python\nk = '{}'\n```\n", ("O", "k")),
    "doctest": ("a.md", "```pycon\n>>> k = '{}'\n>>> f(1)\n```\n", ("k",)),
    "YAML": ("a.md", "```yaml\na:\n  k: {}\n```\n", ("a", "k")),
    "JSON": ("a.md", '~~~json\n{{"a": {{"k": "{}"}}}}\n~~~\n', ("a", "k")),
    "TOML": ("a.md", "```toml\n[a]\nk = '{}'\n```\n", ("a", "k")),
    "settings": ("a.md", "```env\nk={}\n```\n", ("k",)),
    "guessed settings": ("a.md", "```\nk={}\n```\n", ("k",)),
    "guessed JSON": ("a.md", '```\n{{"a": {{"k": "{}"}}}}\n```\n', ("a", "k")),
    "XML": ("a.md", "```xml\n<a><k>{}</k></a>\n```\n", ("a", "k")),
    "SQL": ("a.md", "```sql\nINSERT INTO t (k) VALUES ('{}');\n```\n", ("t", "[0]", "k")),
    "titled": ("a.md", '```text title="a/.env"\nk={}\n```\n', ("k",)),
    "in a list": ("a.md", "1. x\n\n   ```yaml\n   a:\n     k: {}\n   ```\n", ("a", "k")),
    "in a quote": ("a.md", "> ```yaml\n> a:\n>   k: {}\n> ```\n", ("a", "k")),
    "no end": ("a.md", "```yaml\na:\n  k: {}\n", ("a", "k")),
    "fence in a fence": ("a.md", "````yaml\na: |\n  ```\nb:\n  k: {}\n````\n", ("b", "k")),
    "front": ("a.md", "---\na:\n  k: {}\n---\nx\n", ("a", "k")),
    "TOML front": ("a.md", "+++\n[a]\nk = '{}'\n+++\nx\n", ("a", "k")),
    "directive": ("a.rst", "O\n=\n\n.. code-block:: yaml\n\n   a:\n     k: {}\n\nx\n", ("a", "k")),
    "titled directive": ("a.rst", "Ooo\n===\n\n.. code-block:: yaml\n\n   k: {}\n\nx\n", ("Ooo", "k")),
    "listing": ("a.adoc", "== O\n\n[source,yaml]\n----\na:\n  k: {}\n----\n", ("O", "a", "k")),
    "table of AsciiDoc": ("a.adoc", "== O\n|===\n|n |k\n\n|y |{}\n|===\n", ("O", "[0]", "k")),
    "cells of AsciiDoc": ("a.adoc", '[cols="1,1"]\n|===\n|n\n|k\n\n|y\n|{}\n|===\n', ("[0]", "k")),
    "columns of AsciiDoc": ("a.adoc", "[%header,cols=2*]\n|===\n|n\n|k\n|y\n|`{}`\n|===\n", ("[0]", "k")),
    "table of MediaWiki": ("a.wiki", "{{|\n! n !! k\n|-\n| y || {}\n|}}\n", ("[0]", "k")),
    "styled cells": ("a.wiki", '{{| class="x"\n! style="a" | n !! k\n|-\n| width=2 | y || {}\n|}}\n', ("[0]", "k")),
    "table of Jira": ("a.txt", "h2. O\n||n||k||\n|y|{}|\n", ("[0]", "k")),
    "headings of rows": ("a.txt", "||n|1 2|\n||k|{}|\n", ("k",)),
    "table of org": ("a.org", "| n | k |\n|---+---|\n| y | ={}= |\n", ("[0]", "k")),
    "table of HTML": (
        "a.md",
        "## O\n<table>\n<tr><th>n</th>\n<th>k</th>\n\n<tr><td>y<td>{}</table>\n",
        ("O", "[0]", "k"),
    ),
    "substitution": ("a.rst", ".. |k| replace:: {}\n", ("k",)),
    "org": ("a.org", "* O\n#+BEGIN_SRC yaml\na:\n  k: {}\n#+END_SRC\n", ("O", "a", "k")),
    "label": ("a.md", "## O\n- k: {}\n", ("O", "k")),
    "bold label": ("a.md", "## O\n* **k**: `{}`\n", ("O", "k")),
    "bold label and sign": ("a.md", "- **k:** {}\n", ("k",)),
    "label without sign": ("a.md", "1. k `{}`\n", ("k",)),
    "defined": ("a.adoc", "k:: {}\n", ("k",)),
    "broken line": ("a.md", "k: {}<br>\n", ("k",)),
    "assignment in code marks": ("a.md", "Use `k={}`.\n", ("k",)),
    "code element": ("a.md", "The k is <code>{}</code>, fine\n", ("The k is",)),
}


@pytest.mark.parametrize(("path", "text", "key"), NAMED.values(), ids=NAMED)
@pytest.mark.parametrize("sign", ["", ",;)x", "|(z"])
def test_value_goes_by_its_name(
    path: str, text: str, key: tuple[str, ...], sign: str, credentials: Credentials
) -> None:
    value = credentials.passphrase()
    if sign and ("label" in text or text.startswith(("- **", "* **"))):
        value += sign
    filled = text.format(value)
    found = entries_with(path, filled, value)
    assert key in {entry.path for entry in found}
    assert {filled[entry.span.start : entry.span.end] for entry in found} == {value}


def test_text_between_blocks_keeps_its_heading(credentials: Credentials) -> None:
    value = credentials.passphrase()
    text = f"## O\n\n```yaml\na: 1\n```\n\nk: {value}\n"
    assert ("O", "k") in {entry.path for entry in entries_with("a.md", text, value)}


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "```\n",
            "~~~\n",
            "|---\n",
            "a|b\n---|---\n",
            "`",
            "``",
            "* ",
            "> ",
            "+--+\n",
            "[source]\n----\n",
            "k: `a` ",
            "#",
        ),
        *("|===\n", "{|\n", "||a|b|\n", "<table>\n", "||a||\n|===\n", "|a", "| a=b | "),
    ],
)
def test_hostile_text_ends(piece: str) -> None:
    entries_of("a.md", "# a\n" + piece * 40_000)
