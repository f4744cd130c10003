"""Prove from the letters alone that code gives nothing away, so that most files end here.

Every pattern for Python but the last begins with plain letters, for those are looked for much quicker than anything
else. The patterns are wider than the words of `rules/leaks.toml`; a test holds them together.
"""

from __future__ import annotations

import re
from functools import cache

from okxguard.documents import Document
from okxguard.kinds import Kind
from okxguard.leaks import plain_prefilter
from okxguard.leaks.endings import is_python, may_be_code
from okxguard.leaks.imports import Import, Importers, Tree
from okxguard.leaks.plain_prefilter import completed
from okxguard.leaks.stems import Stems
from okxguard.spotting import Spotter, literal

# Names of secrets whatever stands around them, and of the environment.
_PLAIN = (
    "secret", "passw", "pwd", "pswd", "contrase", "credential", "mnemonic", "bearer", "jwt", "authoriz", "getpass",
    "keyring", "dotenv_values",
)  # fmt: skip
# Clients that take secrets by their places.
_CLIENTS = (
    "account", "broker", "convert", "data", "earning", "finance", "funding", "grid", "market", "public", "savings",
    "staking", "trade", "trading",
)  # fmt: skip
_MORE = {
    "pass": r"pass(?:[-_ ]?(?:phrase|code)|(?:{passes})(?![a-z]))",
    "key": r"key(?:{keys})",
    "token": r"token(?:{tokens})",
    "sk": r"sk(?<![a-z]sk)(?![a-z])",
    "pw": r"pw(?:_|(?<=_pw)|(?<![a-z0-9_]pw)(?![a-z0-9_]))",
    "cred": r"creds?(?![a-z])",
    "phrase": r"phrase(?:{phrases})",
    "conn": r"conn(?:ection)?[-_ ]?(?:[a-z]{2,10}_)?str",
    "auth": r"auth[-_ ]?(?:[a-z]{2,10}_)?(?:header|payload|msg|message)",
    "sign": r"sign(?:ed)?[-_ ]?headers",
    "session": r"session[-_ ]?(?:[a-z]{2,10}_)?cookie",
    "login": r"login[-_ ]?(?:payload|params|message|msg|request|frame)",
    "api(": "|".join(rf"api\((?<={client}api\()" for client in _CLIENTS),
    "wsprivateasync": r"wsprivateasync",
    "okxrestclient": r"okxrestclient",
    "environ": r"(?<!in os)\.environb?\b(?!\s{0,3}(?:\[|\.(?:get|setdefault|pop|update)\b))"
    r"|in os\.environb?\.(?:items|values|copy)|import[^\n]{0,200}\benviron\b",
}
# What shows something in languages other than Python: nothing is reported where none of these stands.
_SHOWING = re.compile(
    r"console|print|log|echo|puts|write|dump|throw|panic|raise|except|error|fail|exit|send|post|fetch|exec|spawn|system"
    r"|alert|respon|json|render|verbose|set -|curl|env|notify|trace|debug|info|warn|inspect|exception|output"
    r"|cat\b|tee\b"
    r"|require|assert|check|ensure|assume|precondition|invariant|bail|dbg|\bdie\b|abort"
    r"|start|cout|cerr|clog|<\?=|\bpp?\b|sh[ \t]+-\w*x"
)


class LeakPrefilter:
    """The test of the code rules, on bytes and on text; `tree` holds the files that others import.

    `through` are the paths of files that name no secret and get one from a file that they import.
    """

    def __init__(self, tree: Tree | None = None) -> None:
        self.through: set[str] = set()
        self.importers = Importers(tree, self._names_secret) if tree is not None else None
        self._python = Spotter(lambda: _literals(_stems()))
        self._elsewhere = Spotter(lambda: _literals(plain_prefilter.stems()))

    def hasten(self) -> None:
        """Make ready for much to be tested."""
        self._python.hasten()
        self._elsewhere.hasten()

    def brought(self, path: str, data: bytes) -> tuple[tuple[str, Import], ...]:
        """Return the files that name secrets and are imported by one that does not."""
        if self.importers is None or not path.endswith(".py"):
            return ()
        return tuple(self.importers.bring(path, data))

    def _names_secret(self, data: bytes) -> bool:
        spotted = self._python.spot(data)
        return spotted != 0 and _stems().stand_in(data.lower().decode("latin-1"), spotted)

    def may_leak_bytes(self, path: str, data: bytes) -> bool:
        """Return False only where a file is no code, or names no secret, or shows nothing."""
        if is_python(path):
            return self._names_secret(data.replace(b"\0", b""))
        if may_be_code(path, data):
            data = data.replace(b"\0", b"")
            spotted = self._elsewhere.spot(data)
            return spotted != 0 and self._shows(data.lower().decode("latin-1"), spotted)
        return False

    def may_leak_elsewhere(self, text: str) -> bool:
        """Return False only where code in another language than Python names no secret, or shows nothing."""
        return self._shows(text.lower())

    def _shows(self, lower: str, spotted: int = -1) -> bool:
        return plain_prefilter.stems().stand_in(lower, spotted) and _SHOWING.search(lower) is not None

    def may_leak(self, document: Document) -> bool:
        """Return False only where no leak would be found in a document."""
        if document.kind in (Kind.PYTHON, Kind.NOTEBOOK):
            return document.path in self.through or self.may_leak_text(document.text)
        return document.kind in (Kind.CODE, Kind.YAML) and self.may_leak_elsewhere(document.text)

    def may_leak_text(self, text: str) -> bool:
        """Return False only where no secret is named."""
        return _stems().stand_in(text.lower())


@cache
def _stems() -> Stems:
    return Stems(_PLAIN, completed(_MORE, variables=True))


def _literals(stems: Stems) -> tuple[bytes, ...]:
    return tuple(literal(stem.encode()) for stem in stems.stems)
