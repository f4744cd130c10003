"""SQL: rows by their columns, settings, variables, in every dialect, at the exact place."""

from __future__ import annotations

from pathlib import Path

import pytest

from okxguard.model import Place
from tests.conftest import Credentials, ScanJson, write_files
from tests.entries import entries_of, entries_with

ROWS = {
    "columns": "INSERT INTO t (a, k) VALUES (1, '{}');",
    "no end": "INSERT INTO t (a, k) VALUES (1, '{}')",
    "second row": "INSERT INTO t (a, k) VALUES (1, 'x'),\n(2, '{}');",
    "number": "INSERT INTO t (a, k) VALUES (-1.5, '{}');",
    "null": "insert into t(a,k) values (NULL,'{}');",
    "schema": 'INSERT INTO public."t" ("a", "k") VALUES (1, \'{}\');',
    "backticks": "INSERT IGNORE INTO `d`.`t` (`a`, `k`) VALUES (1,'{}');",
    "brackets": "INSERT INTO [dbo].[t] ([a], [k]) VALUES (1, N'{}');",
    "replace": "REPLACE INTO t (a, k) VALUES (1, '{}');",
    "cast": "INSERT INTO t (a, k) VALUES (1, '{}'::text);",
    "function": "INSERT INTO t (a, k) VALUES (now(), pgp_sym_encrypt('{}', 'x'));",
    "brackets in a value": "INSERT INTO t (a, k) VALUES (f(1, g(2, 'y')), '{}');",
    "semicolon in a value": "INSERT INTO t (a, k) VALUES ('x; y', '{}');",
    "quote in a value": "INSERT INTO t (a, k) VALUES ('it''s', '{}');",
    "escape in a value": "INSERT INTO t (a, k) VALUES ('it\\'s', '{}');",
    "table": "CREATE TABLE t (a int NOT NULL, k text DEFAULT '', PRIMARY KEY (a));\nINSERT INTO t VALUES (1, '{}');",
    "dumped table": "CREATE TABLE IF NOT EXISTS `t` (\n `a` decimal(9,2),\n `k` text,\n KEY `i` (`a`)\n);\n"
    "INSERT INTO `t` VALUES (1,'{}');",
    "select": "INSERT INTO t (a, k) SELECT 1, '{}';",
    "copy": "COPY public.t (a, k) FROM stdin;\n1\t{}\n\\.\n",
    "copied columns": "CREATE TABLE t (a int, k text);\nCOPY t FROM stdin WITH (FORMAT text);\n1\t{}\n\\.\n",
    "behind a copy": "COPY u (a) FROM stdin;\n1\n\\.\nINSERT INTO t (a, k) VALUES (1, '{}');",
}


@pytest.mark.parametrize("text", ROWS.values(), ids=ROWS)
def test_value_goes_by_its_column(text: str, credentials: Credentials) -> None:
    value = credentials.passphrase()
    filled = text.format(value)
    found = entries_with("a.sql", filled, value)
    assert {entry.path[0] for entry in found if entry.path[-1] == "k"} == {"t"}
    assert {filled[entry.span.start : entry.span.end] for entry in found} == {value}


NAMED = {
    "update": "UPDATE t SET a = 1, k = '{}' WHERE id = 3;",
    "no blanks": "update t set k='{}';",
    "insert set": "INSERT INTO t SET a=1, k='{}';",
    "upsert": "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET k = '{}';",
    "where": "SELECT * FROM t WHERE t.k = '{}';",
    "variable": "SET @k = '{}';",
    "assigned": "SET @k := '{}';",
    "declared": "DO $$ DECLARE\n k text := '{}';\nBEGIN END $$;",
    "server": "DECLARE @k NVARCHAR(64) = N'{}';",
    "default": "CREATE TABLE t (k varchar(64) NOT NULL DEFAULT '{}');",
    "setting": "ALTER DATABASE d SET app.k = '{}';",
    "setting to": "SET k TO '{}';",
    "alias": "SELECT '{}' AS k;",
    "named argument": "CALL f(k => '{}');",
    "pair": "SELECT set_config('k', '{}', false);",
    "shell variable": "\\set k '{}'\nSELECT 1;",
}


@pytest.mark.parametrize("text", NAMED.values(), ids=NAMED)
def test_value_goes_by_the_name_before_it(text: str, credentials: Credentials) -> None:
    value = credentials.passphrase()
    filled = text.format(value)
    found = [entry for entry in entries_with("a.sql", filled, value) if entry.path[-1] == "k"]
    assert found
    assert {filled[entry.span.start : entry.span.end] for entry in found} == {value}


COMMENTED = ["-- k: {}\n", "-- INSERT INTO t (k) VALUES ('{}');\n", "/* UPDATE t SET k = '{}' */", "# k = {}\n"]


