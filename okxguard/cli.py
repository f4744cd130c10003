"""The command line: arguments in, exit code out. The only module that prints."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from datetime import datetime, timezone

from okxguard import __version__
from okxguard.config import Config, load_config
from okxguard.errors import (
    EXIT_CLEAN,
    EXIT_FINDINGS,
    EXIT_INCOMPLETE,
    EXIT_INTERRUPTED,
    OkxguardError,
    UsageError,
)
from okxguard.model import Confidence, Report, Severity
from okxguard.report import ENDINGS, FORMATS
from okxguard.report.text import printable, summary_line, suppressed_line
from okxguard.rulebook import Rulebook, load_rulebook

_EPILOG = "exit codes: 0 nothing found, 1 findings, 2 the answer is incomplete or the command is wrong, 130 interrupted"


def run() -> None:
    """Run the program and leave the process with its exit code."""
    # A scan makes many small objects and few cycles; looking for cycles as often as by default costs a tenth of it.
    gc.set_threshold(50_000, 20, 20)
    code = EXIT_INCOMPLETE
    try:
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


def _close_outputs() -> None:
    """Send what is left to nowhere, so that Python does not complain again while it closes the streams."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say and return the exit code."""
    try:
        parsed = _parser().parse_args(arguments)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else EXIT_INCOMPLETE
    try:
        return _COMMANDS[parsed.command](parsed)
    except OkxguardError as error:
        _say(f"okxguard: error: {printable(str(error))}")
    except BrokenPipeError:
        raise
    except OSError:
        _say("okxguard: error: the system refused; check the current folder and where standard output goes")
    except KeyboardInterrupt:
        _say("okxguard: interrupted; the answer is incomplete")
        return EXIT_INTERRUPTED
    except Exception as error:  # a traceback could quote what was scanned
        _say(f"okxguard: error: stopped by a bug in okxguard ({type(error).__name__}); please report it")
    return EXIT_INCOMPLETE


class _Formatter(argparse.HelpFormatter):
    """Help as wide as the terminal says; asking the system for it would cost a hook run three imports."""

    def __init__(self, prog: str) -> None:
        columns = os.environ.get("COLUMNS", "")
        super().__init__(
            prog, max_help_position=30, width=int(columns) if columns.isdigit() and int(columns) > 40 else 100
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="okxguard",
        description="Find exposed OKX credentials.",
        epilog=_EPILOG,
        formatter_class=_Formatter,
    )
    parser.add_argument("--version", action="version", version=f"okxguard {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", prog="okxguard")
    _add_scan(commands.add_parser("scan", help="scan files and folders", epilog=_EPILOG, formatter_class=_Formatter))
    rules = commands.add_parser("rules", help="list the rules, or explain one", formatter_class=_Formatter)
    rules.add_argument("id", nargs="?", metavar="ID", help="a rule id such as OKX101")
    commands.add_parser(
        "plugin-path", help="print the file to hand to detect-secrets with -p", formatter_class=_Formatter
    )
    return parser


def _add_scan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATH",
        help="files and folders, default the current folder; '-' is standard input",
    )
    parser.add_argument("--no-ignore", action="store_true", help="read files that git ignores, too")
    parser.add_argument("--format", choices=sorted(FORMATS), help="what standard output shows (default: text)")
    parser.add_argument(
        "-o",
        "--output",
        action="append",
        default=[],
        metavar="FILE",
        help="write the report to FILE, in the format of its ending; may be repeated",
    )
    parser.add_argument(
        "--select",
        action="append",
        metavar="RULES",
        help="run only these rules: ids or beginnings of ids, comma separated",
    )
    parser.add_argument("--ignore", action="append", metavar="RULES", help="do not run these rules")
    parser.add_argument(
        "--min-severity",
        choices=[level.name.lower() for level in Severity],
        help="hold back what is less severe",
    )
    parser.add_argument(
        "--min-confidence",
        choices=[level.name.lower() for level in Confidence],
        help="hold back what is less sure (default: medium)",
    )
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="read this configuration instead of the nearest okxguard.toml or pyproject.toml",
    )
    parser.add_argument("--exit-zero", action="store_true", help="exit with 0 even when there are findings")
    parser.add_argument(
        "--color",
        choices=["auto", "always", "never"],
        default="auto",
        help="colour the text report (default: on a terminal)",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="also print suppressed findings")


