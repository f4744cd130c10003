"""Credentials in the names of files and folders: found where the name says what they are, and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Credentials, Run, ScanJson, write_files
from tests.repositories import RepositoryBuilder

FIRES = {
    "okx_api_key={key}.txt": "OKX104",
    "okx_secret_{secret}.json": "OKX102",
    "okx_passphrase={passphrase}": "OKX103",
    "okx_secret_key/{secret}": "OKX102",
    "okx_secret_key/{secret}.txt": "OKX102",
    "okx_secret_key/{secret}/orders.json": "OKX102",
    "bots/okx.secret.key/{secret}/orders.json": "OKX102",
    "okx-api-key/{key}": "OKX104",
    "okx-api-key/{key}/data.csv": "OKX104",
}
SILENT = [
    "okx/{secret}",
    "okx/cache/{secret}.json",
    "okx/{key}.json",
    "okx/api_keys/{key}.json",
    "okx_api_keys/{key}",
    "okx_secret_keys_by_hash/{secret}",
    "okx_secret_key_cache/{secret}.json",
    "okx_secret_key/checksums/{secret}",
    "okx_secret_key/archive/{secret}.json",
    "okx_secret_key/{secret}{secret}",
    "okx_secret_key/build-{key}-{key}",
    "binance_secret_key/{secret}",
    "secret_key/{secret}",
    "okx_passphrase/{passphrase}",
    "okx_passphrase/Validator2Test.java",
]


def named(template: str, credentials: Credentials) -> str:
    return template.format(
        key=credentials.key(), secret=credentials.secret(), passphrase=credentials.passphrase().rstrip("!")
    )


@pytest.mark.parametrize("template", FIRES)
def test_value_in_a_path_is_found_and_not_shown(
    template: str, tmp_path: Path, credentials: Credentials, run: Run, scan_json: ScanJson
) -> None:
    write_files(tmp_path, {named(template, credentials): "nothing\n"})
    report = scan_json(tmp_path)
    assert [finding["rule"] for finding in report["findings"]] == [FIRES[template]]
    assert "[redacted]" in report["findings"][0]["path"]
    for form in ("text", "json", "sarif", "github"):
        result = run(tmp_path, "scan", "-v", "--format", form)
        assert not [value for value in credentials.made if value in result.out + result.err]


@pytest.mark.parametrize("template", SILENT)
def test_other_names_are_left_alone(
    template: str, tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    write_files(tmp_path, {named(template, credentials): "nothing\n"})
    report = scan_json(tmp_path)
    assert (report["findings"], report["summary"]["held_back"]) == ([], 0)


REFS = {
    "refs/heads/fix/okx_api_key={key}": "(name of a branch)",
    "refs/remotes/origin/okx-api-key-{key}": "(name of a branch)",
    "refs/tags/okx_api_key/{key}": "(name of a tag)",
    "refs/other/okx_api_key={key}": "(name of a ref)",
}
PLAIN_REFS = [
    "refs/heads/fix/{key}",
    "refs/heads/okx/{secret}",
    "refs/heads/okx-{key}",
    "refs/tags/okx_v1_{secret}",
    "refs/heads/okx_api_key",
    "refs/heads/binance_api_key={key}",
]


@pytest.mark.parametrize("mode", [("--history",), ("--diff", "HEAD^")], ids=lambda mode: mode[0])
class TestNamesOfRefs:
    """Names of branches and tags are found at a place of their own."""

    @pytest.mark.parametrize("template", REFS)
    def test_value_is_found_and_not_shown(
        self,
        template: str,
        mode: tuple[str, ...],
        repository: RepositoryBuilder,
        credentials: Credentials,
        run: Run,
        scan_json: ScanJson,
    ) -> None:
        repository.commit({"a.txt": "1\n"})
        head = repository.commit({"a.txt": "2\n"})
        first, kind, name = named(template, credentials).split("/", 2)
        repository.git("update-ref", f"{first}/{kind}/x\u202e##y/{name}", "HEAD")
        (finding,) = scan_json(repository.folder, *mode)["findings"]
        assert (finding["rule"], finding["path"], finding["commit"]) == ("OKX104", REFS[template], head)
        for form in ("text", "json", "sarif", "github"):
            result = run(repository.folder, "scan", *mode, "--format", form, "-v")
            assert "[redacted]" in result.out
            assert not [value for value in (*credentials.made, "\u202e", "##y") if value in result.out + result.err]

    @pytest.mark.parametrize("template", PLAIN_REFS)
    def test_other_names_are_left_alone(
        self,
        template: str,
        mode: tuple[str, ...],
        repository: RepositoryBuilder,
        credentials: Credentials,
        scan_json: ScanJson,
    ) -> None:
        repository.commit({"a.txt": "1\n"})
        repository.commit({"a.txt": "2\n"})
        repository.git("update-ref", named(template, credentials), "HEAD")
        report = scan_json(repository.folder, *mode)
        assert (report["findings"], report["summary"]["held_back"]) == ([], 0)
