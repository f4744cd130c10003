"""The tree that is made from libcst's is the tree of `ast`, place for place; and nothing crashes or hangs it."""

from __future__ import annotations

import ast
import random
import sys
import sysconfig
import textwrap
import threading
import tokenize
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okxguard.entries.reading import MismatchError
from okxguard.leaks.exact import parse_exactly, span_of

pytest.importorskip("libcst")

LIBRARY = Path(sysconfig.get_paths()["stdlib"])
SAMPLE = 12
# On older Pythons all that is inside an f-string stands where the f-string stands, or nowhere.
PLACES_IN_FIELDS = sys.version_info >= (3, 12)
PLACED = (ast.Name, ast.Attribute, ast.Call, ast.Constant, ast.keyword, ast.stmt)


def parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def alike(tree: ast.Module) -> ast.Module:
    """Take out of a tree what differs by design, and the empty texts that Python 3.12 sees behind fields."""
    for node in ast.walk(tree):
        for name, value in (("ctx", ast.Load()), ("kind", None), ("type_comment", None), ("type_params", [])):
            if name in vars(node):
                setattr(node, name, value)
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if isinstance(statements, list):
                setattr(node, name, [_without_types(statement) for statement in statements])
        if isinstance(node, ast.JoinedStr):
            node.values = [each for each in node.values if not isinstance(each, ast.Constant) or each.value]
    return tree


def _without_types(statement: ast.stmt) -> ast.stmt:
    return ast.copy_location(ast.Pass(), statement) if type(statement).__name__ == "TypeAlias" else statement


def places(tree: ast.Module, text: str, *, in_bytes: bool) -> Iterator[tuple[str, object]]:
    """Yield the kinds and places, in characters, of the nodes that both trees place alike."""
    lines = text.split("\n")

    def characters(line: int, column: int) -> int:
        return len(lines[line - 1].encode()[:column].decode()) if in_bytes else column

    inside = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if not isinstance(node, PLACED):
            continue
        if id(node) in inside and (isinstance(node, ast.Constant) or not PLACES_IN_FIELDS):
            continue
        end_line, end = node.end_lineno or 0, node.end_col_offset or 0
        yield (
            type(node).__name__,
            (node.lineno, characters(node.lineno, node.col_offset), end_line, characters(end_line, end)),
        )


def assert_same(text: str) -> None:
    expected, found = alike(parsed(text)), alike(parse_exactly(text))
    assert list(places(found, text, in_bytes=False)) == list(places(expected, text, in_bytes=True))
    assert ast.dump(found) == ast.dump(expected)


