"""Prove from its text that code which names parts of credentials holds none: all of them are read from elsewhere.

Most programs that talk to OKX take their credentials out of the environment. Such a file names passphrases and keys and
has no text that could be one, and needs no reading. The test knows no syntax: it looks at everything between two equal
quotes, at what stands behind names, and at which names are given a text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence, Set
from functools import cached_property

from okxguard.detectors.lexicon import letters_of, normalise, shapeless_pattern
from okxguard.detectors.names import NameReader
from okxguard.detectors.shapes import Likeness, ValueJudge
from okxguard.documents import Document, lines_near, lowered
from okxguard.kinds import Kind, language_of
from okxguard.model import Role
from okxguard.rulebook import Vocabulary

# The lines around a name in which any text may be its value, and those in which one of letters alone may be.
_AROUND, _NEXT = 12, 3
# Whatever stands between two quotes of one kind, be they a pair or not.
_SHORTEST = 6
_QUOTED, _SHORT = (
    re.compile("|".join(f"{quote}(?=([^{quote}\n]{{{least},64}}){quote})" for quote in "\"'`"))
    for least in (_SHORTEST, 2)
)
# Texts in pieces: two in a row, or with a sign between them.
_PIECES = re.compile(
    r"[\"'`](?:\s{1,9}|\s{0,9}(?:\+|\.\.|~|&|<>|\|\|)\s{0,9})[\"'`][^\s,;:)\]}\"'`]"
    r"|\bjoin\b|\[::-1\]|\bimplode\b|\bconcat\b"
)
# Python in which names of texts are joined.
_JOINED = re.compile(r"\+|\b[rR]?[fF][\"']")
_LONGEST_BEFORE = 400
# What a program fills in; nobody chooses words with a gap.
_FORMAT = re.compile(r"%[-+#0-9.]{0,9}[a-zA-Z]|\{[\w.:]{0,40}\}")
_KEY = re.compile(r"\"\s{0,9}:")
_WORD = re.compile(r"[^\W\d]\w*")
_BINDING = re.compile(r"[=:]|\bin\b|\bof\b")
# What stands between the texts of a line.
_BETWEEN = re.compile(r"\s*(?:[\]),;:}+=]|(?:in|if|else|for|and|or|as|is|not)\b)")
# What stands behind the name of a passphrase and a sign, without quotes.
_BEHIND = r"[\w\"'\])]{0,30}\s{0,9}(?:[:=]|->|=>)\s{0,9}(?P<bare>[^\s\"'`=:,;(){}\[\]<>]{6,64})"
# In comments and in texts of several lines people write as they like.
_COMMENT = re.compile(r"\#|//|/\*|^\s*\*|--|<!--|^\s*(?:REM|rem|%|;)")
_BLOCK = re.compile(r"(?s)(\"{3}|'{3}|`)(?:.*?)\1")
_TOKEN = re.compile(r"[^\s\"'`,;:(){}\[\]<>|]{6,64}")
# Without one of these a text is made of plain words: a single one, or several.
_RARE = (re.compile(r"[^a-z_.-]"), re.compile(r"[^a-z .-]"))
_SIGNS = frozenset("!@#$%^&*+~?")
_DECLARING_WORDS = (
    "const let var val final static public private protected export readonly self this def fn func auto mut pub new"
    " string String str in of for if return await"
)
_DECLARING = frozenset(_DECLARING_WORDS.split())
# Languages that write every text in quotes; others have brackets, sigils and bare words for it.
_QUOTING = frozenset(
    ["javascript", "go", "java", "kotlin", "scala", "csharp", "vb", "rust", "c", "php", "swift", "dart", "solidity"]
)
# Names of what is named elsewhere.
_VALUES = frozenset({"value", "val", "default", "defaultvalue", "content", "string", "data", "text", "v"})


class ValueGate:
    """The test of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, names: NameReader, values: ValueJudge) -> None:
        self._vocabulary = vocabulary
        self._names = names
        self._values = values

    @cached_property
    def _bare(self) -> re.Pattern[str]:
        return re.compile(f"(?:{shapeless_pattern(self._vocabulary)}){_BEHIND}")

    @cached_property
    def _tokens(self) -> tuple[str, ...]:
        """The names of tokens, which may have any shape."""
        named = (self._vocabulary.strong_names, self._vocabulary.weak_names)
        return tuple({normalise(word) for names in named for word in names[Role.ACCOUNT_TOKEN]})

    def may_hold(self, document: Document, named: Set[int]) -> bool:
        """Return False only where a document holds no credential that the lines `named` could name.

        It is told of no document that shows a key or a secret.
        """
        text = document.text
        if document.kind is Kind.CODE and language_of(document.path, text) not in _QUOTING:
            return True
        if any(prefix in text for prefix in self._vocabulary.bundle_prefixes) or self._names_token(text):
            return True
        count = len(document.line_starts)
        lines, next_lines = lines_near(named, _AROUND, count), lines_near(named, _NEXT, count)
        if self._is_written_bare(document, named):
            return True
        near = [text[start:end] for start, end in _stretches(document, lines)]
        joins = document.kind is Kind.PYTHON and any(map(_JOINED.search, near))
        given: set[str] = set()
        for at, closest in self._parts(document, joins=joins):
            line = document.line_of(at)
            start = document.line_starts[line]
            before = text[max(start, at - _LONGEST_BEFORE) : at].rstrip("\"'` \t([{,bBrRuUfF")
            if line in (next_lines if closest else lines) or at - start > _LONGEST_BEFORE or not before.strip():
                return True
            given.update(_bound(before))
        if not given:
            return False
        return not _VALUES.isdisjoint(given) or any(not given.isdisjoint(_WORD.findall(stretch)) for stretch in near)

    def _parts(self, document: Document, *, joins: bool) -> Iterator[tuple[int, bool]]:
        """Yield where something in quotes stands that may be a part, and whether it counts next to a name only.

        `joins` tells that names of texts are joined, so that short ones may be pieces.
        """
        text = document.text
        yield from ((match.start(), False) for match in _PIECES.finditer(text))
        for match in (_SHORT if joins else _QUOTED).finditer(text):
            value = match[1] or match[2] or match[3]
            is_key = document.kind is Kind.JSON and _KEY.match(text, match.start() + len(value) + 1)
            is_piece = len(value) < _SHORTEST and _is_odd(value)
            if not is_key and (is_piece or self._may_be_part(value, quoted=True)):
                yield match.start(), not _is_odd(value)

    def _names_token(self, text: str) -> bool:
        lower = lowered(text)
        letters = letters_of(lower)
        return any(name in (letters if name.isascii() else lower) for name in self._tokens)

    def _is_written_bare(self, document: Document, named: Set[int]) -> bool:
        """Tell whether something that may be a passphrase stands behind a name without quotes."""
        blocks = [match.span() for match in _BLOCK.finditer(document.text) if "\n" in match[0]]
        last = len(document.line_starts)
        for line in {near for each in named for near in range(each, min(last, each + 2))}:
            text = document.line_text(line)
            if any(self._may_be_part(bare, quoted=False) for bare in self._behind_names(text)):
                return True
            if _COMMENT.search(text) or _is_in(blocks, document.line_starts[line], document.end_of_line(line)):
                tokens = (token.rstrip(".!?") for token in _TOKEN.findall(text))
                if any(_is_odd(token) and self._may_be_part(token, quoted=False) for token in tokens):
                    return True
        return False

    def _behind_names(self, line: str) -> Iterator[str]:
        """Yield what stands behind the names of passphrases, without quotes; what is called or looked up is none."""
        for match in self._bare.finditer(lowered(line)):
            if line[match.end() : match.end() + 1] not in ("(", "["):
                yield line[match.start("bare") : match.end()]

    def _may_be_part(self, value: str, *, quoted: bool) -> bool:
        """Tell whether a text may be a passphrase; plain words are some only beside a key or a secret."""
        if "\\" in value:
            return True
        if not _RARE[" " in value].search(value):
            return False
        if _BETWEEN.match(value) or (" " in value and _FORMAT.search(value)):
            return False
        if self._values.likeness(value.strip(), quoted=quoted) <= Likeness.WEAK:
            return False
        return _is_odd(value) or self._names.read(value).role is None


def _is_odd(value: str) -> bool:
    return any(character.isdigit() or character in _SIGNS for character in value)


def _is_in(blocks: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Tell whether one of some blocks, in order and apart from each other, stands between two places."""
    at = bisect_left(blocks, (end,)) - 1
    return at >= 0 and blocks[at][1] > start


def _bound(before: str) -> list[str]:
    """Return the names that what follows may be given to."""
    return [word for word in _WORD.findall(before) if word not in _DECLARING] if _BINDING.search(before) else []


def _stretches(document: Document, lines: Set[int]) -> Iterator[tuple[int, int]]:
    """Yield the beginning and the end of every run of lines."""
    for line in sorted(lines):
        if line - 1 not in lines:
            start = document.line_starts[line]
        if line + 1 not in lines:
            yield start, document.end_of_line(line)
