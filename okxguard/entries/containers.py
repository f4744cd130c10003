"""The open object, array, mapping, sequence or table that a value stands in."""

from __future__ import annotations


class Container:
    """A container that is being read: its key path, and where in it the next value stands."""

    def __init__(self, path: tuple[str, ...], *, mapping: bool) -> None:
        self.path = path
        self.mapping = mapping
        self.key: tuple[str, ...] = ()
        self.index = 0
        self.expects_value = False
        self.holds_lines = False
        self.is_empty = True

    def path_of_next(self) -> tuple[str, ...]:
        """Return the key path of the next value: its key in a mapping, its position in a list."""
        self.is_empty = False
        return (*self.path, *self.key) if self.mapping else (*self.path, f"[{self.index}]")

    def done(self) -> None:
        """Note that the value has been read."""
        self.key = ()
        self.index += 1
        self.expects_value = False
