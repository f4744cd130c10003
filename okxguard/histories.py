"""What `--history` reads: every object of a repository and of its submodules, and one finding for all versions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from okxguard import __version__
from okxguard.crew import FORKS, Crew, Lost
from okxguard.errors import UsageError
from okxguard.model import FileError, Note, Report
from okxguard.past import History
from okxguard.rulebook import Rulebook
from okxguard.scan import Options
from okxguard.sieve import NoTree, Sieve
from okxguard.sources.cache import Cache
from okxguard.sources.history import Hit, Past
from okxguard.sources.paths import Item
from okxguard.sources.repository import open_repository
from okxguard.sources.submodules import Submodule, find_submodules
from okxguard.target import Excluded, Plain
from okxguard.versions import merge, merge_suppressed

if TYPE_CHECKING:
    from okxguard.leaks.imports import Tree

_ONE = "--history: name one folder of a repository, or none for the current one"
_EMPTY = "holds no commit; only what nothing leads to is read"
_TRACKED = "is part of the repository that is scanned; it is neither used nor written"
# Fewer objects are not worth a second process.
_MANY = 200
_CHUNK = 32


class HistoryTarget(Plain):
    """All objects of the repository that holds a folder.

    What is to be read is known only after most of it was read, and what one version lacks another may have had.
    """

    def __init__(self, paths: Sequence[str], rulebook: Rulebook, cache: str | None, jobs: int) -> None:
        if len(paths) != 1 or not os.path.isdir(paths[0]):
            raise UsageError(_ONE)
        self._repository = open_repository(paths[0], current=os.path.realpath(paths[0]) == os.path.realpath("."))
        self._rulebook = rulebook
        self._cache_path = cache
        self._jobs = jobs
        self._cache: Cache | None = None
        self._pasts: dict[str, Past] = {}
        self._is_leaking = False
        self.root = self._repository.top or self._repository.folder

    def tree(self) -> Tree:
        """Return the files that others import: none, for they change with every commit."""
        return NoTree()

    def settled(self, options: Options) -> Options:
        """Take note of the options of the scan."""
        self._is_leaking = any(rule.startswith("OKX3") for rule in options.rules)
        return options._replace(rules=options.rules - {"OKX901"})

    def items(self, excluded: Excluded) -> Iterator[Item]:
        """Yield what may give a finding in any object."""
        sieve = Sieve(self._rulebook, code=self._is_leaking)
        yield from self._open_cache()
        for found in (Submodule(self._repository, ""), *find_submodules(self._repository)):
            if isinstance(found, Submodule):
                past = Past(found.repository, sieve, self._cache or Cache(1), found.folder, self._jobs)
                self._pasts[found.folder] = past
                yield from past.read()
                hits: list[Hit] = []
                yield from past.choose(hits, excluded)
                yield from past.open(hits, self._silent(past, hits, excluded), excluded)
            else:
                yield found

    def completed(self, report: Report, hide: Callable[[str], str]) -> Report:
        """Return the report with one finding for all versions of a file, and remember what gave nothing."""

        def described(groups: Sequence[Sequence[History]]) -> list[History]:
            return [each._replace(author=each.author and hide(each.author)) for each in self._describe(groups)]

        pasts = self._pasts.values()
        notes, problem = set(report.notes), self._cache.save() if self._cache else None
        if problem and self._cache_path:
            notes.add(Note(self._cache_path, problem))
        commits = sum(past.commits for past in pasts)
        if not commits:
            notes.add(Note("(history)", _EMPTY))
        return report._replace(
            findings=merge(report.findings, described),
            suppressed=merge_suppressed(report.suppressed, described),
            notes=tuple(sorted(notes)),
            files=sum(past.files for past in pasts),
            bytes=sum(past.bytes for past in pasts),
            commits=commits,
        )

    def _silent(self, past: Past, hits: Sequence[Hit], excluded: Excluded) -> frozenset[bytes] | None:
        """Return what gives nothing, found by several processes; None where one is enough."""
        if self._jobs < 2 or len(hits) < _MANY or not FORKS:
            return None
        crew: Crew[Hit, list[bytes]] = Crew(self._jobs, lambda: lambda some: past.silent_among(some, excluded))
        return frozenset(key for _, keys in crew.do(hits, _CHUNK) if not isinstance(keys, Lost) for key in keys)

    def _describe(self, groups: Sequence[Sequence[History]]) -> list[History]:
        described: list[History] = [group[0] for group in groups]
        for folder, past in self._pasts.items():
            indices = [index for index, group in enumerate(groups) if group[0].repository == folder]
            for index, history in zip(indices, past.describe([groups[index] for index in indices]), strict=True):
                described[index] = history
        return described

    def _open_cache(self) -> Iterator[FileError | Note]:
        path = self._cache_path
        width = 32 if self._repository.ask("rev-parse", "--show-object-format").strip() == b"sha256" else 20
        if path is not None and self._is_tracked(path):
            yield Note(path, _TRACKED)
            path = None
        self._cache = Cache(width, path, self._key() if path else b"")
        if path and self._cache.note:
            yield Note(path, self._cache.note)

    def _is_tracked(self, path: str) -> bool:
        """Tell whether a file comes with the repository, so that whoever commits could switch the scan off."""
        return (
            self._repository.top is not None
            and self._repository.attempt("ls-files", "--error-unmatch", "--", os.path.abspath(path)) is not None
        )

    def _key(self) -> bytes:
        """Return everything that decides which objects give nothing: version, rule book, kinds of rules."""
        import hashlib

        digest = hashlib.sha256(f"{__version__} {self._is_leaking}".encode())
        for name in sorted(os.listdir(self._rulebook.folder)):
            path = os.path.join(self._rulebook.folder, name)
            if os.path.isfile(path):
                with open(path, "rb") as stream:
                    digest.update(name.encode() + b"\0" + hashlib.sha256(stream.read()).digest())
        return digest.digest()
