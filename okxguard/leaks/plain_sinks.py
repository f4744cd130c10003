"""Find where code prints, logs, raises or sends, and which secrets it gives away there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from okxguard.entries.lexer import STRING
from okxguard.leaks.names import Secret, words_of
from okxguard.leaks.plain_callees import callee, end_of_operand, is_address, is_long_line, link
from okxguard.leaks.plain_cells import COMMA, GROUP, LINE, NAME, SIGN, TEXT, Cell, Code, cells, items, made_later, split
from okxguard.leaks.plain_file import PlainFile
from okxguard.leaks.plain_model import CLEAN, Taint, Value, union

PRINTED, LOGGED, RAISED, SENT, ADDRESSED, DUMPED, REPLIED, MASKED = (
    f"OKX30{number}" for number in (1, 2, 3, 4, 5, 6, 8, 9)
)
_OPEN_CALL = re.compile(
    r"(?:^|[;{|]|\b(?:then|do|else|and|or)\b|&&|\|\||=>)[ \t]*"
    r"(?P<chain>(?:[$@]{0,2}\w{1,60}(?:\.|::|->)){0,5}[A-Za-z_]\w{0,60}!?)"
    r"[ \t]+(?=[\"'`\w$@:#%\[{(\\&*!~]|<<)",
    re.MULTILINE,
)
_MODIFIERS = frozenset(["if", "unless", "while", "until", "rescue", "do"])
_STREAM = re.compile(
    r"\b(?:std::)?(?:(?P<stream>w?c(?:out|err|log))|(?P<log>LOG|VLOG|DLOG|BOOST_LOG_TRIVIAL|qDebug|qInfo|qWarning)\s{0,3}\([^()]{0,40}\))\s{0,40}<<"
)
_OPEN_ECHO = re.compile(r"<\?=\s*")
_QUERY = re.compile(r"[?&][\w.\[\]-]{1,40}=(?P<hole>\$\{|#\{|\{|\\\(|\$|[\"'`]?$)")
_FILE = re.compile(r"\.(?:log|txt|out|csv|html?|md|dump|debug)[\"'`]$")
_MOST_LINKS = 12

# What is written to is the console, not a page.
_CONSOLE = re.compile(r"\(\s{0,20}os\.Std(?:err|out)\b")


class Sunk(NamedTuple):
    """Secrets that one sink gives away: the rule of the sink, its name, where it stands."""

    rule: str
    sink: str
    start: int
    end: int
    value: Value


class Sinks:
    """Finds the sinks of one file."""

    def __init__(self, file: PlainFile) -> None:
        self._file = file
        self._dialect = file.dialect
        self._rule = cache(self._find_rule)
        self._lasts = {
            pattern.rpartition(".")[2]
            for calls in (*file.dialect.sinks.values(), file.dialect.pages, file.dialect.posts, file.dialect.checks)
            for pattern in calls.patterns
        } | file.dialect.levels

    def find(self) -> Iterator[Sunk]:
        """Yield what every sink of the file gives away."""
        yield from self._calls(self._file.code)
        if self._file.manner.open_calls:
            yield from self._open_calls()
        if self._file.language == "c":
            yield from self._streams()
        if self._dialect.blocks.patterns:
            yield from self._blocks(self._file.code)
        yield from self._raises()
        yield from self._addresses()

    def _calls(self, code: Code) -> Iterator[Sunk]:
        tokens, text = code.tokens, code.text
        anything = "*" in self._lasts
        for index, kind in enumerate(tokens.kinds):
            if kind not in ("(", "[", "{"):
                continue
            start = tokens.starts[index]
            match = callee(text, max(0, tokens.ends[index - 1] if index else 0, start - 100), start)
            if match is None or (kind != "(" and not match["name"].endswith("!")):
                continue
            if not anything and match["name"] not in self._lasts:
                continue
            if is_long_line(text, start):
                self._file.is_cut = True
            else:
                yield from self._call(code, index, match)

    def _call(self, code: Code, index: int, match: re.Match[str]) -> Iterator[Sunk]:
        tokens = code.tokens
        closing = tokens.partners.get(index)
        end = tokens.ends[closing] if closing is not None else tokens.ends[index]
        if code is self._file.code and not self._file.interest.may_show(tokens.starts[index], end):
            return
        dotted, start = self._dotted(code, index, match)
        rule, sent = self._rule(dotted)
        if not rule and self._dialect.checks.match(dotted):
            rule, sent = RAISED, "check"
        if not rule:
            return
        if sent == "page" and _CONSOLE.match(code.text, tokens.starts[index]):
            rule, sent = PRINTED, ""
        group = Cell(GROUP, "(", tokens.starts[index], end, index)
        value = self._given(code, group, rule, sent=sent)
        if value.taints:
            yield Sunk(rule, dotted, start, min(end, start + 400), value)

    def _given(self, code: Code, group: Cell, rule: str, *, sent: str) -> Value:
        """Return what a sink shows of its arguments."""
        values, parts = self._file.values, items(code, group)
        if sent == "post":
            written = code.text[group.start : group.end].lower()
            first = "".join(cell.text.lower() for cell in parts[0]) if parts else ""
            if not re.search("|".join(self._file.book.hooks), first) or not written:
                return CLEAN
            parts = parts[1:]
        elif sent == "file":
            if not parts or not _FILE.search(parts[0][-1].text):
                return CLEAN
            parts = parts[1:]
        elif sent == "check":
            tested = self._file.language == "rust" and "#[cfg(test)]" in code.text[: group.start]
            if tested or len(parts) < 2 or all(cell.kind != TEXT for cell in parts[1][:2]):
                return CLEAN
            parts = parts[1:]
        elif rule == ADDRESSED:
            parts = [part for part in parts if part[0].text != "{"]  # options, the environment among them
        parts = [made_later(part) for part in parts] if rule == LOGGED else parts
        value = values.listed(code, parts, formats=True, rust=self._file.language == "rust")
        if sent == "page":
            taints = tuple(taint for taint in value.taints if taint.kind is not Secret.TOKEN and taint.dump != "reply")
            return value._replace(taints=taints)
        if rule == ADDRESSED:
            return value._replace(taints=tuple(taint for taint in value.taints if not taint.dump))
        return value

    def _blocks(self, code: Code) -> Iterator[Sunk]:
        """Yield what blocks give away that make a message: `require(x) { "..." }`, `log.debug { "..." }`."""
        tokens, text = code.tokens, code.text
        for index, kind in enumerate(tokens.kinds):
            if kind != "{" or index == 0 or index not in tokens.partners:
                continue
            at = index
            if tokens.kinds[index - 1] == ")" and not tokens.gap(index).strip():
                at = tokens.partners.get(index - 1, index)
            start = tokens.starts[at]
            match = callee(text, max(0, tokens.ends[at - 1] if at else 0, start - 100), start)
            if match is None:
                continue
            dotted, begin = self._dotted(code, at, match)
            raised = self._dialect.blocks.match(dotted)
            if raised or self._is_logger(dotted):
                group = Cell(GROUP, "{", tokens.starts[index], tokens.ends[tokens.partners[index]], index)
                value = self._file.values.listed(code, items(code, group), formats=True)
                if value.taints:
                    yield Sunk(RAISED if raised else LOGGED, dotted, begin, min(group.end, begin + 400), value)

    def _find_rule(self, dotted: str) -> tuple[str, str]:
        """Return the rule of the sink of that name, and how it is sent, if it is."""
        for rule, calls in self._dialect.sinks.items():
            if calls.match(dotted):
                return rule, ""
        if self._dialect.pages.match(dotted):
            return SENT, "page"
        if self._dialect.posts.match(dotted):
            return SENT, "file" if "file" in dotted.lower() or "write" in dotted.lower() else "post"
        return (LOGGED, "") if self._is_logger(dotted) else ("", "")

    def _is_logger(self, dotted: str) -> bool:
        *receivers, last = dotted.split(".")
        if not receivers or last.rstrip("!") not in self._dialect.levels:
            return False
        for receiver in receivers:
            words = words_of(receiver)
            if words and words[-1] in self._file.book.loggers:
                return True
        return False

    def _dotted(self, code: Code, index: int, match: re.Match[str]) -> tuple[str, int]:
        """Return the dotted name in front of a bracket and where it begins."""
        tokens, text = code.tokens, code.text
        names, at = [match["name"]], match.start("name")
        before = index - 1
        for _ in range(_MOST_LINKS):
            found = link(text, at)
            if found is None or (not self._file.manner.arrows and "->" in found[0]):
                break
            if found["called"]:
                while before >= 0 and tokens.starts[before] > found.start("called"):
                    before -= 1
                opening = tokens.partners.get(before)
                if opening is None or tokens.starts[before] != found.start("called"):
                    break
                at, before = tokens.starts[opening], opening - 1
                name = callee(text, max(0, at - 100), at)
                names.append(f"{name['name']}()" if name else "()")
                at = name.start("name") if name else at
            elif found["name"] and not code.in_string(found.start()):
                names.append(found["name"].lstrip("$@"))
                at = found.start()
            else:
                names.append("")
                break
        return ".".join(reversed(names)), at

    def _open_calls(self) -> Iterator[Sunk]:
        """Yield what sinks give away that are called without brackets: `puts x`, `echo $x;`."""
        code, text = self._file.code, self._file.code.text
        for match in _OPEN_CALL.finditer(text):
            dotted = re.sub(r"::|->", ".", match["chain"]).replace("$", "").replace("@", "")
            if dotted.rpartition(".")[2] not in self._lasts or code.in_string(match.start("chain")):
                continue
            rule, sent = self._rule(dotted)
            if rule and not sent:
                yield from self._spoken(code, rule, dotted, match.start("chain"), match.end())
        if self._file.language == "php":
            for match in _OPEN_ECHO.finditer(self._file.text):
                yield from self._spoken(code, PRINTED, "echo", match.start(), match.end())

    def _spoken(self, code: Code, rule: str, dotted: str, start: int, at: int) -> Iterator[Sunk]:
        found: list[Cell] = []
        for cell in cells(code, at, min(len(code.text), at + 4000)):
            if cell.kind == LINE:
                if self._file.manner.lines and found and found[-1].text not in (",", "+", "\\", ".", "||", "&&"):
                    break
            elif (cell.kind == SIGN and cell.text == ";") or (cell.kind == NAME and cell.text in _MODIFIERS):
                break
            else:
                found.append(cell)
        value = self._file.values.listed(code, [part for part in split(found, COMMA) if part], formats=True)
        if value.taints and found:
            yield Sunk(rule, dotted, start, found[-1].end, value)

    def _streams(self) -> Iterator[Sunk]:
        """Yield what is written to the streams of C++: `std::cout << x`, `LOG(INFO) << x`."""
        code, read = self._file.code, 0
        for match in _STREAM.finditer(code.text):
            if match.start() >= read and not code.in_string(match.start()):
                read = max(match.end(), code.text.find(";", match.end(), match.end() + 4000))
                rule = LOGGED if match["log"] else PRINTED
                name = (match["log"] or match["stream"]).strip()
                yield from self._spoken(code, rule, name, match.start(), match.end())

    def _raises(self) -> Iterator[Sunk]:
        """Yield what exceptions give away that a statement makes: `throw new Error(x)`."""
        if not self._dialect.raises:
            return
        code = self._file.code
        for match in re.finditer(rf"\b(?P<word>{'|'.join(self._dialect.raises)})[ \t]+(?=[\w$@\"'`(\\])", code.text):
            if code.in_string(match.start()):
                continue
            name = ""
            for cell in cells(code, match.end(), min(len(code.text), match.end() + 4000)):
                if cell.kind == GROUP and cell.text == "(":
                    value = self._file.values.listed(code, items(code, cell), formats=True)
                    if value.taints:
                        yield Sunk(RAISED, name or match["word"], match.start(), cell.end, value)
                    break
                if cell.kind == TEXT or cell.text in (";", "{", "}"):
                    break
                name = cell.text if cell.kind == NAME else name

    def _addresses(self) -> Iterator[Sunk]:
        """Yield secrets in the queries of addresses."""
        code, tokens = self._file.code, self._file.code.tokens
        for index, kind in enumerate(tokens.kinds):
            if kind != STRING:
                continue
            start, end = tokens.starts[index], tokens.ends[index]
            if not is_address(code.text, start, end):
                continue
            cell = Cell(TEXT, code.text[start:end], start, end, index)
            values = [self._file.values.string(code, cell)] if end - start < 4000 else []
            if code.text[max(start, end - 2) : end - 1] == "=":
                following = re.compile(r"\s*(?:\+|\.(?=\s|\$)|\.\.)\s*(?=[\w$@])").match(code.text, end)
                if following:
                    values.append(self._file.values.at(code, following.end(), end_of_operand(code, following.end())))
            value = union(values)
            taints = tuple(taint for taint in value.taints if self._is_addressed(code, taint, start, end))
            if taints:
                yield Sunk(ADDRESSED, "URL", start, end, Value(taints))

    def _is_addressed(self, code: Code, taint: Taint, start: int, end: int) -> bool:
        if taint.dump or taint.shown or taint.kind is Secret.TOKEN:
            return False
        if taint.kind is Secret.KEY and "okx" not in taint.name.lower() and "okex" not in taint.name.lower():
            return False
        before = (
            code.text[max(start, taint.start - 60) : taint.start] if taint.start < end else code.text[start : end - 1]
        )
        return re.search(r"[?&][\w.\[\]-]{1,40}=[^&\s]{0,40}$", before) is not None


__all__ = ["DUMPED", "MASKED", "PRINTED", "REPLIED", "Sinks", "Sunk"]