@pytest.mark.parametrize("text", COMMENTED)
def test_comments_are_read(text: str, credentials: Credentials) -> None:
    value = credentials.passphrase()
    found = [entry for entry in entries_with("a.sql", text.format(value), value) if entry.path[-1] == "k"]
    assert found
    assert {entry.place for entry in found} == {Place.COMMENT}


def test_versioned_comment_of_mysql_is_sql(credentials: Credentials) -> None:
    value = credentials.passphrase()
    found = {entry.place for entry in entries_with("a.sql", f"/*!40000 SET @k = '{value}' */;", value)}
    assert found == {Place.ASSIGNMENT}


@pytest.mark.parametrize("written", ["aB''9z", "aB\\'9z", "aB\\\\9z", "aB\\\"9''"])
def test_escapes_are_resolved_at_their_place(written: str) -> None:
    filled = ROWS["select"].replace("{}", written)
    found = [entry for entry in entries_of("a.sql", filled) if entry.path[-1] == "k"]
    assert {entry.value for entry in found} == {written.replace("''", "'").replace("\\", "", 1)}
    assert {filled[entry.span.start : entry.span.end] for entry in found} == {written}


@pytest.mark.parametrize(
    "piece",
    [
        "'",
        "''",
        '"',
        "`",
        "(",
        ")",
        ",",
        "$$",
        "$a$",
        "/*",
        "--",
        "'\\",
        "x='a',",
        "[a",
        "COPY a FROM stdin;\n",
        "f('a',",
        "\\",
    ],
)
def test_hostile_text_ends(piece: str) -> None:
    entries_of("a.sql", "INSERT INTO t (k) VALUES (" + piece * 40_000)


@pytest.mark.parametrize(
    "text",
    [
        "-- INSERT INTO t (a, k)\n-- VALUES (1,\n--   '{}');\nSELECT 1;",
        "# INSERT INTO t (a, k) VALUES (\n#   1, '{}');",
        "/*\n * INSERT INTO t (a, k)\n * VALUES (1, '{}');\n */",
    ],
)
def test_statement_goes_on_over_comments(text: str, credentials: Credentials) -> None:
    value = credentials.passphrase()
    filled = text.format(value)
    found = [entry for entry in entries_of("a.sql", filled) if entry.value == value and entry.path == ("t", "[0]", "k")]
    assert {(filled[entry.span.start : entry.span.end], entry.place) for entry in found} == {(value, Place.COMMENT)}


APOSTROPHE = "-- it's a key\n-- INSERT INTO t (k) VALUES ('{}');\n"


def test_apostrophe_in_a_comment_does_not_hide_the_next(credentials: Credentials) -> None:
    value = credentials.passphrase()
    text = APOSTROPHE.format(value)
    assert ("t", "[0]", "k") in {entry.path for entry in entries_of("a.sql", text) if entry.value == value}


NAMELESS = "INSERT INTO {table} VALUES ('{key}', 'BTC-USDT', '{secret}', '{passphrase}');\n"
COPIED = "COPY {table} FROM stdin;\n{key}\tBTC-USDT\t{secret}\t{passphrase}\n\\.\n"
TABLES = {
    "okx_symbols": 0,
    "trades": 0,
    "users": 0,
    "primary_keys": 0,
    "okx_key_ids": 0,
    "kucoin_api_keys": 0,
    "okx_api_keys": 1,
    "user_exchange_keys": 1,
    "exchange_credentials": 1,
}


@pytest.mark.parametrize(("table", "found"), TABLES.items(), ids=TABLES)
@pytest.mark.parametrize("text", [NAMELESS, COPIED, "/* " + NAMELESS + "*/", "-- okx\n" + NAMELESS])
def test_row_without_columns_counts_by_the_name_of_its_table(
    text: str, table: str, found: int, credentials: Credentials, tmp_path: Path, scan_json: ScanJson
) -> None:
    values = {"key": credentials.key(), "secret": credentials.secret(), "passphrase": credentials.passphrase()}
    write_files(tmp_path, {"okx.sql": text.format(table=table, **values)})
    assert len(scan_json(tmp_path)["findings"]) == found


TWO_FIELDS = "INSERT INTO okx_a VALUES ('{}', '{}');\n"


def test_columns_of_the_table_say_what_a_row_holds(
    credentials: Credentials, tmp_path: Path, scan_json: ScanJson
) -> None:
    row = TWO_FIELDS.format(credentials.key(), credentials.secret())
    write_files(tmp_path, {"a.sql": "CREATE TABLE okx_a (id uuid, md5 char(32));\n" + row})
    write_files(tmp_path, {"b.sql": "CREATE TABLE okx_a (api_key uuid, secret char(32));\n" + row})
    assert {finding["path"] for finding in scan_json(tmp_path)["findings"]} == {"b.sql"}
