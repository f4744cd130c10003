"""Read PowerShell: variables, hashtables, here-strings, environment variables, and named parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from okxguard.documents import Document
from okxguard.entries.inner import read_inner
from okxguard.entries.offsets import OffsetMap
from okxguard.kinds import kind_of
from okxguard.model import Entry, Place, Span

_STRING = r"(?:'(?P<{0}s>(?:[^'\n]|''){{0,1000}})'|\"(?P<{0}d>(?:[^\"`\n]|`.|\"\"){{0,1000}})\")"
_NAME = (
    r"(?:\[[\w.]+(?:\[\])?\]\s*)?[$@]?(?:\{(?P<braced>[\w:.-]{1,100})\}|[\"']?(?P<name>[A-Za-z_][\w:.-]{0,100})[\"']?)"
)
# What may stand around a value that it only holds: casts, constructors, ConvertTo-SecureString and its options.
_HELD = (
    r"(?:\(\s*|\[(?!(?i:system\.)?(?i:guid|uri|version|regex)\])[\w.]{1,80}(?:\[\])?\]\s*(?:::(?:new|\w{1,20}\.GetBytes)\s*\(\s*)?"
    r"|(?i:ConvertTo-SecureString)\s+|(?i:New-Object)\s+(?:-TypeName\s+)?(?!(?i:system\.)?(?i:guid|uri|version)\b)[\w.]{1,80}\s*"
    r"|-(?i:String|AsPlainText|Force|ArgumentList)\s+|(?:''|\"\"|\$null|\[string\]::Empty)\s*,\s*){0,6}"
)
_ASSIGNED = re.compile(
    rf"(?:(?<=[\s;{{(,@|])|^){_NAME}(?:\[[\"'](?P<key>[^\"'\n]{{1,80}})[\"']\])?\s*\+?=\s*{_HELD}"
    + _STRING.format("a"),
    re.MULTILINE,
)
_MEMBER = r"(?:'[^'\n]{0,300}'|\"[^\"\n]{0,300}\"|[$\w.]{1,60})"
_LIST = re.compile(
    r"(?<![\w:.-])(?P<title>[\w:.-]{1,80})['\"]?\s{0,20}=\s{0,20}@\("
    rf"(?P<items>\s{{0,20}}{_MEMBER}(?:\s{{0,20}},\s{{0,20}}{_MEMBER}){{0,11}})\s{{0,20}}\)"
)
_ITEM = re.compile(r"'(?P<single>[^'\n]{1,300})'|\"(?P<double>[^\"\n]{1,300})\"|[$\w.]+")
_CALLED = re.compile(
    r"(?P<callee>SetEnvironmentVariable|\.Add|\.set_Item|\.Headers\.Add|Set-Item(?:\s+-Path)?|Set-Variable(?:\s+-Name)?"
    r"|New-Item\s+-Path|ConvertTo-SecureString|New-Variable(?:\s+-Name)?|setx|secrets?\s+set|config\s+set)[\s(]*"
    r"(?:\$?[\"']?(?:Env:\\?)?(?P<name>[A-Za-z][\w.:-]{0,100})[\"']?)\s*(?:,|-Value|\s)\s*" + _STRING.format("c"),
    re.IGNORECASE,
)
_PARAMETER = re.compile(r"(?<=\s)-(?P<name>[A-Za-z]\w{1,60})[\s:]\s*" + _STRING.format("p"))
_NAMED_VALUE = re.compile(
    r"-(?:Name|Key|SecretName|Path(?![^\n;|]{1,200}\s-Name\s))\s+[\"']?(?:Env:\\?)?(?P<name>[A-Za-z][\w./-]{0,100})[\"']?(?:[^\n;|]|`\n){0,200}?"
    r"-(?:Value|SecureSecret|SecureStringSecret|SecretValue|Secret|SecretString|Body)\s+\(?(?:ConvertTo-SecureString\s+(?:-String\s+)?)?"
    + _STRING.format("n"),
    re.IGNORECASE,
)
_BRACES = re.compile(
    r"(?:[$'\"]?(?P<title>[\w:.-]{1,80})['\"]?\s*=\s*|-(?P<option>\w{1,60})\s+)?(?:\[[\w.]+\]\s*)?@\{|(?P<open>\{)|(?P<close>\})"
    r"|'(?:[^'\n]|''){0,1000}'|\"(?:[^\"`\n]|`.){0,1000}\""
)
_HERE = re.compile(r"@(?P<quote>[\"'])[ \t]*\n")
_TARGET = re.compile(
    r"[^\n|]{0,40}?(?:\|\s*)?(?:(?:Out-File|Set-Content|Add-Content|Tee-Object)(?:\s+-\w+)*|>>?)\s*[\"']?(?P<path>[^\s\"']{1,200})"
)
_COMMENT = re.compile(r"^\s*#")


def powershell_entries(document: Document) -> Iterator[Entry]:
    """Yield what can be told for sure; the rest of the script is read as text."""
    text = document.text
    tables = list(_tables(text))
    for pattern, place in (
        (_ASSIGNED, Place.ASSIGNMENT),
        (_CALLED, Place.ARGUMENT),
        (_NAMED_VALUE, Place.ARGUMENT),
        (_PARAMETER, Place.ARGUMENT),
    ):
        for match in pattern.finditer(text):
            if not _COMMENT.match(document.line_text(document.line_of(match.start()))):
                yield from _entry(match, place, _path_at(tables, match.start()))
    for match in _LIST.finditer(text):
        yield from _listed(match, (*_path_at(tables, match.start()), match["title"].removeprefix("$")))
    yield from _here_strings(document)


def _listed(match: re.Match[str], path: tuple[str, ...]) -> Iterator[Entry]:
    """Yield the strings of a list under their positions."""
    for index, item in enumerate(_ITEM.finditer(match.string, *match.span("items"))):
        if item.lastgroup:
            span = Span(*item.span(item.lastgroup))
            yield Entry((*path, f"[{index}]"), item[item.lastgroup], span, Place.ASSIGNMENT)


def _here_strings(document: Document) -> Iterator[Entry]:
    """Yield what stands in here-strings, each read as the file that it is written to."""
    text = document.text
    at = 0
    while match := _HERE.search(text, at):
        end = text.find(f"\n{match['quote']}@", match.end() - 1)
        if end < 0:
            return
        body = text[match.end() : end]
        target = _TARGET.match(text, end + 3)
        name = target["path"] if target else ""
        offsets = OffsetMap([(0, match.end())])
        yield from read_inner(document, body, offsets, name, kind_of(name, body), (f"@#{match.start()}",)).entries
        at = end + 3


def _tables(text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield start, end and path of every hashtable, the outer one after the inner."""
    scopes: list[tuple[int, tuple[str, ...]]] = []
    for match in _BRACES.finditer(text):
        if match["close"] and scopes:
            start, path = scopes.pop()
            yield start, match.start(), path
        elif match["open"] or match[0].endswith("@{"):
            outer = scopes[-1][1] if scopes else ()
            title = match["title"] or match["option"] or f"{{}}#{match.start()}"
            named = () if match["open"] else (title.removeprefix("$"),)
            if len(scopes) < 60:
                scopes.append((match.end(), (*outer, *named)))


def _path_at(tables: list[tuple[int, int, tuple[str, ...]]], offset: int) -> tuple[str, ...]:
    """Return the path of the innermost hashtable around an offset."""
    return next((path for start, end, path in tables if start <= offset < end), ())


def _entry(match: re.Match[str], place: Place, path: tuple[str, ...]) -> Iterator[Entry]:
    groups = match.groupdict()
    group = next(name for name in groups if len(name) == 2 and groups[name] is not None)
    raw = groups[group]
    value = raw.replace("''", "'") if group[1] == "s" else re.sub(r"`(.)|\"(\")", r"\1\2", raw)
    name = groups.get("key") or groups.get("braced") or groups.get("name") or ""
    name = re.sub(r"(?i)^(?:env|global|script|private|local):", "", name)
    if not value or not name:
        return
    start, end = match.span(group)
    titles = (groups.get("braced") or groups.get("name") or "",) if groups.get("key") else ()
    yield Entry((*path, *titles, name), value, Span(start, end), place, True, value == raw)
