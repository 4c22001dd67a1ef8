"""Folds: near twins, translations and same letters are never parted; the same parts every time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.records import Sentiment
from monitor.training import folds as dealing
from monitor.training.dataset import Example
from monitor.training.external import SMSA
from monitor.training.folds import NEVER_JUDGED, PARTS, folds, near_twins
from monitor.training.questions import STORED

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def own(text: str, group: str = "", tone: Sentiment = Sentiment.NETRAL) -> Example:
    return Example(text, "own", tone, "lainnya", group=group)


def parts_of(texts: list[str]) -> list[int]:
    return folds([own(text) for text in texts], texts).tolist()


def strangers(number: int) -> list[str]:
    """Texts of one word each, none like another."""
    return [f"{LETTERS[n // 26]}{LETTERS[n % 26]}{LETTERS[n % 26]}" for n in range(number)]


@pytest.mark.parametrize(
    ("one", "other", "twins"),
    [
        ("a b c", "a b c", True),
        ("a b c", "b c d", True),
        ("a b c d", "c d e f", False),
        ("a b", "b a b a", True),
        ("a", "b", False),
        ("a b c d e f", "a b c", True),
        ("", "", False),
    ],
)
def test_twins_share_half_of_their_different_words(one: str, other: str, twins: bool) -> None:
    found = near_twins([frozenset(text.split()) for text in (one, other)])
    assert found == ([(0, 1)] if twins else [])


def test_a_word_that_everybody_uses_finds_no_twins(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [frozenset({"min"}), frozenset({"min"}), frozenset({"min"})]
    assert near_twins(texts) == [(0, 1), (0, 2), (1, 2)]
    monkeypatch.setattr(dealing, "COMMON", 2)
    assert near_twins(texts) == []


WORD_SETS = st.lists(st.frozensets(st.sampled_from("abcde"), max_size=4), max_size=12)


@given(WORD_SETS)
def test_twins_are_those_that_comparing_every_pair_finds(words: list[frozenset[str]]) -> None:
    every = [
        (one, other)
        for one in range(len(words))
        for other in range(one + 1, len(words))
        if words[one] & words[other]
        and len(words[one] & words[other]) >= len(words[one] | words[other]) / 2
    ]
    assert near_twins(words) == every


def test_near_twins_stay_together_over_a_chain() -> None:
    chain = ["air mati di pasar", "air mati di kampung", "listrik mati di kampung"]
    parts = parts_of([*strangers(40), *chain])
    assert len(set(parts[-3:])) == 1
    assert set(parts) == set(range(PARTS))


def test_the_same_letters_stay_together() -> None:
    parts = parts_of([*strangers(40), "banjirlagi", "banjir lagi", "banjir lagi !!! 5"])
    assert len(set(parts[-3:])) == 1


def test_a_group_that_is_told_outranks_likeness() -> None:
    texts = [*strangers(20), *["air mati di pasar"] * 20]
    examples = [own(text, group=f"g {n}") for n, text in enumerate(texts)]
    assert set(folds(examples, texts)[20:].tolist()) == set(range(PARTS))


@given(st.lists(st.text("abc ", min_size=1, max_size=8), max_size=20))
def test_any_texts_are_dealt_the_same_way_twice(texts: list[str]) -> None:
    first, second = parts_of(texts), parts_of(texts)
    assert first == second
    assert set(first) <= set(range(PARTS))


def test_the_order_of_the_examples_changes_no_part() -> None:
    texts = strangers(30)
    there = dict(zip(texts, parts_of(texts), strict=True))
    back = dict(zip(texts[::-1], parts_of(texts[::-1]), strict=True))
    assert there == back


def test_reviews_are_never_judged() -> None:
    examples = [own("air mati"), Example("air mati", SMSA, Sentiment.NEGATIF, group="smsa x")]
    found = folds(examples, ["air mati", "air mati"])
    assert found[1] == NEVER_JUDGED
    assert found[0] >= 0
    assert found.dtype == np.int64


def test_stored_comments_are_never_judged_and_tie_nothing_together() -> None:
    one, between, other = (
        "lampu jalan mati total",
        "lampu jalan mati total depan pasar",
        "mati total depan pasar",
    )
    tied = folds([own(one), own(between), own(other)], [one, between, other])
    assert len(set(tied.tolist())) == 1
    found = folds([own(one), Example(between, STORED), own(other)], [one, between, other])
    assert found[1] == NEVER_JUDGED
    assert found[0] != found[2]
