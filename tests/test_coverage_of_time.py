"""How much of a stretch of time was seen, and who is blind."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from monitor.records import SourceId
from monitor.steps.coverage import blind, by_hour, reach_to_now, seen
from tests.making import NOW

A, B = SourceId("a"), SourceId("b")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def stretch(begin: float, end: float) -> tuple[datetime, datetime]:
    """From and to, in hours from now."""
    return NOW + begin * HOUR, NOW + end * HOUR


@pytest.mark.parametrize(
    ("stretches", "names", "shares"),
    [
        ({A: [stretch(-5, 5)]}, [A], [1.0]),
        ({A: [stretch(0, 0.5)]}, [A], [0.5]),
        ({A: [stretch(-1, 0.25), stretch(0.75, 3)]}, [A], [0.5]),
        ({A: [stretch(-3, -1), stretch(2, 3)]}, [A], [0.0]),
        ({A: [stretch(0, 1)], B: []}, [A, B], [1.0, 0.0]),
        ({A: [stretch(0, 1)], B: [stretch(0, 0.25)]}, [B, A], [0.25, 1.0]),
        ({A: [stretch(0, 1)]}, [A, B], [1.0, 0.0]),
        ({A: [stretch(0, 1)]}, [], []),
        ({}, [A], [0.0]),
    ],
)
def test_the_share_of_an_hour_that_each_source_saw(stretches, names, shares) -> None:  # type: ignore[no-untyped-def]
    assert seen(stretches, names, NOW, NOW + HOUR).tolist() == pytest.approx(shares)


@pytest.mark.parametrize("length", [timedelta(0), -HOUR])
def test_no_time_at_all_was_not_seen(length: timedelta) -> None:
    assert seen({A: [stretch(-5, 5)]}, [A], NOW, NOW + length).tolist() == [0.0]


def test_every_hour_of_a_stretch_has_its_own_share() -> None:
    edges = np.array([(NOW + i * HOUR).timestamp() for i in range(4)])
    found = by_hour({A: [stretch(0.5, 2)], B: [stretch(-9, 9)]}, [A, B], edges)
    assert found.tolist() == [[0.5, 1.0], [1.0, 1.0], [0.0, 1.0]]


def ago(minutes: float) -> dict[SourceId, tuple[tuple[datetime, datetime], ...]]:
    return {A: ((NOW - 9 * HOUR, NOW - 8 * HOUR), (NOW - 7 * HOUR, NOW - minutes * MINUTE))}


@pytest.mark.parametrize(
    ("minutes", "every_seconds", "healthy"),
    [
        (0, 120.0, True),
        (10, 120.0, True),
        (10.1, 120.0, False),
        (29, 600.0, True),
        (31, 600.0, False),
    ],
)
def test_a_source_is_blind_after_three_polls_and_ten_minutes(
    minutes: float, every_seconds: float, healthy: bool
) -> None:
    every = {A: every_seconds}
    reached = reach_to_now(ago(minutes), every, NOW)[A]
    assert reached[0] == ago(minutes)[A][0]
    assert (reached[1][1] == NOW) is (healthy or minutes == 0)
    expected = [] if healthy else [(A, NOW - minutes * MINUTE)]
    assert blind(ago(minutes), every, NOW) == expected


def test_a_source_that_was_never_read_is_blind(now: datetime) -> None:
    assert blind({A: ()}, {B: 60.0, A: 60.0}, now) == [(A, None), (B, None)]
    assert reach_to_now({A: ()}, {A: 60.0}, now) == {A: ()}


def test_a_source_that_is_no_longer_configured_is_not_blamed(now: datetime) -> None:
    assert blind(ago(999), {}, now) == []
    assert reach_to_now(ago(5), {}, now)[A][1][1] == now
