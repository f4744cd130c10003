"""The file of a baseline: it tells no value, and one that is wrong is refused."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import okxguard
from okxguard import identity
from tests.baseline.conftest import GOOD_KEY, LEAK, NAME, Files, document
from tests.conftest import Credentials, Run, write_files


class TestFile:
    def test_holds_version_key_and_findings(self, accepted: Path) -> None:
        text = (accepted / NAME).read_bytes().decode("ascii")
        document = json.loads(text)
        assert list(document) == ["version", "key", "findings"]
        assert document["version"] == 1
        assert re.fullmatch("[0-9a-f]{64}", document["key"])
        assert text.endswith("  ]\n}\n")
        assert sum(line.startswith('    {"rule"') for line in text.splitlines()) == len(document["findings"])
        places = [(known["path"], known["rule"], known["fingerprint"]) for known in document["findings"]]
        assert places == sorted(places)
        assert all(list(known) == ["rule", "path", "fingerprint"] for known in document["findings"])

    def test_holds_no_value_and_no_hash_that_could_be_tried(self, accepted: Path, credentials: Credentials) -> None:
        text = (accepted / NAME).read_text().lower()
        key = bytes.fromhex(json.loads(text)["key"])
        for value in credentials.made:
            assert value.lower() not in text
            hashed = [hashlib.new(name, value.encode()).hexdigest()[:32] for name in ("md5", "sha1", "sha256")]
            hashed.append(hmac.new(key, value.encode(), "sha256").hexdigest()[:32])
            assert not any(each in text for each in hashed)

    def test_is_nothing_to_find(self, accepted: Path, run: Run) -> None:
        result = run(accepted, "scan", NAME, "--min-confidence", "low")
        assert (result.code, result.out) == (0, "")
        assert " held back" not in result.err

    def test_has_a_key_of_its_own(self, accepted: Path, run: Run) -> None:
        first = json.loads((accepted / NAME).read_text())
        assert run(accepted, "baseline", "write", "--force", "--min-confidence", "low").code == 0
        second = json.loads((accepted / NAME).read_text())
        assert first["key"] != second["key"]
        assert not {each["fingerprint"] for each in first["findings"]} & {
            each["fingerprint"] for each in second["findings"]
        }

    def test_order_and_form_do_not_matter(self, accepted: Path, run: Run) -> None:
        document = json.loads((accepted / NAME).read_text())
        document["findings"].reverse()
        (accepted / NAME).write_text(json.dumps(document, indent=9).replace("\n", "\r\n"))
        assert run(accepted, "scan", "--baseline", NAME, "--min-confidence", "low").code == 0
        before = (accepted / NAME).read_bytes()
        for action in ("update", "prune"):
            assert run(accepted, "baseline", action).code == 0
            assert (accepted / NAME).read_bytes() == before

    def test_paths_are_those_of_the_folder_it_stands_in(
        self, tmp_path: Path, credentials: Credentials, run: Run
    ) -> None:
        write_files(tmp_path, {"bot/src/leak.py": LEAK, "bot/a.env": credentials.key_line(), "conf/x": "x\n"})
        assert run(tmp_path, "baseline", "write", "--baseline", "conf/known.json").code == 0
        known = json.loads((tmp_path / "conf" / "known.json").read_text())["findings"]
        assert [each["path"] for each in known] == ["../bot/a.env", "../bot/src/leak.py"]
        assert run(tmp_path, "scan", "--baseline", "conf/known.json").code == 0
        assert run(tmp_path / "bot", "scan", "--baseline", "../conf/known.json").code == 0
        assert run(tmp_path / "conf", "scan", str(tmp_path / "bot"), "--baseline", "known.json").code == 0


MARK = "cd" * 16


def finding(**changes: Any) -> str:
    return document(findings=[{"rule": "OKX101", "path": "a", "fingerprint": MARK, **changes}])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        pytest.param("", "not valid JSON in line 1", id="empty"),
        pytest.param("{\n<<<<<<< HEAD\n", "not valid JSON in line 2", id="conflict"),
        pytest.param("[" * 100_000, "not valid JSON", id="deep"),
        pytest.param("\xff", "not valid JSON", id="no text"),
        pytest.param("[]", "is no baseline", id="list"),
        pytest.param("{}", "is no baseline", id="nothing in it"),
        pytest.param('{"results": {}, "plugins_used": []}', "is no baseline", id="of another tool"),
        pytest.param('{"version": "1.5.0", "plugins_used": [{"path": "evil.py"}]}', "version", id="of detect-secrets"),
        pytest.param(document(version=2), "version", id="later version"),
        pytest.param(document(version=True), "version", id="version of the wrong kind"),
        pytest.param(document(plugins=["evil.py"]), "nothing else", id="unknown key"),
        pytest.param('{"version": 1, "findings": []}', "'key'", id="no key"),
        pytest.param(document(key="ab"), "'key'", id="short key"),
        pytest.param(document(key=GOOD_KEY.upper()), "'key'", id="key in upper case"),
        pytest.param(document(key=7), "'key'", id="key of the wrong kind"),
        pytest.param(document(findings={}), "'findings'", id="findings of the wrong kind"),
        pytest.param(document(findings=["a"]), "finding 1", id="finding of the wrong kind"),
        pytest.param(finding(line=7), "finding 1", id="unknown key of a finding"),
        pytest.param(finding(rule=7), "must be texts", id="rule of the wrong kind"),
        pytest.param(finding(rule="import"), "'rule'", id="no rule"),
        pytest.param(finding(path=""), "'path'", id="no path"),
        pytest.param(finding(path="a\0b"), "'path'", id="path with NUL"),
        pytest.param(finding(path="\ud800"), "'path'", id="path that is no text"),
        pytest.param(finding(fingerprint="cd"), "'fingerprint'", id="short fingerprint"),
        pytest.param(finding(fingerprint=MARK + "-"), "'fingerprint'", id="half a fingerprint"),
    ],
)
@pytest.mark.parametrize(
    "command", [("scan",), ("baseline", "update"), ("baseline", "prune")], ids=["scan", "update", "prune"]
)
def test_wrong_baseline_ends_with_two_and_a_reason(
    text: str, word: str, command: tuple[str, ...], tmp_path: Path, run: Run
) -> None:
    write_files(tmp_path, {"a.py": "x = 1\n", NAME: text.encode("latin-1", "replace") if "\xff" in text else text})
    before = (tmp_path / NAME).read_bytes()
    result = run(tmp_path, *command, "--baseline", NAME)
    assert (result.code, result.out) == (2, "")
    assert f"baseline: {NAME}" in result.err
    assert word in result.err
    assert "bug" not in result.err
    assert (tmp_path / NAME).read_bytes() == before


@pytest.mark.parametrize("path", ["missing.json", "folder", "a\0b", ""])
@pytest.mark.parametrize(
    "command", [("scan",), ("baseline", "update"), ("baseline", "prune")], ids=["scan", "update", "prune"]
)
def test_baseline_that_cannot_be_read(path: str, command: tuple[str, ...], tmp_path: Path, run: Run) -> None:
    write_files(tmp_path, {"folder/a.py": "x = 1\n"})
    result = run(tmp_path, *command, "--baseline", path)
    assert (result.code, result.out) == (2, "")
    assert "bug" not in result.err


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/etc/passwd", 1),
        ("../../../etc/passwd", 1),
        ("a/../../b", 1),
        ("/", 1),
        ("..", 1),
        ("a!b!c", 0),
        ("a/b", 0),
        ("\\\\host\\x", 0),
        ("x" * 9000, 0),
    ],
)
def test_no_path_of_a_baseline_leads_out(
    path: str, code: int, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only whether a file is still there is asked, and only below the scan root; nobody knows what is outside."""
    asked: list[str] = []
    listed = os.listdir

    def listing(folder: str) -> list[str]:
        asked.append(os.path.normpath(folder))
        return listed(folder)

    root = tmp_path / "scanned"
    write_files(root, {"a.py": LEAK})
    run(root, "baseline", "write")
    (root / NAME).write_text((root / NAME).read_text().replace('"a.py"', json.dumps(path)))
    monkeypatch.setattr(os, "listdir", listing)
    assert run(root, "scan", "a.py", "--baseline", NAME).code == code
    outside = [folder for folder in asked if os.path.commonpath([folder, root]) != str(root)]
    package = os.path.dirname(os.path.dirname(okxguard.__file__))
    assert [folder for folder in outside if not folder.startswith(package)] == []


