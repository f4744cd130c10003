"""Damaged, hostile and oversized archives do no harm, and what was not read is said."""

from __future__ import annotations

import bz2
import io
import lzma
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okxguard.model import Note, Source
from tests.archives import (
    COMPRESSED,
    FORMATS,
    LETTER,
    LINE,
    MIB,
    SMALL,
    WORKBOOK,
    Files,
    errors,
    expanded,
    gzip_of,
    streamed_zip_of,
    tar_of,
    texts,
    zip_of,
)
from tests.conftest import Credentials, Run, write_files


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
