"""Tails against scipy's own distributions, and what "usual" promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson

from monitor.spikes.tail import at_least, surprise, usual_range

MEANS = [0.02, 0.4, 1.0, 3.7, 12.0, 90.0]
EXCESSES = [0.05, 0.8, 3.0]
COUNTS = np.arange(0, 60)


@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("excess", EXCESSES)
def test_the_tail_is_that_of_the_negative_binomial(mean: float, excess: float) -> None:
    variance = mean + excess * mean**2
    size = mean**2 / (variance - mean)
    expected = nbinom.sf(COUNTS - 1, size, size / (size + mean))
    np.testing.assert_allclose(at_least(COUNTS, mean, variance), expected, rtol=1e-8, atol=1e-280)


@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("part", [1.0, 0.5, 0.0])
def test_without_extra_variance_the_tail_is_that_of_poisson(mean: float, part: float) -> None:
    expected = poisson.sf(COUNTS - 1, mean)
    np.testing.assert_allclose(at_least(COUNTS, mean, mean * part), expected, rtol=1e-8, atol=0)


@pytest.mark.parametrize("mean", [0.5, 8.0])
def test_the_two_tails_meet_where_one_takes_over(mean: float) -> None:
    just_above = mean + mean**2 / 0.9e6
    np.testing.assert_allclose(
        at_least(COUNTS, mean, just_above), at_least(COUNTS, mean, mean), rtol=1e-2
    )


def test_nothing_is_always_reached() -> None:
    assert at_least(0, 5.0, 9.0) == 1.0
    assert at_least(-1, 5.0, 9.0) == 1.0


def test_a_mean_of_zero_is_a_number_and_not_a_crash() -> None:
    assert at_least([0, 1], 0.0, 0.0) == pytest.approx([1.0, 0.0], abs=1e-11)
    assert np.isfinite(surprise([0, 1, 500], 0.0, 0.0)).all()


def test_surprise_is_the_mid_p() -> None:
    size, mean = 4.0, 6.0
    p = size / (size + mean)
    middle = nbinom.sf(9, size, p) + nbinom.pmf(9, size, p) / 2
    assert surprise(9, mean, mean + mean**2 / size) == pytest.approx(-np.log10(middle))


def test_a_typical_count_surprises_nobody() -> None:
    assert surprise(100, 100.0, 150.0) == pytest.approx(0.3, abs=0.02)


def test_the_impossible_stays_finite() -> None:
    assert surprise(10**6, 0.01, 0.02) == pytest.approx(300.0)


@given(
    count=st.integers(0, 400),
    mean=st.floats(1e-6, 300),
    dispersion=st.floats(1, 8),
    spread=st.floats(0, 3),
)
def test_one_more_is_never_less_surprising(
    count: int, mean: float, dispersion: float, spread: float
) -> None:
    variance = dispersion * mean + spread * mean**2
    one, more = surprise([count, count + 1], mean, variance)
    assert more >= one


@given(mean=st.floats(1e-6, 2000), dispersion=st.floats(1, 8), spread=st.floats(0, 3))
def test_the_usual_range_leaves_at_most_a_twentieth_on_each_side(
    mean: float, dispersion: float, spread: float
) -> None:
    variance = dispersion * mean + spread * mean**2
    low, upper = usual_range(mean, variance)
    assert 0 <= low <= upper
    assert 1 - at_least(low, mean, variance) <= 0.05
    assert at_least(upper + 1, mean, variance) <= 0.05
    # And it is no wider than that.
    assert upper == 0 or at_least(upper, mean, variance) > 0.05
    assert 1 - at_least(low + 1, mean, variance) >= 0.05 - 1e-12


def test_the_usual_range_covers_what_is_drawn() -> None:
    mean, variance = 9.0, 9.0 + 0.4 * 81
    size = mean**2 / (variance - mean)
    drawn = nbinom.rvs(size, size / (size + mean), size=4000, random_state=3)
    low, upper = usual_range(mean, variance)
    assert np.mean((drawn >= low) & (drawn <= upper)) >= 0.9


def test_ranges_of_many_topics_come_at_once() -> None:
    low, upper = usual_range(np.array([0.1, 40.0]), np.array([0.11, 60.0]))
    single = [usual_range(0.1, 0.11), usual_range(40.0, 60.0)]
    assert [(a, b) for a, b in zip(low, upper, strict=True)] == single
    assert [len(edge) for edge in usual_range(np.array([]), np.array([]))] == [0, 0]
