"""The baseline: what is accepted stays accepted, what is new is told, and nothing in the file tells a value."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import okxguard
from okxguard import identity
from okxguard.baseline import Baseline, read_baseline, render_baseline
from okxguard.model import Confidence, Source
from okxguard.scan import Options, Scanner
from tests.conftest import Credentials, Run, ScanJson, write_files
from tests.repositories import RepositoryBuilder
from tests.test_properties import PATHS, RULEBOOK, texts

NAME = ".okxguard-baseline.json"
Files = dict[str, str]
Change = Callable[[Files], Files]

LEAK = 'import os\n\nokx_secret = os.environ["OKX_SECRET"]\n\n\ndef show():\n    print(okx_secret)\n'
POLICY = "okx:\n  api_key: ${OKX_API_KEY}\n  permissions: [read, trade, withdraw]\n"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a passphrase cost a thousandth of what it costs people who guess; what is accepted is the same."""
    monkeypatch.setattr(identity, "_COST", 1 << 5)
    monkeypatch.setattr(identity, "_ROUNDS", 10)


@pytest.fixture
def files(credentials: Credentials) -> Files:
    """Findings of every kind: with values of each role, and without."""
    phrase, shared = credentials.passphrase(), credentials.passphrase()
    first, second = credentials.key(), credentials.key()
    return {
        "conf/okx.yml": (
            f"okx:\n  api_key: {credentials.key()}\n"
            f"  secret_key: {credentials.secret()}\n  passphrase: {credentials.passphrase()}\n"
        ),
        "key.env": credentials.key_line(),
        "secret.py": f'OKX_SECRET_KEY = "{credentials.secret()}"\n',
        "phrase.py": f'OKX_PASSPHRASE = "{phrase}"\n',
        "token.env": f"OKX_REFRESH_TOKEN={credentials.secret().lower()}{credentials.secret().lower()}\n",
        "vague.env": f"OKX_SECRET_KEY={credentials.secret().lower()}\n",
        "one.env": f"OKX_API_KEY={first}\nOKX_PASSPHRASE={shared}\n",
        "two.env": f"OKX_API_KEY={second}\nOKX_PASSPHRASE={shared}\n",
        "web.env": "NEXT_PUBLIC_OKX_SECRET_KEY=\n",
        "leak.py": LEAK,
        "policy.yml": POLICY,
        "requirements.txt": "python-okx==0.2.8\n",
        "reply.log": REPLY,
        "copied.txt": f"OKX\n{COPIED}",
        "host.py": 'okx_api_key = load()\nokx_secret = load()\nurl = "http://www.okx.com/api/v5/account/balance"\n',
    }


# A recorded reply and a block copied from OKX's own page; neither has a name to be known by.
REPLY = 'GET /api/v5/users/apikey: {"perm": "read_only,trade", "ip": "", "mainUid": "1", "uid": "1"}\n'
COPIED = """apikey = ""
secretkey = ""
IP = ""
API key name = "bot"
Permissions = "Read/Trade"
"""

RULES = {
    *("OKX101", "OKX102", "OKX103", "OKX104", "OKX105", "OKX106"),
    *("OKX201", "OKX205", "OKX202", "OKX206", "OKX207", "OKX208", "OKX301"),
}


@pytest.fixture
def accepted(tmp_path: Path, files: Files, run: Run) -> Path:
    """A folder all of whose findings are in its baseline, those of low confidence, too."""
    write_files(tmp_path, files)
    result = run(tmp_path, "baseline", "write", "--min-confidence", "low")
    assert (result.code, result.out) == (0, "")
    return tmp_path


