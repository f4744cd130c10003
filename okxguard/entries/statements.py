"""Read languages whose statements name a value in words of their own: COBOL, SAS, Tcl, AutoHotkey, Robot, Fortran.

What they share with other languages, `name = "v"` above all, is read as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from okxguard.documents import Document
from okxguard.kinds import language_of
from okxguard.model import Entry, Place, Span

_QUOTED = r"(?:\"(?P<double>[^\"\n]{1,400})\"|'(?P<single>[^'\n]{1,400})'|\{(?P<braced>[^{}\n]{1,400})\})"
_WORD = r"(?P<bare>[^\s\"'{;,][^\s;,]{0,400})"
_BLANK, _BLANKS = r"[ \t]{0,20}", r"[ \t]{1,20}"
# Robot Framework parts cells by two blanks or more.
_GAP = r"(?:[ \t]{2,20}|\t)"
_CELL = r"(?P<bare>\S{1,200}(?:[ ]\S{1,200}){0,20})(?=[ \t]{2}|\t|[ \t]?$)"
_VARIABLE = r"[$%]\{(?P<name>[^{}\n]{1,80})\}[ \t]?=?"
# The patterns are texts, which `re` compiles at their first use and keeps.
STATEMENTS = {
    "cobol": (
        rf"""^[^*\n]{{0,12}}\b\d\d{_BLANKS}(?P<name>[A-Z][\w-]{{1,60}})[ \t][^.\"'\n]{{0,120}}\n?[^.\"'\n]{{0,80}}
        \bVALUE{_BLANKS}(?:IS{_BLANKS})?{_QUOTED}""",
        rf"\bMOVE{_BLANKS}{_QUOTED}\s{{1,40}}TO\s{{1,40}}(?P<name>[A-Z][\w-]{{1,60}})",
    ),
    "sas": (
        rf"""%let{_BLANKS}(?P<name>\w{{1,80}}){_BLANK}={_BLANK}%(?:nr|b|nrb)?(?:str|quote)\({_BLANK}
        (?P<bare>[^\n;]{{1,400}}?){_BLANK}\){_BLANK};""",
        rf"%let{_BLANKS}(?P<name>\w{{1,80}}){_BLANK}={_BLANK}(?P<bare>[^\s;%\"'][^\n;]{{0,400}}?){_BLANK};",
        rf"\bset{_BLANK}={_BLANK}(?P<name>\w{{1,80}}){_BLANKS}{_QUOTED}",
    ),
    "tcl": (
        rf"""(?:^|[;\[{{\s])(?<!array[ ])(?:set|variable|dict{_BLANKS}set{_BLANKS}(?P<within>[\w:]{{1,80}})){_BLANKS}
        (?:(?P<array>[\w:]{{1,80}})\()?(?P<name>[\w:.-]{{1,80}})\)?{_BLANKS}(?:{_QUOTED}|{_WORD})""",
        r"\b(?:array[ ]set[ ][\w:]{1,80}[ ]\{|dict[ ]create[ ])(?P<members>(?:[^{}\[\]]|\{[^{}]{0,400}\}){1,2000})",
    ),
    "autohotkey": (
        rf"""\bIniWrite{_BLANK},{_BLANK}(?P<bare>[^\s,\"][^,\n]{{0,400}}?){_BLANK},[^,\n]{{1,200}},{_BLANK}
        (?P<within>[^,\n]{{0,80}}?){_BLANK},{_BLANK}(?P<name>[\w.\ -]{{1,80}}?){_BLANK}$""",
        rf"""\bIniWrite(?:{_BLANKS}|\({_BLANK}){_QUOTED}{_BLANK},[^,\n]{{1,200}},{_BLANK}
        \"(?P<within>[^\"\n]{{0,80}})\"{_BLANK},{_BLANK}\"(?P<name>[^\"\n]{{1,80}})\"""",
        rf"\bEnvSet{_BLANK},{_BLANK}(?P<name>\w{{1,80}}){_BLANK},{_BLANK}(?P<bare>[^\s,\"][^\n]{{0,400}}?){_BLANK}$",
    ),
    "robot": (
        rf"^(?:VAR{_GAP})?{_VARIABLE}{_GAP}{_CELL}",
        rf"""^[ \t]{{1,20}}(?:VAR{_GAP})?{_VARIABLE}{_GAP}
        (?:(?:Set(?:[ ]\w{{1,20}})?[ ]Variable|Catenate|Convert[ ]To[ ]String|Evaluate){_GAP})?{_CELL}""",
        rf"""\b(?:Set(?:[ ]\w{{1,20}}){{1,2}}[ ]Variable|Input[ ](?:Text|Password)|Fill[ ](?:Text|Secret)){_GAP}
        (?:\w{{1,10}}[:=])?[$%]?\{{?(?P<name>[^{{}}\s]{{1,80}})\}}?{_GAP}{_CELL}""",
    ),
    "abap": (
        rf"\b(?:CONSTANTS|DATA):?\s{{1,20}}(?P<name>\w{{1,60}})\s{{1,20}}(?:TYPE|LENGTH)\s[^'\n.]{{1,80}}\sVALUE{_BLANKS}{_QUOTED}",
    ),
    "assembler": (rf"^(?P<name>[A-Za-z_]\w{{0,80}}):?{_BLANKS}(?:db|\.asci[iz]z?|\.string){_BLANKS}{_QUOTED}",),
    "fortran": (rf"\bDATA{_BLANKS}(?P<name>\w{{1,60}}){_BLANK}/{_BLANK}{_QUOTED}{_BLANK}/",),
}
# Names and values in turn.
_MEMBER = rf"(?<![^\s{{])(?P<name>[\w:.-]{{1,80}})\s{{1,40}}(?:{_QUOTED}|{_WORD})"
_FLAGS = re.VERBOSE | re.MULTILINE | re.IGNORECASE
_VALUES = ("double", "single", "braced", "bare")


def statement_entries(document: Document) -> Iterator[Entry]:
    """Yield what the statements of a file say; the rest of it is read as text."""
    for pattern in STATEMENTS.get(language_of(document.path, document.text), ()):
        for match in re.finditer(pattern, document.text, _FLAGS):
            if "members" in match.groupdict():
                start, end = match.span("members")
                yield from map(_entry, re.compile(_MEMBER).finditer(document.text, start, end))
            else:
                yield _entry(match)


def _entry(match: re.Match[str]) -> Entry:
    groups = match.groupdict()
    held = next(name for name in _VALUES if groups.get(name) is not None)
    titles = filter(None, (groups.get("within"), groups.get("array")))
    return Entry((*titles, match["name"]), match[held], Span(*match.span(held)), Place.ASSIGNMENT, held != "bare")
