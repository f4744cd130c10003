"""Prove from the letters alone that code gives nothing away, so that most files end here."""

from __future__ import annotations

import re

from okxguard.leaks.imports import Import, Importers, Tree

_STEMS = (
    "secret",
    "passw",
    "passphrase",
    "pass_phrase",
    "pwd",
    "api_key",
    "apikey",
    "api-key",
    "access_key",
    "access-key",
    "accesskey",
    "private_key",
    "privatekey",
    "priv",
    "credential",
    "creds",
    "mnemonic",
    "seed_phrase",
    "token",
    "authoriz",
    "bearer",
    "jwt",
    "signing_key",
    "encryption_key",
    "master_key",
    "environ",
    "dotenv",
    "getpass",
    "keyring",
    "_pass",
    "pass_",
    "connstr",
    "connection_string",
    "conn_string",
    "auth_key",
    "authkey",
    "app_key",
    "appkey",
)
_PRECISE = re.compile(
    r"secret|passw|pass_?phrase|pwd|ap[ip][-_]?key|(?:access|private|priv|signing|sign|encryption|decryption|master|auth|account|storage|service|consumer|hmac|aes|fernet|ssh|deploy|subscription)[-_ ]?key"
    r"|credential|creds?\b|mnemonic|(?:seed|recovery)_?phrase|conn(?:ection)?_?str|[a-z]_?token\b|token[\"'_]|bearer|jwt|authoriz|getpass|keyring|dotenv|_pass\b|\bpass_|userpass|dbpass|\bsk\b|\bpw\b|listen_?key|session_?cookie"
    r"|environ(?!\s{0,3}(?:\[|\.(?:get|setdefault|pop|update)\b)|ment)"
)

_ENDINGS = (".py", ".pyw", ".pyi", ".pyx", ".ipynb")


class LeakPrefilter:
    """The test of the code rules, on bytes and on text; `tree` holds the files that others import."""

    def __init__(self, tree: Tree | None = None) -> None:
        self.importers = Importers(tree, self._names_secret) if tree is not None else None

    def brought(self, path: str, data: bytes) -> tuple[tuple[str, Import], ...]:
        """Return the files that name secrets and are imported by one that does not."""
        if self.importers is None or not path.endswith(".py"):
            return ()
        return tuple(self.importers.bring(path, data))

    def _names_secret(self, data: bytes) -> bool:
        return self.may_leak_text(data.decode("latin-1"))

    def may_leak_bytes(self, path: str, data: bytes) -> bool:
        """Return False only where a file is no code or names no secret."""
        return path.lower().endswith(_ENDINGS) and self.may_leak_text(data.replace(b"\0", b"").decode("latin-1"))

    def may_leak_text(self, text: str) -> bool:
        """Return False only where no secret is named."""
        lower = text.lower()
        return any(stem in lower for stem in _STEMS) and _PRECISE.search(lower) is not None
