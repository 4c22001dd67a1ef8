"""The serving model as the chooser of the label queue."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from monitor.classify import Classifier
from monitor.classify.predict import Views
from monitor.classify.served import Served
from monitor.records import CommentId, Sentiment, SourceId
from monitor.steps.choosing import Teaching
from monitor.store.label_pool import Labelled, Teachable
from tests.label_world import TEXTS
from tests.world import NOW, PROJECT

NOTHING = Labelled({}, {}, {})


def teachable(number: int, text: str, issue: str = "lainnya", language: str = "id") -> Teachable:
    return Teachable(
        id=CommentId(number),
        text=text,
        source_id=SourceId("berita"),
        at=NOW,
        sentiment=Sentiment.NETRAL,
        sentiment_p=(0.3, 0.4, 0.3),
        issue=issue,
        issue_p=0.4,
        language=language,
        ask_human=True,
    )


@pytest.fixture(scope="module")
def served() -> Served:
    """The shipped model, by words only."""
    classifier = Classifier.load(PROJECT / "models", PROJECT / "data", "off")
    return Served(classifier, lambda version: classifier, lambda version: None)


def test_the_shipped_model_chooses_different_comments_each_with_a_reason(served: Served) -> None:
    pool = [teachable(n, f"{TEXTS[n % 6]} {n}") for n in range(24)]
    chosen = Teaching(served).choose(
        pool, 10, pool[:0], Labelled({"lainnya": 3}, {"id": 3}, {"netral": 3})
    )
    assert len({one.index for one in chosen}) == 10
    assert {str(one.reason) for one in chosen} <= {
        "unsure",
        "disagree",
        "rare",
        "language",
        "spread",
        "random",
    }
    assert all(0 <= one.worth <= 1 for one in chosen)


def test_what_was_asked_lately_is_never_chosen_again(served: Served) -> None:
    pool = [teachable(n, text) for n, text in enumerate(TEXTS)]
    asked = [teachable(50 + n, f"{text} sekali") for n, text in enumerate(TEXTS)]
    chosen = Teaching(served).choose(pool, 99, asked, NOTHING)
    assert sorted(one.index for one in chosen) == list(range(6))
    assert Teaching(served).choose([], 5, asked, NOTHING) == []


def test_the_likeliest_issue_is_the_one_that_it_predicts(served: Served) -> None:
    said = [verdict.issue for verdict in served.predict(TEXTS)]
    guesses = Teaching(served).likeliest(TEXTS)
    assert [one[0] for one in guesses] == said
    assert {len(set(one)) for one in guesses} == {3}
    assert Teaching(served).likeliest([]) == []


def test_views_are_what_it_predicts_by(served: Served) -> None:
    views = served.views(TEXTS)
    tones = [verdict.sentiment_p for verdict in served.predict(TEXTS)]
    assert views.with_vectors == {}
    assert views.by_words["sentiment"].shape == (len(TEXTS), 3)
    assert sorted(map(max, tones)) == pytest.approx(
        sorted(views.by_words["sentiment"].max(axis=1).tolist())
    )
    assert views.rows.shape[0] == len(TEXTS)


class TwoReadings:
    """A model whose words and vectors say different things of the last text."""

    issues = ("a", "b")

    def views(self, texts: object) -> Views:
        words = np.array([[0.9, 0.1]] * 4)
        vectors = np.array([[0.9, 0.1]] * 3 + [[0.1, 0.9]])
        return Views({"issue": words}, {"issue": vectors}, np.eye(4, dtype=np.float32))


def test_where_the_two_readings_differ_it_is_asked_first_and_says_so() -> None:
    pool = [teachable(n, f"teks nomor {n}", issue="a") for n in range(4)]
    first, *_ = Teaching(TwoReadings()).choose(pool, 1, [], Labelled({"a": 50}, {"id": 50}, {}))
    assert (first.index, str(first.reason)) == (3, "disagree")
    assert Teaching(TwoReadings()).likeliest(["x"] * 4)[3] == ("b", "a")


class Undecided:
    """A model that wavers between negatif and netral, and of every second text the other two."""

    issues = ("a", "b")

    def views(self, texts: Sequence[str]) -> Views:
        shares = np.array([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]] * (len(texts) // 2))
        return Views({"sentiment": shares}, {}, np.eye(len(texts), dtype=np.float32))


@pytest.mark.parametrize(("most", "asked"), [("negatif", {1, 3}), ("positif", {0, 2})])
def test_a_tone_that_people_said_often_is_asked_later(most: str, asked: set[int]) -> None:
    pool = [teachable(n, f"teks nomor {n}", issue="a") for n in range(4)]
    said = Labelled({"a": 50}, {"id": 50}, {most: 40, "netral": 10})
    chosen = Teaching(Undecided()).choose(pool, 2, [], said)
    assert {one.index for one in chosen} == asked


def test_vectors_take_part_where_the_model_has_them(tmp_path: Path) -> None:
    classifier = Classifier.load(PROJECT / "models", PROJECT / "data", "on")
    views = classifier.views(TEXTS)
    assert set(views.with_vectors) == set(views.by_words) == {"sentiment", "issue"}
    assert views.rows.shape == (len(TEXTS), 384)
    said = [verdict.issue_p for verdict in classifier.predict(TEXTS)]
    assert views.with_vectors["issue"].max(axis=1).tolist() == pytest.approx(said)
