"""Inline suppressions: which comments count, what they take out, and what is said about those that do nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from okxguard.model import Source
from okxguard.rulebook import load_rulebook
from okxguard.scan import Options, Scanner
from tests.conftest import Credentials, Run, ScanJson, write_files

DIRECTIVE = 'okxguard: ignore[OKX104] reason="deleted"'

SAME_LINE = {
    ".env": "OKX_API_KEY={key}  # {directive}",
    "bot.py": 'okx_api_key = "{key}"  # {directive}',
    "conf.yml": "okx:\n  api_key: {key}  # {directive}",
    "conf.toml": 'okx_api_key = "{key}"  # {directive}',
    "run.sh": 'export OKX_API_KEY="{key}" # {directive}',
    "app.js": 'const okxApiKey = "{key}"; // {directive}',
    "main.go": 'okxApiKey := "{key}" // {directive}',
    "settings.jsonc": '{{"okxApiKey": "{key}" // {directive}\n}}',
    "style.ts": 'const okxApiKey = "{key}"; /* {directive} */',
    "tight.ts": 'const okxApiKey = "{key}"; /*{directive}*/',
    "init.lua": 'okx_api_key = "{key}" -- {directive}',
    "conf.ini": "[okx]\napi_key = {key} ; {directive}",
    "page.html": '<meta name="okx" okx_api_key="{key}"> <!-- {directive} -->',
    "README.md": "okx_api_key = {key} <!-- {directive} -->",
    "notes.txt": "okx api key: {key} # {directive}",
}
LINE_ABOVE = {
    ".env": "# {directive}\nOKX_API_KEY={key}",
    "bot.py": '# {directive}\nokx_api_key = "{key}"',
    "conf.yml": "okx:\n  # {directive}\n  api_key: {key}",
    "conf.toml": '# {directive}\nokx_api_key = "{key}"',
    "app.js": '// {directive}\nconst okxApiKey = "{key}";',
    "settings.json": '{{\n/* {directive} */\n"okxApiKey": "{key}"}}',
    "block.ts": '/*\n * {directive}\n */ const okxApiKey = "{key}";',
    "init.lua": '-- {directive}\nokx_api_key = "{key}"',
    "conf.ini": "[okx]\n; {directive}\napi_key = {key}",
    "conf.properties": "# {directive}\nokx.api.key={key}",
    "form.vb": '\' {directive}\nokx_api_key = "{key}"',
    "set.bat": "rem {directive}\nset OKX_API_KEY={key}",
    "page.html": "<!-- {directive} -->\n<okx_api_key>{key}</okx_api_key>",
    "README.md": "<!-- {directive} -->\nokx_api_key = {key}",
}


def rules_of(report: Any) -> list[str]:
    """Return the rules of the findings of a JSON report."""
    return [finding["rule"] for finding in report["findings"]]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(pytest.param(name, text, id=f"same line, {name}") for name, text in SAME_LINE.items()),
        *(pytest.param(name, text, id=f"line above, {name}") for name, text in LINE_ABOVE.items()),
    ],
)
def test_comment_of_any_syntax_suppresses(
    name: str, text: str, tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    write_files(tmp_path, {name: text.format(key=credentials.key(), directive=DIRECTIVE) + "\n"})
    report = scan_json(tmp_path)
    assert rules_of(report) == []
    assert [(found["rule"], found["reason"]) for found in report["suppressed"]] == [("OKX104", "deleted")]
    assert (report["summary"]["suppressed"], report["summary"]["findings"]) == (1, 0)


@pytest.mark.parametrize(
    ("comment", "reason"),
    [
        pytest.param("okxguard: ignore[OKX104]", None, id="no reason"),
        pytest.param("okxguard: ignore[okx104]", None, id="lower case"),
        pytest.param("OKXGUARD: IGNORE[OKX104]", None, id="upper case"),
        pytest.param("okxguard:ignore[OKX104]", None, id="no blank"),
        pytest.param("okxguard: ignore[ OKX104 , OKX101 ]", None, id="blanks"),
        pytest.param("okxguard: ignore[OKX101,OKX104]", None, id="several rules"),
        pytest.param("okxguard: ignore[OKX104] reason='in quotes'", "in quotes", id="single quotes"),
        pytest.param("okxguard: ignore[OKX104] reason=word", "word", id="bare reason"),
        pytest.param('okxguard: ignore[OKX104] reason = "with blanks"', "with blanks", id="blanks around the sign"),
        pytest.param("okxguard: ignore[OKX104] until=2999-12-31", None, id="until the future"),
        pytest.param('okxguard: ignore[OKX104] until="2999-12-31"', None, id="quoted date"),
        pytest.param('okxguard: ignore[OKX104] reason="r" until=2999-12-31', "r", id="reason and date"),
        pytest.param('okxguard: ignore[OKX104] until=2999-12-31 reason="r"', "r", id="date and reason"),
        pytest.param("okxguard: ignore[OKX104] until=2999-12-31, see the wiki", None, id="words after the date"),
        pytest.param("okxguard: ignore[OKX104] until=2999-12-31-->", None, id="end of the comment after the date"),
        pytest.param("noqa okxguard: ignore[OKX104]", None, id="behind another directive"),
    ],
)
def test_directive_suppresses(
    comment: str, reason: str | None, tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    write_files(tmp_path, {".env": f"OKX_API_KEY={credentials.key()} # {comment}\n"})
    report = scan_json(tmp_path)
    assert (rules_of(report), [found["reason"] for found in report["suppressed"]]) == ([], [reason])


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        pytest.param("okxguard: ignore", "must name its rules", id="no rules"),
        pytest.param("okxguard: ignore[]", "must name its rules", id="empty rules"),
        pytest.param("okxguard: ignore [OKX104]", "must name its rules", id="blank before the rules"),
        pytest.param("okxguard: ignore[OKX104", "must name its rules", id="open bracket"),
        pytest.param("okxguard: ignore[OKX998]", "OKX998, which is no rule", id="unknown rule"),
        pytest.param("okxguard: ignore[OKX104, OKX998]", "OKX998, which is no rule", id="one unknown rule of two"),
        pytest.param("okxguard: ignore[OKX1]", "which is no rule", id="beginning of a rule"),
        pytest.param("okxguard: ignore[all]", "a word, which is no rule id", id="everything"),
        pytest.param("okxguard: ignore[OKX101]", "suppresses nothing", id="another rule"),
        pytest.param("okxguard: ignore[OKX104] until=2020-01-31", "has expired", id="until the past"),
        pytest.param("okxguard: ignore[OKX104] until=31.01.2999", "cannot be read", id="another form of date"),
        pytest.param("okxguard: ignore[OKX104] until=29991231", "cannot be read", id="date without hyphens"),
        pytest.param("okxguard: ignore[OKX104] until=2999-W01-1", "cannot be read", id="date by week"),
        pytest.param("okxguard: ignore[OKX104] until=2999-02-30", "cannot be read", id="no such day"),
        pytest.param("okxguard: ignore[OKX104] until=soon", "cannot be read", id="word for a date"),
        pytest.param("okxguard: ignore[OKX104] until=", "cannot be read", id="no date"),
    ],
)
def test_directive_that_does_nothing_is_a_finding(
    comment: str, message: str, tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    line = f"OKX_API_KEY={credentials.key()} # {comment}"
    write_files(tmp_path, {".env": line + "\n"})
    report = scan_json(tmp_path)
    key, unused = report["findings"]
    assert (key["rule"], unused["rule"], unused["severity"]) == ("OKX104", "OKX901", "low")
    assert message in unused["message"]
    assert (unused["line"], unused["column"]) == (1, line.index("okxguard:") + 1)
    assert report["suppressed"] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("# {directive}\n\nOKX_API_KEY={key}\n", ["OKX901", "OKX104"], id="two lines above"),
        pytest.param("OKX_API_KEY={key}\n# {directive}\n", ["OKX104", "OKX901"], id="line below"),
        pytest.param("# {directive}\nOKX_API_KEY={key}\nOKX_API_KEY={key2}\n", ["OKX104"], id="next line only"),
        pytest.param("OKX_API_KEY={key}\nNOTE='{directive}'\n", ["OKX104"], id="in a value"),
        pytest.param("OKX_API_KEY={key}\nNOTE={directive}\n", ["OKX104"], id="in a bare value"),
        pytest.param("# {directive}\n# {directive}\nOKX_API_KEY={key}\n", ["OKX901"], id="twice"),
    ],
)
def test_directive_covers_its_line_and_the_next(
    text: str, found: list[str], tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    keys = {"key": credentials.key(), "key2": credentials.key()}
    write_files(tmp_path, {".env": text.format(**keys, directive="okxguard: ignore[OKX104]")})
    assert rules_of(scan_json(tmp_path)) == found


@pytest.mark.parametrize("line", [1, 2, 3])
def test_directive_on_any_part_suppresses_the_set(
    line: int, tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    lines = credentials.dotenv().splitlines()
    lines[line - 1] += "  # okxguard: ignore[OKX101]"
    write_files(tmp_path, {".env": "\n".join(lines) + "\n"})
    report = scan_json(tmp_path)
    assert (rules_of(report), len(report["suppressed"])) == ([], 1)


@pytest.mark.parametrize(
    ("comment", "arguments", "found", "suppressed"),
    [
        pytest.param("ignore[OKX104]", ("--select", "OKX104"), [], 1, id="rule runs"),
        pytest.param("ignore[OKX104]", ("--ignore", "OKX104"), [], 0, id="rule does not run"),
        pytest.param("ignore[OKX104]", ("--select", "OKX101,OKX901"), [], 0, id="other rules run"),
        pytest.param("ignore[OKX101]", ("--ignore", "OKX101"), ["OKX104"], 0, id="unused, rule does not run"),
        pytest.param("ignore[OKX101,OKX104]", ("--ignore", "OKX101"), [], 1, id="one of two rules runs"),
        pytest.param("ignore[OKX101]", ("--ignore", "OKX901"), ["OKX104"], 0, id="unused, not asked for"),
        pytest.param("ignore[OKX101]", ("--min-severity", "medium"), ["OKX104"], 0, id="unused, held back"),
    ],
)
def test_rules_that_do_not_run_count_for_nothing(
    comment: str,
    arguments: tuple[str, ...],
    found: list[str],
    suppressed: int,
    tmp_path: Path,
    credentials: Credentials,
    scan_json: ScanJson,
) -> None:
    write_files(tmp_path, {".env": f"OKX_API_KEY={credentials.key()}  # okxguard: {comment}\n"})
    report = scan_json(tmp_path, *arguments)
    assert (rules_of(report), report["summary"]["suppressed"]) == (found, suppressed)


@pytest.mark.parametrize(
    ("today", "found"),
    [
        pytest.param("2027-01-30", [], id="day before"),
        pytest.param("2027-01-31", [], id="last day"),
        pytest.param("2027-02-01", ["OKX104", "OKX901"], id="day after"),
    ],
)
def test_last_day_still_counts(today: str, found: list[str], credentials: Credentials) -> None:
    rulebook = load_rulebook()
    text = f"OKX_API_KEY={credentials.key()}  # okxguard: ignore[OKX104] until=2027-01-31\n"
    scanner = Scanner(rulebook, Options(frozenset(rulebook.rules), today))
    report = scanner.scan([Source("text", ".env", text.encode(), ".env")])
    assert [finding.rule for finding in report.findings] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("Write `okxguard: ignore[OKX101]` in a comment.\n", [], id="prose"),
        pytest.param("```python\nx = 1  # okxguard: ignore[OKX101]\n```\n", [], id="example"),
        pytest.param("Write `okxguard: ignore[RULE]`.\n", [], id="example without a rule"),
        pytest.param("<!-- okxguard: ignore[OKX101] -->\n", ["OKX901"], id="comment"),
    ],
)
def test_prose_about_suppressions_is_no_finding(
    text: str, found: list[str], tmp_path: Path, scan_json: ScanJson
) -> None:
    write_files(tmp_path, {"README.md": text})
    assert rules_of(scan_json(tmp_path)) == found


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "gbk"])
def test_directive_is_read_in_every_encoding(
    encoding: str, tmp_path: Path, credentials: Credentials, scan_json: ScanJson
) -> None:
    text = f"# 交易所\n# {DIRECTIVE}\nOKX_API_KEY={credentials.key()}\n"
    write_files(tmp_path, {".env": text.encode(encoding)})
    assert scan_json(tmp_path)["summary"]["suppressed"] == 1


class TestPragma:
    """detect-secrets' own directive counts where the configuration says so."""

    @pytest.mark.parametrize(
        ("text", "suppressed"),
        [
            pytest.param("OKX_API_KEY={key}  # pragma: allowlist secret\n", 1, id="same line"),
            pytest.param("# pragma: allowlist nextline secret\nOKX_API_KEY={key}\n", 1, id="next line"),
            pytest.param("# pragma: allowlist secret\nOKX_API_KEY={key}\n", 0, id="line above"),
        ],
    )
    @pytest.mark.parametrize("honoured", [True, False])
    def test_counts_only_when_asked_for(
        self,
        text: str,
        suppressed: int,
        tmp_path: Path,
        credentials: Credentials,
        scan_json: ScanJson,
        *,
        honoured: bool,
    ) -> None:
        config = f"honour-detect-secrets-pragma = {str(honoured).lower()}\n"
        write_files(tmp_path, {".env": text.format(key=credentials.key()), "okxguard.toml": config})
        assert scan_json(tmp_path)["summary"]["suppressed"] == (suppressed if honoured else 0)

    def test_is_never_unused(self, tmp_path: Path, run: Run) -> None:
        files = {".env": "OKX_FLAG=1  # pragma: allowlist secret\n"}
        write_files(tmp_path, {**files, "okxguard.toml": "honour-detect-secrets-pragma = true\n"})
        assert run(tmp_path, "scan").code == 0


def test_own_reports_and_texts_about_suppressions_are_clean(tmp_path: Path, run: Run) -> None:
    write_files(tmp_path, {"notes.txt": "# write okxguard: ignore[...] in a comment\n", "a.py": "x = 1\n"})
    assert run(tmp_path, "scan", "-o", "r.sarif", "-o", "r.json").code == 0
    assert run(tmp_path, "scan").code == 0
