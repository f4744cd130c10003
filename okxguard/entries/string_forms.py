"""How comments and strings are written: one pattern a form, from which the lexer of every language is put together."""

from __future__ import annotations

from typing import NamedTuple


class Form(NamedTuple):
    """One way to write a string: how it begins (as a pattern), how long its end is, and which escapes it knows.

    `pattern` matches the whole of it; what is not closed lasts to the end of its line or of the text, so that no
    letter is looked at twice.
    """

    pattern: str
    opening: str = "."
    closing: int = 1
    escapes: str = "backslash"


def _one_line(quote: str, guard: str = "") -> str:
    return rf"{quote}{guard}[^{quote}\\\n]*(?:\\(?s:.)[^{quote}\\\n]*)*(?:{quote}|\\?\Z|(?=\n))"


def _lines(quote: str, guard: str = "") -> str:
    return rf"{quote}{guard}[^{quote}\\]*(?:\\(?s:.)[^{quote}\\]*)*(?:{quote}|\\?\Z)"


def _triple(quote: str) -> str:
    inner = rf"[^{quote}\\]|{quote}(?!{quote}{quote})|\\(?s:.)"
    return rf"{quote}{{3}}(?:{inner})*(?:{quote}{{3,5}}|\\?\Z)"


def _interpolated(start: str, opening: str, closing: str, line: str) -> str:
    """Return a pattern for a double-quoted string in which expressions may hold quotes of their own."""
    sign = start[: 2 if start[0] == "\\" else 1].replace("{", r"\{")
    nested = rf"[^{opening}{closing}\"\n]{{0,300}}"
    held = rf"{start}{nested}(?:(?:\"[^\"\n{{}}]{{0,300}}\"|{opening}{nested}{closing}){nested}){{0,20}}{closing}"
    plain = rf"[^\"\\{sign}{line}]"
    end = r"\"|\\?\Z" + (r"|(?=\n)" if line else "")
    return rf"\"{plain}*(?:(?:{held}|{sign}|\\(?s:.)){plain}*)*(?:{end})"


