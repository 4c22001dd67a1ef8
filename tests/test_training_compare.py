"""Figures: the same as scikit-learn's, and a calibration error that means what it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

from monitor.training.compare import Bin, calibration_error, macro_f1, reliability, score

CLASSES = ("a", "b", "c")
answers = st.lists(st.tuples(st.sampled_from(CLASSES), st.sampled_from(CLASSES)), min_size=1)


@given(answers)
def test_figures_are_those_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    true, said = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    found = score(CLASSES, true, said)
    assert found.macro_f1 == pytest.approx(f1_score(true, said, average="macro", zero_division=0))
    assert found.accuracy == pytest.approx(accuracy_score(true, said))
    wanted = confusion_matrix(true, said, labels=CLASSES)
    np.testing.assert_array_equal(np.array(found.confusion), wanted)
    assert found.f1_of("a") == found.f1[0]
    numbers = [np.array([CLASSES.index(one) for one in some]) for some in (true, said)]
    assert macro_f1(*numbers, len(CLASSES)) == pytest.approx(found.macro_f1)


def test_no_rows_are_worth_nothing() -> None:
    empty = score(CLASSES, [], [])
    assert (empty.rows, empty.macro_f1, empty.accuracy, empty.ece) == (0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("sure", "right", "error"),
    [
        ([0.9] * 10, [True] * 9 + [False], 0.0),
        ([1.0] * 4, [True, True, False, False], 0.5),
        ([0.55, 0.95], [False, True], 0.3),
    ],
)
def test_calibration_error_is_the_gap_between_sureness_and_truth(
    sure: list[float], right: list[bool], error: float
) -> None:
    assert calibration_error(reliability(np.array(sure), np.array(right))) == pytest.approx(error)
    answered = ["a" if one else "b" for one in right]
    found = score(CLASSES, ["a"] * len(right), answered, sure)
    assert found.ece == pytest.approx(error)
    assert found.bins == reliability(np.array(sure), np.array(right))


def test_answers_about_as_sure_stand_in_one_bin_and_empty_bins_are_left_out() -> None:
    bins = reliability(np.array([0.31, 0.39, 1.0, 0.99]), np.array([True, False, True, True]))
    assert bins == (
        Bin(pytest.approx(0.35), 0.5, 2),
        Bin(pytest.approx(0.995), 1.0, 2),
    )
    assert calibration_error(()) == 0.0
