"""How surprising a count is: negative-binomial upper tails, in tens of decimal places.

The negative binomial with mean ``mean`` and variance ``variance > mean`` has size
``r = mean^2 / (variance - mean)``; P(Y >= k) is the regularised incomplete beta function
I(k, r; mean / (r + mean)) (Abramowitz & Stegun 26.5.26). Where the variance does not exceed the
mean it is a Poisson tail. The mid-p counts half of P(Y = k), so a typical count scores about 0.3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, gammainc

Floats = NDArray[np.float64]

_TINY = 1e-300
_POISSON_FROM = 1e6  # from this size on the two tails agree to more digits than matter


def at_least(count: ArrayLike, mean: ArrayLike, variance: ArrayLike) -> Floats:
    """P(Y >= count), elementwise; 1 for a count of 0."""
    k, mu, var = np.broadcast_arrays(
        np.asarray(count, float), np.asarray(mean, float), np.asarray(variance, float)
    )
    mu = np.maximum(mu, 1e-12)
    excess = np.maximum(var - mu, mu**2 / _POISSON_FROM)
    size = mu**2 / excess
    safe = np.maximum(k, 1.0)
    tail = betainc(safe, size, mu / (size + mu))
    poisson = size >= _POISSON_FROM
    if poisson.any():
        tail = np.where(poisson, gammainc(safe, mu), tail)
    return np.asarray(np.where(k <= 0, 1.0, tail))


def surprise(count: ArrayLike, mean: ArrayLike, variance: ArrayLike) -> Floats:
    """-log10 of the upper mid-p of each count: 0.3 is usual, 3 is one in a thousand."""
    counts = np.asarray(count, float)
    upper = at_least(counts, mean, variance)
    above = at_least(counts + 1, mean, variance)
    return np.asarray(-np.log10(np.maximum((upper + above) / 2, _TINY)))


def usual_range(mean: ArrayLike, variance: ArrayLike, tail: float = 0.05) -> tuple[Floats, Floats]:
    """Smallest and largest usual count: each side leaves at most ``tail`` outside."""
    return _first_rarer(mean, variance, 1 - tail) - 1, _first_rarer(mean, variance, tail) - 1


def _first_rarer(mean: ArrayLike, variance: ArrayLike, p: float) -> Floats:
    """The smallest k >= 1 with P(Y >= k) <= p, by bisection over all elements at once."""
    mu, var = np.broadcast_arrays(np.asarray(mean, float), np.asarray(variance, float))
    low = np.zeros(mu.shape)
    high = np.ceil(mu + 12 * np.sqrt(np.maximum(var, mu)) + 12)
    for _ in range(int(np.ceil(np.log2(high.max(initial=2)))) + 1):
        middle = np.floor((low + high) / 2)
        rare = at_least(middle, mu, var) <= p
        high = np.where(rare, middle, high)
        low = np.where(rare, low, middle)
    return np.asarray(high)
