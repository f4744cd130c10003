"""The lexer finds the strings that the grammars of tree-sitter find; skipped where those are not installed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from okxguard.entries.languages import LANGUAGES
from okxguard.entries.lexer import tokenize

tree_sitter = pytest.importorskip("tree_sitter")

_C_LIKE = ['// it\'s "no" string\n', '/* it\'s\n"none" */\n']
# Language: module of its grammar, types of nodes that are strings, and statements to put together.
GRAMMARS: dict[str, tuple[str, set[str], list[str]]] = {
    "javascript": (
        "tree_sitter_javascript",
        {"string", "template_string"},
        [
            *_C_LIKE,
            'const a = "it\'s \\" one";\n',
            "const b = 'say \"x\" \\' y';\n",
            'const c = `t ${a + "in"} and ${`n ${b}`} \\` \'`;\n',
            'const d = x / 2 / y; const e = "q";\n',
            "const f = /[\"'/]+/g.test(a) ? 'y' : \"n\";\n",
            "if (a) { return'x' }\n",
            'const g = s.split(/"/).map((x) => x.replace(/\'/g, ""));\n',
            "f(a, /it's/, 'v');\n",
            "const h = {\"k\": 1, 'l': ['m', \"n\"]};\n",
        ],
    ),
    "go": (
        "tree_sitter_go",
        {"interpreted_string_literal", "raw_string_literal"},
        [
            *_C_LIKE,
            'var a = "it\'s \\"\\\\"\n',
            "var b = `raw \" ' \\`\n",
            "var c = '\"'\n",
            "var d = '\\''\n",
            'var e = []string{"a", `b`}\n',
        ],
    ),
    "java": (
        "tree_sitter_java",
        {"string_literal"},
        [
            *_C_LIKE,
            'class A { String a = "it\'s \\" b"; }\n',
            "class B { char c = '\"'; char d = '\\''; String e = \"e\"; }\n",
            'class C { String f = """\n  text "quoted" it\'s\n  """; }\n',
        ],
    ),
    "rust": (
        "tree_sitter_rust",
        {"string_literal", "raw_string_literal"},
        [
            *_C_LIKE,
            "/* outer /* it's inner */ \" */\n",
            'const A: &str = "it\'s \\" b";\n',
            "fn f<'a>(x: &'a str) -> &'a str { x }\n",
            "const C: char = '\"'; const D: char = '\\''; const E: u8 = b'\"';\n",
            'const F: &str = r#"raw "quoted" it\'s"#; const G: &[u8] = b"bytes"; const H: &str = r"\\";\n',
            'const I: &str = "two\n  lines";\n',
        ],
    ),
    "c": (
        "tree_sitter_c",
        {"string_literal"},
        [
            *_C_LIKE,
            'char *a = "it\'s \\" b";\n',
            "char c = '\"'; char d = '\\'';\n",
            'wchar_t *w = L"w";\n',
        ],
    ),
    "csharp": (
        "tree_sitter_c_sharp",
        {"string_literal", "verbatim_string_literal", "raw_string_literal", "interpolated_string_expression"},
        [
            *_C_LIKE,
            'class A { string a = "it\'s \\" b"; }\n',
            'class B { string a = @"C:\\it\'s ""x"" \\"; char c = \'"\'; }\n',
            'class C { string a = $"x {b} y"; string d = $@"q ""z"""; }\n',
        ],
    ),
    "ruby": (
        "tree_sitter_ruby",
        {"string"},
        [
            '# it\'s "no"\n',
            "a = 'it\\'s \" b'\n",
            'b = "x #{c["k"]} it\'s"\n',
            "=begin\nit's \"\n=end\n",
            'd = a / 2; e = "q"\n',
            "g = x =~ /[\"']/ ? 'y' : \"n\"\n",
        ],
    ),
}


def _strings(node: Any, types: set[str]) -> Iterator[int]:
    """Yield where the outermost strings below a node end."""
    pending = [node]
    while pending:
        current = pending.pop()
        if current.type in types:
            yield current.end_byte
        else:
            pending.extend(current.children)


@pytest.mark.parametrize("name", GRAMMARS)
def test_strings_are_found_where_the_grammar_finds_them(name: str) -> None:
    module, types, statements = GRAMMARS[name]
    grammar = pytest.importorskip(module)
    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))
    language, source = LANGUAGES[name], random.Random(name)
    for _ in range(80):
        text = "".join(source.choices(statements, k=12))
        text = f"package a\n{text}" if name == "go" else text
        tokens = tokenize(text, language)
        found = {
            tokens.ends[index] for index, form in tokens.forms.items() if form not in ("char", "regex", "ruby char")
        }
        assert sorted(found) == sorted(_strings(parser.parse(text.encode()).root_node, types)), text
