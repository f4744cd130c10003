"""The detect-secrets plugins, through the real programs of detect-secrets."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

_ROOT = Path(__file__).resolve().parents[2]
_PLUGIN = str(_ROOT / "okxguard" / "detect_secrets_plugin.py")
_SHOW_CALLS = ["--disable-filter", "detect_secrets.filters.heuristic.is_indirect_reference"]
_KEY, _SECRET, _PASSPHRASE = "OKX API Key", "OKX Secret Key", "OKX Passphrase"
_MADE_UP = "".join(secrets.choice("bghkmqrtvw") + secrets.choice("23456789") for _ in range(6))
_VALUES = {
    "key": str(uuid.uuid4()),
    "secret": secrets.token_hex(16).upper(),
    "passphrase": f"{_MADE_UP}!",
    "uuid": str(uuid.uuid4()),
    "kucoin_key": secrets.token_hex(12),
}
_VALUES["head"], _VALUES["tail"] = _VALUES["secret"][:16], _VALUES["secret"][16:]

Found = set[tuple[str, int]]

_FIRES: dict[str, tuple[str, Found]] = {
    ".env": (
        "PORT=1\nOKX_API_KEY={key}\nOKX_SECRET_KEY={secret}\nOKX_PASSPHRASE={passphrase}\n",
        {(_KEY, 2), (_SECRET, 3), (_PASSPHRASE, 4)},
    ),
    "conf/app.yaml": (
        "# note\nokx:\n  api_key: {key}\n  secret_key: '{secret}'\n  passphrase: \"{passphrase}\"\nport: 3\n",
        {(_KEY, 3), (_SECRET, 4), (_PASSPHRASE, 5)},
    ),
    "conf/flow.yaml": (
        "a: {{b: c, d: e}}\nokx: {{api_key: {key}, secret_key: '{secret}', passphrase: '{passphrase}'}}\nf: g\n",
        {(_KEY, 2), (_SECRET, 2), (_PASSPHRASE, 2)},
    ),
    "conf/block.yaml": (
        "data:\n  env: |\n    OKX_API_KEY={key}\n    OKX_SECRET_KEY={secret}\n    OKX_PASSPHRASE={passphrase}\n",
        {(_KEY, 3), (_SECRET, 4), (_PASSPHRASE, 5)},
    ),
    "conf/comment.yaml": ("port: 1\n\n# okx_secret_key: '{secret}'\n", {(_SECRET, 3)}),
    "app.ini": (
        "[okx]\napi_key = {key}\nsecret_key = {secret}\n; okx_passphrase = {passphrase}\n",
        {(_KEY, 2), (_SECRET, 3), (_PASSPHRASE, 4)},
    ),
    "names.py": (
        "OKX_API_KEY = '{key}'\nOKX_SECRET_KEY = '{secret}'\nOKX_PASSPHRASE = '{passphrase}'\n",
        {(_KEY, 1), (_SECRET, 2), (_PASSPHRASE, 3)},
    ),
    "pieces.py": ('OKX_SECRET_KEY = (\n    "{head}"\n    "{tail}"\n)\n', {(_SECRET, 2)}),
    "positions.py": (
        "from okx import Account\n\nAPI = Account.AccountAPI(\n    '{key}',\n    '{secret}',\n    '{passphrase}',\n)\n",
        {(_KEY, 4), (_SECRET, 5), (_PASSPHRASE, 6)},
    ),
    "line.json": (
        '{{"account_id": 5, "okx": {{"apiKey": "{key}", "secretKey": "{secret}", "passphrase": "{passphrase}"}}}}\n',
        {(_KEY, 1), (_SECRET, 1), (_PASSPHRASE, 1)},
    ),
    "dollar.env": (
        "OKX_SECRET_KEY={secret}\nOKX_PASSPHRASE='${passphrase}'\n",
        {(_SECRET, 1), (_PASSPHRASE, 2)},
    ),
    "uuid.env": ("OKX_SECRET_KEY={secret}\nOKX_PASSPHRASE={uuid}!\n", {(_SECRET, 1), (_PASSPHRASE, 2)}),
    "-": ("OKX_SECRET_KEY={secret}\n", {(_SECRET, 1)}),
}

_SILENT = {
    "kucoin.env": "KUCOIN_API_KEY={kucoin_key}\nKUCOIN_SECRET_KEY={uuid}\nKUCOIN_PASSPHRASE={passphrase}\n",
    "kucoin.yaml": "kucoin:\n  apiKey: {kucoin_key}\n  secret: {uuid}\n  passphrase: '{passphrase}'\n",
    "example.env": "OKX_API_KEY=your-api-key\nOKX_SECRET_KEY=<secret>\nOKX_PASSPHRASE=changeme\n",
    "reference.env": "OKX_API_KEY=${{KEY}}\nOKX_SECRET_KEY=$SECRET\nOKX_PASSPHRASE=${{PASSPHRASE:-}}\n",
    "reference.py": "import os\nOKX_SECRET_KEY = os.environ['OKX_SECRET_KEY']\n",
    "orders.py": "# okx\nclient_order_id = '{uuid}'\nrequest_id = '{key}'\n",
    "allowed.env": "OKX_SECRET_KEY={secret} # pragma: allowlist secret\n",
    "ignored.env": '# okxguard: ignore[OKX102] reason="made up"\nOKX_SECRET_KEY={secret}\n',
    # detect-secrets shows a plugin no line that looks like a call, and no file that is not UTF-8.
    "call.py": "from okx import Account\nAPI = Account.AccountAPI('{key}', '{secret}', '{passphrase}')\n",
    "wide.env": "OKX_SECRET_KEY={secret}\n",
}


def _program(name: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which(name, path=os.path.dirname(sys.executable)) or shutil.which(name)
    assert program, f"{name} is not installed"
    # The plugin has to find okxguard by itself, git the repository of the test.
    inherited = os.environ.items()
    environment = {key: value for key, value in inherited if not key.startswith(("GIT_", "PYTHONPATH"))}
    command = [program, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False)


def _write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.format(**_VALUES).encode("utf-16" if name.startswith("wide") else "utf-8"))


def _repository(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        _write(folder, name, text)
    _program("git", "init", "--quiet", folder=folder)
    _program("git", "add", "--all", folder=folder)
    return folder


def _okx(output: str) -> dict[str, Found]:
    """Return what the plugins found, by file."""
    found: dict[str, Found] = {}
    for name, results in json.loads(output)["results"].items():
        places = {(result["type"], result["line_number"]) for result in results}
        okx = {place for place in places if place[0].startswith("OKX")}
        if okx:
            found[name.replace("\\", "/")] = okx
    return found


def _scan(folder: Path, *arguments: str) -> dict[str, Found]:
    done = _program("detect-secrets", "scan", "-p", _PLUGIN, *arguments, folder=folder)
    assert done.returncode == 0, done.stderr
    return _okx(done.stdout)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with all the files above."""
    files = {name: text for name, (text, _) in _FIRES.items()}
    return _repository(tmp_path_factory.mktemp("repository"), files | _SILENT)


