"""Terms that rise: accounts against the accounts of the same hours, never comments."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.spikes import novelty
from monitor.spikes.baseline import BURST_VARIANCE
from monitor.spikes.novelty import Document, Past, once, risen, usual_accounts

AT = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def said(number: int, words: str, hours_ago: float = 1, account: str | None = None) -> Document:
    terms = tuple((word, word) for word in dict.fromkeys(words.split()))
    who = f"w{number}" if account is None else account
    return Document(number, AT - hours_ago * HOUR, who, "lainnya", True, terms)


def month(words: str = "jalan rusak", a_day: int = 20) -> list[Document]:
    """Four weeks of so many comments a day, each by somebody else."""
    return [
        said(1000 + 100 * day + i, words, 24 * day + 24 * (i + 0.5) / a_day)
        for day in range(1, 28)
        for i in range(a_day)
    ]


def rises(now: list[Document], before: list[Document], at_least: int = 5) -> list[str]:
    return [term.key for term in risen(once(now), Past.of(before, AT, 6), at_least)]


def test_what_nine_accounts_say_for_the_first_time_rises() -> None:
    now = [said(i, "antraks") for i in range(9)]
    (term,) = risen(now, Past.of(month(), AT, 6), 5)
    assert (term.key, term.accounts, term.documents) == ("antraks", 9, frozenset(range(9)))
    # Half an account in 541, where nine write.
    assert term.usual == pytest.approx(9 * 0.5 / (1 + 27 * 20))
    assert term.surprise > 10


def test_the_tail_is_that_of_the_negative_binomial_times_the_terms_tried() -> None:
    now = [said(i, "antraks sapi") for i in range(3)]
    past = Past.of([said(100 + i, "jalan", 30) for i in range(99)], AT, 6)
    term = risen(now, past, 3)[0]
    mean = 3 * 0.5 / 100
    variance = mean + (BURST_VARIANCE + 2) * mean**2
    chance = float(novelty.tail(3, mean, variance)) * 2
    assert term.surprise == pytest.approx(-math.log10(chance))


def test_fewer_accounts_than_asked_for_never_rise() -> None:
    now = [said(i, "antraks") for i in range(4)]
    assert rises(now, month()) == []
    assert rises(now, month(), at_least=4) == ["antraks"]


def test_one_person_who_writes_often_is_one() -> None:
    assert rises([said(i, f"antraks kata{i}", account="sama") for i in range(50)], month()) == []


def test_without_a_past_nothing_is_new() -> None:
    assert rises([said(i, "antraks") for i in range(50)], []) == []


def test_without_words_nothing_rises() -> None:
    assert rises([], month()) == []
    assert rises([said(1, "")], month()) == []


@given(
    st.integers(1, 60),
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 40)), max_size=20),
)
@settings(max_examples=60, deadline=None)
def test_a_word_that_everybody_always_uses_never_rises(
    now: int, days: list[tuple[int, int]]
) -> None:
    before = [
        said(1000 * n + i, "min", 24 + day * 24, f"w{i}")
        for n, (day, many) in enumerate(days, 1)
        for i in range(many)
    ]
    assert rises([said(i, "min") for i in range(now)], before, at_least=1) == []


def test_a_word_of_the_usual_share_does_not_rise_on_a_busy_day() -> None:
    before = [said(one.id, "sapi" if one.id % 4 == 0 else "jalan", 0) for one in month()]
    spread = [
        Document(a.id, b.at, a.account, "lainnya", True, a.terms)
        for a, b in zip(before, month(), strict=True)
    ]
    now = [said(i, "sapi" if i % 4 == 0 else "jalan") for i in range(200)]
    assert rises(now, spread) == []


def test_a_word_that_burst_before_may_burst_again() -> None:
    burst = [
        said(5000 + 10 * day + i, "festival", 24 * day + 3) for day in (3, 9) for i in range(9)
    ]
    now = [said(i, "festival") for i in range(9)]
    assert rises(now, month()) == ["festival"]
    assert rises(now, [*month(), *burst]) == []


def test_a_copy_counts_once_and_what_was_said_before_is_not_new() -> None:
    words = "antraks masuk kampung kita"
    assert rises([said(i, words) for i in range(30)], month()) == []
    old = said(999, words, 300)
    kept = once([said(1, words), old, said(2, words)])
    assert kept == [old]
    short = [said(i, "sapi mati") for i in range(3)]
    assert once(short) == short


@given(st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_order_does_not_matter(rng: random.Random) -> None:
    now = [said(i, f"antraks {'sapi' if i % 2 else 'kambing'} kata{i % 7}") for i in range(12)]
    before = month()
    expected = risen(once(now), Past.of(before, AT, 6), 5)
    rng.shuffle(now)
    rng.shuffle(before)
    assert risen(once(now), Past.of(before, AT, 6), 5) == expected


@given(st.integers(5, 30))
@settings(max_examples=10, deadline=None)
def test_more_accounts_never_make_a_term_less_surprising(many: int) -> None:
    def surprise(count: int) -> float:
        crowd = [said(100 + i, "jalan") for i in range(40 - count)]
        now = [*(said(i, "antraks") for i in range(count)), *crowd]
        return risen(now, Past.of(month(), AT, 6), 5)[0].surprise

    assert surprise(many + 1) >= surprise(many)


def test_what_is_usual_for_several_terms_is_the_share_of_accounts_with_any_of_them() -> None:
    before = [said(i, "sapi mati" if i < 10 else "jalan", 30) for i in range(40)]
    past = Past.of(before, AT, 6)
    assert usual_accounts({"sapi", "mati"}, past, 20) == pytest.approx(20 * 10 / 40)
    assert usual_accounts({"sapi"}, Past.of([], AT, 6), 20) == 0


def test_chance_alone_makes_hardly_any_topic() -> None:
    rng = random.Random(3)
    vocabulary = [f"kata{i}" for i in range(300)]
    weights = [1 / (i + 5) for i in range(300)]

    def sentence() -> str:
        return " ".join(rng.choices(vocabulary, weights, k=8))

    before = [
        Document(one.id, one.at, one.account, "lainnya", True, said(1, sentence()).terms)
        for one in month()
    ]
    looks = [rises([said(i, sentence()) for i in range(20)], before) for _ in range(60)]
    assert sum(bool(look) for look in looks) == 0
