"""Make up files of many kinds: valid in their syntax, about nothing, or about OKX, with credentials or without.

Everything comes out of a seed; credentials are made up as everything else.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable, Sequence

_FIRST = ("get", "load", "order", "price", "index", "user", "cache", "row", "total", "market")
_SECOND = ("value", "list", "state", "size", "data", "item", "limit", "count", "map", "time")
# How many files of a hundred have which ending.
_ENDINGS = {
    ".py": 35,
    ".js": 18,
    ".json": 10,
    ".ts": 10,
    ".go": 7,
    ".md": 7,
    ".yml": 5,
    ".html": 4,
    ".txt": 2,
    ".toml": 1,
    ".env": 1,
}
_POOL = 400


class Material:
    """Makes files; pieces of every kind are made once, so that a large tree is written in little time."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._pools = {
            ending: [piece(self._random, f"{number}") for number in range(_POOL)] for ending, piece in _PIECES.items()
        }

    def ending(self) -> str:
        """Return the ending of a next file."""
        return self._random.choices(list(_ENDINGS), list(_ENDINGS.values()))[0]

    def text(self, ending: str, *, okx: bool, leaks: bool = False) -> str:
        """Return a file of some kilobytes, with a part about OKX, which may hold a credential letter by letter."""
        pieces = self._random.sample(self._pools[ending], min(_POOL, int(self._random.lognormvariate(3.05, 1.0)) + 1))
        if okx:
            about = _ABOUT[ending](_credential(self._random) if leaks else _references(ending))
            pieces.insert(len(pieces) // 2, about)
        return _joined(ending, pieces)

    def lines(self, count: int) -> Sequence[str]:
        """Return lines of words."""
        return [_words(self._random, self._random.randrange(1, 12)) for _ in range(count)]

    def chance(self, share: float) -> bool:
        """Return True for so many of all calls."""
        return self._random.random() < share


def credential(seed: int) -> tuple[str, str, str]:
    """Return an API key, a secret key and a passphrase of the shapes that OKX gives out."""
    return _credential(random.Random(seed))


def _credential(rng: random.Random) -> tuple[str, str, str]:
    key = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    letters = "".join(rng.choices("bcdfghjkmnpqrstvwz", k=8))
    return key, f"{rng.getrandbits(128):032X}", f"K{letters}{rng.randrange(100, 999)}!"


def _references(ending: str) -> tuple[str, str, str]:
    slots = ("OKX_API_KEY", "OKX_SECRET_KEY", "OKX_PASSPHRASE")
    key, secret, passphrase = (f"${{{slot}}}" for slot in slots) if ending != ".md" else ("", "", "")
    return key, secret, passphrase


def _words(rng: random.Random, count: int) -> str:
    return " ".join(f"{rng.choice(_FIRST)} {rng.choice(_SECOND)}" for _ in range(count))


def _name(rng: random.Random, number: str, joint: str = "_") -> str:
    return f"{rng.choice(_FIRST)}{joint}{rng.choice(_SECOND)}{joint}{number}"


def _python(rng: random.Random, number: str) -> str:
    name, limit = _name(rng, number), rng.randrange(99)
    return (
        f'def {name}(rows, limit={limit}):\n    """{_words(rng, 4)}."""\n    total = 0\n    for row in rows:\n'
        f'        total += row["{rng.choice(_SECOND)}"] * row["price"]\n'
        f'    log.info("{_words(rng, 2)} %s of %d", total, len(rows))\n'
        f"    return total if total > limit else None\n\n"
    )


def _javascript(rng: random.Random, number: str) -> str:
    name = _name(rng, number)
    return (
        f"// {_words(rng, 6)}\nexport function {name}(rows, limit) {{\n  let total = {rng.randrange(99)};\n"
        f"  for (const row of rows) {{\n    total += row.{rng.choice(_SECOND)} * row.price;\n  }}\n"
        f'  console.log("{_words(rng, 2)}", total, rows.length);\n  return total > limit ? total : null;\n}}\n'
    )


def _go(rng: random.Random, number: str) -> str:
    return (
        f"// {_words(rng, 6)}\nfunc {_name(rng, number)}(rows []Row, limit int) int {{\n"
        f"\ttotal := {rng.randrange(99)}\n"
        f'\tfor _, row := range rows {{\n\t\ttotal += row.Size * row.Price\n\t}}\n\tlog.Printf("{_words(rng, 2)} %d", '
        f"total)\n\treturn total\n}}\n"
    )


def _member(rng: random.Random, number: str) -> str:
    value = {"name": _words(rng, 2), "size": rng.randrange(9999), "tags": _words(rng, 3).split()}
    return f'  "{_name(rng, number)}": {json.dumps(value)}'


def _mapping(rng: random.Random, number: str) -> str:
    return f"{_name(rng, number)}:\n  name: {_words(rng, 2)}\n  size: {rng.randrange(9999)}\n  tags: [a, b, c]\n"


def _paragraph(rng: random.Random, number: str) -> str:
    return f"## {_name(rng, number, ' ')}\n\n{_words(rng, 30)}.\n{_words(rng, 20)}.\n\n"


def _element(rng: random.Random, number: str) -> str:
    return f'<section id="{_name(rng, number)}"><h2>{_words(rng, 2)}</h2>\n<p>{_words(rng, 25)}</p></section>\n'


def _table(rng: random.Random, number: str) -> str:
    return f'[{_name(rng, number)}]\nname = "{_words(rng, 2)}"\nsize = {rng.randrange(9999)}\n\n'


def _setting(rng: random.Random, number: str) -> str:
    return f"{_name(rng, number).upper()}={rng.randrange(9999)}\n"


def _sentence(rng: random.Random, number: str) -> str:
    return f"{number} {_words(rng, 12)}.\n"


Piece = Callable[[random.Random, str], str]
_PIECES: dict[str, Piece] = {
    ".py": _python,
    ".js": _javascript,
    ".ts": _javascript,
    ".go": _go,
    ".json": _member,
    ".yml": _mapping,
    ".md": _paragraph,
    ".html": _element,
    ".txt": _sentence,
    ".toml": _table,
    ".env": _setting,
}


def _about_python(parts: tuple[str, str, str]) -> str:
    key, secret, passphrase = (
        f'os.environ["{part[2:-1]}"]' if part.startswith("${") else f'"{part}"' for part in parts
    )
    return (
        f"import ccxt\n\nokx = ccxt.okx({{\n    'apiKey': {key},\n    'secret': {secret},\n"
        f"    'password': {passphrase},\n}})\n\n\ndef okx_balance():\n    reply = okx.fetch_balance()\n"
        '    log.info("OKX balance %s", reply["total"])\n    return reply\n\n'
    )


def _about_javascript(parts: tuple[str, str, str]) -> str:
    key, secret, passphrase = (f"process.env.{part[2:-1]}" if part.startswith("${") else f'"{part}"' for part in parts)
    return (
        f"const okx = new ccxt.okx({{\n  apiKey: {key},\n  secret: {secret},\n  password: {passphrase},\n}});\n"
        'okx.fetchBalance().then((reply) => console.log("OKX balance", reply.total));\n'
    )


def _about_go(parts: tuple[str, str, str]) -> str:
    key, secret, passphrase = (f'os.Getenv("{part[2:-1]}")' if part.startswith("${") else f'"{part}"' for part in parts)
    return (
        f"// okxClient signs requests to OKX.\nfunc okxClient() *Client {{\n\treturn &Client{{\n\t\tAPIKey: {key},\n"
        f"\t\tSecretKey: {secret},\n\t\tPassphrase: {passphrase},\n\t}}\n}}\n"
    )


def _about_json(parts: tuple[str, str, str]) -> str:
    return '  "okx": ' + json.dumps(dict(zip(("api_key", "secret_key", "passphrase"), parts, strict=True)))


def _about_toml(parts: tuple[str, str, str]) -> str:
    return '[okx]\napi_key = "{}"\nsecret_key = "{}"\npassphrase = "{}"\n\n'.format(*parts)


def _about_prose(parts: tuple[str, str, str]) -> str:
    return "Create an API key at OKX.\n\nAPI key: {}\nSecret key: {}\nPassphrase: {}\n\n".format(*parts)


_ABOUT: dict[str, Callable[[tuple[str, str, str]], str]] = {
    ".py": _about_python,
    ".js": _about_javascript,
    ".ts": _about_javascript,
    ".go": _about_go,
    ".json": _about_json,
    ".yml": lambda parts: 'okx:\n  api_key: "{}"\n  secret_key: "{}"\n  passphrase: "{}"\n'.format(*parts),
    ".md": _about_prose,
    ".html": lambda parts: f"<p>{_about_prose(parts)}</p>\n",
    ".txt": _about_prose,
    ".toml": _about_toml,
    ".env": lambda parts: "OKX_API_KEY={}\nOKX_SECRET_KEY={}\nOKX_PASSPHRASE={}\n".format(*parts),
}


def _joined(ending: str, pieces: Sequence[str]) -> str:
    if ending == ".json":
        return "{\n" + ",\n".join(pieces) + "\n}\n"
    head = {".py": "import logging\nimport os\n\nlog = logging.getLogger(__name__)\n\n\n", ".go": "package main\n\n"}
    return head.get(ending, "") + "".join(pieces)
