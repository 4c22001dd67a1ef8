"""What people's "bukan krisis" does to an issue's thresholds, and what it never does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.incidents.lessons import (
    MOST,
    NO_LESSON,
    TOGETHER,
    Lesson,
    Verdict,
    learned,
    mattered,
    together,
)

WASPADA, AWAS = 1.0, 1.4


def said(*words: str | float) -> list[Verdict]:
    """A number: dismissed at that score; ``benar``: confirmed."""
    return [
        Verdict(dismissed=True, score=word) if isinstance(word, float) else Verdict(False, 1.2)
        for word in words
    ]


@pytest.mark.parametrize(
    ("verdicts", "lesson"),
    [
        ([], NO_LESSON),
        (["benar", "benar"], NO_LESSON),
        ([1.0], Lesson(1.1, 1)),
        ([0.9], Lesson(1.1, 1)),  # a lower threshold stood then
        ([1.2], Lesson(1.05, 1)),
        ([1.4], Lesson(1.0, 1)),
        ([2.5], Lesson(1.0, 1)),
        ([1.0, 1.0], Lesson(1.2, 2)),
        ([1.0, "benar"], Lesson(1.05, 1)),
        ([1.0, "benar", "benar", "benar"], Lesson(1.0, 1)),
        (["benar", "benar", 1.0], Lesson(1.1, 1)),  # no credit beforehand
        ([1.0] * 9, Lesson(1.3, 9)),
        ([*[1.0] * 9, "benar"], Lesson(1.25, 9)),
    ],
)
def test_a_dismissal_near_the_threshold_weighs_most_and_half_of_it_is_taken_back(
    verdicts: list[str | float], lesson: Lesson
) -> None:
    assert learned(said(*verdicts), WASPADA, AWAS) == lesson


VERDICTS = st.lists(st.builds(Verdict, st.booleans(), st.floats(0, 3)), max_size=30)


@given(VERDICTS)
def test_a_lesson_stays_in_its_bounds(verdicts: list[Verdict]) -> None:
    found = learned(verdicts, WASPADA, AWAS)
    assert 1.0 <= found.times <= 1 + MOST
    assert found.times == 1.0 or found.dismissed >= 1


@given(VERDICTS, st.floats(0, 3))
def test_one_dismissal_more_never_makes_it_milder(verdicts: list[Verdict], score: float) -> None:
    more = [*verdicts, Verdict(dismissed=True, score=score)]
    assert learned(more, WASPADA, AWAS).times >= learned(verdicts, WASPADA, AWAS).times


@pytest.mark.parametrize(
    ("budget", "lesson", "both"),
    [(1.0, 1.0, 1.0), (1.2, 1.1, 1.32), (1.3, 1.3, TOGETHER), (1.4, 1.0, 1.4), (1.0, 1.3, 1.3)],
)
def test_budget_and_lesson_multiply_up_to_a_limit(
    budget: float, lesson: float, both: float
) -> None:
    assert together(budget, Lesson(lesson, 1)) == pytest.approx(both)


def test_it_mattered_where_the_score_lies_between_the_old_and_the_new_threshold() -> None:
    assert mattered(1.0, 1.0, 1.1)
    assert not mattered(1.1, 1.0, 1.1)
    assert not mattered(0.9, 1.0, 1.1)
    assert not mattered(1.0, 1.0, 1.0)
