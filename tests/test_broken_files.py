"""What is said of files that cannot be parsed shows nothing of them, wherever their parser stops."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.archives import zip_of
from tests.conftest import Credentials, Run, write_files
from tests.repositories import RepositoryBuilder

# A passphrase stands where the parser of the syntax stops; key and secret make sure that the file is read.
BROKEN: dict[str, str] = {
    "a.json": '{{"okx": {{"apiKey": "{key}", "secretKey": "{secret}", "passphrase": {phrase}}}}}',
    "b.json": '{{"okx": {{"apiKey": "{key}", "secretKey": "{secret}", "passphrase": "{phrase}',
    "names.json": '{{"okx": {{"apiKey": "{key}", "secretKey": "{secret}", {phrase}: 1, "{phrase}" "x": 1}}}}',
    "a.json5": "{{okx: {{apiKey: '{key}', secretKey: '{secret}', passphrase: '{phrase}\n' {phrase}}}}}",
    "a.jsonl": '{{"okx_api_key": "{key}", "okx_secret": "{secret}"}}\n{{"okx_passphrase": {phrase}}}\n',
    "a.yml": "okx:\n  api_key: {key}\n  secret_key: {secret}\n  passphrase: '{phrase}\n  ]: {phrase}\n",
    "anchor.yml": "okx:\n  api_key: {key}\n  secret_key: {secret}\n  passphrase: *{phrase}\n",
    "tag.yml": "okx:\n  api_key: {key}\n  secret_key: {secret}\n  passphrase: !!{phrase} x\n",
    "quoted.yml": 'okx:\n  api_key: {key}\n  secret_key: {secret}\n  passphrase: "{phrase}\\q"\n',
    "block.yml": "okx:\n  api_key: {key}\n  secret_key: {secret}\n  passphrase: |{phrase}\n",
    "a.toml": '[okx]\napi_key = "{key}"\nsecret_key = "{secret}"\npassphrase = {phrase}\n',
    "twice.toml": '[okx]\napi_key = "{key}"\nsecret_key = "{secret}"\n"{phrase}" = 1\n"{phrase}" = 2\n',
    "open.toml": '[okx]\napi_key = "{key}"\nsecret_key = "{secret}"\npassphrase = "{phrase}\\q"\n',
    "table.toml": '[okx]\napi_key = "{key}"\nsecret_key = "{secret}"\n[{phrase}\n',
    "a.ini": "[okx\napi_key = {key}\nsecret_key = {secret}\npassphrase = %({phrase}\n{phrase}\n",
    "a.properties": "okx.apiKey={key}\nokx.secretKey={secret}\nokx.passphrase={phrase}\\u12\n",
    "a.env": "OKX_API_KEY={key}\nOKX_SECRET_KEY={secret}\nOKX_PASSPHRASE='{phrase}\n",
    "a.xml": "<okx><apiKey>{key}</apiKey><secretKey>{secret}</secretKey><passphrase>{phrase}</{phrase}></okx>",
    "entity.xml": "<okx><apiKey>{key}</apiKey><secretKey>{secret}</secretKey><passphrase>&{phrase};</okx>",
    "attribute.xml": '<okx apiKey="{key}" secretKey="{secret}" passphrase={phrase}/>',
    "a.plist": "<plist><dict><key>okx_secret</key><string>{secret}</string><key>okx_passphrase</key><{phrase}",
    "a.html": '<form okx><input name="apiKey" value="{key}"><input name="passphrase" value="{phrase}<!-- </{phrase}',
    "a.csv": 'exchange,api_key,secret_key,passphrase\nokx,{key},{secret},"{phrase}\nokx,{key}\n',
    "a.sql": "INSERT INTO okx (api_key, secret_key, passphrase) VALUES ('{key}', '{secret}', '{phrase}",
    "a.ipynb": '{{"cells": [{{"cell_type": "code", "source": ["okx_api_key = \'{key}\'", "p = {phrase}"], {phrase}',
    "a.py": 'okx_api_key = "{key}"\nokx_secret_key = "{secret}"\nokx_passphrase = "{phrase}\nprint {phrase}\n',
    "escape.py": 'okx_secret_key = "{secret}"\nokx_passphrase = "{phrase}\\x"\nprint(okx_passphrase)\n',
    "indent.py": 'okx_api_key = "{key}"\nokx_secret_key = "{secret}"\n   {phrase} = 1\n  okx_passphrase = "{phrase}"\n',
    "import.py": 'import okx_{secret}\nfrom okx_{secret} import secret_key\nprint(secret_key)\n',
    "a.js": "const okx = {{apiKey: '{key}', secretKey: '{secret}', passphrase: '{phrase}\n}} {phrase}",
    "a.go": 'okx := Client{{ApiKey: "{key}", SecretKey: "{secret}", Passphrase: `{phrase}',
    "a.tf": 'variable "okx_secret_key" {{ default = "{secret}" }}\nvariable "okx_passphrase" {{ default = <<{phrase}\n',
    "a.sh": "export OKX_API_KEY={key} OKX_SECRET_KEY={secret}\ncat <<{phrase}\nOKX_PASSPHRASE='{phrase}\n",
    "Dockerfile": "FROM x\nENV OKX_API_KEY={key} OKX_SECRET_KEY={secret} OKX_PASSPHRASE='{phrase} \\\n",
    "a.md": "# OKX\n\n| key | {key} |\n\n```json\n{{\"secretKey\": \"{secret}\", \"passphrase\": {phrase}\n",
    "a.eml": "Subject: OKX\nContent-Type: multipart/mixed; boundary={phrase}\n\n--{phrase}\nsecret: {secret}\n",
    "a.netrc": "machine okx.com login {key} password {secret} macdef {phrase}",
    "a.patch": "--- a/.env\n+++ b/.env\n@@ -1 +1,{phrase} @@\n+OKX_API_KEY={key}\n+OKX_PASSPHRASE={phrase}\n",
    "a.tex": "\\okxkey{{{key}}} \\okxpassphrase{{{phrase}",
    "a.txt": "okx api key: {key}\nokx secret key: {secret}\nokx passphrase: {phrase}\x01\x02",
}  # fmt: skip
FORMS = (
    ("-v",), ("--format", "json"), ("--format", "sarif"), ("--format", "github"), ("--min-confidence", "low", "-v"),
)  # fmt: skip


def broken(template: str, credentials: Credentials) -> str:
    return template.format(key=credentials.key(), secret=credentials.secret(), phrase=credentials.passphrase())


def shown(run: Run, folder: Path, credentials: Credentials, *arguments: str) -> list[str]:
    """Return the values that one of the forms of the report shows."""
    results = [run(folder, "scan", *arguments, *form) for form in FORMS]
    assert not [result.err for result in results if "bug in okxguard" in result.err]
    return [value for result in results for value in credentials.made if value in result.out + result.err]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_shows_nothing(name: str, tmp_path: Path, credentials: Credentials, run: Run) -> None:
    data = broken(BROKEN[name], credentials)
    write_files(tmp_path / "files", {name: data, "a.zip": zip_of({f"conf/{name}": data.encode()})})
    assert shown(run, tmp_path / "files", credentials) == []


@pytest.mark.parametrize("mode", [("--staged",), ("--diff", "HEAD^"), ("--history",)], ids=lambda mode: mode[0])
def test_broken_files_of_a_repository_show_nothing(
    mode: tuple[str, ...], repository: RepositoryBuilder, credentials: Credentials, run: Run
) -> None:
    repository.commit({"README.md": "hello\n"})
    repository.commit({name: broken(template, credentials) for name, template in BROKEN.items()})
    assert shown(run, repository.folder, credentials, *mode) == []


SETTINGS: dict[str, dict[str, str]] = {
    "broken TOML": {"okxguard.toml": "exclude = [{phrase}]\n"},
    "unknown key": {"okxguard.toml": '"{phrase}" = 1\n'},
    "unknown key of a project": {"pyproject.toml": '[tool.okxguard]\n"{phrase}" = 1\n'},
    "broken project": {"pyproject.toml": "[tool.okxguard]\n[{phrase}\n"},
    "key twice": {"okxguard.toml": '"{phrase}" = 1\n"{phrase}" = 2\n'},
    "no rule": {"okxguard.toml": 'select = ["{phrase}"]\n'},
    "no rule to ignore": {"okxguard.toml": 'ignore = ["{phrase}"]\n'},
    "no level": {"okxguard.toml": 'min-severity = "{phrase}"\n'},
    "no pattern": {"okxguard.toml": 'exclude = ["[{phrase}"]\n'},
    "no baseline": {"okxguard.toml": 'baseline = "base.json"\n', "base.json": '{{"{phrase}": {phrase}'},
    "other baseline": {"okxguard.toml": 'baseline = "base.json"\n', "base.json": '{{"version": "{phrase}"}}'},
    "odd rule": {
        "okxguard.toml": 'baseline = "base.json"\n',
        "base.json": '{{"version": 1, "key": "' + "0" * 64 + '", "findings": [{{"rule": "{phrase}", "path": "",'
        ' "fingerprint": ""}}]}}',
    },
    "odd submodule": {".gitmodules": '[submodule "{phrase}"]\n\tpath = {phrase}\n\turl = {phrase}\n[{phrase}\n'},
}  # fmt: skip


@pytest.mark.parametrize("files", SETTINGS.values(), ids=SETTINGS)
def test_broken_settings_show_nothing(
    files: dict[str, str], repository: RepositoryBuilder, credentials: Credentials, run: Run
) -> None:
    repository.commit({"README.md": "hello\n"})
    phrase = credentials.passphrase()
    repository.commit({name: text.format(phrase=phrase) for name, text in files.items()})
    for mode in ((), ("--staged",), ("--diff", "HEAD^"), ("--history",)):
        assert shown(run, repository.folder, credentials, *mode) == []


@pytest.mark.parametrize(
    "folder", ["okx_passphrase={phrase}", "okx passphrase={phrase} old", "OKX_PASSPHRASE={phrase}/conf"]
)
def test_folders_around_the_scan_show_nothing(
    folder: str, repository: RepositoryBuilder, credentials: Credentials, run: Run
) -> None:
    name = folder.format(phrase=credentials.passphrase())
    repository.commit({f"{name}/.env": credentials.key_line(), f"{name}/okxguard.toml": "", f"{name}/broken.toml": "a"})
    inside = repository.folder / name
    assert shown(run, inside, credentials) == []
    for config in ("okxguard.toml", "broken.toml", "none.toml"):
        assert shown(run, repository.folder, credentials, name, "--config", f"{name}/{config}") == []
    assert run(inside, "scan", "-o", "report.sarif").code == 1
    assert credentials.made[0].rstrip("!") not in (inside / "report.sarif").read_text(encoding="utf-8")


def test_other_names_of_folders_are_shown(repository: RepositoryBuilder, credentials: Credentials, run: Run) -> None:
    name = "date=2027-01-31/part=00000001"
    repository.commit({f"{name}/.env": credentials.key_line()})
    run(repository.folder / name, "scan", "-o", "report.sarif")
    assert "part%3D00000001" in (repository.folder / name / "report.sarif").read_text(encoding="utf-8")
