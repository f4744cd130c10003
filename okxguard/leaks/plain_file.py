"""What one file of code tells beyond its single lines: assignments, signed headers, settings read, helpers."""

from __future__ import annotations

import re
from functools import cached_property

from okxguard.entries.languages import Language
from okxguard.entries.lexer import STRING, tokenize
from okxguard.leakbook import LeakPlain
from okxguard.leaks.names import Secret, SecretNames, words_of
from okxguard.leaks.plain_assignments import assigned, renamed
from okxguard.leaks.plain_calls import Dialect
from okxguard.leaks.plain_cells import Cell, Code, statement
from okxguard.leaks.plain_chains import Chains
from okxguard.leaks.plain_interest import Interest
from okxguard.leaks.plain_labels import NAMES_ONLY, says, secret_label
from okxguard.leaks.plain_loops import Bound, environment_loops
from okxguard.leaks.plain_model import CLEAN, MANNERS, UNKNOWN, Taint, Value
from okxguard.leaks.plain_types import Types
from okxguard.leaks.plain_values import Values

_FIELD = re.compile(r"(?<![\w$])(?P<base>[^\W\d]\w{0,60})(?:\.|->|\?\.|\[[\"']|\[:)(?P<field>[^\W\d]\w{0,60})\b(?!\()")
_STORED = re.compile(
    r"(?P<name>[^\W\d]\w{0,60})(?:\.\w{1,30}\(|\[)\s{0,9}[\"'](?P<header>[A-Za-z][\w-]{2,40})[\"']\s{0,3}(?:,|\]\s{0,9}=(?!=))"
)
_TITLE = re.compile(
    r"(?P<name>[^\W\d]\w{0,60})\s{0,9}(?::[^={}\n]{0,60})?(?:=|:|\.from\()\s{0,9}[\w.<>, \[\]]{0,60}\(?\s{0,9}$"
)
_FUNCTION = re.compile(
    r"(?P<name>[^\W\d]\w{0,60})\s{0,3}(?:[:=]\s{0,3}(?:async\s)?(?:function\b)?\s{0,3})?(?P<open>\()"
)
_FOLDERS = frozenset(["PWD", "OLDPWD"])
_MOST_ASSIGNED = 40
# Objects of Kubernetes, which go by their names.
_OBJECTS = frozenset(["secret", "secrets", "credentials"])


