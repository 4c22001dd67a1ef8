"""Scores against figures worked by hand, and against each other."""

from __future__ import annotations

from math import comb, log10, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.spikes import scoring
from monitor.spikes.baseline import BURST_VARIANCE
from monitor.spikes.scoring import (
    DETECTORS,
    FLOOR,
    LEAST,
    MEMORY,
    SCALE,
    Detector,
    combined,
    deviation,
    share_surprise,
    spread,
    window_surprise,
)
from monitor.spikes.tail import surprise
from monitor.spikes.weighing import Surprise, context, weighed
from tests.spiking import Floats, baseline


def one(*values: float) -> list[Floats]:
    return [np.array([value]) for value in values]


def share_of(negatives: float, comments: float, usual: float) -> float:
    return float(share_surprise(*one(negatives, comments, usual))[0])


@pytest.mark.parametrize(
    ("comments", "power"), [(1, 1.0), (2, 2 / 1.02), (3, 3 / 1.04), (51, 51 / 2.0)]
)
def test_comments_that_are_all_negative(comments: int, power: float) -> None:
    """P(all n of n) is share^n; n comments tell as much as n / (1 + (n - 1) * 0.02) do."""
    assert share_of(comments, comments, 0.3) == pytest.approx(-log10(0.3**power / 2))


def test_one_comment_is_its_own_mid_p() -> None:
    assert share_of(1, 1, 0.3) == pytest.approx(-log10(0.15))


@pytest.mark.parametrize("usual", [0.05, 0.3, 0.8])
@pytest.mark.parametrize(("negatives", "comments"), [(1, 2), (2, 3), (5, 8), (19, 20), (20, 20)])
def test_without_correlation_it_is_the_exact_binomial(
    monkeypatch: pytest.MonkeyPatch, negatives: int, comments: int, usual: float
) -> None:
    monkeypatch.setattr(scoring, "SHARE_CORRELATION", 0.0)
    chances = [
        comb(comments, k) * usual**k * (1 - usual) ** (comments - k) for k in range(comments + 1)
    ]
    mid_p = sum(chances[negatives + 1 :]) + chances[negatives] / 2
    expected = -log10(mid_p) if negatives > comments * usual else 0.0
    assert share_of(negatives, comments, usual) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("negatives", "comments", "usual"), [(0, 0, 0.3), (3, 10, 0.3), (1, 50, 0.3), (5, 5, 1.0)]
)
def test_a_share_that_is_not_above_the_usual_takes_nothing_away(
    negatives: int, comments: int, usual: float
) -> None:
    assert share_of(negatives, comments, usual) == 0.0


def test_many_comments_tell_no_more_than_fifty_alone() -> None:
    """1 / 0.02: a crowd that echoes itself is bounded as a witness."""
    assert share_of(10**9, 10**9, 0.3) == pytest.approx(-log10(0.3**50 / 2), rel=1e-6)
    assert share_of(10**9, 10**9, 0.0) == pytest.approx(300.0)


def surprises(*values: float, shares: bool = False) -> list[Surprise]:
    return [Surprise(value, value if shares else None) for value in one(*values)]


def usual() -> Floats:
    return context(baseline(2.0), np.array([2.0]))


def test_counts_alone_are_added_up_over_the_scale() -> None:
    three = Detector(scale=10.0)
    told = surprises(1.0, 2.0, 4.0)
    for known in (None, usual):
        assert combined(told, np.array([4.0]), three, known) == pytest.approx([0.4])
    single = Detector(windows=(1.0,), weights=(1.0,), scale=2.0)
    assert combined(surprises(3.0), np.array([4.0]), single).tolist() == [1.5]


def test_with_shares_the_learned_weights_score_unless_they_are_not_wanted() -> None:
    told, most = surprises(3.0, 3.0, 3.0, shares=True), np.array([4.0])
    learned = weighed(told, usual())
    assert learned > FLOOR * 12.0 / SCALE
    assert combined(told, most, Detector(), usual) == pytest.approx(learned)
    for detector, known in ((Detector(), None), (Detector(learned=False), usual)):
        assert combined(told, most, detector, known) == pytest.approx([12.0 / SCALE])


def test_the_score_is_never_far_below_the_sum() -> None:
    """As when all comments rise alike, or all of it is two hours old."""
    told = [Surprise(*one(0.0, 0.0)), Surprise(*one(4.0, 0.0)), Surprise(*one(8.0, 0.0))]
    found = combined(told, np.array([9.0]), Detector(), usual)
    assert found == pytest.approx([FLOOR * 6.0 / SCALE])
    assert found > weighed(told, usual())


def test_too_few_negatives_have_no_score() -> None:
    few = np.array([LEAST - 1.0, LEAST, LEAST + 1.0])
    found = combined([Surprise(np.full(3, SCALE / 2))] * 3, few, Detector())
    assert found == pytest.approx([0.0, 1.0, 1.0])


