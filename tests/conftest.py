"""Shared fixtures: made-up credentials, and the program run in a folder."""

from __future__ import annotations

import io
import json
import os
import random
import sys
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from okxguard.cli import main

if TYPE_CHECKING:
    from tests.repositories import RepositoryBuilder

# Without vowels and x a run of letters forms neither a word of the vocabulary nor a mask.
_LETTERS = "bcdfghjkmnpqrstvwzBCDFGHJKMNPQRSTVWZ"
_DIGITS = "23456789"


class Credentials:
    """Makes up parts of OKX credentials in the right shapes, always the same ones for one seed."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self.made: list[str] = []

    def key(self) -> str:
        """Return an API key: a lower-case UUID."""
        return self._keep(str(uuid.UUID(int=self._random.getrandbits(128), version=4)))

    def secret(self) -> str:
        """Return a secret key: 32 upper-case hexadecimal digits."""
        return self._keep(f"{self._random.getrandbits(128):032X}")

    def passphrase(self) -> str:
        """Return a passphrase that OKX would take: letters of both cases, digits and a sign."""
        letters = "".join(self._random.choices(_LETTERS, k=8))
        digits = "".join(self._random.choices(_DIGITS, k=3))
        return self._keep(f"K{letters}q{digits}!")

    def dotenv(self) -> str:
        """Return the three lines of a dotenv file that holds one credential."""
        return f"OKX_API_KEY={self.key()}\nOKX_SECRET_KEY={self.secret()}\nOKX_PASSPHRASE={self.passphrase()}\n"

    def key_line(self) -> str:
        """Return one line that holds a lone API key: one finding, OKX104."""
        return f"OKX_API_KEY={self.key()}\n"

    def _keep(self, value: str) -> str:
        self.made.append(value)
        return value


class Result(NamedTuple):
    """What a run of the program left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]
ScanJson = Callable[..., Any]


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files, with the folders they stand in, below `folder`."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture
def credentials() -> Credentials:
    return Credentials()


@pytest.fixture
def repository(tmp_path: Path) -> RepositoryBuilder:
    """Return a git repository without a commit."""
    from tests.repositories import RepositoryBuilder  # it takes what writes files from here

    return RepositoryBuilder(tmp_path / "repository")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Return a function that runs okxguard in a folder, far from the settings of this machine."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)

    def _run(folder: Path, *arguments: str, stdin: bytes = b"") -> Result:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsys.readouterr()
        code = main(arguments)
        printed = capsys.readouterr()
        return Result(code, printed.out, printed.err)

    return _run


@pytest.fixture
def scan_json(run: Run) -> ScanJson:
    """Return a function that scans a folder and returns the parsed JSON report."""

    def _scan_json(folder: Path, *arguments: str, stdin: bytes = b"") -> Any:
        return json.loads(run(folder, "scan", "--format", "json", *arguments, stdin=stdin).out)

    return _scan_json


def is_root() -> bool:
    """Tell whether permissions do not bind the user who runs the tests."""
    return hasattr(os, "geteuid") and os.geteuid() == 0
