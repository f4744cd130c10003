"""The program as it is installed: console script, module, rule book in the wheel, plug-in path."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

PROGRAM = [os.environ["OKXGUARD_PROGRAM"]] if "OKXGUARD_PROGRAM" in os.environ else [sys.executable, "-m", "okxguard"]
RNG = random.Random("program")


def run(*arguments: str, cwd: Path, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*PROGRAM, *arguments], cwd=cwd, input=stdin, capture_output=True, check=False)


def dotenv() -> tuple[str, list[str]]:
    key = str(uuid.UUID(int=RNG.getrandbits(128), version=4))
    secret = f"{RNG.getrandbits(128):032X}"
    passphrase = f"Blue{RNG.randrange(1000, 9999)}#{RNG.choice('xyz')}"
    return f"OKX_API_KEY={key}\nOKX_SECRET_KEY={secret}\nOKX_PASSPHRASE={passphrase}\n", [key, secret, passphrase]


def test_scan_finds_and_exits_with_one(tmp_path: Path) -> None:
    text, values = dotenv()
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    done = run("scan", ".", "--format", "json", cwd=tmp_path)
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert [finding["rule"] for finding in report["findings"]] == ["OKX101"]
    assert not any(value.encode() in done.stdout + done.stderr for value in values)


def test_standard_input(tmp_path: Path) -> None:
    text, _ = dotenv()
    done = run("scan", "-", cwd=tmp_path, stdin=text.encode("utf-16"))
    assert done.returncode == 1
    assert b"OKX101" in done.stdout


def test_closed_pipe_is_quiet(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number}.env").write_text(dotenv()[0], encoding="utf-8")
    process = subprocess.Popen([*PROGRAM, "scan", "."], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    process.wait(timeout=60)
    assert b"Traceback" not in errors
    assert b"BrokenPipe" not in errors


def test_every_rule_is_explained(tmp_path: Path) -> None:
    listed = run("rules", cwd=tmp_path)
    assert listed.returncode == 0
    for line in listed.stdout.decode().splitlines():
        explained = run("rules", line.split()[0], cwd=tmp_path)
        assert explained.returncode == 0
        assert b"fix:" in explained.stdout


def test_plugin_path_is_a_file(tmp_path: Path) -> None:
    done = run("plugin-path", cwd=tmp_path)
    assert Path(done.stdout.decode().strip()).is_file()


def test_own_repository_is_clean() -> None:
    done = run("scan", ".", cwd=Path(__file__).resolve().parents[2])
    assert done.returncode == 0, done.stdout.decode()
