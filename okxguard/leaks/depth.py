"""Tell from the brackets and words of a Python text whether libcst would read it in good time.

libcst copies what it has read once for every bracket around it and for every further link of a chain, and reads patterns
and the targets of `del` again and again, four times for each bracket around them. What is nested too deeply exhausts the
stack, which ends the process. So the text is scanned first, once, from the start to the end.
"""

from __future__ import annotations

import re

_MOST_CHARACTERS = 1_000_000
_MOST_OPEN = 100
_MOST_IN_CHAIN = 1000
_MOST_IN_CHAINS = 2000
_MOST_BRANCHES = 500
# In microseconds, of the slowest form of each that was measured.
_MOST_TIME = 2_500_000.0
_COST_OF_BRACKET = 3.0
_COST_OF_LINK = 0.1
_COST_OF_INDENT = 0.25
_COST_OF_PATTERN = 5

_TOKEN = re.compile(
    r"""
    (?: [ \t\f\r] | \\\r?\n | \#[^\n]* )*
    (?:
    (?P<line> \n )
    | (?P<fields> (?:[fFtT][rR]?|[rR][fFtT]) (?:\"{3}|'{3}|"|') )
    | (?P<string> (?:[uUbBrR]|[bB][rR]|[rR][bB])?
        (?: \"{3}[^\\"]*(?:(?:\\.|"(?!""))[^\\"]*)*\"{3} | '{3}[^\\']*(?:(?:\\.|'(?!''))[^\\']*)*'{3}
        | "(?!"")[^\\"\n]*(?:\\.[^\\"\n]*)*" | '(?!'')[^\\'\n]*(?:\\.[^\\'\n]*)*' ) )
    | (?P<word> \w+ )
    | (?P<open> [(\[{] )
    | (?P<close> [)\]}] )
    | (?P<colon> : )
    | (?P<comma> [,;] )
    | (?P<other> [^\s\w"'\\] )
    )
    """,
    re.VERBOSE | re.DOTALL,
)
# What matters in the text of a string with fields; the escapes are those that libcst knows.
_IN_TEXT = re.compile(
    r"""[^\\{}"'\n]* (?: (?P<skipped> \{\{ | \}\} | \\N\{[^{}"'\\\n]*\} | \\(?:[\n\\'"abfnrtvx0-9uU]|N(?!\{))? )
    | (?P<quote> \"{3}|'{3}|"|' ) | (?P<open> \{ ) | (?P<line> \n ) )""",
    re.VERBOSE,
)
_IN_RAW_TEXT = re.compile(
    r"""[^\\{}"'\n]* (?: (?P<skipped> \{\{ | \}\} | \\["'\\]? )
    | (?P<quote> \"{3}|'{3}|"|' ) | (?P<open> \{ ) | (?P<line> \n ) )""",
    re.VERBOSE,
)
