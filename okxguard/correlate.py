"""Join the parts of one credential: same scope and same account first, then what is left over in the same file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from okxguard.documents import Document
from okxguard.model import Candidate, Confidence, Context, Place, Role

_NEAR_LINES = 40
_NEAR_GROUPS = 30
_PARTS = 3
_NEIGHBOUR_LINES = 6
# Functions, calls, and whatever the text reader saw a bracket or an indented block in.
_OPEN = r"\(\)(?:#\d+)?$|[#~]\d+$|^#$|^\"\"$"


class Credential(NamedTuple):
    """The parts of one credential, in the order of the text."""

    parts: tuple[Candidate, ...]
    confidence: Confidence

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that are present."""
        return frozenset(part.role for part in self.parts)


def correlate(document: Document, candidates: tuple[Candidate, ...]) -> tuple[Credential, ...]:
    """Group candidates into credentials and settle how sure each is; drop what counts only in company and has none."""
    buckets: dict[tuple[object, ...], list[Candidate]] = {}
    for candidate in candidates:
        key = (
            candidate.scope,
            candidate.account,
            candidate.place is Place.COMMENT,
            candidate.context is Context.NONE,
        )
        buckets.setdefault(key, []).append(candidate)
    groups = [group for bucket in buckets.values() for group in _split(bucket)]
    merged = _without_bystanders(_merge(document, sorted(groups, key=lambda group: group[0].span.start)))
    settled = (_settle(document, group) for group in merged)
    return tuple(
        sorted(
            (credential for found in settled for credential in found),
            key=lambda credential: credential.parts[0].span.start,
        )
    )


def _split(bucket: list[Candidate]) -> list[list[Candidate]]:
    """Split the parts of one scope into accounts: a role that comes again begins the next one."""
    named, others = (
        [part for part in bucket if (part.context is Context.NAME) is by_name] for by_name in (True, False)
    )
    if others and {part.role for part in named} > {part.role for part in others}:
        return [*_split(named), *_split(others)]
    columns = _columns(bucket)
    if columns:
        return [list(row) for row in zip(*columns, strict=True)]
    groups: list[list[Candidate]] = []
    for candidate in bucket:
        if not groups or candidate.role in {part.role for part in groups[-1]}:
            groups.append([])
        groups[-1].append(candidate)
    return groups


def _without_bystanders(groups: list[list[Candidate]]) -> list[list[Candidate]]:
    """Drop a SECRET_KEY that stands alone beside a secret with OKX in its name: web frameworks have one, too."""
    named = {
        part.scope
        for group in groups
        for part in group
        if part.role is Role.SECRET_KEY and part.context is Context.NAME
    }
    return [group for group in groups if not (len(group) == 1 and _is_bystander(group[0], named))]


def _is_bystander(part: Candidate, named: set[tuple[str, ...]]) -> bool:
    return part.role is Role.SECRET_KEY and part.context < Context.AROUND and part.scope in named


def _columns(bucket: list[Candidate]) -> list[list[Candidate]]:
    """Return the parts by role when all keys come first, then all secrets, and so on, as many of each."""
    runs: list[list[Candidate]] = []
    for candidate in bucket:
        if runs and runs[-1][0].role is candidate.role:
            runs[-1].append(candidate)
        else:
            runs.append([candidate])
    alike = len(runs) > 1 and len(runs[0]) > 1 and len({len(run) for run in runs}) == 1
    return runs if alike and len({run[0].role for run in runs}) == len(runs) else []


def _merge(document: Document, groups: list[list[Candidate]]) -> list[list[Candidate]]:
    """Join incomplete groups of one file that complete each other, the nearest first."""
    for _ in range(len(Role)):
        pairs = _pairs(document, groups)
        if not pairs:
            break
        joined: set[int] = set()
        merged: list[list[Candidate]] = []
        for _, index, other in pairs:
            if joined.isdisjoint((index, other)):
                joined.update((index, other))
                merged.append(sorted(groups[index] + groups[other], key=lambda part: part.span.start))
        merged += [group for index, group in enumerate(groups) if index not in joined]
        groups = sorted(merged, key=lambda group: group[0].span.start)
    return groups


def _pairs(document: Document, groups: list[list[Candidate]]) -> list[tuple[int, int, int]]:
    """Return distance in lines and indices of all pairs that may be joined, the nearest first."""
    partial = [(index, group) for index, group in enumerate(groups) if len(group) < _PARTS]
    pairs = sorted(
        (_distance(document, first, second), index, other)
        for at, (index, first) in enumerate(partial)
        for other, second in partial[at + 1 : at + 1 + _NEAR_GROUPS]
        if _fit(document, first, second)
    )
    return [pair for pair in pairs if pair[0] <= _NEAR_LINES or len(pairs) == 1]


