"""The reader of source code: under which names it finds a string, in which language and in which spelling."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from okxguard.entries.languages import LANGUAGES
from okxguard.entries.lexer import tokenize
from okxguard.entries.wrapping import wraps
from okxguard.model import Place
from tests.conftest import Credentials, Run, ScanJson, write_files
from tests.entries import entries_of, entries_with

# File, source with V for the value, and the name that the value must go by.
NAMED = [
    ("a.js", "const name = 'V';", "name"),
    ("a.js", "x={a:1,name:`V`,b:f(2)}", "name"),
    ("a.js", 'const name = process.env.NAME || "V";', "NAME"),
    ("a.js", 'const name = process.env.OTHER ?? "V";', "name"),
    ("a.js", 'const name = live ? "V" : "x";', "name"),
    ("a.js", 'headers.set("NAME", "V")', "NAME"),
    ("a.js", 'o["name"] = "V"', "name"),
    ("a.js", 'const [other, name] = ["x", "V"]', "name"),
    ("a.js", 'const re = /["\'`]/g; const name = "V"', "name"),
    ("a.js", 'const [name, setName] = useState("V")', "name"),
    ("a.tsx", '<Box name="V" other={1}/>', "name"),
    ("a.tsx", "<Box name={'V'} />", "name"),
    ("a.tsx", '<p>Don\'t</p><Box name="V" />', "name"),
    ("a.vue", '<script setup>\nconst name: string = "V"\n</script>', "name"),
    ("a.go", 'const (\n\tother = 1\n\tname string = "V"\n)', "name"),
    ("a.go", 'func f() {\n\tother, name := "x", "V"\n}', "name"),
    ("a.go", 'var c = pkg.Type{\n\tname: "V",\n}', "name"),
    ("a.go", 'c := New(WithName("V"))', "Name"),
    ("a.go", 'type T struct {\n\tname string `default:"V"`\n}', "name"),
    ("A.java", 'class A { private static final String name = "V"; }', "name"),
    ("A.java", 'class A { @Value("${x:y}") String z; void f() { b.setName("V"); } }', "Name"),
    ("A.java", 'class A { void f() { A.builder().other("x").name("V").build(); } }', "name"),
    ("A.java", 'class A { void f() { m.put("name", "V"); } }', "name"),
    ("A.java", 'class A { @Value("${name:V}") String z; }', "name"),
    ("a.kt", 'val m = mapOf("other" to "x", "name" to "V")', "name"),
    ("a.kt", 'data class A(val name: String = "V")', "name"),
    ("a.kt", 'val name by lazy { "V" }', "name"),
    ("a.scala", 'val m = Map("name" -> "V")', "name"),
    ("a.gradle", 'android { defaultConfig { buildConfigField "String", "NAME", "\\"V\\"" } }', "NAME"),
    ("a.gradle", "ext { name = 'V' }", "name"),
    ("a.cs", 'class A { public string Name { get; set; } = "V"; }', "Name"),
    ("a.cs", 'var d = new Dictionary<string, string> { { "name", "V" } };', "name"),
    ("a.cs", 'var d = new A { Name = @"V" };', "Name"),
    ("a.cs", 'var x = Environment.GetEnvironmentVariable("NAME") ?? "V";', "NAME"),
    ("a.fs", 'let name = "V"', "name"),
    ("a.vb", 'Dim name As String = "V" \' "x', "name"),
    ("a.rs", 'const NAME: &str = "V";', "NAME"),
    ("a.rs", 'let a = A { name: "V".to_string() };', "name"),
    ("a.rs", 'let a = A { name: String::from("V") };', "name"),
    ("a.rs", 'let x = env::var("NAME").unwrap_or_else(|_| "V".into());', "NAME"),
    ("a.rs", "fn f<'a>(x: &'a str) { let name = r#\"V\"#; }", "name"),
    ("a.c", '#define NAME "V"', "NAME"),
    ("a.c", 'struct A a = { .name = "V" };', "name"),
    ("a.c", 'char name[64] = "V";', "name"),
    ("a.cpp", 'std::string name("V");', "name"),
    ("a.cpp", 'const std::string name = "V";', "name"),
    ("a.mq4", 'input string name = "V";', "name"),
    ("a.php", "<p>it's</p>\n<?php\n$a = ['name' => 'V'];", "name"),
    ("a.php", "<?php define('NAME', 'V');", "NAME"),
    ("a.php", "<?php $name = <<<EOT\nV\nEOT;\n", "name"),
    ("a.rb", "class A\n  NAME = 'V'\nend", "NAME"),
    ("a.rb", "A.new(:name => 'V')", "name"),
    ("a.rb", "x = ENV.fetch('NAME') { 'V' }", "NAME"),
    ("a.rb", "def name\n  'V'\nend", "name"),
    ("a.swift", 'let a = A(name: "V")', "name"),
    ("a.swift", 'r.addValue("V", forHTTPHeaderField: "NAME")', "NAME"),
    ("a.dart", "final a = A(name: 'V');", "name"),
    ("a.exs", 'config :app,\n  other: 1,\n  name: "V"', "name"),
    ("a.ex", 'defmodule A do\n  @name "V"\nend', "name"),
    ("a.erl", '-define(NAME, "V").', "NAME"),
    ("a.lua", 'local t = { name = "V" }', "name"),
    ("a.R", 'name <- "V"', "name"),
    ("a.jl", 'const name = "V"', "name"),
    ("a.m", "name = 'V'; % it's", "name"),
    ("a.pas", "const\n  Name = 'V'; { it's }", "Name"),
    ("a.pl", "my %h = (name => 'V');", "name"),
    ("a.hs", 'name = "V"', "name"),
    ("a.clj", '(def config {:name "V"})', "name"),
    ("a.tf", 'variable "name" {\n  default = "V"\n}', "name"),
    ("a.tf", 'resource "a" "b" {\n  name = "V"\n}', "name"),
]


@pytest.mark.parametrize(("path", "text", "name"), NAMED, ids=[f"{path}: {text[:40]}" for path, text, _ in NAMED])
def test_strings_go_by_their_names(path: str, text: str, name: str, credentials: Credentials) -> None:
    value = credentials.key()
    source = re.sub(r"\bV\b", value, text)
    found = entries_with(path, source, value)
    assert name in {entry.path[-1] for entry in found}
    assert {source[entry.span.start : entry.span.end] for entry in found} == {value}


POSITIONS = [
    ("a.js", 'import { Client as C } from "pkg"\nnew C("a", "V")', "pkg.Client()", "[1]"),
    ("a.js", 'const K = "V"; new Client("a", K)', "Client()", "[1]"),
    ("a.go", 'm := hmac.New(sha256.New, []byte("V"))', "hmac.New()", "[1]"),
    ("a.rs", 'use pkg::Client;\nlet c = Client::new("a".to_string(), "V".into());', "pkg.Client.new()", "[1]"),
    ("a.php", '<?php\nuse Pkg\\Client;\n$c = new Client("V");', "Pkg.Client()", "[0]"),
    ("A.java", 'import pkg.Client;\nclass A { Client c = new Client("V"); }', "pkg.Client()", "[0]"),
    ("a.dart", "Hmac(sha256, utf8.encode('V'))", "Hmac()", "[1]"),
    ("a.rb", "OpenSSL::HMAC.digest('a', 'V', x)", "OpenSSL.HMAC.digest()", "[1]"),
]


@pytest.mark.parametrize(("path", "text", "callee", "position"), POSITIONS, ids=[text for _, text, _, _ in POSITIONS])
def test_arguments_stand_at_positions(
    path: str, text: str, callee: str, position: str, credentials: Credentials
) -> None:
    value = credentials.secret()
    paths = {entry.path for entry in entries_with(path, re.sub(r"\bV\b", value, text), value)}
    assert (callee, position) in {(path[-2].split("#")[0], path[-1]) for path in paths if len(path) > 1}


FOLDED = [
    ("a.js", 'const name = "A" + "B"'),
    ("a.js", 'const name = ["A", "B"].join("")'),
    ("a.go", 'const name = "A" +\n\t"B"'),
    ("a.c", 'char *name = "A"\n  "B";'),
    ("a.php", '<?php $name = "A" . "B";'),
    ("a.lua", 'name = "A" .. "B"'),
    ("a.vb", 'Dim name = "A" & "B"'),
    ("a.exs", '@name "A" <> "B"'),
    ("a.jl", 'name = "A" * "B"'),
]


@pytest.mark.parametrize(("path", "text"), FOLDED, ids=[f"{path} {text}" for path, text in FOLDED])
def test_pieces_are_put_together(path: str, text: str, credentials: Credentials) -> None:
    value = credentials.secret()
    source = text.replace('"A"', f'"{value[:15]}"').replace('"B"', f'"{value[15:]}"')
    found = entries_with(path, source, value)
    assert {(entry.path[-1], entry.visible) for entry in found} >= {("name", False)}


NOT_VALUES = [
    ("a.js", 'if (name === "V") {}'),
    ("a.js", 'const name = "V" + other'),
    ("a.js", 'const re = /name="V"/'),
    ("a.rs", 'name == "V"'),
]


@pytest.mark.parametrize(("path", "text"), NOT_VALUES, ids=[text for _, text in NOT_VALUES])
def test_comparisons_and_parts_are_no_values(path: str, text: str, credentials: Credentials) -> None:
    value = credentials.secret()
    assert "name" not in {entry.path[-1] for entry in entries_with(path, re.sub(r"\bV\b", value, text), value)}


def test_comments_are_read_as_comments(credentials: Credentials) -> None:
    value = credentials.key()
    found = entries_with("a.js", f"/* name: {value} */\nconst a = 1", value)
    assert {(entry.path[-1], entry.place) for entry in found} == {("name", Place.COMMENT)}


def test_members_without_a_literal_are_named() -> None:
    names = {entry.path[-1] for entry in entries_of("a.js", 'x = { a: "1", b: f(), c }') if not entry.value}
    assert names == {"b", "c"}


def test_chained_setters_stand_side_by_side() -> None:
    entries = entries_of("A.java", 'class A { X x = X.builder().one("1").two("2").build(); }')
    scopes = {entry.path[:-1] for entry in entries if entry.path[-1] in ("one", "two")}
    assert len(scopes) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_any_text_is_cut_into_tokens(language: str) -> None:
    source = random.Random(language)
    for _ in range(60):
        text = "".join(source.choices("\"'`\\/#{}()[]<>=,;:$@%*-+.?!|&~^ \nabqrR01_\t", k=200))
        tokens = tokenize(text, LANGUAGES[language])
        assert len(tokens.code) == len(text)
        assert all(end <= start for end, start in zip(tokens.ends, tokens.starts[1:], strict=False))
        path = {"javascript": "a.js", "ruby": "a.rb", "go": "a.go", "rust": "a.rs"}.get(language, "a.php")
        for entry in entries_of(path, text):
            assert not entry.visible or text[entry.span.start : entry.span.end] == entry.value


def test_bundle_with_very_many_strings_loses_nothing_and_says_how_it_was_read(
    tmp_path: Path, credentials: Credentials, scan_json: ScanJson, run: Run
) -> None:
    filler = ",".join(f'f{number}("t{number}")' for number in range(7000))
    passphrase = credentials.passphrase()
    text = f'{filler};var o={{exchange:"okx",passphrase:"{passphrase}"}};{filler}'
    write_files(tmp_path, {"dist/app.js": text})
    (finding,) = scan_json(tmp_path)["findings"]
    assert (finding["rule"], finding["column"]) == ("OKX103", text.index(passphrase) + 1)
    assert "dist/app.js: holds more strings" in run(tmp_path, "scan").err


WRAPPING = ["SecretStr", "ptr.To", "SecretValue.unsafePlainText", "Lazy.new", "std.make_unique", "Optional.ofNullable"]
OTHERS = [
    "vault.getSecret",
    "cache.get",
    "build_key",
    "md5",
    "Order",
    "config.secret",
    "uuid.parse",
    "Guid",
    "to",
    "SecretId",
]


def test_wrappers_are_told_by_their_words() -> None:
    assert [callee for callee in (*WRAPPING, *OTHERS) if wraps(callee)] == WRAPPING
