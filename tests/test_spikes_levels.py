"""The written rule from score to level."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.records import Level
from monitor.spikes import Rules, level_of, needed_for_more

RULES = Rules()


@pytest.mark.parametrize(
    ("score", "observed", "expected", "level"),
    [
        (0.0, 50, 10.0, Level.NORMAL),
        (0.91, 50, 10.0, Level.NORMAL),
        (0.92, 50, 10.0, Level.WASPADA),
        (1.09, 50, 10.0, Level.WASPADA),
        (1.10, 50, 10.0, Level.SIAGA),
        (1.27, 50, 10.0, Level.SIAGA),
        (1.28, 30, 10.0, Level.AWAS),
        (99.0, 29, 1.0, Level.SIAGA),
        (99.0, 8, 0.0, Level.SIAGA),
        (99.0, 7, 0.0, Level.WASPADA),
        (99.0, 4, 0.0, Level.WASPADA),
        (99.0, 3, 0.0, Level.NORMAL),
        (99.0, 130, 100.0, Level.AWAS),
        (99.0, 129, 100.0, Level.NORMAL),
    ],
)
def test_the_rule(score: float, observed: int, expected: float, level: Level) -> None:
    assert level_of(score, observed, expected, RULES) is level


@given(score=st.floats(0, 400), observed=st.integers(0, 3), expected=st.floats(0, 2))
def test_three_negatives_never_open_anything(score: float, observed: int, expected: float) -> None:
    assert level_of(score, observed, expected, RULES) is Level.NORMAL


@given(
    score=st.floats(0, 3),
    more=st.floats(0, 3),
    observed=st.integers(0, 60),
    expected=st.floats(0, 60),
)
def test_a_higher_score_is_never_a_lower_level(
    score: float, more: float, observed: int, expected: float
) -> None:
    lower = level_of(score, observed, expected, RULES)
    assert level_of(score + more, observed, expected, RULES).rank >= lower.rank
    assert level_of(score, observed + 1, expected, RULES).rank >= lower.rank


@pytest.mark.parametrize("level", [Level.NORMAL, Level.WASPADA, Level.SIAGA])
def test_what_is_needed_for_more_is_enough(level: Level) -> None:
    step = needed_for_more(level, RULES)
    assert step is not None
    higher, score, negatives = step
    assert higher.rank == level.rank + 1
    assert level_of(score, negatives, 0.0, RULES) is higher


def test_nothing_is_above_awas() -> None:
    assert needed_for_more(Level.AWAS, RULES) is None


def test_calm_is_half_of_what_opens() -> None:
    assert Rules(waspada=0.8).calm_below == pytest.approx(0.4)