def _fit(document: Document, first: list[Candidate], second: list[Candidate]) -> bool:
    if {part.role for part in first} & {part.role for part in second}:
        return False
    if (first[0].place is Place.COMMENT) != (second[0].place is Place.COMMENT):
        return False
    if all(part.together and not part.exact for part in (*first, *second)):
        return False
    if _stand_apart(first, second):
        return False
    mine, theirs = _accounts(first), _accounts(second)
    if not (mine <= theirs or theirs <= mine):
        return False
    weak = [part for part in (*first, *second) if part.together and not part.exact]
    if weak and (first[0].context is Context.NONE) != (second[0].context is Context.NONE):
        return False
    return not weak or first[0].scope == second[0].scope or _distance(document, first, second) <= _NEIGHBOUR_LINES


def _stand_apart(first: list[Candidate], second: list[Candidate]) -> bool:
    """Tell whether two groups stand in mappings, sections or classes of their own, not both of which are OKX's."""
    mine, theirs = first[0].scope, second[0].scope
    depth = min(len(mine), len(theirs))
    if mine[:depth] == theirs[:depth] or not (_is_container(mine) and _is_container(theirs)):
        return False
    return not all(any(part.context >= Context.AROUND for part in group) for group in (first, second))


def _is_container(scope: tuple[str, ...]) -> bool:
    return bool(scope) and not re.search(_OPEN, scope[-1])


def _accounts(group: list[Candidate]) -> frozenset[str]:
    return frozenset(word for part in group for word in part.account)


def _distance(document: Document, first: list[Candidate], second: list[Candidate]) -> int:
    return min(
        abs(document.line_of(one.span.start) - document.line_of(two.span.start)) for one in first for two in second
    )


def _settle(document: Document, group: list[Candidate]) -> list[Credential]:
    """Settle the confidence of a group: parts that agree lift each other, parts alone stand for themselves."""
    group = _without_strangers(document, group)
    roles = {part.role for part in group}
    exact = {part.role for part in group if part.exact}
    named = max((part.context for part in group), default=Context.NONE)
    sure = named > Context.FILE or exact >= {Role.API_KEY, Role.SECRET_KEY} or not any(part.together for part in group)
    sure = sure or _is_family(group)
    pair = exact >= {Role.API_KEY, Role.SECRET_KEY} or not all(part.together for part in group)
    if len(roles) > 1 and exact and pair and named > Context.NONE and sure:
        return [_credential(group, Confidence.HIGH)]
    if exact >= {Role.API_KEY, Role.SECRET_KEY}:
        complete = Role.PASSPHRASE in roles
        return [_credential(group, Confidence.HIGH if complete else Confidence.LOW)]
    alone = [part for part in group if not part.together]
    if len(alone) > 1 and named > Context.NONE:
        return [_credential(alone, max(part.confidence for part in alone))]
    return [
        _credential([part], part.confidence)
        for part in alone
        if part.context > Context.NONE or (part.exact and part.visible)
    ]


def _is_family(group: list[Candidate]) -> bool:
    """Tell whether the parts stand in one scope and are named alike, after the same person or bot."""
    alike = len({(part.scope, part.account) for part in group}) == 1
    return alike and any(part.exact and not part.together for part in group)


def _without_strangers(document: Document, group: list[Candidate]) -> list[Candidate]:
    """Drop a passphrase that only its company makes one, where the company has OKX in its name and it has not."""
    exact = [part for part in group if part.exact]
    return [part for part in group if not (part.together and not part.exact) or _belongs(document, part, exact)]


def _belongs(document: Document, part: Candidate, exact: list[Candidate]) -> bool:
    if not exact:
        return False
    nested = (
        bool(part.scope) and not part.scope[-1].endswith("()") and all(other.scope == part.scope for other in exact)
    )
    if nested or part.context is Context.NAME:
        return True
    if any(other.context is Context.NAME for other in exact):
        return False
    return min(_distance(document, [part], [other]) for other in exact) <= _NEIGHBOUR_LINES


def _credential(parts: Iterable[Candidate], confidence: Confidence) -> Credential:
    return Credential(tuple(part._replace(confidence=confidence) for part in parts), confidence)
