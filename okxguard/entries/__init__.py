"""Readers know syntaxes and nothing about OKX: every value becomes an entry with its key path and its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from okxguard.documents import Document, Kind
from okxguard.entries.derived import complete
from okxguard.model import Entry

_LARGEST_PARSED = 8 << 20


class Reading(NamedTuple):
    """The entries of one document, and why its own reader gave up, if it did."""

    entries: tuple[Entry, ...]
    note: str | None = None


def read_entries(document: Document, find_telling: Callable[[], frozenset[int]]) -> Reading:
    """Lower a document to entries by the reader of its syntax, or as plain text when that reader gives up.

    `find_telling` returns the lines that may hold something of interest; it is asked only where it saves work. Where
    a value always stands on its line letter by letter, other lines are left out, and a document without such lines is
    not read at all.
    """
    if document.kind not in _FOLDING and not find_telling():
        return Reading(())
    entries, note = _read(document, find_telling)
    return Reading(complete(document, entries), note)


# Syntaxes in which a value may be written in pieces, so that no line shows it.
_FOLDING = frozenset({Kind.PROPERTIES, Kind.YAML, Kind.TOML, Kind.DOTENV, Kind.INI})


def _read(document: Document, find_telling: Callable[[], frozenset[int]]) -> tuple[tuple[Entry, ...], str | None]:
    # Each reader is imported when a file needs it: a hook run on one dotenv file loads no YAML and no ast.
    kind = document.kind
    if kind in (Kind.DOTENV, Kind.INI, Kind.PROPERTIES):
        from okxguard.entries.settings import read_settings

        return read_settings(document), None
    from okxguard.entries.text import read_text

    if kind in (Kind.TEXT, Kind.MARKDOWN, Kind.CODE):
        return read_text(document, find_telling()), None
    if len(document.text) > _LARGEST_PARSED:
        return read_text(document, find_telling()), "too large to be parsed; read as plain text"
    if kind is Kind.PYTHON:
        return _read_python(document, find_telling)
    entries = _parse(document)
    if entries is None:
        return read_text(document, find_telling()), f"is not valid {_NAMES[kind]}; read as plain text"
    return entries, None


_NAMES = {Kind.JSON: "JSON", Kind.YAML: "YAML", Kind.TOML: "TOML"}


def _read_python(
    document: Document, find_telling: Callable[[], frozenset[int]]
) -> tuple[tuple[Entry, ...], str | None]:
    from okxguard.entries.python import read_python
    from okxguard.entries.python_repair import NotPythonError
    from okxguard.entries.text import read_commands, read_text

    try:
        entries, left_out = read_python(document)
    except NotPythonError:
        return read_text(document, find_telling()), "is not valid Python 3; read as plain text"
    if not left_out:
        return entries, None
    return (
        (*entries, *read_text(document, left_out), *read_commands(document, left_out)),
        "has lines that are not Python 3; those were read as plain text",
    )


def _parse(document: Document) -> tuple[Entry, ...] | None:
    if document.kind is Kind.YAML:
        from okxguard.entries.yaml import NotYamlError, read_yaml

        try:
            return read_yaml(document)
        except NotYamlError:
            return None
    if document.kind is Kind.TOML:
        from okxguard.entries.toml import NotTomlError, read_toml

        try:
            return read_toml(document)
        except NotTomlError:
            return None
    from okxguard.entries.json import NotJsonError, read_json

    try:
        return read_json(document)
    except NotJsonError:
        return None
