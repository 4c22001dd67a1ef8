"""The paired bootstrap: all draws at once say what drawing one by one says."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.training.bootstrap import (
    class_f1s,
    drawn,
    interval,
    macro_f1s,
    shares,
    spread,
)
from monitor.training.compare import macro_f1

RANDOM = np.random.default_rng(5)


def answers(rows: int, classes: int, right: float) -> tuple[np.ndarray, np.ndarray]:
    true = RANDOM.integers(0, classes, rows)
    guessed = RANDOM.integers(0, classes, rows)
    return true, np.where(RANDOM.random(rows) < right, true, guessed)


@pytest.mark.parametrize(("rows", "classes"), [(1, 3), (7, 3), (60, 3), (90, 21)])
def test_each_draw_scores_as_its_rows_do(rows: int, classes: int) -> None:
    true, said = answers(rows, classes, 0.6)
    weights = drawn(rows, 40, np.random.default_rng(1))
    assert (weights.sum(axis=1) == rows).all()
    found = macro_f1s(weights, true, said, classes)
    ones = class_f1s(weights, true, said, 1)
    found_shares = shares(weights, said == true, true == 1)
    for draw in range(40):
        at = np.repeat(np.arange(rows), weights[draw].astype(int))
        assert found[draw] == pytest.approx(macro_f1(true[at], said[at], classes))
        hits = ((true[at] == 1) & (said[at] == 1)).sum()
        seen = (true[at] == 1).sum() + (said[at] == 1).sum()
        assert ones[draw] == pytest.approx(2 * hits / seen if seen else 0.0)
        among = true[at] == 1
        right = (said[at] == true[at])[among]
        assert found_shares[draw] == pytest.approx(right.mean() if among.any() else 0.0)


def test_the_interval_is_that_of_drawing_row_by_row() -> None:
    """Brute force: rows are copied and scored one draw after the other, with other chance."""
    true, old = answers(120, 3, 0.5)
    new = np.where(RANDOM.random(120) < 0.5, true, old)
    found = spread(120, lambda w: (macro_f1s(w, true, old, 3), macro_f1s(w, true, new, 3)))
    low, high = interval(found, 0.95)
    random, told = np.random.default_rng(99), []
    for _ in range(3000):
        at = random.integers(0, 120, 120)
        told.append(macro_f1(true[at], new[at], 3) - macro_f1(true[at], old[at], 3))
    brute_low, brute_high = np.percentile(told, [2.5, 97.5])
    assert low == pytest.approx(brute_low, abs=0.02)
    assert high == pytest.approx(brute_high, abs=0.02)
    assert low < macro_f1(true, new, 3) - macro_f1(true, old, 3) < high


def test_the_same_rows_give_the_same_interval() -> None:
    true, said = answers(50, 3, 0.6)
    found = [
        spread(50, lambda w: (macro_f1s(w, true, said, 3), shares(w, said == true, true >= 0)))
        for _ in range(2)
    ]
    assert (found[0] == found[1]).all()
    assert len(found[0]) == 2000


def test_many_rows_are_drawn_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    from monitor.training import bootstrap

    monkeypatch.setattr(bootstrap, "_AT_ONCE", 100)
    true, said = answers(30, 3, 0.6)
    found = spread(
        30,
        lambda w: (shares(w, said == true, true >= 0) * 0, shares(w, said == true, true >= 0)),
        50,
    )
    assert len(found) == 50
    assert len(np.unique(found)) > 5


def test_two_models_that_say_the_same_differ_by_nothing() -> None:
    true, said = answers(80, 3, 0.6)
    found = spread(80, lambda w: (macro_f1s(w, true, said, 3), macro_f1s(w, true, said, 3)))
    assert interval(found, 0.99) == (0.0, 0.0)


def test_about_as_many_intervals_hold_the_truth_as_they_promise() -> None:
    """The truth is 0: old and new are equally often right, on rows of their own chance."""
    random, held, every = np.random.default_rng(3), 0, np.ones(150, np.bool_)
    for at in range(200):
        old, new = (random.random(150) < 0.7 for _ in range(2))
        found = spread(
            150, lambda w, o=old, n=new: (shares(w, o, every), shares(w, n, every)), 300, at
        )
        low, high = interval(found, 0.95)
        held += low <= 0 <= high
    assert 180 <= held <= 199
