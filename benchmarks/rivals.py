"""Detectors from the literature to compare with, over many series at once.

Counts are (steps, series) in time order; scores have the same shape, higher is more suspicious, and
are minus infinity where a detector has no opinion yet. Each score looks at its own and earlier
steps only. Written from the papers named below.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, erfc, gammainc

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LEAST_CYCLES = 3  # of past, before a Farrington fit is made
_COLUMNS = 2000  # fits done at once; keeps a fit of 700 rows near 50 MB


def ears_c1(counts: Floats, minimum_sd: float = 0.0) -> Floats:
    """EARS C1: standard deviations above the seven steps before (see ``ears_c2``)."""
    return _above(counts, 7, 0, 1, minimum_sd)


def ears_c2(counts: Floats, minimum_sd: float = 0.0) -> Floats:
    """EARS C2: standard deviations above seven steps, with two left out between.

    Hutwagner et al. 2003, J Urban Health 80 (suppl. 1): i89; nominal alarm above 3. ``minimum_sd``
    is that of ``earsC`` in R's surveillance; at 0 a count above a constant past scores infinity.
    """
    return _above(counts, 7, 2, 1, minimum_sd)


def windowed_gaussian(counts: Floats, window: int, least: int = 24) -> Floats:
    """Standard deviations above the mean of the last ``window`` steps, or of at least ``least``."""
    scores = np.full(counts.shape, -np.inf)
    now = np.arange(min(least, window), len(counts))
    begin = np.maximum(now - window, 0)
    size = (now - begin)[:, None]
    sums, squares = (_cumulated(part)[now] - _cumulated(part)[begin] for part in _both(counts))
    spread = np.sqrt(np.maximum(size * squares - sums**2, 0)) / size
    scores[now] = _ratio(counts[now] - sums / size, spread)
    return scores


def _above(counts: Floats, window: int, lag: int, ddof: int, minimum_sd: float) -> Floats:
    scores = np.full(counts.shape, -np.inf)
    if len(counts) <= window + lag:
        return scores
    sums, squares = (
        _trailing(part, window)[: len(counts) - window - lag] for part in _both(counts)
    )
    spread = np.sqrt(np.maximum(window * squares - sums**2, 0) / (window * (window - ddof)))
    spread = np.maximum(spread, minimum_sd)
    scores[window + lag :] = _ratio(counts[window + lag :] - sums / window, spread)
    return scores


def _ratio(excess: Floats, spread: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(excess == 0, 0.0, excess / spread))


def _both(counts: Floats) -> tuple[Floats, Floats]:
    return counts, counts**2


def _cumulated(values: Floats) -> Floats:
    """Sums of the steps before each one; whole numbers stay exact."""
    return np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])


def _trailing(values: Floats, window: int) -> Floats:
    """Sums of ``window`` steps, the first over the first steps."""
    total = _cumulated(values)
    return np.asarray(total[window:] - total[:-window])


def nab_windowed_gaussian(values: Floats, window: int = 6400, step: int = 100) -> Floats:
    """NAB's own windowed Gaussian for one series: 1 - Q(|z|), 0 for the first row.

    The window grows to its size and then moves on by whole steps (github numenta/NAB,
    nab/detectors/gaussian).
    """
    rows = np.arange(values.size)
    moved = np.maximum(rows - window, 0) // step * step
    ends = np.minimum(rows, window + moved)
    total, squares = (_cumulated(part) for part in _both(values))
    size = np.maximum(ends - moved, 1)
    mean = (total[ends] - total[moved]) / size
    spread = np.sqrt(np.maximum((squares[ends] - squares[moved]) / size - mean**2, 0))
    spread[spread == 0] = 1e-6
    scores = 1 - erfc(np.abs(values - mean) / spread / np.sqrt(2)) / 2
    scores[0] = 0.0
    return np.asarray(scores)


@dataclass(frozen=True, slots=True)
class Layout:
    """Which earlier steps a Farrington fit looks at.

    ``cycles`` past cycles of ``period`` steps. Steps within ``half_window`` of an anniversary are
    the first season level, the rest is cut in ``levels - 1`` equal ones; with one level only the
    anniversaries' windows are used. The last ``skipped`` steps are left out.
    """

    period: int
    cycles: int
    half_window: int
    levels: int
    skipped: int

    def offsets(self) -> Ints:
        """Steps back of the reference, as negative numbers in time order."""
        back = np.arange(-self.period * self.cycles - self.half_window, -self.skipped)
        return back if self.levels > 1 else back[self._level(back) == 0]

    def design(self) -> Floats:
        """(reference, columns): one, one column for each other level, trend in cycles from now."""
        back = self.offsets()
        levels = self._level(back)[:, None] == np.arange(1, self.levels)
        return np.column_stack([np.ones(back.size), levels, back / self.period]).astype(float)

    def _level(self, back: Ints) -> Ints:
        width = 2 * self.half_window + 1
        place = (back + self.half_window) % self.period
        if self.levels == 1:
            return np.asarray((place >= width).astype(int))
        rest = (place - width) * (self.levels - 1) // (self.period - width)
        return np.asarray(np.where(place < width, 0, rest + 1))


WEEKLY = Layout(period=52, cycles=5, half_window=3, levels=10, skipped=26)
ANNIVERSARIES = Layout(period=52, cycles=5, half_window=3, levels=1, skipped=26)
HOURLY = Layout(period=24, cycles=28, half_window=1, levels=8, skipped=24)

By = Literal["tail", "power"]


def farrington_weekly(counts: Floats) -> Floats:
    """Farrington Flexible on weekly counts: five years, ten season levels."""
    return farrington(counts, WEEKLY)


def farrington_hourly(counts: Floats) -> Floats:
    """The same on hourly counts: 28 days, eight levels of three hours, no weekday."""
    return farrington(counts, HOURLY, by="power")


def farrington(
    counts: Floats,
    layout: Layout,
    *,
    first: int = 0,
    reweight_from: float = 2.58,
    trend_z: float = 0.0,
    by: By = "tail",
) -> Floats:
    """Farrington Flexible: Noufaily et al. 2013, Stat Med 32: 1206, one fit for each count.

    Quasi-Poisson regression on the reference steps; past outbreaks (standardised Anscombe residual
    above ``reweight_from``) are weighed down. The trend stays when its |z| reaches ``trend_z`` and
    the forecast is no larger than every reference count. ``by`` "tail": -log10 P(Y >= count) of a
    negative binomial (the paper's plug-in quantile at every level at once); "power": standard
    deviations on the scale of the 2/3 power (Farrington et al. 1996). Steps before ``first`` and
    with less than three cycles of past are left out; a shorter past than the layout's will do.
    """
    back, design = layout.offsets(), layout.design()
    scores = np.full(counts.shape, -np.inf)
    start = max(first, _LEAST_CYCLES * layout.period + layout.half_window)
    at_once = max(_COLUMNS // counts.shape[1], 1)
    for begin in range(start, len(counts), at_once):
        now = np.arange(begin, min(begin + at_once, len(counts)))
        rows = now[None, :] + back[:, None]
        known = np.repeat((rows >= 0).astype(float), counts.shape[1], axis=1)
        reference = known * counts[np.maximum(rows, 0)].reshape(back.size, -1)
        fit = _forecast(reference, known, design, reweight_from, trend_z)
        scores[now] = _score(counts[now].ravel(), fit, by).reshape(now.size, -1)
    return scores


@dataclass(frozen=True, slots=True)
class _Fit:
    """One forecast for each column: mean, dispersion >= 1, the mean's own variance.

    ``trend_z`` belongs to the last column of the design, which need not be a trend.
    """

    mean: Floats
    dispersion: Floats
    uncertainty: Floats
    trend_z: Floats


def _forecast(
    reference: Floats, known: Floats, design: Floats, reweight_from: float, trend_z: float
) -> _Fit:
    trended = _reweighted(reference, known, design, reweight_from)
    level = _reweighted(reference, known, design[:, :-1], reweight_from)
    keep = (np.abs(trended.trend_z) >= trend_z) & (trended.mean <= reference.max(axis=0))
    return _Fit(
        *(
            np.where(keep, getattr(trended, name), getattr(level, name))
            for name in ("mean", "dispersion", "uncertainty", "trend_z")
        )
    )


def _reweighted(counts: Floats, known: Floats, design: Floats, reweight_from: float) -> _Fit:
    """Fit, weigh unusual counts down, fit again; ``known`` is 1 where a count is, else 0."""
    mean, inverse = _regress(counts, design, known)[1:]
    left = np.maximum(known.sum(axis=0) - design.shape[1], 1)
    dispersion = _dispersion(counts, mean, known, left)
    leverage = mean * np.einsum("np,spq,nq->ns", design, inverse, design, optimize=True)
    residual = 1.5 * (counts ** (2 / 3) * mean ** (-1 / 6) - np.sqrt(mean))
    residual /= np.sqrt(dispersion * np.maximum(1 - leverage, 1e-3))
    weights = known * np.where(residual > reweight_from, 1 / np.maximum(residual, 1e-9) ** 2, 1.0)
    weights *= known.sum(axis=0) / weights.sum(axis=0)
    found, mean, inverse = _regress(counts, design, weights)
    dispersion = _dispersion(counts, mean, weights, left)
    now = np.exp(found[:, 0])  # at trend 0 and in the first level only the first term is left
    trend_z = found[:, -1] / np.sqrt(dispersion * inverse[:, -1, -1])
    return _Fit(now, dispersion, dispersion * now**2 * inverse[:, 0, 0], trend_z)


def _dispersion(counts: Floats, mean: Floats, weights: Floats, left: Floats) -> Floats:
    pearson = (weights * (counts - mean) ** 2 / mean).sum(axis=0) / left
    return np.asarray(np.maximum(pearson, 1.0))


def _regress(counts: Floats, design: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Poisson regression with log link: (coefficients, means, inverse information) by column."""
    rows, columns = design.shape
    products = (design[:, :, None] * design[:, None, :]).reshape(rows, -1)
    ridge = 1e-5 * np.eye(columns)  # an all-zero season level has no finite coefficient
    linear = np.log(counts + 0.1)
    mean = np.exp(linear)
    for _ in range(25):
        working = weights * mean
        information = (working.T @ products).reshape(-1, columns, columns) + ridge
        target = (working * linear + weights * (counts - mean)).T @ design
        found = np.linalg.solve(information, target[:, :, None])[:, :, 0]
        linear = np.clip(design @ found.T, -12, 16)
        before, mean = mean, np.exp(linear)
        if (np.abs(mean - before) <= 1e-5 * (1 + mean)).all():
            break
    return np.asarray(found), np.asarray(mean), np.asarray(np.linalg.inv(information))


def _score(counts: Floats, fit: _Fit, by: By) -> Floats:
    if by == "power":
        spread = fit.dispersion + fit.uncertainty / fit.mean
        unit = np.sqrt(4 / 9 * fit.mean ** (1 / 3) * spread)
        return np.asarray((counts ** (2 / 3) - fit.mean ** (2 / 3)) / unit)
    return surprise(counts, fit.mean, fit.dispersion * fit.mean)


def surprise(counts: Floats, mean: Floats, variance: Floats) -> Floats:
    """-log10 P(Y >= count), Y negative binomial, or Poisson where the variance is no larger."""
    least = np.maximum(counts, 1.0)
    over = variance > mean * (1 + 1e-9)
    size = mean**2 / np.where(over, variance - mean, 1.0)
    tail = np.where(over, betainc(least, size, mean / (mean + size)), gammainc(least, mean))
    return np.asarray(np.where(counts <= 0, 0.0, -np.log10(np.maximum(tail, 1e-300))))
