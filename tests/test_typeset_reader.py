"""TeX, RTF, cards and calendars: what a reader of the page sees, at the place where it is written."""

from __future__ import annotations

import pytest

from tests.conftest import Credentials
from tests.entries import entries_of, entries_with

NAMED = {
    "command": ("a.tex", "\\newcommand{\\kk}{SLOT}\n"),
    "bare command": ("a.tex", "\\renewcommand*\\kk[0]{SLOT}\n"),
    "definition": ("a.sty", "\\def\\kk{SLOT}\n"),
    "table": ("a.tex", "\\begin{tabular}{ll}\nkk & SLOT \\\\\n\\end{tabular}\n"),
    "style": ("a.tex", "\\textbf{kk}: \\texttt{SLOT}\\\\\n"),
    "verbatim": ("a.tex", "kk: \\verb|SLOT|\n"),
    "item": ("a.tex", "\\item[kk] SLOT\n"),
    "bibliography": ("a.bib", "@misc{x,\n  kk = {SLOT},\n}\n"),
    "rich paragraph": ("a.rtf", "{\\rtf1\\ansi\\f0 {\\b kk:} SLOT\\par}\n"),
    "rich row": ("a.rtf", "{\\rtf1 \\trowd\\intbl kk\\cell SLOT\\cell\\row}\n"),
    "rich text by content": ("notes", "{\\rtf1 kk: SLOT\\par}\n"),
    "card": ("a.vcf", "BEGIN:VCARD\nNOTE:a: b\\nkk: SLOT\nEND:VCARD\n"),
    "field of a card": ("a.vcf", "BEGIN:VCARD\nkk:SLOT\nEND:VCARD\n"),
    "folded event": ("a.ics", "DESCRIPTION:some wor\n ds\\nkk: SLOT\n"),
}


@pytest.mark.parametrize(("path", "text"), NAMED.values(), ids=NAMED)
def test_value_goes_by_its_name(path: str, text: str, credentials: Credentials) -> None:
    value = credentials.passphrase()
    filled = text.replace("SLOT", value)
    found = entries_with(path, filled, value)
    assert "kk" in {entry.path[-1] for entry in found}
    assert {filled[entry.span.start : entry.span.end] for entry in found} == {value}


WRITTEN = {
    "signs in TeX": ("a.tex", "kk: a\\#b\\_9\\%\\$z\\\\\n", "a#b_9%$z"),
    "octet": ("a.rtf", "{\\rtf1 kk: a\\'e4b9z\\par}", "aäb9z"),
    "code": ("a.rtf", "{\\rtf1 kk: a\\u228?b9z\\par}", "aäb9z"),
    "braces in RTF": ("a.rtf", "{\\rtf1 kk: a\\{b9\\}z\\par}", "a{b9}z"),
    "comma in a card": ("a.vcf", "kk:a\\,b\\;9z\n", "a,b;9z"),
    "folded card": ("a.vcf", "kk:aB\n 9z\n", "aB9z"),
}


@pytest.mark.parametrize(("path", "text", "value"), WRITTEN.values(), ids=WRITTEN)
def test_control_sequences_are_resolved(path: str, text: str, value: str) -> None:
    assert value in {entry.value for entry in entries_of(path, text) if entry.path[-1] == "kk"}


@pytest.mark.parametrize("path", ["a.tex", "a.rtf", "a.ics"])
@pytest.mark.parametrize(
    "piece", ["\\", "{", "\\verb|", "\\item[", "\\u", "\\'", "\n ", "\\newcommand{", "a & ", "\\["]
)
def test_hostile_text_ends(path: str, piece: str) -> None:
    entries_of(path, "k: 1\n" + piece * 20_000)
