"""How sure a difference between two models is: the paired bootstrap, all draws at once.

Layer 3, pure arithmetic. The rows that judge are drawn again, with putting back, as often as there
are; both models are scored on the same draw, and the spread of their difference over the draws is
its interval (percentile method: Efron & Tibshirani, An Introduction to the Bootstrap, 1993,
chapters 13 and 16). A draw is told by how often it holds each row, so counting is one
multiplication of matrices and no row is ever copied. The same rows and seed give the same draws.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

DRAWS: Final = 2_000
_SEED: Final = 20_261_122
# So many numbers of a table of draws are held at once.
_AT_ONCE: Final = 4_000_000

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

Scorer = Callable[[Floats], tuple[Floats, Floats]]
"""From draws (draws x rows, how often each row is in) to the old and the new figure of each."""


def spread(rows: int, scorer: Scorer, draws: int = DRAWS, seed: int = _SEED) -> Floats:
    """The difference, new less old, in each of the draws."""
    random = np.random.default_rng(seed)
    found = []
    step = max(1, _AT_ONCE // max(rows, 1))
    for begin in range(0, draws, step):
        size = min(step, draws - begin)
        old, new = scorer(drawn(rows, size, random))
        found.append(new - old)
    return np.concatenate(found)


def drawn(rows: int, draws: int, random: np.random.Generator) -> Floats:
    """How often each row is in each draw of as many rows: draws x rows, each line sums to rows."""
    picked = random.integers(0, rows, size=(draws, rows))
    places = picked + rows * np.arange(draws)[:, None]
    counted = np.bincount(places.ravel(), minlength=draws * rows).reshape(draws, rows)
    return counted.astype(np.float64)


def interval(differences: Floats, level: float) -> tuple[float, float]:
    """The middle ``level`` (0 to 1) of the differences."""
    tail = 50 * (1 - level)
    low, high = np.percentile(differences, [tail, 100 - tail])
    return float(low), float(high)


def macro_f1s(weights: Floats, target: Places, said: Places, classes: int) -> Floats:
    """The mean F1 over the classes that occur (told or answered) in each draw."""
    f1, seen = _f1(weights, target, said, classes)
    here = seen > 0
    total: Floats = np.where(here, f1, 0.0).sum(axis=1) / np.maximum(here.sum(axis=1), 1)
    return total


def class_f1s(weights: Floats, target: Places, said: Places, which: int) -> Floats:
    """The F1 of one class in each draw; 0 where it does not occur."""
    return _f1(weights, (target == which).astype(np.int64), (said == which).astype(np.int64), 2)[0][
        :, 1
    ]


def shares(weights: Floats, hits: Flags, among: Flags) -> Floats:
    """Which part of the rows ``among`` are hits in each draw; 0 of none is 0."""
    right: Floats = weights @ (hits & among).astype(np.float64)
    of: Floats = weights @ among.astype(np.float64)
    return np.divide(right, of, out=np.zeros(len(right)), where=of > 0)


def _f1(weights: Floats, target: Places, said: Places, classes: int) -> tuple[Floats, Floats]:
    """F1 by draw and class, and how often the class was told or answered."""
    one = np.eye(classes)
    hits: Floats = weights @ np.where((target == said)[:, None], one[target], 0.0)
    seen: Floats = weights @ (one[target] + one[said])
    return np.divide(2 * hits, seen, out=np.zeros_like(hits), where=seen > 0), seen
