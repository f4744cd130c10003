"""Find credentials that stand in the names of files and folders, and take them out of what is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from okxguard.documents import Document, Window, make_document
from okxguard.model import NAME, Location, Source

if TYPE_CHECKING:
    from okxguard.examination import Examination
    from okxguard.examine import Examiner

# Nothing is looked for in a name without one of these: the shapes of keys and secrets, or a value that is given.
_SHAPE = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9A-Fa-f])[0-9A-F]{32}(?![0-9A-Fa-f])"
_TELLING = re.compile(rf"{_SHAPE}|=[^/]{{8}}")
# The other patterns are compiled when they are used: nearly every run has no such name.
_NAMED = rf"(?P<name>[^=]{{1,200}}?)[\s_.:~@+-]*(?P<value>{_SHAPE})"
_GIVEN = r"(?P<name>[^=]{1,200})=(?P<value>[^=]{8,200})"
_ENDING = r"(?:\.[A-Za-z]\w{0,9}){1,3}$"
_BLANKS = r"[\s.:~@+-]+"
_CALLED = r"(?i)((?:pass|phrase|pwd|secret|token)[\w.-]{0,30}=)(?:(?!: )[^/\n]){8,200}"
_REDACTED = "[redacted]"
_LONGEST_NAME = 1000


class PathName(NamedTuple):
    """A path without the values that stand in it, and what they mean."""

    shown: str
    document: Document
    examination: Examination

    def __repr__(self) -> str:
        return f"PathName(shown={self.shown!r})"


def is_telling(path: str) -> bool:
    """Tell whether a path may hold a value; nearly none does."""
    return _TELLING.search(path) is not None


def redacted(path: str) -> str:
    """Return a path, or a text with one, without what looks like a value, whatever it is; for what nobody scans."""
    if not is_telling(path):
        return path
    return re.sub(_CALLED, rf"\1{_REDACTED}", re.sub(_SHAPE, _REDACTED, path))


def name_in(source: Source) -> str:
    """Return the name that a source holds, such as that of a branch; nothing where it is no name."""
    return source.data.decode("utf-8", "backslashreplace") if source.origin == NAME else ""


def _named_values(path: str) -> Iterator[tuple[str, str]]:
    """Yield names and values: those that stand in one name, and values that are named by the folder they stand in."""
    segments = [segment[:_LONGEST_NAME] for segment in re.split("[/!]", path)]
    for segment in segments:
        for pattern in (_NAMED, _GIVEN):
            for match in re.finditer(pattern, segment):
                yield match["name"], re.sub(_ENDING, "", match["value"])
    for folder, segment in pairwise(segments):
        value = re.sub(_ENDING, "", segment)
        if re.fullmatch(_SHAPE, value):
            yield folder, value


def read_path(source: Source, examiner: Examiner) -> PathName | None:
    """Return what the path of a source says, or the name that it holds; None where no value stands there."""
    text = name_in(source) or source.path
    lines = [f"{re.sub(_BLANKS, '_', name).strip('_')}={value}" for name, value in _named_values(text)]
    evidence = _TELLING.sub("", source.evidence)
    document = make_document(".env", evidence, Window("\n".join(lines).encode("utf-8", "backslashreplace")))
    examination = examiner.examine(document, source.commit)
    if not examination.candidates:
        return None
    shown = text
    for candidate in examination.candidates:
        shown = shown.replace(candidate.value, _REDACTED)
    path, where = (shown, "the name of a file") if text == source.path else (source.path, shown)
    place = Location(path, 1, 1, 1, 1)
    findings = tuple(
        finding._replace(
            location=place,
            message=f"{finding.message}, in {where}",
            parts=tuple(part._replace(location=place) for part in finding.parts),
        )
        for finding in examination.findings
    )
    return PathName(path, document._replace(path=path), examination._replace(findings=findings, credentials=()))
