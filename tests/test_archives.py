"""What stands in archives and compressed files is found, whatever the format and whatever its members are called."""

from __future__ import annotations

import io
import random
import tarfile
import zipfile
from importlib import import_module
from pathlib import Path

import pytest

from okxguard.model import Skipped, Source
from okxguard.sources.compressed import can_unpack
from okxguard.sources.containers import Container
from tests.archives import COMPRESSED, FORMATS, MIB, expanded, gzip_of, places, tar_of, texts, zip_of
from tests.conftest import Credentials, Run, ScanJson, write_files

CLEAN = {"README": b"nothing here\n", "src/logo.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 200}


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
