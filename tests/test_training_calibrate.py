"""Calibration: temperatures, shares and thresholds, each chosen where it is not judged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.classify.heads import PRECISIONS
from monitor.training.calibrate import (
    Setting,
    best_least,
    crossed,
    even_weights,
    least_sure,
    setting,
)

ONE_SET = np.array(["own"] * 400)


def noisy(rows: int = 400, loud: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Scores of two classes that are right as often as their softmax says, times ``loud``."""
    chance = np.random.default_rng(7)
    scores = chance.normal(scale=2.0, size=(rows, 2))
    sure = 1 / (1 + np.exp(scores[:, 0] - scores[:, 1]))
    target = (chance.random(rows) < sure).astype(np.int64)
    return (loud * scores).astype(np.float32), target


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=40))
def test_every_set_weighs_the_same_however_large(sets: list[str]) -> None:
    weights = even_weights(np.array(sets))
    for one in set(sets):
        share = sum(weight for weight, name in zip(weights, sets, strict=True) if name == one)
        assert share == pytest.approx(1.0)


@pytest.mark.parametrize("loud", [0.5, 1.0, 3.0])
def test_the_temperature_makes_up_for_scores_that_are_too_loud(loud: float) -> None:
    scores, target = noisy(loud=loud)
    chosen = setting(scores, None, target, ONE_SET)
    assert chosen.share == 0.0
    assert chosen.temperature == pytest.approx(loud, rel=0.2)


def test_the_temperature_serves_the_set_that_it_fits_worst_however_small() -> None:
    quiet, target = noisy()
    loud, _ = noisy(loud=3.0)
    alone = [setting(one, None, target, ONE_SET).temperature for one in (quiet, loud)]
    found = []
    for times in (1, 3):
        scores = np.vstack([quiet, *[loud] * times])
        sets = np.array(["a"] * 400 + ["b"] * 400 * times)
        found.append(setting(scores, None, np.tile(target, 1 + times), sets).temperature)
    assert alone[0] < found[0] < alone[1]
    assert found[0] == found[1]


def test_vectors_take_a_large_part_where_they_know_and_a_small_one_where_not() -> None:
    chance = np.random.default_rng(8)
    target = np.arange(400) % 2
    knowing = np.eye(2, dtype=np.float32)[target]
    guessing = chance.normal(size=(400, 2)).astype(np.float32)
    clueless = np.zeros((400, 2), dtype=np.float32)
    assert setting(guessing, knowing * 2, target, ONE_SET).share == 0.6
    assert setting(knowing, guessing, target, ONE_SET).share == 0.1
    # Of shares that are worth the same, the smallest.
    assert setting(knowing, clueless, target, ONE_SET).share == 0.1


def test_a_setting_makes_shares_of_words_alone_or_of_both() -> None:
    scores = np.array([[1.0, 0.0]], dtype=np.float32)
    vectors = np.array([[0.0, 1.0]], dtype=np.float32)
    one = Setting(share=0.5, temperature=2.0)
    np.testing.assert_allclose(one.shares(scores, vectors), 0.5)
    wanted = 1 / (1 + np.exp(-0.5))
    np.testing.assert_allclose(one.shares(scores), [[wanted, 1 - wanted]])


def test_each_part_gets_what_the_trusted_rows_of_the_others_chose() -> None:
    parts = np.array([0, 0, 1, 1, 2])
    trusted = np.array([True, False, True, True, False])
    chosen_on: list[list[int]] = []

    def choose(rows: np.ndarray) -> Setting:
        chosen_on.append(np.flatnonzero(rows).tolist())
        return Setting(0.0, float(rows.sum()))

    def apply(one: Setting, rows: np.ndarray) -> np.ndarray:
        return np.full((int(rows.sum()), 1), one.temperature)

    found = crossed(parts, trusted, choose, apply, np.zeros((5, 1)))
    assert chosen_on == [[2, 3], [0], [0, 2, 3]]
    assert found.ravel().tolist() == [2.0, 2.0, 1.0, 1.0, 3.0]


def test_a_single_part_is_chosen_on_its_own_trusted_rows() -> None:
    trusted = np.array([True, False])
    found = crossed(
        np.zeros(2, dtype=np.int64),
        trusted,
        lambda rows: Setting(0.0, float(rows.sum())),
        lambda one, rows: np.full((int(rows.sum()), 1), one.temperature),
        np.zeros((2, 1)),
    )
    assert found.ravel().tolist() == [1.0, 1.0]


def test_the_surest_answers_kept_are_right_as_often_as_asked() -> None:
    scores, target = noisy()
    shares = Setting(0.0, 1.0).shares(scores)
    least = least_sure(shares, target, ONE_SET)
    assert len(least) == len(PRECISIONS)
    assert list(least) == sorted(least)
    right = shares.argmax(axis=1) == target
    for precision, sure in zip(PRECISIONS, least, strict=True):
        kept = shares.max(axis=1) >= sure
        if sure < 1.0:
            # Thresholds are rounded to four places, which may let one more answer in.
            assert right[kept].mean() >= precision - 1 / kept.sum()
            assert kept.sum() >= 30


def test_each_set_counts_the_same_for_how_sure_is_sure_enough() -> None:
    # A large set that is always right, and a small one that is always wrong and less sure.
    shares = np.repeat([[0.1, 0.9], [0.3, 0.7]], [360, 40], axis=0)
    target = np.repeat([1, 0], [360, 40])
    sets = np.repeat(["large", "small"], [360, 40])
    apart, together = (least_sure(shares, target, some) for some in (sets, ONE_SET))
    at = PRECISIONS.index(0.85)
    assert (apart[at], together[at]) == (0.9, 0.7)


def test_a_precision_that_is_never_reached_asks_about_everything() -> None:
    shares = np.tile([0.4, 0.6], (100, 1))
    target = (np.arange(100) % 5 < 3).astype(np.int64)
    least = least_sure(shares, target, ONE_SET[:100])
    assert least[PRECISIONS.index(0.5)] == 0.6
    assert least[PRECISIONS.index(0.9)] == 1.0


@pytest.mark.parametrize("rows", [0, 1, 29])
def test_a_precision_of_few_answers_is_luck(rows: int) -> None:
    shares = np.tile([0.1, 0.9], (rows, 1)).reshape(rows, 2)
    least = least_sure(shares, np.ones(rows, dtype=np.int64), ONE_SET[:rows])
    assert set(least) == {1.0}


def test_the_share_of_a_yes_parts_the_true_ones_from_the_others() -> None:
    shares = np.array([0.1, 0.2, 0.3, 0.62, 0.7, 0.9])
    true = np.array([False, False, False, True, True, True])
    assert 0.3 < best_least(shares, true) <= 0.62
    assert best_least(shares, np.zeros(6, dtype=bool)) == pytest.approx(0.2)
