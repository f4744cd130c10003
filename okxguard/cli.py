"""The command line: arguments in, exit code out. The only module that prints."""

from __future__ import annotations

import argparse
import errno
import gc
import os
import sys
import time
from collections.abc import Sequence

from okxguard.arguments import parse_arguments
from okxguard.config import Config
from okxguard.errors import (
    EXIT_CLEAN,
    EXIT_FINDINGS,
    EXIT_INCOMPLETE,
    EXIT_INTERRUPTED,
    OkxguardError,
    UsageError,
)
from okxguard.model import Confidence, Report, Severity
from okxguard.report import ENDINGS, FORMATS, format_of
from okxguard.report.text import printable, summary_line, suppressed_line
from okxguard.rulebook import Rulebook, load_rulebook

# Fewer files than these are read before a second process would have begun.
_MANY = 100


def run() -> None:
    """Run the program and leave the process with its exit code."""
    # A scan makes many small objects and few cycles; looking for cycles as often as by default costs a tenth of it.
    gc.set_threshold(50_000, 20, 20)
    code = EXIT_INCOMPLETE
    try:
        _check_outputs()
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        _close_outputs()
    except OSError:
        _say("okxguard: error: standard output cannot be written; check where it goes")
        _close_outputs()
        code = EXIT_INCOMPLETE
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    sys.exit(code)


def _check_outputs() -> None:
    """Refuse to run where nobody could read the answer; a stream that is closed is None."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (open until the process ends)
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        _say("okxguard: error: standard output is closed; send it to a file or to /dev/null")
        sys.exit(EXIT_INCOMPLETE)


def _close_outputs() -> None:
    """Send what is left to nowhere, so that Python does not complain again while it closes the streams."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say and return the exit code."""
    try:
        parsed = parse_arguments(arguments)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else EXIT_INCOMPLETE
    try:
        return _COMMANDS[parsed.command](parsed)
    except OkxguardError as error:
        _say(f"okxguard: error: {printable(str(error))}")
    except BrokenPipeError:
        raise
    except OSError as error:
        full = error.errno == errno.ENOSPC
        why = "no space is left" if full else "the system refused"
        _say(f"okxguard: error: {why}; check the current folder and where standard output goes")
    except KeyboardInterrupt:
        _say("okxguard: interrupted; the answer is incomplete")
        return EXIT_INTERRUPTED
    except Exception as error:  # a traceback could quote what was scanned
        _say(f"okxguard: error: stopped by a bug in okxguard ({type(error).__name__}); please report it")
    return EXIT_INCOMPLETE


def _scan(parsed: argparse.Namespace) -> int:
    from okxguard.pathnames import redacted
    from okxguard.scan import Options, Scanner
    from okxguard.sources.paths import prefix_of
    from okxguard.targets import make_target

    outputs = [(path, _format_of(path)) for path in parsed.output]
    rulebook = load_rulebook()
    target = make_target(parsed.paths, staged=parsed.staged, diff=parsed.diff, ignored=parsed.no_ignore)
    config = _configured(target.config(parsed.config), parsed, rulebook)
    if parsed.verbose and config.path:
        _say(f"okxguard: configuration: {printable(config.path)}")
    today = time.strftime("%Y-%m-%d", time.gmtime())
    options = Options(
        _selected(config, parsed, rulebook),
        today,
        config.min_severity,
        config.min_confidence,
        config.honour_detect_secrets_pragma,
        config.max_key_age_days,
    )
    excluded = config.excluder(target.root)
    jobs = parsed.jobs if parsed.jobs is not None else usable_cores()
    listed = target.listed(excluded) if jobs > 1 else None
    if listed is not None and len(listed) >= _MANY:
        from okxguard.teamwork import Setting, scan_with

        report = scan_with(Setting(options, config, target.root), listed, jobs, target.again(excluded))
    else:
        scanner = Scanner(rulebook, options, target.tree())
        report = scanner.scan(target.items(excluded), target.again(excluded), target.rest(excluded))
    report = report._replace(commits=target.commits, prefix=redacted(prefix_of(target.root)))
    incomplete = _write(outputs, report, rulebook)
    _print(report, rulebook, parsed)
    if report.errors or incomplete:
        return EXIT_INCOMPLETE
    return EXIT_FINDINGS if report.findings and not parsed.exit_zero else EXIT_CLEAN


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _configured(config: Config, parsed: argparse.Namespace, rulebook: Rulebook) -> Config:
    """Return the configuration with what the command line says on top."""
    every = frozenset(rulebook.rules)
    _matching(config.select or (), every, f"config: {config.path}: key 'select': ")
    _matching(config.ignore, every, f"config: {config.path}: key 'ignore': ")
    if parsed.min_severity:
        config = config._replace(min_severity=Severity[parsed.min_severity.upper()])
    if parsed.min_confidence:
        config = config._replace(min_confidence=Confidence[parsed.min_confidence.upper()])
    return config


