"""The names that a piece of code sees, and what is known about their values."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, NamedTuple

from okxguard.leaks.values import Taint, Value, join

if TYPE_CHECKING:
    from okxguard.leaks.gate import Gate


class Thrown(NamedTuple):
    """An exception with secrets: the names of its class and of those that it is made from, and the object itself."""

    kinds: frozenset[str]
    taints: tuple[Taint, ...]
    value: Value | None = None


def ancestry_of(name: str) -> frozenset[str]:
    """Return the name of an exception without its module, and of what it is made from as far as that is built in."""
    last = name.rpartition(".")[2]
    known = getattr(builtins, last, Exception)
    classes = known.__mro__ if isinstance(known, type) else Exception.__mro__
    return frozenset({last, *(each.__name__ for each in classes)})


class Frame:
    """The variables of one call of a function, or of a module; what is not here is looked up further out.

    `result` joins what the function returns, `raised` the secrets in exceptions that its code raises. The frame of a
    module holds its gate.
    """

    __slots__ = (
        "function",
        "gate",
        "identity",
        "is_class",
        "outer",
        "outside",
        "raised",
        "result",
        "variables",
    )

    def __init__(
        self, outer: Frame | None = None, function: str = "", identity: int = 0, *, is_class: bool = False
    ) -> None:
        self.outer = outer
        self.gate: Gate | None = None
        self.outside: dict[str, Frame] = {}
        self.identity = identity
        self.function = function
        self.is_class = is_class
        self.variables: dict[str, Value] = {}
        self.result: Value | None = None
        self.raised: list[Taint] = []

    def find(self, name: str) -> Value | None:
        """Return what a name stands for, or None where this module never says so."""
        if name in self.variables:
            return self.variables[name]
        frame = self.outer
        while frame is not None:
            if not frame.is_class and name in frame.variables:
                return frame.variables[name]
            frame = frame.outer
        return None

    def home_of(self, name: str) -> Frame | None:
        """Return the frame that a variable belongs to, or None."""
        frame: Frame | None = self
        while frame is not None and (name not in frame.variables or (frame.is_class and frame is not self)):
            frame = frame.outer
        return frame

    def module(self) -> Frame:
        """Return the outermost frame."""
        frame = self
        while frame.outer is not None:
            frame = frame.outer
        return frame

    def merge(self, first: dict[str, Value], second: dict[str, Value]) -> None:
        """Go on with what is true after either of two branches."""
        merged = dict(first)
        for name, value in second.items():
            if name not in first:
                merged[name] = value
            elif first[name] is not value:
                merged[name] = join(first[name], value)
        self.variables = merged
