"""Follow names into the modules of the same project that they are imported from."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from okxguard.decoding import decode
from okxguard.entries.python_nodes import children
from okxguard.leaks.evidence import dotted
from okxguard.leaks.gate import GateKeeper
from okxguard.leaks.imports import Import, Importers, inner_module
from okxguard.leaks.kept import Kept
from okxguard.leaks.library import Library
from okxguard.leaks.modules import Modules
from okxguard.leaks.names import SecretNames
from okxguard.leaks.relation_layout import Layout
from okxguard.leaks.surveys import Brought, Places, Survey
from okxguard.leaks.values import Box, Value, isolated

if TYPE_CHECKING:
    from okxguard.leaks.engine import Engine

_DEEPEST = 3
_LARGEST = 400_000
# In characters; a tree takes fifty bytes for each of them, and what is known of it as much again.
_MOST_FOLLOWED = 4_000_000
_PACKAGE = "__init__.py"


class Neighbours:
    """The modules beside the files that are scanned; each is followed once, when it is first asked for."""

    def __init__(self, importers: Importers, names: SecretNames, library: Library) -> None:
        self._importers = importers
        self._names = names
        self._library = library
        self._keeper = GateKeeper(names, library)
        self._surveys = Kept(self._surveyed)
        self._engines = Kept(self._followed, _DEEPEST)
        self._unread: set[str] = set()
        self._missed: dict[str, set[str]] = {}
        self.modules = Modules()

    def of(self, path: str) -> View:
        """Return the modules as one file sees them."""
        return View(self, path)

    def tidy(self) -> None:
        """Make room before the next file where much was followed: it will be followed again when it is asked for."""
        if self.modules.letters > _MOST_FOLLOWED:
            self._engines.forget()
            self.modules.forget()
            gc.collect()

    def engine(self, importer: str, module: str) -> Engine | None:
        """Return the engine that has followed a module, or None where it is none of this project."""
        path = self._importers.finder.find(importer, module)
        if path is None or path == importer:
            return None
        engine = self._engines.get(path)
        self._remember(importer, path)
        return engine

    def missed(self, importer: str) -> tuple[str, ...]:
        """Return the files that one file imports and that were asked for what they hold, but could not be read."""
        return tuple(sorted(self._missed.get(importer, ())))

    def _remember(self, importer: str, path: str) -> None:
        if path in self._unread:
            self._missed.setdefault(importer, set()).add(path)

    def _text(self, path: str) -> str | None:
        data = self._importers.finder.tree.read(path)
        if data is None or len(data) > _LARGEST:
            self._unread.add(path)
            return None
        return decode(data)[0].removeprefix("\ufeff")

    def has(self, importer: str, module: str, name: str) -> bool:
        """Tell whether a module, or a name in it, is a file of this project."""
        find = self._importers.finder.find
        return find(importer, module) is not None or (
            bool(name) and find(importer, inner_module(module, name)) is not None
        )

    def is_secret(self, name: str) -> bool:
        """Tell whether a name may say that something is a secret."""
        return self._keeper.is_secret(name)

    def survey(self, importer: str, module: str, *, any_file: bool = False) -> Survey:
        """Return what is known of the names of a module, or nothing where it is none of this project.

        `any_file` asks for modules that name no secret, too.
        """
        path = self._importers.finder.find(importer, module)
        if path is None or path == importer:
            return Survey()
        if not (any_file or path.endswith(_PACKAGE) or self._importers.is_named(path)):
            return Survey()
        survey = self._surveys.get(path)
        self._remember(importer, path)
        return survey or Survey()

    def _surveyed(self, path: str) -> Survey:
        text = self._text(path)
        if text is None:
            return Survey()
        try:
            read = self.modules.see(text)
            if read is not None:
                brought = self.of(path).brought(read.layout) if path.endswith(_PACKAGE) else Brought()
                return self._keeper.survey(read.layout, brought)
        except RecursionError:
            pass
        self._unread.add(path)
        return Survey()

    def _followed(self, path: str) -> Engine | None:
        text = self._text(path)
        try:
            return self._follow(path, text) if text is not None else None
        except RecursionError:
            self._unread.add(path)
            return None

    def _follow(self, path: str, text: str) -> Engine | None:
        module = self.modules.followed(path, text)
        if module is None:
            self._unread.add(path)
            return None
        tree, layout = module.parsed.tree, module.layout
        gate = self._keeper.inside(layout, self.of(path).brought(layout))
        from okxguard.leaks.engine import Engine  # the gate lets few files through

        engine = Engine(tree, self._names, self._library, self.of(path), gate)
        engine.follow()
        return engine

    def bring_secrets(self, path: str, found: Iterable[tuple[str, Import]]) -> bool:
        """Tell whether one of the names that a file imports may stand for a secret."""
        return any(
            self.survey(path, each.module).brings(name)
            or bool(name and self.survey(path, inner_module(each.module, name)).brings(""))
            for _, each in found
            for name in each.names or ("",)
        )


class _Taken:
    """Collects what a module with some words takes from the modules that it imports."""

    def __init__(self, words: set[str]) -> None:
        self._words = words
        self._secrets: set[str] = set()
        self._holding: set[str] = set()
        self._showing: Places = {}
        self._giving: Places = {}
        self._groups: list[tuple[str, frozenset[str]]] = []

    def name(self, survey: Survey, name: str, known: str) -> None:
        """Take one name of a module, which is called otherwise here."""
        if name in survey.tainted:
            self._secrets.add(known)
        if name in survey.holding:
            self._holding.add(known)
        if name in survey.showing:
            self._showing[known] = survey.showing[name]
        if name in survey.giving:
            self._giving[known] = survey.giving[name]
        if survey.tells_of(name):
            self._members(survey, known, {known})

    def module(self, survey: Survey, known: str) -> None:
        """Take a whole module."""
        if survey.tells_of(""):
            secrets, holding = survey.tainted & self._words, survey.holding & self._words
            self._secrets |= secrets
            self._holding |= holding
            self._holding.add(known)
            self._members(survey, known, {known, *secrets, *holding})

    def _members(self, survey: Survey, known: str, names: set[str]) -> None:
        """Take the fields and methods that are named here, which come with some names."""
        members = survey.members & self._words
        self._secrets |= members
        for mine, others in ((self._showing, survey.showing), (self._giving, survey.giving)):
            for name in filter(_is_plain, others.keys() & self._words):
                mine[name] = mine.get(name, frozenset()) | others[name]
                names.add(name)
        self._groups.append((known, members.union(names)))

    def brought(self) -> Brought:
        """Return all that was taken."""
        return Brought(
            frozenset(self._secrets), frozenset(self._holding), self._showing, self._giving, tuple(self._groups)
        )


def _is_plain(name: str) -> bool:
    """Tell whether a name says which class it belongs to; all have the same methods of Python's own."""
    return not name.startswith("__")


