"""Tell whether the project around a file pins an SDK to a version that prints credentials by default."""

from __future__ import annotations

import re

from okxguard.detectors.pins import PinReader
from okxguard.documents import Window, make_document
from okxguard.leaks.imports import Tree
from okxguard.policybook import load_policy

_FILES = re.compile(
    r"(?i).*require.*\.(?:txt|in|pip)|constraints.*\.txt|pyproject\.toml|setup\.(?:py|cfg)|pipfile(?:\.lock)?"
    r"|environment.*\.ya?ml|conda.*\.ya?ml|.*\.lock"
)


class PinnedPackages:
    """The packages that the folders above a file pin; every folder is read once."""

    def __init__(self, tree: Tree, folder: str) -> None:
        self._tree = tree
        self._pins = PinReader(load_policy(folder).packages)
        self._known: dict[str, bool] = {}

    def print_credentials(self, path: str) -> bool:
        """Tell whether a folder above `path` pins a version that prints credentials by default."""
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            if folder not in self._known:
                self._known[folder] = self._is_pinned(folder)
            if self._known[folder]:
                return True
        return False

    def _is_pinned(self, folder: str) -> bool:
        for name in sorted(self._tree.names(folder)):
            if _FILES.fullmatch(name):
                path = f"{folder}/{name}" if folder else name
                data = self._tree.read(path)
                if data is not None and any(self._pins.read(make_document(path, path, Window(data)))):
                    return True
        return False
