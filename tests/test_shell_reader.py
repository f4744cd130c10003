"""Scripts and what is written like them: every way to give a name a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Credentials, ScanJson, write_files

# Each names a key, a secret and a passphrase once.
SCRIPTS = {
    "export": ("a.sh", "export OKX_API_KEY={k}\nexport OKX_SECRET='{s}'\nreadonly OKX_PASSPHRASE=\"{p}\"\n"),
    "inline": ("a.sh", "OKX_API_KEY={k} OKX_SECRET={s} OKX_PASSPHRASE='{p}' ./bot\n"),
    "default": ("a.sh", ': "${{OKX_API_KEY:={k}}}" "${{OKX_SECRET:-{s}}}"\nX=${{OKX_PASSPHRASE:-{p}}}\n'),
    "array": ("a.sh", "declare -A OKX=(\n  [api_key]={k}\n  [secret]='{s}'\n  [passphrase]='{p}'\n)\n"),
    "dotenv": ("a.sh", "cat > .env <<EOF\nOKX_API_KEY={k}\nOKX_SECRET={s}\nOKX_PASSPHRASE={p}\nEOF\n"),
    "json": (
        "a.sh",
        'tee okx.json <<\'EOF\'\n{{"apiKey": "{k}",\n"secretKey": "{s}",\n"passphrase": "{p}"}}\nEOF\n',
    ),
    "literals": (
        "a.sh",
        "kubectl create secret generic okx --from-literal=API_KEY={k} \\\n --from-literal=API_SECRET={s} \\\n"
        " --from-literal='API_PASSPHRASE={p}'\n",
    ),
    "stores": (
        "a.sh",
        "gh secret set OKX_API_KEY --body {k}\naws ssm put-parameter --name /okx/secret_key --value {s}\n"
        "heroku config:set OKX_PASSPHRASE='{p}'\n",
    ),
    "printf": ("a.sh", "printf 'OKX_API_KEY=%s\\nOKX_SECRET=%s\\nOKX_PASSPHRASE=%s\\n' {k} {s} '{p}' > .env\n"),
    "redis": ("a.sh", "redis-cli HSET okx api_key {k} secret_key {s} passphrase '{p}'\n"),
    "positions": ("a.sh", "./okx_bot.sh {k} {s} '{p}'\n"),
    "fish": ("a.fish", "set -gx OKX_API_KEY {k}\nset --export OKX_SECRET {s}\nset -x OKX_PASSPHRASE '{p}'\n"),
    "csh": (".cshrc", "setenv OKX_API_KEY {k}\nsetenv OKX_SECRET {s}\nsetenv OKX_PASSPHRASE '{p}'\n"),
    "batch": ("a.bat", 'set OKX_API_KEY={k}\nsetx OKX_SECRET "{s}" /M\nset "OKX_PASSPHRASE={p}"\n'),
    "powershell": (
        "a.ps1",
        "$env:OKX_API_KEY = '{k}'\n[Environment]::SetEnvironmentVariable('OKX_SECRET', '{s}', 'User')\n"
        'Set-Secret -Name OKX_PASSPHRASE -Secret "{p}"\n',
    ),
    "hashtable": ("a.ps1", "$okx = @{{ ApiKey = '{k}'; SecretKey = '{s}'\n  Passphrase = '{p}' }}\n"),
    "here-string": ("a.ps1", '@"\nOKX_API_KEY={k}\nOKX_SECRET={s}\nOKX_PASSPHRASE={p}\n"@ | Out-File .env\n'),
    "docker": (
        "Dockerfile",
        "ENV OKX_API_KEY={k} \\\n    # why\n    OKX_SECRET={s}\nENV OKX_PASSPHRASE {p}\nRUN ./x\n",
    ),
    "make": ("Makefile", "OKX_API_KEY := {k}\nexport OKX_SECRET ?= {s}  # c\nrun:\n\tOKX_PASSPHRASE='{p}' ./x\n"),
    "just": ("justfile", 'export OKX_API_KEY := "{k}"\nOKX_SECRET := \'{s}\'\nOKX_PASSPHRASE := "{p}"\n'),
    "crontab": ("crontab", "OKX_API_KEY={k}\nOKX_SECRET={s}\n* * * * * OKX_PASSPHRASE='{p}' /bot\n"),
}


@pytest.mark.parametrize(("name", "text"), SCRIPTS.values(), ids=SCRIPTS)
def test_three_parts_are_one_credential(
    tmp_path: Path, scan_json: ScanJson, credentials: Credentials, name: str, text: str
) -> None:
    values = {"k": credentials.key(), "s": credentials.secret(), "p": credentials.passphrase()}
    filled = text.format(**values)
    write_files(tmp_path, {name: filled})
    parts = {part["role"]: part for finding in scan_json(tmp_path)["findings"] for part in finding["parts"]}
    lines = filled.split("\n")
    said = {role: lines[part["line"] - 1][part["column"] - 1 : part["end_column"] - 1] for role, part in parts.items()}
    assert said == {"api_key": values["k"], "secret_key": values["s"], "passphrase": values["p"]}


def test_header_and_body_of_a_request_are_read(tmp_path: Path, scan_json: ScanJson, credentials: Credentials) -> None:
    key, passphrase = credentials.key(), credentials.passphrase()
    text = (
        f"curl https://www.okx.com/x -H 'OK-ACCESS-KEY: {key}' \\\n  --header=\"OK-ACCESS-PASSPHRASE: {passphrase}\"\n"
    )
    write_files(tmp_path, {"a.sh": text})
    (finding,) = scan_json(tmp_path)["findings"]
    assert [(part["role"], part["line"]) for part in finding["parts"]] == [("api_key", 1), ("passphrase", 2)]


def test_patch_tells_old_from_new(tmp_path: Path, scan_json: ScanJson, credentials: Credentials) -> None:
    old, new = credentials.dotenv().splitlines(), credentials.dotenv().splitlines()
    changed = "".join(f"-{before}\n+{after}\n" for before, after in zip(old, new, strict=True))
    write_files(tmp_path, {"a.diff": f"--- a/.env\n+++ b/.env\n@@ -1,3 +1,3 @@\n{changed}"})
    findings = scan_json(tmp_path)["findings"]
    assert [[part["line"] for part in finding["parts"]] for finding in findings] == [[4, 6, 8], [5, 7, 9]]
