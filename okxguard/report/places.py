"""Where a finding stands, for programs that know the repository and not the folder that was scanned."""

from __future__ import annotations

from okxguard.sources.files import STDIN

_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


def in_repository(path: str, prefix: str) -> str:
    """Return a path of a report relative to the top of the repository; standard input stands nowhere in it."""
    if not prefix or path == STDIN:
        return path
    return prefix if path == "." else f"{prefix}/{path}"


def uri_of(path: str) -> str:
    """Return the relative URI reference of a path, or of whatever else names a place."""
    encoded = "".join(
        chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in path.encode("utf-8", "backslashreplace")
    )
    return f"%2F{encoded[1:]}" if encoded.startswith("/") else encoded
