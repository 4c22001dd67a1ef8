"""Risen terms as topics: gathered, named in written words, and held against the issues."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.spikes.novelty import Document, Risen
from monitor.spikes.topics import Topic, fits_no_issue, new_topics, together
from tests.test_spikes_novelty import AT, HOUR, month

UNSURE, SURE = False, True


def wrote(
    number: int,
    text: str,
    hours_ago: float = 2,
    *,
    issue: str = "lainnya",
    sure: bool = True,
    account: str | None = None,
) -> Document:
    """A comment whose key is the first four letters of each word, and pairs of neighbours."""
    words = text.split()
    terms = [(word[:4], word) for word in words]
    terms += [(f"{a[:4]} {b[:4]}", f"{a} {b}") for a, b in pairwise(words)]
    who = f"w{number}" if account is None else account
    at = AT - hours_ago * HOUR
    return Document(number, at, who, issue, sure, tuple(dict(reversed(terms)).items())[::-1])


def risen(key: str, *documents: int) -> Risen:
    return Risen(key, len(documents), 0.1, 5.0, frozenset(documents))


def cattle(many: int = 9, hours_ago: float = 2) -> list[Document]:
    """So many people speak of dead cattle, each with words of his own."""
    return [
        wrote(i, f"antraks sapi{'nya' if i % 3 == 0 else ''} mati {chr(97 + i)}khas", hours_ago)
        for i in range(many)
    ]


def test_a_new_topic_is_named_and_counted() -> None:
    (topic,) = new_topics(cattle(), month(), AT, 5)
    assert topic.words == ("antraks sapi", "mati")
    assert (topic.hours, topic.accounts, topic.comments, topic.usual) == (6, 9, 9, 0)
    assert {"antr", "sapi", "mati", "antr sapi"} <= topic.keys
    assert topic.samples == (0, 1, 2, 3, 4)
    assert topic.surprise > 5


def test_words_are_written_as_most_write_them() -> None:
    now = [wrote(i, "terasinya" if i < 6 else "terasi") for i in range(9)]
    (topic,) = new_topics(now, month(), AT, 5)
    assert topic.words == ("terasinya",)


def test_a_single_risen_word_is_told_with_its_most_frequent_company() -> None:
    now = [wrote(i, f"antraks x{i}kata sapi") for i in range(4)]
    now += [wrote(10 + i, f"antraks y{i}") for i in range(3)]
    (topic,) = new_topics(now, month(), AT, 5)
    assert topic.words == ("antraks", "sapi")


def test_a_slow_rise_is_seen_over_a_day() -> None:
    slow = [wrote(i, f"antraks {chr(97 + i)}khas", 2.5 * i + 0.5) for i in range(9)]
    (topic,) = new_topics(slow, month(), AT, 5)
    assert (topic.hours, topic.accounts) == (24, 9)


def test_a_topic_of_six_hours_is_not_told_once_more_over_a_day() -> None:
    assert [topic.hours for topic in new_topics(cattle(), month(), AT, 5)] == [6]


def test_two_topics_are_two_and_the_stronger_comes_first() -> None:
    other = [wrote(100 + i, f"komet ekornya {chr(97 + i)}khas") for i in range(6)]
    first, second = new_topics([*other, *cattle(12)], month(), AT, 5)
    assert (first.words, second.words) == (("antraks sapi", "mati"), ("komet ekornya",))
    assert first.surprise > second.surprise


def test_samples_are_the_fullest_comments_one_of_each_account() -> None:
    now = [*cattle(6), wrote(50, "antraks"), wrote(51, "antraks sapi mati", account="w0")]
    (topic,) = new_topics(now, month(), AT, 5)
    assert topic.samples == (0, 1, 2, 3, 4)


def test_nothing_new_is_no_topic() -> None:
    assert new_topics([], [], AT, 5) == []
    old = month("jala")
    assert new_topics([wrote(i, "jalan") for i in range(9)], old, AT, 5) == []


@given(st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_order_does_not_matter(rng: random.Random) -> None:
    now, before = cattle(), month()
    expected: list[Topic] = new_topics(now, before, AT, 5)
    rng.shuffle(now)
    rng.shuffle(before)
    assert new_topics(now, before, AT, 5) == expected


def test_a_copy_wave_is_no_topic() -> None:
    wave = [wrote(i, "bongkar semua sebelum habis sekarang juga") for i in range(40)]
    assert new_topics(wave, month(), AT, 5) == []


def test_terms_that_share_half_of_their_comments_belong_together() -> None:
    a, b, c = risen("a", 1, 2, 3, 4), risen("b", 3, 4, 5, 6), risen("c", 6, 7, 8)
    assert together([a, b, c]) == [[a, b], [c]]
    bridge = risen("d", 5, 6, 7, 8)
    assert together([a, c, b, bridge]) == [[a, c, b, bridge]]
    assert together([]) == []


@pytest.mark.parametrize(
    ("issues", "fits_none"),
    [
        ([("lainnya", SURE)] * 9, True),
        ([("kesehatan", UNSURE)] * 9, True),
        ([("kesehatan", SURE)] * 9, False),
        ([("kesehatan", SURE)] * 5 + [("lainnya", SURE)] * 5, True),
        ([("kesehatan", SURE)] * 6 + [("lainnya", SURE)] * 5, False),
        ([("kesehatan", SURE)] * 4 + [("pertanian", SURE)] * 4 + [("bansos", SURE)] * 2, True),
        # What is sure takes along what is not, if it is a fourth of all.
        ([("kesehatan", SURE)] * 3 + [("kesehatan", UNSURE)] * 4 + [("lainnya", SURE)] * 3, False),
        ([("kesehatan", SURE)] * 2 + [("kesehatan", UNSURE)] * 5 + [("lainnya", SURE)] * 3, True),
    ],
)
def test_a_topic_fits_an_issue_that_holds_most_of_its_comments(
    issues: list[tuple[str, bool]], fits_none: bool
) -> None:
    found = [wrote(i, "x", issue=issue, sure=sure) for i, (issue, sure) in enumerate(issues)]
    assert fits_no_issue(found) is fits_none


def test_what_fits_an_issue_is_no_new_topic() -> None:
    known = [
        Document(one.id, one.at, one.account, "kesehatan", True, one.terms) for one in cattle()
    ]
    assert new_topics(known, month(), AT, 5) == []


def test_the_windows_end_where_they_say() -> None:
    early = [
        Document(d.id, AT - timedelta(hours=6), d.account, d.issue, True, d.terms) for d in cattle()
    ]
    (topic,) = new_topics(early, month(), AT, 5)
    assert topic.hours == 24
