"""Tell from their names which values are requests that are sent, with the headers that sign them."""

from __future__ import annotations

_MADE_REQUESTS = frozenset({"prepare_request", "prepare", "Request", "PreparedRequest", "build_request"})
# Attributes of clients and answers that are the request.
REQUESTS = frozenset({"request", "request_info", "prepared"})
# What hooks of libraries call the request that they are told of.
_HANDLED = frozenset({"request", "req", "prepared", "prepared_request", "params"})
_SENT = tuple(f".{name}" for name in sorted(REQUESTS))


def is_request(ref: str) -> bool:
    """Tell whether a dotted name is that of a request, not of an answer."""
    return ref.endswith(_SENT) or ref.removesuffix("()").rpartition(".")[2] in _MADE_REQUESTS


def is_sent(ref: str) -> bool:
    """Tell whether a dotted name, of something that nobody knows, is that of a request that is sent."""
    return is_request(ref) or ref in _HANDLED
