"""Words and signs of programming languages that say what an expression shows."""

from __future__ import annotations

# What begins a function, a type or a choice: nothing that is shown.
FUNCTIONS = frozenset(
    [
        "case",
        "class",
        "def",
        "enum",
        "fn",
        "for",
        "fun",
        "func",
        "function",
        "interface",
        "lambda",
        "match",
        "struct",
        "sub",
        "switch",
        "when",
        "while",
    ]
)
# What makes a truth, a number or a name of the value behind it.
TESTS = frozenset(
    ["!", "+", "-", "defined?", "delete", "empty", "isset", "nameof", "not", "sizeof", "typeof", "unset", "void", "~"]
)
# What leaves the value behind it as it is.
SKIPPED = frozenset(
    [
        "$",
        "&",
        "*",
        "..",
        "...",
        "@",
        "^",
        "async",
        "await",
        "const",
        "final",
        "go",
        "in",
        "lazy",
        "let",
        "move",
        "mut",
        "new",
        "out",
        "raise",
        "ref",
        "return",
        "stackalloc",
        "static",
        "suspend",
        "throw",
        "try",
        "val",
        "var",
        "yield",
    ]
)
# What makes a truth of the values around it.
COMPARED = frozenset(["!=", "!==", "!~", "<=", "<=>", "==", "===", "=~", ">=", "eq", "in", "instanceof", "is", "ne"])
