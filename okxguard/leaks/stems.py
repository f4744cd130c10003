"""Look for words, and for patterns that begin with a word, in few passes over a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

# A word, and the pattern that decides where it stands; a word without one is enough.
_Test = tuple[str, str]


class Stems:
    """Words and patterns in groups: in all words of a group stands its stem, which is looked for first."""

    def __init__(self, words: Iterable[str], patterns: Mapping[str, str]) -> None:
        tests: list[_Test] = [*((word, "") for word in words), *patterns.items()]
        every = dict.fromkeys(word for word, _ in tests)
        self.stems = tuple(word for word in every if not any(other in word for other in every if other != word))
        self._groups = tuple(
            (stem, tuple(test for test in tests if self._stem_of(test) == stem)) for stem in self.stems
        )

    def _stem_of(self, test: _Test) -> str:
        return next(stem for stem in self.stems if stem in test[0])

    def stand_in(self, lower: str, spotted: int = -1) -> bool:
        """Tell whether one of the words or patterns stands in a text in lower case.

        `spotted` has the bits of the stems that may.
        """
        for number, (stem, tests) in enumerate(self._groups):
            if spotted >> number & 1 and stem in lower:
                for word, pattern in tests:
                    if word in lower and (not pattern or re.search(pattern, lower, re.MULTILINE)):
                        return True
        return False
