"""Input that is broken, hostile or out of reach: a clear sentence, the other findings, the right exit code."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from okxguard.sources import files
from tests.archives import places
from tests.conftest import Credentials, Run, ScanJson, is_root, write_files

MIB = 1 << 20


@pytest.fixture
def tree(tmp_path: Path, credentials: Credentials) -> Path:
    """A folder with a finding in `a.env` and in `z.env`; trouble comes in between."""
    write_files(tmp_path, {"a.env": credentials.key_line(), "z.env": credentials.key_line()})
    return tmp_path


def reasons(report: Any) -> list[tuple[str, str]]:
    """Return path and reason of every error of a JSON report."""
    return [(error["path"], error["reason"]) for error in report["errors"]]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        pytest.param("missing", "does not exist", id="missing"),
        pytest.param("missing/deeper/x.env", "does not exist", id="missing folder"),
        pytest.param("a.env/x", "does not exist", id="below a file"),
        pytest.param("broken", "broken symlink", id="broken symlink"),
        pytest.param("loop", "cannot be read", id="symlink to itself"),
        pytest.param("x" * 5000, "cannot be read", id="name too long"),
        pytest.param("empty", "empty: holds nothing to scan, which is no answer", id="empty folder"),
        pytest.param("fifo", "not a regular file", id="pipe"),
        pytest.param(os.devnull, "not a regular file", id="device"),
    ],
)
def test_named_path_that_cannot_be_scanned_is_an_error(path: str, words: str, tree: Path, run: Run) -> None:
    (tree / "empty").mkdir()
    (tree / "broken").symlink_to("nowhere")
    (tree / "loop").symlink_to("loop")
    os.mkfifo(tree / "fifo")
    result = run(tree, "scan", "a.env", path, "z.env")
    assert result.code == 2
    assert result.out.count(" OKX104 ") == 2
    assert words in result.err
    assert "1 could not be scanned: the answer is incomplete" in result.err


def test_pipe_in_a_folder_is_passed_by(tree: Path, run: Run, scan_json: ScanJson) -> None:
    os.mkfifo(tree / "m.env")
    assert run(tree, "scan").code == 1
    report = scan_json(tree)
    assert (places(report), report["summary"]["skipped"]) == (["a.env:1", "z.env:1"], 1)
    assert [note["path"] for note in report["notes"]] == ["m.env"]


def test_socket_in_a_folder_is_passed_by(tree: Path, scan_json: ScanJson, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.chdir(tree)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("m.env")
        report = scan_json(tree)
    assert (places(report), report["summary"]["skipped"]) == (["a.env:1", "z.env:1"], 1)


Call = Callable[..., Any]


def failing(name: str, original: Call, error: OSError) -> Call:
    """Return a system call that fails for paths that end in `name`."""

    def call(path: Any, *arguments: Any, **options: Any) -> Any:
        if isinstance(path, str) and os.path.basename(path) == name:
            raise error
        return original(path, *arguments, **options)

    return call


@pytest.mark.parametrize(
    ("error", "words"),
    [
        pytest.param(PermissionError(errno.EACCES, "denied"), "permission denied", id="not allowed"),
        pytest.param(FileNotFoundError(errno.ENOENT, "gone"), "vanished", id="vanished"),
        pytest.param(OSError(errno.EIO, "broken disk"), "cannot be read", id="broken disk"),
        pytest.param(OSError(errno.ELOOP, "a link by now"), "cannot be read", id="became a link"),
    ],
)
@pytest.mark.parametrize("call", ["open", "stat"])
@pytest.mark.parametrize("arguments", [(), ("a.env", "m.env", "z.env")], ids=["folder", "named"])
def test_file_that_cannot_be_opened_is_an_error(
    error: OSError,
    words: str,
    call: str,
    arguments: tuple[str, ...],
    tree: Path,
    scan_json: ScanJson,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if call == "stat" and arguments and isinstance(error, FileNotFoundError):
        pytest.skip("a named file that is not there is missing, it did not vanish")
    write_files(tree, {"m.env": "OKX_FLAG=1\n"})
    for each in ("stat", "lstat") if call == "stat" else (call,):
        monkeypatch.setattr(os, each, failing("m.env", getattr(os, each), error))
    report = scan_json(tree, *arguments)
    assert places(report) == ["a.env:1", "z.env:1"]
    ((path, reason),) = reasons(report)
    assert path == "m.env"
    assert words in reason


@pytest.mark.parametrize("good_reads", [0, 1, 2])
def test_file_that_breaks_off_is_an_error(
    good_reads: int, tree: Path, scan_json: ScanJson, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "m.env").write_bytes(b"OKX=1\n" * (MIB // 2))
    original, left = os.read, [good_reads]

    def read(descriptor: int, size: int) -> bytes:
        if os.fstat(descriptor).st_size > MIB:
            if left[0] == 0:
                raise OSError(errno.EIO, "broken disk")
            left[0] -= 1
        return original(descriptor, size)

    monkeypatch.setattr(os, "read", read)
    report = scan_json(tree)
    assert (places(report), [path for path, _ in reasons(report)]) == (["a.env:1", "z.env:1"], ["m.env"])


@pytest.mark.parametrize(
    ("error", "words"),
    [
        pytest.param(PermissionError(errno.EACCES, "denied"), "permission denied", id="not allowed"),
        pytest.param(FileNotFoundError(errno.ENOENT, "gone"), "cannot be listed", id="vanished"),
    ],
)
@pytest.mark.parametrize("arguments", [(), ("m", ".")], ids=["folder", "named"])
def test_folder_that_cannot_be_listed_is_an_error(
    error: OSError,
    words: str,
    arguments: tuple[str, ...],
    tree: Path,
    scan_json: ScanJson,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_files(tree, {"m/x.env": "OKX_FLAG=1\n"})
    monkeypatch.setattr(os, "scandir", failing("m", os.scandir, error))
    report = scan_json(tree, *arguments)
    assert places(report) == ["a.env:1", "z.env:1"]
    assert {path for path, _ in reasons(report)} == {"m"}
    assert all(words in reason for _, reason in reasons(report))


@pytest.mark.skipif(is_root(), reason="root may read everything")
@pytest.mark.parametrize("name", ["m.env", "m", "m/deeper"])
@pytest.mark.parametrize("arguments", [(), (".",), ("a.env", "m", "m.env", "z.env")], ids=["default", "here", "named"])
def test_what_the_user_may_not_read_is_an_error(
    name: str, arguments: tuple[str, ...], tree: Path, scan_json: ScanJson
) -> None:
    write_files(tree, {"m/deeper/x.env": "OKX_FLAG=1\n", "m/y.env": "OKX_FLAG=1\n", "m.env": "OKX_FLAG=1\n"})
    (tree / name).chmod(0)
    try:
        report = scan_json(tree, *arguments)
    finally:
        (tree / name).chmod(0o700)
    assert places(report) == ["a.env:1", "z.env:1"]
    assert [path for path, _ in reasons(report)] == [name]
    assert "permission denied" in reasons(report)[0][1]


class TestLargeFiles:
    def test_file_of_one_line_is_read_in_windows(
        self, tree: Path, credentials: Credentials, scan_json: ScanJson
    ) -> None:
        key = credentials.key()
        filler = b"x" * (20 * MIB)
        (tree / "m.txt").write_bytes(filler + f" okx_api_key={key}".encode())
        report = scan_json(tree)
        (finding,) = (found for found in report["findings"] if found["path"] == "m.txt")
        column = len(filler) + len(" okx_api_key=") + 1
        assert (finding["line"], finding["column"], finding["end_column"]) == (1, column, column + len(key))
        assert [(note["path"], "large" in note["reason"]) for note in report["notes"]] == [("m.txt", True)]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_huge_text_is_read_to_its_end(
        self, encoding: str, tree: Path, credentials: Credentials, scan_json: ScanJson
    ) -> None:
        lines = ("some words of a log\n" * (MIB if encoding == "utf-8" else MIB // 2)).encode(encoding)
        (tree / "m.txt").write_bytes(
            lines + f"okx_api_key={credentials.key()}\n".encode(encoding.replace("16", "16-le"))
        )
        report = scan_json(tree)
        (finding,) = (found for found in report["findings"] if found["path"] == "m.txt")
        assert finding["line"] == lines.decode(encoding).count("\n") + 1
        assert report["summary"]["bytes"] > len(lines)

    def test_huge_standard_input_is_read_to_its_end(self, tree: Path, credentials: Credentials, run: Run) -> None:
        text = "some words of a log\n" * MIB + f"okx_api_key={credentials.key()}\n"
        result = run(tree, "scan", "-", stdin=text.encode())
        assert (result.code, f"-:{MIB + 1}:13: OKX104" in result.out) == (1, True)

    def test_file_that_shrinks_while_it_is_read_is_an_error(
        self, tree: Path, scan_json: ScanJson, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tree / "m.txt").write_bytes(b"x\n" * (9 * MIB))
        read = files._read_on

        def vanishing(path: str, start: int, *, follow: bool) -> Iterator[bytes]:
            Path(path).unlink()
            return read(path, start, follow=follow)

        monkeypatch.setattr(files, "_read_on", vanishing)
        report = scan_json(tree)
        assert reasons(report) == [("m.txt", "could not be read to its end; scan again")]
        assert places(report) == ["a.env:1", "z.env:1"]

    def test_huge_picture_is_skipped(self, tree: Path, scan_json: ScanJson) -> None:
        with (tree / "m.png").open("wb") as stream:
            stream.write(b"\x89PNG\r\n\x1a\n")
            stream.truncate(600 * MIB)
        report = scan_json(tree)
        assert (reasons(report), report["summary"]["skipped"]) == ([], 1)
