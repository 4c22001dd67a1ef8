"""The office's calendar: holidays are Sundays, Ramadan has a name, and mistakes are told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.calendar import Calendar, read_calendar
from monitor.errors import ConfigError
from monitor.knowledge import load_knowledge
from tests.web_world import DATA

ZONE = ZoneInfo("Asia/Jakarta")
WORDS = """
[libur]
2026-08-17 = "Hari Kemerdekaan"
[[ramadan]]
mulai = 2026-02-19
selesai = "2026-03-20"
"""


def test_a_holiday_is_a_sunday_and_any_other_day_its_own() -> None:
    calendar = read_calendar(WORDS, "libur.toml")
    assert calendar.slot(datetime(2026, 8, 17, 3, tzinfo=UTC), ZONE) == 6 * 24 + 10
    assert calendar.slot(datetime(2026, 8, 18, 3, tzinfo=UTC), ZONE) == 1 * 24 + 10
    assert Calendar().slot(datetime(2026, 8, 16, 17, tzinfo=UTC), ZONE) == 0


@pytest.mark.parametrize(
    ("day", "note"),
    [
        (date(2026, 8, 17), "Hari Kemerdekaan"),
        (date(2026, 2, 19), "Ramadan"),
        (date(2026, 3, 20), "Ramadan"),
        (date(2026, 3, 21), None),
    ],
)
def test_a_day_says_what_is_special_about_it(day: date, note: str | None) -> None:
    assert read_calendar(WORDS, "libur.toml").note(day) == note


def test_a_holiday_in_ramadan_is_both() -> None:
    text = '[libur]\n2026-03-19 = "Nyepi"\n[[ramadan]]\nmulai=2026-02-19\nselesai=2026-03-20\n'
    assert read_calendar(text, "x").note(date(2026, 3, 19)) == "Nyepi, Ramadan"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[libur]\n"17 Agustus" = "x"\n', "'17 Agustus' is no day"),
        ("[[ramadan]]\nmulai = 2026-02-19\n", "None is no day"),
        ("[[ramadan]]\nmulai = 2026-03-19\nselesai = 2026-02-19\n", "ends before it begins"),
        ("ramadan = 3\n", "ramadan: accepted"),
        ("libur = 3\n", "libur: accepted"),
        ("[hari]\n", "hari: accepted"),
        ("[libur\n", "calendar: libur.toml: "),
    ],
)
def test_a_wrong_calendar_says_where_and_what_is_accepted(text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        read_calendar(text, "libur.toml")


def test_the_shipped_calendar_holds_this_year_and_the_next() -> None:
    calendar = load_knowledge(DATA).calendar
    for year in (2026, 2027):
        assert calendar.note(date(year, 8, 17)) == "Hari Kemerdekaan"
        assert sum(day.year == year for day in calendar.holidays) >= 15


def test_an_office_without_the_file_has_no_holidays(tmp_path: Path) -> None:
    for name in ("taxonomy.toml", "templates"):
        (tmp_path / name).symlink_to(DATA / name)
    assert load_knowledge(tmp_path).calendar == Calendar()


@pytest.mark.parametrize(
    ("begin", "days", "end"),
    [
        ((2026, 8, 13, 9), 1, (2026, 8, 14, 9)),
        ((2026, 8, 13, 9), 2, (2026, 8, 18, 9)),  # over a weekend and Independence Day
        ((2026, 8, 15, 9), 1, (2026, 8, 18, 9)),  # a Saturday counts as nothing
        ((2026, 8, 13, 9), 5, (2026, 8, 21, 9)),
        ((2026, 8, 13, 9), 0, (2026, 8, 13, 9)),
    ],
)
def test_a_clock_of_working_days_skips_weekends_and_holidays(
    begin: tuple[int, int, int, int], days: int, end: tuple[int, int, int, int]
) -> None:
    calendar = read_calendar(WORDS, "libur.toml")
    after = calendar.after(datetime(*begin, tzinfo=ZONE), days, ZONE)
    assert after == datetime(*end, tzinfo=ZONE)
    assert after.tzinfo is UTC


def test_working_days_are_weekdays_that_are_no_holiday() -> None:
    calendar = read_calendar(WORDS, "libur.toml")
    week = [calendar.working(date(2026, 8, day)) for day in range(17, 24)]
    assert week == [False, True, True, True, True, False, False]
