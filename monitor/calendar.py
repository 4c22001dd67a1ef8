"""The office's calendar: holidays and Ramadan, from data/calendar/libur.toml.

Layer 1: pure. A holiday counts as a Sunday where hours of the week are compared, and as no working
day where a clock of the office runs; Ramadan is only named.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monitor.errors import ConfigError

_SATURDAY, _SUNDAY = 5, 6
_DAY = timedelta(days=1)
_ACCEPTED = (
    '[libur] with lines such as 2026-08-17 = "Hari Kemerdekaan", [[ramadan]] with mulai and selesai'
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Names of holidays by date, and stretches of Ramadan (first and last day)."""

    holidays: Mapping[date, str] = field(default_factory=dict)
    ramadan: Sequence[tuple[date, date]] = ()

    def slot(self, at: datetime, zone: ZoneInfo) -> int:
        """The hour of the office's week, 0 (Monday, midnight) to 167; holidays are Sundays."""
        local = at.astimezone(zone)
        day = _SUNDAY if local.date() in self.holidays else local.weekday()
        return day * 24 + local.hour

    def working(self, day: date) -> bool:
        """Whether offices work on that day: Monday to Friday and no holiday."""
        return day.weekday() < _SATURDAY and day not in self.holidays

    def after(self, at: datetime, days: int, zone: ZoneInfo) -> datetime:
        """The instant so many working days later, at the same local time.

        The day itself does not count; what begins on a day off begins on the next working day.
        """
        local = at.astimezone(zone)
        day = local.date()
        while days > 0:
            day += _DAY
            days -= self.working(day)
        return datetime.combine(day, local.time(), zone).astimezone(UTC)

    def note(self, day: date) -> str | None:
        """What is special about a day, in Indonesian, or None."""
        fasting = any(first <= day <= last for first, last in self.ramadan)
        names = [*([self.holidays[day]] if day in self.holidays else [])]
        return ", ".join([*names, *(["Ramadan"] if fasting else [])]) or None


def read_calendar(text: str, name: str) -> Calendar:
    """The calendar that a TOML text holds; ``name`` is that of its file.

    Raises:
        ConfigError: names the file, what was found and what is accepted.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"calendar: {name}: {error}") from error
    unknown = sorted(set(tables) - {"libur", "ramadan"})
    if unknown:
        raise ConfigError(f"calendar: {name}: {unknown[0]}: accepted: {_ACCEPTED}")
    holidays = {_day(key, name): str(what) for key, what in _table(tables, name).items()}
    return Calendar(holidays, tuple(_stretches(tables, name)))


def _stretches(tables: Mapping[str, Any], name: str) -> Iterator[tuple[date, date]]:
    rows = tables.get("ramadan", [])
    if not isinstance(rows, list):
        raise ConfigError(f"calendar: {name}: ramadan: accepted: {_ACCEPTED}")
    for row in rows:
        first, last = _day(row.get("mulai"), name), _day(row.get("selesai"), name)
        if last < first:
            raise ConfigError(f"calendar: {name}: ramadan: {first}: ends before it begins")
        yield first, last


def _table(tables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = tables.get("libur", {})
    if not isinstance(table, dict):
        raise ConfigError(f"calendar: {name}: libur: accepted: {_ACCEPTED}")
    return table


def _day(value: object, name: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ConfigError(
            f"calendar: {name}: {value!r} is no day; accepted: {_ACCEPTED}"
        ) from error
