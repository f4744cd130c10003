"""Find the types of a file whose values show secrets when they are printed whole, and what is of these types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from okxguard.leaks.names import Secret, words_of
from okxguard.leaks.plain_cells import GROUP, NAME, SIGN, Cell, statement
from okxguard.leaks.plain_definitions import Definition, definitions
from okxguard.leaks.plain_model import CLEAN, Taint, Value

if TYPE_CHECKING:
    from okxguard.leaks.plain_file import PlainFile

_KINDS = (Secret.SECRET, Secret.PASSPHRASE)
_TEXTS = re.compile(r"(?i)(?<![a-z])(?:string|str|char\[\]|\[\]byte|bytes?|text)(?![a-z])")
_MAKERS = re.compile(r"new|load|from|default|parse|read|build|create|init|of|get|try_from|with|open", re.IGNORECASE)
_UNPACKERS = frozenset(["unwrap", "expect", "await", "clone", "context", "unwrap_or_default", "get", "build", "join"])
_WORD = re.compile(r"[^\W\d]\w*")
_LEADING = frozenset(["&", "*", "new", "await", "try", "mut", "lazy"])
# What follows the name of a variable where it is declared; in some languages its type stands before it.
_DECLARED = {
    "go": r"{name}(?<![\w.]{name})(?:\s{{0,3}},\s{{0,3}}\w{{1,40}}){{0,6}}[ \t]+(?P<type>[*&\[\]]{{0,4}}[\w.]{{1,80}})",
    "java": r"{name}(?<![\w.]{name})(?P<type>)\b\s{{0,9}}(?=[=;,):])",
    "colon": r"{name}(?<![\w.]{name})\??\s{{0,9}}:\s{{0,9}}(?P<type>[&'\w\[<][&'\w\[\]<>?.| ]{{0,80}})",
}
_BEFORE = re.compile(r"\b[A-Z][\w.]{0,80}(?:<[\w.<>, ?]{0,80}>)?(?:\[\])?\??\s{1,9}\$?$")
_RETURNS = {
    "go": r"\bfunc\s{0,3}(?:\([^()]{0,80}\)\s{0,3})?(?P<name>\w{1,80})\s{0,3}\([^(){}]{0,300}\)\s{0,3}"
    r"\(?\s{0,3}[*\[\]]{0,3}(?P<type>\w{1,80})\b",
    "java": r"(?P<type>\b[A-Z]\w{0,79})>?\s{1,3}(?P<name>\w{1,80})\s{0,3}\(",
    "colon": r"(?P<name>\b\w{1,80})(?:\s{0,3}=\s{0,3}(?:async\s{0,3})?)?\s{0,3}"
    r"\([^(){}]{0,300}\)[\w\s]{0,20}"
    r"(?::|->)\s{0,3}"
    r"(?:[\w:]{1,40}<)?\??(?:&(?:'\w{1,20}\s)?(?:mut\s)?)?(?P<type>\w{1,80})\b",
}
_FAMILY = {"go": "go", "java": "java", "groovy": "java", "csharp": "java", "php": "java"}
_MOST_TYPES, _MOST_DECLARED = 300, 40
_METHOD = re.compile(r"^func\s{0,3}\([^()]{1,80}\)\s{0,3}(\w{1,80})", re.MULTILINE)
# Last words in the names of types that come from elsewhere and hold nothing of what was sent.
_ANSWERS = frozenset(["event", "response", "resp", "reply", "result", "ack", "update", "error", "answer", "status"])


class Shown(NamedTuple):
    """The secret that a type shows: the field, and where it is declared."""

    kind: Secret
    field: str
    start: int


class Types:
    """What the types of one file show."""

    def __init__(self, file: PlainFile) -> None:
        self._file = file
        self._family = _FAMILY.get(file.language, "colon")
        found = definitions(file.code, file.language)[:_MOST_TYPES]
        self._known = {definition.name: definition for definition in found}
        self._shown = self._find_shown(found)
        self._returned = self._find_returned() if self._shown else {}
        self._declarations: dict[str, list[tuple[int, int, str]]] = {}
        self._methods = (
            frozenset(_METHOD.findall(file.code.text)) if file.language == "go" and self._shown else frozenset()
        )
        self._members = self._find_members(found)

    @property
    def any_shown(self) -> bool:
        """Tell whether there is a type that shows a secret."""
        return bool(self._shown)

    def _find_shown(self, found: list[Definition]) -> dict[str, Shown]:
        shown = {definition.name: own for definition in found if (own := self._own(definition))}
        for _ in range(2 if shown else 0):
            for definition in found:
                is_answer = words_of(definition.name)[-1:] and words_of(definition.name)[-1] in _ANSWERS
                if definition.name not in shown and not definition.hidden and not is_answer:
                    inner = [shown[name] for _, name, _ in definition.fields if name in shown]
                    if inner:
                        shown[definition.name] = inner[0]
        return shown

    def _own(self, definition: Definition) -> Shown | None:
        if definition.hidden and not definition.written:
            return None
        for name, kind, start in definition.fields:
            read = self._file.read(name) if not kind or _TEXTS.search(kind) else None
            if read in _KINDS and (not definition.hidden or _writes(definition.written, name)):
                return Shown(read, name, start)
        return None

    def _find_returned(self) -> dict[str, str]:
        """Return the functions of the file that give back a value of a type that shows secrets."""
        found = re.finditer(_RETURNS[self._family], self._file.code.text)
        return {match["name"]: match["type"] for match in found if match["type"] in self._shown}

    def _find_members(self, found: list[Definition]) -> dict[str, str]:
        """Return the fields that hold a value of a type that shows secrets, wherever they are declared."""
        members: dict[str, set[str]] = {}
        for definition in found:
            for name, kind, _ in definition.fields:
                words = _WORD.findall(kind)
                members.setdefault(name, set()).add(words[-1] if words else "")
        return {name: kinds.pop() for name, kinds in members.items() if len(kinds) == 1}

    # What is of a type.

    def variable(self, name: str, start: int) -> Value | None:
        """Return what a variable shows whose type this file tells, or None."""
        if not self._known:
            return None
        return self._of_type(self._type_of(name, start))

    def member(self, name: str) -> Value | None:
        """Return what a field shows by its type."""
        return self._of_type(self._members.get(name, ""))

    def returned(self, dotted: str) -> Value | None:
        """Return what the result of a function of this file shows by its type."""
        kind = self._made_by(dotted.split(".")) if self._shown else ""
        return self._value(kind) if kind in self._shown else None

    def _of_type(self, kind: str) -> Value | None:
        if kind in self._shown:
            return self._value(kind)
        known = self._known.get(kind)
        return CLEAN if known is not None and (known.hidden or known.fields) else None

    def _value(self, kind: str) -> Value:
        shown, language = self._shown[kind], self._file.language
        in_text = language in ("csharp",)
        return Value((Taint(shown.kind, shown.field, shown.start, dump="object", in_text=in_text),))

    def _type_of(self, name: str, start: int) -> str:
        declared = self._declared(name, start)
        at = self._file.assignment(name, start)
        if at is not None and (declared is None or at > declared[0]) and (made := self._made(at)):
            return made
        return declared[1] if declared else ""

    def _declared(self, name: str, start: int) -> tuple[int, str] | None:
        """Return where a variable is declared that is seen at a place, and its type."""
        code = self._file.code
        if name not in self._declarations:
            pattern = re.compile(_DECLARED[self._family].format(name=re.escape(name)))
            self._declarations[name] = [
                (*match.span(), match["type"] or self._type_before(match.start()))
                for match in pattern.finditer(code.text)
            ]
        around = code.frames_around(start)
        before = [declaration for declaration in self._declarations[name] if declaration[1] <= start and declaration[2]]
        for begin, end, kind in reversed(before[-_MOST_DECLARED:]):
            if self._is_seen(begin, start, around) and not code.in_string(begin):
                words = [word for word in _WORD.findall(kind) if word in self._known]
                return end, words[-1] if words else ""
        return None

    def _type_before(self, at: int) -> str:
        match = _BEFORE.search(self._file.code.text, max(0, at - 120), at)
        return match[0] if match else ""

    def _is_seen(self, declared: int, start: int, around: frozenset[int]) -> bool:
        """Tell whether a declaration is in a block around a place, or before the block of a function around it."""
        code = self._file.code
        frame = code.frame_at(declared)
        if frame in around and (frame < 0 or code.tokens.kinds[frame] == "{"):
            return True
        openings = [code.tokens.starts[index] for index in around if index >= 0 and code.tokens.kinds[index] == "{"]
        following = min((opening for opening in openings if opening > declared), default=start)
        between = code.text[declared : min(following, declared + 600)]
        return following - declared < 600 and "{" not in between and "}" not in between

    def _made(self, at: int) -> str:
        """Return the type of what is assigned at a place, where it is made by name or by a function of this file."""
        found = statement(self._file.code, at, lines=self._file.manner.lines)
        while found and found[0].text in _LEADING:
            found = found[1:]
        path: list[str] = []
        for index, cell in enumerate(found):
            if cell.kind == NAME:
                path.append(cell.text.lstrip("$"))
            elif cell.kind == GROUP:
                return self._made_by(path) if cell.text in "({" and _is_whole(found[index + 1 :]) else ""
            elif cell.kind != SIGN or cell.text not in (".", "::", "->", "\\"):
                return ""
        return ""

    def _made_by(self, path: list[str]) -> str:
        if not path:
            return ""
        last, owner = path[-1], path[-2] if len(path) > 1 else ""
        if last in self._known:
            return last
        if owner in self._known and (_MAKERS.match(last) or last in self._returned):
            return owner
        is_own = not owner or owner in ("this", "self", "Self") or last in self._methods
        return self._returned.get(last, "") if is_own else ""


def _writes(written: str, name: str) -> bool:
    """Tell whether a type that says itself how it is shown writes out a field of it."""
    return re.search(rf"(?<![\"'`\w]){re.escape(name)}\b(?!\s{{0,3}}(?:[.(\[=!:?]|is\b))", written) is not None


def _is_whole(found: list[Cell]) -> bool:
    """Tell whether nothing is taken out of the result of a call by what follows it."""
    return all(
        cell.kind == GROUP or cell.text in ("?", "!", ".", "!!") or cell.text in _UNPACKERS or cell.text == "else"
        for cell in found
    )
