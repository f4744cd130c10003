"""The rules as SARIF describes them: texts, level, tags and how grave GitHub takes them to be."""

from __future__ import annotations

import re
from typing import Any

from okxguard.model import Rule, Severity

HOME = "https://github.com/okxguard/okxguard"
LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
# GitHub: above 9.0 is critical, from 7.0 high, from 4.0 medium.
_GRAVITY = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
# By the first digit of the id; what follows code may take a way that is never taken.
_PRECISION = {"1": "high", "2": "high", "3": "medium", "9": "very-high"}
_ABOUT_THE_RUN = "9"
_WEAKNESS = re.compile(r"https://cwe\.mitre\.org/data/definitions/(?P<number>\d{1,5})\.html")


def described(rule: Rule) -> dict[str, Any]:
    """Return the descriptor of a rule; its weaknesses are those of CWE that its references name."""
    why, evidence = _flow(rule.why), _flow(rule.evidence)
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": why},
        "help": {
            "text": "\n".join([why, f"Fix: {rule.fix}", f"Evidence: {evidence}", *rule.references]),
            "markdown": "\n\n".join(
                [
                    why,
                    f"**Fix:** {rule.fix}",
                    f"**Evidence:** {evidence}",
                    "\n".join(f"- {reference}" for reference in rule.references),
                ]
            ).rstrip(),
        },
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": _properties(rule),
    }


def _properties(rule: Rule) -> dict[str, Any]:
    group = rule.id[len("OKX")]
    precision = _PRECISION.get(group, "medium")
    if group == _ABOUT_THE_RUN:
        return {"tags": ["maintainability"], "precision": precision}
    weaknesses = [match["number"] for match in map(_WEAKNESS.fullmatch, rule.references) if match]
    return {
        "tags": ["security", *(f"external/cwe/cwe-{number:0>3}" for number in weaknesses)],
        "security-severity": _GRAVITY[rule.severity],
        "precision": precision,
    }


def _flow(text: str) -> str:
    return " ".join(text.split())
