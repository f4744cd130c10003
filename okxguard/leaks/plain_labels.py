"""Tell literals that hold words for people apart from those that may hold secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from okxguard.leaks.names import Secret
from okxguard.leaks.plain_cells import GROUP, NAME, TEXT, Cell, Code, items
from okxguard.leaks.plain_model import Taint

if TYPE_CHECKING:
    from okxguard.leaks.plain_file import PlainFile

NAMES_ONLY = re.compile(
    r"[\"'`](?:[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)*|[A-Z]?[a-z]+(?:[A-Z][a-z]+)*|[a-z]+(?:[_.-][a-z]+)*|[^\"'`]*\s[^\"'`]*"
    r"|[^\"'`]{0,7})[\"'`]"
)


_SIGNS = frozenset([":", "=>", "="])
_HOLE = re.compile(r"[$#{<*]|x{4}|X{4}|your|example")
_READ = re.compile(r"(?:get|read|load|fetch|decrypt|ask|prompt|lookup|resolve)(?![a-z])")


def labelled(code: Code, group: Cell) -> Iterator[tuple[str, int, list[Cell]]]:
    """Yield the names in a mapping written out, where they stand, and what they stand for."""
    for item in items(code, group):
        names = [cell for cell in item[:2] if cell.kind in (NAME, TEXT)]
        value = next((at for at, cell in enumerate(item[1:4], 1) if cell.text in _SIGNS), 0)
        if names and value:
            yield names[0].text.strip("\"'`:"), names[0].start, item[value + 1 :]


def says(code: Code, group: Cell, name: str) -> bool:
    """Tell whether a mapping written out holds words under a name."""
    for label, _, value in labelled(code, group):
        if label == name and len(value) == 1 and value[0].kind == TEXT:
            return NAMES_ONLY.fullmatch(value[0].text) is not None
    return False


def may_hold(value: list[Cell]) -> bool:
    """Tell whether a value may be a secret: a literal that is no word, or the result of a reader."""
    if len(value) == 1 and value[0].kind == TEXT:
        return NAMES_ONLY.fullmatch(value[0].text) is None and not _HOLE.search(value[0].text)
    return len(value) == 2 and value[0].kind == NAME and value[1].text == "(" and _READ.match(value[0].text) is not None


def secret_label(file: PlainFile, found: list[Cell]) -> Taint | None:
    """Return the secret that an object written out holds under the name of one, as a literal or from elsewhere."""
    group = next(cell for cell in found if cell.text == "{" and cell.kind == GROUP)
    if file.is_test or len(found) > 3:
        return None
    for name, start, value in labelled(file.code, group):
        kind = file.read(name)
        if kind is not None and kind is not Secret.TOKEN and not file.names.is_holder(name) and may_hold(value):
            return Taint(kind, name, start, dump="object")
    return None
