"""How an hour changes what is usual: winsorised, left out while hot, forgotten slowly.

An hour teaches a topic only where it was seen, and not while a confirmed incident runs; so an
incident does not become the new normal, and hours that were lost are never learned as calm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.spikes.baseline import (
    DAY_PRIOR,
    HOUR_PRIOR,
    PRIOR_HOURS,
    dispersion,
    factor,
    level_of_topics,
    mix,
    profile,
    variance_of,
)
from monitor.spikes.state import DAY_HOURS, SLOTS, Floats, State

Bools = NDArray[np.bool_]

LEVEL_HALF_LIFE: Final = 7 * 24.0  # hours
SLOW_HALF_LIFE: Final = 21 * 24.0  # hours: rhythm, dispersion, share, mix of sources
SEEN: Final = 0.9  # an hour seen less than this teaches nothing
MAX_HOT_HOURS: Final = 48
RHYTHM_FROM: Final = 24.0  # hours of a topic before its rhythm is learned


@dataclass(frozen=True, slots=True, eq=False)
class Hour:
    """One clock hour: its slot of the week and what was counted and seen in it.

    ``negatives`` (topics,); ``comments`` (sources, topics), or (1, topics) where sources are not
    told apart; ``coverage`` (topics,) in 0..1, or (sources,) when ``by_source``; ``left_out``
    (topics,): hours of a confirmed incident; ``others`` (topics,): comments of sources that are
    not watched.
    """

    slot: int
    negatives: Floats
    comments: Floats
    coverage: Floats
    left_out: Bools | None = None
    others: Floats | None = None
    by_source: bool = True

    @property
    def all_comments(self) -> Floats:
        """Comments of every source, (topics,)."""
        known = self.comments.sum(axis=0)
        return np.asarray(known if self.others is None else known + self.others)


def learn_hour(state: State, hour: Hour, pace: float = 1.0) -> None:
    """Take in one hour, in place; hours must come in order of time.

    ``pace``: how many hours of forgetting the step costs, where a step is no hour.
    """
    slot = hour.slot % SLOTS
    seen = hour.coverage @ mix(state) if hour.by_source else hour.coverage
    level, doubt = level_of_topics(state)
    rhythm, of_hour, of_day = _rhythm(state, slot)
    factor = rhythm * of_hour * of_day * seen
    mean = np.maximum(level * factor, 1e-9)
    variance = variance_of(mean, dispersion(state), doubt)
    known = state.exposure >= PRIOR_HOURS / 2  # before that there is no usual to defend
    sd = np.sqrt(variance)
    tame = np.where(known, np.minimum(hour.negatives, mean + 3 * sd + 1.5), hour.negatives)
    hot = known & (hour.negatives > mean + 4 * sd + 3)
    usable = seen >= SEEN
    if hour.left_out is not None:
        usable &= ~hour.left_out
    state.hot = np.where(usable, np.where(hot, state.hot + 1, 0), state.hot)
    # What stays high for two days is a new normal, not an incident.
    cool = usable & (~hot | (state.hot > MAX_HOT_HOURS))
    keep, slowly = 0.5 ** (pace / LEVEL_HALF_LIFE), 0.5 ** (pace / SLOW_HALF_LIFE)
    _forget(state, cool, usable, keep, slowly)
    _take_level(state, cool, tame, mean, factor)
    _take_plain(state, usable, hour.negatives)
    settled = cool & (state.exposure >= RHYTHM_FROM)
    # Against the shrunk level of a busy topic the rhythm would take up what the level lacks.
    own = state.counts / np.maximum(state.exposure, 1e-9)
    _take_rhythm(state, slot, settled, tame, (own * seen, rhythm, of_hour, of_day))
    _take_share(state, cool, hour)
    state.seen = state.seen + np.where(usable, hour.all_comments, 0)
    state.hours += bool(usable.any())


def _rhythm(state: State, slot: int) -> tuple[float, Floats, Floats]:
    """Factors of a slot: the office's, and each topic's own of its hour and its weekday."""
    hour, day = slot % DAY_HOURS, slot // DAY_HOURS
    of_hour = factor(state.hour_counts[hour], state.hour_means[hour], HOUR_PRIOR)
    of_day = factor(state.day_counts[day], state.day_means[day], DAY_PRIOR)
    return float(profile(state)[slot]), of_hour, of_day


def _forget(state: State, cool: Bools, usable: Bools, keep: float, slowly: float) -> None:
    """Age all sums by one step; the level of a hot topic stands still."""
    for sums in (state.counts, state.exposure):
        np.multiply(sums, np.where(cool, keep, 1.0), out=sums)
    for sums in (state.squares, state.means):
        np.multiply(sums, np.where(cool, slowly, 1.0), out=sums)
    for sums in (state.plain_hours, state.plain_sums, state.plain_squares):
        np.multiply(sums, np.where(usable, keep, 1.0), out=sums)
    for sums in (state.slot_counts, state.slot_means, state.hour_counts, state.hour_means):
        np.multiply(sums, slowly, out=sums)
    for sums in (state.day_counts, state.day_means, state.negatives, state.comments, state.mass):
        np.multiply(sums, slowly, out=sums)


def _take_level(state: State, cool: Bools, tame: Floats, mean: Floats, factor: Floats) -> None:
    state.counts += np.where(cool, tame, 0.0)
    state.exposure += np.where(cool, factor, 0.0)
    state.squares += np.where(cool, (tame - mean) ** 2, 0.0)
    state.means += np.where(cool, mean, 0.0)


def _take_plain(state: State, usable: Bools, negatives: Floats) -> None:
    """Bursts in full, hot hours too."""
    state.plain_hours += usable
    state.plain_sums += np.where(usable, negatives, 0.0)
    state.plain_squares += np.where(usable, negatives**2, 0.0)


def _take_rhythm(
    state: State,
    slot: int,
    cool: Bools,
    tame: Floats,
    parts: tuple[Floats, float, Floats, Floats],
) -> None:
    """Each factor learns from what the level and the other factors leave to it."""
    level, rhythm, of_hour, of_day = parts
    hour, day = slot % DAY_HOURS, slot // DAY_HOURS
    counted = np.where(cool, tame, 0.0)
    state.slot_counts[slot] += counted.sum()
    state.slot_means[slot] += np.where(cool, level * of_hour * of_day, 0.0).sum()
    state.hour_counts[hour] += counted
    state.hour_means[hour] += np.where(cool, level * rhythm * of_day, 0.0)
    state.day_counts[day] += counted
    state.day_means[day] += np.where(cool, level * rhythm * of_hour, 0.0)


def _take_share(state: State, cool: Bools, hour: Hour) -> None:
    state.negatives += np.where(cool, hour.negatives, 0.0)
    state.comments += np.where(cool, hour.all_comments, 0.0)
    if state.sources:
        state.mass += np.where(cool, hour.comments, 0.0)
