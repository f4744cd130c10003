"""What `okxguard baseline` does, and which baseline a configuration names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.baseline.conftest import CHANGES, LEAK, NAME, Change, Files, document, rewrite, without
from tests.conftest import Credentials, Run, write_files


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

    @pytest.mark.parametrize("action", ["update", "prune"])
    def test_only_write_can_be_forced(self, action: str, accepted: Path, run: Run) -> None:
        result = run(accepted, "baseline", action, "--force")
        assert result.code == 2
        assert "--force counts only with write" in result.err

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
        result = run(tmp_path, "baseline", action, *(("--force",) if action == "write" else ()))
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
