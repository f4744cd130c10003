"""The arguments of the command line: commands, options and their help."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from okxguard import __version__
from okxguard.model import Confidence, Severity
from okxguard.report import ENDINGS, FORMATS

_EPILOG = "exit codes: 0 nothing found, 1 findings, 2 the answer is incomplete or the command is wrong, 130 interrupted"


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
    parsed = commands[command].parse_intermixed_args(arguments[1:])
    parsed.command = command
    return parsed


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
    rules = commands.add_parser("rules", help="list the rules, or explain one", formatter_class=_Formatter)
    rules.add_argument("id", nargs="?", metavar="ID", help="an id or name such as OKX101, or the beginning of ids")
    plugin_path = commands.add_parser(
        "plugin-path", help="print the file to hand to detect-secrets with -p", formatter_class=_Formatter
    )
    return parser, {"scan": scan, "rules": rules, "plugin-path": plugin_path}


def _positive(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_JOBS:
        raise argparse.ArgumentTypeError(f"must be a number from 1 to {_MOST_JOBS}")
    return int(text)


def _add_scan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATH",
        help="files and folders, default the current folder; '-' is standard input",
    )
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
    parser.add_argument("--no-ignore", action="store_true", help="read files that git ignores, too")
    parser.add_argument("--format", choices=sorted(FORMATS), help="what standard output shows (default: text)")
    parser.add_argument(
        "-o",
        "--output",
        action="append",
        default=[],
        metavar="FILE",
        help=f"write the report to FILE, in the format of its ending ({', '.join(ENDINGS)}); may be repeated",
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
    parser.add_argument(
        "--jobs",
        type=_positive,
        metavar="N",
        help="read folders with up to N processes where that pays (default: the cores this process may use)",
    )
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
        help="also print suppressed findings, what is skipped, and the configuration",
    )
