"""Errors a user can act on, and the exit code of each outcome."""

from __future__ import annotations

EXIT_CLEAN = 0
EXIT_FINDINGS = 1
EXIT_INCOMPLETE = 2
EXIT_INTERRUPTED = 130


class OkxguardError(Exception):
    """A problem that ends the run; its text tells the user what to do."""


class UsageError(OkxguardError):
    """The command line asks for something that does not exist."""


class ConfigError(OkxguardError):
    """The user's configuration cannot be used as it stands."""


class BaselineError(OkxguardError):
    """The baseline cannot be read, or not be written where it should be."""


class RulebookError(OkxguardError):
    """A file of the rule book is malformed; names the file, the key and the reason."""
