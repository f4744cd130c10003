"""Archives made by code, and what is read of them, for the tests."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from okxguard.model import FileError, Source
from okxguard.sources.archive import Item, Limits, expand

Files = Mapping[str, bytes]
MIB = 1 << 20
LINE = b"some line of text\n"
SMALL = Limits(depth=3, members=50, member=MIB, total=4 * MIB, ratio=20, free=2 * MIB)


def zip_of(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return stream.getvalue()


class _Unseekable(io.BytesIO):
    def seekable(self) -> bool:
        return False

    def seek(self, *_: object) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


def streamed_zip_of(files: Files) -> bytes:
    """Return a zip archive whose sizes stand behind the members, as programs write it to a pipe."""
    stream = _Unseekable()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def tar_of(files: Files, form: int = tarfile.PAX_FORMAT) -> bytes:
    """Return a tar archive."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def gzip_of(data: bytes) -> bytes:
    """Return a gzip file that is the same at any time."""
    return gzip.compress(data, mtime=0)


def old_tar_of(files: Files) -> bytes:
    """Return a tar archive as Unix wrote it in 1979: no magic, only a checksum."""
    blocks = []
    for name, data in files.items():
        header = bytearray(512)
        header[: len(name)] = name.encode()
        header[100:108], header[124:136], header[148:156] = b"0000644\0", b"%011o\0" % len(data), b" " * 8
        header[148:156] = b"%06o\0 " % sum(header)
        blocks.append(bytes(header) + data + bytes(-len(data) % 512))
    return b"".join(blocks) + bytes(1024)


FORMATS: dict[str, Callable[[Files], bytes]] = {
    "a.zip": zip_of,
    "stored.jar": lambda files: zip_of(files, zipfile.ZIP_STORED),
    "bzip2.war": lambda files: zip_of(files, zipfile.ZIP_BZIP2),
    "lzma.apk": lambda files: zip_of(files, zipfile.ZIP_LZMA),
    "streamed-1.0-py3-none-any.whl": streamed_zip_of,
    "program.pyz": lambda files: b"#!/usr/bin/env python3\n" + zip_of(files),
    "no_ending": zip_of,
    "pax.tar": tar_of,
    "gnu.tar": lambda files: tar_of(files, tarfile.GNU_FORMAT),
    "ustar.tar": lambda files: tar_of(files, tarfile.USTAR_FORMAT),
    "old.tar": old_tar_of,
    "a.tar.gz": lambda files: gzip_of(tar_of(files)),
    "a.tgz": lambda files: gzip_of(tar_of(files)),
    "a.tar.bz2": lambda files: bz2.compress(tar_of(files)),
    "a.tar.xz": lambda files: lzma.compress(tar_of(files)),
}
COMPRESSED: dict[str, Callable[[bytes], bytes]] = {"gz": gzip_of, "bz2": bz2.compress, "xz": lzma.compress}


def expanded(data: bytes, limits: Limits | None = None, name: str = "a.bin") -> list[Item]:
    return list(expand([Source("file", name, data, name)], limits=limits))


def texts(items: list[Item]) -> dict[str, bytes]:
    return {item.path: item.data for item in items if isinstance(item, Source)}


def errors(items: list[Item]) -> list[tuple[str, str]]:
    return [(item.path, item.reason) for item in items if isinstance(item, FileError)]


def places(report: Any) -> list[str]:
    return [f"{finding['path']}:{finding['line']}" for finding in report["findings"]]


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
