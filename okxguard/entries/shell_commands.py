"""Lower the words of a command to entries: assignments, options, headers, bodies, arrays, here-documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from okxguard.documents import Document
from okxguard.entries.embedded import read_embedded
from okxguard.entries.inner import read_inner
from okxguard.entries.offsets import OffsetMap
from okxguard.entries.shell_words import Command, Word
from okxguard.kinds import Kind, kind_of
from okxguard.model import Entry, Place, Span

_ASSIGNMENT = re.compile(
    r"(?:-{1,2}[A-Za-z][\w-]{0,40}[= ]|-[A-Z])?(?P<name>[A-Za-z_][\w.:/-]{0,120}?)(?P<index>\[[^\[\]\n]{1,80}\])?\+?:?="
)
_ELEMENT = re.compile(r"\[[\"']?(?P<name>[^\[\]\"'\n]{1,80})[\"']?\]=")
_OPTION = re.compile(r"(?:--?|/(?=[A-Za-z]\b))(?P<name>[A-Za-z][\w.-]{0,60})")
_LONG_OPTION = re.compile(r"--?(?P<name>[A-Za-z][\w.-]{0,60})[=:](?P<value>.+)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_/][\w.:/@-]{1,120}")
_REFERENCE = re.compile(r"\$\{?\w+\}?|%\w+%")
_SUBSTITUTION = re.compile(
    r"s(?P<sign>[/|#,@!~])(?:(?!(?P=sign)).){0,300}(?P=sign)(?P<new>(?:(?!(?P=sign)).){1,400})(?P=sign)"
)
_HEADER = re.compile(r"(?P<name>[A-Za-z][\w-]{1,60}):[ \t]*(?P<value>\S.*)")
_FORM = re.compile(r"(?:^|[&?;])(?P<name>[\w.\[\]-]{1,80})=(?P<value>[^&;\s]*)")
_SLOT = re.compile(r"(?P<name>[A-Za-z_][\w.-]{0,80})[\"']?(?:\s{0,4}[:=]\s{0,4})[\"']?%[sqb]|%[-\d.]*[sdqbif]")
_SHORTEST_TEXT = 8
_MOST_WORDS = 1000
_SETTERS = frozenset({"set", "setenv", "setx", "universal", "global"})
_MOST_NAMES = 12
_FIELD_TYPES = frozenset({"password", "text", "concealed"})
_STORING = frozenset({"set", "add", "put", "write", "setenv", "config", "create", "update", "store", "export"})
_NAMING = frozenset({"name", "n", "key", "k", "id", "secret-id", "secret-name", "parameter-name", "var", "variable"})
_GIVING = frozenset({"value", "v", "body", "b", "secret-string", "plaintext", "data", "string-value", "secret", "text"})
_INTERPRETERS = {
    "python": Kind.PYTHON,
    "python3": Kind.PYTHON,
    "kubectl": Kind.YAML,
    "psql": Kind.SQL,
    "mysql": Kind.SQL,
    "sqlite3": Kind.SQL,
}
_SHELLS = frozenset({"bash", "sh", "zsh", "ssh", "su", "sudo", "ksh", "dash"})
_BEGINNING = frozenset({"sudo", "env", "exec", "nohup", "time", "command", "export", "then", "do", "else", "if", "!"})


class CommandReader:
    """Lowers commands of one document; each gets a serial, so that its words stand together."""

    def __init__(self, document: Document, path: tuple[str, ...] = ()) -> None:
        self._document = document
        self._path = path
        self._serial = 0

    def entries(self, command: Command) -> Iterator[Entry]:
        """Yield the entries of one command."""
        self._serial += 1
        words = command.words
        if command.document is not None:
            yield from self._here_document(command, command.document)
        if not words:
            yield from self._strings(command.strings)
            return
        name = _name_of(words)
        if _is_set(words):
            yield from self._set(words)
            return
        scope = (*self._path, f"{name}()#{self._serial}")
        if name == "printf":
            yield from self._printf(words)
        yield from self._words(words, scope)
        yield from self._named_pairs(words)
        yield from self._strings(command.strings)
        yield from self._given(words, command.strings)

    def _words(self, words: Sequence[Word], scope: tuple[str, ...]) -> Iterator[Entry]:
        position = 0
        previous: Word | None = None
        array: tuple[str, ...] | None = None
        stores = not _STORING.isdisjoint(word.value for word in words[:_MOST_NAMES])
        for index, word in enumerate(words[:_MOST_WORDS]):
            if (element := _ELEMENT.match(word.value)) and array:
                yield self._entry((*array, element["name"]), word, element.end())
                continue
            if _opens_array(word, words, index):
                array = (*self._path, word.value.rstrip("+="))
                position = 0
                continue
            if array:
                yield self._entry((*array, f"[{position}]"), word)
                position += 1
                continue
            found = list(self._word(word, scope))
            yield from found
            option = _OPTION.fullmatch(previous.value) if previous else None
            if option and not word.value.startswith("-") and not found:
                yield from self._option(option["name"], word, scope)
            elif previous and not found and _is_pair(previous, word, stores=stores):
                yield self._entry((*self._path, previous.value), word, place=Place.DEFAULT)
            if index and not found and not _OPTION.fullmatch(word.value):
                yield self._entry((*scope, f"[{position}]"), word)
                position += 1
            previous = word
        for word in words[_MOST_WORDS:]:
            yield from self._word(word, scope)

    def _word(self, word: Word, scope: tuple[str, ...]) -> Iterator[Entry]:
        """Yield what stands inside a word: an assignment, a header, a document, a substitution."""
        value = word.value
        if match := _ASSIGNMENT.match(value):
            if not value.startswith("-") and "&" in value and len(_FORM.findall(value)) > 1:
                yield from self._form(word, scope)
                return
            if len(value) > match.end() or not value.startswith("-"):
                yield self._assigned(match, word)
            return
        if match := _LONG_OPTION.fullmatch(value):
            header = _HEADER.fullmatch(value, match.start("value"))
            named = header or match
            yield self._entry((*scope, named["name"]), word, named.start("value"))
        elif value[:1] in "{[" and len(value) > 8:
            yield from self._inner(word, Kind.JSON, scope)
        elif match := _HEADER.fullmatch(value):
            yield self._entry((*scope, match["name"]), word, match.start("value"))
        elif match := _SUBSTITUTION.match(value):
            yield from self._replacement(match, word)
        elif len(value) >= _SHORTEST_TEXT and ("=" in value or ":" in value):
            yield from self._text(word, scope)

    def _assigned(self, match: re.Match[str], word: Word) -> Entry:
        name = match["name"]
        index = (match["index"] or "")[1:-1].strip("\"'")
        path = (name, index) if index and index not in _FIELD_TYPES else (name,)
        return self._entry((*self._path, *path), word, match.end(), place=Place.ASSIGNMENT)

    def _option(self, name: str, word: Word, scope: tuple[str, ...]) -> Iterator[Entry]:
        if name in ("hmac", "macopt"):
            start = word.value.find(":") + 1
            yield self._entry((*self._path, f"hmac.new()#{self._serial}", "[0]"), word, start)
        elif not (_ASSIGNMENT.match(word.value) or _HEADER.fullmatch(word.value)):
            yield self._entry((*scope, name), word)

    def _named_pairs(self, words: Sequence[Word]) -> Iterator[Entry]:
        """Yield `--name X --value Y`, and `set X --body Y`."""
        name: Word | None = None
        value: Word | None = None
        positional: Word | None = None
        option = ""
        for word in words:
            match = _OPTION.fullmatch(word.value)
            given = _LONG_OPTION.fullmatch(word.value)
            if option in _NAMING or (given and given["name"] in _NAMING):
                name = word if not given else word._replace(value=given["value"])
            elif option in _GIVING and not match:
                value = word
            elif not match and not option and _NAME.fullmatch(word.value):
                positional = word
            option = match["name"] if match else ""
        label = name or positional
        if label and value and len(label.value) <= 120:
            yield self._entry((*self._path, label.value), value)

    def _given(self, words: Sequence[Word], strings: Sequence[Word]) -> Iterator[Entry]:
        """Yield what a command reads from a pipe, under each of its arguments that may be its name."""
        for string in strings:
            if string.value and not re.search(r"\s", string.value):
                for word in words[1:_MOST_NAMES]:
                    if _NAME.fullmatch(word.value) and len(word.value) > 3:
                        yield self._entry((*self._path, word.value.rpartition("/")[2]), string)

    def _set(self, words: Sequence[Word]) -> Iterator[Entry]:
        """Yield `set -x NAME value`, `setenv NAME value` and `set NAME=value to the end`."""
        rest = [word for word in words[1:] if not re.fullmatch(r"-[-\w]+|/[A-Za-z]", word.value)]
        if not rest:
            return
        if match := _ASSIGNMENT.match(rest[0].value):
            yield self._assigned(match, _joined(self._document, rest))
            return
        if len(rest) == 2:
            yield self._entry((*self._path, rest[0].value), rest[1], place=Place.ASSIGNMENT)
            return
        for index, word in enumerate(rest[1:]):
            yield self._entry((*self._path, rest[0].value, f"[{index}]"), word)

    def assigned(self, name: str, words: Sequence[Word]) -> Iterator[Entry]:
        """Yield the entry of a name and the words behind it, which are one value."""
        yield self._entry((*self._path, name), _joined(self._document, words), place=Place.ASSIGNMENT)

    def _printf(self, words: Sequence[Word]) -> Iterator[Entry]:
        """Yield the arguments under the names that stand before their slots in the format."""
        rest = [word for word in words if word.value != "--"]
        index = next((at for at, word in enumerate(rest) if word.value == "printf"), 0) + 1
        if index >= len(rest):
            return
        for slot, word in zip(_SLOT.finditer(rest[index].value.replace("\\n", "  ")), rest[index + 1 :], strict=False):
            if slot["name"]:
                yield self._entry((*self._path, slot["name"]), word, place=Place.ASSIGNMENT)

    def _replacement(self, match: re.Match[str], word: Word) -> Iterator[Entry]:
        assigned = re.compile(r"\W{0,6}(?P<name>[\w.-]{1,80})[\"']?\s{0,4}[:=]\s{0,4}(?P<value>\S.*)").match(
            match["new"]
        )
        if assigned:
            start = match.start("new") + assigned.start("value")
            quote = assigned["value"][0] in "\"'"
            end = match.start("new") + assigned.end("value")
            closing = quote and assigned["value"][-1] == assigned["value"][0]
            yield self._part((*self._path, assigned["name"]), word, start + quote, end - closing, Place.ASSIGNMENT)

    def _form(self, word: Word, scope: tuple[str, ...]) -> Iterator[Entry]:
        for match in _FORM.finditer(word.value):
            if match["value"]:
                yield self._part((*scope, match["name"]), word, *match.span("value"), Place.ARGUMENT)

    def _strings(self, words: Sequence[Word]) -> Iterator[Entry]:
        for word in words:
            found = list(self._word(word, self._path))
            yield from found
            if not found:
                yield self._entry((*self._path, f"<<<()#{self._serial}", "[0]"), word)

    def _text(self, word: Word, scope: tuple[str, ...]) -> Iterator[Entry]:
        whole = word.span(0, len(word.value))
        raw = self._document.text[whole.start : whole.end]
        value = word.value.replace("\\n", "\n") if "\\n" in word.value else word.value
        if len(raw) == len(word.value):
            yield from read_embedded(raw, value, whole.start, scope)
        else:
            reading = read_inner(self._document, word.value, OffsetMap(word.pieces), "", Kind.TEXT, scope)
            yield from reading.entries

    def _inner(self, word: Word, kind: Kind, scope: tuple[str, ...]) -> Iterator[Entry]:
        reading = read_inner(self._document, word.value, OffsetMap(word.pieces), "", kind, scope)
        yield from reading.entries

    def _here_document(self, command: Command, body: Span) -> Iterator[Entry]:
        text = self._document.text[body.start : body.end]
        names = [word.value for word in command.words]
        target = command.targets[0] if command.targets else next(reversed(names[1:]), "") if "tee" in names else ""
        kind = next((kind for name, kind in _INTERPRETERS.items() if name in names), None)
        if kind is None and not target and _SHELLS.intersection(names):
            target = "here.sh"
        kind = kind or kind_of(target.strip("\"'"), text)
        if kind is Kind.TEXT and re.match(r"(?:\s*(?:export\s+)?[A-Za-z_]\w*=.*\n)+\s*$", text[:2000]):
            kind = Kind.DOTENV
        path = (*self._path, f"<<#{self._serial}")
        yield from read_inner(self._document, text, OffsetMap([(0, body.start)]), target, kind, path).entries

    def _entry(self, path: tuple[str, ...], word: Word, start: int = 0, place: Place = Place.ARGUMENT) -> Entry:
        value = word.value
        end = len(value)
        if end - start > 1 and value[start] in "\"'" and value[-1] == value[start]:
            start, end = start + 1, end - 1
        return self._part(path, word, start, end, place)

    def _part(self, path: tuple[str, ...], word: Word, start: int, end: int, place: Place) -> Entry:
        value = word.value[start:end]
        span = word.span(start, end)
        visible = bool(value) and self._document.text[span.start : span.end] == value
        return Entry(path, value, span, place, word.quoted or not _REFERENCE.search(value), visible)


def _name_of(words: Sequence[Word]) -> str:
    """Return the name of a command, which assignments and `sudo` may precede."""
    for word in words:
        if word.value not in _BEGINNING and not _ASSIGNMENT.match(word.value):
            return re.sub(r"[^\w-]", "", word.value.rpartition("/")[2])[:60]
    return ""


def _is_set(words: Sequence[Word]) -> bool:
    first = words[0].value.lower().lstrip("@")
    return first in _SETTERS and len(words) > 1


def _opens_array(word: Word, words: Sequence[Word], index: int) -> bool:
    return (
        re.fullmatch(r"[A-Za-z_]\w*\+?=", word.value) is not None
        and index + 1 < len(words)
        and words[index + 1].pieces[0][1] > word.end
    )


def _is_pair(name: Word, value: Word, *, stores: bool) -> bool:
    """Tell whether a word names the next one: bare, or in quotes behind a word such as `set`."""
    named = _NAME.fullmatch(name.value) is not None and (stores or not name.quoted)
    return named and not value.value.startswith("-")


def _joined(document: Document, words: Sequence[Word]) -> Word:
    """Return words as one: `set A=b c` takes all of the line."""
    first, last = words[0], words[-1]
    if len(words) == 1 or first.quoted:
        return first
    start = first.pieces[0][1]
    return Word(document.text[start : last.end], ((0, start),), last.end, True)
