"""Find versions of packages that print credentials: pinned, bounded from above, or locked (OKX208)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from okxguard.documents import Document
from okxguard.model import Span
from okxguard.policybook import Package

_LOCKS = (
    "poetry.lock",
    "pdm.lock",
    "uv.lock",
    "pipfile.lock",
    "conda-lock.yml",
    "conda-lock.yaml",
    "pylock.toml",
    "pixi.lock",
)
_FILES = re.compile(
    r"(?i)(?:.*require.*\.(?:txt|in|pip)|constraints.*\.txt|.*requirements/.*\.(?:txt|in)|pyproject\.toml|setup\.(?:py|cfg)|pipfile|environment.*\.ya?ml|conda.*\.ya?ml|meta\.ya?ml|.*\.lock|dockerfile.*|.*\.dockerfile|tox\.ini|noxfile\.py"
    r"|.*\.(?:sh|bash|ya?ml|md|rst|ipynb|toml|cfg|py)|makefile|justfile|procfile|pylock.*\.toml|deps\.txt|.*\.txt)"
)
_VERSION = r"v?\d+(?:\.\d+)*(?:\.?(?:a|b|rc|dev|post|alpha|beta)\.?\d*)?(?:\.\*)?"
_CLAUSE = re.compile(rf"(?P<sign>===|==|=|~=|<=|<|>=|>|!=|\^|~)\s*(?P<version>{_VERSION})")
# What people write about versions installs nothing, unless it is a command.
_PROSE = (".md", ".rst", ".ipynb", ".py", ".sh", ".bash")
_INSTALLS = r"\b(?:pip3?|uv|poetry|pdm|conda|mamba|pipx|install_requires|dependencies|requires)\b"
_PARTS = re.compile(r"\d+")


class Pin(NamedTuple):
    """A pinned or locked package, its place, and what is required of it."""

    span: Span
    name: str
    version: str
    locked: bool


class PinReader:
    """Finds pins of the packages of one policy book."""

    def __init__(self, packages: tuple[Package, ...]) -> None:
        self._packages = packages

    def read(self, document: Document) -> Iterator[Pin]:
        """Yield the pins of a document that admit only versions that print credentials."""
        name = document.path.replace("!", "/").rpartition("/")[2]
        if not _FILES.fullmatch(name):
            return
        for package in self._packages:
            yield from _find(document, package, locked=name.lower() in _LOCKS)

    def mentions(self, document: Document) -> Iterator[str]:
        """Yield the packages that a lock file holds, in whatever version: a lock decides over a range."""
        name = document.path.replace("!", "/").rpartition("/")[2].lower()
        if name in _LOCKS:
            yield from (package.name for package in self._packages if re.search(_pattern(package), document.text))


def _pattern(package: Package) -> str:
    return r"(?i)(?<![\w.-])" + re.escape(package.name).replace(r"\-", "[-_.]") + r"(?![\w])"


def _find(document: Document, package: Package, *, locked: bool) -> Iterator[Pin]:
    is_prose = document.path.lower().endswith(_PROSE)
    for match in re.finditer(_pattern(package), document.text):
        line = document.line_of(match.start())
        before = document.text[document.line_starts[line] : match.start()]
        if re.match(r"\s*(?:#|//|;)", before) or (is_prose and not re.search(_INSTALLS, before)):
            continue
        rest = document.text[match.end() : document.end_of_line(line)][:200]
        found = _locked_version(document, line, rest) if locked else _spec(rest)
        if found is not None and _only_below(found, package.below):
            yield Pin(Span(*match.span()), package.name, found, locked)


def _spec(rest: str) -> str | None:
    """Return the clauses behind the name of a package: `==0.3.1`, `>=0.2,<0.3`, ` = "^0.2"`, ` = {version = "0.2"}`."""
    rest = re.sub(r"^\[[\w,\s-]*\]", "", rest).split("#")[0].split(";")[0]
    match = re.match(
        rf"[\"']?\s*(?:[=:]\s*)?(?:\{{[^}}]*?version\s*[=:]\s*)?\(?\s*[\"']?\s*(?P<spec>(?:(?:===|==|=|~=|<=|<|>=|>|!=|\^|~)\s*)?{_VERSION}(?:\s*,\s*(?:==|~=|<=|<|>=|>|!=)\s*{_VERSION})*)",
        rest,
    )
    return match["spec"] if match else None


def _locked_version(document: Document, line: int, rest: str) -> str | None:
    """Return the version that a lock file gives a package, on its own line or one of the next."""
    text = (
        rest
        + "\n"
        + "\n".join(document.line_text(each) for each in range(line + 1, min(line + 7, len(document.line_starts))))
    )
    match = re.search(
        rf"(?:version[\"']?\s*[=:]\s*[\"']?(?:==)?|^\s*[\"'@=(-]*\s*(?:==|-)?)(?P<version>{_VERSION})", text
    )
    return f"=={match['version']}" if match else None


def _only_below(spec: str, below: str) -> bool:
    """Tell whether every version that a specification admits is below `below`."""
    clauses = [(match["sign"], match["version"].rstrip(".*")) for match in _CLAUSE.finditer(spec)]
    clauses = clauses or [("==", spec.strip())]
    limit = _parts(below)
    return any(_bounds(sign, version, limit) for sign, version in clauses)


def _bounds(sign: str, version: str, limit: tuple[int, ...]) -> bool:
    """Tell whether one clause alone keeps every version below the limit."""
    parts, written = _parts(version), _written(version)
    if sign in ("==", "===", "=", "<="):
        return parts < limit
    if sign == "<":
        return parts <= limit
    if sign == "~=":
        return len(written) > 1 and (*written[:-2], written[-2] + 1) <= limit
    if sign == "~":
        return len(written) > 1 and (written[0], written[1] + 1) <= limit
    if sign == "^":
        first = next((index for index, part in enumerate(written) if part), len(written) - 1)
        return (*written[:first], written[first] + 1) <= limit
    return False


def _written(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in _PARTS.findall(re.split(r"[a-zA-Z]", version.lstrip("v"))[0])) or (0,)


def _parts(version: str) -> tuple[int, ...]:
    """Return the numbers of a version without zeros at the end, so that 0.3 and 0.3.0 are one."""
    numbers = _written(version)
    while len(numbers) > 1 and not numbers[-1]:
        numbers = numbers[:-1]
    return numbers
