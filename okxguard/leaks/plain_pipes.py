"""Tell whether the commands of a pipe pass on what they are given, so that it is shown at the end."""

from __future__ import annotations

import re

_PIPE = re.compile(r"[\"']?(?:[ \t]|\\\n)*(?:\d?>&\d[ \t]*|2>/dev/null[ \t]*)?\|(?!\|)[ \t]*(?:\\?\n[ \t]*)?")
_STAGE = re.compile(r"(?:'[^'\n]{0,400}'|\"[^\"\n]{0,400}\"|\\\n|\d?>&\d|[^|;&\n'\"#)}]){0,60}")
_MOST_STAGES = 8
_AS_IT_IS = frozenset(
    {
        "tee",
        "cat",
        "sort",
        "less",
        "more",
        "column",
        "base64",
        "base32",
        "rev",
        "xxd",
        "od",
        "hexdump",
        "nl",
        "fold",
        "fmt",
    }
    | {"tac", "uniq", "head", "tail", "pr"}
)
_UNDONE = re.compile(r"\s-{1,2}(?:d|D|decode|di|r)\b")
_CUT = re.compile(r"\s(?:-c\s{0,3}|--bytes)")
_KEPT_BY_SED = re.compile(r"&|\\[1-9]")
_SEARCHED = re.compile(r"grep\s+(?:-\w+\s+)*[\"']?\^?(?P<name>\w+)")


def piped(text: str, at: int) -> list[str]:
    """Return the commands that the output of a command goes through which ends at a place of a text."""
    stages: list[str] = []
    while len(stages) < _MOST_STAGES and (pipe := _PIPE.match(text, at)):
        stage = _STAGE.match(text, pipe.end())
        stages.append(stage[0].strip() if stage else "")
        at = stage.end() if stage else pipe.end()
        while text[at - 1 : at] in (" ", "\t"):
            at -= 1
    return stages


def passes_on(stage: str) -> bool:
    """Tell whether a command shows what it reads, or what anybody can turn back into it."""
    name = stage.partition(" ")[0]
    if re.search(r"(?<!\d)1?>(?!&|\s{0,3}/dev/(?:std|tty))", stage):
        return False
    if name == "sed":
        return _KEPT_BY_SED.search(stage) is not None
    if name == "openssl":
        return "base64" in stage and _UNDONE.search(stage) is None
    if name in ("head", "tail") and _CUT.search(stage):
        return False
    return name in _AS_IT_IS and (name == "sort" or _UNDONE.search(stage) is None)


def searched(stage: str) -> str | None:
    """Return the word that a command keeps the lines of, where it is a search without a file."""
    match = _SEARCHED.match(stage) if not re.search(r">(?!&)|\s-\w*[cqlLv]", stage) else None
    return match["name"] if match else None
