"""What stands in archives and compressed files is found, whatever the format, and nothing in them does harm."""

from __future__ import annotations

import bz2
import io
import lzma
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okxguard.model import FileError, Note, Skipped, Source
from okxguard.sources.archive import Item, Limits, expand
from okxguard.sources.compressed import can_unpack
from okxguard.sources.containers import Container
from tests.archives import COMPRESSED, FORMATS, Files, gzip_of, streamed_zip_of, tar_of, zip_of
from tests.conftest import Credentials, Run, ScanJson, write_files

MIB = 1 << 20
CLEAN = {"README": b"nothing here\n", "src/logo.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 200}


def expanded(data: bytes, limits: Limits | None = None, name: str = "a.bin") -> list[Item]:
    return list(expand([Source("file", name, data, name)], limits=limits))


def texts(items: list[Item]) -> dict[str, bytes]:
    return {item.path: item.data for item in items if isinstance(item, Source)}


def errors(items: list[Item]) -> list[tuple[str, str]]:
    return [(item.path, item.reason) for item in items if isinstance(item, FileError)]


def places(report: Any) -> list[str]:
    return [f"{finding['path']}:{finding['line']}" for finding in report["findings"]]


@pytest.mark.parametrize("name", FORMATS)
def test_member_of_an_archive_is_scanned(
    name: str, tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    files = {**CLEAN, "conf/.env": b"\n\n" + credentials.key_line().encode()}
    write_files(tmp_path, {f"backup/{name}": FORMATS[name](files)})
    report = scan_json(tmp_path)
    assert places(report) == [f"backup/{name}!conf/.env:3"]
    summary = report["summary"]
    assert (summary["files"], summary["skipped"], summary["errors"], report["notes"]) == (2, 1, 0, [])


@pytest.mark.parametrize("ending", COMPRESSED)
@pytest.mark.parametrize("name", [".env", "bot.log", "settings.py"])
def test_compressed_file_is_scanned_under_its_own_name(
    name: str, ending: str, tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    text = f"a = 1\nOKX_API_KEY = '{credentials.key()}'\n".encode()
    write_files(tmp_path, {f"{name}.{ending}": COMPRESSED[ending](text)})
    report = scan_json(tmp_path)
    assert places(report) == [f"{name}.{ending}!{name}:2"]
    assert (report["summary"]["files"], report["summary"]["bytes"]) == (1, len(text))


@pytest.mark.parametrize("ending", COMPRESSED)
def test_all_streams_of_a_compressed_file_are_read(ending: str) -> None:
    pack = COMPRESSED[ending]
    data = pack(b"one\n") + pack(b"") + pack(b"two\n") + bytes(8)
    (item,) = expanded(data, name=f"a.log.{ending}")
    assert (item.path, isinstance(item, Source) and item.data) == (f"a.log.{ending}!a.log", b"one\ntwo\n")


def test_nested_archives_are_opened_and_shown(tmp_path: Path, credentials: Credentials, scan_json: ScanJson) -> None:
    line = credentials.key_line().encode()
    inner = tar_of({"c.env": line, "d.env.gz": gzip_of(line)})
    write_files(tmp_path, {"a.zip": zip_of({"x/b.tar": inner, "y/b.tgz": gzip_of(inner)})})
    assert places(scan_json(tmp_path)) == [
        "a.zip!x/b.tar!c.env:1",
        "a.zip!x/b.tar!d.env.gz!d.env:1",
        "a.zip!y/b.tgz!c.env:1",
        "a.zip!y/b.tgz!d.env.gz!d.env:1",
    ]


def test_archive_from_standard_input_is_opened(tmp_path: Path, credentials: Credentials, scan_json: ScanJson) -> None:
    report = scan_json(tmp_path, "-", stdin=zip_of({"a.env": credentials.key_line().encode()}))
    assert places(report) == ["-!a.env:1"]


def test_path_of_a_member_is_evidence_like_any_other(
    tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    text = f"api_key = '{credentials.key()}'\nsecret_key = '{credentials.secret()}'\n".encode()
    write_files(tmp_path, {"a.zip": zip_of({"okx/conf.py": text}), "b.zip": zip_of({"tests/okx.py": text})})
    assert [(each["path"], each["confidence"]) for each in scan_json(tmp_path)["findings"]] == [
        ("a.zip!okx/conf.py", "high"),
        ("b.zip!tests/okx.py", "medium"),
    ]


def test_large_archive_is_read_to_its_end(tmp_path: Path, credentials: Credentials, scan_json: ScanJson) -> None:
    noise = random.Random(1).randbytes(2 * MIB)
    write_files(tmp_path, {"a.zip": zip_of({"noise.bin": noise, "z.env": credentials.key_line().encode()})})
    assert places(scan_json(tmp_path)) == ["a.zip!z.env:1"]


def test_member_may_be_excluded_by_config(tmp_path: Path, credentials: Credentials, scan_json: ScanJson) -> None:
    line = credentials.key_line().encode()
    archive = zip_of({"fixtures/a.env": line, "/../fixtures/b.env": line, "c.env": line})
    write_files(tmp_path, {"okxguard.toml": 'exclude = ["/a.zip!fixtures/", "/fixtures/"]\n', "a.zip": archive})
    report = scan_json(tmp_path)
    assert places(report) == ["a.zip!/../fixtures/b.env:1", "a.zip!c.env:1"]
    assert report["summary"]["skipped"] == 1


def test_other_archives_are_skipped_and_say_so(tmp_path: Path, run: Run) -> None:
    write_files(tmp_path, {"a.7z": b"7z\xbc\xaf\x27\x1c\0\4" + bytes(90), "b.rar": b"Rar!\x1a\x07\x01\0" + bytes(90)})
    result = run(tmp_path, "scan", "-v")
    assert result.code == 0
    assert "a.7z: skipped (7z archive, which is not opened)" in result.err
    assert "b.rar: skipped (rar archive, which is not opened)" in result.err


def test_zstd_is_read_or_skipped(tmp_path: Path, scan_json: ScanJson, credentials: Credentials) -> None:
    zstd = import_module("compression.zstd") if can_unpack(Container.ZSTD) else None
    data = zstd.compress(credentials.key_line().encode()) if zstd else b"(\xb5/\xfd" + bytes(50)
    write_files(tmp_path, {"a.env.zst": data})
    report = scan_json(tmp_path)
    assert (places(report), report["summary"]["skipped"]) == ((["a.env.zst!a.env:1"], 0) if zstd else ([], 1))


# Names that would be trouble if anything were written to disk, or printed as they are.
NAMES = {
    "../../../etc/passwd": "../../../etc/passwd",
    "/etc/passwd": "/etc/passwd",
    "C:/boot.ini": "C:/boot.ini",
    "a\\b\\c.env": "a/b/c.env",
    "a\nb\x1b[31m.env": "a\nb\x1b[31m.env",
    "a!b.env": "a!b.env",
    "x" * 5000 + ".env": "…" + "x" * 4092 + ".env",
}


@pytest.mark.parametrize(("name", "shown"), NAMES.items(), ids=range(len(NAMES)))
def test_strange_names_do_no_harm(name: str, shown: str, tmp_path: Path, credentials: Credentials, run: Run) -> None:
    line = credentials.key_line().encode()
    write_files(tmp_path, {"in/a.zip": zip_of({name: line}), "in/b.tar": tar_of({name: line})})
    result = run(tmp_path / "in", "scan")
    assert result.code == 1
    assert result.out.count(" OKX104 ") == 2
    assert "\x1b" not in result.out
    assert {path.name for path in tmp_path.rglob("*")} == {"in", "a.zip", "b.tar"}
    assert [*texts(expanded(zip_of({name: line}), name="a"))] == [f"a!{shown}"]


def test_names_in_other_encodings_are_shown() -> None:
    name = "密钥".encode("gbk") + b".env"
    archive = tar_of({"xxxx.env": b"1"}).replace(b"xxxx.env", name)
    header = archive[:148] + b" " * 8 + archive[156:512]
    archive = archive[:148] + b"%06o\0 " % sum(header) + archive[156:]
    (item,) = expanded(archive)
    assert item.path.encode().endswith(b".env")
    (item,) = expanded(zip_of({"xxxx.env": b"1"}).replace(b"xxxx.env", name))
    assert item.path.encode().endswith(b".env")


def test_members_of_one_name_are_all_scanned() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.env", b"one")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.env", b"two")
    assert [item.data for item in expanded(stream.getvalue()) if isinstance(item, Source)] == [b"one", b"two"]


def test_links_and_devices_are_skipped_and_counted() -> None:
    stream = io.BytesIO()
    kinds = {
        tarfile.SYMTYPE: "symlink",
        tarfile.LNKTYPE: "hard link",
        tarfile.CHRTYPE: "device",
        tarfile.FIFOTYPE: "pipe",
    }
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for kind in (*kinds, tarfile.DIRTYPE):
            info = tarfile.TarInfo(f"member{kind.decode()}")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    items = expanded(stream.getvalue())
    assert [item.reason for item in items if isinstance(item, Skipped)] == list(kinds.values())
    assert len(items) == len(kinds)


def test_symlink_in_zip_is_skipped() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("folder/", "")
    (item,) = expanded(stream.getvalue())
    assert item == Skipped("a.bin!link", "symlink")


def with_flag(archive: bytes, flag: int) -> bytes:
    """Set a flag of the only member, in its header and in the directory."""
    entry = archive.index(b"PK\x01\x02")
    changed = bytearray(archive)
    changed[6] |= flag
    changed[entry + 8] |= flag
    return bytes(changed)


def with_method(archive: bytes, method: int) -> bytes:
    entry = archive.index(b"PK\x01\x02")
    changed = bytearray(archive)
    changed[8] = changed[entry + 10] = method
    return bytes(changed)


def with_crc(archive: bytes) -> bytes:
    entry = archive.index(b"PK\x01\x02")
    return archive[: entry + 16] + b"\1\2\3\4" + archive[entry + 20 :]


LINE = b"some line of text\n"
TROUBLE: dict[str, tuple[bytes, str, str, bool]] = {
    "encrypted": (with_flag(zip_of({"a.env": LINE}), 1), "a!a.env", "is encrypted", False),
    "unknown method": (with_method(zip_of({"a.env": LINE}), 97), "a!a.env", "by a method that cannot be read", False),
    "wrong checksum": (with_crc(zip_of({"a.env": LINE})), "a!a.env", "is damaged", True),
    "no directory": (zip_of({"a.env": LINE})[:-40], "a", "is damaged or cut off", True),
    "no directory, sizes behind": (streamed_zip_of({"a.env": LINE})[:-40], "a", "is damaged or cut off", True),
    "gzip with a wrong checksum": (gzip_of(LINE)[:-8] + bytes(8), "a!a", "is damaged", True),
    "gzip cut off": (gzip_of(LINE)[:-4], "a!a", "is cut off", True),
    "gzip and more": (gzip_of(LINE) + b"more", "a!a", "bytes after its end", True),
    "bzip2 and more": (bz2.compress(LINE) + b"more", "a!a", "bytes after its end", True),
    "xz cut off": (lzma.compress(LINE)[:-4], "a!a", "is cut off", True),
    "tar cut off": (tar_of({"a.env": LINE * 99})[:1000], "a!a.env", "is cut off", True),
    "tar with a damaged header": (
        tar_of({"x.env": b"1", "y.env": LINE, "a.env": LINE}).replace(b"y.env", b"z.env", 1),
        "a",
        "is damaged",
        True,
    ),
}


@pytest.mark.parametrize(("data", "path", "words", "is_read"), TROUBLE.values(), ids=TROUBLE.keys())
def test_trouble_is_an_error_that_names_the_member(data: bytes, path: str, words: str, is_read: bool) -> None:
    items = expanded(data, name="a")
    assert [(where, words in why) for where, why in errors(items)] == [(path, True)]
    assert any(text.startswith(LINE) for text in texts(items).values()) == is_read


def test_incomplete_archive_gives_exit_code_2_and_the_findings(
    tmp_path: Path, credentials: Credentials, run: Run
) -> None:
    line = credentials.key_line().encode()
    write_files(tmp_path, {"a.zip": zip_of({"a.env": line, "b.env": line * 50})[:-150], "c.env": line})
    result = run(tmp_path, "scan")
    assert result.code == 2
    assert result.out.count("a.zip!a.env:1:13: OKX104") == 1
    assert "okxguard: error: a.zip: is damaged or cut off" in result.err


def test_many_errors_of_one_archive_are_counted() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(100):
            archive.writestr(f"{number}", LINE)
    data = bytearray(stream.getvalue())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 1)
    found = errors(expanded(bytes(data)))
    assert len(found) == 21
    assert found[-1] == ("a.bin", "holds 80 more members that cannot be read to their end")


def pages(text: bytes, count: int) -> dict[str, bytes]:
    return {f"{number}.txt": text for number in range(count)}


def nested(times: int) -> bytes:
    data = zip_of({"a.txt": LINE})
    for number in range(times - 1):
        data = zip_of({f"{number}.zip": data})
    return data


SMALL = Limits(depth=3, members=50, member=MIB, total=4 * MIB, ratio=20, free=2 * MIB)
BOMBS: dict[str, tuple[bytes, str]] = {
    "one large member": (zip_of({"a.txt": LINE * 100_000}), "a.bin!a.txt: unpacks to more than 1 MiB;"),
    "ratio": (zip_of(pages(b"x" * 900_000, 20)), "a.bin: unpacks to more than 20 times its size;"),
    "ratio, solid": (
        lzma.compress(tar_of(pages(b"x" * 900_000, 20))),
        "a.bin: unpacks to more than 20 times its size;",
    ),
    "all together": (
        zip_of(pages(random.Random(1).randbytes(450_000).hex().encode(), 8)),
        "a.bin: unpacks to more than 4 MiB;",
    ),
    "members": (zip_of(pages(b"x", 51)), "a.bin: holds more than 50 members;"),
    "members in tar": (tar_of(pages(b"x", 51)), "a.bin: holds more than 50 members;"),
    "members together": (zip_of(pages(zip_of(pages(b"x", 9)), 9)), "a.bin: holds more than 50 members;"),
    "depth": (nested(5), "a.bin!3.zip!2.zip!1.zip: is packed in more than 3 archives;"),
}


@pytest.mark.parametrize(("data", "said"), BOMBS.values(), ids=BOMBS.keys())
def test_limit_that_was_hit_is_an_error_that_says_which_one(data: bytes, said: str) -> None:
    items = expanded(data, SMALL)
    (error,) = [f"{path}: {reason}" for path, reason in errors(items)]
    assert error.startswith(said)
    assert "or exclude it by config" in error
    assert sum(map(len, texts(items).values())) <= 5 * MIB


def test_what_stands_before_a_limit_is_scanned() -> None:
    items = expanded(zip_of(pages(b"x", 60)), SMALL)
    assert len(texts(items)) == 50
    (text,) = texts(expanded(gzip_of(LINE * 200_000), SMALL)).values()
    assert text.startswith(LINE)


def quine() -> bytes:
    """Return an archive whose members all point to one body, the whole of the archive before the directory."""
    body = zlib.compress(b"PK\x03\x04" + bytes(1 << 20))[2:-4]
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(body), 1 << 20, 1, 0) + b"a"
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(body), 1 << 20, 1, 0, 0, 0, 0, 0, 0)
    directory = (entry + b"a") * 20_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 20_000, 20_000, len(directory), len(local + body), 0)
    return local + body + directory + end