def _scan(parsed: argparse.Namespace) -> int:
    from okxguard.scan import Options, Scanner
    from okxguard.sources.paths import read_paths, shown_root

    outputs = [(path, _format_of(path)) for path in parsed.output]
    rulebook = load_rulebook()
    config = _configured(parsed)
    today = datetime.now(tz=timezone.utc).date()
    options = Options(
        _selected(config, rulebook),
        today,
        config.min_severity,
        config.min_confidence,
        config.honour_detect_secrets_pragma,
    )
    items = read_paths(parsed.paths, ignored=parsed.no_ignore, excluded=config.excluder(shown_root(parsed.paths)))
    report = Scanner(rulebook, options).scan(items)
    incomplete = _write(outputs, report, rulebook)
    _print(report, rulebook, parsed)
    if report.errors or incomplete:
        return EXIT_INCOMPLETE
    return EXIT_FINDINGS if report.findings and not parsed.exit_zero else EXIT_CLEAN


def _configured(parsed: argparse.Namespace) -> Config:
    """Return the configuration with what the command line says on top."""
    from okxguard.sources.paths import common_folder

    start = common_folder(parsed.paths)
    config = load_config(parsed.config, start if os.path.isdir(start) else ".")
    if parsed.select:
        config = config._replace(select=_words(parsed.select))
    if parsed.ignore:
        config = config._replace(ignore=config.ignore + _words(parsed.ignore))
    if parsed.min_severity:
        config = config._replace(min_severity=Severity[parsed.min_severity.upper()])
    if parsed.min_confidence:
        config = config._replace(min_confidence=Confidence[parsed.min_confidence.upper()])
    return config


def _words(values: list[str]) -> tuple[str, ...]:
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


def _selected(config: Config, rulebook: Rulebook) -> frozenset[str]:
    """Return the ids of the rules to run; an id that means no rule is an error."""
    every = frozenset(rulebook.rules)
    selected = every if config.select is None else _matching(config.select, every)
    selected -= _matching(config.ignore, every)
    if not selected:
        raise UsageError("no rule is left to run; check --select, --ignore and the configuration")
    return selected


def _matching(words: tuple[str, ...], every: frozenset[str]) -> frozenset[str]:
    matched: set[str] = set()
    for word in words:
        found = {rule for rule in every if rule.startswith(word.upper())}
        if not found or len(word) < len("OKX"):
            raise UsageError(
                f"'{printable(word[:40])}' is no rule and no beginning of one; `okxguard rules` lists them"
            )
        matched |= found
    return frozenset(matched)


def _format_of(path: str) -> str:
    name = ENDINGS.get(os.path.splitext(path)[1].lower())
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
    name = parsed.format or "text"
    coloured = parsed.color == "always" or (
        parsed.color == "auto" and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    )
    if name == "text" and coloured and report.findings:
        from okxguard.report.terminal import render_terminal

        _out(render_terminal(report, rulebook))
    else:
        _out(FORMATS[name](report, rulebook))
    _say(summary_line(report))


def _rules(parsed: argparse.Namespace) -> int:
    from okxguard.report.rules import render_rule, render_rules

    rulebook = load_rulebook()
    if parsed.id is None:
        _out(render_rules(rulebook))
        return EXIT_CLEAN
    rule = rulebook.rules.get(parsed.id.upper())
    if rule is None:
        raise UsageError(f"'{printable(parsed.id[:40])}' is no rule; `okxguard rules` lists them")
    _out(render_rule(rule))
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
