"""Find hosts that credentials go to and that are not OKX's: look-alikes, retired ones, plain HTTP (OKX207)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from okxguard.documents import Document
from okxguard.kinds import Kind
from okxguard.model import Span
from okxguard.policybook import Hosts

_URL = re.compile(
    r"(?P<scheme>https?|wss?)://(?P<authority>[\w.@:%${}\[\]-]{3,255})(?P<path>[^\s\"'<>`]{0,80})", re.IGNORECASE
)
_COMMENT = re.compile(r"(?:^|\s)(?://|#|/\*|\*|--|;|<!--|%|rem\b|\"{3}|'{3})", re.IGNORECASE)
_PROSE = frozenset({Kind.MARKDOWN, Kind.HTML, Kind.TEXT})
_OPENING = ("'", '"', "`", "=", "@", "{", "}")
_RETIRED, _PLAIN = "retired", "without encryption"
_BARE = re.compile(
    r"[\"'`=:\s](?P<host>[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){1,5})(?::\d{2,5})?(?=[\"'`/\s,;)]|$)"
)
_HOST = re.compile(r"[^\s.](?:[^\s]*[^\s.])?\.(?:[^\W\d_]{2,24}|xn--[a-z0-9-]+)")
# Names of settings that hold the host a client talks to.
_BASE = re.compile(
    r"(?i)(?:base|host|domain|url|uri|endpoint|server|gateway|site|proxy)\w{0,20}[\"'\])]{0,3}\s{0,5}(?:[:=(,]|=>|:=)\s{0,5}[\"'`]?$"
)
_NAMED_PAGE = re.compile(
    r"(?i)(?:doc|guide|help|home_?page|repo|readme|support|referr?al|blog|website|landing|user_?agent)\w{0,20}"
    r"[\"'\])]{0,3}\s{0,5}(?:=>|:=|[:=(,])\s{0,5}[\"'`]?[^\"'`]{0,60}$"
)
_LOOKALIKE_LETTERS = str.maketrans(
    {
        "0": "o",
        "к": "k",
        "о": "o",
        "х": "x",
        "е": "e",
        "κ": "k",
        "ο": "o",
        "χ": "x",
        "ѕ": "s",
        "×": "x",
        "ｏ": "o",
        "ｋ": "k",
        "ｘ": "x",
    }
)
_TOP_LEVELS_WORDS = (
    "ai app asia biz br cc cfd click cloud club cn co com de dev eu example exchange finance fr icu in info io "
    "jp kr link live ltd me net online org page pro ru shop site tech top tr trade trading uk us vip world xyz"
)
_TOP_LEVELS = frozenset(_TOP_LEVELS_WORDS.split())


class Host(NamedTuple):
    """A host that is not OKX's, its place, and what is wrong with it."""

    span: Span
    name: str
    why: str

    @property
    def is_own(self) -> bool:
        """Tell whether the host belongs to OKX, or did."""
        return self.why in (_RETIRED, _PLAIN)


