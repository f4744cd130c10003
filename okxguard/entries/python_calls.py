"""Name the arguments of Python calls: by position, by word, by the fields of a class, by what a mapping holds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from okxguard.entries.python_classes import Classes
from okxguard.entries.python_flow import Flow
from okxguard.entries.python_fold import Folder
from okxguard.entries.python_mappings import Mappings, copies
from okxguard.entries.python_names import Bindings
from okxguard.entries.python_wrappers import VALUE_KEYWORDS, Wrappers
from okxguard.model import Place

_Path = tuple[str, ...]
_Slot = tuple[ast.expr, _Path, Place]
_SETTER = re.compile(r"(?:set|with)_?(?=[A-Za-z])(?P<name>\w{3,80})", re.IGNORECASE)


class Calls:
    """Knows the calls of one file; on `telling` lines the fields of classes and the members of mappings count, too."""

    def __init__(
        self,
        nodes: Sequence[ast.AST],
        bindings: Bindings,
        folder: Folder,
        flow: Flow,
        wrappers: Wrappers,
        telling: frozenset[int],
    ) -> None:
        self._bindings = bindings
        self._folder = folder
        self._flow = flow
        self._wrappers = wrappers
        self._telling = telling
        self._classes = Classes(nodes, bindings, folder)
        self._mappings = Mappings(nodes, bindings, folder, flow)
        self._count = 0

    def serial(self) -> int:
        """Return the number of the next call or mapping."""
        self._count += 1
        return self._count

    def slots(self, node: ast.Call, path: _Path) -> Iterator[_Slot]:
        """Yield the arguments of a call with the paths and places they go by."""
        callee = self._bindings.dotted(node.func)
        if callee is None:
            return
        inside = (*path, f"{callee}()#{self.serial()}")
        for index, argument in enumerate(self._flow.arguments(node)):
            yield _argument(argument, (*inside, f"[{index}]"))
        for keyword in node.keywords:
            yield _argument(keyword.value, (*inside, keyword.arg) if keyword.arg else inside)
        setter = _SETTER.fullmatch(callee.rpartition(".")[2]) if len(node.args) == 1 else None
        if setter:
            yield node.args[0], (*path, callee.rpartition(".")[0], setter["name"]), Place.ARGUMENT
        yield from self._named_pair(node, inside)
        if not self._telling.isdisjoint(range(node.lineno - 1, node.end_lineno or node.lineno)):
            if not copies(callee):
                yield from self._held(node, inside)
            yield from self._fields(node, callee.rpartition(".")[2], inside)
            if callee.rpartition(".")[2] == "partial" and node.args:
                yield from self._begun(node, path)

    def _named_pair(self, node: ast.Call, inside: _Path) -> Iterator[_Slot]:
        """Yield `"name", "value"` arguments: os.getenv, setdefault, setattr, add_argument with a default."""
        if saved := self._wrappers.saved(node):
            yield saved[0], (*inside[:-1], saved[1]), Place.ASSIGNMENT
        inside = (*inside[:-1], inside[-1].split("#")[0])
        names = [self._folder.fold(each) if self._wrappers.is_name(each) else None for each in node.args]
        for index, name in enumerate(names[:-1]):
            within = names[index - 1] if index else None
            if name:
                path = (*inside, within.value, name.value) if within else (*inside, name.value)
                yield node.args[index + 1], path, Place.DEFAULT
        if names and names[0]:
            longest = max((name.value for name in (names[0], names[-1]) if name), key=len)
            for keyword in node.keywords:
                if keyword.arg in VALUE_KEYWORDS:
                    yield keyword.value, (*inside, longest), Place.DEFAULT

    def _held(self, node: ast.Call, inside: _Path) -> Iterator[_Slot]:
        """Yield the members of the mappings that are passed on."""
        given = [(argument, inside) for argument in node.args]
        given += [(each.value, (*inside, each.arg) if each.arg else inside) for each in node.keywords]
        for value, path in given:
            for member in self._mappings.members(value):
                yield member.value, (*path, member.name) if member.name else path, Place.ARGUMENT

    def _fields(self, node: ast.Call, callee: str, inside: _Path) -> Iterator[_Slot]:
        """Yield what the fields of an object are given by position, and what those are that nobody gives anything."""
        named = {keyword.arg for keyword in node.keywords}
        if None in named or any(isinstance(argument, ast.Starred) for argument in node.args):
            return
        for field, argument in zip_longest(self._classes.fields_of(callee), node.args):
            if field is None:
                return
            if argument is not None:
                yield argument, (*inside, field.name), Place.ARGUMENT
            elif field.name not in named and field.default is not None and not _is_empty(field.default):
                yield field.default, (*inside, field.name), Place.ARGUMENT

    def _begun(self, node: ast.Call, path: _Path) -> Iterator[_Slot]:
        """Yield the arguments that `partial(callee, ...)` gives to what it is made of; others may follow."""
        callee = self._bindings.dotted(node.args[0])
        if callee is None:
            return
        inside = (*path, f"{callee}()#{self.serial()}")
        yield node.args[0], inside, Place.ARGUMENT
        for index, argument in enumerate(node.args[1:]):
            yield _argument(argument, (*inside, f"[{index}]"))
        for keyword in node.keywords:
            yield _argument(keyword.value, (*inside, keyword.arg) if keyword.arg else inside)


def _is_empty(node: ast.expr) -> bool:
    """Tell whether a default says nothing, as no argument does."""
    if isinstance(node, ast.Constant):
        return not node.value
    return isinstance(node, (ast.List, ast.Tuple, ast.Set)) and not node.elts


def _argument(node: ast.expr, path: _Path) -> _Slot:
    """Return the slot of an argument; the members of a mapping are arguments themselves."""
    return node, path[:-1] if isinstance(node, ast.Dict) and path[-1].startswith("[") else path, Place.ARGUMENT