def _words(values: list[str]) -> tuple[str, ...]:
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


def _selected(config: Config, parsed: argparse.Namespace, rulebook: Rulebook) -> frozenset[str]:
    """Return the ids of the rules to run; an id that means no rule is an error."""
    every = frozenset(rulebook.rules)
    select = _words(parsed.select) if parsed.select else config.select
    selected = every if select is None else _matching(select, every, "--select: ")
    selected -= _matching(config.ignore + _words(parsed.ignore or []), every, "--ignore: ")
    if not selected:
        raise UsageError("no rule is left to run; check --select, --ignore and the configuration")
    return selected


def _matching(words: tuple[str, ...], every: frozenset[str], where: str) -> frozenset[str]:
    matched: set[str] = set()
    for word in words:
        found = {rule for rule in every if rule.startswith(word.upper())}
        if not found or len(word) < len("OKX"):
            raise UsageError(
                f"{where}'{printable(word[:40])}' is no rule and no beginning of one; `okxguard rules` lists them"
            )
        matched |= found
    return frozenset(matched)


def _format_of(path: str) -> str:
    name = format_of(path)
    if name is None:
        raise UsageError(f"-o: the ending of the file must name a format: {', '.join(sorted(ENDINGS))}")
    return name


def _write(outputs: list[tuple[str, str]], report: Report, rulebook: Rulebook) -> bool:
    """Write the report files; return whether one could not be written."""
    failed = False
    for path, name in outputs:
        try:
            with open(path, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(FORMATS[name](report, rulebook))
        except OSError:
            _say(f"okxguard: error: -o: {printable(path)} cannot be written; check the folder and its permissions")
            failed = True
    return failed


def _print(report: Report, rulebook: Rulebook, parsed: argparse.Namespace) -> None:
    for error in report.errors:
        _say(f"okxguard: error: {printable(error.path)}: {error.reason}")
    for note in report.notes:
        _say(f"okxguard: note: {printable(note.path)}: {note.reason}")
    if parsed.verbose:
        for suppressed in report.suppressed:
            _say(suppressed_line(suppressed))
        for skipped in report.skipped:
            _say(f"{printable(skipped.path)}: skipped ({skipped.reason})")
    name = parsed.format or "text"
    coloured = parsed.color == "always" or (
        parsed.color == "auto" and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    )
    if name == "text" and coloured and report.findings:
        from okxguard.report.terminal import render_terminal

        _out(render_terminal(report, rulebook))
    else:
        _out(FORMATS[name](report, rulebook))
    sys.stdout.flush()
    _say(summary_line(report))


def _rules(parsed: argparse.Namespace) -> int:
    from okxguard.report.rules import render_rule, render_rules

    rulebook = load_rulebook()
    if parsed.id is None:
        _out(render_rules(rulebook))
        return EXIT_CLEAN
    wanted = {rule for rule in rulebook.rules.values() if parsed.id.lower() == rule.name}
    wanted = wanted or {rule for rule in rulebook.rules.values() if rule.id.startswith(parsed.id.upper())}
    if not wanted:
        raise UsageError(f"'{printable(parsed.id[:40])}' is no rule; `okxguard rules` lists them")
    _out("\n".join(render_rule(rule) for rule in sorted(wanted, key=lambda rule: rule.id)))
    return EXIT_CLEAN


def _plugin_path(_: argparse.Namespace) -> int:
    _out(os.path.join(os.path.dirname(os.path.abspath(__file__)), "detect_secrets_plugin.py") + "\n")
    return EXIT_CLEAN


_COMMANDS = {"scan": _scan, "rules": _rules, "plugin-path": _plugin_path}


def _out(text: str) -> None:
    """Print to standard output, whatever its encoding."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


def _say(text: str) -> None:
    encoding = sys.stderr.encoding or "utf-8"
    sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
