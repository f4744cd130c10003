"""Read Python with libcst, whatever Python runs: newer syntax, and the exact place of everything."""

from __future__ import annotations

import ast
import threading
import warnings

from okxguard.entries.reading import MismatchError
from okxguard.leaks.depth import is_parsable
from okxguard.leaks.exact_statements import Statements
from okxguard.leaks.exact_targets import mark_stored
from okxguard.model import Span

# libcst descends without asking how much room is left. With this much, what `is_parsable` lets through takes less than
# a quarter of it; and Python's own limit of depth counts from the start of the thread, not from where we are called.
_STACK = 64 * 1024 * 1024


def parse_exactly(text: str) -> ast.Module:
    """Return the tree that `ast.parse` would return, made from libcst's tree of the text.

    It differs in these points. `col_offset` and `end_col_offset` count characters, not bytes. Places inside f-strings
    are exact on every Python. Only what is assigned is `Store`, names of types and comments are left out, a type
    alias is a `Pass`, a t-string is a `JoinedStr`, and `except*` is `Try` where there is no `TryStar`.

    Raises MismatchError when libcst is missing or does not take the text, or when it would take too long.
    """
    if not is_parsable(text):
        raise MismatchError
    trees: list[ast.Module] = []
    thread = threading.Thread(target=_parse, args=(text, trees), daemon=True)
    previous = threading.stack_size(_STACK)
    try:
        thread.start()
    except RuntimeError:
        raise MismatchError from None
    finally:
        threading.stack_size(previous)
    thread.join()
    if not trees:
        raise MismatchError
    return trees[0]


def span_of(node: ast.AST) -> Span:
    """Return the place of a node of such a tree, in characters of the text; what has none is the beginning."""
    start, end = vars(node).get("span", (0, 0))
    return Span(start, end)


def _parse(text: str, trees: list[ast.Module]) -> None:
    """Append the tree, if there is one."""
    try:
        import libcst

        module = libcst.parse_module(text)
    except BaseException:  # a panic in Rust is no Exception, and has no name to catch it by
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = Statements(text).module(module)
        mark_stored(tree)
        trees.append(tree)
    except (MismatchError, RecursionError, MemoryError, SyntaxError, ValueError, KeyError):
        return