class View:
    """The modules of a project as one of its files sees them."""

    def __init__(self, neighbours: Neighbours, path: str) -> None:
        self._neighbours = neighbours
        self._path = path

    def note(self) -> str | None:
        """Return what a note says of imported files that could not be read, or None."""
        missed = self._neighbours.missed(self._path)
        more = f" and {len(missed) - 1} more" if len(missed) > 1 else ""
        return f"imports {missed[0]}{more}, which the code rules could not follow" if missed else None

    def engine(self, module: str) -> Engine | None:
        """Return the engine that has followed a module, or None where it is none of this project."""
        return self._neighbours.engine(self._path, module)

    def brought(self, layout: Layout) -> Brought:
        """Return the names that a module imports from files of its own project."""
        found = [each for each in _imports(layout) if self._neighbours.has(self._path, each[0], each[1])]
        given = self._given(layout, {known for _, _, known in found}) if found else set()
        taken = _Taken(layout.words)
        for module, name, known in found:
            any_file = known in given
            if name:
                taken.name(self._neighbours.survey(self._path, module, any_file=any_file), name, known)
                module = inner_module(module, name)
            taken.module(self._neighbours.survey(self._path, module, any_file=any_file), known)
        return taken.brought()

    def _given(self, layout: Layout, imported: set[str]) -> set[str]:
        """Return those of some imports that are called with something named like a secret, or a part of them is."""
        found: set[str] = set()
        for node, _ in layout.nodes:
            if type(node) is ast.Call:
                first = dotted(node.func).partition(".")[0]
                if first in imported and first not in found and self._names_secret(node):
                    found.add(first)
        return found

    def _names_secret(self, call: ast.Call) -> bool:
        """Tell whether something that a call is given is named like a secret."""
        waiting: list[Any] = [*call.args, *call.keywords]
        while waiting:
            node = waiting.pop()
            if any(map(self._neighbours.is_secret, _texts_of(node))):
                return True
            if type(node) is not ast.Constant:
                waiting += children(node)
        return False

    def find(self, module: str, name: str) -> Value | None:
        """Return what a module says of a name, or None where nobody knows."""
        survey = self._neighbours.survey(self._path, module, any_file=True)
        engine = self.engine(module) if survey.tells_of(name) else None
        if engine is not None:
            value = engine.module.variables.get(name)
            if value is not None:
                return isolated(value)
        return self.module(inner_module(module, name))

    def module(self, module: str) -> Value | None:
        """Return a module as a value with its names as attributes."""
        survey = self._neighbours.survey(self._path, module, any_file=True)
        engine = self.engine(module) if survey.tells_of("") else None
        if engine is None:
            return None
        box = Box("module")
        seen: dict[int, Box] = {}
        box.fields = {name: isolated(value, seen) for name, value in engine.module.variables.items()}
        return Value(box=box, ref=module.lstrip("."))


def _imports(layout: Layout) -> Iterator[tuple[str, str, str]]:
    """Yield what a module imports: the module, the name in it or nothing, and what it is called here."""
    for node in layout.imports:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield "." * node.level + (node.module or ""), alias.name, alias.asname or alias.name
        else:
            for alias in node.names:
                yield alias.name, "", alias.asname or alias.name.partition(".")[0]


def _texts_of(node: ast.AST) -> Iterator[str]:
    for attribute in ("id", "attr", "arg", "value"):
        text = getattr(node, attribute, None)
        if isinstance(text, str):
            yield text
