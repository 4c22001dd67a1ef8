"""Dates as Indonesian sites and spreadsheets write them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.platforms.dates import numeric_date, written_date
from monitor.platforms.feed_entries import (
    indonesian_date,
)
from tests.fakes.feed import FakeFeed
from tests.fakes.feed_reading import NOW, WIB, read


@pytest.fixture
def site() -> Iterator[FakeFeed]:
    with FakeFeed() as fake:
        yield fake


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Sen, 04 Mei 2026 10:00:00 WIB", datetime(2026, 5, 4, 3, tzinfo=UTC)),
        ("Senin, 4 Agustus 2026 10.30 WITA", datetime(2026, 8, 4, 2, 30, tzinfo=UTC)),
        ("Jum'at, 01 Nopember 2026, pukul 07:05 WIT", datetime(2026, 10, 31, 22, 5, tzinfo=UTC)),
        ("17 Agt 2026", datetime(2026, 8, 16, 17, tzinfo=UTC)),
        ("Min, 13 Des 2026 23:59:59 +0700", datetime(2026, 12, 13, 16, 59, 59, tzinfo=UTC)),
        ("Sun, 13 Dec 2026 23:59:59 GMT", datetime(2026, 12, 13, 23, 59, 59, tzinfo=UTC)),
        ("1 October 2026 | 08:00 -03:30", datetime(2026, 10, 1, 11, 30, tzinfo=UTC)),
        ("Sen, 32 Mei 2026 10:00:00 WIB", None),
        ("Sen, 04 Mai 2026 10:00:00 WIB", None),
        ("Sen, 04 Mei 2026 10:00:00 EST", None),
        ("Sen, 04 Mei 2026 10:00:00 +9900", None),
        ("1 Jan 0001 00:00 +0700", None),
        ("2026-05-04T10:00:00Z", None),
        ("", None),
    ],
)
def test_written_dates_are_understood(text: str, at: datetime | None) -> None:
    assert written_date(text, WIB) == at
    assert indonesian_date(text) == (None if at is None else tuple(at.utctimetuple()))


@pytest.mark.parametrize(
    ("text", "day_first", "at"),
    [
        ("04/05/2026", True, datetime(2026, 5, 3, 17, tzinfo=UTC)),
        ("04/05/2026", False, datetime(2026, 4, 4, 17, tzinfo=UTC)),
        ("4-5-26 10.00", True, datetime(2026, 5, 4, 3, tzinfo=UTC)),
        ("04.05.2026 10:00:30 WITA", True, datetime(2026, 5, 4, 2, 0, 30, tzinfo=UTC)),
        ("4/5/2026, 12:30 AM", True, datetime(2026, 5, 3, 17, 30, tzinfo=UTC)),
        ("4/5/2026 1:30 pm", True, datetime(2026, 5, 4, 6, 30, tzinfo=UTC)),
        ("4/5/2026 13:30 pm", True, datetime(2026, 5, 4, 6, 30, tzinfo=UTC)),
        ("13/13/2026", True, None),
        ("4/5-2026", True, None),
        ("4/5/2026 25:00", True, None),
        ("4/5/2026 10:00 XYZ", True, None),
        ("kemarin", True, None),
    ],
)
def test_numeric_dates_are_understood(text: str, day_first: bool, at: datetime | None) -> None:
    assert numeric_date(text, WIB, day_first=day_first) == at


@given(st.text(max_size=100))
def test_no_text_breaks_the_date_readers(text: str) -> None:
    for found in (written_date(text, WIB), numeric_date(text, WIB, day_first=True)):
        assert found is None or found.tzinfo is UTC


def test_an_indonesian_date_in_a_feed_is_read(site: FakeFeed) -> None:
    site.add("a", NOW, date="Rab, 18 Nov 2026 09:00:00 WIB")
    assert read(site).comments[0].created_at == datetime(2026, 11, 18, 2, tzinfo=UTC)
