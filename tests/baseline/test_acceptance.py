"""What is accepted stays accepted, wherever it moves, and what is new is told."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okxguard.baseline import Baseline, read_baseline, render_baseline
from okxguard.model import Confidence, Source
from okxguard.scan import Options, Scanner
from tests.baseline.conftest import CHANGES, LEAK, NAME, POLICY, RULES, Change, Files, document, rewrite, without
from tests.conftest import Credentials, Run, ScanJson, write_files
from tests.test_properties import PATHS, RULEBOOK, texts


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


# One value of a file, by a pattern, what takes its place, and the rule that tells it.
REPLACED = {
    "another key": ("key.env", "=.+", "={key}", "OKX104"),
    "another secret": ("secret.py", '".+"', '"{secret}"', "OKX102"),
    "another passphrase": ("phrase.py", '".+"', '"{passphrase}"', "OKX103"),
    "another token": ("token.env", "=.+", "={token}", "OKX105"),
    "another key in a set": ("conf/okx.yml", "api_key: .+", "api_key: {key}", "OKX101"),
    "another secret in a set": ("conf/okx.yml", "secret_key: .+", "secret_key: {secret}", "OKX101"),
}


@pytest.mark.parametrize(("name", "old", "new", "rule"), REPLACED.values(), ids=REPLACED)
def test_what_is_replaced_is_told(
    name: str, old: str, new: str, rule: str, accepted: Path, files: Files, scan_json: ScanJson
) -> None:
    made = Credentials(seed=7)
    token = (made.secret() + made.secret()).lower()
    value = new.format(key=made.key(), secret=made.secret(), passphrase=made.passphrase(), token=token)
    text, count = re.subn(old, lambda _: value, files[name], count=1)
    assert count == 1
    rewrite(accepted, {**files, name: text})
    report = scan_json(accepted, "--baseline", NAME)
    assert [(finding["path"], finding["rule"]) for finding in report["findings"]] == [(name, rule)]


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


def test_what_is_accepted_is_counted(accepted: Path, scan_json: ScanJson) -> None:
    everything = scan_json(accepted, "--min-confidence", "low")["summary"]
    summary = scan_json(accepted, "--baseline", NAME, "--min-confidence", "low")["summary"]
    assert (summary["findings"], summary["baselined"]) == (0, everything["findings"])
    assert everything["baselined"] == 0


def test_fingerprints_of_the_report_do_not_depend_on_a_baseline(accepted: Path, scan_json: ScanJson) -> None:
    (accepted / "empty.json").write_text(document())
    plain, with_empty = (scan_json(accepted, *each)["findings"] for each in ((), ("--baseline", "empty.json")))
    assert plain == with_empty


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
