"""Which syntax a block of code in prose is in: by the language or the file name that it is marked with."""

from __future__ import annotations

import re

from okxguard.kinds import Kind, kind_of, language_of

_ENDINGS = {
    ending: names.split()
    for ending, names in {
        "py": "python python2 python3 ipython ipython3 pycon py3",
        "sh": "bash shell console terminal shell-session bash-session shellsession sh-session shellscript curl",
        "js": "javascript node nodejs react",
        "ts": "typescript",
        "go": "golang",
        "rs": "rust",
        "cs": "csharp c#",
        "fs": "fsharp f#",
        "cpp": "c++ objective-c objc mql mql4 mql5",
        "kt": "kotlin",
        "rb": "ruby",
        "ex": "elixir",
        "jl": "julia",
        "m": "matlab octave",
        "pas": "delphi pascal",
        "pl": "perl",
        "vb": "vbnet visualbasic",
        "ps1": "powershell pwsh posh",
        "bat": "batch batchfile dosbatch",
        "env": "dotenv environment envfile",
        "ini": "systemd nginx config",
        "sql": "postgres postgresql mysql sqlite plsql tsql",
        "tf": "terraform",
        "yml": "docker-compose k8s kubernetes helm",
        "dockerfile": "docker",
        "mk": "makefile",
        "json": "json5 jsonc",
        "txt": "text plain plaintext log output none http",
    }.items()
}
_ENDING_BY_NAME = {name: ending for ending, names in _ENDINGS.items() for name in names}
_WORD = re.compile(r"[{.\s]{0,4}(?P<word>[\w#+.-]{1,60})")
_FILE = re.compile(
    r"(?:title|file(?:name)?|name)\s*=\s*[\"']?(?P<titled>[\w./~-]{1,100})|^[\w+-]{0,20}:(?P<path>[\w./~-]{1,100})"
)
_SETTING = re.compile(r"\s*(?:export\s+)?[A-Za-z_][A-Z0-9_a-z.-]*=\S|\s*(?:#.*)?$")


# How lines of code end in the languages that set an end to statements.
_STATEMENT = re.compile(r"[;{}]\s*(?://.*)?$")


def name_of(info: str, text: str) -> tuple[str, Kind]:
    """Return the name and the syntax to read a block of code as; `info` is what it is marked with."""
    titled = _FILE.search(info)
    if titled:
        name = titled["titled"] or titled["path"]
        kind = kind_of(name, "")
        if kind is not Kind.TEXT:
            return name, kind
    match = _WORD.match(info)
    word = match["word"].lower().lstrip(".") if match else ""
    if word:
        name = f"block.{_ENDING_BY_NAME.get(word, word)}"
        kind = kind_of(name, "")
        if kind is not Kind.TEXT:
            return name, kind
        if language_of(word, ""):
            return word, Kind.CODE
    return _guessed(text)


def _guessed(text: str) -> tuple[str, Kind]:
    kind = kind_of("block", text)
    if kind in (Kind.TEXT, Kind.MARKDOWN):
        lines = text.split("\n")[:50]
        if text.strip() and all(_SETTING.match(line) for line in lines):
            return "block.env", Kind.DOTENV
        kind = Kind.TEXT
        told = [line for line in lines if line.strip()]
        if sum(bool(_STATEMENT.search(line)) for line in told) * 2 > len(told):
            return "block.js", Kind.CODE
    return "block", kind
