"""What is usual, drawn from what was learned."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.spikes import Hour, Piece, State, baseline_of, learn_hour
from monitor.spikes.baseline import BURST_VARIANCE, DEFAULT_LEVEL, USUAL_SHARE
from tests.spiking import WEEK, baseline, counts, usual


@pytest.mark.parametrize("level", [0.5, 6.0, 80.0])
def test_what_is_expected_in_a_week_finds_the_true_mean(level: float) -> None:
    found = usual(counts(4 * WEEK, level))
    assert np.mean([found.rate(slot) for slot in range(WEEK)]) == pytest.approx(level, rel=0.1)
    assert found.hours == 4 * WEEK


def test_knowing_nothing_is_a_small_level_and_great_doubt() -> None:
    found = baseline_of(State.empty(["a", "b"]))
    assert found.level == pytest.approx([DEFAULT_LEVEL] * 2)
    assert (found.doubt > 0.3).all()
    assert found.share == pytest.approx([USUAL_SHARE] * 2)
    assert (found.hours, found.seen.tolist()) == (0, [0.0, 0.0])
    assert set(found.profile) == {1.0}
    assert set(found.hour_factor.flat) | set(found.day_factor.flat) == {1.0}


def test_doubt_shrinks_with_what_is_seen() -> None:
    few, many = usual(counts(24, 2.0)), usual(counts(3 * WEEK, 2.0))
    assert many.doubt[0] < few.doubt[0] / 2


def test_a_rare_topic_leans_on_the_office() -> None:
    quiet = counts(12, 0.0, 9.0, 9.0)
    assert usual(quiet).level[0] > usual(quiet[:, :1]).level[0]


def test_the_hour_of_the_week_is_learned_for_the_whole_office() -> None:
    hours = np.arange(6 * WEEK) % 24
    busy = (hours >= 8) & (hours < 20)
    found = usual(counts(6 * WEEK, 3.0, 3.0) * busy[:, None])
    noon, night = found.profile[12::24], found.profile[3::24]
    assert noon.mean() > 1.1
    assert night.mean() < 0.9
    assert (found.rate(12) > 3 * found.rate(3)).all()


def test_a_topic_has_hours_and_weekdays_of_its_own() -> None:
    """Floods are told of in the morning and on Sundays; roads at any time."""
    slots = np.arange(8 * WEEK) % WEEK
    early = (slots % 24 < 6) * 3.0 + (slots // 24 == 6) * 3.0 + 0.2
    negatives = np.column_stack([np.full(8 * WEEK, 3.0), np.round(early)])
    found = usual(negatives)
    assert found.hour_factor[3, 1] > 1.3 * found.hour_factor[15, 1]
    assert found.day_factor[6, 1] > 1.3 * found.day_factor[2, 1]
    assert found.rate(3)[1] > 3 * found.rate(15)[1]
    assert found.rate(3)[0] < 1.5 * found.rate(15)[0]


def test_restless_topics_get_a_wider_dispersion() -> None:
    rng = np.random.default_rng(4)
    restless = rng.negative_binomial(1.5, 1.5 / (1.5 + 4.0), (4 * WEEK, 1)).astype(float)
    assert usual(restless).dispersion[0] > usual(counts(4 * WEEK, 4.0)).dispersion[0]
    assert usual(np.full((WEEK, 1), 5.0)).dispersion[0] >= 1.0


def test_bursts_stay_in_memory() -> None:
    """Bursts that are too hot to be learned as usual still widen what is expected of a topic."""
    calm = counts(3 * WEEK, 2.0)
    bursting = calm.copy()
    bursting[60::40] = 90.0
    assert usual(bursting).memory()[0] > 4 * usual(calm).memory()[0]
    assert usual(calm).memory()[0] < 1.5


def test_the_share_of_negatives_is_learned_per_topic() -> None:
    negatives = counts(4 * WEEK, 2.0, 2.0)
    comments = negatives * np.array([1.25, 10.0])
    found = usual(negatives, comments=comments)
    assert found.share == pytest.approx([0.8, 0.1], abs=0.05)
    assert found.seen == pytest.approx(comments.sum(axis=0))


def test_a_share_is_one_at_most_whatever_was_counted() -> None:
    assert usual(np.full((9, 1), 5.0), comments=np.ones((9, 1))).share.tolist() == [1.0]


@pytest.mark.parametrize(("slot", "rate"), [(25, 6.0), (25 + WEEK, 6.0), (25 - WEEK, 6.0)])
def test_the_rate_is_the_level_times_all_factors(slot: int, rate: float) -> None:
    """By hand: 2 an hour, times 1.5 in that slot, 0.5 at one o'clock and 4 on Tuesdays."""
    profile, hour, day = np.ones(WEEK), np.ones((24, 1)), np.ones((7, 1))
    profile[25], hour[1], day[1] = 1.5, 0.5, 4.0
    found = baseline(2.0, profile=profile, hour_factor=hour, day_factor=day)
    assert found.rate(slot).tolist() == [rate]
    assert found.rate(1).tolist() == [1.0]
    assert found.rate(26).tolist() == [8.0]
    assert found.rate(0).tolist() == [2.0]


