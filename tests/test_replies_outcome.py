"""Whether the tone around a reply changed: only what the numbers carry is said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from monitor.records import Tone, ToneChange
from monitor.replies.outcome import LEAST, LOOKS, chance, stage, tone_change
from tests.making import NOW


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ((18, 20), (4, 20), ToneChange.IMPROVED),
        ((4, 20), (18, 20), ToneChange.WORSE),
        ((10, 20), (9, 20), ToneChange.SAME),
        ((5, 5), (0, 5), ToneChange.IMPROVED),
        ((4, 5), (1, 5), ToneChange.SAME),  # chance does that once in five
        ((4, 4), (0, 40), ToneChange.FEW),
        ((40, 40), (0, 4), ToneChange.FEW),
        ((0, 0), (0, 0), ToneChange.FEW),
        ((0, 9), (0, 9), ToneChange.SAME),
        ((9, 9), (9, 9), ToneChange.SAME),
    ],
)
def test_a_change_is_said_only_where_chance_would_hardly_make_it(
    before: tuple[int, int], after: tuple[int, int], change: ToneChange
) -> None:
    assert tone_change(Tone(*before), Tone(*after)) is change


def test_thousands_of_comments_are_judged_by_their_share() -> None:
    assert tone_change(Tone(50_000, 100_000), Tone(40_000, 100_000)) is ToneChange.IMPROVED
    assert tone_change(Tone(50_000, 100_000), Tone(50_000, 100_000)) is ToneChange.SAME


_TONES = st.integers(LEAST, 60).flatmap(lambda n: st.builds(Tone, st.integers(0, n), st.just(n)))


@given(_TONES, _TONES)
def test_the_chance_is_that_of_the_exact_test_and_the_same_from_both_sides(
    one: Tone, other: Tone
) -> None:
    table = [[t.negatives, t.comments - t.negatives] for t in (one, other)]
    assert chance(one, other) == pytest.approx(fisher_exact(table)[1], abs=1e-9)
    assert chance(one, other) == pytest.approx(chance(other, one))


@given(_TONES, _TONES)
def test_what_improved_one_way_is_worse_the_other(one: Tone, other: Tone) -> None:
    mirror = {ToneChange.IMPROVED: ToneChange.WORSE, ToneChange.WORSE: ToneChange.IMPROVED}
    change = tone_change(one, other)
    assert tone_change(other, one) is mirror.get(change, change)


def test_looks_come_one_after_the_other() -> None:
    assert [stage(NOW, NOW + look) for look in LOOKS] == [1, 2, 3, 4]
    assert stage(NOW, NOW + timedelta(minutes=59)) == 0
    assert stage(NOW, NOW + timedelta(days=30)) == 4
    assert stage(NOW, NOW - timedelta(hours=9)) == 0


def test_tones_add_up_and_nothing_has_no_share() -> None:
    assert Tone(1, 2) + Tone(2, 4) == Tone(3, 6)
    assert Tone(3, 6).share == 0.5
    assert Tone().share == 0.0
