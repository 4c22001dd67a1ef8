"""Counts as the baseline and the ticks read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlite_utils import Database

from monitor.records import Sentiment, SourceId
from monitor.store import counts, sources
from monitor.store.connection import to_epoch
from monitor.store.counts import HourlyRow, WindowCount
from tests.making import NOW, make_comment, store_comments, understand

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FLOOD = "banjir_bencana"
T0 = to_epoch(NOW)
MEDIA = SourceId("media")


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


def test_hours_hold_all_sources_together(filled: Database) -> None:
    assert counts.hourly(filled, NOW, NOW + 2 * HOUR) == [
        HourlyRow(T0, FLOOD, 2, 3),
        HourlyRow(T0 + 3600, FLOOD, 1, 1),
    ]
    assert counts.hourly(filled, NOW, NOW + HOUR) == [HourlyRow(T0, FLOOD, 2, 3)]
    assert counts.hourly(filled, NOW + 2 * HOUR, NOW + 9 * HOUR) == []


def test_windows_are_whole_bins(filled: Database) -> None:
    assert counts.window(filled, NOW, NOW + 5 * MINUTE) == {FLOOD: WindowCount(2, 2)}
    assert counts.window(filled, NOW, NOW + 2 * HOUR) == {FLOOD: WindowCount(3, 4)}
    assert counts.window(filled, NOW + 5 * MINUTE, NOW + 55 * MINUTE) == {}


def test_a_timeline_has_one_number_an_hour(filled: Database) -> None:
    found = counts.timeline(filled, FLOOD, NOW, NOW + 2 * HOUR)
    assert found == {T0: 2, T0 + 3600: 1}
    assert counts.timeline(filled, "sampah", NOW, NOW + HOUR) == {}


def test_the_first_negative_bin_is_the_onset(filled: Database) -> None:
    assert counts.first_negative_bin(filled, FLOOD, NOW) == T0
    assert counts.first_negative_bin(filled, FLOOD, NOW + 5 * MINUTE) == T0 + 3600
    assert counts.first_negative_bin(filled, FLOOD, NOW + 2 * HOUR) is None


def test_sources_weigh_what_they_usually_bring(filled: Database) -> None:
    for source in (SourceId("berita"), MEDIA):
        sources.finish_poll(filled, source, NOW, NOW)
    assert counts.source_weights(filled, NOW) == {"berita": 0.75, "media": 0.25}
    assert counts.source_weights(filled, NOW + HOUR) == {"berita": 0.0, "media": 1.0}


def test_before_the_first_comment_all_sources_weigh_the_same(db: Database) -> None:
    assert counts.source_weights(db, NOW) == {}
    sources.register(db, [(SourceId(name), "feed") for name in ("a", "b", "new")])
    sources.finish_poll(db, SourceId("a"), NOW, NOW)
    # A source that was tried and never answered is part of what should be seen; a new one not yet.
    sources.fail_poll(db, SourceId("b"), "timeout", NOW)
    assert counts.source_weights(db, NOW) == {"a": 0.5, "b": 0.5}


def test_one_baseline_is_kept_for_the_running_hour(db: Database) -> None:
    assert counts.baseline(db, T0) is None
    counts.keep_baseline(db, T0, "lama")
    counts.keep_baseline(db, T0, "baru")
    assert counts.baseline(db, T0) == "baru"
    counts.keep_baseline(db, T0 + 3600, "berikut")
    assert counts.baseline(db, T0) is None
    assert counts.baseline(db, T0 + 3600) == "berikut"


@pytest.mark.parametrize(("minute", "floor"), [(0, 0), (4, 0), (5, 300), (59, 3300)])
def test_bins_begin_every_five_minutes(minute: int, floor: int) -> None:
    at = datetime(2026, 3, 10, 5, minute, 59, tzinfo=UTC)
    assert counts.bin_floor(at) == T0 + floor
