"""Find what scripts, recipes and steps of workflows print: variables, the environment, traced commands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from okxguard.documents import Document
from okxguard.entries.shell_words import Command, Word, read_commands
from okxguard.kinds import Kind
from okxguard.leakbook import LeakPlain
from okxguard.leaks.names import Secret, SecretNames
from okxguard.leaks.plain_echoes import echoing, printed_document
from okxguard.leaks.plain_pipes import passes_on, piped, searched
from okxguard.leaks.plain_powershell import powershell_leaks
from okxguard.leaks.plain_steps import bound_names, steps
from okxguard.leaks.plain_variables import Reference, references
from okxguard.model import Confidence, Leak, Span

SCRIPTS = frozenset(["shell", "dockerfile", "makefile", "powershell", "batch"])
_PRINTERS = frozenset(["echo", "printf", "print"])
_HARMLESS = re.compile(r"::(?:add-mask|set-output|save-state|stop-commands)|##vso\[task\.setvariable|set-secret")
_SHOWING = frozenset(["2", "1", "/dev/stderr", "/dev/stdout", "/dev/tty", "&2", "&1"])
# The end of a block whose output goes to a file or to another command.
_TAKEN = re.compile(
    r"[^\n]*\n(?:[ \t]*(?:echo|printf|cat|env|printenv)\b[^\n]*\n|[ \t]*\n|[ \t]*#[^\n]*\n){0,40}"
    r"[ \t]*(?:\}|\)|done|fi|EOF)[ \t]*(?:\d?>|\|)"
)
# Names that a script uses or exports, and files of settings that it takes in.
_NAMED = re.compile(r"\$\{?(?:env:)?(?P<used>\w{3,60})|\b(?P<loud>[A-Z][A-Z0-9]{0,30}_[A-Z0-9_]{2,60})\b")
_SOURCED = re.compile(r"^[ \t]*(?:source|\.)[ \t]+[\"']?[^\s\"';&|]{0,200}\.env\b", re.MULTILINE)
_TRACED = re.compile(r"-[a-wyzA-WYZ]*x[a-zA-Z]*$")
_CURL_VERBOSE = re.compile(r"-[a-zA-Z]{0,6}v[a-zA-Z]{0,6}|--verbose|--trace(?:-ascii)?")
_DATA = frozenset(
    ["-d", "--data", "--data-raw", "--data-urlencode", "--data-binary", "-F", "--form", "--form-string", "--json"]
)
_QUERY = re.compile(r"[?&][\w.-]{1,40}=$")
_FILES = re.compile(
    r"(?:.*/)?\.env(?:\.(?!example|sample|template|dist)[\w-]+)?$|.*(?:credentials|secrets?)\.(?:json|ya?ml|env|txt)$"
)
_BEFORE = frozenset(["sudo", "then", "do", "else", "if", "!", "{", "exec", "command", "time", "-"])


class Scripts:
    """Reads scripts with the words of one rule book."""

    def __init__(self, book: LeakPlain, names: SecretNames) -> None:
        self._book = book
        self._names = names

    def read(self, document: Document, language: str) -> Iterator[Leak]:
        """Yield what a script, or the scripts inside a document, give away."""
        text, parts = steps(document, language)
        if not parts:
            return
        bound = bound_names(document) if document.kind is Kind.YAML else {}
        evidence = bool(bound) or self._names_secrets(text)
        if language == "powershell":
            yield from powershell_leaks(text, lambda name: self._kind(name, bound), evidence=evidence)
            return
        syntax = "batch" if language == "batch" else "shell"
        for start, end in parts:
            script = _Script(self, text, syntax, bound, evidence=evidence)
            yield from script.leaks(start, end)

    def _names_secrets(self, text: str) -> bool:
        """Tell whether secrets are in the environment of a script: it names some, or takes in a file of settings."""
        names = {match["used"] or match["loud"] for match in _NAMED.finditer(text)}
        return _SOURCED.search(text) is not None or any(self._kind(name, {}) for name in names)

    def _kind(self, name: str, bound: dict[str, str]) -> Secret | None:
        if name.upper() in ("PWD", "OLDPWD"):
            return None
        kind = self._names.read(name)
        if kind is not None or name not in bound:
            return kind
        return Secret.SECRET if self._names.read(f"secret_{bound[name]}") else None

    def kind(self, name: str, bound: dict[str, str]) -> Secret | None:
        """Return what the value of a variable is."""
        return self._kind(name, bound)

    def said(self, name: str) -> str:
        """Return what may be said of the name of a secret."""
        return self._names.said(name)

    @property
    def hooks(self) -> re.Pattern[str]:
        """What stands in the addresses of chats."""
        return re.compile("|".join(self._book.hooks))


class _Script:
    """One script, read command by command."""

    def __init__(self, scripts: Scripts, text: str, syntax: str, bound: dict[str, str], *, evidence: bool) -> None:
        self._scripts = scripts
        self._text = text
        self._syntax = syntax
        self._bound = bound
        self._evidence = evidence
        self._traced: Span | None = None
        self._clean: set[str] = set()
        self._echoing = echoing(text) if syntax == "shell" else frozenset()

    def leaks(self, start: int, end: int) -> Iterator[Leak]:
        """Yield what the commands between two places give away."""
        first_line = self._text[start : self._text.find("\n", start)] if self._text.startswith("#!", start) else ""
        if re.search(r"sh\s+-\w*x", first_line):
            self._traced = Span(start, start + len(first_line))
        for command in read_commands(self._text, start, end, self._syntax):
            words = _plain_words(command)
            if words:
                yield from self._command(command, words)

    def _command(self, command: Command, words: list[Word]) -> Iterator[Leak]:
        name = words[0].value.rpartition("/")[2].lower().lstrip("@-+")
        if name == "set":
            self._set(words)
        elif name in _PRINTERS or name in self._echoing:
            yield from self._printed(command, words, name)
        elif name == "logger":
            yield from self._shown("OKX302", "logger", words)
        elif name in ("env", "printenv", "export", "declare", "cat"):
            yield from self._dumped(command, words, name)
        elif name in ("curl", "wget", "http", "https", "curl.exe"):
            yield from self._requested(words, name)
        elif name == "read":
            self._clean.update(word.value for word in words[1:])
        if self._traced and name not in ("set", "unset"):
            yield from self._trace(words)
        self._note(words)

    def _note(self, words: list[Word]) -> None:
        """Remember the variables that a mask or a constant was assigned to."""
        for word in words:
            match = re.match(r"(?P<name>[A-Za-z_]\w*)=(?P<value>.*)", word.value, re.DOTALL)
            if match is None:
                break
            name, value = match["name"], match["value"]
            masked = re.search(
                r"\*{3}|sha\d*sum|md5sum|\$\(\(|\bcut\b|\bsed\b|\bhead\b|\bwc\b|openssl rand|uuidgen", value
            )
            if masked or value in ("", "true", "false", "0", "1"):
                self._clean.add(name)
            elif re.search(r"[$`]", value):
                self._clean.discard(name)

    def _set(self, words: list[Word]) -> None:
        values = [word.value for word in words[1:]]
        if any(_TRACED.fullmatch(value) for value in values) or ("xtrace" in values and "-o" in values):
            if (
                len(values) > 1
                and re.fullmatch(r"[A-Za-z_]\w*", values[-1])
                and values[-1] not in ("pipefail", "xtrace")
            ):
                return  # fish sets a variable
            self._traced = Span(words[0].pieces[0][1], words[-1].end)
        elif any(value.startswith("+") and "x" in value for value in values) or "+o" in values:
            self._traced = None

    def _printed(self, command: Command, words: list[Word], name: str) -> Iterator[Leak]:
        if any(_HARMLESS.search(word.value) for word in words):
            return
        rule = "OKX301"
        target = command.targets[-1] if command.targets else ""
        if "GITHUB_STEP_SUMMARY" in target:
            rule = "OKX304"
        elif target and target not in _SHOWING:
            return
        if not self._is_shown(words):
            return
        yield from self._shown(rule, name, words)

    def _is_shown(self, words: list[Word]) -> bool:
        """Tell whether the output of a command is not taken by another one or by an assignment."""
        start, end = words[0].pieces[0][1] - words[0].quoted, words[-1].end
        before = self._text[max(0, start - 3) : start].rstrip()
        if before.endswith(("$(", "`", "<(")):
            return False
        stages = piped(self._text, end)
        return all(map(passes_on, stages)) and not _TAKEN.match(self._text, end)

    def _references(self, word: Word) -> Iterator[tuple[Reference, Secret]]:
        for reference in references(self._text, word, self._syntax):
            kind = None if reference.name in self._clean else self._scripts.kind(reference.name, self._bound)
            if kind is not None:
                yield reference, kind

    def _shown(self, rule: str, name: str, words: list[Word]) -> Iterator[Leak]:
        span = Span(words[0].pieces[0][1], words[-1].end)
        for word in words[1:]:
            for reference, kind in self._references(word):
                if 0 < reference.shown <= kind.budget:
                    continue
                found = "OKX309" if reference.shown else rule
                yield _leak(found, span, _said(kind, reference), (name, reference.name))
                return

    def _dumped(self, command: Command, words: list[Word], name: str) -> Iterator[Leak]:
        options = [word.value for word in words[1:]]
        span = Span(words[0].pieces[0][1], words[-1].end)
        if (command.targets and command.targets[-1] not in _SHOWING) or self._in_substitution(words):
            return
        document = printed_document(self._text, command, words) if name == "cat" else None
        if document is not None and not _TAKEN.match(self._text, document.end):
            yield from self._shown("OKX301", name, [*words[:1], document])
        elif name == "cat":
            if options and _FILES.fullmatch(options[-1]) and len(options) == 1 and self._is_shown(words):
                yield _leak("OKX306", span, "a file of secrets", (name, "file of secrets"))
        elif name == "printenv" and options:
            kind = self._scripts.kind(options[0], self._bound)
            if kind and self._is_shown(words):
                said = self._scripts.said(options[0])
                yield _leak("OKX301", span, f"{kind.value} ('{said}')", (name, said))
        elif self._is_dump(name, options) and self._evidence and self._is_output(words):
            yield _leak("OKX306", span, "the environment", (name, "environment"))

    def _is_dump(self, name: str, options: list[str]) -> bool:
        if name in ("env", "printenv"):
            return not options
        if name in ("export", "declare"):
            return options in (["-p"], ["-x"], ["-px"])
        return False

    def _is_output(self, words: list[Word]) -> bool:
        """Tell whether a dump of the environment is shown: as it is, or filtered for the names of secrets."""
        end = words[-1].end
        stages = piped(self._text, end)
        wanted = [word for stage in stages if (word := searched(stage)) is not None]
        if not all(passes_on(stage) or searched(stage) is not None for stage in stages):
            return False
        if not wanted:
            return not _TAKEN.match(self._text, end)
        return all("okx" in word.lower() or self._scripts.kind(word, {}) is not None for word in wanted)

    def _in_substitution(self, words: list[Word]) -> bool:
        start = words[0].pieces[0][1]
        return self._text[max(0, start - 3) : start].rstrip().endswith(("$(", "`", "<("))

    def _requested(self, words: list[Word], name: str) -> Iterator[Leak]:
        """Yield what a request prints, sends to a chat, or writes into its address."""
        span = Span(words[0].pieces[0][1], words[-1].end)
        held = [(word, found) for word in words[1:] for found in self._references(word)]
        if not held:
            return
        if name.startswith("curl") and any(_CURL_VERBOSE.fullmatch(word.value) for word in words[1:]):
            reference, kind = held[0][1]
            yield _leak("OKX307", span, _said(kind, reference), ("curl -v", reference.name))
        chat = any("://" in word.value and self._scripts.hooks.search(word.value.lower()) is not None for word in words)
        for at, word in enumerate(words[1:], 1):
            for reference, kind in self._references(word):
                if chat and (words[at - 1].value in _DATA or word.value.startswith("--data")):
                    yield _leak("OKX304", span, _said(kind, reference), (name, reference.name))
                    return
                if (
                    not chat
                    and kind in (Secret.SECRET, Secret.PASSPHRASE)
                    and _QUERY.search(word.value[: reference.at])
                ) and ("://" in word.value or word.value.startswith("$")):
                    yield _leak("OKX305", span, _said(kind, reference), (name, reference.name))
                    return

    def _trace(self, words: list[Word]) -> Iterator[Leak]:
        """Yield the trace that shows a secret among the words of a command, once."""
        for word in words[1:] or words:
            for reference, kind in self._references(word):
                span, self._traced = self._traced, None
                if span:
                    yield _leak("OKX307", span, _said(kind, reference), ("set -x", reference.name))
                return


def _plain_words(command: Command) -> list[Word]:
    words = command.words
    while words and (words[0].value in _BEFORE or (words[0].value.startswith("@") and len(words[0].value) == 1)):
        words = words[1:]
    return words


def _said(kind: Secret, reference: Reference) -> str:
    return f"{kind.value} ('{reference.name.removeprefix('secrets_')}')"


def _leak(rule: str, span: Span, what: str, identity: tuple[str, ...]) -> Leak:
    return Leak(rule, span, Confidence.MEDIUM, what, identity)
