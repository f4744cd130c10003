"""Find settings that make a library print what it sends, in files that hold credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from okxguard.leaks.names import Secret
from okxguard.leaks.plain_file import PlainFile
from okxguard.model import Confidence, Leak, Span

SWITCHED = "OKX307"
_NAME = re.compile(r"[^\W\d]\w{2,60}")
_MOST_NAMES = 20_000
_CLIENTS = re.compile(
    r"(?i)ccxt|pro\.okx|new\s+okx|axios|request|curl|http|resty|rest|okx|exchange|webclient|logginginterceptor"
)


@cache
def _pattern(switch: str) -> re.Pattern[str]:
    spaced = [re.escape(piece) for piece in re.findall(r"\w+|[^\w\s]", switch)]
    written = r"\s{0,4}".join(spaced).replace(re.escape("*"), r"(?P<owner>[\w.]{1,60})", 1)
    before = r"(?<![\w.$])" if written[:1] != "(" and switch[:1].isalpha() else ""
    return re.compile(before + written + (r"\b" if switch[-1].isalnum() else ""))


def switched_on(file: PlainFile) -> Iterator[Leak]:
    """Yield the switches of one file."""
    text = file.code.text
    found = [
        match
        for switch in file.dialect.switches
        if max(re.findall(r"\w+", switch), key=len) in text
        for match in _pattern(switch).finditer(text)
        if not file.code.in_string(match.start()) or switch.startswith("'")
    ]
    if not found or not _CLIENTS.search(text) or not _holds_secrets(file):
        return
    for match in found:
        if _concerns(file, match):
            what = "what a client with credentials sends"
            yield Leak(SWITCHED, Span(*match.span()), Confidence.MEDIUM, what, ("switch", re.sub(r"\s", "", match[0])))


def _concerns(file: PlainFile, match: re.Match[str]) -> bool:
    """Tell whether a switch in an object or on one is that of a client with credentials, not of anything else."""
    if "verbose" not in match[0].lower() or file.language != "javascript":
        return True
    if "ccxt" not in file.code.text:
        return False
    return match.groupdict().get("owner") is not None or _beside_secret(file, match.start())


def _beside_secret(file: PlainFile, at: int) -> bool:
    tokens = file.code.tokens
    frame = file.code.frame_at(at)
    if frame < 0:
        return False
    closing = tokens.partners.get(frame)
    inside = file.code.text[tokens.starts[frame] : tokens.starts[closing] if closing is not None else at]
    return any(_is_secret(file, match[0]) for match in _NAME.finditer(inside[:4000]))


def _holds_secrets(file: PlainFile) -> bool:
    names = {match[0] for match in _NAME.finditer(file.code.text)}
    return any(_is_secret(file, name) for name in list(names)[:_MOST_NAMES])


def _is_secret(file: PlainFile, name: str) -> bool:
    kind = file.read(name)
    return kind is not None and kind is not Secret.TOKEN
