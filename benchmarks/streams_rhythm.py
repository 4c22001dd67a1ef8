"""Structure ``rhythm``: doubly stochastic counts about each issue's own smooth daily curve.

The logarithm of the rate is level + daily curve + Ornstein-Uhlenbeck noise + a drift whose slope
switches. The curve is a mixture of von Mises bumps with hours of the issue's own, moved at weekends
and in Ramadan, so no profile of the hour of the week fits it. Flash bursts are harmless: many
comments within an hour or so, few negatives.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy.signal import lfilter

from benchmarks.streams_world import (
    BINS_A_DAY,
    BINS_AN_HOUR,
    SHARE,
    Comments,
    Floats,
    World,
    draw_sources,
    joined,
    within,
)

_FLASHES_A_WEEK = 1.0
_FLASH_SHARE = 0.12


@dataclass(frozen=True, slots=True)
class _Habits:
    """One issue's day: bump hours, their sharpness and weights, and how days change it."""

    hours: Floats
    sharpness: Floats
    weights: Floats
    floor: float
    weekend_level: float
    weekend_hours: float
    holiday_level: float
    ramadan_hours: float


def comments(world: World, rng: Generator) -> Comments:
    """Every comment of the stream without incidents."""
    return within(world, joined([_of_issue(world, rng, i) for i in range(world.issues)]))


def _of_issue(world: World, rng: Generator, issue: int) -> Comments:
    rate = world.comment_rate[issue] / BINS_AN_HOUR
    usual = rate * _curve(world, _habits(rng)) * _noise(rng, world.bins) * _regimes(rng, world)
    share = _share(rng, world.bins)
    flash = rate * _flashes(rng, world.bins)
    negatives = rng.poisson(usual * share + flash * _FLASH_SHARE)
    others = rng.poisson(usual * (1 - share) + flash * (1 - _FLASH_SHARE))
    at = np.concatenate([np.repeat(np.arange(world.bins), each) for each in (negatives, others)])
    which = np.full(len(at), issue, np.int32)
    negative = np.arange(len(at)) < negatives.sum()
    return Comments(at.astype(np.int32), which, draw_sources(rng, world.mix, which), negative)


def _habits(rng: Generator) -> _Habits:
    bumps = int(rng.integers(2, 4))
    # Working hours, early evening or late night may each lead; the phase is the issue's own.
    return _Habits(
        hours=rng.normal(rng.choice([9.0, 13.0, 19.5, 22.0], bumps, replace=False), 1.2),
        sharpness=rng.uniform(1.5, 8.0, bumps),
        weights=rng.dirichlet(np.full(bumps, 2.0)),
        floor=rng.uniform(0.08, 0.3),
        weekend_level=rng.uniform(0.45, 1.3),
        weekend_hours=rng.uniform(0.0, 2.5),
        holiday_level=rng.uniform(0.4, 1.5),
        ramadan_hours=rng.uniform(0.5, 3.0),
    )


def _curve(world: World, habits: _Habits) -> Floats:
    """The relative rate of each bin, mean 1, (bins,)."""
    day = np.arange(world.bins) // BINS_A_DAY
    hour = np.arange(world.bins) % BINS_A_DAY / BINS_AN_HOUR
    weekend, fasting = world.weekday[day] >= 5, world.ramadan[day]
    moved = np.where(weekend, habits.weekend_hours, 0.0)
    moved += np.where(fasting, habits.ramadan_hours, 0.0)
    level = np.where(weekend, habits.weekend_level, 1.0)
    level = level * np.where(world.holiday[day], habits.holiday_level, 1.0)
    curve = np.full(world.bins, habits.floor)
    for centre, kappa, weight in zip(habits.hours, habits.sharpness, habits.weights, strict=True):
        curve += weight * _von_mises(hour - centre - moved, kappa)
    # The meal before dawn; it stands beside the moved day.
    curve += np.where(fasting, 0.15 * _von_mises(hour - 4.2, 12.0), 0.0)
    curve *= level
    relative: Floats = curve / curve.mean()
    return relative


def _von_mises(hours: Floats, kappa: float) -> Floats:
    """A bump about 0 with mean 1 over the day."""
    bump: Floats = np.exp(kappa * np.cos(hours * np.pi / 12))
    bump /= np.i0(kappa)
    return bump


def _noise(rng: Generator, bins: int) -> Floats:
    """The exponential of Ornstein-Uhlenbeck noise of 1 to 12 hours' memory, mean 1."""
    memory = np.exp(rng.uniform(np.log(1), np.log(12))) * BINS_AN_HOUR
    spread = rng.uniform(0.15, 0.45)
    return np.exp(_walk(rng, bins, memory, spread) - spread**2 / 2)


def _walk(rng: Generator, bins: int, memory: float, spread: float) -> Floats:
    """Ornstein-Uhlenbeck path with the stated memory (bins) and spread, (bins,)."""
    keep = np.exp(-1 / memory)
    shock = rng.normal(0, spread * np.sqrt(1 - keep**2), bins)
    shock[0] = rng.normal(0, spread)
    path: Floats = lfilter([1.0], [1.0, -keep], shock)
    return path


def _regimes(rng: Generator, world: World) -> Floats:
    """Slow drift: every ten days or so a new slope, at times with a step; mean 1, (bins,)."""
    starts = np.flatnonzero(rng.random(world.days) < 0.1)
    slope, step = np.zeros(world.days), np.zeros(world.days)
    slope[0] = rng.normal(0, 0.02)
    previous = np.int64(0)
    for day in starts:
        slope[previous:day] = slope[previous]
        slope[day], previous = rng.normal(0, 0.03), day
        step[day] = rng.normal(0, 0.3) * (rng.random() < 0.5)
    slope[previous:] = slope[previous]
    # The pull to the mean keeps twelve weeks within the stated rates.
    path = lfilter([1.0], [1.0, -0.97], slope + step)
    steps = np.repeat(np.exp(path), BINS_A_DAY)
    level: Floats = steps / steps.mean()
    return level


def _share(rng: Generator, bins: int) -> Floats:
    """The share of negatives: the issue's own, wandering over days, (bins,)."""
    own = rng.normal(np.log(SHARE / (1 - SHARE)) - 0.02, 0.3)
    share: Floats = 1 / (1 + np.exp(-own - _walk(rng, bins, 2.0 * BINS_A_DAY, 0.3)))
    return share


def _flashes(rng: Generator, bins: int) -> Floats:
    """Harmless bursts as multiples of the mean rate, (bins,)."""
    burst = np.zeros(bins)
    for _ in range(rng.poisson(_FLASHES_A_WEEK * bins / (7 * BINS_A_DAY))):
        day = rng.integers(bins // BINS_A_DAY)
        begin = int(day * BINS_A_DAY + rng.uniform(8, 22.5) * BINS_AN_HOUR)
        length = int(rng.uniform(0.3, 2.0) * BINS_AN_HOUR)
        fall = np.exp(-np.arange(3 * length) / length)[: max(bins - begin, 0)]
        burst[begin : begin + len(fall)] += np.exp(rng.uniform(np.log(3), np.log(20))) * fall
    return burst
