"""Find the files of a project that a Python file imports."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

_IMPORT = re.compile(
    rb"[ \t]*(?:from[ \t]+(?P<base>\.{0,9}[\w.]{0,200})[ \t]+import\b[ \t]*(?P<names>\([^)]{0,4000}\)|[^\n#]{0,2000})"
    rb"|import[ \t]+(?P<modules>[\w., \t]{1,400}))"
)
_WORD = b"import"
_MOST_FOLDERS = 12
# Modules of Python itself, which only a file beside the importing one hides; but files of secrets are called so, too.
_OF_PYTHON = sys.stdlib_module_names - {"secrets", "token", "keyword"}


class Tree(Protocol):
    """The files beside those that are scanned, by their shown paths."""

    def names(self, folder: str) -> frozenset[str]:
        """Return the names of the files and folders in a folder."""
        ...

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file, or None where there is none to read."""
        ...


class Import(NamedTuple):
    """One import: the dotted module, with a dot for every folder further out, and the names taken from it."""

    module: str
    names: tuple[str, ...]


def imports_of(data: bytes) -> Iterator[Import]:
    """Yield what Python source imports."""
    for match in _statements(data):
        if match["modules"] is not None:
            for part in match["modules"].decode("latin-1").split(","):
                yield Import(part.split(" as ")[0].strip(), ())
        else:
            names = match["names"].decode("latin-1").strip("() \t\n\\").replace("\n", " ").split(",")
            yield Import(match["base"].decode("latin-1"), tuple(name.split(" as ")[0].strip() for name in names))


def _statements(data: bytes) -> Iterator[re.Match[bytes]]:
    """Yield what imports at the beginning of a line; the word is looked for, and then where its line begins."""
    at = 0
    while (found := data.find(_WORD, at)) >= 0:
        start = data.rfind(b"\n", at, found) + 1
        match = _IMPORT.match(data, start) if start or at == 0 else None
        if match:
            yield match
        following = data.find(b"\n", max(match.end() if match else found, found))
        if following < 0:
            return
        at = following


def inner_module(module: str, name: str) -> str:
    """Return the dotted name of a module in a package."""
    return f"{module.rstrip('.')}.{name}" if module.strip(".") else f"{module}{name}"


class Finder:
    """Finds modules of one tree; remembers what it has looked up."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._found: dict[tuple[str, str], str | None] = {}

    def find(self, importer: str, module: str) -> str | None:
        """Return the path of the file that a module stands in, as seen from the file that imports it."""
        folder = importer.rpartition("/")[0]
        key = (folder, module)
        if key not in self._found:
            self._found[key] = next(self._candidates(folder, module), None)
        return self._found[key]

    def _candidates(self, folder: str, module: str) -> Iterator[str]:
        parts = [part for part in module.split(".") if part]
        if module.startswith("."):
            for _ in range(len(module) - len(module.lstrip(".")) - 1):
                folder = folder.rpartition("/")[0]
            yield from self._below(folder, parts)
            return
        is_of_python = bool(parts) and parts[0] in _OF_PYTHON
        for _ in range(_MOST_FOLDERS):
            yield from self._below(folder, parts)
            if not folder or is_of_python:
                break
            folder = folder.rpartition("/")[0]
        if not is_of_python:
            yield from self._below("src", parts)

    def _below(self, folder: str, parts: list[str]) -> Iterator[str]:
        """Yield the file of a module below a folder."""
        at = folder
        for part in parts[:-1]:
            if part not in self.tree.names(at):
                return
            at = f"{at}/{part}" if at else part
        names = self.tree.names(at)
        prefix = f"{at}/" if at else ""
        if parts and f"{parts[-1]}.py" in names:
            yield f"{prefix}{parts[-1]}.py"
        elif parts and parts[-1] in names and "__init__.py" in self.tree.names(f"{prefix}{parts[-1]}"):
            yield f"{prefix}{parts[-1]}/__init__.py"
        elif not parts and "__init__.py" in names:
            yield f"{prefix}__init__.py"


class Importers:
    """Tells which files may get secrets from the files that they import."""

    def __init__(self, tree: Tree, names_secret: Callable[[bytes], bool]) -> None:
        self.finder = Finder(tree)
        self._names_secret = names_secret
        self._named: dict[str, bool] = {}
        self._packages: dict[str, tuple[str, ...]] = {}

    def bring(self, path: str, data: bytes) -> Iterator[tuple[str, Import]]:
        """Yield the imported files that name secrets, with what is imported from them."""
        for found, each in self._imported(path, data):
            if self.is_named(found):
                yield found, each

    def is_named(self, path: str) -> bool:
        """Tell whether a file names secrets, or a module that a package gives on, or is too large to tell."""
        seen, waiting = {path}, [path]
        while waiting:
            each = waiting.pop()
            if self._names_itself(each):
                return True
            for module in self._packages.get(each, ()):
                if module not in seen:
                    seen.add(module)
                    waiting.append(module)
        return False

    def _names_itself(self, path: str) -> bool:
        if path not in self._named:
            data = self.finder.tree.read(path)
            self._named[path] = data is None or self._names_secret(data)
            if data is not None and path.endswith("__init__.py") and not self._named[path]:
                self._packages[path] = tuple(found for found, _ in self._imported(path, data))
        return self._named[path]

    def _imported(self, path: str, data: bytes) -> Iterator[tuple[str, Import]]:
        for each in imports_of(data):
            for module in (each.module, *(inner_module(each.module, name) for name in each.names)):
                found = self.finder.find(path, module)
                if found is not None and found != path:
                    yield found, each
