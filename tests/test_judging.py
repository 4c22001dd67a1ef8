"""Alarms and measures: the rules of opening, closing and counting, exactly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks.judging import (
    AGAIN_BINS,
    CLOSE_BINS,
    Alarms,
    Measures,
    alarms,
    at_false_alarms,
    measures,
    measures_together,
)
from benchmarks.streams import Stream, simulate
from benchmarks.streams_incidents import Incident
from benchmarks.streams_outages import Outage
from benchmarks.streams_world import BINS_A_DAY

Scores = NDArray[np.float64]
ONSET, END = 5000, 5060


@pytest.fixture(scope="module")
def small() -> Stream:
    """Drawn once; three issues, four weeks, the first two for burn-in."""
    return simulate("rhythm", 1, issues=3, weeks=4)


@pytest.fixture
def stage(small: Stream) -> Stream:
    """One incident on issue 1, no outage, everyone born at the beginning."""
    return replace(
        small,
        incidents=(Incident(1, ONSET, END, "step", 4),),
        outages=(),
        born=np.zeros(3, np.int32),
    )


def marks(stream: Stream, *at: tuple[int, int]) -> Scores:
    """A score of 1 at each (bin, issue), 0 elsewhere."""
    scores = np.zeros((stream.bins, stream.issues))
    for where in at:
        scores[where] = 1.0
    return scores


def oracle(stream: Stream) -> Scores:
    scores = np.zeros((stream.bins, stream.issues))
    for incident in stream.incidents:
        scores[incident.onset_bin : incident.end_bin, incident.issue] = 1.0
    return scores


def pairs(found: Alarms) -> list[tuple[int, int]]:
    return [(int(at), int(issue)) for at, issue in zip(found.bin, found.issue, strict=True)]


def by_hand(column: Scores, threshold: float) -> list[int]:
    """The rule, bin after bin."""
    found: list[int] = []
    below, is_open = 0, False
    for at, score in enumerate(column):
        below = 0 if score >= threshold / 2 else below + 1
        is_open = is_open and below < CLOSE_BINS
        if score >= threshold and (not is_open or at - found[-1] >= AGAIN_BINS):
            found.append(at)
            is_open = True
    return found


# Alarms.


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(1, 40), st.sampled_from([0.3, 1.0, 2.5]))
def test_alarms_are_those_of_the_rule_bin_after_bin(
    seed: int, calm: float, threshold: float
) -> None:
    rng = np.random.default_rng(seed)
    length = rng.geometric(1 / calm, 1500)
    scores = np.stack(
        [np.repeat(rng.choice([0.0, 0.2, 0.6, 1.3, 3.0], 1500), length)[:1500] for _ in range(3)],
        axis=1,
    )
    found = pairs(alarms(scores, threshold))
    assert found == [
        (at, issue) for issue in range(3) for at in by_hand(scores[:, issue], threshold)
    ]


@pytest.mark.parametrize(("quiet", "count"), [(CLOSE_BINS - 1, 1), (CLOSE_BINS, 2)])
def test_three_hours_below_half_close_an_issue(quiet: int, count: int) -> None:
    scores = np.zeros((200, 1))
    scores[10] = scores[11 + quiet] = 1.0
    assert len(alarms(scores, 1.0)) == count


def test_a_score_at_half_keeps_an_issue_open() -> None:
    scores = np.full((2000, 1), 0.5)
    scores[[10, 200, 1500]] = 1.0
    assert pairs(alarms(scores, 1.0)) == [(10, 0), (1500, 0)]


def test_an_open_issue_is_raised_again_after_a_day_only() -> None:
    scores = np.ones((3 * BINS_A_DAY, 1))
    assert pairs(alarms(scores, 1.0)) == [(0, 0), (288, 0), (576, 0)]


def test_no_score_and_nan_raise_nothing() -> None:
    assert len(alarms(np.zeros((50, 2)), 0.1)) == 0
    assert len(alarms(np.full((50, 2), np.nan), 0.1)) == 0
    assert len(alarms(np.full((50, 2), 0.06), 0.1)) == 0


def test_a_threshold_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="threshold: 0: must be above 0"):
        alarms(np.zeros((5, 1)), 0)


# Measures.


@pytest.mark.parametrize(
    ("at", "detected", "false"),
    [
        (ONSET - 1, 0, 1),
        (ONSET, 1, 0),
        (END, 1, 0),
        (END + 12, 1, 0),
        (END + 13, 0, 0),
        (END + 36, 0, 0),
        (END + 37, 0, 1),
    ],
)
def test_an_alarm_finds_up_to_an_hour_and_is_excused_up_to_three(
    stage: Stream, at: int, detected: int, false: int
) -> None:
    found = measures(stage, marks(stage, (at, 1)), 1.0)
    assert found.detected == detected
    assert found.false_per_month * 3 * 14 / 30 == pytest.approx(false)


def test_an_alarm_on_another_issue_finds_nothing(stage: Stream) -> None:
    found = measures(stage, marks(stage, (ONSET, 0), (ONSET, 2)), 1.0)
    assert (found.detected, found.median_minutes) == (0, np.inf)
    assert found.false_per_month == pytest.approx(2 / (3 * 14 / 30))


def test_an_issue_open_before_the_onset_has_not_found_it(stage: Stream) -> None:
    scores = marks(stage)
    scores[ONSET - 20 : END, 1] = 1.0
    assert measures(stage, scores, 1.0).detected == 0


def test_an_issue_raised_again_has_found_it(stage: Stream) -> None:
    scores = marks(stage)
    scores[ONSET - AGAIN_BINS + 7 : END, 1] = 1.0
    found = measures(stage, scores, 1.0)
    assert found.detected == 1
    assert found.median_minutes == 8 * 5


@pytest.mark.parametrize(("late", "within"), [(0, 1), (11, 1), (12, 0)])
def test_delay_runs_from_the_onset_to_the_end_of_the_alarms_bin(
    stage: Stream, late: int, within: int
) -> None:
    found = measures(stage, marks(stage, (ONSET + late, 1)), 1.0)
    assert found.median_minutes == (late + 1) * 5
    assert found.within_hour == within


def test_misses_are_infinite_in_the_median(stage: Stream) -> None:
    others = tuple(Incident(2, 4500 + 500 * i, 4530 + 500 * i, "pulse", 2) for i in range(2))
    stream = replace(stage, incidents=(*stage.incidents, *others))
    found = measures(stream, marks(stream, (ONSET, 1)), 1.0)
    assert found.median_minutes == np.inf
    assert found.detected == pytest.approx(1 / 3)
    assert found.by_size == {2: 0.0, 4: 1.0}


def test_the_burn_in_counts_for_nothing(stage: Stream) -> None:
    scores = marks(stage, (100, 0), (stage.burn_in - 1, 2))
    assert measures(stage, scores, 1.0).false_per_month == 0
    assert measures(stage, marks(stage, (stage.burn_in, 2)), 1.0).false_per_month > 0


def test_months_are_counted_from_an_issues_birth(stage: Stream) -> None:
    half = stage.burn_in + 7 * BINS_A_DAY
    young = replace(stage, born=np.array([half, half, half], np.int32))
    scores = marks(stage, (stage.bins - 1, 0))
    old, new = measures(stage, scores, 1.0), measures(young, scores, 1.0)
    assert new.false_per_month == pytest.approx(2 * old.false_per_month)


@pytest.mark.parametrize(("at", "count"), [(5999, 0), (6000, 1), (6024, 1), (6025, 0)])
def test_false_alarms_just_after_an_outage_of_an_own_source_are_told_apart(
    stage: Stream, at: int, count: int
) -> None:
    mix = np.zeros_like(stage.source_of)
    mix[0, 2] = mix[1:, 3] = 1
    stream = replace(stage, source_of=mix, outages=(Outage(2, 5900, 6000, 6001),))
    found = measures(stream, marks(stream, (at, 0), (at, 2)), 1.0)
    assert found.after_outage_per_month * 14 / 30 == pytest.approx(count)
    share = 25 / (3 * 14 * BINS_A_DAY)
    assert found.chance_after_outage * 14 / 30 == pytest.approx(2 * share)


def test_an_oracle_finds_all_at_once_without_a_false_alarm() -> None:
    for name in ("posts", "rhythm", "people"):
        stream = simulate(name, 2, issues=12, weeks=4)
        found = measures(stream, oracle(stream), 0.5)
        assert found.incidents > 5
        assert (found.detected, found.within_hour, found.median_minutes) == (1, 1, 5)
        assert (found.false_per_month, found.after_outage_per_month) == (0, 0)


def test_a_scorer_that_always_cries_is_mostly_false(small: Stream) -> None:
    found = measures(small, np.ones((small.bins, small.issues)), 0.5)
    assert found.false_per_month > 20


def test_without_incidents_nothing_is_detected(stage: Stream) -> None:
    found = measures(replace(stage, incidents=()), marks(stage), 1.0)
    assert (found.incidents, found.detected, found.within_hour) == (0, 0, 0)
    assert found.median_minutes == np.inf


def test_streams_together_weigh_by_incidents_and_months(stage: Stream) -> None:
    quiet = replace(stage, incidents=())
    hit, false = marks(stage, (ONSET, 1)), marks(stage, (ONSET, 0))
    both = measures_together([(stage, hit), (quiet, false), (stage, marks(stage))], 1.0)
    assert (both.incidents, both.detected) == (2, 0.5)
    assert both.false_per_month == pytest.approx(1 / (3 * 3 * 14 / 30))


# Thresholds.


def noise(stream: Stream, seed: int) -> Scores:
    """Chance, and a clear sign in incidents."""
    return np.random.default_rng(seed).exponential(1, (stream.bins, stream.issues)) + 9 * oracle(
        stream
    )


@pytest.mark.parametrize("per_month", [0.5, 2.0, 10.0])
def test_the_threshold_keeps_the_false_alarms_asked_for(small: Stream, per_month: float) -> None:
    judged = [(small, noise(small, seed)) for seed in range(6)]
    threshold = at_false_alarms(judged, per_month)
    rate = measures_together(judged, threshold).false_per_month
    an_alarm = 1 / (6 * 3 * 14 / 30)
    assert per_month - 2 * an_alarm <= rate <= per_month


def test_no_false_alarm_allowed_leaves_what_stands_above_the_noise(stage: Stream) -> None:
    scores = noise(stage, 1)
    scores[ONSET, 1] = 99.0
    found: Measures = measures(stage, scores, at_false_alarms([(stage, scores)], 0))
    assert found.false_per_month == 0
    assert found.detected == 1


def test_a_scorer_without_false_alarms_gets_its_lowest_score(stage: Stream) -> None:
    assert at_false_alarms([(stage, oracle(stage))], 1.0) == 1.0


def test_scores_of_nothing_have_no_threshold(stage: Stream) -> None:
    with pytest.raises(ValueError, match="none is finite and above 0"):
        at_false_alarms([(stage, marks(stage))], 1.0)
