"""Make up programs that move secrets about in every way that the code rules know, for the tests of the gate."""

from __future__ import annotations

import random

# Expressions that may give a secret.
_SOURCES = [
    "os.getenv('OKX_SECRET')",
    "cfg['api_secret']",
    "cfg.get('passphrase')",
    "acc.secret_key",
    "getpass.getpass()",
    "dict(os.environ)",
    "load_secret()",
    "s",
    "p['k']",
    "'x'",
    "key['secret']",
    "self.v",
    "self.secret",
    "kw['a']",
    "args[0]",
    "y",
    "GLOB",
    "CFG.token_",
    "CFG.secret",
    "make(s)",
    "gen(s)",
    "K(s)",
    "K.of(s)",
    "api.create_subaccount_apikey(1)",
    "json.load(f)['secret']",
    "locals()",
    "vars(self)",
    "self.__dict__",
    "e",
    "lam(s)",
    "part(s)",
    "cl(s)()",
    "*args",
    "**kw",
]
# What is done to an expression.
_WRAPPED = [
    "{}",
    "f'{{{}}}'",
    "str({})",
    "[{}]",
    "{{'OK-ACCESS-KEY': {}}}",
    "{}[:20]",
    "'%s' % {}",
    "dict(a={})",
    "({},1)[0]",
    "make({})",
    "ident({})",
    "K({}).v",
    "json.dumps({})",
    "b64encode({})",
    "mask({})",
    "copy.deepcopy({})",
    "sorted([{}])",
    "'{{}}'.format({})",
    "{{**{}}}",
    "[q for q in {}]",
    "{} or 1",
    "(lambda: {})()",
    "await co({})",
]
# Statements that keep an expression, or something else; `{i}` stands for the indentation.
_MOVED = [
    "y = {}",
    "p['k'] = {}",
    "p.update(k={})",
    "y = p; y['k'] = {}",
    "self.v = {}",
    "GLOB = {}",
    "acc.x = {}; y = acc.x",
    "y, *z = {}, 1",
    "lst.append({})\n{i}y = lst",
    "for y in [{}]:\n{i}    pass",
    "with op({}) as y:\n{i}    pass",
    "try:\n{i}    raise ValueError({})\n{i}except ValueError as e:\n{i}    y = e",
    "setattr(acc, 'x', {})",
    "p.setdefault('k', {})",
    "y = lambda: {}",
    "def inner():\n{i}    print({})\n{i}inner()",
    "def inner2(w={}):\n{i}    return w\n{i}y = inner2()",
    "match {}:\n{i}    case y:\n{i}        pass",
    "match {}:\n{i}    case {{'secret': y}}:\n{i}        pass",
    "y = [w for w in [{}] if w]",
    "if (y := {}):\n{i}    pass",
    "s = '***'",
    "h.headers.update({})",
    "fill(p, {})",
    "del y",
    "threading.Thread(target=emit, args=({},)).start()",
    "functools.partial(emit, {})()",
    "e = {}",
    "y += str({})",
]
# Statements that show an expression, or what was kept.
_SHOWN = [
    "print({})",
    "log.info('%s', {})",
    "emit({})",
    "emit2(m={})",
    "self.show({})",
    "out({})",
    "raise E({})",
    "assert y, {}",
    "bot.send_message(1, {})",
    "K({}).dump()",
    "print(*[{}])",
    "print(**dict(end={}))",
    "sys.stdout.write({})",
    "list(map(print, [{}]))",
    "requests.get(u + '?a=' + {})",
    "subprocess.run([{}])",
    "return {}",
    "log.bind(a={})",
    "(print if y else log.info)({})",
    "ccxt.okx({{'secret': {}, 'verbose': True}})",
    "print(y)",
    "print(p)",
    "print(self)",
    "print(lst)",
    "print(acc.x)",
    "print(vars(acc))",
    "print('{{secret}}'.format(**{}))",
    "logs['a'].info({})",
    "self.log.info({})",
]
_BEGINNING = """\
import os, json, getpass, logging, sys, copy, threading, functools, requests, subprocess, ccxt
from base64 import b64encode
from conf import CFG
log = logging.getLogger(__name__)
logs = {'a': log}
lst = []
out = print
lam = lambda q: q
part = functools.partial(str)
def ident(q): return q
def make(q): return {'a': q}
def gen(q): yield q
def cl(q):
    def inner(): return q
    return inner
def emit(m): print(m)
def emit2(**kw): print(kw['m'])
def fill(t, q): t['k'] = q
def mask(q): return q[:3] + '***'
async def co(q): return q
class K:
    def __init__(self, v): self.v = v
    @classmethod
    def of(cls, v): return cls(v)
    def dump(self): print(self.v)
"""
# Statements that may take an argument with a star.
_SPREADING = ("print({})", "emit({})", "out({})")


