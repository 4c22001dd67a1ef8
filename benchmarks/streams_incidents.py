"""What a detector is to find: extra comments, mostly negative, on top of a normal stream.

Kinds: viral (steep rise, exponential fall), step, ramp (6 to 14 hours up) and pulse. The size k
is in standard deviations of the issue's own negatives an hour, measured in the normal stream at
that time of day within a week of the peak, never under 3 + k negatives in the peak hour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from benchmarks.streams_world import (
    BINS_A_DAY,
    BINS_AN_HOUR,
    Comments,
    Floats,
    Index,
    Ints,
    World,
    awake,
    draw_sources,
    joined,
)

KINDS = ("viral", "step", "ramp", "pulse")
SIZES = (2, 4, 8, 16)
SHARE_IN_INCIDENT = 0.71
_GAP_DAYS = 9.0  # mean quiet time between two incidents of an issue, beyond the day at least
_YOUNGEST = 2 * BINS_A_DAY


@dataclass(frozen=True, slots=True)
class Incident:
    """Bins [onset_bin, end_bin) of an issue; ``size`` is k, in local standard deviations."""

    issue: int
    onset_bin: int
    end_bin: int
    kind: str
    size: int


def with_incidents(
    world: World, rng: Generator, normal: Comments
) -> tuple[Comments, tuple[Incident, ...]]:
    """The normal comments and those of the incidents, and the truth, by issue and onset."""
    hourly = _hourly_negatives(world, normal)
    parts, incidents = [normal], []
    for issue in range(world.issues):
        at = max(world.burn_in, int(world.born[issue]) + _YOUNGEST)
        at += int(rng.exponential(_GAP_DAYS) * BINS_A_DAY)
        while at + 2 * BINS_A_DAY < world.bins:
            incident, shape = _planned(world, rng, issue, at)
            incidents.append(incident)
            parts.append(_extra(world, rng, incident, shape, hourly[:, issue]))
            at = incident.end_bin + int((1 + rng.exponential(_GAP_DAYS)) * BINS_A_DAY)
    return joined(parts), tuple(incidents)


def _hourly_negatives(world: World, comments: Comments) -> Ints:
    """(hours, issues)"""
    flat = comments.bin // BINS_AN_HOUR * world.issues + comments.issue
    hours = world.bins // BINS_AN_HOUR
    counts = np.bincount(flat[comments.negative], minlength=hours * world.issues)
    return counts.reshape(hours, world.issues).astype(np.int32)


def _planned(world: World, rng: Generator, issue: int, at: int) -> tuple[Incident, Floats]:
    """An incident that begins at a waking hour at or after the bin, and its relative rates."""
    kind = str(rng.choice(KINDS))
    choices = np.arange(at, at + BINS_A_DAY // 2)
    weight = _awake(world, choices)
    onset = int(rng.choice(choices, p=weight / weight.sum()))
    shape = _shape(rng, kind)
    bins = onset + np.arange(len(shape))
    # People sleep through an incident, too, though fewer of them.
    shape = shape * np.sqrt(_awake(world, bins))
    size = int(rng.choice(SIZES))
    return Incident(issue, onset, onset + len(shape), kind, size), shape


def _awake(world: World, bins: Index) -> Floats:
    return awake(bins % BINS_A_DAY / BINS_AN_HOUR, world.ramadan[bins // BINS_A_DAY])


def _shape(rng: Generator, kind: str) -> Floats:
    """Relative rate by bin of the incident's 2 to 36 hours."""
    if kind == "viral":
        rise, fall = rng.uniform(0.3, 1.5), rng.uniform(2.0, 8.0)
        hours = _hours(rise + min(3 * fall, 34))
        return np.minimum(hours / rise, np.exp(-(hours - rise) / fall))
    if kind == "step":
        return np.ones(int(rng.uniform(4, 36) * BINS_AN_HOUR))
    if kind == "ramp":
        rise, fall = rng.uniform(6, 14), rng.uniform(1, 6)
        hours = _hours(rise + fall)
        return np.minimum(hours / rise, 1 - np.maximum(hours - rise, 0) / fall)
    hours = _hours(rng.uniform(2, 4))
    arch: Floats = np.sin(np.pi * hours / (hours[-1] + hours[0]))
    return arch


def _hours(length: float) -> Floats:
    """Middle of each bin, hours since the onset."""
    return (np.arange(int(length * BINS_AN_HOUR)) + 0.5) / BINS_AN_HOUR


def _extra(
    world: World, rng: Generator, incident: Incident, shape: Floats, hourly: Ints
) -> Comments:
    """The comments of one incident; at least 3 + k negatives in its peak hour."""
    peak = _peak_hour(shape)
    local = _local_deviation(world, incident, incident.onset_bin + peak, hourly)
    least = 3 + incident.size
    wanted = max(incident.size * local, least)
    rough = rng.gamma(4, 0.25, len(shape) // 3 + 1).repeat(3)[: len(shape)]
    expected = shape / shape[peak : peak + BINS_AN_HOUR].sum() * wanted * rough
    share = rng.beta(40 * SHARE_IN_INCIDENT, 40 * (1 - SHARE_IN_INCIDENT))
    negatives = rng.poisson(expected)
    missing = least - negatives[peak : peak + BINS_AN_HOUR].sum()
    np.add.at(negatives, rng.integers(peak, peak + BINS_AN_HOUR, max(missing, 0)), 1)
    others = rng.poisson(negatives.mean() / np.mean(expected) * expected * (1 / share - 1))
    return _placed(world, rng, incident, negatives, others)


def _placed(
    world: World, rng: Generator, incident: Incident, negatives: Ints, others: Ints
) -> Comments:
    """Counts by bin of the incident as comments; it favours some of the issue's sources."""
    bins = np.arange(incident.onset_bin, incident.end_bin)
    at = np.concatenate([bins.repeat(negatives), bins.repeat(others)]).astype(np.int32)
    mix = np.zeros((1, world.mix.shape[1]))
    held = world.mix[incident.issue] > 0
    mix[0, held] = rng.dirichlet(4 * world.mix[incident.issue, held])
    source = draw_sources(rng, mix, np.zeros(len(at), np.int32))
    which = np.full(len(at), incident.issue, np.int32)
    return Comments(at, which, source, np.arange(len(at)) < negatives.sum())


def _peak_hour(shape: Floats) -> int:
    """First bin of the twelve that hold most."""
    sums = np.convolve(shape, np.ones(BINS_AN_HOUR), "valid")
    return int(np.argmax(sums))


def _local_deviation(world: World, incident: Incident, peak: int, hourly: Ints) -> float:
    """Negatives an hour: their spread within a week and two hours of day of the peak.

    The top twentieth is cut down, lest one harmless burst decide; Poisson spread at least.
    """
    centre = peak // BINS_AN_HOUR
    low = max(centre - 168, int(world.born[incident.issue]) // BINS_AN_HOUR)
    hours = np.arange(low, min(centre + 169, len(hourly)))
    apart = np.abs((hours - centre + 12) % 24 - 12)
    near = hourly[hours[apart <= 2]]
    near = np.minimum(near, np.quantile(near, 0.95))
    return float(max(near.std(), np.sqrt(near.mean())))
