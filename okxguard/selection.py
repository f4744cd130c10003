"""What a run looks at: the configuration with what the command line says on top."""

from __future__ import annotations

import argparse
import re

from okxguard.config import Config
from okxguard.errors import UsageError
from okxguard.model import Confidence, Severity
from okxguard.report.text import printable
from okxguard.rulebook import Rulebook

# Whatever else stands in a configuration may be a credential that was pasted there.
_LIKE_A_RULE = re.compile(r"(?i)okx?\d{0,4}|[a-z]{1,5}")


def configured(config: Config, parsed: argparse.Namespace, rulebook: Rulebook) -> Config:
    """Return the configuration with what the command line says on top."""
    every = frozenset(rulebook.rules)
    for key, words in (("select", config.select or ()), ("ignore", config.ignore)):
        _matching(words, every, f"config: {config.path}: key '{key}': ", _LIKE_A_RULE)
    if parsed.min_severity:
        config = config._replace(min_severity=Severity[parsed.min_severity.upper()])
    if parsed.min_confidence:
        config = config._replace(min_confidence=Confidence[parsed.min_confidence.upper()])
    return config


def widened(config: Config, parsed: argparse.Namespace) -> Config:
    """Return the configuration without any limit: what a narrower scan does not show is not gone."""
    if parsed.select or parsed.ignore or parsed.min_severity or parsed.min_confidence:
        raise UsageError("prune looks at all rules and levels; leave out --select, --ignore and --min-...")
    return config._replace(min_severity=Severity.LOW, min_confidence=Confidence.LOW, select=None, ignore=())


def _words(values: list[str]) -> tuple[str, ...]:
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


def selected(config: Config, parsed: argparse.Namespace, rulebook: Rulebook) -> frozenset[str]:
    """Return the ids of the rules to run; an id that means no rule is an error."""
    every = frozenset(rulebook.rules)
    select = _words(parsed.select) if parsed.select else config.select
    # A history is old code: what that gives away matters where somebody asks for it.
    usual = (
        frozenset(rule for rule in every if rule.startswith(("OKX1", "OKX2")))
        if getattr(parsed, "history", False)
        else every
    )
    rules = usual if select is None else _matching(select, every, "--select: ")
    rules -= _matching(config.ignore + _words(parsed.ignore or []), every, "--ignore: ")
    if not rules:
        raise UsageError("no rule is left to run; check --select, --ignore and the configuration")
    return rules


def _matching(
    words: tuple[str, ...], every: frozenset[str], where: str, shown: re.Pattern[str] | None = None
) -> frozenset[str]:
    """Return the rules that words mean; an error quotes only a word that looks as `shown` says, if that is given."""
    matched: set[str] = set()
    for word in words:
        found = {rule for rule in every if rule.startswith(word.upper())}
        if not found or len(word) < len("OKX"):
            named = f"'{printable(word[:40])}'" if shown is None or shown.fullmatch(word) else "a word"
            raise UsageError(f"{where}{named} is no rule and no beginning of one; `okxguard rules` lists them")
        matched |= found
    return frozenset(matched)