class HostReader:
    """Judges hosts with the lists of one policy book."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._own = frozenset((*hosts.domains, *hosts.unclear))
        self._names = frozenset(hosts.names)
        self._typos = frozenset(hosts.typos)
        self._endings = tuple(page for page in hosts.pages if page.startswith("."))

    @cached_property
    def _signing(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, self._hosts.signing)), re.IGNORECASE)

    def has_signing(self, document: Document) -> bool:
        """Tell whether a document signs requests to OKX."""
        return bool(self._signing.search(document.text))

    def read(self, document: Document) -> Iterator[Host]:
        """Yield the hosts of a document that pass for OKX and are not, and those of OKX reached without encryption."""
        seen: set[int] = set()
        for match in _URL.finditer(document.text):
            authority = match["authority"]
            seen.add(match.start("authority"))
            why = self._judge(authority, match["scheme"].lower())
            if why and self._is_used(document, match):
                yield Host(Span(match.start(), match.end("authority")), authority.rpartition("@")[2].lower(), why)
        for match in _BARE.finditer(document.text):
            if match.start("host") not in seen and self._may_be_bare(document, match):
                why = self._judge(match["host"], "")
                if why:
                    yield Host(Span(*match.span("host")), match["host"].lower(), why)

    def _is_used(self, document: Document, match: re.Match[str]) -> bool:
        """Tell whether a program may talk to a URL: it is no page to read, in no comment, and no link in prose."""
        line = document.line_of(match.start())
        before = document.text[document.line_starts[line] : match.start()][-200:]
        path = match["path"].lower().rstrip(".,;:)]}")
        if (
            _COMMENT.search(before)
            or _NAMED_PAGE.search(before)
            or path.startswith(self._hosts.pages)
            or path.endswith(self._endings)
        ):
            return False
        if document.kind is Kind.PYTHON and before[-1:] not in _OPENING:
            return False
        return document.kind not in _PROSE or bool(_BASE.search(before))

    def _may_be_bare(self, document: Document, match: re.Match[str]) -> bool:
        """Tell whether dotted words without a scheme are a host: they end like one, in a setting for hosts."""
        if match["host"].rpartition(".")[2].lower() not in _TOP_LEVELS:
            return False
        line = document.text[max(0, match.start("host") - 60) : match.start("host")].rpartition("\n")[2]
        return bool(_BASE.search(line))

    def _judge(self, authority: str, scheme: str) -> str:
        """Return what is wrong with the authority of a URL, or nothing."""
        if any(sign in authority for sign in "${%"):
            return ""
        login, at, host = authority.rpartition("@")
        host = host.partition(":")[0].strip(".").lower()
        if not _HOST.fullmatch(host):
            return ""
        host = _decoded(host)
        domain = self._registrable(host)
        if domain in self._own and host not in self._hosts.retired_hosts:
            plain = scheme in ("http", "ws") and domain in self._hosts.domains
            return _PLAIN if plain else ""
        if domain in self._hosts.retired or host in self._hosts.retired_hosts:
            return _RETIRED if any(name in host for name in (*self._names, "okcoin")) else ""
        if self._is_harmless(host, domain):
            return ""
        if at and any(own in login.lower() for own in (*self._own, *self._hosts.retired)):
            return "what stands in front of @ only looks like a host of OKX's"
        return "not one of OKX's, whatever its name says" if self._is_about_okx(host) else ""

    def _registrable(self, host: str) -> str:
        labels = host.split(".")
        depth = 3 if ".".join(labels[-2:]) in self._hosts.suffixes else 2
        return ".".join(labels[-depth:])

    def _is_harmless(self, host: str, domain: str) -> bool:
        return any(host == each or host.endswith(f".{each}") or domain == each for each in self._hosts.harmless)

    def _is_about_okx(self, host: str) -> bool:
        """Tell whether a host has the name of OKX in it, or one that is taken for it."""
        labels = host.split(".")[:-1] or [host]
        return any(self._passes_for_okx(word) for label in labels for word in _words(label))

    def _passes_for_okx(self, word: str) -> bool:
        plain = word.translate(_LOOKALIKE_LETTERS)
        if plain in self._names or word in self._typos or plain in self._typos:
            return True
        if word.startswith(self._hosts.names):
            return True
        return any(
            re.fullmatch(
                rf"(?:my|api|www|the|get|go|open|login|wallet|web|app|secure|v5)?{name}\d{{0,3}}(?:api|app|login|web|exchange|openapi|global|pro|io|com|trade|trading|cdn|proxy|support|secure|wallet|v5|bot|official)?",
                plain,
            )
            for name in self._names
        )


def _words(label: str) -> list[str]:
    """Return the words of a label: those between hyphens, and the whole label without them."""
    pieces = [piece for piece in re.split(r"[-_]", label) if piece]
    return [*pieces, "".join(pieces)] if len(pieces) > 1 else pieces


def _decoded(host: str) -> str:
    """Return an internationalised host in the letters that people see."""
    if "xn--" not in host:
        return host
    try:
        return host.encode("ascii").decode("idna")
    except (UnicodeError, ValueError):
        return host
