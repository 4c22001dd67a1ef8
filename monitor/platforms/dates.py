"""Dates as Indonesian sites and spreadsheets write them: "Sen, 04 Mei 2026 10:00:00 WIB".

Layer 2, pure: shared by the feed and the file import. It does not guess the order of day and month
in all-number dates; the caller says it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_SHORT = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_LONG = "january february march april may june july august september october november december"
_INDONESIAN = {
    "januari": 1, "februari": 2, "pebruari": 2, "peb": 2, "maret": 3, "mrt": 3, "mei": 5,
    "juni": 6, "juli": 7, "agustus": 8, "agu": 8, "agt": 8, "agst": 8, "ags": 8,
    "sept": 9, "oktober": 10, "okt": 10, "nopember": 11, "nop": 11, "desember": 12, "des": 12,
}  # fmt: skip
_MONTHS = {
    **{name: number for number, name in enumerate(_SHORT, 1)},
    **{name: number for number, name in enumerate(_LONG.split(), 1)},
    **_INDONESIAN,
}
_ZONES = {"wib": 7, "wita": 8, "wit": 9, "gmt": 0, "utc": 0, "z": 0}

_LONGEST = 80
_NOON, _TWO_DIGITS = 12, 99

_WRITTEN = re.compile(
    r"""^\s*(?:(?P<weekday>[a-z']{3,9})\.?\s*,?\s+)?
    (?P<day>\d{1,2})[\s-]+(?P<month>[a-z]{3,9})\.?[\s,-]+(?P<year>\d{4})
    (?:[\s,|-]*(?:(?:pukul|jam)\s+)?
       (?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?)?
    \s*(?P<zone>[a-z]{1,4}|[+-]\d{2}:?\d{2})?\s*$""",
    re.IGNORECASE | re.VERBOSE,
)


_NUMBERS = re.compile(
    r"""^\s*(?P<first>\d{1,2})(?P<sep>[/.-])(?P<second_part>\d{1,2})(?P=sep)(?P<year>\d{4}|\d{2})
    (?:[\s,T]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?
       \s*(?P<half>[ap]m)?)?
    \s*(?P<zone>[a-z]{1,4}|[+-]\d{2}:?\d{2})?\s*$""",
    re.IGNORECASE | re.VERBOSE,
)


def written_date(text: str, zone: tzinfo) -> datetime | None:
    """The instant (UTC) of a date with a month's name, Indonesian or English; None if it is none.

    ``zone`` holds where the text names none. WIB, WITA, WIT, GMT, UTC and +07:00 are understood.
    """
    found = _WRITTEN.match(text[:_LONGEST])
    month = _MONTHS.get(found["month"].lower()) if found else None
    if found is None or month is None:
        return None
    return _instant(found, int(found["year"]), month, int(found["day"]), zone)


def numeric_date(text: str, zone: tzinfo, *, day_first: bool) -> datetime | None:
    """The instant (UTC) of "04/05/2026 10.00" and the like; None if it is none."""
    found = _NUMBERS.match(text[:_LONGEST])
    if found is None:
        return None
    first, second = int(found["first"]), int(found["second_part"])
    day, month = (first, second) if day_first else (second, first)
    year = int(found["year"])
    return _instant(found, year if year > _TWO_DIGITS else 2000 + year, month, day, zone)


def _instant(
    found: re.Match[str], year: int, month: int, day: int, default: tzinfo
) -> datetime | None:
    parts = found.groupdict()
    zone = _zone(parts["zone"], default)
    hour = int(parts["hour"] or 0)
    half = (parts.get("half") or "").lower()
    if half and 1 <= hour <= _NOON:
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    if zone is None:
        return None
    minute, second = int(parts["minute"] or 0), int(parts["second"] or 0)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(name: str | None, default: tzinfo) -> tzinfo | None:
    if not name:
        return default
    if name[0] in "+-":
        digits = name[1:].replace(":", "")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        if offset >= timedelta(days=1):
            return None
        return timezone(-offset if name[0] == "-" else offset)
    hours = _ZONES.get(name.lower())
    return None if hours is None else timezone(timedelta(hours=hours))
