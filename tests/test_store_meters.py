"""A day's budget is never overdrawn, and who was asked to wait waits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import PlatformError, Reason
from monitor.platforms.offer import Budget, Use
from monitor.store import open_store
from monitor.store.meters import SHARES, StoredMeter, next_day, state_of
from tests.fakes.clock import START, Clock

PACIFIC = Budget(100, zone="America/Los_Angeles", shared=True)


class Bank:
    def __init__(self, folder: Path, budget: Budget | None = PACIFIC) -> None:
        self.clock = Clock()
        self.budget = budget
        self.database = folder / "siaga.db"
        self.meter = self.again()

    def again(self) -> StoredMeter:
        return StoredMeter(self.database, "youtube:", self.budget, self.clock)

    def spend_all(self, use: Use, cost: float = 1) -> int:
        for number in range(1_000):
            try:
                self.meter.spend(cost, use)
            except PlatformError as error:
                assert error.reason is Reason.QUOTA
                return number
        raise AssertionError("no end")

    def state(self):  # type: ignore[no-untyped-def]
        return state_of(open_store(self.database), "youtube:", self.budget, self.clock.now)


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    return Bank(tmp_path)


def test_uses_stop_in_the_order_of_their_importance(bank: Bank) -> None:
    order = [Use.HISTORY, Use.SEARCH, Use.RECHECK, Use.NEW, Use.REPLY]
    assert [bank.spend_all(use) for use in order] == [50, 10, 15, 15, 10]
    assert bank.state().spent == 100 and list(SHARES.values()) == sorted(SHARES.values())[::-1]


def test_a_call_that_costs_more_than_is_left_is_not_booked(bank: Bank) -> None:
    assert bank.spend_all(Use.REPLY, cost=40) == 2
    assert bank.meter.may(20, Use.REPLY) and not bank.meter.may(21, Use.REPLY)
    bank.meter.spend(20, Use.REPLY)
    assert bank.state().spent == 100


def test_a_first_call_beyond_the_whole_budget_is_not_booked(bank: Bank) -> None:
    with pytest.raises(PlatformError, match="the day's budget for new is spent"):
        bank.meter.spend(91, Use.NEW)
    assert bank.state().spent == 0


def test_the_budget_begins_anew_at_its_own_midnight(bank: Bank) -> None:
    bank.spend_all(Use.REPLY)
    with pytest.raises(PlatformError) as caught:
        bank.meter.spend(1, Use.REPLY)
    assert caught.value.retry_after == next_day(PACIFIC, START) - START == timedelta(hours=5)
    bank.clock.now += caught.value.retry_after - timedelta(seconds=1)
    assert not bank.meter.may(1, Use.REPLY)
    bank.clock.move(seconds=1)
    bank.meter.spend(1, Use.REPLY)
    assert bank.state().spent == 1


def test_old_days_are_forgotten(bank: Bank) -> None:
    bank.meter.spend(1, Use.NEW)
    bank.clock.move(days=70)
    bank.meter.spend(1, Use.NEW)
    assert [row["units"] for row in open_store(bank.database).query("SELECT * FROM spent")] == [1]


def test_side_by_side_nothing_is_overdrawn(bank: Bank) -> None:
    with ThreadPoolExecutor(4) as pool:
        booked = list(pool.map(lambda _: _try(bank.meter), range(160)))
    assert sum(booked) == 100 == bank.state().spent


def _try(meter: StoredMeter) -> bool:
    try:
        meter.spend(1, Use.REPLY)
    except PlatformError:
        return False
    return True


def test_nobody_calls_before_the_time_even_after_a_restart(bank: Bank) -> None:
    until = START + timedelta(minutes=7, microseconds=5)
    bank.meter.park(until)
    bank.meter.park(START + timedelta(minutes=2))
    bank.clock.move(minutes=7)
    for meter in (bank.meter, bank.again()):
        assert meter.may(0, Use.REPLY), "the budget has room"
        with pytest.raises(PlatformError, match="left alone") as caught:
            meter.spend(0, Use.REPLY)
        assert caught.value.reason is Reason.RATE
        assert caught.value.retry_after == timedelta(seconds=1)
    assert bank.state().parked_until == START + timedelta(minutes=7, seconds=1)
    bank.clock.move(seconds=1)
    bank.again().spend(1, Use.REPLY)


def test_without_a_budget_only_parking_holds(tmp_path: Path) -> None:
    bank = Bank(tmp_path, None)
    bank.meter.spend(10**9, Use.HISTORY)
    assert bank.meter.may(10**9, Use.HISTORY)
    assert bank.state().units is None
    bank.meter.park(START + timedelta(hours=1))
    with pytest.raises(PlatformError):
        bank.meter.spend(1, Use.REPLY)
