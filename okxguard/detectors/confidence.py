"""Weigh the evidence: how sure is a value of a role, and does it count alone or only beside other parts."""

from __future__ import annotations

from okxguard.detectors.context import Ownership
from okxguard.detectors.names import NameReading
from okxguard.detectors.shapes import Likeness
from okxguard.detectors.words import Owner
from okxguard.model import Confidence, Context, Entry, Place, Role


def confidence_of_exact(
    shape: Role, as_named: bool, reading: NameReading, ownership: Ownership
) -> tuple[Confidence | None, bool]:
    """Return the confidence of a key or secret of the right shape, and whether it counts only beside another part."""
    if ownership.owner in (Owner.EXCHANGE, Owner.PRODUCT):
        if ownership.context >= Context.AROUND:
            return None, False
        return Confidence.LOW, True
    if ownership.owner is Owner.OKX and ownership.context >= Context.AROUND:
        if not (reading.strong or reading.clean or reading.trailing or (reading.okx and as_named)):
            return (Confidence.LOW, True) if as_named else (None, False)
        return (Confidence.HIGH if as_named else Confidence.MEDIUM), False
    if not as_named:
        return None, False
    if ownership.owner is None:
        return Confidence.LOW, True
    readable = reading.clean or (reading.trailing and ownership.context is Context.NEAR)
    known = readable and (reading.strong or shape is Role.SECRET_KEY)
    if not known:
        return Confidence.LOW, not reading.strong
    if ownership.context is Context.NEAR or not ownership.mixed or shape is Role.SECRET_KEY:
        return Confidence.MEDIUM, False
    return Confidence.LOW, False


def confidence_of_passphrase(
    likeness: Likeness, reading: NameReading, ownership: Ownership, entry: Entry
) -> tuple[Confidence, bool] | None:
    """Return the confidence of a passphrase, and whether it counts only beside a key or secret; None to drop it."""
    if ownership.owner in (Owner.EXCHANGE, Owner.PRODUCT):
        return None if ownership.context >= Context.AROUND else (Confidence.LOW, True)
    if likeness is Likeness.WEAK or ownership.owner is None:
        return Confidence.LOW, True
    strong = likeness is Likeness.STRONG
    if ownership.context is Context.NAME:
        return (Confidence.HIGH if strong else Confidence.MEDIUM), False
    if ownership.context is Context.AROUND:
        return (Confidence.HIGH if strong and reading.strong else Confidence.MEDIUM), False
    if not (reading.strong and reading.clean):
        return Confidence.LOW, True
    if ownership.context is Context.NEAR:
        return Confidence.MEDIUM, False
    if strong and not ownership.mixed and entry.place is not Place.TEXT:
        return Confidence.MEDIUM, False
    return Confidence.LOW, False
