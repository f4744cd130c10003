"""Identify found values under a key, so that the same value is known again and nobody can tell which it is."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection

# Makes a guess cost a tenth of a second; the memory it takes is the product of both numbers and 128.
_COST, _BLOCK, _MEMORY = 1 << 15, 8, 64 << 20
_ROUNDS = 400_000
# A tree made to be slow may hold any number of passphrases; those above are known by their places.
_MOST_DERIVED = 1000
_LENGTH = 32

Marks = tuple[tuple[str, ...], ...]


class Identifier:
    """Turns found values into marks: hashes under the key of one baseline, which tell nothing of the values."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._derived: dict[str, str] = {}

    def marks(self, group: str, random: Collection[str], chosen: Collection[str]) -> Marks:
        """Return for every value its marks, any of which accepts it; none where there are too many values.

        `random` are keys and secrets. What a person chose is known by those beside it: its presence makes another
        mark of each, and whoever accepts both accepts one alone. What was chosen is derived only where it is alone.
        """
        if random:
            alone = [self.mark(group, "alone", value) for value in sorted(random)]
            accompanied = [self.mark(group, "accompanied", value) for value in sorted(random)]
            return tuple((mark,) for mark in accompanied) if chosen else tuple(zip(alone, accompanied, strict=True))
        if len(self._derived.keys() | set(chosen)) > _MOST_DERIVED:
            return ()
        return tuple((self.mark(group, "chosen", self._derive(value)),) for value in sorted(chosen))

    def mark(self, *words: str) -> str:
        """Return the keyed hash of words that nobody can guess, or that are no secret."""
        text = "\0".join(words).encode("utf-8", "surrogatepass")
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()[:_LENGTH]

    def _derive(self, value: str) -> str:
        if value not in self._derived:
            self._derived[value] = _slow(value.encode("utf-8", "surrogatepass"), self._key).hex()
        return self._derived[value]


def _slow(value: bytes, salt: bytes) -> bytes:
    if hasattr(hashlib, "scrypt"):
        return hashlib.scrypt(value, salt=salt, n=_COST, r=_BLOCK, p=1, maxmem=_MEMORY, dklen=32)
    return hashlib.pbkdf2_hmac("sha256", value, salt, _ROUNDS)
