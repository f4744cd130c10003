"""Tell what tests say about variables: which are empty, and which items are looked at for their secrets."""

from __future__ import annotations

import ast
import re

from okxguard.leaks.names import words_of
from okxguard.leaks.scope import Frame
from okxguard.leaks.values import KEY, SAFE, UNKNOWN, Value

# Words of lists of names, and of functions, that tell the keys of secrets from others.
_REDACTING = frozenset(
    {
        "apikey",
        "blacklist",
        "blocked",
        "confidential",
        "credential",
        "credentials",
        "denied",
        "forbidden",
        "hidden",
        "hide",
        "mask",
        "masked",
        "passphrase",
        "passwd",
        "password",
        "passwords",
        "private",
        "public",
        "redact",
        "redacted",
        "safe",
        "secret",
        "secrets",
        "sensible",
        "sensitive",
        "token",
    }
)
_NAME, _WORD = re.compile(r"[\w-]{1,60}"), re.compile(r"[A-Za-z]{1,60}")
_LONGEST_PATTERN, _SHORTEST_PART = 400, 3
_SAME, _OTHER = (ast.Is, ast.Eq), (ast.IsNot, ast.NotEq)


def answer_of(test: Value) -> bool | None:
    """Return the answer of a test that compares the known keys of items, or None."""
    return test.const if test.ref == KEY and isinstance(test.const, bool) else None


def decided(test: ast.expr, frame: Frame) -> bool | None:
    """Return the answer of a test that the constants in the variables of a function tell, or None."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = decided(test.operand, frame)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        answers = [decided(each, frame) for each in test.values]
        ends = isinstance(test.op, ast.Or)
        return ends if ends in answers else None if None in answers else not ends
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], (*_SAME, *_OTHER)):
        first, second = _constant(test.left, frame), _constant(test.comparators[0], frame)
        if UNKNOWN in (first, second):
            return None
        return (first == second) is isinstance(test.ops[0], _SAME)
    constant = _constant(test, frame) if isinstance(test, ast.Name) else UNKNOWN
    return None if constant is UNKNOWN else bool(constant)


def _constant(node: ast.expr, frame: Frame) -> object:
    """Return the text, the truth value or the nothing that an expression is, or UNKNOWN."""
    value = frame.variables.get(node.id) if isinstance(node, ast.Name) else None
    if value is not None and (value.taints or value.box is not None):
        return UNKNOWN
    constant = value.const if value is not None else node.value if isinstance(node, ast.Constant) else UNKNOWN
    return constant if constant is None or isinstance(constant, (str, bool)) else UNKNOWN


def refine(test: ast.expr, frame: Frame, *, holds: bool) -> None:
    """Note what a test tells in a branch: what is empty there is no secret."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        refine(test.operand, frame, holds=not holds)
    elif isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) is holds:
        for each in test.values:
            refine(each, frame, holds=holds)
    elif isinstance(test, ast.NamedExpr):
        refine(test.target, frame, holds=holds)
    elif isinstance(test, ast.Name) and not holds:
        frame.variables[test.id] = SAFE
    elif isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and _is_about_nothing(test, holds=holds):
        frame.variables[test.left.id] = SAFE


def _is_about_nothing(test: ast.Compare, *, holds: bool) -> bool:
    """Tell whether a comparison says, where it holds or not, that something is None or empty."""
    operator, other = test.ops[0], test.comparators[0]
    if len(test.ops) != 1 or not isinstance(other, ast.Constant) or other.value:
        return False
    return isinstance(operator, _SAME if holds else _OTHER)


def is_redaction(test: ast.expr, frame: Frame) -> bool:
    """Tell whether a test that nobody can answer asks whether the key of an item is that of a secret."""
    nodes = list(ast.walk(test))
    values = [value for node in nodes if isinstance(node, ast.Name) and (value := frame.find(node.id)) is not None]
    if any(value.ref == KEY and value.const is UNKNOWN for value in values):
        return any(map(_names_secrets, nodes)) or any(map(_lists_secrets, values))
    keys = [_letters(value.const) for value in values if value.ref == KEY and isinstance(value.const, str)]
    if not keys:
        return False
    texts = [node.value for node in nodes if isinstance(node, ast.Constant)]
    texts += [each.const for value in values if value.box is not None for each in value.box.fields.values()]
    if not any(map(_is_telling, texts)):
        return False
    return any(part in key for text in texts for part in _parts_of(text) for key in keys)


def _parts_of(text: object) -> list[str]:
    """Return the names in a text that keys are compared with: the text itself, or the words of a pattern."""
    if not isinstance(text, str) or len(text) > _LONGEST_PATTERN:
        return []
    names = [text] if _NAME.fullmatch(text) else _WORD.findall(text)
    return [part for part in map(_letters, names) if len(part) >= _SHORTEST_PART]


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def _names_secrets(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return _is_telling(node.value)
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return not _REDACTING.isdisjoint(words_of(name))


def _lists_secrets(value: Value) -> bool:
    if value.box is None:
        return False
    return any(map(_is_telling, value.box.fields)) or any(_is_telling(each.const) for each in value.box.fields.values())


def _is_telling(text: object) -> bool:
    return isinstance(text, str) and not _REDACTING.isdisjoint(
        (*words_of(text), text.lower(), "apikey" if "key" in text.lower() else "")
    )


def forget_dumped(frame: Frame) -> None:
    """Forget the secrets of the items that are looked at while their keys are compared with those of secrets."""
    for name, value in frame.variables.items():
        if any(taint.dump for taint in value.taints):
            frame.variables[name] = SAFE
