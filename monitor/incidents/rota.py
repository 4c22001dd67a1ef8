"""Who is on duty: pairs that take turns by the week, and absences that move the duty.

Layer 1: pure. Turns are reckoned on the office's wall clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.records.duty import Absence

_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pair:
    """The person on duty and the stand-in of one week."""

    petugas: str
    cadangan: str | None = None


@dataclass(frozen=True, slots=True)
class Rota:
    """Pairs in their order; the first has the week of ``first``. ``weekday`` 0 is Monday."""

    pairs: tuple[Pair, ...]
    first: date
    weekday: int = 0
    hour: time = time(8)

    def now_named(self, successors: Mapping[str, str]) -> Rota:
        """The same turns, with whoever took over from somebody in that one's place."""
        return replace(self, pairs=tuple(_now_named(pair, successors) for pair in self.pairs))


def _now_named(pair: Pair, successors: Mapping[str, str]) -> Pair:
    first = successors.get(pair.petugas, pair.petugas)
    second = successors.get(pair.cadangan, pair.cadangan) if pair.cadangan else None
    return Pair(first, second if second != first else None)


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on duty at an instant, after absences, and the turn that it belongs to.

    ``petugas`` None: everybody who could is away.
    """

    petugas: str | None
    cadangan: str | None
    planned: Pair
    begins_at: datetime
    ends_at: datetime


def on_duty(rota: Rota, absences: Iterable[Absence], at: datetime, zone: ZoneInfo) -> Duty:
    """The duty at an instant.

    Somebody away is replaced by the stand-in of the absence, then by the pair's, and whoever
    replaces may be away as well. Before the first day the turns are reckoned backwards.
    """
    week = _week(rota, at, zone)
    pair = rota.pairs[week % len(rota.pairs)]
    away = _away(absences, at)
    petugas = _present(pair.petugas, pair.cadangan, away)
    second = _present(pair.cadangan, None, away) if pair.cadangan else None
    return Duty(
        petugas=petugas,
        cadangan=second if second != petugas else None,
        planned=pair,
        begins_at=_begin(rota, week, zone),
        ends_at=_begin(rota, week + 1, zone),
    )


def away_until(rota: Rota, at: datetime, zone: ZoneInfo, *, whole_turn: bool) -> datetime:
    """When an absence that begins now ends: with the turn, or at the next day's hour if sooner.

    "Today" lasts to tomorrow's hour, so that it also holds for who falls ill before the hour.
    """
    ends_at = _begin(rota, _week(rota, at, zone) + 1, zone)
    if whole_turn:
        return ends_at
    tomorrow = at.astimezone(zone).date() + _DAY
    return min(ends_at, datetime.combine(tomorrow, rota.hour, zone).astimezone(UTC))


def _week(rota: Rota, at: datetime, zone: ZoneInfo) -> int:
    local = at.astimezone(zone).replace(tzinfo=None)
    return (local - datetime.combine(_anchor(rota), rota.hour)) // _WEEK


def _begin(rota: Rota, week: int, zone: ZoneInfo) -> datetime:
    day = _anchor(rota) + week * _WEEK
    return datetime.combine(day, rota.hour, zone).astimezone(UTC)


def _anchor(rota: Rota) -> date:
    """The day of change on or before the first day."""
    return rota.first - (rota.first.weekday() - rota.weekday) % 7 * _DAY


def _away(absences: Iterable[Absence], at: datetime) -> Mapping[str, Absence]:
    """Who is away at an instant; of several absences of one person the one made last counts."""
    now = [one for one in absences if one.from_at <= at < one.until_at]
    return {one.person: one for one in sorted(now, key=lambda one: (one.made_at, one.id))}


def _present(name: str, reserve: str | None, away: Mapping[str, Absence]) -> str | None:
    """The first who is there: the person, then each stand-in's stand-in, then the reserve."""
    return next((one for one in _line(name, reserve, away) if one not in away), None)


def _line(name: str, reserve: str | None, away: Mapping[str, Absence]) -> Sequence[str]:
    line = [name]
    for start in (name, reserve):
        at = start
        while at in away and at is not None:
            at = away[at].stand_in
            if at is None or at in line:
                break
            line.append(at)
        if start is name and reserve is not None and reserve not in line:
            line.append(reserve)
    return line
