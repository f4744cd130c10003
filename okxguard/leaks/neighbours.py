"""Follow names into the modules of the same project that they are imported from."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from okxguard.decoding import decode
from okxguard.entries.python_repair import parse_python
from okxguard.entries.reading import MismatchError
from okxguard.leaks.engine import Engine
from okxguard.leaks.imports import Import, Importers
from okxguard.leaks.library import Library
from okxguard.leaks.names import SecretNames
from okxguard.leaks.values import ClassModel, Function, Value, content

_DEEPEST = 3
_LARGEST = 400_000


class Neighbours:
    """The modules beside the files that are scanned; each is followed once, when it is first asked for."""

    def __init__(self, importers: Importers, names: SecretNames, library: Library) -> None:
        self._importers = importers
        self._names = names
        self._library = library
        self._engines: dict[str, Engine | None] = {}
        self._loading: list[str] = []

    def of(self, path: str) -> View:
        """Return the modules as one file sees them."""
        return View(self, path)

    def engine(self, importer: str, module: str) -> Engine | None:
        """Return the engine that has followed a module, or None where it is none of this project."""
        path = self._importers.finder.find(importer, module)
        if path is None or path == importer or path in self._loading or len(self._loading) >= _DEEPEST:
            return None
        if path not in self._engines:
            self._loading.append(path)
            try:
                self._engines[path] = self._followed(path)
            finally:
                self._loading.pop()
        return self._engines[path]

    def _followed(self, path: str) -> Engine | None:
        data = self._importers.finder.tree.read(path)
        if data is None or len(data) > _LARGEST:
            return None
        try:
            tree = parse_python(decode(data)[0].removeprefix("\ufeff")).tree
        except MismatchError:
            return None
        for node in ast.walk(tree):
            node.neighbour = path  # type: ignore[attr-defined]
        engine = Engine(tree, self._names, self._library, self.of(path))
        engine.follow()
        return engine

    def names_secrets(self, importer: str, modules: tuple[str, ...]) -> bool:
        """Tell whether one of some modules is a file of this project that names secrets."""
        found = (self._importers.finder.find(importer, module) for module in modules)
        return any(path is not None and path != importer and self._importers.is_named(path) for path in found)

    def bring_secrets(self, path: str, found: Iterable[tuple[str, Import]]) -> bool:
        """Tell whether one of the names that a file imports stands for something that holds or gives a secret."""
        view = self.of(path)
        for _, each in found:
            for name in each.names:
                value = view.find(each.module, name)
                if value is not None and self._is_telling(view, each.module, name, value):
                    return True
            if not each.names and self.engine(path, each.module) is not None:
                return True
        return False

    def _is_telling(self, view: View, module: str, name: str, value: Value) -> bool:
        engine = view.engine(module)
        if isinstance(value.target, (Function, ClassModel)):
            segment = value.target.node
            return any(
                self._names.read(text) or self._names.read_getter(text)
                for node in ast.walk(segment)
                for text in _texts_of(node)
            )
        return bool(
            content(value) or (engine is not None and (engine.texts.shown(value) or engine.texts.dumped(value)))
        )


class View:
    """The modules of a project as one of its files sees them."""

    def __init__(self, neighbours: Neighbours, path: str) -> None:
        self._neighbours = neighbours
        self._path = path

    def engine(self, module: str) -> Engine | None:
        return self._neighbours.engine(self._path, module)

    def tells(self, module: str, name: str) -> bool:
        """Tell whether a name comes from a file of the project that names secrets."""
        inner = f"{module.rstrip('.')}.{name}" if module.strip(".") else f"{module}{name}"
        return self._neighbours.names_secrets(self._path, (module, inner) if name else (module,))

    def find(self, module: str, name: str) -> Value | None:
        """Return what a module says of a name, or None where nobody knows."""
        engine = self.engine(module)
        if engine is not None:
            value = engine.module.variables.get(name)
            if value is not None:
                return value
        inner = f"{module.rstrip('.')}.{name}" if module.strip(".") else f"{module}{name}"
        return self.module(inner)

    def module(self, module: str) -> Value | None:
        """Return a module as a value with its names as attributes."""
        engine = self.engine(module)
        if engine is None:
            return None
        from okxguard.leaks.values import Box

        box = Box("module")
        box.fields = dict(engine.module.variables)
        return Value(box=box, ref=module.lstrip("."))


def _texts_of(node: ast.AST) -> Iterable[str]:
    for attribute in ("id", "attr", "arg", "value", "name"):
        text = getattr(node, attribute, None)
        if isinstance(text, str):
            yield text
