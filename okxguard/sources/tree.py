"""Read single files beside those that are scanned, as imports name them."""

from __future__ import annotations

import os

from okxguard.sources.files import read_bytes

_LARGEST = 1 << 20


class FileTree:
    """The files below one folder; what lies outside, and what links lead to, is not read."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._names: dict[str, frozenset[str]] = {}

    def names(self, folder: str) -> frozenset[str]:
        """Return the names of the files and folders in a folder; none where it cannot be listed."""
        if folder not in self._names:
            try:
                found = frozenset(os.listdir(os.path.join(self._folder, folder))) if ".." not in folder else frozenset()
            except OSError:
                found = frozenset()
            self._names[folder] = found
        return self._names[folder]

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file, or None where it is large or cannot be read."""
        whole = os.path.join(self._folder, path)
        try:
            return read_bytes(whole, follow=False) if os.path.getsize(whole) <= _LARGEST else None
        except OSError:
            return None
