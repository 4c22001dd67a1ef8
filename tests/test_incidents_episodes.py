"""What the rules would have done: an alert opens, rises, calms down, and is not told twice."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.incidents import Episode, Moment, episodes
from monitor.records import Level
from tests.making import NOW

CALM = timedelta(hours=3)
CALM_BELOW = 0.46
END = NOW + timedelta(days=2)
FLOOD = "banjir_bencana"


def after(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def moment(hours: float, score: float, level: Level = Level.NORMAL) -> Moment:
    return Moment(after(hours), score, level, 12, 2.0, 1.0, 14)


def found(moments: Sequence[Moment], until: datetime = END) -> list[Episode]:
    return episodes(FLOOD, moments, CALM_BELOW, CALM, until)


def test_nothing_opens_while_all_is_normal() -> None:
    assert found([]) == []
    assert found([moment(0, 0.9), moment(1, 0.2)]) == []


def test_it_opens_rises_and_ends_after_calm_hours() -> None:
    first, worst = moment(0, 1.0, Level.WASPADA), moment(1, 1.5, Level.AWAS)
    told = found([moment(-1, 0.3), first, worst, moment(2, 0.5), moment(3, 0.4), moment(4, 0.1)])
    assert told == [Episode(FLOOD, NOW, after(5), Level.AWAS, first, worst)]


def test_a_falling_level_leaves_the_peak_and_the_worst_moment() -> None:
    first = moment(0, 1.2, Level.SIAGA)
    (told,) = found([first, moment(1, 1.0, Level.WASPADA), moment(2, 0.6)])
    assert (told.peak, told.worst, told.closed_at) == (Level.SIAGA, first, after(5))


def test_less_than_the_calm_hours_between_two_rises_is_one_alert() -> None:
    (told,) = found(
        [
            moment(0, 1.0, Level.WASPADA),
            moment(2.9, 1.0, Level.WASPADA),
            moment(5.8, 1.1, Level.SIAGA),
        ]
    )
    assert (told.opened_at, told.closed_at, told.peak) == (NOW, after(8.8), Level.SIAGA)


def test_what_has_just_ended_is_told_again_only_when_it_is_worse() -> None:
    first, end = moment(0, 1.0, Level.WASPADA), after(3)
    same = found([first, moment(5.9, 1.0, Level.WASPADA)])
    assert [(one.opened_at, one.closed_at) for one in same] == [(NOW, end)]
    worse = found([first, moment(4, 1.2, Level.SIAGA)])
    assert [(one.opened_at, one.peak) for one in worse] == [
        (NOW, Level.WASPADA),
        (after(4), Level.SIAGA),
    ]


def test_calm_hours_after_its_end_it_may_open_anew() -> None:
    told = found([moment(0, 1.0, Level.WASPADA), moment(6, 1.0, Level.WASPADA)])
    assert [(one.opened_at, one.closed_at) for one in told] == [
        (NOW, after(3)),
        (after(6), after(9)),
    ]


@pytest.mark.parametrize(("hours", "closed"), [(2.9, None), (3.0, after(3)), (9.0, after(3))])
def test_what_runs_at_the_end_has_no_end(hours: float, closed: datetime | None) -> None:
    (told,) = found([moment(0, 1.0, Level.WASPADA)], after(hours))
    assert told.closed_at == closed


_LEVELS = ((0.92, Level.NORMAL), (1.1, Level.WASPADA), (1.28, Level.SIAGA), (9.9, Level.AWAS))


@given(st.lists(st.floats(0, 2), max_size=60))
def test_alerts_follow_each_other_and_hold_the_worst(scores: list[float]) -> None:
    moments = [
        moment(i / 2, score, next(level for below, level in _LEVELS if score < below))
        for i, score in enumerate(scores)
    ]
    told = found(moments)
    for one in told:
        assert one.first.at == one.opened_at <= one.worst.at
        assert one.worst.score >= one.first.score
        assert one.peak.rank >= one.first.level.rank > 0
        assert one.closed_at is not None and one.closed_at - one.worst.at >= CALM
    for before, later in itertools.pairwise(told):
        assert before.closed_at is not None and before.closed_at <= later.opened_at