_JS_WORDS = "return case typeof in of else import from default throw await yield void new delete export"
_WORDS_BEFORE_QUOTE = "".join(rf"|(?<=\b{word}')" for word in _JS_WORDS.split())
# A quote behind a letter is an apostrophe (in the text of a page) or a prime, unless the word is one of JavaScript's.
_NO_WORD = r"(?<![\w]')"
_BEFORE_REGEX = (
    r"(?:(?<=[=(,:;!&|?{}\[+~^%\n]/)|(?<=[=(,:;!&|?{}\[+>~] /)|(?<=\s\s/)|(?<=\breturn/)|(?<=\breturn /)"
    r"|(?<=\bcase /)|(?<=\btypeof /)|(?<=\A/)|(?<=\bif /)|(?<=\bwhen /)|(?<=\bunless /)|(?<=\band /)|(?<=\bsplit /))"
)
_REGEX = (
    rf"/(?![/*>\s=]){_BEFORE_REGEX}[^/\\\[\n]{{0,1000}}"
    r"(?:(?:\\.|\[[^\]\\\n]{0,80}(?:\\.[^\]\\\n]{0,80}){0,20}\])[^/\\\[\n]{0,1000}){0,200}/\w{0,8}"
)
_HELD = (
    r"\$\{(?:[^{}`\"'\\]|\"[^\"\n]*\"|'[^'\n]*'|\\.|`(?:[^`\\$]|\\.|\$\{[^{}`]*\}|\$)*`|\{(?:[^{}`]|\{[^{}`]*\})*\})*\}"
)
_BRACKETED = (r"\([^()]*(?:\([^()]*\)[^()]*)*\)", r"\[[^\[\]]*\]", r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", r"<[^<>\n]*>")
_SIGIL = rf"%[qQwWiI]?(?<![\w)\]}}]%)(?<!\w %)(?:{'|'.join(_BRACKETED[:3])}|\|[^|\n]*\||![^!\n]*!)"

STRINGS = {
    "double": Form(_one_line('"')),
    "single": Form(_one_line("'")),
    "double lines": Form(_lines('"')),
    "single lines": Form(_lines("'", _NO_WORD), escapes="quote"),
    "single guarded": Form(_one_line("'", _NO_WORD)),
    "single js": Form(_one_line("'", rf"(?:{_NO_WORD}{_WORDS_BEFORE_QUOTE})")),
    "char": Form(rf"'(?:{_NO_WORD}|(?<=\b[bLuU]'))(?:[^'\\\n]|\\[^\n][0-9A-Fa-f{{}}]{{0,9}})'"),
    "triple": Form(_triple('"'), '"{3}', 3),
    "triple raw": Form(r"\"{3}[^\"]*(?:\"{1,2}[^\"]+)*(?:\"{3,6}|\"{0,2}\Z)", '"{3}', 3, "none"),
    "triple single": Form(_triple("'"), "'{3}", 3),
    "template": Form(rf"`[^`\\$]*(?:(?:\\(?s:.)|{_HELD}|\$)[^`\\$]*)*(?:`|\\?\Z)"),
    "backtick raw": Form(r"`[^`]*(?:`|\Z)", escapes="none"),
    "interpolated ${": Form(_interpolated(r"\$\{", "{", "}", r"\n")),
    "interpolated #{": Form(_interpolated(r"\#\{", "{", "}", "")),
    "interpolated \\(": Form(
        r"\"[^\"\\\n]*(?:(?:\\\((?:[^()\"\n]|\"[^\"\n]*\"|\([^()\n]*\))*\)|\\(?s:.))[^\"\\\n]*)*(?:\"|\\?\Z|(?=\n))"
    ),
    "interpolated $(": Form(
        r"\"[^\"\\$]*(?:(?:\$\((?:[^()\"\n]|\"[^\"\n]*\"|\([^()\n]*\))*\)|\$|\\(?s:.))[^\"\\$]*)*(?:\"|\\?\Z)"
    ),
    "interpolated {": Form(rf"\"(?<=\$\")(?:{_interpolated('{', '{', '}', chr(92) + 'n')[2:]})"),
    "verbatim": Form(r"\"(?<=@\"|\$\")(?:(?<=@\")|(?<=@\$\"))[^\"]*(?:\"\"[^\"]*)*(?:\"|\Z)", escapes="doubled"),
    "doubled": Form(r"\"[^\"\n]*(?:\"\"[^\"\n]*)*(?:\"|\Z|(?=\n))", escapes="doubled"),
    "doubled single": Form(r"'[^'\n]*(?:''[^'\n]*)*(?:'|\Z|(?=\n))", escapes="doubled"),
    # In MATLAB a quote behind a name or a closing bracket transposes.
    "doubled matlab": Form(r"'(?<![\w)\]}.']')[^'\n]*(?:''[^'\n]*)*(?:'|\Z|(?=\n))", escapes="doubled"),
    "rust raw": Form(r"\"(?<=r\")[^\"]*(?:\"|\Z)", escapes="none"),
    "rust hashed": Form(r"(?P<hashes>\#{1,9})\"(?s:.*?)(?:\"(?P=hashes)|\Z)", r"\#+\"", 0, "hashes"),
    "c++ raw": Form(
        r"\"(?<=R\")(?P<delimiter>[^()\\\s]{0,16})\((?s:.*?)(?:\)(?P=delimiter)\"|\Z)", r"\"[^(]*\(", 0, "c++"
    ),
    "r raw": Form(
        r"\"(?<=[rR]\")-{0,5}(?:\((?s:.*?)(?:\)-{0,5}\"|\Z)|\[(?s:.*?)(?:\]-{0,5}\"|\Z)|\{(?s:.*?)(?:\}-{0,5}\"|\Z))",
        r"\"-*.",
        2,
        "none",
    ),
    "dart raw": Form(r"\"(?<=\br\")[^\"\n]*(?:\"|(?=\n)|\Z)", escapes="none"),
    "dart raw single": Form(r"'(?<=\br')[^'\n]*(?:'|(?=\n)|\Z)", escapes="none"),
    "swift hashed": Form(r"(?P<hashes>\#{1,9})\"(?s:.*?)(?:\"(?P=hashes)|\Z)", r"\#+\"+", 0, "hashes"),
    "elixir char": Form(r"\?[\"'#]|\?\\."),
    "erlang char": Form(r"\$\\?[\"'%]"),
    "clojure char": Form(r"\\(?:[\"';\\(){}\[\],]|\w+)"),
    "ruby char": Form(r"\?(?<![\w)\]]\?)[\"'#](?!\w)"),
    "regex": Form(_REGEX),
    "slashy": Form(_REGEX, escapes="none"),
    "percent": Form(_SIGIL, r"%[qQwWiI]?.", escapes="none"),
    "sigil": Form(
        rf"~[a-zA-Z]+(?:\"{{3}}(?s:.*?)\"{{3}}|\"[^\"\n]*\"|'[^'\n]*'|/[^/\n]*/|\|[^|\n]*\||{'|'.join(_BRACKETED)})",
        r"~[a-zA-Z]+(?:\"{3}|.)",
        0,
        "sigil",
    ),
    "perl quoted": Form(
        rf"\bq[qw]?(?<![$@%&\->]q)(?<![$@%&\->]q[qw])\s{{0,3}}(?:{'|'.join(_BRACKETED)}|[|/!~^][^|/!~^\n]*[|/!~^])",
        r"q[qw]?\s*.",
        escapes="quote",
    ),
    "perl regex": Form(r"(?:=~|!~)\s*(?:m|s|tr|y|qr)?(?:/[^/\n]*/(?:[^/\n]*/)?|\{[^{}\n]*\}(?:\{[^{}\n]*\})?|!.*?!)"),
    "heredoc": Form(
        r"<<[~-]?(?P<tagquote>[\"']?)(?P<tag>[A-Z_][A-Za-z0-9_]*)(?P=tagquote)[^\n]*\n(?s:.*?)(?:^[ \t]*(?P=tag)\b|\Z)",
        r"[^\n]*\n",
        0,
        "heredoc",
    ),
    "php heredoc": Form(
        r"<<<[ \t]*(?P<tagquote>[\"']?)(?P<tag>[A-Za-z_]\w*)(?P=tagquote)[ \t]*\n(?s:.*?)(?:^[ \t]*(?P=tag)\b|\Z)",
        r"[^\n]*\n",
        0,
        "heredoc",
    ),
    "lua long": Form(r"\[(?P<level>=*)\[(?s:.*?)(?:\](?P=level)\]|\Z)", r"\[=*\[", 0, "lua"),
    "nix lines": Form(r"''[^']*(?:'(?!')[^']*|''[$'\\\\][^']*)*(?:''|'?\Z)", "''", 2, "none"),
    "jsonnet lines": Form(r"\|{3}-?[ \t]*\n(?s:.*?)(?:\|{3}|\Z)", r"\|{3}-?[ \t]*\n", 3, "none"),
    "zig lines": Form(r"\\\\[^\n]*", r"\\\\", 0, "none"),
}

COMMENTS = {
    "//": r"//[^\n]*",
    "/*": r"/\*(?s:.*?)(?:\*/|\Z)",
    # Nested two deep.
    "/* nested": r"/\*[^*/]*(?:(?:\*(?!/)|/(?!\*)|/\*(?s:.*?)\*/)[^*/]*)*(?:\*/|\Z)",
    "<!--": r"<!--(?s:.*?)(?:-->|\Z)",
    "#": r"\#[^\n]*",
    "# php": r"\#(?!\[)[^\n]*",
    "# perl": r"\#(?<![$\w@{]\#)[^\n]*",
    "# coffee": r"\#(?:\#\#(?s:.*?)\#\#\#|[^\n]*)",
    "#=": r"\#=(?s:.*?)(?:=\#|\Z)",
    "--": r"--[^\n]*",
    "-- lua": r"--(?:\[(?P<dashes>=*)\[(?s:.*?)(?:\](?P=dashes)\]|\Z)|[^\n]*)",
    "-- haskell": r"--+(?![!#$%&*+./<=>?@\\^|~:])[^\n]*",
    "{-": r"\{-(?s:.*?)(?:-\}|\Z)",
    "%": r"%[^\n]*",
    "%{": r"^[ \t]*%\{[ \t]*\n(?s:.*?)(?:^[ \t]*%\}|\Z)",
    "... matlab": r"\.\.\.[^\n]*",
    ";": r";[^\n]*",
    "'": r"'[^\n]*",
    "rem": r"\b[Rr][Ee][Mm]\b(?=[ \t\n])[^\n]*",
    "(*": r"\(\*(?!\))(?s:.*?)(?:\*\)|\Z)",
    "{": r"\{(?s:[^}]*)(?:\}|\Z)",
    "=begin": r"^=begin\b(?s:.*?)(?:^=end\b[^\n]*|\Z)",
    "=pod": r"^=[a-z]\w*(?s:.*?)(?:^=cut\b[^\n]*|\Z)",
    "__END__": r"^__(?:END|DATA)__\n(?s:.*)",
    # Signs around strings and names that say nothing of a value: <<"v"/utf8>>, name* {.pragma.} = "v",
    # name::Type = "v", name:: "v", name: type | *"v".
    "<<": r"<<(?=\")|>>(?<=\">>)|/[\w-]{1,20}>>",
    "nim marks": r"\*(?<=\w\*)(?=\s*(?:[=:]|\{\.))|\{\.[^{}\n]{0,200}\.\}",
    "julia type": r"::(?<=\w::)[\w.]{1,60}(?:\{[\w.,: ]{0,60}\})?(?=\s*=(?!=))",
    "jsonnet marks": r":(?<=::)|\+(?=:)",
    "cue type": r"[\w.()]{1,60}\s{0,9}\|\s{0,9}\*?(?=[\"'])",
    "?>": r"\?>(?s:.*?)(?:<\?(?:php\b|=)?|\Z)|\A(?=[^<]*<)(?s:(?:(?!<\?).)*)<\?(?:php\b|=)?",
}
