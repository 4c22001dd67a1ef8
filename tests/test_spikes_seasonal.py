"""Wide bins: level, trend and rhythm of a year, learned from the past alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks import noufaily
from monitor.records import Level
from monitor.spikes.regression import fitted
from monitor.spikes.seasonal import SCALE, WEIGHTS, Calendar, Seasonal, calendar_of, judge
from monitor.spikes.series import JudgedRow, SeriesRow, judge_series

Floats = NDArray[np.float64]

WEEKS = Calendar(52.0)
DAYS = Calendar(364.0, month=28, week=7)
START = datetime(2020, 1, 6, tzinfo=UTC)
WEEK, DAY = timedelta(days=7), timedelta(days=1)
WASPADA = 0.92


def judged(counts: Floats, calendar: Calendar = WEEKS, lost: slice | None = None) -> Seasonal:
    seen = np.ones(counts.shape, bool)
    if lost is not None:
        seen[lost] = False
    return judge(counts, seen, calendar)


def poisson(mean: Floats | float, bins: int, series: int = 1, seed: int = 3) -> Floats:
    means = np.broadcast_to(np.asarray(mean, float).reshape(-1, 1), (bins, series))
    return np.random.default_rng(seed).poisson(means).astype(float)


def rhythm(bins: int, level: float, wave: float, trend: float = 0.0) -> Floats:
    week = np.arange(bins)
    return np.asarray(np.exp(np.log(level) + trend * week / 52 + wave * np.cos(np.pi * week / 26)))


def one_series(counts: Floats, width: timedelta, profile: str = "issue") -> list[JudgedRow]:
    rows = [SeriesRow(START + i * width, float(count)) for i, count in enumerate(counts)]
    return judge_series(rows, profile)


@pytest.mark.parametrize("level", [0.5, 6.0, 300.0])
def test_a_constant_series_expects_its_constant(level: float) -> None:
    found = judged(np.full((200, 1), level))
    assert found.expected[-1, 0] == pytest.approx(level, rel=0.02)
    assert found.variance[-1, 0] >= found.expected[-1, 0]
    assert found.ready[WEEKS.first :].all()


def test_trend_and_rhythm_of_a_year_are_foretold() -> None:
    mean = rhythm(400, 200.0, 0.5, trend=0.1)
    found = judged(np.round(mean)[:, None])
    assert found.expected[300:, 0] == pytest.approx(mean[300:], rel=0.03)


def test_the_rhythm_of_two_years_is_expected_in_the_third() -> None:
    mean = rhythm(156, 30.0, 0.6)
    found = judged(poisson(mean, 156))
    assert found.expected[104:, 0] == pytest.approx(mean[104:], rel=0.25)


def test_days_of_the_week_have_factors() -> None:
    mean = np.where(np.arange(900) % 7 == 5, 40.0, 10.0)
    found = judged(poisson(mean, 900), DAYS)
    assert found.expected[-28:, 0] == pytest.approx(mean[-28:], rel=0.1)


def test_nothing_is_said_in_the_first_year() -> None:
    found = judged(poisson(4.0, WEEKS.first + 3))
    assert not found.ready[: WEEKS.first].any()
    assert found.ready[WEEKS.first :].all()
    assert (found.score[: WEEKS.first] == 0).all()
    assert not judged(poisson(4.0, 30)).ready.any()
    assert judged(np.zeros((0, 2))).score.shape == (0, 2)


def test_the_fit_leaves_out_half_a_year_once_there_is_enough() -> None:
    assert WEEKS.past(60) == (0, 52)
    assert WEEKS.past(70) == (0, 52)
    assert WEEKS.past(200) == (0, 174)
    assert WEEKS.past(1000) == (454, 974)


@given(
    bins=st.integers(55, 140),
    more=st.integers(1, 60),
    seed=st.integers(0, 99),
    lost=st.sets(st.integers(0, 200), max_size=8),
)
@settings(max_examples=25, deadline=None)
def test_a_bin_never_depends_on_later_ones(bins: int, more: int, seed: int, lost: set[int]) -> None:
    counts = poisson(3.0, bins + more, 2, seed)
    seen = np.ones(counts.shape, bool)
    seen[[i for i in lost if i < len(seen)]] = False
    counts[bins:] *= 50
    whole = judge(counts, seen, WEEKS)
    part = judge(counts[:bins], seen[:bins], WEEKS)
    for name in ("ready", "expected", "variance", "score"):
        assert (getattr(whole, name)[:bins] == getattr(part, name)).all()


@given(seed=st.integers(0, 99), level=st.sampled_from([0.2, 3.0, 60.0]))
@settings(max_examples=15, deadline=None)
def test_one_more_in_the_last_bin_always_raises_its_score(seed: int, level: float) -> None:
    counts = np.repeat(poisson(level, 120, 1, seed), 6, axis=1)
    counts[-1] += np.arange(6)
    assert (np.diff(judged(counts).score[-1]) > 0).all()


def test_what_an_unseen_bin_holds_never_matters() -> None:
    counts = poisson(5.0, 160)
    wild = counts.copy()
    wild[100:110] = 1e6
    hole = slice(100, 110)
    assert (judged(wild, lost=hole).score == judged(counts, lost=hole).score).all()


def test_missing_is_never_zero() -> None:
    counts = np.full((200, 1), 8.0)
    counts[60:90] = 0
    assert judged(counts, lost=slice(60, 90)).expected[-1, 0] == pytest.approx(8.0, rel=0.02)
    assert judged(counts).expected[-52:, 0].mean() < 7


def test_an_unseen_bin_leaves_the_window_of_two() -> None:
    found = judged(np.full((120, 1), 5.0), lost=slice(118, 119))
    assert found.counts[:, -1, 0].tolist() == [5.0, 5.0]
    assert found.means[0, -1, 0] == found.means[1, -1, 0]
    assert found.means[:, 118, 0] == pytest.approx([0.0, found.expected[117, 0]], rel=0.01)


def test_a_series_with_too_many_holes_is_not_fitted() -> None:
    counts = poisson(5.0, 150, 2)
    seen = np.ones(counts.shape, bool)
    seen[::2, 0] = False
    found = judge(counts, seen, WEEKS)
    assert not found.ready[:, 0].any()
    assert (found.expected[:, 0] == 0).all()
    assert found.ready[WEEKS.first :, 1].all()
    assert not judge(counts[:, :1], seen[:, :1], WEEKS).ready.any()


def test_a_series_without_any_count_stays_quiet_and_then_speaks() -> None:
    counts = np.zeros((160, 1))
    counts[-1] = 6
    found = judged(counts)
    assert 0 < found.expected[-1, 0] < 0.1
    assert found.score[-2, 0] < 0.2
    assert found.score[-1, 0] > WASPADA


def test_a_past_outbreak_hardly_moves_what_is_usual() -> None:
    counts = poisson(10.0, 200)
    calm = judged(counts).expected[-1, 0]
    counts[100:103] += 60
    assert judged(counts).expected[-1, 0] == pytest.approx(calm, rel=0.05)


def test_a_level_that_stays_is_followed_within_half_a_year() -> None:
    counts = np.concatenate([poisson(50.0, 160), poisson(70.0, 40)])
    found = judged(counts)
    assert found.score[161, 0] > WASPADA
    assert found.expected[-1, 0] == pytest.approx(70.0, rel=0.1)
    assert found.score[-8:, 0].max() < WASPADA


def test_an_outbreak_over_two_bins_scores_more_than_its_second_half() -> None:
    counts = poisson(10.0, 120, 2)
    counts[-2:] = [[18.0, 10.0], [18.0, 18.0]]
    whole, half = judged(counts).score[-1]
    assert whole > half


def test_the_score_is_the_weighed_sum_of_surprises() -> None:
    found = judged(poisson(10.0, 80))
    single, double = found.surprises[:, -1, 0]
    assert double < single + 1
    assert found.score[-1, 0] == pytest.approx((WEIGHTS[0] * single + WEIGHTS[1] * double) / SCALE)


def test_a_usual_bin_after_an_outbreak_is_calm() -> None:
    counts = np.full((120, 1), 10.0)
    counts[-2] = 80
    outbreak, after = judged(counts).score[-2:, 0]
    assert outbreak > 3 * WASPADA
    assert after < WASPADA
    assert after > judged(np.full((120, 1), 10.0)).score[-1, 0]


def test_the_first_bin_asked_for_changes_nothing_after_it() -> None:
    counts = poisson(4.0, 150, 2)
    late = judge(counts, np.ones(counts.shape, bool), WEEKS, first=120)
    assert (late.score[120:] == judged(counts).score[120:]).all()
    assert not late.ready[:100].any()


@pytest.mark.parametrize("level", [1.0, 8.0, 100.0])
def test_the_ordinary_threshold_is_passed_by_few_calm_weeks(level: float) -> None:
    found = judged(poisson(rhythm(312, level, 0.3), 312, 40))
    assert 0.002 < (found.score[156:] > WASPADA).mean() < 0.02


def test_bursty_series_have_a_larger_variance() -> None:
    rng = np.random.default_rng(4)
    counts = rng.negative_binomial(4.0, 4 / 14, (300, 20)).astype(float)  # variance 3.5 x mean
    found = judged(counts)
    ratio = (found.variance[-1] / found.expected[-1]).mean()
    assert ratio == pytest.approx(3.5, rel=0.2)


def test_dispersions_of_series_of_one_kind_are_drawn_together() -> None:
    counts = poisson(10.0, 150, 6)
    counts[:, 0] = np.random.default_rng(1).negative_binomial(2.0, 2 / 12, 150)
    seen = np.ones(counts.shape, bool)
    alone = judge(counts, seen, WEEKS).variance[-1] / judge(counts, seen, WEEKS).expected[-1]
    shared = judge(counts, seen, WEEKS, together=True)
    ratio = shared.variance[-1] / shared.expected[-1]
    assert ratio[0] < alone[0]
    assert (ratio[1:] > alone[1:]).all()


def test_series_judged_in_one_call_are_judged_as_if_alone() -> None:
    counts = poisson(6.0, 130, 3)
    together = judged(counts).score
    for i in range(3):
        assert together[:, i] == pytest.approx(judged(counts[:, [i]]).score[:, 0], abs=1e-6)


def test_a_fit_of_a_level_alone_has_the_textbook_answer() -> None:
    counts = np.array([[2.0], [4.0], [9.0], [5.0]])
    seen = np.ones((4, 1), bool)
    fit = fitted(counts, seen, np.ones((4, 1)), np.array([1e-9]))
    assert fit.mean(np.ones((1, 1)))[0, 0] == pytest.approx(5.0)
    assert fit.dispersion[0] == pytest.approx((9 + 1 + 16 + 0) / 5 / 3)
    assert fit.covariance[0, 0, 0] == pytest.approx(fit.dispersion[0] / 20)


def test_a_forecast_is_never_far_above_all_that_was_seen() -> None:
    design = np.column_stack([np.ones(30), np.arange(30.0)])
    counts = np.round(np.exp(0.1 * np.arange(30.0)))[:, None]
    fit = fitted(counts, np.ones((30, 1), bool), design, np.array([0.1, 1e-4]))
    assert fit.mean(np.array([[1.0, 90.0]]))[0, 0] == pytest.approx(2 * counts.max() + 1)


@pytest.mark.parametrize(
    ("step", "found"),
    [
        (timedelta(hours=6), None),
        (DAY, Calendar(365.25, 28, 7)),
        (WEEK, Calendar(365.25 / 7, 4, 1)),
        (timedelta(days=31), Calendar(365.25 / 31, 1, 1)),
        (timedelta(days=92), None),
    ],
)
def test_only_bins_from_a_day_to_a_month_have_a_calendar(
    step: timedelta, found: Calendar | None
) -> None:
    assert calendar_of(step) == found


def test_months_are_judged_by_their_years() -> None:
    months = calendar_of(timedelta(days=30))
    assert months is not None
    mean = 50 + 20 * np.cos(2 * np.pi * np.arange(72) / months.year)
    found = judged(np.round(mean)[:, None], months)
    assert found.expected[-6:, 0] == pytest.approx(mean[-6:], rel=0.05)


def test_a_weekly_file_knows_the_season_after_a_year() -> None:
    rows = one_series(poisson(rhythm(260, 20.0, 0.9), 260)[:, 0], WEEK)
    peak, trough = rows[208], rows[234]
    assert peak.expected > 3 * trough.expected
    normal = [row.level is Level.NORMAL for row in rows]
    assert np.mean(normal[60:]) > 0.97
    assert peak.upper > peak.expected


def test_a_spike_of_two_weeks_is_told_as_two_weeks() -> None:
    counts = poisson(12.0, 160)[:, 0]
    counts[-2:] = 25.0
    last = one_series(counts, WEEK)[-1]
    assert last.level is not Level.NORMAL
    assert (last.window_hours, last.window_count) == (336.0, 50.0)
    counts[-2:] = [0.0, 60.0]
    assert one_series(counts, WEEK)[-1].window_hours == 168.0


def test_a_file_of_less_than_a_year_is_judged_as_before() -> None:
    counts = poisson(12.0, 300)[:, 0]
    many, few = one_series(counts, WEEK), one_series(counts[:59], WEEK)
    assert many[:59] == few
    assert {row.window_hours for row in few} == {168.0}


def test_the_volume_of_mentions_is_judged_as_before() -> None:
    counts = poisson(200.0, 160)[:, 0]
    hours = {row.window_hours for row in one_series(counts, WEEK, "mentions")}
    assert hours == {168.0}


def test_the_benchmark_judges_only_its_last_weeks() -> None:
    scores = noufaily.siaga(poisson(3.0, noufaily.WEEKS, 2))
    assert np.isneginf(scores[: noufaily.CURRENT.start]).all()
    assert np.isfinite(scores[noufaily.CURRENT.start :]).all()
