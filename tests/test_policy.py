"""Key policy: what declarations and calls grant, from where, since when; through the real scan."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
import tomli

from okxguard.detectors.lexicon import normalise
from okxguard.detectors.permissions import PermissionReader
from okxguard.detectors.pins import PinReader
from okxguard.documents import Window, make_document
from okxguard.model import Confidence, Source
from okxguard.policybook import load_policy
from okxguard.rulebook import load_rulebook
from okxguard.scan import Options, Scanner
from tests.conftest import Credentials, Run, ScanJson, write_files

_RULEBOOK = load_rulebook()
_BOOK = load_policy(_RULEBOOK.folder)
_OPTIONS = Options(frozenset(_RULEBOOK.rules) - {"OKX205"}, "2026-01-31", min_confidence=Confidence.MEDIUM)


class Case(NamedTuple):
    """A file, the rules of the key policy that fire on it with their lines, and the severity of the first one."""

    name: str
    path: str
    text: str
    fires: list[str]
    severity: str = ""


def _cases() -> list[Case]:
    folder = Path(__file__).parent / "policy"
    tables = [tomli.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))]
    return [Case(**case) for table in tables for case in table["cases"]]


def policy_findings(path: str, text: str) -> list[str]:
    """Return rule and line of the findings of the key policy."""
    report = Scanner(_RULEBOOK, _OPTIONS).scan([Source("file", path, text.encode(), path)])
    assert not report.errors
    return [f"{each.rule}:{each.location.line}" for each in report.findings if each.rule.startswith("OKX2")]


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case.name)
def test_declaration_is_judged(case: Case) -> None:
    text = case.text.removeprefix("\n")
    assert policy_findings(case.path, text) == case.fires


@pytest.mark.parametrize("case", [case for case in _cases() if case.severity], ids=lambda case: case.name)
def test_severity_of_declaration(case: Case) -> None:
    source = Source("file", case.path, case.text.encode(), case.path)
    (finding,) = Scanner(_RULEBOOK, _OPTIONS).scan([source]).findings
    assert finding.severity.name.lower() == case.severity


_PYTHON_OKX = "import okx.SubAccount as SubAccount\napi = SubAccount.SubAccountAPI(k, s, p, False, '0')\n"
_ND = "import okx.NDBroker as NDBroker\napi = NDBroker.NDBrokerAPI(k, s, p, False, '0')\n"
_SDK = "from okx import SubAccount\napi = SubAccount(k, s, p)\n"
_CCXT = "import ccxt\nokx = ccxt.okx({'apiKey': k})\n"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (_PYTHON_OKX + "api.reset_subaccount_apikey('a', key, perm='read_only', ip='')", ["OKX204:3"]),
        (_PYTHON_OKX + "api.reset_subaccount_apikey('a', key, '', 'read_only', '')", ["OKX204:3"]),
        (_PYTHON_OKX + "NO = ''\napi.reset_subaccount_apikey('a', key, ip=NO)", ["OKX204:4"]),
        (
            _PYTHON_OKX + "args = {'perm': 'trade', 'ip': ''}\napi.reset_subaccount_apikey('a', key, **args)",
            ["OKX204:3"],
        ),
        (_PYTHON_OKX + "api.reset_subaccount_apikey('a', key, perm='trade,withdraw', ip='')", ["OKX201:3", "OKX204:3"]),
        (_PYTHON_OKX + "api.reset_subaccount_apikey('a', key, perm='trade')", []),
        (_PYTHON_OKX + "api.reset_subaccount_apikey('a', key, perm='trade', ip='-1')", []),
        (_PYTHON_OKX + "api.reset_subaccount_apikey('a', key, perm='trade', ip='8.8.4.4')", []),
        (_PYTHON_OKX + "api.reset_subaccount_apikey('a', key, perm='trade', ip=','.join(addresses()))", []),
        (_PYTHON_OKX + "api.reset_subaccount_apikey('a', key, perm='trade', ip='0.0.0.0/0')", ["OKX202:3"]),
        (_PYTHON_OKX + "api.create_subaccount_apikey('a', 'bot', p, perm='read_only')", []),
        (_PYTHON_OKX + "api.create_subaccount_apikey('a', 'bot', p, perm='read_only,trade')", ["OKX202:3"]),
        (_PYTHON_OKX + "api.create_subaccount_apikey('a', 'bot', p, perm='trade', ip='10.0.0.1')", ["OKX203:3"]),
        (_ND + "api.reset_subaccount_apikey('a', key, perm='trade')", ["OKX204:3"]),
        (_ND + "api.create_subaccount_apikey('a', 'bot', p, '', 'read_only,trade,withdraw')", ["OKX201:3"]),
        (_SDK + "api.set_apikey('a', key, perm='trade', ip='')", []),
        (_CCXT + "okx.privatePostUsersSubaccountModifyApikey({'subAcct': 'a', 'apiKey': k, 'ip': ''})", ["OKX204:3"]),
        (_CCXT + "okx.private_post_users_subaccount_apikey({'subAcct': 'a', 'perm': 'trade'})", ["OKX202:3"]),
        (
            "import requests\nbody = {'subAcct': 'a', 'apiKey': k, 'ip': ''}\n"
            "requests.post('https://www.okx.com/api/v5/users/subaccount/modify-apikey', json=body)",
            ["OKX204:2"],
        ),
        (
            "import requests\nbody = {'label': 'a', 'perm': 'trade', 'bindApp': True}\n"
            "requests.post('https://www.okx.com/api/v5/users/oauth/apikey', json=body)",
            [],
        ),
        (
            "class SubAccountAPI:  # okx\n    def reset_subaccount_apikey(self, subAcct, apiKey, perm='', ip=''): ...",
            [],
        ),
    ],
)
def test_call_of_python_is_judged(code: str, expected: list[str]) -> None:
    assert policy_findings("keys.py", code + "\n") == expected


@pytest.mark.parametrize(
    ("path", "code", "expected"),
    [
        ("a.ts", "okx.resetSubAccountAPIKey({ subAcct: 'a', apiKey: k, perm: 'read_only', ip: '' });", ["OKX204:1"]),
        ("a.ts", "okx.resetSubAccountAPIKey({ subAcct: 'a', apiKey: k, perm: 'read_only' });", []),
        ("a.ts", "okx.createSubAccountAPIKey({ subAcct: 'a', label: 'b', perm: 'read_only,trade' });", ["OKX202:1"]),
        ("a.js", "const ip = '';\nokx.resetSubAccountAPIKey({ subAcct: 'a', apiKey: k, ip: ip });", ["OKX204:2"]),
        ("A.cs", 'okx.CreateSubAccountApiKeyAsync("a", "b", p, true, true, null);', ["OKX202:1"]),
        ("A.cs", 'okx.CreateSubAccountApiKeyAsync("a", "b", p, tradePermission: true);', ["OKX202:1"]),
        ("A.cs", 'okx.CreateSubAccountApiKeyAsync("a", "b", p, true, true, ips);', []),
        (
            "A.java",
            "class A { void f() {\nCreateSubAccountApikey okx = new CreateSubAccountApikey();\n"
            'okx.setPerm("trade");\nokx.setIp("");\n} }',
            ["OKX202:3"],
        ),
        (
            "a.go",
            'package a\nvar r = okx.ModifySubaccountApikeyRequest{SubAcct: "a", Perm: "trade", Ip: ""}',
            ["OKX204:2"],
        ),
    ],
)
def test_call_of_other_languages_is_judged(path: str, code: str, expected: list[str]) -> None:
    assert policy_findings(path, "// okx\n" + code + "\n") == [f"{each[:7]}{int(each[7:]) + 1}" for each in expected]


@pytest.mark.parametrize(
    ("url", "fires"),
    [
        ("https://www.okx.com", False),
        ("https://openapi.okx.com", False),
        ("wss://wspap.okx.com:8443/ws/v5/private", False),
        ("https://eea.okx.com", False),
        ("https://api.okx.com", False),
        ("http://localhost:8080", False),
        ("https://github.com/okx/repo", False),
        ("https://api.telegram.org", False),
        ("${OKX_BASE_URL}", False),
        ("http://www.okx.com", True),
        ("ws://ws.okx.com:8443", True),
        ("https://www.okex.com", True),
        ("https://okx.com.login.example.net", True),
        ("https://www.okx.com@collect.net/api", True),
        ("https://okx-api.net", True),
        ("https://api-okx.com", True),
        ("https://www.0kx.com", True),
        ("https://okxx.com", True),
        ("https://www.okх.com", True),
        ("https://www.xn--ok-1mc.com", True),
        ("https://okex-openapi.com", True),
        ("https://okexcomreal.bafang.com:8443", True),
    ],
)
def test_host_beside_signing_code(url: str, fires: bool) -> None:
    text = f'BASE = "{url}"\nheaders = {{"OK-ACCESS-KEY": key, "OK-ACCESS-SIGN": sign(secret)}}\n'
    assert policy_findings("client.py", text) == (["OKX207:1"] if fires else [])


def test_host_without_credentials_is_a_link() -> None:
    assert policy_findings("README.md", "# OKX bot\nSee https://my-okx-bot.net and https://www.okex.com/docs.\n") == []


@pytest.mark.parametrize(
    ("path", "text", "fires"),
    [
        ("requirements.txt", "python-okx==0.3.4", True),
        ("requirements.txt", "python_okx == 0.2.9  # old", True),
        ("requirements.txt", "python-okx<0.3.5", True),
        ("requirements.txt", "python-okx<=0.3.4", True),
        ("requirements.txt", "python-okx~=0.2.0", True),
        ("requirements.txt", "python-okx>=0.1,<0.3", True),
        ("requirements.txt", "python-okx[ws]==0.3.3 ; python_version > '3.8'", True),
        ("requirements.txt", "python-okx==0.3.5", False),
        ("requirements.txt", "python-okx==0.4.0", False),
        ("requirements.txt", "python-okx>=0.3.5", False),
        ("requirements.txt", "python-okx", False),
        ("requirements.txt", "# python-okx==0.3.4", False),
        ("requirements.txt", "my-python-okx==0.1.0", False),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython-okx = "^0.2.8"', True),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython-okx = "^0.3.6"', False),
        ("pyproject.toml", '[project]\ndependencies = ["python-okx==0.3.1"]', True),
        ("setup.py", "setup(install_requires=['python-okx==0.3.1'])", True),
        ("Pipfile", '[packages]\npython-okx = "==0.3.1"', True),
        ("Pipfile.lock", '{"default": {"python-okx": {"hashes": ["sha256:00"], "version": "==0.3.1"}}}', True),
        ("poetry.lock", '[[package]]\nname = "python-okx"\nversion = "0.3.1"\n', True),
        ("poetry.lock", '[[package]]\nname = "python-okx"\nversion = "0.3.9"\n', False),
        ("uv.lock", '[[package]]\nname = "python-okx"\nversion = "0.2.1"\n', True),
        ("environment.yml", "dependencies:\n  - pip:\n    - python-okx==0.3.0", True),
        ("Dockerfile", "RUN pip install python-okx==0.3.0", True),
    ],
)
def test_version_that_prints_credentials(path: str, text: str, fires: bool) -> None:
    document = make_document(path, path, Window(text.encode()))
    assert bool(list(PinReader(_BOOK.packages).read(document))) is fires


def test_lock_file_decides_over_ranges(tmp_path: Path, scan_json: ScanJson) -> None:
    write_files(
        tmp_path,
        {
            "requirements.txt": "python-okx<0.3.5\n",
            "poetry.lock": '[[package]]\nname = "python-okx"\nversion = "0.3.6"\n',
        },
    )
    assert scan_json(tmp_path)["findings"] == []


_GRANT = '{"okx": {"api_key": "${KEY}", "perm": "read_only,withdraw", "ip": "8.8.4.4"}}'


@pytest.mark.parametrize(
    ("path", "code", "used"),
    [
        ("bot.py", "funding.withdrawal(ccy='USDT')", True),
        ("bot.ts", "await client.submitWithdraw({})", True),
        ("bot.sh", "curl $BASE/api/v5/asset/withdrawal", True),
        ("bot.py", "funding.get_withdrawal_history()", False),
        ("bot.py", "get('/api/v5/asset/withdrawal-history')", False),
        ("bot.py", "funding.cancel_withdrawal(wdId)", False),
        ("bot.py", "grid.set_withdraw_income(1)", False),
    ],
)
def test_right_to_withdraw_that_nothing_uses(
    tmp_path: Path, scan_json: ScanJson, path: str, code: str, used: bool
) -> None:
    write_files(tmp_path, {"keys.json": _GRANT, path: code + "\n"})
    assert [finding["rule"] for finding in scan_json(tmp_path)["findings"]] == ([] if used else ["OKX205"])


def test_finding_of_a_whole_tree_is_suppressed(tmp_path: Path, scan_json: ScanJson) -> None:
    comment = '  # okxguard: ignore[OKX205] reason="for the treasury"\n'
    text = f"okx:\n  api_key: ${{KEY}}{comment}  perm: read_only,withdraw\n  ip: 8.8.4.4\n"
    write_files(tmp_path, {"keys.yml": text})
    assert scan_json(tmp_path)["findings"] == []


def test_absence_is_claimed_of_whole_trees_only(tmp_path: Path, scan_json: ScanJson) -> None:
    write_files(tmp_path, {"keys.json": _GRANT})
    assert scan_json(tmp_path, "keys.json")["findings"] == []


def _dotenv(credentials: Credentials, passphrase: str) -> str:
    return f"OKX_API_KEY={credentials.key()}\nOKX_SECRET_KEY={credentials.secret()}\nOKX_PASSPHRASE={passphrase}\n"


def test_one_passphrase_of_two_keys(tmp_path: Path, credentials: Credentials, scan_json: ScanJson) -> None:
    shared = credentials.passphrase()
    write_files(tmp_path, {"a/.env": _dotenv(credentials, shared), "b/.env": _dotenv(credentials, shared)})
    report = scan_json(tmp_path)
    (reused,) = (finding for finding in report["findings"] if finding["rule"] == "OKX206")
    assert (reused["path"], reused["line"]) == ("b/.env", 3)
    assert "a/.env:3" in reused["message"]
    assert shared not in str(report)


def test_one_key_in_two_files_reuses_nothing(tmp_path: Path, credentials: Credentials, scan_json: ScanJson) -> None:
    text = _dotenv(credentials, credentials.passphrase())
    write_files(tmp_path, {"a/.env": text, "b/.env": text})
    assert {finding["rule"] for finding in scan_json(tmp_path)["findings"]} == {"OKX101"}


def test_constant_passphrase_of_two_clients(tmp_path: Path, credentials: Credentials, scan_json: ScanJson) -> None:
    clients = "".join(
        f'{name} = Trade.TradeAPI("{credentials.key()}", "{credentials.secret()}", PHRASE)\n' for name in "ab"
    )
    write_files(tmp_path, {"bot.py": f'import okx.Trade as Trade\nPHRASE = "{credentials.passphrase()}"\n{clients}'})
    assert "OKX206" in {finding["rule"] for finding in scan_json(tmp_path)["findings"]}


def test_more_keys_than_okx_allows(tmp_path: Path, scan_json: ScanJson) -> None:
    keys = ",\n".join(f'{{"label": "k{number}", "api_key": "${{K{number}}}"}}' for number in range(51))
    write_files(tmp_path, {"okx.json": f'{{"okx": [\n{keys}]}}'})
    (finding,) = scan_json(tmp_path)["findings"]
    assert (finding["rule"], "51" in finding["message"]) == ("OKX209", True)


def test_allowed_age_is_configured(tmp_path: Path, scan_json: ScanJson, run: Run) -> None:
    write_files(tmp_path, {"okx.yml": "bot:\n  api_key: ${KEY}\n  created: 2024-05-01\n", "okxguard.toml": ""})
    assert [finding["rule"] for finding in scan_json(tmp_path)["findings"]] == ["OKX209"]
    write_files(tmp_path, {"okxguard.toml": "max-key-age-days = 36500\n"})
    assert scan_json(tmp_path)["findings"] == []
    write_files(tmp_path, {"okxguard.toml": "max-key-age-days = 0\n"})
    result = run(tmp_path, "scan")
    assert (result.code, "max-key-age-days" in result.err) == (2, True)


@pytest.mark.parametrize("name", [*_BOOK.permission_names, *_BOOK.flags["withdraw"]])
def test_gate_lets_every_name_of_a_right_through(name: str) -> None:
    """A cheap "no" is a proof: what declares a right holds a core."""
    assert any(core in name or normalise(core) in normalise(name) for core in _RULEBOOK.vocabulary.policy_cores)


@pytest.mark.parametrize(
    ("text", "granted"),
    [
        ("read_only,trade", {"read", "trade"}),
        ("Read/Withdraw/Trade", {"read", "withdraw", "trade"}),
        ("read trade", {"read", "trade"}),
        ("full access", {"read", "trade", "withdraw"}),
        ("读取、提现", {"read", "withdraw"}),
        ("read, never withdraw", {"read"}),
        ("withdraw_income", set()),
        ("read_only_withdraw_disabled", set()),
    ],
)
def test_permissions_are_whole_words(text: str, granted: set[str]) -> None:
    found = PermissionReader(_BOOK).read([text]) or frozenset()
    assert {permission.value for permission in found} == granted


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Tick **Read**, **Trade** and **Withdraw**.", "OKX201"),
        ("Required permissions: Read, Trade, Withdraw", "OKX201"),
        ("Enable the withdrawal permission for the key.", "OKX201"),
        ("勾选交易和提现权限", "OKX201"),
        ("Отметьте права «Торговля» и «Вывод»", "OKX201"),
        ("Leave the IP field empty.", "OKX202"),
        ("Leave the `IP whitelist` blank so that it works from anywhere.", "OKX202"),
        ("Do not bind an IP address to the key.", "OKX202"),
        ("IP restrictions can be left blank", "OKX202"),
        ("IP 地址留空即可", "OKX202"),
        ("创建时不绑定IP", "OKX202"),
        ("Поле IP оставьте пустым", "OKX202"),
        ("Deja el campo IP vacío", "OKX202"),
        ("Never tick Withdraw.", ""),
        ("Make sure the withdraw permission is disabled.", ""),
        ("Do not leave the IP field empty.", ""),
        ("If you leave the IP whitelist empty, the key expires after 14 days.", ""),
        ("Don't enable withdrawals unless you need them.", ""),
        ("不要勾选提现权限", ""),
        ("Не включайте вывод.", ""),
        ("Bind the key to your server's IP.", ""),
        ("You can check the withdrawal status with `get_withdrawal_history`.", ""),
        ("Select a currency to withdraw.", ""),
    ],
)
def test_instruction_of_documentation_is_a_low_note(sentence: str, expected: str) -> None:
    source = Source("file", "docs/setup.md", f"# OKX bot\nMake an API key.\n{sentence}\n".encode(), "docs/setup.md")
    shown = Scanner(_RULEBOOK, _OPTIONS._replace(min_confidence=Confidence.LOW)).scan([source])
    assert [(each.rule, each.severity.name) for each in shown.findings] == ([(expected, "LOW")] if expected else [])
    by_default = Scanner(_RULEBOOK, _OPTIONS).scan([source])
    assert (by_default.findings, by_default.held_back) == ((), len(shown.findings))


def _fingerprints(path: str, text: str) -> list[str]:
    report = Scanner(_RULEBOOK, _OPTIONS._replace(min_confidence=Confidence.LOW)).scan(
        [Source("file", path, text.encode(), path)]
    )
    return [finding.fingerprint for finding in report.findings if finding.rule.startswith("OKX2")]


def test_fingerprint_of_an_instruction_holds_nothing_of_its_sentence(credentials: Credentials) -> None:
    text = "# OKX bot\nMake an API key, with {} as its name leave the IP field empty.\nLeave the IP field empty.\n"
    first, second = (_fingerprints("docs/setup.md", text.format(credentials.passphrase()[:-1])) for _ in range(2))
    assert first == second
    assert len(set(first)) == 2


def test_fingerprint_of_a_host_holds_nothing_of_its_user(credentials: Credentials) -> None:
    text = "api_key = get()\nsecret = get()\nURL = 'https://me:{}@okx-api.xyz/api'\n# OKX-ACCESS-KEY OK-ACCESS-SIGN\n"
    first, second = (_fingerprints("app.py", text.format(credentials.passphrase()[:-1])) for _ in range(2))
    assert first == second
    assert first


def test_fingerprint_of_a_reply_survives_a_move() -> None:
    text = 'DEBUG {"code":"0","data":[{"acctLv":"2","ip":"","perm":"read_only,withdraw","posMode":"net","uid":"7"}]}\n'
    assert _fingerprints("okx.log", text) == _fingerprints("okx.log", f"\n\n{text}")
    assert len(set(_fingerprints("okx.log", text + text))) == 2
