"""What is read outside a git work tree, in which encodings, and how places are shown."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

import pytest

from tests.conftest import Credentials, Run, ScanJson, write_files

READ_FILES = [
    ".env",
    ".hidden/deep/.env.local",
    ".idea/workspace.xml",
    "build/lib/settings.py",
    "dist/bundle.js",
    "node_modules/bot/config.ini",
    "logs/app.log",
    "conf.yml~",
    "conf.properties.bak",
    "settings.py.orig",
    "with blank/c d.env",
    "no_ending",
    "параметры/ключи.env",
]


@pytest.mark.parametrize("name", READ_FILES)
def test_file_is_read_wherever_it_stands(
    name: str, tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    write_files(tmp_path, {name: f'OKX_API_KEY = "{credentials.key()}"\n'})
    report = scan_json(tmp_path)
    assert [finding["path"] for finding in report["findings"]] == [name]


def test_every_file_is_counted(tmp_path: Path, credentials: Credentials, scan_json: ScanJson) -> None:
    texts = {"a.env": credentials.key_line(), "b.txt": "nothing\n", "c/empty.txt": "", "d.md": "# title\n"}
    write_files(tmp_path, texts)
    summary = scan_json(tmp_path)["summary"]
    assert (summary["files"], summary["bytes"]) == (4, sum(map(len, texts.values())))


BINARY_HEADS = {
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff\xe0",
    "gif": b"GIF89a\x01\x00\x01\x00\x80",
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "7z": b"7z\xbc\xaf\x27\x1c",
    "rar": b"Rar!\x1a\x07",
    "elf": b"\x7fELF\x02\x01\x01",
    "sqlite": b"SQLite format 3\x00",
    "font": b"wOF2\x00\x01\x00\x00",
    "controls": bytes(range(32)) * 8,
}


@pytest.mark.parametrize("head", BINARY_HEADS.values(), ids=BINARY_HEADS.keys())
def test_binary_file_is_skipped_and_counted(
    head: bytes, tmp_path: Path, credentials: Credentials, run: Run, scan_json: ScanJson
) -> None:
    write_files(tmp_path, {"file.bin": head + credentials.key_line().encode()})
    assert run(tmp_path, "scan").code == 0
    summary = scan_json(tmp_path)["summary"]
    assert (summary["files"], summary["skipped"], summary["errors"]) == (0, 1, 0)


@pytest.mark.parametrize("head", ["BZh", "RIFF", "ID3", "MZ", "PK", "%!", "#\x0c"])
def test_text_that_begins_like_a_binary_is_read(
    head: str, tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    write_files(tmp_path, {"notes.txt": f"{head} notes\n{credentials.key_line()}"})
    assert [finding["line"] for finding in scan_json(tmp_path)["findings"]] == [2]


@pytest.mark.parametrize(
    ("encoding", "mark", "words"),
    [
        pytest.param("ascii", b"", "key", id="ascii"),
        pytest.param("utf-8", b"", "ключ 交易 é", id="utf-8"),
        pytest.param("utf-8", codecs.BOM_UTF8, "ключ 交易 é", id="utf-8 with mark"),
        pytest.param("utf-8", b"", "🔑 ключ", id="utf-8 beyond the first plane"),
        pytest.param("utf-16-le", codecs.BOM_UTF16_LE, "ключ", id="utf-16-le with mark"),
        pytest.param("utf-16-be", codecs.BOM_UTF16_BE, "ключ", id="utf-16-be with mark"),
        pytest.param("utf-16-le", b"", "ключ", id="utf-16-le"),
        pytest.param("utf-16-be", b"", "密钥", id="utf-16-be"),
        pytest.param("utf-16-le", codecs.BOM_UTF16_LE, "🔑", id="utf-16 beyond the first plane"),
        pytest.param("utf-32-le", codecs.BOM_UTF32_LE, "ключ", id="utf-32-le with mark"),
        pytest.param("gbk", b"", "交易所密钥", id="gbk"),
        pytest.param("gb18030", b"", "交易所的密钥", id="gb18030"),
        pytest.param("latin-1", b"", "clé", id="latin-1"),
        pytest.param("cp1252", b"", "clé à 5 €", id="cp1252"),
        pytest.param("cp1251", b"", "мой ключ", id="cp1251"),
        pytest.param("latin-1", b"", "clés privées", id="latin-1 like gbk"),
        pytest.param("cp1251", b"", "ключ", id="cp1251 like gbk"),
    ],
)
def test_place_is_exact_in_every_encoding(
    encoding: str, mark: bytes, words: str, tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    key = credentials.key()
    line = f"{words}: okx_api_key = {key}"
    write_files(tmp_path, {"notes.txt": mark + f"# {words}\n{line}\n".encode(encoding)})
    (finding,) = scan_json(tmp_path)["findings"]
    column = line.index(key) + 1
    assert (finding["line"], finding["column"], finding["end_column"]) == (2, column, column + len(key))


@pytest.mark.parametrize(
    ("head", "line"),
    [
        pytest.param("a\nb\n", 3, id="LF"),
        pytest.param("a\r\nb\r\n", 3, id="CRLF"),
        pytest.param("a\rb\r", 3, id="CR"),
        pytest.param("a\r\nb\rc\n", 4, id="mixed"),
        pytest.param("a\x0cb\x0bc\x85d\u2028e\n", 2, id="only LF and CR end a line"),
    ],
)
@pytest.mark.parametrize("name", ["notes.txt", "conf.ini", "bot.py", "conf.yml", ".env"])
def test_line_is_exact_for_every_line_end(
    name: str, head: str, line: int, tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    commented = head.replace("a", "# a", 1).replace("b", "# b", 1).replace("c", "# c", 1)
    end = "\r\n" if "\r\n" in head else head[-1]
    separator = ": " if name == "conf.yml" else "="
    write_files(tmp_path, {name: f'{commented}okx_api_key{separator}"{credentials.key()}"{end}'})
    (finding,) = scan_json(tmp_path)["findings"]
    assert (finding["line"], finding["column"]) == (line, 13 + len(separator))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param((), ["sub/in/.env", "top.env"], id="default"),
        pytest.param((".",), ["sub/in/.env", "top.env"], id="here"),
        pytest.param(("sub",), ["sub/in/.env"], id="folder"),
        pytest.param(("sub/",), ["sub/in/.env"], id="folder with a slash"),
        pytest.param(("sub/in/.env",), ["sub/in/.env"], id="file"),
        pytest.param(("./sub/../sub/in",), ["sub/in/.env"], id="folder with detours"),
        pytest.param(("{here}",), ["sub/in/.env", "top.env"], id="absolute folder"),
        pytest.param(("{here}/sub",), ["in/.env"], id="absolute folder further down"),
        pytest.param(("{here}/sub/in/.env",), [".env"], id="absolute file"),
        pytest.param(("{here}/sub", "{here}/top.env"), ["sub/in/.env", "top.env"], id="absolute paths"),
        pytest.param(("top.env", "sub"), ["sub/in/.env", "top.env"], id="several paths"),
        pytest.param(("top.env", "./top.env", ".", "{here}/top.env"), ["sub/in/.env", "top.env"], id="named twice"),
        pytest.param(("sub", "sub/in", "sub/in/.env"), ["sub/in/.env"], id="within each other"),
    ],
)
def test_paths_are_relative_to_the_scan_root(
    arguments: tuple[str, ...], expected: list[str], tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    write_files(tmp_path, {"top.env": credentials.key_line(), "sub/in/.env": credentials.key_line()})
    report = scan_json(tmp_path, *(argument.format(here=tmp_path) for argument in arguments))
    assert [finding["path"] for finding in report["findings"]] == expected
    assert report["summary"]["files"] == len(expected)


def test_paths_outside_the_current_folder_are_relative_to_the_named_one(
    tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    write_files(tmp_path, {"other/conf/.env": credentials.key_line(), "here/x.txt": ""})
    report = scan_json(tmp_path / "here", "../other")
    assert [finding["path"] for finding in report["findings"]] == ["conf/.env"]


@pytest.mark.parametrize("path", ["link", "link.env"])
def test_named_symlink_is_followed_and_a_found_one_is_not(
    path: str, tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    write_files(tmp_path, {"elsewhere/a.env": credentials.key_line(), "here/b.txt": "nothing\n"})
    (tmp_path / "here/link").symlink_to("../elsewhere")
    (tmp_path / "here/link.env").symlink_to("../elsewhere/a.env")
    assert len(scan_json(tmp_path / "here", path)["findings"]) == 1
    assert scan_json(tmp_path / "here")["findings"] == []


def test_name_that_begins_with_two_dots_is_inside(
    tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    write_files(tmp_path, {"..bot/.env": credentials.key_line()})
    report = scan_json(tmp_path, "..bot")
    assert [finding["path"] for finding in report["findings"]] == ["..bot/.env"]


def test_order_of_paths_changes_nothing(tmp_path: Path, credentials: Credentials, run: Run) -> None:
    files = {f"{folder}/{name}": credentials.dotenv() for folder in "cab" for name in ("z.env", ".env")}
    write_files(tmp_path, files)
    assert run(tmp_path, "scan", "a", "b", "c") == run(tmp_path, "scan", "c", "b", "a")


class TestSymlinks:
    """A link is never followed; what it leads to is read where it stands."""

    @pytest.fixture
    def tree(self, tmp_path: Path, credentials: Credentials) -> Path:
        write_files(tmp_path, {"root/real/.env": credentials.key_line(), "outside/.env": credentials.key_line()})
        return tmp_path / "root"

    @pytest.mark.parametrize(
        "target",
        [
            pytest.param("real/.env", id="file inside"),
            pytest.param("real", id="folder inside"),
            pytest.param("../outside/.env", id="file outside"),
            pytest.param("../outside", id="folder outside"),
            pytest.param("missing", id="broken"),
            pytest.param("link", id="to itself"),
            pytest.param(".", id="to its own folder"),
        ],
    )
    def test_link_is_skipped_and_counted(self, target: str, tree: Path, scan_json: ScanJson) -> None:
        (tree / "link").symlink_to(target)
        report = scan_json(tree)
        assert [finding["path"] for finding in report["findings"]] == ["real/.env"]
        assert (report["summary"]["skipped"], report["errors"]) == (1, [])

    def test_broken_link_is_noted(self, tree: Path, scan_json: ScanJson) -> None:
        (tree / "link").symlink_to("missing")
        assert [note["path"] for note in scan_json(tree)["notes"]] == ["link"]

    @pytest.mark.parametrize(
        ("target", "path"),
        [
            pytest.param("../outside/.env", "link", id="file"),
            pytest.param("../outside", "link/.env", id="folder"),
        ],
    )
    def test_link_that_is_named_is_read(self, target: str, path: str, tree: Path, scan_json: ScanJson) -> None:
        (tree / "link").symlink_to(target)
        assert [finding["path"] for finding in scan_json(tree, "link")["findings"]] == [path]


class TestStandardInput:
    def test_findings_are_shown_at_a_dash(self, tmp_path: Path, credentials: Credentials, run: Run) -> None:
        result = run(tmp_path, "scan", "-", stdin=credentials.dotenv().encode())
        assert (result.code, result.out.partition(" ")[0]) == (1, "-:1:13:")

    @pytest.mark.parametrize(
        ("data", "files", "skipped"),
        [
            pytest.param(b"", 1, 0, id="empty"),
            pytest.param(b"hello\n", 1, 0, id="text"),
            pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0", 0, 1, id="picture"),
        ],
    )
    def test_clean_input_is_counted(
        self, data: bytes, files: int, skipped: int, tmp_path: Path, scan_json: ScanJson
    ) -> None:
        summary = scan_json(tmp_path, "-", stdin=data)["summary"]
        assert (summary["files"], summary["skipped"], summary["errors"]) == (files, skipped, 0)

    def test_utf_16_is_read(self, tmp_path: Path, credentials: Credentials, run: Run) -> None:
        assert run(tmp_path, "scan", "-", stdin=credentials.dotenv().encode("utf-16")).code == 1

    def test_nothing_else_may_be_named(self, tmp_path: Path, credentials: Credentials, run: Run) -> None:
        write_files(tmp_path, {".env": credentials.key_line()})
        result = run(tmp_path, "scan", "-", ".env", stdin=credentials.key_line().encode())
        assert (result.code, result.out) == (2, "")


def test_name_that_is_no_text_is_escaped(tmp_path: Path, credentials: Credentials, run: Run) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9.env"
    try:
        with open(name, "wb") as stream:
            stream.write(credentials.key_line().encode())
    except OSError:
        pytest.skip("the file system takes names in UTF-8 only")
    result = run(tmp_path, "scan")
    assert (result.code, result.out.partition(":")[0]) == (1, "caf\\xe9.env")


def test_two_runs_print_the_same(tmp_path: Path, credentials: Credentials, run: Run) -> None:
    names = [f"{folder}{name}" for folder in ("", "b/", "a/b/") for name in (".env", "x.py", "c.yml", "d.json")]
    write_files(tmp_path, {name: credentials.dotenv() for name in names})
    write_files(tmp_path, {"broken.json": '{"okx": ', "picture.png": b"\x89PNG\r\n\x1a\n"})
    (tmp_path / "link").symlink_to("missing")
    for arguments in (("scan", "-v"), ("scan", "--format", "json")):
        first, second = run(tmp_path, *arguments), run(tmp_path, *arguments)
        assert (first.code, first.out, _untimed(first.err)) == (second.code, second.out, _untimed(second.err))


def _untimed(told: str) -> str:
    """Return what is said without the seconds that a run took, which come last."""
    return told.partition("okxguard: where the time went")[0]


@pytest.mark.parametrize(
    "beginning", ["OggS = 1", "GIF89a", "%PDF-1.7", "wOFF", "SQLite format 3", "Rar! it is", "fLaC"]
)
def test_text_that_begins_like_a_binary_file_is_read(
    beginning: str, tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    write_files(tmp_path, {"bot.env": f"{beginning}\n{credentials.key_line()}"})
    assert [finding["rule"] for finding in scan_json(tmp_path)["findings"]] == ["OKX104"]
