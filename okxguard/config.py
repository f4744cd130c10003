"""Read the user's configuration: `okxguard.toml`, or `[tool.okxguard]` in `pyproject.toml`. Data only."""

import os
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from okxguard.errors import ConfigError
from okxguard.model import Confidence, Severity

_FILE = "okxguard.toml"
_PYPROJECT = "pyproject.toml"
# Whatever else stands in place of a key may be a credential that was pasted there.
_LIKE_A_KEY = re.compile(r"[a-z_-]{0,40}")


class Config(NamedTuple):
    """What a configuration file sets; the command line wins over it.

    `exclude` holds patterns as in a `.gitignore` file, relative to `folder`, that of the configuration file at `path`.
    `baseline` is the path of a file.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    min_severity: Severity = Severity.LOW
    min_confidence: Confidence = Confidence.MEDIUM
    exclude: tuple[str, ...] = ()
    honour_detect_secrets_pragma: bool = False
    max_key_age_days: int = 90
    baseline: str | None = None
    folder: str = ""
    path: str = ""

    def excluder(self, shown_root: str) -> Callable[[str], bool]:
        """Return a test for paths shown relative to `shown_root`."""
        if not self.exclude:
            return lambda _path: False
        from pathspec import GitIgnoreSpec

        try:
            spec = GitIgnoreSpec.from_lines(self.exclude)
        except ValueError:
            raise ConfigError(
                "config: key 'exclude' holds a pattern that means nothing; write patterns as in .gitignore"
            ) from None
        folder = self.folder

        def excluded(path: str) -> bool:
            relative = os.path.relpath(os.path.join(shown_root, path), folder).replace(os.sep, "/")
            return not relative.startswith("../") and spec.match_file(relative)

        return excluded


def read_config_file(path: str) -> bytes | None:
    """Return the bytes of a file, or None where there is none; raise ConfigError where it cannot be read."""
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError:
        raise ConfigError(
            f"config: {os.path.relpath(path)}: cannot be read; check the path and its permissions"
        ) from None


def load_config(path: str | None, start: str, read: Callable[[str], bytes | None] = read_config_file) -> Config:
    """Read the configuration at `path`, or the nearest one at or above the folder `start` within its repository.

    `read` returns the bytes of a file, or None where there is none.
    Raises ConfigError when the file cannot be read, is not TOML, or holds an unknown key or a wrong value.
    """
    if path is not None:
        data = read(path)
        if data is None:
            raise ConfigError(f"config: {path}: cannot be read; check the path and its permissions")
        return _parse(path, path, data) or Config()
    folder = os.path.abspath(start)
    while True:
        for name in (_FILE, _PYPROJECT):
            candidate = os.path.join(folder, name)
            data = read(candidate)
            # Most projects have a pyproject.toml that says nothing of okxguard.
            named = data is not None and (name == _FILE or b"okxguard" in data)
            config = _parse(candidate, os.path.relpath(candidate), data) if data is not None and named else None
            if config is not None:
                return config
        parent = os.path.dirname(folder)
        if parent == folder or os.path.lexists(os.path.join(folder, ".git")):
            return Config()
        folder = parent


def _parse(path: str, shown: str, data: bytes) -> Config | None:
    """Return the configuration that a file holds; None for a pyproject.toml that does not mention it."""
    import tomli  # most hooks run where nothing is configured

    try:
        table: Any = tomli.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except (UnicodeDecodeError, tomli.TOMLDecodeError, RecursionError) as error:
        line = re.search(r"at line (\d+)", str(error)) if isinstance(error, tomli.TOMLDecodeError) else None
        where = f" in line {line[1]}" if line else ""
        raise ConfigError(f"config: {shown}: is not valid TOML{where}; correct it or remove it") from None
    is_pyproject = os.path.basename(path) == _PYPROJECT
    if is_pyproject:
        tools = table.get("tool")
        table = tools.get("okxguard") if isinstance(tools, dict) else None
        if table is None:
            return None
    folder = os.path.dirname(os.path.abspath(path))
    return _Checker(shown, "tool.okxguard." if is_pyproject else "", folder).config(table)


class _Checker:
    """Turns a TOML table into a Config, and refuses what it does not know."""

    def __init__(self, file: str, within: str, folder: str) -> None:
        self._file = file
        self._within = within
        self._folder = folder

    def fail(self, key: str, reason: str) -> ConfigError:
        full = f"{self._within}{key}".rstrip(".")
        named = f"key '{full}'" if _LIKE_A_KEY.fullmatch(key) else "a key"
        return ConfigError(f"config: {self._file}: {named} {reason}")

    def config(self, table: Any) -> Config:
        if not isinstance(table, dict):
            raise self.fail("", "must be a table")
        readers: dict[str, Callable[[str, Any], Any]] = {
            "select": self._words,
            "ignore": self._words,
            "exclude": self._words,
            "min-severity": self._severity,
            "min-confidence": self._confidence,
            "honour-detect-secrets-pragma": self._switch,
            "max-key-age-days": self._days,
            "baseline": self._file_name,
        }
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key not in readers:
                raise self.fail(key, f"is unknown; known keys are {', '.join(sorted(readers))}")
            values[key.replace("-", "_")] = readers[key](key, value)
        return Config(**values, folder=self._folder, path=self._file)

    def _words(self, key: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.fail(key, "must be a list of texts")
        return tuple(value)

    def _file_name(self, key: str, value: Any) -> str:
        if not isinstance(value, str) or not value or "\0" in value:
            raise self.fail(key, "must be the path of a file")
        return os.path.join(self._folder, value)

    def _switch(self, key: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self.fail(key, "must be true or false")
        return value

    def _days(self, key: str, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.fail(key, "must be a number of days, 1 or more")
        return value

    def _severity(self, key: str, value: Any) -> Severity:
        if not isinstance(value, str) or value.upper() not in Severity.__members__:
            raise self.fail(key, "must be one of low, medium, high, critical")
        return Severity[value.upper()]

    def _confidence(self, key: str, value: Any) -> Confidence:
        if not isinstance(value, str) or value.upper() not in Confidence.__members__:
            raise self.fail(key, "must be one of low, medium, high")
        return Confidence[value.upper()]
