"""The rows of the table: one piece of work each, with the programs that do it, the one to compare with first."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.folders import Folders
from benchmarks.peers import Peers
from benchmarks.timing import Program

# The program as it is installed beside this Python; where it is not, the module is run from this checkout.
SCRIPT = Path(sys.executable).with_name("okxguard")
_GIT = ("git", "cat-file", "--batch-all-objects", "--batch", "--unordered")
_PASS = (sys.executable, "-c", "pass")
_PARSE = """
import ast, pathlib, warnings
warnings.simplefilter("ignore")
for path in pathlib.Path(".").rglob("*.py"):
    ast.parse(path.read_bytes())
"""
_READ = """
import os
for folder, _, names in os.walk("."):
    if ".git" not in folder:
        for name in names:
            with open(os.path.join(folder, name), "rb") as stream:
                stream.read().lower()
"""
# So much is about OKX in a tree and in a history.
_SHARE_OF_TREE, _SHARE_OF_HISTORY = 0.01, 0.002


class Sizes(NamedTuple):
    """How large the generated material is: numbers of files and commits, and megabytes."""

    files: int = 100_000
    dense: int = 2_000
    commits: int = 50_000
    line: int = 100
    growth: int = 1_000


SMALL = Sizes(files=2_000, dense=60, commits=500, line=5, growth=5)
# More megabytes take the slow ones minutes.
_MUCH = 25


class Row(NamedTuple):
    """One piece of work: its name, what is worked on, and the programs, the one to compare with first."""

    name: str
    work: str
    programs: Sequence[Program]


class Rows:
    """Makes the rows, each when it is asked for, because what it works on has to be built."""

    def __init__(self, sizes: Sizes, folders: Folders, peers: Peers) -> None:
        self._sizes = sizes
        self._folders = folders
        self._peers = peers
        program = [str(SCRIPT)] if SCRIPT.exists() else [sys.executable, "-m", "okxguard"]
        self._scan = [*program, "scan", "--exit-zero"]

    def all(self) -> dict[str, Callable[[], Iterator[Row]]]:
        """Return what makes the rows of every topic."""
        return {
            "dotenv": self._dotenv,
            "modules": self._modules,
            "tree": self._tree,
            "dense": self._dense,
            "history": self._history,
            "line": self._line,
            "growth": self._growth,
        }

    def _dotenv(self) -> Iterator[Row]:
        for kind, most in (("clean", 7.0), ("naming", 9.0), ("leaking", 9.0)):
            folder = self._folders.dotenv(kind)
            beside = self._beside(folder, "file", ".env")
            yield _row(f"dotenv {kind}", "one file", folder, _PASS, self._ours(folder, ".env", most=most), *beside)
        beside = self._beside(folder, "staged")
        ours = self._ours(folder, "--staged", ".env", most=11.0)
        yield _row("dotenv staged", "one staged file with a credential", folder, _PASS, ours, *beside)

    def _modules(self) -> Iterator[Row]:
        for kind, most in (("clean", 10.0), ("reading", 22.0), ("leaking", 50.0)):
            folder = self._folders.modules(kind)
            names = sorted(path.name for path in folder.glob("*.py"))
            ours = self._ours(folder, "--staged", *names, most=most)
            yield _row(
                f"modules {kind}", "10 staged Python files", folder, _PASS, ours, *self._beside(folder, "folder")
            )

    def _tree(self) -> Iterator[Row]:
        folder = self._folders.tree(self._sizes.files, _SHARE_OF_TREE)
        size = _megabytes(folder)
        work = f"{self._sizes.files:,} files, {size:.0f} MB"
        one, all_cores = self._searches(folder)
        ours = (self._ours(folder, jobs=1), self._ours(folder))
        yield Row("tree", work, [*one, *all_cores, *ours, *self._beside(folder, "folder", large=size > _MUCH)])
        read = Program("reading every file", [sys.executable, "-c", _READ], folder)
        yield Row("tree, by Python", work, [read, self._ours(folder, jobs=1, most=30.0)])

    def _dense(self) -> Iterator[Row]:
        folder = self._folders.project(self._sizes.dense, None)
        work = f"{self._sizes.dense:,} files about OKX, {_megabytes(folder):.0f} MB"
        one, _ = self._searches(folder)
        beside = self._beside(folder, "folder")
        yield Row("dense", work, [*one, self._ours(folder, jobs=1), self._ours(folder), *beside])
        folder = self._folders.project(self._sizes.dense, ".py")
        work = f"{self._sizes.dense:,} Python files about OKX, {_megabytes(folder):.0f} MB"
        parse = Program("ast.parse", [sys.executable, "-c", _PARSE], folder)
        ours = (self._ours(folder, jobs=1, most=12.0), self._ours(folder))
        yield Row("dense Python", work, [parse, *ours, *self._beside(folder, "folder")])

    def _history(self) -> Iterator[Row]:
        folder = self._folders.history(self._sizes.commits, _SHARE_OF_HISTORY)
        cache = str(folder.parent / "history.cache")
        cached = self._ours(folder, "--history", "--cache", cache)._replace(name="okxguard, cache filled")
        ours = self._ours(folder, "--history", ".", most=8.0)
        work = f"{self._sizes.commits:,} commits"
        yield _row("history", work, folder, _GIT, ours, cached, *self._beside(folder, "history"))

    def _line(self) -> Iterator[Row]:
        folder = self._folders.long_line(self._sizes.line)
        one, _ = self._searches(folder)
        ours = self._ours(folder, "line.txt")
        work = f"one line of {self._sizes.line} MB"
        yield Row("line", work, [*one, ours, *self._beside(folder, "file", "line.txt", large=self._sizes.line > _MUCH)])

    def _growth(self) -> Iterator[Row]:
        """Yield what a MB takes of much, compared with a MB of a tenth of it."""
        much, little = self._sizes.growth, max(1, self._sizes.growth // 10)
        tree = partial(self._folders.tree, share=_SHARE_OF_TREE)
        for name, make, unit in (
            ("tree", tree, 100),
            ("text", self._folders.long_text, 1),
            ("line", self._folders.long_line, 1),
        ):
            both = [(size, make(size * unit)) for size in (little, much)]
            sizes = [_megabytes(folder) for _, folder in both]
            programs = [
                self._ours(folder, jobs=1, most=2.0 if size == much else None)._replace(
                    name=f"okxguard, {read:.0f} MB", portion=read / sizes[1]
                )
                for (size, folder), read in zip(both, sizes, strict=True)
            ]
            yield Row(f"growth, {name}", f"a MB of {sizes[1]:.0f} against a MB of {sizes[0]:.0f}", programs)

    def _ours(self, folder: Path, *arguments: str, jobs: int = 0, most: float | None = None) -> Program:
        name = f"okxguard -j{jobs}" if jobs else "okxguard"
        given = ["--jobs", str(jobs)] if jobs else []
        return Program(name, [*self._scan, *given, *arguments], folder, most=most)

    def _searches(self, folder: Path) -> tuple[list[Program], list[Program]]:
        """Return ripgrep with one thread and with as many as it likes; without it, a Python that does nothing."""
        one, more = self._peers.search(jobs=1), self._peers.search()
        if one is None or more is None:
            return [Program("python -c pass", _PASS, folder)], []
        return [Program("rg -j1", one, folder)], [Program("rg", more, folder)]

    def _beside(self, folder: Path, work: str, target: str = ".", *, large: bool = False) -> list[Program]:
        return [Program(name, command, folder) for name, command in self._peers.commands(work, target, large=large)]


def _row(name: str, work: str, folder: Path, first: Sequence[str], *programs: Program) -> Row:
    shown = " ".join(first[:2]) if first is _GIT else "python -c pass"
    return Row(name, work, [Program(shown, first, folder), *programs])


def _megabytes(folder: Path) -> float:
    listed = subprocess.run(
        ["find", ".", "-name", ".git", "-prune", "-o", "-type", "f", "-printf", "%s\n"],
        cwd=folder,
        capture_output=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    return sum(map(int, listed.stdout.split())) / 1e6
