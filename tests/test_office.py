"""Office documents are read by paragraphs and by rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.archives import CONTENT_TYPES, LETTER, SMALL, WORKBOOK, errors, expanded, paragraph, texts, xml, zip_of
from tests.conftest import Credentials, ScanJson, write_files


def test_word_document_is_read_by_paragraphs() -> None:
    found = texts(expanded(zip_of(LETTER), name="a.docx"))
    assert found["a.docx!word/document.xml"] == b"OKX\napi key: K1\nSecret key \tS1 \t\n"


def test_sheet_is_read_as_a_table_whose_lines_are_rows() -> None:
    found = texts(expanded(zip_of(WORKBOOK), name="a.xlsx"))
    assert found["a.xlsx!xl/worksheets/sheet1.xml"] == b'name\t\tsecret\n\nokx\t5\t"a ""b"""'
    assert found["a.xlsx!xl/sharedStrings.xml"] == b"forgotten"


def test_open_document_is_read_by_paragraphs() -> None:
    body = (
        "<office:text><text:h>OKX</text:h><text:p>api key:<text:tab/><text:span>K1</text:span></text:p>"
        "<table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
        "<table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></office:text>"
    )
    files = {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": xml(body)}
    found = texts(expanded(zip_of(files), name="a.odt"))
    assert found["a.odt!content.xml"] == b"OKX\napi key:\tK1\na \tb \t\n"


def test_slides_are_read_by_paragraphs() -> None:
    body = xml("<p:sld><a:p><a:r><a:t>OKX</a:t></a:r></a:p><a:p><a:r><a:t>key</a:t></a:r></a:p></p:sld>")
    found = texts(expanded(zip_of({**CONTENT_TYPES, "ppt/slides/slide1.xml": body}), name="a.pptx"))
    assert found["a.pptx!ppt/slides/slide1.xml"] == b"OKX\nkey\n"


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(b"<w:document><w:p><w:t>OKX", id="cut off"),
        pytest.param(
            b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><w:p><w:t>&b;</w:t></w:p>',
            id="entities",
        ),
        pytest.param(b"\0\1\2", id="no XML"),
    ],
)
def test_broken_office_xml_is_read_as_it_is(broken: bytes) -> None:
    files = {**LETTER, "word/document.xml": broken}
    assert texts(expanded(zip_of(files), name="a"))["a!word/document.xml"] == broken


def test_text_of_a_sheet_is_limited() -> None:
    row = '<row><c r="XFD1" t="s"><v>0</v></c></row>'
    files = {
        **CONTENT_TYPES,
        "xl/sharedStrings.xml": xml("<sst><si><t>" + "x" * 5000 + "</t></si></sst>"),
        "xl/worksheets/sheet1.xml": xml("<worksheet>" + row * 500 + "</worksheet>"),
    }
    items = expanded(zip_of(files), SMALL)
    ((path, why),) = errors(items)
    assert path == "a.bin!xl/worksheets/sheet1.xml"
    assert why.startswith("holds more text than is read of one member")


@pytest.mark.parametrize("name", ["okx.docx", "okx.xlsx"])
def test_credential_in_an_office_document_is_one_finding(
    name: str, tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    values = [credentials.key(), credentials.secret(), credentials.passphrase()]
    names = ["API key", "Secret key", "Passphrase"]
    if name.endswith("docx"):
        lines = (paragraph(f"{label}: ", value[:5], value[5:]) for label, value in zip(names, values, strict=True))
        files = {**CONTENT_TYPES, "word/document.xml": xml(f"<w:document>{''.join(lines)}</w:document>")}
    else:
        cells = "".join(
            f'<row><c t="s"><v>{number}</v></c><c t="s"><v>{number + 3}</v></c></row>' for number in range(3)
        )
        shared = "".join(f"<si><t>{text}</t></si>" for text in [*names, *values])
        files = {
            **CONTENT_TYPES,
            "xl/worksheets/sheet1.xml": xml(f"<worksheet>{cells}</worksheet>"),
            "xl/sharedStrings.xml": xml(f"<sst>{shared}</sst>"),
        }
    write_files(tmp_path, {name: zip_of(files)})
    (finding,) = scan_json(tmp_path)["findings"]
    assert [part["line"] for part in finding["parts"]] == [1, 2, 3]
