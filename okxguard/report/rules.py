"""The rule book for people: the list, and one rule with what, why, how to fix and examples."""

from __future__ import annotations

import re

from okxguard.model import Example, Rule
from okxguard.rulebook import Rulebook

_SLOT = re.compile(r"@(\w+)@")


def render_rules(rulebook: Rulebook) -> str:
    """Return one line a rule: id, severity, name and what it finds."""
    rules = rulebook.rules.values()
    widest = max(len(rule.name) for rule in rules)
    return "".join(
        f"{rule.id}  {rule.severity.name.lower():8}  {rule.name:{widest}}  {rule.summary}\n" for rule in rules
    )


def render_rule(rule: Rule) -> str:
    """Return everything about one rule; values in examples are shown by what they are."""
    lines = [
        f"{rule.id} {rule.name} [{rule.severity.name.lower()}]",
        "",
        f"what: {rule.summary}",
        f"why: {_flow(rule.why)}",
        f"fix: {rule.fix}",
        f"evidence: {_flow(rule.evidence)}",
    ]
    for example in rule.examples:
        lines += ["", *_example(example)]
    if rule.references:
        lines += ["", "see:", *(f"  {reference}" for reference in rule.references)]
    return "\n".join(lines) + "\n"


def _example(example: Example) -> list[str]:
    verb = "fires" if example.fires else "stays silent"
    text = _SLOT.sub(lambda match: f"<{match[1].replace('_', ' ')}>", example.text.strip("\n"))
    return [f"{verb} on {example.path}: {example.reason}", *(f"  | {line}" for line in text.split("\n"))]


def _flow(text: str) -> str:
    return " ".join(text.split())
