"""Tell the names that the other arguments of a call give to one of them: `set("name", "v")`, `DEFINE(name, "v")`."""

from __future__ import annotations

import re

from okxguard.entries.code_targets import Slot, Targets
from okxguard.entries.languages import Language
from okxguard.entries.lexer import STRING, Tokens
from okxguard.model import Place

_Path = tuple[str, ...]
_NAME_LIKE = re.compile(r"[-:@/]{0,2}[A-Za-z_](?:[:/]?[\w.\-]){0,80}(?:[ -]\w+){0,3}\s*:?\s*")
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f-]{16,}")
_CONSTANT = re.compile(r"(?:^|[.:\s])([A-Z][A-Z0-9_]{2,80})\s*$")
_ATOM = re.compile(r"\s*:([a-z_]\w{1,80}[?!]?)\s*$")
_WORD = re.compile(r"\s*([A-Za-z_]\w{1,80})\s*$")
_MACRO = re.compile(r"[A-Z_]*(?:DEFINE|DECLARE|FLAG|OPTION|PARAM|SETTING|CONFIG|ENV|PROPERTY|VAR|SET)[A-Z]*(?:_\w+)?")
# An object is made of its arguments, which then are no names of each other, unless it is a pair by its name.
_PAIRED = re.compile(
    r"(?:Pair|Entry|Header|KeyValue\w*|Tuple\d?|Param|Field|NameValue\w*|Item|Property|Option|Of|Env|Map|Dict)$"
    r"|(?:^|_|[a-z])(?:[Ss]et|[Gg]et|[Pp]ut|[Aa]dd|[Ww]rite|[Ss]tore|[Ss]ave|[Dd]efine|DEFINE|FLAG|[Dd]efault|[Rr]egister|SET|ENV)"
    r"(?![a-z])"
)
_RECEIVING = ("Var", "VarP", "VarPF")
_SAVED = re.compile(r"\s*\.\s*(?:save|store|put|set|register|named|called|write|create)\w*\s*")
DEFAULTING = re.compile(
    r"\.(?:unwrap_or(?:_else|_default)?|or_?else|orElseGet|getOrElse|getOrDefault|ifEmpty|if_?none|map_or|or|default|withDefault"
    r"|defaultTo|default_?val(?:ue)?|if_?null\w*|DefaultIfEmpty|otherwise|ifBlank|presence|to|to(?:Constant|Dynamic)?(?:Value|Instance)"
    r"|(?:then|will|mock)_?Returns?(?:Value)?)$",
    re.IGNORECASE,
)
SETTER = re.compile(r"(?:set|with|add|put|use|and)_?(?=[A-Za-z])(?P<name>\w{2,80})", re.IGNORECASE)

_SHORT = 2
_MOST_STATED = 8
_LONGEST_ENCODING, _LONGEST_WORD = 40, 200
# An argument in front of a value that says nothing: `new NetworkCredential("", "v")`.
_BLANK = re.compile(r"\s*(?:null|nil|None|true|false|[Ss]tring\.Empty)\s*")
_ENCODING = re.compile(r"(?i)[\"'`](?:utf-?\d+(?:le)?|ascii|hex|base64|latin1|binary)[\"'`]")
_FIELD = re.compile(
    r"\s*\]?(?:\s*(?:@\w+(?:\([^()]{0,80}\))?|\#?\[[^\[\]]{0,80}\]))*\s*(?:(?:pub(?:\([^()]*\))?|private|public|protected"
    r"|internal|final|static|readonly|val|var|let|lateinit|override|const)\s+)*"
    r"(?:(?P<typed>\w+)\s*[?!]?\s*:|[\w.<>?\[\]]+\s+(?P<name>\w+)\s*[;=(){,])"
)


