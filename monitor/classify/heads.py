"""Linear heads: rows of features to scores, scores to probabilities.

Layer 2, plain numpy: what a trained logistic regression says, without the library that trained it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from monitor.classify.features import Floats

PRECISIONS = tuple(round(0.5 + 0.01 * step, 2) for step in range(50))
"""Precisions that a trainer may ask for: 0.50 to 0.99."""


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """One question with its answers: ``weights`` is features x classes, ``bias`` one per class.

    Scores divided by ``temperature`` give probabilities that keep their promise (calibration on
    texts outside the training part). A head on sentence vectors has the part (``share``) that it
    takes in the mixed scores, and the temperature of those. ``sure_from``: for each of
    ``PRECISIONS`` the probability from which on that part of the answers was right; may be empty.
    """

    classes: tuple[str, ...]
    weights: Floats
    bias: Floats
    temperature: float = 1.0
    share: float = 0.0
    sure_from: tuple[float, ...] = ()


class HeadStack:
    """Several heads on the same features, answered by one multiplication."""

    __slots__ = ("_bias", "_parts", "_weights", "heads")

    def __init__(self, heads: Mapping[str, Head]) -> None:
        self.heads = dict(heads)
        self._weights = np.hstack([head.weights for head in self.heads.values()])
        self._bias = np.hstack([head.bias for head in self.heads.values()])
        ends = np.cumsum([len(head.classes) for head in self.heads.values()])
        starts = [0, *ends[:-1]]
        self._parts = dict(zip(self.heads, map(slice, starts, ends), strict=True))

    def scores(self, features: csr_matrix | Floats) -> dict[str, Floats]:
        """Raw scores per head, rows x classes."""
        every: Floats = features @ self._weights + self._bias
        return {name: every[:, part] for name, part in self._parts.items()}


def mixed(scores: Floats, vector_scores: Floats, share: float) -> Floats:
    """Scores of words and of sentence vectors as one; ``share`` is the part of the vectors."""
    both: Floats = (1 - share) * scores + share * vector_scores
    return both


def probabilities(scores: Floats, temperature: float) -> Floats:
    """Softmax of the scores divided by the temperature; every row sums to 1."""
    scaled = scores.astype(np.float64) / temperature
    raised = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares


def sure_from(head: Head, precision: float) -> float:
    """The probability from which the head's answers are right as often as ``precision`` asks."""
    at = round((precision - PRECISIONS[0]) * 100)
    return head.sure_from[min(max(at, 0), len(head.sure_from) - 1)] if head.sure_from else precision
