"""In a range of commits the baseline is that of the base: nobody accepts their own findings."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.baseline.conftest import LEAK, NAME
from tests.conftest import Credentials, Run, ScanJson
from tests.repositories import RepositoryBuilder


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
