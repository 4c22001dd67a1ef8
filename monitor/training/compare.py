"""How good answers are: macro-F1, accuracy, calibration error, confusion. Pure arithmetic.

Layer 3. Used on texts outside the training part only; what it is given decides what it means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers about as sure as each other: mean sureness, the part that was right, how many."""

    sure: float
    right: float
    rows: int


@dataclass(frozen=True, slots=True)
class Scores:
    """Figures of one question on ``rows`` texts.

    ``f1`` is per class in the order of ``classes``; ``macro_f1`` is their mean over the classes
    that occur (told or answered). ``confusion[i][j]`` counts texts of class i answered as j.
    ``ece`` is the expected calibration error in ten ``bins``, 0 to 1.
    """

    classes: tuple[str, ...]
    rows: int
    macro_f1: float
    accuracy: float
    ece: float
    f1: tuple[float, ...]
    confusion: tuple[tuple[int, ...], ...]
    bins: tuple[Bin, ...] = ()

    def f1_of(self, name: str) -> float:
        """The F1 of one class."""
        return self.f1[self.classes.index(name)]


def score(
    classes: Sequence[str],
    true: Sequence[str],
    answered: Sequence[str],
    sureness: Sequence[float] = (),
) -> Scores:
    """Compare answers with the truth; ``sureness`` is the probability of each answer, if known."""
    index = {name: i for i, name in enumerate(classes)}
    table = np.zeros((len(classes), len(classes)), dtype=np.int64)
    for right, said in zip(true, answered, strict=True):
        table[index[right], index[said]] += 1
    hits = np.diag(table)
    seen = table.sum(axis=0) + table.sum(axis=1)
    f1 = np.divide(2.0 * hits, seen, out=np.zeros(len(classes)), where=seen > 0)
    correct = np.array([right == said for right, said in zip(true, answered, strict=True)])
    bins = reliability(np.array(sureness, dtype=np.float64), correct)
    return Scores(
        classes=tuple(classes),
        rows=len(true),
        macro_f1=float(f1[seen > 0].mean()) if len(true) else 0.0,
        accuracy=float(correct.mean()) if len(true) else 0.0,
        ece=calibration_error(bins),
        f1=tuple(map(float, f1)),
        confusion=tuple(tuple(map(int, row)) for row in table),
        bins=bins,
    )


def macro_f1(target: NDArray[np.int64], said: NDArray[np.int64], classes: int) -> float:
    """The mean F1 of the classes that occur, of answers given as numbers of classes."""
    table = np.bincount(target * classes + said, minlength=classes * classes)
    table = table.reshape(classes, classes)
    seen = table.sum(axis=0) + table.sum(axis=1)
    return float((2.0 * np.diag(table)[seen > 0] / seen[seen > 0]).mean())


def reliability(sureness: NDArray[np.float64], correct: NDArray[np.bool_]) -> tuple[Bin, ...]:
    """Answers in ten equally wide bins of sureness, the empty ones left out."""
    bins = np.minimum((sureness * _BINS).astype(int), _BINS - 1)
    return tuple(
        Bin(float(sureness[here].mean()), float(correct[here].mean()), int(here.sum()))
        for one in np.unique(bins)
        for here in (bins == one,)
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """Mean gap between how sure answers were and how often they were right."""
    rows = sum(one.rows for one in bins)
    return sum(one.rows * abs(one.sure - one.right) for one in bins) / rows if rows else 0.0
