"""Tables: CSV and its relatives, named by header, by the first column, or by position."""

from __future__ import annotations

import pytest

from okxguard.kinds import Kind, kind_of
from tests.conftest import Credentials
from tests.entries import entries_of, entries_with

NAMED = {
    "commas": ("a.csv", "n,k\nx,{}\n", ("[0]", "k")),
    "second row": ("a.csv", "n,k\nx,y\nz,{}\n", ("[1]", "k")),
    "no line end": ("a.csv", "n,k\nx,{}", ("[0]", "k")),
    "semicolons": ("a.csv", "n;k;m\nx,1;{};y,2\n", ("[0]", "k")),
    "tabs": ("a.tsv", "n\tk\nx\t{}\n", ("[0]", "k")),
    "bars": ("a.psv", "n|k\nx|{}\n", ("[0]", "k")),
    "said": ("a.csv", "sep=;\nn;k\nx;{}\n", ("[0]", "k")),
    "quoted": ("a.csv", '"n","k"\n"x, y","{}"\n', ("[0]", "k")),
    "over lines": ("a.csv", 'n,k\n"x\ny ""z"",",{}\n', ("[0]", "k")),
    "stray quote": ("a.csv", 'n,k\n5" x,{}\n', ("[0]", "k")),
    "unclosed quote": ("a.csv", 'n,k\n"x,y\nz,{}\n', ("[1]", "k")),
    "byte order mark": ("a.csv", "\ufeffk,n\n{},x\n", ("[0]", "k")),
    "comment": ("a.csv", "# from y\nn,k\nx,{}\n", ("[0]", "k")),
    "commented header": ("a.csv", "#n,k\nx,{}\n", ("[0]", "k")),
    "no header": ("a.csv", "1,{}\n2,y\n", ("[0]", "[1]")),
    "first column": ("a.csv", "what,text\nk,{}\n", ("text", "k")),
    "columns of accounts": ("a.csv", "what,a,b\nk,y,{}\n", ("b", "k")),
}


@pytest.mark.parametrize(("path", "text", "key"), NAMED.values(), ids=NAMED)
def test_cell_goes_by_its_name(path: str, text: str, key: tuple[str, ...], credentials: Credentials) -> None:
    value = credentials.passphrase()
    filled = text.format(value)
    found = entries_with(path, filled, value)
    assert key in {entry.path for entry in found}
    filled = filled.lstrip("\ufeff")
    assert {filled[entry.span.start : entry.span.end] for entry in found} <= {value}


def test_doubled_quote_is_one(credentials: Credentials) -> None:
    value = credentials.passphrase()
    filled = f'n,k\nx,"{value}""z"\n'
    found = [entry for entry in entries_of("a.csv", filled) if entry.path[-1] == "k"]
    assert [entry.value for entry in found] == [value + '"z']
    assert [filled[entry.span.start : entry.span.end] for entry in found] == [value + '""z']


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a\tb\tc\n1\t2\t3\n", Kind.TABLE),
        ("name|key|pass\n1|2|3\n4|5|6\n", Kind.TABLE),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", Kind.MARKDOWN),
        ("Dear all, here, we\nare, fine\n", Kind.TEXT),
        ("a: 1\nb: 2\n", Kind.TEXT),
    ],
)
def test_table_is_told_by_its_first_lines(text: str, kind: Kind) -> None:
    assert kind_of("a.txt", text) is kind


@pytest.mark.parametrize("piece", [",", '"', '""', '",', "'", "\t", "a,", '"a', " ", "\n,", "a=b,"])
def test_hostile_text_ends(piece: str) -> None:
    entries_of("a.csv", "a,b\n" + piece * 60_000)
