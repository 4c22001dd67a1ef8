"""From counts to a score: how surprising negatives are, and their share of all comments.

sum = (surprise of the last hour + half of that of the last two and of the last three) / SCALE.
Where only negatives are counted, that is the score. Where all comments are, ``weighing`` makes it
of the same surprises, and it is at least FLOOR of the sum: so a crisis whose share stays as usual
is not passed over, and a larger one always scores higher.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from monitor.spikes.baseline import Baseline
from monitor.spikes.state import Floats
from monitor.spikes.tail import surprise
from monitor.spikes.weighing import Surprise, weighed

WINDOWS: Final = (1.0, 2.0, 3.0)
WEIGHTS: Final = (1.0, 0.5, 0.5)
SCALE: Final = 10.9
FLOOR: Final = 0.75  # chance comes as high as 0.92 over this about once in two years
MEMORY: Final = 0.35
SHARE_CORRELATION: Final = 0.02
LEAST: Final = 4  # negatives in the longest window below which nothing is scored
FIRST_HOURS: Final = 6  # learned hours before anything is said: there is no usual yet
_TINY: Final = 1e-300
_LEAST_MEAN: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Detector:
    """Which trailing windows (hours) are looked at, and how their surprises are put together.

    Where all comments are counted and it is ``learned``, ``weighing`` does so, for WINDOWS only;
    else they are added up by ``weights`` and divided by ``scale``. ``memory``: power of a series'
    burst memory in its variance, 0 for none; ``least``: negatives in the longest window below
    which the score is 0. ``plain``: no rhythm and no tail, but how many standard deviations of its
    own hours, bursts and all, a window lies above their mean.
    """

    windows: tuple[float, ...] = WINDOWS
    weights: tuple[float, ...] = WEIGHTS
    scale: float = SCALE
    memory: float = MEMORY
    least: int = LEAST
    plain: bool = False
    learned: bool = True


# By kind of series. Issues are counted in comments; the volume of all mentions of a name runs into
# hundreds and bursts all the time, so it is measured by its own bursts alone.
DETECTORS: dict[str, Detector] = {
    "issue": Detector(),
    "mentions": Detector(windows=(1.0,), weights=(1.0,), scale=4.0, plain=True),
}


def spread(
    baseline: Baseline, mean: Floats, detector: Detector, topic: NDArray[np.int64] | None = None
) -> Floats:
    """Variance of windows with such means: what the model expects times the burst memory.

    ``topic`` says which topic each window is of; None: one window a topic, in order.
    """
    at = slice(None) if topic is None else topic
    return np.asarray(baseline.variance(mean, topic) * baseline.memory()[at] ** detector.memory)


def window_surprise(
    observed: Floats, mean: Floats, variance: Floats, comments: Floats | None, share: Floats
) -> Surprise:
    """Surprise of windows, (windows,) each; 0 where no more than usual was counted.

    ``comments`` None: all there is are counts.
    """
    count = np.zeros(len(observed))
    shares = None if comments is None else np.zeros(len(observed))
    # Most windows of most topics are calm, and tails are what costs.
    at = np.flatnonzero(observed > np.maximum(mean, _LEAST_MEAN))
    if len(at):
        usual = np.maximum(mean[at], _LEAST_MEAN)
        count[at] = surprise(observed[at], usual, np.maximum(variance[at], usual))
    if shares is not None and comments is not None and len(at):
        shares[at] = share_surprise(observed[at], comments[at], share[at])
    return Surprise(count, shares)


def deviation(observed: Floats, mean: Floats, variance: Floats) -> Floats:
    """How many standard deviations above the mean, elementwise; never below 0."""
    return np.asarray(np.maximum(observed - mean, 0) / np.sqrt(np.maximum(variance, 1e-9)))


def share_surprise(negatives: Floats, comments: Floats, usual: Floats) -> Floats:
    """Surprise at the share of negatives: a second, independent witness beside the count.

    Comments of one moment resemble each other, so ``n`` of them tell as much as
    ``n / (1 + (n - 1) * SHARE_CORRELATION)`` independent ones (the design effect of Kish 1965);
    for so many, real-valued, the binomial tail is a regularised incomplete beta function. Upper
    mid-p, 0 where the share is not above the usual.
    """
    shrink = 1 / (1 + np.maximum(comments - 1, 0) * SHARE_CORRELATION)
    count, size = negatives * shrink, comments * shrink
    tail = (_binomial(count, size, usual) + _binomial(count + 1, size, usual)) / 2
    found = -np.log10(np.maximum(tail, _TINY))
    return np.asarray(np.where(negatives > comments * usual, found, 0.0))


def _binomial(count: Floats, size: Floats, share: Floats) -> Floats:
    """P(Y >= count) of ``size`` trials, both real."""
    rest = size - count + 1
    inside = betainc(np.maximum(count, 1e-9), np.maximum(rest, 1e-9), share)
    return np.asarray(np.where(count <= 0, 1.0, np.where(rest <= 0, 0.0, inside)))


def combined(
    surprises: Sequence[Surprise],
    longest: Floats,
    detector: Detector,
    usual: Callable[[], Floats] | None = None,
) -> Floats:
    """The score from the surprise of each window; ``longest``: negatives in the longest one.

    ``usual`` gives the ``weighing.context`` of the windows; None: surprises are added up.
    """
    whole = np.stack([one.whole for one in surprises])
    score = np.tensordot(detector.weights, whole, axes=1) / detector.scale
    if usual is not None and detector.learned and surprises[0].share is not None:
        score = np.maximum(weighed(surprises, usual()), FLOOR * score)
    return np.asarray(np.where(longest >= detector.least, score, 0.0))
