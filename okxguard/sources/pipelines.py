"""Read from the variables of hooks and CI systems which commits are to be looked at.

Sources: the documentation of pre-commit (hook environment), GitHub (event payloads), GitLab (predefined variables),
Bitbucket Pipelines, Azure Pipelines, Jenkins, Buildkite, Travis and Drone (environment of builds).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from okxguard.errors import UsageError

_NOTHING = (
    "--diff auto: no CI system that is known says which commits are new; give them: --diff BASE..HEAD"
    " (BASE is the branch that this one will be merged into, such as origin/main)"
)
_NO_EVENT = "--diff auto: GITHUB_EVENT_PATH names no file that can be read; give the range: --diff BASE..HEAD"


class Told(NamedTuple):
    """A range as somebody writes it. A base of zeros means a new branch, a head of zeros a deleted one.

    With `from_fork` the range begins where both sides part; `may_be_gone` says that the base need not be here: what
    a forced push replaces is not fetched any more; `is_pushed` says that the remote may have the head already.
    `default` is the branch that new ones are compared with, if it is known.
    """

    base: str
    head: str
    from_fork: bool = False
    may_be_gone: bool = False
    is_pushed: bool = True
    default: str = ""


_NEW = "0" * 40
_BRANCH = re.compile(r"[\w.+/-]{1,250}", re.ASCII)
# For each system: the variable that gives it away, those of the base (the first that is set counts), that of the head.
_SYSTEMS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("CI_MERGE_REQUEST_DIFF_BASE_SHA", ("CI_MERGE_REQUEST_DIFF_BASE_SHA",),
     ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "CI_COMMIT_SHA")),
    ("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA", ("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA",),
     ("CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA", "CI_COMMIT_SHA")),
    ("BITBUCKET_PR_DESTINATION_COMMIT", ("BITBUCKET_PR_DESTINATION_COMMIT",), ("BITBUCKET_COMMIT",)),
    ("DRONE_COMMIT_BEFORE", ("DRONE_COMMIT_BEFORE",), ("DRONE_COMMIT_AFTER", "DRONE_COMMIT_SHA")),
)  # fmt: skip
# Pull requests of systems that name the branch they go to, and not its commit.
_BRANCHES = (
    "BITBUCKET_PR_DESTINATION_BRANCH",
    "SYSTEM_PULLREQUEST_TARGETBRANCHNAME",
    "SYSTEM_PULLREQUEST_TARGETBRANCH",
    "CHANGE_TARGET",
    "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
)
# Builds of a pushed branch: the commit before, which may be gone, and the commit after.
_PUSHES = (
    ("CI_COMMIT_BEFORE_SHA", "CI_COMMIT_SHA"),
    ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", "GIT_COMMIT"),
    ("CI_PREV_COMMIT_SHA", "CI_COMMIT_SHA"),
)


def told_by_pipeline(variables: Mapping[str, str] = os.environ) -> Told:
    """Return the range that the hook or the CI system around this process is about.

    Raises UsageError where none of them says anything.
    """
    told = _told_by_pre_commit(variables) or _told_by_github(variables) or _told_by_others(variables)
    if told is None:
        raise UsageError(_NOTHING)
    return told


def _told_by_pre_commit(variables: Mapping[str, str]) -> Told | None:
    before = variables.get("PRE_COMMIT_FROM_REF") or variables.get("PRE_COMMIT_ORIGIN")
    after = variables.get("PRE_COMMIT_TO_REF") or variables.get("PRE_COMMIT_SOURCE")
    if before and after:
        return Told(before, after)
    if variables.get("PRE_COMMIT_REMOTE_NAME"):
        # A new branch that begins with the first commit of the repository.
        return Told(_NEW, variables.get("PRE_COMMIT_LOCAL_BRANCH") or "HEAD", is_pushed=False)
    return None


def _told_by_github(variables: Mapping[str, str]) -> Told | None:
    if not variables.get("GITHUB_ACTIONS") and not variables.get("GITHUB_EVENT_PATH"):
        return None
    event = _event(variables.get("GITHUB_EVENT_PATH", ""))
    change = event.get("pull_request") or {}
    if change:
        return Told(_text(change, "base", "sha"), _text(change, "head", "sha"))
    group = event.get("merge_group") or {}
    if group:
        return Told(_text(group, "base_sha"), _text(group, "head_sha"))
    if "before" in event and "after" in event:
        repository = event.get("repository")
        default = repository.get("default_branch") if isinstance(repository, dict) else ""
        known = default if isinstance(default, str) and _BRANCH.fullmatch(default) else ""
        return Told(_text(event, "before"), _text(event, "after"), may_be_gone=bool(event.get("forced")), default=known)
    raise UsageError(
        "--diff auto: this event of GitHub names no commits that are new; run it on pull_request or push,"
        " or give the range: --diff BASE..HEAD"
    )


def _event(path: str) -> dict[str, Any]:
    import json

    try:
        with open(path, encoding="utf-8") as stream:
            event = json.load(stream)
    except (OSError, ValueError, RecursionError):
        raise UsageError(_NO_EVENT) from None
    if not isinstance(event, dict):
        raise UsageError(_NO_EVENT)
    return event


def _text(table: Any, *keys: str) -> str:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    if not isinstance(table, str) or not _BRANCH.fullmatch(table):
        raise UsageError(_NO_EVENT)
    return table


def _told_by_others(variables: Mapping[str, str]) -> Told | None:
    for known, bases, heads in _SYSTEMS:
        if variables.get(known):
            return Told(_first(variables, bases), _first(variables, heads) or "HEAD", may_be_gone=False)
    for name in _BRANCHES:
        branch = variables.get(name, "").removeprefix("refs/heads/")
        if branch and branch != "false":
            return Told(f"origin/{branch}", "HEAD", from_fork=True)
    if variables.get("TRAVIS_COMMIT_RANGE"):
        before, _, after = variables["TRAVIS_COMMIT_RANGE"].partition("...")
        return Told(before, after or "HEAD", from_fork=True, may_be_gone=True)
    for before, after in _PUSHES:
        if variables.get(before):
            default = variables.get("CI_DEFAULT_BRANCH", "")
            return Told(variables[before], variables.get(after) or "HEAD", may_be_gone=True, default=default)
    if variables.get("BITBUCKET_COMMIT"):
        return Told(_NEW, variables["BITBUCKET_COMMIT"])
    return None


def _first(variables: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((variables[name] for name in names if variables.get(name)), "")