def program(seed: int) -> str:
    """Return a program; the same for the same number. Some are no Python."""
    rng = random.Random(seed)
    lines = [_BEGINNING + "class B:", "    log = log", "    def __init__(self, secret, s):", _body(rng, 8, 1, 3)]
    lines += ["    def show(self, q):", _body(rng, 8, 1, 3)]
    lines += ["    async def go(self, s, p, cfg, acc, bot, *args, **kw):", _body(rng, 8, 1, 5)]
    lines += ["def f(s, p, cfg, acc, bot, key, h, *args, **kw):", _body(rng, 4, 1, 6)]
    lines += ["p = {}", "acc = K(1)", "f(load_secret() if p else 1, p, p, acc, 1, 2, 3)"]
    if rng.random() < 0.3:
        lines.append(_body(rng, 0, 2, 3))
    return "\n".join([*lines, ""])


def _body(rng: random.Random, indentation: int, least: int, most: int) -> str:
    """Return some statements."""
    return "\n".join(_statement(rng, " " * indentation) for _ in range(rng.randrange(least, most)))


def _statement(rng: random.Random, indentation: str) -> str:
    form = rng.choice(_MOVED if rng.random() < 0.6 else _SHOWN)
    expression = _expression(rng)
    if form not in _SPREADING:
        expression = expression.lstrip("*")
    return indentation + form.replace("{i}", "\0").format(expression).replace("\0", indentation)


def _expression(rng: random.Random) -> str:
    text = rng.choice(_SOURCES)
    for _ in range(rng.randrange(3) if not text.startswith("*") else 0):
        wrapped = rng.choice(_WRAPPED)
        # A nested f-string would need other quotes on old Pythons.
        text = wrapped.format(text) if "f'" not in wrapped or "'" not in text else text
    return text


# Each was once lost: what is put into a thing under another of its names, what is made by an alias, and so on.
LOST = {
    "parameter": "def show():\n    print(p)\ndef put(t):\n    t['k'] = load_secret()\np = {}\nput(p)\n",
    "other-name": "p = {}\nq = p\nq['k'] = load_secret()\ndef show():\n    print(p)\n",
    "forwarded": "def emit(**kw):\n    print(kw['m'])\ndef run(s):\n    emit(m=load_secret())\n",
    "alias": "from base64 import b64encode\nencode = b64encode\ndef run():\n    print(encode(load_secret()))\n",
    "choice": "import os\ndef run(a):\n    (print if a else str)(os.getenv('OKX_SECRET'))\n",
    "object": "def note(acc):\n    check(acc.secret_key)\ndef show(acc):\n    print(vars(acc))\n",
    "value": "def run(client):\n    bundle = client.get_secret('a')\n    print(f'{bundle.value}')\n",
    "field": "class K:\n    def __init__(self, v):\n        self.v = v\ndef run():\n    print(K(load_secret()).v)\n",
    "update": "def run(p):\n    p.update(k=load_secret())\n    print(p['k'])\n",
    "class-method": (
        "class K:\n    def __init__(self, v):\n        self.v = v\n    @classmethod\n    def of(cls, v):\n"
        "        return cls(v)\ndef run():\n    print(K.of(load_secret()).v)\n"
    ),
    "question": "def run():\n    answer = input('Secret key: ')\n    print('Got it:', answer)\n",
    "harmless-result": "def make(q):\n    return {'a': q}\ndef run(s):\n    print('{secret}'.format(**make(s)))\n",
}
