"""Judge the addresses that a key is bound to: none, any, too wide, out of reach, or fine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import NamedTuple

from okxguard.detectors.lexicon import normalise
from okxguard.policybook import PolicyBook

_Network = IPv4Network | IPv6Network
# OKX takes 20 entries a key (error 59503).
_MOST_ENTRIES = 20
# A segment wider than this binds a key to a whole provider.
_WIDEST = {4: 16, 6: 32}
_SEPARATORS = re.compile(r"[,;|\s、，；]+")
# The address that stands for all of them, in itself no network.
_ANY = "0.0.0.0"  # noqa: S104 (nothing is bound to it here)
_QUOTES = " \t\"'`[](){}"
_ADDRESS_LIKE = re.compile(r"[0-9a-fA-F:.*/x%-]*[0-9][0-9a-fA-F:.*/x%-]*")
_RANGE = re.compile(r"([0-9.]{7,15}|[0-9a-fA-F:]{4,39})-[0-9a-fA-F.:]{1,39}")
_HOST = re.compile(r"(?=.{4,80}$)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,12}")
_FILES = (".txt", ".json", ".yml", ".yaml", ".csv", ".list", ".conf", ".env", ".tf")
_MASKED = re.compile(r"[xX]{1,3}(?:\.[xX]{1,3}){3}|(?:\d{1,3}\.){1,3}[xX]{1,3}(?:\.[xX]{1,3})*")
# Networks set aside for documentation stand for real ones (RFC 5737, RFC 3849).
_DOCUMENTATION = [ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")]


class State(Enum):
    """Whether a key is bound: `NONE` to no address or to every one, `WEAK` without effect, `UNKNOWN` at run time."""

    NONE = "none"
    WEAK = "weak"
    BOUND = "bound"
    UNKNOWN = "unknown"


class Binding(NamedTuple):
    """The state of a binding, and what weakens it."""

    state: State
    weakness: str = ""


class BindingJudge:
    """Judges addresses with the words of one policy book."""

    def __init__(self, book: PolicyBook) -> None:
        self._open = frozenset(filter(None, map(normalise, book.open_values)))
        self._open_signs = frozenset(value for value in book.open_values if not normalise(value))

    def is_open(self, text: str) -> bool:
        """Tell whether a text stands for every address or for none."""
        text = text.strip().strip("\"'`").strip()
        if not text or text in self._open_signs:
            return True
        if any(character.isdigit() for character in text):
            return text in ("0", _ANY)
        return normalise(text) in self._open

    def judge(self, texts: Iterable[str]) -> Binding:
        """Return the state of a binding to what `texts` list."""
        items = [item for text in texts for item in self._items(text)]
        if not items or any(map(self.is_open, items)):
            return Binding(State.NONE)
        networks = [network for network in map(_network, items) if network is not None]
        if _cover_everything(networks):
            return Binding(State.NONE)
        others = [item for item in items if _network(item) is None]
        if any(not _is_invalid(item) for item in others):
            return Binding(State.UNKNOWN)
        return _weigh(networks, len(items))

    def _items(self, text: str) -> list[str]:
        if self.is_open(text):
            return [""]
        return [item.strip(_QUOTES) for item in _SEPARATORS.split(text) if item.strip(_QUOTES)]


def _weigh(networks: list[_Network], count: int) -> Binding:
    if not networks:
        return Binding(State.WEAK, "no entry is an address that OKX takes")
    if any(network.prefixlen < _WIDEST[network.version] for network in networks):
        return Binding(State.WEAK, "a segment is so wide that it holds whole providers")
    if count > _MOST_ENTRIES:
        return Binding(State.WEAK, f"OKX takes {_MOST_ENTRIES} entries a key and refuses more (59503)")
    if not any(map(_is_public, networks)):
        return Binding(State.WEAK, "every address is private, and OKX sees public ones only")
    return Binding(State.BOUND)


def _network(item: str) -> _Network | None:
    ranged = _RANGE.fullmatch(item)
    try:
        return ip_network(ranged[1] if ranged else item.strip("[]"), strict=False)
    except ValueError:
        return None


def _is_invalid(item: str) -> bool:
    """Tell whether a text means an address and is none; another word may be the name of a list."""
    if _MASKED.fullmatch(item) or item.endswith(_FILES):
        return False
    return bool(_ADDRESS_LIKE.fullmatch(item) or _HOST.fullmatch(item) or item.lower() == "localhost")


def _is_public(network: _Network) -> bool:
    if any(network.version == documented.version and network.subnet_of(documented) for documented in _DOCUMENTATION):  # type: ignore[arg-type]
        return True
    return network.is_global


def _cover_everything(networks: list[_Network]) -> bool:
    """Tell whether networks together hold every address of their kind: `0.0.0.0/1` and `128.0.0.0/1`."""
    fours = [network for network in networks if isinstance(network, IPv4Network)]
    sixes = [network for network in networks if isinstance(network, IPv6Network)]
    merged: list[_Network] = [*collapse_addresses(fours), *collapse_addresses(sixes)]
    return any(network.prefixlen == 0 for network in merged)
