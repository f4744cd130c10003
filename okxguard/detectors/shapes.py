"""Judge a value by itself: the exact shapes, obvious fakes, and what may be a passphrase.

Shapes are those of OKX's v5 API: the key is a lower-case UUID of any version, the secret key 32 upper-case
hexadecimal digits; a passphrase has 8 to 32 characters today and had 6 to 32 before.
"""

from __future__ import annotations

import re
from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from okxguard.detectors.lexicon import normalise

if TYPE_CHECKING:
    from okxguard.rulebook import Vocabulary

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UPPER_UUID = r"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}"
SECRET = re.compile(r"[0-9A-F]{32}")

_SHORTEST_PASSPHRASE = 6
_LONGEST_PASSPHRASE = 64
# The patterns below are texts, which `re` compiles at their first use and keeps: most runs need few of them.
_FEWEST_DIGITS = 8
_MOST_STEPS = 15

_TEMPLATE = r"""(?x)
    \$\{ | \$\( | \{\{ | \}\} | \{% | \#\{ | %\([^)]*\) | <%  # Jinja, shell, Ruby, Python
    | ^<[^<>]{1,80}>$ | <[A-Za-z]+(?:[ _./-][A-Za-z]+){1,8}> | ^<[A-Za-z]{3,40}>
    | ^\$(?:[A-Za-z_]+|[A-Z_][A-Z0-9_]*)(?:[.\[]|$)             # $VARIABLE
    | ^[a-z][a-z0-9+-]{1,20}://                                # gcp-sm://name
    | ^\$(?:2[abxy]|[156]|argon2\w*|pbkdf2[\w-]*)\$            # a password hash
    | ^\$env: | ^%\w{1,60}%$ | ^@@?\w[\w.]*@@?$ | ^__\w+__$ | ^\{[\w.:]*\}$ | ^\[\[
    | ^[A-Za-z_][\w.]*\[["'\w][^\]]*\]
    | ^[a-z_]+(?::[\w,]+)?(?:\|[a-z_]+(?::[\w,]+)?)+$          # required|string|min:8
    """