def rewrite(folder: Path, files: Files) -> None:
    """Let a folder hold these files and its baseline, and nothing else."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != NAME:
            path.unlink()
    write_files(folder, files)


def each(change: Callable[[str], str]) -> Change:
    """Return a change of the text of every file."""
    return lambda files: {name: change(text) for name, text in files.items()}


def as_comment(text: str) -> str:
    return f"# a new line\n#\n{text}"


def spaced(text: str) -> str:
    """Return text as a formatter of settings or code might leave it."""
    text = re.sub(r"(?m)^  (?=\w)", "      ", text)
    return re.sub(r"(?m)^(OKX_\w+) = ", r"\1   =   ", text)


def in_quotes(text: str) -> str:
    text = re.sub(r'"([^"\n]*)"', r"'\1'", text)
    return re.sub(r"(?m)^(\s*(?:api_key|secret_key|passphrase): )([^'$\n]+)$", r'\1"\2"', text)


CHANGES = [
    pytest.param(lambda files: files, id="nothing"),
    pytest.param(each(as_comment), id="lines above"),
    pytest.param(each(lambda text: text + "\n\n"), id="lines below"),
    pytest.param(each(lambda text: text.replace("\n", "\r\n")), id="CRLF"),
    pytest.param(each(lambda text: "\ufeff" + text), id="byte order mark"),
    pytest.param(each(spaced), id="indentation"),
    pytest.param(each(in_quotes), id="quotes"),
    pytest.param(lambda files: {f"moved/{name}": text for name, text in files.items()}, id="moved into a folder"),
    pytest.param(lambda files: {f"zz-{name.replace('/', '-')}": text for name, text in files.items()}, id="renamed"),
    pytest.param(
        lambda files: {
            f"{chr(ord('z') - at)}-{Path(name).name}": text for at, (name, text) in enumerate(files.items())
        },
        id="renamed, in another order",
    ),
    pytest.param(
        lambda files: {f"new/{name}": as_comment(spaced(text)).replace("\n", "\r\n") for name, text in files.items()},
        id="moved, reformatted, CRLF",
    ),
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_accepted_stays_accepted(
    change: Change, accepted: Path, files: Files, run: Run, scan_json: ScanJson
) -> None:
    rewrite(accepted, change(files))
    everything = scan_json(accepted, "--min-confidence", "low")["summary"]["findings"]
    result = run(accepted, "scan", "--baseline", NAME, "--min-confidence", "low")
    assert (result.code, result.out) == (0, "")
    assert f"{everything} baselined" in result.err
    assert everything >= len(RULES)


def test_every_kind_of_finding_is_tried(accepted: Path) -> None:
    assert {known["rule"] for known in json.loads((accepted / NAME).read_text())["findings"]} == RULES


def test_parts_may_part(accepted: Path, files: Files, run: Run) -> None:
    lines = files["conf/okx.yml"].splitlines(keepends=True)
    rewrite(accepted, {"a.yml": "".join(lines[:2]), "b.yml": lines[0] + "".join(lines[2:])})
    result = run(accepted, "scan", "--baseline", NAME)
    assert (result.code, result.out) == (0, "")
    assert "2 baselined" in result.err


Edit = Callable[[Files, Credentials], Files]


def replaced(files: Files, name: str, old: str, new: str) -> Files:
    """Return the files with one place of one of them changed, by a pattern."""
    text, count = re.subn(old, lambda _: new, files[name], count=1)
    assert count == 1
    return {**files, name: text}


def without(files: Files, *names: str) -> Files:
    return {name: text for name, text in files.items() if name not in names}


NEWS = [
    pytest.param(
        lambda files, new: {**files, "more.env": new.key_line()}, {("more.env", "OKX104")}, id="a key in a new file"
    ),
    pytest.param(
        lambda files, new: {**files, "key.env": files["key.env"] + "\n" * 50 + new.key_line()},
        {("key.env", "OKX104")},
        id="a key in the same file",
    ),
    pytest.param(
        lambda files, new: {**files, "key.env": f"{files['key.env']}OKX_SECRET_KEY={new.secret()}\n"},
        {("key.env", "OKX101")},
        id="a secret beside a key",
    ),
    pytest.param(
        lambda files, new: {**files, "key.env": f"{files['key.env']}OKX_PASSPHRASE={new.passphrase()}\n"},
        {("key.env", "OKX101")},
        id="a passphrase beside a key",
    ),
    pytest.param(
        lambda files, new: replaced(files, "key.env", "=.+", f"={new.key()}"), {("key.env", "OKX104")}, id="another key"
    ),
    pytest.param(
        lambda files, new: replaced(files, "secret.py", '".+"', f'"{new.secret()}"'),
        {("secret.py", "OKX102")},
        id="another secret",
    ),
    pytest.param(
        lambda files, new: replaced(files, "phrase.py", '".+"', f'"{new.passphrase()}"'),
        {("phrase.py", "OKX103")},
        id="another passphrase",
    ),
    pytest.param(
        lambda files, new: replaced(files, "token.env", "=.+", f"={(new.secret() + new.secret()).lower()}"),
        {("token.env", "OKX105")},
        id="another token",
    ),
    pytest.param(
        lambda files, new: replaced(files, "conf/okx.yml", "api_key: .+", f"api_key: {new.key()}"),
        {("conf/okx.yml", "OKX101")},
        id="another key in a set",
    ),
    pytest.param(
        lambda files, new: replaced(files, "conf/okx.yml", "secret_key: .+", f"secret_key: {new.secret()}"),
        {("conf/okx.yml", "OKX101")},
        id="another secret in a set",
    ),
    pytest.param(
        lambda files, new: {**files, "three.env": f"OKX_API_KEY={new.key()}\n{files['one.env'].splitlines()[1]}\n"},
        {("three.env", "OKX101"), ("three.env", "OKX206")},
        id="a passphrase used once more",
    ),
    pytest.param(
        lambda files, _: {**files, "leak.py": files["leak.py"] + "    print(okx_secret)\n"},
        {("leak.py", "OKX301")},
        id="a second leak of the same kind in one file",
    ),
    pytest.param(
        lambda files, _: {**files, "a/leak.py": LEAK}, {("a/leak.py", "OKX301")}, id="the same leak in a further file"
    ),
    pytest.param(
        lambda files, _: {**without(files, "leak.py"), "a/leak.py": LEAK, "b/leak.py": LEAK},
        {("b/leak.py", "OKX301")},
        id="one leak moved, one added",
    ),
    pytest.param(
        lambda files, _: {**files, "b.yml": POLICY},
        {("b.yml", "OKX201"), ("b.yml", "OKX205")},
        id="the same rights in a further file",
    ),
    pytest.param(
        lambda files, _: {**without(files, "leak.py"), "a.py": LEAK.replace("print(", "log.info(")},
        {("a.py", "OKX302")},
        id="another sink in another file",
    ),
]


@pytest.mark.parametrize(("edit", "expected"), NEWS)
def test_what_is_new_is_told(
    edit: Edit, expected: set[tuple[str, str]], accepted: Path, files: Files, scan_json: ScanJson
) -> None:
    rewrite(accepted, edit(files, Credentials(seed=7)))
    report = scan_json(accepted, "--baseline", NAME)
    assert {(finding["path"], finding["rule"]) for finding in report["findings"]} == expected
    assert len(report["findings"]) == len(expected)


@pytest.mark.parametrize(
    ("scanned", "present", "findings"),
    [
        pytest.param(("new.py",), ("old.py", "new.py"), 1, id="the file is still there, and was not looked at"),
        pytest.param(("new.py",), ("new.py",), 0, id="the file is gone"),
        pytest.param((".",), ("old.py", "new.py"), 1, id="the file still has it"),
        pytest.param(("new.py", "clean.py"), ("new.py", "clean.py"), 0, id="the file is gone, another is there"),
    ],
)
def test_a_part_of_the_files_tells_what_moved(
    scanned: tuple[str, ...], present: tuple[str, ...], findings: int, tmp_path: Path, run: Run, scan_json: ScanJson
) -> None:
    rewrite(tmp_path, {"old.py": LEAK})
    run(tmp_path, "baseline", "write")
    rewrite(tmp_path, {name: "x = 1\n" if name == "clean.py" else LEAK for name in present})
    assert len(scan_json(tmp_path, *scanned, "--baseline", NAME)["findings"]) == findings


def test_a_leak_moves_between_files_that_stay(tmp_path: Path, run: Run) -> None:
    rewrite(tmp_path, {"old.py": LEAK, "new.py": "x = 1\n"})
    run(tmp_path, "baseline", "write")
    rewrite(tmp_path, {"old.py": "x = 1\n", "new.py": LEAK})
    assert run(tmp_path, "scan", "--baseline", NAME).code == 0


@pytest.mark.parametrize("comment", ["# okxguard: ignore[OKX301]", ""], ids=["suppressed", "held back"])
def test_what_is_passed_over_has_not_moved(comment: str, tmp_path: Path, run: Run, scan_json: ScanJson) -> None:
    """A finding that is there, but not shown, does not make room for another one elsewhere."""
    rewrite(tmp_path, {"tests/fixtures/old.py": LEAK})
    run(tmp_path, "baseline", "write", "--min-confidence", "low")
    old = LEAK.replace("    print", f"    {comment}\n    print")
    rewrite(tmp_path, {"tests/fixtures/old.py": old, "new.py": LEAK})
    confidence = "low" if comment else "high"
    report = scan_json(tmp_path, "--baseline", NAME, "--min-confidence", confidence)
    assert [finding["path"] for finding in report["findings"]] == ["new.py"] * (confidence == "low")


def test_nothing_is_taken_for_moved_after_an_incomplete_scan(tmp_path: Path, run: Run) -> None:
    rewrite(tmp_path, {"old.py": LEAK})
    run(tmp_path, "baseline", "write")
    rewrite(tmp_path, {"new.py": LEAK})
    result = run(tmp_path, "scan", ".", "missing.py", "--baseline", NAME)
    assert result.code == 2
    assert "new.py" in result.out


def archive(files: Files) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as opened:
        for name, text in files.items():
            opened.writestr(name, text)
    return stream.getvalue()


def test_members_of_archives(tmp_path: Path, credentials: Credentials, run: Run, scan_json: ScanJson) -> None:
    write_files(tmp_path, {"a.zip": archive({"x/leak.py": LEAK, ".env": credentials.key_line()})})
    run(tmp_path, "baseline", "write")
    assert run(tmp_path, "scan", "--baseline", NAME).code == 0
    write_files(tmp_path, {"leak.py": LEAK})
    assert len(scan_json(tmp_path, "leak.py", "--baseline", NAME)["findings"]) == 1
    (tmp_path / "a.zip").unlink()
    assert run(tmp_path, "scan", "leak.py", "--baseline", NAME).code == 0


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


GOOD_KEY, MARK = "ab" * 32, "cd" * 16


def document(**changes: Any) -> str:
    return json.dumps({"version": 1, "key": GOOD_KEY, "findings": [], **changes})


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


class TestCommands:
    def test_write_replaces_nothing(self, accepted: Path, run: Run) -> None:
        before = (accepted / NAME).read_bytes()
        result = run(accepted, "baseline", "write")
        assert result.code == 2
        assert "update" in result.err
        assert "--force" in result.err
        assert (accepted / NAME).read_bytes() == before

    def test_write_replaces_what_is_broken_when_forced(
        self, tmp_path: Path, credentials: Credentials, run: Run
    ) -> None:
        write_files(tmp_path, {"a.env": credentials.key_line(), NAME: "{"})
        assert run(tmp_path, "baseline", "write", "--force").code == 0
        assert run(tmp_path, "scan", "--baseline", NAME).code == 0

    @pytest.mark.parametrize("name", ["missing/known.json", "folder"])
    def test_write_says_where_it_cannot(self, name: str, tmp_path: Path, credentials: Credentials, run: Run) -> None:
        write_files(tmp_path, {"a.env": credentials.key_line(), "folder/x": "x\n"})
        result = run(tmp_path, "baseline", "write", "--force", "--baseline", name)
        assert result.code == 2
        assert name in result.err

    def test_write_of_nothing(self, tmp_path: Path, run: Run) -> None:
        write_files(tmp_path, {"a.py": "x = 1\n"})
        assert run(tmp_path, "baseline", "write").code == 0
        assert json.loads((tmp_path / NAME).read_text())["findings"] == []

    @pytest.mark.parametrize(
        ("options", "rules"),
        [
            pytest.param(("--select", "OKX104"), {"OKX104"}, id="select"),
            pytest.param(("--ignore", "OKX1"), {"OKX301"}, id="ignore"),
            pytest.param(("--min-severity", "high"), {"OKX301"}, id="severity"),
            pytest.param((), {"OKX104", "OKX301"}, id="default confidence"),
            pytest.param(("--min-confidence", "low"), {"OKX102", "OKX104", "OKX301"}, id="confidence"),
        ],
    )
    def test_write_takes_what_a_scan_shows(
        self, options: tuple[str, ...], rules: set[str], tmp_path: Path, credentials: Credentials, run: Run
    ) -> None:
        vague = f"OKX_SECRET_KEY={credentials.secret().lower()}\n"
        write_files(tmp_path, {"key.env": credentials.key_line(), "leak.py": LEAK, "vague.env": vague})
        run(tmp_path, "baseline", "write", *options)
        assert {known["rule"] for known in json.loads((tmp_path / NAME).read_text())["findings"]} == rules

    def test_suppressed_findings_are_not_accepted(self, tmp_path: Path, credentials: Credentials, run: Run) -> None:
        write_files(tmp_path, {"a.env": f"# okxguard: ignore[OKX104]\n{credentials.key_line()}"})
        run(tmp_path, "baseline", "write")
        assert json.loads((tmp_path / NAME).read_text())["findings"] == []

    def test_update_adds_and_keeps(self, accepted: Path, run: Run) -> None:
        before = json.loads((accepted / NAME).read_text())
        write_files(accepted, {"more.env": Credentials(seed=9).key_line(), "a/leak.py": LEAK})
        (accepted / "key.env").unlink()
        assert run(accepted, "baseline", "update").code == 0
        after = json.loads((accepted / NAME).read_text())
        assert after["key"] == before["key"]
        assert all(known in after["findings"] for known in before["findings"])
        new = [known["path"] for known in after["findings"] if known not in before["findings"]]
        assert new == ["a/leak.py", "more.env"]
        assert run(accepted, "scan", "--baseline", NAME).code == 0

    @pytest.mark.parametrize("action", ["update", "prune"])
    @pytest.mark.parametrize("change", CHANGES[:7])
    def test_nothing_new_changes_no_byte(
        self, action: str, change: Change, accepted: Path, files: Files, run: Run
    ) -> None:
        before = (accepted / NAME).read_bytes()
        rewrite(accepted, change(files))
        assert run(accepted, "baseline", action).code == 0
        assert (accepted / NAME).read_bytes() == before

    def test_prune_takes_out_what_is_gone(self, accepted: Path, files: Files, run: Run) -> None:
        before = json.loads((accepted / NAME).read_text())["findings"]
        rewrite(accepted, without(files, "key.env", "phrase.py", "leak.py"))
        assert run(accepted, "baseline", "prune").code == 0
        after = json.loads((accepted / NAME).read_text())["findings"]
        gone = [known for known in before if known["path"] in ("key.env", "phrase.py", "leak.py")]
        assert after == [known for known in before if known not in gone]
        assert len(gone) == 3
        rewrite(accepted, files)
        assert run(accepted, "scan", "--baseline", NAME).code == 1

    def test_prune_follows_what_moved(self, accepted: Path, files: Files, run: Run) -> None:
        rewrite(accepted, {f"moved/{name}": text for name, text in files.items()})
        before = json.loads((accepted / NAME).read_text())["findings"]
        assert run(accepted, "baseline", "prune").code == 0
        after = json.loads((accepted / NAME).read_text())["findings"]
        assert sorted(known["fingerprint"] for known in after) == sorted(known["fingerprint"] for known in before)
        assert all(known["path"].startswith("moved/") for known in after)
        assert run(accepted, "scan", "--baseline", NAME, "--min-confidence", "low").code == 0

    def test_prune_counts(self, tmp_path: Path, run: Run) -> None:
        rewrite(tmp_path, {"leak.py": LEAK + "    print(okx_secret)\n" * 2})
        run(tmp_path, "baseline", "write")
        rewrite(tmp_path, {"leak.py": LEAK})
        run(tmp_path, "baseline", "prune")
        assert len(json.loads((tmp_path / NAME).read_text())["findings"]) == 1

    def test_prune_leaves_what_it_did_not_look_at(self, accepted: Path, files: Files, run: Run) -> None:
        before = (accepted / NAME).read_bytes()
        rewrite(accepted, {"src/clean.py": "x = 1\n", **files})
        assert run(accepted, "baseline", "prune", "src", "--baseline", NAME).code == 0
        assert (accepted / NAME).read_bytes() == before

    def test_prune_does_not_narrow(self, accepted: Path, run: Run) -> None:
        before = (accepted / NAME).read_bytes()
        write_files(
            accepted, {"okxguard.toml": 'select = ["OKX3"]\nmin-confidence = "high"\nmin-severity = "critical"\n'}
        )
        assert run(accepted, "baseline", "prune").code == 0
        assert (accepted / NAME).read_bytes() == before
        for option in (("--select", "OKX1"), ("--min-confidence", "high")):
            assert run(accepted, "baseline", "prune", *option).code == 2

    @pytest.mark.parametrize("action", ["write", "update", "prune"])
    def test_incomplete_scan_writes_nothing(self, action: str, accepted: Path, run: Run) -> None:
        before = (accepted / NAME).read_bytes()
        write_files(accepted, {"more.env": Credentials(seed=9).key_line()})
        result = run(accepted, "baseline", action, ".", "missing.py", *(("--force",) if action == "write" else ()))
        assert result.code == 2
        assert "missing.py" in result.err
        assert (accepted / NAME).read_bytes() == before

    @pytest.mark.parametrize("action", ["write", "update", "prune"])
    def test_no_value_is_printed(self, action: str, tmp_path: Path, credentials: Credentials, run: Run) -> None:
        write_files(
            tmp_path, {".env": credentials.dotenv(), "a.py": f'OKX_PASSPHRASE = "{credentials.passphrase()}"\n'}
        )
        run(tmp_path, "baseline", "write")
        result = run(tmp_path, "baseline", action, "--force")
        assert result.code == 0
        assert not any(value in result.out + result.err for value in credentials.made)


class TestConfiguration:
    def test_names_the_baseline_relative_to_itself(self, tmp_path: Path, credentials: Credentials, run: Run) -> None:
        files = {"okxguard.toml": 'baseline = "ci/known.json"\n', "bot/a.env": credentials.key_line(), "ci/x": "x\n"}
        write_files(tmp_path, files)
        assert run(tmp_path / "bot", "scan").code == 2
        assert run(tmp_path / "bot", "baseline", "write").code == 0
        assert (tmp_path / "ci" / "known.json").exists()
        assert run(tmp_path / "bot", "scan").code == 0
        assert run(tmp_path, "scan").code == 0
        write_files(tmp_path, {"bot/b.env": credentials.key_line()})
        assert run(tmp_path, "scan").code == 1
        assert run(tmp_path, "baseline", "update").code == 0
        assert run(tmp_path, "scan").code == 0

    def test_command_line_wins(self, tmp_path: Path, credentials: Credentials, run: Run) -> None:
        write_files(tmp_path, {"okxguard.toml": 'baseline = "one.json"\n', "a.env": credentials.key_line()})
        write_files(tmp_path, {"one.json": document(), "two.json": document()})
        assert run(tmp_path, "baseline", "update", "--baseline", "two.json").code == 0
        assert run(tmp_path, "scan").code == 1
        assert run(tmp_path, "scan", "--baseline", "two.json").code == 0

    @pytest.mark.parametrize("value", ["7", '""', '["a"]', "true", '"a\\u0000b"'])
    def test_wrong_value(self, value: str, tmp_path: Path, run: Run) -> None:
        write_files(tmp_path, {"okxguard.toml": f"baseline = {value}\n", "a.py": "x = 1\n"})
        result = run(tmp_path, "scan")
        assert result.code == 2
        assert "key 'baseline' must be" in result.err

    def test_without_one_the_default_file_means_nothing(self, accepted: Path, run: Run) -> None:
        assert run(accepted, "scan").code == 1


def test_what_is_accepted_is_counted(accepted: Path, scan_json: ScanJson) -> None:
    everything = scan_json(accepted, "--min-confidence", "low")["summary"]
    summary = scan_json(accepted, "--baseline", NAME, "--min-confidence", "low")["summary"]
    assert (summary["findings"], summary["baselined"]) == (0, everything["findings"])
    assert everything["baselined"] == 0


def test_fingerprints_of_the_report_do_not_depend_on_a_baseline(accepted: Path, scan_json: ScanJson) -> None:
    (accepted / "empty.json").write_text(document())
    plain, with_empty = (scan_json(accepted, *each)["findings"] for each in ((), ("--baseline", "empty.json")))
    assert plain == with_empty


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


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(PATHS), texts()), min_size=1, max_size=4), st.randoms())
def test_what_was_written_is_accepted(drawn: list[tuple[str, tuple[str, list[str]]]], random: Random) -> None:
    """Whatever the files and their order, a baseline of them accepts all of them, holds no value, and can be read."""
    sources = [Source("file", f"{at}/{path}", text[0].encode(), path) for at, (path, text) in enumerate(drawn)]
    empty = Baseline(random.randbytes(32), folder="/r", root="/r")
    options = Options(frozenset(RULEBOOK.rules), "2026-01-01", min_confidence=Confidence.LOW, baseline=empty)
    written = empty.with_findings(Scanner(RULEBOOK, options).scan(sources).findings)
    text = render_baseline(written)
    assert not any(value and len(value) > 8 and value in text for _, each in drawn for value in each[1])
    accepted = read_baseline(text.encode(), "baseline")._replace(folder="/r", root="/r")
    assert accepted == written
    random.shuffle(sources)
    report = Scanner(RULEBOOK, options._replace(baseline=accepted)).scan(sources)
    assert (report.findings, accepted.with_findings(report.findings)) == ((), accepted)
    assert report.baselined >= len(set(accepted.known)) or not accepted.known


class TestRanges:
    """In a range of commits the baseline is that of the base: nobody accepts their own findings."""

    @pytest.fixture
    def repository(self, tmp_path: Path, credentials: Credentials, run: Run) -> RepositoryBuilder:
        repository = RepositoryBuilder(tmp_path / "repository")
        repository.write({"key.env": credentials.key_line(), "old.py": LEAK, "okxguard.toml": f'baseline = "{NAME}"\n'})
        assert run(repository.folder, "baseline", "write").code == 0
        repository.git("add", "-A")
        repository.commit()
        return repository

    def test_what_the_base_accepts_is_left_out(self, repository: RepositoryBuilder, run: Run) -> None:
        base = repository.head()
        text = (repository.folder / "key.env").read_text()
        repository.git("mv", "old.py", "new.py")
        repository.commit({"moved.env": text})
        result = run(repository.folder, "scan", "--diff", base)
        assert (result.code, result.out) == (0, "")
        assert "1 older than the range, 1 baselined" in result.err

    def test_what_the_range_accepts_is_told(
        self, repository: RepositoryBuilder, credentials: Credentials, run: Run
    ) -> None:
        base = repository.head()
        repository.write({"new.env": credentials.key_line()})
        assert run(repository.folder, "baseline", "update").code == 0
        repository.git("add", "-A")
        repository.commit()
        assert run(repository.folder, "scan").code == 0
        result = run(repository.folder, "scan", "--diff", base)
        assert result.code == 1
        assert result.out.startswith("new.env:1:13: OKX104")
        assert f"{NAME}: is changed in this range" in result.err

    def test_naming_another_baseline_weakens(
        self, repository: RepositoryBuilder, credentials: Credentials, run: Run
    ) -> None:
        base = repository.head()
        repository.write({"new.env": credentials.key_line(), "okxguard.toml": 'baseline = "other.json"\n'})
        assert run(repository.folder, "baseline", "write").code == 0
        repository.git("add", "-A")
        repository.commit()
        result = run(repository.folder, "scan", "--diff", base)
        assert result.code == 1
        assert "another baseline is used" in result.err

    def test_what_is_older_has_not_moved(self, repository: RepositoryBuilder, scan_json: ScanJson) -> None:
        base = repository.head()
        repository.commit({"old.py": LEAK + "\n\nx = 1\n", "new.py": LEAK})
        report = scan_json(repository.folder, "--diff", base)
        assert [finding["path"] for finding in report["findings"]] == ["new.py"]

    def test_base_without_the_baseline(self, repository: RepositoryBuilder, run: Run) -> None:
        base = repository.head()
        repository.commit({"other.json": (repository.folder / NAME).read_text()})
        result = run(repository.folder, "scan", "--diff", base, "--baseline", "other.json")
        assert result.code == 2
        assert "other.json: does not exist" in result.err

    def test_index(self, repository: RepositoryBuilder, credentials: Credentials, scan_json: ScanJson) -> None:
        repository.git("mv", "old.py", "new.py")
        repository.stage({"new.env": credentials.key_line(), "further.py": LEAK})
        findings = scan_json(repository.folder, "--staged")["findings"]
        assert [finding["path"] for finding in findings] == ["new.env", "new.py"]