class Arguments:
    """Reads the arguments of the calls of one text."""

    def __init__(self, tokens: Tokens, language: Language, targets: Targets) -> None:
        self._tokens = tokens
        self._language = language
        self._targets = targets

    def pair(self, index: int, here: _Path) -> list[Slot]:
        """Return the slot of `"name", "value"` and `NAME, "value"`; a string before the name is what the name is in."""
        tokens = self._tokens
        if index < 2 or not here or self._constructs(here[-1], tokens.frames[index]):
            return []
        callee = here[-1].split("#")[0]
        comma = index - 1 if tokens.kinds[index - 1] == "," else index
        name, start = self._argument_before(comma, callee)
        before, _ = self._argument_before(start - 1, callee) if start and tokens.kinds[start - 1] == "," else ("", 0)
        if len(name.lstrip("-")) <= _SHORT < len(before):
            name, before = before, ""
        if not is_name(name):
            return []
        within = (before,) if is_name(before) else ()
        return [Slot((*here[:-1], callee, *within, plain_name(name)), Place.DEFAULT)]

    def _argument_before(self, comma: int, callee: str) -> tuple[str, int]:
        """Return the text or the word that stands in front of the comma at an index, and the token it begins at."""
        tokens = self._tokens
        if comma < 1:
            return "", 0
        between = tokens.gap(comma)[-_LONGEST_WORD:]
        if not between.strip():
            return (self._targets.string(comma - 1), comma - 1) if tokens.kinds[comma - 1] == STRING else ("", 0)
        patterns = [_CONSTANT]
        if self._language.commands:
            patterns.append(_ATOM)
        if self._language.atoms or _MACRO.fullmatch(callee.removesuffix("()")):
            patterns.append(_WORD)
        found = next((match for match in (pattern.search(between) for pattern in patterns) if match), None)
        return (found[1] if found else "", comma)

    def _constructs(self, segment: str, frame: int) -> bool:
        callee = segment.partition("#")[0].removesuffix("()")
        if _PAIRED.search(callee):
            return False
        if frame >= 0 and re.search(r"\bnew\b", self._tokens.gap(frame)):
            return True
        return "." not in callee and callee[:1].isupper() and not _MACRO.fullmatch(callee)

    def stated_before(self, index: int) -> list[str]:
        """Return the first text of `call "name", "text", default: "v"`, as far as it could name a setting."""
        tokens, at = self._tokens, index
        while at > 1 and tokens.kinds[at - 1] == "," and tokens.kinds[at - 2] == STRING and index - at < _MOST_STATED:
            at -= 2
        name = self._targets.string(at) if at < index else ""
        return [plain_name(name)] if is_name(name) else []

    def behind(self, index: int) -> str:
        """Return the name that an argument behind the value gives it: `addValue("v", forHTTPHeaderField: "NAME")`."""
        tokens = self._tokens
        at = index + 1 + (index + 1 < len(tokens.kinds) and tokens.kinds[index + 1] == ",")
        if at >= len(tokens.kinds) or tokens.kinds[at] != STRING:
            return ""
        return (
            self._targets.string(at) if re.fullmatch(r"\s*(?:for\w*|key|name|account)\s*:\s*@?", tokens.gap(at)) else ""
        )

    def saved_as(self, closing: int | None) -> str:
        """Return the name that what was made by a call is saved under: `Secret("v").save("name")`."""
        tokens = self._tokens
        if closing is None or closing + 2 >= len(tokens.kinds) or tokens.kinds[closing + 2] != STRING:
            return ""
        if not _SAVED.fullmatch(tokens.gap(closing + 1)) or not re.fullmatch(
            r"\s*(?:\w+\s*[=:]\s*)?", tokens.gap(closing + 2)
        ):
            return ""
        name = self._targets.string(closing + 2)
        return plain_name(name) if is_name(name) else ""

    def receiver(self, index: int, frame: int, callee: str) -> str:
        """Return the variable that the default of a flag is for: `StringVar(&name, "flag", "v", "usage")`."""
        tokens = self._tokens
        closing = tokens.partners.get(frame)
        if closing is None or not callee.endswith(_RECEIVING) or tokens.items[index] + 1 != tokens.items[closing]:
            return ""
        variable = re.fullmatch(r"\s*&(?:\w+\.){0,4}(\w+)\s*", tokens.gap(frame + 1))
        return variable[1] if variable else ""

    def is_wrapped(self, index: int, frame: int, item: int) -> bool:
        """Tell whether the other argument of a call says how the value at `index` is held, or nothing."""
        tokens = self._tokens
        if item == 1 and tokens.kinds[index - 1] == ",":
            before = tokens.code[tokens.ends[frame] : tokens.starts[index - 1]].strip()
            return before in ('""', "''") or _BLANK.fullmatch(before) is not None
        closing = tokens.partners.get(frame)
        if item or closing is None or tokens.items[closing] > 1:
            return False
        comma = index
        while comma < closing and not (tokens.kinds[comma] == "," and tokens.frames[comma] == frame):
            comma = tokens.partners.get(comma, comma) + 1 if tokens.kinds[comma] in "([{" else comma + 1
        start = tokens.ends[comma]
        behind = tokens.code[start : min(tokens.starts[closing], start + _LONGEST_ENCODING)].strip()
        return behind[:1] not in ('"', "'") or bool(_ENCODING.fullmatch(behind))

    def annotated(self, opening: int) -> str:
        """Return the name of the field, argument or variable that an annotation with a value stands in front of."""
        tokens = self._tokens
        closing = tokens.partners.get(opening)
        marked = re.search(
            r"@[\w.:]*$|\[\s*[\w.:]*$", tokens.code[max(0, tokens.starts[opening] - 60) : tokens.starts[opening]]
        )
        if closing is None or not marked or "serde" in marked[0]:
            return ""
        field = _FIELD.match(tokens.code, tokens.ends[closing], tokens.ends[closing] + 300)
        return (field["typed"] or field["name"]) if field else ""


def is_name(text: str) -> bool:
    """Tell whether a text could name a setting."""
    return bool(_NAME_LIKE.fullmatch(text)) and not _HEXADECIMAL.fullmatch(text)


def plain_name(text: str) -> str:
    """Return a name without the signs of options, atoms and labels around it."""
    return text.strip().lstrip("-:@/").rstrip(": ")
