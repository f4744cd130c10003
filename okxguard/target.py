"""What every target of a scan can tell: what is read, under which configuration, and what is added to the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from okxguard.config import Config, load_config, read_config_file
from okxguard.model import Report
from okxguard.sources.files import File
from okxguard.sources.paths import Item

if TYPE_CHECKING:
    from okxguard.filtering import Options
    from okxguard.leaks.imports import Tree

Excluded = Callable[[str], bool]


class Target(Protocol):
    """What one run reads. Paths are shown relative to `root`."""

    root: str

    def config(self, path: str | None) -> Config:
        """Return the configuration at a path, or the one that belongs to the target."""
        ...

    def settings(self, path: str) -> bytes | None:
        """Return a file that says what is reported, as far as the target trusts it, or None where there is none."""
        ...

    def tree(self) -> Tree:
        """Return the files that others import."""
        ...

    def items(self, excluded: Excluded) -> Iterator[Item]:
        """Yield what is to be scanned, with the archives among it opened."""
        ...

    def listed(self, excluded: Excluded) -> Sequence[Item | File] | None:
        """Return the files before they are read, where several processes may read them."""
        ...

    def again(self, excluded: Excluded) -> Callable[[], Iterable[Item]] | None:
        """Return what gives the items once more, where they are all there is."""
        ...

    def rest(self, excluded: Excluded) -> Callable[[], Iterable[Item]] | None:
        """Return what gives the files beside those that are scanned, where there are any to compare with."""
        ...

    def settled(self, options: Options) -> Options:
        """Return the options to scan with."""
        ...

    def completed(self, report: Report, hide: Callable[[str], str]) -> Report:
        """Return the report with what only the target knows; `hide` takes found values out of a text."""
        ...


class Plain:
    """What most targets do: they read alone, have nothing to compare with, and look at so many commits.

    Their configuration, and what else says what is reported, stands on the disk.
    """

    root: str
    commits = 0

    def config(self, path: str | None) -> Config:
        """Return the configuration at a path, or that of the root."""
        return load_config(path, self.root)

    def settings(self, path: str) -> bytes | None:
        """Return a file that says what is reported."""
        return read_config_file(path)

    def listed(self, excluded: Excluded) -> Sequence[Item | File] | None:  # noqa: ARG002 (for others to change)
        """Return nothing: the items are read by one process."""
        return None

    def again(self, excluded: Excluded) -> Callable[[], Iterable[Item]] | None:  # noqa: ARG002
        """Return nothing: something may be missing among the items."""
        return None

    def rest(self, excluded: Excluded) -> Callable[[], Iterable[Item]] | None:  # noqa: ARG002
        """Return nothing: there is nothing to compare with."""
        return None

    def settled(self, options: Options) -> Options:
        """Return the options as they are."""
        return options

    def completed(self, report: Report, hide: Callable[[str], str]) -> Report:  # noqa: ARG002
        """Add how many commits were read."""
        return report._replace(commits=self.commits)
