"""Suspicious labels: what a model that had not seen them is sure is something else."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.records import Sentiment
from monitor.training.dataset import Example
from monitor.training.doubts import best, self_confidence, suspicions
from monitor.training.fit import Fitted, Unseen
from tests.classify_world import tiny_model

NEG, NET, POS = Sentiment.NEGATIF, Sentiment.NETRAL, Sentiment.POSITIF
EXAMPLES = [
    Example("jelas buruk", "label", NEG, "air_bersih"),
    Example("jelas bagus", "label", POS, "air_bersih"),
    Example("salah pencet", "label", POS, "air_bersih"),
    Example("ragu", "label", NET, "air_bersih"),
    Example("teks contoh yang salah", "own", POS, "air_bersih"),
]
SHARES = np.array(
    [
        [0.9, 0.05, 0.05],
        [0.05, 0.15, 0.8],
        [0.95, 0.03, 0.02],
        [0.45, 0.40, 0.15],
        [0.99, 0.005, 0.005],
    ]
)
ISSUES = ("air_bersih", "lainnya")


def fitted(shares: np.ndarray, vectors: np.ndarray | None = None) -> Fitted:
    at = np.arange(len(EXAMPLES))
    issue = np.tile([0.7, 0.3], (len(EXAMPLES), 1))
    issue[1] = [0.2, 0.8]
    unseen = {"sentiment": Unseen(at, shares, vectors), "issue": Unseen(at, issue, None)}
    return Fitted(tiny_model(), unseen)


def test_only_a_sure_other_answer_doubts_a_label_of_people() -> None:
    (slip,) = suspicions(fitted(SHARES), EXAMPLES, ISSUES, 20)
    assert (slip.example.text, slip.field, slip.given, slip.likely, slip.p_given) == (
        "salah pencet",
        "sentiment",
        "positif",
        "negatif",
        0.02,
    )


def test_the_least_likely_come_first_and_only_so_many() -> None:
    shares = SHARES.copy()
    shares[1] = [0.97, 0.02, 0.01]
    found = suspicions(fitted(shares), EXAMPLES, ISSUES, 20)
    assert [one.p_given for one in found] == [0.01, 0.02]
    assert len(suspicions(fitted(shares), EXAMPLES, ISSUES, 1)) == 1


def test_vectors_speak_where_there_are_some() -> None:
    vectors = np.full_like(SHARES, np.nan)
    vectors[2] = [0.1, 0.1, 0.8]
    assert suspicions(fitted(SHARES, vectors), EXAMPLES, ISSUES, 20) == ()
    assert best(Unseen(np.arange(5), SHARES, vectors))[3].tolist() == SHARES[3].tolist()


def test_a_class_that_nobody_gave_is_never_believed() -> None:
    usual = self_confidence(np.array([[0.6, 0.4], [0.8, 0.2]]), np.array([0, 0]))
    assert usual.tolist() == [pytest.approx(0.7), 2.0]
