"""Read the TOML files of the rule book and complain about them with file, key and reason."""

import os
from importlib import import_module
from typing import Any

from okxguard.errors import RulebookError
from okxguard.model import Role

POLICY, LEAKS = "policy.toml", "leaks.toml"
_PACKAGE = os.path.dirname(os.path.abspath(__file__))


class _Checked(dict[str, Any]):
    """The content of a file of the rule book that was read when okxguard was built."""


class Table:
    """A TOML table that names file and key in every complaint, and knows which keys were asked for.

    What was read when okxguard was built `is_checked`: its patterns are known to be patterns.
    """

    def __init__(self, file: str, table: dict[str, Any], within: str = "", *, is_checked: bool = False) -> None:
        self._file = file
        self.is_checked = is_checked or isinstance(table, _Checked)
        self._table = dict(table)
        self._within = within

    def fail(self, key: str, reason: str) -> RulebookError:
        return RulebookError(f"rule book: {self._file}: key '{self._within}{key}' {reason}")

    def _take(self, key: str, kind: type) -> Any:
        if key not in self._table:
            raise self.fail(key, "is missing")
        value = self._table.pop(key)
        if not isinstance(value, kind):
            raise self.fail(key, f"must be a {_KINDS[kind]}")
        return value

    def text(self, key: str) -> str:
        value: str = self._take(key, str)
        if not value.strip():
            raise self.fail(key, "is empty")
        return value

    def optional(self, key: str) -> str:
        """Return a text that may be empty."""
        value: str = self._take(key, str)
        return value

    def words(self, key: str) -> tuple[str, ...]:
        values = self._take(key, list)
        if not all(isinstance(value, str) and value for value in values):
            raise self.fail(key, "must be a list of texts, none of them empty")
        return tuple(values)

    def table(self, key: str) -> "Table":
        return Table(self._file, self._take(key, dict), f"{self._within}{key}.", is_checked=self.is_checked)

    def tables(self, key: str) -> "list[Table]":
        values = self._take(key, list)
        if not all(isinstance(value, dict) for value in values):
            raise self.fail(key, "must be a list of tables")
        within = f"{self._within}{key}."
        return [Table(self._file, value, within, is_checked=self.is_checked) for value in values]

    def mapping(self) -> dict[str, str]:
        table, self._table = self._table, {}
        for key, value in table.items():
            if not isinstance(value, str):
                raise self.fail(key, "must be a text")
        return table

    def role(self, key: str, value: str) -> Role:
        try:
            return Role(value)
        except ValueError:
            raise self.fail(key, f"names no role; roles are {', '.join(role.value for role in Role)}") from None

    def end(self) -> None:
        """Refuse the keys that nobody asked for."""
        for key in self._table:
            raise self.fail(key, "is unknown")


_KINDS: dict[type, str] = {str: "text", list: "list", dict: "table"}


def rules_folder() -> str:
    """Return the folder of the rule book: inside the installed package, or beside it in a checkout."""
    installed = os.path.join(_PACKAGE, "rules")
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(_PACKAGE), "rules")


def parse_table(path: str, name: str) -> dict[str, Any]:
    """Return the content of a TOML file; `name` is what it is called in complaints.

    Raises RulebookError when the file cannot be read or is no TOML.
    """
    try:
        with open(path, "rb") as stream:
            source = stream.read()
    except OSError:
        raise RulebookError(f"rule book: {name}: cannot be read; reinstall okxguard") from None
    known = _compiled(path, source)
    if known is not None:
        return known
    import tomli  # what is installed has the rule book as Python, too

    try:
        return tomli.loads(source.decode("utf-8"))
    except (UnicodeDecodeError, tomli.TOMLDecodeError) as error:
        raise RulebookError(f"rule book: {name}: is not valid TOML: {error}") from None


def _compiled(path: str, source: bytes) -> dict[str, Any] | None:
    """Return the content of a file of the installed rule book as it was read when okxguard was built.

    None where there is none, as in a checkout, and where the file was changed since.
    """
    folder, file = os.path.split(path)
    if folder != os.path.join(_PACKAGE, "rules"):
        return None
    try:
        module = import_module(f"okxguard.compiled.{file.removesuffix('.toml').replace('-', '_')}")
    except ImportError:
        return None
    return _Checked(module.TABLE) if source == module.SOURCE else None
