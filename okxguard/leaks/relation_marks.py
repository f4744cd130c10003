"""Marks before the names of a flow, for the gate: what is only held by something, and all that something holds.

The text of an object does not show what it holds, unless its class says so. So what is held counts only where code
asks for everything in the object, as `vars` does, or for the very name under which it is held.
"""

from __future__ import annotations

from collections.abc import Iterable

HELD, ALL = "\1", "\2"


def bare(name: str) -> str:
    """Return a name without its mark."""
    return name[1:] if name[:1] in (HELD, ALL) else name


def mark_of(name: str) -> str:
    """Return the mark before a name, or nothing."""
    return name[0] if name[:1] in (HELD, ALL) else ""


def held(flow: Iterable[str]) -> set[str]:
    """Return the flow into something that holds what has another flow, and does not show it."""
    return {f"{HELD}{bare(name)}" for name in flow}