@pytest.mark.parametrize(
    ("observed", "mean", "variance", "found"),
    [(9.0, 5.0, 4.0, 2.0), (5.0, 5.0, 4.0, 0.0), (0.0, 5.0, 4.0, 0.0), (2.0, 0.5, 2.25, 1.0)],
)
def test_a_deviation_is_counted_in_standard_deviations(
    observed: float, mean: float, variance: float, found: float
) -> None:
    assert deviation(*one(observed, mean, variance)).tolist() == [found]


def test_a_deviation_from_what_never_varies_is_finite() -> None:
    assert np.isfinite(deviation(*one(1e9, 0.0, 0.0))).all()


def test_a_count_up_to_the_mean_surprises_nobody() -> None:
    found = window_surprise(
        np.array([5.0, 6.0]), np.array([5.0, 5.0]), np.ones(2), None, np.ones(2)
    ).whole
    assert found[0] == 0.0
    # A variance below the mean is that of Poisson.
    assert found[1] == pytest.approx(float(surprise(6.0, 5.0, 5.0)))


def test_a_window_adds_the_surprise_of_its_share() -> None:
    count, mean, variance, comments, usual = one(8.0, 2.0, 4.0, 10.0, 0.3)
    whole = window_surprise(count, mean, variance, comments, usual)
    alone = window_surprise(count, mean, variance, None, usual)
    assert whole.share == pytest.approx(share_surprise(count, comments, usual))
    assert whole.count == alone.count == alone.whole
    assert whole.whole == whole.count + whole.share > alone.whole
    assert alone.share is None


def test_an_angry_share_alone_is_no_surprise() -> None:
    assert window_surprise(*one(5.0, 5.0, 6.0, 5.0, 0.1)).whole.tolist() == [0.0]


def test_the_spread_is_the_variance_times_the_burst_memory() -> None:
    """By hand: hours that vary four times as much as the model expects double it at power 1/2."""
    model = 1.2 * 10 + (BURST_VARIANCE + 0.05) * 100
    known = baseline(10.0, plain_variance=np.array([4 * model]))
    mean = np.array([10.0])
    assert known.memory() == pytest.approx([4.0])
    assert spread(known, mean, Detector(memory=0.5)) == pytest.approx([2 * model])
    assert spread(known, mean, Detector(memory=0.0)) == pytest.approx([model])
    assert spread(known, mean, DETECTORS["issue"]) == pytest.approx([4**MEMORY * model])


def test_the_spread_of_windows_goes_by_their_topic() -> None:
    known = baseline(1.0, 50.0)
    mean = np.array([2.0, 3.0, 4.0])
    found = spread(known, mean, Detector(), np.array([1, 0, 1]))
    assert found[0] == pytest.approx(spread(known, np.array([9.0, 2.0]), Detector())[1])
    assert found[1] == pytest.approx(spread(known, np.array([3.0, 9.0]), Detector())[0])


WIDE = st.integers(0, 10**9) | st.integers(0, 50)


@given(
    observed=WIDE,
    comments=WIDE,
    mean=st.floats(0, 1e9) | st.floats(0, 1),
    widening=st.floats(0, 1e6),
    share=st.floats(0, 1),
)
@settings(max_examples=300, deadline=None)
def test_one_more_negative_never_surprises_less(
    observed: int, comments: int, mean: float, widening: float, share: float
) -> None:
    """Whether it is one of the comments counted before or a new one; and all is finite."""
    variance = np.array([mean * (1 + widening)])
    counted = np.array([float(max(comments, observed))])
    usual = np.array([share])
    before, more, new, lone = (
        window_surprise(np.array([count]), np.array([mean]), variance, every, usual)
        for count, every in (
            (float(observed), counted),
            (float(observed + 1), np.maximum(counted, observed + 1)),
            (float(observed + 1), counted + 1),
            (float(observed), None),
        )
    )
    assert 0 <= lone.whole == before.count <= before.whole
    assert before.share is not None
    for after in (more, new):
        assert after.share is not None
        assert before.count <= after.count
        assert before.share <= after.share
        assert np.isfinite(after.whole)


@given(negatives=WIDE, comments=WIDE, share=st.floats(0, 1))
@settings(max_examples=150, deadline=None)
def test_the_surprise_at_a_share_is_finite_whatever_was_counted(
    negatives: int, comments: int, share: float
) -> None:
    assert 0 <= share_of(negatives, comments, share) <= 301


@given(deviated=st.tuples(st.floats(0, 1e9), st.floats(0, 1e9), st.floats(0, 1e18)))
def test_a_deviation_rises_with_the_count(deviated: tuple[float, float, float]) -> None:
    count, mean, variance = deviated
    less, more = (float(deviation(*one(n, mean, variance))[0]) for n in (count, count + 1))
    assert 0 <= less <= more
    assert less <= count / sqrt(1e-9)