_PATH = (
    r"//|(?:~|\.{1,2})/[\w.@-]*|/[\w.@%${}:+-]+(?:/[\w.@%${}:+-]*)+$|/[a-z_.-]+$|[A-Za-z]:\\|[\w.-]+(?:/[\w.-]+){2,}$"
    r"|[\w./\\-]+\.(?:json|ya?ml|toml|env|pem|key|txt|ini|cfg|conf|py|js|ts|go|rs|java|md|html|css)$"
)
# Commands of PowerShell.
_VERB_NOUN = r"(?:[A-Z][a-z]+){1,4}-[A-Z][A-Za-z]+"
_DOTTED = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+"
_LOOKUP = r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+(?:[(\[{].*)?"
_CALL = r"[A-Za-z_][\w.]*\(.*\)?[;,]?$|[A-Za-z_][\w.]*\[['\"].*"
_CONSTANT = r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"
_MASK = r"[*•●·]{3,}|\.{3,}|…|^[xX]{3,}$|[xX]{4,}|^[*#.\-_=?]+$"
_WORD = r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|[^\W\d_a-zA-Z]+"
_SEPARATED = r"[^\W_]+(?:[ _.-]+[^\W_]+)+"
_WRITTEN_WORDS = r"[a-z0-9]+(?:[ _.-][a-z0-9]+)+|[A-Z0-9]+(?:[ _.-][A-Z0-9]+)+"
_CODE = r"[A-Z]{1,6}[-_]?[0-9]{2,4}"
_CODES = rf"{_CODE}(?:[,;/ ]{{1,3}}{_CODE})+"
_IDEOGRAPH = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
_CHOSEN = r"[\w!@#$%^&*.+-]{6,32}"
_NUMBERED = r"(?:pass|phrase|pwd|pw|secret|test|demo|user)[-_ ]?[0-9]{1,3}"
_SHORT_THING = frozenset({"pass", "phrase", "pwd", "secret", "word", "pw"})
_THING = frozenset({"passphrase", "password", "passwd", "passphase", "pass-phrase"})


class Likeness(IntEnum):
    """How much a value looks like a passphrase that somebody really uses."""

    NONE = 0
    WEAK = 1
    FAIR = 2
    STRONG = 3


def is_fake(digits: str) -> bool:
    """Tell whether a UUID or hexadecimal string was made up by hand.

    Of 100,000 random secrets none had fewer than eight different digits, and none was a sequence.
    """
    digits = digits.replace("-", "").lower()
    if len(set(digits)) < _FEWEST_DIGITS:
        return True
    if any(digits == (digits[:period] * len(digits))[: len(digits)] for period in range(1, len(digits) // 2 + 1)):
        return True
    numbers = [int(digit, 16) for digit in digits]
    steps = max(_steps(numbers, stride, rise) for stride in (1, 2) for rise in (1, -1))
    return steps >= _MOST_STEPS


def _steps(numbers: list[int], stride: int, rise: int) -> int:
    return sum(later - earlier == rise for earlier, later in zip(numbers, numbers[stride:], strict=False))


class ValueJudge:
    """Judges values with the placeholders and documented examples of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._documented = frozenset(vocabulary.documented)
        self._values = frozenset(normalise(value) for value in vocabulary.placeholder_values)
        self._words = frozenset(vocabulary.placeholder_words)
        self._weak_words = frozenset(vocabulary.placeholder_weak_words)
        self._prose = frozenset(vocabulary.prose)
        self._fragments = vocabulary.placeholder_fragments
        beginnings = [text.lower() for text in vocabulary.placeholder_beginnings]
        self._beginnings = tuple(text for text in beginnings if not text.endswith("."))
        self._owners = tuple(text for text in beginnings if text.endswith("."))
        self._fillers = frozenset(vocabulary.placeholder_fillers)
        self._known = self._fillers | self._words | self._weak_words | _THING | _SHORT_THING
        joined = "|".join(map(re.escape, sorted(self._fillers | _THING, key=lambda word: (-len(word), word))))
        self._joined = rf"(?:{joined})+[\W\d_]*"

    def is_key(self, value: str) -> bool:
        """Tell whether `value` is shaped like an API key and neither documented nor made up."""
        return bool(UUID.fullmatch(value)) and value not in self._documented and not is_fake(value)

    def is_upper_key(self, value: str) -> bool:
        """Tell whether `value` is an API key but for its case."""
        return bool(re.fullmatch(UPPER_UUID, value)) and self.is_key(value.lower())

    def is_secret(self, value: str) -> bool:
        """Tell whether `value` is shaped like a secret key and neither documented nor made up."""
        return bool(SECRET.fullmatch(value)) and value not in self._documented and not is_fake(value)

    def is_lower_secret(self, value: str) -> bool:
        """Tell whether `value` is a secret key but for its case."""
        return value.islower() and self.is_secret(value.upper())

    def is_placeholder(self, value: str) -> bool:
        """Tell whether `value` stands for a credential instead of being one."""
        lower = value.lower()
        if normalise(value) in self._values or not normalise(value):
            return True
        if re.search(_TEMPLATE, value) or re.search(_MASK, value) or lower.startswith(self._beginnings):
            return True
        if any(fragment in lower for fragment in self._fragments):
            return True
        if lower.startswith(self._owners) and re.fullmatch(_LOOKUP, value):
            return True
        return self._is_made_of_fillers(value)

    def _is_made_of_fillers(self, value: str) -> bool:
        """Tell whether words that stand for a value make up this one; one is enough where words are written apart."""
        words = [word.lower() for word in re.findall(_WORD, value)]
        digits = any(character.isdigit() for character in value)
        known = self._known.issuperset(words)
        if self._words.intersection(words) and (known or re.fullmatch(_SEPARATED, value)):
            return True
        if self._weak_words.intersection(words) and (re.fullmatch(_WRITTEN_WORDS, value) or (known and not digits)):
            return True
        lower = value.lower()
        if re.fullmatch(_NUMBERED, lower):
            return True
        if any(thing in lower for thing in _THING) and re.fullmatch(self._joined, lower):
            return True
        return self._is_obvious_fake(words, digits=digits)

    def _is_obvious_fake(self, words: list[str], *, digits: bool) -> bool:
        """A value made of fillers and the word for the thing; without digits a short word for it will do."""
        if not (words and all(word in self._fillers or word in _THING or word in _SHORT_THING for word in words)):
            return False
        if _THING.intersection(words) or ("pass" in words and "phrase" in words):
            return not _SHORT_THING.difference({"pass", "phrase"}).intersection(words) or not digits
        return not digits and len(words) > 1 and bool(_SHORT_THING.intersection(words))

    def likeness(self, value: str, *, quoted: bool) -> Likeness:
        """Return how much `value` looks like a passphrase; `quoted` means that it cannot be an expression."""
        if not _SHORTEST_PASSPHRASE <= len(value) <= _LONGEST_PASSPHRASE or not value.isprintable():
            return Likeness.NONE
        if (
            value.startswith("{:")
            or self.is_placeholder(value)
            or re.match(_PATH, value)
            or re.fullmatch(f"{_CONSTANT}|{_CODES}", value)
        ):
            return Likeness.NONE
        if not value.isascii() and re.search(_IDEOGRAPH, value):
            return (
                Likeness.WEAK if quoted and re.fullmatch(_CHOSEN, value) and re.search(r"\d", value) else Likeness.NONE
            )
        if not quoted and (
            re.match(_CALL, value)
            or (re.fullmatch(_DOTTED, value) and not any(character.isdigit() for character in value))
            or re.fullmatch(_VERB_NOUN, value)
            or value[-1] in "({[;,"
        ):
            return Likeness.NONE
        if " " in value:
            return self._likeness_of_words(value, quoted=quoted)
        return _likeness_of_token(value)

    def _likeness_of_words(self, value: str, *, quoted: bool) -> Likeness:
        words = value.split()
        if not quoted or len(words) > 5 or self._prose.intersection(word.lower().strip(".,:;!?") for word in words):
            return Likeness.NONE
        if any(character.isdigit() or character in "!@#$%^&*_+=~" for character in value):
            return Likeness.FAIR
        return Likeness.WEAK if len(words) > 2 else Likeness.NONE


def _likeness_of_token(value: str) -> Likeness:
    digit = any(character.isdigit() for character in value)
    letter = any(character.isalpha() for character in value)
    sign = any(not character.isalnum() and character not in "_-." for character in value)
    if not letter:
        return Likeness.WEAK if _is_counted(value) else Likeness.FAIR
    if re.fullmatch(_CODE, value):
        return Likeness.WEAK
    if digit or sign:
        if re.fullmatch(_DOTTED, value) and not digit:
            return Likeness.NONE
        return Likeness.STRONG if len(value) >= 8 or sign else Likeness.FAIR
    if re.fullmatch(_DOTTED, value):
        return Likeness.NONE
    mixed = not value.islower() and not value.isupper() and not value.istitle()
    return Likeness.FAIR if mixed and value.isalpha() else Likeness.WEAK


def _is_counted(value: str) -> bool:
    """Tell whether digits only count up, count down or repeat, as in 123456."""
    numbers = [int(character) for character in value if character.isdecimal()]
    steps = {(later - earlier) % 10 for earlier, later in pairwise(numbers)}
    return len(steps) <= 1 or len(set(numbers)) < 3
