"""Comments that nobody labelled, taught as a first round of the same training answers them.

Layer 3, pure. Self-training (Yarowsky 1995) beside a queue that asks what is unsure: what the model
is sure of teaches it the office's manner of writing without a label, and keeps the hard comments of
the queue from standing for all of them (Wang et al. 2017). Only tone is taught so: it pays there
by ``benchmarks trainers``; for the other questions there is nothing to measure it on.

The first round listens to the office. What was written elsewhere (own texts, outside sets) is by
far the greater part, and its tone is told otherwise; it counts for little there, and in full in the
second round, which keeps what only those texts know. With few labels that is worth most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from monitor.classify.features import Floats
from monitor.training.dataset import Example
from monitor.training.lessons import Lesson
from monitor.training.questions import LABEL

LEAST_LABELS = 20
"""Below so many labels of tone (a day of the queue) nothing is taught so: the answers of a model
that knows nothing of the office teach it nothing about the office."""

SURE = 0.7
"""How likely an answer of the first round must be."""

# What a text that is no label of the office weighs in the first round, beside what it weighs else.
# Chosen on the development splits of the benchmark, and on five-fold figures of the own texts.
_ELSEWHERE = 0.03

# All of them together weigh at most as much as so many own texts, which is what 300 labels or more
# weigh together; one never weighs more than one label. Chosen on the development splits of the
# benchmark.
_TOGETHER, _EACH = 6000.0, 2.0


def of_the_office(lesson: Lesson, examples: Sequence[Example]) -> Lesson:
    """The lesson as the first round learns it; ``examples`` are those of its rows."""
    labels = np.array([one.origin == LABEL for one in examples])
    return replace(lesson, weights=np.where(labels, lesson.weights, _ELSEWHERE * lesson.weights))


def with_sure(lesson: Lesson, at: NDArray[np.int64], shares: Floats) -> Lesson:
    """The lesson and those of its rows ``at`` that the first round was sure of.

    ``shares``: of each row of ``at`` what the first round answered, in the order of the classes.
    """
    sure = shares.max(axis=1) >= SURE
    rows, answers = at[sure], shares[sure].argmax(axis=1)
    target, weights, asked = lesson.target.copy(), lesson.weights.copy(), lesson.asked.copy()
    target[rows] = answers
    weights[rows] = min(_TOGETHER / max(len(rows), 1), _EACH)
    asked[rows] = True
    return replace(lesson, target=target, weights=weights, asked=asked)
