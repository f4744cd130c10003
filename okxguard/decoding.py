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
_FEW_CONTROLS = 0.01
_MOST_HIGH = 0.3


def is_binary(data: bytes) -> bool:
    """Tell whether `data` is a picture, an archive, a program: anything but text in an encoding that is read."""
    head = data[:_SNIFFED]
    if head.startswith(_BINARY_MAGIC):
        return not _is_text_all_the_same(head)
    if b"\0" not in head:
        return False
    if declared_encoding(head) or wide_encoding(head):
        return False
    return not _is_padded_text(data, head)


def _is_text_all_the_same(head: bytes) -> bool:
    """Tell text that begins like a picture or an archive: anybody can write the letters that those begin with."""
    if b"\0" in head or not _is_plain(head):
        return False
    try:
        head[:-4].decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_padded_text(data: bytes, head: bytes) -> bool:
    """Tell text with NULs in it, such as a log that was truncated while a program wrote it, from a binary file."""
    if not head.strip(b"\0"):
        first = re.search(rb"[^\0]", data)
        head = data[first.start() : first.start() + _SNIFFED] if first else b""
    letters = head.replace(b"\0", b"")
    if not letters or not _is_plain(letters):
        return False
    try:
        letters[:-4].decode("utf-8")
    except UnicodeDecodeError:
        return len(re.findall(rb"[\x80-\xff]", letters)) <= len(letters) * _MOST_HIGH
    return True


def _is_plain(head: bytes) -> bool:
    controls = sum(head.count(code) for code in range(32) if code not in (9, 10, 12, 13, 27))
    return controls <= len(head) * _FEW_CONTROLS


def declared_encoding(data: bytes) -> str | None:
    """Return the encoding that a byte order mark says, or None without a mark or where the text contradicts it."""
    for bom, encoding in BOMS:
        if data.startswith(bom):
            head = data[len(bom) : _SNIFFED]
            if encoding == "utf-8" or not head:
                return encoding
            if head.startswith(b"\0\0") and encoding == "utf-16-le":
                return None
            if encoding.startswith("utf-16"):
                return None if _is_narrow(head) else wide_encoding(head) or encoding
            return encoding if len(data) % 4 == 0 or len(data) >= _SNIFFED else None
    return None


def _is_narrow(head: bytes) -> bool:
    """Tell text of single bytes that got the mark of a wide encoding, as when a program appends to such a file."""
    return b"\0" not in head and re.fullmatch(rb"[\t\r\n\x20-\x7e]*", head) is not None


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

    Tried in turn: byte order mark, UTF-16 without a mark, UTF-8, and the legacy encodings, in all of which what is
    ASCII stays what it is. NULs become blanks.
    """
    declared = declared_encoding(data)
    bom = next((bom for bom, _ in BOMS if data.startswith(bom)), b"")
    if declared and declared != "utf-8":
        return decode_as(data[len(bom) :], declared)
    data = data.removeprefix(bom)
    if b"\0" in data[:_SNIFFED] and (wide := wide_encoding(data)):
        return decode_as(data, wide)
    text, damaged = _decode_narrow(data)
    return text.replace("\0", " ") if "\0" in text else text, damaged


def _decode_narrow(data: bytes) -> tuple[str, bool]:
    try:
        return data.decode("utf-8"), False
    except UnicodeDecodeError as error:
        if _is_mostly_utf8(data, error.start):
            return data.decode("utf-8", "replace"), True
    from okxguard.encodings import SINGLE_BYTE, guess_encoding  # most text is UTF-8

    encoding = guess_encoding(data)
    try:
        return data.decode(encoding), False
    except UnicodeDecodeError:
        return (data.decode("latin-1"), False) if encoding in SINGLE_BYTE else decode_as(data, encoding)


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
