"""Build the folders and repositories that are scanned, each one once and below one folder that goes away."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import IO

from benchmarks.material import Material, credential

_LINE = 1_000_000
_NAMES = 3000
_HOOK_FILES = 10
_HOOK_LINES = 300


class Folders:
    """What was built so far below `root`; the same `seed` builds the same."""

    def __init__(self, root: Path, seed: int) -> None:
        self._root = root
        self._seed = seed

    def tree(self, files: int, share: float) -> Path:
        """Return a repository of so many files of all kinds, a share of which is about OKX."""
        return self._once(f"tree-{files}-{share}", lambda folder: self._build_tree(folder, files, share))

    def project(self, files: int, ending: str | None) -> Path:
        """Return a repository that is all about OKX, of one kind of files or of all; every twentieth file leaks."""

        def build(folder: Path) -> None:
            self._build_tree(folder, files, 1.0, leaks=0.05, ending=ending)

        return self._once(f"project-{files}{ending or ''}", build)

    def dotenv(self, kind: str) -> Path:
        """Return a repository with one staged dotenv file: clean, naming okx, or with a credential."""
        texts = {
            "clean": "DEBUG=true\nPORT=8080\nDATABASE_URL=postgres://localhost/app\nLOG_LEVEL=info\n",
            "naming": "OKX_API_KEY=${OKX_API_KEY}\nOKX_SECRET_KEY=\nOKX_PASSPHRASE=\n",
            "leaking": "OKX_API_KEY={}\nOKX_SECRET_KEY={}\nOKX_PASSPHRASE={}\n".format(*credential(self._seed)),
        }

        def build(folder: Path) -> None:
            (folder / ".env").write_text(texts[kind], encoding="utf-8")
            _stage(folder)

        return self._once(f"dotenv-{kind}", build)

    def modules(self, kind: str) -> Path:
        """Return a repository with ten staged Python files of 300 lines.

        They are clean and name no secret, or are all reading a password, or are leaking it in the last one.
        """

        def build(folder: Path) -> None:
            material = Material(self._seed)
            for number in range(_HOOK_FILES):
                leaks = kind == "leaking" and number == _HOOK_FILES - 1
                text = _module(material, reads=kind != "clean", leaks=leaks)
                (folder / f"module_{number}.py").write_text(text, encoding="utf-8")
            _stage(folder)

        return self._once(f"modules-{kind}", build)

    def history(self, commits: int, share: float) -> Path:
        """Return a bare repository of so many commits, each of which changes up to three files, in one pack."""
        return self._once(f"history-{commits}", lambda folder: self._build_history(folder, commits, share))

    def long_line(self, megabytes: int) -> Path:
        """Return a folder with one file of one line, about nothing but for the word OKX in its middle."""

        def build(folder: Path) -> None:
            words = " ".join(Material(self._seed).lines(_LINE // 50))[:_LINE]
            with open(folder / "line.txt", "w", encoding="utf-8") as stream:
                for number in range(megabytes):
                    stream.write(words)
                    stream.write(" okx " if number == megabytes // 2 else " ")

        return self._once(f"line-{megabytes}", build)

    def long_text(self, megabytes: int) -> Path:
        """Return a folder with one file of many lines, one in half a million of which names OKX."""

        def build(folder: Path) -> None:
            block = "\n".join(Material(self._seed).lines(10_000)) + "\n"
            with open(folder / "text.log", "w", encoding="utf-8") as stream:
                for number in range(megabytes * _LINE // len(block) + 1):
                    stream.write(block)
                    stream.write("okx\n" if number % 50 == 1 else "")

        return self._once(f"text-{megabytes}", build)

    def _once(self, name: str, build: Callable[[Path], None]) -> Path:
        folder = self._root / name
        if not folder.exists():
            folder.mkdir()
            build(folder)
        return folder

    def _build_tree(self, root: Path, files: int, share: float, leaks: float = 0.1, ending: str | None = None) -> None:
        material = Material(self._seed)
        for number in range(files):
            kind = ending or material.ending()
            folder = root / f"pkg{number % 97}" / f"mod{number % 13}"
            folder.mkdir(parents=True, exist_ok=True)
            okx = material.chance(share)
            text = material.text(kind, okx=okx, leaks=okx and material.chance(leaks))
            (folder / f"file{number}{kind}").write_text(text, encoding="utf-8")
        _stage(root)

    def _build_history(self, repository: Path, commits: int, share: float) -> None:
        subprocess.run(["git", "init", "-q", "--bare", str(repository)], check=True)
        process = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=repository, stdin=subprocess.PIPE)
        assert process.stdin is not None
        writer = _CommitWriter(process.stdin, self._seed, share)
        for number in range(commits):
            writer.write(number)
        process.stdin.close()
        process.wait()
        subprocess.run(["git", "repack", "-a", "-d", "-q", "--window=10"], cwd=repository, check=True)


class _CommitWriter:
    """Writes commits to `git fast-import`: each changes a line of some files, or adds one."""

    def __init__(self, stream: IO[bytes], seed: int, share: float) -> None:
        self._stream = stream
        self._material = Material(seed)
        self._random = random.Random(seed)
        self._share = share
        self._files: dict[str, list[str]] = {}
        self._endings = [self._material.ending() for _ in range(_NAMES)]

    def write(self, number: int) -> None:
        """Write one commit."""
        message = f"Change {number}: {' '.join(self._material.lines(2))}\n".encode()
        head = f"commit refs/heads/main\ncommitter A <a@example.com> {1_600_000_000 + number * 60} +0000\n"
        self._stream.write(head.encode() + b"data %d\n%s\n" % (len(message), message))
        for index in {self._random.randrange(_NAMES) for _ in range(self._random.randrange(1, 4))}:
            name = f"pkg{index % 29}/mod{index % 13}/file{index}{self._endings[index]}"
            data = self._changed(name, self._endings[index]).encode()
            self._stream.write(f"M 100644 inline {name}\ndata {len(data)}\n".encode() + data + b"\n")

    def _changed(self, name: str, ending: str) -> str:
        lines = self._files.get(name)
        if lines is None:
            okx = self._material.chance(self._share)
            text = self._material.text(ending, okx=okx, leaks=okx and self._material.chance(0.1))
            lines = self._files[name] = text.split("\n")
        lines.insert(self._random.randrange(len(lines)), "")
        return "\n".join(lines)


def _module(material: Material, *, reads: bool, leaks: bool) -> str:
    """Return a module of some 300 lines that logs; it reads a password, and logs that, if it is told to."""
    lines = material.text(".py", okx=False).splitlines()
    while len(lines) < _HOOK_LINES:
        lines += material.text(".py", okx=False).splitlines()[5:]
    if reads:
        lines[4:4] = ['USER = os.environ.get("DB_USER")', 'PASSWORD = os.environ.get("DB_PASSWORD")', ""]
    last = max(number for number in range(_HOOK_LINES) if lines[number].startswith("def "))
    shown = "PASSWORD" if leaks else "bool(PASSWORD)" if reads else "len(rows)"
    return "\n".join([*lines[:last], f'log.info("login %s", {shown})']) + "\n"


def _stage(folder: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    # What is packed is not measured here, and takes longer than all the rest.
    subprocess.run(["git", "-c", "core.looseCompression=0", "add", "-A"], cwd=folder, check=True)
