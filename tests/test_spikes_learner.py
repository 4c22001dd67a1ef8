"""What an hour teaches, and what it must not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.spikes import Hour, State, baseline_of, learn_hour
from monitor.spikes.learner import LEVEL_HALF_LIFE, MAX_HOT_HOURS, SEEN, SLOW_HALF_LIFE
from tests.spiking import WEEK, Floats, counts, figures, taught, usual

LEVEL = ("counts", "exposure", "squares", "means")
PLAIN = ("plain_hours", "plain_sums", "plain_squares")
CALM = counts(3 * WEEK, 2.0)


def copied(state: State) -> State:
    return State.from_bytes(state.to_bytes())


def level(negatives: Floats, coverage: list[float] | None = None) -> float:
    return float(usual(negatives, coverage=coverage).level[0])


def test_one_hour_is_taken_in_figure_by_figure() -> None:
    """Of two topics the second was not seen."""
    state = State.empty(["a", "b"])
    negatives, comments, coverage = np.array([[6.0, 7.0], [9.0, 8.0], [1.0, 0.0]])
    learn_hour(state, Hour(WEEK + 25, negatives, comments[None], coverage, by_source=False))
    assert state.counts.tolist() == [6.0, 0.0]
    assert state.exposure.tolist() == [1.0, 0.0]
    assert state.means == pytest.approx([0.1, 0.0])
    assert state.squares == pytest.approx([5.9**2, 0.0])
    assert state.plain_squares.tolist() == [36.0, 0.0]
    assert (state.negatives.tolist(), state.comments.tolist()) == ([6.0, 0.0], [9.0, 0.0])
    assert not state.slot_counts.any()  # no rhythm before a day is known
    assert (state.hours, state.seen.tolist()) == (1, [9.0, 0.0])


def test_after_a_day_the_rhythm_is_learned_against_the_level_as_it_is() -> None:
    state = taught(np.full((26, 1), 4.0))
    exposure = float(state.exposure[0])
    assert exposure >= 24
    before = state.slot_counts.copy()
    learn_hour(state, Hour(26, np.array([6.0]), np.array([[9.0]]), np.ones(1), by_source=False))
    assert np.flatnonzero(state.slot_counts > before).tolist() == [26]
    assert state.slot_counts[26] == 6.0
    own = float(state.counts[0] / state.exposure[0])
    assert state.slot_means[26] == pytest.approx(own, rel=0.05)
    assert state.hour_counts[2, 0] == 6.0
    assert state.day_counts[1, 0] > 6.0


@pytest.mark.parametrize("level", [0.5, 6.0, 80.0, 1000.0])
def test_a_flat_series_is_expected_flat(level: float) -> None:
    for weeks in (1, 2, 4):
        baseline = usual(np.full((weeks * WEEK, 1), level))
        rates = [baseline.rate(slot)[0] for slot in range(WEEK)]
        assert rates == pytest.approx([level] * WEEK, rel=0.25)


@pytest.mark.parametrize("pace", [1.0, 6.5])
def test_old_hours_fade_by_their_half_lives(pace: float) -> None:
    state = taught(counts(WEEK, 3.0))
    before = copied(state)
    learn_hour(
        state, Hour(5, np.zeros(1), np.zeros((1, 1)), np.ones(1), by_source=False), pace=pace
    )
    keep, slowly = 0.5 ** (pace / LEVEL_HALF_LIFE), 0.5 ** (pace / SLOW_HALF_LIFE)
    assert state.counts == pytest.approx(before.counts * keep)
    assert state.plain_sums == pytest.approx(before.plain_sums * keep)
    assert state.negatives == pytest.approx(before.negatives * slowly)
    assert state.slot_counts == pytest.approx(before.slot_counts * slowly)
    assert state.hour_counts == pytest.approx(before.hour_counts * slowly)


@given(
    negatives=st.integers(0, 10**9),
    others=st.integers(0, 10**9),
    seen=st.floats(0, SEEN, exclude_max=True),
    slot=st.integers(0, 167),
)
@settings(max_examples=30, deadline=None)
def test_an_unseen_hour_teaches_nothing(
    negatives: int, others: int, seen: float, slot: int
) -> None:
    """Whatever it holds; only the rhythm and the share fade, as they do with time."""
    state, quiet = copied(TAUGHT), copied(TAUGHT)
    count = np.array([float(negatives)])
    every = count[None] + others
    learn_hour(state, Hour(slot, count, every, np.array([seen]), by_source=False))
    learn_hour(quiet, Hour(slot, np.zeros(1), np.zeros((1, 1)), np.zeros(1), by_source=False))
    assert figures(state) == figures(quiet)
    for name in (*LEVEL, *PLAIN, "hot", "seen"):
        assert np.array_equal(getattr(state, name), getattr(TAUGHT, name)), name
    assert state.hours == TAUGHT.hours
    after, before = baseline_of(state), baseline_of(TAUGHT)
    assert (abs(after.profile - 1) <= abs(before.profile - 1) + 1e-12).all()
    assert (abs(after.hour_factor - 1) <= abs(before.hour_factor - 1) + 1e-12).all()


TAUGHT = taught(counts(300, 4.0))


def test_hours_that_were_lost_are_never_learned_as_calm() -> None:
    whole = counts(2 * WEEK, 4.0)
    broken = whole.copy()
    broken[200:260] = 0.0
    coverage = [0.0 if 200 <= i < 260 else 1.0 for i in range(len(whole))]
    blind = taught(broken, coverage)
    assert level(broken, coverage) == pytest.approx(level(whole), rel=0.1)
    assert level(broken) < level(broken, coverage)
    assert blind.hours == len(whole) - 60


def test_an_hour_seen_in_part_counts_as_less_time() -> None:
    steady = np.full((WEEK, 1), 4.0)
    assert level(steady, [0.92] * WEEK) > level(steady)


def test_a_blind_topic_does_not_stop_the_others() -> None:
    state, alone = State.empty(["a", "b"]), State.empty(["a", "b"])
    for slot in range(50):
        count = np.array([3.0, 2.0])
        learn_hour(state, Hour(slot, count, count[None], np.array([1.0, 0.0]), by_source=False))
        count = np.array([3.0, 900.0])
        learn_hour(alone, Hour(slot, count, count[None], np.array([1.0, 0.0]), by_source=False))
    assert figures(state) == figures(alone)
    assert state.hours == 50
    assert state.counts[0] > 100
    assert state.counts[1] == 0


def test_a_topic_is_blind_where_its_sources_are_down() -> None:
    """Roads are told of in the paper, floods on the radio; then the radio falls silent."""
    state = State.empty(["jalan", "banjir"], ["berita", "radio"])
    comments = np.array([[40.0, 0.0], [0.0, 40.0]])
    for slot in range(100):
        learn_hour(state, Hour(slot, np.array([4.0, 4.0]), comments, np.ones(2)))
    before = copied(state)
    learn_hour(state, Hour(100, np.array([4.0, 0.0]), comments * [[1], [0]], np.array([1.0, 0.0])))
    assert state.plain_sums[0] > before.plain_sums[0]
    assert state.counts[1] == before.counts[1]
    assert state.hours == before.hours + 1


def test_comments_are_told_apart_by_source() -> None:
    state = State.empty(["jalan"], ["berita", "radio"])
    learn_hour(state, Hour(0, np.array([2.0]), np.array([[3.0], [4.0]]), np.ones(2)))
    assert state.mass.tolist() == [[3.0], [4.0]]
    assert (state.comments.tolist(), state.seen.tolist()) == ([7.0], [7.0])


def test_without_any_source_nothing_is_seen() -> None:
    state = State.empty(["jalan"])
    learn_hour(state, Hour(0, np.array([2.0]), np.zeros((0, 1)), np.zeros(0)))
    assert figures(state) == figures(State.empty(["jalan"]))


def test_the_hours_of_a_confirmed_incident_are_left_out() -> None:
    def after(count: float) -> State:
        state = taught(counts(100, 2.0, 2.0))
        negatives = np.array([count, 2.0])
        seen, out = np.ones(2), np.array([True, False])
        learn_hour(state, Hour(100, negatives, negatives[None], seen, out, by_source=False))
        return state

    before = taught(counts(100, 2.0, 2.0))
    assert figures(after(5.0)) == figures(after(0.0))
    assert after(5.0).counts[0] == before.counts[0]
    assert after(5.0).plain_sums[0] == before.plain_sums[0]
    assert after(5.0).plain_sums[1] > before.plain_sums[1]
    assert after(5.0).hours == before.hours + 1


@pytest.mark.parametrize("burst", [30.0, 3000.0])
def test_an_incident_does_not_become_the_new_normal(burst: float) -> None:
    stormy = CALM.copy()
    stormy[450:456] = burst
    assert level(stormy) == pytest.approx(level(CALM), rel=0.15)


def test_how_hot_a_hot_hour_was_makes_no_difference() -> None:
    """To the level, the rhythm and the share; only the burst memory takes it in full."""
    hot, hotter = CALM.copy(), CALM.copy()
    hot[450:456], hotter[450:456] = 100.0, 100_000.0
    one, other = usual(hot), usual(hotter)
    for name in ("level", "doubt", "dispersion", "profile", "hour_factor", "day_factor", "share"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert other.plain_variance[0] > one.plain_variance[0]


def test_an_outlier_below_hot_is_tamed() -> None:
    """The most that an hour may teach is three standard deviations and a half, roughly."""
    base = taught(CALM)
    first, second = copied(base), copied(base)
    at = baseline_of(base)
    mean = at.rate(0)
    tame = mean + 3 * np.sqrt(at.variance(mean)) + 1.5
    hot = mean + 4 * np.sqrt(at.variance(mean)) + 3
    for state, count in ((first, np.ceil(tame)), (second, np.floor(hot))):
        learn_hour(state, Hour(0, count, count[None], np.ones(1), by_source=False))
    assert np.ceil(tame) < np.floor(hot)
    assert np.array_equal(first.counts, second.counts)
    assert first.counts > base.counts


def test_before_anything_is_usual_nothing_is_hot() -> None:
    assert taught(np.full((5, 1), 1000.0)).counts[0] == pytest.approx(5000, rel=0.02)


def test_a_hot_topic_does_not_stop_the_others_from_learning() -> None:
    negatives = counts(3 * WEEK, 2.0, 2.0)
    negatives[400:440, 0] = 500.0
    negatives[400:440, 1] = 3.0
    calm = negatives.copy()
    calm[400:440, 1] = 0.0
    assert usual(negatives).level[1] > usual(calm).level[1]


def test_what_stays_high_for_two_days_is_the_new_normal() -> None:
    risen = np.vstack([CALM, counts(3 * WEEK, 60.0, seed=2)])

    def expected_after(hours: int) -> float:
        known = usual(risen[: len(CALM) + hours])
        return float(np.mean([known.rate(slot) for slot in range(WEEK)]))

    assert expected_after(MAX_HOT_HOURS) == pytest.approx(expected_after(0), rel=0.1)
    assert expected_after(2 * MAX_HOT_HOURS) > 1.5 * expected_after(MAX_HOT_HOURS)
    assert expected_after(3 * WEEK) > 10 * expected_after(MAX_HOT_HOURS)


def test_a_cool_hour_begins_the_two_days_anew() -> None:
    one = np.vstack([CALM, np.full((30, 1), 60.0)])
    assert taught(one).hot.tolist() == [30.0]
    assert taught(np.vstack([one, [[2.0]]])).hot.tolist() == [0.0]
    blind = taught(np.vstack([one, [[60.0]]]), [1.0] * len(one) + [0.0])
    assert blind.hot.tolist() == [30.0]


def test_the_first_slot_says_where_the_hours_begin() -> None:
    negatives = np.full((WEEK, 1), 2.0)
    negatives[60] = 6.0
    assert np.argmax(usual(negatives, first=50).profile) == 110
    assert np.argmax(usual(negatives, first=166).profile) == 58


def test_learning_the_same_hours_gives_the_same_state() -> None:
    assert figures(taught(counts(300, 1.0))) == figures(taught(counts(300, 1.0)))


@given(
    powers=st.lists(st.floats(0, 9), min_size=30, max_size=30),
    coverage=st.lists(st.floats(0, 1), min_size=30, max_size=30),
)
@settings(max_examples=15, deadline=None)
def test_no_count_breaks_what_is_known(powers: list[float], coverage: list[float]) -> None:
    negatives = np.floor(10 ** np.array(powers)[:, None])
    known = usual(negatives, coverage=coverage, comments=negatives + 3)
    for name in ("level", "doubt", "dispersion", "plain_mean", "plain_variance", "share"):
        assert np.isfinite(getattr(known, name)).all(), name
        assert (getattr(known, name) >= 0).all(), name
    assert np.isfinite(known.memory()).all()
    assert (known.dispersion >= 1).all()
