"""The ledger of a day's budget, and until when a site must be left alone.

What a call costs is booked before it is made, in one guarded statement, so several processes and a
crash can spend too little but never too much. When a budget runs low, uses stop in the order of
their importance: the first read first, replies last.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from monitor.errors import PlatformError, Reason
from monitor.platforms.offer import Budget, Use
from monitor.store.connection import changed, from_epoch, one, open_store, to_epoch

# The share of a day's budget that each use may bring the ledger to.
SHARES: Final[Mapping[Use, float]] = {
    Use.REPLY: 1.0,
    Use.NEW: 0.9,
    Use.RECHECK: 0.75,
    Use.SEARCH: 0.6,
    Use.HISTORY: 0.5,
}
_KEPT = timedelta(days=60)


class StoredMeter:
    """A :class:`~monitor.platforms.offer.Meter` in the store, for any thread.

    ``budget`` None: calls are not counted, but parking holds.
    """

    def __init__(
        self, database: Path, name: str, budget: Budget | None, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._name = name
        self._budget = budget
        self._clock = clock
        self._local = threading.local()

    def spend(self, cost: float, use: Use) -> None:
        """Book a call; see the protocol."""
        now = self._clock()
        self._not_parked(now)
        if self._budget is None:
            return
        day, cap = _day(self._budget, now), self._budget.units * SHARES[use]
        db = self._db()
        with db.atomic():
            booked = changed(
                db,
                "INSERT INTO spent (budget, day, units) SELECT ?, ?, ? WHERE ? <= ? "
                "ON CONFLICT (budget, day) DO UPDATE SET units = units + excluded.units "
                "WHERE units + excluded.units <= ?",
                (self._name, day, cost, cost, cap, cap),
            )
            if booked:
                changed(
                    db,
                    "DELETE FROM spent WHERE budget = ? AND day < ?",
                    (self._name, _day(self._budget, now - _KEPT)),
                )
        if not booked:
            raise PlatformError(
                f"{self._name}: the day's budget for {use} is spent",
                reason=Reason.QUOTA,
                retry_after=next_day(self._budget, now) - now,
            )

    def may(self, cost: float, use: Use) -> bool:
        """Whether the budget has room for a call; see the protocol."""
        state = state_of(self._db(), self._name, self._budget, self._clock())
        return state.units is None or state.spent + cost <= state.units * SHARES[use]

    def park(self, until: datetime) -> None:
        """Let nobody call before ``until``; see the protocol."""
        db = self._db()
        with db.atomic():
            changed(
                db,
                "INSERT INTO parked (budget, until) VALUES (?, ?) "
                "ON CONFLICT (budget) DO UPDATE SET until = max(until, excluded.until)",
                (self._name, _up(until)),
            )

    def _not_parked(self, now: datetime) -> None:
        until = _parked_until(self._db(), self._name, now)
        if until is not None:
            raise PlatformError(
                f"{self._name}: left alone, as the site asked",
                reason=Reason.RATE,
                retry_after=until - now,
            )

    def _db(self) -> Database:
        db: Database | None = getattr(self._local, "db", None)
        if db is None:
            db = self._local.db = open_store(self._database)
        return db


@dataclass(frozen=True, slots=True)
class MeterState:
    """How a budget stands: spent of ``units`` today (None: not counted), parked until."""

    spent: float
    units: float | None
    parked_until: datetime | None


def state_of(db: Database, name: str, budget: Budget | None, now: datetime) -> MeterState:
    """How a budget stands now."""
    spent = 0.0
    if budget is not None:
        row = one(
            db,
            "SELECT units FROM spent WHERE budget = ? AND day = ?",
            [name, _day(budget, now)],
        )
        spent = float(row["units"]) if row else 0.0
    units = None if budget is None else budget.units
    return MeterState(spent, units, _parked_until(db, name, now))


def next_day(budget: Budget, now: datetime) -> datetime:
    """When the budget begins anew: the next midnight in its zone."""
    zone = ZoneInfo(budget.zone)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone)


def _day(budget: Budget, now: datetime) -> str:
    return now.astimezone(ZoneInfo(budget.zone)).date().isoformat()


def _parked_until(db: Database, name: str, now: datetime) -> datetime | None:
    row = one(db, "SELECT until FROM parked WHERE budget = ?", [name])
    until = from_epoch(row["until"]) if row else None
    return until if until is not None and until > now else None


def _up(at: datetime) -> int:
    """Whole seconds, never too early."""
    return to_epoch(at) + (1 if at.microsecond else 0)
