"""The picture of plain series: each with its usual range and what was raised."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.messages.series_chart import SeriesChart, series_picture
from monitor.records import Level
from tests.making import NOW

MANY = 60
AIR = SeriesChart(
    name="air",
    at=[NOW + timedelta(hours=i) for i in range(MANY)],
    counts=[2.0] * 57 + [8.0, 14.0, 20.0],
    expected=[2.0] * MANY,
    upper=[5.0] * MANY,
    levels=[Level.NORMAL] * 57 + [Level.WASPADA, Level.SIAGA, Level.AWAS],
    observed=[True] * MANY,
)


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


@pytest.mark.parametrize(("count", "height"), [(0, 320), (1, 320), (3, 960), (6, 1920), (9, 1920)])
def test_up_to_six_series_stand_under_each_other(count: int, height: int) -> None:
    found = [replace(AIR, name=f"deret {i}") for i in range(count)]
    assert size(series_picture(found)) == (800, height)


def test_series_that_are_not_drawn_are_counted() -> None:
    seven, eight = (series_picture([AIR] * count) for count in (7, 8))
    assert seven != eight


@pytest.mark.parametrize(
    "other",
    [
        {"name": "sampah"},
        {"name": ""},
        {"counts": [2.0] * 57 + [8.0, 14.0, 25.0]},
        {"expected": [3.0] * MANY},
        {"upper": [6.0] * MANY},
        {"levels": [Level.NORMAL] * MANY},
        {"observed": [True] * 20 + [False] * 9 + [True] * 31},
    ],
)
def test_other_data_give_another_picture(other: dict[str, Any]) -> None:
    assert series_picture([replace(AIR, **other)]) != series_picture([AIR])


def test_a_name_is_never_read_as_a_formula() -> None:
    assert size(series_picture([replace(AIR, name="harga $x_{$ naik")])) == (800, 320)
