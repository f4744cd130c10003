"""Tell text from binary, and find the encoding of text."""

from __future__ import annotations

import re

_SNIFFED = 8192
BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# PDF, PNG, JPEG, GIF, zip, gzip, bzip2, xz, 7z, rar, zstd, Ogg, ELF, PE, Java class, Mach-O, SQLite, WOFF, Wasm, RIFF,
# MP3, FLAC.
_BINARY_MAGIC = tuple(
    bytes.fromhex(magic)
    for magic in [
        "25504446",
        "89504e47",
        "ffd8ff",
        "474946383761",
        "474946383961",
        "504b0304",
        "504b0506",
        "1f8b",
        "425a68",
        "fd377a585a",
        "377abcaf",
        "52617221",
        "28b52ffd",
        "4f676753",
        "7f454c46",
        "4d5a90",
        "cafebabe",
        "cffaedfe",
        "53514c69746520666f726d61742033",
        "774f4646",
        "774f4632",
        "0061736d",
        "52494646",
        "494433",
        "664c6143",
    ]
)
_FEW_NULS = 0.01
_PAIR = rb"[\x81-\xfe][\x40-\xfe]"


def is_binary(data: bytes) -> bool:
    """Tell whether `data` is a picture, an archive, a program: anything but text in an encoding that is read."""
    head = data[:_SNIFFED]
    if head.startswith(_BINARY_MAGIC):
        return not head.startswith((b"BZh", b"RIFF", b"ID3", b"MZ")) or not _is_plain(head)
    if b"\0" not in head:
        return False
    if head.startswith(tuple(bom for bom, _ in BOMS)) or wide_encoding(head):
        return False
    return head.count(0) > len(head) * _FEW_NULS or not _is_plain(head.replace(b"\0", b""))


def _is_plain(head: bytes) -> bool:
    controls = sum(head.count(code) for code in range(32) if code not in (9, 10, 12, 13, 27))
    return controls <= len(head) * _FEW_NULS


def wide_encoding(data: bytes) -> str | None:
    """Return the UTF-16 flavour of text without a byte order mark, or None.

    ASCII text in UTF-16 has a NUL in every second byte; the other half holds the letters.
    """
    head = data[: _SNIFFED & ~1]
    head = head[: len(head) & ~1]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 5 < len(head) // 2 or min(even, odd) * 20 > max(even, odd):
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = head.decode(encoding, "replace")
    printable = sum(character.isprintable() or character in "\t\r\n" for character in text)
    return encoding if printable >= len(text) * 0.95 else None


def decode(data: bytes) -> tuple[str, bool]:
    """Return the text of `data`, and whether parts of it could not be decoded.

    Tried in turn: byte order mark, UTF-8, UTF-16 without a mark, GB18030, and a single-byte encoding, in which
    everything that is ASCII stays what it is.
    """
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return decode_as(data[len(bom) :], encoding)
    wide = wide_encoding(data) if b"\0" in data[:_SNIFFED] else None
    if wide:
        return decode_as(data, wide)
    try:
        return data.decode("utf-8"), False
    except UnicodeDecodeError as error:
        if _is_mostly_utf8(data, error.start):
            return data.decode("utf-8", "replace"), True
    if _is_chinese(data):
        try:
            return data.decode("gb18030"), False
        except UnicodeDecodeError:
            pass
    return data.decode("latin-1"), False


def _is_chinese(data: bytes) -> bool:
    """Tell GBK from other 8-bit text: most of its pairs are in rows A1-A9 and B0-D7 of GB 2312.

    Those are the signs and the common characters; Cyrillic and accented letters in pairs make rare ones.
    """
    pairs = re.findall(_PAIR, data[: 1 << 20])
    common = sum(0xA1 <= pair[0] <= 0xA9 or 0xB0 <= pair[0] <= 0xD7 for pair in pairs if pair[1] >= 0xA1)
    return bool(common * 10 >= len(pairs) * 7)


def decode_as(data: bytes, encoding: str) -> tuple[str, bool]:
    """Return the text of `data` in one encoding, and whether parts of it could not be decoded."""
    try:
        return data.decode(encoding), False
    except UnicodeDecodeError:
        return data.decode(encoding, "replace"), True


def _is_mostly_utf8(data: bytes, first_bad: int) -> bool:
    """Tell damaged UTF-8 from another encoding: it holds more good multi-byte characters than bad bytes."""
    sample = data[max(0, first_bad - _SNIFFED) : first_bad + _SNIFFED]
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return sum(character > "\x7f" for character in text) > 4 * bad
