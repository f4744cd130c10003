"""What the names of one source file stand for: what was imported, and who made a variable or takes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

_PATH = r"[A-Za-z_@][\w@/.\-\\]{0,120}"
_LISTED = r"\{(?P<names>[^{}]{0,600})\}"
# What stands in everything that a pattern matches, and the pattern.
_IMPORTS = (
    # JavaScript: import X, { A as B } from "m"; const { A: B } = require("m")
    (
        "from",
        re.compile(
            rf"\bimport\s+(?:type\s+)?(?P<default>[\w$]+)?\s*,?\s*(?:\*\s*as\s+(?P<star>[\w$]+)|{_LISTED})?\s*from\s*['\"](?P<module>{_PATH})['\"]"
        ),
    ),
    (
        "require",
        re.compile(
            rf"(?:\bconst|\blet|\bvar|,)\s*(?:(?P<default>[\w$]+)|{_LISTED})\s*=\s*require\s*\(\s*['\"](?P<module>{_PATH})['\"]\s*\)"
        ),
    ),
    # Go, Dart: okx "github.com/x/okx"; import "package:okx/okx.dart" as okx
    ("/", re.compile(rf"^\s*(?:import\s+)?(?P<default>[a-z]\w*)\s+\"(?P<module>[\w.]+/{_PATH})\"\s*$", re.MULTILINE)),
    (
        "/",
        re.compile(
            r"^\s*(?:import\s+)?\"(?P<module>[\w.]+/[\w./\-]*?(?P<default>[a-zA-Z]\w*)(?:/v\d+)?)\"\s*$", re.MULTILINE
        ),
    ),
    ("package:", re.compile(rf"\bimport\s+['\"]package:(?P<module>{_PATH})['\"]\s+as\s+(?P<default>\w+)")),
)
# Java, Kotlin, Scala, C#, Rust, PHP, Elixir: the last piece of a dotted path is the name.
_USES = re.compile(
    r"(?:import|use|using|alias|pub use)\s+(?:static\s+)?(?P<alias>\w+\s*=\s*)?(?P<path>[\w.:\\]{3,200})"
    r"(?:\s+as\s+(?P<as>\w+)|\.?(?:::)?\{(?P<names>[^{}]{0,600})\})?"
)
# What makes a variable, and what it is passed to. Signs are looked for, and then what stands in front of them: most
# names stand in front of neither.
_MADE = re.compile(
    r"(?:=|<-)\s*(?:(?:new|await|try|&|\*)\s*){0,3}"
    r"(?P<callee>[A-Za-z_$\\][\w$]*(?:\s?(?:\.|::|->|\\)\s?[\w$]+){0,6})\s*(?:<[^<>(){};]{0,80}>)?\s*[({]"
)
_GIVEN = re.compile(r"(?P<name>(?<![\w$])[A-Za-z_$][\w$]*)\s*(?::\s*[\w.<>\[\], ]{1,80}|:)?$")
_PASSED = re.compile(r"\(\s*(?:\.\.\.|&|\*\*?)?(?P<name>[A-Za-z_$][\w$]*)\s*[,)]")
_TAKING = re.compile(r"(?P<callee>(?<![\w$])[A-Za-z_$][\w$]*(?:(?:\.|::|->)[\w$]+){0,6})\s*$")
_LONGEST_BEFORE = 200
_SIGNS = re.compile(r"\s*(?:\?\.|!!?\.|\.|::|->|\\|:)\s*")
_OWN = re.compile(r"^[$@%&.:]*(?:(?:this|self|Self|static|cls|Me|me)\.)*[$@%&.:]*")
_CONTROL_WORDS = (
    "if for while switch catch foreach using lock match when return elseif elsif until unless and or not in of "
    "function fn func def sub await typeof sizeof new throw else do try case with from where yield let var const"
)
_CONTROL = frozenset(_CONTROL_WORDS.split())
_PLAIN = frozenset(["string", "str", "String", "int", "bool", "char", "var", "let", "const", "auto", "final", "val"])
_LONGEST = 200


class Names:
    """Resolves the names of one text; each table is made when it is first asked for."""

    def __init__(self, text: str, code: str) -> None:
        self._text = text
        self._code = code

    def resolve(self, dotted: str) -> str:
        """Return a dotted name with its head replaced by what it was imported as or made by."""
        dotted = normalised(dotted)
        head, dot, rest = dotted.partition(".")
        known = self._imports.get(head) or self._makers.get(head)
        return f"{known}{dot}{rest}"[-_LONGEST:] if known and known != dotted else dotted[-_LONGEST:]

    def label(self, name: str) -> str:
        """Return what else is known of a variable: who made it, and who it is passed to."""
        return " ".join(filter(None, (self._makers.get(name, ""), self._passed.get(name, ""))))

    @cached_property
    def _imports(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for sign, pattern in _IMPORTS:
            for match in pattern.finditer(self._text) if sign in self._text else ():
                groups = match.groupdict()
                module = groups["module"].rpartition(".dart")[0] or groups["module"]
                for whole in (groups.get("default"), groups.get("star")):
                    if whole:
                        found[whole] = module
                found.update((name, f"{module}.{original}") for original, name in _listed(groups.get("names") or ""))
        for match in _USES.finditer(self._code):
            before = self._code[max(0, match.start() - _LONGEST_BEFORE) : match.start()]
            if before.rpartition("\n")[2].strip():
                continue
            path = normalised(match["path"]).rstrip(".")
            if match["names"]:
                found.update((name, f"{path}.{original}") for original, name in _listed(match["names"]))
            elif "." in path:
                found[(match["alias"] or "").rstrip("= ") or match["as"] or path.rpartition(".")[2]] = path
        return found

    @cached_property
    def _makers(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for match in _MADE.finditer(self._code):
            given = self._before(_GIVEN, match)
            callee = normalised(match["callee"])
            if given and callee not in _CONTROL and callee not in _PLAIN and given["name"] != callee:
                head, dot, rest = callee.partition(".")
                found.setdefault(given["name"], f"{self._imports.get(head, head)}{dot}{rest}")
        return found

    @cached_property
    def _passed(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for match in _PASSED.finditer(self._code):
            taking = self._before(_TAKING, match)
            if taking and taking["callee"] not in _CONTROL:
                head, dot, rest = normalised(taking["callee"]).partition(".")
                known = self._imports.get(head) or self._makers.get(head) or head
                found.setdefault(match["name"], f"{known}{dot}{rest}")
        return found

    def _before(self, pattern: re.Pattern[str], match: re.Match[str]) -> re.Match[str] | None:
        """Return what a pattern finds that ends where a match begins."""
        return pattern.search(self._code[max(0, match.start() - _LONGEST_BEFORE) : match.start()])


def normalised(dotted: str) -> str:
    """Return a dotted name with one sign for all, without `this`, sigils and backslashes."""
    return _OWN.sub("", _SIGNS.sub(".", dotted.strip().lstrip("\\")).strip("."))


def _listed(names: str) -> Iterator[tuple[str, str]]:
    """Yield original and local name of every item of an import list."""
    for item in names.split(","):
        words = re.split(r"\s+as\s+|\s*:\s*|\s*=>\s*", item.strip())
        if words[0] and re.fullmatch(r"[\w$.:\s]+", words[0]):
            yield words[0].removeprefix("type ").strip(), words[-1].strip()


def is_control(word: str) -> bool:
    """Tell whether a word in front of a bracket opens a condition or a loop, not a call."""
    return word in _CONTROL
