"""Measure okxguard beside other programs, and write one table of ratios.

    python -m benchmarks --out table.md
    python -m benchmarks --small --only dotenv --only tree
    python -m benchmarks --small --check
    python -m benchmarks --peers FOLDER       FOLDER is made by `python -m benchmarks.peers FOLDER`

All programs of a row run in turn, and the first of them is what the others are compared with. Everything that is
scanned is made up. `--check` leaves other scanners out, and fails where a ratio is higher than it may be.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.folders import Folders
from benchmarks.peers import Peers
from benchmarks.rows import SCRIPT, SMALL, Row, Rows, Sizes
from benchmarks.table import excesses, heading, lines, notes
from benchmarks.timing import Figures, measure


def main(arguments: Sequence[str]) -> int:
    """Build what is scanned, measure, write the table; return 1 where a check fails."""
    parsed = _parse(arguments)
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="benchmark") as scratch:
        _make_ready(Path(scratch))
        peers = Peers(parsed.peers, Path(scratch))
        text = heading()
        print(text, end="")
        for row, figures in _measured(parsed, peers, Path(scratch)):
            text += (added := lines(row, figures))
            print(added, end="", flush=True)
            failed += excesses(row, figures) if parsed.check else []
    text += (added := notes(peers.absent))
    print(added, end="")
    if parsed.out:
        parsed.out.write_text(text, encoding="utf-8")
    print("".join(f"too slow: {each}\n" for each in failed), end="")
    return 1 if failed else 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", action="store_true", help="material of a size for a CI job")
    parser.add_argument("--only", action="append", default=[], metavar="TOPIC", help="rows of this topic; repeatable")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the table to FILE, too")
    parser.add_argument("--peers", type=Path, metavar="FOLDER", help="where other scanners are installed")
    parser.add_argument("--check", action="store_true", help="fail where a ratio is higher than it may be")
    parser.add_argument("--rounds", type=int, default=5, help="how often every program runs (default 5)")
    parser.add_argument("--limit", type=float, default=600, help="seconds after which a program is ended (default 600)")
    parser.add_argument("--seed", type=int, default=1)
    for name, size in Sizes()._asdict().items():
        parser.add_argument(f"--{name}", type=int, help=f"default {size}, small {SMALL._asdict()[name]}")
    return parser.parse_args(arguments)


def _make_ready(scratch: Path) -> None:
    """Let every program find an empty home, and no settings of whoever measures."""
    home = scratch / "home"
    home.mkdir()
    os.environ |= {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}
    os.environ["PYTHONPATH"] = "" if SCRIPT.exists() else str(Path(__file__).resolve().parent.parent)


def _measured(parsed: argparse.Namespace, peers: Peers, scratch: Path) -> Iterator[tuple[Row, Sequence[Figures]]]:
    given = {name: getattr(parsed, name) for name in Sizes._fields if getattr(parsed, name) is not None}
    sizes = (SMALL if parsed.small else Sizes())._replace(**given)
    topics = Rows(sizes, Folders(scratch, parsed.seed), peers).all()
    unknown = set(parsed.only) - set(topics)
    if unknown:
        raise SystemExit(f"no such topic; there are {', '.join(topics)}")
    for topic, make in topics.items():
        if not parsed.only or topic in parsed.only:
            for row in make():
                programs = row.programs
                if parsed.check:
                    programs = [row.programs[0], *(each for each in row.programs if each.most is not None)]
                if len(programs) > 1:
                    yield row, measure(programs, parsed.rounds, parsed.limit)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
