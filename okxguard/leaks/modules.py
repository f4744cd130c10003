"""Keep the trees of the modules that were read last, for the files that import them."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import Any

from okxguard.entries.python_nodes import children
from okxguard.entries.python_repair import Parsed, take_python
from okxguard.entries.reading import MismatchError
from okxguard.leaks.relation_layout import Layout, lay_out

_MOST_MODULES, _LONGEST = 64, 200_000


class Module:
    """The tree of a module, and what one look at its nodes shows."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed

    @cached_property
    def layout(self) -> Layout:
        """What one look at every node shows; made when it is first asked for."""
        return lay_out(self.parsed.tree)


class Modules:
    """The modules that were parsed last, by their texts. What is followed is taken out: its nodes get marks.

    `letters` is the size of what is followed, in characters.
    """

    def __init__(self) -> None:
        self._kept: dict[str, Module] = {}
        self._followed: dict[str, Module] = {}
        self.letters = 0

    def see(self, text: str) -> Module | None:
        """Return a module to look at, or None where it is no Python."""
        module = self.take(text)
        if module is not None:
            self.keep(text, module)
        return module

    def take(self, text: str) -> Module | None:
        """Return a module that nobody else has, or None where it is no Python."""
        module = self._kept.pop(text, None)
        if module is None:
            try:
                return Module(take_python(text))
            except MismatchError:
                return None
        return module

    def keep(self, text: str, module: Module) -> None:
        """Keep a module for those who look at it later."""
        if len(text) <= _LONGEST:
            self._kept[text] = module
            while len(self._kept) > _MOST_MODULES:
                del self._kept[next(iter(self._kept))]

    def followed(self, path: str, text: str) -> Module | None:
        """Return a module whose nodes tell that they stand in a file beside the scanned one; None if it is no Python.

        All who follow it get the same: there may be several, and a tree takes more memory than anything else.
        """
        module = self._followed.get(path) or self.take(text)
        if module is not None and path not in self._followed:
            _mark(module.parsed.tree, path)
            self._followed[path] = module
            self.letters += len(text)
        return module

    def forget(self) -> None:
        """Forget the modules that were followed."""
        self._followed.clear()
        self.letters = 0


def _mark(tree: ast.Module, path: str) -> None:
    """Note at every node that may begin or carry a secret that it stands in another file."""
    waiting: list[Any] = [tree]
    while waiting:
        node = waiting.pop()
        if node is not None:
            node.neighbour = path
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                waiting += node.names
            elif not isinstance(node, (ast.Constant, ast.Name, ast.alias)):
                waiting += children(node)