def test_overlapping_members_end() -> None:
    assert errors(expanded(quine(), SMALL))


@pytest.mark.parametrize("name", FORMATS)
def test_every_cut_is_said_and_what_stands_before_it_is_read(name: str) -> None:
    files = {f"{number}.txt": random.Random(number).randbytes(300).hex().encode() for number in range(6)}
    whole = FORMATS[name](files)
    counts = []
    for end in range(600, len(whole), 10):
        items = expanded(whole[:end], name="a")
        complete = sum(text in files.values() for text in texts(items).values())
        counts.append(complete)
        assert complete == len(files) or errors(items) or [item for item in items if isinstance(item, Note)]
    assert counts == sorted(counts)


def _mutants(data: bytes, rng: random.Random) -> Iterator[bytes]:
    for _ in range(3):
        changed = bytearray(data)
        for _ in range(rng.randrange(1, 6)):
            at = rng.randrange(len(changed))
            action = rng.randrange(4)
            if action == 0:
                changed[at] ^= 1 << rng.randrange(8)
            elif action == 1:
                changed[at : at + 4] = rng.choice([b"\xff" * 4, bytes(4), b"\0\0\0\x80", rng.randbytes(4)])
            elif action == 2:
                del changed[at : at + rng.randrange(1, 20)]
            else:
                changed[at:at] = changed[rng.randrange(len(changed)) :][: rng.randrange(1, 200)]
        yield bytes(changed)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.sampled_from([*FORMATS, "xlsx", "docx", *COMPRESSED]), st.integers(0, 2**32))
