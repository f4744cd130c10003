"""What is known of values in languages that are read without their grammar, and how those languages differ."""

from __future__ import annotations

from typing import NamedTuple

from okxguard.leaks.names import Secret


class Taint(NamedTuple):
    """A secret that a value shows: what it is, its name, where it stands.

    `shown` is how many characters of it are left, -1 for too many to be a mask, 0 for all; `dump` says what is given
    away together with it: environment, headers, object or reply.
    """

    kind: Secret
    name: str
    start: int
    shown: int = 0
    dump: str = ""
    in_text: bool = False


class Value(NamedTuple):
    """What an expression shows; `known` tells that nothing else may be in it, whatever its name says."""

    taints: tuple[Taint, ...] = ()
    known: bool = False
    made: bool = False

    def dumping(self, what: str) -> Value:
        """Return the value as it is given away with everything around it."""
        taints = tuple(taint._replace(dump=taint.dump or what) for taint in self.taints)
        return self._replace(taints=taints)


CLEAN = Value(known=True)
UNKNOWN = Value()


def union(values: list[Value]) -> Value:
    """Return what a text made of several values shows."""
    taints = tuple(dict.fromkeys(taint for value in values for taint in value.taints))
    return Value(taints, known=all(value.known for value in values))


class Manner(NamedTuple):
    """How a language differs from others where it counts.

    `holes` is how strings hold code; `choices` tells that `||` gives one of its sides; `arrows` that `->` names a
    member; `dots` that a dot joins texts; `lines` that a line end may end a statement; `texts` that objects joined
    to texts show what they hold; `open_calls` that sinks are called without brackets; `literals` that a name before
    braces makes an object; `objects` that any object is shown with its fields; `marked` that a mark may end a name;
    `unpacks` that one assignment may fill several names.
    """

    holes: str = ""
    choices: bool = False
    arrows: bool = False
    dots: bool = False
    lines: bool = True
    texts: bool = True
    open_calls: bool = False
    literals: bool = False
    objects: bool = False
    marked: bool = False
    unpacks: bool = False


MANNERS = {
    "javascript": Manner("template", choices=True, texts=False, objects=True),
    "go": Manner(literals=True, objects=True, unpacks=True),
    "java": Manner(lines=False),
    "kotlin": Manner("dollar"),
    "scala": Manner("dollar"),
    "groovy": Manner("dollar", choices=True, open_calls=True),
    "csharp": Manner("brace", lines=False, texts=False, literals=True),
    "rust": Manner("rust", lines=False, literals=True),
    "php": Manner("php", arrows=True, dots=True, lines=False, texts=False, open_calls=True, objects=True),
    "ruby": Manner("hash", choices=True, open_calls=True, marked=True, objects=True, unpacks=True),
    "crystal": Manner("hash", choices=True, open_calls=True, marked=True, objects=True, unpacks=True),
    "swift": Manner("swift"),
    "dart": Manner("dollar", lines=False),
    "elixir": Manner("hash", choices=True, open_calls=True, marked=True, objects=True, unpacks=True),
    "lua": Manner(choices=True, unpacks=True),
    "c": Manner(arrows=True, lines=False),
}
