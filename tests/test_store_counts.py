"""Counts as the baseline and the ticks read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlite_utils import Database

from monitor.records import Sentiment, SourceId
from monitor.store import counts
from monitor.store.connection import to_epoch
from monitor.store.counts import HourlyRow, WindowCount
from tests.making import NOW, make_comment, store_comments, understand

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FLOOD = "banjir_bencana"
T0 = to_epoch(NOW)
SITE, MEDIA = SourceId("berita"), SourceId("media")


@pytest.fixture
def filled(db: Database) -> Database:
    """Two negatives and a neutral in the first hour, one negative of another site in the next."""
    rows = store_comments(
        db,
        make_comment("1", created_at=NOW),
        make_comment("2", created_at=NOW + 4 * MINUTE),
        make_comment("3", created_at=NOW + 59 * MINUTE),
        make_comment("4", created_at=NOW + 61 * MINUTE, source_id=MEDIA),
    )
    understand(db, [rows[0], rows[1], rows[3]])
    understand(db, [rows[2]], sentiment=Sentiment.NETRAL)
    return db


def test_hours_are_told_by_source(filled: Database) -> None:
    assert counts.hourly(filled, NOW, NOW + 2 * HOUR) == [
        HourlyRow(T0, FLOOD, SITE, 2, 3),
        HourlyRow(T0 + 3600, FLOOD, MEDIA, 1, 1),
    ]
    assert counts.hourly(filled, NOW, NOW + HOUR) == [HourlyRow(T0, FLOOD, SITE, 2, 3)]
    assert counts.hourly(filled, NOW + 2 * HOUR, NOW + 9 * HOUR) == []


def test_windows_are_whole_bins(filled: Database) -> None:
    assert counts.window(filled, NOW, NOW + 5 * MINUTE) == {FLOOD: WindowCount(2, 2)}
    assert counts.window(filled, NOW, NOW + 2 * HOUR) == {FLOOD: WindowCount(3, 4)}
    assert counts.window(filled, NOW + 5 * MINUTE, NOW + 55 * MINUTE) == {}


def test_a_timeline_has_one_number_an_hour(filled: Database) -> None:
    found = counts.timeline(filled, FLOOD, NOW, NOW + 2 * HOUR)
    assert found == {T0: 2, T0 + 3600: 1}
    assert counts.timeline(filled, "sampah", NOW, NOW + HOUR) == {}


def test_the_first_hour_is_the_oldest_that_holds_a_comment(db: Database, filled: Database) -> None:
    assert counts.first_hour(filled) == T0
    (row,) = store_comments(db, make_comment("9", created_at=NOW - 50 * HOUR))
    understand(db, [row])
    assert counts.first_hour(db) == T0 - 50 * 3600


def test_an_empty_store_has_no_first_hour(db: Database) -> None:
    assert counts.first_hour(db) is None


def test_bins_tell_where_negatives_stand(filled: Database) -> None:
    assert counts.bins(filled, [FLOOD], NOW) == [(T0, FLOOD, 2), (T0 + 3600, FLOOD, 1)]
    assert counts.bins(filled, [FLOOD, "sampah"], NOW + HOUR) == [(T0 + 3600, FLOOD, 1)]
    assert counts.bins(filled, ["sampah"], NOW) == []


@pytest.mark.parametrize(("minute", "floor"), [(0, 0), (4, 0), (5, 300), (59, 3300)])
def test_bins_begin_every_five_minutes(minute: int, floor: int) -> None:
    at = datetime(2026, 3, 10, 5, minute, 59, tzinfo=UTC)
    assert counts.bin_floor(at) == T0 + floor
