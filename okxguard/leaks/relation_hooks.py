"""Tell which names of a module stand for addresses of chats, for the gate."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from okxguard.leaks.library import Library
from okxguard.leaks.relation_layout import Layout
from okxguard.leaks.relation_scopes import last_name, text_of


def names_of_hooks(layout: Layout, library: Library) -> Iterator[str]:
    """Yield the last names of what is given an expression with a text that is the address of a chat, or names one."""
    for node, _ in layout.nodes:
        if not isinstance(node, (ast.Assign, ast.AugAssign)):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        texts = filter(None, map(text_of, ast.walk(node.value)))
        if any(map(library.hooks.search, texts)):
            yield from filter(None, map(last_name, targets))
