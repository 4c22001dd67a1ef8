"""Scores made honest: temperatures, the share of sentence vectors, and how sure is sure enough.

Layer 3, pure. Everything here is chosen on scores of texts that the scoring head had not seen;
what is reported of them is chosen on other parts still (``crossed``). Each set of texts
counts the same, however many it holds: texts written for training are easier than real ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.classify.features import Floats
from monitor.classify.heads import PRECISIONS, mixed, probabilities
from monitor.training.compare import calibration_error, macro_f1, reliability

_TEMPERATURES = np.geomspace(0.2, 5.0, 81)
_SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
# Below so few answers a precision is luck.
_LEAST_ANSWERS = 30

Places = NDArray[np.int64]
Sets = NDArray[np.str_]
"""The name of the set that each row is from."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What turns raw scores into shares: the part of sentence vectors, and the temperature."""

    share: float
    temperature: float

    def shares(self, scores: Floats, vector_scores: Floats | None = None) -> Floats:
        """Probabilities, rows x classes."""
        both = scores if vector_scores is None else mixed(scores, vector_scores, self.share)
        return probabilities(both, self.temperature)


def even_weights(sets: Sets) -> NDArray[np.float64]:
    """A weight per row, so that every set weighs the same; they sum to the number of sets."""
    _, number, sizes = np.unique(sets, return_inverse=True, return_counts=True)
    weights: NDArray[np.float64] = 1 / sizes[number]
    return weights


def setting(scores: Floats, vector_scores: Floats | None, target: Places, sets: Sets) -> Setting:
    """The share with the best macro-F1, then the temperature that keeps promises best.

    The best temperature is the one whose calibration error is the least on the set where it is the
    greatest.
    """
    share, both = 0.0, scores
    if vector_scores is not None:
        classes = scores.shape[1]

        def worth(share: float) -> float:
            said = mixed(scores, vector_scores, share).argmax(axis=1)
            return macro_f1(target, said, classes)

        share = max(_SHARES, key=worth)
        both = mixed(scores, vector_scores, share)
    return Setting(share, _temperature(both, target, sets))


def _temperature(scores: Floats, target: Places, sets: Sets) -> float:
    right = scores.argmax(axis=1) == target
    members = [sets == one for one in np.unique(sets)]

    def worst(temperature: float) -> float:
        sure = probabilities(scores, temperature).max(axis=1)
        return max(calibration_error(reliability(sure[rows], right[rows])) for rows in members)

    return round(float(min(_TEMPERATURES, key=worst)), 4)


def crossed(
    parts: Places, trusted: NDArray[np.bool_], choose: Callable[[NDArray[np.bool_]], Setting],
    apply: Callable[[Setting, NDArray[np.bool_]], Floats], into: Floats,
) -> Floats:  # fmt: skip
    """Shares of each part under the setting that the other parts chose; fills and returns ``into``.

    With a single part there is no other: its own trusted rows choose.
    """
    for part in np.unique(parts):
        here = parts == part
        others = trusted & ~here
        into[here] = apply(choose(others if others.any() else trusted), here)
    return into


def least_sure(shares: Floats, target: Places, sets: Sets) -> tuple[float, ...]:
    """For each of ``PRECISIONS`` the least share from which so many answers are right; else 1."""
    sure = shares.max(axis=1)
    order = np.argsort(-sure, kind="stable")
    right = (shares.argmax(axis=1) == target)[order]
    weights = even_weights(sets)
    kept = np.cumsum(weights[order] * right) / np.cumsum(weights[order])
    # Of equally sure answers all are kept or none, so only the last of them counts.
    last = np.flatnonzero(np.append(np.diff(sure[order]) != 0, True))
    last = last[last >= _LEAST_ANSWERS - 1]
    found = []
    for precision in PRECISIONS:
        enough = last[kept[last] >= precision]
        found.append(round(float(sure[order[enough[-1]]]), 4) if len(enough) else 1.0)
    return tuple(found)


def best_least(shares: Floats, true: NDArray[np.bool_]) -> float:
    """The least share of a yes that finds the true ones best (F1)."""

    def f1(least: float) -> float:
        said = shares >= least
        return float(2 * (said & true).sum() / max(said.sum() + true.sum(), 1))

    return max((round(0.05 * step, 2) for step in range(4, 19)), key=f1)
