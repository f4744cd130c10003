"""The report for people: one finding a paragraph, in the order of the files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from okxguard.model import EXCLUDED, Finding, Report, Suppressed
from okxguard.past import History
from okxguard.rulebook import Rulebook

# What CI systems take for a command: a line that begins with `::`, and `##[` or `##vso[` wherever it stands.
_COMMAND = re.compile(r"^\s*::|##")


def printable(text: str) -> str:
    """Return `text` so that it can drive neither a terminal nor the system that keeps the log."""
    shown = visible(text)
    return _COMMAND.sub(lambda match: f"{match[0][:-1]}\\x{ord(match[0][-1]):02x}", shown)


def visible(text: str) -> str:
    """Return `text` with every control and direction character escaped."""
    if text.isascii() and text.isprintable():
        return text
    import unicodedata

    return "".join(
        character
        if not unicodedata.category(character).startswith("C") and character not in "\u2028\u2029"
        else character.encode("unicode_escape", "backslashreplace").decode("ascii")
        for character in text
    )


def render_text(report: Report, rulebook: Rulebook) -> str:
    """Return every finding with its place, severity, parts and what to do."""
    return "".join(f"{line}\n" for finding in report.findings for line in _paragraph(finding, rulebook))


def _paragraph(finding: Finding, rulebook: Rulebook) -> Iterator[str]:
    location = finding.location
    place = f"{printable(location.path)}:{location.line}:{location.column}"
    yield f"{place}: {headline(finding)}"
    yield from (f"    {line}" for line in details(finding, rulebook))


def headline(finding: Finding) -> str:
    """Return rule, severity, confidence and commit of a finding."""
    levels = f"{finding.severity.name.lower()}, {finding.confidence.name.lower()} confidence"
    commit = f" in commit {finding.commit[:12]}" if finding.commit else ""
    return f"{finding.rule} {finding.name} [{levels}]{commit}"


def details(finding: Finding, rulebook: Rulebook) -> Iterator[str]:
    """Yield what is said of a finding beside its place: message, parts, steps, and what to do."""
    yield printable(finding.message)
    if len(finding.parts) > 1:
        yield ", ".join(f"{part.role.value} {part.location.line}:{part.location.column}" for part in finding.parts)
    for step in finding.trace:
        yield f"{step.line}:{step.column}: {printable(step.note)}"
    if finding.history:
        yield f"history: {_history(finding.history)}"
    yield f"fix: {rulebook.rules[finding.rule].fix}"


def _history(history: History) -> str:
    """Return in a line when a finding came, from whom, and whether it is still there."""
    if history.first is None:
        return f"on commit {history.commit[:12]}" if history.commit else f"in no commit (object {history.object[:12]})"
    words = [f"since {history.date}", f"by {printable(history.author or 'nobody')}"]
    if history.versions > 1:
        words.append(f"in {history.versions} versions")
    words.append("still at HEAD" if history.at_head else f"last in commit {(history.last or history.first)[:12]}")
    return ", ".join(words)


def summary_line(report: Report) -> str:
    """Return one line that counts what was read, found, held back and could not be read."""
    words = [
        _count(len(report.findings), "finding"),
        f"{_count(report.files, 'file')} read ({_size(report.bytes)})",
    ]
    if report.skipped:
        excluded = sum(skipped.reason == EXCLUDED for skipped in report.skipped)
        words.append(f"{len(report.skipped)} skipped" + (f" ({excluded} of them {EXCLUDED})" if excluded else ""))
    if report.commits:
        words.insert(1, f"{_count(report.commits, 'commit')}")
    if report.older:
        words.append(f"{report.older} older than the range")
    if report.suppressed:
        words.append(f"{len(report.suppressed)} suppressed")
    if report.baselined:
        words.append(f"{report.baselined} baselined")
    if report.held_back:
        words.append(f"{report.held_back} held back (see --min-confidence and --min-severity)")
    if report.errors:
        words.append(f"{len(report.errors)} could not be scanned: the answer is incomplete")
    return "okxguard: " + ", ".join(words)


def suppressed_line(suppressed: Suppressed) -> str:
    """Return one line about a finding that a comment takes out of the report."""
    location = suppressed.finding.location
    reason = f" ({printable(suppressed.reason)})" if suppressed.reason else ""
    return f"{printable(location.path)}:{location.line}: {suppressed.finding.rule} suppressed{reason}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _size(number: int) -> str:
    for unit in ("B", "kB", "MB"):
        if number < 1000:
            return f"{number:.3g} {unit}"
        number_in_unit = number / 1000
        number = int(number_in_unit)
    return f"{number} GB"
