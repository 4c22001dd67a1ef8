"""Log-linear quasi-Poisson regression of many series at once, shrunk and robust.

Serves ``seasonal``. Counts are (bins, series), one design for all; coefficients have a normal prior
about 0, given as precisions, beside the logarithm of each series' mean. Past outbreaks are weighed
down by their Anscombe residuals (Farrington et al. 1996, JRSS A 159: 547). Pure numpy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.spikes.state import Floats

Bools = NDArray[np.bool_]

HARMONICS: Final = 2
REWEIGHT_FROM: Final = 3.0  # standardised residual of an outbreak; 2.58 cuts tails of rare series
DISPERSION_PRIOR: Final = 100.0  # bins that the common dispersion weighs in a series' own
_ROUNDS, _CLOSE = 30, 1e-6
_LOW, _HIGH = -12.0, 16.0  # of a logarithm of a mean


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Coefficients (series, columns) beside ``base``; nothing expected is above ``top``.

    ``base``, ``top`` (logarithms) and ``dispersion`` (at least 1) are (series,), ``covariance`` of
    the coefficients (series, columns, columns).
    """

    coefficients: Floats
    base: Floats
    top: Floats
    dispersion: Floats
    covariance: Floats

    def mean(self, design: Floats) -> Floats:
        """Expected counts of bins with such a design, (bins, series)."""
        return np.asarray(np.exp(np.minimum(self.base + design @ self.coefficients.T, self.top)))


def fitted(
    counts: Floats, seen: Bools, design: Floats, precision: Floats, *, together: bool = False
) -> Fit:
    """Fit, weigh what was unusual down, fit again; counts that were not ``seen`` must be 0.

    ``together``: dispersions are shrunk to the common one.
    """
    known = seen.astype(float)
    bins = known.sum(axis=0)
    base = np.log((counts.sum(axis=0) + 0.5) / (bins + 1))
    top = np.log(2 * counts.max(axis=0) + 1)  # a trend drawn out may not run away
    left = np.maximum(bins - design.shape[1], 1)
    none = np.zeros((counts.shape[1], design.shape[1]))
    prior = np.diag(precision)[None] * np.ones((counts.shape[1], 1, 1))
    plain, mean, _ = _regress(counts, known, design, base, prior, none)
    spread = _dispersion(counts, mean, known, left)
    weights = _weights(counts, mean, known, spread)
    # A quasi-likelihood is the Poisson one over the dispersion, so the prior grows by it.
    prior = prior * spread[:, None, None]
    coefficients, mean, inverse = _regress(counts, weights, design, base, prior, plain)
    spread = _dispersion(counts, mean, weights, left)
    if together:
        common = np.average(spread, weights=left)
        spread = (left * spread + DISPERSION_PRIOR * common) / (left + DISPERSION_PRIOR)
    return Fit(coefficients, base, top, spread, spread[:, None, None] * inverse)


def _dispersion(counts: Floats, mean: Floats, weights: Floats, left: Floats) -> Floats:
    pearson = (weights * (counts - mean) ** 2 / mean).sum(axis=0) / left
    return np.asarray(np.maximum(pearson, 1.0))


def _weights(counts: Floats, mean: Floats, known: Floats, dispersion: Floats) -> Floats:
    """1 for what is usual, less for outbreaks, 0 for the unknown; summing to what is known."""
    residual = 1.5 * (counts ** (2 / 3) * mean ** (-1 / 6) - np.sqrt(mean)) / np.sqrt(dispersion)
    weights = known / np.where(residual > REWEIGHT_FROM, residual, 1.0) ** 2
    return np.asarray(weights * known.sum(axis=0) / np.maximum(weights.sum(axis=0), 1e-9))


def _regress(
    counts: Floats, weights: Floats, design: Floats, base: Floats, prior: Floats, start: Floats
) -> tuple[Floats, Floats, Floats]:
    """Newton's steps to the mode: (coefficients, means, inverse information) by series."""
    rows, columns = design.shape
    products = (design[:, :, None] * design[:, None, :]).reshape(rows, -1)
    found, moved, rounds = start, np.inf, 0
    while True:
        mean = np.exp(np.clip(base + design @ found.T, _LOW, _HIGH))
        information = ((weights * mean).T @ products).reshape(-1, columns, columns) + prior
        if moved < _CLOSE or rounds == _ROUNDS:
            return found, mean, np.asarray(np.linalg.inv(information))
        pull = (prior @ found[:, :, None])[:, :, 0]
        slope = (weights * (counts - mean)).T @ design - pull
        step = np.linalg.solve(information, slope[:, :, None])[:, :, 0]
        step = np.clip(step, -1, 1)  # far from the mode a full step may overshoot
        found, moved, rounds = found + step, float(np.abs(step).max()), rounds + 1
