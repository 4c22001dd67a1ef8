"""The picture of a card: a PNG that shows the data and nothing else."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.messages import ChartData, chart
from monitor.messages.chart import chart_hours
from monitor.records import Level
from tests.making import NOW

HOURS = chart_hours(NOW, 48)
TODAY = NOW.date()
BASE = ChartData(
    title="Banjir & bencana",
    level=Level.SIAGA,
    hours=HOURS,
    counts=[2] * 44 + [6, 14, 20, 9],
    expected=[2.0] * 48,
    upper=[5.0] * 48,
    coverage=[1.0] * 48,
    onset_at=NOW - timedelta(hours=3),
    zone=ZoneInfo("Asia/Jakarta"),
)


def test_the_chart_is_a_png_of_the_right_size() -> None:
    picture = chart(BASE)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", picture[16:24]) == (840, 555)
    assert len(picture) < 100_000


def test_the_same_data_give_the_same_bytes() -> None:
    assert chart(BASE) == chart(replace(BASE, counts=list(BASE.counts)))


@pytest.mark.parametrize(
    "other",
    [
        {"counts": [2] * 44 + [6, 14, 21, 9]},
        {"upper": [9.0] * 48},
        {"expected": [3.0] * 48},
        {"coverage": [1.0] * 20 + [0.5, 0.0] + [1.0] * 26},
        {"onset_at": NOW - timedelta(hours=9)},
        {"level": Level.AWAS},
        {"title": "Sampah"},
        {"zone": ZoneInfo("Asia/Jayapura")},
        {"window": (NOW - timedelta(hours=3), NOW)},
        {"notes": {TODAY: "Hari Kemerdekaan"}},
    ],
)
def test_other_data_give_another_picture(other: dict[str, Any]) -> None:
    assert chart(replace(BASE, **other)) != chart(BASE)


def test_a_holiday_the_window_and_blind_hours_stand_together() -> None:
    picture = chart(
        replace(
            BASE,
            notes={TODAY: "Hari Kemerdekaan", TODAY - timedelta(days=1): "Ramadan"},
            window=(NOW - timedelta(hours=2), NOW),
            coverage=[1.0] * 20 + [0.5, 0.0] + [1.0] * 26,
        )
    )
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", picture[16:24]) == (840, 555)


def test_a_long_name_of_a_day_is_cut_to_its_day() -> None:
    name = "Cuti bersama memperingati hari yang namanya panjang sekali"
    cut, longer = (chart(replace(BASE, notes={TODAY: name + more})) for more in ("", " sekali"))
    assert cut == longer


def test_a_day_that_is_not_in_the_picture_draws_nothing() -> None:
    far, none = (
        chart(replace(BASE, notes={TODAY + timedelta(days=days): "Nyepi"})) for days in (-9, 9)
    )
    assert far == none != chart(replace(BASE, notes={TODAY: "Nyepi"}))


def test_words_of_a_title_are_never_read_as_a_formula() -> None:
    assert chart(replace(BASE, title="Harga $x_{$ naik")).startswith(b"\x89PNG")
    assert chart(replace(BASE, notes={TODAY: "$x_{$"})).startswith(b"\x89PNG")


def test_a_chart_without_a_single_comment_can_be_drawn() -> None:
    empty = replace(
        BASE, counts=[0] * 48, expected=[0.0] * 48, upper=[0.0] * 48, coverage=[0.0] * 48
    )
    assert chart(empty).startswith(b"\x89PNG")


def test_hours_end_with_the_running_one() -> None:
    late = datetime(2026, 3, 10, 5, 59, 59, 7, tzinfo=UTC)
    hours = chart_hours(late, 3)
    assert hours == [datetime(2026, 3, 10, hour, tzinfo=UTC) for hour in (3, 4, 5)]
    assert len(chart_hours(late)) == 48
