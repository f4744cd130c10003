"""Find names to the left of separators and values to their right, in one line of any text."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Name, start and end of the value in the line, and whether the value was quoted.
Pair = tuple[str, int, int, bool]

TOKEN = re.compile(
    r"""
    (?P<string>
        (?:(?<!\w)|(?<=\W[bu]))"(?:[^"\\\n]|\\.){0,1000}"
        | (?:(?<![\w)\]])|(?<=\W[bu]))'(?:[^'\\\n]|\\.){0,1000}'
        | `[^`\n]{0,1000}` )
    | (?P<escaped> \\{1,7}["'] )                             # no opening quote: each would be looked for to the end
    | (?P<open> [{(\[] ) | (?P<close> [})\]] )
    | (?P<sep> := | => | <- | ->> | -> | \|\| | \?\? | [=!<>]=+ | [=:：＝|,] | \s[-–—]{1,3}\s | — | \.{3,}\s | …+\s )
    """,
    re.VERBOSE,
)
_OPTION = re.compile(r"(?:^|\s)--?(?P<name>[A-Za-z][\w.-]{1,60})\s+(?P<value>[^\s-]\S*)")
_COMMAND = re.compile(
    r"^\s*(?:RUN\s+)?(?:ENV|ARG|LABEL|setx?|setenv|SetEnv|set\s+-\w+|export|putenv)\s+(?P<name>[A-Za-z_]\w{1,80})\s+(?P<value>[^\s=:].*)",
    re.IGNORECASE,
)
# A directive of a server, its object and a value: proxy_set_header NAME "value"; the name is no mere word.
_DIRECTIVE = re.compile(
    r"^\s*(?:[A-Za-z][\w-]{1,40}\s+(?:-[\w-]{1,30}\s+|[A-Za-z][\w-]{1,40}\s+){0,3}[\"']?[$%+>-]?)?"
    r"(?P<name>(?=[A-Za-z]{1,40}[\w.-]{0,40}[_.-]|[a-z]{1,40}[A-Z])[A-Za-z][\w.-]{1,80})[\"']?\s+"
    r"(?P<value>(?:\"[^\"\n]{1,300}\"|'[^'\n]{1,300}')(?=(?:\s+[a-z]\w{0,20}){0,2}\s*(?:;\s*)?$)"
    r"|(?=[^\s;]*\d)[^\s;\"'`(){}\[\]<>=,]{8,200}(?=\s*(?:;\s*)?$))"
)
# As PHP writes down an array: s:6:"NAME";s:3:"value";
_SERIALIZED = re.compile(r"s:\d{1,4}:\\?\"(?P<name>[^\"\\]{1,80})\\?\";s:\d{1,5}:\\?\"(?P<value>[^\"\\]{1,300})")
_ELEMENT = re.compile(r"<(?P<name>[A-Za-z][\w.:-]{0,80})(?:\s[^<>]{0,200})?>(?P<value>[^<>]{1,400})</")
_IDENTIFIER = re.compile(r"[\w$@][\w$.@-]*(?:\[[\"']?[\w.-]{1,60}[\"']?\])?$")
_TYPED = re.compile(
    r"([\w$]+)[?!]?\s*:\s*(?:&?(?:'static\s+)?str|string|text|any|unknown|object|bytes|auto|typing\.\w+|[A-Z](?![A-Z\d]*_)\w*(?:::\w+)*)"
    r"(?:[\[<][\w.,<>\[\]|'& ]{0,60}[\]>])?(?:\s*\|\s*\w+){0,3}[?!]?$"
)
_POWERSHELL = re.compile(r"\$(?:env|global|script|private):(\w+)$", re.IGNORECASE)
_BULLET = re.compile(r"^(?:\d+[.)]|[-*+•#>]+|\.{3})\s+")
_TYPE = re.compile(
    r"(?:str|&'?static str|&str|string|String|char|const|auto|var|let|std::string|text|varchar|\*)[?*&]?",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[\w$.@/#()'-]+(?:[ \t]+[\w$.@/#()'-]+){0,5}$")
_LABEL_STOPS = ":=,;|，：；。"
_REFERENCE = re.compile(r"\$\{\w+:$")
_BARE = re.compile(r"[^\s\"'`，；。、]{1,400}")
_LISTED = re.compile(r"\[(?P<value>[^\s\"'`\[\],]{6,200})\](?![\w(])")
# What begins the next one of several: of a query, of a list of assignments, of a list with labels.
_NEXT_SIGN = re.compile("[&;,|，；]")
_NEXT = re.compile(r"[;,|，；][^\W\d][\w.-]{0,80}[=:：]")
_NEXT_OF_QUERY = re.compile(r"[&;,|，；][\w.-]{1,80}[=:：]")
_EMPHASIS = re.compile(r"[ \t]*(?:\|\|(?=[^\s|])|[*_]{1,3}(?=[ \t])|[*_]{2,3}(?=\S)|[*_](?=\S{1,200}[*_]))?[ \t]*")
# What word processors make of quotes; some languages open with what others close with.
_CLOSING = {"“": "”", "”": "”", "„": "“”", "‘": "’", "’": "’", "«": "»", "»": "«"}
_QUERY_VALUE = re.compile(r"[^&\s\\]+")
_STRING_PREFIX = re.compile(r"(?:[bBrRuUfF@$]|&|String\.raw)?(?=[\"'`])")
_PREFIXES = ("", "b", "u", "f", "r", "@", "$", "&")
_OPAQUE_WORD = re.compile(r"(?=\D*\d)\S{12,}")
_IDENTIFIER_WORD = re.compile(r"[A-Za-z][\w.]*(?:[_-][\w-]+|(?<=[a-z])[A-Z]\w*)")
_ESCAPED_QUOTE = re.compile(r"\\{1,7}[\"']")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f"}
_DECORATION = " \t*_~`\"'>)]"
# Browsers store names behind their origin and a mark.
_STORED = re.compile(r"(?:\\x0[01]|[\x00\x01])+")
_WIDEST_NAME = 160
_LONGEST_STRING = 1000
_MOST_CLOSERS = 8
# The end of a line as programs print it that show control characters.
_WRITTEN_ENDS = frozenset(("\\r", "\\n"))
_LINE_END = re.compile(r"(?:\\[rn]){1,4}$")
_BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">", "（": "）", "【": "】", "「": "」", "『": "』", "《": "》"}
_CLOSERS = frozenset(_BRACKETS.values())


def unescape(raw: str) -> str:
    """Return the text that `raw`, the inside of a quoted string, stands for in most languages."""
    if "\\" not in raw:
        return raw

    def replace(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _ESCAPES.get(match[3], match[3])

    return _ESCAPE.sub(replace, raw)


def pair_at(line: str, token: re.Match[str], *, code: bool) -> Pair | None:
    """Return the pair around a separator, or None."""
    name = _name_before(line[max(0, token.start() - _WIDEST_NAME) : token.start()], token["sep"], code=code)
    if name is None:
        return None
    found = _value_after(line, _start_after(line, token), token["sep"])
    return (name, *found) if found else None


def comma_pair(line: str, tokens: list[re.Match[str]], index: int) -> Iterator[Pair]:
    """Yield `"name", "value"`, as in getenv("NAME", "default")."""
    if 0 < index < len(tokens) - 1:
        before, after = tokens[index - 1], tokens[index + 1]
        if (
            before.lastgroup == after.lastgroup == "string"
            and not line[before.end() : tokens[index].start()].strip()
            and line[tokens[index].end() : after.start()].strip() in _PREFIXES
        ):
            if index > 1 and tokens[index - 2]["sep"] == "," and after["string"][1:-1].isdigit():
                return  # a row of values, no name with its value
            yield before["string"][1:-1], after.start() + 1, after.end() - 1, True


def inner_pairs(line: str, start: int, end: int) -> Iterator[Pair]:
    """Yield what stands inside a quoted string: a header, a query, an assignment."""
    inner = line[start:end]
    if len(inner) < 8 or not any(sign in inner for sign in ":="):
        return
    for token in TOKEN.finditer(inner):
        if token["sep"] in ("=", ":"):
            label = token["sep"] == ":" and inner[token.end() : token.end() + 1] == " "
            left = inner[max(0, token.start() - _WIDEST_NAME) : token.start()]
            name = _name_before(left, token["sep"], code=not label)
            found = _value_after(inner, _start_after(inner, token), token["sep"])
            if name and found:
                first, last, quoted = found
                bare = None if quoted else _QUERY_VALUE.match(inner, first, last)
                yield name, start + first, start + (bare.end() if bare else last), True


def _name_before(left: str, sep: str, *, code: bool) -> str | None:
    left = left.rstrip(" \t*_~>")
    if not left:
        return None
    if left[-1] in "\"'`":
        opening = left.rfind(left[-1], 0, len(left) - 1)
        inside = _STORED.split(left[opening + 1 : -1])[-1]
        return inside.rstrip("\\") or None if opening >= 0 else None
    if left[-1] in _CLOSING:
        opening = max(left.rfind(quote, 0, len(left) - 1) for quote in _CLOSING)
        return left[opening + 1 : -1] or None if opening >= 0 else None
    if left[-1] == "]" and (match := re.search(r"\[[\"']([^\"'\]]{1,80})[\"']\]$", left)):
        return match[1]
    if sep == "=" and (variable := _POWERSHELL.search(left)):
        return variable[1]
    if sep in ("=", ":=") and (typed := _TYPED.search(left)):
        return typed[1]
    if code or sep in ("=", ":=", "=>", "<-", "||", "??", "＝"):
        return _identifier_before(left)
    left = left.rstrip(_DECORATION)
    label = _LABEL.search(left, 1 + max(left.rfind(sign) for sign in _LABEL_STOPS))
    return _short_label(_BULLET.sub("", label[0])) if label else None


def _short_label(label: str) -> str:
    """Return a label without what stands before an identifier, and without values that stand before it."""
    words = label.split()
    if _IDENTIFIER_WORD.fullmatch(words[-1]):
        return words[-1]
    last = max((index for index, word in enumerate(words[:-1]) if _OPAQUE_WORD.fullmatch(word)), default=-1)
    return " ".join(words[last + 1 :])


def _identifier_before(left: str) -> str | None:
    words = left.rstrip("?!)").split()
    if len(words) > 1 and _TYPE.fullmatch(words[-1]):
        words.pop()
    match = _IDENTIFIER.search(words[-1]) if words else None
    if match is None:
        return None
    name = match[0]
    subscript = re.search(r"\[[\"']?([\w.-]+)[\"']?\]$", name)
    return subscript[1] if subscript else name


def _start_after(line: str, token: re.Match[str]) -> int:
    """Return where the value behind a separator begins; `:-` in ${NAME:-default} is one separator."""
    at = token.end()
    dash = line[at - 1 : at + 1] == ":-" and _REFERENCE.search(line, max(0, at - _WIDEST_NAME), at)
    return at + 1 if dash else at


def _value_after(line: str, at: int, sep: str) -> tuple[int, int, bool] | None:
    """Return start, end and whether quoted, of the value that begins at or after `at`, behind a separator."""
    emphasis = _EMPHASIS.match(line, at)
    at = emphasis.end() if emphasis else at
    if escaped := _ESCAPED_QUOTE.match(line, at):
        end = line.find(escaped[0], escaped.end(), escaped.end() + _LONGEST_STRING)
        return (escaped.end(), end, True) if end >= 0 else None
    prefix = _STRING_PREFIX.match(line, at)
    if prefix:
        at = prefix.end()
        quote = line[at]
        end = at + 1
        last = min(len(line), at + _LONGEST_STRING)
        while end < last and line[end] != quote:
            end += 2 if line[end] == "\\" else 1
        return (at + 1, end, True) if end < last else None
    if line[at : at + 1] in _CLOSING and (closing := _end_of_curly(line, at)):
        return at + 1, closing, True
    bare = _LISTED.match(line, at)
    if bare:
        return bare.start("value"), bare.end("value"), True
    bare = _BARE.match(line, at)
    if bare is None:
        return None
    following_one = _NEXT_OF_QUERY if sep == "=" else _NEXT
    following = following_one.search(line, at, bare.end() + 1) if _NEXT_SIGN.search(bare[0]) else None
    end = following.start() if following else bare.end()
    if line[at:end][-2:] in _WRITTEN_ENDS:
        end -= len(line[at:end]) - len(_LINE_END.sub("", line[at:end]))
    for _ in range(_MOST_CLOSERS):
        if end > at and (line[end - 1] in ",;|" or (line[end - 1] in _CLOSERS and not _balanced(line[at:end]))):
            end -= 1
    if line[at:end].endswith(".") and " " in line[end - 1 : end + 1]:
        end -= 1
    return (at, end, False) if end > at else None


def _end_of_curly(line: str, at: int) -> int | None:
    """Return the place of the quote that closes the curly one at `at`."""
    closing = _CLOSING[line[at]]
    return next((end for end in range(at + 2, min(len(line), at + _LONGEST_STRING)) if line[end] in closing), None)


def _balanced(text: str) -> bool:
    return all(text.count(opening) >= text.count(closing) for opening, closing in _BRACKETS.items())


def line_pairs(line: str) -> Iterator[Pair]:
    """Yield pairs without a separator: options, shell commands, XML elements."""
    patterns = [_COMMAND, _DIRECTIVE]
    if "-" in line:
        patterns.append(_OPTION)
    if '";s:' in line or '\\";s:' in line:
        patterns.append(_SERIALIZED)
    if "</" in line:
        patterns.append(_ELEMENT)
    for pattern in patterns:
        for match in pattern.finditer(line):
            start, end = match.span("value")
            value = line[start:end].rstrip()
            if value[:1] in "\"'" and value[-1:] == value[:1] and len(value) > 2:
                yield match["name"], start + 1, start + len(value) - 1, True
            else:
                yield match["name"], start, start + len(value), pattern in (_ELEMENT, _SERIALIZED)
