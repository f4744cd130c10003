"""Scan folders with several processes where that pays."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from okxguard.config import Config
from okxguard.filtering import Options
from okxguard.model import FileError, Report
from okxguard.rulebook import load_rulebook
from okxguard.scan import Part, Scanner
from okxguard.sources.archive import expand
from okxguard.sources.files import File, read_file
from okxguard.sources.paths import Item
from okxguard.sources.tree import FileTree
from okxguard.spotting import WORTH

if TYPE_CHECKING:
    from okxguard.clock import Clock

# A scan that ends within this time is not worth a second process, which takes as long to start; Linux forks them.
_ALONE_SECONDS = 0.05 if sys.platform == "linux" else 0.4
_ALONE_FILES = 64
_CHUNK = 256
Tell = Callable[[int, int, int, int], None]
_DIED = "could not be scanned: the process that read it died; please report it"


class Setting(NamedTuple):
    """What every process needs to know: options, the configuration, and the folder that paths are shown relative to.

    With a clock every process tells what its files take.
    """

    options: Options
    config: Config
    root: str
    clock: Clock | None = None


class _Count:
    """Counts what has been read, and tells it."""

    def __init__(self, total: int, tell: Tell | None) -> None:
        self._total = total
        self._tell = tell
        self._done = self._bytes = self._findings = 0

    def add(self, part: Part, files: int) -> Part:
        self._done += files
        self._bytes += part.tally.bytes
        self._findings += len(part.tally.findings) + len(part.deferred)
        if self._tell is not None:
            self._tell(self._done, self._total, self._bytes, self._findings)
        return part


def scan_with(
    setting: Setting,
    listed: Iterable[Item | File],
    jobs: int,
    again: Callable[[], Iterable[Item]] | None,
    tell: Tell | None = None,
) -> Report:
    """Scan what was listed with up to `jobs` processes, and report in the order of paths and lines.

    The first files are read by this process; the others join where there is much to do. `tell` is called now and then
    with the numbers of files that are read, of all files, of bytes, and of findings.
    """
    files: list[File] = []
    others: list[Item] = []
    for item in listed:
        if isinstance(item, File):
            files.append(item)
        else:
            others.append(item)
    scanner = _scanner(setting)
    parts = [scanner.scan_part(others)]
    excluded = setting.config.excluder(setting.root)
    count = _Count(len(files), tell)
    done, end = 0, time.monotonic() + _ALONE_SECONDS
    while done < len(files) and (jobs == 1 or time.monotonic() < end):
        some = files[done : done + _ALONE_FILES]
        parts.append(count.add(scanner.scan_part(_read(some, excluded)), len(some)))
        done += len(some)
    if sum(part.tally.bytes for part in parts) * (len(files) - done) > WORTH * max(done, 1):
        scanner.hasten()
    parts += _shared(setting, scanner, files[done:], jobs, count)
    return scanner.join(parts, again)


def _shared(setting: Setting, scanner: Scanner, files: Sequence[File], jobs: int, count: _Count) -> list[Part]:
    if not files:
        return []
    from okxguard.crew import FORKS, Crew, Lost  # small scans end before others would have begun

    size = max(1, min(_CHUNK, len(files) // (jobs * 4)))
    # A forked process has what this one has made so far, the list of files as well: a number says which one is meant.
    tasks: Sequence[Any] = range(len(files)) if FORKS else files
    make = functools.partial(_numbered, setting, scanner, files) if FORKS else functools.partial(_worker, setting)
    crew: Crew[Any, Part] = Crew(jobs, make)
    results: dict[tuple[int, int], Part] = {}
    for place, result in crew.do(tasks, size):
        if isinstance(result, Lost):
            file = files[result.task] if FORKS else result.task
            result = scanner.scan_part([FileError(file.name, _DIED)])
        results[place] = count.add(result, max(result.tally.files, 1))
    return [part for _, part in sorted(results.items(), key=lambda item: item[0])]


def _numbered(setting: Setting, scanner: Scanner, files: Sequence[File]) -> Callable[[Sequence[int]], Part]:
    excluded = setting.config.excluder(setting.root)
    return lambda numbers: scanner.scan_part(_read([files[number] for number in numbers], excluded))


def _worker(setting: Setting) -> Callable[[Sequence[File]], Part]:
    scanner = _scanner(setting)
    excluded = setting.config.excluder(setting.root)
    return lambda files: scanner.scan_part(_read(files, excluded))


def _scanner(setting: Setting) -> Scanner:
    tree = FileTree(setting.root)
    if setting.clock is None:
        return Scanner(load_rulebook(), setting.options, tree)
    from okxguard.timed import TimedScanner  # only for those who ask

    return TimedScanner(load_rulebook(), setting.options, tree, setting.clock)


def _read(files: Sequence[File], excluded: Callable[[str], bool]) -> Iterator[Item]:
    return expand((item for file in files for item in read_file(file)), excluded)
