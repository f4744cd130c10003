"""Find the functions of a shell script that print what they are given, and what here-documents print."""

from __future__ import annotations

import re

from okxguard.entries.shell_words import Command, Word

_FUNCTION = re.compile(
    r"^[ \t]{0,40}(?:function[ \t]{1,9}(?P<named>[\w:-]{1,40})(?:[ \t]{0,9}\(\))?|(?P<name>[\w:-]{1,40})[ \t]{0,9}\(\))"
    r"[ \t]{0,9}\n?[ \t]{0,40}\{(?P<body>(?:[^{}$]|\$(?!\{)|\$\{[^{}\n]{0,80}\}){0,600})\}",
    re.MULTILINE,
)
# A command that prints all that its function is given, and writes it to no file.
_ECHO = re.compile(r"\b(?:echo|printf|print)\b(?=[^\n;]{0,200}\$\{?[*@1](?!\w))(?P<rest>[^\n;]{0,300})")
_AWAY = re.compile(r">(?![&>]?[ \t]{0,3}(?:&?[12]\b|/dev/(?:stderr|stdout|tty)))|\|")
_QUOTED = re.compile(r"<<-?[ \t]*[\\\"']")


def echoing(text: str) -> frozenset[str]:
    """Return the names, in lower case, of the functions of a script that print what they are given."""
    return frozenset(
        (match["named"] or match["name"]).lower()
        for match in _FUNCTION.finditer(text)
        if any(not _AWAY.search(echo["rest"]) for echo in _ECHO.finditer(match["body"]))
    )


def printed_document(text: str, command: Command, words: list[Word]) -> Word | None:
    """Return the here-document that `cat` prints, where its variables are replaced and nothing else takes it."""
    document = command.document
    if document is None or command.targets or any(word.value != "-" for word in words[1:]):
        return None
    line = text[words[-1].end : document.start].partition("\n")[0]
    if "<<" not in line or "|" in line or ">" in line or _QUOTED.search(line):
        return None
    return Word(text[document.start : document.end], ((0, document.start),), document.end, quoted=False)
