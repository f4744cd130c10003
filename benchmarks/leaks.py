"""Time the code rules: hook runs on clean and leaking Python files, and a whole project against `ast.parse`.

    python -m benchmarks.leaks --runs 7
    python -m benchmarks.leaks --project path/to/project

Hook runs are compared with `python -c pass`; a project, by default the standard library, with parsing all its Python
files by `ast.parse`. All programs of one comparison run in turn, and the least of their CPU times counts.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path

_PARSE = """
import ast, pathlib, sys, warnings
warnings.simplefilter("ignore")
for path in pathlib.Path(sys.argv[1]).rglob("*.py"):
    try:
        ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
"""
_LINES = 300


def main(arguments: Sequence[str]) -> int:
    """Run the comparisons and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="how many runs of each program (default 5)")
    parser.add_argument("--project", default=sysconfig.get_paths()["stdlib"], help="default: the standard library")
    parsed = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        clean = [_write(Path(folder), number, leak=False) for number in range(10)]
        leaking = [*clean[:9], _write(Path(folder), 10, leak=True)]
        nothing = [sys.executable, "-c", "pass"]
        for name, files in (("10 clean files", clean), ("9 clean files and a leaking one", leaking)):
            scan = [sys.executable, "-m", "okxguard", "scan", "--exit-zero", *files]
            print(f"{name}: {_ratio(scan, nothing, parsed.runs):.1f} x python -c pass")
    scan = [sys.executable, "-m", "okxguard", "scan", "--exit-zero", "--no-ignore", "--select", "OKX3", parsed.project]
    parse = [sys.executable, "-c", _PARSE, parsed.project]
    print(f"{parsed.project}: {_ratio(scan, parse, max(1, parsed.runs // 3)):.2f} x ast.parse of its Python files")
    return 0


def _write(folder: Path, number: int, *, leak: bool) -> str:
    """Write a module of some 300 lines that reads credentials, logs, and leaks one if it is told to."""
    rng = random.Random(number)
    lines = ["import logging", "import os", "", "log = logging.getLogger(__name__)", ""]
    lines += ['USER = os.environ.get("DB_USER")', 'PASSWORD = os.environ.get("DB_PASSWORD")', ""]
    while len(lines) < _LINES:
        name = f"step_{len(lines)}_{rng.randrange(1000)}"
        lines += [f"def {name}(rows, limit={rng.randrange(9)}):", "    total = 0", "    for row in rows:"]
        lines += ['        total += row["size"] * row["price"]', '    log.info("total %s of %d", total, len(rows))']
        lines += ["    return total if total > limit else None", "", ""]
    lines.append('log.info("login %s", PASSWORD)' if leak else 'log.info("password is set: %s", bool(PASSWORD))')
    path = folder / f"module_{number}.py"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def _ratio(first: list[str], second: list[str], runs: int) -> float:
    """Return the least CPU time of one program by that of the other; both run in turn."""
    times: list[tuple[float, float]] = [(_cpu(first), _cpu(second)) for _ in range(runs)]
    return min(ours for ours, _ in times) / min(theirs for _, theirs in times)


def _cpu(command: list[str]) -> float:
    """Return the CPU seconds that a program takes, its children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
