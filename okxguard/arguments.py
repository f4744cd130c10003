"""The arguments of the command line: commands, options and their help."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from okxguard import __version__
from okxguard.hookscripts import HOOKS
from okxguard.model import Confidence, Severity
from okxguard.report import ENDINGS, FORMATS

_EPILOG = "exit codes: 0 nothing found, 1 findings, 2 the answer is incomplete or the command is wrong, 130 interrupted"

_BASELINE_EPILOG = (
    "write accepts every finding of a scan, update adds those that are new, prune takes out those that are gone; "
    "exit codes: 0 done, 2 the scan is incomplete, or the baseline cannot be used"
)


_MOST_JOBS = 256


class _Formatter(argparse.HelpFormatter):
    """Help as wide as the terminal says; asking the system for it would cost a hook run three imports."""

    def __init__(self, prog: str) -> None:
        columns = os.environ.get("COLUMNS", "")
        super().__init__(
            prog, max_help_position=30, width=int(columns) if columns.isdigit() and int(columns) > 40 else 100
        )


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line; options may stand before, between and behind paths."""
    parser, commands = _parsers()
    command = arguments[0] if arguments else ""
    if command not in commands:
        return parser.parse_args(arguments)
    given = list(arguments[1:])
    last = given.index("--") if "--" in given else len(given)
    _check_options(commands[command], given[:last])
    paths = [f"./{path}" if path.startswith("-") else path for path in given[last + 1 :]]
    parsed = commands[command].parse_intermixed_args(given[:last] + paths)
    parsed.command = command
    if command == "scan" and parsed.cache is not None and not parsed.history:
        commands[command].error("--cache counts only with --history")
    if command == "baseline" and parsed.force and parsed.action != "write":
        commands[command].error("--force counts only with write")
    return parsed


def _check_options(parser: argparse.ArgumentParser, given: Sequence[str]) -> None:
    """Refuse an option that is the name of a file, too: hook managers hand over the names of files that others made."""
    for number, option in enumerate(given, 2):
        if option.startswith("-") and option != "-" and os.path.lexists(option):
            parser.error(
                f"argument {number} is an option and the name of a file; put './' before the name, or rename it"
            )


def _parsers() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    parser = argparse.ArgumentParser(
        prog="okxguard",
        description="Find exposed OKX credentials.",
        epilog=_EPILOG,
        formatter_class=_Formatter,
    )
    parser.add_argument("--version", action="version", version=f"okxguard {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", prog="okxguard")
    scan = commands.add_parser("scan", help="scan files and folders", epilog=_EPILOG, formatter_class=_Formatter)
    _add_scan(scan)
    baseline = commands.add_parser(
        "baseline", help="accept the findings of today", epilog=_BASELINE_EPILOG, formatter_class=_Formatter
    )
    _add_baseline(baseline)
    rules = commands.add_parser("rules", help="list the rules, or explain one", formatter_class=_Formatter)
    rules.add_argument("id", nargs="?", metavar="ID", help="an id or name such as OKX101, or the beginning of ids")
    plugin_path = commands.add_parser(
        "plugin-path", help="print the file to hand to detect-secrets with -p", formatter_class=_Formatter
    )
    install = commands.add_parser(
        "install", help="write git hooks that scan commits, messages and pushes", formatter_class=_Formatter
    )
    uninstall = commands.add_parser("uninstall", help="take these git hooks away", formatter_class=_Formatter)
    _add_hooks(install)
    _add_hooks(uninstall)
    return parser, {
        "scan": scan,
        "baseline": baseline,
        "rules": rules,
        "install": install,
        "uninstall": uninstall,
        "plugin-path": plugin_path,
    }


def _add_hooks(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--hook", action="append", choices=HOOKS, default=[], help="only this hook; may be repeated (default: all)"
    )
    parser.add_argument(
        "--shared", action="store_true", help="even if core.hooksPath leads to a folder that other repositories use"
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_JOBS:
        raise argparse.ArgumentTypeError(f"must be a number from 1 to {_MOST_JOBS}")
    return int(text)


def _add_scan(parser: argparse.ArgumentParser) -> None:
    _add_paths(parser)
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument(
        "--staged",
        action="store_true",
        help="read the index of git, which is what would be committed, instead of files; with PATH only that of it",
    )
    modes.add_argument(
        "--diff",
        metavar="RANGE",
        help="read every commit of BASE..HEAD, and report what is new; BASE alone goes up to HEAD,"
        " 'auto' asks the variables of pre-commit or the CI system",
    )
    modes.add_argument(
        "--history",
        action="store_true",
        help="read every object of the repository: all branches, tags, stashes, reflogs, notes, messages,"
        " and what nothing leads to any more; code rules (OKX3) run only where --select names them",
    )
    parser.add_argument(
        "--cache",
        metavar="FILE",
        help="with --history: remember in FILE what gave nothing, so that the next run reads new objects only",
    )
    parser.add_argument("--format", choices=sorted(FORMATS), help="what standard output shows (default: text)")
    parser.add_argument(
        "-o",
        "--output",
        action="append",
        default=[],
        metavar="FILE",
        help=f"write the report to FILE, in the format of its ending ({', '.join(ENDINGS)}); may be repeated",
    )
    _add_selection(parser)
    parser.add_argument("--baseline", metavar="FILE", help="leave out, and count, the findings that FILE accepts")
    parser.add_argument("--exit-zero", action="store_true", help="exit with 0 even when there are findings")
    parser.add_argument(
        "--color",
        choices=["auto", "always", "never"],
        default="auto",
        help="colour the text report (default: on a terminal)",
    )
    parser.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help="also print suppressed findings, what is skipped, the configuration, and where the time went",
    )


def _add_baseline(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["write", "update", "prune"], help="what to do with the baseline")
    _add_paths(parser)
    _add_selection(parser)
    parser.add_argument(
        "--baseline",
        metavar="FILE",
        help="the baseline (default: the configured one, or .okxguard-baseline.json in the scan root)",
    )
    parser.add_argument("--force", action="store_true", help="let write replace a baseline that exists")


def _add_paths(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATH",
        help="files and folders, default the current folder; '-' alone is standard input",
    )
    parser.add_argument("--no-ignore", action="store_true", help="read files that git ignores, too")


def _add_selection(parser: argparse.ArgumentParser) -> None:
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
    parser.add_argument(
        "--jobs",
        type=_positive,
        metavar="N",
        help="read folders with up to N processes where that pays (default: the cores this process may use)",
    )
    parser.add_argument("--no-progress", action="store_true", help="draw no progress line (default: on a terminal)")
