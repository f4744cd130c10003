"""Read what people write down without a syntax: labels and values apart by blanks or a verb, or on lines of their own.

A word of a sentence is no value: what is taken is opaque, or holds a digit or a sign and has something opaque close by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from okxguard.entries.pairs import Pair
from okxguard.entries.records import OPAQUE, find_records

_NEAR = 4
_BLANKS_BETWEEN = 2
_LONGEST = 400
_BULLET = re.compile(
    r"[ \t]*(?:(?:\d{1,2}[.)、]|[-*+•●▪◦>→·※★✅🔑🔒🔐👉\ufe0f|]+|\[[ xX]?\]|\.[A-Z]{1,2}(?=[ \t]))[ \t]*)*"
)
# Who said it and when, in exports of chats.
_SPEAKER = re.compile(
    r"""[ \t]*(?:\[[^\[\]\n]{4,30}\]|\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?[ \t]\d{1,2}[:.]\d{2}[^\n:]{0,9}-)[ \t]*
    (?:<[^<>\n:]{1,40}>|[^<>\n:]{1,40}:)[ \t]+""",
    re.VERBOSE,
)
# What begins the line below the word that it defines.
_DEFINITIONS = (": ", "： ")
_DECORATION = " \t*_`~\"'“”„«»「」『』【】‘’()（）<>《》"
_WORD = r"[^\W\d_][\w'’/.-]{0,40}"
_VERB = (
    r"(?:is|are|was|ist|est|es|é|e'|sono|это|есть|то|dır|dir|olarak|->|=>|[-–—]{1,2}|是|为|為|就是"
    r"|は|が|는|은|가|이|:|：)"
)
_GLUED_VERB = r"(?:是|为|為|は|が|：|＝|】|」|』|）|는|은)"
_WORD_OF_VALUE = r"[!#-&(-~\w]{6,64}"
_LABELLED = re.compile(
    rf"""
    (?P<label>
        (?: (?<![\w$.@/-])(?!{OPAQUE}){_WORD} [ \t]+ ){{0,5}}
        (?<![\w$.@/-])(?!{OPAQUE})[^\W\d_][\w'’/.-]{{0,40}}? [)）\]】*_"'`]{{0,3}}
    )
    (?: [ \t]+ (?: {_VERB} [ \t]* )? | {_GLUED_VERB} [ \t]* )
    (?P<open> ["'`“„«「『‘*_]{{0,3}} ) (?P<value> {_WORD_OF_VALUE} )
    """,
    re.VERBOSE,
)
# A label of several words before an equals sign, of which others take the last word only; no end of a sentence.
_EQUATED = re.compile(
    rf"(?:^|[,;|(（\]】:：，；])[^\w\n]{{0,6}}(?P<label>(?:{_WORD}[ \t]+){{1,3}}[^\W\d_]{{2,20}})[ \t]?=[ \t]?[\"'`]?$"
)
_LABEL_TAIL = re.compile(rf"(?:[ \t]+{_VERB}|{_GLUED_VERB}|[ \t:：=＝—–-])+$")
_PARTICLE = re.compile(r"(?<=[가-힣])(?:는|은|이|가|를|을|도|입니다)$")
_BRACKETED = re.compile(
    r"[【\[「『(（<《]([^\[\]【】「」『』()（）<>《》\n]{2,60})[】\]」』)）>》][ \t]*[:：=＝-]?[ \t]*(?=\S)"
)
_LONE_LABEL = re.compile(rf"(?:/[\w.-]{{1,40}}){{1,6}}|{_WORD}(?:[ \t]+[\w'’/.()#&-]+){{0,6}}")
_SPECIAL = re.compile(r"[0-9!@#$%^&*+=~?]")
# Words before a label that are not part of it.
_STOPWORDS = frozenset(
    re.findall(
        r"\w+",
        "the a an my our your his her its their this that and or then with for here so y e и а la el los las lo mi tu"
        " su un una o os as do da minha meu nossa mon ma le les et der die das mein meine und мой моя мое моё наш вот"
        " ve bu benim 내 제 我的 和 以及",
    )
)
_MARKUP = re.compile(r"[\"'][ \t]*[:,=}\])]|[:,={\[(][ \t]*[\"']|[{}<>]")
_QUOTE_INSIDE = re.compile(r"\w[^\s，；。、]*[\"'`][^\s，；。、]*\w")
_STOPS = ".,;:，。；：、"
_TRAILING = ".,;:!?，。；：！？、)]}"
_TELLING = re.compile(OPAQUE)


class _Label(NamedTuple):
    name: str
    line: int


class Prose:
    """The lines of one text, and what the lines above the current one are labels of."""

    def __init__(self, lines: Sequence[tuple[int, str]]) -> None:
        self._lines = lines
        self._opaque: dict[int, bool] = {}
        self._label: _Label | None = None
        self._listed = -1

    def pairs(self, index: int) -> Iterator[Pair]:
        """Yield name, start, end and whether quoted, of the values of one line."""
        line = self._lines[index][1]
        if len(line) > _LONGEST * 5:
            return
        text, start = _bare(line)
        if text[:2] in _DEFINITIONS and self._label:
            text, start = text[2:].lstrip(), start + len(text) - len(text[2:].lstrip())
        label, self._label = self._label, self._label_of(text, index)
        if label and index - label.line <= _BLANKS_BETWEEN + 1 and self._is_value(text, index):
            yield label.name, start, start + len(text), True
            self._label = None
        if self._is_near(index):
            yield from self._labelled(line)
            yield from _rest_of_line(line)

    def records(self, index: int) -> Iterator[tuple[str, list[tuple[int, int, int]]]]:
        """Yield a title and the places (line, start, end) of values that stand side by side or one below the other."""
        line = self._lines[index][1]
        for record in find_records(line[: _LONGEST * 50]):
            title = line[max(0, record[0][0] - 60) : record[0][0]].strip(_DECORATION + ":：=,;|-#")
            yield title, [(index, start, end) for start, end in record]
        if index > self._listed and (below := self._values_below(index)):
            self._listed = below[-1][0]
            above = self._lines[index - 1][1].strip(_DECORATION + ":：#=-")[:80] if index else ""
            yield above, below

    def _values_below(self, index: int) -> list[tuple[int, int, int]]:
        """Return the places of the values on this line and the next ones; two of them opaque, at least."""
        places: list[tuple[int, int, int]] = []
        opaque = 0
        for at in range(index, min(len(self._lines), index + 12)):
            text, start = _bare(self._lines[at][1])
            if not text:
                if places:
                    continue
                break
            is_opaque = bool(_TELLING.fullmatch(text))
            if not is_opaque and not (_is_token(text) or (opaque > 1 and _is_phrase(text))):
                break
            opaque += is_opaque
            places.append((at, start, start + len(text)))
        return places if opaque > 1 else []

    def _is_near(self, index: int) -> bool:
        """Tell whether something opaque stands on a line or close by."""
        return any(
            self._has_opaque(at) for at in range(max(0, index - _NEAR), min(len(self._lines), index + _NEAR + 1))
        )

    def _has_opaque(self, index: int) -> bool:
        known = self._opaque.get(index)
        if known is None:
            known = self._opaque[index] = bool(_TELLING.search(self._lines[index][1], 0, _LONGEST * 5))
        return known

    def _label_of(self, text: str, index: int) -> _Label | None:
        name = text.rstrip(" \t:：=＝-—*_?？")
        if not text:
            return self._label
        if len(name) > 70 or _is_token(name) or not _LONE_LABEL.fullmatch(name):
            return None
        return _Label(name, index)

    def _is_value(self, text: str, index: int) -> bool:
        if _TELLING.fullmatch(text):
            return True
        return (_is_token(text) or _is_phrase(text)) and self._is_near(index)

    def _labelled(self, line: str) -> Iterator[Pair]:
        """Yield `label value` and `label is value`, several on a line."""
        at = 0
        while match := _LABELLED.search(line, at, _LONGEST * 5):
            value = _unmarked(match["value"], match["open"]).rstrip(_STOPS)
            token = _is_token(value) and len(value) < 40 and not _ASSIGNED.match(value)
            if not (token or _TELLING.fullmatch(value)):
                at = max(match.end("label"), match.start() + 1)
                continue
            name = label_of(match["label"])
            start = match.start("value")
            if name:
                yield name, start, start + len(value), bool(match["open"].strip("*_"))
            at = start + len(value)
        yield from _equated(line)
        for match in _BRACKETED.finditer(line):
            text, start = _bare(line[match.end() :], quotes_only=True)
            if text and (_is_token(text) or _is_phrase(text)):
                yield match[1].strip(), match.end() + start, match.end() + start + len(text), " " in text


def _equated(line: str) -> Iterator[Pair]:
    """Yield opaque values with the words before the equals sign in front of them."""
    end = 0
    for value in _TELLING.finditer(line) if "=" in line else ():
        label = _EQUATED.search(line[max(end, value.start() - 120) : value.start()])
        end = value.end()
        if label:
            yield label_of(label["label"]), *value.span(), False


def _unmarked(value: str, marks: str) -> str:
    """Return a value without the marks that close what `marks` opened."""
    value = value.partition("`")[0] if "`" in marks else value
    return value.rstrip("*_") if marks.strip("`") else value


def label_of(text: str) -> str:
    """Return a label without the verb, the particle and the decoration behind it."""
    text = text.strip(_DECORATION)
    text = _PARTICLE.sub("", _LABEL_TAIL.sub("", text)).strip(_DECORATION)
    words = text.split()
    while len(words) > 1 and words[0].lower() in _STOPWORDS:
        words.pop(0)
    return " ".join(words)


def _rest_of_line(line: str) -> Iterator[Pair]:
    """Yield `label: several words 1`, where the value has a digit or a sign and ends the line."""
    if len(line) > _LONGEST or not _SPECIAL.search(line) or _MARKUP.search(line):
        return
    assigned = len(_ASSIGNED.findall(line)) > 1
    for separator in _SEPARATOR.finditer(line):
        if assigned and separator[0] == "=":
            continue  # the words behind it are a command, or the next assignment
        text, start = _bare(line[separator.end() :], quotes_only=True)
        label = _LABEL_BEFORE.search(line[max(0, separator.start() - 80) : separator.start()].rstrip(_DECORATION))
        name = label_of(label[0]) if label else ""
        if name and (_is_phrase(text) or (_is_token(text) and _QUOTE_INSIDE.search(text))):
            yield name, separator.end() + start, separator.end() + start + len(text), True
    text, start = _bare(line)
    words = text.split(" ")
    for size in range(1, min(3, len(words) - 1) + 1):
        said, rest = " ".join(words[:size]), " ".join(words[size:])
        if said.replace(" ", "").isalpha() and _is_phrase(rest):
            yield label_of(said), start + len(said) + 1, start + len(text), True


_SEPARATOR = re.compile(
    rf"[ \t]*(?:[:：=＝—–\t]|[ \t]-{{1,2}}(?=[ \t])|[-=]>|[ \t]{_VERB}(?=[ \t])|{_GLUED_VERB})[ \t]*"
)
_ASSIGNED = re.compile(r"(?<![\w.-])[A-Za-z_]\w{1,60}=(?=\S)")
_LABEL_BEFORE = re.compile(rf"(?:{_WORD}[ \t]+){{0,4}}{_WORD}$")


def _bare(line: str, *, quotes_only: bool = False) -> tuple[str, int]:
    """Return a line without bullets, numbering and decoration around it, and where the rest begins."""
    start = 0
    for before in () if quotes_only else (_SPEAKER, _BULLET):
        said = before.match(line, start)
        start = said.end() if said else start
    text = line[start:].rstrip(" \t\r,;")
    stripped = text.lstrip(" \t")
    start += len(text) - len(stripped)
    for opening, closing in ("**", "__", "``", '""', "''", "“”", "«»", "「」", "‘’", "<>", "``", "**"):
        if len(stripped) > 2 and stripped[0] == opening and stripped[-1] == closing:
            stripped, start = stripped[1:-1], start + 1
    return stripped, start


def _is_token(text: str) -> bool:
    """Tell whether a text is one word that no sentence has: with a digit or a sign in it."""
    if not 6 <= len(text) <= 130 or any(character.isspace() for character in text):
        return False
    inside = text.rstrip(_TRAILING)
    return bool(_SPECIAL.search(inside) or re.search(r"[a-z][A-Z]", inside)) and not text.startswith(
        ("http://", "https://", "www.", "/")
    )


def _is_phrase(text: str) -> bool:
    """Tell whether a text may be a value of several words."""
    words = text.split(" ")
    return (
        2 <= len(words) <= 5
        and len(text) <= 48
        and bool(_SPECIAL.search(text))
        and all(any(map(str.isalnum, word)) for word in words)
        and not re.search(r"[:：=,，。;()（）]|\d[-/.:]\d|[.!?]$", text)
        and not _TELLING.search(text)
    )
