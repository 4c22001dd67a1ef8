"""How many labels judge, and how many people give until enough do; the rule itself: holdout."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.judging import FIRST_JUDGES, held_out, judging_seats, labels_for, lot


@pytest.mark.parametrize(
    ("seats", "judges", "of_them"),
    [(20, 0, 6), (20, FIRST_JUDGES - 1, 6), (20, FIRST_JUDGES, 2), (1, 0, 0), (2, 0, 1), (0, 0, 0)],
)
def test_first_three_in_ten_judge_and_later_one(seats: int, judges: int, of_them: int) -> None:
    assert judging_seats(seats, judges) == of_them


@pytest.mark.parametrize(
    ("rows", "judges", "labels"),
    [(30, 0, 100), (20, 10, 67), (10, 95, 17 + 50), (30, 500, 300), (0, 0, 0)],
)
def test_labels_until_so_many_more_judge(rows: int, judges: int, labels: int) -> None:
    assert labels_for(rows, judges) == labels


@given(st.integers(1, 400), st.integers(0, 200))
def test_so_many_labels_as_foretold_bring_the_rows(rows: int, judges: int) -> None:
    given_, brought = labels_for(rows, judges), 0
    for _ in range(0, given_ + 20, 20):
        brought += judging_seats(20, judges + brought)
    assert brought >= rows


def test_a_tenth_judges_whoever_looks() -> None:
    texts = [f"Lampu jalan mati di gang {at}" for at in range(5000)]
    assert 400 < sum(map(held_out, texts)) < 600
    assert lot("Lampu  JALAN mati!") == lot("lampu jalan mati")
