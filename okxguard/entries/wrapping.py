"""Tell calls that only wrap a value from calls that make something else of it, in every language."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
# A callee wraps when its last piece is made of words for what is held, alone or with words for how it is done.
_HELD_WORDS = (
    "secret secrets secure string strings str text plaintext plain sensitive protected guarded redacted masked"
    " hidden opaque zeroizing zeroize char chars bytes byte buffer array blob ptr pointer box arc rc cow cell once"
    " atom atomic mutable observable subject signal state flow supplier suppliers lazy delay promise future"
    " deferred computed memo memoize optional option nullable maybe some just right ok value holder container"
    " encrypted encoded output notifier literal borrowed provider providers binding constant thunk lambda proc eval"
)
# The same where they name a type: `ApiKey("v")`, but not `build_key("v")`.
_TYPE_WORDS = "key api token password passphrase credential credentials controller control property field"
_HOW_WORDS = (
    "new from of to make create init with as wrap wrapped unsafe static default into shared unique const use copy"
    " owned instance val behavior encode ensure simple int native global local private immutable readonly final"
    " lock completed resolved input utf unbounded object form editing c succeed succeeded later q mk remember"
    " suspend run blocking strict redact delayed"
)
# Callees that no rule on words tells, without or with an owner.
_NAMED_CALLEES = (
    "writable readable HeaderValue.from_static HeaderValue.from_str std.string QString TEXT _T L F b PSTR strdup"
    " string_view encode Data data Encoding.UTF8.GetBytes Encoding.ASCII.GetBytes Encoding.Default.GetBytes"
    " TextEncoder().encode utf8.encode GetBytes Symbol as.character c_str to_charlist charlist NSString trim"
    " Object.freeze freeze ref Ref useRef shallowRef pure AtomicReference WeakReference fmt.Sprint OptionString"
    " pack encodeUtf8 cstring nconst Identity requireNonNull requireNotNull checkNotNull fromMaybe maybe"
    " make_shared make_unique make_optional StringBuilder StringBuffer charToRaw mkDefault mkForce bytearray"
    " memoryview Final Var StringVar NetworkCredential from_static extra Promise.resolve Task.FromResult Mutex.new"
    " RwLock.new Mutex RwLock toString AnsiString UTF8String PAnsiChar QStringLiteral QLatin1String QByteArray"
    " concat JSON.stringify json.dumps json_encode base64encode sensitive nonsensitive tostring trimspace chomp"
    " TrimSpace runBlocking RefCell.new RefCell dedent strip cleandoc Rx constantly property Str.of Effect.succeed"
)
# Owners whose `secret` or `string` of something looks it up.
_STORE_WORDS = "config conf cfg configuration settings setting env environment props properties prefs vault"
_HELD = frozenset(_HELD_WORDS.split())
_HELD_IN_TYPES = _HELD.union(_TYPE_WORDS.split())
_HOW = frozenset(_HOW_WORDS.split())
_NAMED = frozenset(_NAMED_CALLEES.split())
_STORES = frozenset(_STORE_WORDS.split())
# What was begun goes on: `StringBuilder().append("v")`.
_ADDED = frozenset({"append", "add", "concat", "value", "withvalue", "setvalue", "text", "plaintext"})
_CHOOSING = re.compile(
    r"(?i)(?:^|[._])(?:\w*(?:coalesce|or_?else|or_?default|default_?if_?\w+|if_?(?:null|empty|blank|nil)|fall_?back|nvl"
    r"|non_?(?:null|empty|blank|nil|zero)\w*)\w*|or|either|iif|if)$"
)
_LOOKUP = re.compile(
    r"(?:^|[._])\w*(?:get|env|conf|param|option|fetch|read|load|setting|default|lookup)\w*$", re.IGNORECASE
)
_LONGEST = 200


@lru_cache(4096)
def wraps(callee: str) -> bool:
    """Tell whether the result of calling `callee`, a dotted name, stands for its argument: `SecretStr`, `ptr.To`."""
    owner, _, last = callee[-_LONGEST:].removesuffix(".[]").rstrip("!?").rpartition(".")
    if (
        callee in ("init", "new")
        or last in _NAMED
        or f"{owner.rpartition('.')[2]}.{last}" in _NAMED
        or callee in _NAMED
    ):
        return True
    if "()" in owner:
        return last.lower() in _ADDED and wraps(owner.partition("()")[0])
    words = _words(last)
    is_type = last[:1].isupper()
    if not words or not words <= (_HELD_IN_TYPES if is_type else _HELD) | _HOW:
        return False
    owners = _words(owner.rpartition(".")[2])
    if words <= _HOW:
        return bool(owners & _HELD_IN_TYPES) and owners <= _HELD_IN_TYPES | _HOW
    return is_type or not owners & _STORES


@lru_cache(4096)
def chooses(callee: str) -> bool:
    """Tell whether a call gives back the first of its arguments that is there: `coalesce`, `cmp.Or`."""
    return _CHOOSING.search(callee) is not None


@lru_cache(4096)
def looks_up(callee: str) -> bool:
    """Tell whether a call gives back the setting that it is given the name of: `getProperty`, `config.fetch`."""
    return _LOOKUP.search(callee) is not None


def _words(name: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(name))
