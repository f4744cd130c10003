"""Scan the history of a generated repository, and read it with `git cat-file`, in turn, and print the ratio.

    python -m benchmarks.history --commits 50000 --runs 3

`git cat-file --batch-all-objects --batch --unordered` reads every object once, trees included, and does nothing else:
nobody who reads a history through git is quicker. `--repository` takes another repository than the generated one.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import IO, NamedTuple

_WORDS = [
    f"{first}{second}" for first in ("get", "data", "index", "order", "price") for second in ("", "Value", "_list")
]
_ENDINGS = (".py", ".js", ".json", ".ts", ".go", ".md", ".yml", ".html", ".txt", ".env")
_FILES = 3000
_BATCH = ("git", "cat-file", "--batch-all-objects", "--batch", "--unordered")


class Run(NamedTuple):
    """How long a program took, how long it kept the processors busy, and the peak memory of its largest process."""

    wall: float
    busy: float
    peak: float


def main(arguments: Sequence[str]) -> int:
    """Build the repository, run both programs in turn, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commits", type=int, default=50_000, help="how many commits (default 50000)")
    parser.add_argument("--share", type=float, default=0.002, help="share of files that name OKX (default 0.002)")
    parser.add_argument("--runs", type=int, default=3, help="how many runs of each program (default 3)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repository", type=Path, help="read this repository instead of a generated one")
    parsed = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        repository = parsed.repository or Path(folder, "repository")
        if parsed.repository is None:
            build(repository, parsed.commits, parsed.share, parsed.seed)
        _compare(repository.resolve(), Path(folder, "cache"), parsed.runs)
    return 0


def build(repository: Path, commits: int, share: float, seed: int) -> None:
    """Make a repository with so many commits, each of which changes up to three files, and one pack."""
    rng = random.Random(seed)
    subprocess.run(["git", "init", "-q", "--bare", str(repository)], check=True)
    process = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=repository, stdin=subprocess.PIPE)
    assert process.stdin is not None
    files: dict[str, list[str]] = {}
    for number in range(commits):
        _write_commit(process.stdin, number, rng, files, share)
    process.stdin.close()
    process.wait()
    subprocess.run(["git", "repack", "-a", "-d", "-q", "--window=10"], cwd=repository, check=True)


def _write_commit(
    stream: IO[bytes], number: int, rng: random.Random, files: dict[str, list[str]], share: float
) -> None:
    message = f"Change {number}: {' '.join(rng.choices(_WORDS, k=12))}\n".encode()
    head = f"commit refs/heads/main\ncommitter A <a@example.com> {1_600_000_000 + number * 60} +0000\n"
    stream.write(head.encode() + b"data %d\n%s\n" % (len(message), message))
    for _ in range(rng.randrange(1, 4)):
        name = _name(rng.randrange(_FILES))
        lines = files.get(name)
        if lines is None:
            okx = random.Random(name).random() < share
            lines = files[name] = [_line(rng, okx=okx) for _ in range(int(rng.lognormvariate(4.5, 1.0)) + 1)]
        else:
            lines[rng.randrange(len(lines))] = _line(rng, okx=False)
        data = ("\n".join(lines) + "\n").encode()
        stream.write(f"M 100644 inline {name}\ndata {len(data)}\n".encode() + data + b"\n")


def _name(index: int) -> str:
    return f"pkg{index % 29}/mod{index % 13}/file{index}{_ENDINGS[index % len(_ENDINGS)]}"


def _line(rng: random.Random, *, okx: bool) -> str:
    if okx and rng.random() < 0.02:
        return f'OKX_API_KEY = "{uuid.UUID(int=rng.getrandbits(128))}"'
    return " ".join(rng.choices(_WORDS, k=rng.randrange(1, 12)))


def _compare(repository: Path, cache: Path, runs: int) -> None:
    ours = [sys.executable, "-m", "okxguard", "scan", "--history", ".", "--exit-zero", "--format", "json"]
    programs = {
        "git cat-file": list(_BATCH),
        "okxguard": ours,
        "okxguard, cache filled": [*ours, "--cache", str(cache)],
    }
    _run(programs["okxguard, cache filled"], repository)
    times: dict[str, list[Run]] = {name: [] for name in programs}
    for _ in range(runs):
        for name, command in programs.items():
            times[name].append(_run(command, repository))
    base = statistics.median(run.wall for run in times["git cat-file"])
    for program, figures in times.items():
        wall, busy = (statistics.median(getattr(run, name) for run in figures) for name in ("wall", "busy"))
        peak = max(run.peak for run in figures)
        print(f"{program:24} {wall:7.2f} s  {busy:7.2f} s busy  ratio {wall / base:5.2f}  peak {peak:5.0f} MB")


def _run(command: Sequence[str], folder: Path) -> Run:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    begin = time.perf_counter()
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=nowhere, stderr=nowhere)
        _, _, usage = os.wait4(process.pid, 0)
    return Run(time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