class PlainFile:
    """One file, cut into tokens once."""

    def __init__(
        self, text: str, language: str, table: Language, book: LeakPlain, dialect: Dialect, names: SecretNames
    ) -> None:
        self.text = text
        self.language = language
        self.table = table
        self.book = book
        self.dialect = dialect
        self.names = names
        self.manner = MANNERS[language]
        self.code = Code(tokenize(text, table), 0, self.manner.marked)
        self.values = Values(self)
        self.chains = Chains(self)
        self.is_test = False
        self.is_cut = False  # something was too long or too deep to be read
        self._is_cluster = "k8s.io" in text
        self._looking: set[tuple[str, int]] = set()
        self._fields: dict[str, tuple[Secret, str]] | None = None
        self._signed: frozenset[str] | None = None
        self._signers: frozenset[str] = frozenset()

    # What names say.

    def is_public(self, name: str) -> bool:
        """Tell whether a name is of something public that sounds like a secret."""
        words = words_of(name)
        if name in _FOLDERS or not words or words[0] in self.dialect.before or words[-1] in self.dialect.about:
            return True
        return any(words[-len(phrase) :] == phrase for phrase in self.dialect.public)

    def read(self, name: str) -> Secret | None:
        """Return what a name says its value is."""
        return (
            None if self.is_public(name) or (self._is_cluster and name.lower() in _OBJECTS) else self.names.read(name)
        )

    def named(self, name: str, start: int) -> Value:
        """Return what the value of a name shows as far as the name tells."""
        kind = self.read(name)
        if kind is None:
            return UNKNOWN
        return Value((Taint(kind, name, start, dump="object" if self.names.is_holder(name) else ""),))

    def name(self, code: Code, cell: Cell, name: str) -> Value:
        """Return what a variable shows: what was assigned to it, or what its name says."""
        start = code.offset + cell.start
        if self.is_environment(name):
            return self.environment(name, start)
        value = self._looked_up(name, start)
        if value.taints or value.known or value.made:
            return value
        if (bound := self._bound(name, start)) is not None:
            return bound
        if (headers := self.headers(name, start)) is not None:
            return headers
        if (typed := self.types.variable(name, start)) is not None:
            return typed
        found = self.named(self._names_before(name, start), start)
        return found if found.taints else self.object(name, start) or found

    @cached_property
    def types(self) -> Types:
        """The types of the file that show secrets."""
        return Types(self)

    @cached_property
    def _loops(self) -> list[Bound]:
        return environment_loops(self)

    def _bound(self, name: str, start: int) -> Value | None:
        """Return what a name shows that a loop over the environment fills."""
        for bound in self._loops:
            if bound.name == name and bound.start <= start < bound.end:
                return self.variable_of_environment(name, start) if bound.shows else CLEAN
        return None

    def variable_of_environment(self, name: str, start: int) -> Value:
        """Return what a name shows that goes through the variables of the environment."""
        return Value((Taint(Secret.SECRET, name, start, dump="environment", in_text=True),))

    def is_bound(self, name: str, start: int) -> bool:
        """Tell whether a name is that of a variable of the environment in a loop over all of them."""
        return any(bound.name == name and bound.start <= start < bound.end for bound in self._loops)

    @cached_property
    def renamed(self) -> dict[str, list[tuple[int, str]]]:
        """The names of variables that are unpacked under other names than they have."""
        return renamed(self.code) if self.language == "javascript" else {}

    def _names_before(self, name: str, start: int) -> str:
        """Return the name that a variable had in the object that it was unpacked from."""
        old = [given for at, given in self.renamed.get(name, ()) if at <= start]
        return old[-1] if old else name

    # What is assigned.

    def _looked_up(self, name: str, start: int) -> Value:
        at = self.assignment(name, start)
        if at is None or (name, at) in self._looking or len(self._looking) > 3:
            return UNKNOWN
        self._looking.add((name, at))
        try:
            return self._assigned_value(at)
        finally:
            self._looking.discard((name, at))

    def _assigned_value(self, at: int) -> Value:
        found = statement(self.code, at, lines=self.manner.lines)
        if not found:
            return UNKNOWN
        if len(found) == 1 and found[0].kind == "text":
            return self._constant(found[0])
        if len(found) == 1 and found[0].text in ("null", "nil", "None", "undefined", "NULL"):
            return UNKNOWN
        value = self.values.of(self.code, found)
        is_object = any(cell.text == "{" and cell.kind == "group" for cell in found)
        if is_object and not value.taints and self.manner.objects and (label := secret_label(self, found)):
            return Value((label,))
        if any(taint.shown == 0 and not taint.dump for taint in value.taints) and is_object:
            return value.dumping("object")
        return value

    def _constant(self, cell: Cell) -> Value:
        """Return what a variable shows that holds a literal: a secret where the literal may be one."""
        value = self.values.string(self.code, cell)
        if value.taints:
            return value
        if not value.known or cell.end - cell.start <= 2:
            return UNKNOWN
        return CLEAN if self.is_test or NAMES_ONLY.fullmatch(cell.text) else UNKNOWN

    @cached_property
    def assigned(self) -> dict[str, list[int]]:
        """The places, by the names of variables, where the values begin that are assigned to them."""
        return assigned(self.code, self.manner)

    @cached_property
    def interest(self) -> Interest:
        """What of the file may show a secret."""
        return Interest(self)

    @property
    def tells_more(self) -> bool:
        """Tell whether secrets of the file go by more than names and assignments: types, loops, signed headers."""
        self._find_signed()
        return bool(self._signed or self._signers or self._loops or self.types.any_shown)

    def assignment(self, name: str, start: int) -> int | None:
        """Return where the value begins that was assigned to a name last, in a scope around `start`."""
        before = [at for at in self.assigned.get(name, ()) if at < start][-_MOST_ASSIGNED:]
        frames = self.code.frames_around(start) if before else frozenset()
        return next(
            (at for at in reversed(before) if self.code.frame_at(at) in frames and not self.code.in_string(at)), None
        )

    # What is given away whole.

    def is_environment(self, dotted: str) -> bool:
        """Tell whether a name is that of the environment of the process."""
        return self.dialect.environments.match(dotted)

    def environment(self, dotted: str, start: int) -> Value:
        """Return what the environment shows."""
        return Value((Taint(Secret.SECRET, dotted, start, dump="environment"),))

    def headers(self, dotted: str, start: int) -> Value | None:
        """Return what headers show that this file signs, or those of a request that failed."""
        self._find_signed()
        name = dotted.rpartition(".")[2]
        owner = dotted.rpartition(".")[0].rpartition(".")[2].lower()
        if owner in ("res", "resp", "response", "httpresponse", "answer", "reply"):
            return None
        sent = (
            name.lower() == "headers" and owner in ("config", "request", "_options") and self.language == "javascript"
        )
        if name in (self._signed or ()) or (sent and self._signed):
            return Value((Taint(Secret.KEY, name, start, dump="headers"),))
        return None

    def signer(self, name: str, start: int) -> Value | None:
        """Return what headers show that a function of this file makes."""
        self._find_signed()
        return Value((Taint(Secret.KEY, name, start, dump="headers"),)) if name in self._signers else None

    def object(self, dotted: str, start: int) -> Value | None:
        """Return what an object of settings shows whose secret fields this file reads."""
        name = dotted.rpartition(".")[2]
        if not self.manner.objects or not any(word in self.book.objects for word in words_of(name)[-1:]):
            return None
        found = self.fields.get(name)
        return Value((Taint(found[0], found[1], start, dump="object"),)) if found else None

    def holds_texts(self, owner: str, name: str, start: int) -> bool:
        """Tell whether what an object holds under a name is a text for people: a label, a message."""
        parts = [part for part in re.split(r"[.()\[\]]+", owner) if part]
        if any(words_of(part)[-1:] and words_of(part)[-1] in self.book.texts for part in parts[-2:]):
            return True
        at = self.assignment(owner, start) if len(parts) == 1 and self.read(name) else None
        cells = statement(self.code, at, lines=self.manner.lines) if at is not None else []
        return any(cell.kind == "group" and says(self.code, cell, name) for cell in cells[:3])

    @property
    def fields(self) -> dict[str, tuple[Secret, str]]:
        """The secret fields that this file reads, by the object that they are read from."""
        if self._fields is None:
            self._fields = {}
            for match in _FIELD.finditer(self.code.text):
                kind = self.read(match["field"])
                if kind is not None and kind is not Secret.TOKEN:
                    self._fields.setdefault(match["base"], (kind, match["field"]))
        return self._fields

    def _find_signed(self) -> None:
        if self._signed is not None:
            return
        self._signed = frozenset()
        lowered = self.code.text.lower()
        # What holds them is named after them.
        if "header" not in lowered or not any(header in lowered for header in self.book.headers):
            return
        signed, signers = set(), set()
        for match in _STORED.finditer(self.code.text):
            if match["header"].lower() in self.book.headers and "header" in match["name"].lower():
                signed.add(match["name"])
        tokens = self.code.tokens
        for index, kind in enumerate(tokens.kinds):
            held = lowered[tokens.starts[index] + 1 : tokens.ends[index] - 1] if kind == STRING else ""
            frame = tokens.frames[index]
            if held in self.book.headers and frame >= 0 and self._is_filled(index):
                before = self.code.text[max(0, tokens.starts[frame] - 160) : tokens.starts[frame]]
                if (title := _TITLE.search(before)) and "header" in title["name"].lower():
                    signed.add(title["name"])
                elif before.rstrip().endswith("return") and (name := self._function_around(frame)):
                    signers.add(name)
        self._signed, self._signers = frozenset(signed), frozenset(signers)

    def _is_filled(self, index: int) -> bool:
        """Tell whether a header is given a value that may be a secret."""
        tokens = self.code.tokens
        match = re.compile(r"\s*(?:=>|[:,=])\s*").match(self.code.text, tokens.ends[index])
        if match is None:
            return False
        value = self.values.assigned(self.code, match.end())
        return bool(value.taints) or not value.known

    def _function_around(self, frame: int) -> str:
        tokens = self.code.tokens
        outer = tokens.frames[frame]
        if outer < 0:
            return ""
        closing = tokens.starts[outer]
        before = self.code.text[max(0, closing - 400) : closing]
        matches = list(_FUNCTION.finditer(before))
        return next((match["name"] for match in reversed(matches) if "header" in match["name"].lower()), "")
