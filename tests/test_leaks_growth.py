"""What the gate does grows with the size of a module, however many of its names are equal."""

from __future__ import annotations

import ast
import sys
from types import FrameType
from typing import Any

import pytest

from okxguard.leakbook import load_leaks
from okxguard.leaks.gate import Brought, GateKeeper
from okxguard.leaks.library import Library
from okxguard.leaks.names import SecretNames
from okxguard.leaks.relation_layout import lay_out
from okxguard.leaks.relations import Relations
from okxguard.rulebook import load_rulebook

_BOOK = load_leaks(load_rulebook().folder)
_LIBRARY = Library(_BOOK)
_KEEPER = GateKeeper(SecretNames(_BOOK.names), _LIBRARY)
_FEW, _MANY = 40, 160
# Twice the growth of the module; what is quadratic grows with the square of it.
_MOST_GROWTH = 2 * _MANY // _FEW
_SHOWN = "import os\nsecret = os.environ['OKX_SECRET']\nprint(secret)\n"

# Pieces of modules that stand in them again and again, with a number in it.
_PIECES = {
    "methods that call those of their name": "class C{0}:\n    def send(self, v):\n        return other.send(v)\n",
    "keywords of calls": "class C{0}:\n    def send(self, v):\n        return other.send(v=v)\n",
    "spread calls": "class C{0}:\n    def send(self, v):\n        return other.send(*v)\n",
    "too many arguments": "class C{0}:\n    def send(self, v):\n        return other.send(v, 1, 2)\n",
    "functions that are handed over": "class C{0}:\n    def send(self, v):\n        return run(self.send, v)\n",
    "makers": "class C{0}:\n    def __init__(self, v):\n        self.v{0} = v\nc{0} = C{0}({0})\n",
    "makers of classes around": "class C{0}(B):\n    def __init__(self, v):\n        super().__init__(v)\n",
    "classes without a maker": "class M:\n    def __init__(self, v{0}):\n        pass\n"
    "class C{0}:\n    pass\nC{0}({0})\n",
    "fields of a class": "class C:\n    f{0}: int = 0\nc{0} = C({0}, a)\n",
    "fields of equal classes": "class C:\n    def run(self):\n        self.v{0} = 1\n",
    "functions with other names": "class C{0}:\n    def send(self, v):\n        return v\nrun = C{0}.send\nrun(a)\n",
    "names that take turns": "def f(x):\n    return x\ndef g(x):\n    return x\nf = g\ng = f\nf(g(a))\n",
    "decorators": "def d(f):\n    def inner(*a):\n        return f(*a)\n    return inner\n"
    "@d\ndef f{0}(v):\n    return v\n",
    "parameters with the name of a function": "class C{0}:\n    def send(self, send):\n        return send\n",
    "variables of the module": "v{0} = {0}\ndef f{0}(x{0}):\n    v{0} = x{0}\n    return v{0}\n",
}


def _steps(text: str) -> int:
    """Return how many steps the gate takes for a module: operations of Python, and relations that it notes."""
    tree = ast.parse(_SHOWN + text)
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        gate = _KEEPER.look(tree, frozenset(), Brought())
    finally:
        sys.settrace(before)
    assert gate.opens
    notes = Relations(lay_out(tree), _LIBRARY, _KEEPER.is_secret, frozenset(), frozenset()).read()
    return count + 10 * (sum(map(len, notes.into.values())) + len(notes.aliases))


@pytest.mark.parametrize("piece", _PIECES.values(), ids=_PIECES)
def test_gate_grows_with_its_module(piece: str) -> None:
    few, many = ("".join(piece.format(number) for number in range(most)) for most in (_FEW, _MANY))
    assert _steps(many) < _MOST_GROWTH * _steps(few)
