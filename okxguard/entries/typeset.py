"""Read text with the control sequences of a typesetter: TeX, RTF, and the folded lines of cards and calendars."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from okxguard.documents import Document
from okxguard.entries.inner import moved
from okxguard.entries.offsets import OffsetMap
from okxguard.entries.reading import Reading, TellingLines
from okxguard.entries.text import read_lines
from okxguard.kinds import Kind
from okxguard.model import Entry

# The named groups of each pattern say what to put in the place of what they match; what matches no group goes away.
_TEX = r"""(?x)
    \\(?:(?:re)?new|provide|Declare\w{0,20})command\*?\s{0,9}\{?\\(?P<defined>[A-Za-z@]{1,60})\}?(?:\[\d\])?\s{0,9}\{
    | \\[gex]?def\s{0,9}\\(?P<let>[A-Za-z@]{1,60})\s{0,9}\{
    | \\item\s{0,9}\[(?P<item>[^\[\]\n]{1,80})\]
    | \\(?:verb|lstinline)\*?(?P<mark>[^\sA-Za-z{*])(?P<kept>[^\n]{1,200}?)(?P=mark)
    | \\(?P<letter>[$\#%&_{}])
    | (?P<line>\\\\(?:\[[^\]\n]{0,20}\])?|\\(?:par|newline|hline|midrule|toprule|bottomrule)(?![A-Za-z]))
    | (?P<cell>&)
    | \\(?:label|\w{0,9}ref|cite\w{0,9}|begin|end|input|include|usepackage)\*?(?:\[[^\[\]\n]{0,100}\])?
      \{[^{}\n]{0,200}\}
    | \\[A-Za-z@]{1,60}\*?(?:\[[^\[\]\n]{0,100}\])?
    | (?P<gap>\}(?=\\[A-Za-z]))
    | [{}]
    | (?P<blank>~)
    """
_RTF = r"""(?x)
    \\'(?P<octet>[0-9a-fA-F]{2})
    | \\u(?P<code>-?\d{1,6})[ ]?\??
    | (?P<line>\\(?:par|line|row|sect|page)(?![a-z])[ ]?)
    | (?P<cell>\\(?:cell|nestcell|tab)(?![a-z])[ ]?)
    | \\(?P<letter>[{}\\])
    | \\[a-z]{1,40}-?\d{0,10}[ ]?
    | \\\*?
    | [{}\n]
    """
_CARD = r"""(?x) \n[ \t] | (?P<line>\\[nN]|=0D=0A) | \\(?P<letter>[,;:\\]) """
_PATTERNS = {Kind.TEX: _TEX, Kind.RTF: _RTF, Kind.CARD: _CARD}


def _named(match: re.Match[str], group: str) -> str:
    return f"{match[group]}: "


def _octet(match: re.Match[str], group: str) -> str:
    return bytes.fromhex(match[group]).decode("cp1252", "replace")


def _code(match: re.Match[str], group: str) -> str:
    number = int(match[group]) % 0x10000
    return chr(number) if not 0xD800 <= number < 0xE000 else "\ufffd"


_MEANT: dict[str, Callable[[re.Match[str], str], str]] = {
    "defined": _named,
    "let": _named,
    "item": _named,
    "octet": _octet,
    "code": _code,
    "line": lambda _match, _group: "\n",
    "cell": lambda _match, _group: " | ",
    "gap": lambda _match, _group: " ",
    "blank": lambda _match, _group: " ",
}


def read_typeset(document: Document, lines: TellingLines) -> Reading:
    """Return the entries of the text that a typesetter makes of a document, of the lines that are telling."""
    telling = lines.around
    text, offsets = _plain(document.text, _PATTERNS[document.kind])
    return Reading(tuple(_read(document, text, offsets, telling)))


def _read(document: Document, text: str, offsets: OffsetMap, telling: frozenset[int]) -> Iterator[Entry]:
    written, at = [], 0
    for line in text.split("\n"):
        written.append((at, line))
        at += len(line) + 1
    told = frozenset(start for start, _ in written if document.line_of(offsets.of(start)) in telling)
    for entry in read_lines(written, (), markdown=True, telling=told):
        yield moved(document, entry, offsets)


def _plain(text: str, pattern: str) -> tuple[str, OffsetMap]:
    """Return a text without its control sequences, and where its characters stand."""
    parts: list[str] = []
    pieces, at, length = [(0, 0)], 0, 0
    for match in re.finditer(pattern, text):
        before = text[at : match.start()]
        group = match.lastgroup
        start, end = match.span(group) if group in ("kept", "letter") else (match.end(), match.end())
        parts += [before, _MEANT[group](match, group) if group in _MEANT else text[start:end]]
        length += len(before)
        pieces += [(length, match.start()), (length, start)]
        length += len(parts[-1])
        pieces.append((length, end))
        at = match.end()
        pieces.append((length, at))
    parts.append(text[at:])
    return "".join(parts), OffsetMap(pieces)
