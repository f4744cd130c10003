"""Tell what the positions of known clients are for."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from okxguard.model import Role
from okxguard.rulebook import Client

_SERIAL = re.compile(r"[#~]\d+$")


class Clients:
    """The clients of one vocabulary; remembers the callables that it has seen."""

    def __init__(self, clients: tuple[Client, ...]) -> None:
        self._clients = clients
        self._orders: dict[str, tuple[Role, ...]] = {}

    def role_of(self, segment: str, index: int) -> Role | None:
        """Return the role of a position of a call, whose segment of a key path is given; None where it has none."""
        callee = _SERIAL.sub("", segment)
        if not callee.endswith("()"):
            return None
        if callee not in self._orders:
            self._orders[callee] = self._order(callee[:-2])
        order = self._orders[callee]
        return order[index] if index < len(order) else None

    def _order(self, callee: str) -> tuple[Role, ...]:
        """Return the roles of the positions of a known client, none for another callable."""
        matching = (client for client in self._clients if any(fnmatchcase(callee, each) for each in client.callees))
        return next((client.order for client in matching), ())
