"""What a question in free words asks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.questions import Stretch, issue_of, near_name, period

WIB = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)  # a Monday, 10.00 WIB
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MIDNIGHT = NOW - 10 * HOUR


@pytest.mark.parametrize(
    ("text", "stretch", "number", "since", "until"),
    [
        ("ada apa hari ini", Stretch.TODAY, 1, MIDNIGHT, NOW),
        ("banjir tadi pagi", Stretch.TODAY, 1, MIDNIGHT, NOW),
        ("Banjir KEMARIN?", Stretch.YESTERDAY, 1, MIDNIGHT - DAY, MIDNIGHT),
        ("minggu ini", Stretch.DAYS, 7, NOW - 7 * DAY, NOW),
        ("pekan ini", Stretch.DAYS, 7, NOW - 7 * DAY, NOW),
        ("minggu lalu", Stretch.LAST_WEEK, 7, NOW - 14 * DAY, NOW - 7 * DAY),
        ("minggu kemarin", Stretch.LAST_WEEK, 7, NOW - 14 * DAY, NOW - 7 * DAY),
        ("seminggu terakhir", Stretch.DAYS, 7, NOW - 7 * DAY, NOW),
        ("dua minggu", Stretch.DAYS, 14, NOW - 14 * DAY, NOW),
        ("3 hari terakhir", Stretch.DAYS, 3, NOW - 3 * DAY, NOW),
        ("sehari", Stretch.HOURS, 24, NOW - DAY, NOW),
        ("tiga jam terakhir", Stretch.HOURS, 3, NOW - 3 * HOUR, NOW),
        ("0 jam", Stretch.HOURS, 1, NOW - HOUR, NOW),
        ("bulan ini", Stretch.DAYS, 30, NOW - 30 * DAY, NOW),
        ("999 bulan", Stretch.DAYS, 90, NOW - 90 * DAY, NOW),
        ("keadaan sekarang", Stretch.HOURS, 24, NOW - DAY, NOW),
    ],
)
def test_a_stretch_of_time_is_read(
    text: str, stretch: Stretch, number: int, since: datetime, until: datetime
) -> None:
    found = period(text, NOW, WIB)
    assert found is not None
    assert (found.stretch, found.number) == (stretch, number)
    assert (found.until - found.since, found.until) == (until - since, until) or (
        stretch is Stretch.DAYS and found.until == NOW
    )
    if number != 90:
        assert found.since == since


@pytest.mark.parametrize("text", ["", "banjir di Sampit", "sebaran", "hari", "jam berapa"])
def test_no_time_is_invented(text: str) -> None:
    assert period(text, NOW, WIB) is None


@given(st.text(max_size=60))
def test_no_text_breaks_it_and_every_stretch_lies_in_the_past(text: str) -> None:
    found = period(text, NOW, WIB)
    assert found is None or found.since < found.until <= NOW


NAMES = {"air_bersih": "Air bersih", "harga_bbm": "Harga & BBM", "kesehatan": "Kesehatan"}


@pytest.mark.parametrize(
    ("text", "votes", "issue"),
    [
        ("antrean obat", {"kesehatan": 1.0}, "kesehatan"),
        ("BBM langka", {}, "harga_bbm"),
        ("air bersih", {"kesehatan": 1.0}, "air_bersih"),
        ("obat", {"kesehatan": 0.7}, "kesehatan"),
        ("siapa presiden", {"kesehatan": 0.5}, None),
        ("jadwal konser", {"kesehatan": 0.3}, None),
        ("apa saja", {"isu_asing": 3.0}, None),
        ("", {}, None),
    ],
)
def test_the_issue_is_that_of_keywords_and_of_its_own_name(
    text: str, votes: dict[str, float], issue: str | None
) -> None:
    assert issue_of(text, votes, NAMES) == issue


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("air", None),
        ("bersih", "air_bersih"),
        ("air bers", "air_bersih"),
        ("air_bersihh", "air_bersih"),
        ("Kesehatn", "kesehatan"),
        ("vaksin rabies", None),
    ],
)
def test_words_that_are_nearly_an_issue_are_found(words: str, key: str | None) -> None:
    assert near_name(words, NAMES) == key


def test_without_issues_there_is_none() -> None:
    assert issue_of("air", {"air_bersih": 1.0}, {}) is None
