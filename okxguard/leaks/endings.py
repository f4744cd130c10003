"""Tell from the name of a file, and how it begins, whether the code rules may have anything to do with it."""

from __future__ import annotations

_PYTHON = frozenset({"py", "pyw", "pyi", "pyx", "ipynb"})
_OTHERS = (
    "js jsx ts tsx mjs cjs mts cts vue svelte astro go java kt kts scala sc groovy gradle cs csx rs php phtml rb"
    " rake swift dart ex exs lua cr c h cc cpp hpp m mm sh bash zsh ksh fish ps1 psm1 bat cmd mk yml yaml"
)
_ENDINGS = _PYTHON.union(_OTHERS.split())
_NAMES = ("dockerfile", "makefile", "jenkinsfile", "containerfile", "gnumakefile")


def is_python(path: str) -> bool:
    """Tell whether a file is Python, or a notebook."""
    return path.rpartition(".")[2].lower() in _PYTHON


def may_be_code(path: str, data: bytes) -> bool:
    """Tell whether a file that begins with `data` may be code."""
    name = path.rpartition("/")[2].lower()
    return name.rpartition(".")[2] in _ENDINGS or name.startswith(_NAMES) or data.startswith(b"#!")
