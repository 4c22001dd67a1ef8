"""What is usual: a level per topic times an hour-of-week profile of the whole office.

A topic's level is Gamma-Poisson with exponential forgetting, pulled towards the office's mean
level where the topic is rare. An hour is learned only when it was seen, winsorised, and left out
while hot, so an incident does not become the new normal; hours that were lost are never learned.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVEL_HALF_LIFE = 7 * 24.0  # hours
SLOW_HALF_LIFE = 21 * 24.0  # hours: profile, dispersion, share
PRIOR_HOURS = 24.0  # weight of the office's mean level in a topic's level
PROFILE_PRIOR = 20.0  # expected negatives that one slot needs before it speaks for itself
DISPERSION_PRIOR = 30.0  # the same for a topic's dispersion
SHARE_PRIOR = 20.0  # comments
DEFAULT_LEVEL = 0.1  # negatives an hour where nothing at all is known
BURST_VARIANCE = 0.3  # quadratic variance: harmless bursts (measured, see docs/method.md)
SEEN = 0.9  # an hour seen less than this is not learned
MAX_HOT_HOURS = 48


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a window: its slot of the week and how many observed hours it holds."""

    slot: int
    hours: float


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was learned: lists by topic (same order as ``topics``) and one profile by slot.

    ``level`` negatives an hour, ``doubt`` its relative variance, ``dispersion`` at least 1,
    ``share`` the usual share of negatives, ``seen`` learned comments, ``hours`` learned hours.
    """

    topics: tuple[str, ...]
    level: tuple[float, ...]
    doubt: tuple[float, ...]
    dispersion: tuple[float, ...]
    share: tuple[float, ...]
    seen: tuple[float, ...]
    profile: tuple[float, ...]
    hours: int

    def expected(self, pieces: Sequence[Piece]) -> tuple[Floats, Floats]:
        """Mean and variance of the negatives of each topic in a window."""
        exposure = sum(
            self.profile[piece.slot % len(self.profile)] * piece.hours for piece in pieces
        )
        mean = np.array(self.level) * exposure
        spread = BURST_VARIANCE + np.array(self.doubt)
        return mean, np.array(self.dispersion) * mean + spread * mean**2

    def to_json(self) -> str:
        """The baseline as JSON text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Baseline:
        """The baseline that :meth:`to_json` wrote."""
        values = json.loads(text)
        hours = values.pop("hours")
        return cls(**{name: tuple(listed) for name, listed in values.items()}, hours=hours)


