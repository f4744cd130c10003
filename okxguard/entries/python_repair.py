"""Parse Python that is not quite Python 3: Python 2, notebook magics, shell lines, conflict markers, half a line.

Everything is replaced at equal length, so that the tree tells the places of the original text.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import NamedTuple

from okxguard.entries.reading import MismatchError

_PYTHON_2 = re.compile(
    r"""
    (?P<unicode> \b[uU](?=[rR]["']) )
    | (?P<kept> \"{3}(?:[^\\]|\\(?:.|\Z))*?(?:\"{3}|\Z) | '{3}(?:[^\\]|\\(?:.|\Z))*?(?:'{3}|\Z)
        | "(?:[^"\\\n]|\\(?:.|\Z))*"? | '(?:[^'\\\n]|\\(?:.|\Z))*'? | \#[^\n]* )
    | (?P<statement> (?:^|(?<=[:;]))[ \t]*(?:print|exec))[ \t](?=[ \t]*["'\w`{])
    | (?P<raise> \braise[ ][\w.]{1,200}),
    | (?P<except> \bexcept[ \t]{1,9}(?:[\w.]{1,200}|\([^()\n]{0,400}\)))[ \t]{0,9},[ \t]{0,9}\w{1,100}(?=[ \t]{0,9}:)
    | `(?P<repr> [^`\n]{1,200})`
    | (?P<octal> (?<![\w.])0+(?=[1-7][0-7]*\b) )
    | (?P<long> (?<![\w.])\d+)[lL]\b
    | (?P<unequal> <> )
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?:[ ]|$)")
_CONFLICT_BEGINS = "<<<<<<< "
_MAGIC = re.compile(r"\s*(?:%{1,2}[A-Za-z]|![\w./~$]|\?\w)")
_UNPAIRED = re.compile("[\0\ud800-\udfff]")
_MOST_TRIES = 40
_MOST_CHARACTERS = 2_000_000


class Parsed(NamedTuple):
    """A tree, the indices of the lines that had to be left out of it, and those that are no magics of a notebook."""

    tree: ast.Module
    left_out: frozenset[int] = frozenset()
    strange: frozenset[int] = frozenset()


# The text that was parsed last, and what was made of it: every rule that reads a module asks for it in turn.
_last: list[tuple[str, Parsed | MismatchError]] = []


def parse_python(text: str) -> Parsed:
    """Parse a module, without the lines that are not Python if need be; nobody may change the tree.

    Raises MismatchError when too many lines would be left out.
    """
    if not (_last and _last[0][0] == text):
        _last[:] = [(text, _parsed(text))]
    parsed = _last[0][1]
    if isinstance(parsed, MismatchError):
        raise parsed
    return parsed


def take_python(text: str) -> Parsed:
    """Parse a module as `parse_python` does, and return a tree that nobody else has."""
    parsed = parse_python(text)
    _last.clear()
    return parsed


def _parsed(text: str) -> Parsed | MismatchError:
    try:
        return Parsed(_parse(text))
    except MismatchError as error:
        return error
    except (SyntaxError, ValueError):
        pass
    try:
        return _Repair(text).parse()
    except MismatchError as error:
        return error


def _parse(text: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (RecursionError, MemoryError):
        raise MismatchError from None


def _modernised(text: str) -> str:
    """Return Python 2 as Python 3 of the same length; what is valid in Python 3 stays as it is."""
    return _PYTHON_2.sub(_replacement, text)


def _replacement(match: re.Match[str]) -> str:
    kind, whole = match.lastgroup or "kept", match[0]
    if kind in ("statement", "raise"):
        return f"{match[kind]};"
    if kind == "repr":
        return f"({match[kind]})"
    if kind == "unequal":
        return "!="
    if kind in ("except", "long"):
        return match[kind].ljust(len(whole))
    return whole if kind == "kept" else " " * len(whole)


class _Repair:
    """Leaves out one bad line after the other, where the parser says that they are."""

    def __init__(self, text: str) -> None:
        # A character of the same width in UTF-8 takes the place of half a character; NUL is one byte wide.
        text = _UNPAIRED.sub(lambda match: " " if match[0] == "\0" else "\ufffd", text)
        self._written = text.split("\n")
        self._lines = _modernised(text).split("\n")
        self._left_out: set[int] = set()
        self._tries = min(_MOST_TRIES, _MOST_CHARACTERS // (len(text) + 1))
        self._most = 2 + sum(not line.isspace() for line in self._lines if line) // 3

    def parse(self) -> Parsed:
        if any(line.startswith(_CONFLICT_BEGINS) for line in self._lines):
            self._leave_out_matching(_CONFLICT)
        for _ in range(self._tries):
            try:
                tree = _parse("\n".join(self._lines))
                strange = frozenset(line for line in self._left_out if not _MAGIC.match(self._written[line]))
                return Parsed(tree, frozenset(self._left_out), strange)
            except SyntaxError as error:
                self._leave_out(error)
            except ValueError:
                break
            if len(self._left_out) > self._most:
                break
        raise MismatchError

    def _leave_out(self, error: SyntaxError) -> None:
        index = min(max((error.lineno or 1) - 1, 0), len(self._lines) - 1)
        if "expected an indented block" in error.msg:
            index -= 1
        if _MAGIC.match(self._lines[index]):
            self._leave_out_matching(_MAGIC)
        elif index in self._left_out and self._lines[index].strip():
            self._lines[index] = " " * len(self._lines[index])
        else:
            self._blank(self._code_at_or_above(index))

    def _leave_out_matching(self, pattern: re.Pattern[str]) -> None:
        for index, line in enumerate(self._lines):
            if pattern.match(line):
                self._blank(index)

    def _code_at_or_above(self, index: int) -> int:
        while not self._lines[index].strip():
            if index <= 0:
                raise MismatchError
            index -= 1
        return index

    def _blank(self, index: int) -> None:
        """Put a statement of the same width in the place of a line, so that the block around it keeps its form."""
        line = self._lines[index]
        indent = line[: len(line) - len(line.lstrip())]
        statement = indent + ("if 1:" if self._opens_block(index, len(indent)) else "pass")
        fits = len(statement) <= len(line) and index not in self._left_out
        self._lines[index] = (statement if fits else "").ljust(len(line))
        self._left_out.add(index)

    def _opens_block(self, index: int, indent: int) -> bool:
        following = next((line for line in self._lines[index + 1 : index + 50] if line.strip()), "")
        return len(following) - len(following.lstrip()) > indent
