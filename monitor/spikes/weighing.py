"""The score of windows with a share: how much each surprise weighs, and beside which usual.

The logarithm of the odds of an incident against chance, as a sum that was fitted to simulated
streams (``learned``), stretched so that 0.92 stands for one false alarm in four months. Surprises
weigh 0 or more, so no further negative lowers a score. Must not know windows, stores or clocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.spikes import learned
from monitor.spikes.baseline import SHARE_PRIOR, USUAL_SHARE, Baseline
from monitor.spikes.state import Floats

# What lies beyond was hardly ever seen in the streams of the fit, and is taken for the edge.
_EXPECTED: Final = 4.0  # of the logarithm of expected negatives
_SHARE: Final = 0.5  # of that of an issue's usual share over the office's
_DISPERSION: Final = 2.0
_MEMORY: Final = 2.0
_TINY: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Surprise:
    """Of one window, (n,) each, in powers of ten; ``share`` None where only counts are known."""

    count: Floats
    share: Floats | None = None

    @property
    def whole(self) -> Floats:
        """Both witnesses together."""
        return self.count if self.share is None else self.count + self.share


def context(baseline: Baseline, mean: Floats, topic: NDArray[np.int64] | None = None) -> Floats:
    """What is usual of topics, as the terms that the constant goes with: (terms, n).

    ``mean``: negatives that the shortest window expects; ``topic`` as in ``scoring.spread``.
    """
    at = slice(None) if topic is None else topic
    seen = baseline.seen.sum() + SHARE_PRIOR
    office = (baseline.share @ baseline.seen + USUAL_SHARE * SHARE_PRIOR) / seen
    expected = np.clip(_log(mean), -_EXPECTED, _EXPECTED)
    share = np.clip(_log(baseline.share[at] / office), -_SHARE, _SHARE)
    dispersion = np.clip(_log(baseline.dispersion[at]), 0, _DISPERSION)
    memory = np.clip(_log(baseline.memory()[at]), -_MEMORY, _MEMORY)
    one = np.ones_like(expected)
    terms = (
        *(one, expected, expected**2, share, expected * share),
        *(dispersion, expected * dispersion, memory),
    )
    return np.stack(terms)


def _log(values: Floats) -> Floats:
    return np.asarray(np.log(np.maximum(values, _TINY)))


def terms(surprises: Sequence[Surprise]) -> Floats:
    """Surprises as they are weighed, (terms, n): of counts, of shares, and both in logarithms."""
    counts = np.stack([one.count for one in surprises])
    shares = np.stack([one.whole - one.count for one in surprises])
    return np.concatenate([counts, shares, np.log1p(counts), np.log1p(shares)])


def weighed(surprises: Sequence[Surprise], usual: Floats) -> Floats:
    """The score of each place, at least 0; ``usual`` is its ``context``."""
    told = terms(surprises)
    score = np.array(learned.CONTEXT) @ usual + np.array(learned.SURPRISES) @ told
    return np.asarray(np.where(told.any(axis=0), np.maximum(score, 0.0), 0.0))
