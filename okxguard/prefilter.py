"""Prove from the bytes alone that a file holds nothing to report, so that most files end here.

Credentials are only ever reported where a file names OKX, in its path or its text, or shows an API key or a secret
key letter by letter; rights and hosts of keys only where it names OKX, or where a reply of OKX's was recorded. The
test is as wide as that and a little wider, in every encoding that is read.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from okxguard.blocks import ANY_RUN, CHECKSUM, find_blocks
from okxguard.spotting import Spotter, literal

if TYPE_CHECKING:
    from okxguard.rulebook import Vocabulary

# The patterns are bytes, which `re` compiles at their first use and keeps: many runs need none of them.
_TAIL = rb"-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_HEAD = rb"[0-9a-f]{8}"
_RIGHTS, _ADDRESSES = rb"perm(?<=[\"']perm)", rb"[\"']ip[\"'\\]"
_RUN = rb"H+"
_HEXADECIMAL = bytes.maketrans(b"0123456789ABCDEF", b"H" * 16)
_SECRET_RUN = b"H" * 32
# One more at either side: in some double-byte encodings a character may end in a byte that is a hexadecimal digit.
_LONGEST_RUN = 34
# What the spotter looks for, by its bits.
_NAMED, _KEYED, _GRANTED, _ADDRESSED, _PACKED, _WRITTEN = (1 << number for number in range(6))
_WIDE_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


class Prefilter:
    """The byte test of the credential detector, made from one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._words = re.compile(vocabulary.context_pattern.encode())
        self._other_scripts = {word for word in vocabulary.context_words if not word.isascii()}
        self._spotter = Spotter(self._spotted)

    def hasten(self) -> None:
        """Make ready for much to be tested."""
        self._spotter.hasten()

    def _spotted(self) -> tuple[bytes, ...]:
        scripts = b"|".join(map(literal, sorted(_encodings(self._other_scripts))))
        return self._words.pattern, _HEAD + _TAIL, rb"[\"']perm", _ADDRESSES, ANY_RUN, scripts

    @cached_property
    def _scripts(self) -> re.Pattern[bytes]:
        """The words of other scripts in every encoding; made for the first file that is not ASCII."""
        return re.compile(b"|".join(re.escape(encoded) for encoded in sorted(_encodings(self._other_scripts))))

    def may_hold_credential(self, path: str, data: bytes) -> bool:
        """Return False only where the credential detector would find nothing."""
        if self.names_okx(path):
            return True
        if b"\0" in data:
            # In wide encodings NULs stand between letters, elsewhere between words.
            narrowed = (data.replace(b"\0", b""), data.replace(b"\0", b" "))
            return any(map(self._test, narrowed)) or bool(self._scripts.search(data))
        return self._test(data)

    def names_okx(self, path: str) -> bool:
        """Tell whether a path alone is evidence."""
        return self._names_okx(path.lower().encode("utf-8", "replace"))

    def _test(self, data: bytes) -> bool:
        seen = self._spotter.spot(data)
        return seen != 0 and bool(
            (seen & _NAMED and self._names_okx(data.lower()))
            or (seen & _KEYED and _shows_key(data))
            or (seen & _GRANTED and seen & _ADDRESSED and _shows_reply(data))
            or (seen & _WRITTEN and not data.isascii() and self._scripts.search(data))
            or (seen & _PACKED and self._packs(data))
        )

    def _packs(self, data: bytes) -> bool:
        return any(self._tells(data[block.start : block.end], block.texts) for block in find_blocks(data))

    def _tells(self, letters: bytes, texts: tuple[bytes, ...]) -> bool:
        """Tell whether a run of letters shows a secret key, or stands in base64 for something to read.

        Secret keys are looked for here as well because all their digits are letters of base64.
        """
        return _shows_secret(letters) or any(
            self._names_okx(text.lower())
            or _shows_key(text)
            or _shows_secret(text)
            or (not text.isascii() and bool(self._scripts.search(text)))
            for text in texts
        )

    def _names_okx(self, lower: bytes) -> bool:
        """Tell whether the word stands anywhere but in a checksum."""
        if not self._words.search(lower):
            return False
        return b"sha" not in lower or bool(self._words.search(re.sub(CHECKSUM.encode(), b"|", lower)))


def _encodings(words: set[str]) -> set[bytes]:
    from okxguard.encodings import LEGACY  # most runs meet no such file

    encoded = set()
    for word in words:
        for encoding in (*_WIDE_ENCODINGS, *LEGACY):
            try:
                encoded.add(word.encode(encoding))
            except UnicodeEncodeError:
                continue
    return encoded


def _shows_reply(data: bytes) -> bool:
    """Tell whether rights and addresses are named as in the replies that OKX documents, which name nobody."""
    return re.search(_RIGHTS, data) is not None and re.search(_ADDRESSES, data) is not None


def _shows_key(data: bytes) -> bool:
    if re.search(_TAIL, data) is None:
        return False
    head = re.compile(_HEAD)
    return any(
        match.start() >= 8 and head.fullmatch(data, match.start() - 8, match.start())
        for match in re.finditer(_TAIL, data)
    )


def _shows_secret(data: bytes) -> bool:
    masked = data.translate(_HEXADECIMAL)
    at = masked.find(_SECRET_RUN)
    while at >= 0:
        run = re.compile(_RUN).match(masked, at)
        end = run.end() if run else at + 1
        if end - at <= _LONGEST_RUN:
            return True
        at = masked.find(_SECRET_RUN, end)
    return False