def test_passphrases_are_derived_once_and_only_beside_a_baseline(
    tmp_path: Path, credentials: Credentials, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    derived: list[bytes] = []
    slow = identity._slow

    def counting(value: bytes, salt: bytes) -> bytes:
        derived.append(value)
        return slow(value, salt)

    monkeypatch.setattr(identity, "_slow", counting)
    line = f'OKX_PASSPHRASE = "{credentials.passphrase()}"\n'
    write_files(tmp_path, {"a.py": line, "b.py": line, "full.env": credentials.dotenv()})
    run(tmp_path, "scan")
    assert derived == []
    run(tmp_path, "baseline", "write")
    assert len(derived) == 1


def test_too_many_passphrases_are_known_by_their_places(
    tmp_path: Path, credentials: Credentials, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "_MOST_DERIVED", 2)
    write_files(tmp_path, {f"{name}.env": f"OKX_PASSPHRASE={credentials.passphrase()}\n" for name in "abcd"})
    run(tmp_path, "baseline", "write")
    assert run(tmp_path, "scan", "--baseline", NAME).code == 0
    write_files(tmp_path, {"e.env": f"OKX_PASSPHRASE={credentials.passphrase()}\n"})
    assert run(tmp_path, "scan", "--baseline", NAME).code == 1


def test_python_without_scrypt(tmp_path: Path, files: Files, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(hashlib, "scrypt")
    write_files(tmp_path, {"phrase.py": files["phrase.py"]})
    run(tmp_path, "baseline", "write")
    assert run(tmp_path, "scan", "--baseline", NAME).code == 0


def test_run_without_a_baseline_imports_nothing_of_it(tmp_path: Path, credentials: Credentials) -> None:
    write_files(tmp_path, {".env": credentials.dotenv()})
    code = "import sys; from okxguard.cli import main; main(['scan', '.env']); print(*sys.modules)"
    root = str(Path(okxguard.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": os.pathsep.join([root, *(path for path in sys.path if "site-packages" in path)])},
    )
    assert "OKX101" in done.stdout
    loaded = set(done.stdout.split())
    assert not loaded & {"okxguard.baseline", "okxguard.baselining", "okxguard.identity", "hmac", "secrets"}
