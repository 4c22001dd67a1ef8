"""What people hear of tokens that die, budgets that are spent, and accounts that grew too quiet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import PlatformError, Reason
from monitor.platforms.base import Health, Page
from monitor.platforms.offer import Budget, Connected, Platform, Use
from monitor.records import NoticeKind, SourceId
from monitor.steps.collect import Collector
from monitor.steps.understand import understand
from monitor.store import sources
from monitor.store.meters import StoredMeter
from tests.watching import DAY, HOUR, MEDIA, MINUTE, NOW, Office, beginning
from tests.world import SITE, make_comment

WEEK = timedelta(weeks=1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path, SITE, MEDIA)
    made.reads(SITE, MEDIA)
    yield made
    made.db.close()


# Tokens that die.


def lives_until(office: Office, at: datetime | None, now: datetime = NOW) -> None:
    sources.checked(office.db, SITE, Health(True, "@dinas_contoh", "ok", at), now)


@pytest.mark.parametrize(
    ("left", "head"),
    [
        (14 * DAY, "⏳ Izin sumber berita habis 14 hari lagi"),
        (10 * DAY, "⏳ Izin sumber berita habis 10 hari lagi"),
        (7 * DAY, "⏳ Izin sumber berita habis 7 hari lagi"),
        (DAY, "⏳ Izin sumber berita habis besok"),
        (3 * HOUR, "⏳ Izin sumber berita habis hari ini"),
    ],
)
def test_how_long_a_token_lives(office: Office, left: timedelta, head: str) -> None:
    lives_until(office, NOW + left)
    (text,) = office.hears(NOW)
    assert text.splitlines()[0] == head
    assert "Berlaku sampai" in text
    assert "siaga sources renew berita" in text
    assert office.hears(NOW + MINUTE) == []


def test_each_warning_comes_once(office: Office) -> None:
    dies = NOW + 15 * DAY
    lives_until(office, dies)
    days = [left for left in range(15, 0, -1) if office.hears(dies - left * DAY)]
    assert days == [14, 7, 1]


def test_a_token_without_an_end_is_no_news(office: Office) -> None:
    lives_until(office, None)
    assert office.hears(NOW + 400 * DAY) == []


def test_a_renewed_token_is_told_of_again_when_its_time_comes(office: Office) -> None:
    lives_until(office, NOW + 6 * DAY)
    assert len(office.hears(NOW)) == 1
    lives_until(office, NOW + 60 * DAY)
    assert office.hears(NOW + DAY) == []
    assert beginning(office.hears(NOW + 53 * DAY)) == ["⏳ Izin sumber berita habis 7 hari lagi"]


def test_an_end_that_wavers_by_seconds_is_no_renewal(office: Office) -> None:
    lives_until(office, NOW + 6 * DAY)
    assert len(office.hears(NOW)) == 1
    lives_until(office, NOW + 6 * DAY + timedelta(seconds=40))
    assert office.hears(NOW + DAY) == []


def test_an_end_that_went_far_away_is_forgotten_even_if_no_check_said_so(office: Office) -> None:
    office.db.execute("UPDATE source SET expiry_told = 7 WHERE id = 'berita'")
    office.db.conn.commit()
    office.hears(NOW)
    status = sources.get(office.db, SITE)
    assert status is not None
    assert status.expiry_told is None


def test_the_end_of_a_paused_source_is_no_news(office: Office) -> None:
    lives_until(office, NOW + DAY)
    sources.pause(office.db, SITE, "paused on the command line")
    assert office.hears(NOW) == []


# What the daily check finds.


def test_a_token_that_sees_too_little_is_told_until_it_is_well(office: Office) -> None:
    doubtful = Health(False, "@dinas_contoh", "token without the right to read comments")
    sources.checked(office.db, SITE, doubtful, NOW)
    (text,) = office.hears(NOW)
    assert text.startswith("⚠️ Sumber berita perlu diperiksa\nSitus WordPress · @dinas_contoh")
    assert "token without the right to read comments" in text
    sources.checked(office.db, SITE, doubtful, NOW + DAY)
    assert office.hears(NOW + DAY) == []
    lives_until(office, None, NOW + 2 * DAY)
    assert office.hears(NOW + 2 * DAY) == []
    sources.checked(office.db, SITE, doubtful, NOW + 3 * DAY)
    assert len(office.hears(NOW + 3 * DAY)) == 1


# Budgets.


def spend(office: Office, share: float, *, until: datetime | None = None) -> None:
    """Two accounts of one app share a day's budget, of which so much is spent."""
    budget = Budget(100.0, "UTC", shared=True, name="USD")
    for name in (SITE, MEDIA):
        offer = Platform("x", lambda setup: Connected(office.watched[0]), budget=budget)
        office.account(name, offer, "x:", budget=budget)
    meter = StoredMeter(office.tools.settings.database, "x:", budget, lambda: NOW)
    meter.spend(100 * share, Use.REPLY)
    if until is not None:
        meter.park(until)


