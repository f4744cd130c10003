"""The operators of Python: what libcst calls them, how they are written, what `ast` calls them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Operator(NamedTuple):
    """How an operator is written, word by word, and its node in `ast`."""

    tokens: tuple[str, ...]
    kind: type[ast.AST]


def _table(*rows: tuple[str, str, type[ast.AST]]) -> Mapping[str, Operator]:
    return MappingProxyType({name: Operator(tuple(tokens.split()), kind) for name, tokens, kind in rows})


UNARY = _table(
    ("Plus", "+", ast.UAdd),
    ("Minus", "-", ast.USub),
    ("BitInvert", "~", ast.Invert),
    ("Not", "not", ast.Not),
)
BOOLEAN = _table(("And", "and", ast.And), ("Or", "or", ast.Or))
BINARY = _table(
    ("Add", "+", ast.Add),
    ("Subtract", "-", ast.Sub),
    ("Multiply", "*", ast.Mult),
    ("Divide", "/", ast.Div),
    ("FloorDivide", "//", ast.FloorDiv),
    ("Modulo", "%", ast.Mod),
    ("Power", "**", ast.Pow),
    ("LeftShift", "<<", ast.LShift),
    ("RightShift", ">>", ast.RShift),
    ("BitOr", "|", ast.BitOr),
    ("BitAnd", "&", ast.BitAnd),
    ("BitXor", "^", ast.BitXor),
    ("MatrixMultiply", "@", ast.MatMult),
)
AUGMENTED = MappingProxyType(
    {f"{name}Assign": Operator((f"{operator.tokens[0]}=",), operator.kind) for name, operator in BINARY.items()}
)
COMPARISON = _table(
    ("LessThan", "<", ast.Lt),
    ("GreaterThan", ">", ast.Gt),
    ("Equal", "==", ast.Eq),
    ("LessThanEqual", "<=", ast.LtE),
    ("GreaterThanEqual", ">=", ast.GtE),
    ("NotEqual", "!=", ast.NotEq),
    ("In", "in", ast.In),
    ("NotIn", "not in", ast.NotIn),
    ("Is", "is", ast.Is),
    ("IsNot", "is not", ast.IsNot),
)
