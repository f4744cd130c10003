"""Files with findings of every kind, a baseline that accepts them, and changes that mean nothing."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from okxguard import identity
from tests.conftest import Credentials, Run, write_files

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


def without(files: Files, *names: str) -> Files:
    return {name: text for name, text in files.items() if name not in names}


GOOD_KEY = "ab" * 32


def document(**changes: Any) -> str:
    return json.dumps({"version": 1, "key": GOOD_KEY, "findings": [], **changes})
