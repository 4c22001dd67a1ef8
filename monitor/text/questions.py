"""What a question in free words asks for: which issue, which place, which stretch of time.

Layer 1: pure; the votes and places come from the other files of this package.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_LONGEST_DAYS: Final = 90
_SURE: Final = 0.7  # one keyword of some weight, or a word of its name; a hint is none
_ALIKE: Final = 0.8
_FEWEST_NEAR: Final = 4
_WORD = re.compile(r"[^\W_]+")
_NUMBERS: Final = {
    "satu": 1,
    "dua": 2,
    "tiga": 3,
    "empat": 4,
    "lima": 5,
    "enam": 6,
    "tujuh": 7,
    "delapan": 8,
    "sembilan": 9,
    "sepuluh": 10,
}
_UNITS: Final = {
    "jam": _HOUR,
    "hari": _DAY,
    "minggu": 7 * _DAY,
    "pekan": 7 * _DAY,
    "bulan": 30 * _DAY,
}
_COUNTED = re.compile(
    rf"\b(?:(\d{{1,3}})|({'|'.join(_NUMBERS)}))\s*"
    rf"({'|'.join(_UNITS)})\b|\bse({'|'.join(_UNITS)})\b"
)
# The first that is found counts.
_NAMED: Final = (
    (re.compile(r"\bkemarin\b|\bkmrn\b"), "yesterday"),
    (re.compile(r"\bhari ini\b|\bhr ini\b|\btadi\b"), "today"),
    (re.compile(r"\b(?:minggu|pekan) ini\b"), "week"),
    (re.compile(r"\bbulan ini\b"), "month"),
    (re.compile(r"\bsekarang\b|\bsaat ini\b|\bterkini\b"), "now"),
)
_LAST_WEEK = re.compile(r"\b(?:minggu|pekan) (?:lalu|kemarin)\b")


class Stretch(StrEnum):
    """How a stretch of time is named to people."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    HOURS = "hours"
    DAYS = "days"
    LAST_WEEK = "last_week"


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time [since, until) and its name; ``number`` of hours or days."""

    stretch: Stretch
    number: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Named:
    """A place as it was written, and the region that it means."""

    written: str
    region: str


def period(text: str, now: datetime, zone: ZoneInfo) -> Period | None:
    """The stretch of time that the words name, or None."""
    low = " ".join(text.lower().split())
    if _LAST_WEEK.search(low):
        return Period(Stretch.LAST_WEEK, 7, now - 14 * _DAY, now - 7 * _DAY)
    counted = _COUNTED.search(low)
    if counted is not None:
        return _counted(counted, now)
    name = next((name for pattern, name in _NAMED if pattern.search(low)), None)
    return _named(name, now, zone) if name else None


def days(number: int, now: datetime) -> Period:
    """The last so many days."""
    return Period(Stretch.DAYS, number, now - number * _DAY, now)


def hours(number: int, now: datetime) -> Period:
    """The last so many hours."""
    return Period(Stretch.HOURS, number, now - number * _HOUR, now)


def issue_of(text: str, votes: Mapping[str, float], names: Mapping[str, str]) -> str | None:
    """The issue that the words mean: keyword votes, and words of the issues' keys and names.

    ``names`` are the issues that can be asked for.
    """
    words = set(_WORD.findall(text.lower()))
    scores = {
        key: votes.get(key, 0.0) + len(words & _own_words(key, name)) for key, name in names.items()
    }
    best = max(scores, key=lambda key: scores[key], default=None)
    return best if best is not None and scores[best] >= _SURE else None


def near_name(words: str, names: Mapping[str, str]) -> str | None:
    """The issue whose key or name the words nearly are, or begin, or whose word they nearly are."""
    said = words.replace("_", " ").lower()
    if len(said) < _FEWEST_NEAR:
        return None
    return next((key for key, name in names.items() if _near(said, key, name)), None)


def _near(said: str, key: str, name: str) -> bool:
    wholes = (key.replace("_", " "), name.lower())
    words = [word for word in _own_words(key, name) if len(word) >= _FEWEST_NEAR]
    return any(one.startswith(said) for one in wholes) or any(
        SequenceMatcher(None, said, one).ratio() >= _ALIKE for one in (*wholes, *words)
    )


def _own_words(key: str, name: str) -> set[str]:
    return set(_WORD.findall(f"{key.replace('_', ' ')} {name}".lower()))


def _counted(found: re.Match[str], now: datetime) -> Period:
    digits, word, unit, single = found.groups()
    many = int(digits) if digits else _NUMBERS.get(word or "", 1)
    length = max(1, many) * _UNITS[unit or single]
    if length < 2 * _DAY:
        return hours(round(length / _HOUR), now)
    return days(min(round(length / _DAY), _LONGEST_DAYS), now)


def _named(name: str, now: datetime, zone: ZoneInfo) -> Period:
    midnight = _midnight(now, zone)
    if name == "today":
        return Period(Stretch.TODAY, 1, midnight, now)
    if name == "yesterday":
        return Period(Stretch.YESTERDAY, 1, _midnight(midnight - _HOUR, zone), midnight)
    if name == "now":
        return hours(24, now)
    return days(7 if name == "week" else 30, now)


def _midnight(at: datetime, zone: ZoneInfo) -> datetime:
    """The midnight before an instant, in the office's zone."""
    return datetime.combine(at.astimezone(zone).date(), time(), zone).astimezone(UTC)
