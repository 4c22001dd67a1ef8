"""Labels that may be slips: those that a model which had not seen them finds the least likely.

Layer 3, pure. "Confident learning" (Northcutt, Jiang & Chuang, JAIR 70, 2021): the probability of
the label that was given, out of fold, beside the other answer that the model is as sure of as it
usually is of texts that really are so. Nothing is corrected here: a person looks again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.classify.features import Floats
from monitor.training.dataset import Example
from monitor.training.fit import Fitted, Unseen
from monitor.training.questions import LABEL, Question, questions

_ASKED = ("sentiment", "issue")

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One label: what was given, what the model says, and the probability of what was given."""

    example: Example
    field: str
    given: str
    likely: str
    p_given: float


def suspicions(
    fitted: Fitted, examples: Sequence[Example], issues: Sequence[str], most: int
) -> tuple[Suspicion, ...]:
    """Labels of people that are doubted, the least likely first."""
    found = [
        one
        for question in questions(issues)
        if question.name in _ASKED
        for one in _doubted(question, fitted.unseen[question.name], examples)
    ]
    return tuple(sorted(found, key=lambda one: (one.p_given, one.field, one.example.text))[:most])


def _doubted(
    question: Question, unseen: Unseen, examples: Sequence[Example]
) -> Iterator[Suspicion]:
    shares = best(unseen)
    target = np.array(
        [question.classes.index(str(question.answer(examples[at]))) for at in unseen.at.tolist()],
        np.int64,
    )
    usual = self_confidence(shares, target)
    for row, at in enumerate(unseen.at.tolist()):
        likely, given = int(shares[row].argmax()), int(target[row])
        sure = likely != given and shares[row, likely] >= usual[likely]
        if sure and examples[at].origin == LABEL:
            yield Suspicion(
                examples[at],
                question.name,
                question.classes[given],
                question.classes[likely],
                round(float(shares[row, given]), 4),
            )


def best(unseen: Unseen) -> Floats:
    """Shares with sentence vectors where a row has one, else by words."""
    if unseen.with_vectors is None:
        return unseen.by_words
    has = ~np.isnan(unseen.with_vectors[:, :1])
    found: Floats = np.where(has, unseen.with_vectors, unseen.by_words)
    return found


def self_confidence(shares: Floats, target: Places) -> Floats:
    """How sure the model is on average of a class, over the texts that were given it.

    A class that no text was given is never believed: its threshold is above 1.
    """
    found = np.full(shares.shape[1], 2.0)
    for place in np.unique(target).tolist():
        found[place] = shares[target == place, place].mean()
    return found
