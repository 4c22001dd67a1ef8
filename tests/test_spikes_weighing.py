"""The learned weights: what they were given, what can never lower them, and where they end."""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.spikes import WINDOWS, learned
from monitor.spikes.baseline import SHARE_PRIOR, USUAL_SHARE
from monitor.spikes.weighing import Surprise, context, terms, weighed
from tests.spiking import Floats, baseline


def surprises(*pairs: tuple[float, float]) -> list[Surprise]:
    return [Surprise(np.array([count]), np.array([share])) for count, share in pairs]


def usual(mean: float = 1.0, share: float = 0.3) -> Floats:
    return context(baseline(2.0, share=share), np.array([mean]))


def test_a_weight_for_every_window_and_witness() -> None:
    assert len(learned.SURPRISES) == 4 * len(WINDOWS)
    assert len(learned.CONTEXT) == len(usual())


def test_no_surprise_weighs_less_than_nothing_and_counts_weigh_something() -> None:
    assert min(learned.SURPRISES) >= 0
    assert min(learned.SURPRISES[: len(WINDOWS)]) > 0


def test_the_context_is_told_in_logarithms() -> None:
    known = replace(
        baseline(1.0, 1.0),
        share=np.array([0.2, 0.3]),
        seen=np.array([300.0, 100.0]),
        dispersion=np.array([1.0, 1.5]),
        doubt=np.zeros(2),
        plain_mean=np.array([10.0, 10.0]),
        plain_variance=np.array([40.0, 90.0]),
    )
    office = (0.2 * 300 + 0.3 * 100 + USUAL_SHARE * SHARE_PRIOR) / (400 + SHARE_PRIOR)
    x, share, phi = log(5.0), log(0.3 / office), log(1.5)
    memory = log(90 / (1.5 * 10 + 0.3 * 100))
    expected = [1, x, x * x, share, x * share, phi, x * phi, memory]
    assert context(known, np.array([2.0, 5.0]))[:, 1] == pytest.approx(expected)
    named = context(known, np.array([5.0, 2.0, 5.0]), np.array([1, 0, 1]))
    assert named[:, 0] == pytest.approx(expected)
    assert named[:, 2] == pytest.approx(expected)


def test_what_lies_beyond_the_streams_of_the_fit_is_taken_for_their_edge() -> None:
    known = replace(
        baseline(1.0, 1.0, 1.0),
        share=np.array([0.0, 1.0, 0.3]),
        dispersion=np.array([1.0, 99.0, 1.0]),
        plain_variance=np.array([0.0, 1e9, 1.0]),
    )
    found = context(known, np.array([0.0, 1e9, 1.0]))
    assert found[1].tolist() == [-4, 4, 0]
    assert found[3].tolist()[:2] == [-0.5, 0.5]
    assert found[5].tolist() == [0, 2, 0]
    assert found[7].tolist()[:2] == [-2, 2]


def test_surprises_are_weighed_as_they_are_and_in_logarithms() -> None:
    told = terms(surprises((1.0, 0.5), (2.0, 0.0), (3.0, 4.0)))[:, 0]
    plain = [1, 2, 3, 0.5, 0, 4]
    assert told == pytest.approx([*plain, *np.log1p(plain)])


def test_the_score_is_the_sum_of_what_is_weighed() -> None:
    told = surprises((4.0, 2.0), (4.0, 2.0), (3.0, 2.0))
    by_hand = np.dot(learned.CONTEXT, usual()[:, 0]) + np.dot(learned.SURPRISES, terms(told)[:, 0])
    assert weighed(told, usual()) == pytest.approx([by_hand])


@pytest.mark.parametrize("mean", [0.0, 0.02, 1.0, 50.0, 1e6])
@pytest.mark.parametrize("share", [0.01, 0.3, 0.99])
def test_no_surprise_has_no_score(mean: float, share: float) -> None:
    nothing = surprises(*[(0.0, 0.0)] * 3)
    assert weighed(nothing, usual(mean, share)).tolist() == [0.0]
    assert weighed(surprises(*[(0.01, 0.0)] * 3), usual()).tolist() == [0.0]


EACH = st.tuples(st.floats(0, 301), st.floats(0, 301))


@given(
    told=st.tuples(EACH, EACH, EACH),
    more=st.tuples(EACH, EACH, EACH),
    mean=st.floats(0, 1e9) | st.floats(0, 1),
    share=st.floats(0, 1),
)
@settings(max_examples=200, deadline=None)
def test_a_larger_surprise_never_scores_lower(
    told: tuple[tuple[float, float], ...],
    more: tuple[tuple[float, float], ...],
    mean: float,
    share: float,
) -> None:
    grown = [(a + c, b + d) for (a, b), (c, d) in zip(told, more, strict=True)]
    before, after = (
        float(weighed(surprises(*each), usual(mean, share))[0]) for each in (told, grown)
    )
    assert 0 <= before <= after
    assert np.isfinite(after)


def test_a_score_grows_without_end() -> None:
    scores = [float(weighed(surprises(*[(n, 0.0)] * 3), usual())[0]) for n in (10, 100, 200, 300)]
    assert np.diff(scores).min() > 0.5
