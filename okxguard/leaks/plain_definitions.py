"""Find the definitions of types that are printed with all their fields, in the languages that do so."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import NamedTuple

from okxguard.leaks.plain_cells import Code

# Every pattern begins with plain letters, for those are looked for much quicker than anything else.
_CLASS = r"class\s+(?P<name>\w{1,80})\b[^{};()]{0,200}(?P<open>\{)"
_PARAMETERS = r"class\s+(?P<name>\w{1,80})[^({};=]{0,60}(?P<open>\()"
_BASE = r"\s{0,3}(?::[^(){};]{0,80})?(?P<open>[({])"
_RECORD = r"record\s+(?:class\s+|struct\s+)?(?P<name>\w{1,80})\s{0,3}(?:<[^<>()]{0,80}>)?" + _BASE
_STRUCT = r"struct\s+(?P<name>\w{1,80})\b(?:<[^<>{}]{0,80}>)?[^{};()]{0,100}(?P<open>\{)"
_DEFINED = {
    "go": [r"type\s+(?P<name>\w{1,80})\s+struct\s{0,3}(?P<open>\{)"],
    "rust": [_STRUCT],
    "java": [_RECORD, _CLASS],
    "groovy": [_CLASS],
    "kotlin": [_PARAMETERS],
    "scala": [_PARAMETERS],
    "csharp": [_RECORD, r"class\s+(?P<name>\w{1,80})\b[^{};]{0,200}(?P<open>\{)"],
    "swift": [_STRUCT],
    "javascript": [
        _CLASS,
        _CLASS.replace("class", "interface"),
        r"type\s+(?P<name>\w{1,80})\s{0,3}=\s{0,3}(?P<open>\{)",
    ],
    "php": [_CLASS],
}
_TYPED = (
    r"(?:^|[,;])[ \t]{0,40}(?:@[\w.]{1,60}(?:\([^()\n]{0,80}\))?[ \t]{1,9}){0,3}"
    r"(?P<type>\w[\w.<>?\[\], ]{0,80}?)\s{1,9}(?P<name>\w{1,60})\s{0,9}(?=[;,={]|$)"
)
_TITLED = r"(?P<name>\b[^\W\d]\w{0,60})[?!]?\s{0,9}:\s{0,9}(?P<type>[&'\w\[<][^,;=\n{}]{0,80})"
_FIELDS = {
    "go": r"^[ \t]{0,40}(?P<names>\w{1,60}(?:,\s{0,3}\w{1,60}){0,8})[ \t]{1,60}(?P<type>[*\[\]\w.]{1,80})"
    r"|^[ \t]{0,40}(?:\w{1,40}\.)?(?P<inner>\w{1,60})[ \t]{0,40}$",
    "rust": _TITLED,
    "java": _TYPED,
    "csharp": _TYPED,
    "php": r"(?:private|public|protected|readonly|var)\s{1,3}(?:readonly\s{1,3})?(?:static\s{1,3})?"
    r"(?:(?P<type>\??[\w|\\]{1,60})\s{1,3})?\$(?P<name>\w{1,60})",
    "javascript": _TITLED + r"|\bthis\.(?P<own>\w{1,60})\s{0,3}=(?!=)",
}
_HIDING = {
    "go": r"\bfunc\s{0,3}\(\s{0,3}(?:\w{1,40}\s{1,3})?\*?(?P<name>\w{1,80})\s{0,3}\)\s{0,3}"
    r"(?:String|GoString|Format|MarshalLogObject|LogValue|MarshalText|MarshalJSON)\s{0,3}\(",
    "rust": r"\bDebug\s{1,3}for\s{1,3}(?P<name>\w{1,80})\b",
    "swift": r"\b(?P<name>\w{1,80})\s{0,3}:[^{}\n]{0,100}Custom(?:Debug)?StringConvertible",
}
_SILENT_BODY = re.compile(
    r"\b(?:toString|ToString|PrintMembers|toJSON|inspect\.custom|__debugInfo|jsonSerialize|customMirror)\b"
)
_SILENT_MARK = re.compile(r"\bexclude\b|\bof\s{0,3}=|onlyExplicitly", re.IGNORECASE)
_LOMBOK = re.compile(r"@(?:lombok\.)?(?:Data|ToString|Value|Canonical|Immutable|AutoValue)\b(?!\(\s{0,3}\")")
_HIDDEN_FIELD = re.compile(
    r"(?:@ToString\.Exclude|#\[[^\]\n]{0,80}(?:skip|ignore|redact|sensitive)[^\]\n]{0,80}\])[^,;]{0,120}$",
    re.IGNORECASE,
)
_LONGEST, _MOST_MARKS = 20_000, 12
Field = tuple[str, str, int]


class Definition(NamedTuple):
    """A type: its name, its fields with their types and places, whether it says itself how it is shown, and how."""

    name: str
    fields: tuple[Field, ...]
    hidden: bool
    written: str = ""


def definitions(code: Code, language: str) -> list[Definition]:
    """Return the types of a file whose values are printed with all their fields."""
    hiding = _HIDING.get(language)
    own = {match["name"]: match.end() for match in re.finditer(hiding, code.text)} if hiding else {}
    return [
        _definition(code, language, match, own)
        for pattern in _DEFINED.get(language, ())
        for match in re.finditer(pattern, code.text)
        if not code.text[match.start() - 1 : match.start()].isalnum()
    ]


def _definition(code: Code, language: str, match: re.Match[str], own: dict[str, int]) -> Definition:
    name, marks = match["name"], _marks(code.text, match.start())
    start, end, after = _inside(code, match.start("open"))
    silent = _SILENT_BODY.search(code.text, start, after)
    at = own.get(name, silent.end() if silent else -1)
    hidden = at >= 0 or _SILENT_MARK.search(marks) is not None or not _is_shown(language, marks, match[0])
    written = _block(code, at) if at >= 0 else ""
    return Definition(name, tuple(_fields(code, language, start, end)), hidden, written)


def _marks(text: str, at: int) -> str:
    """Return what stands before a definition: modifiers on its line, marks such as `@Data` above it."""
    start = text.rfind("\n", 0, at) + 1
    for _ in range(_MOST_MARKS):
        above = text.rfind("\n", 0, max(0, start - 1)) + 1
        line = text[above:start].strip()
        if start == 0 or not (line.startswith(("@", "#[")) or line.endswith(("]", ")"))):
            break
        start = above
    return text[start:at]


def _is_shown(language: str, marks: str, head: str) -> bool:
    """Tell whether values of a type are shown with their fields unless it says otherwise."""
    if language == "rust":
        return "Debug" in marks
    if language in ("java", "groovy"):
        return head.startswith("record") or _LOMBOK.search(marks) is not None
    if language in ("kotlin", "scala", "csharp"):
        return head.startswith("record") or re.search(r"\b(?:data|case|record)\s{1,9}$", marks) is not None
    return True


def _block(code: Code, at: int) -> str:
    """Return the block that follows a place, or the rest of its line."""
    index = bisect_left(code.tokens.starts, at)
    line = code.text.find("\n", at)
    while index < len(code.tokens.starts) and code.tokens.starts[index] < at + 300:
        if code.tokens.kinds[index] == "{":
            closing = code.tokens.partners.get(index)
            if closing is not None and not re.search(r"=|;|\}", code.text[at : code.tokens.starts[index]]):
                return code.text[code.tokens.starts[index] : code.tokens.ends[closing]][:4000]
            break
        index += 1
    return code.text[at : line if line > 0 else len(code.text)]


def _inside(code: Code, opening: int) -> tuple[int, int, int]:
    """Return where the inside of a bracket begins and ends, and where the block behind it does, if there is one."""
    tokens = code.tokens
    index = bisect_left(tokens.starts, opening)
    closing = tokens.partners.get(index)
    if closing is None:
        return opening + 1, opening + 1, opening + 1
    end, after = tokens.starts[closing], tokens.starts[closing]
    if tokens.kinds[index] == "(" and closing + 1 < len(tokens.kinds) and tokens.kinds[closing + 1] == "{":
        between = code.text[end + 1 : tokens.starts[closing + 1]]
        block = tokens.partners.get(closing + 1)
        if block is not None and len(between) < 200 and ";" not in between and "\n\n" not in between:
            after = tokens.starts[block]
    return opening + 1, min(end, opening + _LONGEST), min(after, opening + _LONGEST)


def _fields(code: Code, language: str, start: int, end: int) -> list[Field]:
    pattern = re.compile(_FIELDS.get(language, _TITLED if language in _DEFINED else _TYPED), re.MULTILINE)
    text = code.text[start:end] if language in ("php", "javascript") else _outer(code, start, end)
    found: list[Field] = []
    for match in pattern.finditer(text):
        if _HIDDEN_FIELD.search(text, 0, match.start("name") if match.groupdict().get("name") else match.start()):
            continue
        groups = match.groupdict()
        kind = (groups.get("type") or "").strip()
        if groups.get("inner"):
            found.append((groups["inner"], groups["inner"], start + match.start()))
        elif groups.get("names"):
            found += [(name.strip(), kind, start + match.start()) for name in groups["names"].split(",")]
        else:
            place = start + match.start("name" if groups["name"] else "own")
            found.append((groups["name"] or groups["own"], kind, place))
    return found


def _outer(code: Code, start: int, end: int) -> str:
    """Return the text between two places with blanks for what is in brackets."""
    tokens, pieces, at = code.tokens, [], start
    index = bisect_left(tokens.starts, start)
    while index < len(tokens.starts) and tokens.starts[index] < end:
        closing = tokens.partners.get(index) if tokens.kinds[index] in ("(", "{") else None
        if closing is not None and closing > index:
            opening, stop = tokens.starts[index], min(tokens.ends[closing], end)
            pieces += [code.text[at : opening + 1], re.sub(r"[^\n]", " ", code.text[opening + 1 : stop])]
            at, index = stop, closing
        index += 1
    return "".join([*pieces, code.text[at:end]])
