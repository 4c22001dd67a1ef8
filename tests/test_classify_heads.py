"""Heads: probabilities, and that rounding the weights changes nothing that matters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from monitor.classify.heads import PRECISIONS, Head, HeadStack, mixed, probabilities, sure_from


@given(
    arrays(np.float32, (3, 4), elements=st.floats(-50, 50, width=32)),
    st.floats(0.2, 5.0),
)
def test_probabilities_sum_to_one_and_keep_the_order(scores: np.ndarray, heat: float) -> None:
    shares = probabilities(scores, heat)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, atol=1e-9)
    best = shares[np.arange(3), scores.argmax(axis=1)]
    np.testing.assert_allclose(best, shares.max(axis=1))


def test_heat_makes_answers_less_sure() -> None:
    scores = np.array([[2.0, 0.0]], dtype=np.float32)
    assert probabilities(scores, 4.0)[0, 0] < probabilities(scores, 1.0)[0, 0]


def test_half_precision_agrees_with_scikit_learn() -> None:
    chance = np.random.default_rng(5)
    rows = np.abs(chance.normal(size=(300, 40))).astype(np.float32)
    target = np.where(rows[:, 0] > rows[:, 1], "a", np.where(rows[:, 2] > 1, "b", "c"))
    theirs = LogisticRegression(C=3.0).fit(rows, target)
    half = theirs.coef_.T.astype(np.float16).astype(np.float32)
    head = Head(tuple(theirs.classes_), half, theirs.intercept_.astype(np.float32))
    scores = HeadStack({"only": head}).scores(csr_matrix(rows))["only"]
    np.testing.assert_allclose(probabilities(scores, 1.0), theirs.predict_proba(rows), atol=0.01)


def test_several_heads_answer_as_each_alone() -> None:
    chance = np.random.default_rng(6)
    heads = {
        name: Head(tuple("xyz"[:size]), chance.normal(size=(5, size)), chance.normal(size=size))
        for name, size in (("one", 3), ("two", 2))
    }
    rows = chance.normal(size=(4, 5))
    both = HeadStack(heads).scores(rows)
    for name, head in heads.items():
        np.testing.assert_allclose(both[name], rows @ head.weights + head.bias)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_mixed_scores_lie_between_as_their_share_says(share: float) -> None:
    low, high = np.zeros((1, 2), dtype=np.float32), np.ones((1, 2), dtype=np.float32)
    np.testing.assert_allclose(mixed(low, high, share), share)
    np.testing.assert_allclose(mixed(high, low, share), 1 - share)


def sure(sure_at: tuple[float, ...]) -> Head:
    return Head(("a",), np.zeros((1, 1)), np.zeros(1), sure_from=sure_at)


@pytest.mark.parametrize(
    ("precision", "least"), [(0.5, 0.0), (0.85, 0.35), (0.854, 0.35), (0.99, 0.49), (0.2, 0.0)]
)
def test_the_precision_asked_for_finds_its_probability(precision: float, least: float) -> None:
    head = sure(tuple(0.01 * step for step in range(len(PRECISIONS))))
    assert sure_from(head, precision) == pytest.approx(least)
    assert sure_from(head, 1.0) == pytest.approx(0.49)


def test_a_head_that_never_learned_how_sure_is_taken_at_its_word() -> None:
    assert sure_from(sure(()), 0.85) == 0.85
