"""Readers know syntaxes and nothing about OKX: every value becomes an entry with its key path and its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import cast

from okxguard.documents import Document
from okxguard.entries.derived import complete
from okxguard.entries.reading import MismatchError, Reading, TellingLines
from okxguard.kinds import Kind
from okxguard.model import Entry

_LARGEST_PARSED = 8 << 20
_Reader = Callable[[Document, TellingLines], Reading]
Choose = Callable[[Sequence[Entry]], Sequence[Entry]]

# Module and function of the reader of every syntax. Each is imported when a file needs it: a hook run on one dotenv
# file loads no YAML and no ast.
_READERS = {
    Kind.DOTENV: ("settings", "read_settings"),
    Kind.INI: ("settings", "read_settings"),
    Kind.PROPERTIES: ("settings", "read_settings"),
    Kind.JSON: ("json", "read_json"),
    Kind.NOTEBOOK: ("notebook", "read_notebook"),
    Kind.YAML: ("yaml", "read_yaml"),
    Kind.TOML: ("toml", "read_toml"),
    Kind.XML: ("xml", "read_xml"),
    Kind.HTML: ("html", "read_html"),
    Kind.TABLE: ("table", "read_table"),
    Kind.SQL: ("sql", "read_sql"),
    Kind.MARKDOWN: ("markdown", "read_markdown"),
    Kind.PYTHON: ("python", "read_python"),
    Kind.NETRC: ("netrc", "read_netrc"),
    Kind.TEX: ("typeset", "read_typeset"),
    Kind.RTF: ("typeset", "read_typeset"),
    Kind.CARD: ("typeset", "read_typeset"),
    Kind.MAIL: ("mail", "read_mail"),
    Kind.CODE: ("code", "read_code"),
    Kind.PATCH: ("patch", "read_patch"),
}
_TEXT = ("text", "read_text")
# Lines are read one by one, so that size costs nothing but time.
_LINE_BY_LINE = frozenset({Kind.DOTENV, Kind.INI, Kind.PROPERTIES, Kind.TEXT, Kind.MARKDOWN})
# Syntaxes in which a value may be written in pieces, so that no line shows it.
_FOLDING = frozenset({Kind.PROPERTIES, Kind.YAML, Kind.TOML, Kind.DOTENV, Kind.INI, Kind.CODE, Kind.MAIL, Kind.CARD})


def read_entries(document: Document, lines: TellingLines, choose: Choose) -> Reading:
    """Lower a document to entries by the reader of its syntax, or as plain text when that reader gives up.

    `lines` are those that may hold something of interest. Where a value always stands on its line letter by letter,
    other lines are left out, and a document without such lines is not read at all. `choose` returns those of the
    entries, as they are written, that matter.
    """
    if document.kind not in _FOLDING and document.kind is not Kind.TEXT and not lines.around:
        return Reading()
    reading = read_as_written(document, lines)
    entries = choose(reading.entries)
    if document.kind is Kind.TEXT:
        from okxguard.entries.lone import read_lone_value  # most documents are no text

        entries = (*entries, *read_lone_value(document))
    return reading._replace(entries=complete(document, entries))


def read_as_written(document: Document, lines: TellingLines) -> Reading:
    """Lower a document to entries without deriving more from them: what it holds may be part of another document."""
    own = _READERS.get(document.kind)
    if own is None:
        return _reader(*_TEXT)(document, lines)
    if len(document.text) > _LARGEST_PARSED and document.kind not in _LINE_BY_LINE:
        why = "too large to be parsed"
    else:
        try:
            return _reader(*own)(document, lines)
        except MismatchError:
            why = f"is not valid {document.kind.value}"
    return _reader(*_TEXT)(document, lines)._replace(note=f"{why}; read as plain text")


def _reader(module: str, function: str) -> _Reader:
    return cast("_Reader", getattr(import_module(f"okxguard.entries.{module}"), function))
