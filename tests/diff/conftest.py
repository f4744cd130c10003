"""Shared by the tests of ranges of commits: a repository with something in it, and no CI system around."""

from __future__ import annotations

import os

import pytest

from tests.repositories import RepositoryBuilder

OLD = "# settings\nDEBUG=1\n"
_OF_PIPELINES = ("CI", "GITHUB_", "PRE_COMMIT", "BITBUCKET", "TRAVIS", "DRONE", "SYSTEM_", "BUILDKITE")


@pytest.fixture
def repository(repository: RepositoryBuilder) -> RepositoryBuilder:
    """Return a repository with one commit."""
    repository.commit({"start.env": OLD, "README.md": "hello\n"})
    return repository


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Take away what CI systems say of themselves."""
    for name in [name for name in os.environ if name.startswith(_OF_PIPELINES)]:
        monkeypatch.delenv(name)
    return monkeypatch
