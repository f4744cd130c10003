"""Which comments, strings and operators every programming language has: the table that drives the lexer.

Nothing here is code: a new language is one row, a new form of string one line in `string_forms`.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Language(NamedTuple):
    """What the lexer and the reader need to know of one language.

    `joins` is a pattern for what stands between the pieces of a concatenation, `defaults` one for the operators
    whose right side counts when the left one is empty. `commands` tells that a name and a string without anything
    between them are a call or a setting. `indented` tells that blocks are told by words and indentation.
    `members` are further signs between a name and its value. `named_first` tells that a declaration is a name and
    then a type without any sign between them; `hyphens` that names may hold some; `atoms` that a bare word may
    name the value behind it in a tuple; `hashes` that braces behind a name look something up; `tags` that
    attributes of elements are assignments.
    """

    comments: tuple[str, ...]
    strings: tuple[str, ...]
    joins: str = r"\+"
    defaults: str = r"\|\||\?\?|\?:|\bor\b"
    commands: bool = False
    indented: bool = False
    brackets: str = "()[]{}"
    members: str = "=>|:"
    named_first: bool = False
    hyphens: bool = False
    atoms: bool = False
    hashes: bool = False
    tags: bool = False


_C = ("//", "/*")
_NOTHING = r"(?!)"

LANGUAGES = {
    "javascript": Language((*_C, "<!--"), ("double", "single js", "template", "regex"), tags=True),
    "coffee": Language(("# coffee",), ("triple", "triple single", "double", "single guarded"), commands=True),
    "go": Language(_C, ("double", "backtick raw", "char"), defaults=_NOTHING, named_first=True),
    "java": Language(_C, ("triple", "double", "char"), members="->|:"),
    "kotlin": Language(_C, ("triple raw", "interpolated ${", "char"), members=r":|->|\b(?:to|by)\b"),
    "scala": Language(_C, ("triple raw", "interpolated ${", "char"), members=r"->|=>|:"),
    "groovy": Language(
        _C, ("triple", "triple single", "interpolated ${", "single guarded", "slashy"), commands=True, members=":"
    ),
    "csharp": Language(_C, ("triple raw", "verbatim", "interpolated {", "double", "char")),
    "fsharp": Language(
        ("//", "(*"), ("triple raw", "verbatim", "double lines", "char"), commands=True, indented=True, members=r":|->"
    ),
    "vb": Language(
        ("'", "rem"),
        ("doubled",),
        joins=r"[&+]",
        defaults=_NOTHING,
        indented=True,
        brackets="(){}",
        members=":",
        commands=True,
    ),
    "rust": Language(
        ("//", "/* nested"), ("rust hashed", "rust raw", "double lines", "char"), defaults=_NOTHING, members="=>|:"
    ),
    "c": Language(_C, ("c++ raw", "double", "char"), joins=r"\+|", defaults=r"\?:"),
    "pine": Language(("//",), ("double", "single guarded")),
    "php": Language(
        ("?>", "//", "/*", "# php"),
        ("php heredoc", "double lines", "single lines", "backtick raw"),
        joins=r"\.",
        defaults=r"\?\?|\?:|\|\||\bor\b",
    ),
    "ruby": Language(
        ("=begin", "__END__", "#"),
        ("heredoc", "ruby char", "interpolated #{", "single lines", "percent", "regex", "template"),
        joins=r"\+|\\?",
        commands=True,
        indented=True,
    ),
    "swift": Language(("//", "/* nested"), ("swift hashed", "triple", "interpolated \\("), members=":"),
    "dart": Language(
        _C,
        ("triple", "triple single", "dart raw", "dart raw single", "interpolated ${", "single guarded"),
        joins=r"\+|",
    ),
    "elixir": Language(
        ("#",),
        ("elixir char", "sigil", "triple", "triple single", "interpolated #{", "single guarded"),
        joins="<>",
        commands=True,
        indented=True,
    ),
    "erlang": Language(
        ("%", "<<"), ("erlang char", "double lines", "single guarded"), joins=r"\+\+|", members=r"=>|:=", atoms=True
    ),
    "lua": Language(
        ("-- lua",),
        ("lua long", "double", "single guarded"),
        joins=r"\.\.",
        commands=True,
        indented=True,
        members="(?!)",
    ),
    "r": Language(
        ("#",), ("r raw", "double lines", "single lines"), joins=_NOTHING, defaults=r"%\|\|%|\|\|", members=":"
    ),
    "julia": Language(
        ("#=", "#", "julia type"),
        ("triple", "interpolated $(", "char", "backtick raw"),
        joins=r"\*",
        indented=True,
        members="=>|:",
    ),
    "matlab": Language(
        ("%{", "%", "... matlab"), ("doubled", "doubled matlab"), joins=r"\+", indented=True, members="(?!)"
    ),
    "delphi": Language(
        ("{", "(*", "//"), ("doubled single",), joins=r"\+", defaults=_NOTHING, indented=True, brackets="()[]"
    ),
    "perl": Language(
        ("=pod", "__END__", "# perl"),
        ("heredoc", "perl regex", "perl quoted", "double lines", "single lines"),
        joins=r"\.",
        defaults=r"\|\||//|\bor\b",
        commands=True,
        members="=>",
        hashes=True,
    ),
    "haskell": Language(
        ("{-", "-- haskell"), ("double lines", "char"), joins=r"\+\+|<>", commands=True, indented=True, members="->"
    ),
    "clojure": Language(
        (";",), ("clojure char", "double lines"), joins=_NOTHING, commands=True, members=r"(?<=\s)\.", hyphens=True
    ),
    "solidity": Language(_C, ("double", "single guarded"), joins=""),
    "zig": Language(("//",), ("zig lines", "double", "char"), joins=r"\+\+|\*\*", defaults=r"\b(?:orelse|catch)\b"),
    "nim": Language(("#", "nim marks"), ("triple raw", "double", "char"), joins="&", indented=True, commands=True),
    "crystal": Language(("#",), ("heredoc", "interpolated #{", "char", "percent"), commands=True, indented=True),
    "ocaml": Language(("(*",), ("double lines", "char"), joins=r"\^", commands=True, members=":"),
    "ada": Language(("--",), ("doubled", "char"), joins="&", defaults=_NOTHING, members="=>"),
    "nix": Language(
        ("#", "/*"), ("nix lines", "interpolated ${"), defaults=r"\bor\b", commands=True, members=_NOTHING, hyphens=True
    ),
    "jsonnet": Language(
        ("jsonnet marks", "#", *_C), ("jsonnet lines", "double", "single guarded"), defaults=_NOTHING, members=":"
    ),
    "cue": Language(("//", "cue type"), ("triple", "triple single", "double", "single guarded"), members=":"),
    "bicep": Language(_C, ("triple single", "single guarded"), joins=_NOTHING, members=":", named_first=True),
    "hcl": Language(
        ("#", *_C), ("heredoc", "interpolated ${"), joins=_NOTHING, members="=>|:", commands=True, hyphens=True
    ),
}

_OBJECTIVE_C = re.compile(
    r"^\s*(?:#import|#include|@interface|@implementation|@import|@class|//|/\*)|;\s*\n\s*\[|@\"", re.MULTILINE
)


def language_for(name: str, path: str, text: str) -> Language | None:
    """Return the language called `name`, or None where none is known; some endings belong to two languages."""
    ending = path.rpartition(".")[2].lower()
    if name == "c" and ending == "m" and not _OBJECTIVE_C.search(text):
        return LANGUAGES["matlab"]
    if ending in ("pine", "coffee"):
        return LANGUAGES[ending]
    return LANGUAGES.get(name)