@pytest.fixture(scope="module")
def found(repository: Path) -> dict[str, Found]:
    """What a scan of that repository reports."""
    return _scan(repository)


@pytest.mark.parametrize("name", _FIRES)
def test_scan_reports_types_and_lines(found: dict[str, Found], name: str) -> None:
    assert found.get(name) == _FIRES[name][1]


@pytest.mark.parametrize("name", _SILENT)
def test_scan_is_silent(found: dict[str, Found], name: str) -> None:
    assert name not in found


def test_scan_reports_calls_without_the_filter_for_them(repository: Path) -> None:
    found = _scan(repository, "call.py", *_SHOW_CALLS)
    assert found == {"call.py": {(_KEY, 2), (_SECRET, 2), (_PASSPHRASE, 2)}}


def test_scan_reports_what_is_allowed_when_asked_to(repository: Path) -> None:
    assert _scan(repository, "--only-allowlisted") == {"allowed.env": {(_SECRET, 1)}}


@pytest.mark.parametrize(
    ("line", "detectors"),
    [
        ("OKX_API_KEY={key}", {"OkxApiKeyDetector"}),
        ("OKX_SECRET_KEY={secret}", {"OkxSecretKeyDetector"}),
        ("OKX_PASSPHRASE={passphrase}", {"OkxPassphraseDetector"}),
        ("KUCOIN_PASSPHRASE={passphrase}", set()),
    ],
)
def test_a_string_is_judged_by_itself(tmp_path: Path, line: str, detectors: set[str]) -> None:
    arguments = ("scan", "-p", _PLUGIN, "--string", line.format(**_VALUES))
    done = _program("detect-secrets", *arguments, folder=tmp_path)
    answers = [row.split() for row in done.stdout.splitlines() if row.startswith("Okx")]
    assert len(answers) == 3
    assert {name for name, _, answer, *_ in answers if answer == "True"} == detectors