SNIPPETS = [
    "",
    "# nothing\n",
    "\n\n  # nothing\n",
    "x",
    "x = y = z",
    "x: int",
    "x.y: 'int' = 3",
    "x[0]: int = yield_",
    "x, *y = z, = w",
    "(x, y), [z, w] = v",
    "*x, y = z",
    "\n".join(f"x {operator}= y" for operator in ("+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "@")),
    "a + b - c * d / e // f % g ** h << i >> j & k | l ^ m @ n",
    "(a + b) + (c + (d + e)) * -f ** -g",
    "a - b - c - (d - e)",
    "not a and b or c and (d and e) and f or (g or h)",
    "(a and b) and c",
    "a < b <= c > d >= e == f != g is h is not i in j not  in k",
    "- + ~ x, not not y",
    "None, True, False, ..., Ellipsis",
    "0, 1_000, 0xFf, 0o17, 0b1_0, 00, 1., .5, 1e5, 1_0.5E-1_0, 1j, 2.5J, 1e3j",
    "10 ** 400, " + "9" * 400,
    "''; \"\"; 'a'; \"b\"; '''c\nd'''; \"\"\"e'\"f\"\"\"",
    r"'\n\x41\u0041\U00000041\N{BULLET}\101\\\'\"', r'\n\'', R'a\b', u'c', U'd'",
    r"b'\n\x00\xff', rb'\n', Rb'a', bR'b', B'c'",
    "'a\\\nb'",
    "'a' 'b' \"c\"; b'a' rb'\\b'; ('a'\n  # a comment\n  'b'\n 'c')",
    "x = 'a' \\\n    'b'",
    "f''; f'a'; f'{a}'; f'{a}{b}'; f'a{b}c{d}e'; f'{{{a}}}'; f'{{a}}'; F'{ a }'",
    "f'{a!r}{b!s}{c!a}{d !r}{e:>10}{f!r:>{g}.{h}}{i:%Y-%m-%d}{j:}'",
    "f'{a=}{b = }{ c=!s}{d=:>5}{e= !r:^{f}}x{g.h(1)=}'",
    "f'{a, b}{(lambda: 1)()}{c if d else e}{[f for f in g]}{ {1: 2}[1] }{h[\"i\"]}'",
    "f'''{\na\n}\n{b:\n}'''" if PLACES_IN_FIELDS else "f'''{\na\n}\n'''",
    r"f'\n{a}\x41\N{BULLET}{b}\{c}'; rf'\n{a}\{b}'; fR'{a:\d}'; f'{a:\x20}'",
    "'a' f'{b}' 'c' f'd' 'e'; f'{a}' f'{b}'; '' f''; 'a' f'b'",
    "f'{f\"{f'''{a}'''}\"}'" if PLACES_IN_FIELDS else "f'{f\"{a}\"}'",
    "a.b.c(d).e[f](g)(h)[i][j].k",
    "(a).b, (a)(b), (a)[b], ((a.b)).c, (a\n.b\n.c)",
    "f(), f(a), f(a,), f(*a), f(**a), f(a, *b, c=d, **e), f(a=(b), ), f(*a, b, c=1, *d, **e, f=2)",
    "f(a for a in b), f((a for a in b)), f((a for a in b), c), f (\n a for a in b\n)",
    "a[1], a[1,], a[1, 2], a[()], a[(1, 2)], a[b:c], a[:], a[::], a[b:], a[:c], a[b:c:d], a[::d], a[b::d]",
    "a[1:2, 3], a[..., :, 1], a[b, c:d:e,], a[(b)], a[b := 1]",
    "(), (a,), (a, b), (a, b,), ((a)), ((a, b)), [], [a], [a,], [*a, b], {a}, {*a, b}, {}, {a: b}, {a: b, **c, d: e,}",
    "[a for a in b], {a for a in b}, {a: b for a, b in c}, (a for a in b)",
    "[a for a in b for c in a if d if e for f in g if h], [(yield_) for (a, b), *c in d]",
    "async def f():\n    [a async for a in b]; await c; return await (d), await e.f()\n",
    "lambda: a, lambda a: b, lambda a, b=1, *c, d, e=2, **f: g, lambda *, a: b, lambda a, /, b: c, lambda *a: (b)",
    "lambda a, b=lambda c, d=1: e, *f: lambda: g",
    "a if b else c if d else e, (a if b else c) if d else e",
    "(a := b), [c := d, e], f(g := h)",
    "def f():\n    yield\n    yield a\n    yield a, b\n    x = yield\n    y = yield from z\n    (yield)\n    return",
    "def f(): return a, *b\ndef g(): return (a)\n",
    "del a; del a, b; del (a, b); del (a), b[0], c.d; del [a, b]; del (a)",
    "raise\nraise a\nraise a from b",
    "assert a\nassert a, b\nassert (a, b)",
    "def f():\n    global a, b\n    def g():\n        nonlocal_ = 1\n",
    "def f():\n    a = b = 1\n    def g():\n        nonlocal a, b\n",
    "import a\nimport a.b.c\nimport a as b, c . d as e",
    "from a import b\nfrom . import a\nfrom .a import *\nfrom ...a.b import (c as d, e,)\nfrom .... import a",
    "pass; pass;\nif a: b; c;\n",
    "if a:\n    b\nelif c:\n    d\nelif e: f\nelse:\n    g\n",
    "if a:\n    b\nelse:\n    if c:\n        d\n",
    "while a:\n    break\nelse:\n    continue_\nwhile b: continue\n",
    "for a in b:\n    c\nelse:\n    d\nfor a, b in c, d: e\nfor (a) in (b): c\nfor a.b[c] in *d, e: f\n",
    "try:\n    a\nexcept:\n    b\n",
    "try:\n    a\nexcept b:\n    c\nexcept (d, e) as f:\n    g\nelse:\n    h\nfinally:\n    i\n",
    "try: a\nfinally: b\n",
    "with a: b\nwith a as b, c as (d, e), f: g\n",
    "with (a): b\nwith (a, b): c\nwith (a as b, c as d,): e\nwith (a) as b: c\n",
    "with (yield_), (a): b\nwith a as b.c, d as e[f]: g\n",
    "async def f():\n    async with a as b: c\n    async for d in e: g\n    else: h\n",
    "def f(a, b: int, c=1, d: str = 2, *e: int, f, g: int = 3, h=4, **i: int) -> (j): k\n",
    "def f(a, /): b\ndef f(a, /, b=1, *, c): d\n",
    "def f(*, a=1, b): c\ndef f(a=1, /, *b): c\ndef f(\n    a,\n    b,\n): c\n",
    "@a\n@b.c(d)\n@e[f]\ndef g():\n    'documented'\n    return 1\n",
    "@a\nclass B: pass\nclass C(): pass\nclass D(E, *f, metaclass=g, **h): i = 1\nclass J(K,): pass\n",
    "@a\nasync def f(): pass\n",
    "def f():\n\tif a:\n\t\tb\n\n\t# a comment\n\n\treturn c\n# another\n",
    "if a:\n    b\n  # dedented comment\n    c\n",
    "a = [  # a comment ] with (brackets\n    b,  # and 'quotes\n\n    c\n]\n",
    "a = b + \\\n    c\n",
    "äöü = ß.é('ü', ñ='😀') + x; ﬁ = 1; 'é' f'{é}' + z; y",
    "x = '''é\né''' + y",
    "print (a), print(b)\nmatch = case = type = _ = 1; match[a]; case(b); type(c); match (d)\n",
    "match a:\n    case 1 | -2 | 3.5 | -1+2j | 'b' 'c' | b'd': e\n    case None | True | False: f\n    case _: g\n",
    "match a, *b:\n    case c: d\n",
    "match (a):\n    case [] | () | [b] | [b,] | (b,) | [b, *c] | (*_, d): e\n    case b, *c: d\n    case *b,: c\n",
    "match a:\n    case {}: b\n    case {'c': d, 1: [e], **f}: g\n    case {h.i: _, }: j\n    case {**k}: l\n",
    "match a:\n    case B(): c\n    case d.E(f, (g), h=i, j=K(l),): m\n",
    "match a:\n    case (n) as o: p\n    case ((q | r) as s, t): u\n",
    "match a:\n    case b.c if d and (e := f): g\n    case (1): h\n    case (None): i\n    case [(j)]: k\n",
    "class A:\n    def b(self): ...\n    x: int = 1; y = 2\n",
    "\f\nx = 1\n\fdef f(): pass\n",
    "x = 1\r\nif x:\r\n    y = '''a\r\nb'''\r\n",
]
NEWER = {
    (3, 11): [
        "try:\n    a\nexcept* b:\n    c\nexcept *(d, e) as f:\n    g\n",
        "a[*b], a[*b, c], a[b:c, *d]",
        "def f(*a: *b): c\n",
    ],
    (3, 12): [
        "type A = int\ntype B[T: (int, str), *U, **V] = dict[T, U]\n",
        "def f[T: int, *U, **V](a: T) -> T: b\nclass C[T](D): e\n",
        "f'{a[\"b\"]}' f'{f'{c}'}' f'{d!r:{e}}'",
    ],
    (3, 13): ["def f[T = int, *U = *V, **W = [int]](): b\ntype A[T = str] = T\n"],
    (3, 14): ["try: a\nexcept b, c: d\n"],
}
SNIPPETS_HERE = SNIPPETS + [text for version, texts in NEWER.items() if sys.version_info >= version for text in texts]


@pytest.mark.parametrize("text", SNIPPETS_HERE, ids=lambda text: text[:40])
def test_snippet_is_read_as_python_reads_it(text: str) -> None:
    assert_same(text)


@pytest.mark.parametrize("text", [text for texts in NEWER.values() for text in texts], ids=lambda text: text[:40])
def test_newer_syntax_is_read_by_every_python(text: str) -> None:
    assert parse_exactly(text).body


def library_files() -> list[Path]:
    files = sorted(path for path in LIBRARY.glob("*.py") if path.stat().st_size < 40_000)
    return random.Random(5).sample(files, SAMPLE)


@pytest.mark.parametrize("path", library_files(), ids=lambda path: path.name)
def test_standard_library_is_read_as_python_reads_it(path: Path) -> None:
    with tokenize.open(path) as file:
        assert_same(file.read())


NAMES = st.sampled_from(["a", "key", "é", "self"])
ATOMS = st.one_of(
    NAMES,
    st.sampled_from(["1", "'x'", "b'y'", "...", "None", "'''é\n'''", "f'{a}é{b!r:>{c}}'", "r'\\d' 'z'"]),
)


def compounds(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(inner, NAMES).map(lambda parts: f"({parts[0]}).{parts[1]}"),
        st.tuples(inner, st.lists(inner, max_size=3)).map(lambda parts: f"({parts[0]})({', '.join(parts[1])})"),
        st.tuples(NAMES, inner).map(lambda parts: f"f(*{parts[0]}, {parts[0]}=({parts[1]}), **g)"),
        pair.map(lambda parts: f"({parts[0]})[{parts[1]}:, {parts[0]}]"),
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(pair, max_size=2).map(lambda items: "{" + ", ".join(f"{key}: {value}" for key, value in items) + "}"),
        pair.map(lambda parts: f"({parts[0]} + {parts[1]})"),
        pair.map(lambda parts: f"({parts[0]}\n and {parts[1]} and not {parts[0]})"),
        pair.map(lambda parts: f"({parts[0]} <  {parts[1]} is {parts[0]})"),
        pair.map(lambda parts: f"({parts[0]} if {parts[1]} else {parts[0]})"),
        pair.map(lambda parts: f"[{parts[0]} for a in {parts[1]} if {parts[0]}]"),
        inner.map(lambda part: f"(lambda a, *b, c={part}: {part})"),
        st.tuples(NAMES, inner).map(lambda parts: f"({parts[0]} := {parts[1]})"),
    )


EXPRESSIONS = st.recursive(ATOMS, compounds, max_leaves=12)


def blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, min_size=1, max_size=3).map(lambda lines: textwrap.indent("".join(lines), "    "))
    headers = st.one_of(
        EXPRESSIONS.map(lambda part: f"if {part}:\n"),
        EXPRESSIONS.map(lambda part: f"for a, b in {part}:  # é\n"),
        EXPRESSIONS.map(lambda part: f"def f(a, b: {part} = 1, *c, d={part}) -> None:\n\n"),
        EXPRESSIONS.map(lambda part: f"@a.b\nclass C({part}, d={part}):\n"),
        EXPRESSIONS.map(lambda part: f"with {part} as a, {part}:\n"),
    )
    return st.tuples(headers, body).map("".join)


SIMPLE = st.one_of(
    EXPRESSIONS.map(lambda part: f"{part}\n"),
    EXPRESSIONS.map(lambda part: f"a = b.c, d[0] = {part};\n"),
    EXPRESSIONS.map(lambda part: f"a: int = {part}; pass\n"),
    EXPRESSIONS.map(lambda part: f"assert {part}, {part}\n"),
    EXPRESSIONS.map(lambda part: f"raise {part} from {part}  # because\n"),
)
PROGRAMS = st.lists(st.recursive(SIMPLE, blocks, max_leaves=5), max_size=4).map("".join)


@settings(max_examples=150, deadline=None)
@given(PROGRAMS)
def test_generated_program_is_read_as_python_reads_it(text: str) -> None:
    try:
        parsed(text)
    except SyntaxError:
        return  # the lines of a string that were indented
    assert_same(text)


def test_every_name_stands_at_its_span() -> None:
    text = "é = '😀' + naïve  # é\nf'é{naïve.ab(cd=1)!r:>{ef}}'\nif a:\n    '''é\n''' + b\n"
    names = [node for node in ast.walk(parse_exactly(text)) if isinstance(node, ast.Name)]
    assert {text[span_of(node).start : span_of(node).end] for node in names} == {node.id for node in names}


def test_template_string_is_a_joined_string() -> None:
    found, expected = parse_exactly("t'a{b!r:>{c}}'"), parsed("f'a{b!r:>{c}}'")
    assert ast.dump(alike(found)) == ast.dump(alike(expected))


def test_mark_of_the_byte_order_is_stepped_over() -> None:
    (statement,) = parse_exactly("\ufeffab = 1").body
    assert span_of(statement) == (1, 7)


BROKEN = [
    "print 'x'",
    "f(",
    ")",
    "'",
    "'''",
    "f'{",
    "f'{a",
    "f'{a:",
    "f'}'",
    "f'\\N{",
    "x = $",
    "if a:\nb",
    "0777",
    "'\\x'",
    "b'é'",
    "a\0",
    "'\ud800'",
    "9" * 5000,
    "\\",
    "a \\ b",
    "'a' b'b'",
    "import " + ".".join("a" * 1500),
]


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: repr(text[:20]))
def test_what_is_no_python_is_a_mismatch(text: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MismatchError):
        parse_exactly(text)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("text", ["(x): int = 1", r"f'{a:\N{BULLET}}'"])
def test_what_libcst_does_not_know_is_a_mismatch(text: str) -> None:
    assert parsed(text)
    with pytest.raises(MismatchError):
        parse_exactly(text)


def test_missing_library_is_a_mismatch(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "libcst", None)
    with pytest.raises(MismatchError):
        parse_exactly("a = 1")
    assert capfd.readouterr() == ("", "")


def test_no_room_for_a_thread_is_a_mismatch(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(MismatchError):
        parse_exactly("a = 1")
