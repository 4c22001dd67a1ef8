"""Whole series, judged online: bins of every width, holes, and no look ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.records import Level
from monitor.spikes import DETECTORS, Rules
from monitor.spikes.series import JudgedRow, SeriesRow, judge_series

START = datetime(2026, 1, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
WIDTHS = {
    "five minutes": timedelta(minutes=5),
    "hour": HOUR,
    "day": timedelta(days=1),
    "week": timedelta(days=7),
}


def rows(counts: list[float], width: timedelta = HOUR, lost: set[int] | None = None):  # type: ignore[no-untyped-def]
    return [
        SeriesRow(START + i * width, count, i not in (lost or set()))
        for i, count in enumerate(counts)
    ]


def calm(bins: int, mean: float, seed: int = 5) -> list[float]:
    return [float(n) for n in np.random.default_rng(seed).poisson(mean, bins)]


def levels(judged: list[JudgedRow]) -> set[Level]:
    return {one.level for one in judged}


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_a_calm_series_stays_normal(width: timedelta) -> None:
    bins = {WIDTHS["day"]: 120, WIDTHS["week"]: 60, HOUR: 200}.get(width, 500)
    judged = judge_series(rows(calm(bins, 0.4 if width < HOUR else 5.0), width))
    assert len(judged) == bins
    assert levels(judged[bins // 4 :]) == {Level.NORMAL}


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_a_great_spike_is_seen_in_every_width(width: timedelta) -> None:
    counts = [*calm(400, 0.3), 200.0] if width < HOUR else [*calm(100, 4.0), 200.0]
    last = judge_series(rows(counts, width))[-1]
    assert last.level is Level.AWAS
    assert last.window_count >= 200
    assert last.window_hours == pytest.approx(max(width / HOUR, last.window_hours))


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_expected_finds_the_usual_count_of_a_bin(width: timedelta) -> None:
    counts = ([0.0] * 5 + [1.0]) * 336 if width < HOUR else [6.0] * 150
    last = judge_series(rows(counts, width))[-1]
    mean = float(np.mean(counts))
    assert last.expected == pytest.approx(mean, rel=0.25)
    assert last.upper > mean


def test_wide_bins_are_judged_one_by_one() -> None:
    judged = judge_series(rows([3.0] * 40, timedelta(days=1)))
    assert {one.window_hours for one in judged} == {24.0}
    assert [one.window_count for one in judged] == [3.0] * 40


def test_narrow_bins_are_gathered_into_trailing_windows() -> None:
    judged = judge_series(rows([0.0] * 300 + [2.0] * 12, timedelta(minutes=5)))
    assert {one.window_hours for one in judged} <= set(DETECTORS["issue"].windows)
    assert judged[-1].window_count == 24.0
    assert judged[-1].score > judged[302].score > judged[300].score == 0.0


def test_mentions_are_judged_by_the_last_hour() -> None:
    counts = [*calm(600, 10.0), 300.0]
    judged = judge_series(rows(counts, timedelta(minutes=5)), "mentions")
    assert {one.window_hours for one in judged} == {1.0}
    assert judged[-1].level is Level.AWAS
    assert levels(judged[200:600]) == {Level.NORMAL}


@pytest.mark.parametrize("profile", DETECTORS)
def test_nothing_is_said_in_the_first_hours(profile: str) -> None:
    judged = judge_series(rows([50.0] * 6), profile)
    assert {(one.score, one.level) for one in judged} == {(0.0, Level.NORMAL)}


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(KeyError, match="clicks"):
        judge_series(rows([1.0]), "clicks")


@pytest.mark.parametrize("shift", [timedelta(0), -HOUR])
def test_rows_must_be_in_order_of_time(shift: timedelta) -> None:
    with pytest.raises(ValueError, match="order of time"):
        judge_series([SeriesRow(START, 1.0), SeriesRow(START + shift, 1.0)])


def test_an_empty_series_gives_nothing() -> None:
    assert judge_series([]) == []


def test_a_single_row_is_judged_as_an_hour() -> None:
    [only] = judge_series(rows([2.0]))
    assert (only.level, only.row.count) == (Level.NORMAL, 2.0)


SPANS = [timedelta(minutes=20), HOUR, timedelta(days=1)]


@given(
    counts=st.lists(st.integers(0, 30), min_size=20, max_size=30),
    later=st.lists(st.integers(0, 3000), max_size=12),
    width=st.sampled_from(SPANS),
    lost=st.sets(st.integers(0, 50), max_size=6),
    profile=st.sampled_from(list(DETECTORS)),
)
@settings(max_examples=20, deadline=None)
def test_a_row_never_depends_on_later_ones(
    counts: list[int], later: list[int], width: timedelta, lost: set[int], profile: str
) -> None:
    every = rows([*map(float, counts), *map(float, later)], width, lost)
    whole = judge_series(every, profile)
    assert whole[: len(counts)] == judge_series(every[: len(counts)], profile)


@given(
    counts=st.lists(st.integers(0, 30), min_size=48, max_size=60),
    width=st.sampled_from(SPANS),
    profile=st.sampled_from(list(DETECTORS)),
)
@settings(max_examples=12, deadline=None)
def test_one_more_in_the_last_bin_never_lowers_its_score(
    counts: list[int], width: timedelta, profile: str
) -> None:
    base = [float(count) for count in counts]
    scores = [
        judge_series(rows([*base[:-1], base[-1] + extra], width), profile)[-1].score
        for extra in (0, 1, 400)
    ]
    assert scores == sorted(scores)
    assert scores[-1] > 0


@given(
    counts=st.lists(st.integers(0, 30), min_size=40, max_size=45),
    first=st.integers(8, 30),
    length=st.integers(1, 9),
    width=st.sampled_from(SPANS),
    profile=st.sampled_from(list(DETECTORS)),
)
@settings(max_examples=12, deadline=None)
def test_a_hole_is_the_same_as_rows_that_were_lost(
    counts: list[int], first: int, length: int, width: timedelta, profile: str
) -> None:
    lost = set(range(first, first + length))
    marked = rows([*map(float, counts)], width, lost)
    holed = [row for row in marked if row.observed]
    kept = [one for one in judge_series(marked, profile) if one.row.observed]
    assert judge_series(holed, profile) == kept


@given(
    powers=st.lists(st.floats(0, 9), min_size=24, max_size=36),
    width=st.sampled_from(SPANS),
    lost=st.sets(st.integers(0, 35), max_size=12),
    profile=st.sampled_from(list(DETECTORS)),
)
@settings(max_examples=20, deadline=None)
def test_all_figures_are_finite_and_at_least_0(
    powers: list[float], width: timedelta, lost: set[int], profile: str
) -> None:
    counts = [float(int(10**power) - 1) for power in powers]
    for one in judge_series(rows(counts, width, lost), profile):
        figures = [one.score, one.expected, one.upper, one.window_count, one.window_expected]
        assert np.isfinite(figures).all()
        assert min(figures) >= 0


def test_rows_of_wide_bins_never_share_one() -> None:
    """Days of 23 and 25 hours: where the clocks change, as those of a file may."""
    gaps = [24] * 10 + [23] + [24] * 10 + [25] + [24] * 10
    at = np.concatenate([[0], np.cumsum(gaps)]).tolist()
    days = [SeriesRow(START + hours * HOUR, float(i)) for i, hours in enumerate(at)]
    judged = judge_series(days)
    assert [one.window_count for one in judged] == [float(i) for i in range(len(days))]


def test_a_lost_bin_has_no_score_whatever_it_holds() -> None:
    counts = [*calm(200, 3.0), 500.0]
    last = judge_series(rows(counts, lost={200}))[-1]
    assert (last.score, last.level) == (0.0, Level.NORMAL)
    assert last.window_count < 500


def test_missing_is_never_zero() -> None:
    """After a blind day "usual" is what it was; were the holes zeros, it would have sunk."""
    counts = [6.0] * 250
    hole = set(range(150, 222))
    blind = judge_series(rows([0.0 if i in hole else c for i, c in enumerate(counts)], lost=hole))
    zeros = judge_series(rows([0.0 if i in hole else c for i, c in enumerate(counts)]))
    assert blind[-1].expected == pytest.approx(6.0, rel=0.15)
    assert zeros[-1].expected < blind[-1].expected


def test_absent_rows_are_like_lost_ones() -> None:
    counts = [6.0] * 200
    hole = set(range(150, 180))
    present = [row for i, row in enumerate(rows(counts)) if i not in hole]
    lost = judge_series(rows(counts, lost=hole))
    assert judge_series(present)[-1].level is lost[-1].level
    assert judge_series(present)[-1].expected == pytest.approx(lost[-1].expected)


def test_the_first_rows_after_an_outage_are_no_spike() -> None:
    lost = set(range(100, 110))
    judged = judge_series(rows(calm(160, 5.0), lost=lost))
    assert levels(judged[110:]) == {Level.NORMAL}


def test_an_incident_is_not_learned_while_it_lasts() -> None:
    counts = [*calm(200, 3.0), *[60.0] * 12]
    judged = judge_series(rows(counts))
    assert judged[-1].expected < 2 * judged[200].expected
    assert all(one.level is Level.AWAS for one in judged[201:])


def test_a_new_normal_is_learned_after_two_days() -> None:
    counts = [*calm(200, 3.0), *[25.0] * 24 * 10]
    judged = judge_series(rows(counts))
    assert judged[201].level is not Level.NORMAL
    assert levels(judged[-48:]) == {Level.NORMAL}


def test_a_day_of_the_week_has_its_own_usual() -> None:
    weekly = [20.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0] * 20
    judged = judge_series(rows(weekly, timedelta(days=1)), zone=ZoneInfo("UTC"))
    assert judged[-7].expected > 2 * judged[-6].expected


def test_hours_are_those_of_the_zone() -> None:
    """Midnight in Greenwich is rush hour in WIT: the slot follows the people's clock."""
    negatives = [9.0 if i % 24 == 0 else 1.0 for i in range(24 * 10)]
    wit = judge_series(rows(negatives), zone=ZoneInfo("Asia/Jayapura"))
    utc = judge_series(rows(negatives), zone=ZoneInfo("UTC"))
    assert wit[-24].expected == pytest.approx(utc[-24].expected, rel=0.02)
    shifted = [
        SeriesRow(row.at.astimezone(ZoneInfo("Asia/Jayapura")), row.count)
        for row in rows(negatives)
    ]
    again = judge_series(shifted, zone=ZoneInfo("Asia/Jayapura"))
    assert [one.score for one in again] == [one.score for one in wit]


def test_a_zone_moves_the_border_between_weekdays() -> None:
    sundays = [8.0 if (START + i * 6 * HOUR).weekday() == 6 else 2.0 for i in range(4 * 7 * 12)]
    six_hours = [SeriesRow(START + i * 6 * HOUR, count) for i, count in enumerate(sundays)]
    utc = judge_series(six_hours, zone=ZoneInfo("UTC"))
    jakarta = judge_series(six_hours, zone=ZoneInfo("Asia/Jakarta"))
    sunday_noon = next(i for i in range(300, 336) if six_hours[i].count == 8.0)
    assert utc[sunday_noon].expected > jakarta[sunday_noon].expected


def test_stricter_rules_open_less() -> None:
    counts = [*calm(100, 3.0), 25.0]
    strict = judge_series(rows(counts), rules=Rules(at_least=100))
    assert judge_series(rows(counts))[-1].level is not Level.NORMAL
    assert strict[-1].level is Level.NORMAL