def test_hook_names_types_and_places_and_no_value(repository: Path) -> None:
    done = _program("detect-secrets-hook", "-p", _PLUGIN, ".env", "conf/app.yaml", folder=repository)
    assert done.returncode == 1
    assert f"{_KEY}\nLocation:    .env:2\n" in done.stdout
    assert f"{_PASSPHRASE}\nLocation:    conf{os.sep}app.yaml:5\n" in done.stdout
    assert not [name for name, value in _VALUES.items() if value in done.stdout + done.stderr]


def test_hook_passes_what_the_baseline_knows(tmp_path: Path) -> None:
    text, lines = _FIRES[".env"]
    folder = _repository(tmp_path, {".env": text})
    baseline = _program("detect-secrets", "scan", "-p", _PLUGIN, folder=folder).stdout
    assert _okx(baseline) == {".env": lines}
    assert not [name for name, value in _VALUES.items() if value in baseline]
    (folder / ".secrets.baseline").write_text(baseline, encoding="utf-8")
    _program("git", "add", "--all", folder=folder)
    hook = ("detect-secrets-hook", "-p", _PLUGIN, "--baseline", ".secrets.baseline", "--json", ".env")
    assert _program(*hook, folder=folder).returncode == 0
    _write(folder, ".env", text + f"OKX_SECRET_KEY_2={secrets.token_hex(16).upper()}\n")
    again = _program(*hook, folder=folder)
    assert again.returncode == 1
    assert _okx(again.stdout) == {".env": {(_SECRET, 5)}}


def test_a_baseline_made_with_a_file_of_the_repository_works_elsewhere(tmp_path: Path) -> None:
    text, lines = _FIRES[".env"]
    names = "OkxApiKeyDetector, OkxPassphraseDetector, OkxSecretKeyDetector"
    shim = f"import sys\nsys.path.append({str(_ROOT)!r})\nfrom okxguard.detect_secrets_plugin import {names}\n"
    folder = _repository(tmp_path / "here", {".env": text, "tools/okx.py": shim})
    baseline = _program("detect-secrets", "scan", "-p", "tools/okx.py", folder=folder).stdout
    assert _okx(baseline) == {".env": lines}
    (folder / ".secrets.baseline").write_text(baseline, encoding="utf-8")
    _program("git", "add", "--all", folder=folder)
    moved = folder.rename(tmp_path / "there")
    done = _program("detect-secrets-hook", "--baseline", ".secrets.baseline", ".env", folder=moved)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_file_that_changed_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from detect_secrets import SecretsCollection
    from detect_secrets.settings import transient_settings

    monkeypatch.chdir(tmp_path)
    plugin = {"name": "OkxSecretKeyDetector", "path": f"file://{_PLUGIN}"}
    hashes = set()
    with transient_settings({"plugins_used": [plugin]}):
        for lines in range(3):
            text = "\n" * lines + f"OKX_SECRET_KEY={secrets.token_hex(16).upper()}\n"
            Path(".env").write_text(text, encoding="utf-8")
            collection = SecretsCollection()
            collection.scan_file(".env")
            hashes |= {secret.secret_hash for _, secret in collection}
    assert len(hashes) == 3


def test_plugin_path_names_the_plugin(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    command = [sys.executable, "-m", "okxguard", "plugin-path"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    named = Path(done.stdout.rstrip("\n"))
    assert named.name == os.path.basename(_PLUGIN)
    assert named.read_bytes() == Path(_PLUGIN).read_bytes()
