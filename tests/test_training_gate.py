"""The gate: not worse anywhere that matters, better somewhere, else no proof yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.records.candidate import LEAST_ROWS, MOST_FALL, Cut, Measure, Outcome, Part
from monitor.text.judging import labels_for
from monitor.training.gate import labels_needed, ruling

TONE = Cut(Measure.SENTIMENT, Part.ALL, "all", 400, 0.70, 0.70, -0.02, 0.02)
ISSUE = replace(TONE, measure=Measure.ISSUE)
BANJAR = replace(TONE, part=Part.LANGUAGE, name="bjn", rows=60)
PAIRS = replace(TONE, measure=Measure.PAIRS, part=Part.SUITE, name="pairs", rows=200)
COMPLAINTS = replace(TONE, measure=Measure.COMPLAINTS)


def up(cut: Cut, gain: float = 0.05) -> Cut:
    return replace(cut, new=cut.old + gain, low=gain - 0.02, high=gain + 0.02)


def test_better_overall_and_worse_nowhere_is_offered() -> None:
    said = ruling([up(TONE), ISSUE, BANJAR, PAIRS])
    assert (said.outcome, said.better, said.worse) == (Outcome.BETTER, (up(TONE),), ())
    assert said.labels_needed is None


@pytest.mark.parametrize("cut", [BANJAR, PAIRS])
def test_better_in_one_cut_is_enough(cut: Cut) -> None:
    assert ruling([TONE, ISSUE, up(cut)]).outcome is Outcome.BETTER


@pytest.mark.parametrize("cut", [BANJAR, PAIRS, COMPLAINTS, ISSUE])
def test_worse_anywhere_is_refused_however_good_the_rest_is(cut: Cut) -> None:
    said = ruling([up(TONE, 0.2), up(cut, -0.05)])
    assert said.outcome is Outcome.WORSE
    assert said.worse == (up(cut, -0.05),)


def test_a_cut_of_few_rows_decides_nothing() -> None:
    few = replace(BANJAR, rows=LEAST_ROWS - 1)
    assert ruling([up(TONE), ISSUE, up(few, -0.3)]).outcome is Outcome.BETTER
    assert ruling([TONE, ISSUE, up(few, 0.3)]).outcome is Outcome.UNPROVEN
    assert ruling([up(TONE), replace(up(few, -0.3), rows=LEAST_ROWS)]).outcome is Outcome.WORSE


@pytest.mark.parametrize("cut", [TONE, ISSUE])
@pytest.mark.parametrize(
    ("fall", "outcome"),
    [(MOST_FALL + 0.001, Outcome.WORSE), (MOST_FALL - 0.001, Outcome.BETTER)],
)
def test_an_overall_fall_is_refused_even_where_it_may_be_chance(
    cut: Cut, fall: float, outcome: Outcome
) -> None:
    fell = replace(cut, new=cut.old - fall, low=-0.04, high=0.03)
    said = ruling([fell, up(BANJAR)])
    assert said.outcome is outcome
    assert said.fell == ((fell,) if outcome is Outcome.WORSE else ())


def test_more_complaints_found_is_no_gain() -> None:
    """Calling more comments negative finds more complaints too."""
    assert ruling([TONE, ISSUE, up(COMPLAINTS)]).outcome is Outcome.UNPROVEN


def test_the_suites_alone_prove_nothing() -> None:
    few = replace(TONE, rows=8)
    assert ruling([up(PAIRS)]).outcome is Outcome.UNPROVEN
    assert ruling([few, up(PAIRS)]).outcome is Outcome.UNPROVEN


def test_without_proof_it_tells_how_many_labels_would_help() -> None:
    hopeful = replace(TONE, new=0.71, low=-0.01, high=0.03)
    said = ruling([hopeful, replace(ISSUE, low=-0.1, high=0.1)])
    assert said.outcome is Outcome.UNPROVEN
    # twice as wide as the gain: four times the rows, and one label in ten judges
    assert said.labels_needed == 10 * 3 * hopeful.rows


def test_without_any_rows_it_asks_for_the_least() -> None:
    assert labels_needed([]) == labels_for(LEAST_ROWS, 0) == 100
    few = replace(TONE, rows=10, low=0.0, high=0.0)
    assert labels_needed([few]) == labels_for(LEAST_ROWS - 10, 10) == 67


def test_models_that_answer_alike_foretell_no_labels() -> None:
    alike = replace(TONE, low=0.0, high=0.0)
    said = ruling([alike, replace(alike, measure=Measure.ISSUE)])
    assert (said.outcome, said.labels_needed) == (Outcome.UNPROVEN, None)
    hopeful = replace(ISSUE, new=0.71, low=-0.01, high=0.03)
    assert labels_needed([alike, hopeful]) == labels_needed([hopeful]), "the other may tell"
