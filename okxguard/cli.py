"""The command line: arguments in, exit code out. The only module that prints."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from okxguard.arguments import parse_arguments
from okxguard.errors import (
    EXIT_CLEAN,
    EXIT_FINDINGS,
    EXIT_INCOMPLETE,
    EXIT_INTERRUPTED,
    OkxguardError,
    UsageError,
)
from okxguard.model import Report
from okxguard.report import ENDINGS, FORMATS, format_of
from okxguard.report.text import printable, summary_line, suppressed_line
from okxguard.rulebook import Rulebook, load_rulebook
from okxguard.running import Run, turn, usable_cores
from okxguard.selection import configured, widened

if TYPE_CHECKING:
    from okxguard.baseline import Baseline
    from okxguard.clock import Clock
    from okxguard.target import Target


def run() -> None:
    """Run the program and leave the process with its exit code."""
    code = EXIT_INCOMPLETE
    try:
        _check_outputs()
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # Both streams may lead into the same pipe.
        with suppress(BrokenPipeError):
            _say("okxguard: error: standard output was closed before all of the report was read")
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
        from okxguard.pathnames import redacted

        _say(f"okxguard: error: {printable(redacted(str(error)))}")
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
    from okxguard.targets import make_history, make_target

    clock = _clock() if parsed.verbose else None
    outputs = [(path, _format_of(path)) for path in parsed.output]
    rulebook = load_rulebook()
    turn(clock, "finding files")
    if parsed.history:
        target = make_history(parsed.paths, rulebook, parsed.cache, parsed.jobs or usable_cores())
    else:
        target = make_target(parsed.paths, staged=parsed.staged, diff=parsed.diff, ignored=parsed.no_ignore)
    config = configured(target.config(parsed.config), parsed, rulebook)
    if parsed.verbose and config.path:
        from okxguard.pathnames import redacted

        _say(f"okxguard: configuration: {printable(redacted(config.path))}")
    path = parsed.baseline if parsed.baseline is not None else config.baseline
    accepted = None if path is None else _accepted(path, target)
    report = Run(parsed, rulebook, target, config, clock).report(accepted)
    turn(clock, "report")
    incomplete = _write(outputs, report, rulebook)
    _print(report, rulebook, parsed)
    if clock is not None:
        _print_times(clock)
    if report.errors or incomplete:
        return EXIT_INCOMPLETE
    return EXIT_FINDINGS if report.findings and not parsed.exit_zero else EXIT_CLEAN


def _clock() -> Clock:
    from okxguard.clock import Clock  # only for those who ask

    return Clock()


def _print_times(clock: Clock) -> None:
    from okxguard.report.times import time_lines

    for line in time_lines(clock.take()):
        _say(line)


def _accepted(path: str, target: Target) -> Baseline:
    from okxguard.baselining import load_baseline

    return load_baseline(path, target.root, target.settings)


def _baseline(parsed: argparse.Namespace) -> int:
    from okxguard.baselining import DEFAULT, keep_baseline, new_baseline
    from okxguard.targets import make_target

    rulebook = load_rulebook()
    target = make_target(parsed.paths, staged=False, diff=None, ignored=parsed.no_ignore)
    config = configured(target.config(parsed.config), parsed, rulebook)
    if parsed.action == "prune":
        config = widened(config, parsed)
    path = parsed.baseline or config.baseline or os.path.join(target.root, DEFAULT)
    writes = parsed.action == "write"
    before = new_baseline(path, target.root, force=parsed.force) if writes else _accepted(path, target)
    report, done = keep_baseline(
        parsed.action, path, before, parsed.paths, Run(parsed, rulebook, target, config).report
    )
    _say_problems(report)
    _say(f"okxguard: baseline: {printable(done)}")
    return EXIT_INCOMPLETE if report.errors else EXIT_CLEAN


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


def _say_problems(report: Report) -> None:
    for error in report.errors:
        _say(f"okxguard: error: {printable(error.path)}: {error.reason}")
    for note in report.notes:
        _say(f"okxguard: note: {printable(note.path)}: {note.reason}")


def _print(report: Report, rulebook: Rulebook, parsed: argparse.Namespace) -> None:
    _say_problems(report)
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


def _hooks(parsed: argparse.Namespace) -> int:
    from okxguard.hooks import install, uninstall

    change = {"install": install, "uninstall": uninstall}[parsed.command]
    _out("".join(f"{printable(line)}\n" for line in change(".", parsed.hook, shared=parsed.shared)))
    return EXIT_CLEAN


_COMMANDS = {
    "scan": _scan,
    "baseline": _baseline,
    "rules": _rules,
    "install": _hooks,
    "uninstall": _hooks,
    "plugin-path": _plugin_path,
}


def _out(text: str) -> None:
    """Print to standard output, whatever its encoding."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


def _say(text: str) -> None:
    encoding = sys.stderr.encoding or "utf-8"
    sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
