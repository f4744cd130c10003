"""Prove from the letters alone that code gives nothing away, so that most files end here.

The patterns are wider than the words of `rules/leaks.toml`; a test holds them together.
"""

from __future__ import annotations

import re

from okxguard.documents import Document
from okxguard.kinds import Kind
from okxguard.leaks.imports import Import, Importers, Tree
from okxguard.leaks.plain_prefilter import names_secrets

# One of these stands in everything that the pattern below matches; looking for them first is much quicker.
_STEMS = (
    "secret", "pass", "pwd", "pswd", "pw", "key", "cred", "mnemonic", "phrase", "token", "authoriz", "bearer", "jwt",
    "conn", "env", "getpass", "keyring", "sk", "contraseña", "cookie", "sign", "auth", "login",
)  # fmt: skip
_KEYS = (
    "api|access|app|consumer|account|storage|service|subscription|auth|priv|private|sign|signing|encryption|decryption"
    "|master|hmac|aes|fernet|ssh|deploy|sec|secret"
)
_TOKENS = (
    "access|refresh|auth|bearer|session|api|id|bot|secret|jwt|oauth|login|user|service|personal|github|gh|gitlab|slack"
    "|telegram|tg|discord|hf|huggingface|vault|npm|pypi|line|notify|influx|influxdb|sentry|ws|security|cloudflare|cf|do"
    "|digitalocean|admin|pat|root|registration"
)
_PASSES = (
    "db|user|smtp|mail|ftp|ssh|admin|root|redis|mysql|pg|postgres|postgresql|database|proxy|login|api|okx|okex|auth|http|imap|pop|rpc"
    "|my|wifi|mongo|mongodb|rabbit|rabbitmq|mq|mqtt|broker|account|exchange|trade|fund|keystore|vault|ldap|vpn|sudo|service"
    "|client|server|bot|influx|kafka|es|elastic"
)
_PRECISE = re.compile(
    rf"""
    secret | passw | pass[-_ ]?(?:phrase|code) | pwd | pswd | contraseña | \bpw\b | pw_ | _pw
    | (?:{_PASSES})[-_ ]?pass(?![a-z])
    | (?:{_KEYS})[-_ ]?keys? | (?<![a-z])sk(?![a-z]) | creds?(?![a-z]) | credential | mnemonic
    | (?:seed|recovery)[-_ ]?phrase
    | conn(?:ection)?[-_ ]?str | (?:{_TOKENS})[-_ ]?token | bearer | jwt | authoriz
    | auth[-_ ]?(?:header|payload|msg|message)
    | (?:sign(?:ed)?|auth)[-_ ]?headers | session[-_ ]?cookie
    | login[-_ ]?(?:payload|params|message|msg|request|frame) | getpass | keyring
    | (?<!in[ ]os)\.environb?\b(?!\s{{0,3}}(?:\[|\.(?:get|setdefault|pop|update)\b))
    | in[ ]os\.environb?\.(?:items|values|copy) | import[^\n]{{0,200}}\benviron\b
    | dotenv_values
    | process\.env\b(?!\s{{0,3}}[.\[?]) | \bos\.environ\(\) | getenv\(\s{{0,3}}\)
    | \$_(?:env|server)\b(?!\s{{0,3}}\[) | \bprintenv\b | ^\s*(?:run:\s*)?env\s*(?:$|[|>;])
    | getenvironmentvariables\(\) | \benv::vars\(\)
    """,
    re.VERBOSE | re.MULTILINE,
)
_PYTHON = frozenset({"py", "pyw", "pyi", "pyx", "ipynb"})
_OTHERS = frozenset(
    [
        "js",
        "jsx",
        "ts",
        "tsx",
        "mjs",
        "cjs",
        "mts",
        "cts",
        "vue",
        "svelte",
        "astro",
        "go",
        "java",
        "kt",
        "kts",
        "scala",
        "sc",
        "groovy",
        "gradle",
        "cs",
        "csx",
        "rs",
        "php",
        "phtml",
        "rb",
        "rake",
        "swift",
        "dart",
        "ex",
        "exs",
        "lua",
        "cr",
        "c",
        "h",
        "cc",
        "cpp",
        "hpp",
        "m",
        "mm",
        "sh",
        "bash",
        "zsh",
        "ksh",
        "fish",
        "ps1",
        "psm1",
        "bat",
        "cmd",
        "mk",
        "yml",
        "yaml",
    ]
)
_NAMES = ("dockerfile", "makefile", "jenkinsfile", "containerfile", "gnumakefile")
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

    def brought(self, path: str, data: bytes) -> tuple[tuple[str, Import], ...]:
        """Return the files that name secrets and are imported by one that does not."""
        if self.importers is None or not path.endswith(".py"):
            return ()
        return tuple(self.importers.bring(path, data))

    def _names_secret(self, data: bytes) -> bool:
        return self.may_leak_text(data.decode("latin-1"))

    def may_leak_bytes(self, path: str, data: bytes) -> bool:
        """Return False only where a file is no code, or names no secret, or shows nothing."""
        name = path.rpartition("/")[2].lower()
        ending = name.rpartition(".")[2]
        if ending in _PYTHON:
            return self.may_leak_text(data.replace(b"\0", b"").decode("latin-1"))
        if ending in _OTHERS or name.startswith(_NAMES) or data.startswith(b"#!"):
            return self.may_leak_elsewhere(data.replace(b"\0", b"").decode("latin-1"))
        return False

    def may_leak_elsewhere(self, text: str) -> bool:
        """Return False only where code in another language than Python names no secret, or shows nothing."""
        lower = text.lower()
        return names_secrets(lower) and _SHOWING.search(lower) is not None

    def may_leak(self, document: Document) -> bool:
        """Return False only where no leak would be found in a document."""
        if document.kind in (Kind.PYTHON, Kind.NOTEBOOK):
            return document.path in self.through or self.may_leak_text(document.text)
        return document.kind in (Kind.CODE, Kind.YAML) and self.may_leak_elsewhere(document.text)

    def may_leak_text(self, text: str) -> bool:
        """Return False only where no secret is named."""
        lower = text.lower()
        return any(stem in lower for stem in _STEMS) and _PRECISE.search(lower) is not None
