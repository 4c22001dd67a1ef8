"""Linear heads: rows of features to scores, scores to probabilities.

Layer 2, plain numpy: what a trained logistic regression says, without the library that trained it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from monitor.classify.features import Floats

VECTOR_SHARE = 0.4
"""The part of sentence vectors in a score, where they are on (chosen by cross-validation)."""


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """One question with its answers: ``weights`` is features x classes, ``bias`` one per class.

    Scores divided by ``temperature`` give probabilities that keep their promise (calibration on
    texts outside the training part). A vector head's is that of the mixed scores.
    """

    classes: tuple[str, ...]
    weights: Floats
    bias: Floats
    temperature: float = 1.0


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


def mixed(scores: Floats, vector_scores: Floats) -> Floats:
    """Scores of words and of sentence vectors as one."""
    both: Floats = (1 - VECTOR_SHARE) * scores + VECTOR_SHARE * vector_scores
    return both


def probabilities(scores: Floats, temperature: float) -> Floats:
    """Softmax of the scores divided by the temperature; every row sums to 1."""
    scaled = scores.astype(np.float64) / temperature
    raised = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares
