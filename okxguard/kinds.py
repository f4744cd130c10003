"""Tell the syntax of a file from its name, or from its first characters where the name says nothing."""

from __future__ import annotations

import re
from enum import Enum


class Kind(Enum):
    """The syntax a document is read as."""

    PYTHON = "Python 3"
    DOTENV = "dotenv"
    JSON = "JSON"
    YAML = "YAML"
    TOML = "TOML"
    INI = "INI"
    PROPERTIES = "properties"
    XML = "XML"
    HTML = "HTML"
    NOTEBOOK = "a notebook"
    TABLE = "a table"
    SQL = "SQL"
    PATCH = "a patch"
    NETRC = "netrc"
    TEX = "TeX"
    RTF = "RTF"
    CARD = "a card or calendar"
    MAIL = "a mail"
    CODE = "code"
    MARKDOWN = "Markdown"
    TEXT = "text"


_BY_ENDING = {
    Kind.PYTHON: "py pyw pyi pyx",
    Kind.DOTENV: "env envrc flaskenv",
    Kind.JSON: "json jsonc json5 har webmanifest jsonl ndjson geojson avsc tfstate",
    Kind.YAML: "yaml yml",
    Kind.TOML: "toml",
    Kind.INI: "ini cfg conf cnf inf service desktop editorconfig gitconfig",
    Kind.PROPERTIES: "properties",
    Kind.XML: "xml plist config csproj vbproj fsproj props targets iml resx xaml storyboard xib pom wsdl xsd xsl nuspec"
    " pubxml jmx ui jrxml opml",
    Kind.HTML: "html htm xhtml",
    Kind.NOTEBOOK: "ipynb",
    Kind.TABLE: "csv tsv psv tab",
    Kind.SQL: "sql pgsql psql ddl dml cql hql",
    Kind.PATCH: "diff patch",
    Kind.TEX: "tex latex ltx sty cls dtx bib",
    Kind.RTF: "rtf",
    Kind.CARD: "vcf vcard ics ical ifb",
    Kind.MAIL: "eml emlx mbox mht mhtml",
    Kind.MARKDOWN: "md markdown mdx rst adoc asciidoc org textile wiki mediawiki qmd mkd mdown",
}
_KIND_BY_ENDING = {ending: kind for kind, endings in _BY_ENDING.items() for ending in endings.split()}

# The languages of Kind.CODE, by ending and by whole name.
_LANGUAGE_BY_ENDING = {
    ending: language
    for language, endings in {
        "javascript": "js jsx ts tsx mjs cjs mts cts vue svelte astro coffee gs",
        "go": "go",
        "java": "java",
        "kotlin": "kt kts",
        "scala": "scala sc sbt",
        "groovy": "groovy gradle",
        "csharp": "cs csx cshtml razor",
        "fsharp": "fs fsx fsi",
        "vb": "vb vbs bas",
        "rust": "rs move",
        "c": "c h cc cpp cxx hpp hh hxx m mm ino mq4 mq5 mqh pine",
        "php": "php phtml",
        "ruby": "rb rake gemspec ru",
        "swift": "swift",
        "dart": "dart",
        "elixir": "ex exs",
        "erlang": "erl hrl",
        "ocaml": "ml mli",
        "ada": "adb ads",
        "nix": "nix",
        "jsonnet": "jsonnet libsonnet",
        "cue": "cue",
        "bicep": "bicep bicepparam",
        "lua": "lua",
        "r": "r rmd",
        "julia": "jl",
        "matlab": "mlx",
        "delphi": "pas dpr dpk lpr",
        "haskell": "hs elm purs",
        "clojure": "clj cljs cljc edn scm ss rkt lisp lsp cl el fnl",
        "perl": "pl pm t",
        "solidity": "sol",
        "zig": "zig",
        "nim": "nim",
        "crystal": "cr",
        "hcl": "tf tfvars hcl nomad",
        "shell": "sh bash zsh ksh fish csh",
        "powershell": "ps1 psm1 psd1",
        "batch": "bat cmd",
        "dockerfile": "dockerfile containerfile",
        "makefile": "mk make",
        "cobol": "cbl cob cpy",
        "sas": "sas",
        "tcl": "tcl",
        "autohotkey": "ahk",
        "robot": "robot resource",
        "fortran": "f f90 f95 f03 for",
        "abap": "abap",
        "assembler": "asm s nasm",
    }.items()
    for ending in endings.split()
}
# Languages of statements, and all languages in which a bare word is a value.
STATED_LANGUAGES = frozenset(["cobol", "sas", "tcl", "autohotkey", "robot", "fortran", "abap", "assembler"])
BARE_WORD_LANGUAGES = STATED_LANGUAGES | frozenset(["shell", "powershell", "batch", "dockerfile", "makefile"])
_LANGUAGE_BY_NAME = (
    r"(?i)(?P<dockerfile>(?:docker|container)file(?:[.-][\w.-]+)?)|(?P<makefile>(?:gnu)?makefile(?:\.\w+)?|justfile)"
    r"|(?P<ruby>gemfile|rakefile|vagrantfile|fastfile|appfile|podfile|guardfile)|(?P<groovy>jenkinsfile)"
    r"|(?P<erlang>(?:[\w-]+\.)?sys\.config|rebar\.config|[\w-]+\.app\.src)|(?P<shell>\.?(?:bash|zsh|[kt]?c?sh)(?:rc|_?profile|env|_aliases|_login)|\.?profile|crontab|\.?[\w-]*_history"
    r"|apkbuild|pkgbuild)"
)
_DOTENV_NAME = re.compile(r"(?:^|[._-])env(?:$|[._-])|^\.?(?:secrets?|credentials?)\.keys$", re.IGNORECASE)
_NETRC_NAME = re.compile(r"[._]?netrc(?:[.-]\w+)?|\.authinfo")
_COPIES = "example sample template dist bak old orig local tpl tmpl backup save default disabled txt j2 jinja erb"
_INNER_ENDINGS = frozenset(_COPIES.split())


def kind_of(path: str, text: str) -> Kind:
    """Return the syntax to read a file as: by its name, or by its first characters where the name says nothing."""
    name, ending = _name_and_ending(path)
    kind = Kind.NETRC if _NETRC_NAME.fullmatch(name) else _KIND_BY_ENDING.get(ending)
    if kind is Kind.XML and not text.startswith("<") and re.fullmatch(_LANGUAGE_BY_NAME, name):
        return Kind.CODE
    if kind is Kind.XML and "!" in path and not text.startswith("<"):
        # What office documents hold, as text: sheets by rows, anything else by paragraphs.
        return Kind.TABLE if "/worksheets/" in path else Kind.TEXT
    if kind is not None:
        return kind
    language = _LANGUAGE_BY_ENDING.get(ending)
    if language and not (name.startswith(".env") and language not in ("shell", "powershell", "batch")):
        return Kind.CODE
    if _DOTENV_NAME.search(name) and not re.fullmatch(_LANGUAGE_BY_NAME, name):
        return Kind.DOTENV
    return Kind.CODE if re.fullmatch(_LANGUAGE_BY_NAME, name) else _kind_by_content(text)


def language_of(path: str, text: str) -> str:
    """Return the language of a document of Kind.CODE, or "" where nobody knows."""
    name, ending = _name_and_ending(path)
    named = _LANGUAGE_BY_ENDING.get(ending)
    if named:
        return named
    match = re.fullmatch(_LANGUAGE_BY_NAME, name)
    if match and match.lastgroup:
        return match.lastgroup
    return _language_by_interpreter(text)


def _name_and_ending(path: str) -> tuple[str, str]:
    """Return the name of a file in lower case, and its ending without the marks that copies and templates get."""
    name = path.rpartition("/")[2].rpartition("!")[2].lower()  # a member of an archive stands behind a `!`
    pieces = name.split(".")
    while len(pieces) > 2 and (pieces[-1] in _INNER_ENDINGS or pieces[-1].rstrip("~").isdigit()):
        pieces.pop()
    return name, pieces[-1].rstrip("~") if len(pieces) > 1 else ""


_INTERPRETERS = {
    "bash": "shell",
    "sh": "shell",
    "zsh": "shell",
    "dash": "shell",
    "ksh": "shell",
    "fish": "shell",
    "node": "javascript",
    "deno": "javascript",
    "bun": "javascript",
    "ruby": "ruby",
    "perl": "perl",
    "php": "php",
    "lua": "lua",
    "Rscript": "r",
    "julia": "julia",
    "pwsh": "powershell",
    "make": "makefile",
    "elixir": "elixir",
    "groovy": "groovy",
}


def _language_by_interpreter(text: str) -> str:
    if not text.startswith("#!"):
        return ""
    words = re.split(r"[\s/]+", text[:200].partition("\n")[0])
    return next((_INTERPRETERS[word] for word in words if word in _INTERPRETERS), "")


# The first header of a mail as it was delivered, of one in an archive, or of a draft.
_MAIL = r"(?:From \S|(?:Return-Path|Received|Delivered-To|Message-ID|From|Subject|Date|To|MIME-Version): )"


_PAGE_TAG = r"(?:head|body|div|p|span|table|form|[uod]l|section|article|h[1-6]|b|i|br|meta|input)"
# A delimiter line or a heading of a table, or a fence.
_TABLE_OR_FENCE = (
    r"(?m)^(?: {0,3}(?:\|? {0,9}:?-{3,}:? {0,9}\|[ :|-]*|```[\w +-]{0,20})$"
    r"|\|\|(?:[^|\n]{1,80}\|{1,2}){1,30} {0,9}$|\{\|[^\n]*$)"
)


def _kind_by_content(text: str) -> Kind:
    head = text[:400].lstrip()
    if head.startswith("#!"):
        return Kind.PYTHON if "python" in head.partition("\n")[0] else _kind_of_script(text)
    if head.startswith("{\\rtf"):
        return Kind.RTF
    if head.startswith("{") or (head.startswith("[") and head[1:].lstrip()[:1] in ('"', "{", "[")):
        return Kind.JSON
    if head.startswith(("<?xml", "<plist", "<configuration", "<project", "<resources")):
        return Kind.XML
    if head[:15].lower().startswith(("<!doctype html", "<html")):
        return Kind.HTML
    if (tag := re.match(r"<([A-Za-z][\w:.-]{0,80})(?:\s[^<>]{0,300})?/?>", head)) and text.rstrip()[-1:] == ">":
        return Kind.HTML if re.fullmatch(_PAGE_TAG, tag[1].lower()) else Kind.XML
    if head.startswith("diff --git ") or re.match(r"--- \S.*\n\+\+\+ \S", head):
        return Kind.PATCH
    if re.match(r"\[[\w .:\"'-]+\]\s*\n", head):
        return Kind.INI
    if head.startswith("---\n"):
        return Kind.YAML
    if re.match(_MAIL, head) and "\nMIME-Version:" in text[:20_000]:
        return Kind.MAIL
    if re.search(_TABLE_OR_FENCE, text[:20_000]):
        return Kind.MARKDOWN
    return Kind.TABLE if _is_table(text) else Kind.TEXT


def _is_table(text: str) -> bool:
    """Tell whether the first lines are a header of words and rows with as many fields."""
    lines = [line for line in text[:4000].lstrip("\ufeff").split("\n")[:6] if line.strip() and line[0] != "#"]
    for delimiter in "\t|;,":
        names = lines[0].split(delimiter) if lines else []
        if len(names) > 2 and all(re.fullmatch(r"\s*\"?[^\W\d][\w .-]{0,30}\"?\s*", name) for name in names):
            return len(lines) > 1 and all(line.count(delimiter) == len(names) - 1 for line in lines[1:4])
    return False


def _kind_of_script(text: str) -> Kind:
    return Kind.CODE if _language_by_interpreter(text.lstrip()) else Kind.TEXT
