"""What the baseline learns, and what it refuses to learn."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.spikes import Baseline, Piece, learn
from monitor.spikes.baseline import DEFAULT_LEVEL, Learner

Floats = NDArray[np.float64]
WEEK = 168


def counts(hours: int, *levels: float, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).poisson(levels, (hours, len(levels))).astype(float)


def taught(negatives: Floats, coverage: list[float] | None = None, first: int = 0) -> Baseline:
    topics = [f"t{i}" for i in range(negatives.shape[1])]
    seen = coverage or [1.0] * len(negatives)
    return learn(topics, negatives, negatives * 3, first, seen)


@pytest.mark.parametrize("level", [0.5, 6.0, 80.0])
def test_the_level_finds_the_true_mean(level: float) -> None:
    baseline = taught(counts(4 * WEEK, level))
    assert baseline.level == pytest.approx((level,), rel=0.2)
    assert baseline.hours == 4 * WEEK


def test_knowing_nothing_is_a_small_level_and_great_doubt() -> None:
    baseline = learn(["a", "b"], np.zeros((0, 2)), np.zeros((0, 2)), 0, [])
    assert baseline.level == pytest.approx((DEFAULT_LEVEL, DEFAULT_LEVEL))
    assert baseline.doubt[0] > 0.3
    assert (baseline.hours, baseline.seen) == (0, (0.0, 0.0))


def test_doubt_shrinks_with_what_is_seen() -> None:
    few, many = taught(counts(24, 2.0)), taught(counts(3 * WEEK, 2.0))
    assert many.doubt[0] < few.doubt[0] / 2


def test_a_rare_topic_leans_on_the_office() -> None:
    quiet = counts(12, 0.0, 9.0, 9.0)
    assert taught(quiet).level[0] > taught(quiet[:, :1]).level[0]


def test_the_hour_of_the_week_is_learned_for_the_whole_office() -> None:
    slots = np.arange(6 * WEEK) % WEEK
    busy = (slots % 24 >= 8) & (slots % 24 < 20)
    negatives = counts(6 * WEEK, 3.0, 3.0) * busy[:, None]
    profile = taught(negatives).profile
    assert np.mean([profile[s] for s in range(WEEK) if s % 24 == 12]) > 1.2
    assert np.mean([profile[s] for s in range(WEEK) if s % 24 == 3]) < 0.8


def test_the_first_slot_says_where_the_hours_begin() -> None:
    negatives = np.zeros((WEEK, 1))
    negatives[3] = 6.0
    assert np.argmax(taught(negatives, first=50).profile) == 53
    assert np.argmax(taught(negatives, first=166).profile) == 1


def test_an_hour_that_was_not_seen_teaches_nothing() -> None:
    whole = counts(2 * WEEK, 4.0)
    broken = whole.copy()
    broken[200:260] = 0.0
    coverage = [0.0 if 200 <= i < 260 else 1.0 for i in range(len(whole))]
    blind, fooled = taught(broken, coverage), taught(broken)
    assert blind.level[0] == pytest.approx(taught(whole).level[0], rel=0.1)
    assert fooled.level[0] < blind.level[0]
    assert blind.hours == len(whole) - 60


def test_what_an_unseen_hour_holds_does_not_matter() -> None:
    negatives = counts(WEEK, 4.0)
    other = negatives.copy()
    other[100] = 10_000.0
    coverage = [0.89 if i == 100 else 1.0 for i in range(WEEK)]
    assert taught(negatives, coverage) == taught(other, coverage)


def test_an_hour_seen_in_part_counts_as_less_time() -> None:
    steady = np.full((WEEK, 1), 4.0)
    in_part = taught(steady, [0.92] * WEEK)
    assert in_part.level[0] > taught(steady).level[0]


@pytest.mark.parametrize("burst", [30.0, 3000.0])
def test_an_incident_does_not_become_the_new_normal(burst: float) -> None:
    calm = counts(3 * WEEK, 2.0)
    stormy = calm.copy()
    stormy[450:456] = burst
    assert taught(stormy).level[0] == pytest.approx(taught(calm).level[0], rel=0.15)


def test_how_hot_a_hot_hour_was_makes_no_difference() -> None:
    calm = counts(3 * WEEK, 2.0)
    hot, hotter = calm.copy(), calm.copy()
    hot[450:456], hotter[450:456] = 100.0, 100_000.0
    assert taught(hot).level == taught(hotter).level


def test_a_hot_topic_does_not_stop_the_others_from_learning() -> None:
    negatives = counts(3 * WEEK, 2.0, 2.0)
    negatives[400:440, 0] = 500.0
    negatives[400:440, 1] = 3.0
    calm = negatives.copy()
    calm[400:440, 1] = 0.0
    assert taught(negatives).level[1] > taught(calm).level[1]


def test_what_stays_high_for_two_days_is_the_new_normal() -> None:
    calm = counts(3 * WEEK, 2.0)
    risen = np.vstack([calm, counts(3 * WEEK, 60.0, seed=2)])

    def level_after(hours: int) -> float:
        return taught(risen[: len(calm) + hours]).level[0]

    assert level_after(48) == pytest.approx(level_after(0), rel=0.1)
    assert level_after(96) > 2 * level_after(48)
    assert level_after(3 * WEEK) > 10 * level_after(48)


def test_restless_topics_get_a_wider_dispersion() -> None:
    rng = np.random.default_rng(4)
    restless = rng.negative_binomial(1.5, 1.5 / (1.5 + 4.0), (4 * WEEK, 1)).astype(float)
    assert taught(restless).dispersion[0] > taught(counts(4 * WEEK, 4.0)).dispersion[0]
    assert taught(np.full((WEEK, 1), 5.0)).dispersion[0] >= 1.0


def test_the_share_of_negatives_is_learned_per_topic() -> None:
    negatives = counts(4 * WEEK, 2.0, 2.0)
    comments = negatives * np.array([1.25, 10.0])
    baseline = learn(["angry", "mild"], negatives, comments, 0, [1.0] * len(negatives))
    assert baseline.share == pytest.approx((0.8, 0.1), abs=0.05)
    assert baseline.seen == pytest.approx(tuple(comments.sum(axis=0)))


def test_expected_scales_with_the_hours_that_were_seen() -> None:
    baseline = taught(counts(WEEK, 3.0))
    one, _ = baseline.expected([Piece(5, 1.0)])
    half, _ = baseline.expected([Piece(5, 0.5)])
    wrapped, _ = baseline.expected([Piece(5 + WEEK, 1.0)])
    assert half == pytest.approx(one / 2)
    assert wrapped == pytest.approx(one)
    assert baseline.expected([])[0] == pytest.approx(0.0)


def test_the_variance_is_at_least_that_of_poisson() -> None:
    mean, variance = taught(counts(WEEK, 0.2, 7.0)).expected([Piece(0, 3.0)])
    assert (variance > mean).all()


def test_a_baseline_survives_json_to_the_last_bit() -> None:
    baseline = taught(counts(500, 0.3, 5.0, 0.01))
    assert Baseline.from_json(baseline.to_json()) == baseline


def test_learning_the_same_hours_gives_the_same_baseline() -> None:
    assert taught(counts(300, 1.0)) == taught(counts(300, 1.0))


def test_bins_of_another_width_learn_negatives_an_hour() -> None:
    learner = Learner(1, 168, bin_hours=0.25)
    for step in range(4 * WEEK):
        learner.learn(np.array([1.0]), np.array([2.0]), step // 4 % WEEK, 1.0)
    level, _ = learner.level()
    assert level[0] == pytest.approx(4.0, rel=0.1)
