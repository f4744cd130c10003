"""Tell what a declared value is: texts, nothing at all, yes or no, or something that only a run will tell."""

from __future__ import annotations

import re

from okxguard.model import Entry, Place

_LONGEST = 4000
_NOTHING_WORDS = (
    "$null &[] () @() @[] [] []string(nil) []string{} array() array.empty<string>() arraylistof() "
    "collections.emptylist() collections.emptyset() default dict() emptyarray() emptylist() "
    "enumerable.empty<string>() frozenset() list() list.empty list.of() listof() list{} mutablelistof() "
    "newarray() newarraylist<>() newhashset<>() newlist<string>() newlist<string>{} newstring[0] newstring[]{} "
    "nil none none::<string> none{} nothing null option.none optional.empty() seq() seq.empty set() set.of() setof() "
    "string.empty string::new() tuple() undefined vec![] vec::new() vector() void {} ~"
)
_NOTHING = frozenset(["", *_NOTHING_WORDS.split()])
_TRUE_WORDS = "1 active allow allowed enable enabled granted included on t true y yes да ☑ ✅ ✓ ✔ 已开启 开 开启 是 有"
TRUE = frozenset(_TRUE_WORDS.split())
_FALSE_WORDS = (
    "- 0 denied deny disable disabled f false inactive n never no none off refused нет ☐ ✗ ✘ ❌ 关 关闭 否 无 未开启"
)
FALSE = frozenset(["", *_FALSE_WORDS.split()])
# What stands for a value that is filled in later, in any template language.
_TEMPLATE = re.compile(
    r"\$\{|\$\(|\$\[|\{\{|\{%|<%|%\(|#\{|@@|\bprocess\.env|\bos\.environ|\bgetenv|\$[A-Za-z_]|<[A-Za-z][\w .-]*>"
    r"|^(?:secrets?|var|local|data|vault|ref|ssm|env|op|file|arn)[:.]|^\{[\w.]+\}$|^__\w+__$|^%\w+%$"
    r"|(?i:\b(?:your|my|todo|tbd|fixme|change_?me|replace|placeholder|fill)\b)"
)
_WORDED = re.compile(r"%[wWiI]\s*[\[({<|]([\w\s.:/*-]*)[\])}>|](?:\.freeze)?")
_STRING = re.compile(r"\"((?:\\.|[^\"\\\n])*)\"|'((?:\\.|[^'\\\n])*)'|`((?:\\.|[^`\\$])*)`")
# Words that make a list or a text out of literals and change nothing about them.
_MAKERS = re.compile(
    r"\b(?:new|list|tuple|set|frozenset|str|string|String|Set|List|Array|Arrays|asList|of|from|vec|Vec|Some|Just|Optional|join|Join|strings|into|to_string|to_owned|String|string|Seq|ImmutableList|ImmutableSet|HashSet"
    r"|ArrayList|listOf|setOf|mutableListOf|arrayOf|implode|toset|tolist|as|const|pointer|ptr|To|aws|StringPtr|Collections|singletonList|array|slice|Split|split|concat|unwrap|collect|freeze|List|IEnumerable|readonly|any|&str|static)\b"
)
_GLUE = re.compile(r"[\s\[\](){},.:;!?<>&*@%|+=-]*")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?[lLuUfF]?")
_TYPES = re.compile(r"(?:::)?<[\w<>,.?]{0,60}>(?=\()")
_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]?[\d:.Z+-]*")
_ADDRESSES = re.compile(r"[\d.,:/* a-fA-F|]*\d[\d.,:/* a-fA-F|]*")
_TOKENS = re.compile(r"[a-z_*]+(?:\s*[,|/;]\s*[a-z_*]+)+")
_CONTAINERS = frozenset(
    {"EnumSet", "Permission", "Permissions", "Perm", "Perms", "ApiPermission", "OkxPermission", "Scope"}
)
_WORD = re.compile(r"\.?[A-Za-z_][\w.:]*")
_PREFIX = re.compile(r"(?i)^(?:okx|api|key)*perm(?:ission)?s?_?(?=[a-z])")
_DEFAULTED = re.compile(r"\$\{\w+:?-([^${}]+)\}")
# Texts with a bar between them are a type that may be either.
_UNION = re.compile(r"[\"']\s*\|\s*[\"']")


def texts_of(entry: Entry) -> tuple[str, ...] | None:
    """Return the texts that an entry declares, none for an empty value, or None where only a run will tell."""
    value = entry.value.strip()
    if len(value) > _LONGEST:
        return None
    if entry.place is Place.EXPRESSION or not (entry.quoted or entry.place is Place.TEXT):
        return _of_expression(value)
    if value.lower() in ("null", "~", "nil"):
        return ()
    if value[:1] in "[(" and value[-1:] in "])":
        listed = _of_expression(value)
        return listed if listed is not None else tuple(item.strip() for item in value[1:-1].split(","))
    defaulted = _DEFAULTED.fullmatch(value)
    if defaulted:
        return (defaulted[1],)
    if _TEMPLATE.search(value):
        return None
    return (value,) if value else ()


def truth_of(texts: tuple[str, ...] | None) -> bool | None:
    """Return whether one text says yes or no, or None where it says neither."""
    if texts is None or len(texts) > 1:
        return None
    word = texts[0].strip().lower() if texts else ""
    return True if word in TRUE else False if word in FALSE and texts else None


def _of_expression(source: str) -> tuple[str, ...] | None:
    plain = "".join(source.split())
    if plain.lower() in _NOTHING or _TYPES.sub("", plain.lower()) in _NOTHING:
        return ()
    if plain.lower() in ("true", "false") or _NUMBER.fullmatch(plain):
        return (plain,)
    worded = _WORDED.fullmatch(source)
    if worded:
        return tuple(worded[1].split())
    pieces, at = [], 0
    texts = []
    for match in _STRING.finditer(source):
        pieces.append(source[at : match.start()])
        at = match.end()
        texts.append(next((group for group in match.groups() if group is not None), ""))
    pieces.append(source[at:])
    if texts and not _UNION.search(source) and all(_GLUE.fullmatch(_MAKERS.sub("", piece)) for piece in pieces):
        return None if any(map(_TEMPLATE.search, texts)) else tuple(text for text in texts if text.strip(" ,;|"))
    bare = re.fullmatch(r"[\w.,:/*| -]+", source)
    # A bare word of a settings file is a text; so is a token of a language that needs no quotes.
    return (source,) if bare and not re.search(r"[A-Za-z_]\.[A-Za-z_]", source) and _is_settings_word(source) else None


def _is_settings_word(source: str) -> bool:
    return bool(_DATE.fullmatch(source) or _ADDRESSES.fullmatch(source) or _TOKENS.fullmatch(source))


def constants_of(entry: Entry) -> tuple[str, ...]:
    """Return the names of the constants that an expression is made of: `Perm.Read | Perm.Withdraw` has two."""
    source = entry.value.strip()
    if not (entry.place is Place.EXPRESSION or not entry.quoted) or len(source) > _LONGEST:
        return ()
    names = []
    for word in _WORD.findall(source):
        last = re.split(r"\.|::", word.removesuffix(".value").removesuffix(".name").strip(".:"))[-1]
        if last and not _MAKERS.fullmatch(last) and last not in _CONTAINERS:
            qualified = word.strip(".:") != last or word.startswith(".") or _PREFIX.match(last)
            names.append(_PREFIX.sub("", last) if qualified else "")
    return tuple(names) if names and all(names) else ()
