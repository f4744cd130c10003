"""Weigh the evidence: how sure is a value of a role, and does it count alone or only beside other parts."""

from __future__ import annotations

from typing import NamedTuple

from okxguard.detectors.context import Ownership
from okxguard.detectors.names import NameReading
from okxguard.detectors.shapes import Likeness
from okxguard.detectors.words import Owner
from okxguard.model import Confidence, Context, Entry, Place, Role


class Verdict(NamedTuple):
    """How sure a value is of its role, and whether it counts only beside another part."""

    confidence: Confidence
    together: bool = False


_IN_COMPANY = Verdict(Confidence.LOW, together=True)


def weigh_exact(
    shape: Role, as_named: bool, reading: NameReading, ownership: Ownership, place: Place
) -> Verdict | None:
    """Weigh a key or secret of the right shape; `as_named` tells that its name says the same role. None drops it."""
    around = ownership.context >= Context.AROUND
    if ownership.owner in (Owner.EXCHANGE, Owner.PRODUCT):
        return None if around else _IN_COMPANY
    if ownership.owner is Owner.OKX and around:
        if not (reading.strong or reading.clean or reading.trailing or (reading.okx and as_named)):
            return _IN_COMPANY if as_named else None
        if place is Place.TEXT and not as_named:
            return _IN_COMPANY  # words of a sentence that happen to stand before it
        return Verdict(Confidence.HIGH if as_named else Confidence.MEDIUM)
    if not as_named:
        swapped = shape is Role.SECRET_KEY and reading.role is Role.PASSPHRASE and reading.strong
        return _IN_COMPANY if swapped else None
    if ownership.owner is None:
        return _IN_COMPANY
    near_enough = ownership.context is Context.NEAR or shape is Role.SECRET_KEY
    readable = reading.clean or (reading.trailing and near_enough)
    if not (readable and (reading.strong or shape is Role.SECRET_KEY)):
        return Verdict(Confidence.LOW, together=not reading.strong)
    if ownership.context is Context.NEAR or not ownership.mixed or shape is Role.SECRET_KEY:
        return Verdict(Confidence.MEDIUM)
    return Verdict(Confidence.LOW)


def weigh_passphrase(likeness: Likeness, reading: NameReading, ownership: Ownership, entry: Entry) -> Verdict | None:
    """Weigh a value that may be a passphrase; None drops it."""
    if ownership.owner in (Owner.EXCHANGE, Owner.PRODUCT):
        return None if ownership.context >= Context.AROUND else _IN_COMPANY
    if likeness is Likeness.WEAK or ownership.owner is None:
        return _IN_COMPANY
    strong = likeness is Likeness.STRONG
    if entry.place in (Place.TEXT, Place.COMMENT) and not (reading.strong or strong):
        return _IN_COMPANY
    if ownership.context is Context.NAME:
        return Verdict(Confidence.HIGH if strong else Confidence.MEDIUM)
    if ownership.context is Context.AROUND:
        return Verdict(Confidence.HIGH if strong and reading.strong else Confidence.MEDIUM)
    if not (reading.strong and reading.clean):
        return _IN_COMPANY
    if ownership.context is Context.NEAR or (strong and not ownership.mixed and entry.place is not Place.TEXT):
        return Verdict(Confidence.MEDIUM)
    return Verdict(Confidence.LOW)
