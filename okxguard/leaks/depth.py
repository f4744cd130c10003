"""Tell from the brackets and words of a Python text whether libcst would read it in good time.

libcst copies what it has read once more for every bracket around it and for every further link of a chain, and it
reads patterns and the targets of `del` four times for every bracket around them. What is nested too deeply exhausts the
stack, which ends the process. So the text is scanned first, once, from the start to the end.

What passes takes at most some 4 seconds and 800 MB, which no file under 300 kB that people wrote comes near.
"""

from __future__ import annotations

import re

_MOST_CHARACTERS = 1_000_000
_MOST_OPEN = 100
_MOST_INDENTS = 100
_MOST_IN_CHAIN = 2000
_MOST_IN_CHAINS = 3000
_MOST_BRANCHES = 500
# In microseconds, of the slowest forms that were measured.
_MOST_TIME = 4_000_000.0
_TIME_OF_TOKEN = 10.0
_TIME_OF_BRACKET = 5.0
_TIME_OF_LINK = 0.25
_TIME_OF_INDENT = 0.25
_TIMES_PER_BRACKET_OF_PATTERN = 5
_DEEPEST_PATTERN = 12

_TOKEN = re.compile(
    r"""
    (?: [ \t\f\r] | \\\r?\n | \#[^\n]* )*
    (?:
    (?P<line> \n )
    | (?P<fields> (?:[fFtT]|[fF][rR]|[rR][fFtT]) (?:\"{3}|'{3}|"|') )
    | (?P<string> (?:[uUbBrR]|[bB][rR]|[rR][bB])?
        (?: \"{3}[^\\"]*(?:(?:\\.|"(?!""))[^\\"]*)*\"{3} | '{3}[^\\']*(?:(?:\\.|'(?!''))[^\\']*)*'{3}
        | "(?!"")[^\\"\n]*(?:\\.[^\\"\n]*)*" | '(?!'')[^\\'\n]*(?:\\.[^\\'\n]*)*' ) )
    | (?P<word> \w+ )
    | (?P<open> [(\[{] )
    | (?P<close> [)\]}] )
    | (?P<colon> : )
    | (?P<comma> [,;] )
    | (?P<other> [^\s\w"'\\] )
    | (?P<end> \Z )
    )
    """,
    re.VERBOSE | re.DOTALL,
)
# What matters in the text of a string with fields and in the form of a field; the escapes are those that libcst knows.
_PLAIN = r"""[^\\{}"'\n]* (?: (?P<skipped> %s ) | (?P<quote> \"{3}|'{3}|"|' ) | (?P<open> \{ ) | (?P<line> \n ) %s )"""
_DOUBLE = r"\{\{ | \}\} |"
_ESCAPED = r"""\\N\{[^{}"'\\\n]*\} | \\(?:[\n\\'"abfnrtvx0-9uU]|N(?!\{))?"""
_ESCAPED_RAW = r"""\\["'\\]?"""
_CLOSE = r"| (?P<close> \} )"
_TEXT = re.compile(_PLAIN % (_DOUBLE + _ESCAPED, ""), re.VERBOSE)
_RAW_TEXT = re.compile(_PLAIN % (_DOUBLE + _ESCAPED_RAW, ""), re.VERBOSE)
_FORM = re.compile(_PLAIN % (r"\\[^{}]?", _CLOSE), re.VERBOSE)
_RAW_FORM = re.compile(_PLAIN % (_ESCAPED_RAW, _CLOSE), re.VERBOSE)
_CLOSERS = {"(": ")", "[": "]", "{": "}"}
_NO_PATTERN = re.compile(r"[ \t]*[=.:,;)\n]")


def is_parsable(text: str) -> bool:
    """Tell whether libcst reads a text, or says that it cannot, within a few seconds and a bounded stack."""
    return len(text) <= _MOST_CHARACTERS and _Scan(text).passes()


class _Level:
    """What is open: the text itself, a bracket, a string with fields, a field of one, the form of a field."""

    __slots__ = ("chain", "closer", "inside", "is_field", "is_text", "lambdas", "pattern", "since")

    def __init__(self, closer: str, pattern: re.Pattern[str] | None = None, *, is_field: bool = False) -> None:
        self.closer = closer
        self.pattern = pattern
        self.is_text = pattern is not None and not is_field
        self.is_field = is_field
        self.chain = 0  # the tokens since the last comma, without those in brackets
        self.since = 0  # with those
        self.inside = 0  # all tokens
        self.lambdas = 0


