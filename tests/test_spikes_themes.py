"""Themes from terms and from vectors; what is no theme; the same twice."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from monitor.spikes.novelty import Document
from monitor.spikes.themes import by_terms, named, themes
from tests.world import NOW


def said(number: int, words: str, account: str | None = None, day: int | None = None) -> Document:
    at = NOW + timedelta(days=number % 9 if day is None else day)
    terms = tuple((word, word) for word in words.split())
    return Document(number, at, account or f"a{number}", "lainnya", False, terms)


def noise(many: int) -> list[Document]:
    return [said(1000 + i, f"kata{i} lain{i % 40} hal{i % 23}") for i in range(many)]


def goats(many: int, **more: object) -> list[Document]:
    return [said(i, f"kambing lepas kebun w{i}", **more) for i in range(many)]  # type: ignore[arg-type]


def test_many_who_say_the_same_are_a_theme_and_it_is_the_same_twice() -> None:
    documents = [*goats(20), *noise(200)]
    (theme,) = themes(documents, None)
    assert set(theme.name) == {"kambing", "kebun", "lepas"}
    assert set(theme.comments) == set(range(20))
    assert theme.accounts == 20
    assert len(theme.examples) == 5
    assert themes(documents, None) == [theme]


def test_few_comments_one_account_or_one_day_are_none() -> None:
    assert themes(goats(12), None) == []
    assert themes([*goats(20, account="sama"), *noise(200)], None) == []
    assert themes([*goats(20, day=1), *noise(200)], None) == []


def test_points_without_common_words_are_none() -> None:
    rng = np.random.default_rng(1)
    near = rng.normal(size=60) + rng.normal(size=(20, 60)) * 0.01
    vectors = np.vstack([near, rng.normal(size=(200, 60))]).astype(np.float32)
    strangers = [said(i, f"satu{i} dua{i} tiga{i}") for i in range(20)]
    assert themes([*strangers, *noise(200)], vectors) == []
    (theme,) = themes([*goats(20), *noise(200)], vectors)
    assert len(theme.comments) == 20


def test_nothing_in_common_makes_points_of_nothing() -> None:
    assert by_terms([said(i, f"satu{i} dua{i}") for i in range(30)]).shape == (30, 1)


def test_a_few_common_words_are_not_reduced() -> None:
    assert by_terms([said(i, f"kambing{i % 4} sendiri{i}") for i in range(40)]).shape == (40, 4)


def test_a_pair_stands_for_its_words_where_it_is_said_whole() -> None:
    whole = [said(i, "rumah sakit") for i in range(3)]
    documents = [
        Document(
            one.id, one.at, one.account, "", False, (*one.terms, ("rumah sakit", "rumah sakit"))
        )
        for one in whole
    ]
    terms = [("rumah", "rumah"), ("sakit", "sakit"), ("rumah sakit", "rumah sakit")]
    assert named(terms, documents) == ("rumah sakit",)
