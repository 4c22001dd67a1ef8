"""What a label of an office weighs: much while there are few, never less than it did."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.training.questions import DKK, LABEL, OWN, label_weight, questions


@pytest.mark.parametrize(
    ("labels", "weight"),
    [(0, 20.0), (1, 20.0), (300, 20.0), (600, 10.0), (2000, 3.0), (3000, 2.0), (50_000, 2.0)],
)
def test_few_labels_weigh_much_and_many_as_much_as_before(labels: int, weight: float) -> None:
    assert label_weight(labels) == weight


@given(st.integers(0, 100_000))
def test_one_more_label_never_makes_all_together_weigh_less(labels: int) -> None:
    assert label_weight(labels + 1) <= label_weight(labels)
    assert (labels + 1) * label_weight(labels + 1) >= labels * label_weight(labels) - 1e-6


def test_only_the_tone_of_labels_is_weighed_by_their_number() -> None:
    few, many = (
        {one.name: one.weights for one in questions(["banjir_bencana"], labels)}
        for labels in (100, 10_000)
    )
    assert few["sentiment"][LABEL] == 20.0
    assert many["sentiment"][LABEL] == 2.0
    assert few["sentiment"][OWN] == many["sentiment"][OWN] == 1.0
    assert few["sentiment"][DKK] == many["sentiment"][DKK] == 2.0
    assert few["issue"] == many["issue"]