def test_a_spent_budget_is_told_once_a_day_for_all_that_share_it(office: Office) -> None:
    spend(office, 0.9)
    office.fails(SITE, MEDIA, at=NOW, reason=Reason.QUOTA, wait=21 * HOUR)
    (text,) = office.hears(NOW)
    assert text.splitlines()[:3] == [
        "⏸️ Situs WordPress: komentar baru dibaca lagi mulai 21 Nov 07.00 WIB",
        "Sumber: berita, media",
        "Jatah hari ini (US$ 100 sehari) habis. Balasan tetap dapat dikirim.",
    ]
    assert "units_a_day" in text
    # all are waiting, and people were told until when
    assert office.kinds() == {NoticeKind.SOURCE}
    for hours in (1, 12, 20):
        assert office.hears(NOW + hours * HOUR) == []
    office.reads(SITE, MEDIA, at=NOW + 21 * HOUR)
    assert office.hears(NOW + 21 * HOUR) == []
    office.fails(SITE, MEDIA, at=NOW + 22 * HOUR, reason=Reason.QUOTA, wait=20 * HOUR)
    assert len(office.hears(NOW + 22 * HOUR)) == 1


def test_the_second_that_finds_the_budget_spent_says_nothing_new(office: Office) -> None:
    spend(office, 0.9)
    office.fails(SITE, at=NOW, reason=Reason.QUOTA, wait=20 * HOUR)
    assert len(office.hears(NOW)) == 1
    office.fails(MEDIA, at=NOW + MINUTE, reason=Reason.QUOTA, wait=20 * HOUR)
    assert office.hears(NOW + MINUTE) == []
    assert office.hears(NOW + 2 * HOUR) == []


@pytest.mark.parametrize(
    ("share", "until"), [(1.0, None), (0.9, NOW + 2 * HOUR), (0.1, NOW + 2 * HOUR)]
)
def test_replies_wait_too_where_nothing_is_left_or_the_site_is_left_alone(
    office: Office, share: float, until: datetime | None
) -> None:
    spend(office, share, until=until)
    office.fails(at=NOW, reason=Reason.QUOTA, wait=2 * HOUR)
    assert "Balasan ke sana juga menunggu sampai itu." in office.hears(NOW)[0]


def test_a_long_rest_that_the_site_asked_for_is_told(office: Office) -> None:
    office.fails(at=NOW, reason=Reason.RATE, wait=2 * HOUR)
    (text,) = office.hears(NOW)
    assert "Situs WordPress meminta jeda. Balasan tetap dapat dikirim." in text
    assert "every_seconds" in text
    assert "units_a_day" not in text
    # not a second time as a silence, nor when it is made longer
    assert office.hears(NOW + 90 * MINUTE) == []
    office.fails(at=NOW + 2 * HOUR, reason=Reason.RATE, wait=2 * HOUR)
    assert office.hears(NOW + 2 * HOUR) == []


def test_a_rest_of_more_than_a_day_is_told_every_day(office: Office) -> None:
    office.fails(at=NOW, reason=Reason.RATE, wait=50 * HOUR)
    heard = [hours for hours in range(50) if office.hears(NOW + hours * HOUR)]
    assert heard == [0, 24, 48]


def test_a_short_rest_is_no_news(office: Office) -> None:
    office.fails(at=NOW, reason=Reason.RATE, wait=20 * MINUTE)
    assert office.hears(NOW + MINUTE) == []


def test_a_quota_that_names_no_end_is_told_when_it_lasts(office: Office) -> None:
    office.fails(at=NOW, reason=Reason.QUOTA, wait=10 * MINUTE)
    assert office.hears(NOW) == []
    office.fails(at=NOW + 30 * MINUTE, reason=Reason.QUOTA, wait=10 * MINUTE)
    assert "Jatah hari ini habis." in office.hears(NOW + 31 * MINUTE)[0]


# Too quiet.


