"""Find the scripts inside documents: steps of workflows, instructions of Dockerfiles, recipes of makefiles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from okxguard.documents import Document
from okxguard.kinds import Kind

_EXPRESSION = re.compile(r"\$\{\{[ \t]*(?P<name>[\w.\-]{1,120})[ \t]*(?P<more>[^{}\n]{0,200})\}\}")
_KEY = re.compile(
    r"^(?P<indent>[ \t]*)(?P<dash>- +)?(?P<key>run|script|before_script|after_script|commands?|bash|sh|pwsh)"
    r"[ \t]*:[ \t]*(?P<rest>[^\n]*)$",
    re.MULTILINE,
)
_BOUND = re.compile(
    r"^[ \t]*(?:- +)?[\"']?(?P<name>[A-Za-z_]\w{0,80})[\"']?:[ \t]*[\"']?\$\{\{[ \t]*secrets\.(?P<secret>\w{1,80})",
    re.MULTILINE,
)
_RUN = re.compile(
    r"^[ \t]*(?:ONBUILD[ \t]+)?(?:RUN|CMD|ENTRYPOINT)[ \t]+(?:--\S+[ \t]+)*(?!\[)", re.MULTILINE | re.IGNORECASE
)
_RECIPE = re.compile(r"^\t[ \t]*[@+-]*(?P<command>[^\n]*(?:(?<=\\)\n[^\n]*)*)", re.MULTILINE)
_MADE = re.compile(r"\$(?:\((?P<round>\w{1,80})\)|\$(?P<own>(?=[\w{])))")
_STEP = re.compile(r"\b(?:sh|bat)\b[ \t]{0,3}\(?[ \t]{0,3}(?:script[ \t]{0,3}:[ \t]{0,3})?(?P<quote>\"{3}|'{3}|[\"'])")
_QUOTED_EXPRESSION = re.compile(r"([\"'])(\$\{\{[^{}\n]{0,300}\}\})\1")
_LONGEST, _MOST_STEPS = 4000, 2000
Part = tuple[int, int]


def steps(document: Document, language: str) -> tuple[str, list[Part]]:
    """Return the text, with expressions written as variables of the same length, and where its scripts are."""
    text = document.text
    if document.kind is Kind.YAML:
        if not _KEY.search(text):
            return text, []
        text = _EXPRESSION.sub(_as_variable, text)
        return text, list(_of_workflow(text))
    if language == "dockerfile":
        return text, [(match.end(), _end_of_instruction(text, match.end())) for match in _RUN.finditer(text)]
    if language == "groovy":
        return text, list(_of_pipeline(text))
    if language == "makefile":
        text = _MADE.sub(lambda match: f"${{{match['round']}}}" if match["round"] else " $", text)
        return text, [match.span("command") for match in _RECIPE.finditer(text)]
    return text, [(0, len(text))]


def _of_pipeline(text: str) -> Iterator[Part]:
    read = 0
    for match in islice(_STEP.finditer(text), _MOST_STEPS):
        end = text.find(match["quote"], match.end(), match.end() + _LONGEST)
        if end > 0 and match.start() >= read:
            yield match.end(), end
            read = end


def scripts_in_javascript(document: Document) -> Iterator[str]:
    """Yield the scripts of a workflow that are no shell, each in a text that is blank but for it."""
    text = document.text
    if "github-script" not in text:
        return
    for match in _KEY.finditer(text):
        if match["key"] == "script" and _is_javascript(text, match):
            column = len(match["indent"]) + len(match["dash"] or "")
            block = match["rest"].strip()[:1] in ("|", ">")
            start = match.end() if block else match.start("rest")
            end = _end_of_block(text, match.end(), column) if block else match.end()
            script = _QUOTED_EXPRESSION.sub(
                lambda found: f"`{_EXPRESSION.sub(_as_variable, found[2])}`", text[start:end]
            )
            yield re.sub(r"[^\n]", " ", text[:start]) + script


def _is_javascript(text: str, match: re.Match[str]) -> bool:
    """Tell whether the step that a key stands in runs JavaScript."""
    column = len(match["indent"])
    before = text[max(0, match.start() - 1500) : match.start()]
    steps = [step.start() for step in re.finditer(rf"^[ ]{{0,{max(0, column - 1)}}}- ", before, re.MULTILINE)]
    return "github-script" in (before[steps[-1] :] if steps else "")


def bound_names(document: Document) -> dict[str, str]:
    """Return the variables of a workflow that hold secrets, with the names of those."""
    return {match["name"]: match["secret"] for match in _BOUND.finditer(document.text)}


def _as_variable(match: re.Match[str]) -> str:
    name = match["name"]
    if match["more"].strip() and not match["more"].strip().startswith("||"):
        return "_" * len(match[0])
    if not name.startswith("secrets.") or name == "secrets.GITHUB_TOKEN":
        return "_" * len(match[0])
    written = re.sub(r"\W", "_", name)
    return "${" + written + "}" + " " * (len(match[0]) - len(written) - 3)


def _of_workflow(text: str) -> Iterator[Part]:
    for match in _KEY.finditer(text):
        rest = match["rest"].strip()
        column = len(match["indent"]) + len(match["dash"] or "")
        end = _end_of_block(text, match.end(), column)
        if match["key"] == "script" and _is_javascript(text, match):
            continue
        if rest[:1] in ("|", ">"):
            yield match.end(), end
        elif rest and not rest.startswith("#"):
            yield _unquoted(text, match.start("rest"), end if text[match.end() : end].strip() else match.end())
        else:
            yield from _items(text, match.end(), end)


def _items(text: str, start: int, end: int) -> Iterator[Part]:
    """Yield the items of a list of commands."""
    items = list(re.compile(r"^(?P<indent>[ \t]*)-[ \t]+", re.MULTILINE).finditer(text, start, end))
    outer = len(items[0]["indent"]) if items else 0
    items = [item for item in items if len(item["indent"]) == outer]
    for at, item in enumerate(items):
        stop = items[at + 1].start() if at + 1 < len(items) else end
        begin = item.end()
        if text[begin : begin + 1] in ("|", ">"):
            begin = text.find("\n", begin, stop)
        if begin >= 0:
            yield _unquoted(text, begin, stop)


def _unquoted(text: str, start: int, end: int) -> Part:
    """Return the place of a scalar without the quotes around it."""
    body = text[start:end].rstrip()
    start += len(body) - len(body.lstrip())
    body = body.lstrip()
    if len(body) > 1 and body[0] in "\"'" and body[-1] == body[0] and body.count(body[0]) == 2:
        return start + 1, start + len(body) - 1
    return start, start + len(body)


def _end_of_block(text: str, start: int, column: int) -> int:
    """Return the end of the lines that are indented deeper than a key; items of a list may be as deep."""
    at = start + 1
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end]
        indent = len(line) - len(line.lstrip(" \t"))
        if line.strip() and indent <= column and not (indent == column and line.lstrip().startswith("- ")):
            break
        at = end + 1
    return min(at, len(text))


def _end_of_instruction(text: str, start: int) -> int:
    at = start
    while True:
        end = text.find("\n", at)
        if end < 0:
            return len(text)
        line = text[at:end].strip()
        if not line.endswith(("\\", "`")) and not (line.startswith("#") and at > start):
            return end
        at = end + 1
