"""When a rise began, how rare it is, and levels that people may make stricter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.records import Level
from monitor.spikes import Rules, level_of, onset
from monitor.spikes.rarity import MEASURED, months_between

RULES = Rules()


def test_a_rise_begins_with_its_first_comment() -> None:
    counts = np.array([0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 4, 0, 6], float)
    assert onset(counts, np.full(13, 0.1)) == 9


def test_a_lone_early_comment_is_no_begin_where_much_is_usual() -> None:
    counts = np.array([5, 5, 5, 5, 5, 20, 20, 20], float)
    assert onset(counts, np.full(8, 5.0)) == 5


def test_a_quiet_bin_inside_a_rise_does_not_begin_it_anew() -> None:
    counts = np.array([0, 6, 6, 0, 6, 6], float)
    assert onset(counts, np.full(6, 0.5)) == 1


@given(counts=st.lists(st.integers(0, 50), min_size=1).filter(any), usual=st.floats(0, 60))
def test_the_begin_always_holds_something(counts: list[int], usual: float) -> None:
    at = onset(np.array(counts, float), np.full(len(counts), usual))
    assert counts[at] > 0


@pytest.mark.parametrize(("score", "rate"), MEASURED)
def test_rarity_is_what_was_measured(score: float, rate: float) -> None:
    assert months_between(score) == pytest.approx(1 / rate)


def test_rarity_grows_with_the_score_and_has_ends() -> None:
    months = [months_between(score) for score in np.linspace(0, 5, 50)]
    assert months == sorted(months)
    assert (months[0], months[-1]) == (pytest.approx(0.5), pytest.approx(40))


def test_a_stricter_rule_never_touches_awas() -> None:
    stricter = RULES.stricter(1.1)
    assert stricter.waspada == pytest.approx(RULES.waspada * 1.1)
    assert stricter.siaga == pytest.approx(RULES.siaga * 1.1)
    assert stricter.awas == RULES.awas
    assert RULES.stricter(9).waspada == RULES.awas


def test_own_rules_replace_only_what_they_name() -> None:
    own = RULES.with_own({"waspada": 0.5})
    assert (own.waspada, own.siaga) == (0.5, RULES.siaga)


def test_count_rules_go_by_the_longest_window() -> None:
    assert level_of(2.0, 27, 1.0, RULES, 55) is Level.AWAS
    assert level_of(2.0, 27, 1.0, RULES) is Level.SIAGA
    assert level_of(2.0, 3, 1.0, RULES, 5) is Level.WASPADA
    assert level_of(2.0, 3, 1.0, RULES, 3) is Level.NORMAL
