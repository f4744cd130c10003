"""What the strings of source code stand for: escapes, pieces of a concatenation, and where the letters stand."""

from __future__ import annotations

import re

from okxguard.entries.code_names import is_control
from okxguard.entries.languages import Language
from okxguard.entries.lexer import STRING, Tokens, form_of
from okxguard.entries.pairs import unescape
from okxguard.entries.reading import Literal
from okxguard.model import Span

_LONGEST_FOLDED = 2000
_MOST_PIECES = 60
# Up to three letters before a quote say how the string is written.
_PREFIX = re.compile(r"(?:(?<![\w$])(?:u8|br|cr|[bBrRuULfFsScx]|unicode|raw)|String\.raw|[@$]{1,2})$")
_TAG = re.compile(r"(?<![\w$.])[A-Za-z_$][\w$.]{0,80}$")
_CLOSERS = {
    "hashes": r"\"+\#+$",
    "c++": r"\)[^()\"]{0,16}\"$",
    "lua": r"\]=*\]$",
    "heredoc": r"\n?[ \t]*\w+$",
    "sigil": r"(?:\"{3}|.)$",
}
_JOINER = re.compile(
    r"\s*\.\s*(?:join|concat|joinToString|mkString|joined)\s*\(?\s*(?:separator\s*[:=]\s*)?(?:[\"'`](?P<separator>[^\"'`]{0,3})[\"'`])?"
)
_IMPLODE = re.compile(r"(?:paste0|string\.Concat|table\.concat|strcat|concat|Concat|implode|join)\s*$")
_REGEX_FORMS = frozenset({"regex", "perl regex", "elixir char", "erlang char", "clojure char"})
_NOT_A_VALUE = re.compile(
    r"\s*(?:[=!]==?|[<>]=|=~)|\s*\.(?:equals|equalsIgnoreCase|startsWith|includes|contains|test|match|length|size|split"
    r"|format|join|concat|replace|indexOf|isBlank|isEmpty)\b"
)


class Literals:
    """Reads the strings of one text."""

    def __init__(self, text: str, tokens: Tokens, language: Language) -> None:
        self._text = text
        self._tokens = tokens
        joins = language.joins
        self._join = re.compile(rf"\s*(?:{joins})\s*(?:u8|br|[bBrRuULfFsScx]|[@$]{{1,2}})?")
        signs = "|".join(sign for sign in joins.split("|") if sign and sign != r"\\?")
        self._open_left = re.compile(rf"(?<![{{(\[,=:])\s*(?:{signs or '(?!)'})$")
        self._open_right = re.compile(rf"\s*(?:{signs or '(?!)'})(?!=)")

    def literal(self, index: int) -> Literal | None:
        """Return what the string token at `index` stands for; None for a regular expression."""
        name = self._tokens.forms[index]
        if name in _REGEX_FORMS:
            return None
        form = form_of(name)
        start, end = self._tokens.starts[index], self._tokens.ends[index]
        opening = re.compile(form.opening, re.DOTALL).match(self._text, start, end)
        first = opening.end() if opening else start + 1
        if form.closing:
            last = max(first, end - form.closing)
        else:
            closer = re.search(_CLOSERS.get(form.escapes, "$"), self._text[max(first, end - 80) : end])
            last = max(first, end - 80) + closer.start() if closer else end
        raw = self._text[first:last]
        return _literal(raw, first, form.escapes if name != "backtick raw" else "none", lines="\n" in raw)

    def folded(self, index: int) -> Literal | None:
        """Return what the expression stands for that begins with the string at `index`; None where it is no constant.

        The later pieces of a concatenation and strings that are joined with something unknown give None.
        """
        left = _PREFIX.sub("", self._tokens.gap(index))
        if self._follows(index) or self._open_left.search(left[-80:].rstrip()):
            return None
        pieces = [index]
        while self._follows(pieces[-1] + 1) and len(pieces) < _MOST_PIECES:
            pieces.append(pieces[-1] + 1)
        after = self._after(pieces[-1])
        if self._open_right.match(after) or _NOT_A_VALUE.match(after):
            return None
        found = [literal for literal in map(self.literal, pieces) if literal]
        if len(found) != len(pieces) or not found:
            return None
        if len(found) == 1:
            return found[0]
        value = "".join(literal.value for literal in found)
        first = next((literal for literal in found if len(literal.value) > 1), found[0])
        return Literal(value, first.span, visible=False) if len(value) <= _LONGEST_FOLDED else None

    def joined(self, index: int) -> Literal | None:
        """Return the text that `["a", "b"].join("")` stands for, under its first piece."""
        tokens = self._tokens
        frame = tokens.frames[index]
        closing = tokens.partners.get(frame, -1)
        if frame != index - 1 or tokens.kinds[frame] not in "[(" or closing - index > 2 * _MOST_PIECES or closing < 0:
            return None
        joiner = _JOINER.match(tokens.code, tokens.ends[closing])
        before = _IMPLODE.search(tokens.gap(frame)) if frame else None
        if not (joiner or before):
            return None
        pieces = [self.literal(at) for at in range(index, closing) if tokens.kinds[at] == STRING]
        known = [piece for piece in pieces if piece]
        if len(known) < 2 or any(tokens.kinds[at] not in ",s" for at in range(index, closing)):
            return None
        separator = joiner["separator"] or "" if joiner else ""
        value = separator.join(piece.value for piece in known)
        return Literal(value, known[0].span, visible=False) if len(value) <= _LONGEST_FOLDED else None

    def end_of(self, index: int) -> int:
        """Return the index of the last string of the concatenation that begins at `index`."""
        while self._follows(index + 1):
            index += 1
        return index

    def _after(self, index: int) -> str:
        end = self._tokens.ends[index]
        return self._tokens.code[end : end + 40]

    def _follows(self, index: int) -> bool:
        """Tell whether a string continues the one before it."""
        tokens = self._tokens
        if not 0 < index < len(tokens.kinds) or tokens.kinds[index] != STRING or tokens.kinds[index - 1] != STRING:
            return False
        gap = tokens.gap(index)
        return len(gap) < 200 and self._join.fullmatch(gap) is not None and tokens.forms[index] not in _REGEX_FORMS


def without_prefix(gap: str, form: str = "") -> str:
    """Return what stands before a string without the letters that say how it is written, or the tag of a template."""
    tag = _TAG.search(gap) if form == "template" else None
    return gap[: tag.start()] if tag and not is_control(tag[0]) else _PREFIX.sub("", gap)


def _literal(raw: str, start: int, escapes: str, *, lines: bool) -> Literal:
    """Return the literal whose inside is written as `raw`; blanks around the text of a block do not count."""
    if lines:
        stripped = raw.strip()
        start += len(raw) - len(raw.lstrip()) if stripped else 0
        raw = stripped
    nested = re.fullmatch(r"(?s)(\\?[\"'])([^\"'\\]+)\1", raw)
    if nested:
        start, raw = start + nested.start(2), nested[2]
    value = meaning(raw, escapes)
    return Literal(value, Span(start, start + len(raw)), visible=value == raw)


def meaning(raw: str, escapes: str) -> str:
    """Return the text that the inside of a string stands for."""
    if escapes == "backslash":
        return unescape(raw)
    if escapes == "quote":
        return re.sub(r"\\([\\'])", r"\1", raw)
    if escapes == "doubled":
        return raw.replace('""', '"').replace("''", "'")
    return raw
