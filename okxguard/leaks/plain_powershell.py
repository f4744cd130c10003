"""Find what PowerShell prints: variables in the arguments of cmdlets that write to the console, and in `throw`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from okxguard.leaks.names import Secret
from okxguard.leaks.plain_variables import written_variables
from okxguard.model import Confidence, Leak, Span

_STATEMENT = re.compile(
    r"(?:^|[;{|(])[ \t]*(?P<name>Write-(?:Host|Output|Verbose|Debug|Warning|Error|Information)|echo|throw|Out-Host)"
    r"\b[ \t(]+"
    r"(?P<rest>(?:'(?:[^'\n]|''){0,1000}'|\"(?:[^\"`\n]|`.|\"\"){0,2000}\"|\([^()\n]{0,200}\)|[^|;>\n'\"(){}]){1,60})(?P<next>[|>]?)",
    re.MULTILINE | re.IGNORECASE,
)
_DUMP = re.compile(
    r"^[ \t]*(?:Get-ChildItem|gci|dir|ls|Get-Item)[ \t]+(?:-Path[ \t]+)?env:(?:\*|\\)?"
    r"[ \t]*(?:$|\|[ \t]*(?:Format-\w+|Out-\w+|sort)\b)",
    re.MULTILINE | re.IGNORECASE,
)
Kind = Callable[[str], "Secret | None"]


def powershell_leaks(text: str, kind_of: Kind, *, evidence: bool) -> Iterator[Leak]:
    """Yield what a script gives away."""
    for match in _STATEMENT.finditer(text):
        if match["next"] and not re.match(r"[ \t]*Out-(?:Host|String)", text[match.end() : match.end() + 20]):
            continue
        if "#" in text[text.rfind("\n", 0, match.start("name")) + 1 : match.start("name")]:
            continue
        leak = _statement(match, kind_of)
        if leak is not None:
            yield leak
    if evidence:
        for match in _DUMP.finditer(text):
            yield Leak("OKX306", Span(*match.span()), Confidence.MEDIUM, "the environment", ("env:", "environment"))


def _statement(match: re.Match[str], kind_of: Kind) -> Leak | None:
    name = match["name"].lower()
    rule = "OKX303" if name == "throw" else "OKX301"
    for reference in written_variables(match["rest"]):
        kind = kind_of(reference.name)
        if kind is None or 0 < reference.shown <= kind.budget:
            continue
        found = "OKX309" if reference.shown else rule
        what = f"{kind.value} ('{reference.name}')"
        return Leak(
            found, Span(match.start("name"), match.end("rest")), Confidence.MEDIUM, what, (name, reference.name)
        )
    return None
