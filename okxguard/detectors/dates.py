"""Tell how old a declared key is: dates in the spellings that people and programs write."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple

from okxguard.detectors.declarations import Declaration
from okxguard.detectors.fields import Kind

_ISO = re.compile(r"(?P<year>20\d\d)\s?[-/.年]\s?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?P<year>20\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)(?:T\d*Z?)?")
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>20\d\d)")
_SLASHED = re.compile(r"(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<year>20\d\d)")
_WORDED = re.compile(
    r"(?:(?P<month>[A-Za-z]{3})[a-z]*\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+|(?P<day2>\d{1,2})(?:st|nd|rd|th)?[\s-]+(?P<month2>[A-Za-z]{3})[a-z]*\.?,?[\s-]+)(?P<year>20\d\d)"
)
_MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split(), 1)}
_EPOCH = re.compile(r"1[4-9]\d{8}(?:\d{3})?(?:\.\d+)?")
_CALL = re.compile(
    r"(?:\w+\.){0,2}(?:date|datetime|Date|DateTime|of|UTC)\((?P<year>20\d\d),\s*(?P<month>\d{1,2}),\s*(?P<day>\d{1,2})"
)


def read_date(text: str) -> date | None:
    """Return the day that a text tells: ISO 8601, slashes, dots, words, or (milli)seconds since 1970."""
    text = text.strip().strip("\"'")
    if len(text) > 60:
        return None
    if _EPOCH.fullmatch(text):
        seconds = float(text) / (1000 if len(text.partition(".")[0]) == 13 else 1)
        return datetime.fromtimestamp(seconds, timezone.utc).date()
    for pattern in (_ISO, _COMPACT, _DAY_FIRST, _CALL):
        match = pattern.match(text)
        if match:
            return _day(match["year"], match["month"], match["day"])
    slashed = _SLASHED.match(text)
    if slashed:
        first, second = int(slashed["first"]), int(slashed["second"])
        # Which of the two is the month is anybody's guess where both may be: the later day is the kinder one.
        either = [_day(slashed["year"], first, second), _day(slashed["year"], second, first)]
        return max((each for each in either if each), default=None)
    worded = _WORDED.match(text)
    if worded:
        month = _MONTHS.get((worded["month"] or worded["month2"]).lower())
        return _day(worded["year"], month, worded["day"] or worded["day2"]) if month else None
    return None


def _day(year: str, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


class Calendar(NamedTuple):
    """The day of the scan, as in 2027-01-31, and how many days a key may be old."""

    today: str
    max_age: int

    def complaint(self, declaration: Declaration) -> str:
        """Return what is wrong with the dates of a key, or nothing; the day of its rotation counts first."""
        today = date.fromisoformat(self.today)
        expiry = self._latest(declaration, Kind.EXPIRES)
        if expiry is not None and expiry < today:
            return "its declared expiry has passed"
        born = self._latest(declaration, Kind.ROTATED) or self._latest(declaration, Kind.CREATED)
        if born is not None and today - born > timedelta(self.max_age):
            return f"it is {(today - born).days} days old, and {self.max_age} are allowed"
        return ""

    @staticmethod
    def _latest(declaration: Declaration, kind: Kind) -> date | None:
        found = [read_date(text) for field in declaration.of(kind) for text in (field.texts or (field.entry.value,))]
        return max((day for day in found if day is not None), default=None)
