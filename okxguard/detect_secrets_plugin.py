"""OKX API key, secret key and passphrase as plugins of detect-secrets: `detect-secrets scan -p FILE`.

detect-secrets asks its plugins line by line; okxguard's evidence is a whole file. So the file is scanned once
with the scanner of `okxguard scan`, and the plugins tell for each line what was found there. Where there is
no file to read (`--string`, a diff), the line and what detect-secrets shows around it have to do.

No flag is needed for API keys, although detect-secrets drops UUIDs by default; see `_reported_as`.
A line that looks like a call is never shown to a plugin unless detect-secrets runs with
`--disable-filter detect_secrets.filters.heuristic.is_indirect_reference`.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from detect_secrets.core.potential_secret import PotentialSecret
from detect_secrets.filters.heuristic import is_potential_uuid
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.settings import get_settings
from detect_secrets.util.code_snippet import CodeSnippet

if importlib.util.find_spec("okxguard") is None:
    # detect-secrets loads this file by its path, and may do so from a checkout that is not installed.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from okxguard.documents import Document, Window, make_document
from okxguard.errors import OkxguardError
from okxguard.model import Location, Part, Role, Source
from okxguard.rulebook import load_rulebook
from okxguard.scan import Options, Scanner
from okxguard.sources.paths import read_paths

_RULES = frozenset({"OKX101", "OKX102", "OKX103", "OKX104"})
_SCHEME = "file://"
_VARIABLE_MARKS = "${}<>"


class _Reading:
    """What okxguard found in one text: the parts of all credentials, and the text to cut them from."""

    def __init__(self, document: Document, parts: tuple[Part, ...]) -> None:
        self._document = document
        self._parts = parts

    def values(self, role: Role, first: int, last: int) -> Iterator[tuple[int, str]]:
        """Yield line and text of every part with `role` that begins on the lines `first` to `last`."""
        for part in self._parts:
            if part.role is role and first <= part.location.line <= last:
                yield part.location.line, self._cut(part.location)

    def _cut(self, location: Location) -> str:
        starts = self._document.line_starts
        start = starts[location.line - 1] + location.column - 1
        end = starts[location.end_line - 1] + location.end_column - 1
        return self._document.text[start:end]


class _OkxDetector(RegexBasedDetector):  # type: ignore[misc]  # detect-secrets is not type checked
    """Reports the parts of one role.

    It has no regular expression. It is a RegexBasedDetector because detect-secrets trusts these to know what
    they look for: it does not drop their secrets when a name further left on the line ends in `id`.
    """

    denylist = ()
    role: Role

    def analyze_string(self, string: str) -> Iterator[str]:
        """Yield the values in a text that stands alone."""
        for _, text in _read_text("", [string]).values(self.role, 1, sys.maxsize):
            yield _reported_as(text)

    def analyze_line(
        self, filename: str, line: str, line_number: int = 0, context: CodeSnippet | None = None, **_: Any
    ) -> set[PotentialSecret]:
        """Return the secrets that begin on a line of a file, or of a text when `line_number` is 0."""
        reading = _read_file(filename, _signature(filename)) if line_number else None
        if reading is None:
            lines, at = _surroundings(line, context)
            values = _read_text(filename, lines).values(self.role, at + 1, at + 1)
            return {self._secret(filename, line_number, text) for _, text in values}
        last = sys.maxsize if _is_last(context) else line_number
        return {self._secret(filename, at, text) for at, text in reading.values(self.role, line_number, last)}

    def json(self) -> dict[str, Any]:
        """Return what a baseline says of this plugin.

        detect-secrets writes down where the plugin's file is and wants it there on every machine. So a file
        below the current folder, the repository, is named relative to it.
        """
        said = {"name": type(self).__name__}
        path = str(get_settings().plugins.get(said["name"], {}).get("path", ""))
        here = _SCHEME + os.path.join(os.getcwd(), "")
        if path.startswith(here):
            said["path"] = _SCHEME + path[len(here) :]
        return said

    def _secret(self, filename: str, line_number: int, text: str) -> PotentialSecret:
        return PotentialSecret(self.secret_type, filename, _reported_as(text), line_number)


class OkxApiKeyDetector(_OkxDetector):
    """Finds OKX API keys."""

    secret_type = "OKX API Key"  # noqa: S105 (the name of a type)
    role = Role.API_KEY


class OkxSecretKeyDetector(_OkxDetector):
    """Finds OKX secret keys."""

    secret_type = "OKX Secret Key"  # noqa: S105 (the name of a type)
    role = Role.SECRET_KEY


class OkxPassphraseDetector(_OkxDetector):
    """Finds OKX passphrases."""

    secret_type = "OKX Passphrase"  # noqa: S105 (the name of a type)
    role = Role.PASSPHRASE


def _reported_as(text: str) -> str:
    """Return what detect-secrets gets to see of a value: as much of it as its filters take for a secret.

    Its filters drop whatever holds a UUID, looks like `${NAME}` or begins with a dollar sign. okxguard has
    already ruled out that the value is an id or a variable. So an API key goes without its last digit, and a
    passphrase without the signs of a variable at its ends. What is left stands in the file letter by letter
    and still identifies the value in a baseline.
    """
    text = text.strip(_VARIABLE_MARKS)
    while is_potential_uuid(text):
        text = text[:-1]
    return text


def _is_last(context: CodeSnippet | None) -> bool:
    """Tell whether detect-secrets will ask for no further line of the file.

    It rewrites YAML and INI files to one line a setting and leaves out what follows the last one: comments,
    the rest of a block of text.
    """
    return context is not None and context.target_index == len(context.lines) - 1


def _surroundings(line: str, context: CodeSnippet | None) -> tuple[list[str], int]:
    """Return the lines that are known when there is no file, and the index of `line` in them."""
    if context is not None and context.target_index < len(context.lines):
        lines = [each.rstrip("\r\n") for each in context.lines]
        # In a diff the lines that detect-secrets shows are not always those around this one.
        if lines[context.target_index].rstrip() == line.rstrip():
            return lines, context.target_index
    return [line], 0


def _signature(filename: str) -> tuple[int, ...]:
    """Return what changes when the file changes."""
    try:
        status = os.stat(filename)
    except OSError:
        return ()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


@lru_cache(maxsize=1)
def _read_file(filename: str, signature: tuple[int, ...]) -> _Reading | None:
    """Scan a file, or return None when it cannot be read.

    Lines come file by file, so the last file is remembered, for all three plugins.
    """
    if not signature:
        return None
    path = os.path.join(os.curdir, filename)  # a file named "-" is not standard input
    sources = read_paths([path], ignored=True, excluded=lambda _: False)
    return next((_read(source) for source in sources if isinstance(source, Source)), None)


def _read_text(filename: str, lines: list[str]) -> _Reading:
    data = "\n".join(lines).encode("utf-8", "replace")
    return _read(Source("text", filename, data, filename))


def _read(source: Source) -> _Reading:
    """Scan a source.

    Raises OkxguardError when that failed: a plugin that keeps silent instead would let everything pass.
    """
    report = _scanner().scan([source])
    if report.errors:
        raise OkxguardError(f"{report.errors[0].path!a}: {report.errors[0].reason}")
    parts = tuple(part for finding in report.findings for part in finding.parts)
    data = source.data if parts else b""
    return _Reading(make_document(source.path, source.evidence, Window(data)), parts)


@lru_cache(maxsize=1)
def _scanner() -> Scanner:
    today = time.strftime("%Y-%m-%d", time.gmtime())
    return Scanner(load_rulebook(), Options(_RULES, today))
