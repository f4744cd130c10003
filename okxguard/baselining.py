"""Keep baseline files: find, read and write them, and do what `okxguard baseline` asks for."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from secrets import token_bytes

from okxguard.baseline import Baseline, read_baseline, render_baseline
from okxguard.errors import BaselineError, ConfigError
from okxguard.model import Report

DEFAULT = ".okxguard-baseline.json"
_KEY_BYTES = 32


def new_baseline(path: str, root: str, *, force: bool) -> Baseline:
    """Return an empty baseline with a key of its own, for a scan that shows paths relative to `root`.

    Raises BaselineError where a file stands at `path` that may not be replaced.
    """
    if os.path.lexists(path) and not force:
        raise BaselineError(
            f"baseline: {_shown(path)}: exists; `okxguard baseline update` adds new findings to it,"
            " --force replaces it and accepts every finding of today"
        )
    return _placed(Baseline(token_bytes(_KEY_BYTES)), path, root)


def load_baseline(path: str, root: str, read: Callable[[str], bytes | None]) -> Baseline:
    """Return the baseline at `path`, for a scan that shows paths relative to `root`.

    `read` returns the bytes of a file, or None where there is none.
    Raises BaselineError when there is no baseline, or none that can be used.
    """
    try:
        data = read(path)
    except (ConfigError, ValueError):
        reason = "cannot be read; check the path and its permissions"
        raise BaselineError(f"baseline: {_shown(path)}: {reason}") from None
    if data is None:
        reason = "does not exist; check the path, or make one with `okxguard baseline write`"
        raise BaselineError(f"baseline: {_shown(path)}: {reason}")
    return _placed(read_baseline(data, _shown(path)), path, root)


def keep_baseline(
    action: str, path: str, before: Baseline, paths: Sequence[str], scan: Callable[[Baseline], Report]
) -> tuple[Report, str]:
    """Scan `paths`, write, update or prune the baseline at `path`, and return the report and what was done.

    Nothing is written after a scan that is incomplete: it tells neither what is there nor what is gone.
    """
    report = scan(before._replace(known=()) if action == "prune" else before)
    if report.errors:
        return report, f"{_shown(path)} is not changed: the scan is incomplete"
    if action == "prune":
        findings = (*report.findings, *(suppressed.finding for suppressed in report.suppressed))
        after = before.without_gone(findings, [os.path.realpath(each) for each in paths])
    else:
        after = before.with_findings(report.findings)
    if action == "write" or sorted(after.known) != sorted(before.known):
        _write(path, render_baseline(after))
    return report, _said(action, path, before, after)


def _said(action: str, path: str, before: Baseline, after: Baseline) -> str:
    shown, number = _shown(path), len(after.known)
    if action == "write":
        return f"{shown} accepts {_count(number)}; use it with --baseline, or the key 'baseline' of the configuration"
    change = abs(number - len(before.known))
    return f"{shown} accepts {_count(number)}, {change} {'fewer' if action == 'prune' else 'more'} than before"


def _count(number: int) -> str:
    return f"{number} finding{'' if number == 1 else 's'}"


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError:
        raise BaselineError(
            f"baseline: {_shown(path)}: cannot be written; check the folder and its permissions"
        ) from None


def _placed(baseline: Baseline, path: str, root: str) -> Baseline:
    folder = os.path.realpath(os.path.dirname(os.path.abspath(path)))
    return baseline._replace(folder=folder, root=os.path.realpath(root))


def _shown(path: str) -> str:
    """Return a path as it is said: relative where it lies in the current folder, otherwise as it is."""
    here = os.path.join(os.getcwd(), "")
    return path[len(here) :] if path.startswith(here) else path