def test_expected_goes_with_the_hours_that_were_seen() -> None:
    found = baseline(2.0, 6.0)
    assert found.mean([Piece(5, 1.0), Piece(6, 0.5)]).tolist() == [3.0, 9.0]
    assert found.mean([Piece(5, np.array([1.0, 0.25]))]).tolist() == [2.0, 1.5]
    assert found.mean([]).tolist() == [0.0, 0.0]


def test_the_variance_grows_linearly_and_with_the_square() -> None:
    found = baseline(2.0, dispersion=np.array([1.5]), doubt=np.array([0.1]))
    mean = np.array([0.0, 1.0, 10.0])
    assert found.variance(mean) == pytest.approx([0.0, 1.9, 15.0 + (BURST_VARIANCE + 0.1) * 100])
    assert (usual(counts(WEEK, 0.2, 7.0)).variance(np.array([0.2, 7.0])) > [0.2, 7.0]).all()


def test_the_plain_mean_and_variance_are_those_of_the_hours() -> None:
    state = State.empty(["a"])
    for count in (2.0, 4.0, 12.0):
        one = np.array([count])
        learn_hour(state, Hour(0, one, one[None], np.ones(1), by_source=False), pace=0.0)
    found = baseline_of(state)
    assert found.plain_mean == pytest.approx([6.0], rel=1e-5)
    assert found.plain_variance == pytest.approx([(16 + 4 + 36) / 3], rel=1e-5)


def test_hours_that_are_all_alike_still_vary_like_poisson() -> None:
    found = usual(np.full((50, 2), [7.0, 0.0]))
    assert found.plain_variance == pytest.approx([7.0, DEFAULT_LEVEL], rel=1e-5)


def test_the_mix_of_a_topic_is_its_own_where_it_is_known() -> None:
    """By hand: 30 and 10 comments of the first topic, none of the second; prior of 20."""
    state = State.empty(["jalan", "banjir"], ["berita", "radio"])
    state.mass[:, 0] = 30.0, 10.0
    office = np.array([31 / 42, 11 / 42])
    found = baseline_of(state)
    assert found.mix[:, 0] == pytest.approx((np.array([30.0, 10.0]) + 20 * office) / 60)
    assert found.mix[:, 1] == pytest.approx(office)
    assert found.coverage(np.array([1.0, 0.0])) == pytest.approx(found.mix[0])
    assert found.coverage(np.ones(2)) == pytest.approx([1.0, 1.0])


def test_sources_of_which_nothing_is_known_weigh_alike() -> None:
    found = baseline_of(State.empty(["a"], ["x", "y", "z", "w"]))
    assert found.mix[:, 0].tolist() == [0.25] * 4


def test_without_sources_there_is_no_mix() -> None:
    found = baseline_of(State.empty(["a", "b"]))
    assert found.mix.shape == (0, 2)
    assert found.coverage(np.zeros(0)).tolist() == [0.0, 0.0]


@given(
    mass=st.lists(st.floats(0, 1e9), min_size=6, max_size=6),
    by_source=st.lists(st.floats(0, 1), min_size=3, max_size=3),
)
@settings(max_examples=50, deadline=None)
def test_coverage_is_a_share_of_the_hour(mass: list[float], by_source: list[float]) -> None:
    state = State.empty(["a", "b"], ["x", "y", "z"])
    state.mass[:] = np.array(mass).reshape(3, 2)
    found = baseline_of(state)
    assert found.mix.sum(axis=0) == pytest.approx([1.0, 1.0])
    seen = found.coverage(np.array(by_source))
    assert (seen >= min(by_source) - 1e-9).all()
    assert (seen <= max(by_source) + 1e-9).all()
