"""Find blocks of base64 in bytes, cheaply, and decode them where they stand for text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# As package managers write it: the name of the hash, and base64 of it. Its letters are chance, and name nobody.
CHECKSUM = (
    r"(?i:sha1-[a-z0-9+/]{27}=|sha256[-=][a-z0-9+/_-]{43}(?![a-z0-9+/_-])|sha384-[a-z0-9+/]{64}(?![a-z0-9+/=])"
    r"|sha512-[a-z0-9+/]{86}==)"
)
# Letters and digits alone are looked for: `/` would make a block of every path, and text that is ASCII hardly ever
# gives one. 30 of them are 22 bytes, shorter than a name and a value; a secret key itself has 32.
_SHORTEST = 30
_RUN = b"B" * _SHORTEST
# Stands wherever there is a block.
ANY_RUN = rb"[A-Za-z0-9]{%d}" % _SHORTEST
_PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_LETTERS = _PLAIN + b"+/"
_MARKS = bytes(ord("B") if code in _PLAIN else ord(" ") for code in range(256))
_FARTHEST_BACK = 4096
# More letters, and more lines of the same block, after a line feed that may be written as an escape.
_MORE = (
    rb"[A-Za-z0-9+/]*"
    rb"(?:(?:[ \t]{0,80}\r?\n[ \t]{0,80}|(?:\\r)?\\n)[A-Za-z0-9+/]{4,}(?=[=\s\"'\\<]|$))*"
)
_BREAK = rb"\s+|\\r|\\n"
# What 12 bytes of ASCII give, a letter's bits in the places where those of ASCII are zero; UTF-16 gives it, too.
_ASCII = rb"(?:[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/]){4}"
_LONGEST_OPENING = 4096


class Block(NamedTuple):
    """Where letters of base64 stand, the lines that continue them included, and the texts that they may stand for."""

    start: int
    end: int
    texts: tuple[bytes, ...] = ()

    def __repr__(self) -> str:
        return f"Block(start={self.start!r}, end={self.end!r})"


def find_blocks(data: bytes) -> Iterator[Block]:
    """Yield every run of letters that is long enough to hold a credential, unless it is all in lower case."""
    marked = data.translate(_MARKS)
    start = marked.find(_RUN)
    while start >= 0:
        end = marked.find(b" ", start + _SHORTEST)
        if end < 0:
            end = len(data)
        if not data[start:end].islower():
            block = Block(start, end)
            text = re.compile(_ASCII).search(data, start, min(end, start + _LONGEST_OPENING))
            if text:
                block = _decoded(data, block, text.start())
            yield block
            end = block.end
        start = marked.find(_RUN, end)


def _decoded(data: bytes, block: Block, inside: int) -> Block:
    """Return a block to its end and with its texts; `inside` is where a group of four letters begins."""
    before = data[max(0, block.start - _FARTHEST_BACK) : block.start]
    start = block.start - len(before) + len(before.rstrip(_LETTERS))
    more = re.compile(_MORE).match(data, block.end)
    end = more.end() if more else block.end
    written = data[start + (inside - start) % 4 : end]
    lines = re.split(_BREAK, written)
    texts = (_decode(b"".join(lines)),)
    return Block(start, end, (*texts, b" ".join(map(_decode, lines))) if len(lines) > 1 else texts)


def _decode(letters: bytes) -> bytes:
    import binascii  # most files hold nothing in base64

    surplus = len(letters) % 4
    data = binascii.a2b_base64(letters[:-1] if surplus == 1 else letters + b"=" * (-surplus % 4))
    return data.replace(b"\0", b"")  # as UTF-16 has them between its letters
