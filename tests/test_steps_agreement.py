"""Cohen's kappa against scikit-learn's, and what must hold of it whatever people say."""

from __future__ import annotations

import math
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from monitor.records import CommentId, LabelField, Sentiment
from monitor.steps.agreement import agreements, kappa
from monitor.store.said_labels import Said
from tests.world import NOW

LABELS = st.sampled_from(["negatif", "netral", "positif"])
PAIRS = st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=60)


@given(PAIRS)
def test_it_is_what_scikit_learn_reckons(pairs: list[tuple[str, str]]) -> None:
    firsts, seconds = zip(*pairs, strict=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        known = cohen_kappa_score(firsts, seconds)
    found = kappa(pairs)
    if found is None:
        assert math.isnan(known)
    else:
        assert found == pytest.approx(known)


@given(PAIRS)
def test_it_is_at_most_one_and_the_same_seen_from_either_side(pairs: list[tuple[str, str]]) -> None:
    found = kappa(pairs)
    assert found == pytest.approx(kappa([(two, one) for one, two in pairs]))
    if found is not None:
        assert found <= 1
        assert (found == pytest.approx(1)) == all(one == two for one, two in pairs)


@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_items_does_not_matter(pairs: list[tuple[str, str]], random: object) -> None:
    mixed = list(pairs)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert kappa(mixed) == pytest.approx(kappa(pairs))


@pytest.mark.parametrize(
    ("pairs", "value"),
    [
        ([], None),
        ([("a", "a")] * 5, None),
        ([("a", "a"), ("b", "b")], 1.0),
        ([("a", "b"), ("b", "a")], -1.0),
        ([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")], 0.0),
        # twenty, five, ten, fifteen: the usual example of a table of two
        ([("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15, 0.4),
    ],
)
def test_known_values(pairs: list[tuple[str, str]], value: float | None) -> None:
    found = kappa(pairs)
    assert found is value if value is None else found == pytest.approx(value)


def said(number: int, person: str, tone: str, issue: str) -> Said:
    return Said(CommentId(number), person, Sentiment(tone), issue, NOW)


def test_each_pair_of_people_has_a_figure_a_field_the_busiest_first() -> None:
    items = [
        (said(1, "Dewi", "negatif", "a"), said(1, "Ani", "negatif", "b")),
        (said(2, "Ani", "positif", "a"), said(2, "Dewi", "positif", "a")),
        (
            said(3, "Budi", "netral", "a"),
            said(3, "Ani", "netral", "a"),
            said(3, "Dewi", "negatif", "a"),
        ),
    ]
    found = agreements(items)
    assert [(one.people, one.field, one.items) for one in found] == [
        (("Ani", "Dewi"), LabelField.SENTIMENT, 3),
        (("Ani", "Dewi"), LabelField.ISSUE, 3),
        (("Ani", "Budi"), LabelField.SENTIMENT, 1),
        (("Ani", "Budi"), LabelField.ISSUE, 1),
        (("Budi", "Dewi"), LabelField.SENTIMENT, 1),
        (("Budi", "Dewi"), LabelField.ISSUE, 1),
    ]
    assert [one.alike for one in found] == pytest.approx([2 / 3, 2 / 3, 1, 1, 0, 1])
    assert found[2].kappa is None
    assert agreements([]) == []
