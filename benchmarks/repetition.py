"""Scan texts that repeat one piece over and over, and print how the time grows with their size.

    python -m benchmarks.repetition --size 100000 --only .js,.sh

Prints the seconds of CPU for a text of twice the size, and their ratio to those for a text of the size: 2 is linear, 4
is quadratic. Every text names OKX, a key, a right and a host, so that all readers and detectors run. The pieces stand
in pieces.txt, one a line. Cases that are neither slow nor more than linear are counted only.
"""

from __future__ import annotations

import argparse
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from okxguard.model import Source
from okxguard.rulebook import load_rulebook
from okxguard.scan import Options, Scanner


class _Text(NamedTuple):
    head: str
    piece: str


_KEY = uuid.UUID(int=0x5EED, version=4)
_HEAD = f"okx api key {_KEY}, withdraw from ip, see https://www.okx.com"
# How a line is said that the syntax takes for a remark: before it, behind it, and the endings of the syntaxes.
_REMARKS = (
    ("# ", "", "py sh env yml toml ini properties rb tf r pl ps1 mk ex dockerfile"),
    ("// ", "", "js ts go java kt scala groovy cs c rs php swift dart json"),
    ("-- ", "", "sql lua hs"),
    ("<!-- ", " -->", "html xml vue"),
    ("", "", "txt md csv rst log ipynb diff netrc"),
)


def main(arguments: Sequence[str]) -> int:
    """Time every piece in every syntax; print those that take long or more than their share."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=100_000, help="bytes of the smaller text (default 100000)")
    parser.add_argument("--only", default="", help="endings to read as, comma separated (default all)")
    parser.add_argument("--piece", help="the piece to repeat (default all)")
    parser.add_argument("--at-least", type=float, default=1.0, help="seconds worth a line (default 1)")
    parser.add_argument("--ratio", type=float, default=3.0, help="ratio worth a line (default 3)")
    parsed = parser.parse_args(arguments)
    cases = slow = 0
    scanner = _scanner()
    for path, name, pieces in _cases(parsed.only.split(","), parsed.piece):
        cases += 1
        once, twice = (_seconds(scanner, path, pieces, size) for size in (parsed.size, 2 * parsed.size))
        ratio = twice / max(once, 0.001)
        if twice >= parsed.at_least or (twice >= parsed.at_least / 5 and ratio >= parsed.ratio):
            slow += 1
            print(f"{path:12} {name:45} {twice:6.2f} s  ratio {ratio:.1f}", flush=True)
    print(f"{cases} cases, {slow} of them slow")
    return 0


def _cases(only: Sequence[str], piece: str | None) -> Iterator[tuple[str, str, _Text]]:
    """Yield a path, a name and the parts of a text: what is before the repetition, and the piece."""
    written = [piece] if piece else Path(__file__).with_name("pieces.txt").read_text(encoding="utf-8").splitlines()
    for before, behind, endings in _REMARKS:
        for ending in endings.split():
            if only != [""] and ending not in only:
                continue
            for shown in written:
                repeated = shown.encode().decode("unicode_escape")
                yield f"a.{ending}", shown, _Text(f"{before}{_HEAD}{behind}\n", repeated)
                if "\n" not in repeated:
                    yield f"a.{ending}", f"{shown} (one line)", _Text(f"{before}{_HEAD}{behind} ", repeated)


def _seconds(scanner: Scanner, path: str, text: _Text, size: int) -> float:
    data = (text.head + text.piece * (size // len(text.piece))).encode()
    start = time.process_time()
    scanner.scan([Source("file", path, data, path)])
    return time.process_time() - start


def _scanner() -> Scanner:
    rulebook = load_rulebook()
    return Scanner(rulebook, Options(frozenset(rulebook.rules), "2026-01-01"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