class Learner:
    """Learns hour by hour; arrays of shape (topics,) and (slots,)."""

    def __init__(self, topics: int, slots: int, bin_hours: float = 1.0) -> None:
        """``slots`` of the profile; ``bin_hours``: how long one learned step is."""
        self.bin_hours = bin_hours
        self._keep = 0.5 ** (bin_hours / LEVEL_HALF_LIFE)
        self._keep_slow = 0.5 ** (bin_hours / SLOW_HALF_LIFE)
        self.counts = np.zeros(topics)
        self.exposure = np.zeros(topics)
        self.squares = np.zeros(topics)
        self.means = np.zeros(topics)
        self.negatives = np.zeros(topics)
        self.comments = np.zeros(topics)
        self.slot_counts = np.zeros(slots)
        self.slot_means = np.zeros(slots)
        self.hot = np.zeros(topics)
        self.hours = 0

    def profile(self) -> Floats:
        """Factor of each slot, about 1 on average."""
        return np.asarray((self.slot_counts + PROFILE_PRIOR) / (self.slot_means + PROFILE_PRIOR))

    def level(self) -> tuple[Floats, Floats]:
        """Negatives an hour of each topic, and the relative variance of that estimate."""
        whole = self.exposure.sum()
        office = (self.counts.sum() + DEFAULT_LEVEL * PRIOR_HOURS) / (whole + PRIOR_HOURS)
        shape = self.counts + office * PRIOR_HOURS
        return shape / (self.exposure + PRIOR_HOURS), 1 / np.maximum(shape, 0.5)

    def dispersion(self) -> Floats:
        """Variance over mean of each topic's hours, shrunk to the office's, at least 1."""
        office = (self.squares.sum() + DISPERSION_PRIOR) / (self.means.sum() + DISPERSION_PRIOR)
        own = (self.squares + DISPERSION_PRIOR * office) / (self.means + DISPERSION_PRIOR)
        return np.asarray(np.maximum(own, 1.0))

    def share(self) -> Floats:
        """Usual share of negatives of each topic, shrunk to the office's."""
        office = (self.negatives.sum() + 0.3 * SHARE_PRIOR) / (self.comments.sum() + SHARE_PRIOR)
        own = self.negatives + SHARE_PRIOR * office
        return np.asarray(own / (self.comments + SHARE_PRIOR))

    def learn(self, negatives: Floats, comments: Floats, slot: int, coverage: float) -> None:
        """Take in one step; one of which less than SEEN was observed teaches nothing."""
        if coverage < SEEN:
            return
        factor = self.profile()[slot] * self.bin_hours * coverage
        level, doubt = self.level()
        mean = np.maximum(level * factor, 1e-9)
        sd = np.sqrt(self.dispersion() * mean + (BURST_VARIANCE + doubt) * mean**2)
        known = self.exposure >= PRIOR_HOURS / 2  # before that there is no usual to defend
        tame = np.where(known, np.minimum(negatives, mean + 3 * sd + 1.5), negatives)
        hot = known & (negatives > mean + 4 * sd + 3)
        self.hot = np.where(hot, self.hot + 1, 0)
        # What stays high for two days is a new normal, not an incident.
        cool = ~hot | (self.hot * self.bin_hours > MAX_HOT_HOURS)
        self._take(np.where(cool, tame, 0), np.where(cool, mean, 0), cool, factor)
        self.slot_counts *= self._keep_slow
        self.slot_means *= self._keep_slow
        # A slot has room for one correction a week; the mean is the one before this step.
        self.slot_counts[slot] += tame[cool].sum()
        self.slot_means[slot] += (level * self.bin_hours * coverage)[cool].sum()
        self.negatives = self.negatives * self._keep_slow + np.where(cool, negatives, 0)
        self.comments = self.comments * self._keep_slow + np.where(cool, comments, 0)
        self.hours += 1

    def _take(self, tame: Floats, mean: Floats, cool: NDArray[np.bool_], factor: float) -> None:
        self.counts = np.where(cool, self.counts * self._keep + tame, self.counts)
        self.exposure = np.where(cool, self.exposure * self._keep + factor, self.exposure)
        self.squares = self.squares * self._keep_slow + np.where(cool, (tame - mean) ** 2, 0)
        self.means = self.means * self._keep_slow + mean


def learn(
    topics: Sequence[str],
    negatives: Floats,
    comments: Floats,
    first_slot: int,
    coverage: Sequence[float],
    slots: int = 168,
) -> Baseline:
    """Learn a baseline from whole hours in order.

    ``negatives`` and ``comments`` have the shape (hours, topics); hour i falls into slot
    ``(first_slot + i) % slots``; ``coverage`` holds one value in 0..1 an hour.
    """
    learner = Learner(len(topics), slots)
    for step, seen in enumerate(coverage):
        learner.learn(negatives[step], comments[step], (first_slot + step) % slots, seen)
    level, doubt = learner.level()
    return Baseline(
        topics=tuple(topics),
        level=_plain(level),
        doubt=_plain(doubt),
        dispersion=_plain(learner.dispersion()),
        share=_plain(learner.share()),
        seen=_plain(comments[np.array(coverage, float) >= SEEN].sum(axis=0)),
        profile=_plain(learner.profile()),
        hours=learner.hours,
    )


def _plain(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