class _Scan:
    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 1 if text.startswith("\ufeff") else 0
        self._levels = [_Level("")]
        self._time = 0.0
        self._chains = 0
        self._indents = [0]
        self._branches: dict[int, int] = {}
        self._is_first = True
        self._is_pattern = False

    def passes(self) -> bool:
        """Scan the text; stop at what is too deep, takes too long, or is no Python."""
        length = len(self._text)
        while self._position < length:
            level = self._levels[-1]
            if not (self._step_in_text(level) if level.is_text else self._step(level)):
                return False
        return len(self._levels) == 1

    def _step(self, level: _Level) -> bool:
        match = _TOKEN.match(self._text, self._position)
        if match is None:
            return False
        kind = match.lastgroup
        self._position = match.end()
        if kind == "line" or kind == "end":
            if len(self._levels) == 1:
                self._end_line(level)
            return True
        if self._is_first and not self._begin_line(match):
            return False
        return self._count(level) and self._take(level, kind, match)

    def _take(self, level: _Level, kind: str | None, match: re.Match[str]) -> bool:
        if kind == "word":
            self._take_word(level, match["word"])
        elif kind == "open":  # a call or a subscript is a slow link: it counts twice
            return self._count(level) and self._open(_Level(_CLOSERS[match["open"]]))
        elif kind == "close":
            return self._close(level, match["close"])
        elif kind == "colon":
            self._take_colon(level)
        elif kind == "comma":
            self._take_comma(level, match["comma"])
        elif kind == "fields":
            opening = match["fields"].lower()
            quote = opening.lstrip("frt")
            return self._open(_Level(quote, _RAW_TEXT if "r" in opening else _TEXT))
        return True

    def _count(self, level: _Level) -> bool:
        level.chain += 1
        level.since += 1
        level.inside += 1
        self._chains += 1
        self._time += _TIME_OF_TOKEN + _TIME_OF_LINK * level.since + _TIME_OF_INDENT * len(self._indents)
        if self._is_pattern:
            self._time += _TIMES_PER_BRACKET_OF_PATTERN ** min(len(self._levels) - 1, _DEEPEST_PATTERN)
        return level.chain <= _MOST_IN_CHAIN and self._chains <= _MOST_IN_CHAINS and self._time <= _MOST_TIME

    def _begin_line(self, match: re.Match[str]) -> bool:
        """Note how far a statement is indented, and whether it is a further branch or a pattern."""
        self._is_first = False
        word = match["word"]
        before = self._text[match.start() : match.start(match.lastgroup or 0)]
        column = len(before.partition("\\")[0])
        while column < self._indents[-1]:
            self._indents.pop()
        if column > self._indents[-1]:
            self._indents.append(column)
        if word == "elif":
            if "\\" in before:
                return False  # which condition it belongs to is hard to tell
            self._branches[column] = self._branches.get(column, 0) + 1
        elif word == "if":
            self._branches[column] = 0
        self._is_pattern = word == "case" and not _NO_PATTERN.match(self._text, match.end())
        return len(self._indents) <= _MOST_INDENTS and self._branches.get(column, 0) <= _MOST_BRANCHES

    def _end_line(self, level: _Level) -> None:
        self._end_chain(level)
        level.lambdas = 0
        self._is_first, self._is_pattern = True, False

    def _end_chain(self, level: _Level) -> None:
        self._chains -= level.chain
        level.chain = level.since = 0

    def _take_word(self, level: _Level, word: str) -> None:
        if word == "lambda":
            level.lambdas += 1
        elif len(self._levels) > 1:
            return
        elif word == "del":
            self._is_pattern = True
        elif word == "if":
            self._is_pattern = False

    def _take_comma(self, level: _Level, mark: str) -> None:
        if not level.lambdas:  # a comma between the parameters of one ends nothing
            self._end_chain(level)
        if mark == ";":
            self._is_pattern = False

    def _take_colon(self, level: _Level) -> None:
        if level.is_field:
            level.is_text = True
        elif level.lambdas:
            level.lambdas -= 1
        elif len(self._levels) == 1:
            self._is_pattern = False

    def _open(self, level: _Level) -> bool:
        self._levels.append(level)
        return len(self._levels) <= _MOST_OPEN

    def _close(self, level: _Level, token: str) -> bool:
        if level.closer != token:
            return False
        self._levels.pop()
        around = self._levels[-1]
        around.inside += level.inside
        around.since += level.inside
        self._chains -= level.chain
        self._time += _TIME_OF_BRACKET * level.inside
        return True

    def _step_in_text(self, level: _Level) -> bool:
        """Step over text up to the next field or the end of the string, or of the form of a field."""
        match = level.pattern.match(self._text, self._position) if level.pattern else None
        if match is None:
            return False
        self._position = match.end()
        kind = match.lastgroup
        if kind == "quote":
            return self._take_quote(level, match)
        if kind == "open":
            return self._count(level) and self._open(_Level("}", self._form_of_field(), is_field=True))
        if kind == "close":
            return self._close(level, "}")
        if kind == "line":
            return len(self._quote()) == len('"""')
        if match["skipped"] != "\\" or level.pattern in (_RAW_TEXT, _RAW_FORM):
            return True
        return not self._text.startswith("N{", self._position)  # the name of a character that does not end

    def _take_quote(self, level: _Level, match: re.Match[str]) -> bool:
        quote = self._quote()
        start = match.start("quote")
        if not self._text.startswith(quote, start):
            self._position = start + 1
            return True
        self._position = start + len(quote)
        return self._close(level, quote)

    def _quote(self) -> str:
        """Return the quotes of the innermost string with fields."""
        return next(level.closer for level in reversed(self._levels) if level.pattern and not level.is_field)

    def _form_of_field(self) -> re.Pattern[str]:
        pattern = self._levels[-1].pattern
        return _RAW_FORM if pattern in (_RAW_TEXT, _RAW_FORM) else _FORM