def test_any_mutation_ends_in_items(name: str, seed: int) -> None:
    rng = random.Random(seed)
    make: Callable[[Files], bytes] = FORMATS.get(name, zip_of)
    files = {"a.env": LINE * 3, "b/c.txt": rng.randbytes(200).hex().encode(), "d.zip": zip_of({"e": LINE})}
    if name in ("xlsx", "docx"):
        files = WORKBOOK if name == "xlsx" else LETTER
    data = COMPRESSED[name](LINE * 20) if name in COMPRESSED else make(files)
    for mutant in _mutants(data, rng):
        for item in expanded(mutant, SMALL):
            assert not isinstance(item, Source) or len(item.data) <= SMALL.member or item.data == mutant


@pytest.mark.parametrize("name", FORMATS)
def test_no_value_reaches_any_output(name: str, tmp_path: Path, credentials: Credentials, run: Run) -> None:
    data = FORMATS[name]({"a/.env": credentials.dotenv().encode(), "b.json": credentials.dotenv().encode()})
    mutants = [mutant for seed in range(4) for mutant in _mutants(data, random.Random(seed))]
    write_files(tmp_path, {f"{number}.bin": mutant for number, mutant in enumerate([data, data[:-300], *mutants])})
    for form in ("text", "json"):
        result = run(tmp_path, "scan", "--format", form, "-v", "--min-confidence", "low")
        assert not [value for value in credentials.made if value in result.out + result.err]
        assert "bug in okxguard" not in result.err


def xml(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{body}'.encode()


def paragraph(*runs: str) -> str:
    return "<w:p>" + "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"


CONTENT_TYPES = {"[Content_Types].xml": xml("<Types/>")}
LETTER = {
    **CONTENT_TYPES,
    "word/document.xml": xml(
        f"<w:document><w:body>{paragraph('OKX')}{paragraph('api', ' key: ', 'K1')}<w:tbl><w:tr>"
        f"<w:tc>{paragraph('Secret key')}</w:tc><w:tc>{paragraph('S', '1')}</w:tc></w:tr></w:tbl></w:body></w:document>"
    ),
}
WORKBOOK = {
    **CONTENT_TYPES,
    "xl/worksheets/sheet1.xml": xml(
        '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>'
        '<row r="3"><c r="A3" t="inlineStr"><is><t>okx</t></is></c><c r="B3"><v>5</v></c>'
        '<c t="s"><v>2</v></c></row></sheetData></worksheet>'
    ),
    "xl/sharedStrings.xml": xml(
        "<sst><si><t>name</t></si><si><r><t>se</t></r><r><t>cret</t></r></si><si><t>a &quot;b&quot;</t></si>"
        "<si><t>forgotten</t></si></sst>"
    ),
}


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