def lively(office: Office, every: timedelta, weeks: float = 6, until: datetime = NOW) -> None:
    """Somebody writes at that pace; it is read and understood."""
    count = int(weeks * WEEK / every)
    said = tuple(
        make_comment(
            int((until - i * every).timestamp()), f"Komentar ke-{i} dari warga", until - i * every
        )
        for i in range(count)
    )
    page = Page(said, "1", covered_from=until - weeks * WEEK)
    sources.store_page(office.db, SITE, page, until, backfilled=False)
    while understand(office.db, office.tools):
        pass
    office.reads(SITE, MEDIA, at=until)


def quiet_for(office: Office, days: float) -> list[str]:
    office.reads(SITE, MEDIA, at=NOW + days * DAY)
    return office.hears(NOW + days * DAY)


def test_a_source_that_is_far_quieter_than_ever_is_told_once(office: Office) -> None:
    lively(office, 36 * HOUR)
    assert quiet_for(office, 4.4) == []
    (text,) = quiet_for(office, 5)
    assert text.startswith("❓ Sumber berita sepi tidak wajar")
    assert "Tidak ada yang baru sejak 20 Nov 11.00 WIB (4 hari)" in text
    assert "paling lama 2 hari" in text
    assert office.kinds() == {NoticeKind.SOURCE}
    assert quiet_for(office, 6) == []
    assert quiet_for(office, 80) == []


def test_a_lively_source_may_be_quiet_for_three_days(office: Office) -> None:
    lively(office, 3 * HOUR)
    assert quiet_for(office, 3) == []
    assert "paling lama kurang dari sehari" in quiet_for(office, 3.5)[0]


def test_it_is_looked_at_once_an_hour(office: Office) -> None:
    lively(office, 3 * HOUR)
    quiet_for(office, 3)
    office.reads(SITE, MEDIA, at=NOW + 3 * DAY + 2 * HOUR)
    assert quiet_for(office, 3 + 0.5 / 24) == []
    assert len(quiet_for(office, 3 + 1.5 / 24)) == 1


def test_a_quiet_that_ended_is_told_when_it_comes_again(office: Office) -> None:
    lively(office, 12 * HOUR)
    assert len(quiet_for(office, 4)) == 1
    lively(office, 12 * HOUR, 1 / 7, NOW + 5 * DAY)
    assert quiet_for(office, 5.1) == []
    # its longest silence is four days and a half now
    assert quiet_for(office, 18) == []
    assert len(quiet_for(office, 19)) == 1


@pytest.mark.parametrize(("every", "weeks"), [(5 * DAY, 6), (12 * HOUR, 1)])
def test_where_nobody_knows_what_is_usual_nothing_is_said(
    office: Office, every: timedelta, weeks: int
) -> None:
    lively(office, every, weeks)
    assert quiet_for(office, 30) == []


def test_copies_and_advertisements_show_that_the_token_sees(office: Office) -> None:
    lively(office, 12 * HOUR)
    spam = replace(make_comment(900, "Slot gacor maxwin", NOW + 3 * DAY), author_is_owner=True)
    sources.store_page(office.db, SITE, Page((spam,), "2"), NOW + 4 * DAY, backfilled=False)
    assert quiet_for(office, 5) == []


def test_a_source_that_was_not_seen_is_not_called_quiet(office: Office) -> None:
    lively(office, 12 * HOUR)
    page = Page((), "2", covered_from=NOW + 3 * DAY)
    office.db.execute("DELETE FROM coverage")
    office.db.conn.commit()
    sources.store_page(office.db, SITE, page, NOW + 5 * DAY, backfilled=False)
    assert quiet_for(office, 5) == []


# The rows of a check come from the collector's own look, once a day.


def test_the_collector_asks_for_the_end_of_a_token_once_a_day(office: Office) -> None:
    asked: list[SourceId] = []
    source = office.watched[0]

    def check() -> Health:
        asked.append(source.id)
        if len(asked) == 2:
            raise PlatformError("berita: no answer", reason=Reason.UNREACHABLE)
        return Health(True, "@dinas_contoh", "ok", NOW + 5 * DAY)

    source.check = check  # type: ignore[method-assign]
    collector = Collector(1)
    try:
        for hours in (1, 2, 24, 26, 27):
            collector.collect(office.db, office.tools, NOW + hours * HOUR, None)
    finally:
        collector.close()
    # after a day it did not answer, so it was asked with the next poll
    assert len(asked) == 3
    assert beginning(office.hears(NOW + 27 * HOUR)) == ["⏳ Izin sumber berita habis 4 hari lagi"]
