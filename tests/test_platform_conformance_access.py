"""Tokens, waits and budgets: what every platform file must keep to, whatever its site does."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import PlatformError, Reason
from monitor.platforms.offer import Budget, Use
from monitor.store.meters import state_of
from monitor.store.tokens import token_file
from tests.conforming import SOURCE, Desk
from tests.desks import filled, kits, opened
from tests.fakes.platform import Call
from tests.planted import PLANTED

A_DAY = Budget(1_000_000.0)  # of whatever a platform counts; more than any test spends
FAULTS = ("status", "html", "drop", "cut", "throttle", "expired")


@pytest.fixture
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    with opened(request.param, tmp_path) as one:
        yield one


@kits(renews=True)
def test_a_dead_access_token_is_renewed_and_the_poll_succeeds(desk: Desk) -> None:
    filled(desk.fake)
    desk.poll()
    before = desk.fake.grants
    desk.clock.move(minutes=1)
    desk.fake.expire_access()
    desk.fake.say("sesudah token mati", at=desk.clock.now)
    desk.poll()
    assert desk.visible() == desk.fake.visible()
    assert desk.fake.grants == before + 1, "one renewal, whatever the number of calls"


@kits(renews=True)
def test_an_access_token_is_renewed_before_it_dies(desk: Desk) -> None:
    desk.poll()
    desk.clock.now += desk.fake.access_life * 0.9
    before = len(desk.fake.calls)
    desk.poll()
    asked = desk.fake.calls[before:]
    assert [call for call in asked if desk.fake.needs_access(call)], "the site was asked"
    assert all(_carries(desk, call) for call in asked if desk.fake.needs_access(call))


@kits(renews=False)
def test_a_dead_token_that_nobody_renews_is_permanent(desk: Desk) -> None:
    filled(desk.fake)
    desk.poll()
    desk.fake.expire_access()
    error = desk.refused(desk.poll, Reason.AUTH)
    assert error.permanent
    desk.restart()
    assert desk.refused(desk.connected.source.check, Reason.AUTH).permanent


@kits(renews=True)
def test_a_grant_that_was_taken_back_is_permanent_and_asked_for_once(desk: Desk) -> None:
    desk.poll()
    desk.fake.revoke()
    before = len(desk.fake.calls)
    error = desk.refused(desk.poll, Reason.AUTH)
    assert error.permanent
    renewals = [call for call in desk.fake.calls[before:] if not desk.fake.needs_access(call)]
    assert len(renewals) == desk.kit.renewal_calls


@kits(rotates=True)
def test_a_rotated_refresh_token_is_on_the_disk_before_it_is_needed(desk: Desk) -> None:
    seen: list[bool] = []

    def look(call: Call) -> None:
        if desk.fake.needs_access(call) and _carries(desk, call):
            seen.append(desk.fake.refresh.encode() in token_file(desk.database).read_bytes())

    desk.poll()
    desk.fake.between_calls = look
    for _ in range(3):
        desk.clock.move(days=1)
        desk.fake.expire_access()
        desk.poll()
    assert seen and all(seen)


@kits(renews=True)
def test_a_process_that_starts_goes_on_with_the_newest_refresh_token(desk: Desk) -> None:
    for day in range(3):
        desk.clock.move(days=1)
        desk.fake.say(f"hari {day}", at=desk.clock.now)
        desk.fake.expire_access()
        desk.restart()
        desk.poll()
    assert desk.visible() == desk.fake.visible()


@kits(renews=True)
def test_a_process_killed_between_the_new_token_and_its_use_goes_on(desk: Desk) -> None:
    desk.poll()
    desk.fake.expire_access()
    desk.fake.faults.clear()
    desk.fake.between_calls = lambda call: (
        desk.fake.fault("drop") if not desk.fake.needs_access(call) else None
    )
    assert not desk.refused(desk.poll).permanent
    desk.fake.between_calls = None
    desk.restart()
    desk.fake.say("sesudah mulai lagi", at=desk.clock.now)
    desk.poll()
    assert desk.visible() == desk.fake.visible()


@kits(renews=True)
def test_two_processes_renew_once(desk: Desk) -> None:
    desk.poll()
    desk.fake.expire_access()
    before = desk.fake.grants
    sources = [desk.connect().source for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert all(health.ok for health in pool.map(lambda one: one.check(), sources))
    assert desk.fake.grants == before + 1


@kits(renews=True)
def test_a_firewall_before_the_token_endpoint_is_no_dead_token(desk: Desk) -> None:
    filled(desk.fake)
    desk.fake.fault("html")
    assert not desk.refused(desk.poll).permanent
    desk.poll()
    assert desk.visible() == desk.fake.visible()


@kits(renews=True)
def test_a_token_endpoint_that_asks_to_wait_is_left_alone(desk: Desk) -> None:
    desk.fake.fault("throttle")
    error = desk.refused(desk.poll, Reason.RATE, Reason.QUOTA, Reason.UNREACHABLE)
    _nobody_calls(desk)
    desk.clock.now += (error.retry_after or timedelta(minutes=10)) + timedelta(minutes=10)
    desk.poll_until_done()


@kits()
def test_a_firewalls_page_is_never_a_dead_token(desk: Desk) -> None:
    filled(desk.fake)
    desk.connected.source.check()
    desk.fake.fault("html", times=2)
    for _ in range(2):
        error = desk.refused(desk.poll)
        assert not error.permanent and error.reason is not Reason.AUTH
        desk.clock.move(minutes=5)
    desk.poll()
    assert desk.visible() == desk.fake.visible()


@kits()
def test_nobody_calls_a_site_that_asked_to_wait(desk: Desk) -> None:
    filled(desk.fake)
    desk.poll()
    desk.clock.move(minutes=5)
    desk.fake.fault("throttle")
    error = desk.refused(desk.poll, Reason.RATE, Reason.QUOTA)
    assert error.retry_after is not None and error.retry_after > timedelta(0)
    _nobody_calls(desk)
    desk.restart()
    _nobody_calls(desk)
    desk.fake.say("sesudah menunggu", at=desk.clock.now)
    desk.poll_until_done()
    assert desk.visible() == desk.fake.visible()


@kits(warns=True)
def test_a_site_that_is_nearly_used_up_is_left_alone(desk: Desk) -> None:
    filled(desk.fake)
    desk.connected.source.check()
    desk.fake.warning = True
    before = len(desk.fake.calls)
    desk.refused(lambda: [desk.poll() for _ in range(2)], Reason.RATE, Reason.QUOTA)
    assert len(desk.fake.calls) == before + 1, "the first answer that warns is the last call"
    _nobody_calls(desk)
    desk.fake.warning = False
    desk.poll_until_done()
    assert desk.visible() == desk.fake.visible()


@kits()
def test_an_empty_budget_stops_every_call_until_the_next_day(desk: Desk) -> None:
    _counted(desk)
    filled(desk.fake)
    desk.poll()
    assert _spent(desk) > 0
    desk.meter().spend(A_DAY.units - _spent(desk), Use.REPLY)
    error = desk.refused(desk.poll, Reason.QUOTA)
    assert error.retry_after is not None and timedelta(0) < error.retry_after <= timedelta(days=1)
    _nobody_calls(desk)
    desk.clock.now += error.retry_after
    desk.fake.say("hari berikutnya", at=desk.clock.now)
    desk.poll()
    assert desk.visible() == desk.fake.visible()


@kits(history=True)
def test_the_first_reading_stops_before_news_do(desk: Desk) -> None:
    _counted(desk)
    filled(desk.fake)
    desk.meter().spend(A_DAY.units * 0.6, Use.REPLY)
    desk.refused(desk.poll, Reason.QUOTA)
    assert desk.visible() == {}
    desk.clock.move(days=1)
    desk.poll()
    desk.meter().spend(A_DAY.units * 0.6, Use.REPLY)
    desk.clock.move(minutes=5)
    desk.fake.say("berita tetap dibaca", at=desk.clock.now)
    desk.poll()
    assert desk.visible() == desk.fake.visible()


@kits(answers=True)
def test_news_stop_before_replies_do(desk: Desk) -> None:
    _counted(desk)
    number = desk.fake.say("keluhan")
    desk.poll()
    desk.meter().spend(A_DAY.units * 0.95, Use.REPLY)
    desk.refused(desk.poll, Reason.QUOTA)
    assert desk.connected.replier is not None
    desk.connected.replier.reply(desk.ref_of(number), "Terima kasih, kami periksa.")
    assert len(desk.fake.our_replies) == 1


@kits()
@pytest.mark.parametrize("mode", FAULTS)
def test_no_error_shows_a_token(desk: Desk, mode: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    filled(desk.fake)
    for times in (1, 3):
        desk.fake.faults.clear()
        desk.fake.fault(mode, times=times)
        _shows_nothing(desk.poll)
        _shows_nothing(desk.connected.source.check)
        desk.clock.move(hours=1)
    assert PLANTED not in caplog.text


@kits()
def test_no_object_shows_a_token(desk: Desk) -> None:
    desk.poll()
    for thing in _reachable(desk.connected):
        assert PLANTED not in f"{thing!r}{thing!s}", type(thing)


def _counted(desk: Desk) -> None:
    """From now on the desk spends a budget, whether its platform has one or not."""
    desk.budget = A_DAY
    desk.restart()


def _spent(desk: Desk) -> float:
    return state_of(desk.db, SOURCE, desk.budget, desk.clock.now).spent


def _carries(desk: Desk, call: Call) -> bool:
    return desk.fake.token_of(call) == desk.fake.access


def _nobody_calls(desk: Desk) -> None:
    """Whatever is wanted is refused, and the site hears nothing of it."""
    before = len(desk.fake.calls)
    acts: list[Callable[[], object]] = [desk.poll, desk.connected.source.check]
    refs = [row["reply_ref"] for row in desk.rows() if row["reply_ref"]]
    replier, refetcher = desk.connected.replier, desk.connected.refetcher
    if refs and replier is not None:
        acts.append(lambda: replier.reply(refs[0], "Terima kasih."))
        if desk.kit.reads_back:
            acts.append(lambda: replier.find_own_reply(refs[0], "Terima kasih."))
    if refs and refetcher is not None:
        acts.append(lambda: list(refetcher.refetch(desk.seen(), desk.clock.now)))
    for act in acts:
        desk.refused(act, Reason.RATE, Reason.QUOTA)
    assert len(desk.fake.calls) == before


def _shows_nothing(act: Callable[[], object]) -> None:
    try:
        act()
    except PlatformError as error:
        told = "".join(traceback.format_exception(error))
        assert PLANTED not in f"{told}{error!r}{error.args}"


def _reachable(start: object) -> list[object]:
    """Every object of ours that hangs on another, and every client of httpx."""
    found: dict[int, object] = {}
    waiting: list[Any] = [start]
    while waiting:
        one = waiting.pop()
        if id(one) in found or not type(one).__module__.startswith(("monitor.", "httpx")):
            continue
        found[id(one)] = one
        slots = [name for kind in type(one).__mro__ for name in getattr(kind, "__slots__", ())]
        waiting += [getattr(one, name, None) for name in (*getattr(one, "__dict__", ()), *slots)]
    return list(found.values())
