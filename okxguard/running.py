"""Do one run: scan what the arguments name, alone or with other processes."""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import TYPE_CHECKING

from okxguard.config import Config
from okxguard.model import Report
from okxguard.rulebook import Rulebook
from okxguard.selection import selected

if TYPE_CHECKING:
    from okxguard.baseline import Baseline
    from okxguard.clock import Clock
    from okxguard.filtering import Options
    from okxguard.scan import Scanner
    from okxguard.target import Target

# Fewer files than these are read before a second process would have begun.
_MANY = 100


class Run:
    """What the user asked for, the rule book, what is read, the configuration; and a clock, where somebody asks."""

    def __init__(
        self,
        parsed: argparse.Namespace,
        rulebook: Rulebook,
        target: Target,
        config: Config,
        clock: Clock | None = None,
    ) -> None:
        self._parsed = parsed
        self._rulebook = rulebook
        self._target = target
        self._config = config
        self._clock = clock

    def report(self, baseline: Baseline | None) -> Report:
        """Scan what the arguments name, without what the baseline accepts."""
        from okxguard.pathnames import redacted
        from okxguard.sources.paths import prefix_of

        target = self._target
        options = self._options(baseline)
        excluded = self._config.excluder(target.root)
        scanner = self._scanner(target.settled(options))
        turn(self._clock, "finding files")
        listed = target.listed(excluded)
        if listed is not None and len(listed) >= _MANY:
            from okxguard.report.progress import ProgressLine
            from okxguard.teamwork import Setting, scan_with

            jobs = self._parsed.jobs if self._parsed.jobs is not None else usable_cores()
            turn(self._clock, "")
            with ProgressLine() as line:
                tell = line.show if sys.stderr.isatty() and not self._parsed.no_progress else None
                setting = Setting(options, self._config, target.root, self._clock)
                report = scan_with(setting, listed, jobs, target.again(excluded), tell)
        else:
            report = scanner.scan(target.items(excluded), target.again(excluded), target.rest(excluded))
        return target.completed(report, scanner.hide)._replace(prefix=redacted(prefix_of(target.root)))

    def _options(self, baseline: Baseline | None) -> Options:
        from okxguard.filtering import Options

        config = self._config
        return Options(
            selected(config, self._parsed, self._rulebook),
            time.strftime("%Y-%m-%d", time.gmtime()),
            config.min_severity,
            config.min_confidence,
            config.honour_detect_secrets_pragma,
            config.max_key_age_days,
            baseline,
        )

    def _scanner(self, options: Options) -> Scanner:
        tree = self._target.tree()
        if self._clock is None:
            from okxguard.scan import Scanner

            return Scanner(self._rulebook, options, tree)
        from okxguard.timed import TimedScanner

        return TimedScanner(self._rulebook, options, tree, self._clock)


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def turn(clock: Clock | None, stage: str) -> None:
    """Begin a stage, if there is a clock."""
    if clock is not None:
        clock.turn(stage)
