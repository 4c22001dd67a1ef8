"""What is usual, drawn from a State: level, rhythm, spread and share of every topic.

The expected negatives of an hour are a topic's level (Gamma-Poisson, drawn to the office's mean
where the topic is rare) times the office's hour of the week times the topic's own hour of the day
and weekday, times how much of the hour was seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.spikes.state import DAY_HOURS, SLOTS, Floats, State

PRIOR_HOURS: Final = 24.0  # weight of the office's mean level in a topic's level
PROFILE_PRIOR: Final = 20.0  # expected negatives that one slot needs before it speaks for itself
HOUR_PRIOR: Final = 20.0  # the same for a topic's own hour of the day
DAY_PRIOR: Final = 60.0  # and for its weekday
DISPERSION_PRIOR: Final = 30.0  # the same for a topic's dispersion and its burst memory
SHARE_PRIOR: Final = 20.0  # comments
USUAL_SHARE: Final = 0.3  # share of negatives where nothing at all is known
SOURCE_PRIOR: Final = 20.0  # comments that a topic needs before its own mix of sources counts
DEFAULT_LEVEL: Final = 0.1  # negatives an hour where nothing at all is known ...
OFFICE_HOURS: Final = 2.0  # ... and its weight in the office's mean level
_PLAIN_PRIOR: Final = 1e-6  # hours; only keeps the first from dividing by none
BURST_VARIANCE: Final = 0.3  # quadratic variance: harmless bursts (measured, see docs/method.md)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a window: its slot of the week and how many hours of it were observed.

    ``hours`` is one figure for all topics, or an array (topics,).
    """

    slot: int
    hours: float | Floats


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """What is usual now. Arrays of shape (topics,) but for the factors.

    ``level`` negatives an hour; ``doubt`` its relative variance; ``dispersion`` at least 1;
    ``plain_mean`` and ``plain_variance`` of an hour as it came, bursts and all; ``share`` of
    negatives; ``seen`` comments; ``profile`` (168,), ``hour_factor`` (24, topics) and
    ``day_factor`` (7, topics) about 1; ``mix`` (sources, topics): share of a topic's comments by
    source, columns summing to 1 (0 without any source); ``hours`` learned.
    """

    topics: tuple[str, ...]
    sources: tuple[str, ...]
    level: Floats
    doubt: Floats
    dispersion: Floats
    plain_mean: Floats
    plain_variance: Floats
    share: Floats
    seen: Floats
    profile: Floats
    hour_factor: Floats
    day_factor: Floats
    mix: Floats
    hours: int

    def rate(self, slot: int) -> Floats:
        """Expected negatives an hour of each topic in a slot of the week."""
        slot %= SLOTS
        own = self.hour_factor[slot % DAY_HOURS] * self.day_factor[slot // DAY_HOURS]
        return np.asarray(self.level * self.profile[slot] * own)

    def mean(self, pieces: Sequence[Piece]) -> Floats:
        """Expected negatives of each topic in a window."""
        parts = [self.rate(piece.slot) * piece.hours for piece in pieces]
        return np.asarray(sum(parts, np.zeros(len(self.topics))))

    def variance(self, mean: Floats, topic: NDArray[np.int64] | None = None) -> Floats:
        """Variance of counts with such means, (..., topics), or of the topics that are named."""
        at = slice(None) if topic is None else topic
        return variance_of(mean, self.dispersion[at], self.doubt[at])

    def memory(self) -> Floats:
        """How much more a topic's hours varied, bursts in full, than the model expects; or less."""
        model = self.variance(self.plain_mean)
        return np.asarray(self.plain_variance / np.maximum(model, DEFAULT_LEVEL))

    def coverage(self, by_source: Floats) -> Floats:
        """Seen share of an hour per topic from that of each source, (sources,) to (topics,)."""
        return np.asarray(by_source @ self.mix)


def baseline_of(state: State) -> Baseline:
    """What is usual after what was learned so far."""
    level, doubt = level_of_topics(state)
    plain_mean, plain_variance = plain(state)
    return Baseline(
        topics=state.topics,
        sources=state.sources,
        level=level,
        doubt=doubt,
        dispersion=dispersion(state),
        plain_mean=plain_mean,
        plain_variance=plain_variance,
        share=share(state),
        seen=state.seen,
        profile=profile(state),
        hour_factor=factor(state.hour_counts, state.hour_means, HOUR_PRIOR),
        day_factor=factor(state.day_counts, state.day_means, DAY_PRIOR),
        mix=mix(state),
        hours=state.hours,
    )


def variance_of(mean: Floats, dispersion: Floats, doubt: Floats) -> Floats:
    """Variance of counts: Poisson-like, of harmless bursts, and of a mean that is estimated."""
    return np.asarray(dispersion * mean + (BURST_VARIANCE + doubt) * mean**2)


def factor(counts: Floats, means: Floats, prior: float) -> Floats:
    """Counted over expected, elementwise, drawn to 1 by so many expected."""
    return np.asarray((counts + prior) / (means + prior))


def profile(state: State) -> Floats:
    """The office's factor of each slot of the week, about 1 on average."""
    return factor(state.slot_counts, state.slot_means, PROFILE_PRIOR)


def level_of_topics(state: State) -> tuple[Floats, Floats]:
    """Negatives an hour of each topic, and the relative variance of that estimate."""
    seen, counted = state.exposure.sum(), state.counts.sum()
    office = (counted + DEFAULT_LEVEL * OFFICE_HOURS) / (seen + OFFICE_HOURS)
    shape = state.counts + office * PRIOR_HOURS
    return shape / (state.exposure + PRIOR_HOURS), 1 / np.maximum(shape, 0.5)


def dispersion(state: State) -> Floats:
    """Variance over mean of each topic's hours, shrunk to the office's, at least 1."""
    squares, means = state.squares.sum(), state.means.sum()
    office = (squares + DISPERSION_PRIOR) / (means + DISPERSION_PRIOR)
    own = (state.squares + DISPERSION_PRIOR * office) / (state.means + DISPERSION_PRIOR)
    return np.asarray(np.maximum(own, 1.0))


def plain(state: State) -> tuple[Floats, Floats]:
    """Mean and variance of a topic's hours as they came: no rhythm, bursts in full."""
    hours = state.plain_hours + _PLAIN_PRIOR
    mean = state.plain_sums / hours
    spread = state.plain_squares / hours - mean**2
    return mean, np.maximum(spread, np.maximum(mean, DEFAULT_LEVEL))


def share(state: State) -> Floats:
    """Usual share of negatives of each topic, shrunk to the office's."""
    counted = state.negatives.sum() + USUAL_SHARE * SHARE_PRIOR
    office = counted / (state.comments.sum() + SHARE_PRIOR)
    own = (state.negatives + SHARE_PRIOR * office) / (state.comments + SHARE_PRIOR)
    return np.asarray(np.minimum(own, 1.0))  # beyond 1 the tail of a share is not a number


def mix(state: State) -> Floats:
    """Each source's part of a topic's comments, shrunk to its part of all; (sources, topics)."""
    if not state.sources:
        return np.zeros((0, len(state.topics)))
    whole = state.mass.sum(axis=1) + 1.0  # sources of which nothing is known weigh alike
    office = (whole / whole.sum())[:, None]
    own = state.mass + SOURCE_PRIOR * office
    return np.asarray(own / own.sum(axis=0))
