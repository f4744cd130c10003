"""Scan a generated tree of mixed files with okxguard and with ripgrep, in turn, and print the ratio.

    python -m benchmarks.tree --files 20000 --runs 5

ripgrep (`rg`, for example from `pip install ripgrep==14.1.0`) looks for the byte pattern of okxguard's own prefilter,
so that both read every byte once and look for the same thing. Without `rg` okxguard is timed against
`python -c pass`.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from okxguard.rulebook import load_rulebook

_WORDS = [
    f"{first}{second}" for first in ("get", "data", "index", "order", "price") for second in ("", "Value", "_list")
]
_ENDINGS = {
    ".py": 35,
    ".js": 18,
    ".json": 10,
    ".ts": 10,
    ".go": 7,
    ".md": 7,
    ".yml": 5,
    ".html": 4,
    ".txt": 2,
    ".toml": 1,
    ".env": 1,
}


def main(arguments: Sequence[str]) -> int:
    """Build the tree, run both programs in turn, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=5000, help="how many files (default 5000, about 50 MB)")
    parser.add_argument("--share", type=float, default=0.01, help="share of files that name OKX (default 0.01)")
    parser.add_argument("--runs", type=int, default=5, help="how many runs of each program (default 5)")
    parser.add_argument("--seed", type=int, default=1)
    parsed = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        size = build(Path(folder), parsed.files, parsed.share, parsed.seed)
        print(f"tree: {parsed.files} files, {size / 1e6:.0f} MB, {parsed.share:.1%} name OKX, seed {parsed.seed}")
        ours = [sys.executable, "-m", "okxguard", "scan", ".", "--exit-zero"]
        other, name = _other()
        _compare(ours, other, name, Path(folder), parsed.runs)
    return 0


def build(root: Path, files: int, share: float, seed: int) -> int:
    """Write `files` files of many kinds and sizes below `root`; return their size in bytes."""
    rng = random.Random(seed)
    size = 0
    for number in range(files):
        ending = rng.choices(list(_ENDINGS), list(_ENDINGS.values()))[0]
        folder = root / f"pkg{number % 97}" / f"mod{number % 13}"
        folder.mkdir(parents=True, exist_ok=True)
        text = "\n".join(_lines(rng, okx=rng.random() < share)) + "\n"
        (folder / f"file{number}{ending}").write_text(text, encoding="utf-8")
        size += len(text)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    return size


def _lines(rng: random.Random, *, okx: bool) -> Iterator[str]:
    for _ in range(int(rng.lognormvariate(4.5, 1.0))):
        words = " ".join(rng.choice(_WORDS) for _ in range(rng.randrange(1, 9)))
        yield " " * (4 * rng.randrange(4)) + words + rng.choice([" = 1", "()", ":", ";", " {", ""])
    if okx:
        yield f"okx_request_id = '{uuid.UUID(int=rng.getrandbits(128), version=4)}'"
        yield 'OKX_API_KEY = os.environ["OKX_API_KEY"]'


def _other() -> tuple[list[str], str]:
    rg = shutil.which("rg")
    if rg is None:
        return [sys.executable, "-c", "pass"], "python -c pass (rg is not installed)"
    shapes = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9A-F]{32}\b"
    pattern = f"(?i:{load_rulebook().vocabulary.context_pattern})|{shapes}"
    return [rg, "--no-unicode", "--hidden", "-j1", "-l", "-e", pattern, "."], "rg --no-unicode -j1"


def _compare(ours: list[str], other: list[str], name: str, folder: Path, runs: int) -> None:
    ratios, times = [], []
    _seconds(ours, folder), _seconds(other, folder)
    for _ in range(runs):
        mine, theirs = _seconds(ours, folder), _seconds(other, folder)
        ratios.append(mine / theirs)
        times.append(mine)
    print(f"okxguard: {statistics.median(times):.2f} s of CPU (median of {runs})")
    print(f"ratio to {name}: {statistics.median(ratios):.2f} (from {min(ratios):.2f} to {max(ratios):.2f})")


def _seconds(command: list[str], folder: Path) -> float:
    """Return the CPU seconds of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
